//! Findings about connections, with the port that they name.

use crate::diag::Diagnostic;
use crate::patch::model::PortRef;

pub(super) use crate::patch::Connection;

/// The finding with the port that it names.
pub(super) fn about(finding: Diagnostic, named: &PortRef) -> Diagnostic {
    finding.on(&named.block, &named.port)
}

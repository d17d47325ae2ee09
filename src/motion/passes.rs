//! What passes are to those of other frames.

use crate::render_tree::rows::Rows;
use crate::render_tree::{Blend, Pass};

/// Whether two passes may be the same one at other times.
pub(crate) fn same_kind(a: &Pass, b: &Pass) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b) && a.sink() == b.sink()
}

/// Whether something in these passes meets what lies below in another way than source-over.
pub(crate) fn blends(passes: &[Pass]) -> bool {
    passes.iter().any(|pass| match pass {
        Pass::Group(group) => group.blend != Blend::Normal || blends(&group.children),
        Pass::Clear(_) | Pass::PostFx(_) => false,
        pass => Rows::of(pass).is_some_and(|rows| rows.blend() != Blend::Normal),
    })
}

//! Proves that a program can run: after [`validate`] the engine neither panics, nor indexes out of
//! bounds, nor recurses without bound.
//!
//! Checks are grouped by what they need: first limits and constants, then every index, then meaning,
//! then what follows from the tables. A group runs only if the ones before found nothing, because it
//! indexes freely; all findings of a group are reported. A compiled patch that fails is a bug of the
//! compiler; a file that fails is the file's. Read next: `limits`, `indices`, `expressions`, `schedule`.

mod addresses;
mod buses;
mod cells;
mod chains;
pub(super) mod debug;
mod expressions;
mod fields;
mod graph;
mod indices;
mod inputs;
mod keys;
mod limits;
mod plan;
mod rails;
mod scene;
mod schedule;
mod signatures;
mod sinks;
mod terms;
mod types;

use super::{Program, Valid};
use crate::diag::{Diagnostic, KEPT};
use crate::path::PathData;

/// Elements of one domain.
pub const MAX_ELEMENTS: u32 = 10_000_000;
/// Elements of one line; with its closing piece it is a path of as many commands as are possible.
pub const MAX_LINE: u32 = PathData::MAX_COMMANDS as u32 - 2;
/// Elements of all sinks together.
pub const MAX_DRAWN: u64 = 50_000_000;

/// Checks every invariant.
///
/// # Errors
/// What does not hold, each with a code (`ir-…`) and the JSON pointer of the row.
pub fn validate(program: Program) -> Result<Valid<Program>, Vec<Diagnostic>> {
    let mut findings = Findings {
        program: &program,
        list: Vec::new(),
    };
    let groups: [&[Check]; 4] = [
        &[limits::check],
        &[indices::check],
        &[
            types::check,
            keys::check,
            addresses::check,
            chains::check,
            expressions::check,
            fields::check,
            cells::check,
            graph::check,
            buses::check,
            rails::check,
            plan::check,
            sinks::check,
            scene::check,
        ],
        &[terms::check, schedule::check, debug::check],
    ];
    for group in groups {
        group.iter().for_each(|check| check(&mut findings));
        if !findings.list.is_empty() {
            break;
        }
    }
    let list = findings.list;
    if list.is_empty() {
        Ok(Valid(program))
    } else {
        Err(list)
    }
}

/// Looks at one part of a program.
type Check = fn(&mut Findings<'_>);

/// What was found so far.
struct Findings<'p> {
    program: &'p Program,
    list: Vec<Diagnostic>,
}

impl Findings<'_> {
    /// Reports that row `index` of `table` (a JSON pointer) breaks an invariant.
    fn add(&mut self, code: &'static str, table: &str, index: usize, message: impl Into<String>) {
        self.at(code, format!("{table}/{index}"), message);
    }

    /// Reports that the value at a JSON pointer breaks an invariant.
    fn at(&mut self, code: &'static str, pointer: impl Into<String>, message: impl Into<String>) {
        if self.list.len() < KEPT {
            self.list.push(Diagnostic::error(code, pointer, message));
        }
    }
}

//! Pass 9: layout of state, derived indices, hashes, validation.

use super::debug;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::*;

/// Completes a numbered program and proves it. A failure is a mistake of this compiler.
pub(super) fn finish(
    mut program: Program,
    diagnostics: &mut Diagnostics,
) -> Option<Valid<Program>> {
    derive::state_ranges(&mut program);
    program.memory = derive::memory(&program);
    program.schedule.phases = derive::phase_rows(&program.schedule.steps);
    program.schedule.deps_index = derive::deps_index(&program);
    debug::warnings(&mut program, diagnostics);
    if let Err(error) = identity::seal(&mut program) {
        internal(error.to_string(), diagnostics);
        return None;
    }
    match validate(program) {
        Ok(program) => Some(program),
        Err(mistakes) => {
            for mistake in mistakes {
                let message = format!(
                    "the compiled program is not valid ({} at `{}`): {}",
                    mistake.code, mistake.pointer, mistake.message
                );
                internal(message, diagnostics);
            }
            None
        }
    }
}

/// Gives up on a patch; there are errors, or the library failed to make what it must.
pub(super) fn refuse(diagnostics: &mut Diagnostics) {
    if !diagnostics.has_errors() {
        internal("the TimeRoot gave no time model".to_owned(), diagnostics);
    }
}

fn internal(message: String, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::error("internal", "", message).hint(
            "this is a mistake of oscilla, not of the patch; please report it with the patch",
        ),
    );
}

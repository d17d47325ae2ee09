//! Pass 9: layout of state, derived indices, hashes, validation.

use super::debug;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::*;

/// Completes a numbered program and proves it. A failure is a mistake of this compiler.
pub(super) fn finish(
    mut program: Program,
    diagnostics: &mut Diagnostics,
) -> Option<Valid<Program>> {
    state(&mut program);
    program.memory = derive::memory(&program);
    phases(&mut program.schedule);
    program.schedule.deps_index = derive::deps_index(&program);
    debug::warnings(&mut program, diagnostics);
    identity::seal(&mut program);
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
pub(super) fn refuse(diagnostics: &mut Diagnostics) -> Option<Valid<Program>> {
    if !diagnostics.has_errors() {
        internal("the TimeRoot gave no time model".to_owned(), diagnostics);
    }
    None
}

fn internal(message: String, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::error("internal", "", message).hint(
            "this is a mistake of oscilla, not of the patch; please report it with the patch",
        ),
    );
}

/// Places of cells in the pools, in order, and the hashes that say whether a running cell can be kept.
fn state(program: &mut Program) {
    let (mut f64_len, mut i32_len) = (0, 0);
    let mut all = blake3::Hasher::new();
    let types = &program.types;
    let strings = &program.tables.strings;
    for cell in &mut program.tables.state.cells {
        cell.f64[0] = f64_len;
        cell.i32[0] = i32_len;
        f64_len += cell.f64[1];
        i32_len += cell.i32[1];
        let mut hasher = blake3::Hasher::new();
        let ty = types[cell.r#type.index()].ty();
        let shape = format!(
            "{:?} {} {} {} {} {}",
            cell.op,
            cell.f64[1],
            cell.i32[1],
            cell.ring,
            ty.domain.name(),
            cell.imm
        );
        hasher.update(shape.as_bytes());
        cell.layout_hash = format!("b3:{}", &hasher.finalize().to_hex()[..32]);
        all.update(strings[cell.key.index()].as_bytes());
        all.update(cell.layout_hash.as_bytes());
    }
    let state = &mut program.tables.state;
    state.f64_len = f64_len;
    state.i32_len = i32_len;
    state.layout_hash = format!("b3:{}", &all.finalize().to_hex()[..32]);
}

/// The view of the steps by phase.
fn phases(schedule: &mut Schedule) {
    let mut rows: std::collections::BTreeMap<Phase, Vec<StepId>> =
        std::collections::BTreeMap::new();
    for (i, step) in schedule.steps.iter().enumerate() {
        rows.entry(step.phase).or_default().push(StepId::at(i));
    }
    schedule.phases = rows
        .into_iter()
        .map(|(phase, steps)| PhaseRow { phase, steps })
        .collect();
}

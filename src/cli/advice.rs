//! What an export should be told of a program that is right.
//!
//! In: a program. Out: warnings without a line; a pointer leads to the block where it is known. They
//! are no mistakes, so `--strict` lets them pass.

use crate::diag::Diagnostic;
use crate::ir::{Program, StatePolicy};
use std::collections::BTreeSet;

/// Blocks and lenses that count frames: another frame rate is another picture.
pub(super) fn frame_rate(program: &Program) -> Vec<Diagnostic> {
    let debug = &program.debug;
    let text = |id: u32| debug.strings.get(id as usize).map_or("", String::as_str);
    let cells = program.tables.state.cells.iter().enumerate();
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (i, cell) in cells.filter(|(_, cell)| cell.policy == StatePolicy::Frame) {
        let origin = debug.state_prov.get(i).and_then(|origin| origin.block);
        let block = origin.and_then(|block| debug.block.get(block.index()));
        let key = program.tables.strings[cell.key.index()].as_str();
        let (id, kind, path) = match block {
            Some(block) => (text(block.id), text(block.r#type), text(block.path)),
            None => (key, "a lens", ""),
        };
        if !told.insert(id) {
            continue;
        }
        let message = format!(
            "`{id}` ({kind}) counts frames, not time: at another frame rate it looks different"
        );
        let hint = match kind {
            "DelayFrames" => "use `Delay` for a time in seconds, or keep to one `--fps`",
            _ => "keep to one `--fps`",
        };
        found.push(
            Diagnostic::warning("frame-rate", path, message)
                .on(id, "")
                .hint(hint),
        );
    }
    found
}

//! `render --swap 120:new.json`: other programs from frames on.
//!
//! In: the flags and the first program. Out: the programs in order, each with what differs from the
//! one before. Everything is allowed here, also what a running engine refuses by default; what
//! starts anew is said before anything is rendered.

use super::args::RenderArgs;
use super::console::Console;
use super::diff;
use super::failure::Failure;
use super::load::{Ready, load};
use crate::export::manifest::{PatchEntry, SwapEntry, b3};
use crate::export::plan::Swap;
use crate::ir::{CellAction, Class, Diff, Memory, Program, Valid};
use std::path::PathBuf;
use std::sync::Arc;

/// A program that takes over.
pub(super) struct Exchange {
    pub(super) frame: u64,
    pub(super) ready: Ready,
    /// From the program before.
    diff: Diff,
    by_time: bool,
}

/// Reads what `--swap` names, in order of frames.
///
/// # Errors
/// Files that cannot be read or are wrong, and pictures of another size.
pub(super) fn load_all(
    args: &RenderArgs,
    first: &Ready,
    console: &Console,
) -> Result<Vec<Exchange>, Failure> {
    let mut named = args.swap.clone();
    named.sort();
    let mut list: Vec<Exchange> = Vec::with_capacity(named.len());
    let mut by_time = false;
    for (frame, path) in named {
        let ready = load(&path, &args.patch_flags, args.strict)?.into_program(console)?;
        let before = list
            .last()
            .map_or(&first.program, |last| &last.ready.program);
        let size = |program: &Program| [program.viewport.width, program.viewport.height];
        if size(before) != size(&ready.program) {
            let [[a, b], [c, d]] = [size(before), size(&ready.program)];
            let message = format!(
                "`{}` draws {c} x {d} px, the frames before it are {a} x {b} px",
                path.display()
            );
            return Err(Failure::usage(message).hint(format!("add `--size {a}x{b}`")));
        }
        let diff = Diff::new(before, &ready.program);
        by_time |= diff.time.is_some();
        list.push(Exchange {
            frame,
            ready,
            diff,
            by_time,
        });
    }
    Ok(list)
}

/// The highest memory class of all programs.
pub(super) fn memory(first: &Program, swaps: &[Exchange]) -> Memory {
    let classes = swaps.iter().map(|swap| swap.ready.program.memory);
    classes.fold(first.memory, Memory::max)
}

/// The swaps as the plan has them.
pub(super) fn plan(swaps: &[Exchange]) -> Vec<Swap> {
    let swap = |swap: &Exchange| Swap {
        frame: swap.frame,
        by_time: swap.by_time,
    };
    swaps.iter().map(swap).collect()
}

/// The programs in order.
pub(super) fn programs(swaps: &[Exchange]) -> Arc<[Arc<Valid<Program>>]> {
    let program = |swap: &Exchange| Arc::clone(&swap.ready.program);
    swaps.iter().map(program).collect()
}

/// The swaps as the manifest has them.
pub(super) fn entries(swaps: &[Exchange]) -> Vec<SwapEntry> {
    let entry = |swap: &Exchange| {
        let program = &swap.ready.program;
        SwapEntry {
            frame: swap.frame,
            patch: PatchEntry {
                id: program.patch_id.clone(),
                revision: program.patch_revision,
                hash: b3(&swap.ready.hash),
            },
            program_hash: program.program_hash.clone(),
            class: format!("{:?}", swap.diff.class),
            because: swap.diff.because.clone(),
            resets: resets(&swap.diff),
        }
    };
    swaps.iter().map(entry).collect()
}

/// Reasons of a swap that are shown without `-v`.
const SHOWN: usize = 3;

/// Says what each swap is; all of it with `-v`.
pub(super) fn report(swaps: &[Exchange], console: &Console) {
    for Exchange { frame, diff, .. } in swaps {
        console.say(format!("swap at frame {frame}: class {:?}", diff.class));
        let why = match diff.class {
            Class::A => Vec::new(),
            // Of a change of structure, what becomes of state that does not simply go on.
            Class::B => changed_state(diff),
            // What starts anew or runs in another time stands first.
            Class::C => diff.because.clone(),
        };
        for why in why.iter().take(SHOWN) {
            console.say(format!("  {why}"));
        }
        if let Some(more) = why.len().checked_sub(SHOWN + 1) {
            console.say(format!("  and {} more; `-v` lists them", more + 1));
        }
        for line in diff::lines(diff) {
            console.detail(format!("  {line}"));
        }
    }
}

fn changed_state(diff: &Diff) -> Vec<String> {
    let cells = diff.cells.iter();
    let changed = cells.filter(|cell| !matches!(cell.action, CellAction::Copied | CellAction::New));
    changed
        .map(|cell| {
            format!(
                "state `{}` {}: {}",
                cell.key,
                cell.action.name(),
                cell.reason
            )
        })
        .collect()
}

fn resets(diff: &Diff) -> Vec<String> {
    let cells = diff.cells.iter().filter(|cell| cell.action.is_reset());
    cells.map(|cell| cell.key.clone()).collect()
}

/// `120:new.json`
pub(super) fn parse(text: &str) -> Result<(u64, PathBuf), String> {
    let wrong = || "write a frame and a file, such as `120:new.json`".to_owned();
    let (frame, path) = text.split_once(':').ok_or_else(wrong)?;
    let digits = !frame.is_empty() && frame.bytes().all(|b| b.is_ascii_digit());
    let frame = frame.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
    if path.is_empty() || path == "-" {
        return Err(wrong());
    }
    Ok((frame, PathBuf::from(path)))
}

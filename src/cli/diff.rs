//! `oscilla diff`: what a hot swap from one program to another would find.
//!
//! Ends with 0 if the two make the same frames, with 1 if they differ, as `diff` does. The same lines
//! go with `render --swap -v`.

use super::args::{DiffArgs, PatchFlags};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::load::load;
use crate::ir::diff::{Setting, Table};
use crate::ir::{Diff, Program};
use std::path::Path;

pub(super) fn run(args: &DiffArgs, console: &mut Console) -> Result<Status, Failure> {
    if args.old == args.new && args.new == Path::new("-") {
        return Err(Failure::usage("only one of the two can be standard input"));
    }
    let read = |path: &Path| load(path, &PatchFlags::default(), false)?.into_program(console);
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let diff = Diff::new(&old.program, &new.program);
    console::data(|out| {
        if args.json {
            serde_json::to_writer_pretty(&mut *out, &diff)?;
            return writeln!(out);
        }
        // The files may say more than what is executed.
        if diff.is_same() && !says_the_same(&old.program, &new.program) {
            return writeln!(out, "{ASIDE}");
        }
        lines(&diff)
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    })?;
    Ok(if diff.is_same() {
        Status::Done
    } else {
        Status::Differences
    })
}

/// Two programs that differ, but not in their frames.
const ASIDE: &str = "no differences in the frames; names, places or lengths for exports are others";

/// Whether two programs are also equal in what is not executed. The name of a patch may be that of its
/// file, so it is no difference.
fn says_the_same(a: &Program, b: &Program) -> bool {
    let aside = |p: &Program| (p.program_hash.clone(), p.patch_revision);
    aside(a) == aside(b) && a.debug == b.debug && a.meta == b.meta
}

/// The report for people.
pub(super) fn lines(diff: &Diff) -> Vec<String> {
    if diff.is_same() {
        return vec!["no differences".to_owned()];
    }
    let mut lines = vec![format!("class {:?}", diff.class)];
    lines.extend(diff.because.iter().map(|why| format!("  {why}")));
    for [from, to] in &diff.renamed {
        lines.push(format!(
            "  `{to}` says what `{from}` said: under a new id it starts anew"
        ));
    }
    for setting in &diff.settings {
        let Setting { name, from, to } = setting;
        lines.push(format!("{name}  was {from}, is {to}"));
    }
    for (name, table) in [
        ("blocks", &diff.blocks),
        ("wires", &diff.wires),
        ("buses", &diff.buses),
        ("publishers", &diff.publishers),
        ("listeners", &diff.listeners),
        ("rails", &diff.rails),
        ("domains", &diff.domains),
        ("channels", &diff.channels),
        ("sinks", &diff.sinks),
        ("requests", &diff.requests),
        ("steps", &diff.steps),
    ] {
        rows(name, table, &mut lines);
    }
    if !diff.cells.is_empty() {
        lines.push("state".to_owned());
    }
    for cell in &diff.cells {
        let (action, key, reason) = (cell.action.name(), &cell.key, &cell.reason);
        lines.push(format!("  {action}  {key}: {reason}"));
    }
    let steps = &diff.steps;
    let (stale, of) = (
        diff.invalidated.len(),
        steps.kept.len() + steps.changed.len() + steps.added.len(),
    );
    lines.push(format!("invalidated  {stale} of {of} steps"));
    let list = diff.invalidated.iter();
    lines.extend(list.map(|key| format!("  {key}")));
    lines
}

/// Counts of a table, then what is not kept. Tables that are in neither program are left out.
fn rows(name: &str, table: &Table, lines: &mut Vec<String>) {
    let counts: Vec<String> = [
        (table.changed.len(), "changed"),
        (table.added.len(), "added"),
        (table.removed.len(), "removed"),
        (table.kept.len(), "kept"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if counts.is_empty() {
        return;
    }
    lines.push(format!("{name}  {}", counts.join(", ")));
    for (mark, keys) in [
        ('~', &table.changed),
        ('+', &table.added),
        ('-', &table.removed),
    ] {
        lines.extend(keys.iter().map(|key| format!("  {mark} {key}")));
    }
}

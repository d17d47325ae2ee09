//! Outcomes for people: lines on a terminal, and the page.

use crate::cli::failure::Failure;
use crate::cli::save::save;
use crate::compare::Rule;
use crate::compare::golden::{FrameStatus, Outcome, page};
use crate::raster::RASTERISER_ID;
use std::io::{self, Write};
use std::path::Path;

/// Lines of a program's difference that are shown; the page has all.
const LINES: usize = 20;

/// A line a frame, then why.
pub(super) fn case(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let name = &outcome.name;
    for frame in &outcome.frames {
        let (status, file) = (frame.status.of_case().word(), &frame.file);
        writeln!(out, "{status:8} {name}/{file}  {}", frame.line)?;
    }
    if outcome.passed() {
        return Ok(());
    }
    let line = outcome.line();
    // Where no line of a frame says it.
    let is_said = outcome
        .frames
        .iter()
        .any(|frame| frame.status != FrameStatus::Same);
    if !is_said {
        writeln!(out, "{:8} {name}  {line}", outcome.status.word())?;
    }
    let mut notes = outcome
        .notes
        .iter()
        .flat_map(|note| note.lines())
        .peekable();
    if !is_said {
        notes.next_if_eq(&line.as_str());
    }
    for line in notes {
        writeln!(out, "         {line}")?;
    }
    if let Some(program) = &outcome.program {
        let count = program.lines().count();
        for line in program.lines().take(LINES) {
            writeln!(out, "         {line}")?;
        }
        if count > LINES {
            writeln!(out, "         … {} lines more", count - LINES)?;
        }
    }
    if let Some(why) = &outcome.why {
        writeln!(out, "    why: {}", why.line)?;
        for step in &why.path {
            writeln!(out, "         {step}")?;
        }
    }
    Ok(())
}

/// The page, in a file.
///
/// # Errors
/// If it cannot be written.
pub(super) fn page(outcomes: &[Outcome], rule: Rule, path: &Path) -> Result<(), Failure> {
    let head = page::Head {
        tool: format!("oscilla {}", env!("CARGO_PKG_VERSION")),
        rule: rule.to_string(),
        rasteriser: RASTERISER_ID.to_owned(),
    };
    save(path, |out| page::write(&head, outcomes, out))
}

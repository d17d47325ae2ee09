//! One case held against its record: an [`Outcome`], and what would be recorded in its place.

use super::cases::Source;
use super::folder::Folder;
use super::make::{Made, MadeFrame, Ready, hash_of, prepare};
use super::why::{Recorded, why};
use crate::cli::failure::{Failure, Status as Exit};
use crate::compare::golden::{Case, FrameOutcome, FrameStatus, Outcome, Shown, Status, difference};
use crate::compare::{Picture, Rule, Verdict, compare};
use crate::diag::shell;
use crate::raster::RASTERISER_ID;
use std::sync::atomic::AtomicBool;

/// How cases are compared.
pub(super) struct How {
    pub(super) rule: Rule,
    /// Programs may differ.
    pub(super) pixels_only: bool,
    /// Frames were named.
    pub(super) names_frames: bool,
    /// Pictures are wanted for a page.
    pub(super) shows: bool,
}

impl How {
    /// Whether only some of the recorded frames of a case are looked at. What was never recorded is all that
    /// is looked at.
    pub(super) fn in_part(&self, source: &Source) -> bool {
        self.names_frames && source.recorded.is_some()
    }
}

/// A case that was compared.
pub(super) struct Checked {
    pub(super) outcome: Outcome,
    /// What it is now; `None` if it could not be rendered, or its file is gone.
    pub(super) made: Option<Made>,
    /// Frames whose picture is not, to the pixel, the recorded one.
    pub(super) changed: Vec<u64>,
    /// What an error ends the program with.
    pub(super) error: Option<Exit>,
}

/// Renders and compares. `None` if it was stopped.
pub(super) fn check(
    source: &Source,
    folder: &Folder,
    how: &How,
    stop: &AtomicBool,
) -> Option<Checked> {
    if source.is_orphan {
        let place = folder.case(&source.name);
        let note = format!("`{}` belongs to no case of the record", place.display());
        return Some(stale_case(source, folder, how, note));
    }
    if source.is_gone() {
        let note = format!("`{}` is gone, its record is not", source.file.display());
        return Some(stale_case(source, folder, how, note));
    }
    let ready = match prepare(source) {
        Ok(ready) => ready,
        Err(failure) => return Some(failed(source, folder, how, &failure)),
    };
    match ready.make(source, stop) {
        Err(failure) => Some(failed(source, folder, how, &failure)),
        Ok(None) => None,
        Ok(Some(made)) => Some(compared(source, (&ready, made), folder, how, stop)),
    }
}

fn outcome(
    source: &Source,
    folder: &Folder,
    how: &How,
    (status, notes): (Status, Vec<String>),
) -> Outcome {
    let (accept, check_first) = match how.in_part(source) {
        true => (String::new(), check_first(source, folder)),
        false => (accept(source, folder), String::new()),
    };
    Outcome {
        name: source.name.clone(),
        patch: source.file.display().to_string(),
        status,
        frames: Vec::new(),
        program: None,
        why: None,
        notes,
        accept,
        check_first,
    }
}

/// A command of this record, up to its names.
fn command(verb: &str, folder: &Folder) -> String {
    let mut command = format!("oscilla golden {verb} ");
    if folder.path != std::path::Path::new("golden") {
        command.push_str(&format!("--golden {} ", shell::file(&folder.path)));
    }
    command
}

/// What to type to compare the whole case. Its file names it wherever there is something of its name.
fn check_first(source: &Source, folder: &Folder) -> String {
    command("check", folder) + &shell::file(&source.file)
}

/// What to type to take the new one.
fn accept(source: &Source, folder: &Folder) -> String {
    let mut command = command("accept", folder);
    // A name could be taken for a flag.
    if source.name.starts_with('-') {
        command.push_str("-- ");
    }
    command + &shell::word(&source.name)
}

fn stale_case(source: &Source, folder: &Folder, how: &How, note: String) -> Checked {
    Checked {
        outcome: outcome(source, folder, how, (Status::Stale, vec![note])),
        made: None,
        changed: Vec::new(),
        error: None,
    }
}

fn failed(source: &Source, folder: &Folder, how: &How, failure: &Failure) -> Checked {
    let notes = failure.findings.iter().map(ToString::to_string).collect();
    Checked {
        outcome: Outcome {
            accept: String::new(),
            check_first: String::new(),
            ..outcome(source, folder, how, (Status::Error, notes))
        },
        made: None,
        changed: Vec::new(),
        error: Some(failure.status),
    }
}

fn compared(
    source: &Source,
    (ready, made): (&Ready, Made),
    folder: &Folder,
    how: &How,
    stop: &AtomicBool,
) -> Checked {
    let mut out = outcome(source, folder, how, (Status::Same, Vec::new()));
    let (mut changed, mut torn) = (Vec::new(), Vec::new());
    let nothing = Case::default();
    let recorded = source.recorded.as_ref().unwrap_or(&nothing);
    for frame in &made.frames {
        let beside = one(source, frame, recorded, folder, how);
        if !beside.same_pixels {
            changed.push(frame.number);
        }
        if beside.torn && beside.outcome.status == FrameStatus::Differs {
            torn.push(frame.number);
        }
        out.frames.push(beside.outcome);
    }
    if !how.in_part(source) {
        out.frames
            .extend(stale(source, &made, recorded, folder, how));
        out.frames.sort_by_key(|frame| frame.frame);
    }
    let frames = out.frames.iter().map(|frame| frame.status.of_case());
    out.status = frames.max().unwrap_or(Status::Same);
    let (values, problems) = folder.values(&source.name, recorded, &made.frames);
    if source.recorded.is_some() && !problems.is_empty() {
        out.notes.extend(problems);
        out.status = out.status.max(Status::Missing);
    }
    let text = folder.program(&source.name);
    let other_program = recorded.program != made.hash || text != made.text;
    if source.recorded.is_some() && other_program {
        if out.status != Status::Same || !how.pixels_only {
            out.program = Some(program(&text, recorded, &made));
        }
        if !how.pixels_only {
            out.status = out.status.max(Status::Program);
        }
    }
    let differ = |frame: &FrameOutcome| frame.status == FrameStatus::Differs;
    let pictures_differ = out.frames.iter().any(differ);
    if source.recorded.is_some() && (pictures_differ || out.program.is_some()) {
        let recorded = Recorded {
            text,
            values,
            pictures_differ,
            torn,
        };
        match why(source, ready, &made, &recorded, stop) {
            Ok(why) => out.why = Some(why),
            Err(failure) => {
                let findings = failure.findings.iter().map(ToString::to_string);
                out.notes.extend(findings);
            }
        }
    }
    Checked {
        outcome: out,
        made: Some(made),
        changed,
        error: None,
    }
}

/// The difference of the program's text, or why there is none to show.
fn program(text: &str, recorded: &Case, made: &Made) -> String {
    match difference(text, &made.text) {
        shown if shown.is_empty() => format!(
            "the text is the same, the hash is not:\n-{}\n+{}\n",
            recorded.program, made.hash
        ),
        shown => shown,
    }
}

/// A frame beside its record.
struct Beside {
    outcome: FrameOutcome,
    /// It shows the recorded picture to the pixel.
    same_pixels: bool,
    /// The recorded picture is not the one of the recorded hash.
    torn: bool,
}

fn one(source: &Source, frame: &MadeFrame, recorded: &Case, folder: &Folder, how: &How) -> Beside {
    let (number, file) = (frame.number, Ready::file(frame.number));
    let entry = recorded.frames.get(&number);
    let without = |status, line: String| {
        let mut found = FrameOutcome::uncompared(number, file.clone(), status, line);
        found.shown.actual = how.shows.then(|| frame.png.clone());
        found
    };
    let whole = |outcome, same_pixels| Beside {
        outcome,
        same_pixels,
        torn: false,
    };
    let expected = match folder.picture(&source.name, number) {
        Err(problem) => return whole(without(FrameStatus::Differs, problem), false),
        Ok(None) => {
            let (status, line) = by_hash(frame, entry);
            return whole(without(status, line), !frame.has_picture);
        }
        Ok(Some(expected)) => expected,
    };
    let verdict = compare(&expected, &frame.picture, &how.rule);
    let same_pixels = verdict.form.is_none() && verdict.measure.differing == 0;
    let mut found = FrameOutcome::compared(number, file.clone(), &verdict);
    let torn = entry.is_some_and(|entry| hash_of(&expected) != entry.hash);
    match entry {
        None => {
            found.status = FrameStatus::Missing;
            found.line = "there is a picture, but no row in the record".to_owned();
        }
        Some(_) if torn && same_pixels => {
            found.status = FrameStatus::Differs;
            found.line = TORN.to_owned();
        }
        Some(_) if torn => found.line.push_str(&format!("; {TORN}")),
        Some(_) => {}
    }
    if how.shows {
        found.shown = shown(&expected, frame, &verdict, same_pixels);
    }
    Beside {
        outcome: found,
        same_pixels,
        torn,
    }
}

const TORN: &str = "the recorded picture is not the one of the recorded hash";

fn shown(expected: &Picture, frame: &MadeFrame, verdict: &Verdict, same: bool) -> Shown {
    Shown {
        expected: Some(expected.to_png()),
        actual: (!same).then(|| frame.png.clone()),
        difference: match verdict.picture(expected) {
            Some(picture) if !same => Some(picture.to_png()),
            _ => None,
        },
    }
}

/// A frame without a recorded picture.
fn by_hash(
    frame: &MadeFrame,
    entry: Option<&crate::compare::golden::FrameEntry>,
) -> (FrameStatus, String) {
    match entry {
        None => (FrameStatus::Missing, "it is not recorded".to_owned()),
        Some(_) if frame.has_picture => {
            let line = "its row is recorded, its picture is missing".to_owned();
            (FrameStatus::Missing, line)
        }
        Some(entry) if entry.rasteriser != RASTERISER_ID => {
            let other = &entry.rasteriser;
            let line = format!(
                "its hash was made by `{other}` and cannot be compared; record a picture of it"
            );
            (FrameStatus::Differs, line)
        }
        Some(entry) if entry.hash == frame.hash => {
            (FrameStatus::Same, "0 pixels differ, by its hash".to_owned())
        }
        Some(_) => {
            let line = "pixels differ, by its hash; how much is not known without a picture";
            (FrameStatus::Differs, line.to_owned())
        }
    }
}

/// What is recorded and no longer made.
fn stale(
    source: &Source,
    made: &Made,
    recorded: &Case,
    folder: &Folder,
    how: &How,
) -> Vec<FrameOutcome> {
    let mut frames: Vec<u64> = recorded.frames.keys().copied().collect();
    frames.extend(folder.pictures(&source.name));
    frames.sort_unstable();
    frames.dedup();
    let is_made = |frame: u64| made.frames.iter().any(|made| made.number == frame);
    // A picture beside a frame of which only the hash is kept is too much as well.
    let is_hash = |frame: u64| {
        let made = made.frames.iter().find(|made| made.number == frame);
        made.is_some_and(|made| !made.has_picture)
    };
    let left = frames
        .into_iter()
        .filter(|frame| !is_made(*frame) && !is_hash(*frame));
    left.map(|frame| {
        let line = "it is recorded and no longer made".to_owned();
        let file = Ready::file(frame);
        let mut found = FrameOutcome::uncompared(frame, file, FrameStatus::Stale, line);
        if how.shows
            && let Ok(Some(picture)) = folder.picture(&source.name, frame)
        {
            found.shown.expected = Some(picture.to_png());
        }
        found
    })
    .collect()
}

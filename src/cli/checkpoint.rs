//! `oscilla checkpoint`: the state of a patch every so many frames, so that shards need not run from
//! the start; and `render --from`, which reads it.
//!
//! `checkpoint_00120.oscs` is the state before frame 120. A checkpoint fits one program and one plan;
//! with any other it is refused.

use super::args::CheckpointArgs;
use super::console::Console;
use super::failure::{Failure, Status};
use super::inputs::Inputs;
use super::job;
use super::save::save;
use super::signals::Stop;
use super::studio::Host;
use crate::diag::Diagnostic;
use crate::export::{FrameSource as _, Plan, SourceError};
use crate::ir::Memory;
use crate::vm::{Engine, Snapshot, Tracer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Checkpoints are small, but their rings are not without bound.
const BYTES_MAX: u64 = 1 << 32;

pub(super) fn run(args: &CheckpointArgs, console: &mut Console) -> Result<Status, Failure> {
    let ready = args.evaluate.ready(console)?;
    let (plan, frames) = job::plan(&args.evaluate.plan, &ready.program)?;
    fs::create_dir_all(&args.out).map_err(|error| {
        let message = format!("cannot make `{}`: {error}", args.out.display());
        Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
    })?;
    if plan.memory() != Memory::State {
        console.say("this patch keeps no state: any frame can be rendered without checkpoints");
        return Ok(Status::Done);
    }
    let options = args.evaluate.engine_options();
    let mut host = Host::new(&ready.program, &ready.inputs, options)?;
    let stop = Stop::listen()?;
    let last = frames.last() / args.every * args.every;
    let approach = plan.approach(last);
    host.begin(approach.start)?;
    let mut written = 0;
    for position in approach.steps.into_iter().flatten().chain([last as i64]) {
        if stop.flag().load(Ordering::Relaxed) {
            console.say(format!(
                "stopped after {written} checkpoints; those are whole"
            ));
            return Ok(stop.status());
        }
        let frame = u64::try_from(position).unwrap_or(0);
        if frame > 0 && frame.is_multiple_of(args.every) {
            let snapshot = host.engine().snapshot();
            let bytes = snapshot.with_inputs(ready.inputs.word()).to_bytes();
            save(&args.out.join(name(frame)), |out| out.write_all(&bytes))?;
            written += 1;
        }
        if position < last as i64 {
            host.step(plan.sample(position))?;
        }
    }
    let plural = if written == 1 { "" } else { "s" };
    console.say(format!(
        "{written} checkpoint{plural} in `{}`",
        args.out.display()
    ));
    Ok(Status::Done)
}

fn name(frame: u64) -> String {
    format!("checkpoint_{frame:05}.oscs")
}

/// The checkpoints of a folder and the plan they have to be of.
pub(super) struct Checkpoints {
    plan: Plan,
    /// What the inputs of the run are called.
    inputs: String,
    /// Ascending.
    files: Vec<(u64, PathBuf)>,
}

impl Checkpoints {
    /// What a folder holds; nothing is read yet.
    ///
    /// # Errors
    /// If the folder cannot be read, or has no checkpoint of a patch that needs them.
    pub(super) fn find(folder: &Path, plan: &Plan, inputs: &Inputs) -> Result<Self, Failure> {
        let entries = fs::read_dir(folder).map_err(|error| Failure::unreadable(folder, &error))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry
                .map_err(|error| Failure::unreadable(folder, &error))?
                .path();
            let stem = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("");
            let number = stem.strip_prefix("checkpoint_");
            let number = number.and_then(|rest| rest.strip_suffix(".oscs"));
            if let Some(frame) = number.and_then(|digits| digits.parse().ok()) {
                files.push((frame, path));
            }
        }
        files.sort();
        if files.is_empty() && plan.memory() == Memory::State {
            let message = format!("`{}` holds no checkpoints", folder.display());
            return Err(
                Failure::usage(message).hint("make them with `oscilla checkpoint PATCH --every N`")
            );
        }
        Ok(Self {
            plan: plan.clone(),
            inputs: inputs.word(),
            files,
        })
    }

    /// Brings an engine to the latest checkpoint at or before a frame; gives the frame it is for.
    pub(super) fn restore<T: Tracer>(
        &self,
        frame: u64,
        engine: &mut Engine<T>,
    ) -> Result<Option<u64>, SourceError> {
        let mut before = self.files.iter().rev();
        let Some((at, path)) = before.find(|(at, _)| *at <= frame) else {
            return Ok(None);
        };
        let bad = |why: &str| SourceError {
            code: "bad-checkpoint",
            message: format!("`{}`: {why}", path.display()),
        };
        let unreadable = |error: std::io::Error| SourceError {
            code: "input-failed",
            message: format!("cannot read `{}`: {error}", path.display()),
        };
        if fs::metadata(path).map_err(unreadable)?.len() > BYTES_MAX {
            return Err(bad("it is too large for a checkpoint"));
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        let snapshot = Snapshot::from_bytes(&bytes).map_err(|error| bad(&error.to_string()))?;
        let same_plan = snapshot.frames() == self.plan.lead() + at
            && snapshot.time() == Some(super::studio::frame_time(self.plan.sample(*at as i64 - 1)));
        if snapshot.inputs() != self.inputs {
            return Err(bad(
                "it was made with other inputs: give the same `--inputs`, or make it again",
            ));
        }
        engine
            .restore(&snapshot)
            .map_err(|error| bad(&error.to_string()))?;
        if !same_plan {
            return Err(bad(
                "it is of another plan: make it with the same time flags",
            ));
        }
        Ok(Some(*at))
    }
}

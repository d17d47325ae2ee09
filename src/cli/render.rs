//! `oscilla render`: the story of the program in one screen.

use super::args::RenderArgs;
use super::console::{self, Console};
use super::execute::execute;
use super::failure::{Failure, Status};
use super::inputs::Opened;
use super::job::Job;
use super::load::{Ready, load};
use super::progress::Display;
use super::proof::{Clip, Made, Proofs};
use super::signals::Stop;
use super::swap;
use super::sweep;
use super::target::Sort;
use crate::diag::Diagnostic;
use crate::export::integrity::{self, Verdict};
use crate::export::manifest::LoopEntry;
use crate::export::output::Existing;
use crate::export::pipeline::Outcome;
use crate::export::{Columns, Engines as _, Faults, Plan, Progress};
use std::sync::atomic::AtomicBool;

pub(super) fn run(args: &RenderArgs, console: &mut Console) -> Result<Status, Failure> {
    if args.variants.is_given() {
        return sweep::run(args, console);
    }
    let (ready, job) = prepare(args, console)?;
    let clips = [Clip {
        job: &job,
        title: None,
    }];
    let proofs = Proofs::new(args, &clips)?;
    console.warnings(&ready.advice);
    if args.film.print_ffmpeg {
        let command = job.film.command(&job.target)?;
        console::data(|out| writeln!(out, "{command}"))?;
        if let Some(stream) = job.film.reads() {
            console.say(format!(
                "it reads what `--out - --format {stream}` writes of the same frames"
            ));
        }
        return Ok(Status::Done);
    }
    swap::report(&job.swaps, console);
    if args.dry_run {
        return describe(&job, &proofs);
    }
    let stale = job.survey()?;
    proofs.survey(job.existing)?;
    let stop = Stop::listen()?;

    // Trees alone tell whether the loop closes, so this comes before anything is written.
    let verdict = integrity::check(&job.plan, job.studio.source()?, stop.flag())?;
    judge(
        verdict.as_ref(),
        &job.plan,
        args.plan.require_closed_loop,
        console,
    )?;

    for what in &job.approximate {
        console.say(format!(
            "warning: the files show `{what}` only approximately"
        ));
    }
    proofs.prepare()?;
    let total = job.to_write() + proofs.frames(&clips);
    let display = Display::new(args.progress, console, total);
    let watch = (&display as &dyn Progress, stop.flag());
    let result = export(args, (&ready, &job), verdict.as_ref(), watch).and_then(|exported| {
        let made = match exported.is_stopped() {
            true => Made::default(),
            false => proofs.make(&clips, job.jobs, watch)?,
        };
        Ok((exported, made))
    });
    let status = match &result {
        Err(_) => "failed",
        Ok((exported, made)) if exported.is_stopped() || made.stopped => "stopped",
        Ok(_) => "done",
    };
    let bytes = result.as_ref().ok();
    let bytes = bytes.and_then(|(exported, _)| Some(exported.outcome.as_ref()?.bytes));
    display.end(status, bytes);
    let (exported, made) = result?;
    display.account(bytes.unwrap_or(0), console);
    if let Some(outcome) = exported.outcome.as_ref().filter(|outcome| outcome.stopped) {
        let (done, of) = (outcome.frames, job.frames.len());
        let kept = job.target.kept();
        console.say(format!("stopped after {done} of {of} frames; {kept}"));
        return Ok(stop.status());
    }
    for note in &exported.notes {
        console.say(note);
    }
    if let Some(outcome) = &exported.outcome {
        summarise(&job, &ready, outcome, &stale, console);
    }
    if made.stopped {
        console.say("stopped; nothing was written of contact sheet and flip-book");
        return Ok(stop.status());
    }
    for note in &made.notes {
        console.say(note);
    }
    Ok(Status::Done)
}

/// What became of a job.
#[derive(Default)]
pub(super) struct Exported {
    /// `None` if no frames were wanted.
    pub(super) outcome: Option<Outcome>,
    /// What people should know of the files.
    pub(super) notes: Vec<String>,
}

impl Exported {
    pub(super) fn is_stopped(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.stopped)
    }
}

/// Makes the frames of a job, if it has a place for them.
///
/// # Errors
/// The first frame's that has one.
pub(super) fn export(
    args: &RenderArgs,
    (ready, job): (&Ready, &Job),
    verdict: Option<&Verdict>,
    watch: (&dyn Progress, &AtomicBool),
) -> Result<Exported, Failure> {
    if job.target.sort == Sort::Nowhere {
        return Ok(Exported::default());
    }
    if job.target.sort == Sort::Files {
        job.target.destination.prepare()?;
    }
    let head = job.head(args, ready, verdict.map(LoopEntry::from));
    let mut notes = Vec::new();
    let result = execute(job, &head, watch, &mut notes);
    let outcome = result.map_err(|failure| {
        let may_go_on = failure.status == Status::Io && job.target.form.is_files();
        if may_go_on && job.existing != Existing::Resume {
            failure.hint("afterwards, `--resume` goes on with the frames that are whole")
        } else {
            failure
        }
    })?;
    Ok(Exported {
        outcome: Some(outcome),
        notes,
    })
}

/// Everything that can fail before the long part, and is worth nothing without it.
///
/// # Errors
/// What is wrong with the patch, the other files or the arguments.
pub(super) fn prepare(args: &RenderArgs, console: &mut Console) -> Result<(Ready, Job), Failure> {
    let ready = load(&args.patch, &args.patch_flags, args.strict)?.into_program(console)?;
    complete(ready, args, (console, &mut None))
}

/// The same with a patch that was compiled, and a recording that may have been opened before.
///
/// # Errors
/// As [`prepare`].
pub(super) fn complete(
    ready: Ready,
    args: &RenderArgs,
    (console, kept): (&Console, &mut Option<Opened>),
) -> Result<(Ready, Job), Failure> {
    let swaps = swap::load_all(args, &ready, console)?;
    let others: Vec<&Ready> = swaps.iter().map(|swap| &swap.ready).collect();
    let ready = ready.with_kept_inputs(&args.inputs, &others, args.strict, (console, kept))?;
    let job = Job::new(args, &ready, swaps)?;
    Ok((ready, job))
}

/// Says whether the loop closes.
///
/// # Errors
/// If it must and does not.
pub(super) fn judge(
    verdict: Option<&Verdict>,
    plan: &Plan,
    required: bool,
    console: &Console,
) -> Result<(), Failure> {
    if required {
        must_close(verdict, plan)?;
    }
    if let Some(verdict) = verdict {
        console.say(format!("loop: {verdict}"));
    }
    Ok(())
}

/// Insists that the loop closes.
///
/// # Errors
/// If it does not.
pub(super) fn must_close(verdict: Option<&Verdict>, plan: &Plan) -> Result<(), Failure> {
    match verdict.filter(|verdict| **verdict != Verdict::Exact) {
        None => Ok(()),
        Some(verdict) => {
            let message = format!("the loop is {verdict}");
            let finding = Diagnostic::error("loop-not-closed", "", message).hint(remedy(plan));
            Err(Failure::new(Status::Evaluation, finding))
        }
    }
}

/// What may close a loop.
fn remedy(plan: &Plan) -> String {
    match plan.warmup() {
        Some(warmup) => format!(
            "`--warmup {}` closes it if its state settles; a sum that only grows never does",
            warmup.loops.saturating_add(1)
        ),
        None => "leave out `--sampling time`, or choose an `--fps` that gives whole frames a cycle"
            .to_owned(),
    }
}

/// What people should look into, a line each.
pub(super) fn doubts(job: &Job, outcome: &Outcome, stale: &[u64]) -> Vec<String> {
    let mut lines = Vec::new();
    let Faults {
        dropped,
        bad_parameters,
        non_finite,
        divisions_by_zero,
        pulses_folded,
        inputs_rejected,
    } = outcome.faults;
    for (count, what) in [
        (
            dropped,
            "elements were not drawn: a channel was not finite, or a size negative",
        ),
        (
            bad_parameters,
            "cameras, rails or effects had impossible parameters",
        ),
        (non_finite, "signals were NaN or infinite"),
        (divisions_by_zero, "divisions by zero gave 0"),
        (
            pulses_folded,
            "pulses beyond what one frame keeps were only counted",
        ),
        (
            inputs_rejected,
            "recorded values of another shape were replaced by defaults",
        ),
    ] {
        if count > 0 {
            lines.push(format!("warning: {count} {what}"));
        }
    }
    if let Some((frame, what)) = &outcome.first {
        lines.push(format!("first in frame {frame}: {what}"));
    }
    if let Some(first) = stale.first() {
        let (count, name) = (stale.len(), job.target.destination.name(*first));
        lines.push(format!(
            "warning: {count} older frames remain beside the new ones, from `{name}`"
        ));
    }
    lines
}

fn summarise(job: &Job, ready: &Ready, outcome: &Outcome, stale: &[u64], console: &Console) {
    for line in doubts(job, outcome, stale) {
        console.say(line);
    }
    console.detail(format!(
        "program {}, seed {}",
        ready.program.program_hash, ready.program.seed
    ));
    let Columns {
        count,
        constant,
        bytes,
    } = outcome.columns;
    console.detail(format!(
        "drawn from {count} columns of {bytes} bytes, {constant} of them constant"
    ));
    console.detail(job.studio.tally.to_string());
    let (frames, bytes) = (outcome.frames, outcome.bytes);
    let plural = if frames == 1 { "" } else { "s" };
    let place = match job.target.sort {
        Sort::Stdout => "to standard output".to_owned(),
        Sort::Files | Sort::Nowhere => {
            format!("in `{}`", job.target.destination.shown().display())
        }
    };
    console.say(format!("{frames} frame{plural}, {bytes} bytes {place}"));
}

/// Before a number of bytes. How long texts are is not known before.
fn at_most(job: &Job) -> &'static str {
    if job.target.format.has_pixels() {
        "at most about"
    } else {
        "about"
    }
}

/// The plan, on stdout.
fn describe(job: &Job, proofs: &Proofs) -> Result<Status, Failure> {
    let (plan, frames) = (&job.plan, &job.frames);
    let (first, last) = (frames.first(), frames.last());
    let time = |frame: u64| plan.time_ms(plan.sample(frame as i64));
    let warmup = match plan.warmup() {
        Some(warmup) if plan.lead() > 0 => {
            let from = if warmup.by_default {
                "by default"
            } else {
                "as asked"
            };
            format!(
                "{} loops {from}, {} frames evaluated first",
                warmup.loops,
                plan.lead()
            )
        }
        _ => format!("{} frames evaluated first", plan.lead()),
    };
    let mut rows = vec![
        (
            "time",
            format!(
                "{}, sampled by {}",
                plan.model_name(),
                plan.sampling().word()
            ),
        ),
        ("fps", plan.fps().to_string()),
        (
            "frames",
            format!("{} of {} ({first} to {last})", frames.len(), plan.frames()),
        ),
        ("times", format!("{} ms to {} ms", time(first), time(last))),
        ("warm-up", warmup),
        ("size", format!("{} x {} px", job.width, job.height)),
    ];
    if job.target.sort != Sort::Nowhere {
        let destination = &job.target.destination;
        let (first, last) = (destination.name(first), destination.name(last));
        rows.extend([
            ("format", job.film.facts().to_owned()),
            ("names", format!("{first} to {last}")),
            ("folder", destination.folder().display().to_string()),
            ("bytes", format!("{} {}", at_most(job), job.largest())),
        ]);
    }
    let memory = format!("about {} bytes with {} threads", job.memory(), job.jobs);
    rows.push(("memory", memory));
    rows.extend(proofs.places());
    console::data(|out| {
        rows.iter()
            .try_for_each(|(key, value)| writeln!(out, "{key:8} {value}"))
    })?;
    job.survey()?;
    proofs.survey(job.existing)?;
    Ok(Status::Done)
}

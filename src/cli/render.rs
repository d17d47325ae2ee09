//! `oscilla render`: the story of the program in one screen.

use super::args::RenderArgs;
use super::console::{self, Console};
use super::execute::execute;
use super::failure::{Failure, Status};
use super::job::Job;
use super::load::{Ready, load};
use super::progress::Display;
use super::signals::Stop;
use super::swap;
use crate::diag::Diagnostic;
use crate::export::integrity::{self, Verdict};
use crate::export::manifest::LoopEntry;
use crate::export::output::Existing;
use crate::export::pipeline::Outcome;
use crate::export::{Columns, Engines as _, Faults, Plan};

pub(super) fn run(args: &RenderArgs, console: &mut Console) -> Result<Status, Failure> {
    let (ready, job) = prepare(args, console)?;
    console.warnings(&ready.advice);
    if args.film.print_ffmpeg {
        let command = job.film.command(&job.target)?;
        console::data(|out| writeln!(out, "{command}"))?;
        return Ok(Status::Done);
    }
    swap::report(&job.swaps, console);
    if args.dry_run {
        return describe(&job);
    }
    let stale = job.survey()?;
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
    if !job.target.is_stdout {
        job.target.destination.prepare()?;
    }
    let head = job.head(args, &ready, verdict.as_ref().map(LoopEntry::from));
    let display = Display::new(args.progress, console, job.frames.len());
    let mut notes = Vec::new();
    let result = execute(&job, &head, (&display, stop.flag()), &mut notes);
    display.end(result.as_ref().ok());
    let outcome = result.map_err(|failure| {
        let may_go_on = failure.status == Status::Io && job.target.form.is_files();
        if may_go_on && job.existing != Existing::Resume {
            failure.hint("afterwards, `--resume` goes on with the frames that are whole")
        } else {
            failure
        }
    })?;
    if outcome.stopped {
        let (done, of) = (outcome.frames, job.frames.len());
        let kept = job.target.kept();
        console.say(format!("stopped after {done} of {of} frames; {kept}"));
        return Ok(stop.status());
    }
    for note in notes {
        console.say(note);
    }
    summarise(&job, &ready, &outcome, &stale, console);
    Ok(Status::Done)
}

/// Everything that can fail before the long part, and is worth nothing without it.
///
/// # Errors
/// What is wrong with the patch, the other files or the arguments.
pub(super) fn prepare(args: &RenderArgs, console: &mut Console) -> Result<(Ready, Job), Failure> {
    let ready = load(&args.patch, &args.patch_flags, args.strict)?.into_program(console)?;
    let swaps = swap::load_all(args, &ready, console)?;
    let others: Vec<&Ready> = swaps.iter().map(|swap| &swap.ready).collect();
    let ready = ready.with_inputs(&args.inputs, &others, args.strict, console)?;
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
    match verdict {
        Some(verdict) if required && *verdict != Verdict::Exact => {
            let finding =
                Diagnostic::error("loop-not-closed", "", format!("the loop is {verdict}"))
                    .hint(remedy(plan));
            Err(Failure::new(Status::Evaluation, finding))
        }
        Some(verdict) => {
            console.say(format!("loop: {verdict}"));
            Ok(())
        }
        None => Ok(()),
    }
}

/// What may close a loop.
pub(super) fn remedy(plan: &Plan) -> String {
    match plan.warmup() {
        Some(warmup) => format!(
            "`--warmup {}` closes it if its state settles; a sum that only grows never does",
            warmup.loops.saturating_add(1)
        ),
        None => "leave out `--sampling time`, or choose an `--fps` that gives whole frames a cycle"
            .to_owned(),
    }
}

fn summarise(job: &Job, ready: &Ready, outcome: &Outcome, stale: &[u64], console: &Console) {
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
            console.say(format!("warning: {count} {what}"));
        }
    }
    if let Some((frame, what)) = &outcome.first {
        console.say(format!("first in frame {frame}: {what}"));
    }
    if let Some(first) = stale.first() {
        let (count, name) = (stale.len(), job.target.destination.name(*first));
        console.say(format!(
            "warning: {count} older frames remain beside the new ones, from `{name}`"
        ));
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
    let place = job.target.destination.shown();
    console.say(format!(
        "{frames} frame{plural}, {bytes} bytes in `{}`",
        place.display()
    ));
}

/// The plan, on stdout.
fn describe(job: &Job) -> Result<Status, Failure> {
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
    let rows = [
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
        ("format", job.film.facts().to_owned()),
        (
            "names",
            format!(
                "{} to {}",
                job.target.destination.name(first),
                job.target.destination.name(last)
            ),
        ),
        (
            "folder",
            job.target.destination.folder().display().to_string(),
        ),
        (
            "bytes",
            format!("at most about {}", frames.len() * largest_file(job)),
        ),
        (
            "memory",
            format!("about {} bytes with {} threads", job.memory(), job.jobs),
        ),
    ];
    console::data(|out| {
        rows.iter()
            .try_for_each(|(key, value)| writeln!(out, "{key:8} {value}"))
    })?;
    job.survey()?;
    Ok(Status::Done)
}

/// A file that could not be compressed at all.
fn largest_file(job: &Job) -> u64 {
    u64::from(job.height) * (u64::from(job.width) * 4 + 1) + 1024
}

//! The frames of a job, through what its format needs: one arm a form, each a finisher for the worker
//! threads and a delivery for the calling one.

use super::failure::Failure;
use super::job::Job;
use crate::export::Progress;
use crate::export::animated::{Animated, Baked, Trees};
use crate::export::file::{File, PngFiles, SvgFiles};
use crate::export::format::Form;
use crate::export::manifest::{Archive, Head};
use crate::export::pipeline::{self, Finish, Outcome};
use crate::svg::animate::Animation;
use std::sync::atomic::AtomicBool;

/// What a run reports to, and what stops it.
type Watch<'a> = (&'a dyn Progress, &'a AtomicBool);

/// Makes and delivers all frames. Unless it was stopped, everything has its final name afterwards.
/// Puts what people should know of the files into `notes`.
///
/// # Errors
/// The first frame's that has one.
pub(super) fn execute(
    job: &Job,
    head: &Head,
    watch: Watch,
    notes: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let (studio, texts) = (&job.studio, job.texts.as_ref());
    match job.target.form {
        Form::PngFiles => files(job, head, watch, || {
            PngFiles::new(studio.painter(), job.effort, texts)
        }),
        Form::AnimatedSvg => animated(job, head, watch, notes),
        Form::SvgFiles => files(job, head, watch, || SvgFiles::new(studio.scribe(), texts)),
    }
}

/// All frames as one document that moves.
fn animated(
    job: &Job,
    head: &Head,
    watch: Watch,
    notes: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let animation = Box::new(Animation::new(job.animate_options()));
    let (destination, plan) = (&job.target.destination, (&job.plan, &job.frames));
    let mut animated = Animated::begin(animation, destination, plan, head)?;
    let outcome = pipeline::run(&work(job), &job.studio, || Trees, watch, &mut animated)?;
    if outcome.stopped {
        return Ok(outcome);
    }
    let (outcome, baked) = animated.finish(outcome)?;
    notes.extend(baked.iter().map(|baked| {
        let Baked { sink, reason } = baked;
        format!("`{sink}` is drawn anew for each frame: {reason}")
    }));
    Ok(outcome)
}

/// One file a frame.
fn files<F: Finish<Product = File>>(
    job: &Job,
    head: &Head,
    watch: Watch,
    finisher: impl Fn() -> F,
) -> Result<Outcome, Failure> {
    let mut archive = Archive::begin(&job.target.destination, &job.plan, &job.frames, head)?;
    let outcome = pipeline::run(&work(job), &job.studio, finisher, watch, &mut archive)?;
    if !outcome.stopped {
        archive.finish(&outcome)?;
    }
    Ok(outcome)
}

fn work(job: &Job) -> pipeline::Job<'_> {
    pipeline::Job {
        plan: &job.plan,
        frames: &job.frames,
        jobs: job.jobs,
    }
}

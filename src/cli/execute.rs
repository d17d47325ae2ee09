//! The frames of a job, through what its format needs: one arm a form, each a finisher for the worker
//! threads and a delivery for the calling one.

use super::failure::Failure;
use super::job::Job;
use crate::export::Progress;
use crate::export::file::{File, PngFiles, SvgFiles};
use crate::export::format::Form;
use crate::export::manifest::{Archive, Head};
use crate::export::pipeline::{self, Finish, Outcome};
use std::sync::atomic::AtomicBool;

/// What a run reports to, and what stops it.
type Watch<'a> = (&'a dyn Progress, &'a AtomicBool);

/// Makes and delivers all frames. Unless it was stopped, everything has its final name afterwards.
///
/// # Errors
/// The first frame's that has one.
pub(super) fn execute(job: &Job, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let (studio, texts) = (&job.studio, job.texts.as_ref());
    match job.target.form {
        Form::PngFiles => files(job, head, watch, || {
            PngFiles::new(studio.painter(), job.effort, texts)
        }),
        Form::SvgFiles => files(job, head, watch, || SvgFiles::new(studio.scribe(), texts)),
    }
}

/// One file a frame.
fn files<F: Finish<Product = File>>(
    job: &Job,
    head: &Head,
    watch: Watch,
    finisher: impl Fn() -> F,
) -> Result<Outcome, Failure> {
    let mut archive = Archive::begin(&job.target.destination, &job.plan, &job.frames, head)?;
    let work = pipeline::Job {
        plan: &job.plan,
        frames: &job.frames,
        jobs: job.jobs,
    };
    let outcome = pipeline::run(&work, &job.studio, finisher, watch, &mut archive)?;
    if !outcome.stopped {
        archive.finish(&outcome)?;
    }
    Ok(outcome)
}

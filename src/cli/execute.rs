//! The frames of a job, through what its format needs: one arm a form, each a finisher for the worker
//! threads and a delivery for the calling one.

use super::failure::Failure;
use super::job::Job;
use super::target::Sort;
use crate::export::animated::{Animated, AnimatedError, Animator, Baked, Trees};
use crate::export::apng::{Apng, ApngHead};
use crate::export::archive::{Archive, Resumed};
use crate::export::file::{DeepFiles, File, PngFiles, SvgFiles, WebpFiles};
use crate::export::format::{Form, Stream};
use crate::export::gif::Gif;
use crate::export::gif::census::Census;
use crate::export::gif::palette::palette;
use crate::export::manifest::Head;
use crate::export::movie::Movie;
use crate::export::movie::recipe::Input;
use crate::export::output::{Existing, OutputError};
use crate::export::pipeline::{self, Delivery, Finish, Outcome, PipelineError};
use crate::export::reel::{Bytes, Film, Programme, Reel};
use crate::export::shot::{Counts, Pictures, Quantisations, Raw, RawPictures, Shot};
use crate::export::spares::Spares;
use crate::export::webp::WebpAnimation;
use crate::export::y4m;
use crate::export::yuv::Chroma;
use crate::export::{FrameSet, Progress};
use crate::lottie;
use crate::svg::animate::Animation;
use std::fs;
use std::io;
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
    match job.target.form {
        Form::PngFiles | Form::SvgFiles | Form::WebpFiles => files(job, head, watch, notes),
        Form::AnimatedSvg => {
            let animation = Animation::new(job.animate_options());
            animated(job, head, (Box::new(animation), watch), notes)
        }
        Form::Lottie => {
            let animation = lottie::Animation::new(job.lottie_options());
            animated(job, head, (Box::new(animation), watch), notes)
        }
        Form::Gif => gif(job, head, watch),
        Form::Apng => apng(job, head, watch),
        Form::WebpAnimation => webp(job, head, watch),
        Form::Stream(stream) => stream_of(job, stream, head, watch),
        Form::Movie(_) => movie(job, head, watch),
    }
}

/// Makes frames that are a file each.
///
/// # Errors
/// The first frame's that has one.
pub(super) fn each_file(
    job: &Job,
    frames: &FrameSet,
    watch: Watch,
    delivery: &mut dyn Delivery<File>,
) -> Result<Outcome, PipelineError> {
    let (studio, texts) = (&job.studio, job.texts.as_ref());
    let work = pipeline::Job {
        frames,
        ..work(job)
    };
    match job.target.form {
        Form::SvgFiles => {
            let finisher = || SvgFiles::new(studio.scribe(), texts);
            pipeline::run(&work, studio, finisher, watch, delivery)
        }
        Form::WebpFiles => {
            let finisher = || WebpFiles::new(studio.painter());
            pipeline::run(&work, studio, finisher, watch, delivery)
        }
        _ if job.is_deep => {
            let finisher = || DeepFiles::new(studio.painter(), job.effort, texts);
            pipeline::run(&work, studio, finisher, watch, delivery)
        }
        _ => {
            let finisher = || PngFiles::new(studio.painter(), job.effort, texts);
            pipeline::run(&work, studio, finisher, watch, delivery)
        }
    }
}

/// All frames as one document that moves.
fn animated(
    job: &Job,
    head: &Head,
    (animation, watch): (Box<dyn Animator>, Watch),
    notes: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let (destination, plan) = (&job.target.destination, (&job.plan, &job.frames));
    let mut animated = Animated::begin(animation, destination, plan, head)?;
    let outcome = pipeline::run(&work(job), &job.studio, || Trees, watch, &mut animated)?;
    if outcome.stopped {
        return Ok(outcome);
    }
    let finished = animated.finish(outcome);
    let (outcome, baked) = finished.map_err(|error| no_animation(error, job.target.form))?;
    notes.extend(baked.iter().map(|baked| {
        let Baked { sink, reason } = baked;
        format!("`{sink}` is drawn anew for each frame: {reason}")
    }));
    Ok(outcome)
}

/// Why there is no animation, and what to do about it.
fn no_animation(error: AnimatedError, form: Form) -> Failure {
    let hint = match (&error, form) {
        (AnimatedError::Output(_), _) => return error.into(),
        (AnimatedError::Animator(error), Form::Lottie) if error.code == "not-representable" => {
            "leave it out, or add `--allow-approximate`"
        }
        (AnimatedError::Animator(error), _) if error.code == "not-representable" => {
            "leave out `--svg-animate strict` to draw it anew for each frame"
        }
        _ => "write fewer frames (`--fps`), or frames of their own, or add `--allow-large`",
    };
    Failure::from(error).hint(hint)
}

/// One file a frame.
fn files(
    job: &Job,
    head: &Head,
    watch: Watch,
    notes: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let (destination, plan, frames) = (&job.target.destination, &job.plan, &job.frames);
    let (mut archive, missing) = if job.existing == Existing::Resume {
        match Archive::resume(destination, plan, frames, head)? {
            Resumed::Finished(outcome) => {
                watch.0.kept(frames.len());
                notes.push("nothing was left to do".to_owned());
                return Ok(outcome);
            }
            Resumed::Open { archive, missing } => (archive, missing),
        }
    } else {
        let archive = Archive::begin(destination, plan, frames, head)?;
        (archive, frames.clone())
    };
    if archive.removed() > 0 {
        let removed = archive.removed();
        notes.push(format!(
            "{removed} frames of the export that was replaced were removed"
        ));
    }
    let kept = frames.len() - missing.len();
    if kept > 0 {
        watch.0.kept(kept);
        notes.push(format!("{kept} frames were there already"));
    }
    let outcome = each_file(job, &missing, watch, &mut archive)?;
    if outcome.stopped {
        archive.pause()?;
        return Ok(Outcome {
            frames: kept + outcome.frames,
            ..outcome
        });
    }
    Ok(archive.finish()?)
}

/// All frames in one file or stream.
fn reel<F: Film, M: Finish<Product = Shot<F::Content>>>(
    job: &Job,
    watch: Watch,
    finisher: impl Fn() -> M,
    reel: Result<Reel<F>, OutputError>,
) -> Result<Outcome, Failure> {
    let mut reel = reel?;
    let outcome = pipeline::run(&work(job), &job.studio, finisher, watch, &mut reel)?;
    if outcome.stopped {
        return Ok(outcome);
    }
    Ok(reel.finish(outcome)?)
}

fn gif(job: &Job, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let (film, studio) = (&job.film, &job.studio);
    let shared = if film.shares_palette {
        let mut census = Census::default();
        let counts = || Counts::new(studio.painter());
        watch.0.pass(Some("counting colours"));
        let outcome = pipeline::run(&work(job), studio, counts, watch, &mut census)?;
        watch.0.pass(None);
        if outcome.stopped {
            return Ok(outcome);
        }
        Some(palette(&census))
    } else {
        None
    };
    // Both sides were checked.
    let size = (job.width as u16, job.height as u16);
    let begin = Reel::file(programme(job, head), &job.target.destination, |out, _| {
        Gif::new(out, size, film.plays, shared.clone())
    });
    let quantise = || Quantisations::new(studio.painter(), shared.as_ref(), film.dither);
    reel(job, watch, quantise, begin)
}

fn apng(job: &Job, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let no_texts = Vec::new();
    let apng_head = ApngHead {
        width: job.width,
        height: job.height,
        // A plan has far fewer than 2³².
        frames: job.frames.len() as u32,
        plays: u32::from(job.film.plays),
        opaque: job.is_opaque(),
        effort: job.effort,
        texts: job.texts.as_ref().unwrap_or(&no_texts),
    };
    let begin = Reel::file(programme(job, head), &job.target.destination, |out, _| {
        Apng::new(out, &apng_head)
    });
    reel(job, watch, || Pictures::new(job.studio.painter()), begin)
}

fn webp(job: &Job, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let begin = Reel::file(programme(job, head), &job.target.destination, |out, _| {
        WebpAnimation::new(out, job.width, job.height, job.film.plays)
    });
    reel(job, watch, || Pictures::new(job.studio.painter()), begin)
}

fn stream_of(job: &Job, stream: Stream, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let film = &job.film;
    let (raw, first) = match stream {
        Stream::Rgba => (Raw::Rgba, Vec::new()),
        Stream::Png if job.is_deep => (Raw::DeepPng(job.effort), Vec::new()),
        Stream::Png => (Raw::Png(job.effort), Vec::new()),
        Stream::Y4m => (
            Raw::Y4m(film.chroma),
            y4m::head(job.width, job.height, film.rate, film.chroma),
        ),
    };
    let to_stdout = job.target.sort == Sort::Stdout;
    let spares = Spares::default();
    let finisher = || RawPictures::new(job.studio.painter(), raw, !to_stdout, spares.clone());
    let programme = programme(job, head);
    if to_stdout {
        let begun = standard_output().and_then(|out| Bytes::new(out, &first, spares.clone()));
        let out = begun.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => OutputError::ReaderGone { last: None }.into(),
            _ => Failure::from(error),
        })?;
        return reel(job, watch, finisher, Ok(Reel::stream(programme, out)));
    }
    let begin = Reel::file(programme, &job.target.destination, |out, _| {
        Bytes::new(out, &first, spares.clone())
    });
    reel(job, watch, finisher, begin)
}

/// Standard output without the buffer that `io::stdout` has, which would look for ends of lines in frames. A
/// pipe is made wide enough that writer and reader need not take turns for every few rows.
fn standard_output() -> io::Result<fs::File> {
    #[cfg(unix)]
    let handle = {
        use std::os::fd::AsFd as _;
        io::stdout().as_fd().try_clone_to_owned()
    };
    #[cfg(windows)]
    let handle = {
        use std::os::windows::io::AsHandle as _;
        io::stdout().as_handle().try_clone_to_owned()
    };
    #[cfg(target_os = "linux")]
    if let Ok(handle) = &handle {
        /// Wide enough, and not so wide that it leaves the cache.
        const WIDE: usize = 1 << 18;
        use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
        if fcntl_getpipe_size(handle).is_ok_and(|size| size < WIDE) {
            // Whoever may not have it wider keeps it as it is.
            fcntl_setpipe_size(handle, WIDE).ok();
        }
    }
    handle.map(fs::File::from)
}

fn movie(job: &Job, head: &Head, watch: Watch) -> Result<Outcome, Failure> {
    let recipe = &job.film.recipe;
    let (raw, first) = match recipe.input {
        Input::Y4m => {
            let (width, height) = job.file_size();
            let first = y4m::head(width, height, recipe.rate, Chroma::Half);
            (Raw::EvenY4m, first)
        }
        Input::Rgba { .. } | Input::Png => (Raw::Even, Vec::new()),
    };
    let begin = Reel::file(programme(job, head), &job.target.destination, |_, path| {
        Movie::start(recipe, path, &first)
    });
    let finisher = || RawPictures::new(job.studio.painter(), raw, true, Spares::default());
    reel(job, watch, finisher, begin)
}

fn work(job: &Job) -> pipeline::Job<'_> {
    pipeline::Job {
        plan: &job.plan,
        frames: &job.frames,
        jobs: job.jobs,
    }
}

fn programme<'a>(job: &'a Job, head: &'a Head) -> Programme<'a> {
    Programme {
        plan: &job.plan,
        frames: &job.frames,
        head,
    }
}

//! `render --seeds 1-9 --sweep osc.amplitude=0.2,0.5`: one export for each combination.
//!
//! A variant is exactly what `render --seed 3 --set osc.amplitude=0.2 --out FOLDER/seed=3,osc.amplitude=0.2`
//! would have written. The patch is read once and compiled once for all seeds that nothing in the program
//! was made of. Everything that can be wrong with any variant is found before the first frame; one that fails
//! after that does not stop the others, unless files cannot be written. Beside the folders lies
//! `sweep.json`.
//!
//! Read next: `variants`, `prepare`, `index`.

pub(super) mod index;
mod prepare;
mod variants;

use super::args::RenderArgs;
use super::console::{self, Console};
use super::crew;
use super::failure::{Failure, Status};
use super::job::Job;
use super::load::{Ready, Script};
use super::progress::{Display, Lane};
use super::proof::{Clip, Proofs};
use super::render::{self, Exported};
use super::signals::Stop;
use super::target::Target;
use crate::export::integrity::{self, Verdict};
use crate::export::output::{Destination, Existing, Names, OutputError};
use crate::export::{Engines as _, Progress};
use index::Entry;
use prepare::{Builder, about_variant, refuse};
use serde_json::json;
use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread;
use variants::Variant;

/// A variant that can be rendered.
pub(super) struct Run {
    number: usize,
    variant: Variant,
    args: RenderArgs,
    ready: Ready,
    job: Job,
    /// Frames of an earlier export that would stay beside the new ones.
    stale: Vec<u64>,
}

/// All of them.
struct Sweep {
    runs: Vec<Run>,
    /// The folder of their folders.
    root: Option<PathBuf>,
    compilations: usize,
    /// Variants that are made at the same time, and threads of each.
    beside: usize,
    /// Threads in all.
    jobs: usize,
}

pub(super) fn run(args: &RenderArgs, console: &mut Console) -> Result<Status, Failure> {
    let sweep = Sweep::new(args, console)?;
    let clips = sweep.clips();
    let proofs = Proofs::new(args, &clips)?;
    let count = sweep.runs.len();
    console.detail(format!(
        "compiled {} for {count} variants",
        times(sweep.compilations)
    ));
    if args.dry_run {
        return sweep.describe(&proofs);
    }
    let existing = sweep.runs[0].job.existing;
    proofs.survey(existing)?;
    let index = sweep.open_index(existing)?;
    proofs.prepare()?;
    let stop = Stop::listen()?;
    let writes: u64 = sweep.runs.iter().map(|run| run.job.to_write()).sum();
    let display = Display::new(args.progress, console, writes + proofs.frames(&clips));
    let rendered = sweep.render(args, &display, (console, &stop));
    let result = rendered.and_then(|rendered| {
        let whole = !rendered.stopped && rendered.status == Status::Done;
        if let (Some((destination, name)), false) = (&index, rendered.stopped) {
            let text = index::write(&sweep.runs[0], &rendered.entries);
            destination.write(name, text.as_bytes())?;
        }
        let made = if whole {
            proofs.make(&clips, sweep.jobs, (&display, stop.flag()))?
        } else {
            super::proof::Made::default()
        };
        Ok((rendered, made))
    });
    let status = match &result {
        Err(_) => "failed",
        Ok((rendered, made)) if rendered.stopped || made.stopped => "stopped",
        Ok((rendered, _)) if rendered.status != Status::Done => "failed",
        Ok(_) => "done",
    };
    display.end(
        status,
        result.as_ref().ok().map(|(rendered, _)| rendered.bytes),
    );
    let (rendered, made) = result?;
    display.account(rendered.bytes, console);
    if rendered.stopped || made.stopped {
        let done = rendered.entries.len();
        let onward = if sweep.runs[0].job.target.form.is_files() && sweep.root.is_some() {
            "; `--resume` goes on"
        } else {
            ""
        };
        console.say(format!("stopped after {done} of {count} variants{onward}"));
        return Ok(stop.status());
    }
    for note in &made.notes {
        console.say(note);
    }
    if rendered.failed > 0 && args.proofs.contact_sheet.is_some() {
        console.say("there is no contact sheet: it shows all variants, and some failed");
    }
    if let Some(root) = &sweep.root {
        let (failed, shown) = (rendered.failed, shown(root));
        let failures = if failed > 0 {
            format!(", {failed} failed")
        } else {
            String::new()
        };
        console.say(format!(
            "{} of {count} variants in `{shown}`{failures}",
            count - failed
        ));
    }
    Ok(rendered.status)
}

/// What became of a sweep.
struct Rendered {
    /// Of the variants that came to an end.
    entries: Vec<Entry>,
    /// The worst of them.
    status: Status,
    failed: usize,
    stopped: bool,
    /// Of all files of frames.
    bytes: u64,
}

/// What became of a variant.
struct Ended {
    exported: Exported,
    verdict: Option<Verdict>,
}

impl Sweep {
    /// Checks everything.
    ///
    /// # Errors
    /// The first variant's that has one.
    fn new(args: &RenderArgs, console: &Console) -> Result<Self, Failure> {
        refuse(args)?;
        let list = variants::all(args)?;
        let script = Script::read(&args.patch)?.shared();
        if script.is_program() {
            let flag = if args.variants.seeds.is_some() {
                "--seeds"
            } else {
                "--sweep"
            };
            let shown = args.patch.display();
            let message = format!("`{shown}` is a compiled program, and `{flag}` is for patches");
            return Err(Failure::usage(message).hint("give the patch that it was compiled from"));
        }
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let jobs = args.jobs.unwrap_or_else(cores);
        let mut beside = jobs.min(list.len());
        let each = (jobs / beside).max(1);
        let out = args.out.as_deref().map(Target::split);
        let mut builder = Builder {
            args,
            script: &script,
            console,
            out,
            jobs: each,
            said: BTreeSet::new(),
            inputs: None,
        };
        let mut runs = Vec::with_capacity(list.len());
        for (number, variant) in list.into_iter().enumerate() {
            runs.push(builder.run(number, variant)?);
        }
        let largest = runs.iter().map(|run| run.job.memory()).max().unwrap_or(1);
        if let Some(allowed) = args.max_memory {
            let fits = allowed / largest.max(1);
            beside = beside
                .min(usize::try_from(fits).unwrap_or(usize::MAX))
                .max(1);
        }
        let root = out.map(|(root, _)| match root {
            here if here.as_os_str().is_empty() => PathBuf::from("."),
            root => root.to_owned(),
        });
        Ok(Self {
            runs,
            root,
            compilations: script.compilations(),
            beside,
            jobs,
        })
    }

    fn clips(&self) -> Vec<Clip<'_>> {
        let clips = self.runs.iter();
        clips
            .map(|run| Clip {
                job: &run.job,
                title: Some(&run.variant.title),
            })
            .collect()
    }

    /// Where the index goes; that of an earlier sweep is removed, for its variants are about to change.
    ///
    /// # Errors
    /// If there is one and nothing was said about it, and what the system says.
    fn open_index(&self, existing: Existing) -> Result<Option<(Destination, String)>, Failure> {
        let Some(root) = &self.root else {
            return Ok(None);
        };
        let name = index::name(&self.runs[0]);
        let destination = Destination::new(root, Names::Single(name.clone()));
        let path = destination.shown();
        if path.exists() {
            if existing == Existing::Refuse {
                return Err(OutputError::Taken { path }.into());
            }
            std::fs::remove_file(&path).map_err(|source| OutputError::Io { path, source })?;
        }
        destination.prepare()?;
        Ok(Some((destination, name)))
    }

    /// Renders all variants, some at the same time.
    ///
    /// # Errors
    /// Files that cannot be written.
    fn render(
        &self,
        args: &RenderArgs,
        display: &Display,
        (console, stop): (&Console, &Stop),
    ) -> Result<Rendered, Failure> {
        let mut rendered = Rendered {
            entries: Vec::with_capacity(self.runs.len()),
            status: Status::Done,
            failed: 0,
            stopped: false,
            bytes: 0,
        };
        let work = |run: &Run| {
            let lane = Lane::new(display, run.number);
            if stop.flag().load(Ordering::Relaxed) {
                None
            } else {
                Some(run.render(args, &lane, stop))
            }
        };
        crew::each(&self.runs, Some(self.beside), work, |run, ended| {
            let ended = match ended {
                None => {
                    rendered.stopped = true;
                    return Ok(());
                }
                Some(Ok(ended)) if ended.exported.is_stopped() => {
                    rendered.stopped = true;
                    return Ok(());
                }
                Some(Ok(ended)) => ended,
                // The others would fail as well.
                Some(Err(failure)) if failure.status == Status::Io => {
                    return Err(run.about(failure));
                }
                Some(Err(failure)) => {
                    let entry = Entry::failed(run, &failure);
                    let failure = run.about(failure);
                    rendered.status = rendered.status.max(failure.status);
                    rendered.failed += 1;
                    rendered.entries.push(entry);
                    let line = run.place(self.runs.len());
                    let event = run.event(self.runs.len(), "failed");
                    display.note(console, &format!("{line}: failed"), &event);
                    display.failure(console, &failure);
                    return Ok(());
                }
            };
            let outcome = ended.exported.outcome.as_ref();
            rendered.bytes += outcome.map_or(0, |outcome| outcome.bytes);
            rendered
                .entries
                .push(self.tell(run, &ended, display, console));
            Ok(())
        })?;
        Ok(rendered)
    }

    /// Says what became of a variant.
    fn tell(&self, run: &Run, ended: &Ended, display: &Display, console: &Console) -> Entry {
        let verdict = ended.verdict.as_ref();
        let outcome = ended.exported.outcome.as_ref();
        let (frames, bytes) = outcome.map_or((0, 0), |outcome| (outcome.frames, outcome.bytes));
        if outcome.is_some() {
            let plural = if frames == 1 { "" } else { "s" };
            let place = run.place(self.runs.len());
            let verdict = verdict.map_or(String::new(), |verdict| format!(", loop {verdict}"));
            let line = format!("{place}: {frames} frame{plural}, {bytes} bytes{verdict}");
            display.note(console, &line, &run.event(self.runs.len(), "done"));
        }
        let doubts = outcome.map(|outcome| render::doubts(&run.job, outcome, &run.stale));
        let lines = ended
            .exported
            .notes
            .iter()
            .cloned()
            .chain(doubts.into_iter().flatten());
        for line in lines {
            let text = format!("  {line}");
            display.note(console, &text, &json!({"event": "note", "text": line}));
        }
        Entry::done(run, (frames, bytes), verdict.map(Verdict::word))
    }

    /// The plan, on stdout.
    fn describe(&self, proofs: &Proofs) -> Result<Status, Failure> {
        let frames: u64 = self.runs.iter().map(|run| run.job.frames.len()).sum();
        let bytes = self
            .runs
            .iter()
            .map(|run| run.job.largest())
            .fold(0, u64::saturating_add);
        let largest = self
            .runs
            .iter()
            .map(|run| run.job.memory())
            .max()
            .unwrap_or(0);
        let memory = largest.saturating_mul(self.beside as u64);
        let count = self.runs.len();
        let mut rows = vec![
            ("variants", format!("{count}, {} at a time", self.beside)),
            ("compiled", times(self.compilations)),
            ("frames", frames.to_string()),
        ];
        if let Some(root) = &self.root {
            rows.extend([
                ("folder", shown(root)),
                ("bytes", format!("at most about {bytes}")),
            ]);
        }
        rows.push((
            "memory",
            format!("about {memory} bytes with {} threads", self.jobs),
        ));
        rows.extend(proofs.places());
        console::data(|out| {
            for (key, value) in &rows {
                writeln!(out, "{key:8} {value}")?;
            }
            for run in &self.runs {
                let (folder, frames) = (&run.variant.folder, run.job.frames.len());
                let hash = &run.ready.program.program_hash;
                writeln!(out, "{folder}  {frames} frames  {hash}")?;
            }
            Ok(())
        })?;
        Ok(Status::Done)
    }
}

impl Run {
    fn render(
        &self,
        args: &RenderArgs,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Ended, Failure> {
        let job = &self.job;
        let verdict = integrity::check(&job.plan, job.studio.source()?, stop.flag())?;
        if args.plan.require_closed_loop {
            render::must_close(verdict.as_ref(), &job.plan)?;
        }
        let watch = (progress, stop.flag());
        let exported = render::export(&self.args, (&self.ready, job), verdict.as_ref(), watch)?;
        Ok(Ended { exported, verdict })
    }

    /// `3 of 9  seed=3`
    fn place(&self, of: usize) -> String {
        format!("{} of {of}  {}", self.number + 1, self.variant.folder)
    }

    fn event(&self, of: usize, status: &str) -> serde_json::Value {
        let (number, folder) = (self.number + 1, &self.variant.folder);
        json!({"event": "variant", "variant": number, "variants": of, "folder": folder, "status": status})
    }

    fn about(&self, failure: Failure) -> Failure {
        about_variant(&self.variant, failure)
    }
}

fn shown(root: &Path) -> String {
    root.display().to_string()
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

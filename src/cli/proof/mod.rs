//! Proofs: `--contact-sheet` and `--flipbook`, for looking at many frames.
//!
//! In: jobs as they are rendered (one, or a variant each). Out: a picture and a page. Their frames are made
//! for themselves, after the export, from the same plan with the same quality: so they are the same whatever
//! the export writes, shapes or movies, anew or resumed, or nothing at all.
//!
//! Read next: `shots`, `sheet`, `flipbook`.

mod flipbook;
mod sheet;
mod shots;

use super::args::RenderArgs;
use super::failure::{Failure, Status};
use super::job::Job;
use super::target::Sort;
use crate::diag::Diagnostic;
use crate::export::delay::constant_rate;
use crate::export::names::NamePattern;
use crate::export::output::{Destination, Existing, Names, OutputError};
use crate::export::pipeline;
use crate::export::png::{PngEffort, PngEncoder};
use crate::export::{FrameSet, Progress, Texts};
use flipbook::{Book, Head};
use sheet::{Band, Layout, Sheet};
use shots::{Desk, Prover, Wanted, time_words};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Most pictures of one clip on a sheet, unless told otherwise.
const CELLS: u64 = 48;
/// The same of each variant.
const CELLS_OF_VARIANT: u64 = 8;

/// A clip that is shown.
pub(super) struct Clip<'a> {
    pub(super) job: &'a Job,
    /// What tells it from the other variants.
    pub(super) title: Option<&'a str>,
}

/// Proofs that can be made.
pub(super) struct Proofs {
    sheet: Option<SheetJob>,
    book: Option<BookJob>,
}

struct SheetJob {
    file: File,
    layout: Layout,
    every: u64,
    /// Each clip is one picture, and all are in one band.
    is_single: bool,
}

struct BookJob {
    file: File,
    head: Head,
}

/// A file, and the folder it lies in.
struct File {
    destination: Destination,
    name: String,
}

/// What became of proofs.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Lines for people.
    pub(super) notes: Vec<String>,
    /// They were stopped, and nothing was written.
    pub(super) stopped: bool,
}

impl Proofs {
    /// Checks what can be known before anything is rendered.
    ///
    /// # Errors
    /// Names that are none, places where frames would be, and what would be too large.
    pub(super) fn new(args: &RenderArgs, clips: &[Clip<'_>]) -> Result<Self, Failure> {
        let flags = &args.proofs;
        let book = match &flags.flipbook {
            Some(path) => Some(BookJob::new(path, clips)?),
            None => None,
        };
        let sheet = match &flags.contact_sheet {
            Some(path) => Some(SheetJob::new(path, args, clips)?),
            None => None,
        };
        let proofs = Self { sheet, book };
        let of_frames = clips.iter().map(|clip| clip.job.painting()).max();
        let needed = proofs.memory().saturating_add(of_frames.unwrap_or(0));
        let allowed = args.max_memory.unwrap_or(u64::MAX);
        if needed > allowed {
            let message = format!(
                "a contact sheet and its frames need about {needed} bytes, {allowed} are allowed"
            );
            let finding = Diagnostic::error("too-large", "", message)
                .hint("raise `--contact-every` or `--max-memory`, or lower `--jobs`");
            return Err(Failure::new(Status::Invalid, finding));
        }
        Ok(proofs)
    }

    /// Looks for files that are in the way.
    ///
    /// # Errors
    /// What is in the way. Whoever goes on with an export makes its proofs anew.
    pub(super) fn survey(&self, existing: Existing) -> Result<(), Failure> {
        for file in self.files() {
            let path = file.path();
            if path.is_dir() {
                let message = format!("`{}` is a folder", path.display());
                return Err(Failure::usage(message).hint("give the name of a file in it"));
            }
            if existing == Existing::Refuse && path.exists() {
                return Err(OutputError::Taken { path }.into());
            }
        }
        Ok(())
    }

    /// Makes sure, before anything is rendered, that the files can be written.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn prepare(&self) -> Result<(), Failure> {
        Ok(self
            .files()
            .try_for_each(|file| file.destination.prepare())?)
    }

    /// How many frames are painted for them.
    pub(super) fn frames(&self, clips: &[Clip<'_>]) -> u64 {
        if self.files().next().is_none() {
            return 0;
        }
        clips.iter().map(|clip| self.chosen(clip).len()).sum()
    }

    /// About how many bytes they take beside the frames in work; files of the flip-book are not known before.
    fn memory(&self) -> u64 {
        self.sheet.as_ref().map_or(0, |sheet| {
            let (width, height) = sheet.layout.size();
            // As it is filled, and as it is encoded.
            u64::from(width) * u64::from(height) * 10
        })
    }

    /// Where they go, for people.
    pub(super) fn places(&self) -> Vec<(&'static str, String)> {
        let sheet = self.sheet.iter().map(|sheet| {
            let (width, height) = sheet.layout.size();
            let path = sheet.file.path();
            (
                "sheet",
                format!("{width} x {height} px in `{}`", path.display()),
            )
        });
        let book = self.book.iter().map(|book| {
            let path = book.file.path();
            ("flipbook", format!("`{}`", path.display()))
        });
        sheet.chain(book).collect()
    }

    fn files(&self) -> impl Iterator<Item = &File> {
        let sheet = self.sheet.iter().map(|sheet| &sheet.file);
        sheet.chain(self.book.iter().map(|book| &book.file))
    }

    /// The frames of a clip that are painted.
    fn chosen(&self, clip: &Clip<'_>) -> FrameSet {
        match (&self.book, &self.sheet) {
            (None, Some(sheet)) => every(&clip.job.frames, sheet.every),
            _ => clip.job.frames.clone(),
        }
    }

    /// Makes and writes them.
    ///
    /// # Errors
    /// The first frame's that has one, and what the system says.
    pub(super) fn make(
        &self,
        clips: &[Clip<'_>],
        jobs: usize,
        watch: (&dyn Progress, &AtomicBool),
    ) -> Result<Made, Failure> {
        if self.files().next().is_none() {
            return Ok(Made::default());
        }
        let mut sheet = match &self.sheet {
            Some(job) => Some(Sheet::new(job.layout.clone())?),
            None => None,
        };
        let mut book = self.book.as_ref().map(|_| Book::default());
        let nowhere = PathBuf::new();
        let path = self.book.as_ref().map_or(nowhere, |book| book.file.path());
        for (at, clip) in clips.iter().enumerate() {
            let job = clip.job;
            let chosen = self.chosen(clip);
            let of_sheet = self
                .sheet
                .as_ref()
                .map(|sheet| every(&job.frames, sheet.every));
            let reduced = self.sheet.as_ref().zip(of_sheet.as_ref());
            let wanted = Wanted {
                reduced: reduced.map(|(sheet, frames)| (sheet.layout.picture, frames)),
                files: book.is_some(),
            };
            let is_single = self.sheet.as_ref().is_some_and(|sheet| sheet.is_single);
            let place = if is_single { (0, at as u64) } else { (at, 0) };
            let mut desk = Desk {
                plan: &job.plan,
                sheet: sheet.as_mut().map(|sheet| (sheet, place.0, place.1)),
                label: clip.title.filter(|_| is_single),
                book: book.as_mut(),
                path: &path,
                failure: None,
            };
            let work = pipeline::Job {
                plan: &job.plan,
                frames: &chosen,
                jobs,
            };
            let prover = || Prover::new(job.studio.painter(), wanted);
            let outcome = pipeline::run(&work, &job.studio, prover, watch, &mut desk)?;
            if let Some(failure) = desk.failure {
                return Err(failure);
            }
            if outcome.stopped {
                return Ok(Made {
                    stopped: true,
                    ..Made::default()
                });
            }
        }
        let mut made = Made::default();
        if let (Some(job), Some(sheet)) = (&self.sheet, sheet) {
            let no_texts = Texts::new();
            // What variants differ in is written on the sheet.
            let texts = match clips {
                [clip] => clip.job.texts.as_ref().unwrap_or(&no_texts),
                _ => &no_texts,
            };
            job.file.write_picture(&sheet.finish()?, texts)?;
            let path = job.file.path();
            made.notes
                .push(format!("contact sheet in `{}`", path.display()));
        }
        if let (Some(job), Some(book), [clip]) = (&self.book, book, clips) {
            made.notes.extend(book.warning());
            let mut page = Vec::new();
            let plan = (&clip.job.plan, &clip.job.frames);
            book.write(&job.head, plan, &mut page)?;
            job.file.destination.write(&job.file.name, &page)?;
            let path = job.file.path();
            made.notes
                .push(format!("flip-book in `{}`", path.display()));
        }
        Ok(made)
    }
}

impl SheetJob {
    fn new(path: &Path, args: &RenderArgs, clips: &[Clip<'_>]) -> Result<Self, Failure> {
        let file = File::new(path, &["png"], "--contact-sheet", clips)?;
        let longest = clips
            .iter()
            .map(|clip| clip.job.frames.len())
            .max()
            .unwrap_or(1);
        let most = if clips.len() > 1 {
            CELLS_OF_VARIANT
        } else {
            CELLS
        };
        let every_k = args
            .proofs
            .contact_every
            .unwrap_or_else(|| longest.div_ceil(most).max(1));
        let is_single = clips.len() > 1 && longest.div_ceil(every_k) <= 1;
        let bands = if is_single {
            vec![Band {
                title: None,
                cells: clips.len() as u64,
            }]
        } else {
            let band = |clip: &Clip<'_>| Band {
                title: clip.title.map(str::to_owned),
                cells: clip.job.frames.len().div_ceil(every_k),
            };
            clips.iter().map(band).collect()
        };
        // Variants have pictures of one size.
        let [first, ..] = clips else {
            return Err(Failure::usage("a contact sheet needs frames"));
        };
        let size = (first.job.width, first.job.height);
        let label = if is_single {
            String::new()
        } else {
            longest_label(clips)
        };
        let words = (header(clips, every_k), label.as_str());
        let asked = args.proofs.contact_columns;
        let columns = asked.or_else(|| values_across(args).filter(|_| is_single));
        let layout = Layout::new(size, bands, columns, words)?;
        Ok(Self {
            file,
            layout,
            every: every_k,
            is_single,
        })
    }
}

impl BookJob {
    fn new(path: &Path, clips: &[Clip<'_>]) -> Result<Self, Failure> {
        let [Clip { job, .. }] = clips else {
            let message = "a flip-book plays one clip, not several variants";
            return Err(Failure::usage(message).hint(
                "compare them with `--contact-sheet`, and give `--flipbook` with one `--seed` or `--set`",
            ));
        };
        let file = File::new(path, &["html", "htm"], "--flipbook", clips)?;
        flipbook::check(job.frames.len(), (job.width, job.height))?;
        let program = &job.studio.program;
        Ok(Self {
            file,
            head: Head {
                title: program.patch_id.clone(),
                facts: format!("oscilla {} · {}", env!("CARGO_PKG_VERSION"), facts(job)),
                size: (job.width, job.height),
                is_loop: job.plan.closes() == Some(true) && job.frames.len() == job.plan.frames(),
            },
        })
    }
}

/// Size, rate, frames and seed of a clip.
fn facts(job: &Job) -> String {
    let (frames, plan) = (&job.frames, &job.plan);
    let count = match (frames.len(), plan.frames()) {
        (1, 1) => "1 frame".to_owned(),
        (some, all) if some == all => format!("{all} frames"),
        (some, all) => format!("{some} of {all} frames"),
    };
    let seed = job.studio.program.seed;
    format!("{} · {count} · seed {seed}", shape(job))
}

/// Size and rate of a clip.
fn shape(job: &Job) -> String {
    let size = format!("{} × {} px", job.width, job.height);
    match constant_rate(&job.plan, &FrameSet::all(job.plan.frames())) {
        Some(rate) if job.plan.frames() > 1 => format!("{size} · {rate} fps"),
        _ => size,
    }
}

/// What stands above all pictures of a sheet.
fn header(clips: &[Clip<'_>], every_k: u64) -> String {
    let [Clip { job, .. }, ..] = clips else {
        return String::new();
    };
    let name = &job.studio.program.patch_id;
    let step = if every_k > 1 {
        format!(" · every {every_k}")
    } else {
        String::new()
    };
    match clips {
        [_] => format!("{name} · {}{step}", facts(job)),
        _ => {
            let count = clips.len();
            format!("{name} · {count} variants · {}{step}", shape(job))
        }
    }
}

/// The longest words that may stand below a picture.
fn longest_label(clips: &[Clip<'_>]) -> String {
    let label = |clip: &Clip<'_>| {
        let (plan, last) = (&clip.job.plan, clip.job.frames.last());
        let sample = plan.sample(last as i64);
        let time = time_words(plan.time_ms(sample), plan.phase(sample));
        format!("{last}   {time}")
    };
    let labels = clips.iter().map(label);
    labels
        .max_by_key(|label| label.chars().count())
        .unwrap_or_default()
}

/// How many values the last of several sweeps has: side by side they make a table, with a row for each of the
/// other combinations.
fn values_across(args: &RenderArgs) -> Option<u64> {
    let (last, others) = args.variants.sweep.split_last()?;
    let is_table = args.variants.seeds.is_some() || !others.is_empty();
    is_table.then_some(last.values.len() as u64)
}

/// Every k-th of some frames, from the first on.
fn every(frames: &FrameSet, k: u64) -> FrameSet {
    let step = usize::try_from(k).unwrap_or(usize::MAX);
    FrameSet::from_ascending(frames.iter().step_by(step))
}

impl File {
    /// # Errors
    /// A name with another ending, or one that a frame has.
    fn new(path: &Path, endings: &[&str], flag: &str, clips: &[Clip<'_>]) -> Result<Self, Failure> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        if !ending.is_some_and(|ending| endings.contains(&ending.as_str())) {
            let message = format!("`{flag}` wants a file name that ends in `.{}`", endings[0]);
            return Err(Failure::usage(message).hint(format!("write `{flag} name.{}`", endings[0])));
        }
        if NamePattern::looks_like_one(name) {
            let message = format!("`{name}` is a pattern, and `{flag}` is one file");
            return Err(Failure::usage(message).hint("leave out the `#` or `%d`"));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let destination = Destination::new(folder, Names::Single(name.to_owned()));
        let is_taken = |clip: &&Clip<'_>| {
            let target = &clip.job.target;
            let theirs = &target.destination;
            target.sort == Sort::Files
                && is_same_folder(theirs.folder(), destination.folder())
                && clip
                    .job
                    .frames
                    .iter()
                    .any(|frame| theirs.name(frame) == name)
        };
        if clips.iter().any(|clip| is_taken(&clip)) {
            let message = format!("`{}` is already the name of a frame", path.display());
            return Err(Failure::usage(message).hint(format!("give `{flag}` another name")));
        }
        Ok(Self {
            name: name.to_owned(),
            destination,
        })
    }

    fn path(&self) -> PathBuf {
        self.destination.shown()
    }

    fn write_picture(&self, image: &crate::export::Image, texts: &Texts) -> Result<(), Failure> {
        let file = PngEncoder::new(PngEffort::Balanced).encode(image, texts);
        let file = file.map_err(|error| OutputError::Io {
            path: self.path(),
            source: std::io::Error::other(error),
        })?;
        Ok(self.destination.write(&self.name, &file)?)
    }
}

fn is_same_folder(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    a == b || real(a) == real(b)
}

//! What `--out`, `--format` and `--name` mean together: a format, and where its files go.
//!
//! The format is the one of `--format`, else that of the name in `--out` or `--name`, else PNG. A folder
//! or a pattern gets one file a frame, a file name one still or one animation.

use super::args::RenderArgs;
use super::failure::Failure;
use crate::export::format::Form;
use crate::export::names::{NameError, NamePattern};
use crate::export::output::{Destination, Names};
use crate::export::{Format, FrameSet, Plan};
use std::path::Path;

/// What is written, and where.
pub(super) struct Target {
    pub(super) format: Format,
    pub(super) form: Form,
    /// Not there if all goes to standard output.
    pub(super) destination: Destination,
    /// Whether it does.
    pub(super) is_stdout: bool,
}

impl Target {
    /// The format that the arguments mean.
    pub(super) fn format(args: &RenderArgs) -> Format {
        let by_pattern = || args.name.as_deref().and_then(Format::of_name);
        match args.format {
            Some(flag) => flag.into(),
            None => named(&args.out).or_else(by_pattern).unwrap_or(Format::Png),
        }
    }

    /// Reads the arguments against the plan.
    ///
    /// # Errors
    /// Names and formats that do not fit each other or the number of frames.
    pub(super) fn new(args: &RenderArgs, plan: &Plan, frames: &FrameSet) -> Result<Self, Failure> {
        let out = args.out.as_path();
        let last = out
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let (format, named) = (Self::format(args), named(out));
        if out == Path::new("-") {
            return Self::standard_output(format);
        }
        let parent = out.parent().unwrap_or(Path::new(""));
        let pattern_in_out = NamePattern::looks_like_one(last);
        match (&args.name, named) {
            (Some(_), _) if pattern_in_out => Err(Failure::usage(
                "`--out` already ends in a name pattern, `--name` gives another",
            )),
            (Some(name), _) => Self::sequence(out, name, format),
            (None, _) if pattern_in_out => Self::sequence(parent, last, format),
            // An animated PNG is a PNG file too.
            (None, Some(Format::Png)) if format == Format::Apng => {
                Self::file(parent, last, format, frames)
            }
            (None, Some(named)) if named != format => Err(mismatch(last, format)),
            (None, Some(_)) => Self::file(parent, last, format, frames),
            (None, None) => Self::folder(out, last, format, plan),
        }
    }

    /// What is left of a run that was stopped.
    pub(super) fn kept(&self) -> &'static str {
        match self.form {
            Form::PngFiles | Form::SvgFiles | Form::WebpFiles => {
                "those are whole, `--resume` goes on"
            }
            Form::Stream(_) if self.is_stdout => "the stream ends there",
            _ => "the file was not written",
        }
    }

    fn standard_output(format: Format) -> Result<Self, Failure> {
        let Some(form) = format.stream() else {
            let word = format.word();
            let message = format!("`{word}` does not go to standard output");
            return Err(Failure::usage(message)
                .hint("choose a stream with `--format y4m`, `rgba` or `png`, or give a file"));
        };
        Ok(Self {
            format,
            form,
            destination: Destination::new("", Names::Single("-".to_owned())),
            is_stdout: true,
        })
    }

    /// Files by a pattern.
    fn sequence(folder: &Path, pattern: &str, format: Format) -> Result<Self, Failure> {
        let usage = |error: NameError| Failure::usage(error.to_string());
        let pattern = NamePattern::read(pattern, format).map_err(usage)?;
        Self::files(Destination::new(folder, Names::Pattern(pattern)), format)
    }

    /// Files by the pattern of the plan.
    fn folder(out: &Path, last: &str, format: Format, plan: &Plan) -> Result<Self, Failure> {
        let ending = last.rsplit_once('.').map(|(_, ending)| ending);
        let is_other =
            |ending: &&str| OTHER_FORMATS.contains(&ending.to_ascii_lowercase().as_str());
        if let Some(ending) = ending.filter(is_other) {
            let words = Format::ALL.map(Format::word).join(", ");
            let message = format!("this version writes {words}, not `.{ending}`");
            return Err(Failure::usage(message).hint("give a folder: `--out frames/`"));
        }
        let pattern = NamePattern::for_plan(plan.frames(), format);
        Self::files(Destination::new(out, Names::Pattern(pattern)), format)
    }

    fn files(destination: Destination, format: Format) -> Result<Self, Failure> {
        let Some(form) = format.files() else {
            let word = format.word();
            let message = format!("`{word}` holds all frames in one file");
            return Err(Failure::usage(message).hint(format!("write `--out name.{word}`")));
        };
        Ok(Self {
            format,
            form,
            destination,
            is_stdout: false,
        })
    }

    /// One file, for one frame or for all.
    fn file(folder: &Path, name: &str, format: Format, frames: &FrameSet) -> Result<Self, Failure> {
        let destination = Destination::new(folder, Names::Single(name.to_owned()));
        let count = frames.len();
        let still = format.files().filter(|_| count == 1);
        let Some(form) = still.or(format.animation()) else {
            let message = format!("`{name}` is one file, but the plan has {count} frames");
            return Err(Failure::usage(message)
                .hint("give a folder, or one frame with `--time` or `--frames`"));
        };
        Ok(Self {
            format,
            form,
            destination,
            is_stdout: false,
        })
    }
}

/// Endings that are surely not meant as folders.
const OTHER_FORMATS: [&str; 6] = ["json", "jpg", "jpeg", "avi", "mkv", "avif"];

/// The format of a file name; a folder has none.
fn named(out: &Path) -> Option<Format> {
    let last = out.file_name().and_then(|name| name.to_str())?;
    (!out.is_dir()).then(|| Format::of_name(last)).flatten()
}

fn mismatch(name: &str, format: Format) -> Failure {
    let word = format.word();
    let message =
        format!("`{name}` is not the name of a `.{word}` file, as `--format {word}` asks");
    Failure::usage(message).hint("leave out `--format`, or change the name")
}

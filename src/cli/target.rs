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
use std::ffi::OsStr;
use std::path::Path;

/// What is written, and where.
pub(super) struct Target {
    pub(super) format: Format,
    pub(super) form: Form,
    /// Not there unless frames go into files.
    pub(super) destination: Destination,
    /// Where frames go.
    pub(super) sort: Sort,
}

/// Where frames go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Into files.
    Files,
    /// To standard output.
    Stdout,
    /// Nowhere: only proofs are wanted.
    Nowhere,
}

impl Target {
    /// The format that the arguments mean.
    pub(super) fn format(args: &RenderArgs) -> Format {
        let by_pattern = || args.name.as_deref().and_then(Format::of_name);
        match args.format {
            Some(flag) => flag.into(),
            None => {
                let named = args.out.as_deref().and_then(named);
                named.or_else(by_pattern).unwrap_or(Format::Png)
            }
        }
    }

    /// Reads the arguments against the plan.
    ///
    /// # Errors
    /// Names and formats that do not fit each other or the number of frames.
    pub(super) fn new(args: &RenderArgs, plan: &Plan, frames: &FrameSet) -> Result<Self, Failure> {
        let Some(out) = args.out.as_deref() else {
            return Self::nowhere(args);
        };
        let name = out.file_name().unwrap_or_default();
        let last = &*name.to_string_lossy();
        let format = Self::format(args);
        // A Lottie animation is any JSON file, if that is said.
        let json = format == Format::Lottie && ending(last) == Some("json".to_owned());
        let named = if json { Some(format) } else { named(out) };
        if out == Path::new("-") {
            return Self::standard_output(format);
        }
        let parent = out.parent().unwrap_or(Path::new(""));
        let pattern_in_out = NamePattern::looks_like_one(last);
        if name.to_str().is_none() && (pattern_in_out || named.is_some()) {
            let message = format!("the file name `{last}` is not UTF-8, as a manifest needs it");
            return Err(Failure::usage(message)
                .hint("choose another name; the folders that it lies in may have any"));
        }
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
            Form::Stream(_) if self.sort == Sort::Stdout => "the stream ends there",
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
            sort: Sort::Stdout,
        })
    }

    /// Without `--out`.
    fn nowhere(args: &RenderArgs) -> Result<Self, Failure> {
        let given = [
            ("--format", args.format.is_some()),
            ("--name", args.name.is_some()),
            ("--resume", args.resume),
            ("--png-effort", args.png_effort.is_some()),
            ("--svg-ids", args.svg_ids.is_some()),
            ("--svg-compat", args.svg_compat),
            ("--svg-animate", args.svg_animate.is_some()),
            ("--allow-large", args.allow_large),
            ("--print-ffmpeg", args.film.print_ffmpeg),
        ];
        if let Some((flag, _)) = given.into_iter().find(|(_, given)| *given) {
            let message = format!("`{flag}` is about files of frames, and there are none");
            return Err(Failure::usage(message).hint("add `--out frames/`"));
        }
        Ok(Self {
            format: Format::Png,
            form: Form::PngFiles,
            destination: Destination::new("", Names::Single("-".to_owned())),
            sort: Sort::Nowhere,
        })
    }

    /// The folder that variants share, and the name that each has in its own folder, if one is given: that
    /// of a file, or a pattern.
    pub(super) fn split(out: &Path) -> (&Path, Option<&OsStr>) {
        let Some(last) = out.file_name() else {
            return (out, None);
        };
        let text = last.to_string_lossy();
        let is_name = NamePattern::looks_like_one(&text)
            || named(out).is_some()
            || (!out.is_dir() && other_format(&text).is_some());
        if is_name {
            (out.parent().unwrap_or(Path::new("")), Some(last))
        } else {
            (out, None)
        }
    }

    /// Files by a pattern.
    fn sequence(folder: &Path, pattern: &str, format: Format) -> Result<Self, Failure> {
        let usage = |error: NameError| Failure::usage(error.to_string());
        let pattern = NamePattern::read(pattern, format).map_err(usage)?;
        Self::files(Destination::new(folder, Names::Pattern(pattern)), format)
    }

    /// Files by the pattern of the plan.
    fn folder(out: &Path, last: &str, format: Format, plan: &Plan) -> Result<Self, Failure> {
        if let Some(ending) = other_format(last) {
            let words = Format::ALL.map(Format::word).join(", ");
            let message = format!("this version writes {words}, not `.{ending}`");
            let hint = match ending.as_str() {
                "json" => "add `--format lottie` for a Lottie animation",
                "lottie" => {
                    "a `.lottie` file is an archive: write `--out name.lottie.json`, which players take too"
                }
                "gifv" => "write `--out name.gif`, or a movie: `--out name.mp4` or `.webm`",
                "avi" | "mkv" | "m4v" | "mpg" | "mpeg" | "wmv" | "flv" | "ogv" => {
                    "write a movie as `--out name.mp4`, `.webm` or `.mov`, or frames into a folder"
                }
                _ => "give a folder: `--out frames/`",
            };
            return Err(Failure::usage(message).hint(hint));
        }
        let pattern = NamePattern::for_plan(plan.frames(), format);
        Self::files(Destination::new(out, Names::Pattern(pattern)), format)
    }

    fn files(destination: Destination, format: Format) -> Result<Self, Failure> {
        let Some(form) = format.files() else {
            let (word, ending) = (format.word(), format.ending());
            let message = format!("`{word}` holds all frames in one file");
            return Err(Failure::usage(message).hint(format!("write `--out name.{ending}`")));
        };
        Ok(Self {
            format,
            form,
            destination,
            sort: Sort::Files,
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
            sort: Sort::Files,
        })
    }
}

/// Endings that are surely not meant as folders.
const OTHER_FORMATS: [&str; 20] = [
    "json", "lottie", "jpg", "jpeg", "avif", "bmp", "tif", "tiff", "tga", "psd", "exr", "gifv",
    "avi", "mkv", "m4v", "mpg", "mpeg", "wmv", "flv", "ogv",
];

/// What comes after the last point of a name, in small letters.
fn ending(name: &str) -> Option<String> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(ending.to_ascii_lowercase())
}

/// Whether a name means a file, not a folder.
pub(super) fn is_file_name(name: &str) -> bool {
    Format::of_name(name).is_some() || other_format(name).is_some()
}

/// The ending of a name that is surely not meant as a folder.
fn other_format(name: &str) -> Option<String> {
    ending(name).filter(|ending| OTHER_FORMATS.contains(&ending.as_str()))
}

/// The format of a file name; a folder has none.
fn named(out: &Path) -> Option<Format> {
    // Whatever else a name has in it, endings are plain letters.
    let last = out.file_name()?.to_string_lossy();
    (!out.is_dir()).then(|| Format::of_name(&last)).flatten()
}

fn mismatch(name: &str, format: Format) -> Failure {
    let (word, ending) = (format.word(), format.ending());
    let message =
        format!("`{name}` is not the name of a `.{ending}` file, as `--format {word}` asks");
    Failure::usage(message).hint("leave out `--format`, or change the name")
}

//! The checked form of what concerns formats of many frames, and what they cannot carry.
//!
//! Everything here is known before the first frame: whether delays are long enough for players, whether
//! there is transparency that the format has no place for, whether ffmpeg is there.

use super::args::{FilmFlags, PaletteFlag, RenderArgs};
use super::failure::{Failure, Status};

use super::target::Target;
use crate::diag::Diagnostic;
use crate::export::delay::{SHORTEST_MS, Spans, constant_rate};
use crate::export::format::{Form, Stream};
use crate::export::gif::palette::Dither;
use crate::export::movie::recipe::{Container, Input, Recipe};
use crate::export::movie::{EncoderError, Tools};
use crate::export::yuv::Chroma;
use crate::export::{Format, FrameRate, FrameSet, Plan, gif, webp};
use std::path::Path;

/// What was chosen for a film.
pub(super) struct Film {
    /// 0 is without end.
    pub(super) plays: u16,
    pub(super) shares_palette: bool,
    pub(super) dither: Dither,
    pub(super) chroma: Chroma,
    /// Frames a second of streams and movies.
    pub(super) rate: FrameRate,
    /// Of a movie, or of one that a stream could become.
    pub(super) recipe: Recipe,
    /// What the format shows only nearly, though asked for.
    pub(super) approximate: Vec<&'static str>,
    /// px of a frame.
    size: (u32, u32),
    /// Whether the background lets something through.
    transparent: bool,
    is_movie: bool,
    /// For people.
    facts: String,
    /// What ffmpeg says about itself.
    encoder: String,
}

/// What a film is made of.
pub(super) struct Footage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) frames: &'a FrameSet,
    /// px.
    pub(super) width: u32,
    /// px.
    pub(super) height: u32,
    /// Whether the background lets something through.
    pub(super) transparent: bool,
}

/// Something that a format has no place for.
struct Lack {
    /// For the manifest.
    word: &'static str,
    message: String,
    remedy: &'static str,
}

impl Film {
    /// Checks the flags against the format and the pictures.
    ///
    /// # Errors
    /// Flags that the format has no use for; what it cannot carry, unless that is allowed; no ffmpeg.
    pub(super) fn new(
        args: &RenderArgs,
        target: &Target,
        footage: &Footage,
    ) -> Result<Self, Failure> {
        let (flags, form) = (&args.film, target.form);
        check_use(args, target)?;
        check_sides(form, footage)?;
        let recipe = match form {
            Form::Movie(container) => recipe(flags, container, footage)?,
            _ => reader(form, footage),
        };
        let mut encoder = String::new();
        if matches!(form, Form::Movie(_)) && !flags.print_ffmpeg {
            encoder = Tools::find(recipe.codec)?.version;
        }
        let finite = footage.plan.model_name() == "finite";
        let mut film = Self {
            plays: flags.plays.unwrap_or(u16::from(finite)),
            shares_palette: flags.gif_palette != Some(PaletteFlag::Frame),
            dither: flags.gif_dither.map(Dither::from).unwrap_or_default(),
            chroma: flags.chroma.map(Chroma::from).unwrap_or_default(),
            rate: rate(footage),
            recipe,
            approximate: Vec::new(),
            size: (footage.width, footage.height),
            transparent: footage.transparent,
            is_movie: matches!(form, Form::Movie(_)),
            encoder,
            facts: String::new(),
        };
        for lack in film.lacks(form, footage) {
            if !args.allow_approximate {
                let finding = Diagnostic::error("not-representable", "", lack.message)
                    .hint(format!("{}, or add `--allow-approximate`", lack.remedy));
                return Err(Failure::new(Status::Usage, finding));
            }
            film.approximate.push(lack.word);
        }
        film.facts = film.describe(target.format, form, footage);
        Ok(film)
    }

    /// What the format is about, for people.
    pub(super) fn facts(&self) -> &str {
        &self.facts
    }

    /// The ffmpeg command that makes the movie out of what `--out -` writes, or one that reads the stream.
    ///
    /// # Errors
    /// For formats that have nothing to do with ffmpeg, and where the command would show something else
    /// than our frames.
    pub(super) fn command(&self, target: &Target) -> Result<String, Failure> {
        match target.form {
            Form::Movie(_) => {
                let reads = reader_of(self.recipe, self.size);
                Ok(reads.command(&target.destination.shown()))
            }
            Form::Stream(Stream::Rgba | Stream::Png) if self.transparent => {
                let word = target.format.word();
                let message = format!(
                    "the background is transparent, and a command that makes h264 of `{word}` would drop its alpha"
                );
                let finding = Diagnostic::error("not-representable", "", message).hint(
                    "give an opaque `--background`, or ask for the command of `--out name.webm` or `name.mov`, which keep alpha",
                );
                Err(Failure::new(Status::Usage, finding))
            }
            Form::Stream(_) => Ok(self.recipe.command(Path::new("movie.mp4"))),
            _ => {
                let message = format!("`{}` does not need ffmpeg", target.format.word());
                Err(Failure::usage(message)
                    .hint("use `--print-ffmpeg` with a movie, or with `--out -`"))
            }
        }
    }

    /// The stream that the command reads, for a movie.
    pub(super) fn reads(&self) -> Option<&'static str> {
        match self.recipe.input {
            _ if !self.is_movie => None,
            Input::Y4m => Some("y4m"),
            Input::Rgba { .. } => Some("rgba"),
            Input::Png => Some("png"),
        }
    }

    /// What the format has no place for.
    fn lacks(&self, form: Form, footage: &Footage) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let opaque_only = match form {
            Form::Gif => Some("GIF has no translucent pixels: every pixel is opaque or not there"),
            Form::Stream(Stream::Y4m) => Some("a y4m stream has no alpha: it shows black there"),
            Form::Movie(_) if !self.recipe.codec.keeps_alpha() => {
                Some("this codec has no alpha: the movie shows black there")
            }
            _ => None,
        };
        if let Some(message) = opaque_only.filter(|_| footage.transparent) {
            lacks.push(Lack {
                word: "alpha",
                message: format!("the background is transparent, but {message}"),
                remedy: "give an opaque `--background`",
            });
        }
        let at_constant_rate = matches!(
            form,
            Form::Stream(Stream::Y4m | Stream::Rgba) | Form::Movie(_)
        );
        if at_constant_rate && constant_rate(footage.plan, footage.frames).is_none() {
            lacks.push(Lack {
                word: "frameTimes",
                message: "the chosen frames do not lie evenly, but a movie has a constant rate"
                    .to_owned(),
                remedy: "choose frames such as `0-99` or `0-99:2`",
            });
        }
        lacks.extend(short_delays(form, footage));
        lacks
    }

    fn describe(&self, format: Format, form: Form, footage: &Footage) -> String {
        let plays = match self.plays {
            0 => "played forever".to_owned(),
            1 => "played once".to_owned(),
            plays => format!("played {plays} times"),
        };
        let word = format.word();
        match form {
            Form::Gif => {
                let which = if self.shares_palette {
                    "one palette"
                } else {
                    "a palette a frame"
                };
                let dither = match self.dither {
                    Dither::None => "no dither",
                    Dither::Diffusion => "error diffusion",
                };
                let total: u64 = spans(footage).map(|span| span.ticks(100)).sum();
                format!("{word}: {which}, {dither}, {total}/100 s, {plays}")
            }
            Form::Apng | Form::WebpAnimation => format!("{word}: lossless, {plays}"),
            Form::Stream(_) => format!("{word} stream, {} frames a second", self.rate),
            Form::Movie(_) => {
                let codec = self.recipe.codec.word();
                let even = |side: u32| side.next_multiple_of(2);
                let (width, height) = (even(footage.width), even(footage.height));
                let rate = self.rate;
                // "ffmpeg version 7.1 Copyright…" to the number.
                let tool: Vec<&str> = self.encoder.split_whitespace().take(3).collect();
                let tool = tool.join(" ");
                format!("{word}: {codec} by {tool}, {width} x {height} px, {rate} frames a second")
            }
            Form::AnimatedSvg | Form::Lottie => format!("{word}: shapes with keyframes"),
            _ => format!("{word}, a file a frame"),
        }
    }
}

fn spans<'a>(footage: &'a Footage) -> Spans<'a> {
    Spans::new(footage.plan, footage.frames)
}

fn rate(footage: &Footage) -> FrameRate {
    constant_rate(footage.plan, footage.frames).unwrap_or(footage.plan.fps())
}

/// Delays that players do not keep to.
fn short_delays(form: Form, footage: &Footage) -> Option<Lack> {
    let is_short = |shortest: bool, unit: &str| {
        shortest.then(|| Lack {
            word: "delays",
            message: format!(
                "frames follow each other too fast: players show one of less than {unit} for a tenth of a second"
            ),
            remedy: "lower `--fps` to 50 or less",
        })
    };
    match form {
        Form::Gif => is_short(has_short_ticks(footage.plan, footage.frames), "2/100 s"),
        Form::Apng | Form::WebpAnimation => {
            let short = spans(footage).any(|span| span.end_ms - span.start_ms < SHORTEST_MS);
            is_short(short, "11 ms")
        }
        _ => None,
    }
}

/// Whether a GIF of these frames has delays that players do not keep to. The last frame may be cut by
/// the end of the performance; it is then shown a little longer.
pub(super) fn has_short_ticks(plan: &Plan, frames: &FrameSet) -> bool {
    let count = frames.len().max(2) - 1;
    let mut spans = Spans::new(plan, frames).take(count as usize);
    spans.any(|span| span.ticks(100) < gif::DELAY_MIN)
}

/// The recipe of a movie that a stream could become.
fn reader(form: Form, footage: &Footage) -> Recipe {
    let (width, height) = (footage.width, footage.height);
    Recipe {
        input: match form {
            Form::Stream(Stream::Y4m) => Input::Y4m,
            Form::Stream(Stream::Png) => Input::Png,
            _ => Input::Rgba { width, height },
        },
        rate: rate(footage),
        container: Container::Mp4,
        codec: Container::Mp4.codec(),
        crf: None,
        alpha: false,
        pad: width % 2 + height % 2 > 0,
    }
}

/// The recipe of a movie for somebody who gives ffmpeg our stream, whose sides may be odd.
fn reader_of(recipe: Recipe, (width, height): (u32, u32)) -> Recipe {
    Recipe {
        input: match recipe.input {
            Input::Rgba { .. } => Input::Rgba { width, height },
            input => input,
        },
        pad: width % 2 + height % 2 > 0,
        ..recipe
    }
}

/// The recipe of a movie.
fn recipe(flags: &FilmFlags, container: Container, footage: &Footage) -> Result<Recipe, Failure> {
    let codec = flags.codec.map_or(container.codec(), Into::into);
    if !container.holds(codec) {
        let message = format!("`{}` does not go into this kind of file", codec.word());
        return Err(Failure::usage(message).hint(
            "h264 goes into mp4 and mov, vp9 into webm, av1 into mp4 and webm, prores into mov",
        ));
    }
    match (flags.crf, codec.crf_max()) {
        (Some(_), None) => {
            let message = format!("`{}` has no constant quality", codec.word());
            return Err(Failure::usage(message).hint("leave out `--crf`"));
        }
        (Some(crf), Some(most)) if crf > most => {
            let message = format!("`--crf` goes from 0 to {most} with `{}`", codec.word());
            return Err(Failure::usage(message));
        }
        _ => {}
    }
    let alpha = footage.transparent && codec.keeps_alpha();
    let input = if codec.halves_chroma() && !alpha {
        Input::Y4m
    } else {
        Input::Rgba {
            width: footage.width.next_multiple_of(2),
            height: footage.height.next_multiple_of(2),
        }
    };
    Ok(Recipe {
        input,
        rate: rate(footage),
        container,
        codec,
        crf: flags.crf,
        alpha,
        // Our frames come with even sides.
        pad: false,
    })
}

/// Refuses flags that would do nothing.
fn check_use(args: &RenderArgs, target: &Target) -> Result<(), Failure> {
    let (flags, form) = (&args.film, target.form);
    let looped = matches!(form, Form::Gif | Form::Apng | Form::WebpAnimation);
    let movie = matches!(form, Form::Movie(_));
    let svg = matches!(form, Form::SvgFiles | Form::AnimatedSvg);
    let png = matches!(
        form,
        Form::PngFiles | Form::Apng | Form::Stream(Stream::Png)
    );
    let rules = [
        (
            args.png_effort.is_some(),
            png,
            "--png-effort",
            "png and apng",
        ),
        (args.svg_ids.is_some(), svg, "--svg-ids", "svg"),
        (args.svg_compat, svg, "--svg-compat", "svg"),
        (
            args.svg_animate.is_some(),
            form == Form::AnimatedSvg,
            "--svg-animate",
            "an animated svg",
        ),
        (
            args.allow_large,
            matches!(form, Form::AnimatedSvg | Form::Lottie),
            "--allow-large",
            "an animated svg and lottie",
        ),
        (
            flags.plays.is_some(),
            looped,
            "--plays",
            "gif, apng and webp",
        ),
        (
            flags.gif_palette.is_some(),
            form == Form::Gif,
            "--gif-palette",
            "gif",
        ),
        (
            flags.gif_dither.is_some(),
            form == Form::Gif,
            "--gif-dither",
            "gif",
        ),
        (
            flags.chroma.is_some(),
            form == Form::Stream(Stream::Y4m),
            "--chroma",
            "y4m",
        ),
        (flags.codec.is_some(), movie, "--codec", "mp4, webm and mov"),
        (flags.crf.is_some(), movie, "--crf", "mp4, webm and mov"),
    ];
    for (given, useful, flag, formats) in rules {
        if given && !useful {
            let word = target.format.word();
            let what = if form.is_files() {
                format!("files of `{word}`")
            } else {
                format!("`{word}`")
            };
            let message = format!("`{flag}` is for {formats}, not for {what}");
            return Err(Failure::usage(message).hint(format!("leave out `{flag}`")));
        }
    }
    Ok(())
}

/// Refuses pictures that are larger than the format can say.
fn check_sides(form: Form, footage: &Footage) -> Result<(), Failure> {
    let (name, most) = match form {
        Form::Gif => ("GIF", gif::SIDE_MAX),
        Form::WebpFiles | Form::WebpAnimation => ("WebP", webp::SIDE_MAX),
        _ => return Ok(()),
    };
    if footage.width.max(footage.height) <= most {
        return Ok(());
    }
    let message = format!("{name} pictures have sides of at most {most} px");
    let finding = Diagnostic::error("not-representable", "", message).hint("lower `--scale`");
    Err(Failure::new(Status::Usage, finding))
}

impl From<EncoderError> for Failure {
    fn from(error: EncoderError) -> Self {
        let finding = Diagnostic::error(error.code(), "", error.to_string());
        let failure = Self::new(Status::Io, finding);
        match error {
            EncoderError::NoProgram { .. } => failure.hint(
                "install ffmpeg (`apt install ffmpeg`, `brew install ffmpeg`, `winget install ffmpeg`), or write gif, apng, webp or png",
            ),
            EncoderError::NoEncoder { .. } => {
                failure.hint("install a full build of ffmpeg, or choose another `--codec`")
            }
            _ => failure,
        }
    }
}

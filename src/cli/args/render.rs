//! `oscilla render`.

use super::evaluate::{InputFlags, PatchFlags, PlanFlags};
use super::film::FilmFlags;
use super::proof::ProofFlags;
use super::quality::QualityFlags;
use super::values;
use super::variants::VariantFlags;
use crate::export::Format;
use crate::export::png::PngEffort;
use crate::raster::BlendSpace;
use crate::svg::SvgIds;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `oscilla render`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RenderArgs {
    /// Patch or compiled program to render; `-` is standard input
    pub(in crate::cli) patch: PathBuf,
    /// Folder for the frames, or a file such as `loop.gif` or `loop.mp4`; `-` is standard output. A folder
    /// may end in a name such as `shot_####.png`
    #[arg(short, long, value_name = "PATH", required_unless_present_any = ["contact_sheet", "flipbook"])]
    pub(in crate::cli) out: Option<PathBuf>,
    /// What to write [default: by the name in `--out` or `--name`, else png]
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<FormatFlag>,
    #[command(flatten)]
    pub(in crate::cli) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(in crate::cli) inputs: InputFlags,
    /// Output pixels per patch pixel
    #[arg(
        long,
        value_name = "FACTOR",
        default_value = "1",
        value_parser = values::scale,
        allow_negative_numbers = true
    )]
    pub(in crate::cli) scale: f64,
    /// Where colours are blended
    #[arg(long, value_name = "SPACE", default_value = "srgb")]
    pub(in crate::cli) blend_space: BlendFlag,
    /// Threads; changes no byte [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = values::jobs, allow_negative_numbers = true)]
    pub(in crate::cli) jobs: Option<usize>,
    /// Another patch or program from a frame on, such as `120:new.json` (repeatable)
    #[arg(long, value_name = "FRAME:FILE", value_parser = crate::cli::swap::parse, allow_hyphen_values = true, conflicts_with = "from")]
    pub(in crate::cli) swap: Vec<(u64, PathBuf)>,
    /// Start from the checkpoints of `oscilla checkpoint` in this folder
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Compute everything anew in every frame; slower, changes no byte
    #[arg(long)]
    pub(in crate::cli) no_cache: bool,
    /// Replace what is already there; frames of the export that is replaced go, other files stay
    #[arg(long, conflicts_with = "resume")]
    pub(in crate::cli) overwrite: bool,
    /// Go on with an export that was interrupted: keep its frames, make those that are missing
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// File names, such as `shot_####.png` or `shot_%05d.png` [default: frame_#####.png]
    #[arg(long, value_name = "PATTERN")]
    pub(in crate::cli) name: Option<String>,
    /// Leave tool, program, seed, frame and time out of the files
    #[arg(long)]
    pub(in crate::cli) no_metadata: bool,
    /// How much time a smaller PNG or APNG is worth [default: fast]
    #[arg(long, value_name = "EFFORT")]
    pub(in crate::cli) png_effort: Option<EffortFlag>,
    /// Which ids SVG files have [default: all]
    #[arg(long, value_name = "WHICH")]
    pub(in crate::cli) svg_ids: Option<SvgIdsFlag>,
    /// Write references in SVG files also as `xlink:href`, for old readers
    #[arg(long)]
    pub(in crate::cli) svg_compat: bool,
    /// What to do in an animated SVG with what keyframes cannot express [default: auto]
    #[arg(long, value_name = "HOW")]
    pub(in crate::cli) svg_animate: Option<SvgAnimateFlag>,
    /// Write an animated SVG or a Lottie animation of more than 64 MiB
    #[arg(long)]
    pub(in crate::cli) allow_large: bool,
    /// Write what a format can only show approximately, with a warning
    #[arg(long)]
    pub(in crate::cli) allow_approximate: bool,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Most memory to use, such as `512MiB` or `2G`
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    pub(in crate::cli) max_memory: Option<u64>,
    /// How progress is shown
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(in crate::cli) progress: ProgressFlag,
    /// Print the plan and render nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    // Last, for their headings hold for everything that follows.
    #[command(flatten)]
    pub(in crate::cli) variants: VariantFlags,
    #[command(flatten)]
    pub(in crate::cli) proofs: ProofFlags,
    #[command(flatten)]
    pub(in crate::cli) quality: QualityFlags,
    #[command(flatten)]
    pub(in crate::cli) film: FilmFlags,
    #[command(flatten)]
    pub(in crate::cli) plan: PlanFlags,
    /// The flags that can change a byte, as they were given; see [`super::recorded`].
    #[arg(skip)]
    pub(in crate::cli) recorded: Vec<String>,
}

/// `--format` of `render`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FormatFlag {
    /// Pixels, lossless
    Png,
    /// Shapes, as text
    Svg,
    /// An animation of few colours
    Gif,
    /// An animated PNG, lossless
    Apng,
    /// A still or an animation, lossless
    Webp,
    /// A stream for encoders, with one head for all frames
    Y4m,
    /// A stream of bare straight RGBA rows
    Rgba,
    /// A movie that plays everywhere (needs ffmpeg)
    Mp4,
    /// A movie for the web, with alpha (needs ffmpeg)
    Webm,
    /// A movie for editing, with alpha (needs ffmpeg)
    Mov,
    /// Shapes with keyframes, as JSON for the players of the web and of mobiles
    Lottie,
}

impl From<FormatFlag> for Format {
    fn from(flag: FormatFlag) -> Self {
        match flag {
            FormatFlag::Png => Self::Png,
            FormatFlag::Svg => Self::Svg,
            FormatFlag::Gif => Self::Gif,
            FormatFlag::Apng => Self::Apng,
            FormatFlag::Webp => Self::Webp,
            FormatFlag::Y4m => Self::Y4m,
            FormatFlag::Rgba => Self::Rgba,
            FormatFlag::Mp4 => Self::Mp4,
            FormatFlag::Webm => Self::Webm,
            FormatFlag::Mov => Self::Mov,
            FormatFlag::Lottie => Self::Lottie,
        }
    }
}

/// `--svg-ids`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SvgIdsFlag {
    /// Only those that the file itself refers to
    None,
    /// One a sink
    Passes,
    /// One a sink and one an element
    All,
}

impl From<SvgIdsFlag> for SvgIds {
    fn from(flag: SvgIdsFlag) -> Self {
        match flag {
            SvgIdsFlag::None => Self::None,
            SvgIdsFlag::Passes => Self::Passes,
            SvgIdsFlag::All => Self::All,
        }
    }
}

/// `--svg-animate`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SvgAnimateFlag {
    /// Draw it anew for each frame
    Auto,
    /// Fail
    Strict,
}

/// `--blend-space`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum BlendFlag {
    /// On encoded values, as browsers do
    Srgb,
    /// In linear light
    Linear,
}

impl From<BlendFlag> for BlendSpace {
    fn from(flag: BlendFlag) -> Self {
        match flag {
            BlendFlag::Srgb => Self::Srgb,
            BlendFlag::Linear => Self::Linear,
        }
    }
}

/// `--png-effort`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EffortFlag {
    /// A few milliseconds a frame
    Fast,
    /// Ten times that; smaller where gradients are smooth, APNG by a few percent
    Balanced,
    /// As small as possible
    Small,
}

impl From<EffortFlag> for PngEffort {
    fn from(flag: EffortFlag) -> Self {
        match flag {
            EffortFlag::Fast => Self::Fast,
            EffortFlag::Balanced => Self::Balanced,
            EffortFlag::Small => Self::Small,
        }
    }
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProgressFlag {
    /// A bar on a terminal, else plain lines
    Auto,
    /// A bar
    Bar,
    /// A line every ten seconds
    Plain,
    /// JSON lines on standard error
    Json,
    /// Nothing
    None,
}

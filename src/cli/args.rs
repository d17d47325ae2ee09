//! What may be typed. Declarations only; what they mean is checked in [`super::job`] and the commands.

use super::film_args::FilmFlags;
use crate::compare::{Rule, RuleError};
use crate::export::png::PngEffort;
use crate::export::rate::parse_duration;
use crate::export::{Format, FrameRange, FrameRate, Sampling};
use crate::raster::{BlendSpace, MAX_SIDE};
use crate::svg::SvgIds;
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::sync::OnceLock;

/// A deterministic renderer for node-graph animation: a patch becomes frames.
#[derive(Debug, Parser)]
#[command(name = "oscilla", version = version(), propagate_version = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Say only what went wrong
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Messages")]
    pub(super) verbose: u8,
    /// When to colour messages
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Messages"
    )]
    pub(super) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render a patch to frames
    Render(RenderArgs),
    /// Find everything that is wrong with patches
    Check(CheckArgs),
    /// Show what a patch became: tables, a drawing, or where a value comes from
    Inspect(InspectArgs),
    /// Write the program that a patch becomes
    Compile(CompileArgs),
    /// Print values of a patch over time
    Probe(ProbeArgs),
    /// Compare pictures, or folders of them
    Compare(CompareArgs),
    /// Say what differs between two patches or programs, and what a swap would keep
    Diff(DiffArgs),
    /// Record what happens in each frame, for Perfetto or as a summary
    Trace(TraceArgs),
    /// Write the state of a patch every so many frames, for shards
    Checkpoint(CheckpointArgs),
    /// Describe the blocks of the library
    Blocks(LibraryArgs),
    /// Describe the lenses of the library
    Lenses(LibraryArgs),
    /// Describe the adapters of the library
    Adapters(LibraryArgs),
    /// Print what patches, programs and manifests look like, as JSON Schema
    Schema(SchemaArgs),
    /// Write a starter patch
    New(NewArgs),
}

/// `oscilla render`
#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// Patch or compiled program to render; `-` is standard input
    pub(super) patch: PathBuf,
    /// Folder for the frames, or a file such as `loop.gif` or `loop.mp4`; `-` is standard output. A folder
    /// may end in a name such as `shot_####.png`
    #[arg(short, long, value_name = "PATH")]
    pub(super) out: PathBuf,
    /// What to write [default: by the name in `--out` or `--name`, else png]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<FormatFlag>,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
    /// Output pixels per patch pixel
    #[arg(
        long,
        value_name = "FACTOR",
        default_value = "1",
        value_parser = parse_scale,
        allow_negative_numbers = true
    )]
    pub(super) scale: f64,
    /// Where colours are blended
    #[arg(long, value_name = "SPACE", default_value = "srgb")]
    pub(super) blend_space: BlendFlag,
    /// Threads; changes no byte [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = parse_jobs, allow_negative_numbers = true)]
    pub(super) jobs: Option<usize>,
    /// Another patch or program from a frame on, such as `120:new.json` (repeatable)
    #[arg(long, value_name = "FRAME:FILE", value_parser = super::swap::parse, allow_hyphen_values = true, conflicts_with = "from")]
    pub(super) swap: Vec<(u64, PathBuf)>,
    /// Start from the checkpoints of `oscilla checkpoint` in this folder
    #[arg(long, value_name = "DIR")]
    pub(super) from: Option<PathBuf>,
    /// Compute everything anew in every frame; slower, changes no byte
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Replace frames that are already there
    #[arg(long)]
    pub(super) overwrite: bool,
    /// File names, such as `shot_####.png` or `shot_%05d.png` [default: frame_#####.png]
    #[arg(long, value_name = "PATTERN")]
    pub(super) name: Option<String>,
    /// Leave tool, program, seed, frame and time out of the files
    #[arg(long)]
    pub(super) no_metadata: bool,
    /// How much time a smaller file is worth
    #[arg(long, value_name = "EFFORT", default_value = "fast")]
    pub(super) png_effort: EffortFlag,
    /// Which ids SVG files have
    #[arg(long, value_name = "WHICH", default_value = "all")]
    pub(super) svg_ids: SvgIdsFlag,
    /// Write references in SVG files also as `xlink:href`, for old readers
    #[arg(long)]
    pub(super) svg_compat: bool,
    /// What to do in an animated SVG with what keyframes cannot express
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(super) svg_animate: SvgAnimateFlag,
    /// Write an animated SVG of more than 64 MiB
    #[arg(long)]
    pub(super) allow_large: bool,
    /// Write what a format can only show approximately, with a warning
    #[arg(long)]
    pub(super) allow_approximate: bool,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    /// Most memory to use, such as `512MiB` or `2G`
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub(super) max_memory: Option<u64>,
    /// How progress is shown
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(super) progress: ProgressFlag,
    /// Print the plan and render nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    // Last, for their headings hold for everything that follows.
    #[command(flatten)]
    pub(super) film: FilmFlags,
    #[command(flatten)]
    pub(super) plan: PlanFlags,
}

/// `oscilla compare`
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// PNG file, or folder of them, as it should be
    pub(super) expected: PathBuf,
    /// PNG file, or folder of them, as it is
    pub(super) actual: PathBuf,
    #[command(flatten)]
    pub(super) rule: RuleFlags,
    /// Write a picture of the differences here; a folder if folders are compared
    #[arg(long, value_name = "PATH")]
    pub(super) diff: Option<PathBuf>,
    /// Write one JSON array of all pairs to standard output
    #[arg(long)]
    pub(super) json: bool,
}

/// When two pictures count as the same. Without any of these, only when all pixels are equal.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Rule")]
pub(super) struct RuleFlags {
    /// Let pixels differ by a few levels: `levels=2,pixels=20,edges=100` (pixels default to all, edges
    /// that moved by less than a pixel to none; `0.1%` is a part of all)
    #[arg(long, value_name = "RULE", conflicts_with = "perceptual", value_parser = parse_tolerance)]
    pub(super) tolerance: Option<Rule>,
    /// Let pass what nobody sees, for pictures made elsewhere: `0.1`, or `threshold=0.1,pixels=20`
    #[arg(
        long,
        value_name = "RULE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0.1",
        value_parser = parse_perceptual
    )]
    pub(super) perceptual: Option<Rule>,
}

impl RuleFlags {
    /// The rule that was asked for.
    pub(super) fn rule(self) -> Rule {
        self.tolerance.or(self.perceptual).unwrap_or_default()
    }
}

fn parse_tolerance(text: &str) -> Result<Rule, String> {
    match text.parse() {
        Ok(Rule::Perceptual(_)) => Err("a threshold goes with `--perceptual`".to_owned()),
        Ok(rule) => Ok(rule),
        Err(error) => Err(RuleError::to_string(&error)),
    }
}

fn parse_perceptual(text: &str) -> Result<Rule, String> {
    let bare = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let text = if bare {
        &format!("threshold={text}")
    } else {
        text
    };
    match text.parse() {
        Ok(rule @ Rule::Perceptual(_)) => Ok(rule),
        Ok(_) => Err("levels go with `--tolerance`".to_owned()),
        Err(error) => Err(RuleError::to_string(&error)),
    }
}

/// What is set in place of the patch's own values. A compiled program takes the background only.
#[derive(Debug, Default, Args)]
pub(super) struct PatchFlags {
    /// Picture size, in place of the patch's
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub(super) size: Option<(u32, u32)>,
    /// `transparent` or a colour, in place of the patch's
    #[arg(long, value_name = "COLOUR", value_parser = parse_background, allow_hyphen_values = true)]
    pub(super) background: Option<[f64; 4]>,
    /// Seed, in place of the patch's
    #[arg(long, value_name = "N", value_parser = parse_whole, allow_negative_numbers = true)]
    pub(super) seed: Option<u32>,
    /// A value in place of what the patch says (repeatable; JSON or plain)
    #[arg(long, value_name = "BLOCK.PORT=VALUE", value_parser = parse_set, allow_hyphen_values = true)]
    pub(super) set: Vec<(String, String)>,
    /// Folder that holds the files a patch names [default: the patch's folder]
    #[arg(long, value_name = "FOLDER")]
    pub(super) asset_root: Option<PathBuf>,
}

/// What comes from outside while frames are evaluated.
#[derive(Debug, Default, Args)]
pub(super) struct InputFlags {
    /// Recorded channels over time, JSON or CSV
    #[arg(long, value_name = "RECORDING")]
    pub(super) inputs: Option<PathBuf>,
}

/// Which samples of time are the frames.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Time")]
pub(super) struct PlanFlags {
    /// Frames per second: `60`, `29.97`, `30000/1001` [default: 60]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(super) fps: Option<FrameRate>,
    /// Only these frames of the plan: `7`, `0-99`, `0-99:5`, `100-`, `3,7,10-20:2`
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    pub(super) frames: Option<FrameRange>,
    /// Time of frame 0: `250ms`, `2.5s`, seconds
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub(super) start: Option<f64>,
    /// Length, in place of the patch's own
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub(super) duration: Option<f64>,
    /// One still at this time
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub(super) time: Option<f64>,
    /// One more frame at exactly the end of a finite patch
    #[arg(long)]
    pub(super) include_end: bool,
    /// How a cyclic patch is sampled [default: phase]
    #[arg(long, value_name = "HOW")]
    pub(super) sampling: Option<SamplingFlag>,
    /// Frames of one cycle; both legs of there-and-back
    #[arg(long, value_name = "N", value_parser = parse_whole, allow_negative_numbers = true)]
    pub(super) frames_per_cycle: Option<u32>,
    /// Cycles to render [default: 1]
    #[arg(long, value_name = "N", value_parser = parse_whole, allow_negative_numbers = true)]
    pub(super) loops: Option<u32>,
    /// Cycles to run first without writing them [default: what the patch's memory needs]
    #[arg(long, value_name = "N", value_parser = parse_whole, allow_negative_numbers = true)]
    pub(super) warmup: Option<u32>,
    /// Fail, before anything is written, unless the loop closes exactly
    #[arg(long)]
    pub(super) require_closed_loop: bool,
}

/// `oscilla check`
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Patches or compiled programs to check; `-` is standard input
    #[arg(required = true)]
    pub(super) patches: Vec<PathBuf>,
    /// Write one JSON array of all findings to standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
}

/// `oscilla inspect`
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// Patch or program to look into; `-` is standard input
    pub(super) patch: PathBuf,
    /// Only these tables [default: all]
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    pub(super) section: Vec<Section>,
    /// As one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Draw blocks, buses and what joins them
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["section", "json", "explain"])]
    pub(super) graph: Option<GraphFlag>,
    /// Walk a value (`block.port` or `bus:name`) back to its sources, with its values in one frame
    #[arg(long, value_name = "TARGET", conflicts_with = "section")]
    pub(super) explain: Option<String>,
    /// File for the result [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
    #[command(flatten)]
    pub(super) plan: PlanFlags,
}

/// `--graph`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFlag {
    /// For Graphviz
    Dot,
    /// For Mermaid
    Mermaid,
    /// A picture
    Svg,
}

/// A table of `oscilla inspect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Section {
    /// What it is
    Program,
    /// Blocks and what they are connected to
    Blocks,
    /// Buses, publishers in combine order
    Buses,
    /// Steps by phase
    Schedule,
    /// State cells
    State,
    /// Rails
    Rails,
    /// Domains
    Domains,
    /// Columns and the sinks that force them
    Columns,
    /// How much is computed and shared
    Expressions,
}

impl Section {
    /// All, in order of print.
    pub(super) const ALL: [Self; 9] = [
        Self::Program,
        Self::Blocks,
        Self::Buses,
        Self::Schedule,
        Self::State,
        Self::Rails,
        Self::Domains,
        Self::Columns,
        Self::Expressions,
    ];

    /// Its key in JSON.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Blocks => "blocks",
            Self::Buses => "buses",
            Self::Schedule => "schedule",
            Self::State => "state",
            Self::Rails => "rails",
            Self::Domains => "domains",
            Self::Columns => "columns",
            Self::Expressions => "expressions",
        }
    }
}

/// `oscilla compile`
#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// Patch to compile, or program to write in another form; `-` is standard input
    pub(super) patch: PathBuf,
    /// File to write: `.json`, `.oscb` or `.txt`; `-` is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Form of the program [default: that of the file's ending, else json]
    #[arg(long, value_name = "FORM")]
    pub(super) emit: Option<EmitFlag>,
    /// Replace a file that is already there
    #[arg(long)]
    pub(super) overwrite: bool,
    /// Make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
}

/// `oscilla probe`
#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// Patch or compiled program to look into; `-` is standard input
    pub(super) patch: PathBuf,
    /// What to look at: `block.port`, `bus:name`, `rail:name`, `time:phase01`, `request:sink.input`, `tree`
    #[arg(long, value_name = "TARGET", required = true, value_delimiter = ',')]
    pub(super) at: Vec<String>,
    /// How to print it [default: table; jsonl for `tree`]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<ProbeFormat>,
    /// In place of elements and lanes, their count, smallest, largest and mean, and how many are NaN
    #[arg(long)]
    pub(super) stats: bool,
    /// Draw the values into an SVG file in place of printing them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "stats"])]
    pub(super) plot: Option<PathBuf>,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
    #[command(flatten)]
    pub(super) plan: PlanFlags,
}

/// `oscilla checkpoint`
#[derive(Debug, Args)]
pub(super) struct CheckpointArgs {
    /// Patch or compiled program; `-` is standard input
    pub(super) patch: PathBuf,
    /// Frames from one checkpoint to the next
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) every: u64,
    /// Folder for the checkpoints
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
    #[command(flatten)]
    pub(super) plan: PlanFlags,
}

/// `oscilla diff`
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Patch or program that runs; `-` is standard input
    pub(super) old: PathBuf,
    /// Patch or program that takes its place; `-` is standard input
    pub(super) new: PathBuf,
    /// As one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// `oscilla trace`
#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    /// Patch or program to run; `-` is standard input
    pub(super) patch: PathBuf,
    /// File to write, in the Chrome trace format that Perfetto opens; `-` is standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "summary")]
    pub(super) out: Option<PathBuf>,
    /// Print where the time goes
    #[arg(long)]
    pub(super) summary: bool,
    /// How much to record
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub(super) level: LevelFlag,
    /// What time is; `counter` gives the same file every time
    #[arg(long, value_name = "CLOCK", default_value = "wall")]
    pub(super) clock: ClockFlag,
    /// Spans, values and edges to keep, of each so many; the oldest give way
    #[arg(long, value_name = "N", default_value = "131072", value_parser = parse_records, allow_negative_numbers = true)]
    pub(super) records: usize,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(super) inputs: InputFlags,
    #[command(flatten)]
    pub(super) plan: PlanFlags,
}

/// `--level`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LevelFlag {
    /// Spans alone
    Timing,
    /// Spans, values, where they come from, and looks into the cache
    Full,
}

/// `--clock`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ClockFlag {
    /// A watch
    Wall,
    /// A count of readings, a microsecond each
    Counter,
}

/// `oscilla blocks`, `lenses`, `adapters`
#[derive(Debug, Args)]
pub(super) struct LibraryArgs {
    /// One of them, in full
    pub(super) name: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "markdown")]
    pub(super) json: bool,
    /// As Markdown
    #[arg(long)]
    pub(super) markdown: bool,
}

/// `oscilla schema`
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which of them
    pub(super) of: SchemaOf,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// Patch documents, with every block, lens and adapter of the library
    Patch,
    /// Compiled programs as JSON
    Ir,
    /// The manifest beside exported frames
    Manifest,
}

/// `oscilla new`
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// File to write; `.json` is added if it has no extension
    pub(super) name: PathBuf,
    /// What to start from
    #[arg(long, value_name = "TEMPLATE", default_value = "grid")]
    pub(super) template: Template,
}

/// A starter patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// A grid of dots that breathe in a loop
    Grid,
    /// A ring of dots that swings, then ends
    Ring,
}

/// Form of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EmitFlag {
    /// For diffs and tools; can be rendered
    Json,
    /// Compact; can be rendered
    Binary,
    /// For people; is not read back
    Text,
}

/// How values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProbeFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// One JSON object a frame
    Jsonl,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressFlag {
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

/// `--format` of `render`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatFlag {
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
        }
    }
}

/// `--svg-ids`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SvgIdsFlag {
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
pub(super) enum SvgAnimateFlag {
    /// Draw it anew for each frame
    Auto,
    /// Fail
    Strict,
}

/// `--blend-space`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BlendFlag {
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
pub(super) enum EffortFlag {
    /// A few milliseconds a frame
    Fast,
    /// Ten times that, about a seventh smaller
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

/// `--sampling`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SamplingFlag {
    /// By exact steps of the cycle
    Phase,
    /// By time
    Time,
}

impl From<SamplingFlag> for Sampling {
    fn from(flag: SamplingFlag) -> Self {
        match flag {
            SamplingFlag::Phase => Self::Phase,
            SamplingFlag::Time => Self::Time,
        }
    }
}

/// Version, version of compiled programs, and what it was built for.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let (version, arch, os) = (
            env!("CARGO_PKG_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS,
        );
        format!("{version} (program version {}, {arch}-{os})", 1)
    })
}

/// Largest side that a patch may ask for, px.
const SIDE_MAX: u32 = 16_384;

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("write width and height as `1920x1080`, each 1 to {SIDE_MAX}");
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let side = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let side = text
            .parse()
            .ok()
            .filter(|side| (1..=SIDE_MAX).contains(side));
        side.filter(|_| digits).ok_or_else(wrong)
    };
    Ok((side(width)?, side(height)?))
}

fn parse_scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok();
    scale
        .filter(|scale: &f64| *scale > 0.0 && *scale <= f64::from(MAX_SIDE))
        .ok_or_else(|| format!("write a number above 0 such as `2` or `0.5`, at most {MAX_SIDE}"))
}

fn parse_whole(text: &str) -> Result<u32, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| format!("write a whole number, 0 to {}", u32::MAX))
}

/// Most records of each kind.
const RECORDS_MAX: usize = 1 << 24;

fn parse_records(text: &str) -> Result<usize, String> {
    let records = text.parse().ok();
    let fits = records.filter(|records| (1..=RECORDS_MAX).contains(records));
    fits.ok_or_else(|| format!("write a whole number, 1 to {RECORDS_MAX}"))
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|&jobs| jobs > 0);
    jobs.ok_or_else(|| "write a whole number of at least 1".to_owned())
}

fn parse_background(text: &str) -> Result<[f64; 4], String> {
    crate::math::parse_color(text)
        .ok_or_else(|| "write `transparent`, a name or a colour such as `#0b1026`".to_owned())
}

fn parse_set(text: &str) -> Result<(String, String), String> {
    let wrong = || "write `block.port=value`, for example `osc.amplitude=0.5`".to_owned();
    let (target, value) = text.split_once('=').ok_or_else(wrong)?;
    match target.rsplit_once('.') {
        Some((block, port)) if !block.is_empty() && !port.is_empty() => {
            Ok((target.to_owned(), value.to_owned()))
        }
        _ => Err(wrong()),
    }
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || "write bytes, or a number with KiB, MiB, GiB, K, M or G".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" | "K" | "k" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .filter(|&bytes| bytes > 0)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_declarations_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size("1920x1080"), Ok((1920, 1080)));
        for wrong in ["", "8", "0x8", "8x16385", "-8x8", "8x8x8", "+8x8", "1e3x8"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn overrides() {
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(parse_set("a.b=1"), pair("a.b", "1"));
        assert_eq!(parse_set("a.b=-1=x"), pair("a.b", "-1=x"));
        for wrong in ["a.b", "a=1", ".b=1", "a.=1"] {
            assert!(parse_set(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn scales_and_counts() {
        assert_eq!(parse_scale("0.5"), Ok(0.5));
        for wrong in ["", "0", "-1", "nan", "inf", "1e9", "2x"] {
            assert!(parse_scale(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_whole("4294967295"), Ok(u32::MAX));
        for wrong in ["", "-1", "+1", "1.5", "4294967296"] {
            assert!(parse_whole(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_jobs("64"), Ok(64));
        assert!(parse_jobs("0").is_err() && parse_jobs("-3").is_err());
    }

    #[test]
    fn byte_counts() {
        assert_eq!(parse_bytes("512MiB"), Ok(512 << 20));
        assert_eq!(parse_bytes("2G"), Ok(2 << 30));
        assert_eq!(parse_bytes("1000"), Ok(1000));
        for wrong in ["", "0", "-1", "1T", "1.5G", "99999999999G"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_may_begin_with_a_minus() {
        let args = [
            "oscilla", "render", "p.json", "--out", "o", "--set", "-x.y=-3",
        ];
        let Command::Render(args) = Cli::try_parse_from(args).unwrap().command else {
            panic!("render");
        };
        assert_eq!(args.patch_flags.set, [("-x.y".to_owned(), "-3".to_owned())]);
    }
}

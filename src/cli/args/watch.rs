//! Commands that evaluate frames and look at values: `inspect`, `probe`, `trace`, `checkpoint`.

use super::evaluate::EvaluateFlags;
use super::values;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `oscilla inspect`
#[derive(Debug, Args)]
pub(in crate::cli) struct InspectArgs {
    /// Only these tables [default: all]
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    pub(in crate::cli) section: Vec<Section>,
    /// As one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Draw blocks, buses and what joins them
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["section", "json", "explain"])]
    pub(in crate::cli) graph: Option<GraphFlag>,
    /// Walk a value (`block.port` or `bus:name`) back to its sources, with its values in one frame
    #[arg(long, value_name = "TARGET", conflicts_with = "section")]
    pub(in crate::cli) explain: Option<String>,
    /// File for the result [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) evaluate: EvaluateFlags,
}

/// `--graph`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFlag {
    /// For Graphviz
    Dot,
    /// For Mermaid
    Mermaid,
    /// A picture
    Svg,
}

/// A table of `oscilla inspect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Section {
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
    pub(in crate::cli) const ALL: [Self; 9] = [
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
    pub(in crate::cli) const fn key(self) -> &'static str {
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

/// `oscilla probe`
#[derive(Debug, Args)]
pub(in crate::cli) struct ProbeArgs {
    /// What to look at: `block.port`, `bus:name`, `rail:name`, `time:phase01`, `external:channel`, `state:key`,
    /// `request:sink.input`, `tree`
    #[arg(long, value_name = "TARGET", required = true, value_delimiter = ',')]
    pub(in crate::cli) at: Vec<String>,
    /// How to print it [default: table; jsonl for `tree`]
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<ProbeFormat>,
    /// In place of elements and lanes, their count, smallest, largest and mean, and how many are NaN
    #[arg(long)]
    pub(in crate::cli) stats: bool,
    /// Draw the values into a file in place of printing them: `plot.svg` or `plot.png`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "stats"])]
    pub(in crate::cli) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) evaluate: EvaluateFlags,
}

/// How values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProbeFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// One JSON object a frame
    Jsonl,
}

/// `oscilla trace`
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArgs {
    /// File to write, in the Chrome trace format that Perfetto opens; `-` is standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "summary")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Print where the time goes
    #[arg(long)]
    pub(in crate::cli) summary: bool,
    /// Record also the frames that only lead up to those asked for
    #[arg(long)]
    pub(in crate::cli) lead_in: bool,
    /// How much to record
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub(in crate::cli) level: LevelFlag,
    /// What time is; `counter` gives the same file every time
    #[arg(long, value_name = "CLOCK", default_value = "wall")]
    pub(in crate::cli) clock: ClockFlag,
    /// Spans, values and edges to keep, of each so many; the oldest give way
    #[arg(long, value_name = "N", default_value = "131072", value_parser = values::records, allow_negative_numbers = true)]
    pub(in crate::cli) records: usize,
    #[command(flatten)]
    pub(in crate::cli) evaluate: EvaluateFlags,
}

/// `--level`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LevelFlag {
    /// Spans alone
    Timing,
    /// Spans, values, where they come from, and looks into the cache
    Full,
}

/// `--clock`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClockFlag {
    /// A watch
    Wall,
    /// A count of readings, a microsecond each
    Counter,
}

/// `oscilla checkpoint`
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckpointArgs {
    /// Frames from one checkpoint to the next
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) every: u64,
    /// Folder for the checkpoints
    #[arg(short, long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) evaluate: EvaluateFlags,
}

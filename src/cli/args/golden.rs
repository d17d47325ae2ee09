//! `oscilla golden`.

use super::compare::RuleFlags;
use super::evaluate::{InputFlags, PatchFlags, PlanFlags};
use super::quality::QualityFlags;
use super::render::BlendFlag;
use super::values;
use crate::export::FrameRange;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::str::FromStr;

/// `oscilla golden`
#[derive(Debug, Args)]
pub(in crate::cli) struct GoldenArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: GoldenCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum GoldenCommand {
    /// Record pictures, hashes, programs and values of patches
    Record(GoldenRecordArgs),
    /// Render again and compare with what was recorded; exit 1 if something differs
    Check(GoldenCheckArgs),
    /// Take what the last check found in place of what was recorded
    Accept(GoldenTakeArgs),
    /// Throw away what the last check found
    Reject(GoldenTakeArgs),
    /// Render again and write a page with everything side by side
    Report(GoldenReportArgs),
}

/// Which cases.
#[derive(Debug, Args)]
pub(in crate::cli) struct WhichFlags {
    /// Patches, compiled programs, folders of them, or names of recorded cases [default: all recorded]
    pub(in crate::cli) what: Vec<PathBuf>,
    /// Folder of the record
    #[arg(long, value_name = "FOLDER", default_value = "golden")]
    pub(in crate::cli) golden: PathBuf,
    /// Threads; changes no byte [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = values::jobs, allow_negative_numbers = true)]
    pub(in crate::cli) jobs: Option<usize>,
}

/// `oscilla golden record`
#[derive(Debug, Args)]
pub(in crate::cli) struct GoldenRecordArgs {
    #[command(flatten)]
    pub(in crate::cli) which: WhichFlags,
    // Last, for its headings hold for everything that follows.
    #[command(flatten)]
    pub(in crate::cli) case: CaseFlags,
}

/// `oscilla golden check`
#[derive(Debug, Args)]
pub(in crate::cli) struct GoldenCheckArgs {
    #[command(flatten)]
    pub(in crate::cli) which: WhichFlags,
    /// Write one JSON array of all cases to standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write the cases as JUnit XML, for build servers
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Write a page with everything side by side
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// Let programs differ as long as their pictures do not
    #[arg(long)]
    pub(in crate::cli) pixels_only: bool,
    /// Take what differs in place of what was recorded; refused where `CI` is set
    #[arg(long)]
    pub(in crate::cli) update: bool,
    #[command(flatten)]
    pub(in crate::cli) rule: RuleFlags,
    // Last, for its headings hold for everything that follows.
    #[command(flatten)]
    pub(in crate::cli) case: CaseFlags,
}

/// `oscilla golden report`
#[derive(Debug, Args)]
pub(in crate::cli) struct GoldenReportArgs {
    #[command(flatten)]
    pub(in crate::cli) which: WhichFlags,
    /// File to write
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub(in crate::cli) out: PathBuf,
    /// Let programs differ as long as their pictures do not
    #[arg(long)]
    pub(in crate::cli) pixels_only: bool,
    #[command(flatten)]
    pub(in crate::cli) rule: RuleFlags,
    #[command(flatten)]
    pub(in crate::cli) case: CaseFlags,
}

/// `oscilla golden accept`, `reject`
#[derive(Debug, Args)]
pub(in crate::cli) struct GoldenTakeArgs {
    /// Names of cases
    #[arg(required_unless_present = "all")]
    pub(in crate::cli) names: Vec<String>,
    /// All of which something waits
    #[arg(long, conflicts_with = "names")]
    pub(in crate::cli) all: bool,
    /// Folder of the record
    #[arg(long, value_name = "FOLDER", default_value = "golden")]
    pub(in crate::cli) golden: PathBuf,
}

/// How a case is rendered. What is given is remembered with the case; later runs need not repeat it.
#[derive(Debug, Args)]
pub(in crate::cli) struct CaseFlags {
    /// Output pixels per patch pixel [default: 1]
    #[arg(long, value_name = "FACTOR", value_parser = values::scale, allow_negative_numbers = true)]
    pub(in crate::cli) scale: Option<f64>,
    /// Where colours are blended [default: srgb]
    #[arg(long, value_name = "SPACE")]
    pub(in crate::cli) blend_space: Option<BlendFlag>,
    /// Which frames also have a picture: `all`, `none` or a range; of the others only the hash is kept
    /// [default: all]
    #[arg(long, value_name = "FRAMES", allow_hyphen_values = true)]
    pub(in crate::cli) pictures: Option<Pictures>,
    #[command(flatten)]
    pub(in crate::cli) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(in crate::cli) inputs: InputFlags,
    #[command(flatten)]
    pub(in crate::cli) quality: QualityFlags,
    #[command(flatten)]
    pub(in crate::cli) plan: PlanFlags,
}

/// `--pictures`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Pictures {
    /// Every frame.
    All,
    /// No frame.
    None,
    /// These.
    Some(FrameRange),
}

impl FromStr for Pictures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            text => match text.parse() {
                Ok(range) => Ok(Self::Some(range)),
                Err(error) => Err(format!("{error}, `all` or `none`")),
            },
        }
    }
}

impl std::fmt::Display for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Some(range) => write!(f, "{range}"),
        }
    }
}

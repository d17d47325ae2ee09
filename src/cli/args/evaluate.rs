//! What is evaluated: a patch, what is set in it, what comes from outside, and which frames.

use super::values;
use crate::export::rate::parse_duration;
use crate::export::{FrameRange, FrameRate, Sampling};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A program, and the frames of it that are looked at: what every command that evaluates without
/// drawing takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct EvaluateFlags {
    /// Patch or compiled program; `-` is standard input
    pub(in crate::cli) patch: PathBuf,
    /// Fail where values are not finite or parameters impossible; make warnings errors
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    #[command(flatten)]
    pub(in crate::cli) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(in crate::cli) inputs: InputFlags,
    // Last, for its heading holds for everything that follows.
    #[command(flatten)]
    pub(in crate::cli) plan: PlanFlags,
}

/// What is set in place of the patch's own values. A compiled program takes the background only.
#[derive(Debug, Clone, Default, PartialEq, Args)]
pub(in crate::cli) struct PatchFlags {
    /// Picture size, in place of the patch's
    #[arg(long, value_name = "WxH", value_parser = values::size)]
    pub(in crate::cli) size: Option<(u32, u32)>,
    /// `transparent` or a colour, in place of the patch's
    #[arg(long, value_name = "COLOUR", value_parser = values::background, allow_hyphen_values = true)]
    pub(in crate::cli) background: Option<[f64; 4]>,
    /// Seed, in place of the patch's
    #[arg(long, value_name = "N", value_parser = values::whole, allow_negative_numbers = true)]
    pub(in crate::cli) seed: Option<u32>,
    /// A value in place of what the patch says (repeatable; JSON or plain)
    #[arg(long, value_name = "BLOCK.PORT=VALUE", value_parser = values::set, allow_hyphen_values = true)]
    pub(in crate::cli) set: Vec<(String, String)>,
    /// Folder that holds the files a patch names [default: the patch's folder]
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) asset_root: Option<PathBuf>,
}

/// What comes from outside while frames are evaluated.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct InputFlags {
    /// Recorded channels over time, JSON or CSV
    #[arg(long, value_name = "RECORDING")]
    pub(in crate::cli) inputs: Option<PathBuf>,
}

/// Which samples of time are the frames.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Time")]
pub(in crate::cli) struct PlanFlags {
    /// Frames per second: `60`, `29.97`, `30000/1001` [default: 60]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(in crate::cli) fps: Option<FrameRate>,
    /// Only these frames of the plan: `7`, `0-99`, `0-99:5`, `100-`, `3,7,10-20:2`
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    pub(in crate::cli) frames: Option<FrameRange>,
    /// Time of frame 0: `250ms`, `2.5s`, seconds
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(in crate::cli) start: Option<f64>,
    /// Length, in place of the patch's own
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(in crate::cli) duration: Option<f64>,
    /// One still at this time
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(in crate::cli) time: Option<f64>,
    /// One more frame at exactly the end of a finite patch
    #[arg(long)]
    pub(in crate::cli) include_end: bool,
    /// How a cyclic patch is sampled [default: phase]
    #[arg(long, value_name = "HOW")]
    pub(in crate::cli) sampling: Option<SamplingFlag>,
    /// Frames of one cycle; both legs of there-and-back
    #[arg(long, value_name = "N", value_parser = values::whole, allow_negative_numbers = true)]
    pub(in crate::cli) frames_per_cycle: Option<u32>,
    /// Cycles to render [default: 1]
    #[arg(long, value_name = "N", value_parser = values::whole, allow_negative_numbers = true)]
    pub(in crate::cli) loops: Option<u32>,
    /// Cycles to run first without writing them [default: what the patch's memory needs]
    #[arg(long, value_name = "N", value_parser = values::whole, allow_negative_numbers = true)]
    pub(in crate::cli) warmup: Option<u32>,
    /// Fail, before anything is written, unless the loop closes exactly
    #[arg(long)]
    pub(in crate::cli) require_closed_loop: bool,
}

/// `--sampling`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SamplingFlag {
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

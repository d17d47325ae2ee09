//! Commands that hold two things against each other: `compare`, `diff`.

use crate::compare::{Rule, RuleError};
use clap::Args;
use std::path::PathBuf;

/// `oscilla compare`
#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// PNG file, or folder of them and of such folders, as it should be
    pub(in crate::cli) expected: PathBuf,
    /// PNG file, or folder of them, as it is
    pub(in crate::cli) actual: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) rule: RuleFlags,
    /// Write a picture of the differences here; a folder if folders are compared. Where there is none, what
    /// an earlier comparison left here is removed
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) diff: Option<PathBuf>,
    /// Write one JSON array of all pairs to standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// When two pictures count as the same. Without any of these, only when all pixels are equal.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Rule")]
pub(in crate::cli) struct RuleFlags {
    /// Let pixels differ by a few levels: `levels=2,pixels=20,edges=100` (pixels default to all, edges to
    /// none; `0.1%` is a part of all). An edge pixel differs by more, but lies in each picture within the
    /// levels of the other one's 3 × 3 pixels around: what moved by one pixel passes
    #[arg(long, value_name = "RULE", conflicts_with = "perceptual", value_parser = parse_tolerance)]
    pub(in crate::cli) tolerance: Option<Rule>,
    /// Let pass what nobody sees, for pictures made elsewhere: `0.1`, or `threshold=0.1,pixels=20`
    #[arg(
        long,
        value_name = "RULE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0.1",
        value_parser = parse_perceptual
    )]
    pub(in crate::cli) perceptual: Option<Rule>,
}

impl RuleFlags {
    /// The rule that was asked for.
    pub(in crate::cli) fn rule(self) -> Rule {
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

/// `oscilla diff`
#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// Patch or program that runs; `-` is standard input
    pub(in crate::cli) old: PathBuf,
    /// Patch or program that takes its place; `-` is standard input
    pub(in crate::cli) new: PathBuf,
    /// As one JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

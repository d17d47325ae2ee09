//! `oscilla verify`.

use super::evaluate::InputFlags;
use super::values;
use clap::Args;
use std::path::PathBuf;

/// `oscilla verify`
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Manifests, or folders that hold one or those of all parts
    #[arg(required = true, value_name = "MANIFEST")]
    pub(in crate::cli) manifests: Vec<PathBuf>,
    /// Also render everything again from this patch or program, and compare
    #[arg(long, value_name = "PATCH")]
    pub(in crate::cli) rerender: Option<PathBuf>,
    /// Folder that holds the files the patch names [default: the patch's folder]
    #[arg(long, value_name = "FOLDER", requires = "rerender")]
    pub(in crate::cli) asset_root: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) inputs: InputFlags,
    /// The patch or program that took over, such as `120:new.json` (repeatable)
    #[arg(
        long,
        value_name = "FRAME:FILE",
        requires = "rerender",
        allow_hyphen_values = true
    )]
    pub(in crate::cli) swap: Vec<String>,
    /// Threads [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = values::jobs, allow_negative_numbers = true)]
    pub(in crate::cli) jobs: Option<usize>,
    /// Print what differs as JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

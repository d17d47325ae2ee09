//! Proofs: pictures for looking at many frames at once, or one after the other.

use clap::Args;
use std::path::PathBuf;

/// What is made to be looked at, beside the export or in its place.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Proofs")]
pub(in crate::cli) struct ProofFlags {
    /// A PNG with every k-th frame, its number and its time; `--out` may be left out
    #[arg(long, value_name = "FILE.png")]
    pub(in crate::cli) contact_sheet: Option<PathBuf>,
    /// Every so many frames one on the contact sheet [default: as few as give at most 48]
    #[arg(long, value_name = "K", value_parser = above_zero, allow_negative_numbers = true, requires = "contact_sheet")]
    pub(in crate::cli) contact_every: Option<u64>,
    /// Pictures side by side on the contact sheet [default: by their number and shape]
    #[arg(long, value_name = "N", value_parser = above_zero, allow_negative_numbers = true, requires = "contact_sheet")]
    pub(in crate::cli) contact_columns: Option<u64>,
    /// A page that plays and scrubs the frames and shows the seam of the loop; `--out` may be left out
    #[arg(long, value_name = "FILE.html")]
    pub(in crate::cli) flipbook: Option<PathBuf>,
}

fn above_zero(text: &str) -> Result<u64, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|&number| digits && number > 0);
    number.ok_or_else(|| "write a whole number of at least 1".to_owned())
}

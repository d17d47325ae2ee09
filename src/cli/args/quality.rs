//! How finely a picture is sampled: what every command takes that makes pictures. Commands that show
//! values (`probe`, `trace`) have none of this: a value belongs to one moment, and no pixel is made.

use crate::export::shutter::{Opening, OpeningError, Shutter, ShutterPhase};
use clap::{Args, ValueEnum};
use std::fmt;

/// How finely time, space and colour are sampled.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Quality")]
pub(in crate::cli) struct QualityFlags {
    /// Motion blur: how much of a frame the shutter is open, such as `0.5` or `1/2`
    #[arg(long, value_name = "PART", value_parser = shutter, allow_negative_numbers = true)]
    pub(in crate::cli) shutter: Option<ShutterOpen>,
    /// Where in the frame the shutter is open [default: centred]
    #[arg(long, value_name = "WHERE", requires = "shutter")]
    pub(in crate::cli) shutter_phase: Option<ShutterPhaseFlag>,
    /// Moments of a frame with motion blur, averaged in linear light [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256), allow_negative_numbers = true, requires = "shutter")]
    pub(in crate::cli) samples: Option<u32>,
    /// Draw so many times as large, and average in linear light [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8), allow_negative_numbers = true)]
    pub(in crate::cli) supersample: Option<u32>,
    /// Bits a channel of PNG files; 16 keep what averaging makes [default: 8]
    #[arg(long, value_name = "BITS")]
    pub(in crate::cli) bit_depth: Option<BitDepthFlag>,
}

/// `--shutter`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ShutterOpen {
    /// No motion blur.
    Never,
    /// For a part of the frame.
    For(Opening),
}

impl fmt::Display for ShutterOpen {
    /// As [`shutter`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("0"),
            Self::For(open) => {
                let [num, den] = open.parts();
                write!(f, "{num}/{den}")
            }
        }
    }
}

fn shutter(text: &str) -> Result<ShutterOpen, OpeningError> {
    let is_zero = text.parse::<f64>().is_ok_and(|part| part == 0.0);
    if is_zero {
        return Ok(ShutterOpen::Never);
    }
    text.parse().map(ShutterOpen::For)
}

impl QualityFlags {
    /// The shutter that is meant, if it opens at all.
    pub(in crate::cli) fn shutter(&self) -> Option<Shutter> {
        let Some(ShutterOpen::For(open)) = self.shutter else {
            return None;
        };
        Some(Shutter {
            open,
            phase: match self.shutter_phase {
                Some(ShutterPhaseFlag::Trailing) => ShutterPhase::Trailing,
                Some(ShutterPhaseFlag::Centred) | None => ShutterPhase::Centred,
            },
            samples: self.samples.unwrap_or(16),
        })
    }

    /// Pixels drawn for each one, a side.
    pub(in crate::cli) fn supersample(&self) -> u32 {
        self.supersample.unwrap_or(1)
    }

    /// Whether pictures have 16 bits a channel.
    pub(in crate::cli) fn is_deep(&self) -> bool {
        self.bit_depth == Some(BitDepthFlag::Sixteen)
    }
}

/// `--shutter-phase`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShutterPhaseFlag {
    /// Around the time of the frame
    Centred,
    /// Before it
    Trailing,
}

/// `--bit-depth`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum BitDepthFlag {
    /// What every viewer shows
    #[default]
    #[value(name = "8")]
    Eight,
    /// For compositing
    #[value(name = "16")]
    Sixteen,
}

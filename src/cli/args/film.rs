//! Flags of formats that hold many frames: how they are played, coloured and encoded.

use crate::export::gif::palette::Dither;
use crate::export::movie::recipe::Codec;
use crate::export::yuv::Chroma;
use clap::{Args, ValueEnum};

/// Flags of `oscilla render` that not every format has a use for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Animations, streams and movies")]
pub(in crate::cli) struct FilmFlags {
    /// How often GIF, APNG and WebP are played: a number or `forever` [default: forever, once if the patch ends]
    #[arg(long, value_name = "N", value_parser = parse_plays)]
    pub(in crate::cli) plays: Option<u16>,
    /// Whether a GIF has one palette or one a frame [default: global]
    #[arg(long, value_name = "WHICH")]
    pub(in crate::cli) gif_palette: Option<PaletteFlag>,
    /// How a GIF makes up for the colours its palette lacks [default: none]
    #[arg(long, value_name = "HOW")]
    pub(in crate::cli) gif_dither: Option<DitherFlag>,
    /// Colour samples of a y4m stream: one for 2 x 2 pixels or one a pixel [default: 420]
    #[arg(long, value_name = "SAMPLES")]
    pub(in crate::cli) chroma: Option<ChromaFlag>,
    /// How a movie is compressed [default: h264 in mp4, vp9 in webm, prores in mov]
    #[arg(long, value_name = "CODEC")]
    pub(in crate::cli) codec: Option<CodecFlag>,
    /// Quality of a movie, lower is better [default: hardly visible loss]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=63))]
    pub(in crate::cli) crf: Option<u8>,
    /// Print the ffmpeg command of a movie, or one that reads the stream, and render nothing
    #[arg(long)]
    pub(in crate::cli) print_ffmpeg: bool,
}

/// `--gif-palette`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PaletteFlag {
    /// One for all frames, from the colours of the whole clip
    Global,
    /// One a frame
    Frame,
}

/// `--gif-dither`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DitherFlag {
    /// Every pixel gets the nearest colour
    None,
    /// Errors are passed on to the neighbours
    Diffusion,
}

impl From<DitherFlag> for Dither {
    fn from(flag: DitherFlag) -> Self {
        match flag {
            DitherFlag::None => Self::None,
            DitherFlag::Diffusion => Self::Diffusion,
        }
    }
}

/// `--chroma`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ChromaFlag {
    /// One for 2 x 2 pixels
    #[value(name = "420")]
    Half,
    /// One a pixel
    #[value(name = "444")]
    Full,
}

impl From<ChromaFlag> for Chroma {
    fn from(flag: ChromaFlag) -> Self {
        match flag {
            ChromaFlag::Half => Self::Half,
            ChromaFlag::Full => Self::Full,
        }
    }
}

/// `--codec`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CodecFlag {
    /// H.264, in mp4 and mov
    H264,
    /// VP9, in webm
    Vp9,
    /// AV1, in mp4 and webm: smaller and slower
    Av1,
    /// ProRes 4444, in mov
    Prores,
}

impl From<CodecFlag> for Codec {
    fn from(flag: CodecFlag) -> Self {
        match flag {
            CodecFlag::H264 => Self::H264,
            CodecFlag::Vp9 => Self::Vp9,
            CodecFlag::Av1 => Self::Av1,
            CodecFlag::Prores => Self::Prores,
        }
    }
}

/// 0 stands for without end.
fn parse_plays(text: &str) -> Result<u16, String> {
    if text == "forever" {
        return Ok(0);
    }
    let plays = text.parse().ok().filter(|&plays| plays > 0);
    plays.ok_or_else(|| "write `forever` or a whole number, 1 to 65535".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plays() {
        assert_eq!(parse_plays("forever"), Ok(0));
        assert_eq!(parse_plays("3"), Ok(3));
        for wrong in ["", "0", "-1", "65536", "2.5", "Forever"] {
            assert!(parse_plays(wrong).is_err(), "{wrong}");
        }
    }
}

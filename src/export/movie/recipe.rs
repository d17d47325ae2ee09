//! The command line of ffmpeg: what goes in, how it is encoded, how the result is tagged.
//!
//! Colours: what is opaque and has 8 bits goes in as Y′CbCr of our own ([`crate::export::yuv`]), and ffmpeg
//! converts nothing. Else RGB goes in, and ffmpeg converts with the matrix of BT.709 to limited range, with
//! colour samples where ours lie: on the left column, between the rows. Both is what the file says.
//! Transfer is tagged as BT.709, as players expect of what was meant for a screen.

use crate::diag::shell;
use crate::export::FrameRate;
use std::ffi::OsString;
use std::path::Path;

/// What surrounds the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// MPEG-4.
    Mp4,
    /// WebM.
    Webm,
    /// QuickTime.
    Mov,
}

/// How pictures are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// H.264, which plays everywhere.
    H264,
    /// VP9, with alpha where there is some.
    Vp9,
    /// AV1: smaller, slower to encode.
    Av1,
    /// ProRes 4444 for editing, with alpha where there is some.
    Prores,
}

/// What ffmpeg reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Raw RGBA of this size.
    Rgba {
        /// px.
        width: u32,
        /// px.
        height: u32,
    },
    /// A YUV4MPEG2 stream.
    Y4m,
    /// PNG files, one after the other.
    Png,
}

/// A movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// What ffmpeg reads from its standard input.
    pub input: Input,
    /// Frames a second.
    pub rate: FrameRate,
    /// What surrounds the pictures.
    pub container: Container,
    /// How they are compressed.
    pub codec: Codec,
    /// Constant quality; lower is better. `None`: one at which differences are hard to see.
    pub crf: Option<u8>,
    /// Whether pictures have alpha that is to be kept.
    pub alpha: bool,
    /// Whether ffmpeg has to make the sides even: what comes in has an odd one.
    pub pad: bool,
}

impl Container {
    /// What it holds unless told otherwise.
    pub const fn codec(self) -> Codec {
        match self {
            Self::Mp4 => Codec::H264,
            Self::Webm => Codec::Vp9,
            Self::Mov => Codec::Prores,
        }
    }

    /// Whether players expect to find this in it.
    pub const fn holds(self, codec: Codec) -> bool {
        matches!(
            (self, codec),
            (Self::Mp4, Codec::H264 | Codec::Av1)
                | (Self::Webm, Codec::Vp9 | Codec::Av1)
                | (Self::Mov, Codec::Prores | Codec::H264)
        )
    }

    /// ffmpeg's name of it.
    const fn muxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
            Self::Mov => "mov",
        }
    }
}

impl Codec {
    /// For flags and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
            Self::Prores => "prores",
        }
    }

    /// ffmpeg's name of the encoder.
    pub const fn encoder(self) -> &'static str {
        match self {
            Self::H264 => "libx264",
            Self::Vp9 => "libvpx-vp9",
            Self::Av1 => "libaom-av1",
            Self::Prores => "prores_ks",
        }
    }

    /// Whether it can keep alpha.
    pub const fn keeps_alpha(self) -> bool {
        matches!(self, Self::Vp9 | Self::Prores)
    }

    /// Whether a pair of colour samples stands for 2 x 2 pixels.
    pub const fn halves_chroma(self) -> bool {
        !matches!(self, Self::Prores)
    }

    /// Largest constant-quality number, for codecs that have one.
    pub const fn crf_max(self) -> Option<u8> {
        match self {
            Self::H264 => Some(51),
            Self::Vp9 | Self::Av1 => Some(63),
            Self::Prores => None,
        }
    }
}

impl Recipe {
    /// All arguments of ffmpeg; the movie goes to `output`.
    pub fn arguments(&self, output: &Path) -> Vec<OsString> {
        let mut words: Vec<String> = Vec::new();
        let mut say = |text: &str| words.extend(text.split(' ').map(str::to_owned));
        say("-hide_banner -loglevel warning -y");
        let (num, den) = self.rate.parts();
        match self.input {
            Input::Rgba { width, height } => say(&format!(
                "-f rawvideo -pixel_format rgba -video_size {width}x{height} -framerate {num}/{den} -i -"
            )),
            Input::Y4m => say("-f yuv4mpegpipe -i -"),
            Input::Png => say(&format!(
                "-f image2pipe -c:v png -framerate {num}/{den} -i -"
            )),
        }
        say("-map_metadata -1 -an");
        say(&format!("-vf {}", self.filters()));
        say(&self.encoding());
        say("-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv");
        if self.container != Container::Webm {
            say("-movflags +faststart");
        }
        say(&format!("-f {}", self.container.muxer()));
        let mut arguments: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        // A name such as `-x.mp4` is no option, and one such as `http:x.mp4` no address.
        let name = output.as_os_str().as_encoded_bytes();
        let plain = output.is_absolute() || !(name.starts_with(b"-") || name.contains(&b':'));
        arguments.push(if plain {
            output.into()
        } else {
            Path::new(".").join(output).into()
        });
        arguments
    }

    fn filters(&self) -> String {
        let pad = if self.pad {
            "pad=ceil(iw/2)*2:ceil(ih/2)*2,"
        } else {
            ""
        };
        let convert = match self.input {
            // Has this matrix and range already.
            Input::Y4m => "",
            Input::Rgba { .. } | Input::Png => &format!(
                "scale=out_color_matrix=bt709:out_range=limited{}:flags=bicubic+accurate_rnd+full_chroma_int,",
                if self.codec.halves_chroma() {
                    ":out_h_chr_pos=0:out_v_chr_pos=128"
                } else {
                    ""
                }
            ),
        };
        // Some encoders ask the pictures for their colours, others the options.
        let colours = "colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=limited";
        format!(
            "{pad}{convert}format={},setparams={colours}",
            self.pixel_format()
        )
    }

    fn encoding(&self) -> String {
        let encoder = self.codec.encoder();
        let crf = |usual: u8| self.crf.unwrap_or(usual);
        match self.codec {
            Codec::H264 => format!("-c:v {encoder} -preset medium -crf {}", crf(16)),
            Codec::Vp9 => {
                // Its look-ahead frames and alpha exclude each other.
                let alpha = if self.alpha { " -auto-alt-ref 0" } else { "" };
                format!("-c:v {encoder} -b:v 0 -crf {} -row-mt 1{alpha}", crf(20))
            }
            Codec::Av1 => format!(
                "-c:v {encoder} -b:v 0 -crf {} -cpu-used 6 -row-mt 1",
                crf(22)
            ),
            Codec::Prores => {
                let bits = if self.alpha { 16 } else { 0 };
                format!("-c:v {encoder} -profile:v 4444 -alpha_bits {bits} -vendor apl0")
            }
        }
    }

    /// ffmpeg's name of how samples lie.
    fn pixel_format(&self) -> &'static str {
        match (self.codec, self.alpha) {
            (Codec::Prores, true) => "yuva444p10le",
            (Codec::Prores, false) => "yuv444p10le",
            (Codec::Vp9, true) => "yuva420p",
            _ => "yuv420p",
        }
    }

    /// The command as one would type it, ffmpeg's name included.
    pub fn command(&self, output: &Path) -> String {
        let mut line = "ffmpeg".to_owned();
        for argument in self.arguments(output) {
            line.push(' ');
            line.push_str(&shell::word(&argument.to_string_lossy()));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(container: Container, alpha: bool) -> Recipe {
        Recipe {
            input: Input::Rgba {
                width: 4,
                height: 2,
            },
            rate: FrameRate::new(30000, 1001).unwrap(),
            container,
            codec: container.codec(),
            crf: None,
            alpha,
            pad: false,
        }
    }

    #[test]
    fn the_command_can_be_pasted_into_a_shell() {
        let mut recipe = recipe(Container::Mp4, false);
        let line = recipe.command(Path::new("my loop's.mp4"));
        assert!(line.starts_with("ffmpeg -hide_banner"), "{line}");
        assert!(
            line.contains("-video_size 4x2 -framerate 30000/1001 -i -"),
            "{line}"
        );
        assert!(line.contains("-colorspace bt709"), "{line}");
        assert!(line.ends_with(r"-f mp4 'my loop'\''s.mp4'"), "{line}");
        recipe.pad = true;
        assert!(
            recipe
                .command(Path::new("-a.mp4"))
                .contains("'pad=ceil(iw/2)*2:ceil(ih/2)*2,")
        );
        for name in ["-a.mp4", "http:a.mp4", "in/a:b.mp4"] {
            let line = recipe.command(Path::new(name));
            assert!(line.ends_with(&format!(" ./{name}")), "{line}");
        }
        assert!(recipe.command(Path::new("/a:b.mp4")).ends_with(" /a:b.mp4"));
    }

    #[test]
    fn alpha_is_kept_where_the_codec_can() {
        let line = |container| recipe(container, true).command(Path::new("x"));
        assert!(line(Container::Webm).contains("format=yuva420p"));
        assert!(line(Container::Mov).contains("format=yuva444p10le"));
        for container in [Container::Mp4, Container::Webm, Container::Mov] {
            assert!(container.holds(container.codec()));
            assert!(
                !recipe(container, false)
                    .command(Path::new("x"))
                    .contains("yuva")
            );
        }
    }
}

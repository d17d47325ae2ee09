//! What an export writes: the formats, their names, and what each can hold.

use super::movie::recipe::Container;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Pixels, lossless.
    Png,
    /// Shapes, as text.
    Svg,
    /// An animation of at most 255 colours a frame.
    Gif,
    /// An animated PNG, lossless.
    Apng,
    /// A still or an animation, lossless.
    Webp,
    /// A stream of Y′CbCr, for encoders.
    Y4m,
    /// A stream of bare pixels.
    Rgba,
    /// A movie that plays everywhere.
    Mp4,
    /// A movie for the web, with alpha.
    Webm,
    /// A movie for editing, with alpha.
    Mov,
    /// Shapes with keyframes, for players of the web and of mobiles.
    Lottie,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Png,
        Self::Svg,
        Self::Gif,
        Self::Apng,
        Self::Webp,
        Self::Y4m,
        Self::Rgba,
        Self::Mp4,
        Self::Webm,
        Self::Mov,
        Self::Lottie,
    ];

    /// For flags and manifests.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Webp => "webp",
            Self::Y4m => "y4m",
            Self::Rgba => "rgba",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
            Self::Mov => "mov",
            Self::Lottie => "lottie",
        }
    }

    /// What its files end in, after a point. `.lottie` alone is an archive of such files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Lottie => "lottie.json",
            _ => self.word(),
        }
    }

    /// The format of a file name, by its ending.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let ends = |format: &Self| {
            let before = name.strip_suffix(format.ending());
            before.is_some_and(|before| before.ends_with('.'))
        };
        Self::ALL.into_iter().find(ends)
    }

    /// What one file a frame is, if the format can.
    pub const fn files(self) -> Option<Form> {
        match self {
            Self::Png => Some(Form::PngFiles),
            Self::Svg => Some(Form::SvgFiles),
            Self::Webp => Some(Form::WebpFiles),
            _ => None,
        }
    }

    /// What one file of many frames is, if the format can.
    pub const fn animation(self) -> Option<Form> {
        match self {
            Self::Png => None,
            Self::Svg => Some(Form::AnimatedSvg),
            Self::Gif => Some(Form::Gif),
            Self::Apng => Some(Form::Apng),
            Self::Webp => Some(Form::WebpAnimation),
            Self::Y4m => Some(Form::Stream(Stream::Y4m)),
            Self::Rgba => Some(Form::Stream(Stream::Rgba)),
            Self::Mp4 => Some(Form::Movie(Container::Mp4)),
            Self::Webm => Some(Form::Movie(Container::Webm)),
            Self::Mov => Some(Form::Movie(Container::Mov)),
            Self::Lottie => Some(Form::Lottie),
        }
    }

    /// What goes to whoever reads along, if the format can.
    pub const fn stream(self) -> Option<Form> {
        match self {
            Self::Png => Some(Form::Stream(Stream::Png)),
            Self::Y4m => Some(Form::Stream(Stream::Y4m)),
            Self::Rgba => Some(Form::Stream(Stream::Rgba)),
            _ => None,
        }
    }

    /// Whether it is made of pixels.
    pub const fn has_pixels(self) -> bool {
        !matches!(self, Self::Svg | Self::Lottie)
    }

    /// How the numbers of its colours are meant.
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Y4m | Self::Mp4 | Self::Webm => "BT.709 Y'CbCr, limited range, of sRGB values",
            Self::Mov => "10-bit BT.709 Y'CbCr, limited range, of sRGB values",
            _ => "8-bit sRGB, straight alpha",
        }
    }
}

/// How frames and files meet: each needs a finisher and a delivery of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A PNG file a frame; also a still.
    PngFiles,
    /// An SVG file a frame; also a still.
    SvgFiles,
    /// One SVG that moves.
    AnimatedSvg,
    /// Keyframes in JSON.
    Lottie,
    /// A WebP file a frame; also a still.
    WebpFiles,
    /// An animated GIF.
    Gif,
    /// An animated PNG.
    Apng,
    /// An animated WebP.
    WebpAnimation,
    /// One frame after the other.
    Stream(Stream),
    /// Through ffmpeg.
    Movie(Container),
}

impl Form {
    /// Whether each frame is a file of its own.
    pub const fn is_files(self) -> bool {
        matches!(self, Self::PngFiles | Self::SvgFiles | Self::WebpFiles)
    }
}

/// What a stream consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// YUV4MPEG2.
    Y4m,
    /// Straight RGBA rows, without any head.
    Rgba,
    /// PNG files.
    Png,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_formats() {
        for (name, format) in [
            ("loop.GIF", Some(Format::Gif)),
            ("a.b.png", Some(Format::Png)),
            (".webp", Some(Format::Webp)),
            ("loop.lottie.json", Some(Format::Lottie)),
            // An archive, and any JSON.
            ("loop.lottie", None),
            ("loop.json", None),
            ("png", None),
            ("loopgif", None),
        ] {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
    }
}

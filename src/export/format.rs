//! What an export writes: the formats, their names, and what each can hold.

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Pixels, lossless.
    Png,
    /// Shapes, as text.
    Svg,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Png, Self::Svg];

    /// For flags and manifests; also the ending of its files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    /// The format of a file name, by its ending.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Self::ALL
            .into_iter()
            .find(|format| ending.eq_ignore_ascii_case(format.word()))
    }

    /// What one file a frame is, if the format can.
    pub const fn files(self) -> Option<Form> {
        match self {
            Self::Png => Some(Form::PngFiles),
            Self::Svg => Some(Form::SvgFiles),
        }
    }

    /// What one file of many frames is, if the format can.
    pub const fn animation(self) -> Option<Form> {
        match self {
            Self::Png => None,
            Self::Svg => Some(Form::AnimatedSvg),
        }
    }

    /// Whether it is made of pixels.
    pub const fn has_pixels(self) -> bool {
        match self {
            Self::Png => true,
            Self::Svg => false,
        }
    }

    /// How the numbers of its colours are meant.
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Png | Self::Svg => "8-bit sRGB, straight alpha",
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
}

//! A decoded picture: straight RGBA with 8 or 16 bits a channel, whatever the file used.

use std::io::Cursor;
use thiserror::Error;

/// Longest side that is read, px.
const MAX_SIDE: u32 = 32_768;

/// Bits of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 0…255.
    Eight,
    /// 0…65535.
    Sixteen,
}

impl Depth {
    /// The greatest value of a channel.
    pub const fn most(self) -> u16 {
        match self {
            Self::Eight => 255,
            Self::Sixteen => u16::MAX,
        }
    }

    /// 8 or 16.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Eight => 8,
            Self::Sixteen => 16,
        }
    }
}

/// Straight RGBA, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    depth: Depth,
    rgba: Vec<u16>,
}

/// Why a picture could not be read.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The channels are not four per pixel.
    #[error("{found} channel values for {width}x{height} px, four a pixel are wanted")]
    Size {
        /// px.
        width: u32,
        /// px.
        height: u32,
        /// Values given.
        found: usize,
    },
    /// Not a PNG file, or a damaged one.
    #[error("not a readable PNG picture: {0}")]
    Png(#[from] image::ImageError),
}

impl Picture {
    /// A picture from its channels; values above the depth's greatest count as that.
    ///
    /// # Errors
    /// If there are not four values per pixel.
    pub fn new(
        width: u32,
        height: u32,
        depth: Depth,
        rgba: Vec<u16>,
    ) -> Result<Self, PictureError> {
        if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
            let found = rgba.len();
            return Err(PictureError::Size {
                width,
                height,
                found,
            });
        }
        let rgba = match depth {
            Depth::Sixteen => rgba,
            Depth::Eight => rgba.into_iter().map(|value| value.min(255)).collect(),
        };
        Ok(Self {
            width,
            height,
            depth,
            rgba,
        })
    }

    /// Decodes a PNG file of any kind: grey, palette, RGB, with or without alpha, up to 16 bits.
    ///
    /// # Errors
    /// If it is none, is damaged, or is larger than the limits.
    pub fn from_png(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut reader =
            image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
        let mut limits = image::Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        // Two bytes a channel of the largest area that this program writes.
        limits.max_alloc = Some(1 << 31);
        reader.limits(limits);
        let decoded = reader.decode()?;
        let (width, height) = (decoded.width(), decoded.height());
        let bits = decoded.color().bits_per_pixel() / u16::from(decoded.color().channel_count());
        let (depth, rgba) = if bits > 8 {
            (Depth::Sixteen, decoded.into_rgba16().into_raw())
        } else {
            let bytes = decoded.into_rgba8().into_raw();
            (Depth::Eight, bytes.into_iter().map(u16::from).collect())
        };
        Self::new(width, height, depth, rgba)
    }

    /// A PNG file of it, RGBA.
    pub fn to_png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        let data: Vec<u8> = match self.depth {
            Depth::Eight => {
                encoder.set_depth(png::BitDepth::Eight);
                self.rgba.iter().map(|value| *value as u8).collect()
            }
            Depth::Sixteen => {
                encoder.set_depth(png::BitDepth::Sixteen);
                self.rgba
                    .iter()
                    .flat_map(|value| value.to_be_bytes())
                    .collect()
            }
        };
        // A vector takes every byte, and the size was checked when the picture was made.
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data));
        debug_assert!(written.is_ok(), "{written:?}");
        bytes
    }

    /// px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Bits of a channel.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> impl ExactSizeIterator<Item = [u16; 4]> {
        self.rgba.chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]])
    }

    /// The pixel in column `x` of row `y`; both inside the picture.
    #[inline]
    pub fn at(&self, x: u32, y: u32) -> [u16; 4] {
        let i = (y as usize * self.width as usize + x as usize) * 4;
        [
            self.rgba[i],
            self.rgba[i + 1],
            self.rgba[i + 2],
            self.rgba[i + 3],
        ]
    }

    /// The same with colour times alpha, rounded to the nearest level: what invisible colours cannot
    /// tell apart.
    pub(super) fn premultiplied(&self) -> Self {
        let most = u32::from(self.depth.most());
        let times = |value: u16, alpha: u16| {
            ((u32::from(value) * u32::from(alpha) + most / 2) / most) as u16
        };
        let rgba = self.rgba.chunks_exact(4);
        Self {
            rgba: rgba
                .flat_map(|c| {
                    [
                        times(c[0], c[3]),
                        times(c[1], c[3]),
                        times(c[2], c[3]),
                        c[3],
                    ]
                })
                .collect(),
            ..*self
        }
    }

    /// The columns and rows next to a pixel, itself included.
    pub(super) fn around(&self, x: u32, y: u32) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (right, below) = ((x + 1).min(self.width - 1), (y + 1).min(self.height - 1));
        (y.saturating_sub(1)..=below)
            .flat_map(move |v| (x.saturating_sub(1)..=right).map(move |u| (u, v)))
    }
}

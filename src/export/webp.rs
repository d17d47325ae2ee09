//! Pictures become WebP, lossless: one, or an animation.
//!
//! The pictures are VP8L as `image-webp` writes it; this file knows the container around them (RIFF,
//! `VP8X`, `ANIM`, `ANMF`). A later frame is the rectangle that changed, put in the place of what was
//! there: some readers are a level off where they blend, even under transparent pixels. Rectangles
//! begin at even numbers, as the format wants. Next: [`super::reel`].

use super::change::{Rect, changed};
use super::{Image, ImageView};
use image_webp::{ColorType, EncodingError, WebPEncoder};
use std::io::{self, Seek, SeekFrom, Write};

/// Largest side, px.
pub const SIDE_MAX: u32 = 16_384;

/// Longest delay, ms.
const DELAY_MAX: u64 = (1 << 24) - 1;

/// `VP8X` flags.
const ANIMATED: u8 = 0x02;
const ALPHA: u8 = 0x10;

/// `ANMF` flags: no blending, and the frame stays.
const REPLACE: u8 = 0x02;

/// The file of one picture.
///
/// # Errors
/// A side of 0 or above [`SIDE_MAX`].
pub fn encode<'a>(image: impl Into<ImageView<'a>>) -> io::Result<Vec<u8>> {
    let image = image.into();
    let (pixels, _) = image.rgba.as_chunks();
    encode_pixels(pixels, image.width, image.height)
}

fn encode_pixels(pixels: &[[u8; 4]], width: u32, height: u32) -> io::Result<Vec<u8>> {
    let mut file = Vec::new();
    let encoder = WebPEncoder::new(&mut file);
    let result = if pixels.iter().all(|pixel| pixel[3] == 255) {
        let rgb: Vec<u8> = pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
        encoder.encode(&rgb, width, height, ColorType::Rgb8)
    } else {
        encoder.encode(pixels.as_flattened(), width, height, ColorType::Rgba8)
    };
    match result {
        Ok(()) => Ok(file),
        Err(EncodingError::IoError(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// An animation that is being written.
#[derive(Debug)]
pub struct WebpAnimation<W> {
    out: W,
    width: u32,
    height: u32,
    has_alpha: bool,
    /// What the last frame looks like; empty before the first one.
    shown: Vec<[u8; 4]>,
    patch: Vec<[u8; 4]>,
}

impl<W: Write + Seek> WebpAnimation<W> {
    /// Writes the head. `plays` is how often it is played; 0 is without end.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(out: W, width: u32, height: u32, plays: u16) -> io::Result<Self> {
        let mut animation = Self {
            out,
            width,
            height,
            has_alpha: false,
            shown: Vec::new(),
            patch: Vec::new(),
        };
        animation.head(0)?;
        // A transparent background, which readers may ignore.
        let [low, high] = plays.to_le_bytes();
        animation.chunk(*b"ANIM", &[&[0, 0, 0, 0, low, high]])?;
        Ok(animation)
    }

    /// Appends a picture that is shown for `delay` ms.
    ///
    /// # Errors
    /// What the writer says; a picture of another size.
    pub fn add(&mut self, image: &Image, delay: u64) -> io::Result<()> {
        let (pixels, _) = image.rgba.as_chunks();
        if (image.width, image.height) != (self.width, self.height) {
            return Err(io::Error::other("a frame has another size than the first"));
        }
        let stride = self.width as usize;
        let rect = if self.shown.is_empty() {
            Rect::whole(stride, self.height as usize)
        } else {
            let rect = changed(&self.shown, pixels, stride).unwrap_or(Rect::CORNER);
            rect.from_even()
        };
        self.shown.clear();
        self.shown.extend(pixels);
        self.patch.clear();
        self.patch.extend(rect.rows(pixels, stride).flatten());
        self.has_alpha |= self.patch.iter().any(|pixel| pixel[3] < 255);
        let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(|v| v as u32);
        let file = encode_pixels(&self.patch, width, height)?;
        // Behind `RIFF`, size and `WEBP`: one chunk, the picture.
        let picture = file.get(12..).unwrap_or_default();
        let mut head = Vec::with_capacity(16);
        for value in [
            x / 2,
            y / 2,
            width - 1,
            height - 1,
            delay.min(DELAY_MAX) as u32,
        ] {
            head.extend(&value.to_le_bytes()[..3]);
        }
        head.push(REPLACE);
        self.chunk(*b"ANMF", &[&head, picture])
    }

    /// Completes the head, and gives back the writer.
    ///
    /// # Errors
    /// What the writer says; a file of 4 GiB or more.
    pub fn finish(mut self) -> io::Result<W> {
        let size = self.out.stream_position()? - 8;
        let size = u32::try_from(size)
            .map_err(|_| io::Error::other("a WebP file cannot be as large as 4 GiB"))?;
        self.out.seek(SeekFrom::Start(0))?;
        self.head(size)?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn head(&mut self, size: u32) -> io::Result<()> {
        self.out.write_all(b"RIFF")?;
        self.out.write_all(&size.to_le_bytes())?;
        self.out.write_all(b"WEBP")?;
        let flags = ANIMATED | if self.has_alpha { ALPHA } else { 0 };
        let (width, height) = (
            (self.width - 1).to_le_bytes(),
            (self.height - 1).to_le_bytes(),
        );
        let sides: [&[u8]; 3] = [&[flags, 0, 0, 0], &width[..3], &height[..3]];
        self.chunk(*b"VP8X", &sides)
    }

    /// A chunk of parts, padded to an even length.
    fn chunk(&mut self, name: [u8; 4], parts: &[&[u8]]) -> io::Result<()> {
        let size: usize = parts.iter().map(|part| part.len()).sum();
        self.out.write_all(&name)?;
        self.out.write_all(&(size as u32).to_le_bytes())?;
        for part in parts {
            self.out.write_all(part)?;
        }
        if size % 2 == 1 {
            self.out.write_all(&[0])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::testing::clip;
    use image_webp::{LoopCount, WebPDecoder};
    use std::io::Cursor;

    fn decode(file: &[u8]) -> (Vec<Image>, Vec<u32>, LoopCount) {
        let mut decoder = WebPDecoder::new(Cursor::new(file)).unwrap();
        let (width, height) = decoder.dimensions();
        let (mut images, mut delays) = (Vec::new(), Vec::new());
        for _ in 0..decoder.num_frames() {
            let mut bytes = vec![0; decoder.output_buffer_size().unwrap()];
            delays.push(decoder.read_frame(&mut bytes).unwrap());
            let rgba = if decoder.has_alpha() {
                bytes
            } else {
                bytes
                    .chunks_exact(3)
                    .flat_map(|p| [p[0], p[1], p[2], 255])
                    .collect()
            };
            images.push(Image {
                width,
                height,
                rgba,
            });
        }
        (images, delays, decoder.loop_count())
    }

    #[test]
    fn decoding_gives_back_every_frame() {
        for translucent in [false, true] {
            let clip = clip(translucent);
            let mut animation =
                WebpAnimation::new(Cursor::new(Vec::new()), clip[0].width, clip[0].height, 2)
                    .unwrap();
            for (image, delay) in clip.iter().zip(16..) {
                animation.add(image, delay).unwrap();
            }
            let file = animation.finish().unwrap().into_inner();
            let (images, delays, plays) = decode(&file);
            assert_eq!(images, clip, "{translucent}");
            assert_eq!(delays, (16..16 + clip.len() as u32).collect::<Vec<_>>());
            assert_eq!(
                plays,
                LoopCount::Times(std::num::NonZeroU16::new(2).unwrap())
            );
            let size = u32::from_le_bytes([file[4], file[5], file[6], file[7]]);
            assert_eq!(size as usize, file.len() - 8);
        }
    }

    #[test]
    fn a_still_reads_back() {
        for translucent in [false, true] {
            let image = clip(translucent).remove(0);
            let file = encode(&image).unwrap();
            let mut decoder = WebPDecoder::new(Cursor::new(&file)).unwrap();
            let mut bytes = vec![0; decoder.output_buffer_size().unwrap()];
            decoder.read_image(&mut bytes).unwrap();
            assert_eq!(decoder.has_alpha(), translucent);
            let rgba: Vec<u8> = if translucent {
                bytes
            } else {
                bytes
                    .chunks_exact(3)
                    .flat_map(|p| [p[0], p[1], p[2], 255])
                    .collect()
            };
            assert_eq!(rgba, image.rgba);
        }
    }
}

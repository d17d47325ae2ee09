//! Pixels become a PNG file: 8 bits, RGB where every pixel is opaque, with an sRGB chunk.
//!
//! In: an [`Image`] and text metadata. Out: the bytes of the file. They depend on nothing else, no
//! clock and no path. A frame of at most 256 colours is tried with a palette and without, and the smaller
//! file is kept. `balanced` and `small` leave rows to the `png` crate; `fast` has its own way to compress
//! them, which is ten times as fast as `balanced`, and over the gallery its files are as small: see `fast`.

mod block;
mod deflate;
mod fast;
mod huffman;
mod palette;
mod rows;

use super::{DeepImage, Image, ImageView, Texts};
use fast::Fast;
use palette::{Palette, index_colours};
use png::{BitDepth, ColorType, Compression, Filter, SrgbRenderingIntent};
use std::io::{self, Write};

/// How much time a smaller file is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PngEffort {
    /// A few milliseconds a frame.
    #[default]
    Fast,
    /// Ten times that and more: smaller where gradients are smooth, elsewhere not.
    Balanced,
    /// As small as this encoder can.
    Small,
}

/// Why a frame could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode the frame as PNG: {0}")]
pub struct PngError(#[from] png::EncodingError);

impl PngError {
    /// For what the encoder itself would not notice.
    fn invalid(why: &str) -> Self {
        let error = io::Error::new(io::ErrorKind::InvalidInput, why);
        Self(png::EncodingError::from(error))
    }
}

/// Encodes frames, keeping its buffers from one to the next.
#[derive(Debug, Default)]
pub struct PngEncoder {
    effort: PngEffort,
    samples: Vec<u8>,
    fast: Fast,
}

/// What a file has in it.
struct Content<'a> {
    size: (u32, u32),
    color: ColorType,
    depth: BitDepth,
    palette: Option<Palette>,
    data: Data<'a>,
}

/// The samples of a file.
#[derive(Clone, Copy)]
enum Data<'a> {
    /// To be filtered and compressed.
    Samples(&'a [u8]),
    /// Filtered and compressed.
    Stream(&'a [u8]),
}

impl PngEncoder {
    /// No buffers yet.
    pub fn new(effort: PngEffort) -> Self {
        Self {
            effort,
            ..Self::default()
        }
    }

    /// The file of an image.
    ///
    /// # Errors
    /// If the image has no pixels, or not as many as it says.
    pub fn encode<'a>(
        &mut self,
        image: impl Into<ImageView<'a>>,
        texts: &Texts,
    ) -> Result<Vec<u8>, PngError> {
        self.encode_in_step(image.into(), texts, &mut |_| ())
    }

    /// The file of an image and its [`pixel_hash`], worked out while the pixels are in the cache.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_and_hash<'a>(
        &mut self,
        image: impl Into<ImageView<'a>>,
        texts: &Texts,
    ) -> Result<(Vec<u8>, blake3::Hash), PngError> {
        let image = image.into();
        let mut hash = PixelHash::new(image);
        let file = self.encode_in_step(image, texts, &mut |read| hash.follow(read))?;
        Ok((file, hash.finish()))
    }

    /// `read` hears how many bytes of the image were read, once or many times.
    fn encode_in_step(
        &mut self,
        image: ImageView<'_>,
        texts: &Texts,
        read: &mut dyn FnMut(usize),
    ) -> Result<Vec<u8>, PngError> {
        if !image.is_whole() {
            let why = "it has no pixels, or not as many as its sides say";
            return Err(PngError::invalid(why));
        }
        let indexed = match index_colours(image, &mut self.samples) {
            Some(palette) => Some(self.indexed(image, palette, texts)?),
            None => None,
        };
        let direct = self.direct(image, texts, read)?;
        Ok(indexed
            .filter(|indexed| indexed.len() < direct.len())
            .unwrap_or(direct))
    }

    /// The indices in `samples`, with a palette.
    fn indexed(
        &mut self,
        image: ImageView<'_>,
        palette: Palette,
        texts: &Texts,
    ) -> Result<Vec<u8>, PngError> {
        let content = Content {
            size: (image.width, image.height),
            color: ColorType::Indexed,
            depth: BitDepth::Eight,
            palette: Some(palette),
            data: match self.effort {
                PngEffort::Fast => Data::Stream(self.fast.indexed(image.width, &self.samples)),
                _ => Data::Samples(&self.samples),
            },
        };
        write(self.effort, texts, &content)
    }

    /// As RGB where every pixel is opaque, else as RGBA.
    fn direct(
        &mut self,
        image: ImageView<'_>,
        texts: &Texts,
        read: &mut dyn FnMut(usize),
    ) -> Result<Vec<u8>, PngError> {
        let opaque = image.is_opaque();
        let image = ImageView { opaque, ..image };
        let content = Content {
            size: (image.width, image.height),
            color: if opaque {
                ColorType::Rgb
            } else {
                ColorType::Rgba
            },
            depth: BitDepth::Eight,
            palette: None,
            data: match self.effort {
                PngEffort::Fast => Data::Stream(self.fast.direct(image, read)),
                _ if opaque => {
                    drop_alpha(image.rgba, &mut self.samples);
                    Data::Samples(&self.samples)
                }
                _ => Data::Samples(image.rgba),
            },
        };
        write(self.effort, texts, &content)
    }

    /// The file of an image with 16 bits a channel: RGB where every pixel is opaque, else RGBA.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_deep(&mut self, image: &DeepImage, texts: &Texts) -> Result<Vec<u8>, PngError> {
        let (pixels, _) = image.rgba.as_chunks::<4>();
        let opaque = pixels.iter().all(|pixel| pixel[3] == u16::MAX);
        let (color, channels) = if opaque {
            (ColorType::Rgb, 3)
        } else {
            (ColorType::Rgba, 4)
        };
        self.samples.clear();
        let channels = pixels.iter().flat_map(|pixel| &pixel[..channels]);
        self.samples.extend(channels.flat_map(|v| v.to_be_bytes()));
        let content = Content {
            size: (image.width, image.height),
            color,
            depth: BitDepth::Sixteen,
            palette: None,
            data: Data::Samples(&self.samples),
        };
        write(self.effort, texts, &content)
    }
}

fn write(effort: PngEffort, texts: &Texts, content: &Content<'_>) -> Result<Vec<u8>, PngError> {
    let mut file = Vec::with_capacity(match content.data {
        Data::Samples(bytes) => bytes.len() / 8 + 1024,
        Data::Stream(bytes) => bytes.len() + 2048,
    });
    let (width, height) = content.size;
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(content.color);
    encoder.set_depth(content.depth);
    let (compression, filter) = match effort {
        // Without a filter this compression falls back to storing.
        PngEffort::Fast => (Compression::Fastest, Filter::Up),
        PngEffort::Balanced => (Compression::Balanced, Filter::Adaptive),
        PngEffort::Small => (Compression::High, Filter::MinEntropy),
    };
    encoder.set_compression(compression);
    // Neighbouring numbers of colours mean nothing, so filters only hurt.
    encoder.set_filter(match content.palette {
        Some(_) => Filter::NoFilter,
        None => filter,
    });
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    if let Some(palette) = &content.palette {
        encoder.set_palette(&palette.rgb);
        if !palette.alpha.is_empty() {
            encoder.set_trns(&palette.alpha);
        }
    }
    add_texts(&mut encoder, texts)?;
    let mut writer = encoder.write_header()?;
    match content.data {
        Data::Samples(bytes) => writer.write_image_data(bytes)?,
        Data::Stream(bytes) => writer.write_chunk(png::chunk::IDAT, bytes)?,
    }
    writer.finish()?;
    Ok(file)
}

/// BLAKE3 of the decoded pixels: width and height (u32, little-endian), then straight RGBA rows. Two
/// files with equal hashes show the same picture, however they are compressed.
pub fn pixel_hash<'a>(image: impl Into<ImageView<'a>>) -> blake3::Hash {
    PixelHash::new(image.into()).finish()
}

/// A [`pixel_hash`] that follows somebody who reads the image.
struct PixelHash<'a> {
    hasher: blake3::Hasher,
    rgba: &'a [u8],
    /// Bytes that are hashed.
    done: usize,
}

impl<'a> PixelHash<'a> {
    /// What stands before the pixels.
    const HEAD: usize = 8;
    /// Bytes that are hashed at once: a power of two, so that the hash can do many of its chunks side by side.
    const PIECE: usize = 1 << 17;

    fn new(image: ImageView<'a>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&image.width.to_le_bytes());
        hasher.update(&image.height.to_le_bytes());
        Self {
            hasher,
            rgba: image.rgba,
            done: 0,
        }
    }

    /// `read` bytes of the image are in the cache.
    fn follow(&mut self, read: usize) {
        let end = (Self::HEAD + read) / Self::PIECE * Self::PIECE;
        if end > Self::HEAD + self.done {
            self.hash(end - Self::HEAD);
        }
    }

    fn hash(&mut self, end: usize) {
        self.hasher.update(&self.rgba[self.done..end]);
        self.done = end;
    }

    fn finish(mut self) -> blake3::Hash {
        self.hash(self.rgba.len());
        self.hasher.finalize()
    }
}

/// [`pixel_hash`] of an image with 16 bits a channel: the same, with 2 bytes (little-endian) a channel.
pub fn deep_hash(image: &DeepImage) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&image.width.to_le_bytes());
    hasher.update(&image.height.to_le_bytes());
    for &[r, g, b, a] in image.rgba.as_chunks().0 {
        hasher.update([r, g, b, a].map(u16::to_le_bytes).as_flattened());
    }
    hasher.finalize()
}

/// [`pixel_hash`] or [`deep_hash`] of a PNG file; `None` if it is none.
pub fn decoded_hash(file: &[u8]) -> Option<blake3::Hash> {
    let decoded = image::load_from_memory_with_format(file, image::ImageFormat::Png).ok()?;
    if decoded.color().bytes_per_pixel() > 4 {
        let rgba = decoded.to_rgba16();
        return Some(deep_hash(&DeepImage {
            width: rgba.width(),
            height: rgba.height(),
            rgba: rgba.into_raw(),
        }));
    }
    let rgba = decoded.to_rgba8();
    Some(pixel_hash(&Image {
        width: rgba.width(),
        height: rgba.height(),
        rgba: rgba.into_raw(),
    }))
}

/// Adds metadata as text chunks.
pub(super) fn add_texts<W: Write>(
    encoder: &mut png::Encoder<'_, W>,
    texts: &Texts,
) -> Result<(), png::EncodingError> {
    for (key, text) in texts {
        if text.is_ascii() {
            encoder.add_text_chunk((*key).to_owned(), text.clone())?;
        } else {
            encoder.add_itxt_chunk((*key).to_owned(), text.clone())?;
        }
    }
    Ok(())
}

fn drop_alpha(rgba: &[u8], rgb: &mut Vec<u8>) {
    rgb.resize(rgba.len() / 4 * 3, 0);
    for (rgb, rgba) in rgb.chunks_exact_mut(3).zip(rgba.chunks_exact(4)) {
        rgb.copy_from_slice(&rgba[..3]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few colours in a pattern, or (with `noise`) many.
    fn image(alpha: u8, noise: bool) -> Image {
        let (width, height) = (40u32, 30u32);
        let rgba = (0..width * height)
            .flat_map(|i| {
                let v = if noise {
                    i.wrapping_mul(2_654_435_761) >> 13
                } else {
                    i % 7
                };
                [
                    v as u8,
                    (v >> 8) as u8,
                    9,
                    if i % 5 == 0 { alpha } else { 255 },
                ]
            })
            .collect();
        Image {
            width,
            height,
            rgba,
        }
    }

    fn decode(bytes: &[u8]) -> Image {
        let decoded = image::load_from_memory(bytes).unwrap().to_rgba8();
        Image {
            width: decoded.width(),
            height: decoded.height(),
            rgba: decoded.into_raw(),
        }
    }

    #[test]
    fn every_effort_reads_back_the_same_pixels() {
        for effort in [PngEffort::Fast, PngEffort::Balanced, PngEffort::Small] {
            for alpha in [255, 0, 77] {
                for noise in [false, true] {
                    let image = image(alpha, noise);
                    let bytes = PngEncoder::new(effort)
                        .encode(&image, &Texts::new())
                        .unwrap();
                    assert_eq!(decode(&bytes), image, "{effort:?} {alpha} {noise}");
                }
            }
        }
    }

    #[test]
    fn the_hash_that_follows_is_that_of_the_pixels() {
        // More than a piece, at its border, and less.
        for (width, height) in [(300, 250), (256, 128), (257, 256), (3, 2)] {
            let count = width * height;
            let bytes = |i: u32| i.wrapping_mul(2_654_435_761).to_le_bytes();
            let noise = Image {
                width,
                height,
                rgba: (0..count).flat_map(bytes).collect(),
            };
            let plain = Image {
                rgba: [1, 2, 3, 255].repeat(count as usize),
                ..noise.clone()
            };
            for image in [noise, plain] {
                let head = [width.to_le_bytes(), height.to_le_bytes()].concat();
                let expected = blake3::hash(&[head, image.rgba.clone()].concat());
                for effort in [PngEffort::Fast, PngEffort::Balanced] {
                    let mut encoder = PngEncoder::new(effort);
                    let (file, hash) = encoder.encode_and_hash(&image, &Texts::new()).unwrap();
                    assert_eq!(hash, expected, "{effort:?} {width} x {height}");
                    assert_eq!(decode(&file), image);
                }
            }
        }
    }

    #[test]
    fn opaque_frames_are_rgb_and_few_colours_a_palette() {
        let kind = |image: &Image, effort| {
            let bytes = PngEncoder::new(effort)
                .encode(image, &Texts::new())
                .unwrap();
            png::Decoder::new(std::io::Cursor::new(bytes))
                .read_info()
                .unwrap()
                .info()
                .color_type
        };
        for effort in [PngEffort::Fast, PngEffort::Balanced, PngEffort::Small] {
            assert_eq!(kind(&image(255, true), effort), ColorType::Rgb);
            assert_eq!(kind(&image(0, true), effort), ColorType::Rgba);
        }
        // Few colours in an order that no match foretells.
        let colour = |i: u32| [(i.wrapping_mul(2_654_435_761) >> 13) as u8 % 7, 90, 9, 255];
        let few = Image {
            rgba: (0..40 * 30).flat_map(colour).collect(),
            ..image(255, false)
        };
        for effort in [PngEffort::Fast, PngEffort::Balanced, PngEffort::Small] {
            assert_eq!(kind(&few, effort), ColorType::Indexed);
        }
        // One pixel of one colour: the palette would be larger than what it saves.
        let pixel = Image {
            width: 1,
            height: 1,
            rgba: vec![9, 80, 200, 255],
        };
        for effort in [PngEffort::Fast, PngEffort::Balanced, PngEffort::Small] {
            assert_eq!(kind(&pixel, effort), ColorType::Rgb);
        }
    }

    #[test]
    fn the_257th_colour_is_one_too_many() {
        for (colours, fits) in [(256u32, true), (257, false)] {
            let pixel = |i: u32| [(i % 251) as u8, (i / 251) as u8, 3, 255 - (i % 2) as u8];
            let rgba = (0..1000).flat_map(|i| pixel(i % colours)).collect();
            let image = Image {
                width: 100,
                height: 10,
                rgba,
            };
            let mut indices = Vec::new();
            assert_eq!(
                index_colours(ImageView::from(&image), &mut indices).is_some(),
                fits
            );
            let bytes = PngEncoder::new(PngEffort::Fast)
                .encode(&image, &Texts::new())
                .unwrap();
            assert_eq!(decode(&bytes), image);
        }
    }

    #[test]
    fn metadata_and_colour_space_are_in_the_file() {
        let texts = vec![
            ("Software", "oscilla".to_owned()),
            ("Title", "grün".to_owned()),
        ];
        let bytes = PngEncoder::new(PngEffort::Fast)
            .encode(&image(9, false), &texts)
            .unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let info = reader.info();
        assert_eq!(info.srgb, Some(SrgbRenderingIntent::Perceptual));
        assert_eq!(info.uncompressed_latin1_text[0].text, "oscilla");
        assert_eq!(info.utf8_text[0].get_text().unwrap(), "grün");
    }

    #[test]
    fn one_level_in_one_pixel_changes_the_hash() {
        let image = image(255, true);
        let mut other = image.clone();
        other.rgba[4 * 500] ^= 1;
        assert_ne!(pixel_hash(&image), pixel_hash(&other));
        // The same bytes in another shape are another picture.
        let turned = Image {
            width: 30,
            height: 40,
            ..image.clone()
        };
        assert_ne!(pixel_hash(&image), pixel_hash(&turned));
    }

    #[test]
    fn an_image_that_lies_about_its_size_is_refused() {
        let mut image = image(255, false);
        image.height += 1;
        assert!(
            PngEncoder::new(PngEffort::Fast)
                .encode(&image, &Texts::new())
                .is_err()
        );
    }
}

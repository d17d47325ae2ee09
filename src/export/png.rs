//! Pixels become a PNG file: 8 bits, RGB where every pixel is opaque, with an sRGB chunk.
//!
//! In: an [`Image`] and text metadata. Out: the bytes of the file. They depend on nothing else, no
//! clock and no path. A frame of at most 256 colours gets a palette: flat art becomes thirty times
//! smaller and no slower. Other frames are compressed by `fast` with the fixed tables of fdeflate behind
//! one row filter; `balanced` and `small` try both forms and keep the smaller file.

use super::{DeepImage, Image, Texts};
use png::{BitDepth, ColorType, Compression, DeflateCompression, Filter, SrgbRenderingIntent};
use std::io::Write;

/// How much time a smaller file is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PngEffort {
    /// A few milliseconds a frame.
    #[default]
    Fast,
    /// Ten times that, for files about a seventh smaller.
    Balanced,
    /// As small as this encoder can.
    Small,
}

/// Why a frame could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode the frame as PNG: {0}")]
pub struct PngError(#[from] png::EncodingError);

/// Encodes frames, keeping its buffers from one to the next.
#[derive(Debug, Default)]
pub struct PngEncoder {
    effort: PngEffort,
    samples: Vec<u8>,
}

/// Samples as they go into the file.
struct Samples<'a> {
    size: (u32, u32),
    color: ColorType,
    depth: BitDepth,
    bytes: &'a [u8],
    palette: Option<Palette>,
}

/// Colours and their alphas.
struct Palette {
    rgb: Vec<u8>,
    alpha: Vec<u8>,
}

impl PngEncoder {
    /// No buffers yet.
    pub fn new(effort: PngEffort) -> Self {
        Self {
            effort,
            samples: Vec::new(),
        }
    }

    /// The file of an image.
    ///
    /// # Errors
    /// If the image has no pixels, or not as many as it says.
    pub fn encode(&mut self, image: &Image, texts: &Texts) -> Result<Vec<u8>, PngError> {
        let indexed = match index_colours(image, &mut self.samples) {
            None => None,
            Some(palette) => {
                let samples = Samples {
                    size: (image.width, image.height),
                    color: ColorType::Indexed,
                    depth: BitDepth::Eight,
                    bytes: &self.samples,
                    palette: Some(palette),
                };
                Some(self.write(texts, &samples)?)
            }
        };
        match indexed {
            Some(indexed) if self.effort == PngEffort::Fast => Ok(indexed),
            indexed => {
                let direct = self.direct(image, texts)?;
                Ok(indexed
                    .filter(|indexed| indexed.len() < direct.len())
                    .unwrap_or(direct))
            }
        }
    }

    /// As RGB where every pixel is opaque, else as RGBA.
    fn direct(&mut self, image: &Image, texts: &Texts) -> Result<Vec<u8>, PngError> {
        let (color, bytes) = if is_opaque(image) {
            drop_alpha(&image.rgba, &mut self.samples);
            (ColorType::Rgb, &self.samples)
        } else {
            (ColorType::Rgba, &image.rgba)
        };
        self.write(
            texts,
            &Samples {
                size: (image.width, image.height),
                color,
                depth: BitDepth::Eight,
                bytes,
                palette: None,
            },
        )
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
        self.write(
            texts,
            &Samples {
                size: (image.width, image.height),
                color,
                depth: BitDepth::Sixteen,
                bytes: &self.samples,
                palette: None,
            },
        )
    }

    fn write(&self, texts: &Texts, samples: &Samples) -> Result<Vec<u8>, PngError> {
        let mut file = Vec::with_capacity(samples.bytes.len() / 8 + 1024);
        let (width, height) = samples.size;
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(samples.color);
        encoder.set_depth(samples.depth);
        let (compression, filter) = match self.effort {
            // Without a filter this compression falls back to storing.
            PngEffort::Fast => (Compression::Fastest, Filter::Up),
            PngEffort::Balanced => (Compression::Balanced, Filter::Adaptive),
            PngEffort::Small => (Compression::High, Filter::MinEntropy),
        };
        match (&samples.palette, self.effort) {
            // Neighbouring numbers of colours mean nothing, so filters only hurt.
            (Some(_), PngEffort::Fast) => {
                encoder.set_deflate_compression(DeflateCompression::Level(1));
                encoder.set_filter(Filter::NoFilter);
            }
            (Some(_), _) => {
                encoder.set_compression(compression);
                encoder.set_filter(Filter::NoFilter);
            }
            (None, _) => {
                encoder.set_compression(compression);
                encoder.set_filter(filter);
            }
        }
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
        if let Some(palette) = &samples.palette {
            encoder.set_palette(&palette.rgb);
            if !palette.alpha.is_empty() {
                encoder.set_trns(&palette.alpha);
            }
        }
        add_texts(&mut encoder, texts)?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(samples.bytes)?;
        writer.finish()?;
        Ok(file)
    }
}

/// BLAKE3 of the decoded pixels: width and height (u32, little-endian), then straight RGBA rows. Two
/// files with equal hashes show the same picture, however they are compressed.
pub fn pixel_hash(image: &Image) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&image.width.to_le_bytes());
    hasher.update(&image.height.to_le_bytes());
    hasher.update(&image.rgba);
    hasher.finalize()
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

fn is_opaque(image: &Image) -> bool {
    image.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

fn drop_alpha(rgba: &[u8], rgb: &mut Vec<u8>) {
    rgb.resize(rgba.len() / 4 * 3, 0);
    for (rgb, rgba) in rgb.chunks_exact_mut(3).zip(rgba.chunks_exact(4)) {
        rgb.copy_from_slice(&rgba[..3]);
    }
}

/// Pixels that are compared at once with the colour before them: flat art is mostly runs.
const RUN: usize = 16;

/// Indices of an image with at most 256 colours, numbered as they appear; translucent ones first, so that
/// the alphas of the rest need not be written.
fn index_colours(image: &Image, indices: &mut Vec<u8>) -> Option<Palette> {
    let mut seen = Seen::new();
    let (pixels, _) = image.rgba.as_chunks::<4>();
    let mut colour = *pixels.first()?;
    let mut index = seen.index(colour)?;
    indices.clear();
    indices.reserve(pixels.len());
    let (runs, rest) = pixels.as_chunks::<RUN>();
    for run in runs {
        if *run == [colour; RUN] {
            indices.extend_from_slice(&[index; RUN]);
            continue;
        }
        let mut row = [0; RUN];
        for (place, &pixel) in row.iter_mut().zip(run) {
            if pixel != colour {
                (colour, index) = (pixel, seen.index(pixel)?);
            }
            *place = index;
        }
        indices.extend_from_slice(&row);
    }
    for &pixel in rest {
        indices.push(seen.index(pixel)?);
    }
    let mut colours = seen.colours;
    if colours.iter().any(|colour| colour[3] < 255) {
        let mut order: Vec<(u8, [u8; 4])> = (0..=u8::MAX).zip(colours).collect();
        order.sort_by_key(|(_, colour)| colour[3] == 255);
        let mut place = [0; 256];
        for (new, (old, _)) in (0..=u8::MAX).zip(&order) {
            place[usize::from(*old)] = new;
        }
        for index in indices {
            *index = place[usize::from(*index)];
        }
        colours = order.into_iter().map(|(_, colour)| colour).collect();
    }
    let translucent = colours.iter().filter(|colour| colour[3] < 255);
    Some(Palette {
        alpha: translucent.map(|colour| colour[3]).collect(),
        rgb: colours.iter().flat_map(|c| [c[0], c[1], c[2]]).collect(),
    })
}

/// Colours in order of appearance, found again through a table of four times their number.
struct Seen {
    colours: Vec<[u8; 4]>,
    /// Index into `colours` plus 1; 0 is free.
    table: [u16; Self::SIZE],
}

impl Seen {
    const SIZE: usize = 1024;

    fn new() -> Self {
        Self {
            colours: Vec::with_capacity(256),
            table: [0; Self::SIZE],
        }
    }

    /// `None` for the 257th colour.
    fn index(&mut self, colour: [u8; 4]) -> Option<u8> {
        let hash = u32::from_le_bytes(colour).wrapping_mul(0x9e37_79b1) >> 22;
        let mut at = hash as usize;
        // Ends: at most 256 of the 1024 places are taken.
        loop {
            match self.table[at] {
                0 => {
                    let index = u8::try_from(self.colours.len()).ok()?;
                    self.colours.push(colour);
                    self.table[at] = u16::from(index) + 1;
                    return Some(index);
                }
                taken if self.colours[usize::from(taken) - 1] == colour => {
                    return u8::try_from(taken - 1).ok();
                }
                _ => at = (at + 1) % Self::SIZE,
            }
        }
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
        for effort in [PngEffort::Fast, PngEffort::Small] {
            assert_eq!(kind(&image(0, false), effort), ColorType::Indexed);
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
            assert_eq!(index_colours(&image, &mut indices).is_some(), fits);
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

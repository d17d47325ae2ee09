//! Pixels become a PNG file: 8 bits, RGB where every pixel is opaque, with an sRGB chunk.
//!
//! In: an [`Image`] and text metadata. Out: the bytes of the file. They depend on nothing else, no
//! clock and no path. `fast` compresses with the fixed tables of fdeflate behind one row filter;
//! `balanced` and `small` also try a palette where the frame has at most 256 colours, and keep the
//! smaller file.

use super::Image;
use png::{BitDepth, ColorType, Compression, Filter, SrgbRenderingIntent};
use std::collections::BTreeMap;

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

/// Keyword and text of the metadata chunks, in order.
pub type Texts = Vec<(&'static str, String)>;

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
    color: ColorType,
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
        let plain = if is_opaque(image) {
            self.samples.clear();
            self.samples
                .extend(image.rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]));
            let bytes = &self.samples;
            self.write(
                image,
                texts,
                Samples {
                    color: ColorType::Rgb,
                    bytes,
                    palette: None,
                },
            )?
        } else {
            let bytes = &image.rgba;
            self.write(
                image,
                texts,
                Samples {
                    color: ColorType::Rgba,
                    bytes,
                    palette: None,
                },
            )?
        };
        if self.effort == PngEffort::Fast {
            return Ok(plain);
        }
        let Some(palette) = index_colours(image, &mut self.samples) else {
            return Ok(plain);
        };
        let samples = Samples {
            color: ColorType::Indexed,
            bytes: &self.samples,
            palette: Some(palette),
        };
        let indexed = self.write(image, texts, samples)?;
        Ok(if indexed.len() < plain.len() {
            indexed
        } else {
            plain
        })
    }

    fn write(&self, image: &Image, texts: &Texts, samples: Samples) -> Result<Vec<u8>, PngError> {
        let mut file = Vec::with_capacity(samples.bytes.len() / 8 + 1024);
        let mut encoder = png::Encoder::new(&mut file, image.width, image.height);
        encoder.set_color(samples.color);
        encoder.set_depth(BitDepth::Eight);
        let (compression, filter) = match self.effort {
            // Without a filter this compression falls back to storing.
            PngEffort::Fast => (Compression::Fastest, Filter::Up),
            PngEffort::Balanced => (Compression::Balanced, Filter::Adaptive),
            PngEffort::Small => (Compression::High, Filter::MinEntropy),
        };
        encoder.set_compression(compression);
        encoder.set_filter(if samples.palette.is_some() {
            Filter::NoFilter
        } else {
            filter
        });
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
        if let Some(palette) = samples.palette {
            encoder.set_palette(palette.rgb);
            if !palette.alpha.is_empty() {
                encoder.set_trns(palette.alpha);
            }
        }
        for (key, text) in texts {
            if text.is_ascii() {
                encoder.add_text_chunk((*key).to_owned(), text.clone())?;
            } else {
                encoder.add_itxt_chunk((*key).to_owned(), text.clone())?;
            }
        }
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

fn is_opaque(image: &Image) -> bool {
    image.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

/// Indices of an image with at most 256 colours; translucent colours first, so that the alphas of
/// the rest need not be written.
fn index_colours(image: &Image, indices: &mut Vec<u8>) -> Option<Palette> {
    let pixels = || image.rgba.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]);
    let mut colours: BTreeMap<[u8; 4], u8> = BTreeMap::new();
    let mut last = None;
    for pixel in pixels() {
        if last != Some(pixel) {
            colours.entry(pixel).or_insert(0);
            if colours.len() > 256 {
                return None;
            }
            last = Some(pixel);
        }
    }
    let mut order: Vec<[u8; 4]> = colours.keys().copied().collect();
    order.sort_by_key(|colour| colour[3] == 255);
    for (index, colour) in (0..=u8::MAX).zip(&order) {
        colours.insert(*colour, index);
    }
    indices.clear();
    indices.extend(pixels().map(|pixel| colours[&pixel]));
    Some(Palette {
        rgb: order.iter().flat_map(|c| [c[0], c[1], c[2]]).collect(),
        alpha: order
            .iter()
            .map(|c| c[3])
            .take_while(|&alpha| alpha < 255)
            .collect(),
    })
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
        assert_eq!(kind(&image(255, false), PngEffort::Fast), ColorType::Rgb);
        assert_eq!(kind(&image(0, false), PngEffort::Fast), ColorType::Rgba);
        assert_eq!(kind(&image(0, false), PngEffort::Small), ColorType::Indexed);
        assert_eq!(kind(&image(0, true), PngEffort::Small), ColorType::Rgba);
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

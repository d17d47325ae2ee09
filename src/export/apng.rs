//! Pictures become an animated PNG, lossless.
//!
//! Frame 0 is also what a reader without animation shows. Every later frame is the rectangle that
//! changed. A clip that is opaque throughout is RGB, and rectangles replace what was there (*source*). Else
//! it is RGBA, and where all changed pixels are opaque, unchanged ones inside a rectangle are left out
//! (written as transparent and blended *over*), which compresses better.
//!
//! Flat art compresses best as it is, gradients after a filter of rows: frame 0 is tried both ways, and
//! what suits it better is done with all. Next: [`super::reel`], which feeds it.

use super::change::{Rect, changed};
use super::png::PngEffort;
use super::{Image, Texts};
use png::{
    BitDepth, BlendOp, ColorType, Compression, DeflateCompression, DisposeOp, Encoder, Filter,
    SrgbRenderingIntent, Writer,
};
use std::io::{self, Write};

/// What is known before the first frame.
#[derive(Debug, Clone, Copy)]
pub struct ApngHead<'a> {
    /// px.
    pub width: u32,
    /// px.
    pub height: u32,
    /// ≥ 1.
    pub frames: u32,
    /// How often it is played; 0 is without end.
    pub plays: u32,
    /// Whether every pixel of every frame is opaque.
    pub opaque: bool,
    /// How hard it is compressed.
    pub effort: PngEffort,
    /// Metadata.
    pub texts: &'a Texts,
}

/// A file that is being written.
pub struct Apng<W: Write> {
    writer: Writer<W>,
    width: usize,
    height: usize,
    /// What the last frame looks like; empty before the first one.
    shown: Vec<[u8; 4]>,
    /// The rectangle as written.
    patch: Vec<[u8; 4]>,
    /// Its bytes, where they are not those of `patch`.
    rgb: Vec<u8>,
    color: ColorType,
    effort: PngEffort,
}

impl<W: Write> Apng<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// What the writer says; a picture or an animation without anything in it.
    pub fn new(out: W, head: &ApngHead<'_>) -> io::Result<Self> {
        let mut encoder = Encoder::new(out, head.width, head.height);
        let color = if head.opaque {
            ColorType::Rgb
        } else {
            ColorType::Rgba
        };
        set_up(&mut encoder, color, head.effort);
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
        encoder.set_animated(head.frames, head.plays)?;
        encoder.set_dispose_op(DisposeOp::None)?;
        super::png::add_texts(&mut encoder, head.texts)?;
        Ok(Self {
            writer: encoder.write_header()?,
            width: head.width as usize,
            height: head.height as usize,
            shown: Vec::new(),
            patch: Vec::new(),
            rgb: Vec::new(),
            color,
            effort: head.effort,
        })
    }

    /// Appends a picture that is shown for `delay` seconds, a ratio.
    ///
    /// # Errors
    /// What the writer says; a picture of another size, or with a pixel that is not opaque in an opaque
    /// clip.
    pub fn add(&mut self, image: &Image, delay: (u16, u16)) -> io::Result<()> {
        let (pixels, rest) = image.rgba.as_chunks();
        if pixels.len() != self.width * self.height || !rest.is_empty() {
            return Err(io::Error::other("a frame has another size than the first"));
        }
        if self.color == ColorType::Rgb && pixels.iter().any(|pixel| pixel[3] != 255) {
            return Err(io::Error::other("a frame of an opaque clip is not opaque"));
        }
        let is_first = self.shown.is_empty();
        let (rect, blend) = self.take_changes(pixels);
        let bytes = if self.color == ColorType::Rgb {
            self.rgb.clear();
            let channels = self.patch.iter().flat_map(|pixel| &pixel[..3]);
            self.rgb.extend(channels);
            &self.rgb
        } else {
            self.patch.as_flattened()
        };
        if is_first {
            let size = (self.width as u32, self.height as u32);
            let filter = better_filter(bytes, size, self.color, self.effort)?;
            self.writer.set_filter(filter);
        }
        self.writer.set_frame_delay(delay.0, delay.1)?;
        self.writer.set_blend_op(blend)?;
        self.writer.reset_frame_position()?;
        self.writer
            .set_frame_dimension(rect.width as u32, rect.height as u32)?;
        self.writer
            .set_frame_position(rect.x as u32, rect.y as u32)?;
        self.writer.write_image_data(bytes)?;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the writer says; fewer pictures than the head promised.
    pub fn finish(self) -> io::Result<()> {
        Ok(self.writer.finish()?)
    }

    /// Fills `patch` with what has to be written, and remembers the picture.
    fn take_changes(&mut self, pixels: &[[u8; 4]]) -> (Rect, BlendOp) {
        self.patch.clear();
        if self.shown.is_empty() {
            self.shown.extend(pixels);
            self.patch.extend(pixels);
            return (Rect::whole(self.width, self.height), BlendOp::Source);
        }
        // A picture like the last one still needs a frame: one pixel of it.
        let rect = changed(&self.shown, pixels, self.width).unwrap_or(Rect::CORNER);
        let blend = if self.color == ColorType::Rgb {
            self.patch.extend(rect.rows(pixels, self.width).flatten());
            BlendOp::Source
        } else if fill_over(&mut self.patch, &self.shown, pixels, rect, self.width) {
            BlendOp::Over
        } else {
            BlendOp::Source
        };
        self.shown.copy_from_slice(pixels);
        (rect, blend)
    }
}

/// What all frames share but their filter.
fn set_up<W: Write>(encoder: &mut Encoder<'_, W>, color: ColorType, effort: PngEffort) {
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    match effort {
        // The fastest that finds repetitions further back than in the row before.
        PngEffort::Fast => encoder.set_deflate_compression(DeflateCompression::Level(3)),
        PngEffort::Balanced => encoder.set_compression(Compression::Balanced),
        PngEffort::Small => encoder.set_compression(Compression::High),
    }
}

/// The filter with which a picture becomes smaller.
fn better_filter(
    bytes: &[u8],
    (width, height): (u32, u32),
    color: ColorType,
    effort: PngEffort,
) -> io::Result<Filter> {
    let some = match effort {
        PngEffort::Fast | PngEffort::Balanced => Filter::Adaptive,
        PngEffort::Small => Filter::MinEntropy,
    };
    let mut sizes = [0, 0];
    for (size, filter) in sizes.iter_mut().zip([Filter::NoFilter, some]) {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        set_up(&mut encoder, color, effort);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(bytes)?;
        writer.finish()?;
        *size = file.len();
    }
    let [plain, filtered] = sizes;
    Ok(if plain <= filtered {
        Filter::NoFilter
    } else {
        some
    })
}

/// Fills `patch` with a rectangle of `after`. Where all changed pixels are opaque, unchanged ones become
/// transparent and the answer is true: blended over `before`, the patch gives `after`.
fn fill_over(
    patch: &mut Vec<[u8; 4]>,
    before: &[[u8; 4]],
    after: &[[u8; 4]],
    rect: Rect,
    stride: usize,
) -> bool {
    let rows = || rect.rows(before, stride).zip(rect.rows(after, stride));
    let pairs = || rows().flat_map(|(before, after)| before.iter().zip(after));
    let over = pairs().all(|(before, after)| before == after || after[3] == 255);
    patch.clear();
    if over {
        patch.extend(pairs().map(|(before, after)| if before == after { [0; 4] } else { *after }));
    } else {
        patch.extend(rect.rows(after, stride).flatten());
    }
    over
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::testing::{Clip, clip};

    /// The file, and what decoders make of it.
    fn encode(clip: &Clip, effort: PngEffort) -> Vec<u8> {
        let mut file = Vec::new();
        let texts = vec![("Software", "test".to_owned())];
        let head = ApngHead {
            width: clip[0].width,
            height: clip[0].height,
            frames: clip.len() as u32,
            plays: 3,
            opaque: clip.iter().all(is_opaque),
            effort,
            texts: &texts,
        };
        let mut apng = Apng::new(&mut file, &head).unwrap();
        for image in clip {
            apng.add(image, (1, 60)).unwrap();
        }
        apng.finish().unwrap();
        file
    }

    fn decode(file: &[u8]) -> Vec<Image> {
        use image::AnimationDecoder as _;
        let decoder = image::codecs::png::PngDecoder::new(io::Cursor::new(file)).unwrap();
        decoder
            .apng()
            .unwrap()
            .into_frames()
            .map(|frame| {
                let buffer = frame.unwrap().into_buffer();
                Image {
                    width: buffer.width(),
                    height: buffer.height(),
                    rgba: buffer.into_raw(),
                }
            })
            .collect()
    }

    #[test]
    fn decoding_gives_back_every_frame() {
        for translucent in [false, true] {
            let clip = clip(translucent);
            for effort in [PngEffort::Fast, PngEffort::Balanced, PngEffort::Small] {
                let file = encode(&clip, effort);
                assert_eq!(decode(&file), clip, "{translucent} {effort:?}");
            }
        }
    }

    fn is_opaque(image: &Image) -> bool {
        image.rgba.chunks(4).all(|pixel| pixel[3] == 255)
    }

    #[test]
    fn opaque_clips_have_no_alpha() {
        for (translucent, color) in [(false, ColorType::Rgb), (true, ColorType::Rgba)] {
            let file = encode(&clip(translucent), PngEffort::Fast);
            let reader = png::Decoder::new(io::Cursor::new(&file)).read_info();
            assert_eq!(reader.unwrap().info().color_type, color);
        }
        let texts = Texts::new();
        let head = ApngHead {
            width: 1,
            height: 1,
            frames: 1,
            plays: 0,
            opaque: true,
            effort: PngEffort::Fast,
            texts: &texts,
        };
        let translucent = Image {
            width: 1,
            height: 1,
            rgba: vec![0, 0, 0, 254],
        };
        let mut apng = Apng::new(io::sink(), &head).unwrap();
        assert!(apng.add(&translucent, (1, 60)).is_err());
    }

    #[test]
    fn the_filter_suits_the_pictures() {
        let image = |pixel: fn(u32, u32) -> u8| -> Vec<u8> {
            let values = (0..64).flat_map(|y| (0..64).map(move |x| pixel(x, y)));
            values.flat_map(|v| [v, v, v]).collect()
        };
        let gradient = image(|x, y| (x * 3 + y) as u8);
        let flat = image(|x, y| if x * x + y * y < 1600 { 200 } else { 40 });
        for (bytes, wanted) in [(gradient, Filter::Adaptive), (flat, Filter::NoFilter)] {
            let found = better_filter(&bytes, (64, 64), ColorType::Rgb, PngEffort::Fast);
            assert!(std::mem::discriminant(&found.unwrap()) == std::mem::discriminant(&wanted));
        }
    }

    #[test]
    fn the_head_says_how_it_is_played() {
        let file = encode(&clip(false), PngEffort::Fast);
        let reader = png::Decoder::new(io::Cursor::new(&file))
            .read_info()
            .unwrap();
        let control = reader.info().animation_control().unwrap();
        assert_eq!(
            (control.num_frames, control.num_plays),
            (clip(false).len() as u32, 3)
        );
        let frame = reader.info().frame_control().unwrap();
        assert_eq!((frame.delay_num, frame.delay_den), (1, 60));
    }

    #[test]
    fn only_what_changed_is_written() {
        let clip = clip(false);
        let still: Clip = vec![clip[0].clone(); clip.len()];
        let (moving, still) = (
            encode(&clip, PngEffort::Fast),
            encode(&still, PngEffort::Fast),
        );
        let one = encode(&vec![clip[0].clone()], PngEffort::Fast);
        // A frame without changes costs its chunk heads and one pixel.
        assert!(still.len() < one.len() + (clip.len() - 1) * 100);
        assert!(moving.len() > still.len());
    }

    #[test]
    fn a_frame_of_another_size_is_refused() {
        let mut clip = clip(false);
        clip[1] = Image {
            width: 1,
            height: 1,
            rgba: vec![0; 4],
        };
        let texts = Texts::new();
        let head = ApngHead {
            width: clip[0].width,
            height: clip[0].height,
            frames: 2,
            plays: 0,
            opaque: true,
            effort: PngEffort::Fast,
            texts: &texts,
        };
        let mut apng = Apng::new(io::sink(), &head).unwrap();
        apng.add(&clip[0], (1, 60)).unwrap();
        assert!(apng.add(&clip[1], (1, 60)).is_err());
    }
}

//! Pictures become an animated PNG, lossless.
//!
//! Frame 0 is also what a reader without animation shows. Every later frame is the rectangle that
//! changed. Where all changed pixels are opaque, unchanged ones inside it are left out (written as
//! transparent and blended *over*), which compresses better; else the rectangle replaces what was there
//! (*source*). Next: [`super::reel`], which feeds it.

use super::change::{Rect, changed};
use super::png::PngEffort;
use super::{Image, Texts};
use png::{
    BitDepth, BlendOp, ColorType, Compression, DisposeOp, Filter, SrgbRenderingIntent, Writer,
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
}

impl<W: Write> Apng<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// What the writer says; a picture or an animation without anything in it.
    pub fn new(out: W, head: &ApngHead<'_>) -> io::Result<Self> {
        let mut encoder = png::Encoder::new(out, head.width, head.height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        let (compression, filter) = match head.effort {
            PngEffort::Fast => (Compression::Fast, Filter::Up),
            PngEffort::Balanced => (Compression::Balanced, Filter::Adaptive),
            PngEffort::Small => (Compression::High, Filter::MinEntropy),
        };
        encoder.set_compression(compression);
        encoder.set_filter(filter);
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
        })
    }

    /// Appends a picture that is shown for `delay` seconds, a ratio.
    ///
    /// # Errors
    /// What the writer says; a picture of another size.
    pub fn add(&mut self, image: &Image, delay: (u16, u16)) -> io::Result<()> {
        let (pixels, rest) = image.rgba.as_chunks();
        if pixels.len() != self.width * self.height || !rest.is_empty() {
            return Err(io::Error::other("a frame has another size than the first"));
        }
        let (rect, blend) = self.take_changes(pixels);
        self.writer.set_frame_delay(delay.0, delay.1)?;
        self.writer.set_blend_op(blend)?;
        self.writer.reset_frame_position()?;
        self.writer
            .set_frame_dimension(rect.width as u32, rect.height as u32)?;
        self.writer
            .set_frame_position(rect.x as u32, rect.y as u32)?;
        self.writer.write_image_data(self.patch.as_flattened())?;
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
        let blend = if fill_over(&mut self.patch, &self.shown, pixels, rect, self.width) {
            BlendOp::Over
        } else {
            BlendOp::Source
        };
        self.shown.copy_from_slice(pixels);
        (rect, blend)
    }
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
            effort: PngEffort::Fast,
            texts: &texts,
        };
        let mut apng = Apng::new(io::sink(), &head).unwrap();
        apng.add(&clip[0], (1, 60)).unwrap();
        assert!(apng.add(&clip[1], (1, 60)).is_err());
    }
}

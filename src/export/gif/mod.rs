//! Pictures become an animated GIF.
//!
//! 1. [`census`] counts the colours of the clip (a pass over all frames) or of one frame.
//! 2. [`palette`] chooses at most 255 of them and turns pixels into numbers; this happens on the worker
//!    threads.
//! 3. [`Gif`], here, writes the frames: of each the rectangle that changed, unchanged pixels inside it
//!    left out. The last number of every palette means "as before".
//!
//! GIF has no translucency: pixels under half alpha are holes, others are opaque. A frame can only paint, so
//! where the next one has a hole that this one has not, this frame's rectangle is cleared after it; that
//! is why frames are written one later than they come. Delays are hundredths of a second.

pub mod census;
pub mod palette;

use super::change::{Rect, bounds, changed};
use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use palette::Palette;
use std::borrow::Cow;
use std::io::{self, Write};

/// Largest side, px.
pub const SIDE_MAX: u32 = 65_535;

/// Shortest delay that players keep to, in hundredths of a second: they show one that is shorter for
/// ten.
pub const DELAY_MIN: u64 = 2;

/// A picture in numbers of colours.
#[derive(Debug, Clone)]
pub struct Quantised {
    /// The colours; the number after the last means a hole.
    pub palette: Palette,
    /// A number a pixel.
    pub numbers: Vec<u8>,
}

/// What a pixel shows: an opaque colour, or nothing.
type Shown = Option<[u8; 3]>;

/// A file that is being written.
pub struct Gif<W: Write> {
    encoder: Encoder<W>,
    width: usize,
    height: usize,
    /// The palette of the file, if frames share one.
    shared: Option<Palette>,
    /// What is shown when the frame in `pending` comes, or would come; `None` before the first one.
    before: Option<Vec<Shown>>,
    pending: Option<Pending>,
}

/// A frame that waits for the next one.
struct Pending {
    picture: Quantised,
    shown: Vec<Shown>,
    delay: u16,
}

impl<W: Write> Gif<W> {
    /// Writes the head. `plays` is how often it is played; 0 is without end. With `shared`, all frames
    /// have that palette.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(
        out: W,
        (width, height): (u16, u16),
        plays: u16,
        shared: Option<Palette>,
    ) -> io::Result<Self> {
        let table = shared.as_ref().map(table).unwrap_or_default();
        let mut encoder = Encoder::new(out, width, height, &table).map_err(io_error)?;
        // The file says how often it is repeated after the first time; once needs no word.
        let repeat = match plays {
            0 => Repeat::Infinite,
            plays => Repeat::Finite(plays - 1),
        };
        encoder.set_repeat(repeat).map_err(io_error)?;
        let (width, height) = (usize::from(width), usize::from(height));
        Ok(Self {
            encoder,
            width,
            height,
            shared,
            before: None,
            pending: None,
        })
    }

    /// Appends a picture that is shown for `delay` hundredths of a second.
    ///
    /// # Errors
    /// What the writer says; a picture of another size.
    pub fn add(&mut self, picture: Quantised, delay: u64) -> io::Result<()> {
        if picture.numbers.len() != self.width * self.height {
            return Err(io::Error::other("a frame has another size than the first"));
        }
        let shown: Vec<Shown> = picture.shown().collect();
        self.flush(Some(&shown))?;
        self.pending = Some(Pending {
            picture,
            shown,
            delay: u16::try_from(delay).unwrap_or(u16::MAX),
        });
        Ok(())
    }

    /// Ends the file, and gives back the writer.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush(None)?;
        self.encoder.into_inner().map_err(io_error)
    }

    /// Writes the frame that waits, knowing the one after it.
    fn flush(&mut self, next: Option<&[Shown]>) -> io::Result<()> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let (picture, shown) = (&pending.picture, &pending.shown);
        let is_new_hole = |now: &Shown, next: &Shown| now.is_some() && next.is_none();
        let clear = next.and_then(|next| bounds(shown, next, self.width, is_new_hole));
        let rect = self.rectangle(shown, clear);
        let is_shared = self.shared.as_ref() == Some(&picture.palette);
        let frame = Frame {
            delay: pending.delay,
            dispose: match clear {
                Some(_) => DisposalMethod::Background,
                None => DisposalMethod::Keep,
            },
            transparent: Some(picture.hole()),
            left: rect.x as u16,
            top: rect.y as u16,
            width: rect.width as u16,
            height: rect.height as u16,
            palette: (!is_shared).then(|| table(&picture.palette)),
            buffer: Cow::Owned(self.changes(&pending, rect)),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame).map_err(io_error)?;
        self.before = Some(pending.shown);
        if let (Some(before), Some(_)) = (&mut self.before, clear) {
            for row in before
                .chunks_exact_mut(self.width)
                .skip(rect.y)
                .take(rect.height)
            {
                row[rect.x..rect.x + rect.width].fill(None);
            }
        }
        Ok(())
    }

    /// What a frame has to write: what changed, and what is to be cleared after it.
    fn rectangle(&self, shown: &[Shown], clear: Option<Rect>) -> Rect {
        let Some(before) = &self.before else {
            return Rect::whole(self.width, self.height);
        };
        match (changed(before, shown, self.width), clear) {
            (Some(rect), Some(clear)) => rect.join(clear),
            (rect, clear) => rect.or(clear).unwrap_or(Rect::CORNER),
        }
    }

    /// The numbers of a rectangle, with those of unchanged pixels left out.
    fn changes(&self, pending: &Pending, rect: Rect) -> Vec<u8> {
        let (picture, width) = (&pending.picture, self.width);
        let Some(before) = &self.before else {
            return picture.numbers.clone();
        };
        let shown = rect.rows(&pending.shown, width).flatten();
        let before = rect.rows(before, width).flatten();
        let numbers = rect.rows(&picture.numbers, width).flatten();
        let changes = shown.zip(before).zip(numbers);
        changes
            .map(|((shown, before), &number)| {
                if shown == before {
                    picture.hole()
                } else {
                    number
                }
            })
            .collect()
    }
}

impl Quantised {
    /// The number of a hole.
    fn hole(&self) -> u8 {
        // A palette has at most 255 colours.
        self.palette.len() as u8
    }

    fn shown(&self) -> impl Iterator<Item = Shown> {
        let colour = |&number: &u8| self.palette.get(usize::from(number)).copied();
        self.numbers.iter().map(colour)
    }

    /// The picture as it will be seen: straight RGBA.
    pub fn rgba(&self) -> Vec<u8> {
        let pixel = |shown: Shown| shown.map_or([0; 4], |[r, g, b]| [r, g, b, 255]);
        self.shown().flat_map(pixel).collect()
    }
}

/// A palette as it stands in the file: the hole has a place too.
fn table(palette: &Palette) -> Vec<u8> {
    let mut table = palette.as_flattened().to_vec();
    table.extend([0; 3]);
    table
}

fn io_error(error: EncodingError) -> io::Error {
    match error {
        EncodingError::Io(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::census::Census;
    use super::palette::{Dither, Mapper, palette};
    use super::*;
    use crate::export::Image;
    use crate::export::testing::clip;
    use ::image::AnimationDecoder as _;

    fn quantise(clip: &[Image], dither: Dither) -> (Palette, Vec<Quantised>) {
        let mut census = Census::default();
        for image in clip {
            census.add(&Census::of(image.rgba.as_chunks().0));
        }
        let mut mapper = Mapper::new(palette(&census));
        let pictures = clip.iter().map(|image| Quantised {
            palette: mapper.palette().clone(),
            numbers: mapper.map(image, dither),
        });
        let pictures = pictures.collect();
        (mapper.palette().clone(), pictures)
    }

    fn encode(
        pictures: &[Quantised],
        size: (u16, u16),
        plays: u16,
        shared: Option<Palette>,
    ) -> Vec<u8> {
        let mut gif = Gif::new(Vec::new(), size, plays, shared).unwrap();
        for (picture, delay) in pictures.iter().zip(2..) {
            gif.add(picture.clone(), delay).unwrap();
        }
        gif.finish().unwrap()
    }

    fn decode(file: &[u8]) -> Vec<(Vec<u8>, u32)> {
        let decoder = ::image::codecs::gif::GifDecoder::new(io::Cursor::new(file)).unwrap();
        let frames = decoder.into_frames().map(|frame| {
            let frame = frame.unwrap();
            let delay = frame.delay().numer_denom_ms();
            (frame.into_buffer().into_raw(), delay.0 / delay.1)
        });
        frames.collect()
    }

    #[test]
    fn decoding_gives_back_every_quantised_frame() {
        for translucent in [false, true] {
            for dither in [Dither::None, Dither::Diffusion] {
                let clip = clip(translucent);
                let size = (clip[0].width as u16, clip[0].height as u16);
                let (shared, pictures) = quantise(&clip, dither);
                for shared in [Some(shared), None] {
                    let decoded = decode(&encode(&pictures, size, 0, shared));
                    assert_eq!(decoded.len(), clip.len());
                    for (((rgba, delay), picture), wanted) in
                        decoded.into_iter().zip(&pictures).zip(2..)
                    {
                        let visible = |rgba: Vec<u8>| -> Vec<[u8; 4]> {
                            let (pixels, _) = rgba.as_chunks::<4>();
                            pixels
                                .iter()
                                .map(|p| if p[3] == 0 { [0; 4] } else { *p })
                                .collect()
                        };
                        assert_eq!(
                            visible(rgba),
                            visible(picture.rgba()),
                            "{translucent} {dither:?}"
                        );
                        assert_eq!(delay, wanted * 10);
                    }
                }
            }
        }
    }

    #[test]
    fn every_frame_may_have_its_own_palette() {
        let clip = clip(false);
        let size = (clip[0].width as u16, clip[0].height as u16);
        let pictures: Vec<Quantised> = clip
            .chunks(1)
            .flat_map(|one| quantise(one, Dither::None).1)
            .collect();
        let decoded = decode(&encode(&pictures, size, 0, None));
        for ((rgba, _), picture) in decoded.iter().zip(&pictures) {
            assert_eq!(*rgba, picture.rgba());
        }
    }

    #[test]
    fn it_says_how_often_it_is_played() {
        let clip = clip(false);
        let size = (clip[0].width as u16, clip[0].height as u16);
        let (shared, pictures) = quantise(&clip, Dither::None);
        for (plays, repeat) in [
            (0, Repeat::Infinite),
            (1, Repeat::Finite(0)),
            (3, Repeat::Finite(2)),
        ] {
            let file = encode(&pictures, size, plays, Some(shared.clone()));
            let mut decoder = gif::DecodeOptions::new()
                .read_info(file.as_slice())
                .unwrap();
            while decoder.next_frame_info().unwrap().is_some() {}
            assert_eq!(decoder.repeat(), repeat);
        }
    }
}

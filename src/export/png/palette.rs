//! A picture of at most 256 colours becomes indices and a palette.
//!
//! In: pixels. Out: an index for each, colours numbered as they appear; translucent ones first, so that the
//! alphas of the rest need not be written. Flat art is mostly runs, and mostly like the row above: both are
//! found by sixteen pixels at a time. A picture with more colours is given up at the 257th, which is soon.

use crate::export::ImageView;

/// Pixels that are compared at once.
const RUN: usize = 16;

/// Colours and their alphas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Palette {
    /// Three bytes a colour.
    pub(super) rgb: Vec<u8>,
    /// Of the translucent ones, which are the first.
    pub(super) alpha: Vec<u8>,
}

/// The palette of a picture and the index of each pixel; `None` if it has too many colours, or no pixel.
pub(super) fn index_colours(picture: ImageView<'_>, indices: &mut Vec<u8>) -> Option<Palette> {
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    let width = picture.width as usize;
    let mut finder = Finder::new(*pixels.first()?)?;
    indices.clear();
    indices.reserve(pixels.len());
    let mut above: &[[u8; 4]] = &[];
    for row in pixels.chunks_exact(width) {
        let (runs, rest) = row.as_chunks::<RUN>();
        let mut runs_above = above.as_chunks::<RUN>().0.iter();
        for run in runs {
            if runs_above.next() == Some(run) {
                let start = indices.len() - width;
                indices.extend_from_within(start..start + RUN);
            } else {
                indices.extend_from_slice(&finder.run(run)?);
            }
        }
        for &pixel in rest {
            indices.push(finder.index(pixel)?);
        }
        above = row;
    }
    Some(finder.seen.palette(indices))
}

/// Finds indices of pixels that are mostly like the one before.
struct Finder {
    seen: Seen,
    colour: [u8; 4],
    /// Of that colour.
    index: u8,
}

impl Finder {
    fn new(colour: [u8; 4]) -> Option<Self> {
        let mut seen = Seen::new();
        let index = seen.index(colour)?;
        Some(Self {
            seen,
            colour,
            index,
        })
    }

    fn run(&mut self, run: &[[u8; 4]; RUN]) -> Option<[u8; RUN]> {
        if *run == [self.colour; RUN] {
            return Some([self.index; RUN]);
        }
        let mut indices = [0; RUN];
        for (index, &pixel) in indices.iter_mut().zip(run) {
            *index = self.index(pixel)?;
        }
        Some(indices)
    }

    fn index(&mut self, pixel: [u8; 4]) -> Option<u8> {
        if pixel != self.colour {
            (self.colour, self.index) = (pixel, self.seen.index(pixel)?);
        }
        Some(self.index)
    }
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

    /// Puts translucent colours first.
    fn palette(self, indices: &mut [u8]) -> Palette {
        let mut colours = self.colours;
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
        Palette {
            alpha: translucent.map(|colour| colour[3]).collect(),
            rgb: colours.iter().flat_map(|c| [c[0], c[1], c[2]]).collect(),
        }
    }
}

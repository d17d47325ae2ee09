//! At most 255 colours for a clip or a frame, and the pixels as numbers of them.
//!
//! Few colours are kept as they are. More are put together by Wu's method in Oklab, where distances are
//! those that eyes see. A palette colour that stands mostly for one real colour becomes that one: a plain
//! background keeps its exact value.

use super::census::{Census, channels, shown};
use crate::export::Image;
use quantette::color_map::{IndexedColorMap as _, NearestNeighborColorMap};
use quantette::color_space::{oklab_to_srgb8, srgb8_to_oklab};
use quantette::deps::palette::{Oklab, Srgb};
use quantette::wu::{BinnerF32x3, WuF32x3};
use quantette::{PaletteBuf, PaletteCounts, PaletteSize};
use std::sync::Arc;

/// Most colours; one number is left for "as before" and "not shown".
pub const COLOURS: usize = 255;

/// The colours of a clip or frame, in a fixed order.
pub type Palette = Arc<[[u8; 3]]>;

/// Finds the palette colour that is nearest to any colour.
#[derive(Debug)]
pub struct Mapper {
    palette: Palette,
    nearest: NearestNeighborColorMap<Oklab, f32, 3>,
    /// Colours that were asked for lately: colour + 1 and number, by hash.
    known: Vec<(u32, u8)>,
}

/// How what the palette lacks is made up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dither {
    /// Not at all: every pixel gets the nearest colour.
    #[default]
    None,
    /// The error of a pixel is passed on to its neighbours (Floyd and Steinberg).
    Diffusion,
}

/// A palette for a census. Never empty.
pub fn palette(census: &Census) -> Palette {
    let entries = census.entries();
    if entries.is_empty() {
        return Arc::new([[0; 3]]);
    }
    if census.is_exact() && entries.len() <= COLOURS {
        return entries.iter().map(|entry| channels(entry.0)).collect();
    }
    let mut colours = quantise(entries);
    snap(&mut colours, entries);
    colours.sort_unstable();
    colours.dedup();
    colours.into()
}

/// Bins along lightness and the two colour axes; Wu's method cuts between bins.
type Binner = BinnerF32x3<64, 32, 32>;

fn quantise(entries: &[(u32, u64)]) -> Vec<[u8; 3]> {
    let total: u64 = entries.iter().map(|entry| entry.1).sum();
    // Counts have to fit 32 bits together, the entries that are rounded up to 1 included.
    let divisor = total / (u64::from(u32::MAX) / 2) + 1;
    let counts = entries
        .iter()
        .map(|entry| (entry.1 / divisor).max(1) as u32);
    let counted = PaletteCounts::new(oklab(entries), counts.collect()).unwrap_or_default();
    let binner = Binner::new(Binner::OKLAB_COMPONENT_RANGES_FROM_SRGB8);
    let size = PaletteSize::from_u16_clamped(COLOURS as u16);
    let palette =
        WuF32x3::run_palette_counts(&counted, binner).map(|wu| wu.palette(size).into_vec());
    let palette = oklab_to_srgb8(&palette.unwrap_or_default());
    palette
        .into_iter()
        .map(|colour| [colour.red, colour.green, colour.blue])
        .collect()
}

/// Moves a colour onto the one that makes up at least half of the pixels it stands for.
fn snap(colours: &mut Vec<[u8; 3]>, entries: &[(u32, u64)]) {
    let mapper = Mapper::new(colours.as_slice().into());
    let mut heaviest = vec![(0u32, 0u64); colours.len()];
    let mut totals = vec![0u64; colours.len()];
    for (&(colour, count), lab) in entries.iter().zip(oklab(entries)) {
        let at = usize::from(mapper.nearest.palette_index(&lab));
        totals[at] += count;
        if count > heaviest[at].1 {
            heaviest[at] = (colour, count);
        }
    }
    for (at, colour) in colours.iter_mut().enumerate() {
        let (real, count) = heaviest[at];
        if count > 0 && count >= totals[at] - count {
            *colour = channels(real);
        }
    }
}

fn oklab(entries: &[(u32, u64)]) -> Vec<Oklab> {
    let srgb: Vec<Srgb<u8>> = entries
        .iter()
        .map(|entry| channels(entry.0).into())
        .collect();
    srgb8_to_oklab(&srgb)
}

impl Mapper {
    /// Bits of the number of colours that are remembered.
    const KNOWN_BITS: u32 = 14;

    /// Of a palette of 1 to 255 colours.
    pub fn new(palette: Palette) -> Self {
        let srgb: Vec<Srgb<u8>> = palette.iter().map(|&colour| colour.into()).collect();
        let lab = PaletteBuf::new(srgb8_to_oklab(&srgb))
            .unwrap_or_else(|_| PaletteBuf::from_array([Oklab::new(0.0, 0.0, 0.0)]));
        Self {
            palette,
            nearest: NearestNeighborColorMap::new(lab),
            known: vec![(0, 0); 1 << Self::KNOWN_BITS],
        }
    }

    /// The colours.
    pub fn palette(&self) -> &Palette {
        &self.palette
    }

    /// The number that means "not shown".
    pub fn hole(&self) -> u8 {
        self.palette.len() as u8
    }

    /// The number of the colour nearest to one.
    fn index(&mut self, colour: u32) -> u8 {
        let slot = colour.wrapping_mul(0x9e37_79b1) >> (32 - Self::KNOWN_BITS);
        let known = &mut self.known[slot as usize];
        if known.0 != colour + 1 {
            let lab = srgb8_to_oklab(&[channels(colour).into()]);
            *known = (colour + 1, self.nearest.palette_index(&lab[0]));
        }
        known.1
    }

    /// A picture in numbers of colours.
    pub fn map(&mut self, image: &Image, dither: Dither) -> Vec<u8> {
        let (pixels, _) = image.rgba.as_chunks();
        match dither {
            Dither::None => pixels
                .iter()
                .map(|&pixel| shown(pixel).map_or(self.hole(), |colour| self.index(colour)))
                .collect(),
            Dither::Diffusion => self.diffuse(pixels, image.width as usize),
        }
    }

    /// Errors, in sixteenths of a level, go 7 to the next pixel, 3, 5 and 1 to the row below. Every other row
    /// runs backwards, so that errors do not drift to one side. Holes take no part.
    fn diffuse(&mut self, pixels: &[[u8; 4]], width: usize) -> Vec<u8> {
        let mut numbers = vec![self.hole(); pixels.len()];
        // One place more at either end spares the edges.
        let (mut here, mut below) = (vec![[0i32; 3]; width + 2], vec![[0i32; 3]; width + 2]);
        for (y, (row, numbers)) in pixels
            .chunks_exact(width)
            .zip(numbers.chunks_exact_mut(width))
            .enumerate()
        {
            let backwards = y % 2 == 1;
            for step in 0..width {
                let x = if backwards { width - 1 - step } else { step };
                let Some(colour) = shown(row[x]) else {
                    continue;
                };
                let mut wanted = [0u8; 3];
                for ((wanted, value), error) in
                    wanted.iter_mut().zip(channels(colour)).zip(here[x + 1])
                {
                    *wanted = (i32::from(value) + ((error + 8) >> 4)).clamp(0, 255) as u8;
                }
                let [r, g, b] = wanted;
                numbers[x] = self.index(u32::from_be_bytes([0, r, g, b]));
                let given = self.palette[usize::from(numbers[x])];
                let (ahead, behind) = if backwards { (x, x + 2) } else { (x + 2, x) };
                for channel in 0..3 {
                    let error = i32::from(wanted[channel]) - i32::from(given[channel]);
                    here[ahead][channel] += 7 * error;
                    below[behind][channel] += 3 * error;
                    below[x + 1][channel] += 5 * error;
                    below[ahead][channel] += error;
                }
            }
            std::mem::swap(&mut here, &mut below);
            below.fill([0; 3]);
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gradient of more colours than a palette has, over a large plain area.
    fn gradient() -> Image {
        let (width, height) = (64u32, 64u32);
        let rgba = (0..width * height)
            .flat_map(|i| {
                let (x, y) = (i % width, i / width);
                if y < 32 {
                    [11, 16, 38, 255]
                } else {
                    [x as u8 * 4, y as u8 * 4, 90, 255]
                }
            })
            .collect();
        Image {
            width,
            height,
            rgba,
        }
    }

    fn census(image: &Image) -> Census {
        Census::of(image.rgba.as_chunks().0)
    }

    #[test]
    fn few_colours_stay_themselves() {
        let image = Image {
            width: 3,
            height: 1,
            rgba: vec![9, 9, 9, 255, 1, 2, 3, 255, 0, 0, 0, 0],
        };
        let mut mapper = Mapper::new(palette(&census(&image)));
        assert_eq!(**mapper.palette(), [[1, 2, 3], [9, 9, 9]]);
        for dither in [Dither::None, Dither::Diffusion] {
            assert_eq!(mapper.map(&image, dither), [1, 0, mapper.hole()]);
        }
    }

    #[test]
    fn many_colours_come_close_and_plain_areas_stay() {
        let image = gradient();
        let palette = palette(&census(&image));
        assert!(palette.len() > 200 && palette.len() <= COLOURS);
        assert!(palette.contains(&[11, 16, 38]));
        let mut mapper = Mapper::new(palette);
        for dither in [Dither::None, Dither::Diffusion] {
            let numbers = mapper.map(&image, dither);
            let (pixels, _) = image.rgba.as_chunks::<4>();
            let errors = pixels.iter().zip(&numbers).map(|(pixel, &number)| {
                let given = mapper.palette()[usize::from(number)];
                (0..3).map(move |c| u32::from(pixel[c].abs_diff(given[c])))
            });
            let sum: u32 = errors.flatten().sum();
            let mean = f64::from(sum) / (3.0 * pixels.len() as f64);
            assert!(mean < 3.0, "{dither:?} {mean}");
        }
    }

    #[test]
    fn diffusion_keeps_the_mean() {
        // A grey between the two colours of the palette.
        let image = Image {
            width: 32,
            height: 32,
            rgba: [100, 100, 100, 255].repeat(1024),
        };
        let mut mapper = Mapper::new(Arc::new([[0; 3], [200; 3]]));
        let mean =
            |numbers: Vec<u8>| numbers.iter().map(|&n| u32::from(n) * 200).sum::<u32>() / 1024;
        assert!(mean(mapper.map(&image, Dither::Diffusion)).abs_diff(100) <= 3);
        assert!(mean(mapper.map(&image, Dither::None)).abs_diff(100) > 50);
    }

    #[test]
    fn a_picture_of_holes_has_a_palette() {
        let image = Image {
            width: 2,
            height: 1,
            rgba: vec![0; 8],
        };
        let mut mapper = Mapper::new(palette(&census(&image)));
        assert_eq!(mapper.map(&image, Dither::None), [mapper.hole(); 2]);
    }
}

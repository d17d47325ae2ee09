//! RGB becomes Y′CbCr: the matrix of Rec. ITU-R BT.709 at limited range, 8 bits, in integers.
//!
//! With R′G′B′ the sRGB-encoded bytes (0…255) and real numbers on the right,
//!
//! ```text
//! Y′ =  16 + 219/255 · (0.2126 R′ + 0.7152 G′ + 0.0722 B′)
//! Cb = 128 + 224/255 · (B′ − luma) / 1.8556
//! Cr = 128 + 224/255 · (R′ − luma) / 1.5748
//! ```
//!
//! The coefficients are rounded to 16 bits behind the point so that greys have exactly no colour; a
//! result is off the real one by less than one level, and is the same on every machine. The numbers are not
//! linearised: as everywhere in video, the matrix works on encoded values. Transparent pixels are
//! composited over black first, for these formats have no alpha.
//!
//! With [`Chroma::Half`] one pair of colour samples stands for 2 × 2 pixels and lies where MPEG-2 and
//! H.264 put it: on the left column, between the two rows. So it is the mean of both rows with weights
//! 1 2 1 over the column before, the column itself and the one after. Pixels beyond the edge count as
//! the edge.
//!
//! Rows are taken two by two, while they are in the cache. All loops are of integers over plain rows, so the
//! compiler makes them wide (see [`crate::math::simd`]); the bytes are the same on every machine.

use super::ImageView;
use crate::math::simd::{self, Width};

/// How many colour samples there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Chroma {
    /// One for 2 × 2 pixels (4:2:0), what every player and encoder reads.
    #[default]
    Half,
    /// One for every pixel (4:4:4).
    Full,
}

/// Bits behind the point.
const BITS: u32 = 16;

/// R′, G′, B′ to luma: 219/255 of 0.2126, 0.7152, 0.0722.
const LUMA: [i32; 3] = [11_966, 40_254, 4_064];
/// To Cb: the sum is 0.
const CB: [i32; 3] = [-6_596, -22_189, 28_785];
/// To Cr: the sum is 0.
const CR: [i32; 3] = [28_784, -26_145, -2_639];

/// Bytes of the planes of a picture.
pub fn planes_len(width: u32, height: u32, chroma: Chroma) -> usize {
    let (luma, samples) = plane_lens(width as usize, height as usize, chroma);
    luma + 2 * samples
}

/// Bytes of Y′, and of Cb or Cr.
fn plane_lens(width: usize, height: usize, chroma: Chroma) -> (usize, usize) {
    let samples = match chroma {
        Chroma::Full => width * height,
        Chroma::Half => width.div_ceil(2) * height.div_ceil(2),
    };
    (width * height, samples)
}

/// Writes the planes Y′, Cb, Cr of a picture, row by row, over the [`planes_len`] bytes of `out`. A half plane
/// has as many columns and rows as half the picture, rounded up.
pub fn write_planes<'a>(image: impl Into<ImageView<'a>>, chroma: Chroma, out: &mut [u8]) {
    let image = image.into();
    let (pixels, _) = image.rgba.as_chunks::<4>();
    let width = (image.width as usize).max(1);
    let columns = match chroma {
        Chroma::Full => width,
        Chroma::Half => width.div_ceil(2),
    };
    let (luma, samples) = plane_lens(image.width as usize, image.height as usize, chroma);
    let (luma, colours) = out.split_at_mut(luma);
    let (cb, cr) = colours.split_at_mut(samples);

    let mut flat = Vec::new();
    if !image.is_opaque() {
        flat.extend(pixels.iter().map(|&pixel| flatten(pixel)));
    }
    let pixels = if flat.is_empty() { pixels } else { &flat };
    let mut sums = Sums::new(width);
    let colours = cb
        .chunks_exact_mut(columns)
        .zip(cr.chunks_exact_mut(columns));
    let rows = match chroma {
        Chroma::Full => width,
        Chroma::Half => 2 * width,
    };
    let rows = pixels.chunks(rows).zip(luma.chunks_mut(rows));
    for ((pixels, luma), (cb, cr)) in rows.zip(colours) {
        simd::run(Width::Widest, Luma { pixels, luma });
        match chroma {
            Chroma::Full => simd::run(Width::Widest, Colour { pixels, cb, cr }),
            Chroma::Half => {
                // Below the last row there is this row again.
                let (above, below) = pixels.split_at(width);
                let below = if below.is_empty() { above } else { below };
                let (rows, sums) = ([above, below], &mut sums);
                simd::run(Width::Widest, HalfColour { rows, sums, cb, cr });
            }
        }
    }
}

/// Over black.
fn flatten([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let over = |value: u8| ((u32::from(value) * u32::from(a) + 127) / 255) as u8;
    [over(r), over(g), over(b), 255]
}

/// The channels of a pixel.
#[inline(always)]
fn channels(pixel: [u8; 4]) -> [i32; 3] {
    let [r, g, b, _] = pixel.map(i32::from);
    [r, g, b]
}

/// Y′ of each pixel.
struct Luma<'a> {
    pixels: &'a [[u8; 4]],
    luma: &'a mut [u8],
}

impl simd::Task for Luma<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (out, &pixel) in self.luma.iter_mut().zip(self.pixels) {
            let sum = dot(LUMA, channels(pixel)) + (16 << BITS) + (1 << (BITS - 1));
            *out = (sum >> BITS) as u8;
        }
    }
}

/// Cb and Cr of each pixel.
struct Colour<'a> {
    pixels: &'a [[u8; 4]],
    cb: &'a mut [u8],
    cr: &'a mut [u8],
}

impl simd::Task for Colour<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let out = self.cb.iter_mut().zip(self.cr);
        for ((cb, cr), &pixel) in out.zip(self.pixels) {
            let rgb = channels(pixel);
            (*cb, *cr) = (colour::<0>(CB, rgb), colour::<0>(CR, rgb));
        }
    }
}

/// The sums of two rows by column, with the first and the last column twice: R′ and B′ in the halves of a
/// word, and G′.
struct Sums {
    rb: Vec<u32>,
    g: Vec<u32>,
}

impl Sums {
    fn new(width: usize) -> Self {
        // One more, so that every other column has one after it.
        Self {
            rb: vec![0; width + 3],
            g: vec![0; width + 3],
        }
    }
}

/// Cb and Cr of every other column of two rows.
struct HalfColour<'a> {
    rows: [&'a [[u8; 4]]; 2],
    sums: &'a mut Sums,
    cb: &'a mut [u8],
    cr: &'a mut [u8],
}

impl simd::Task for HalfColour<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sums { rb, g } = self.sums;
        let sums = rb[1..].iter_mut().zip(&mut g[1..]);
        let [above, below] = self.rows;
        for ((rb, g), (&above, &below)) in sums.zip(above.iter().zip(below)) {
            let [above, below] = [above, below].map(u32::from_le_bytes);
            *rb = (above & 0xff_00ff) + (below & 0xff_00ff);
            *g = (above >> 8 & 0xff) + (below >> 8 & 0xff);
        }
        let last = above.len();
        for sums in [&mut *rb, &mut *g] {
            (sums[0], sums[last + 1]) = (sums[1], sums[last]);
        }
        // Weights 1 2 1 over the columns before, at and after; with the rows, 8 in all.
        let out = self.cb.iter_mut().zip(self.cr);
        let columns = rb.as_chunks::<2>().0.iter().zip(rb[2..].as_chunks::<2>().0);
        let greens = g.as_chunks::<2>().0.iter().zip(g[2..].as_chunks::<2>().0);
        for ((cb, cr), ((rb, next_rb), (g, next_g))) in out.zip(columns.zip(greens)) {
            let rb = rb[0] + 2 * rb[1] + next_rb[0];
            let g = g[0] + 2 * g[1] + next_g[0];
            let rgb = [(rb & 0xffff) as i32, g as i32, (rb >> 16) as i32];
            (*cb, *cr) = (colour::<3>(CB, rgb), colour::<3>(CR, rgb));
        }
    }
}

/// The colour in `rgb` is there 2 to the power of `WEIGHT` times.
#[inline(always)]
fn colour<const WEIGHT: u32>(matrix: [i32; 3], rgb: [i32; 3]) -> u8 {
    let bits = BITS + WEIGHT;
    // 16 + 3 bits of weight, 8 of colour and 1 of sign: 28.
    let sum = dot(matrix, rgb) + (128 << bits) + (1 << (bits - 1));
    (sum >> bits) as u8
}

#[inline(always)]
fn dot(matrix: [i32; 3], rgb: [i32; 3]) -> i32 {
    matrix[0] * rgb[0] + matrix[1] * rgb[1] + matrix[2] * rgb[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Image;
    use proptest::prelude::*;

    fn planes(image: &Image, chroma: Chroma) -> Vec<u8> {
        let mut out = vec![7; planes_len(image.width, image.height, chroma)];
        write_planes(image, chroma, &mut out);
        out
    }

    fn plain(width: u32, height: u32, pixel: [u8; 4]) -> Image {
        let rgba = pixel.repeat((width * height) as usize);
        Image {
            width,
            height,
            rgba,
        }
    }

    fn one(pixel: [u8; 4]) -> Vec<u8> {
        planes(&plain(1, 1, pixel), Chroma::Full)
    }

    #[test]
    fn known_colours() {
        for (pixel, expected) in [
            ([0, 0, 0, 255], [16, 128, 128]),
            ([255, 255, 255, 255], [235, 128, 128]),
            ([255, 0, 0, 255], [63, 102, 240]),
            ([0, 255, 0, 255], [173, 42, 26]),
            ([0, 0, 255, 255], [32, 240, 118]),
            // Nothing to see is black.
            ([255, 255, 255, 0], [16, 128, 128]),
            ([255, 255, 255, 128], [126, 128, 128]),
        ] {
            assert_eq!(one(pixel), expected, "{pixel:?}");
        }
    }

    #[test]
    fn every_result_is_the_nearest_or_next_to_it() {
        for r in (0..=255u8).step_by(5) {
            for g in (0..=255u8).step_by(5) {
                for b in (0..=255u8).step_by(5) {
                    let [r_, g_, b_] = [r, g, b].map(f64::from);
                    let luma = 0.2126 * r_ + 0.7152 * g_ + 0.0722 * b_;
                    let exact = [
                        16.0 + 219.0 / 255.0 * luma,
                        128.0 + 224.0 / 255.0 * (b_ - luma) / 1.8556,
                        128.0 + 224.0 / 255.0 * (r_ - luma) / 1.5748,
                    ];
                    for (found, exact) in one([r, g, b, 255]).into_iter().zip(exact) {
                        assert!((f64::from(found) - exact).abs() < 0.51, "{r} {g} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn greys_have_no_colour() {
        for v in 0..=255 {
            assert_eq!(one([v, v, v, 255])[1..], [128, 128]);
        }
    }

    #[test]
    fn odd_sizes_round_half_planes_up() {
        for (width, height) in [(1, 1), (2, 2), (3, 3), (5, 2)] {
            let full = planes(&plain(width, height, [9, 80, 200, 255]), Chroma::Full);
            let half = planes(&plain(width, height, [9, 80, 200, 255]), Chroma::Half);
            let samples = width.div_ceil(2) * height.div_ceil(2);
            assert_eq!(half.len() as u32, width * height + 2 * samples);
            assert_eq!(full.len() as u32, 3 * width * height);
            // A plain picture is plain in every plane.
            assert_eq!(half.last(), full.last());
            assert_eq!(
                half[(width * height) as usize],
                full[(width * height) as usize]
            );
        }
    }

    #[test]
    fn half_samples_lie_on_the_left_column() {
        // Red columns 0 and 1, black ones after them: the pair on column 2 has a quarter of red.
        let row: Vec<u8> = [
            [255, 0, 0, 255],
            [255, 0, 0, 255],
            [0, 0, 0, 255],
            [0, 0, 0, 255],
        ]
        .concat();
        let image = Image {
            width: 4,
            height: 2,
            rgba: [row.clone(), row].concat(),
        };
        let half = planes(&image, Chroma::Half);
        let cr = &half[10..12];
        assert_eq!(cr, [240, 156]);
    }

    /// A sample of Cb or Cr from its definition: pixels beyond the edge are those of the edge.
    fn sample(image: &Image, matrix: [i32; 3], (x, y): (usize, usize)) -> u8 {
        let (width, height) = (image.width as usize, image.height as usize);
        let pixels = image.rgba.as_chunks::<4>().0;
        let mut sum = [0; 3];
        for y in [y, (y + 1).min(height - 1)] {
            for (x, weight) in [
                (x.saturating_sub(1), 1),
                (x, 2),
                ((x + 1).min(width - 1), 1),
            ] {
                let [r, g, b, _] = flatten(pixels[y * width + x]);
                for (sum, value) in sum.iter_mut().zip([r, g, b]) {
                    *sum += weight * i32::from(value);
                }
            }
        }
        ((dot(matrix, sum) + (128 << 19) + (1 << 18)) >> 19) as u8
    }

    proptest! {
        #[test]
        fn half_planes_are_as_defined(
            (width, height) in (1u32..40, 1u32..6),
            opaque in any::<bool>(),
            noise in prop::collection::vec(any::<u8>(), 4 * 40 * 6),
        ) {
            let mut rgba = noise[..4 * (width * height) as usize].to_vec();
            if opaque {
                rgba.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
            }
            let image = Image { width, height, rgba };
            let full = planes(&image, Chroma::Full);
            let half = planes(&image, Chroma::Half);
            let count = (width * height) as usize;
            prop_assert_eq!(&full[..count], &half[..count]);
            let rows = (0..height as usize).step_by(2);
            let places: Vec<_> = rows
                .flat_map(|y| (0..width as usize).step_by(2).map(move |x| (x, y)))
                .collect();
            let expected = [CB, CR].map(|matrix| {
                places.iter().map(|&place| sample(&image, matrix, place)).collect::<Vec<u8>>()
            });
            prop_assert_eq!(&half[count..], expected.concat());
        }
    }
}

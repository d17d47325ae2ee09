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

use super::Image;

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

/// Appends the planes Y′, Cb, Cr of a picture, row by row. A half plane has as many columns and rows as
/// half the picture, rounded up.
pub fn append_planes(image: &Image, chroma: Chroma, out: &mut Vec<u8>) {
    let (pixels, _) = image.rgba.as_chunks();
    out.extend(pixels.iter().map(|&pixel| luma(flatten(pixel))));
    let (width, height) = (image.width as usize, image.height as usize);
    for matrix in [CB, CR] {
        match chroma {
            Chroma::Full => {
                out.extend(pixels.iter().map(|&pixel| {
                    let [r, g, b] = flatten(pixel);
                    colour(matrix, [r, g, b], 1)
                }));
            }
            Chroma::Half => {
                for y in (0..height).step_by(2) {
                    let row = |y: usize| &pixels[y * width..(y + 1) * width];
                    let rows = [row(y), row((y + 1).min(height - 1))];
                    out.extend(
                        (0..width)
                            .step_by(2)
                            .map(|x| colour(matrix, around(rows, x), 8)),
                    );
                }
            }
        }
    }
}

/// The weighted sum, weight 8, of the pixels that share colour samples with column `x`.
fn around(rows: [&[[u8; 4]]; 2], x: usize) -> [i32; 3] {
    let mut sum = [0; 3];
    for row in rows {
        let last = row.len() - 1;
        for (at, weight) in [(x.saturating_sub(1), 1), (x, 2), ((x + 1).min(last), 1)] {
            for (sum, value) in sum.iter_mut().zip(flatten(row[at])) {
                *sum += weight * value;
            }
        }
    }
    sum
}

/// Over black.
fn flatten([r, g, b, a]: [u8; 4]) -> [i32; 3] {
    let over = |value: u8| match a {
        255 => i32::from(value),
        a => (i32::from(value) * i32::from(a) + 127) / 255,
    };
    [over(r), over(g), over(b)]
}

fn luma(rgb: [i32; 3]) -> u8 {
    let sum = dot(LUMA, rgb) + (16 << BITS) + (1 << (BITS - 1));
    (sum >> BITS) as u8
}

/// `weight` times the colour is in `rgb`; a power of two.
fn colour(matrix: [i32; 3], rgb: [i32; 3], weight: i32) -> u8 {
    let bits = BITS + weight.trailing_zeros();
    // 16 + 3 bits of weight, 8 of colour and 1 of sign: 28.
    let sum = dot(matrix, rgb) + (128 << bits) + (1 << (bits - 1));
    (sum >> bits) as u8
}

fn dot(matrix: [i32; 3], rgb: [i32; 3]) -> i32 {
    matrix[0] * rgb[0] + matrix[1] * rgb[1] + matrix[2] * rgb[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes(image: &Image, chroma: Chroma) -> Vec<u8> {
        let mut out = Vec::new();
        append_planes(image, chroma, &mut out);
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
}

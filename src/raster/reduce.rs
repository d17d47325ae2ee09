//! A picture made smaller: each pixel is the mean, in linear light, of the area behind it.
//!
//! In: straight sRGB-encoded RGBA rows. Out: premultiplied ones of another size, as a [`super::Canvas`] has
//! them. Pixels that lie under two count for each by their part. Sums are taken in a fixed order.

use super::light;
use std::ops::Range;

/// Pixels behind one of the result, with how much of each counts; the parts add up to 1.
struct Behind {
    range: Range<usize>,
    parts: Vec<f32>,
}

/// Reduces a picture of `from` pixels (width, height) to `to`, which has no longer sides and none of length
/// 0.
///
/// # Panics
/// If there are not as many bytes as `from` says.
pub fn reduce(rgba: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<[u8; 4]> {
    let (width, height) = (from.0 as usize, from.1 as usize);
    assert_eq!(rgba.len(), width * height * 4, "bytes of a picture");
    let (pixels, _) = rgba.as_chunks::<4>();
    let columns = behind(from.0, to.0);
    let rows = behind(from.1, to.1);
    let mut out = Vec::with_capacity(columns.len() * rows.len());
    let mut sums = vec![[0.0f32; 4]; columns.len()];
    let mut line = vec![[0.0f32; 4]; width];
    for row in &rows {
        sums.fill([0.0; 4]);
        for (y, share) in row.range.clone().zip(&row.parts) {
            for (light, &pixel) in line.iter_mut().zip(&pixels[y * width..][..width]) {
                *light = light::decode_straight(pixel);
            }
            for (sum, column) in sums.iter_mut().zip(&columns) {
                for (light, part) in line[column.range.clone()].iter().zip(&column.parts) {
                    for (sum, light) in sum.iter_mut().zip(light) {
                        *sum += light * part * share;
                    }
                }
            }
        }
        out.extend(sums.iter().map(|&sum| light::encode(sum)));
    }
    out
}

/// In units of 1/`to` of a source pixel everything is whole: result i is i·from … (i + 1)·from, source s is
/// s·to … (s + 1)·to.
fn behind(from: u32, to: u32) -> Vec<Behind> {
    let (from, to) = (u64::from(from), u64::from(to.max(1)));
    (0..to)
        .map(|i| {
            let (start, end) = (i * from, (i + 1) * from);
            let range = start / to..end.div_ceil(to);
            let part = |s: u64| {
                let covered = end.min((s + 1) * to) - start.max(s * to);
                covered as f32 / from as f32
            };
            Behind {
                parts: range.clone().map(part).collect(),
                range: range.start as usize..range.end as usize,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_size_is_the_same_picture() {
        let rgba: Vec<u8> = (0..=255u8).flat_map(|v| [v, 255 - v, 7, 255]).collect();
        assert_eq!(reduce(&rgba, (16, 16), (16, 16)).as_flattened(), rgba);
    }

    #[test]
    fn light_is_averaged_by_area() {
        let (black, white) = ([0, 0, 0, 255], [255; 4]);
        let grey = |v: u8| [v, v, v, 255];
        let row = |pixels: &[[u8; 4]], to: u32| {
            let from = (pixels.len() as u32, 1);
            reduce(pixels.as_flattened(), from, (to, 1))
        };
        // Half the light of white is 188, a third 156.
        assert_eq!(row(&[black, white], 1), [grey(188)]);
        assert_eq!(row(&[black, white, black], 1), [grey(156)]);
        // 3 to 2: the middle one counts half as much as its neighbour, for both.
        assert_eq!(row(&[black, white, black], 2), [grey(156); 2]);
        // What is not there has no colour.
        assert_eq!(
            row(&[[255, 0, 0, 255], [0, 255, 0, 0]], 1),
            [[128, 0, 0, 128]]
        );
        // Downwards as well.
        assert_eq!(
            reduce([black, white].as_flattened(), (1, 2), (1, 1)),
            [grey(188)]
        );
    }

    #[test]
    fn parts_add_up_to_one() {
        for (from, to) in [(1, 1), (7, 3), (1920, 240), (1081, 135), (5, 5), (32768, 1)] {
            let list = behind(from, to);
            assert_eq!(list.len(), to as usize);
            for one in &list {
                let sum: f32 = one.parts.iter().sum();
                assert!((sum - 1.0).abs() < 1e-3, "{from} {to}: {sum}");
                assert!(one.parts.iter().all(|part| *part > 0.0));
                assert!(one.range.end <= from as usize);
            }
        }
    }
}

//! Three box means a side.
//!
//! In: premultiplied bytes and a box width. Out: the same bytes blurred. Values are 8.8 fixed point
//! between the passes; a mean is ⌊(sum + ⌊d/2⌋)/d⌋, the division by a product that is exact for these
//! ranges. Rows are done one by one, columns in strips, so that each pass stays in the cache.

/// Pixels side by side in a strip of columns.
const STRIP: usize = 8;

/// Buffers of a blur.
#[derive(Debug, Default)]
pub(super) struct Blur {
    rows: Vec<[u16; 4]>,
    line: [Vec<[u16; 4]>; 2],
    strip: [Vec<[u16; 4 * STRIP]>; 2],
}

/// One box: the pixels from `before` left of it to `after` right of it.
#[derive(Debug, Clone, Copy)]
struct Window {
    before: usize,
    after: usize,
    /// ⌈2³⁷/width⌉.
    reciprocal: u64,
}

impl Window {
    fn new(before: usize, after: usize) -> Self {
        let width = (before + after + 1) as u64;
        Self {
            before,
            after,
            reciprocal: (1u64 << 37).div_ceil(width),
        }
    }

    fn half(&self) -> u32 {
        (self.before + self.after).div_ceil(2) as u32
    }

    /// The three boxes of a width.
    fn three(d: usize) -> [Self; 3] {
        let h = d / 2;
        if d % 2 == 1 {
            [Self::new(h, h); 3]
        } else {
            [Self::new(h, h - 1), Self::new(h - 1, h), Self::new(h, h)]
        }
    }

    /// ⌊sum/width⌋ for sums below 2²⁶ and widths below 2¹⁰: the reciprocal's excess times the sum
    /// stays below 2³⁷.
    #[inline(always)]
    fn divide(&self, sum: u32) -> u16 {
        ((u64::from(sum) * self.reciprocal) >> 37) as u16
    }

    /// Means of `from` into `to`; beyond the ends lies nothing.
    fn pass<const LANES: usize>(&self, from: &[[u16; LANES]], to: &mut [[u16; LANES]]) {
        let mut sum = [self.half(); LANES];
        for value in from.iter().take(self.after) {
            add(&mut sum, value);
        }
        for (i, out) in to.iter_mut().enumerate() {
            if let Some(value) = from.get(i + self.after) {
                add(&mut sum, value);
            }
            for (o, &s) in out.iter_mut().zip(&sum) {
                *o = self.divide(s);
            }
            if let Some(value) = i.checked_sub(self.before).and_then(|j| from.get(j)) {
                for (s, &v) in sum.iter_mut().zip(value) {
                    *s -= u32::from(v);
                }
            }
        }
    }
}

#[inline(always)]
fn add<const LANES: usize>(sum: &mut [u32; LANES], value: &[u16; LANES]) {
    for (s, &v) in sum.iter_mut().zip(value) {
        *s += u32::from(v);
    }
}

fn three<const LANES: usize>(windows: &[Window; 3], buffers: &mut [Vec<[u16; LANES]>; 2]) {
    let [a, b] = buffers;
    windows[0].pass(a, b);
    windows[1].pass(b, a);
    windows[2].pass(a, b);
}

impl Blur {
    /// Blurs `width` × `height` pixels in place; a box of 0 or 1 changes nothing.
    pub(super) fn apply(&mut self, pixels: &mut [[u8; 4]], width: usize, height: usize, d: usize) {
        if d <= 1 || width == 0 || height == 0 {
            return;
        }
        let windows = Window::three(d);
        self.rows.resize(width * height, [0; 4]);
        for buffer in &mut self.line {
            buffer.resize(width, [0; 4]);
        }
        for buffer in &mut self.strip {
            buffer.resize(height, [0; 4 * STRIP]);
        }
        let lines = pixels
            .chunks_exact(width)
            .zip(self.rows.chunks_exact_mut(width));
        for (row, out) in lines {
            for (v, p) in self.line[0].iter_mut().zip(row) {
                *v = p.map(|c| u16::from(c) << 8);
            }
            three(&windows, &mut self.line);
            out.copy_from_slice(&self.line[1]);
        }
        for x in (0..width).step_by(STRIP) {
            let count = STRIP.min(width - x);
            for (y, v) in self.strip[0].iter_mut().enumerate() {
                let row = &self.rows[y * width + x..y * width + x + count];
                v[..4 * count].copy_from_slice(row.as_flattened());
            }
            three(&windows, &mut self.strip);
            for (y, v) in self.strip[1].iter().enumerate() {
                let row = &mut pixels[y * width + x..y * width + x + count];
                for (p, v) in row.as_flattened_mut().iter_mut().zip(v) {
                    *p = ((u32::from(*v) + 128) >> 8) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, without running sums or reciprocals.
    fn naive(pixels: &[[u8; 4]], width: usize, height: usize, d: usize) -> Vec<[u8; 4]> {
        let offsets = |d: usize| -> Vec<(i64, i64)> {
            let h = (d / 2) as i64;
            if d % 2 == 1 {
                vec![(-h, h); 3]
            } else {
                vec![(-h, h - 1), (1 - h, h), (-h, h)]
            }
        };
        let mut v: Vec<[u64; 4]> = pixels
            .iter()
            .map(|p| p.map(|c| u64::from(c) * 256))
            .collect();
        for along_x in [true, false] {
            for (low, high) in offsets(d) {
                let n = (high - low + 1) as u64;
                let source = v.clone();
                for y in 0..height as i64 {
                    for x in 0..width as i64 {
                        let mut sum = [0u64; 4];
                        for o in low..=high {
                            let (x, y) = if along_x { (x + o, y) } else { (x, y + o) };
                            let outside = x < 0 || y < 0 || x >= width as i64 || y >= height as i64;
                            if !outside {
                                let p = source[y as usize * width + x as usize];
                                (0..4).for_each(|c| sum[c] += p[c]);
                            }
                        }
                        v[y as usize * width + x as usize] = sum.map(|s| (s + n / 2) / n);
                    }
                }
            }
        }
        v.iter()
            .map(|p| p.map(|c| ((c + 128) / 256) as u8))
            .collect()
    }

    #[test]
    fn a_blur_is_three_means_a_side() {
        let (width, height) = (37, 23);
        let mut state = 1u32;
        let pixels: Vec<[u8; 4]> = (0..width * height)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 1).to_be_bytes()
            })
            .collect();
        let mut blur = Blur::default();
        for d in [0, 2, 3, 4, 5, 8, 38, 61] {
            let mut got = pixels.clone();
            blur.apply(&mut got, width, height, d);
            let expected = if d <= 1 {
                pixels.clone()
            } else {
                naive(&pixels, width, height, d)
            };
            assert_eq!(got, expected, "d = {d}");
        }
    }

    #[test]
    fn the_division_is_exact_at_its_limits() {
        for d in 2..=941usize {
            let window = Window::new(d / 2, d - 1 - d / 2);
            for n in [
                0,
                1,
                d - 1,
                d,
                65_280 * d,
                65_280 * d + d / 2,
                65_280 * d - 1,
            ] {
                assert_eq!(usize::from(window.divide(n as u32)), n / d, "{n}/{d}");
            }
        }
    }
}

//! Several pictures averaged in linear light: the blocks of a supersampled one, the moments of one whose
//! shutter is open, or both.
//!
//! In: canvases. Out: their mean, as a canvas or with 16 bits a channel. Sums are taken in a fixed order,
//! so the mean is the same everywhere. Memory is kept from one mean to the next.

use super::canvas::Canvas;
use super::light;

/// Sums of pictures, premultiplied, in linear light.
#[derive(Debug, Clone, Default)]
pub struct Exposure {
    width: u32,
    height: u32,
    sums: Vec<[f32; 4]>,
    /// Pixels that were added to each sum.
    count: u32,
}

impl Exposure {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was added.
    pub fn begin(&mut self) {
        self.count = 0;
    }

    /// Adds a picture whose blocks of `factor` × `factor` pixels are one pixel of the mean. Rows and
    /// columns that do not fill a block are left out. The first picture after [`Self::begin`] gives
    /// the size; the others must have it too.
    pub fn add(&mut self, large: &Canvas, factor: u32) {
        let factor = factor.max(1);
        let (width, height) = (large.width() / factor, large.height() / factor);
        if self.count == 0 {
            (self.width, self.height) = (width, height);
            self.sums.clear();
            self.sums.resize(width as usize * height as usize, [0.0; 4]);
        }
        debug_assert_eq!((self.width, self.height), (width, height), "one size");
        self.count += factor * factor;
        let step = factor as usize;
        for (y, out) in self
            .sums
            .chunks_exact_mut(width.max(1) as usize)
            .enumerate()
        {
            for (x, total) in out.iter_mut().enumerate() {
                let mut sum = [0.0f32; 4];
                for row in 0..step {
                    let line = large.row((y * step + row) as u32);
                    for &p in &line[x * step..(x + 1) * step] {
                        add(&mut sum, light::decode(p));
                    }
                }
                add(total, sum);
            }
        }
    }

    /// The mean as a picture.
    pub fn develop(&self, canvas: &mut Canvas) {
        canvas.reset(self.width, self.height, [0; 4]);
        let share = self.share();
        for (pixel, sum) in canvas.pixels.iter_mut().zip(&self.sums) {
            *pixel = light::encode(sum.map(|v| v * share));
        }
    }

    /// The mean as straight sRGB-encoded RGBA with 16 bits a channel; `out` is cleared first.
    pub fn develop_deep(&self, out: &mut Vec<u16>) {
        out.clear();
        out.reserve(self.sums.len() * 4);
        let share = self.share();
        // Neighbours are often equal, and a power costs more than a comparison.
        let mut last = ([0.0; 4], [0; 4]);
        for &sum in &self.sums {
            if sum != last.0 {
                last = (sum, light::encode_deep(sum.map(|v| v * share)));
            }
            out.extend(last.1);
        }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    fn share(&self) -> f32 {
        1.0 / self.count.max(1) as f32
    }
}

fn add(total: &mut [f32; 4], value: [f32; 4]) {
    for (total, value) in total.iter_mut().zip(value) {
        *total += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(pixels: &[[u8; 4]]) -> Canvas {
        let mut exposure = Exposure::new();
        exposure.begin();
        for &pixel in pixels {
            exposure.add(&Canvas::filled(2, 1, pixel), 1);
        }
        let mut canvas = Canvas::new();
        exposure.develop(&mut canvas);
        canvas
    }

    #[test]
    fn the_mean_of_one_picture_is_itself() {
        for value in 0..=255u8 {
            let pixel = [value, value / 2, 0, value.max(1)];
            assert_eq!(mean(&[pixel]).pixel(1, 0), pixel);
            assert_eq!(mean(&[pixel; 7]).pixel(0, 0), pixel);
        }
    }

    #[test]
    fn light_is_averaged_not_its_code() {
        // Half the light of white is 188, not 128.
        let half = mean(&[[255; 4], [0, 0, 0, 255]]);
        assert_eq!(half.pixel(0, 0), [188, 188, 188, 255]);
        // Colour that is not there does not darken what is.
        let fading = mean(&[[255, 0, 0, 255], [0; 4]]);
        assert_eq!(fading.pixel(0, 0), [128, 0, 0, 128]);
    }

    #[test]
    fn blocks_and_moments_count_alike() {
        let mut large = Canvas::filled(2, 2, [255; 4]);
        large.pixels[0] = [0, 0, 0, 255];
        let mut exposure = Exposure::new();
        exposure.begin();
        exposure.add(&large, 2);
        exposure.add(&large, 2);
        let mut canvas = Canvas::new();
        exposure.develop(&mut canvas);
        let black = [0, 0, 0, 255];
        assert_eq!(canvas, mean(&[black, [255; 4], [255; 4], [255; 4]]).crop());
        // It can be used again, for another size.
        exposure.begin();
        exposure.add(&Canvas::filled(3, 5, black), 1);
        assert_eq!((exposure.width(), exposure.height()), (3, 5));
    }

    impl Canvas {
        /// Its first pixel.
        fn crop(&self) -> Self {
            Self::filled(1, 1, self.pixel(0, 0))
        }
    }

    #[test]
    fn deep_pixels_hold_more_than_bytes() {
        let deep = |pixels: &[[u8; 4]]| {
            let mut exposure = Exposure::new();
            exposure.begin();
            for &pixel in pixels {
                exposure.add(&Canvas::filled(1, 1, pixel), 1);
            }
            let mut out = Vec::new();
            exposure.develop_deep(&mut out);
            out
        };
        for value in 0..=255u8 {
            let wide = u16::from(value) * 257;
            let [r, _, _, a] = deep(&[[value, 0, 0, 255]])[..] else {
                panic!("one pixel");
            };
            assert!(r.abs_diff(wide) <= 1, "{value}: {r} {wide}");
            assert_eq!(a, 65535);
        }
        // The mean of light 0 and light 1/3294 lies between two bytes.
        let [r, g, ..] = deep(&[[1, 0, 0, 255], [0, 0, 0, 255]])[..] else {
            panic!("one pixel");
        };
        assert_eq!((r, g), (129, 0));
        // Straight, not premultiplied.
        assert_eq!(deep(&[[255, 0, 0, 255], [0; 4]]), [65535, 0, 0, 32768]);
        assert_eq!(deep(&[[0; 4]]), [0; 4]);
    }
}

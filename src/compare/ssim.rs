//! Structural similarity of two pictures, for information.
//!
//! Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
//! similarity" (2004): mean of the index over all pixels, on the luma of the premultiplied picture,
//! with a Gaussian window of 11 × 11 and deviation 1.5, K₁ = 0.01, K₂ = 0.03. At borders the window is
//! cut and its weights are scaled up to 1.

use super::picture::Picture;

const RADIUS: usize = 5;
/// exp(−i²/4.5) for i = 0…5.
const WEIGHTS: [f64; RADIUS + 1] = [
    1.0,
    0.800_737_402_916_808_1,
    0.411_112_290_507_187_45,
    0.135_335_283_236_612_7,
    0.028_565_500_784_550_377,
    0.003_865_920_139_472_807_6,
];

/// 1 for equal pictures, less the less they resemble each other. Both have one size.
pub(super) fn ssim(a: &Picture, b: &Picture) -> f64 {
    let size = (a.width() as usize, a.height() as usize);
    if size.0 == 0 || size.1 == 0 {
        return 1.0;
    }
    let (x, y) = (luma(a), luma(b));
    let products = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).collect();
    let [xx, yy, xy]: [Vec<f64>; 3] = [products(&x, &x), products(&y, &y), products(&x, &y)];
    let [x, y, xx, yy, xy] = [x, y, xx, yy, xy].map(|plane| smooth(&plane, size));
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03);
    let mut sum = 0.0;
    for i in 0..x.len() {
        let (mx, my) = (x[i], y[i]);
        let (vx, vy, cov) = (xx[i] - mx * mx, yy[i] - my * my, xy[i] - mx * my);
        sum +=
            ((2.0 * mx * my + c1) * (2.0 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
    }
    sum / x.len() as f64
}

/// 0…1.
fn luma(picture: &Picture) -> Vec<f64> {
    let most = f64::from(picture.depth().most());
    let of = |p: [u16; 4]| {
        let [r, g, b, a] = p.map(|v| f64::from(v) / most);
        (0.2126 * r + 0.7152 * g + 0.0722 * b) * a
    };
    picture.pixels().map(of).collect()
}

/// The Gaussian mean around each pixel.
fn smooth(plane: &[f64], (width, height): (usize, usize)) -> Vec<f64> {
    let mut across = vec![0.0; plane.len()];
    for y in 0..height {
        for x in 0..width {
            across[y * width + x] = mean(x, width, |u| plane[y * width + u]);
        }
    }
    let mut out = vec![0.0; plane.len()];
    for y in 0..height {
        for x in 0..width {
            out[y * width + x] = mean(y, height, |v| across[v * width + x]);
        }
    }
    out
}

/// The weighted mean of the values around place `at` of `n`.
fn mean(at: usize, n: usize, value: impl Fn(usize) -> f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for i in at.saturating_sub(RADIUS)..=(at + RADIUS).min(n - 1) {
        let weight = WEIGHTS[i.abs_diff(at)];
        sum += weight * value(i);
        weights += weight;
    }
    sum / weights
}

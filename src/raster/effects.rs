//! Blur, glow and grade: changes of a whole layer.
//!
//! In: a layer and effects in order. Out: the layer changed. Effects work on the encoded premultiplied
//! bytes, in either blend space. A blur of standard deviation σ is three box means a side, of width
//! d = ⌊σ·3·√(2π)/4 + ½⌋ (for an even d two of width d, shifted half a pixel each way, and one of
//! d + 1), in 8.8 fixed point, as in the filter effects of SVG. Integers only, so the same everywhere.

use super::blur::Blur;
use super::space::Space;
use super::srgb::m;
use super::surface::Surface;
use crate::math::Real;
use crate::render_tree::{Effect, GlowMode, MAX_SIGMA, box_width};

/// Buffers of the effects.
#[derive(Debug, Default)]
pub(super) struct Filters {
    bytes: Vec<[u8; 4]>,
    copy: Vec<[u8; 4]>,
    blur: Blur,
}

/// Whether a list makes colour where the layer has none.
pub(super) fn paint_nothing(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| match effect {
        Effect::Grade { matrix, gamma } => grade([0; 4], matrix, gamma) != [0; 4],
        Effect::Blur { .. } | Effect::Glow { .. } => false,
    })
}

impl Filters {
    /// Applies a list. Returns how many widths were over the limit.
    pub(super) fn apply<S: Space>(
        &mut self,
        effects: &[Effect],
        scale: f64,
        layer: &mut Surface<S::Pixel>,
    ) -> u64 {
        let (width, height) = (layer.bounds.width(), layer.bounds.height());
        self.bytes.clear();
        self.bytes
            .extend(layer.pixels.iter().map(|&p| S::to_bytes(p)));
        let mut clamped = 0;
        for effect in effects {
            match effect {
                Effect::Blur { sigma } => {
                    let sigma = f64::from(*sigma) * scale;
                    clamped += u64::from(sigma > MAX_SIGMA);
                    self.blur
                        .apply(&mut self.bytes, width, height, box_width(sigma));
                }
                Effect::Glow {
                    sigma,
                    gain,
                    tint,
                    mode,
                } => {
                    let sigma = f64::from(*sigma) * scale;
                    clamped += u64::from(sigma > MAX_SIGMA);
                    // A glow without width has nothing to add: the effect is off.
                    if !(sigma > 0.0 && sigma.is_finite()) {
                        continue;
                    }
                    self.copy.clone_from(&self.bytes);
                    self.blur
                        .apply(&mut self.copy, width, height, box_width(sigma));
                    glow(&mut self.bytes, &self.copy, *gain, *tint, *mode);
                }
                Effect::Grade { matrix, gamma } => {
                    let mut last = ([0; 4], grade([0; 4], matrix, gamma));
                    for p in &mut self.bytes {
                        // Neighbours are often equal, and powers are slow.
                        if *p != last.0 {
                            last = (*p, grade(*p, matrix, gamma));
                        }
                        *p = last.1;
                    }
                }
            }
        }
        for (pixel, &bytes) in layer.pixels.iter_mut().zip(&self.bytes) {
            *pixel = S::from_bytes(bytes);
        }
        clamped
    }
}

/// Puts the blurred copy below the layer or adds it.
fn glow(
    layer: &mut [[u8; 4]],
    copy: &[[u8; 4]],
    gain: f32,
    tint: Option<[f32; 4]>,
    mode: GlowMode,
) {
    let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let tint = tint.map(|t| [byte(t[0]), byte(t[1]), byte(t[2])]);
    let gain = if gain.is_nan() { 0.0 } else { gain.max(0.0) };
    let gained: [u8; 256] = std::array::from_fn(|v| {
        if v == 0 {
            0
        } else {
            (v as f32 * gain + 0.5).min(255.0) as u8
        }
    });
    for (l, &g) in layer.iter_mut().zip(copy) {
        let mut g = match tint {
            Some(t) => [m(t[0], g[3]), m(t[1], g[3]), m(t[2], g[3]), g[3]],
            None => g,
        };
        if gain != 1.0 {
            g = g.map(|v| gained[usize::from(v)]);
            g = g.map(|c| c.min(g[3]));
        }
        *l = match mode {
            GlowMode::Under => {
                let rest = 255 - l[3];
                std::array::from_fn(|c| l[c].saturating_add(m(g[c], rest)))
            }
            GlowMode::Add => std::array::from_fn(|c| l[c].saturating_add(g[c])),
        };
    }
}

/// c' = M·(r, g, b, a, 1) of the straight colour, clamped, then rgb^gamma, premultiplied again.
fn grade(p: [u8; 4], matrix: &[f32; 20], gamma: &[f32; 3]) -> [u8; 4] {
    let a = f32::from(p[3]);
    let straight = |c: u8| if p[3] == 0 { 0.0 } else { f32::from(c) / a };
    let [r, g, b] = [straight(p[0]), straight(p[1]), straight(p[2])];
    let a = a / 255.0;
    let row = |i: usize| {
        let k = &matrix[i * 5..i * 5 + 5];
        let sum = k[0] * r + k[1] * g + k[2] * b + k[3] * a + k[4];
        if sum.is_nan() {
            0.0
        } else {
            sum.clamp(0.0, 1.0)
        }
    };
    let alpha = row(3);
    let channel = |i: usize| {
        let value = row(i);
        let powered = if gamma[i] == 1.0 {
            value
        } else {
            Real::pow(value, gamma[i]).clamp(0.0, 1.0)
        };
        (powered * alpha * 255.0 + 0.5) as u8
    };
    let byte = (alpha * 255.0 + 0.5) as u8;
    [
        channel(0).min(byte),
        channel(1).min(byte),
        channel(2).min(byte),
        byte,
    ]
}

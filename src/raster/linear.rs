//! Blending in linear light: f32 × 4, premultiplied.
//!
//! With s' = s·k/255 for a source s and a coverage k, and d what lies below:
//!
//! ```text
//! normal    s' + d·(1 − s'ₐ)
//! add       min(1, s' + d)
//! multiply  s'·d + s'·(1 − dₐ) + d·(1 − s'ₐ)
//! screen    s' + d − s'·d
//! ```
//!
//! Sums and products only, in this order, none fused: the same bits everywhere.

use super::light;
use super::space::Space;
use super::surface::Level;
use crate::render_tree::Blend;

/// f32 × 4, premultiplied, linear light.
pub(super) struct Linear;

#[inline(always)]
fn scaled(s: [f32; 4], k: u8) -> [f32; 4] {
    let k = f32::from(k) / 255.0;
    s.map(|c| c * k)
}

#[inline(always)]
fn mix(blend: Blend, s: [f32; 4], d: [f32; 4]) -> [f32; 4] {
    let (above, below) = (1.0 - s[3], 1.0 - d[3]);
    match blend {
        Blend::Normal => std::array::from_fn(|c| s[c] + d[c] * above),
        Blend::Add => std::array::from_fn(|c| (s[c] + d[c]).min(1.0)),
        Blend::Multiply => std::array::from_fn(|c| s[c] * d[c] + s[c] * below + d[c] * above),
        Blend::Screen => std::array::from_fn(|c| s[c] + d[c] - s[c] * d[c]),
    }
}

impl Space for Linear {
    type Pixel = [f32; 4];

    fn source(rgba: [u8; 4]) -> [f32; 4] {
        light::decode(rgba)
    }

    #[inline(always)]
    fn solid(row: &mut [[f32; 4]], source: [f32; 4], coverage: u8, blend: Blend) {
        let s = scaled(source, coverage);
        row.iter_mut().for_each(|d| *d = mix(blend, s, *d));
    }

    #[inline(always)]
    fn cover(row: &mut [[f32; 4]], source: [f32; 4], coverage: &[Level], blend: Blend) {
        for (d, &[k, ..]) in row.iter_mut().zip(coverage) {
            if k > 0 {
                *d = mix(blend, scaled(source, k), *d);
            }
        }
    }

    #[inline(always)]
    fn fade(row: &mut [[f32; 4]], clip: Option<&[u8]>, opacity: u8) {
        if let Some(clip) = clip {
            for (p, &k) in row.iter_mut().zip(clip) {
                *p = scaled(*p, k);
            }
        }
        if opacity < 255 {
            for p in row {
                *p = scaled(*p, opacity);
            }
        }
    }

    #[inline(always)]
    fn layer(row: &mut [[f32; 4]], layer: &[[f32; 4]], blend: Blend) {
        for (d, &s) in row.iter_mut().zip(layer) {
            *d = mix(blend, s, *d);
        }
    }

    fn to_bytes(pixel: [f32; 4]) -> [u8; 4] {
        light::encode(pixel)
    }

    fn from_bytes(bytes: [u8; 4]) -> [f32; 4] {
        light::decode(bytes)
    }
}

//! Blending of encoded bytes: integers only, so the same on every machine and vector width.
//!
//! With m(x, y) = ⌊(x·y + 127)/255⌋, the integer nearest to xy/255, s' = m(s, k) for a source s and a
//! coverage k, and d what lies below, all premultiplied:
//!
//! ```text
//! normal    s' + m(d, 255 − s'ₐ)
//! add       min(255, s' + d)
//! multiply  min(255, m(s', d) + m(s', 255 − dₐ) + m(d, 255 − s'ₐ)), colour ≤ alpha
//! screen    s' + d − m(s', d)
//! ```
//!
//! The loops are over flat u8 with u16 in between, which compilers turn into vector code.

use super::space::Space;
use crate::render_tree::Blend;

/// u8 × 4, premultiplied, sRGB-encoded.
pub(super) struct Srgb;

/// The integer nearest to x·y/255, for x and y up to 255.
#[inline(always)]
pub(super) fn m(x: u8, y: u8) -> u8 {
    ((u16::from(x) * u16::from(y) + 127) / 255) as u8
}

#[inline(always)]
fn scaled(s: [u8; 4], k: u8) -> [u8; 4] {
    s.map(|c| m(c, k))
}

#[inline(always)]
fn normal(s: [u8; 4], d: [u8; 4]) -> [u8; 4] {
    let rest = 255 - s[3];
    std::array::from_fn(|c| s[c].saturating_add(m(d[c], rest)))
}

#[inline(always)]
fn add(s: [u8; 4], d: [u8; 4]) -> [u8; 4] {
    std::array::from_fn(|c| s[c].saturating_add(d[c]))
}

#[inline(always)]
fn multiply(s: [u8; 4], d: [u8; 4]) -> [u8; 4] {
    let (above, below) = (255 - s[3], 255 - d[3]);
    let mixed: [u8; 4] = std::array::from_fn(|c| {
        m(s[c], d[c])
            .saturating_add(m(s[c], below))
            .saturating_add(m(d[c], above))
    });
    mixed.map(|c| c.min(mixed[3]))
}

#[inline(always)]
fn screen(s: [u8; 4], d: [u8; 4]) -> [u8; 4] {
    // s + d − m(s, d) ≤ 255: (255 − s)(255 − d) ≥ 0.
    std::array::from_fn(|c| s[c].saturating_add(d[c] - m(s[c], d[c])))
}

impl Space for Srgb {
    type Pixel = [u8; 4];

    fn source(rgba: [u8; 4]) -> [u8; 4] {
        rgba
    }

    fn solid(row: &mut [[u8; 4]], source: [u8; 4], coverage: u8, blend: Blend) {
        let s = scaled(source, coverage);
        match blend {
            Blend::Normal if s[3] == 255 => row.fill(s),
            Blend::Normal => row.iter_mut().for_each(|d| *d = normal(s, *d)),
            Blend::Add => row.iter_mut().for_each(|d| *d = add(s, *d)),
            Blend::Multiply => row.iter_mut().for_each(|d| *d = multiply(s, *d)),
            Blend::Screen => row.iter_mut().for_each(|d| *d = screen(s, *d)),
        }
    }

    fn cover(row: &mut [[u8; 4]], source: [u8; 4], coverage: &[u8], blend: Blend) {
        let mix = match blend {
            Blend::Normal => normal,
            Blend::Add => add,
            Blend::Multiply => multiply,
            Blend::Screen => screen,
        };
        for (d, &k) in row.iter_mut().zip(coverage) {
            *d = mix(scaled(source, k), *d);
        }
    }

    fn fade(row: &mut [[u8; 4]], clip: Option<&[u8]>, opacity: u8) {
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

    fn layer(row: &mut [[u8; 4]], layer: &[[u8; 4]], blend: Blend) {
        let mix = match blend {
            Blend::Normal => normal,
            Blend::Add => add,
            Blend::Multiply => multiply,
            Blend::Screen => screen,
        };
        for (d, &s) in row.iter_mut().zip(layer) {
            *d = mix(s, *d);
        }
    }

    fn to_bytes(pixel: [u8; 4]) -> [u8; 4] {
        pixel
    }

    fn from_bytes(bytes: [u8; 4]) -> [u8; 4] {
        bytes
    }
}

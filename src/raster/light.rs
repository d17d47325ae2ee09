//! Between encoded bytes and linear light.
//!
//! In: premultiplied sRGB-encoded bytes or premultiplied linear f32. Out: the other one. The curve is
//! that of IEC 61966-2-1: c ≤ 0.04045: c/12.92, else ((c + 0.055)/1.055)^2.4. Encoding counts the
//! thresholds below a value, which is ⌊x·255 + ½⌋ of the encoded value without a power per pixel.

use crate::math::Real;
use std::sync::LazyLock;

struct Tables {
    /// Linear value of an encoded byte.
    linear: [f32; 256],
    /// Linear value at which the encoded byte i becomes i + 1.
    steps: [f32; 255],
    /// Number of steps at or below b/1024, where the search of a value in [b, b + 1)/1024 begins.
    starts: [u8; 1025],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let linear = std::array::from_fn(|i| curve(i as f64 / 255.0) as f32);
    let steps: [f32; 255] = std::array::from_fn(|i| curve((i as f64 + 0.5) / 255.0) as f32);
    let starts = std::array::from_fn(|b| {
        steps
            .iter()
            .filter(|&&step| step <= b as f32 / 1024.0)
            .count() as u8
    });
    Tables {
        linear,
        steps,
        starts,
    }
});

/// Linear light of an encoded value.
fn curve(c: f64) -> f64 {
    if c <= 0.04045 {
        c / 12.92
    } else {
        Real::pow((c + 0.055) / 1.055, 2.4)
    }
}

/// Linear light of a straight encoded value that is not a byte.
fn curve_between(c: f32) -> f32 {
    curve(f64::from(c)) as f32
}

/// Premultiplied linear light of a premultiplied encoded pixel.
pub(super) fn decode(p: [u8; 4]) -> [f32; 4] {
    match p[3] {
        0 => [0.0; 4],
        255 => {
            let table = &TABLES.linear;
            [
                table[p[0] as usize],
                table[p[1] as usize],
                table[p[2] as usize],
                1.0,
            ]
        }
        alpha => {
            let a = f32::from(alpha) / 255.0;
            let channel = |c: u8| {
                let straight = (f32::from(c) / f32::from(alpha)).min(1.0);
                curve_between(straight) * a
            };
            [channel(p[0]), channel(p[1]), channel(p[2]), a]
        }
    }
}

/// Premultiplied linear light of a straight encoded pixel.
pub(super) fn decode_straight([r, g, b, a]: [u8; 4]) -> [f32; 4] {
    let (table, alpha) = (&TABLES.linear, f32::from(a) / 255.0);
    let [r, g, b] = [r, g, b].map(|c| table[c as usize] * alpha);
    [r, g, b, alpha]
}

/// The encoded byte of a straight linear value.
fn encode_channel(tables: &Tables, v: f32) -> u8 {
    if v >= 1.0 {
        return 255;
    }
    if v <= 0.0 {
        return 0;
    }
    let mut byte = tables.starts[(v * 1024.0) as usize];
    while byte < 255 && tables.steps[byte as usize] <= v {
        byte += 1;
    }
    byte
}

/// Premultiplied encoded bytes of premultiplied linear light.
pub(super) fn encode(p: [f32; 4]) -> [u8; 4] {
    let alpha = (p[3].clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    if alpha == 0 {
        return [0; 4];
    }
    let tables = &*TABLES;
    if alpha == 255 {
        let channel = |c: f32| encode_channel(tables, c);
        return [channel(p[0]), channel(p[1]), channel(p[2]), 255];
    }
    let a = p[3];
    let channel = |c: f32| {
        let straight = (c / a).clamp(0.0, 1.0);
        let encoded = encode_between(straight);
        ((encoded * a * 255.0 + 0.5) as u8).min(alpha)
    };
    [channel(p[0]), channel(p[1]), channel(p[2]), alpha]
}

/// Straight encoded RGBA with 16 bits a channel, of premultiplied linear light.
pub(super) fn encode_deep(p: [f32; 4]) -> [u16; 4] {
    let alpha = (p[3].clamp(0.0, 1.0) * 65535.0 + 0.5) as u16;
    if alpha == 0 {
        return [0; 4];
    }
    let channel = |c: f32| {
        let straight = (c / p[3]).clamp(0.0, 1.0);
        (f64::from(encode_between(straight)) * 65535.0 + 0.5) as u16
    };
    [channel(p[0]), channel(p[1]), channel(p[2]), alpha]
}

/// Encoded value of straight linear light, not rounded.
fn encode_between(v: f32) -> f32 {
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        (1.055 * Real::pow(f64::from(v), 1.0 / 2.4) - 0.055) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_bytes_survive_the_round_trip() {
        for v in 0..=255u8 {
            let p = [v, 255 - v, v / 2, 255];
            assert_eq!(encode(decode(p)), p);
        }
    }

    #[test]
    fn translucent_bytes_survive_the_round_trip() {
        for a in 1..255u8 {
            for c in 0..=a {
                let p = [c, a, a - c, a];
                assert_eq!(encode(decode(p)), p, "{p:?}");
            }
        }
    }

    #[test]
    fn encoding_is_the_rounded_curve() {
        for i in 0..=100_000 {
            let v = i as f32 / 100_000.0;
            let expected = (encode_between(v) * 255.0 + 0.5) as u8;
            let got = encode_channel(&TABLES, v);
            // The curve's two branches do not meet exactly; a value on a threshold may fall either way.
            assert!(got.abs_diff(expected) <= 1, "{v}: {got} {expected}");
        }
    }
}

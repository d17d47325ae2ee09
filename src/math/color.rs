//! Colours: four channels r, g, b, a, sRGB-encoded, straight alpha, nominal 0…1 and unclamped, until
//! [`quantize`] makes premultiplied bytes of them.
//!
//! Formulas select where others branch, so that lanes vectorise. Texts: [`super::parse_color`].

use super::real::Real;

/// Hue in degrees (wrapped), saturation and lightness (clamped to 0…1) to r, g, b. Not rounded.
///
/// Formula: CSS Color 3, section 4.2.4, in its chroma form.
#[inline(always)]
pub fn hsl_to_rgb<R: Real>(h: R, s: R, l: R) -> [R; 3] {
    let [c, m] = chroma_of_hsl(s, l);
    hue_to_rgb(h, c, m)
}

/// Chroma and least channel of a colour from saturation and lightness (clamped to 0…1).
#[inline(always)]
pub fn chroma_of_hsl<R: Real>(s: R, l: R) -> [R; 2] {
    let (s, l) = (s.clamp01(), l.clamp01());
    let c = (R::ONE - (R::TWO * l - R::ONE).abs()) * s;
    [c, l - c / R::TWO]
}

/// Hue in degrees (wrapped), chroma and least channel to r, g, b.
///
/// Over the six sixths of the circle a channel is 1, falls, is 0 twice, rises and is 1 again: a
/// distance from one hue, cut off at both ends. Where it falls or rises the sums are exact, so the cut
/// can be done first.
#[inline(always)]
pub fn hue_to_rgb<R: Real>(h: R, c: R, m: R) -> [R; 3] {
    let n = |x: f64| R::from_f64(x);
    let (zero, one) = (R::ZERO, R::ONE);
    let h = h - n(360.0) * (h / n(360.0)).floor();
    // Rounding can leave a hair below 0 or a full turn: both are red.
    let h = if h < zero { zero } else { h };
    let h = if h >= n(360.0) { zero } else { h };
    let sixth = h / n(60.0);
    // The comparisons choose what a hue that is not a number gives: red to r, nothing to g, NaN to b.
    let r = (sixth - n(3.0)).abs() - one;
    let r = if r < one { r } else { one };
    let r = if r > zero { r } else { zero };
    // 1 − (1 − x) rounds as the other channels' rises do.
    let (rise, fall) = (one - (one - sixth), n(4.0) - sixth);
    let g = if rise < fall { rise } else { fall };
    let g = if g > zero { g } else { zero };
    let g = if g < one { g } else { one };
    let b = R::TWO - (sixth - n(4.0)).abs();
    let b = if b > one { one } else { b };
    let b = if b < zero { zero } else { b };
    [r * c + m, g * c + m, b * c + m]
}

/// r, g, b (clamped to 0…1) to hue in degrees 0…360, saturation and lightness 0…1. Greys have hue
/// and saturation 0.
#[inline(always)]
pub fn rgb_to_hsl<R: Real>(rgb: [R; 3]) -> [R; 3] {
    let n = |x: f64| R::from_f64(x);
    let zero = R::ZERO;
    let [r, g, b] = rgb.map(R::clamp01);
    let high = r.max(g).max(b);
    let low = r.min(g).min(b);
    let d = high - low;
    let l = (high + low) / R::TWO;
    let s = d / if l > R::HALF {
        R::TWO - high - low
    } else {
        high + low
    };
    // In [−1, 1], so the modulus is one sum.
    let red = (g - b) / d;
    let red = if red < zero { red + n(6.0) } else { red };
    let green = (b - r) / d + R::TWO;
    let blue = (r - g) / d + n(4.0);
    let sixth = if high == r {
        red
    } else if high == g {
        green
    } else {
        blue
    };
    let grey = d == zero;
    let h = if grey { zero } else { n(60.0) * sixth };
    let s = if grey { zero } else { s };
    [h, s, l]
}

/// Brightness as seen: 0.2126 r + 0.7152 g + 0.0722 b on the encoded channels (Rec. 709 weights).
#[inline(always)]
pub fn luma<R: Real>([r, g, b, _]: [R; 4]) -> R {
    R::from_f64(0.2126) * r + R::from_f64(0.7152) * g + R::from_f64(0.0722) * b
}

/// Each of r, g, b moved away from the luma by `amount`: 0 grey, 1 the same.
#[inline(always)]
pub fn saturate<R: Real>(color: [R; 4], amount: R) -> [R; 4] {
    let grey = luma(color);
    let [r, g, b, a] = color;
    [
        grey.mix(r, amount),
        grey.mix(g, amount),
        grey.mix(b, amount),
        a,
    ]
}

/// r, g, b moved away from ½ by `amount`: 1 is the same.
#[inline(always)]
pub fn contrast<R: Real>([r, g, b, a]: [R; 4], amount: R) -> [R; 4] {
    let part = |c: R| (c - R::HALF) * amount + R::HALF;
    [part(r), part(g), part(b), a]
}

/// Hue turned by `turns`, through HSL; r, g, b are clamped to 0…1 by that, alpha is kept.
#[inline(always)]
pub fn shift_hue<R: Real>([r, g, b, a]: [R; 4], turns: R) -> [R; 4] {
    let [h, s, l] = rgb_to_hsl([r, g, b]);
    let [r, g, b] = hsl_to_rgb(h + R::from_f64(360.0) * turns, s, l);
    [r, g, b, a]
}

/// From `x` to `y` through hue, saturation, lightness and alpha; u is clamped to 0…1. The hue takes
/// the shorter arc (a difference of exactly 180° goes up); a grey has the hue of the other colour.
#[inline(always)]
pub fn mix_hue<R: Real>(x: [R; 4], y: [R; 4], u: R) -> [R; 4] {
    let n = |x: f64| R::from_f64(x);
    let u = u.clamp01();
    let [h0, s0, l0] = rgb_to_hsl([x[0], x[1], x[2]]);
    let [h1, s1, l1] = rgb_to_hsl([y[0], y[1], y[2]]);
    let from = if s0 == R::ZERO { h1 } else { h0 };
    let to = if s1 == R::ZERO { h0 } else { h1 };
    let arc = to - from;
    let arc = if arc > n(180.0) {
        arc - n(360.0)
    } else if arc <= n(-180.0) {
        arc + n(360.0)
    } else {
        arc
    };
    let [r, g, b] = hsl_to_rgb(from + arc * u, s0.mix(s1, u), l0.mix(l1, u));
    [r, g, b, x[3].mix(y[3], u)]
}

/// Straight channels to premultiplied bytes: each clamped to 0…1, times alpha, times 255, rounded
/// half up. On `f32` this is the canonical quantisation of render buffers. NaN gives 0.
#[inline(always)]
pub fn quantize<R: Real>([r, g, b, a]: [R; 4]) -> [u8; 4] {
    let a = a.clamp01();
    [
        byte(r.clamp01() * a),
        byte(g.clamp01() * a),
        byte(b.clamp01() * a),
        byte(a),
    ]
}

/// Straight channels to straight bytes, otherwise as [`quantize`].
#[inline(always)]
pub fn quantize_straight<R: Real>(color: [R; 4]) -> [u8; 4] {
    color.map(|c| byte(c.clamp01()))
}

/// 0…1 to 0…255, half up; NaN to 0.
#[inline(always)]
fn byte<R: Real>(x: R) -> u8 {
    // Not negative, so truncation is floor.
    (x * R::from_f64(255.0) + R::HALF).to_f64() as u8
}

/// Premultiplied bytes to straight bytes: min(255, (255·c + ⌊a/2⌋) / a), all 0 for alpha 0.
#[inline]
pub fn unpremultiply([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    if a == 0 {
        return [0; 4];
    }
    let wide = u32::from(a);
    let part = |c: u8| ((u32::from(c) * 255 + wide / 2) / wide).min(255) as u8;
    [part(r), part(g), part(b), a]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{color_text, parse_color};
    use proptest::prelude::*;

    fn color(text: &str) -> [f64; 4] {
        parse_color(text).expect("a colour")
    }

    fn narrow(color: [f64; 4]) -> [f32; 4] {
        color.map(|c| c as f32)
    }

    /// The text of a formula in f64, after checking that f32 gives the same bytes.
    fn text(wide: [f64; 4], lanes: [f32; 4]) -> String {
        assert_eq!(quantize_straight(wide), quantize_straight(lanes));
        color_text(wide)
    }

    #[test]
    fn lens_check_values() {
        let blue = color("#3B82F6");
        let lanes = narrow(blue);
        // Blue falls on 223.5 here, and f32 rounds to the other side of it.
        assert_eq!(color_text(shift_hue(blue, 0.25)), "#f63bdf");
        assert_eq!(text(shift_hue(blue, 0.5), shift_hue(lanes, 0.5)), "#f6af3b");
        assert_eq!(text(saturate(blue, 0.5), saturate(lanes, 0.5)), "#5b7fb9");
        assert_eq!(text(contrast(blue, 0.5), contrast(lanes, 0.5)), "#5d81bb");
    }

    #[test]
    fn hue_mix_check_values() {
        let (a, b) = (color("#3B82F6"), color("#EF4444"));
        for (u, want) in [
            (0.0, "#3b82f6"),
            (0.25, "#653df4"),
            (0.5, "#d140f2"),
            (1.0, "#ef4444"),
        ] {
            let lanes = mix_hue(narrow(a), narrow(b), u as f32);
            assert_eq!(text(mix_hue(a, b, u), lanes), want, "{u}");
        }
        // Clamped.
        assert_eq!(mix_hue(a, b, 7.0), mix_hue(a, b, 1.0));
    }

    #[test]
    fn linear_mix_check_values() {
        let (a, b) = (narrow(color("#3B82F6")), narrow(color("#EF4444")));
        for (u, want) in [(0.25, "#6873ca"), (0.5, "#95639d")] {
            let mixed: [f32; 4] = std::array::from_fn(|i| a[i].mix(b[i], u));
            assert_eq!(quantize(mixed), quantize(narrow(color(want))));
        }
    }

    #[test]
    fn a_grey_borrows_the_other_hue() {
        let half = mix_hue(color("#000"), color("#0000ff"), 0.5);
        let [h, s, l] = rgb_to_hsl([half[0], half[1], half[2]]);
        assert!((h - 240.0).abs() < 1e-9 && (s - 0.5).abs() < 1e-9 && (l - 0.25).abs() < 1e-9);
        assert_eq!(
            color_text(mix_hue(color("#fff"), color("#000"), 0.5)),
            "#808080"
        );
    }

    #[test]
    fn opposite_hues_go_up() {
        // 0° to 180° and 180° to 360°, never back.
        assert_eq!(
            color_text(mix_hue(color("#f00"), color("#0ff"), 0.5)),
            "#80ff00"
        );
        assert_eq!(
            color_text(mix_hue(color("#0ff"), color("#f00"), 0.5)),
            "#8000ff"
        );
        // Over 0°, the shorter way.
        assert_eq!(
            color_text(mix_hue(color("#f0f"), color("#ff0"), 0.5)),
            "#ff0000"
        );
        assert_eq!(
            color_text(mix_hue(color("#ff0"), color("#f0f"), 0.5)),
            "#ff0000"
        );
    }

    #[test]
    fn hsl_check_values() {
        let blue = color("#3B82F6");
        let [hue, ..] = rgb_to_hsl([blue[0], blue[1], blue[2]]);
        for (p, want) in [
            (0.0, "#1967e6"),
            (0.25, "#6519e6"),
            (0.5, "#e619cd"),
            (1.0, "#e69819"),
        ] {
            let [r, g, b] = hsl_to_rgb(hue + p * 180.0, 0.8, 0.5);
            assert_eq!(color_text([r, g, b, 1.0]), want);
        }
        for (f, want) in [
            (0.0, "#eba947"),
            (1.0 / 3.0, "#47eba9"),
            (2.0 / 3.0, "#a947eb"),
        ] {
            let [r, g, b] = hsl_to_rgb(f * 360.0 + 36.0, 0.8, 0.6);
            assert_eq!(color_text([r, g, b, 1.0]), want);
        }
    }

    /// The chroma form as it is written: a sixth of the circle at a time.
    fn hsl_by_sixths<R: Real>(h: R, s: R, l: R) -> [R; 3] {
        let n = |x: f64| R::from_f64(x);
        let (zero, one) = (R::ZERO, R::ONE);
        let h = h - n(360.0) * (h / n(360.0)).floor();
        let h = if h < zero || h >= n(360.0) { zero } else { h };
        let (s, l) = (s.clamp01(), l.clamp01());
        let c = (one - (R::TWO * l - one).abs()) * s;
        let sixth = h / n(60.0);
        let odd = sixth - R::TWO * (sixth / R::TWO).floor();
        let x = c * (one - (odd - one).abs());
        let m = l - c / R::TWO;
        let below = |limit: f64, yes: R, no: R| if sixth < n(limit) { yes } else { no };
        let r = below(1.0, c, below(2.0, x, below(4.0, zero, below(5.0, x, c))));
        let g = below(1.0, x, below(3.0, c, below(4.0, x, zero)));
        let b = below(2.0, zero, below(3.0, x, below(5.0, c, x)));
        [r + m, g + m, b + m]
    }

    fn check_by_sixths<R: Real>(h: R, s: R, l: R) {
        let bits = |rgb: [R; 3]| rgb.map(|v| v.canonical().to_f64().to_bits());
        let (got, want) = (hsl_to_rgb(h, s, l), hsl_by_sixths(h, s, l));
        assert_eq!(bits(got), bits(want), "{h} {s} {l}: {got:?} {want:?}");
    }

    #[test]
    fn the_form_without_choices_has_the_bits_of_the_one_by_sixths() {
        for bits in (0..=u32::MAX).step_by(10_007) {
            check_by_sixths(f32::from_bits(bits), 0.8, 0.6);
        }
        let whole = (-8..=720).map(f64::from);
        for h in whole.flat_map(|h| [h, h / 7.0, h.next_up(), h.next_down(), h * 1e-9]) {
            for (s, l) in [
                (0.8, 0.6),
                (1.0, 0.5),
                (0.3, -0.0),
                (-0.0, 1.0),
                (f64::NAN, 0.2),
            ] {
                check_by_sixths(h, s, l);
                check_by_sixths(h as f32, s as f32, l as f32);
            }
        }
    }

    #[test]
    fn hues_wrap() {
        for (h, want) in [
            (0.0, [1.0, 0.0, 0.0]),
            (60.0, [1.0, 1.0, 0.0]),
            (120.0, [0.0, 1.0, 0.0]),
            (180.0, [0.0, 1.0, 1.0]),
            (240.0, [0.0, 0.0, 1.0]),
            (300.0, [1.0, 0.0, 1.0]),
            (360.0, [1.0, 0.0, 0.0]),
            (-60.0, [1.0, 0.0, 1.0]),
            (-1e-20, [1.0, 0.0, 0.0]),
            (3600.0 + 120.0, [0.0, 1.0, 0.0]),
        ] {
            assert_eq!(hsl_to_rgb(h, 1.0, 0.5), want, "{h}");
            assert_eq!(
                hsl_to_rgb(h as f32, 1.0, 0.5),
                want.map(|c| c as f32),
                "{h}"
            );
        }
        // A hue that is not a number shows in the result, so that the element is dropped.
        assert!(hsl_to_rgb(f64::NAN, 1.0, 0.5).iter().any(|c| c.is_nan()));
        assert!(
            hsl_to_rgb(f32::INFINITY, 1.0, 0.5)
                .iter()
                .any(|c| c.is_nan())
        );
    }

    #[test]
    fn canonical_quantisation() {
        for (c, want) in [
            ([1.0, 0.0, 0.0, 0.5], [128, 0, 0, 128]),
            ([0.0, 1.0, 0.0, 0.25], [0, 64, 0, 64]),
            ([0.5, 0.5, 0.5, 1.0], [128, 128, 128, 255]),
            ([2.5, 0.0, 0.0, 1.0], [255, 0, 0, 255]),
            ([-0.5, 0.5, 0.5, 1.0], [0, 128, 128, 255]),
            ([1.0, 1.0, 1.0, 0.0], [0, 0, 0, 0]),
            ([0.2, 0.4, 0.6, 0.5], [26, 51, 77, 128]),
            (
                [f32::NAN, f32::INFINITY, -f32::INFINITY, 9.0],
                [0, 255, 0, 255],
            ),
            ([1.0, 1.0, 1.0, f32::NAN], [0, 0, 0, 0]),
        ] {
            assert_eq!(quantize(c), want, "{c:?}");
        }
        // Every byte comes back.
        for byte in 0..=255u8 {
            assert_eq!(
                quantize([f32::from(byte) / 255.0; 4].map(|c: f32| c))[3],
                byte
            );
            assert_eq!(quantize_straight([f64::from(byte) / 255.0; 4]), [byte; 4]);
        }
    }

    #[test]
    fn unpremultiplied_bytes() {
        assert_eq!(unpremultiply([10, 20, 30, 0]), [0, 0, 0, 0]);
        assert_eq!(unpremultiply([128, 0, 64, 128]), [255, 0, 128, 128]);
        assert_eq!(unpremultiply([200, 0, 0, 100]), [255, 0, 0, 100]);
        assert_eq!(unpremultiply([7, 8, 9, 255]), [7, 8, 9, 255]);
    }

    #[test]
    fn brightness() {
        assert_eq!(luma([1.0, 0.0, 0.0, 0.3]), 0.2126);
        assert!((luma([1.0f64; 4]) - 1.0).abs() < 1e-15);
        assert_eq!(saturate([0.2, 0.4, 0.6, 0.3], 1.0)[3], 0.3);
    }

    proptest! {
        #[test]
        fn hsl_round_trip(rgb in prop::array::uniform3(0.0..=1.0f64)) {
            let [h, s, l] = rgb_to_hsl(rgb);
            prop_assert!((0.0..=360.0).contains(&h) && (0.0..=1.0 + 1e-12).contains(&s));
            let back = hsl_to_rgb(h, s, l);
            for i in 0..3 {
                prop_assert!((back[i] - rgb[i]).abs() < 1e-12, "{rgb:?} {back:?}");
            }
        }

        #[test]
        fn hsl_by_its_two_forms(h in any::<f64>(), near in -720.0..720.0f64, s in any::<f64>(), l in 0.0..1.0f64) {
            for h in [h, near] {
                check_by_sixths(h, s, l);
                check_by_sixths(h as f32, s as f32, l as f32);
            }
        }

        #[test]
        fn hsl_stays_in_gamut(h in -1e6..1e6f32, s in -1.0..2.0f32, l in -1.0..2.0f32) {
            for c in hsl_to_rgb(h, s, l) {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&c), "{h} {s} {l}: {c}");
            }
        }

        #[test]
        fn premultiplied_bytes_do_not_exceed_alpha(c in prop::array::uniform4(any::<f32>())) {
            let [r, g, b, a] = quantize(c);
            prop_assert!(r <= a && g <= a && b <= a);
        }

        #[test]
        fn opaque_bytes_survive_both_ways(rgb in any::<[u8; 3]>()) {
            let [r, g, b] = rgb.map(|c| f32::from(c) / 255.0);
            let bytes = quantize([r, g, b, 1.0]);
            prop_assert_eq!(unpremultiply(bytes), bytes);
            prop_assert_eq!(bytes, [rgb[0], rgb[1], rgb[2], 255]);
        }
    }
}

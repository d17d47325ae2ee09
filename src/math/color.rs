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
    let n = |x: f64| R::from_f64(x);
    let (zero, one) = (R::ZERO, R::ONE);
    let h = h - n(360.0) * (h / n(360.0)).floor();
    // Rounding can leave a hair below 0 or a full turn: both are red.
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

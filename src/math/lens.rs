//! One-number formulas of lenses and value blocks that are more than one operation.

use super::real::Real;

/// 0 below `edge`, 1 from it on; 0 for NaN.
#[inline(always)]
pub fn step<R: Real>(edge: R, x: R) -> R {
    R::from_bool(x >= edge)
}

/// A smooth rise from 0 at `a` to 1 at `b`; a step where they are equal.
#[inline(always)]
pub fn smoothstep<R: Real>(a: R, b: R, x: R) -> R {
    let u = ((x - a) / (b - a)).clamp01();
    if a == b { step(a, x) } else { u.smooth() }
}

/// x rounded to multiples of `step`; x itself for step ≤ 0.
#[inline(always)]
pub fn quantize_step<R: Real>(x: R, step: R) -> R {
    let y = (x / step).round() * step;
    if step <= R::ZERO { x } else { y }
}

/// `x` between 0 and 1 in `steps` parts (at least 1), with `round` as rounding.
#[inline(always)]
pub fn quantize_n<R: Real>(x: R, steps: R, round: impl Fn(R) -> R) -> R {
    let s = R::ONE.max(steps);
    round(x * s) / s
}

/// tanh with its knee sharpened by `amount` (clamped to 0…1), through (1, 1); x itself for 0.
#[inline(always)]
pub fn softclip_tanh<R: Real>(x: R, amount: R) -> R {
    let (a, k) = knee(amount);
    let y = (x * k).tanh() / k.tanh();
    if a == R::ZERO { x } else { y }
}

/// A logistic curve from −1 to 1, sharpened by `amount` (clamped to 0…1); x itself for 0.
#[inline(always)]
pub fn softclip_sigmoid<R: Real>(x: R, amount: R) -> R {
    let (a, k) = knee(amount);
    let y = R::TWO * (R::ONE / (R::ONE + (-(x * k)).exp()) - R::HALF);
    if a == R::ZERO { x } else { y }
}

#[inline(always)]
fn knee<R: Real>(amount: R) -> (R, R) {
    let a = amount.clamp01();
    (a, R::ONE + R::from_f64(4.0) * a)
}

/// 0 where |x| ≤ max(0, width).
#[inline(always)]
pub fn deadzone<R: Real>(x: R, width: R) -> R {
    if x.abs() <= R::ZERO.max(width) {
        R::ZERO
    } else {
        x
    }
}

/// A phase up to 1 and back within one turn; x itself if not enabled.
#[inline(always)]
pub fn ping_pong<R: Real>(x: R, enabled: R) -> R {
    let p = x.fract();
    let y = if p < R::HALF {
        R::TWO * p
    } else {
        R::TWO - R::TWO * p
    };
    if enabled.truth() { y } else { x }
}

/// The part of the turn from `start` to `end` (sorted, clamped to 0…1), held outside it;
/// `softness` blends to a smooth passage.
#[inline(always)]
pub fn phase_window<R: Real>(x: R, start: R, end: R, softness: R) -> R {
    let lo = start.min(end).clamp01();
    let hi = start.max(end).clamp01();
    let width = R::from_f64(1e-6).max(hi - lo);
    let u = ((x.fract() - lo) / width).clamp01();
    lo + u.mix(u.smooth(), softness) * width
}

/// clamp(x, 0, 1)^power.
#[inline(always)]
pub fn warp<R: Real>(x: R, power: R) -> R {
    x.clamp01().pow(power)
}

/// x from one range to another, clamped to the first or not; the middle of nothing is its start.
#[inline(always)]
pub fn remap<R: Real>(x: R, in_range: [R; 2], out_range: [R; 2], clamped: bool) -> R {
    let lo = in_range[0].min(in_range[1]);
    let hi = in_range[0].max(in_range[1]);
    let w = if clamped { x.clamp(lo, hi) } else { x };
    let u = (w - lo) / (hi - lo);
    let u = if hi == lo { R::ZERO } else { u };
    out_range[0].mix(out_range[1], u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        let y: f64 = softclip_tanh(0.5, 0.5);
        assert!((y - 0.9096466805381757).abs() <= 4.0 * f64::EPSILON);
        let y: f64 = phase_window(0.5, 0.2, 0.6, 0.5);
        assert!((y - 0.51875).abs() <= 4.0 * f64::EPSILON);
        assert_eq!(ping_pong(0.75, 1.0), 0.5);
        assert_eq!(ping_pong(0.5, 1.0), 1.0);
        assert_eq!(ping_pong(1.25, 0.0), 1.25);
    }

    #[test]
    fn edges() {
        assert_eq!(smoothstep(2.0, 2.0, 1.9), 0.0);
        assert_eq!(smoothstep(2.0, 2.0, 2.0), 1.0);
        assert_eq!(smoothstep(0.0, 4.0, 1.0), 0.15625);
        assert_eq!(smoothstep(4.0, 0.0, 1.0), 0.84375);
        assert_eq!(step(1.0, f64::NAN), 0.0);
        assert_eq!(quantize_step(0.74, 0.5), 0.5);
        assert_eq!(quantize_step(0.75, 0.5), 1.0);
        assert_eq!(quantize_step(0.75, 0.0), 0.75);
        assert_eq!(quantize_n(0.6, 0.0, Real::floor), 0.0);
        assert_eq!(softclip_tanh(3.0, -1.0), 3.0);
        assert_eq!(softclip_sigmoid(0.0, 1.0), 0.0);
        assert_eq!(deadzone(-0.05, 0.05), 0.0);
        assert_eq!(deadzone(0.0, -1.0), 0.0);
        assert_eq!(deadzone(0.06, 0.05), 0.06);
        assert_eq!(warp(2.0, 3.0), 1.0);
        assert_eq!(warp(0.5, 2.0), 0.25);
        assert_eq!(remap(5.0, [0.0, 1.0], [0.0, 360.0], true), 360.0);
        assert_eq!(remap(2.0, [0.0, 1.0], [0.0, 360.0], false), 720.0);
        assert_eq!(remap(0.25, [1.0, 0.0], [0.0, 8.0], true), 2.0);
        assert_eq!(remap(0.25, [1.0, 1.0], [3.0, 8.0], true), 3.0);
    }
}

//! `f32` as [`Real`]: the kernels of field lanes.
//!
//! Polynomials without branches, tables, fused products or float-to-int conversions, so that LLVM
//! turns a loop over them into plain SSE2 (and anything wider) with the same bits as one lane at a
//! time. Coefficients are minimax fits (Remez, relative error) rounded to `f32`; those of the
//! logarithm are FreeBSD msun's `e_logf.c`. Errors named here are the largest found against `f64`
//! by the tests in `accuracy`.

use super::real::Real;

/// 1.5·2^23: added to a small number, leaves its nearest whole number in the low bits.
const ROUND: f32 = 12_582_912.0;
/// 1.5·2^52, the same for `f64`.
const ROUND_WIDE: f64 = 6_755_399_441_055_744.0;
/// π/2 in two parts: 27 bits, so that products with up to 2^26 are exact, and the rest.
const HALF_PI_HEAD: f64 = f64::from_bits(0x3FF9_21FB_5400_0000);
const HALF_PI_TAIL: f64 = f64::from_bits(0x3E11_0B46_11A6_2633);

/// sin r for |r| ≤ π/4.
#[inline(always)]
fn sine_near_zero(r: f32) -> f32 {
    let z = r * r;
    let p = -0.166_666_55 + z * (0.008_332_158_4 + z * -0.000_195_149_58);
    // On the size, so that −0 stays −0.
    let size = r.abs();
    (size + size * z * p).copysign(r)
}

/// cos r for |r| ≤ π/4.
#[inline(always)]
fn cosine_near_zero(r: f32) -> f32 {
    let z = r * r;
    let p = 0.041_666_646 + z * (-0.001_388_731_3 + z * 0.000_024_432_785);
    (1.0 - 0.5 * z) + z * z * p
}

/// x in quarter turns, the nearest whole number of them (modulo 2³²), and the rest in radians,
/// |r| ≤ π/4; reduced in `f64`. NaN for ±∞.
#[inline(always)]
fn quarters(x: f32) -> (u32, f32) {
    const LIMIT: f64 = std::f64::consts::FRAC_PI_4;
    let x = f64::from(x);
    let t = x * std::f64::consts::FRAC_2_PI + ROUND_WIDE;
    let n = t - ROUND_WIDE;
    let r = (x - n * HALF_PI_HEAD) - n * HALF_PI_TAIL;
    // What only an argument beyond 10⁸ can exceed; selects let a NaN pass.
    let r = if r > LIMIT { LIMIT } else { r };
    let r = if r < -LIMIT { -LIMIT } else { r };
    (t.to_bits() as u32, r as f32)
}

/// Sine of `quarter` quarter turns and `r` radians.
#[inline(always)]
fn sine_of_quarters(quarter: u32, r: f32) -> f32 {
    let even = quarter & 1 == 0;
    let y = if even {
        sine_near_zero(r)
    } else {
        cosine_near_zero(r)
    };
    f32::from_bits(y.to_bits() ^ ((quarter & 2) << 30))
}

/// Sine of radians.
///
/// Within 1.6 ulp for |x| ≤ 10⁸, near zeros too. Beyond, neighbouring `f32` are turns apart and the
/// result is just some fixed number in [−1, 1].
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let (quarter, r) = quarters(x);
    sine_of_quarters(quarter, r)
}

/// Cosine of radians; errors as [`sin`].
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let (quarter, r) = quarters(x);
    sine_of_quarters(quarter.wrapping_add(1), r)
}

/// |x| in turns, reduced to [−½, ½] exactly.
#[inline(always)]
fn half_turn(x: f32) -> f32 {
    Real::abs(x) - x.nearest_size()
}

/// sin πw for 0 ≤ w ≤ ¼; exactly 0 at 0.
#[inline(always)]
fn sine_of_half_turns(w: f32) -> f32 {
    const PI_REST: f32 = -8.742_278e-8;
    let z = w * w;
    let p = -5.167_709 + z * (2.549_804_4 + z * -0.589_408_93);
    w * std::f32::consts::PI + (w * PI_REST + w * z * p)
}

/// cos πv for 0 ≤ v ≤ ¼; exactly 1 at 0.
#[inline(always)]
fn cosine_of_half_turns(v: f32) -> f32 {
    let z = v * v;
    let p = -4.934_802 + z * (4.058_707_7 + z * (-1.335_050_1 + z * 0.231_360_21));
    1.0 + z * p
}

/// sin πw for 0 ≤ w ≤ ½; exactly 0 and 1 at the ends.
#[inline(always)]
fn sine_to_quarter(w: f32) -> f32 {
    let near = sine_of_half_turns(w);
    let top = cosine_of_half_turns(0.5 - w);
    if w <= 0.25 { near } else { top }
}

/// For v = 2·|r| half turns: (w, c) with |sin| = sin πw and cos = sin πc, w in [0, ½], c in [−½, ½].
#[inline(always)]
fn sine_and_cosine_arguments(r: f32) -> (f32, f32) {
    let v = Real::abs(r) * 2.0;
    let rest = 1.0 - v;
    (if rest < v { rest } else { v }, 0.5 - v)
}

/// `size` with the sign of a sine: that of the rest `r` of |x|, turned if x is negative.
#[inline(always)]
fn sine_with_sign(size: f32, r: f32, x: f32) -> f32 {
    f32::from_bits(size.to_bits() ^ ((r.to_bits() ^ x.to_bits()) & 0x8000_0000))
}

/// sin 2πx; 1.7 ulp, for every finite x.
#[inline(always)]
pub fn sin_turns(x: f32) -> f32 {
    let r = half_turn(x);
    let (w, _) = sine_and_cosine_arguments(r);
    sine_with_sign(sine_to_quarter(w), r, x)
}

/// cos 2πx; 1.8 ulp, for every finite x.
#[inline(always)]
pub fn cos_turns(x: f32) -> f32 {
    // c is never −0.
    let (_, c) = sine_and_cosine_arguments(half_turn(x));
    sine_to_quarter(Real::abs(c)).with_sign(c)
}

/// Both, with the same bits: where one takes the polynomial of the sine, the other takes that of the
/// cosine, so two evaluations do instead of four.
#[inline(always)]
pub fn sin_cos_turns(x: f32) -> (f32, f32) {
    let r = half_turn(x);
    let (w, c) = sine_and_cosine_arguments(r);
    let u = Real::abs(c);
    let (low, high) = if u < w { (u, w) } else { (w, u) };
    let near = sine_of_half_turns(low);
    let top = cosine_of_half_turns(0.5 - high);
    let sin = if w <= 0.25 { near } else { top };
    let cos = if u < 0.25 { near } else { top };
    // At ¼ `near` would count, which is one in the last place below `top` there. It may be of another
    // argument here: of a w so close to ¼ that u was rounded to it.
    let cos = f32::from_bits(cos.to_bits() - u32::from(u == 0.25));
    (sine_with_sign(sin, r, x), cos.with_sign(c))
}

/// p·2^n for n from −151 to 129, where the low bits of `t` are n (see [`ROUND`]).
#[inline(always)]
fn scaled(p: f32, t: f32) -> f32 {
    let n = (t.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    // In two steps, since 2^n itself may be out of range; only the second can round.
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
    p * power(half) * power(n.wrapping_sub(half))
}

/// e^x; 1 ulp, gradual underflow.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LN2_HEAD: f32 = 0.693_359_4;
    const LN2_TAIL: f32 = -2.121_944_4e-4;
    // Selects, not min and max: a NaN passes.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let t = x * std::f32::consts::LOG2_E + ROUND;
    let n = t - ROUND;
    let r = (x - n * LN2_HEAD) - n * LN2_TAIL;
    let p = 0.499_999_94
        + r * (0.166_665_15 + r * (0.041_668_456 + r * (0.008_369_419 + r * 0.001_381_314_1)));
    scaled(1.0 + (r + r * r * p), t)
}

/// 2^x; 1.2 ulp, exact for whole x, gradual underflow.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = if x > 129.0 { 129.0 } else { x };
    let x = if x < -151.0 { -151.0 } else { x };
    let t = x + ROUND;
    let r = x - (t - ROUND);
    let p = 0.240_226_5
        + r * (0.055_502_854 + r * (0.009_617_978 + r * (0.001_341_371_7 + r * 0.000_154_857_42)));
    scaled(1.0 + (r * 0.693_147_24 + r * r * p), t)
}

/// x = 2^k·(1 + f) with 1 + f in [√½, √2): k, f, f²/2 and ln(1 + f) − f + f²/2.
#[inline(always)]
fn log_parts(x: f32) -> (f32, f32, f32, f32) {
    let tiny = x < f32::MIN_POSITIVE;
    let x = if tiny { x * 33_554_432.0 } else { x };
    let ix = x.to_bits().wrapping_add(0x3F80_0000 - 0x3F35_04F3);
    let k = (ix as i32 >> 23) - 127 - if tiny { 25 } else { 0 };
    let f = f32::from_bits((ix & 0x007F_FFFF) + 0x3F35_04F3) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = z * (0.666_666_6 + w * 0.284_987_87);
    let odd = w * (0.400_009_72 + w * 0.242_790_79);
    let half_square = 0.5 * f * f;
    (k as f32, f, half_square, s * (half_square + (even + odd)))
}

/// The limits of a logarithm: `y` for finite x > 0.
#[inline(always)]
fn log_limits(x: f32, y: f32) -> f32 {
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0.0 { -f32::INFINITY } else { y };
    // Not `x < 0`: NaN too.
    if x >= 0.0 { y } else { <f32 as Real>::NAN }
}

/// ln x; 0.9 ulp.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const LN2_HEAD: f32 = 0.693_138_1;
    const LN2_TAIL: f32 = 9.058_001e-6;
    let (k, f, half_square, rest) = log_parts(x);
    log_limits(x, rest + k * LN2_TAIL - half_square + f + k * LN2_HEAD)
}

/// The mantissa's logarithm as a 12-bit head, exact in products, and a tail.
#[inline(always)]
fn log_head_tail(f: f32, half_square: f32, rest: f32) -> (f32, f32) {
    let head = f32::from_bits((f - half_square).to_bits() & 0xFFFF_F000);
    (head, (f - head) - half_square + rest)
}

/// log₂ x; 0.9 ulp, exact for powers of two.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    const HEAD: f32 = 1.442_871_1;
    const TAIL: f32 = -1.760_528_5e-4;
    let (k, f, half_square, rest) = log_parts(x);
    let (head, tail) = log_head_tail(f, half_square, rest);
    log_limits(x, (tail + head) * TAIL + tail * HEAD + head * HEAD + k)
}

/// log₁₀ x; 0.9 ulp.
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    const HEAD: f32 = 0.434_326_17;
    const TAIL: f32 = -3.168_997e-5;
    const TWO_HEAD: f32 = 0.301_029_2;
    const TWO_TAIL: f32 = 7.903_415e-7;
    let (k, f, half_square, rest) = log_parts(x);
    let (head, tail) = log_head_tail(f, half_square, rest);
    let y = k * TWO_TAIL + (tail + head) * TAIL + tail * HEAD + head * HEAD + k * TWO_HEAD;
    log_limits(x, y)
}

/// tanh x; 1.4 ulp. A polynomial near 0, 1 − 2/(e^2x + 1) elsewhere.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let z = size * size;
    let p = -0.333_332_78
        + z * (0.133_313_31 + z * (-0.053_730_004 + z * (0.020_606_168 + z * -0.005_666_968)));
    let near = size + size * z * p;
    let far = 1.0 - 2.0 / (exp(size * 2.0) + 1.0);
    (if size < 0.625 { near } else { far }).copysign(x)
}

/// A rare function: through `f64`, rounded once.
macro_rules! through_f64 {
    ($($name:ident => $path:path),* $(,)?) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            $path(f64::from(self)) as f32
        })*
    };
}

/// A hot function: the kernel of that name above.
macro_rules! kernels {
    ($($name:ident),* $(,)?) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            $name(self)
        })*
    };
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const PI: Self = std::f32::consts::PI;
    const TAU: Self = std::f32::consts::TAU;
    const INFINITY: Self = Self::INFINITY;
    const NAN: Self = Self::from_bits(0x7FC0_0000);
    const WHOLE: Self = 8_388_608.0;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::from_bits(self.to_bits() & 0x7FFF_FFFF)
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        Self::from_bits((self.to_bits() & 0x7FFF_FFFF) | (sign.to_bits() & 0x8000_0000))
    }

    #[inline(always)]
    fn with_sign(self, sign: Self) -> Self {
        Self::from_bits(self.to_bits() | (sign.to_bits() & 0x8000_0000))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // One exact IEEE instruction on every target.
        Self::sqrt(self)
    }

    kernels! { sin, cos, sin_turns, cos_turns, tanh, exp, exp2, ln, log2, log10 }

    #[inline(always)]
    fn sin_cos_turns(self) -> (Self, Self) {
        sin_cos_turns(self)
    }

    through_f64! {
        tan => libm::tan,
        asin => libm::asin,
        acos => libm::acos,
        atan => libm::atan,
        sinh => libm::sinh,
        cosh => libm::cosh,
        cbrt => libm::cbrt,
    }

    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        libm::atan2(f64::from(self), f64::from(x)) as Self
    }

    #[inline(always)]
    fn pow(self, y: Self) -> Self {
        libm::pow(f64::from(self), f64::from(y)) as Self
    }

    #[inline(always)]
    fn rem(self, b: Self) -> Self {
        libm::fmodf(self, b)
    }
}

//! [`Real`]: what `f32` and `f64` have in common, with one meaning on every machine.
//!
//! In generic code these methods are the only ones in sight. On a concrete `f32` or `f64` an
//! inherent method of the same name wins, and `min`, `max`, `clamp` and `round` of the standard
//! library follow other rules (NaN is dropped, halves go away from zero): write `Real::min(a, b)`
//! there. The transcendental methods of the standard library are refused by clippy.

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number: `f32` (one lane of a field) or `f64` (one lane of a signal).
///
/// No method panics. Outside its domain a function gives NaN. All of them are branch-free; those
/// of `f32` that are marked *hot* are polynomial kernels that vectorise, the others go through
/// `f64` and round once.
pub trait Real:
    sealed::Sealed
    + Copy
    + Default
    + Debug
    + Display
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Send
    + Sync
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// ½.
    const HALF: Self;
    /// 1.
    const ONE: Self;
    /// 2.
    const TWO: Self;
    /// π, rounded.
    const PI: Self;
    /// 2π, rounded.
    const TAU: Self;
    /// +∞.
    const INFINITY: Self;
    /// The one quiet NaN.
    const NAN: Self;
    /// 2^23 or 2^52: from here on every number is whole.
    const WHOLE: Self;

    /// `x` rounded once.
    fn from_f64(x: f64) -> Self;
    /// The same number as `f64`, exactly.
    fn to_f64(self) -> f64;

    /// |x|; clears the sign bit.
    fn abs(self) -> Self;
    /// The size of `self` with the sign bit of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// A number without a sign bit, with that of `sign`.
    fn with_sign(self, sign: Self) -> Self;
    /// √x, correctly rounded; NaN below 0.
    fn sqrt(self) -> Self;

    /// Sine of radians (hot). ±∞ gives NaN.
    fn sin(self) -> Self;
    /// Cosine of radians (hot). ±∞ gives NaN.
    fn cos(self) -> Self;
    /// Tangent of radians.
    fn tan(self) -> Self;
    /// Arc sine; NaN outside [−1, 1].
    fn asin(self) -> Self;
    /// Arc cosine; NaN outside [−1, 1].
    fn acos(self) -> Self;
    /// Arc tangent.
    fn atan(self) -> Self;
    /// Angle of the point (`x`, `self`) in (−π, π], with the IEEE cases of zeros and infinities.
    fn atan2(self, x: Self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// Hyperbolic tangent (hot); ±1 at the ends.
    fn tanh(self) -> Self;
    /// e^x (hot).
    fn exp(self) -> Self;
    /// 2^x (hot); exact where x is whole.
    fn exp2(self) -> Self;
    /// Natural logarithm (hot); −∞ at 0, NaN below.
    fn ln(self) -> Self;
    /// Logarithm to base 2 (hot).
    fn log2(self) -> Self;
    /// Logarithm to base 10 (hot).
    fn log10(self) -> Self;
    /// x^y with the special cases of IEEE 754 (`1^NaN` = 1, `x^0` = 1).
    fn pow(self, y: Self) -> Self;
    /// ∛x.
    fn cbrt(self) -> Self;
    /// sin 2πx (hot), x in turns. The argument is reduced exactly: quarters give 0 and ±1.
    fn sin_turns(self) -> Self;
    /// cos 2πx (hot), x in turns. The argument is reduced exactly: quarters give 0 and ±1.
    fn cos_turns(self) -> Self;
    /// (sin 2πx, cos 2πx), with the bits of [`Self::sin_turns`] and [`Self::cos_turns`].
    fn sin_cos_turns(self) -> (Self, Self);
    /// Remainder of `self / b` with the sign of `self`, exact (C's `fmod`).
    fn rem(self, b: Self) -> Self;

    /// 1 for true, 0 for false.
    #[inline(always)]
    fn from_bool(b: bool) -> Self {
        if b { Self::ONE } else { Self::ZERO }
    }

    /// Whether the number reads as true: above ½.
    #[inline(always)]
    fn truth(self) -> bool {
        self > Self::HALF
    }

    /// Neither NaN nor infinite.
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "that is the test")]
    fn finite(self) -> bool {
        // ∞ − ∞ and NaN − NaN are NaN, and NaN equals nothing.
        self - self == Self::ZERO
    }

    /// Whether this is a NaN.
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "that is the test")]
    fn nan(self) -> bool {
        self != self
    }

    /// The number itself, or the one NaN in place of any NaN.
    #[inline(always)]
    fn canonical(self) -> Self {
        if self.nan() { Self::NAN } else { self }
    }

    /// |x| rounded to the nearest whole number, halves to the even one. Keeps ∞ and NaN.
    ///
    /// Adding and taking away 2^23 (2^52) rounds in plain SSE2, where there is no rounding instruction;
    /// from there on every number is whole, and 0 is added.
    #[inline(always)]
    fn nearest_size(self) -> Self {
        let size = self.abs();
        let shift = if size < Self::WHOLE {
            Self::WHOLE
        } else {
            Self::ZERO
        };
        (size + shift) - shift
    }

    /// Largest whole number ≤ x. Keeps −0, ±∞ and NaN.
    ///
    /// The nearest one, and one comparison goes down where that went up.
    #[inline(always)]
    fn floor(self) -> Self {
        let near = self.nearest_size().with_sign(self);
        let up = if near > self { Self::ONE } else { Self::ZERO };
        near - up
    }

    /// Smallest whole number ≥ x. Keeps −0, ±∞ and NaN.
    #[inline(always)]
    fn ceil(self) -> Self {
        -(-self).floor()
    }

    /// The number without its fraction. Keeps −0, ±∞ and NaN.
    #[inline(always)]
    fn trunc(self) -> Self {
        self.abs().floor().copysign(self)
    }

    /// floor(x + ½): halves go up, also below zero.
    #[inline(always)]
    fn round(self) -> Self {
        (self + Self::HALF).floor()
    }

    /// x − floor(x), and 0 where that rounds to 1: always in [0, 1). NaN for ±∞.
    #[inline(always)]
    fn fract(self) -> Self {
        let f = self - self.floor();
        if f >= Self::ONE { Self::ZERO } else { f }
    }

    /// −1, 0 or 1; 0 for ±0, NaN for NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let up = if self > Self::ZERO {
            Self::ONE
        } else {
            Self::ZERO
        };
        let down = if self < Self::ZERO {
            Self::ONE
        } else {
            Self::ZERO
        };
        if self.nan() { self } else { up - down }
    }

    /// The smaller; NaN if one is NaN; `self` if they are equal.
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        let m = if b < self { b } else { self };
        if b.nan() { b } else { m }
    }

    /// The larger; NaN if one is NaN; `self` if they are equal.
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        let m = if b > self { b } else { self };
        if b.nan() { b } else { m }
    }

    /// max(lo, min(hi, x)): `lo` where the limits are crossed, NaN if one of the three is NaN.
    #[inline(always)]
    fn clamp(self, lo: Self, hi: Self) -> Self {
        lo.max(hi.min(self))
    }

    /// Clamped to [0, 1]; what [`Self::clamp`] gives, in three instructions.
    #[inline(always)]
    fn clamp01(self) -> Self {
        let y = if self > Self::ONE { Self::ONE } else { self };
        let y = if y < Self::ZERO { Self::ZERO } else { y };
        // −0 becomes 0.
        y + Self::ZERO
    }

    /// self / b, and 0 where b = 0.
    #[inline(always)]
    fn div0(self, b: Self) -> Self {
        if b == Self::ZERO {
            Self::ZERO
        } else {
            self / b
        }
    }

    /// self − b·floor(self / b), and 0 where b = 0: the sign of b.
    #[inline(always)]
    fn modulo(self, b: Self) -> Self {
        // Computed in any case, then selected: a branch would keep lanes from vectorising.
        let y = self - b * (self / b).floor();
        if b == Self::ZERO { Self::ZERO } else { y }
    }

    /// self + (b − self)·u; u is not clamped.
    #[inline(always)]
    fn mix(self, b: Self, u: Self) -> Self {
        self + (b - self) * u
    }

    /// u²(3 − 2u), for u in [0, 1].
    #[inline(always)]
    fn smooth(self) -> Self {
        self * self * (Self::from_f64(3.0) - Self::TWO * self)
    }

    /// √(self² + b²), as written.
    #[inline(always)]
    fn hypot(self, b: Self) -> Self {
        (self * self + b * b).sqrt()
    }
}

/// `x` truncated to 32 bits: modulo 2³², 0 for NaN and ±∞. `as i32` gives the signed reading.
#[inline]
pub fn wrap_u32(x: f64) -> u32 {
    if !x.finite() {
        return 0;
    }
    // Below 2^63 the conversion truncates exactly; above, only a multiple of 2^11 is left.
    let whole = if x.abs() < 9.0e18 {
        x
    } else {
        libm::fmod(x, 4_294_967_296.0)
    };
    whole as i64 as u32
}

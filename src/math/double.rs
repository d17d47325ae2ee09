//! `f64` as [`Real`]: signals and wide rows. The elementary functions are the pure-Rust `libm`
//! crate (a port of FreeBSD's msun, below 1 ulp), which gives the same bits everywhere.

use super::real::Real;

impl Real for f64 {
    const ZERO: Self = 0.0;
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const PI: Self = std::f64::consts::PI;
    const TAU: Self = std::f64::consts::TAU;
    const INFINITY: Self = Self::INFINITY;
    const NAN: Self = Self::from_bits(0x7FF8_0000_0000_0000);
    const WHOLE: Self = 4_503_599_627_370_496.0;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::from_bits(self.to_bits() & !(1 << 63))
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        let bit = 1 << 63;
        Self::from_bits((self.to_bits() & !bit) | (sign.to_bits() & bit))
    }

    #[inline(always)]
    fn with_sign(self, sign: Self) -> Self {
        Self::from_bits(self.to_bits() | (sign.to_bits() & (1 << 63)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // One exact IEEE instruction on every target.
        Self::sqrt(self)
    }

    #[inline(always)]
    fn sin(self) -> Self {
        libm::sin(self)
    }

    #[inline(always)]
    fn cos(self) -> Self {
        libm::cos(self)
    }

    #[inline(always)]
    fn tan(self) -> Self {
        libm::tan(self)
    }

    #[inline(always)]
    fn asin(self) -> Self {
        libm::asin(self)
    }

    #[inline(always)]
    fn acos(self) -> Self {
        libm::acos(self)
    }

    #[inline(always)]
    fn atan(self) -> Self {
        libm::atan(self)
    }

    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        libm::atan2(self, x)
    }

    #[inline(always)]
    fn sinh(self) -> Self {
        libm::sinh(self)
    }

    #[inline(always)]
    fn cosh(self) -> Self {
        libm::cosh(self)
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        libm::tanh(self)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        libm::exp(self)
    }

    #[inline(always)]
    fn exp2(self) -> Self {
        libm::exp2(self)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        libm::log(self)
    }

    #[inline(always)]
    fn log2(self) -> Self {
        libm::log2(self)
    }

    #[inline(always)]
    fn log10(self) -> Self {
        libm::log10(self)
    }

    #[inline(always)]
    fn pow(self, y: Self) -> Self {
        libm::pow(self, y)
    }

    #[inline(always)]
    fn cbrt(self) -> Self {
        libm::cbrt(self)
    }

    #[inline(always)]
    fn sin_turns(self) -> Self {
        let (quarter, rest) = quarters(Real::abs(self));
        let size = quadrant(quarter, rest);
        if self.is_sign_negative() { -size } else { size }
    }

    #[inline(always)]
    fn cos_turns(self) -> Self {
        let (quarter, rest) = quarters(Real::abs(self));
        quadrant((quarter + 1) & 3, rest)
    }

    #[inline(always)]
    fn sin_cos_turns(self) -> (Self, Self) {
        (self.sin_turns(), self.cos_turns())
    }

    #[inline(always)]
    fn rem(self, b: Self) -> Self {
        libm::fmod(self, b)
    }
}

/// Splits x ≥ 0 turns into quarter turns (modulo 4) and a rest in [−⅛, ⅛], exactly.
#[inline(always)]
fn quarters(x: f64) -> (u8, f64) {
    let turn = x - Real::floor(x);
    let quarter = Real::floor(turn * 4.0 + 0.5);
    (quarter as u8 & 3, turn - quarter * 0.25)
}

/// Sine of `quarter` quarter turns and `rest` turns.
#[inline(always)]
fn quadrant(quarter: u8, rest: f64) -> f64 {
    let angle = rest * std::f64::consts::TAU;
    match quarter {
        0 => libm::sin(angle),
        1 => libm::cos(angle),
        // A difference, so that half a turn gives +0.
        2 => 0.0 - libm::sin(angle),
        _ => -libm::cos(angle),
    }
}

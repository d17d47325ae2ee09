//! Frame rates and lengths as people write them, and how many frames fit, exactly.
//!
//! A rate is a ratio of whole numbers (`30000/1001`, or a decimal such as `29.97` read without
//! rounding). A length is an f64 in ms; it is taken apart into mantissa and exponent, so that
//! [`FrameRate::frames`] counts in integers: 100 ms at 30 fps are 3 frames on every machine, never 4.
//! Next: [`super::plan`], which uses both.

use std::fmt;
use std::str::FromStr;

/// Largest numerator and denominator of a rate. Keeps the products below in 128 bits.
const PART_MAX: u64 = 1_000_000_000;

/// Frames per second as a reduced ratio, > 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    num: u32,
    den: u32,
}

/// How a fractional number of frames becomes a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Up: a performance whose last frame is cut still shows it.
    Up,
    /// To the nearest, halves up: the frames of a loop.
    Nearest,
}

/// Why a text is no rate or length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Not a decimal or a ratio above 0.
    #[error(
        "`{0}` is not a frame rate: write a number above 0 such as `60`, `29.97` or `30000/1001`"
    )]
    Rate(String),
    /// Not a length of time.
    #[error("`{0}` is not a length of time: write `250ms`, `2.5s` or seconds such as `2.5`")]
    Duration(String),
}

impl FrameRate {
    /// 60 fps.
    pub const DEFAULT: Self = Self { num: 60, den: 1 };

    /// 50 fps: two hundredths of a second a frame, the shortest that players of GIF keep to.
    pub const GIF: Self = Self { num: 50, den: 1 };

    /// `num / den` frames per second, reduced. `None` if a part is 0 or above 10⁹ after reduction.
    pub fn new(num: u64, den: u64) -> Option<Self> {
        if num == 0 || den == 0 {
            return None;
        }
        let shared = gcd(num, den);
        let (num, den) = (num / shared, den / shared);
        if num > PART_MAX || den > PART_MAX {
            return None;
        }
        Some(Self {
            num: u32::try_from(num).ok()?,
            den: u32::try_from(den).ok()?,
        })
    }

    /// Numerator, then denominator.
    pub const fn parts(self) -> (u32, u32) {
        (self.num, self.den)
    }

    /// Time of frame `i` after frame 0 in ms: i·(1000·den) / num, the product first, one division.
    pub fn time_ms(self, i: i64) -> f64 {
        self.time_of_parts_ms(i, 1)
    }

    /// Time of i/parts frames in ms: i·1000·den / (num·parts), products first. `parts` ≥ 1.
    pub fn time_of_parts_ms(self, i: i64, parts: i64) -> f64 {
        let product = i128::from(i) * 1000 * i128::from(self.den);
        product as f64 / (i128::from(self.num) * i128::from(parts)) as f64
    }

    /// How many frames last `times` × `length_ms`: times·length·num / (1000·den), exactly, then
    /// rounded. `None` if the length is not finite and > 0, or beyond 2⁶³ frames.
    pub fn frames(self, length_ms: f64, times: u32, rounding: Rounding) -> Option<u64> {
        let (above, below) = self.exact(length_ms, times)?;
        let Some(below) = below else {
            // Less than 2⁻¹³ of a frame: the denominator does not even fit.
            return Some(match rounding {
                Rounding::Up => 1,
                Rounding::Nearest => 0,
            });
        };
        let count = match rounding {
            Rounding::Up => above.div_ceil(below),
            Rounding::Nearest => {
                let (whole, rest) = (above / below, above % below);
                whole + u128::from(rest >= below - rest)
            }
        };
        i64::try_from(count).ok().map(i64::unsigned_abs)
    }

    /// Whether `length_ms` is a whole number of frames.
    pub fn divides(self, length_ms: f64) -> bool {
        matches!(self.exact(length_ms, 1), Some((above, Some(below))) if above.is_multiple_of(below))
    }

    /// times·length·num / (1000·den) as a ratio of integers. The denominator is `None` where it
    /// would not fit, which only happens when the ratio is far below one frame.
    fn exact(self, length_ms: f64, times: u32) -> Option<(u128, Option<u128>)> {
        let (mantissa, exponent) = odd_parts(length_ms)?;
        // mantissa < 2⁵³, num < 2³⁰, times < 2³²: below 2¹¹⁵.
        let above = u128::from(mantissa) * u128::from(self.num) * u128::from(times);
        let below = 1000 * u128::from(self.den);
        if exponent >= 0 {
            let factor = 1u128.checked_shl(exponent.unsigned_abs())?;
            return Some((above.checked_mul(factor)?, Some(below)));
        }
        let shift = exponent.unsigned_abs();
        let shifted = (shift <= below.leading_zeros()).then(|| below << shift);
        match shifted {
            Some(below) => Some((above, Some(below))),
            // below·2^shift ≥ 2¹²⁸ > above·2¹³: the ratio is under 2⁻¹³.
            None => Some((above, None)),
        }
    }
}

impl Default for FrameRate {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl FromStr for FrameRate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError::Rate(text.to_owned());
        let (num, den) = match text.split_once('/') {
            Some((num, den)) => (whole(num).ok_or_else(wrong)?, whole(den).ok_or_else(wrong)?),
            None => decimal_ratio(text).ok_or_else(wrong)?,
        };
        Self::new(num, den).ok_or_else(wrong)
    }
}

/// A length of time in ms, ≥ 0 and finite: `250ms`, `2.5s`, `2.5` (seconds). The decimal is read once,
/// after its point was shifted, so `0.1s` is exactly 100.
///
/// # Errors
/// [`RateError::Duration`] for anything else, negative and infinite ones included.
pub fn parse_duration(text: &str) -> Result<f64, RateError> {
    let wrong = || RateError::Duration(text.to_owned());
    let (number, exponent) = match text.strip_suffix("ms") {
        Some(number) => (number, 0),
        None => (text.strip_suffix('s').unwrap_or(text), 3),
    };
    let number = number.trim_end();
    if !is_decimal(number) {
        return Err(wrong());
    }
    let ms: f64 = format!("{number}e{exponent}")
        .parse()
        .map_err(|_| wrong())?;
    if ms.is_finite() { Ok(ms) } else { Err(wrong()) }
}

/// Mantissa (odd, or 0 never) and exponent of a finite number above 0.
fn odd_parts(value: f64) -> Option<(u64, i32)> {
    if !(value.is_finite() && value > 0.0) {
        return None;
    }
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = match biased {
        0 => (fraction, -1074),
        _ => (fraction | (1 << 52), biased - 1075),
    };
    let zeros = mantissa.trailing_zeros();
    Some((mantissa >> zeros, exponent + zeros as i32))
}

/// Digits with at most one point among or around them.
fn is_decimal(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let points = text.bytes().filter(|&b| b == b'.').count();
    digits > 0 && points <= 1 && digits + points == text.len()
}

/// A whole number, digits only.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `29.97` as 2997/100, without rounding.
fn decimal_ratio(text: &str) -> Option<(u64, u64)> {
    if !is_decimal(text) {
        return None;
    }
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let after = after.trim_end_matches('0');
    let den = 10u64.checked_pow(u32::try_from(after.len()).ok()?)?;
    Some((format!("{before}{after}").parse().ok()?, den))
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> FrameRate {
        text.parse().unwrap()
    }

    #[test]
    fn reads_decimals_and_ratios_without_rounding() {
        assert_eq!(rate("60").parts(), (60, 1));
        assert_eq!(rate("29.970").parts(), (2997, 100));
        assert_eq!(rate("30000/1001").parts(), (30000, 1001));
        assert_eq!(rate("120/2").parts(), (60, 1));
        assert_eq!(rate(".5").parts(), (1, 2));
        for wrong in [
            "", "0", "0/1", "1/0", "-30", "1e3", "1/2/3", "nan", ".", "30 ", "+3",
        ] {
            assert!(wrong.parse::<FrameRate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shows_what_it_reads() {
        for text in ["60", "30000/1001", "2997/100"] {
            assert_eq!(rate(text).to_string(), text);
        }
    }

    #[test]
    fn lengths_take_units() {
        for (text, ms) in [
            ("250ms", 250.0),
            ("2.5s", 2500.0),
            ("2.5", 2500.0),
            ("0.1s", 100.0),
            ("0", 0.0),
            (".25s", 250.0),
            ("1.", 1000.0),
            ("0.1ms", 0.1),
        ] {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
        }
        for wrong in ["", "s", "ms", "-1s", "1m", "1e3", "inf", "1.2.3", "1 2"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
        let endless = "9".repeat(400);
        assert!(parse_duration(&endless).is_err());
    }

    #[test]
    fn counts_are_exact() {
        // 100 ms at 30 fps is 3 in exact arithmetic and 3.0000000000000004 in some orders of f64.
        assert_eq!(rate("30").frames(100.0, 1, Rounding::Up), Some(3));
        assert_eq!(rate("60").frames(1000.0, 1, Rounding::Up), Some(60));
        assert_eq!(rate("60").frames(1000.001, 1, Rounding::Up), Some(61));
        // 1001 ms at 30000/1001 are exactly 30 frames.
        assert_eq!(rate("30000/1001").frames(1001.0, 1, Rounding::Up), Some(30));
        assert_eq!(rate("30000/1001").frames(1000.0, 1, Rounding::Up), Some(30));
        assert_eq!(rate("60").frames(2008.0, 1, Rounding::Nearest), Some(120));
        // 25 ms at 60 fps is 1.5 frames: halves go up.
        assert_eq!(rate("60").frames(25.0, 1, Rounding::Nearest), Some(2));
        assert_eq!(rate("60").frames(1000.0, 3, Rounding::Up), Some(180));
    }

    #[test]
    fn extremes_have_an_answer() {
        let fps = rate("60");
        assert_eq!(fps.frames(5e-324, 1, Rounding::Up), Some(1));
        assert_eq!(fps.frames(5e-324, 1, Rounding::Nearest), Some(0));
        assert_eq!(fps.frames(1e308, 1, Rounding::Up), None);
        assert_eq!(fps.frames(f64::INFINITY, 1, Rounding::Up), None);
        assert_eq!(fps.frames(f64::NAN, 1, Rounding::Up), None);
        assert_eq!(fps.frames(0.0, 1, Rounding::Up), None);
        let fine = FrameRate::new(1, 1_000_000_000).unwrap();
        assert_eq!(fine.frames(1e-300, u32::MAX, Rounding::Up), Some(1));
    }

    #[test]
    fn frame_times_are_one_division() {
        assert_eq!(rate("60").time_ms(1), 1000.0 / 60.0);
        assert_eq!(rate("60").time_ms(90), 1500.0);
        assert_eq!(rate("30000/1001").time_ms(30_000), 1_001_000.0);
        assert_eq!(rate("60").time_ms(-1), -1000.0 / 60.0);
    }

    #[test]
    fn whole_lengths_are_known() {
        assert!(rate("60").divides(1000.0));
        assert!(!rate("60").divides(1001.0));
        assert!(rate("30000/1001").divides(1001.0));
        assert!(!rate("60").divides(5e-324));
    }

    proptest! {
        /// Whole milliseconds can be counted with plain integers.
        #[test]
        fn agrees_with_integers(ms in 1u64..10_000_000, num in 1u64..1000, den in 1u64..1000) {
            let fps = FrameRate::new(num, den).unwrap();
            let expected = (u128::from(ms) * u128::from(num)).div_ceil(1000 * u128::from(den));
            prop_assert_eq!(fps.frames(ms as f64, 1, Rounding::Up).map(u128::from), Some(expected));
        }

        #[test]
        fn never_panics(bits: u64, times: u32, num in 1u64..=PART_MAX, den in 1u64..=PART_MAX) {
            let fps = FrameRate::new(num, den).unwrap();
            let length = f64::from_bits(bits);
            let _ = fps.frames(length, times, Rounding::Up);
            let _ = fps.frames(length, times, Rounding::Nearest);
            let _ = fps.divides(length);
        }
    }
}

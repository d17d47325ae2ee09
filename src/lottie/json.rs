//! JSON text: numbers as short as they may be, and escaped strings.
//!
//! In: whole numbers of tenths, hundredths…, levels of colours. Out: text at the end of a buffer; never an
//! exponent, −0, a trailing zero or anything that is not finite.

/// Beyond this a number is cut: every whole number up to here is exact.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// Appends `scaled`/10^`digits`; `scaled` is a whole number.
pub(super) fn decimal(out: &mut String, scaled: f64, digits: usize) {
    // A NaN becomes 0 as an integer.
    let scaled = scaled.clamp(-LARGEST, LARGEST) as i64;
    if scaled < 0 {
        out.push('-');
    }
    let text = format!("{:0>width$}", scaled.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    out.push_str(whole);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
}

/// Appends a level, 0…255, as a part of 1. Players cut 255 times it to a whole number, or round it: the
/// shortest decimal that is not below the level and less than half a level above gives the level to both.
pub(super) fn level(out: &mut String, level: u8) {
    let level = u32::from(level);
    let mut power = 1;
    for digits in 0.. {
        let nearest = (level * power).div_ceil(255);
        if (nearest * 255 - level * power) * 2 < power || digits == 3 {
            return decimal(out, f64::from(nearest), digits);
        }
        power *= 10;
    }
}

/// Appends an alpha, 0…255, as a percentage: the shortest decimal that rounds back to it.
pub(super) fn share(out: &mut String, alpha: u8) {
    let alpha = u32::from(alpha) * 100;
    let mut power = 1;
    for digits in 0.. {
        let nearest = (2 * alpha * power + 255) / 510;
        if (nearest * 255).abs_diff(alpha * power) * 2 < 100 * power || digits == 2 {
            return decimal(out, f64::from(nearest), digits);
        }
        power *= 10;
    }
}

/// Appends a string with its quotes.
pub(super) fn string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers_are_short() {
        for (scaled, digits, text) in [
            (0.0, 2, "0"),
            (-0.0, 2, "0"),
            (1234.0, 2, "12.34"),
            (-5.0, 2, "-0.05"),
            (1200.0, 2, "12"),
            (1210.0, 3, "1.21"),
            (7.0, 0, "7"),
            (f64::NAN, 2, "0"),
            (f64::INFINITY, 0, "9007199254740992"),
        ] {
            assert_eq!(shown(|out| decimal(out, scaled, digits)), text);
        }
        assert_eq!(shown(|out| string(out, "a\"b\n")), r#""a\"b\n""#);
    }

    #[test]
    fn levels_read_back_by_cutting_and_by_rounding() {
        for value in 0..=255u8 {
            let text = shown(|out| level(out, value));
            assert!(text.len() <= 5, "{text}");
            let (wide, narrow): (f64, f32) = (text.parse().unwrap(), text.parse().unwrap());
            assert!(wide <= 1.0);
            assert_eq!((wide * 255.0).floor(), f64::from(value));
            assert_eq!((wide * 255.0).round(), f64::from(value));
            assert_eq!((narrow * 255.0).floor(), f32::from(value));
            let text = shown(|out| share(out, value));
            let percent: f64 = text.parse().unwrap();
            assert!(text.len() <= 4 && percent <= 100.0, "{text}");
            assert_eq!((percent * 2.55).round(), f64::from(value));
        }
        assert_eq!(shown(|out| level(out, 255)), "1");
        assert_eq!(shown(|out| share(out, 128)), "50.2");
    }

    proptest! {
        #[test]
        fn decimals_read_back(scaled in -1_000_000_000i64..1_000_000_000, digits in 0usize..7) {
            let text = shown(|out| decimal(out, scaled as f64, digits));
            let power = 10i64.pow(digits as u32) as f64;
            prop_assert_eq!(text.parse::<f64>().unwrap(), scaled as f64 / power);
            prop_assert!(text != "-0");
        }
    }
}

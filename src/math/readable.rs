//! Numbers for people.

use std::fmt::{Display, LowerExp};

/// Whole numbers from here on are no longer counted one by one, and their digits say nothing.
pub const READABLE: f64 = 1e16;

/// Below this zeros say nothing either.
const SMALLEST: f64 = 1e-6;

/// The shortest text that reads back as `x`, with an exponent from 10¹⁶ on and below 10⁻⁶: `42`,
/// `0.1`, `1e300`, `-2.5e-9`, `NaN`, `inf`. An f32 has the digits of an f32.
///
/// Tables, plots, explanations and dumps write numbers so. Texts that are hashed are another matter,
/// see [`super::number_text`].
pub fn readable<T: Copy + Into<f64> + Display + LowerExp>(x: T) -> String {
    let size = x.into().abs();
    if size == 0.0 || !size.is_finite() || (SMALLEST..READABLE).contains(&size) {
        x.to_string()
    } else {
        format!("{x:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts() {
        for (x, text) in [
            (42.0, "42"),
            (-0.0, "-0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-6, "0.000001"),
            (-2.5e-9, "-2.5e-9"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (-1.5e300, "-1.5e300"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (-f64::INFINITY, "-inf"),
        ] {
            assert_eq!(readable(x), text);
        }
        assert_eq!(
            (readable(0.1_f32), readable(1e30_f32)),
            ("0.1".into(), "1e30".into())
        );
        assert_eq!(readable(-7_i32), "-7");
    }

    proptest! {
        #[test]
        fn texts_are_short_and_read_back(x in any::<f64>()) {
            let text = readable(x);
            prop_assert!(text.len() <= 26, "{}", text);
            let back: f64 = text.parse().expect("a number");
            prop_assert!(back == x || (back.is_nan() && x.is_nan()));
        }
    }
}

//! Numbers inside keys and hashed texts.

/// The shortest decimal text that reads back as `x`: `42`, `0.5`, `-3`; −0 is `0`. No exponent
/// below 10²¹ and above 10⁻³⁰ in size; beyond, `1e+21` and `1e-31`. `NaN`, `Infinity`.
///
/// These texts are hashed, so they can never change.
pub fn number_text(x: f64) -> String {
    let size = if x < 0.0 { -x } else { x };
    if x == 0.0 {
        "0".into()
    } else if x.is_nan() {
        "NaN".into()
    } else if x.is_infinite() {
        if x < 0.0 {
            "-Infinity".into()
        } else {
            "Infinity".into()
        }
    } else if size >= 1e21 {
        format!("{x:e}").replace('e', "e+")
    } else if size <= 1e-30 {
        format!("{x:e}")
    } else {
        // Display of f64 is the shortest text and never has an exponent.
        format!("{x}")
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
            (0.5, "0.5"),
            (-3.0, "-3"),
            (-0.0, "0"),
            (1e-7, "0.0000001"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (1.5e-30, "0.0000000000000000000000000000015"),
            (1e-31, "1e-31"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (-f64::INFINITY, "-Infinity"),
        ] {
            assert_eq!(number_text(x), text);
        }
    }

    proptest! {
        #[test]
        fn texts_read_back(x in any::<f64>().prop_filter("a NaN equals nothing", |x| !x.is_nan())) {
            let text = number_text(x).replace("Infinity", "inf");
            prop_assert_eq!(text.parse::<f64>().expect("a number"), x);
        }
    }
}

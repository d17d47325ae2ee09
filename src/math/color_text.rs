//! Colours as people write them: `#rrggbb`, `rgb()`, `hsl()`, CSS names.

use super::color::{hsl_to_rgb, quantize_straight};
use super::color_names::NAMES;
use super::real::Real;

/// Straight sRGB-encoded channels 0…1 of a colour text, or `None` if it is not one.
///
/// `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`; `rgb()`, `rgba()`, `hsl()`, `hsla()` with commas, or
/// with spaces and `/`, in numbers or percentages, the hue plain or with `deg`, `rad`, `turn`; the
/// 148 CSS names and `transparent`. Case does not matter. Channels of `rgb` are clamped to 0…255
/// and not rounded; saturation and lightness are percent, with or without the sign.
///
/// ```
/// # use oscilla::math::parse_color;
/// assert_eq!(parse_color("#f00"), Some([1.0, 0.0, 0.0, 1.0]));
/// assert_eq!(parse_color("hsl(120deg 100% 50% / 25%)"), Some([0.0, 1.0, 0.0, 0.25]));
/// assert_eq!(parse_color("reddish"), None);
/// ```
pub fn parse_color(text: &str) -> Option<[f64; 4]> {
    let text = text
        .trim_matches([' ', '\t', '\n', '\r', '\x0C'])
        .to_ascii_lowercase();
    if let Some(digits) = text.strip_prefix('#') {
        return parse_hex(digits);
    }
    if let Some((name, rest)) = text.split_once('(') {
        let parts = split_parts(rest.strip_suffix(')')?)?;
        return match name {
            "rgb" | "rgba" => parse_rgb(&parts),
            "hsl" | "hsla" => parse_hsl(&parts),
            _ => None,
        };
    }
    if text == "transparent" {
        return Some([0.0; 4]);
    }
    let at = NAMES
        .binary_search_by_key(&text.as_str(), |(name, _)| name)
        .ok()?;
    let [_, r, g, b] = NAMES[at].1.to_be_bytes();
    Some([unit(r), unit(g), unit(b), 1.0])
}

/// The text `#rrggbb`, or `#rrggbbaa` if not opaque, of straight channels, rounded half up.
pub fn color_text(color: [f64; 4]) -> String {
    let [r, g, b, a] = quantize_straight(color);
    if a == 255 {
        format!("#{r:02x}{g:02x}{b:02x}")
    } else {
        format!("#{r:02x}{g:02x}{b:02x}{a:02x}")
    }
}

fn unit(byte: u8) -> f64 {
    f64::from(byte) / 255.0
}

fn parse_hex(digits: &str) -> Option<[f64; 4]> {
    let mut nibbles = [0u8; 8];
    if digits.len() > 8 {
        return None;
    }
    for (slot, c) in nibbles.iter_mut().zip(digits.chars()) {
        *slot = c.to_digit(16)? as u8;
    }
    let n = nibbles;
    let bytes = match digits.len() {
        3 => [n[0] * 17, n[1] * 17, n[2] * 17, 255],
        4 => [n[0] * 17, n[1] * 17, n[2] * 17, n[3] * 17],
        6 => [n[0] << 4 | n[1], n[2] << 4 | n[3], n[4] << 4 | n[5], 255],
        8 => [
            n[0] << 4 | n[1],
            n[2] << 4 | n[3],
            n[4] << 4 | n[5],
            n[6] << 4 | n[7],
        ],
        _ => return None,
    };
    Some(bytes.map(unit))
}

/// Three or four parts, the last one alpha: `a, b, c, d` or `a b c / d`.
fn split_parts(inside: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = if inside.contains(',') {
        inside.split(',').map(str::trim).collect()
    } else if let Some((color, alpha)) = inside.split_once('/') {
        let color: Vec<&str> = color.split_whitespace().collect();
        if color.len() != 3 {
            return None;
        }
        color.into_iter().chain([alpha.trim()]).collect()
    } else {
        let color: Vec<&str> = inside.split_whitespace().collect();
        // Without commas, alpha stands after a slash.
        if color.len() != 3 {
            return None;
        }
        color
    };
    matches!(parts.len(), 3 | 4).then_some(parts)
}

fn parse_rgb(parts: &[&str]) -> Option<[f64; 4]> {
    let channel = |text: &str| match text.strip_suffix('%') {
        Some(percent) => Some((number(percent)? / 100.0).clamp01()),
        None => Some((number(text)? / 255.0).clamp01()),
    };
    Some([
        channel(parts[0])?,
        channel(parts[1])?,
        channel(parts[2])?,
        alpha(parts.get(3))?,
    ])
}

fn parse_hsl(parts: &[&str]) -> Option<[f64; 4]> {
    let percent = |text: &str| Some(number(text.strip_suffix('%').unwrap_or(text))? / 100.0);
    let [r, g, b] = hsl_to_rgb(hue(parts[0])?, percent(parts[1])?, percent(parts[2])?);
    Some([r, g, b, alpha(parts.get(3))?])
}

/// A hue in degrees.
fn hue(text: &str) -> Option<f64> {
    if let Some(degrees) = text.strip_suffix("deg") {
        number(degrees)
    } else if let Some(radians) = text.strip_suffix("rad") {
        Some(number(radians)? * 180.0 / std::f64::consts::PI)
    } else if let Some(turns) = text.strip_suffix("turn") {
        Some(number(turns)? * 360.0)
    } else {
        number(text)
    }
}

fn alpha(text: Option<&&str>) -> Option<f64> {
    let value = match text {
        None => 1.0,
        Some(text) => match text.strip_suffix('%') {
            Some(percent) => number(percent)? / 100.0,
            None => number(text)?,
        },
    };
    Some(value.clamp01())
}

/// A CSS number: sign, digits, point, exponent; no `inf`, no `nan`, no trailing point.
fn number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e'));
    let mantissa = text.split('e').next().unwrap_or(text);
    if !plain || mantissa.ends_with('.') {
        return None;
    }
    text.parse().ok().filter(|x: &f64| x.finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_texts() {
        for (text, hex) in [
            ("#f0a", "#ff00aa"),
            ("#F0A8", "#ff00aa88"),
            ("#3b82f6", "#3b82f6"),
            ("#3B82F680", "#3b82f680"),
            (" red ", "#ff0000"),
            ("RebeccaPurple", "#663399"),
            ("aliceblue", "#f0f8ff"),
            ("yellowgreen", "#9acd32"),
            ("DarkSlateGrey", "#2f4f4f"),
            ("darkslategray", "#2f4f4f"),
            ("transparent", "#00000000"),
            ("rgb(255, 128, 0)", "#ff8000"),
            ("rgb(255 128 0)", "#ff8000"),
            ("rgb( 255 128 0/50% )", "#ff800080"),
            ("RGBA(100%, 50%, 0%, 0.5)", "#ff800080"),
            ("rgb(300 -4 0)", "#ff0000"),
            ("rgb(255,0,0,2)", "#ff0000"),
            ("rgb(+255,0,1.275e2)", "#ff0080"),
            ("hsl(120, 100%, 50%)", "#00ff00"),
            ("hsl(-240 100 50)", "#00ff00"),
            ("hsl(0.5turn 100% 50%)", "#00ffff"),
            ("hsla(3.141592653589793rad, 100%, 50%, .25)", "#00ffff40"),
            ("hsl(480deg 100% 50% / .5)", "#00ff0080"),
            ("hsl(217.2 91.2% 59.8%)", "#3b82f6"),
        ] {
            assert_eq!(
                parse_color(text).map(color_text).as_deref(),
                Some(hex),
                "{text}"
            );
        }
    }

    #[test]
    fn channels_are_not_rounded() {
        assert_eq!(parse_color("rgb(127.5 0 51)"), Some([0.5, 0.0, 0.2, 1.0]));
        assert_eq!(
            parse_color("rgb(100% 12.5% 0%)"),
            Some([1.0, 0.125, 0.0, 1.0])
        );
    }

    #[test]
    fn bad_texts() {
        for text in [
            "",
            "#",
            "#f",
            "#ff",
            "#fffff",
            "#fffffff",
            "#fffffffff",
            "#ggg",
            "#ä12",
            "reddish",
            "rgb",
            "rgb()",
            "rgb(1 2)",
            "rgb(1,2)",
            "rgb(1 2 3 4)",
            "rgb(1 2 3 /)",
            "rgb(1 2 / 3)",
            "rgb(1 2 3 / 4 / 5)",
            "rgb(1, 2, 3, 4, 5)",
            "rgb(1, 2, 3 / 4)",
            "rgb(1, 2, )",
            "rgb(1 2 3",
            "rgb 1 2 3)",
            "rgb (1 2 3)",
            "rgb(1 2 nan)",
            "rgb(1 2 inf)",
            "rgb(1 2 infinity)",
            "rgb(1 2 1e999)",
            "rgb(1 2 3.)",
            "rgb(1 2 0x3)",
            "rgb(1 2 --3)",
            "rgb(1 2 3px)",
            "hsl(100grad 1% 1%)",
            "hsl(deg 1% 1%)",
            "hwb(0 0% 0%)",
            "currentcolor",
            "none",
        ] {
            assert_eq!(parse_color(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_sorted_and_complete() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        for (name, value) in NAMES {
            let text = format!("#{value:06x}");
            assert_eq!(parse_color(name), parse_color(&text), "{name}");
        }
        // Each grey goes by two spellings.
        let greys = |word: &str| NAMES.iter().filter(|(n, _)| n.contains(word)).count();
        assert_eq!((greys("gray"), greys("grey")), (7, 7));
    }

    proptest! {
        #[test]
        fn hex_round_trip(rgba in any::<[u8; 4]>()) {
            let [r, g, b, a] = rgba;
            let color = parse_color(&format!("#{r:02x}{g:02x}{b:02x}{a:02x}")).expect("a colour");
            prop_assert_eq!(quantize_straight(color), rgba);
            prop_assert_eq!(parse_color(&color_text(color)), Some(color));
        }

        #[test]
        fn any_text_is_a_colour_in_range_or_none(text in "\\PC{0,24}") {
            for text in [text.clone(), format!("rgb({text})"), format!("hsl({text})")] {
                if let Some(color) = parse_color(&text) {
                    prop_assert!(color.iter().all(|c| (-1e-9..=1.0 + 1e-9).contains(c)), "{text}");
                }
            }
        }

        #[test]
        fn plausible_texts_do_not_panic(text in "(rgb|hsl|#|)\\(?[-+0-9.e%, /adegrtun]{0,20}\\)?") {
            let color = parse_color(&text);
            prop_assert!(color.is_none_or(|c| c.iter().all(|c| c.finite())), "{text}");
        }
    }
}

//! XML text: elements with indent, attributes, and numbers as SVG readers like them.
//!
//! In: names that need no escaping, numbers, colours. Out: text at the end of one buffer; nothing is
//! allocated per element. A number is the shortest decimal that reads back to the same `f32`, never
//! with an exponent, never −0 and never anything that is not finite.

use crate::math::affine::Affine;
use crate::path::{Cmd, PathData};

/// A buffer of XML.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) out: String,
    depth: usize,
}

impl Text {
    /// Behind what is there already.
    pub(super) fn onto(out: String) -> Self {
        Self { out, depth: 0 }
    }

    /// Empty, its elements `depth` levels deep.
    pub(super) fn reset(&mut self, depth: usize) {
        self.out.clear();
        self.depth = depth;
    }

    /// A new line and `<name`. Attributes follow, then [`Self::empty`] or [`Self::open`].
    pub(super) fn begin(&mut self, name: &str) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
    }

    /// Ends an element without content.
    pub(super) fn empty(&mut self) {
        self.out.push_str("/>\n");
    }

    /// Ends a start tag; what follows is inside.
    pub(super) fn open(&mut self) {
        self.out.push_str(">\n");
        self.depth += 1;
    }

    /// Ends an element with content.
    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.indent();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    /// An attribute whose value needs no escaping.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.name(name);
        self.out.push_str(value);
        self.out.push('"');
    }

    /// The beginning of an attribute: the value follows, then [`Self::quote`].
    pub(super) fn name(&mut self, name: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
    }

    /// The end of an attribute.
    pub(super) fn quote(&mut self) {
        self.out.push('"');
    }

    /// An attribute that is one number.
    pub(super) fn number(&mut self, name: &str, value: f64) {
        self.name(name);
        number(&mut self.out, value);
        self.quote();
    }

    /// The class of what moves, if keyframes say that it does.
    pub(super) fn class(&mut self, keyframes: &[u32]) {
        if !keyframes.is_empty() {
            self.attribute("class", "a");
        }
    }

    /// `style`, if there is anything to stand in it: names of keyframes, and declarations.
    pub(super) fn style(&mut self, keyframes: &[u32], declarations: &[&str]) {
        if keyframes.is_empty() && declarations.is_empty() {
            return;
        }
        self.name("style");
        for (i, &name) in keyframes.iter().enumerate() {
            let before = if i == 0 { "animation-name:k" } else { ",k" };
            self.out.push_str(before);
            whole(&mut self.out, name);
        }
        for (i, declaration) in declarations.iter().enumerate() {
            if i > 0 || !keyframes.is_empty() {
                self.out.push(';');
            }
            self.out.push_str(declaration);
        }
        self.quote();
    }

    /// Numbers separated by spaces.
    pub(super) fn numbers(&mut self, name: &str, values: impl IntoIterator<Item = f64>) {
        self.name(name);
        list(&mut self.out, values);
        self.quote();
    }

    /// `matrix(a b c d e f)`.
    pub(super) fn matrix(&mut self, name: &str, m: &Affine) {
        self.name(name);
        self.out.push_str("matrix(");
        list(&mut self.out, [m.a, m.b, m.c, m.d, m.e, m.f]);
        self.out.push_str(")\"");
    }

    /// `url(#id)`.
    pub(super) fn reference(&mut self, name: &str, id: &str) {
        self.name(name);
        self.out.push_str("url(#");
        self.out.push_str(id);
        self.out.push_str(")\"");
    }
}

/// Appends numbers separated by spaces.
pub(super) fn list(out: &mut String, values: impl IntoIterator<Item = f64>) {
    for (i, value) in values.into_iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        number(out, value);
    }
}

/// Appends a number, rounded to `f32`.
pub(super) fn number(out: &mut String, value: f64) {
    let value = (value as f32).clamp(f32::MIN, f32::MAX);
    // Every whole number up to here has an `f32` of its own.
    const WHOLE: f32 = 16_777_216.0;
    if value.abs() < WHOLE {
        let whole = value as i32;
        if whole as f32 == value {
            return integer(out, whole);
        }
    }
    if value.is_nan() {
        return out.push('0');
    }
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value);
    match shortest.split_once('e') {
        None => out.push_str(shortest.strip_suffix(".0").unwrap_or(shortest)),
        Some((digits, exponent)) => expand(out, digits, exponent.parse().unwrap_or(0)),
    }
}

/// Digits with an exponent, as digits with zeros.
fn expand(out: &mut String, digits: &str, exponent: i32) {
    let digits = match digits.strip_prefix('-') {
        Some(rest) => {
            out.push('-');
            rest
        }
        None => digits,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = if fraction == "0" { "" } else { fraction };
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    if exponent < 0 {
        out.push_str("0.");
        zeros(out, -exponent - whole.len() as i32);
        out.push_str(whole);
        out.push_str(fraction);
    } else {
        // Texts with an exponent have fewer digits than it shifts by.
        out.push_str(whole);
        out.push_str(fraction);
        zeros(out, exponent - fraction.len() as i32);
    }
}

fn integer(out: &mut String, value: i32) {
    if value < 0 {
        out.push('-');
    }
    whole(out, value.unsigned_abs());
}

/// Appends a whole number.
pub(super) fn whole(out: &mut String, mut value: u32) {
    let mut digits = [0; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    for &digit in &digits[first..] {
        out.push(char::from(digit));
    }
}

/// Appends `#rrggbb`.
pub(super) fn color(out: &mut String, rgb: [u8; 3]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('#');
    for byte in rgb {
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

/// Appends alpha/255 as the shortest decimal that rounds back to alpha.
pub(super) fn opacity(out: &mut String, alpha: u8) {
    if alpha == 0 || alpha == 255 {
        return out.push(if alpha == 0 { '0' } else { '1' });
    }
    let alpha = u32::from(alpha);
    let mut power = 10;
    loop {
        // The nearest decimal with this many digits.
        let decimal = (2 * alpha * power + 255) / 510;
        let back = (2 * decimal * 255 + power) / (2 * power);
        if back == alpha || power == 1000 {
            out.push_str("0.");
            let mut below = power / 10;
            while below > decimal {
                out.push('0');
                below /= 10;
            }
            return whole(out, decimal);
        }
        power *= 10;
    }
}

/// Appends path data: the commands as they are, the points mapped.
pub(super) fn path(out: &mut String, path: &PathData, map: &Affine) {
    let mut points = path.pts.iter();
    for cmd in path.cmds.iter().filter_map(|&byte| Cmd::from_byte(byte)) {
        out.push(match cmd {
            Cmd::M => 'M',
            Cmd::L => 'L',
            Cmd::Q => 'Q',
            Cmd::C => 'C',
            Cmd::Z => 'Z',
        });
        for (i, p) in points.by_ref().take(cmd.points()).enumerate() {
            if i > 0 {
                out.push(' ');
            }
            pair(out, map.apply(p.map(f64::from)));
        }
    }
}

/// Appends the path data of a closed polygon.
pub(super) fn polygon(out: &mut String, corners: &[[f64; 2]], map: &Affine) {
    for (i, &corner) in corners.iter().enumerate() {
        out.push(if i == 0 { 'M' } else { 'L' });
        pair(out, map.apply(corner));
    }
    out.push('Z');
}

/// Appends the path data of a circle: two half turns.
pub(super) fn circle(out: &mut String, centre: [f64; 2], radius: f64) {
    let [x, y] = centre;
    out.push('M');
    pair(out, [x + radius, y]);
    for x in [x - radius, x + radius] {
        out.push('A');
        pair(out, [radius, radius]);
        out.push_str(" 0 0 1 ");
        pair(out, [x, y]);
    }
    out.push('Z');
}

fn pair(out: &mut String, [x, y]: [f64; 2]) {
    number(out, x);
    out.push(' ');
    number(out, y);
}

/// Appends a text for the inside of an element. What XML cannot hold becomes U+FFFD.
pub(super) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: f64) -> String {
        let mut out = String::new();
        number(&mut out, value);
        out
    }

    #[test]
    fn numbers_are_short_and_plain() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (-0.25, "-0.25"),
            (100.0, "100"),
            (-16_777_215.0, "-16777215"),
            (0.1, "0.1"),
            (1e-7, "0.0000001"),
            (-1.25e-9, "-0.00000000125"),
            (16_777_216.0, "16777216"),
            (1e20, "100000000000000000000"),
            (3.5e15, "3500000000000000"),
            (f64::NAN, "0"),
            (f64::INFINITY, "340282350000000000000000000000000000000"),
        ] {
            assert_eq!(shown(value), text);
        }
    }

    proptest! {
        #[test]
        fn numbers_read_back(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            prop_assume!(value.is_finite());
            let text = shown(f64::from(value));
            prop_assert_eq!(text.parse::<f32>().unwrap(), value);
            prop_assert!(text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-'));
            prop_assert!(!text.contains('.') || !text.ends_with('0'), "{}", text);
            prop_assert!(text.len() <= format!("{value}").len(), "{}", text);
        }
    }

    #[test]
    fn opacities_are_the_shortest_that_round_back() {
        let shown = |alpha| {
            let mut out = String::new();
            opacity(&mut out, alpha);
            out
        };
        assert_eq!(
            (shown(128), shown(0), shown(255)),
            ("0.5".into(), "0".into(), "1".into())
        );
        assert_eq!(
            (shown(1), shown(3), shown(64)),
            ("0.004".into(), "0.01".into(), "0.25".into())
        );
        for alpha in 1..255 {
            let text = shown(alpha);
            let back: f64 = text.parse().unwrap();
            assert_eq!((back * 255.0 + 0.5) as u8, alpha, "{text}");
            assert!(text.len() <= 5, "{text}");
        }
    }

    #[test]
    fn colours_and_texts() {
        let mut out = String::new();
        color(&mut out, [255, 128, 0]);
        escape(&mut out, "<a & \"b\">\u{1}\n");
        assert_eq!(out, "#ff8000&lt;a &amp; &quot;b&quot;&gt;\u{fffd}\n");
    }
}

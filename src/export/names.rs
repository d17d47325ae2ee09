//! File names of frames: `frame_#####.png`, `shot_%05d.png`.
//!
//! A pattern has one number field: a run of `#` (zero-padded to its length) or `%05d`. Numbers are
//! those of the plan, and the default padding depends on the whole plan alone, so a part of an export
//! writes the names that the whole would.

use super::Format;
use std::fmt;

/// A file name with a place for the frame number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    before: String,
    width: usize,
    after: String,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No number field, or more than one.
    #[error("the name `{0}` needs exactly one place for the frame number: `####` or `%05d`")]
    Field(String),
    /// A folder in it, or a character that some system refuses.
    #[error("the name `{0}` is not a plain file name on every system")]
    Unsafe(String),
    /// Another format.
    #[error("the name `{0}` does not end in `.{1}`")]
    Extension(String, &'static str),
}

/// Widest number field.
const WIDTH_MAX: usize = 20;

impl NamePattern {
    /// `frame_00000.png`, with at least 5 digits and as many as the last frame of the plan needs.
    pub fn for_plan(frames: u64, format: Format) -> Self {
        let last = frames.saturating_sub(1);
        Self {
            before: "frame_".to_owned(),
            width: last.to_string().len().max(5),
            after: format!(".{}", format.ending()),
        }
    }

    /// Reads a pattern for files of a format.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn read(text: &str, format: Format) -> Result<Self, NameError> {
        let found = fields(text);
        let [(start, end, width)] = found.as_slice() else {
            return Err(NameError::Field(text.to_owned()));
        };
        let (before, after) = (&text[..*start], &text[*end..]);
        if *width > WIDTH_MAX || !is_portable(before, after) {
            return Err(NameError::Unsafe(text.to_owned()));
        }
        if Format::of_name(after) != Some(format) {
            return Err(NameError::Extension(text.to_owned(), format.ending()));
        }
        Ok(Self {
            before: before.to_owned(),
            width: *width,
            after: after.to_owned(),
        })
    }

    /// The name of a frame.
    pub fn name(&self, frame: u64) -> String {
        let Self {
            before,
            width,
            after,
        } = self;
        format!("{before}{frame:0width$}{after}")
    }

    /// The frame that a file name means, if it follows this pattern.
    pub fn frame(&self, name: &str) -> Option<u64> {
        let digits = name.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
        let frame = digits.parse().ok()?;
        (self.name(frame) == name).then_some(frame)
    }

    /// Whether a text has something like a number field.
    pub fn looks_like_one(text: &str) -> bool {
        !fields(text).is_empty()
    }
}

/// As a pattern that means this one, whatever way it was written.
impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            before,
            width,
            after,
        } = self;
        if *width == 0 {
            return write!(f, "{before}%d{after}");
        }
        write!(f, "{before}{}{after}", "#".repeat(*width))
    }
}

/// Number fields as (start, end, width).
fn fields(text: &str) -> Vec<(usize, usize, usize)> {
    let bytes = text.as_bytes();
    let run =
        |from: usize, of: fn(&u8) -> bool| bytes[from..].iter().take_while(|byte| of(byte)).count();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'#' => at + run(at, |&b| b == b'#'),
            b'%' => {
                let digits = run(at + 1, u8::is_ascii_digit);
                let letter = at + 1 + digits;
                let width = text[at + 1..letter]
                    .parse()
                    .unwrap_or(usize::from(digits > 0));
                if bytes.get(letter) == Some(&b'd') {
                    found.push((at, letter + 1, width));
                }
                letter
            }
            _ => at + 1,
        };
        if bytes[at] == b'#' {
            found.push((at, end, end - at));
        }
        at = end;
    }
    found
}

/// No folders, no characters that Windows refuses, no hidden file, nothing that may name a device.
fn is_portable(before: &str, after: &str) -> bool {
    let refused = |c: char| c < ' ' || "/\\<>:\"|?*".contains(c);
    let fits = before.len() + after.len() + WIDTH_MAX <= 255;
    let plain = !before.chars().chain(after.chars()).any(refused);
    fits && plain && !before.starts_with('.') && !may_be_device(before, after)
}

/// Windows takes `con.0001.png` and `com1.png` for devices: what counts is the name before the first
/// point.
fn may_be_device(before: &str, after: &str) -> bool {
    let first = before.split('.').next().unwrap_or_default();
    let name = first.trim_end().to_ascii_lowercase();
    if first.len() < before.len() {
        return is_device(first);
    }
    // The frame number ends the name here: `com#.png`.
    after.starts_with('.') && ["com", "lpt"].contains(&name.as_str())
}

/// Whether Windows takes a name, up to its first point, for a device.
pub fn is_device(name: &str) -> bool {
    let name = name.trim_end().to_ascii_lowercase();
    let numbered = |word: &str| {
        let digit = name.strip_prefix(word);
        digit.is_some_and(|d| d.len() == 1 && d.bytes().all(|b| b.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&name.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> NamePattern {
        NamePattern::read(text, Format::Png).unwrap()
    }

    #[test]
    fn number_fields() {
        assert_eq!(pattern("shot_####.png").name(7), "shot_0007.png");
        assert_eq!(pattern("shot_%05d.png").name(7), "shot_00007.png");
        assert_eq!(pattern("%d.png").name(7), "7.png");
        assert_eq!(pattern("a#.PNG").name(1234), "a1234.PNG");
        assert_eq!(pattern("100%_##.png").name(3), "100%_03.png");
    }

    #[test]
    fn a_pattern_is_written_as_one_that_means_the_same() {
        for text in ["shot_####.png", "shot_%05d.png", "%d.png", "a#.PNG"] {
            let written = pattern(text).to_string();
            assert_eq!(pattern(&written), pattern(text), "{text}: {written}");
        }
    }

    #[test]
    fn padding_is_that_of_the_whole_plan() {
        assert_eq!(
            NamePattern::for_plan(120, Format::Png).name(3),
            "frame_00003.png"
        );
        assert_eq!(
            NamePattern::for_plan(100_000, Format::Png).name(3),
            "frame_00003.png"
        );
        assert_eq!(
            NamePattern::for_plan(100_001, Format::Png).name(3),
            "frame_000003.png"
        );
    }

    #[test]
    fn names_lead_back_to_frames() {
        let pattern = NamePattern::for_plan(10, Format::Png);
        assert_eq!(pattern.frame("frame_00042.png"), Some(42));
        assert_eq!(pattern.frame("frame_123456.png"), Some(123_456));
        for other in [
            "frame_42.png",
            "frame_00042.svg",
            "frame_0004x.png",
            "frame_+0042.png",
            "x",
        ] {
            assert_eq!(pattern.frame(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| NamePattern::read(text, Format::Png).unwrap_err();
        for text in ["shot.png", "##_##.png", "%d#.png", "%s.png", "%05.png"] {
            assert!(matches!(error(text), NameError::Field(_)), "{text}");
        }
        for text in ["a/##.png", "..\\##.png", "c:##.png", ".##.png", "%999d.png"] {
            assert!(matches!(error(text), NameError::Unsafe(_)), "{text}");
        }
        assert!(matches!(error("##.jpg"), NameError::Extension(..)));
    }

    #[test]
    fn names_of_devices_are_refused() {
        for text in [
            "CON.##.png",
            "nul .#.png",
            "com1.%d.png",
            "com#.png",
            "Lpt%d.png",
        ] {
            let found = NamePattern::read(text, Format::Png).unwrap_err();
            assert!(matches!(found, NameError::Unsafe(_)), "{text}");
        }
        for text in [
            "con#.png",
            "console.#.png",
            "com_#.png",
            "com#x.png",
            "com10.#.png",
        ] {
            pattern(text);
        }
    }
}

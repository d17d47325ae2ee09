//! Motion blur: a frame is the mean of moments while its shutter is open.
//!
//! A shutter that is open for the fraction a = n/d of a frame takes S moments, evenly, each in the middle
//! of its part: moment j of a frame lies a·((j + ½)/S − ½) frames from it (centred) or a·((j + ½)/S − 1)
//! (trailing). In steps of 1/K frame, K = 2·S·d, that is n·(2j + 1 − S) or n·(2j + 1 − 2S): integers, so
//! that moments of a cycle are exact steps of it.

use super::rate::FrameRate;
use std::str::FromStr;

/// Most moments of a frame.
pub const MOMENTS_MAX: u32 = 256;

/// When the shutter is open, and what is seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shutter {
    /// Part of a frame, 0 < n/d ≤ 1, in lowest terms.
    pub open: Opening,
    /// Where that part lies.
    pub phase: ShutterPhase,
    /// Moments of a frame, ≥ 1.
    pub samples: u32,
}

/// A part of a frame, above 0 and at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    num: u32,
    den: u32,
}

/// Where the opening lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShutterPhase {
    /// The time of the frame is its middle.
    #[default]
    Centred,
    /// The time of the frame is its end.
    Trailing,
}

/// Not a part of a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a part of a frame: write `0.5`, `1/2` or at most `1`")]
pub struct OpeningError(String);

impl Opening {
    /// The whole frame.
    pub const WHOLE: Self = Self { num: 1, den: 1 };

    /// Numerator and denominator, in lowest terms.
    pub fn parts(self) -> [u32; 2] {
        [self.num, self.den]
    }
}

impl FromStr for Opening {
    type Err = OpeningError;

    /// Reads decimals and ratios exactly, up to six decimals.
    fn from_str(text: &str) -> Result<Self, OpeningError> {
        let wrong = || OpeningError(text.to_owned());
        // The same grammar, and as exact.
        let (num, den) = text.parse::<FrameRate>().map_err(|_| wrong())?.parts();
        if num > den || den > 1_000_000 {
            return Err(wrong());
        }
        Ok(Self { num, den })
    }
}

impl ShutterPhase {
    /// The word for flags and manifests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Centred => "centred",
            Self::Trailing => "trailing",
        }
    }
}

impl Shutter {
    /// Steps of a frame: moments lie a whole number of them from it.
    pub fn steps(self) -> i64 {
        2 * i64::from(self.samples) * i64::from(self.open.den)
    }

    /// How many steps each moment lies from the frame, ascending.
    pub fn offsets(self) -> impl DoubleEndedIterator<Item = i64> {
        let (n, s) = (i64::from(self.open.num), i64::from(self.samples));
        let back = match self.phase {
            ShutterPhase::Centred => s,
            ShutterPhase::Trailing => 2 * s,
        };
        (0..s).map(move |j| n * (2 * j + 1 - back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(open: &str, phase: ShutterPhase, samples: u32) -> Vec<f64> {
        let shutter = Shutter {
            open: open.parse().unwrap(),
            phase,
            samples,
        };
        let steps = shutter.steps() as f64;
        shutter
            .offsets()
            .map(|offset| offset as f64 / steps)
            .collect()
    }

    #[test]
    fn moments_are_in_the_middle_of_their_parts() {
        let centred = ShutterPhase::Centred;
        assert_eq!(offsets("1", centred, 4), [-0.375, -0.125, 0.125, 0.375]);
        assert_eq!(offsets("0.5", centred, 1), [0.0]);
        assert_eq!(offsets("1/2", centred, 2), [-0.125, 0.125]);
        let trailing = ShutterPhase::Trailing;
        assert_eq!(offsets("0.5", trailing, 2), [-0.375, -0.125]);
        assert_eq!(offsets("1", trailing, 1), [-0.5]);
    }

    #[test]
    fn openings_are_parts_of_a_frame() {
        for text in ["0.5", "1", "1/3", "0.000001", "180/360"] {
            text.parse::<Opening>().unwrap();
        }
        for text in ["0", "1.5", "-0.5", "", "half", "2/1", "nan"] {
            assert!(text.parse::<Opening>().is_err(), "{text}");
        }
    }
}

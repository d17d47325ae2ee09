//! Which frames of a plan: `7`, `0-99`, `0-99:5`, `100-`, `3,7,10-20:2`.
//!
//! A text becomes a [`FrameRange`] (parts, the last one perhaps open), and against the length of a
//! plan a [`FrameSet`]: sorted, closed, inside the plan. Ranges are inclusive; parts may stand in any
//! order but may not share a frame. A set costs memory per part, not per frame.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

/// A frame range as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRange {
    parts: Vec<Written>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    first: u64,
    /// `None`: to the end of the plan.
    last: Option<u64>,
    step: u64,
}

/// Frames of a plan, ascending, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameSet {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    first: u64,
    last: u64,
    step: u64,
}

/// Why a text is no frame range, or not one of this plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameRangeError {
    /// A part cannot be read.
    #[error("`{0}` is not a frame range: write `7`, `0-99`, `0-99:5`, `100-` or `3,7,10-20:2`")]
    Syntax(String),
    /// `9-3`.
    #[error("the frame range `{0}` ends before it begins")]
    Backwards(String),
    /// `0-99:0`.
    #[error("the frame range `{0}` has step 0")]
    NoStep(String),
    /// Two parts name the same frame.
    #[error("frame {0} is named twice in the frame range")]
    Overlap(u64),
    /// A frame that the plan does not have.
    #[error("frame {asked} is beyond the plan, whose last frame is {last}")]
    BeyondPlan {
        /// The frame asked for.
        asked: u64,
        /// The last one there is.
        last: u64,
    },
}

impl FromStr for FrameRange {
    type Err = FrameRangeError;

    fn from_str(text: &str) -> Result<Self, FrameRangeError> {
        let parts: Vec<Written> = text.split(',').map(read_part).collect::<Result<_, _>>()?;
        Ok(Self { parts })
    }
}

impl fmt::Display for FrameRange {
    /// As [`FromStr`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Written { first, last, step }) in self.parts.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match last {
                Some(last) if last == first => write!(f, "{comma}{first}")?,
                Some(last) => write!(f, "{comma}{first}-{last}")?,
                None => write!(f, "{comma}{first}-")?,
            }
            if *step > 1 && *last != Some(*first) {
                write!(f, ":{step}")?;
            }
        }
        Ok(())
    }
}

fn read_part(text: &str) -> Result<Written, FrameRangeError> {
    let text = text.trim();
    let number = |digits: &str| {
        let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let value: Option<u64> = valid.then(|| digits.parse().ok()).flatten();
        value.ok_or_else(|| FrameRangeError::Syntax(text.to_owned()))
    };
    let (span, step) = match text.split_once(':') {
        Some((span, step)) => (span, Some(number(step)?)),
        None => (text, None),
    };
    let (first, last) = match span.split_once('-') {
        Some((first, "")) => (number(first)?, None),
        Some((first, last)) => (number(first)?, Some(number(last)?)),
        None if step.is_some() => return Err(FrameRangeError::Syntax(text.to_owned())),
        None => (number(span)?, Some(number(span)?)),
    };
    if step == Some(0) {
        return Err(FrameRangeError::NoStep(text.to_owned()));
    }
    if last.is_some_and(|last| last < first) {
        return Err(FrameRangeError::Backwards(text.to_owned()));
    }
    Ok(Written {
        first,
        last,
        step: step.unwrap_or(1),
    })
}

impl FrameRange {
    /// The frames of a set, as one would write them.
    pub fn of(set: &FrameSet) -> Self {
        let part = |part: &Part| Written {
            first: part.first,
            last: Some(part.last),
            step: part.step,
        };
        let parts = set.parts.iter().map(part).collect();
        Self { parts }
    }

    /// What stands between the commas, each as a range of its own.
    pub fn parts(&self) -> impl Iterator<Item = Self> {
        self.parts.iter().map(|part| Self { parts: vec![*part] })
    }

    /// The frames meant in a plan of `frames` frames (at least 1).
    ///
    /// # Errors
    /// [`FrameRangeError::BeyondPlan`] and [`FrameRangeError::Overlap`].
    pub fn within(&self, frames: u64) -> Result<FrameSet, FrameRangeError> {
        let end = frames.saturating_sub(1);
        let mut parts = Vec::with_capacity(self.parts.len());
        for written in &self.parts {
            let last = written.last.unwrap_or(end.max(written.first));
            if last > end {
                let asked = if written.first > end {
                    written.first
                } else {
                    last
                };
                return Err(FrameRangeError::BeyondPlan { asked, last: end });
            }
            // The last frame that the step really reaches.
            let last = last - (last - written.first) % written.step;
            let step = if last == written.first {
                1
            } else {
                written.step
            };
            parts.push(Part {
                first: written.first,
                last,
                step,
            });
        }
        parts.sort_unstable();
        let set = FrameSet { parts };
        let mut previous = None;
        // Parts that lie apart cannot share a frame; only interleaved ones are walked.
        if set
            .parts
            .windows(2)
            .any(|pair| pair[1].first <= pair[0].last)
        {
            for frame in set.iter() {
                if previous == Some(frame) {
                    return Err(FrameRangeError::Overlap(frame));
                }
                previous = Some(frame);
            }
        }
        Ok(set)
    }
}

impl FrameSet {
    /// Every frame of a plan of `frames` frames (at least 1).
    pub fn all(frames: u64) -> Self {
        let part = Part {
            first: 0,
            last: frames.saturating_sub(1),
            step: 1,
        };
        Self { parts: vec![part] }
    }

    /// Frames that come one after the other. Runs of even steps become one part each.
    pub fn from_ascending(frames: impl IntoIterator<Item = u64>) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for frame in frames {
            match parts.last_mut() {
                Some(part) if part.first == part.last => {
                    (part.step, part.last) = (frame - part.first, frame);
                }
                Some(part) if frame - part.last == part.step => part.last = frame,
                _ => parts.push(Part {
                    first: frame,
                    last: frame,
                    step: 1,
                }),
            }
        }
        Self { parts }
    }

    /// Ascending.
    pub fn iter(&self) -> Frames {
        Frames {
            heads: self.parts.iter().copied().map(Reverse).collect(),
        }
    }

    /// Whether a frame is one of them.
    pub fn contains(&self, frame: u64) -> bool {
        self.parts.iter().any(|part| {
            (part.first..=part.last).contains(&frame)
                && (frame - part.first).is_multiple_of(part.step)
        })
    }

    /// How many frames.
    pub fn len(&self) -> u64 {
        self.parts
            .iter()
            .map(|part| (part.last - part.first) / part.step + 1)
            .sum()
    }

    /// Whether there is none. A set that was read from a text has at least one.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The lowest frame; 0 for an empty set.
    pub fn first(&self) -> u64 {
        self.parts.first().map_or(0, |part| part.first)
    }

    /// The highest frame; 0 for an empty set.
    pub fn last(&self) -> u64 {
        self.parts.iter().map(|part| part.last).max().unwrap_or(0)
    }
}

/// As a frame range that means this set.
impl fmt::Display for FrameSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Part { first, last, step }) in self.parts.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            match (first == last, step) {
                (true, _) => write!(f, "{comma}{first}")?,
                (false, 1) => write!(f, "{comma}{first}-{last}")?,
                (false, step) => write!(f, "{comma}{first}-{last}:{step}")?,
            }
        }
        Ok(())
    }
}

/// Frames of a set, ascending: a merge of its parts.
#[derive(Debug, Clone)]
pub struct Frames {
    heads: BinaryHeap<Reverse<Part>>,
}

impl Iterator for Frames {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let Reverse(mut part) = self.heads.pop()?;
        let frame = part.first;
        if part.last - part.first >= part.step {
            part.first += part.step;
            self.heads.push(Reverse(part));
        }
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(text: &str, of: u64) -> Result<Vec<u64>, FrameRangeError> {
        Ok(text.parse::<FrameRange>()?.within(of)?.iter().collect())
    }

    #[test]
    fn the_grammar() {
        assert_eq!(frames("7", 10).unwrap(), [7]);
        assert_eq!(frames("0-3", 10).unwrap(), [0, 1, 2, 3]);
        assert_eq!(frames("0-9:5", 10).unwrap(), [0, 5]);
        assert_eq!(frames("8-", 10).unwrap(), [8, 9]);
        assert_eq!(frames("4-:3", 10).unwrap(), [4, 7]);
        assert_eq!(
            frames("3,7,10-20:2", 30).unwrap(),
            [3, 7, 10, 12, 14, 16, 18, 20]
        );
        assert_eq!(frames("9, 1-2", 10).unwrap(), [1, 2, 9]);
        // Interleaved parts are fine as long as they share nothing.
        assert_eq!(frames("0-6:2,1-7:2", 10).unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        use FrameRangeError as E;
        for text in [
            "",
            "a",
            "1,",
            "-3",
            "1-2-3",
            "1.5",
            "7:2",
            "1-3:",
            "--",
            "99999999999999999999",
        ] {
            assert!(matches!(frames(text, 10), Err(E::Syntax(_))), "{text}");
        }
        assert_eq!(frames("5-2", 10), Err(E::Backwards("5-2".into())));
        assert_eq!(frames("0-5:0", 10), Err(E::NoStep("0-5:0".into())));
        assert_eq!(frames("1-4,3", 10), Err(E::Overlap(3)));
        assert_eq!(frames("0-9:2,0-9:3", 10), Err(E::Overlap(0)));
        assert_eq!(frames("1-9:2,2-9:3", 10), Err(E::Overlap(5)));
        assert_eq!(frames("10", 10), Err(E::BeyondPlan { asked: 10, last: 9 }));
        assert_eq!(
            frames("5-12", 10),
            Err(E::BeyondPlan { asked: 12, last: 9 })
        );
        assert_eq!(frames("20-", 10), Err(E::BeyondPlan { asked: 20, last: 9 }));
        assert_eq!(
            E::BeyondPlan { asked: 10, last: 9 }.to_string(),
            "frame 10 is beyond the plan, whose last frame is 9"
        );
    }

    #[test]
    fn sizes_and_ends() {
        let set = "3,7,10-20:4"
            .parse::<FrameRange>()
            .unwrap()
            .within(30)
            .unwrap();
        assert_eq!((set.len(), set.first(), set.last()), (5, 3, 18));
        assert_eq!(FrameSet::all(1).iter().collect::<Vec<_>>(), [0]);
    }

    proptest! {
        #[test]
        fn a_set_made_of_its_frames_is_written_and_read_back(
            frames in prop::collection::btree_set(0u64..80, 1..40),
        ) {
            let set = FrameSet::from_ascending(frames.iter().copied());
            prop_assert_eq!(set.len(), frames.len() as u64);
            prop_assert!((0..80).all(|frame| set.contains(frame) == frames.contains(&frame)));
            let read = set.to_string().parse::<FrameRange>().unwrap().within(80).unwrap();
            prop_assert!(read.iter().eq(frames.iter().copied()));
        }

        #[test]
        fn a_set_is_ascending_and_as_long_as_it_says(
            parts in prop::collection::vec((0u64..60, 0u64..60, 1u64..7), 1..4),
        ) {
            let text: Vec<String> = parts
                .iter()
                .map(|(first, more, step)| format!("{first}-{}:{step}", first + more))
                .collect();
            match text.join(",").parse::<FrameRange>().unwrap().within(200) {
                Ok(set) => {
                    let list: Vec<u64> = set.iter().collect();
                    prop_assert_eq!(set.len(), list.len() as u64);
                    prop_assert!(list.windows(2).all(|pair| pair[0] < pair[1]));
                }
                Err(FrameRangeError::Overlap(frame)) => {
                    let hits = parts
                        .iter()
                        .filter(|(first, more, step)| {
                            (*first..=first + more).contains(&frame) && (frame - first) % step == 0
                        })
                        .count();
                    prop_assert!(hits > 1);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}

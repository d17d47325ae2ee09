//! The explicit rule: how many pixels may differ, by how many levels, and how many may differ by more
//! because an edge moved.
//!
//! Written `levels=2,pixels=20,edges=100`. Colours are compared premultiplied, so colours that nobody
//! can see do not count. A pixel that differs by at most `levels` in every channel takes one of
//! `pixels`. One that differs by more passes only as an edge pixel, which takes one of `edges`: in each
//! picture, every channel lies within `levels` of the range that the other picture has in the 3 × 3
//! pixels around. So whatever moved by one whole pixel, across, down or both, takes edge pixels only. How
//! much further something may move depends on its shape; a step between flat areas may not move by two.

use super::marks::Mark;
use super::measure::levels;
use super::picture::Picture;
use super::rule::RuleError;
use std::fmt;
use std::str::FromStr;

/// How many pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A number of them.
    Count(u64),
    /// A part of all, in percent.
    Percent(f64),
}

impl Amount {
    /// Whether `count` of `all` pixels are not too many.
    pub fn allows(self, count: u64, all: u64) -> bool {
        match self {
            Self::Count(most) => count <= most,
            Self::Percent(percent) => count as f64 <= all as f64 * percent / 100.0,
        }
    }
}

impl FromStr for Amount {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let bad = || RuleError::Amount(text.to_owned());
        match text.strip_suffix('%') {
            Some(number) => {
                let percent: f64 = number.parse().map_err(|_| bad())?;
                let inside = (0.0..=100.0).contains(&percent);
                inside.then_some(Self::Percent(percent)).ok_or_else(bad)
            }
            None => text.parse().map(Self::Count).map_err(|_| bad()),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// The three numbers of the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Levels that a channel may be off.
    pub levels: u16,
    /// Pixels that may be off by up to that.
    pub pixels: Amount,
    /// Pixels on edges that may be off by more.
    pub edges: Amount,
}

/// What the rule counted.
pub(super) struct Counted {
    pub(super) marks: Vec<Mark>,
    /// Within the levels.
    pub(super) near: u64,
    /// On edges.
    pub(super) edges: u64,
    /// Neither.
    pub(super) beyond: u64,
}

impl Tolerance {
    /// Judges each pixel of two pictures of one size.
    pub(super) fn judge(&self, a: &Picture, b: &Picture) -> Counted {
        let (a, b) = (a.premultiplied(), b.premultiplied());
        let mut counted = Counted {
            marks: Vec::with_capacity(a.pixels().len()),
            near: 0,
            edges: 0,
            beyond: 0,
        };
        let width = a.width().max(1) as usize;
        for (i, (p, q)) in a.pixels().zip(b.pixels()).enumerate() {
            let (x, y) = ((i % width) as u32, (i / width) as u32);
            let (count, mark) = match levels(p, q) {
                0 => {
                    counted.marks.push(Mark::Same);
                    continue;
                }
                apart if apart <= self.levels => (&mut counted.near, Mark::Forgiven),
                _ if self.within(p, &b, x, y) && self.within(q, &a, x, y) => {
                    (&mut counted.edges, Mark::Forgiven)
                }
                _ => (&mut counted.beyond, Mark::Different),
            };
            *count += 1;
            counted.marks.push(mark);
        }
        counted
    }

    /// The limits that were not kept, each with what was counted.
    pub(super) fn exceeded(&self, counted: &Counted) -> Vec<String> {
        let all = counted.marks.len() as u64;
        let (levels, none) = (self.levels, Amount::Count(0));
        let limits = [
            (
                counted.beyond,
                none,
                format!("by more than {levels} levels"),
            ),
            (
                counted.near,
                self.pixels,
                format!("by up to {levels} levels"),
            ),
            (counted.edges, self.edges, "on edges".to_owned()),
        ];
        let broken = limits
            .into_iter()
            .filter(|(count, most, _)| !most.allows(*count, all));
        broken
            .map(|(count, most, of)| format!("{count} pixels {of}, {most} allowed"))
            .collect()
    }

    /// Whether each channel lies in the range of the other picture around the pixel.
    fn within(&self, pixel: [u16; 4], other: &Picture, x: u32, y: u32) -> bool {
        let mut least = [u16::MAX; 4];
        let mut most = [0; 4];
        for (u, v) in other.around(x, y) {
            for (i, value) in other.at(u, v).into_iter().enumerate() {
                least[i] = value.min(least[i]);
                most[i] = value.max(most[i]);
            }
        }
        (0..4).all(|i| {
            pixel[i] >= least[i].saturating_sub(self.levels)
                && pixel[i] <= most[i].saturating_add(self.levels)
        })
    }
}

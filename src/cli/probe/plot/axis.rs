//! An axis: what it reaches over, and where its ticks are.
//!
//! In: the numbers to be shown. Out: an axis whose ticks are 1, 2 or 5 times a power of ten apart and
//! whose labels have as many decimals as that needs. Numbers that are too large or too small to be read
//! are shown in a unit, which is a power of ten; so no number of a patch is too large to be drawn.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// Sizes that are shown as they are; outside there is a unit.
const PLAIN: (f64, f64) = (1e-4, 1e7);

/// Below this part of their size numbers are taken to be the same.
const SAME: f64 = 1e-12;

/// What an axis is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: f64,
    decimals: usize,
}

/// A power of ten that numbers are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit(i32);

impl Unit {
    /// For numbers that reach from `low` to `high`.
    pub(super) fn of((low, high): (f64, f64)) -> Self {
        let size = low.abs().max(high.abs());
        if size == 0.0 || (PLAIN.0..PLAIN.1).contains(&size) {
            Self(0)
        } else {
            Self(exponent(size))
        }
    }

    /// A number in this unit.
    pub(super) fn count(self, value: f64) -> f64 {
        if self.0 == 0 {
            return value;
        }
        // In two steps, for the smallest numbers are below every power of ten.
        let half = self.0 / 2;
        value / ten(half) / ten(self.0 - half)
    }

    /// What stands beside an axis; `None` where numbers are shown as they are.
    pub(super) fn label(self) -> Option<String> {
        (self.0 != 0).then(|| format!("× 1e{}", self.0))
    }
}

impl Axis {
    /// Over numbers from `low` to `high`, with a little air if wanted, and at most so many ticks.
    pub(super) fn new((low, high): (f64, f64), air: bool, ticks: usize) -> Self {
        let size = low.abs().max(high.abs());
        let (low, high) = if high - low > size * SAME {
            let air = if air { (high - low) * 0.05 } else { 0.0 };
            (low - air, high + air)
        } else {
            let air = (size * 0.1).max(0.5);
            (low - air, high + air)
        };
        let (step, decimals) = step((high - low) / ticks.max(1) as f64);
        Self {
            low,
            high,
            step,
            decimals,
        }
    }

    /// The same with ticks at whole numbers only.
    pub(super) fn whole(self) -> Self {
        Self {
            step: self.step.max(1.0),
            decimals: 0,
            ..self
        }
    }

    /// Where it ends.
    pub(super) const fn bounds(self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The ticks in order.
    pub(super) fn ticks(self) -> Vec<f64> {
        let first = (self.low / self.step).ceil();
        let ticks = (0..).map(|i| (first + f64::from(i)) * self.step);
        ticks
            .take_while(|&tick| tick <= self.high)
            .take(100)
            .collect()
    }

    /// What stands at a tick.
    pub(super) fn text(self, tick: f64) -> String {
        let text = format!("{tick:.0$}", self.decimals);
        let is_zero = text
            .trim_start_matches('-')
            .chars()
            .all(|c| matches!(c, '0' | '.'));
        match text.strip_prefix('-') {
            Some(text) if is_zero => text.to_owned(),
            _ => text,
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let part = (value - self.low) / (self.high - self.low);
        from + (part * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, tick: &f64) -> String {
        self.text(*tick)
    }
}

/// The smallest 1, 2 or 5 times a power of ten that is no less than `least`, and its decimals.
fn step(least: f64) -> (f64, usize) {
    let power = exponent(least);
    let steps = [1.0, 2.0, 5.0].map(|step| (step * ten(power), power));
    let next = (ten(power + 1), power + 1);
    let found = steps.into_iter().find(|(step, _)| *step >= least);
    let (step, power) = found.unwrap_or(next);
    (step, usize::try_from(-power).unwrap_or(0))
}

/// The power of ten that a number has in front: 2 for 345.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    let power = text
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok());
    power.unwrap_or(0)
}

/// A power of ten, as near as a number can be.
fn ten(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: Axis) -> Vec<String> {
        axis.ticks()
            .into_iter()
            .map(|tick| axis.text(tick))
            .collect()
    }

    #[test]
    fn ticks_are_round_and_say_no_more_than_they_must() {
        let axis = Axis::new((0.0, 1.0), false, 5);
        assert_eq!(texts(axis), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let axis = Axis::new((-300.0, 1000.0), false, 10);
        assert_eq!(
            texts(axis),
            ["-200", "0", "200", "400", "600", "800", "1000"]
        );
        let axis = Axis::new((-0.25, 0.25), false, 5);
        assert_eq!(texts(axis), ["-0.2", "-0.1", "0.0", "0.1", "0.2"]);
        let axis = Axis::new((0.0, 3.0), false, 10).whole();
        assert_eq!(texts(axis), ["0", "1", "2", "3"]);
    }

    #[test]
    fn what_does_not_change_has_room_around_it() {
        assert_eq!(Axis::new((3.0, 3.0), true, 10).bounds(), (2.5, 3.5));
        assert_eq!(Axis::new((0.0, 0.0), true, 10).bounds(), (-0.5, 0.5));
        assert_eq!(
            Axis::new((-360.0, -360.0), true, 10).bounds(),
            (-396.0, -324.0)
        );
        // Noise in the last bits is no change.
        let (low, high) = Axis::new((1.0, 1.0 + 1e-15), true, 10).bounds();
        assert!(high - low > 0.9);
    }

    #[test]
    fn no_number_is_too_large_or_too_small() {
        for (low, high, label) in [
            (0.0, 1e300, Some("× 1e300")),
            (-f64::MAX, f64::MAX, Some("× 1e308")),
            (0.0, 5e-324, Some("× 1e-324")),
            (-3e-9, 1e-12, Some("× 1e-9")),
            (0.0, 9_999_999.0, None),
            (0.0, 0.0, None),
        ] {
            let unit = Unit::of((low, high));
            assert_eq!(unit.label().as_deref(), label);
            let axis = Axis::new((unit.count(low), unit.count(high)), true, 10);
            let ticks = axis.ticks();
            assert!(
                (2..=12).contains(&ticks.len()),
                "{low} to {high}: {ticks:?}"
            );
            assert!(
                texts(axis).iter().all(|text| text.len() < 9),
                "{:?}",
                texts(axis)
            );
            let inside = |pixel: i32| (0..=500).contains(&pixel);
            let count = |value| unit.count(value);
            assert!(inside(axis.map(&count(low), (0, 500))), "{low}");
            assert!(inside(axis.map(&count(high), (500, 0))), "{high}");
        }
    }
}

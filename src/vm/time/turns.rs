//! A phase that does not wrap: whole turns and a rest, so that neither loses digits to the other.

use crate::ir::CycleMode;

/// Boundaries this close above a count of turns count as passed.
pub(in crate::vm) const TOLERANCE: f64 = 1e-9;

/// An unwrapped phase: whole turns and the rest in [0, 1).
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(in crate::vm) struct Turns {
    pub(in crate::vm) whole: i64,
    pub(in crate::vm) part: f64,
}

impl Turns {
    /// Splits `c`; a boundary within the tolerance above `c` is passed. What is not finite is 0.
    pub(in crate::vm) fn of(c: f64) -> Self {
        if !c.is_finite() {
            return Self::default();
        }
        let whole = (c + TOLERANCE).floor();
        let part = c - whole;
        // `as` saturates; past 2⁶³ turns nothing is left of the part.
        if part >= 1.0 {
            return Self {
                whole: (whole as i64).saturating_add(1),
                part: 0.0,
            };
        }
        Self {
            whole: whole as i64,
            part: part.max(0.0),
        }
    }

    /// The same plus `c`.
    pub(in crate::vm) fn plus(self, c: f64) -> Self {
        let sum = Self::of(self.part + c);
        Self {
            whole: self.whole.saturating_add(sum.whole),
            part: sum.part,
        }
    }

    /// What has to be added to the count `c` so that it goes on from here, in [0, 1), or in [0, 2)
    /// where two turns are one round.
    pub(in crate::vm) fn gauge(self, c: f64, mode: CycleMode) -> f64 {
        let round = match mode {
            CycleMode::Loop => 1.0,
            CycleMode::Pingpong => 2.0,
        };
        let here = self.whole.rem_euclid(round as i64) as f64 + self.part;
        let there = c - round * (c / round).floor();
        let gauge = here - there;
        let gauge = if gauge < 0.0 { gauge + round } else { gauge };
        if gauge < round && gauge.is_finite() {
            gauge
        } else {
            0.0
        }
    }

    /// Turns from `earlier` to here.
    pub(in crate::vm) fn since(self, earlier: Self) -> f64 {
        self.whole.saturating_sub(earlier.whole) as f64 + (self.part - earlier.part)
    }

    /// The same phase, counted from near `other`: as many whole turns as bring the two together.
    pub(in crate::vm) fn renumbered(self, other: Self) -> Self {
        let turns = (other.part - self.part).round();
        Self {
            whole: other.whole.saturating_add(turns as i64),
            part: self.part,
        }
    }

    /// The phase in its turn.
    pub(in crate::vm) fn phase(self, mode: CycleMode) -> f64 {
        match mode {
            CycleMode::Pingpong if self.whole.rem_euclid(2) == 1 => 1.0 - self.part,
            _ => self.part,
        }
    }

    /// floor(c·q): boundaries at multiples of 1/q passed since turn 0.
    pub(in crate::vm) fn passed(self, q: u64) -> i128 {
        let rest = (self.part * q as f64 + TOLERANCE).floor();
        i128::from(self.whole)
            .saturating_mul(i128::from(q))
            .saturating_add(rest as i128)
    }
}

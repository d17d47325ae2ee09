//! The samples of a delay: (time, value) by time, the oldest dropped when full.
//!
//! Memory grows as samples come, up to [`StateOp::RING`]; times strictly increase, because a sample
//! at the time of the last one replaces it.

use crate::ir::StateOp;
use serde::{Deserialize, Serialize};

/// Samples of one delay.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Ring {
    samples: Vec<[f64; 2]>,
    /// Index of the oldest, once full.
    head: u32,
}

impl Ring {
    pub(super) fn clear(&mut self) {
        self.samples.clear();
        self.head = 0;
    }

    /// Whether the parts fit each other; false only for damaged data.
    pub(super) fn is_sound(&self) -> bool {
        let len = self.samples.len();
        len <= StateOp::RING as usize && (self.head as usize) < len.max(1)
    }

    fn get(&self, i: usize) -> [f64; 2] {
        self.samples[(self.head as usize + i) % self.samples.len()]
    }

    pub(super) fn push(&mut self, t: f64, x: f64) {
        let len = self.samples.len();
        if len == 0 {
            self.samples.push([t, x]);
            return;
        }
        let newest = (self.head as usize + len - 1) % len;
        if self.samples[newest][0] == t {
            self.samples[newest][1] = x;
        } else if len < StateOp::RING as usize {
            self.samples.push([t, x]);
        } else {
            self.samples[self.head as usize] = [t, x];
            self.head = ((self.head as usize + 1) % len) as u32;
        }
    }

    /// Value at `t`: linear between neighbours, the newest after all of them, `init` before.
    pub(super) fn at(&self, t: f64, init: f64) -> f64 {
        let len = self.samples.len();
        // Samples at or before `t`.
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle)[0] <= t {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        match low {
            0 => init,
            n if n == len => self.get(len - 1)[1],
            n => {
                let ([t0, a], [t1, b]) = (self.get(n - 1), self.get(n));
                a + (b - a) * ((t - t0) / (t1 - t0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_before_and_after_samples() {
        let mut ring = Ring::default();
        assert_eq!(ring.at(5.0, 7.0), 7.0);
        ring.push(0.0, 0.0);
        ring.push(100.0, 1.0);
        ring.push(100.0, 2.0);
        let at = |t| ring.at(t, 7.0);
        assert_eq!(
            [at(-1.0), at(0.0), at(25.0), at(100.0), at(900.0)],
            [7.0, 0.0, 0.5, 2.0, 2.0]
        );
    }

    #[test]
    fn a_full_ring_drops_the_oldest() {
        let mut ring = Ring::default();
        let n = f64::from(StateOp::RING);
        for i in 0..StateOp::RING + 10 {
            ring.push(f64::from(i), f64::from(i));
        }
        assert_eq!(ring.at(9.0, -1.0), -1.0);
        assert_eq!(ring.at(10.5, -1.0), 10.5);
        assert_eq!(ring.at(n + 9.0, -1.0), n + 9.0);
    }
}

//! Pulses of a frame: sorted by time, at most 1,024 kept, all counted.
//!
//! A list that grows past its cap keeps the first 1,023 and the last one; the rest only counts, so a
//! frame that spans a million boundaries costs no more than one that spans a thousand. Ties keep the
//! order in which they came.

/// One pulse.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Pulse {
    /// When, ms.
    pub t_ms: f64,
    /// What it carries: a cycle index, a cue index, a recorded value…
    pub value: f64,
}

/// The pulses of an event in one frame.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct PulseList {
    kept: Vec<Pulse>,
    count: u64,
}

impl PulseList {
    /// Pulses kept of one event and frame.
    pub const CAP: usize = 1024;

    /// No pulses, with room for a few.
    pub fn new() -> Self {
        Self {
            kept: Vec::with_capacity(4),
            count: 0,
        }
    }

    /// All pulses, also those that only count.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Those that are kept, by time.
    pub fn kept(&self) -> &[Pulse] {
        &self.kept
    }

    /// Those that only count.
    pub fn folded(&self) -> u64 {
        self.count.saturating_sub(self.kept.len() as u64)
    }

    /// Whether the parts fit each other; false only for damaged data.
    pub(super) fn is_sound(&self) -> bool {
        self.kept.len() <= Self::CAP && self.kept.len() as u64 <= self.count
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.count = 0;
    }

    /// Takes the pulses of `other` in place of its own.
    pub fn copy_from(&mut self, other: &Self) {
        self.kept.clear();
        self.kept.extend_from_slice(&other.kept);
        self.count = other.count;
    }

    /// Adds a pulse that is not earlier than those before it.
    pub fn push(&mut self, pulse: Pulse) {
        self.count = self.count.saturating_add(1);
        if self.kept.len() < Self::CAP {
            self.kept.push(pulse);
        } else {
            self.kept[Self::CAP - 1] = pulse;
        }
    }

    /// Adds `n` pulses of which the i-th is `pulse(i)`, by time; makes only those that are kept.
    pub fn push_run(&mut self, n: u64, pulse: impl Fn(u64) -> Pulse) {
        let room = (Self::CAP - self.kept.len()) as u64;
        for i in 0..n.min(room) {
            self.kept.push(pulse(i));
        }
        if n > room {
            self.kept[Self::CAP - 1] = pulse(n - 1);
        }
        self.count = self.count.saturating_add(n);
    }

    /// Adds the pulses of `other`, sorted in by time; at equal times those of `self` come first.
    pub fn merge(&mut self, other: &Self) {
        let count = self.count.saturating_add(other.count);
        let ordered = match (self.kept.last(), other.kept.first()) {
            (Some(last), Some(first)) => last.t_ms <= first.t_ms,
            _ => true,
        };
        self.kept.extend_from_slice(&other.kept);
        if !ordered {
            // The sort is stable and, for the short lists that frames have, in place.
            self.kept.sort_by(|a, b| a.t_ms.total_cmp(&b.t_ms));
        }
        if self.kept.len() > Self::CAP {
            let last = self.kept.len() - 1;
            self.kept[Self::CAP - 1] = self.kept[last];
            self.kept.truncate(Self::CAP);
        }
        self.count = count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(t_ms: f64) -> Pulse {
        Pulse { t_ms, value: 0.0 }
    }

    #[test]
    fn a_full_list_keeps_the_first_and_the_last() {
        let mut list = PulseList::new();
        list.push_run(5000, |i| at(i as f64));
        assert_eq!(
            (list.count(), list.kept().len(), list.folded()),
            (5000, 1024, 3976)
        );
        assert_eq!(
            (list.kept()[1022].t_ms, list.kept()[1023].t_ms),
            (1022.0, 4999.0)
        );
        list.push(at(6000.0));
        assert_eq!((list.count(), list.kept()[1023].t_ms), (5001, 6000.0));
        list.push_run(2, |i| at(7000.0 + i as f64));
        assert_eq!((list.count(), list.kept()[1023].t_ms), (5003, 7001.0));
    }

    #[test]
    fn lists_meet_by_time_and_ties_keep_their_order() {
        let (mut a, mut b) = (PulseList::new(), PulseList::new());
        a.push(Pulse {
            t_ms: 2.0,
            value: 1.0,
        });
        b.push(Pulse {
            t_ms: 1.0,
            value: 2.0,
        });
        b.push(Pulse {
            t_ms: 2.0,
            value: 3.0,
        });
        a.merge(&b);
        let values: Vec<f64> = a.kept().iter().map(|p| p.value).collect();
        assert_eq!(values, [2.0, 1.0, 3.0]);
    }
}

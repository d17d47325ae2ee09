//! Values that come from outside: what the host has recorded or measured.
//!
//! The engine asks [`Inputs`] once per channel and frame, before anything else runs. A
//! [`Playback`] answers from a list of samples and so gives the same frames every time;
//! [`NoInputs`] leaves every channel at its default. A recording is read at the frame's absolute
//! time and does not loop by itself.

use super::pulse::Pulse;
use crate::ir::Hold;
use std::collections::BTreeMap;

/// Lanes that a channel can have at most.
pub const MAX_LANES: usize = 4;

/// The answer of a host for one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading<'a> {
    /// The channel's default (for a trigger: no pulses).
    Default,
    /// A value; its length must be the lanes of the channel's type.
    Lanes([f64; MAX_LANES], usize),
    /// Pulses in the interval, sorted by time.
    Pulses(&'a [Pulse]),
}

impl Reading<'_> {
    /// A number.
    pub const fn number(value: f64) -> Self {
        Self::Lanes([value, 0.0, 0.0, 0.0], 1)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question<'a> {
    /// Name of the channel.
    pub key: &'a str,
    /// Pulses of an interval, not the value at its end.
    pub pulses: bool,
    /// Between samples.
    pub hold: Hold,
    /// Time of the frame before, ms. Equal to `t_ms` in a first frame.
    pub prev_ms: f64,
    /// Time of the frame, ms.
    pub t_ms: f64,
}

/// Values of external channels.
pub trait Inputs {
    /// The value at `t_ms`, or the pulses in (`prev_ms`, `t_ms`].
    ///
    /// # Errors
    /// Whatever kept the host from answering; the frame then fails with it and changes nothing.
    fn sample(&self, question: &Question<'_>) -> Result<Reading<'_>, String>;
}

/// No channel has a value: all take their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoInputs;

impl Inputs for NoInputs {
    fn sample(&self, _: &Question<'_>) -> Result<Reading<'_>, String> {
        Ok(Reading::Default)
    }
}

/// Samples of some channels over time, played back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Playback {
    channels: BTreeMap<String, Track>,
}

/// Samples of one channel, as values and, where each is one number, as pulses.
#[derive(Debug, Clone, PartialEq)]
struct Track {
    hold: Option<Hold>,
    lanes: usize,
    samples: Vec<(f64, [f64; MAX_LANES])>,
    pulses: Vec<Pulse>,
}

impl Playback {
    /// Nothing recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel: times in ms and values of so many lanes. Samples may come in any order; equal
    /// times keep theirs. `hold` is what the recording says, `None` leaves it to the program.
    pub fn add(
        &mut self,
        key: &str,
        hold: Option<Hold>,
        lanes: usize,
        mut samples: Vec<(f64, [f64; MAX_LANES])>,
    ) {
        samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        let pulse = |&(t_ms, [value, ..]): &(f64, [f64; MAX_LANES])| Pulse { t_ms, value };
        let pulses = match lanes {
            1 => samples.iter().map(pulse).collect(),
            _ => Vec::new(),
        };
        let track = Track {
            hold,
            lanes: lanes.min(MAX_LANES),
            samples,
            pulses,
        };
        self.channels.insert(key.to_owned(), track);
    }
}

impl Inputs for Playback {
    fn sample(&self, question: &Question<'_>) -> Result<Reading<'_>, String> {
        let Some(track) = self.channels.get(question.key) else {
            return Ok(Reading::Default);
        };
        if question.pulses && track.lanes <= 1 {
            let list = &track.pulses;
            let from = list.partition_point(|p| p.t_ms <= question.prev_ms);
            let to = list.partition_point(|p| p.t_ms <= question.t_ms);
            return Ok(Reading::Pulses(&list[from.min(to)..to]));
        }
        let hold = track.hold.unwrap_or(question.hold);
        Ok(value_at(&track.samples, track.lanes, hold, question.t_ms))
    }
}

fn value_at<'a>(
    samples: &[(f64, [f64; MAX_LANES])],
    lanes: usize,
    hold: Hold,
    t_ms: f64,
) -> Reading<'a> {
    let after = samples.partition_point(|(t, _)| *t <= t_ms);
    let Some(&(t0, a)) = after.checked_sub(1).and_then(|i| samples.get(i)) else {
        return Reading::Default;
    };
    let value = match (hold, samples.get(after)) {
        (Hold::Linear, Some(&(t1, b))) => {
            let u = (t_ms - t0) / (t1 - t0);
            std::array::from_fn(|i| a[i] + (b[i] - a[i]) * u)
        }
        _ => a,
    };
    Reading::Lanes(value, lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(playback: &Playback, prev_ms: f64, t_ms: f64, pulses: bool) -> Reading<'_> {
        let question = Question {
            key: "cc",
            pulses,
            hold: Hold::Last,
            prev_ms,
            t_ms,
        };
        playback.sample(&question).expect("a recording answers")
    }

    fn number(value: f64) -> [f64; MAX_LANES] {
        [value, 0.0, 0.0, 0.0]
    }

    #[test]
    fn values_hold_or_run_linearly_between_samples() {
        let samples = vec![(500.0, number(0.8)), (0.0, number(0.2))];
        let mut playback = Playback::new();
        playback.add("cc", None, 1, samples.clone());
        assert_eq!(ask(&playback, 0.0, -1.0, false), Reading::Default);
        assert_eq!(ask(&playback, 0.0, 499.0, false), Reading::number(0.2));
        assert_eq!(ask(&playback, 0.0, 500.0, false), Reading::number(0.8));
        playback.add("cc", Some(Hold::Linear), 1, samples);
        assert_eq!(ask(&playback, 0.0, 250.0, false), Reading::number(0.5));
        assert_eq!(ask(&playback, 0.0, 900.0, false), Reading::number(0.8));
        playback.add("cc", Some(Hold::Linear), 1, Vec::new());
        assert_eq!(ask(&playback, 0.0, 900.0, false), Reading::Default);
    }

    #[test]
    fn of_equal_times_the_last_one_counts() {
        let mut playback = Playback::new();
        let samples = vec![(5.0, number(1.0)), (5.0, number(2.0)), (9.0, number(3.0))];
        playback.add("cc", Some(Hold::Linear), 1, samples);
        assert_eq!(ask(&playback, 0.0, 5.0, false), Reading::number(2.0));
        assert_eq!(ask(&playback, 0.0, 7.0, false), Reading::number(2.5));
    }

    #[test]
    fn pulses_of_the_half_open_interval() {
        let mut playback = Playback::new();
        playback.add(
            "cc",
            None,
            1,
            vec![(200.0, number(2.0)), (100.0, number(1.0))],
        );
        let count = |prev, t| match ask(&playback, prev, t, true) {
            Reading::Pulses(list) => list.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            [count(0.0, 100.0), count(100.0, 200.0), count(100.0, 100.0)],
            [1, 1, 0]
        );
    }
}

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

/// A recorded value. One of no lanes, or not as many as are asked for, is refused where it is met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded {
    /// Time, ms.
    pub t_ms: f64,
    /// Lanes beyond `lanes` are 0.
    pub value: [f64; MAX_LANES],
    /// How many.
    pub lanes: usize,
}

/// Samples of one channel, as values and as pulses.
#[derive(Debug, Clone, PartialEq)]
struct Track {
    hold: Option<Hold>,
    samples: Vec<Recorded>,
    /// One a sample; of those that are one number.
    pulses: Vec<Pulse>,
}

impl Playback {
    /// Nothing recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel. Samples may come in any order; equal times keep theirs. `hold` is what the
    /// recording says, `None` leaves it to the program.
    pub fn add(&mut self, key: &str, hold: Option<Hold>, mut samples: Vec<Recorded>) {
        samples.sort_by(|a, b| a.t_ms.total_cmp(&b.t_ms));
        let pulse = |sample: &Recorded| Pulse {
            t_ms: sample.t_ms,
            value: sample.value[0],
        };
        let track = Track {
            hold,
            pulses: samples.iter().map(pulse).collect(),
            samples,
        };
        self.channels.insert(key.to_owned(), track);
    }
}

impl Inputs for Playback {
    fn sample(&self, question: &Question<'_>) -> Result<Reading<'_>, String> {
        let Some(track) = self.channels.get(question.key) else {
            return Ok(Reading::Default);
        };
        if question.pulses {
            let list = &track.pulses;
            let from = list.partition_point(|p| p.t_ms <= question.prev_ms);
            let to = list.partition_point(|p| p.t_ms <= question.t_ms);
            let now = from.min(to)..to;
            let odd = track.samples[now.clone()].iter().find(|s| s.lanes != 1);
            return Ok(match odd {
                Some(odd) => Reading::Lanes(odd.value, odd.lanes),
                None => Reading::Pulses(&list[now]),
            });
        }
        let hold = track.hold.unwrap_or(question.hold);
        Ok(value_at(&track.samples, hold, question.t_ms))
    }
}

fn value_at<'a>(samples: &[Recorded], hold: Hold, t_ms: f64) -> Reading<'a> {
    let after = samples.partition_point(|sample| sample.t_ms <= t_ms);
    let Some(a) = after.checked_sub(1).and_then(|i| samples.get(i)) else {
        return Reading::Default;
    };
    let value = match (hold, samples.get(after)) {
        // Nothing runs towards a value of another shape.
        (Hold::Linear, Some(b)) if b.lanes == a.lanes => {
            let u = (t_ms - a.t_ms) / (b.t_ms - a.t_ms);
            std::array::from_fn(|i| a.value[i] + (b.value[i] - a.value[i]) * u)
        }
        _ => a.value,
    };
    Reading::Lanes(value, a.lanes)
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

    fn number(t_ms: f64, value: f64) -> Recorded {
        Recorded {
            t_ms,
            value: [value, 0.0, 0.0, 0.0],
            lanes: 1,
        }
    }

    #[test]
    fn values_hold_or_run_linearly_between_samples() {
        let samples = vec![number(500.0, 0.8), number(0.0, 0.2)];
        let mut playback = Playback::new();
        playback.add("cc", None, samples.clone());
        assert_eq!(ask(&playback, 0.0, -1.0, false), Reading::Default);
        assert_eq!(ask(&playback, 0.0, 499.0, false), Reading::number(0.2));
        assert_eq!(ask(&playback, 0.0, 500.0, false), Reading::number(0.8));
        playback.add("cc", Some(Hold::Linear), samples);
        assert_eq!(ask(&playback, 0.0, 250.0, false), Reading::number(0.5));
        assert_eq!(ask(&playback, 0.0, 900.0, false), Reading::number(0.8));
        playback.add("cc", Some(Hold::Linear), Vec::new());
        assert_eq!(ask(&playback, 0.0, 900.0, false), Reading::Default);
    }

    #[test]
    fn of_equal_times_the_last_one_counts() {
        let mut playback = Playback::new();
        let samples = vec![number(5.0, 1.0), number(5.0, 2.0), number(9.0, 3.0)];
        playback.add("cc", Some(Hold::Linear), samples);
        assert_eq!(ask(&playback, 0.0, 5.0, false), Reading::number(2.0));
        assert_eq!(ask(&playback, 0.0, 7.0, false), Reading::number(2.5));
    }

    #[test]
    fn values_of_another_shape_are_given_as_they_are() {
        let nothing = Recorded {
            t_ms: 10.0,
            value: [0.0; MAX_LANES],
            lanes: 0,
        };
        let mut playback = Playback::new();
        let samples = vec![number(0.0, 1.0), nothing, number(20.0, 3.0)];
        playback.add("cc", Some(Hold::Linear), samples);
        assert_eq!(ask(&playback, 0.0, 5.0, false), Reading::number(1.0));
        assert!(matches!(
            ask(&playback, 0.0, 15.0, false),
            Reading::Lanes(_, 0)
        ));
        assert_eq!(ask(&playback, 0.0, 20.0, false), Reading::number(3.0));
        assert!(matches!(
            ask(&playback, 5.0, 15.0, true),
            Reading::Lanes(_, 0)
        ));
        assert!(matches!(
            ask(&playback, 15.0, 25.0, true),
            Reading::Pulses(_)
        ));
    }

    #[test]
    fn pulses_of_the_half_open_interval() {
        let mut playback = Playback::new();
        playback.add("cc", None, vec![number(200.0, 2.0), number(100.0, 1.0)]);
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

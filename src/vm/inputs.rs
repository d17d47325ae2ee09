//! Values that come from outside: what the host has recorded or measured.
//!
//! The engine asks [`Inputs`] once per channel and frame, before anything else runs. A
//! [`Recording`] answers from a list of samples and so gives the same frames every time;
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

/// Samples of some channels over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    channels: BTreeMap<String, Track>,
}

/// Samples of one channel.
#[derive(Debug, Clone, PartialEq)]
enum Track {
    Values {
        hold: Option<Hold>,
        lanes: usize,
        samples: Vec<(f64, [f64; MAX_LANES])>,
    },
    Pulses(Vec<Pulse>),
}

/// Why samples cannot be part of a recording.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecordingError {
    /// A time is NaN or infinite.
    #[error("channel `{key}`: the time of sample {at} is not finite")]
    Time {
        /// The channel.
        key: String,
        /// Which sample.
        at: usize,
    },
    /// Samples of one channel differ in length, or have no or too many numbers.
    #[error(
        "channel `{key}`: sample {at} has {found} numbers; a sample has 1 to 4, all of one channel the same"
    )]
    Lanes {
        /// The channel.
        key: String,
        /// Which sample.
        at: usize,
        /// Numbers in it.
        found: usize,
    },
}

impl Recording {
    /// Nothing recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel of values. Samples may come in any order; equal times keep theirs. `hold` is
    /// what the recording says, `None` leaves it to the program.
    ///
    /// # Errors
    /// If a time is not finite or the samples differ in length.
    pub fn values(
        &mut self,
        key: &str,
        hold: Option<Hold>,
        samples: &[(f64, Vec<f64>)],
    ) -> Result<(), RecordingError> {
        let lanes = samples.first().map_or(1, |(_, v)| v.len());
        let mut track = Vec::with_capacity(samples.len());
        for (at, (t, value)) in samples.iter().enumerate() {
            if !t.is_finite() {
                let key = key.to_owned();
                return Err(RecordingError::Time { key, at });
            }
            let found = value.len();
            if found != lanes || !(1..=MAX_LANES).contains(&found) {
                let key = key.to_owned();
                return Err(RecordingError::Lanes { key, at, found });
            }
            let mut row = [0.0; MAX_LANES];
            row[..found].copy_from_slice(value);
            track.push((*t, row));
        }
        track.sort_by(|a, b| a.0.total_cmp(&b.0));
        let track = Track::Values {
            hold,
            lanes,
            samples: track,
        };
        self.channels.insert(key.to_owned(), track);
        Ok(())
    }

    /// Adds a channel of pulses: (time in ms, value).
    ///
    /// # Errors
    /// If a time is not finite.
    pub fn pulses(&mut self, key: &str, pulses: &[(f64, f64)]) -> Result<(), RecordingError> {
        if let Some(at) = pulses.iter().position(|(t, _)| !t.is_finite()) {
            let key = key.to_owned();
            return Err(RecordingError::Time { key, at });
        }
        let mut list: Vec<Pulse> = pulses
            .iter()
            .map(|&(t_ms, value)| Pulse { t_ms, value })
            .collect();
        list.sort_by(|a, b| a.t_ms.total_cmp(&b.t_ms));
        self.channels.insert(key.to_owned(), Track::Pulses(list));
        Ok(())
    }

    /// Names of the recorded channels, in byte order.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.keys().map(String::as_str)
    }
}

impl Inputs for Recording {
    fn sample(&self, question: &Question<'_>) -> Result<Reading<'_>, String> {
        Ok(match self.channels.get(question.key) {
            None => Reading::Default,
            Some(Track::Pulses(list)) => {
                let from = list.partition_point(|p| p.t_ms <= question.prev_ms);
                let to = list.partition_point(|p| p.t_ms <= question.t_ms);
                Reading::Pulses(&list[from.min(to)..to])
            }
            Some(Track::Values {
                hold,
                lanes,
                samples,
            }) => {
                let hold = hold.unwrap_or(question.hold);
                value_at(samples, *lanes, hold, question.t_ms)
            }
        })
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

    fn ask(recording: &Recording, prev_ms: f64, t_ms: f64) -> Reading<'_> {
        let question = Question {
            key: "cc",
            hold: Hold::Last,
            prev_ms,
            t_ms,
        };
        recording.sample(&question).expect("a recording answers")
    }

    #[test]
    fn values_hold_or_run_linearly_between_samples() {
        let samples = [(500.0, vec![0.8]), (0.0, vec![0.2])];
        let mut recording = Recording::new();
        recording.values("cc", None, &samples).expect("legal");
        assert_eq!(ask(&recording, 0.0, -1.0), Reading::Default);
        assert_eq!(ask(&recording, 0.0, 499.0), Reading::number(0.2));
        assert_eq!(ask(&recording, 0.0, 500.0), Reading::number(0.8));
        recording
            .values("cc", Some(Hold::Linear), &samples)
            .expect("legal");
        assert_eq!(ask(&recording, 0.0, 250.0), Reading::number(0.5));
        assert_eq!(ask(&recording, 0.0, 900.0), Reading::number(0.8));
    }

    #[test]
    fn pulses_of_the_half_open_interval() {
        let mut recording = Recording::new();
        recording
            .pulses("cc", &[(200.0, 2.0), (100.0, 1.0)])
            .expect("legal");
        let count = |prev, t| match ask(&recording, prev, t) {
            Reading::Pulses(list) => list.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            [count(0.0, 100.0), count(100.0, 200.0), count(100.0, 100.0)],
            [1, 1, 0]
        );
    }

    #[test]
    fn uneven_samples_are_refused() {
        let mut recording = Recording::new();
        let uneven = recording.values("cc", None, &[(0.0, vec![1.0]), (1.0, vec![1.0, 2.0])]);
        assert!(matches!(
            uneven,
            Err(RecordingError::Lanes {
                at: 1,
                found: 2,
                ..
            })
        ));
        assert!(recording.pulses("cc", &[(f64::NAN, 0.0)]).is_err());
    }
}

//! From a sample to the values and events of the time model.
//!
//! In: a [`FrameTime`] and the sample of the frame before. Out: eight numbers (t, dt, phase…) and the
//! boundaries in (previous, now]. What holds: a step of a cycle is worked out in integers, so that
//! frame i + N has the bits of frame i; boundaries are counted, so a long step loses none; a boundary
//! within 10⁻⁹ turns above a time sample counts as passed, so that rounding of t = i·1000/fps does
//! not move it to the next frame. Read next: `turns`, a phase that does not wrap; `rails`, which has clocks
//! of its own.

mod turns;

pub(super) use turns::Turns;

use super::frame::{FrameError, FrameTime, Mode};
use super::pulse::{Pulse, PulseList};
use crate::ir::{CueBehavior, CycleMode, TimeEvent, TimeModel};

/// How a frame follows the one before it in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrameClass {
    /// There is none before it.
    #[default]
    First,
    /// Later than the one before.
    Advance,
    /// The same time again: dt is 0.
    Hold,
    /// Earlier: a new run begins.
    Rewind,
    /// The host asked for a new run.
    Jump,
    /// A look that leaves no trace.
    Peek,
}

impl FrameClass {
    /// Whether the frame begins a run.
    pub const fn begins_run(self) -> bool {
        matches!(self, Self::First | Self::Rewind | Self::Jump)
    }
}

/// A checked time.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Moment {
    /// ms.
    pub(super) t_ms: f64,
    /// Step and steps of a loop, for a sample in integers.
    pub(super) cycle: Option<(i64, u32)>,
}

impl Moment {
    /// Whether this sample is before, at or after `other`.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self.cycle, other.cycle) {
            (Some((a, n)), Some((b, m))) if n == m => a.cmp(&b),
            _ => self.t_ms.total_cmp(&other.t_ms),
        }
    }

    /// The same time, not as a step of a cycle.
    pub(super) fn by_time(self) -> Self {
        Self {
            cycle: None,
            ..self
        }
    }

    /// Whole loops and the step in the loop.
    pub(super) fn loops(step: i64, of: u32) -> (i64, i64) {
        let n = i64::from(of.max(1));
        (step.div_euclid(n), step.rem_euclid(n))
    }

    /// The sample as far before `self` as `next` is after it.
    pub(super) fn before(&self, next: &Self, model: &Model) -> Self {
        if let (Some((a, n)), Some((b, m))) = (self.cycle, next.cycle)
            && n == m
        {
            let step = a.saturating_mul(2).saturating_sub(b);
            return model.at_step(step, n);
        }
        Self {
            t_ms: 2.0 * self.t_ms - next.t_ms,
            cycle: None,
        }
    }
}

/// The eight numbers of a moment, indexed by `TimeValue`.
pub(super) type TimeValues = [f64; 8];

/// A time model, ready to be sampled.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Model {
    Finite {
        duration: f64,
        /// Time and index of the cue points that fire.
        cues: Vec<(f64, f64)>,
    },
    Cyclic {
        period: f64,
        mode: CycleMode,
        /// Turns added after a swap that kept the phase.
        gauge: f64,
    },
    Infinite {
        period: Option<f64>,
    },
}

impl Model {
    pub(super) fn new(model: &TimeModel) -> Self {
        match model {
            TimeModel::Finite {
                duration_ms,
                cue_points,
            } => Self::Finite {
                duration: *duration_ms,
                cues: cue_points
                    .iter()
                    .enumerate()
                    .filter(|(_, cue)| cue.behavior == CueBehavior::Event)
                    .map(|(i, cue)| (cue.t_ms, i as f64))
                    .collect(),
            },
            TimeModel::Cyclic { period_ms, mode } => Self::Cyclic {
                period: *period_ms,
                mode: *mode,
                gauge: 0.0,
            },
            TimeModel::Infinite {
                ambient_period_ms, ..
            } => Self::Infinite {
                period: *ambient_period_ms,
            },
        }
    }

    /// Length of a loop of steps: both legs in pingpong. 0 for models without one.
    pub(super) fn loop_ms(&self) -> f64 {
        match *self {
            Self::Cyclic { period, mode, .. } => match mode {
                CycleMode::Loop => period,
                CycleMode::Pingpong => 2.0 * period,
            },
            _ => 0.0,
        }
    }

    fn at_step(&self, step: i64, of: u32) -> Moment {
        Moment {
            t_ms: self.loop_ms() * step as f64 / f64::from(of.max(1)),
            cycle: Some((step, of)),
        }
    }

    /// Checks a time. Frames are clamped to t ≥ 0, samples that only come before them are not.
    pub(super) fn check(&self, time: FrameTime, clamp: bool) -> Result<Moment, FrameError> {
        let sample = match time {
            // Before clamping, which would make a time of −∞.
            FrameTime::At { t_ms, .. } if !t_ms.is_finite() => {
                return Err(FrameError::BadTime(t_ms));
            }
            FrameTime::At { t_ms, .. } => Moment {
                // −0 is not above 0 and becomes 0 too.
                t_ms: if clamp && t_ms <= 0.0 { 0.0 } else { t_ms },
                cycle: None,
            },
            FrameTime::Cycle { step, of, .. } => {
                if !matches!(self, Self::Cyclic { .. }) {
                    return Err(FrameError::BadCycle(
                        "only a cyclic program has steps of a cycle",
                    ));
                }
                if of == 0 {
                    return Err(FrameError::BadCycle("a cycle has at least one step"));
                }
                self.at_step(step, of)
            }
        };
        if sample.t_ms.is_finite() {
            Ok(sample)
        } else {
            Err(FrameError::BadTime(sample.t_ms))
        }
    }

    /// How a frame at `now` follows `prev`.
    pub(super) fn class(&self, mode: Mode, prev: Option<&Moment>, now: &Moment) -> FrameClass {
        match (mode, prev) {
            (Mode::Peek, _) => FrameClass::Peek,
            (Mode::Jump, _) => FrameClass::Jump,
            (Mode::Advance, None) => FrameClass::First,
            (Mode::Advance, Some(prev)) => match now.compare(prev) {
                std::cmp::Ordering::Greater => FrameClass::Advance,
                std::cmp::Ordering::Equal => FrameClass::Hold,
                std::cmp::Ordering::Less => FrameClass::Rewind,
            },
        }
    }

    /// Time from `prev` to `now` in ms; equal steps of a cycle give equal bits.
    pub(super) fn dt(&self, prev: &Moment, now: &Moment) -> f64 {
        match (prev.cycle, now.cycle) {
            (Some((a, n)), Some((b, m))) if n == m => {
                b.saturating_sub(a) as f64 * self.loop_ms() / f64::from(n)
            }
            _ => (now.t_ms - prev.t_ms).min(f64::MAX),
        }
    }

    /// Unwrapped phase of a time sample.
    fn turns(&self, sample: &Moment) -> Turns {
        let t = sample.t_ms.max(0.0);
        match *self {
            Self::Finite { duration, .. } => Turns::of(t.min(duration) / duration),
            Self::Cyclic { period, gauge, .. } => Turns::of(t / period + gauge),
            Self::Infinite { period } => period.map_or(Turns::default(), |q| Turns::of(t / q)),
        }
    }

    /// Unwrapped phase of any sample; in pingpong a turn is one leg.
    fn turns_at(&self, sample: &Moment) -> Turns {
        let (&Self::Cyclic { mode, .. }, Some((step, of))) = (self, sample.cycle) else {
            return self.turns(sample);
        };
        let (j, r) = Moment::loops(step, of);
        let n = i64::from(of.max(1));
        let legs = match mode {
            CycleMode::Loop => 1,
            CycleMode::Pingpong => 2,
        };
        let passed = r * legs;
        Turns {
            whole: j.saturating_mul(legs).saturating_add(passed / n),
            part: (passed % n) as f64 / n as f64,
        }
    }

    /// This model after a swap from `old`, whose last frame was at `sample`: with `keep`, a cycle of
    /// another period goes on at the phase where it is, and so does one that went on before.
    pub(super) fn continuing(&self, old: &Self, sample: &Moment, keep: bool) -> Self {
        match (self, old) {
            (
                &Self::Cyclic { period, mode, .. },
                &Self::Cyclic {
                    period: before,
                    mode: same,
                    gauge,
                },
            ) if keep && mode == same => Self::Cyclic {
                period,
                mode,
                gauge: if period == before {
                    gauge
                } else {
                    let from = old.turns_at(sample);
                    from.gauge(sample.t_ms.max(0.0) / period, mode)
                },
            },
            _ => self.with_gauge(0.0),
        }
    }

    /// Turns added after a swap that kept the phase; 0 for models without a cycle.
    pub(super) fn gauge(&self) -> f64 {
        match *self {
            Self::Cyclic { gauge, .. } => gauge,
            _ => 0.0,
        }
    }

    /// The same with a gauge; models without a cycle have none.
    pub(super) fn with_gauge(&self, turns: f64) -> Self {
        let mut model = self.clone();
        if let Self::Cyclic { gauge, .. } = &mut model {
            *gauge = turns;
        }
        model
    }

    /// The numbers of a moment, without dt.
    pub(super) fn values(&self, sample: &Moment) -> TimeValues {
        let t = sample.t_ms;
        let [model, phase, progress, index, cycle_t, energy] = match (self, sample.cycle) {
            (&Self::Cyclic { period, mode, .. }, Some((step, of))) => {
                let (j, r) = Moment::loops(step, of);
                let n = i64::from(of);
                let (phase, index, cycle_t) = match mode {
                    CycleMode::Loop => {
                        let phase = r as f64 / n as f64;
                        (phase, j as f64, phase * period)
                    }
                    CycleMode::Pingpong if 2 * r < n => {
                        let phase = (2 * r) as f64 / n as f64;
                        (phase, 2.0 * j as f64, phase * period)
                    }
                    CycleMode::Pingpong => {
                        let phase = (2 * n - 2 * r) as f64 / n as f64;
                        let back = (2 * r - n) as f64 / n as f64;
                        (phase, 2.0 * j as f64 + 1.0, back * period)
                    }
                };
                let model = match mode {
                    CycleMode::Loop => cycle_t,
                    CycleMode::Pingpong => phase * period,
                };
                [model, phase, phase, index, cycle_t, 1.0]
            }
            (
                &Self::Cyclic {
                    period,
                    mode,
                    gauge,
                },
                None,
            ) => {
                let c = self.turns(sample);
                let cycle_t = if gauge == 0.0 {
                    (t.max(0.0) - c.whole as f64 * period).max(0.0)
                } else {
                    c.part * period
                };
                let phase = c.phase(mode);
                let model = match mode {
                    CycleMode::Loop => cycle_t,
                    CycleMode::Pingpong => phase * period,
                };
                [model, phase, phase, c.whole as f64, cycle_t, 1.0]
            }
            (&Self::Finite { duration, .. }, _) => {
                let model = t.max(0.0).min(duration);
                let progress = if t >= duration { 1.0 } else { model / duration };
                let energy = if t < duration { 1.0 } else { 0.0 };
                [model, progress, progress, 0.0, model, energy]
            }
            (&Self::Infinite { period }, _) => {
                let c = self.turns(sample);
                let cycle_t = period.map_or(0.0, |q| c.part * q);
                [t, c.part, 0.0, c.whole as f64, cycle_t, 1.0]
            }
        };
        [t, model, 0.0, phase, progress, index, cycle_t, energy]
    }

    /// floor(c·q) of the unwrapped phase c.
    pub(super) fn passed(&self, sample: &Moment, q: u64) -> i128 {
        match (self, sample.cycle) {
            (&Self::Cyclic { mode, .. }, Some((step, of))) => {
                let (j, r) = Moment::loops(step, of);
                // A loop of steps has two legs in pingpong, and so twice the boundaries.
                let legs = match mode {
                    CycleMode::Loop => 1,
                    CycleMode::Pingpong => 2,
                };
                let q = i128::from(q).saturating_mul(legs);
                let whole = i128::from(j).saturating_mul(q);
                whole.saturating_add(i128::from(r).saturating_mul(q) / i128::from(of.max(1)))
            }
            _ => self.turns(sample).passed(q),
        }
    }

    /// Time of boundary `index` of those that [`Self::passed`] counts, ms.
    pub(super) fn boundary_ms(&self, index: i128, q: u64) -> f64 {
        let turns = index as f64 / q as f64;
        match *self {
            Self::Finite { duration, .. } => turns * duration,
            Self::Cyclic { period, gauge, .. } => (turns - gauge) * period,
            Self::Infinite { period } => turns * period.unwrap_or(0.0),
        }
    }

    /// Pulses of a time event in (prev, now].
    pub(super) fn pulses(
        &self,
        event: TimeEvent,
        prev: &Moment,
        now: &Moment,
        out: &mut PulseList,
    ) {
        if prev.cycle.is_none() && prev.t_ms < 0.0 {
            return;
        }
        match (self, event) {
            (Self::Cyclic { .. }, TimeEvent::Wrap)
            | (Self::Infinite { period: Some(_) }, TimeEvent::Wrap) => {
                self.boundaries(self.passed(prev, 1), self.passed(now, 1), 1, out);
            }
            (Self::Finite { duration, .. }, TimeEvent::End)
                if prev.t_ms < *duration && *duration <= now.t_ms =>
            {
                out.push(Pulse {
                    t_ms: *duration,
                    value: 0.0,
                });
            }
            (Self::Finite { cues, .. }, TimeEvent::Cue) => {
                for &(t_ms, value) in cues {
                    if prev.t_ms < t_ms && t_ms <= now.t_ms {
                        out.push(Pulse { t_ms, value });
                    }
                }
            }
            _ => {}
        }
    }

    /// One pulse per boundary in (from, to], in either direction; its value is its index.
    pub(super) fn boundaries(&self, from: i128, to: i128, q: u64, out: &mut PulseList) {
        push_boundaries(from, to, out, |index| self.boundary_ms(index, q));
    }
}

/// One pulse per index passed between `from` and `to`; backwards they come in falling order, with
/// times that then fall too, so they are given in rising order all the same.
pub(super) fn push_boundaries(
    from: i128,
    to: i128,
    out: &mut PulseList,
    t_ms: impl Fn(i128) -> f64,
) {
    let (low, high) = if from <= to { (from, to) } else { (to, from) };
    let n = u64::try_from(high.saturating_sub(low)).unwrap_or(u64::MAX);
    out.push_run(n, |i| {
        let index = low.saturating_add(1 + i128::from(i));
        Pulse {
            t_ms: t_ms(index),
            value: index as f64,
        }
    });
}

#[cfg(test)]
mod tests;

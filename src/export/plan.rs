//! The time plan: which samples of the program's time are the frames, and what comes before them.
//!
//! In: the program's time model and memory class, and [`PlanOptions`]. Out: a [`Plan`], a plain value
//! that gives for every frame its [`Sample`] and its [`Approach`] (how an engine has to be led to it).
//! So a frame is a function of the plan and its number, on any number of threads and machines.
//!
//! | time model | frames | sample of frame i |
//! |---|---|---|
//! | finite, D | ceil(D·fps/1000) | t = start + i·1000/fps |
//! | cyclic, P (there and back: 2P) | frames per cycle N, else round(P·fps/1000); × loops | step i of N |
//! | cyclic, sampled by time | ceil(loops·P·fps/1000) | t = start + i·1000/fps |
//! | infinite | ceil(duration·fps/1000) | t = start + i·1000/fps |
//!
//! Nothing wraps time from outside and nothing is accumulated: products first, one division, counts
//! in integers. Next: [`super::pipeline`], which runs a plan.

mod error;
mod schedule;

pub use error::PlanError;

use super::frames::{FrameRange, FrameSet};
use super::rate::FrameRate;
use super::shutter::Shutter;
use crate::ir::{CycleMode, Memory, TimeModel};
use schedule::{Model, Schedule, legs};
use std::ops::Range;

/// Most frames of a plan, warm-up included.
pub const FRAMES_MAX: u64 = 10_000_000;

/// What the user may say about time. `Default` is the patch's whole natural length at 60 fps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanOptions {
    /// Frames per second.
    pub fps: FrameRate,
    /// Frames of one cycle (both legs of there-and-back); cyclic, driven by phase.
    pub frames_per_cycle: Option<u32>,
    /// How often a cycle is repeated.
    pub loops: Option<u32>,
    /// Loops run before frame 0 without being written.
    pub warmup: Option<u32>,
    /// Time of frame 0, ms.
    pub start_ms: Option<f64>,
    /// Length, ms.
    pub duration_ms: Option<f64>,
    /// One still at this time, ms, in place of a sequence.
    pub still_ms: Option<f64>,
    /// One more frame at exactly the end of a finite performance.
    pub include_end: bool,
    /// How a cycle is sampled; `None`: by phase.
    pub sampling: Option<Sampling>,
}

/// What drives the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// Exact steps of a cycle.
    Phase,
    /// Times.
    Time,
}

/// What the engine is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// A time, ms. May be negative before the first frame.
    At {
        /// ms.
        t_ms: f64,
    },
    /// Step `step` of a cycle of `of` steps. May be negative before the first frame.
    Cycle {
        /// Counted from the start of the first loop.
        step: i64,
        /// Steps in a cycle, ≥ 1.
        of: u32,
    },
}

/// How an engine is led to a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Approach {
    /// Where its run begins.
    pub start: Start,
    /// Positions of the plan (see [`Plan::sample`]) to step through before the frame, ascending.
    pub steps: Vec<Range<i64>>,
}

/// Where a run of the engine begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// Anywhere: the frame depends on its own time alone.
    Anywhere,
    /// The next sample is the first; rails of that frame were latched at this one.
    Latch(Sample),
    /// The next sample follows this one.
    After(Sample),
}

/// Another program takes over at a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap {
    /// The first frame of the new program, ≥ 1.
    pub frame: u64,
    /// Its time runs in another way: from here on frames are sampled by time, at the same rate.
    pub by_time: bool,
}

/// A warm-up and where its length comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warmup {
    /// Loops stepped before frame 0.
    pub loops: u32,
    /// Whether the memory class chose it, not the user.
    pub by_default: bool,
}

/// A checked time plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    fps: FrameRate,
    memory: Memory,
    model: Model,
    schedule: Schedule,
    frames: u64,
    warmup: Option<Warmup>,
    shutter: Option<Shutter>,
    /// Ascending.
    swaps: Vec<Swap>,
}

impl Plan {
    /// The plan of a program.
    ///
    /// # Errors
    /// An option that does not fit the time model, or a plan that is too long.
    pub fn new(
        model: &TimeModel,
        memory: Memory,
        options: &PlanOptions,
    ) -> Result<Self, PlanError> {
        let (model, schedule, frames) = schedule::schedule(model, options)?;
        let by_phase = matches!(schedule, Schedule::Phase { .. });
        let warmup = by_phase.then(|| Warmup {
            loops: options.warmup.unwrap_or(u32::from(memory == Memory::State)),
            by_default: options.warmup.is_none(),
        });
        let plan = Self {
            fps: options.fps,
            memory,
            model,
            schedule,
            frames,
            warmup,
            shutter: None,
            swaps: Vec::new(),
        };
        let lead = plan.history_start().unsigned_abs();
        if frames.saturating_add(lead) > FRAMES_MAX {
            return Err(PlanError::TooLong);
        }
        Ok(plan)
    }

    /// The same plan with other programs from some of its frames on. The memory class of the plan
    /// must be the highest of all programs'.
    ///
    /// # Errors
    /// [`PlanError::Swap`]: frame 0, a frame beyond the plan, or two swaps at one frame.
    pub fn with_swaps(mut self, mut swaps: Vec<Swap>) -> Result<Self, PlanError> {
        swaps.sort_by_key(|swap| swap.frame);
        let last = self.frames - 1;
        for (at, &Swap { frame, .. }) in swaps.iter().enumerate() {
            let why = if frame == 0 {
                "nothing runs before frame 0; render the new program instead".to_owned()
            } else if frame > last {
                format!("the last frame of the plan is {last}")
            } else if at > 0 && swaps[at - 1].frame == frame {
                "there is one already".to_owned()
            } else {
                continue;
            };
            return Err(PlanError::Swap { frame, why });
        }
        self.swaps = swaps;
        Ok(self)
    }

    /// The same plan with motion blur.
    ///
    /// # Errors
    /// [`PlanError::TooLong`] if there are more than [`FRAMES_MAX`] moments, [`PlanError::Value`] if
    /// moments cannot be exact steps of the cycle.
    pub fn with_shutter(mut self, shutter: Option<Shutter>) -> Result<Self, PlanError> {
        let Some(open) = shutter else {
            return Ok(self);
        };
        let positions = self.frames + self.history_start().unsigned_abs();
        if positions.saturating_mul(u64::from(open.samples)) > FRAMES_MAX {
            return Err(PlanError::TooLong);
        }
        if let Schedule::Phase { of, .. } = self.schedule
            && i64::from(of) * open.steps() > i64::from(u32::MAX)
        {
            return Err(PlanError::Value {
                option: "--shutter",
                wants: "a simpler part of a frame, or fewer `--samples`",
            });
        }
        self.shutter = shutter;
        Ok(self)
    }

    /// Where other programs take over, ascending.
    pub fn swaps(&self) -> &[Swap] {
        &self.swaps
    }

    /// Number of frames, ≥ 1.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The frames that a range means here; all of them without one.
    ///
    /// # Errors
    /// [`PlanError::Frames`].
    pub fn select(&self, range: Option<&FrameRange>) -> Result<FrameSet, PlanError> {
        match range {
            None => Ok(FrameSet::all(self.frames)),
            Some(range) => Ok(range.within(self.frames)?),
        }
    }

    /// The sample at a position: frame i is position i; what comes before frame 0 has negative ones,
    /// and `frames()` is the one after the last.
    pub fn sample(&self, position: i64) -> Sample {
        self.moment(position, 0, 1)
    }

    /// What is seen at a position, in order: its sample, or the moments while its shutter is open.
    pub fn moments(&self, position: i64) -> impl DoubleEndedIterator<Item = Sample> {
        let steps = self.shutter.map_or(1, Shutter::steps);
        let open = self.shutter.map(Shutter::offsets).into_iter().flatten();
        let plain = self.shutter.is_none().then_some(0);
        open.chain(plain)
            .map(move |offset| self.moment(position, offset, steps))
    }

    /// The sample `offset`/`steps` frames from a position.
    fn moment(&self, position: i64, offset: i64, steps: i64) -> Sample {
        let sample = self.scheduled(position, offset, steps);
        let by_time = |swap: &Swap| swap.by_time && swap.frame as i64 <= position;
        if self.swaps.iter().any(by_time) {
            return Sample::At {
                t_ms: self.time_ms(sample),
            };
        }
        sample
    }

    fn scheduled(&self, position: i64, offset: i64, steps: i64) -> Sample {
        let ms = |frames: i64| self.fps.time_of_parts_ms(frames * steps + offset, steps);
        match self.schedule {
            // Checked when the plan was made.
            Schedule::Phase { of, .. } => Sample::Cycle {
                step: position * steps + offset,
                of: of * steps as u32,
            },
            Schedule::Time {
                end: Some((last, t_ms)),
                ..
            } if position == last => Sample::At { t_ms: t_ms + ms(0) },
            Schedule::Time { start_ms, .. } => Sample::At {
                t_ms: start_ms + ms(position),
            },
            Schedule::Still { t_ms, .. } if position >= 0 => Sample::At { t_ms: t_ms + ms(0) },
            Schedule::Still {
                start_ms, before, ..
            } => Sample::At {
                t_ms: start_ms + ms(before + position),
            },
        }
    }

    /// The last moment of a position.
    fn last_moment(&self, position: i64) -> Sample {
        let last = self.moments(position).next_back();
        last.unwrap_or_else(|| self.sample(position))
    }

    /// How an engine is led to frame `frame`, by memory class.
    pub fn approach(&self, frame: u64) -> Approach {
        let position = frame as i64;
        let first = self.history_start();
        let steps = self.steps_to(position, first);
        let from = steps.first().map_or(position, |range| range.start);
        let start = match self.memory {
            Memory::None => Start::Anywhere,
            Memory::Previous if from > first => Start::After(self.last_moment(from - 1)),
            Memory::Previous | Memory::State => Start::Latch(self.last_moment(first - 1)),
        };
        Approach { start, steps }
    }

    /// The positions before `position` that have to be seen. State sees all. Else only swaps need
    /// any: a phase goes on from the last frame of the program before, and a frame after a swap
    /// can not simply follow a sample, which that program never had. A latched pulse reaches two
    /// frames back.
    fn steps_to(&self, position: i64, first: i64) -> Vec<Range<i64>> {
        if self.memory == Memory::State {
            return std::iter::once(first..position).collect();
        }
        let reach = match self.memory {
            Memory::Previous => 2,
            _ => 1,
        };
        let swaps = self.swaps.iter().map(|swap| swap.frame as i64);
        let mut low = first;
        let mut steps: Vec<Range<i64>> = Vec::new();
        for swap in swaps.take_while(|&swap| swap <= position) {
            steps.push((swap - reach).max(low)..swap);
            low = swap;
        }
        if !steps.is_empty() && self.memory == Memory::Previous {
            steps.push((position - reach).max(low)..position);
        }
        steps.retain(|range| !range.is_empty());
        steps
    }

    /// Whether a program other than the first runs at a position.
    pub fn is_swapped(&self, position: i64) -> bool {
        let first = self.swaps.first();
        first.is_some_and(|swap| swap.frame as i64 <= position)
    }

    /// Time of a sample in ms: its own, or L·step/of for a cycle of length L.
    pub fn time_ms(&self, sample: Sample) -> f64 {
        match (sample, self.model) {
            (Sample::At { t_ms }, _) => t_ms,
            (Sample::Cycle { step, of }, Model::Cyclic { period_ms, mode }) => {
                legs(mode) * period_ms * step as f64 / f64::from(of)
            }
            (Sample::Cycle { .. }, _) => 0.0,
        }
    }

    /// Phase of a sample, 0…1; `None` for an infinite program without an ambient period, and after
    /// a swap to another kind of time.
    pub fn phase(&self, sample: Sample) -> Option<f64> {
        if let Sample::At { t_ms } = sample {
            // From there on the phase is the engine's alone.
            let mut other = self.swaps.iter().filter(|swap| swap.by_time);
            let since = |swap: &Swap| self.time_ms(self.sample(swap.frame as i64));
            if other.any(|swap| since(swap) <= t_ms) {
                return None;
            }
        }
        match (sample, self.model) {
            (Sample::Cycle { step, of }, Model::Cyclic { mode, .. }) => {
                let (rest, of) = (step.rem_euclid(i64::from(of)), i64::from(of));
                Some(match mode {
                    CycleMode::Loop => rest as f64 / of as f64,
                    CycleMode::Pingpong if 2 * rest < of => 2.0 * rest as f64 / of as f64,
                    CycleMode::Pingpong => (2 * of - 2 * rest) as f64 / of as f64,
                })
            }
            (Sample::At { t_ms }, Model::Finite { duration_ms }) => {
                Some((t_ms.max(0.0) / duration_ms).min(1.0))
            }
            (Sample::At { t_ms }, Model::Cyclic { period_ms, mode }) => {
                let count = t_ms.max(0.0) / period_ms;
                let part = count - count.floor();
                let back = mode == CycleMode::Pingpong && count.floor() % 2.0 == 1.0;
                Some(if back { 1.0 - part } else { part })
            }
            (
                Sample::At { t_ms },
                Model::Infinite {
                    ambient_ms: Some(period_ms),
                },
            ) => {
                let count = t_ms.max(0.0) / period_ms;
                Some(count - count.floor())
            }
            _ => None,
        }
    }

    /// Frames per second.
    pub fn fps(&self) -> FrameRate {
        self.fps
    }

    /// What drives the samples.
    pub fn sampling(&self) -> Sampling {
        match self.schedule {
            Schedule::Phase { .. } => Sampling::Phase,
            _ => Sampling::Time,
        }
    }

    /// Memory class of the program.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// The word for the time model: `finite`, `cyclic` or `infinite`.
    pub fn model_name(&self) -> &'static str {
        match self.model {
            Model::Finite { .. } => "finite",
            Model::Cyclic { .. } => "cyclic",
            Model::Infinite { .. } => "infinite",
        }
    }

    /// Warm-up; `None` where frames are sampled by time.
    pub fn warmup(&self) -> Option<Warmup> {
        self.warmup
    }

    /// Motion blur, if there is any.
    pub fn shutter(&self) -> Option<Shutter> {
        self.shutter
    }

    /// Frames in a cycle and number of cycles, if driven by phase.
    pub fn cycle(&self) -> Option<(u32, u32)> {
        match self.schedule {
            Schedule::Phase { of, loops } => Some((of, loops)),
            _ => None,
        }
    }

    /// Whether this is a single still.
    pub fn is_still(&self) -> bool {
        matches!(self.schedule, Schedule::Still { .. })
    }

    /// What the frames last, ms; 0 for a still.
    pub fn duration_ms(&self) -> f64 {
        match self.schedule {
            Schedule::Phase { of, .. } => self.time_ms(Sample::Cycle {
                step: self.frames as i64,
                of,
            }),
            Schedule::Time { duration_ms, .. } => duration_ms,
            Schedule::Still { .. } => 0.0,
        }
    }

    /// Whether the frame after the last falls exactly where frame 0 lies in the cycle; `None` if the
    /// program has no cycle or this is a still.
    pub fn closes(&self) -> Option<bool> {
        let Model::Cyclic { period_ms, mode } = self.model else {
            return None;
        };
        match self.schedule {
            Schedule::Phase { .. } => Some(true),
            Schedule::Time { duration_ms, .. } => {
                let cycle_ms = legs(mode) * period_ms;
                Some(self.fps.divides(duration_ms) && duration_ms % cycle_ms == 0.0)
            }
            Schedule::Still { .. } => None,
        }
    }

    /// Frames evaluated before frame 0 without being written.
    pub fn lead(&self) -> u64 {
        match self.memory {
            Memory::State => self.history_start().unsigned_abs(),
            Memory::None | Memory::Previous => 0,
        }
    }

    /// The first position that has a history, ≤ 0.
    fn history_start(&self) -> i64 {
        match self.schedule {
            Schedule::Phase { of, .. } => {
                // Memory of one sample never needs more than one step, whatever the warm-up.
                let loops = self.warmup.map_or(0, |warmup| match self.memory {
                    Memory::Previous if warmup.by_default => 1,
                    _ => warmup.loops,
                });
                -(i64::from(of) * i64::from(loops))
            }
            Schedule::Time { .. } => 0,
            Schedule::Still { before, .. } => -before,
        }
    }
}

#[cfg(test)]
mod tests;

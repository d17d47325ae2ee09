//! How long each frame of an animation is shown, and how formats count that.
//!
//! In: a plan and the frames chosen of it. Out: one [`Span`] a frame, from the first frame's time on.
//! A frame lasts until the next chosen one; the last one as long as the one before it, but not beyond
//! the end of the plan (unless it would then be too short for players). Formats that count in ticks round the ends of spans, never their lengths, so
//! that the delays of a clip add up to its true length whatever the tick.

use super::frames::Frames;
use super::{FrameRate, FrameSet, Plan};
use std::iter::Peekable;

/// Players show a frame that is shorter than this for a tenth of a second instead.
pub const SHORTEST_MS: f64 = 11.0;

/// The last frame is not cut to less than this by the end of the plan.
const LAST_MS: f64 = 20.0;

/// When a frame is shown, ms from the first one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// When it appears.
    pub start_ms: f64,
    /// When it is replaced.
    pub end_ms: f64,
}

impl Span {
    /// Its length in ticks, of which `per_second` are a second.
    pub fn ticks(self, per_second: u32) -> u64 {
        let at = |ms: f64| (ms * f64::from(per_second) / 1000.0 + 0.5).floor() as u64;
        at(self.end_ms).saturating_sub(at(self.start_ms))
    }

    /// Its length in seconds as a ratio of small numbers: exact where there is one (one sixtieth is
    /// 1/60), else the nearest by continued fraction.
    pub fn ratio(self) -> (u16, u16) {
        let seconds = (self.end_ms - self.start_ms) / 1000.0;
        if seconds >= f64::from(u16::MAX) {
            return (u16::MAX, 1);
        }
        let (num, den) = fraction(seconds, u32::from(u16::MAX));
        (num as u16, den as u16)
    }
}

/// The first convergent of `value` (≥ 0) that is as good as equal, or the last one whose parts are
/// at most `limit`.
fn fraction(value: f64, limit: u32) -> (u32, u32) {
    let (mut before, mut best) = ((1u64, 0u64), (value.floor() as u64, 1u64));
    let mut rest = value - value.floor();
    while rest > 0.0 {
        let found = best.0 as f64 / best.1 as f64;
        if (found - value).abs() <= value * 1e-9 {
            break;
        }
        let inverse = 1.0 / rest;
        let whole = inverse.floor().min(1e12) as u64;
        let next = (whole * best.0 + before.0, whole * best.1 + before.1);
        if next.0 > u64::from(limit) || next.1 > u64::from(limit) {
            break;
        }
        (before, best) = (best, next);
        rest = inverse - inverse.floor();
    }
    // Both at most `limit`.
    (best.0 as u32, best.1 as u32)
}

/// The spans of chosen frames, ascending.
#[derive(Debug, Clone)]
pub struct Spans<'a> {
    plan: &'a Plan,
    frames: Peekable<Frames>,
    origin_ms: f64,
    /// Frames of the plan from the last one to this one.
    stride: u64,
}

impl<'a> Spans<'a> {
    /// Of frames of a plan.
    pub fn new(plan: &'a Plan, frames: &FrameSet) -> Self {
        Self {
            plan,
            frames: frames.iter().peekable(),
            origin_ms: time_ms(plan, frames.first()),
            stride: 1,
        }
    }

    /// When the last frame is replaced: `stride` frames later, or at the end of the plan.
    fn end_of_last(&self, frame: u64) -> f64 {
        let (next, count) = (frame.saturating_add(self.stride), self.plan.frames());
        if next < count {
            return time_ms(self.plan, next);
        }
        let (start, end) = (time_ms(self.plan, frame), self.plan.duration_ms());
        let end = time_ms(self.plan, 0) + end;
        if end > start {
            let full_ms = time_ms(self.plan, frame + 1) - start;
            end.max(start + full_ms.min(LAST_MS))
        } else {
            // The frame stands at the very end, or is a still.
            start + self.plan.fps().time_ms(1)
        }
    }
}

impl Iterator for Spans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let frame = self.frames.next()?;
        let end_ms = match self.frames.peek() {
            Some(&next) => {
                self.stride = next - frame;
                time_ms(self.plan, next)
            }
            None => self.end_of_last(frame),
        };
        Some(Span {
            start_ms: time_ms(self.plan, frame) - self.origin_ms,
            end_ms: end_ms - self.origin_ms,
        })
    }
}

fn time_ms(plan: &Plan, frame: u64) -> f64 {
    plan.time_ms(plan.sample(frame as i64))
}

/// The constant rate of a movie of these frames; `None` if they do not lie evenly.
///
/// A cycle has a whole number of frames, so where its period is none at the rate of the plan, the movie
/// keeps that rate and lasts up to half a frame more or less. Frames per cycle that were asked for give
/// the rate that they mean.
pub fn constant_rate(plan: &Plan, frames: &FrameSet) -> Option<FrameRate> {
    let mut stride = None;
    let mut last = None;
    for frame in frames.iter() {
        if let Some(last) = last.replace(frame) {
            let step = frame - last;
            if *stride.get_or_insert(step) != step {
                return None;
            }
        }
    }
    let (num, den) = rate(plan).parts();
    FrameRate::new(u64::from(num), u64::from(den) * stride.unwrap_or(1))
}

/// Frames of the plan a second.
fn rate(plan: &Plan) -> FrameRate {
    let (fps, Some((of, loops))) = (plan.fps(), plan.cycle()) else {
        return plan.fps();
    };
    let cycle_ms = plan.duration_ms() / f64::from(loops);
    if fps.frames(cycle_ms, 1, super::rate::Rounding::Nearest) == Some(u64::from(of)) {
        return fps;
    }
    let (num, den) = fraction(f64::from(of) * 1000.0 / cycle_ms, 1_000_000);
    FrameRate::new(u64::from(num), u64::from(den)).unwrap_or(fps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{FrameRange, PlanOptions};
    use crate::ir::{CycleMode, Memory, TimeModel};
    use proptest::prelude::*;

    fn cyclic(period_ms: f64, options: &PlanOptions) -> Plan {
        let mode = CycleMode::Loop;
        let model = TimeModel::Cyclic { period_ms, mode };
        Plan::new(&model, Memory::None, options).unwrap()
    }

    fn at(fps: &str) -> PlanOptions {
        PlanOptions {
            fps: fps.parse().unwrap(),
            ..PlanOptions::default()
        }
    }

    fn select(plan: &Plan, text: &str) -> FrameSet {
        let range: FrameRange = text.parse().unwrap();
        plan.select(Some(&range)).unwrap()
    }

    #[test]
    fn ticks_are_rounded_at_the_ends() {
        let plan = cyclic(1000.0, &at("60"));
        let ticks: Vec<u64> = Spans::new(&plan, &FrameSet::all(60))
            .map(|span| span.ticks(100))
            .collect();
        assert_eq!(ticks[..6], [2, 1, 2, 2, 1, 2]);
        assert_eq!(ticks.iter().sum::<u64>(), 100);
    }

    #[test]
    fn ratios_are_the_ones_that_were_meant() {
        for (fps, ratio) in [
            ("60", (1, 60)),
            ("30000/1001", (1001, 30000)),
            ("7", (1, 7)),
        ] {
            let plan = Plan::new(
                &TimeModel::Infinite {
                    window_ms: 900.0,
                    ambient_period_ms: None,
                    suggested_ui_window_ms: None,
                },
                Memory::None,
                &at(fps),
            );
            let plan = plan.unwrap();
            let mut spans = Spans::new(&plan, &FrameSet::all(plan.frames()));
            assert_eq!(spans.next().unwrap().ratio(), ratio, "{fps}");
            assert_eq!(spans.next().unwrap().ratio(), ratio, "{fps}");
        }
        let whole = Span {
            start_ms: 0.0,
            end_ms: 3000.0,
        };
        assert_eq!(whole.ratio(), (3, 1));
        let endless = Span {
            start_ms: 0.0,
            end_ms: 1e12,
        };
        assert_eq!(endless.ratio(), (65535, 1));
    }

    #[test]
    fn a_part_lasts_as_long_as_its_frames() {
        let plan = cyclic(1000.0, &at("10"));
        let lengths = |text: &str| -> Vec<f64> {
            Spans::new(&plan, &select(&plan, text))
                .map(|span| span.end_ms - span.start_ms)
                .collect()
        };
        assert_eq!(lengths("2-4"), [100.0; 3]);
        assert_eq!(lengths("0-9:2"), [200.0; 5]);
        // The last of 0, 3, 6, 9 is cut at the end of the loop.
        assert_eq!(lengths("0-9:3"), [300.0, 300.0, 300.0, 100.0]);
        assert_eq!(lengths("3,5-6"), [200.0, 100.0, 100.0]);
        assert_eq!(lengths("7"), [100.0]);
    }

    #[test]
    fn a_finite_plan_ends_when_the_performance_does() {
        let model = TimeModel::Finite {
            duration_ms: 1030.0,
            cue_points: Vec::new(),
        };
        for (fps, length_ms) in [("10", 30.0), ("50", 20.0), ("100", 10.0)] {
            let plan = Plan::new(&model, Memory::None, &at(fps)).unwrap();
            let spans = Spans::new(&plan, &FrameSet::all(plan.frames()));
            let last = spans.last().unwrap();
            // At 50 fps the end of the performance would leave half a frame, too short for players.
            assert_eq!(last.end_ms - last.start_ms, length_ms, "{fps}");
        }
        let options = PlanOptions {
            include_end: true,
            ..at("50")
        };
        let plan = Plan::new(&model, Memory::None, &options).unwrap();
        let last = Spans::new(&plan, &FrameSet::all(plan.frames()))
            .last()
            .unwrap();
        assert_eq!((last.start_ms, last.end_ms), (1030.0, 1050.0));
    }

    #[test]
    fn rates_of_movies() {
        let rate = |plan: &Plan, text: &str| {
            constant_rate(plan, &select(plan, text)).map(FrameRate::parts)
        };
        let even = cyclic(1000.0, &at("60"));
        assert_eq!(rate(&even, "0-"), Some((60, 1)));
        assert_eq!(rate(&even, "0-:4"), Some((15, 1)));
        assert_eq!(rate(&even, "5"), Some((60, 1)));
        assert_eq!(rate(&even, "0,1,3"), None);
        // 3990 ms are 239.4 frames.
        assert_eq!(rate(&cyclic(3990.0, &at("60")), "0-"), Some((60, 1)));
        let asked = PlanOptions {
            frames_per_cycle: Some(100),
            ..at("60")
        };
        assert_eq!(rate(&cyclic(4000.0, &asked), "0-"), Some((25, 1)));
    }

    proptest! {
        #[test]
        fn delays_add_up_to_the_clip(period_ms in 20.0f64..9000.0, n in 1u32..400, tick in 1u32..2000) {
            let options = PlanOptions { frames_per_cycle: Some(n), ..PlanOptions::default() };
            let plan = cyclic(period_ms, &options);
            let spans: Vec<Span> = Spans::new(&plan, &FrameSet::all(plan.frames())).collect();
            let sum: u64 = spans.iter().map(|span| span.ticks(tick)).sum();
            let truth = period_ms * f64::from(tick) / 1000.0;
            prop_assert!((sum as f64 - truth).abs() <= 0.5 + 1e-9);
            for span in spans {
                let (num, den) = span.ratio();
                let length = (span.end_ms - span.start_ms) / 1000.0;
                prop_assert!((f64::from(num) / f64::from(den) - length).abs() < 1e-4 * length);
            }
        }
    }
}

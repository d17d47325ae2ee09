//! Does the loop close? The tree that the frame after the last would have, against that of frame 0.
//!
//! In: a plan and a [`FrameSource`]; nothing is painted, so this runs before the export. Out: a
//! [`Verdict`]. `exact` is bit-identical. `approximate` has the same structure and no channel off by
//! more than [`PX_MAX`] or [`LEVELS_MAX`], which nobody sees when the loop repeats; everything else is
//! not a loop. Next: [`super::pipeline`].

mod compare;

use super::walk::Walk;
use super::{FrameSource, Plan, SourceError};
use crate::render_tree::RenderTree;
use std::fmt;
use std::sync::atomic::AtomicBool;

/// Largest deviation of an approximate loop in places and lengths, user px.
pub const PX_MAX: f64 = 0.5;
/// Largest deviation of an approximate loop in colours, levels of 255.
pub const LEVELS_MAX: f64 = 2.0;

/// Whether a loop closes.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Frame N equals frame 0, bit for bit.
    Exact,
    /// It differs, invisibly.
    Approximate(Deviation),
    /// It differs.
    NotALoop(Break),
}

/// How a loop is broken.
#[derive(Debug, Clone, PartialEq)]
pub enum Break {
    /// The same structure, other values.
    Values(Deviation),
    /// Not even the same structure: what, in words.
    Structure(String),
}

/// How far two trees of one structure are apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Deviation {
    /// Largest difference of places and lengths, user px.
    pub px: f64,
    /// Largest difference of colours, levels of 255.
    pub levels: f64,
    /// The sink that deviates most, measured against the limits.
    pub sink: String,
    /// Its channel.
    pub channel: &'static str,
}

impl Deviation {
    fn is_invisible(&self) -> bool {
        self.px <= PX_MAX && self.levels <= LEVELS_MAX
    }
}

impl Verdict {
    /// How bad it is, to find the worst of several moments.
    fn rank(&self) -> (u8, f64) {
        let far =
            |deviation: &Deviation| (deviation.px / PX_MAX).max(deviation.levels / LEVELS_MAX);
        match self {
            Self::Exact => (0, 0.0),
            Self::Approximate(deviation) => (1, far(deviation)),
            Self::NotALoop(Break::Values(deviation)) => (2, far(deviation)),
            Self::NotALoop(Break::Structure(_)) => (3, 0.0),
        }
    }

    /// The word for manifests: `exact`, `approximate` or `not a loop`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate(_) => "approximate",
            Self::NotALoop(_) => "not a loop",
        }
    }

    /// The measured deviation, if the structure was the same.
    pub fn deviation(&self) -> Option<&Deviation> {
        match self {
            Self::Approximate(deviation) | Self::NotALoop(Break::Values(deviation)) => {
                Some(deviation)
            }
            Self::Exact | Self::NotALoop(Break::Structure(_)) => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        if let Self::NotALoop(Break::Structure(what)) = self {
            write!(f, ": {what}")?;
        }
        if let Some(Deviation {
            px,
            levels,
            sink,
            channel,
        }) = self.deviation()
        {
            write!(
                f,
                ": off by up to {px:.4} px and {levels:.2} levels, most in `{sink}` {channel}"
            )?;
        }
        Ok(())
    }
}

/// Compares the frame after the last with frame 0. `None` if the plan is no cycle, or `stop` was set.
///
/// # Errors
/// What the source says.
pub fn check(
    plan: &Plan,
    source: impl FrameSource,
    stop: &AtomicBool,
) -> Result<Option<Verdict>, SourceError> {
    if plan.closes().is_none() {
        return Ok(None);
    }
    let mut walk = Walk::new(plan, source);
    let mut frame = |number| {
        walk.expose(number, stop).map_err(|error| SourceError {
            message: format!("frame {number}: {}", error.message),
            ..error
        })
    };
    let Some(first) = frame(0)? else {
        return Ok(None);
    };
    let Some(beyond) = frame(plan.frames())? else {
        return Ok(None);
    };
    let pairs = first.shown.moments().zip(beyond.shown.moments());
    let verdicts = pairs.map(|(a, b)| verdict(a, b));
    Ok(verdicts.reduce(|worst, other| {
        if other.rank() > worst.rank() {
            other
        } else {
            worst
        }
    }))
}

fn verdict(first: &RenderTree, beyond: &RenderTree) -> Verdict {
    match compare::trees(first, beyond) {
        Ok(None) => Verdict::Exact,
        Ok(Some(deviation)) if deviation.is_invisible() => Verdict::Approximate(deviation),
        Ok(Some(deviation)) => Verdict::NotALoop(Break::Values(deviation)),
        Err(what) => Verdict::NotALoop(Break::Structure(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::testing::{Disc, dot};
    use crate::export::{PlanOptions, Sample};
    use crate::ir::{CycleMode, Memory, TimeModel};

    fn verdict(memory: Memory, draw: fn(&mut f64, Sample) -> [f32; 2]) -> Verdict {
        let model = TimeModel::Cyclic {
            period_ms: 1000.0,
            mode: CycleMode::Loop,
        };
        let plan = Plan::new(&model, memory, &PlanOptions::default()).unwrap();
        check(&plan, Disc::new(draw), &AtomicBool::new(false))
            .unwrap()
            .unwrap()
    }

    fn step(sample: Sample) -> i64 {
        match sample {
            Sample::Cycle { step, .. } => step,
            Sample::At { .. } => panic!("a cyclic plan"),
        }
    }

    #[test]
    fn a_function_of_phase_closes() {
        let exact = verdict(Memory::None, |_, s| [(step(s).rem_euclid(60)) as f32, 1.0]);
        assert_eq!(exact, Verdict::Exact);
    }

    #[test]
    fn drift_is_measured_and_named() {
        let drift = verdict(Memory::None, |_, s| [step(s) as f32, 1.0]);
        let Verdict::NotALoop(Break::Values(deviation)) = drift.clone() else {
            panic!("{drift}");
        };
        assert_eq!((deviation.px, deviation.channel), (60.0, "x"));
        assert_eq!(
            drift.to_string(),
            "not a loop: off by up to 60.0000 px and 0.00 levels, most in `dot` x"
        );
        let slight = verdict(Memory::Previous, |_, s| [step(s) as f32 / 1000.0, 1.0]);
        assert!(matches!(slight, Verdict::Approximate(_)), "{slight}");
    }

    #[test]
    fn state_runs_through_warm_up_and_loop() {
        // A counter of steps: 60 of warm-up before frame 0, 120 before frame 60.
        let counted = verdict(Memory::State, |count, _| {
            *count += 1.0;
            [*count as f32, 1.0]
        });
        assert_eq!(counted.deviation().unwrap().px, 60.0);
        // A slew has settled after the warm-up, to the bit.
        let settled = verdict(Memory::State, |x, _| {
            *x += (8.0 - *x) * 0.5;
            [*x as f32, 1.0]
        });
        assert_eq!(settled, Verdict::Exact);
    }

    #[test]
    fn other_structure_is_not_a_loop() {
        let (mut a, b) = (dot([1.0, 1.0]), dot([1.0, 1.0]));
        a.passes.clear();
        let what = compare::trees(&a, &b).unwrap_err();
        assert_eq!(what, "0 passes at the start, 1 at the end");
    }
}

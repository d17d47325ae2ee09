//! Why there is no such plan, and what to type instead.

use super::FRAMES_MAX;
use crate::export::frames::FrameRangeError;

/// Why there is no such plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// An option that this kind of plan has no use for.
    #[error("`{option}` needs {needs}")]
    Needs {
        /// As typed.
        option: &'static str,
        /// What would have to be so.
        needs: &'static str,
    },
    /// Two options that exclude each other.
    #[error("`{0}` cannot be used with `{1}`")]
    Exclusive(&'static str, &'static str),
    /// An option with a value out of range.
    #[error("`{option}` wants {wants}")]
    Value {
        /// As typed.
        option: &'static str,
        /// What would do.
        wants: &'static str,
    },
    /// The window begins at or after the end of the performance.
    #[error("`{option}` is {given_ms} ms, but the performance ends at {end_ms} ms")]
    PastEnd {
        /// As typed.
        option: &'static str,
        /// What was asked for.
        given_ms: f64,
        /// Where it ends.
        end_ms: f64,
    },
    /// A swap at a frame where none can be.
    #[error("a swap at frame {frame} is not possible: {why}")]
    Swap {
        /// The frame.
        frame: u64,
        /// Why not.
        why: String,
    },
    /// Longer than [`FRAMES_MAX`].
    #[error("the plan has more than {FRAMES_MAX} frames (warm-up included)")]
    TooLong,
    /// A frame range that does not fit.
    #[error(transparent)]
    Frames(#[from] FrameRangeError),
}

impl PlanError {
    /// The stable code of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Frames(FrameRangeError::BeyondPlan { .. }) => "frame-beyond-plan",
            Self::TooLong => "too-many-frames",
            _ => "usage",
        }
    }

    /// What to type instead, where that can be said.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Needs {
                option: "--warmup", ..
            } => "leave out `--warmup`",
            Self::Needs {
                option: "--duration",
                ..
            } => "use `--loops` for more cycles, or add `--sampling time`",
            Self::Needs {
                option: "--start", ..
            } => "use `--frames` to choose frames, or add `--sampling time`",
            Self::TooLong => "lower `--fps`, `--loops` or `--duration`",
            _ => return None,
        })
    }
}

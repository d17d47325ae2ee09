//! What a host says about a frame, and what can go wrong with one.
//!
//! In: a [`FrameTime`] (a time in ms, or step i of N of a cycle) and a [`FrameCtx`] (recorded inputs,
//! a pool of threads). Out: a tree, or a [`FrameError`] after which the engine stands where it stood.
//! The engine reads no clock, no file and no environment; these types are all it learns. Read next:
//! `time`, which turns a sample into the values of the time model.

use super::field::{FieldError, Parallel};
use super::inputs::{Inputs, NoInputs};
use std::sync::Arc;

/// How an engine is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// Bytes that the engine may take for its buffers; `None` = no limit.
    pub memory_limit: Option<u64>,
    /// Lanes that a kernel computes at a time; 0 = what suits the kernel. Any value gives the same
    /// result.
    pub lane_block: u32,
    /// Whether a frame that drops an element for a fault, or meets an illegal parameter, is an error.
    pub strict: bool,
    /// Whether columns of earlier frames are used again. Never changes a result.
    pub cache: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            memory_limit: None,
            lane_block: 0,
            strict: false,
            cache: true,
        }
    }
}

/// How a frame follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Time goes on. An earlier time than before starts a new run.
    #[default]
    Advance,
    /// A look at another time: nothing is remembered of the frame.
    Peek,
    /// A new run begins at this frame.
    Jump,
}

/// When a frame is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrameTime {
    /// A time of the host's clock.
    At {
        /// ms since the start; finite; negative times are drawn as 0.
        t_ms: f64,
        /// How it follows the frame before.
        mode: Mode,
    },
    /// Step `step` of a loop of `of` steps, in exact integers. Only for cyclic programs; steps may be
    /// negative. In pingpong, `of` steps are the leg forward and the leg back together.
    Cycle {
        /// Which step; `of` is the first one of the second loop.
        step: i64,
        /// Steps of a loop, ≥ 1.
        of: u32,
        /// How it follows the frame before.
        mode: Mode,
    },
}

impl FrameTime {
    /// A time in ms, following the frame before it.
    pub const fn at(t_ms: f64) -> Self {
        Self::At {
            t_ms,
            mode: Mode::Advance,
        }
    }

    /// Step `step` of `of`, following the frame before it.
    pub const fn cycle(step: i64, of: u32) -> Self {
        Self::Cycle {
            step,
            of,
            mode: Mode::Advance,
        }
    }

    /// The same time with another mode.
    pub const fn with_mode(self, mode: Mode) -> Self {
        match self {
            Self::At { t_ms, .. } => Self::At { t_ms, mode },
            Self::Cycle { step, of, .. } => Self::Cycle { step, of, mode },
        }
    }

    /// How it follows the frame before.
    pub const fn mode(self) -> Mode {
        match self {
            Self::At { mode, .. } | Self::Cycle { mode, .. } => mode,
        }
    }
}

/// What a frame may use of its host.
#[derive(Clone, Copy)]
pub struct FrameCtx<'a> {
    /// Values of external channels.
    pub inputs: &'a dyn Inputs,
    /// Threads for blocks of lanes; `None` = the caller's thread alone. Never changes a result.
    pub parallel: Option<&'a dyn Parallel>,
}

impl Default for FrameCtx<'_> {
    fn default() -> Self {
        Self {
            inputs: &NoInputs,
            parallel: None,
        }
    }
}

/// Why a frame could not be made. The engine stands as before the call, except for
/// [`FrameError::NonFinite`], after which state has advanced and only the tree is the old one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// The time is NaN or infinite.
    #[error("a frame time must be a finite number of milliseconds, not {0}")]
    BadTime(f64),
    /// A step of a cycle for a program without one, or a cycle of no steps.
    #[error("{0}")]
    BadCycle(&'static str),
    /// Strict mode: something would not have been drawn.
    #[error("{0}")]
    NonFinite(Box<Offence>),
    /// The host's inputs failed.
    #[error("{0}")]
    Input(String),
}

/// What strict mode met first in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Offence {
    /// Number of the frame in its run.
    pub frame: u64,
    /// Its time in ms.
    pub t_ms: f64,
    /// Block id of the sink, group or effect, `block.port` of the camera, name of the rail.
    pub subject: Arc<str>,
    /// What is wrong, such as `position` or `negativeSize`; the parameter's name for parameters.
    pub channel: &'static str,
    /// Index and id text of the element; `None` for a parameter.
    pub element: Option<(u32, String)>,
    /// Key of the step whose signal was the first one not finite upstream, where one was found; a
    /// constant has none.
    pub step: Option<String>,
    /// The expression that gave it, as dumps show it, with its value where it is a field's. Of a
    /// constant the output or input that gave it, with its value.
    pub expression: Option<String>,
}

impl std::fmt::Display for Offence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            frame,
            t_ms,
            subject,
            channel,
            ..
        } = self;
        write!(f, "frame {frame} at {t_ms} ms: `{subject}` ")?;
        match &self.element {
            Some((_, id)) => write!(f, "would drop element `{id}` for its {channel}")?,
            None => write!(f, "has an illegal {channel}")?,
        }
        match (&self.step, &self.expression) {
            (Some(step), _) => {
                write!(f, "; step `{step}` gave the first value that is not finite")
            }
            (None, Some(expression)) => write!(f, "; it begins with `{expression}`"),
            (None, None) => Ok(()),
        }
    }
}

/// Why an engine could not be built or moved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// The program's buffers do not fit.
    #[error("the program needs {needed} bytes, {limit} are allowed")]
    Memory {
        /// Bytes.
        needed: u64,
        /// Bytes.
        limit: u64,
    },
    /// Something is too large.
    #[error("{what}: {needed} needed, {limit} allowed")]
    Limit {
        /// What.
        what: &'static str,
        /// How much of it.
        needed: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The program remembers its whole history, so a frame cannot start from the one before it.
    #[error(
        "a program that keeps state cannot start in the middle: step from the start, or restore a checkpoint"
    )]
    NeedsState,
    /// A sink kind that the engine does not draw.
    #[error("sink `{key}` is of a kind that cannot be drawn: {kind}")]
    Sink {
        /// Block id.
        key: String,
        /// Its kind.
        kind: &'static str,
    },
    /// The sample is no time of this program.
    #[error(transparent)]
    Time(#[from] FrameError),
    /// The fields cannot be prepared.
    #[error(transparent)]
    Field(#[from] FieldError),
}

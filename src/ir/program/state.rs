//! State cells: the only memory between frames, each one stateful op with ranges in two pools.

use crate::ir::ids::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// State cells and their pools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// Entries of the f64 pool.
    pub f64_len: u32,
    /// Entries of the i32 pool.
    pub i32_len: u32,
    /// By key.
    pub cells: Vec<Cell>,
    /// Hash of all cells' layouts.
    pub layout_hash: String,
}

/// One stateful op.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cell {
    /// `block/port/role`, or `use-id#index/role` of a lens.
    pub key: StrId,
    /// What it does.
    pub op: StateOp,
    /// Type of the value.
    pub r#type: TypeId,
    /// Offset and length in the f64 pool.
    pub f64: [u32; 2],
    /// Offset and length in the i32 pool.
    pub i32: [u32; 2],
    /// Samples of its ring, 0 = none.
    pub ring: u32,
    /// Initial value (pool f64).
    pub init: Option<ConstId>,
    /// Operands of its update; `None` for an unconnected event.
    pub args: Vec<Operand>,
    /// Small integer of some ops, else 0.
    #[serde(default)]
    pub imm: u32,
    /// Whether it counts time or frames.
    pub policy: StatePolicy,
    /// How users read it by default.
    pub tap: Tap,
    /// Hash of op, lengths, type, imm and constants that change the meaning of the numbers.
    pub layout_hash: String,
}

/// Operand of a state update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operand {
    /// A signal.
    Sig(SignalId),
    /// An event.
    Event(EventId),
}

/// Whether a cell counts time or frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StatePolicy {
    /// Depends on dt only.
    TimeMs,
    /// Depends on the number of frames.
    Frame,
}

/// How users read a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Tap {
    /// After this frame's update.
    Updated,
    /// InputRef before this frame.
    Committed,
}

/// Stateful ops, with their stable numbers (400…412).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum StateOp {
    /// x, reset event: sum of x·dt.
    Integrate,
    /// x, delay s: history by time.
    Delay,
    /// x: N frames ago.
    UnitDelay,
    /// x, trigger: held.
    SampleHold,
    /// x, rate 1/s: exponential approach.
    SlewExp,
    /// phase: a pulse where it falls from over 0.8 to under 0.2.
    EdgeWrap,
    /// phase, divisions: pulses at boundaries, the short way round.
    PulseDivider,
    /// trigger, attack s, decay s, peak: envelope.
    EnvelopeAd,
    /// x, riseMs, fallMs: linear approach.
    SlewLinear,
    /// x, low, high: two-level switch.
    Hysteresis,
    /// x: a pulse where it rises over 0.5.
    RiseEdge,
    /// trigger, reset: count.
    Counter,
    /// x: the last `imm` values.
    History,
}

impl StateOp {
    /// The stable opcode number.
    pub const fn number(self) -> u16 {
        400 + self as u16
    }

    /// f64 and i32 entries of a cell of this op for a type of `lanes` lanes.
    pub const fn entries(self, lanes: u32, imm: u32) -> (u32, u32) {
        match self {
            Self::Integrate | Self::RiseEdge | Self::Counter => (1, 0),
            Self::Delay => (0, 0),
            Self::UnitDelay => (imm, 1),
            Self::SampleHold => (lanes, 0),
            Self::SlewExp | Self::SlewLinear => (lanes, 1),
            Self::EdgeWrap | Self::PulseDivider | Self::EnvelopeAd => (1, 1),
            Self::Hysteresis => (0, 1),
            Self::History => (imm, 2),
        }
    }

    /// Whether a cell of this op counts time or frames.
    pub const fn policy(self) -> StatePolicy {
        match self {
            Self::UnitDelay | Self::History => StatePolicy::Frame,
            _ => StatePolicy::TimeMs,
        }
    }

    /// How users read a cell of this op by default: the delays as it was before the frame.
    pub const fn tap(self) -> Tap {
        match self {
            Self::Delay | Self::UnitDelay => Tap::Committed,
            _ => Tap::Updated,
        }
    }

    /// Whether the op makes pulses in place of a value.
    pub const fn makes_pulses(self) -> bool {
        matches!(self, Self::EdgeWrap | Self::PulseDivider | Self::RiseEdge)
    }

    /// Samples that a Delay keeps.
    pub const RING: u32 = 65_536;
}

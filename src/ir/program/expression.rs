//! Signals, events and fields: what is computed, operands before users.
//!
//! A signal is one value per frame (f64 lanes), an event a list of pulses, a field one value per
//! element (f32 lanes, or f64 where a row is wide).

use crate::ir::Op;
use crate::ir::ids::*;
use crate::ir::program::graph::Combine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A signal: one value per frame, f64 lanes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignalNode {
    /// Its type.
    pub r#type: TypeId,
    /// Its value.
    pub expr: SignalExpr,
}

/// How a signal is computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum SignalExpr {
    /// The constant (pool f64).
    Const(ConstId),
    /// A time value.
    Time(TimeValue),
    /// A rail.
    Rail(RailId),
    /// An external channel.
    External(ExtId),
    /// An opcode.
    Apply {
        /// The opcode.
        op: Op,
        /// Operands.
        args: Vec<SignalId>,
        /// Small integer of some opcodes, else 0.
        #[serde(default)]
        imm: u32,
    },
    /// A chain.
    Transform {
        /// The value.
        src: SignalId,
        /// The chain.
        chain: ChainId,
        /// Bound parameters.
        args: Vec<SignalId>,
    },
    /// A bus.
    Combine {
        /// The bus.
        bus: BusId,
        /// How terms meet.
        mode: Combine,
        /// In combine order.
        terms: Vec<SignalId>,
        /// Without terms.
        silent: ConstId,
    },
    /// A cell's value after this frame's update.
    StateOut(StateId),
    /// A cell's value from before this frame.
    StatePrev(StateId),
    /// A number from an event.
    Event {
        /// The event.
        of: EventId,
        /// Which number.
        view: EventView,
    },
    /// A number from a field; a barrier with a step of its own.
    Reduce {
        /// The field (narrow).
        field: FieldId,
        /// Over which elements; `None` for a field over no domain, which counts as one element.
        domain: Option<DomainId>,
        /// How.
        op: ReduceOp,
    },
}

/// Values that the time model gives.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum TimeValue {
    /// Monotonic time, ms.
    TAbsMs,
    /// Time inside the model, ms.
    TModelMs,
    /// Since the previous frame, ms.
    DtMs,
    /// Phase in turns.
    Phase01,
    /// Progress, 0…1.
    Progress01,
    /// Cycles completed.
    CycleIndex,
    /// Time inside the cycle, ms.
    CycleTMs,
    /// 1 while the model runs.
    Energy,
}

/// Events that the time model gives.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum TimeEvent {
    /// A cycle boundary; value = cycle index.
    Wrap,
    /// The end of a finite model.
    End,
    /// A cue point; value = its index.
    Cue,
}

/// Numbers from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EventView {
    /// Pulses in the frame.
    Count,
    /// 1 if any.
    Fired,
    /// Time of the last pulse, 0 if none.
    LastTMs,
    /// Value of the last pulse, 0 if none.
    LastValue,
}

/// How a field becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReduceOp {
    /// Sum ÷ count.
    Avg,
    /// Sum in a fixed tree.
    Sum,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Element 0.
    First,
}

/// An event: pulses in the frame's interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventNode {
    /// Its pulses.
    pub expr: EventExpr,
}

/// How an event is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum EventExpr {
    /// None.
    Empty,
    /// InputRef the time model.
    Time(TimeEvent),
    /// Latched pulses of a rail.
    Rail(RailId),
    /// Recorded pulses.
    External(ExtId),
    /// Boundaries of an unwrapped phase.
    Divide {
        /// Whose phase.
        of: PhaseSource,
        /// Divisions.
        by: SignalId,
    },
    /// Pulses that a cell's update makes.
    StateEvents(StateId),
    /// `src` while open > 0.5.
    Gate {
        /// The pulses.
        src: EventId,
        /// The gate.
        open: SignalId,
    },
    /// Lists that meet.
    Combine {
        /// The bus, if it is one.
        bus: Option<BusId>,
        /// How.
        mode: Combine,
        /// In combine order.
        terms: Vec<EventId>,
    },
    /// One pulse in the first frame of a run (a trigger constant above 0.5).
    FirstFrame,
}

/// Whose unwrapped phase a divider counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PhaseSource {
    /// The TimeRoot.
    Time,
    /// A rail.
    Rail(RailId),
}

/// A field: one value per element.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldNode {
    /// Its type.
    pub r#type: TypeId,
    /// Over which elements; `None` = the same for every element of any domain.
    pub dom: Option<DomainId>,
    /// f64 lanes; ends in a `Narrow`.
    pub wide: bool,
    /// Its lanes.
    pub expr: FieldExpr,
}

/// How the lanes of a field are computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum FieldExpr {
    /// The constant (pool f32 if narrow, f64 if wide; paths for paths).
    Const(ConstId),
    /// Row i of a constant column (pool f32 if narrow, f64 if wide).
    Array(ConstId),
    /// A signal, rounded to f32 if narrow.
    Broadcast(SignalId),
    /// i. Wide only.
    Index,
    /// Elements of the domain. Wide only.
    Count,
    /// InputRef the id text and the program seed. Wide only.
    IdHash {
        /// Which hash.
        r#fn: IdHash,
        /// Salt or seed (pool f64).
        salt: ConstId,
    },
    /// Entry i of a history cell.
    History(StateId),
    /// An opcode at the row's width.
    Apply {
        /// The opcode.
        op: Op,
        /// Operands of the same width.
        args: Vec<FieldId>,
        /// Small integer of some opcodes, else 0.
        #[serde(default)]
        imm: u32,
    },
    /// A wide row rounded once to f32.
    Narrow(FieldId),
    /// A chain on a narrow row.
    Transform {
        /// The value.
        src: FieldId,
        /// The chain.
        chain: ChainId,
        /// Bound parameters, the same for every element.
        args: Vec<SignalId>,
    },
    /// Element i of `src` over another domain where it exists, else `missing`.
    OnDomain {
        /// The value.
        src: FieldId,
        /// Elsewhere (pool f32).
        missing: ConstId,
    },
    /// A field bus.
    Combine {
        /// The bus.
        bus: BusId,
        /// How.
        mode: Combine,
        /// In combine order; may be over smaller domains.
        terms: Vec<FieldId>,
        /// Elements that nobody has (pool f32).
        silent: ConstId,
    },
}

/// Hashes of an element's id text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum IdHash {
    /// Seeded stableHash of `<id>-<salt>`.
    Stable,
    /// Seeded hash01 of (id, seed).
    ById,
    /// R(S, `<id>-<salt>`), 0 without a program seed.
    Offset,
}

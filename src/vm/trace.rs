//! What happened in a frame, when, and from where: records for a host that wants to know.
//!
//! The engine is generic over a [`Tracer`]. [`NoTrace`] has level `Off`, a constant, so every call
//! stands behind a constant `if` and is compiled away: no branch, no store. The engine calls no
//! clock; `now` is the host's (a test counts, and the files are then deterministic). Edges are
//! written where the operation happens and never inferred afterwards.

use crate::ir::Phase;

/// How much a tracer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    Off,
    /// Spans.
    Timing,
    /// Spans, values, edges.
    Full,
}

/// What a span is about; the numbers are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SpanKind {
    /// A whole frame; subject 0.
    Frame = 1,
    /// A block's signals and events; subject: step.
    NodeEval = 2,
    /// A bus; subject: step.
    BusEval = 4,
    /// Columns of a group; subject: step.
    Materialize = 6,
    /// A pass; subject: step.
    SinkEval = 7,
    /// Time values; subject: step.
    TimeDerive = 11,
    /// Rail generators; subject: step.
    TimeConsole = 12,
    /// A rail's final value; subject: step.
    RailResolve = 13,
    /// A viewpoint; subject: step.
    Camera = 18,
    /// A solid; subject: step.
    Mesh = 19,
    /// The tree; subject: step.
    RenderAssemble = 21,
    /// State and latches change; subject: step.
    StateCommit = 22,
    /// A number from a field; subject: step.
    Reduce = 23,
    /// External channels; subject: step.
    ExternalSample = 24,
}

/// The beginning of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What it is about.
    pub kind: SpanKind,
    /// Index of the step; of a frame its number.
    pub subject: u64,
    /// In which phase.
    pub phase: Phase,
    /// The host's clock.
    pub at: u64,
}

/// The end of the innermost open span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanEnd {
    /// What it is about.
    pub kind: SpanKind,
    /// As in its beginning.
    pub subject: u64,
    /// The host's clock.
    pub at: u64,
    /// What happened, see [`flags`].
    pub flags: u16,
}

/// Bits of [`SpanEnd::flags`] and [`ValueRecord::flags`].
pub mod flags {
    /// A value was NaN.
    pub const NAN: u16 = 1;
    /// A value was infinite.
    pub const INF: u16 = 2;
    /// The result is the one of an earlier frame.
    pub const CACHE_HIT: u16 = 4;
    /// A division by zero.
    pub const DIV_ZERO: u16 = 32;
    /// Pulses were folded.
    pub const FOLDED: u16 = 256;
    /// It ran only because a probe asked.
    pub const FORCED_BY_PROBE: u16 = 512;
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueTag {
    /// One lane.
    Number,
    /// Two lanes.
    Vec2,
    /// Three lanes.
    Vec3,
    /// Four lanes or more; the first four.
    Vec4,
    /// r, g, b, a.
    Color,
    /// 0 or 1.
    Boolean,
    /// Pulses: count, time and value of the last one.
    Pulses,
}

/// A value that a step computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueRecord {
    /// Index of the signal, or of the event for [`ValueTag::Pulses`].
    pub subject: u32,
    /// What it is.
    pub tag: ValueTag,
    /// Its lanes; the rest is 0.
    pub lanes: [f32; 6],
    /// See [`flags`].
    pub flags: u16,
}

/// How one value became part of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A term of a bus; flagged where it decides the result.
    Combine,
    /// A chain of lenses.
    Lens,
    /// A cell's committed value.
    StateRead,
    /// A cell's new value.
    StateWrite,
    /// A rail.
    RailRead,
    /// A field.
    Reduce,
    /// A column in a pass.
    Sink,
}

/// A dependency, written where the value flowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Index of the source in its table.
    pub from: u32,
    /// Index of the target in its table.
    pub to: u32,
    /// Which tables, and how.
    pub relation: Relation,
    /// This source decided the result.
    pub wins: bool,
}

/// A host that wants to know.
pub trait Tracer {
    /// How much it wants.
    const LEVEL: Level;

    /// The host's clock, ns; a test may count.
    fn now(&mut self) -> u64;

    /// A span begins.
    fn begin(&mut self, span: Span);

    /// The innermost open span ends.
    fn end(&mut self, end: SpanEnd);

    /// A value.
    fn value(&mut self, record: ValueRecord);

    /// A dependency.
    fn edge(&mut self, edge: Edge);
}

/// Nothing is traced; costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoTrace;

impl Tracer for NoTrace {
    const LEVEL: Level = Level::Off;

    #[inline]
    fn now(&mut self) -> u64 {
        0
    }

    #[inline]
    fn begin(&mut self, _: Span) {}

    #[inline]
    fn end(&mut self, _: SpanEnd) {}

    #[inline]
    fn value(&mut self, _: ValueRecord) {}

    #[inline]
    fn edge(&mut self, _: Edge) {}
}

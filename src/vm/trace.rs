//! What happened in a frame, when, and from where: records for a host that wants to know.
//!
//! The engine is generic over a [`Tracer`]. [`NoTrace`] has level `Off`, a constant, so every call
//! stands behind a constant `if` and is compiled away: no branch, no store. The engine calls no
//! clock; `now` is the host's (a test counts, and the files are then deterministic). Values and edges
//! are written where the operation happens and never inferred afterwards.
//!
//! Read next: [`record`] (the words), [`recorder`] (rings that keep them), [`chrome`] and [`summary`]
//! (what becomes of them).

pub mod chrome;
pub mod record;
pub mod recorder;
pub mod summary;

pub use record::flags;
pub use record::{
    Carried, Combined, Edge, Relation, Side, Span, SpanEnd, SpanKind, Subject, ValueRecord,
    ValueTag,
};
pub use recorder::{Clock, Counter, FullRecorder, Recorder, TimingRecorder};

/// How much a tracer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    Off,
    /// Spans.
    Timing,
    /// Spans, values, edges, and a span per look into the cache of columns.
    Full,
}

/// A host that wants to know.
pub trait Tracer {
    /// How much it wants.
    const LEVEL: Level;

    /// The host's clock, ns; a test may count.
    fn now(&mut self) -> u64;

    /// A frame begins; its span is the next one. What is not drawn leads up to a frame that is.
    fn frame(&mut self, t_ms: f64, drawn: bool) {
        let _ = (t_ms, drawn);
    }

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

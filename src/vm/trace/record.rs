//! The words of a trace: spans, values, edges. Small and `Copy`; names are looked up afterwards.

use crate::ir::{
    BusId, Combine, EventId, ExtId, FieldId, Phase, PubId, RailId, ReqId, SignalId, SinkId, SlotId,
    StateId, StepId, TimeValue,
};

/// What a span or value is about; the numbers are stable. Bytes of colours, outlines and points in space
/// are made within materialisations and passes, and have no kind of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SpanKind {
    /// A whole frame.
    Frame = 1,
    /// A block's signals and events.
    NodeEval = 2,
    /// An input reads a bus.
    BusRead = 3,
    /// A bus.
    BusEval = 4,
    /// A bus that nobody publishes to.
    BusSilent = 5,
    /// Columns of a group.
    Materialize = 6,
    /// A pass.
    SinkEval = 7,
    /// A signal goes into a column.
    SignalSample = 8,
    /// An adapter or conversion of a chain.
    AdapterStep = 9,
    /// A lens of a chain.
    LensStep = 10,
    /// Time values.
    TimeDerive = 11,
    /// Rail generators.
    TimeConsole = 12,
    /// A rail's final value.
    RailResolve = 13,
    /// A publisher's value.
    BusPublish = 14,
    /// A viewpoint.
    Camera = 18,
    /// A solid.
    Mesh = 19,
    /// The tree.
    RenderAssemble = 21,
    /// State and latches change.
    StateCommit = 22,
    /// A number from a field.
    Reduce = 23,
    /// External channels.
    ExternalSample = 24,
    /// Another program takes over.
    Swap = 25,
    /// Whether a column of an earlier frame still holds.
    CacheLookup = 26,
}

impl SpanKind {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::NodeEval => "nodeEval",
            Self::BusRead => "busRead",
            Self::BusEval => "busEval",
            Self::BusSilent => "busSilent",
            Self::Materialize => "materialize",
            Self::SinkEval => "sinkEval",
            Self::SignalSample => "signalSample",
            Self::AdapterStep => "adapterStep",
            Self::LensStep => "lensStep",
            Self::TimeDerive => "timeDerive",
            Self::TimeConsole => "timeConsole",
            Self::RailResolve => "railResolve",
            Self::BusPublish => "busPublish",
            Self::Camera => "camera",
            Self::Mesh => "mesh",
            Self::RenderAssemble => "renderAssemble",
            Self::StateCommit => "stateCommit",
            Self::Reduce => "reduce",
            Self::ExternalSample => "externalSample",
            Self::Swap => "swap",
            Self::CacheLookup => "cacheLookup",
        }
    }
}

/// A row of a table of the program, or a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Number in the run.
    Frame(u64),
    /// A step.
    Step(StepId),
    /// A signal.
    Signal(SignalId),
    /// An event.
    Event(EventId),
    /// A field.
    Field(FieldId),
    /// An address: a port of a block, a bus, a rail.
    Slot(SlotId),
    /// A bus.
    Bus(BusId),
    /// A publisher.
    Publisher(PubId),
    /// A state cell.
    Cell(StateId),
    /// A rail.
    Rail(RailId),
    /// An external channel.
    External(ExtId),
    /// A value of the time model.
    Time(TimeValue),
    /// A column.
    Request(ReqId),
    /// A sink.
    Sink(SinkId),
}

/// The beginning of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What it is about.
    pub kind: SpanKind,
    /// Which one.
    pub subject: Subject,
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
    pub subject: Subject,
    /// The host's clock.
    pub at: u64,
    /// What happened, see [`flags`].
    pub flags: u16,
    /// Of columns: written by a materialisation, held by a column that was looked up.
    pub bytes: u64,
}

/// Bits of [`SpanEnd::flags`], [`ValueRecord::flags`] and [`Edge::flags`].
pub mod flags {
    /// A value was NaN.
    pub const NAN: u16 = 1;
    /// A value was infinite.
    pub const INF: u16 = 2;
    /// The result is the one of an earlier frame, or of another request of this frame.
    pub const CACHE_HIT: u16 = 4;
    /// A conversion that nobody wrote.
    pub const IMPLICIT: u16 = 8;
    /// An adapter.
    pub const ADAPTER: u16 = 16;
    /// A division by zero.
    pub const DIV_ZERO: u16 = 32;
    /// A parameter was brought into its range.
    pub const CLAMPED: u16 = 64;
    /// A default stood in for something missing.
    pub const DEFAULT: u16 = 128;
    /// Pulses were folded.
    pub const FOLDED: u16 = 256;
    /// It ran only because a probe asked.
    pub const FORCED_BY_PROBE: u16 = 512;
    /// Where the reason of a miss begins: 0 none, then the order of [`MISS_REASONS`].
    pub const MISS_SHIFT: u16 = 12;

    /// Reasons of a miss, from 1 on in the four highest bits.
    pub const MISS_REASONS: [&str; 8] = [
        "first",
        "structure",
        "domain",
        "uniform",
        "history",
        "epoch",
        "evicted",
        "disabled",
    ];

    /// Names of the low bits.
    const NAMES: [(u16, &str); 10] = [
        (NAN, "nan"),
        (INF, "inf"),
        (CACHE_HIT, "cacheHit"),
        (IMPLICIT, "implicitConversion"),
        (ADAPTER, "adapter"),
        (DIV_ZERO, "div0"),
        (CLAMPED, "clamped"),
        (DEFAULT, "default"),
        (FOLDED, "folded"),
        (FORCED_BY_PROBE, "forcedByProbe"),
    ];

    /// The bits in words; the reason of a miss is none of them.
    pub fn names(flags: u16) -> impl Iterator<Item = &'static str> {
        let set = NAMES.iter().filter(move |(bit, _)| flags & bit != 0);
        set.map(|(_, name)| *name)
    }

    /// The reason of a miss.
    pub fn miss(flags: u16) -> Option<&'static str> {
        let at = usize::from(flags >> MISS_SHIFT).checked_sub(1)?;
        MISS_REASONS.get(at).copied()
    }
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
    /// Of a column: count, min, max, mean, count of NaN.
    ColumnStats,
}

impl ValueTag {
    /// Names of the lanes; of a single number none.
    pub const fn lanes(self) -> &'static [&'static str] {
        match self {
            Self::Number | Self::Boolean => &["value"],
            Self::Vec2 => &["x", "y"],
            Self::Vec3 => &["x", "y", "z"],
            Self::Vec4 => &["x", "y", "z", "w"],
            Self::Color => &["r", "g", "b", "a"],
            Self::Pulses => &["count", "tMs", "value"],
            Self::ColumnStats => &["count", "min", "max", "mean", "nan"],
        }
    }
}

/// Which side of an operation a value was on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What went in.
    Before,
    /// What came out.
    After,
}

/// A value that an operation had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueRecord {
    /// Which operation.
    pub kind: SpanKind,
    /// Whose value.
    pub subject: Subject,
    /// On which side of it.
    pub side: Side,
    /// What it is.
    pub tag: ValueTag,
    /// Its lanes; the rest is 0.
    pub lanes: [f64; 6],
    /// Of a column: the first 8 bytes of the BLAKE3 of its rows; else 0.
    pub hash: u64,
    /// See [`flags`].
    pub flags: u16,
}

/// How one value became part of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// An output into an input.
    Wire,
    /// A publisher into its bus.
    Publish,
    /// A term into a bus's value.
    Combine,
    /// A bus into an input.
    Listen,
    /// Through adapters and conversions only.
    Adapter,
    /// Through lenses.
    Lens,
    /// A signal into a column, a channel into an input.
    Sample,
    /// A field into a column.
    Materialize,
    /// A cell into a value.
    StateRead,
    /// A value into a cell.
    StateWrite,
    /// A rail into an input.
    RailRead,
    /// A column into a number.
    Reduce,
    /// A column or signal into a pass.
    Sink,
}

impl Relation {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Publish => "publish",
            Self::Combine => "combine",
            Self::Listen => "listen",
            Self::Adapter => "adapter",
            Self::Lens => "lens",
            Self::Sample => "sample",
            Self::Materialize => "materialize",
            Self::StateRead => "stateRead",
            Self::StateWrite => "stateWrite",
            Self::RailRead => "railRead",
            Self::Reduce => "reduce",
            Self::Sink => "sink",
        }
    }
}

/// A value that took part in a combination.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Carried {
    /// It has no numbers, such as an outline.
    Nothing,
    /// One for all.
    Lanes {
        /// What it is.
        tag: ValueTag,
        /// Its lanes; the rest is 0.
        lanes: [f64; 4],
    },
    /// Pulses of the frame.
    Pulses {
        /// How many.
        count: u64,
        /// Time of the last one, ms.
        t_ms: f64,
        /// Value of the last one.
        value: f64,
        /// Some were folded.
        folded: bool,
    },
    /// One per element, summed up: its numbers are those of the first lane of the first 256 elements.
    Field {
        /// What an element is.
        tag: ValueTag,
        /// The first element; the rest is 0.
        first: [f64; 4],
        /// Elements that there are.
        of: u32,
        /// Elements that were looked at.
        seen: u32,
        /// Smallest, NaN left out.
        min: f64,
        /// Largest, NaN left out.
        max: f64,
        /// Mean, NaN left out.
        mean: f64,
        /// How many are NaN.
        nan: u32,
    },
}

/// What a term brought to its bus, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Combined {
    /// Place in combine order, from 0.
    pub order: u32,
    /// How the terms meet.
    pub mode: Combine,
    /// The publisher's value.
    pub before: Carried,
    /// The same behind the publisher's lenses, adapters and conversions.
    pub after: Carried,
    /// The value of the bus.
    pub result: Carried,
}

/// A dependency, written where the value flowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The source.
    pub from: Subject,
    /// The target.
    pub to: Subject,
    /// How.
    pub relation: Relation,
    /// This source decided the result.
    pub wins: bool,
    /// See [`flags`].
    pub flags: u16,
    /// Of a [`Relation::Combine`]: the values.
    pub combined: Option<Combined>,
}

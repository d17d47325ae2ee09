//! A tracer that keeps what it is told, in rings of fixed size: the oldest records give way, and are
//! counted.

use super::record::{Edge, Span, SpanEnd, SpanKind, Subject, ValueRecord};
use super::{Level, Tracer};
use crate::ir::Phase;

/// Records of one kind that are kept unless the host says otherwise.
pub const DEFAULT_CAPACITY: usize = 1 << 17;

/// A host's clock.
pub trait Clock {
    /// ns since some moment; never goes back.
    fn now(&mut self) -> u64;
}

/// A clock that counts how often it was asked, a microsecond each time: files become deterministic.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counter(u64);

impl Clock for Counter {
    fn now(&mut self) -> u64 {
        self.0 += 1000;
        self.0
    }
}

/// A list of fixed capacity whose oldest entries give way.
#[derive(Debug, Clone)]
pub struct Ring<T> {
    items: Vec<T>,
    /// Where the next one goes once it is full.
    next: usize,
    capacity: usize,
    dropped: u64,
}

impl<T> Ring<T> {
    fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self {
            items: Vec::with_capacity(capacity),
            next: 0,
            capacity,
            dropped: 0,
        }
    }

    fn push(&mut self, item: T) {
        if self.items.len() < self.capacity {
            self.items.push(item);
            return;
        }
        self.items[self.next] = item;
        self.next = (self.next + 1) % self.capacity;
        self.dropped += 1;
    }

    /// From the oldest to the newest.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let (newer, older) = self.items.split_at(self.next);
        older.iter().chain(newer)
    }

    /// Entries that gave way.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// A finished span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finished {
    /// What it is about.
    pub kind: SpanKind,
    /// Which one.
    pub subject: Subject,
    /// In which phase.
    pub phase: Phase,
    /// ns.
    pub begin: u64,
    /// ns.
    pub end: u64,
    /// Spans around it.
    pub depth: u32,
    /// The kind of the span around it.
    pub parent: Option<SpanKind>,
    /// See [`super::flags`].
    pub flags: u16,
    /// Of columns.
    pub bytes: u64,
    /// Time of the frame, ms.
    pub t_ms: f64,
    /// Which call of the engine it belongs to.
    pub call: u64,
    /// How many swaps came before.
    pub epoch: u32,
}

/// A value, and when it was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told<T> {
    /// What was told.
    pub what: T,
    /// ns: the last time that the clock was read before.
    pub at: u64,
    /// Which call of the engine it belongs to.
    pub call: u64,
    /// How many swaps came before.
    pub epoch: u32,
}

/// Keeps records; `FULL` wants values and edges too.
#[derive(Debug)]
pub struct Recorder<C, const FULL: bool> {
    clock: C,
    open: Vec<Span>,
    spans: Ring<Finished>,
    values: Ring<Told<ValueRecord>>,
    edges: Ring<Told<Edge>>,
    at: u64,
    t_ms: f64,
    call: u64,
    epoch: u32,
    /// Frames that are not drawn are left out.
    drawn_only: bool,
    /// One of them is under way.
    muted: bool,
    /// Calls of the engine that were frames of a plan: (call, frame of the plan).
    frames: Vec<(u64, u64)>,
}

/// Keeps spans.
pub type TimingRecorder<C> = Recorder<C, false>;

/// Keeps spans, values and edges.
pub type FullRecorder<C> = Recorder<C, true>;

impl<C: Clock, const FULL: bool> Recorder<C, FULL> {
    /// Room for [`DEFAULT_CAPACITY`] records of each kind.
    pub fn new(clock: C) -> Self {
        Self::with_capacity(clock, DEFAULT_CAPACITY)
    }

    /// Room for so many records of each kind.
    pub fn with_capacity(clock: C, capacity: usize) -> Self {
        let told = if FULL { capacity } else { 1 };
        Self {
            clock,
            open: Vec::with_capacity(16),
            spans: Ring::new(capacity),
            values: Ring::new(told),
            edges: Ring::new(told),
            at: 0,
            t_ms: 0.0,
            call: 0,
            epoch: 0,
            drawn_only: false,
            muted: false,
            frames: Vec::new(),
        }
    }

    /// Leaves out frames that are not drawn, but lead up to others: their records would crowd out
    /// those of the frames that somebody asked for, and count into sums.
    #[must_use]
    pub fn drawn_only(mut self) -> Self {
        self.drawn_only = true;
        self
    }

    /// Says that the last call of the engine was this frame of a plan. Calls that are never named
    /// led up to one.
    pub fn name_frame(&mut self, frame: u64) {
        self.frames.push((self.call, frame));
    }

    fn told<R>(&self, what: R) -> Told<R> {
        Told {
            what,
            at: self.at,
            call: self.call,
            epoch: self.epoch,
        }
    }

    fn read(&mut self) -> u64 {
        self.at = self.clock.now();
        self.at
    }
}

/// What was recorded, whatever the clock and level were.
#[derive(Debug, Clone, Copy)]
pub struct Recording<'a> {
    /// In order of their ends.
    pub spans: &'a Ring<Finished>,
    /// In order.
    pub values: &'a Ring<Told<ValueRecord>>,
    /// In order.
    pub edges: &'a Ring<Told<Edge>>,
    frames: &'a [(u64, u64)],
}

impl Recording<'_> {
    /// The frame of the plan that a call of the engine was; `None` if it led up to one.
    pub fn frame(&self, call: u64) -> Option<u64> {
        let at = self.frames.binary_search_by_key(&call, |(call, _)| *call);
        Some(self.frames[at.ok()?].1)
    }

    /// Records that gave way: spans, values, edges.
    pub fn dropped(&self) -> [u64; 3] {
        [
            self.spans.dropped(),
            self.values.dropped(),
            self.edges.dropped(),
        ]
    }
}

impl<C, const FULL: bool> Recorder<C, FULL> {
    /// What was recorded.
    pub fn recording(&self) -> Recording<'_> {
        Recording {
            spans: &self.spans,
            values: &self.values,
            edges: &self.edges,
            frames: &self.frames,
        }
    }
}

impl<C: Clock, const FULL: bool> Tracer for Recorder<C, FULL> {
    const LEVEL: Level = if FULL { Level::Full } else { Level::Timing };

    fn now(&mut self) -> u64 {
        match self.muted {
            true => self.at,
            false => self.read(),
        }
    }

    fn frame(&mut self, t_ms: f64, drawn: bool) {
        self.t_ms = t_ms;
        self.call += 1;
        self.muted = self.drawn_only && !drawn;
    }

    fn begin(&mut self, span: Span) {
        if !self.muted {
            self.open.push(span);
        }
    }

    fn end(&mut self, end: SpanEnd) {
        if self.muted {
            self.muted = end.kind != SpanKind::Frame;
            return;
        }
        let Some(span) = self.open.pop() else { return };
        self.spans.push(Finished {
            kind: end.kind,
            subject: end.subject,
            phase: span.phase,
            begin: span.at,
            end: end.at,
            depth: self.open.len() as u32,
            parent: self.open.last().map(|s| s.kind),
            flags: end.flags,
            bytes: end.bytes,
            t_ms: self.t_ms,
            call: self.call,
            epoch: self.epoch,
        });
        if end.kind == SpanKind::Swap {
            self.epoch += 1;
        }
    }

    fn value(&mut self, record: ValueRecord) {
        if !self.muted {
            let told = self.told(record);
            self.values.push(told);
        }
    }

    fn edge(&mut self, edge: Edge) {
        if !self.muted {
            let told = self.told(edge);
            self.edges.push(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_give_way_and_are_counted() {
        let mut ring = Ring::new(3);
        (0..5).for_each(|i| ring.push(i));
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ring.dropped(), 2);
        let mut ring = Ring::new(3);
        (0..2).for_each(|i| ring.push(i));
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [0, 1]);
        assert_eq!(ring.dropped(), 0);
    }
}

//! What went wrong in a frame, counted; it never influences a value.
//!
//! One [`Health`] per frame, overwritten by the next, and [`Totals`] since the run began. Counting is
//! always on and costs a few adds; lists hold only what happened, so a healthy frame has empty ones.

use super::field::Misses;
use super::time::FrameClass;
use crate::ir::{ExtId, RailId, ReqId, SignalId, SinkId, StepId};

/// Counts of one frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Health {
    /// Number in the run, from 0.
    pub frame: u64,
    /// Time of the frame, ms.
    pub t_ms: f64,
    /// How it followed the frame before.
    pub class: FrameClass,
    /// Signals computed in this frame that are NaN.
    pub nan: u64,
    /// Signals computed in this frame that are infinite.
    pub inf: u64,
    /// Divisions (and remainders) by zero in signals, and in the fields of the columns that the frame has:
    /// every division of a group of columns once, for each element whose divisor is 0. A column that is
    /// used again counts what it counted when it was computed, so that caches change no count.
    pub div_zero: u64,
    /// The first signal that was not finite, and its step.
    pub first_non_finite: Option<(SignalId, StepId)>,
    /// The same counts by step; only steps where something happened, in schedule order.
    pub steps: Vec<StepFaults>,
    /// Elements that were not drawn; only sinks where something happened, in the order they ran.
    pub dropped: Vec<Dropped>,
    /// Pulses of all events.
    pub pulses: u64,
    /// Pulses that only counted, because an event had more than a list keeps.
    pub pulses_folded: u64,
    /// External values of the wrong shape; the default was used.
    pub input_rejected: u64,
    /// The first channel with such a value.
    pub first_rejected: Option<ExtId>,
    /// Cameras, rails, groups and effects with illegal parameters: also a group that is scaled to
    /// nothing, and a blur or glow beyond [`crate::render_tree::MAX_SIGMA`], which is drawn at that.
    pub bad_parameter: u64,
    /// Cells that a swap before this frame started anew.
    pub state_resets: u64,
    /// Requests computed.
    pub materialised: u64,
    /// Bytes of new columns.
    pub bytes_written: u64,
    /// Bytes of columns that an earlier frame had computed.
    pub bytes_reused: u64,
    /// Where requests got their columns.
    pub cache: CacheCounts,
    /// Requests of constant columns, which depend on no signal and no history: an engine with caches
    /// computes them once, in the first frame that asks for them.
    pub constant: u64,
    /// The five columns with the most bytes, the largest first, with their bytes; their keys name the
    /// consumers.
    pub worst: [Option<(ReqId, u64)>; 5],
    /// ns by phase, in the order of the phases; present only if the tracer has a clock.
    pub timings: Option<[u64; 10]>,
    /// Rails that are patched and have no publisher; only in the first frame of a run.
    pub rails_without_publisher: Vec<RailId>,
}

/// Where requests got their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheCounts {
    /// The same buffer as before.
    pub hits: u64,
    /// The buffer of another request of this frame.
    pub shared: u64,
    /// Computed, by reason.
    pub misses: Misses,
}

/// What a step computed that is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFaults {
    /// The step.
    pub step: StepId,
    /// Signals that are NaN.
    pub nan: u64,
    /// Signals that are infinite.
    pub inf: u64,
    /// Divisions by zero.
    pub div_zero: u64,
}

/// Why an element was not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Its position is not finite.
    Position,
    /// Its size is not finite.
    Size,
    /// Its rotation is not finite.
    Rotation,
    /// Its scale is not finite.
    Scale,
    /// A colour of it is not finite.
    Color,
    /// Its stroke width is not finite.
    Width,
    /// Its size is below 0.
    NegativeSize,
}

impl Fault {
    /// All, in the order in which they are looked for.
    pub const ALL: [Self; 7] = [
        Self::Position,
        Self::Size,
        Self::Rotation,
        Self::Scale,
        Self::Color,
        Self::Width,
        Self::NegativeSize,
    ];

    /// The word in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Size => "size",
            Self::Rotation => "rotation",
            Self::Scale => "scale",
            Self::Color => "color",
            Self::Width => "width",
            Self::NegativeSize => "negativeSize",
        }
    }
}

/// Elements of one sink that were not drawn. An element counts once, for the first of its faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// The sink.
    pub sink: SinkId,
    /// By fault, in the order of [`Fault::ALL`].
    pub by_fault: [u64; 7],
    /// Outside the camera's view; not a fault.
    pub culled: u64,
    /// Beyond the near plane; not a fault.
    pub clipped: u64,
    /// The first faulty element and its first fault.
    pub first: Option<(u32, Fault)>,
}

impl Dropped {
    /// Nothing dropped yet.
    pub const fn new(sink: SinkId) -> Self {
        Self {
            sink,
            by_fault: [0; 7],
            culled: 0,
            clipped: 0,
            first: None,
        }
    }

    /// Elements dropped for a fault.
    pub fn faults(&self) -> u64 {
        self.by_fault.iter().sum()
    }

    /// Elements dropped for one fault.
    pub const fn of(&self, fault: Fault) -> u64 {
        self.by_fault[fault as usize]
    }

    /// Whether nothing was dropped.
    pub fn is_empty(&self) -> bool {
        self.faults() + self.culled + self.clipped == 0
    }

    pub(super) fn add(&mut self, element: u32, fault: Fault) {
        self.by_fault[fault as usize] += 1;
        self.first = self.first.or(Some((element, fault)));
    }
}

impl Health {
    /// Elements dropped for a fault, over all sinks.
    pub fn faults(&self) -> u64 {
        self.dropped.iter().map(Dropped::faults).sum()
    }

    /// Signals computed in this frame that are not finite.
    pub const fn non_finite(&self) -> u64 {
        self.nan + self.inf
    }

    /// Requests that the frame reads, wherever their columns came from. Like [`Self::constant`] and
    /// [`Self::column_bytes`], but unlike [`Self::cache`], it does not depend on the frames before.
    pub fn columns(&self) -> u64 {
        self.cache.hits + self.cache.shared + self.cache.misses.total()
    }

    /// Bytes of the columns of these requests.
    pub const fn column_bytes(&self) -> u64 {
        self.bytes_written + self.bytes_reused
    }

    /// Takes a column among the largest; of equals the first.
    pub(super) fn weigh(&mut self, req: ReqId, bytes: u64) {
        let lighter = |slot: &Option<(ReqId, u64)>| slot.is_none_or(|(_, most)| bytes > most);
        if let Some(at) = self.worst.iter().position(lighter) {
            self.worst[at..].rotate_right(1);
            self.worst[at] = Some((req, bytes));
        }
    }

    pub(super) fn begin(&mut self, frame: u64, t_ms: f64, class: FrameClass) {
        let Self {
            mut steps,
            mut dropped,
            mut rails_without_publisher,
            ..
        } = std::mem::take(self);
        steps.clear();
        dropped.clear();
        rails_without_publisher.clear();
        *self = Self {
            frame,
            t_ms,
            class,
            steps,
            dropped,
            rails_without_publisher,
            ..Self::default()
        };
    }

    pub(super) fn step(&mut self, faults: StepFaults, first: Option<SignalId>) {
        if faults.nan + faults.inf + faults.div_zero == 0 {
            return;
        }
        self.nan += faults.nan;
        self.inf += faults.inf;
        self.div_zero += faults.div_zero;
        self.steps.push(faults);
        if self.first_non_finite.is_none() {
            self.first_non_finite = first.map(|signal| (signal, faults.step));
        }
    }
}

/// Sums over the frames of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Frames, peeks left out.
    pub frames: u64,
    /// See [`Health::nan`].
    pub nan: u64,
    /// See [`Health::inf`].
    pub inf: u64,
    /// See [`Health::div_zero`].
    pub div_zero: u64,
    /// Elements dropped for a fault.
    pub faults: u64,
    /// See [`Health::pulses`].
    pub pulses: u64,
    /// See [`Health::pulses_folded`].
    pub pulses_folded: u64,
    /// See [`Health::input_rejected`].
    pub input_rejected: u64,
    /// See [`Health::bad_parameter`].
    pub bad_parameter: u64,
    /// See [`Health::state_resets`].
    pub state_resets: u64,
    /// See [`Health::bytes_written`].
    pub bytes_written: u64,
}

impl Totals {
    pub(super) fn add(&mut self, health: &Health) {
        self.frames += 1;
        self.nan += health.nan;
        self.inf += health.inf;
        self.div_zero += health.div_zero;
        self.faults += health.faults();
        self.pulses = self.pulses.saturating_add(health.pulses);
        self.pulses_folded = self.pulses_folded.saturating_add(health.pulses_folded);
        self.input_rejected += health.input_rejected;
        self.bad_parameter += health.bad_parameter;
        self.state_resets += health.state_resets;
        self.bytes_written += health.bytes_written;
    }
}

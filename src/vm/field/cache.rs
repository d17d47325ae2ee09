//! What is known of a column: its last content, and what that content depended on.
//!
//! A [`Known`] column is keyed by structure, and valid for the bits of the signals and the revisions
//! of the histories that it was computed from. Requests with equal structure, domain, format and
//! signals are one column.

use super::buffer::{Buffer, Finite};
use super::kernel::{Pack, Target};
use super::key::{Holes, Structure};
use super::report::{MissReason, Outcome};
use super::{Histories, Registers};
use crate::ir::Format;
use crate::math::Real;

/// What makes two columns the same column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// How it is computed, signals left open.
    pub structure: Structure,
    /// Over what.
    pub domain: Structure,
    /// How it is packed.
    pub format: Format,
}

/// A column and the frame it was last known to hold in.
#[derive(Debug)]
pub(super) struct Known {
    pub key: Key,
    /// What the structure leaves open.
    pub holes: Holes,
    /// What to compute.
    pub target: Target,
    /// Divisions that it is made of.
    pub divisions: Vec<u32>,
    /// Elements.
    pub count: usize,
    /// Its content.
    pub content: Content,
    /// Why the content does not count, if it does not.
    pub missing: Option<MissReason>,
    /// Bits of the signals, lane by lane.
    bits: Vec<u64>,
    /// Revisions of the histories.
    revisions: Vec<u64>,
    /// Epoch of outside data.
    epoch: u64,
    /// Frame in which it was last asked for.
    frame: Option<u64>,
}

/// A finished column.
#[derive(Debug)]
pub(super) struct Content {
    pub buffer: Buffer,
    /// One bit per row; read only if `all_finite` is not known.
    pub mask: Vec<u64>,
    /// `None`: see the mask.
    pub all_finite: Option<bool>,
    /// Elements that each of its divisions divides by 0; nothing if none does.
    pub zeros: Vec<u64>,
    pub revision: u64,
}

impl Content {
    /// Before anything was computed.
    pub(super) fn empty(format: Format) -> Self {
        let buffer = Buffer::empty(format);
        Self {
            buffer,
            mask: Vec::new(),
            all_finite: Some(true),
            zeros: Vec::new(),
            revision: 0,
        }
    }

    /// Which rows are finite.
    pub(super) fn finite(&self) -> Finite<'_> {
        match self.all_finite {
            Some(true) => Finite::All,
            Some(false) => Finite::No,
            None => Finite::Mask(&self.mask),
        }
    }
}

/// The frame that asks.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub registers: &'a Registers,
    pub histories: &'a dyn Histories,
    pub frame: u64,
    /// Whether contents of earlier frames may be reused.
    pub keyed: bool,
    /// Epoch of outside data, if it matters.
    pub epoch: u64,
}

impl Known {
    pub(super) fn new(key: Key, holes: Holes, target: Target, count: usize) -> Self {
        Self {
            content: Content::empty(key.format),
            key,
            holes,
            target,
            divisions: Vec::new(),
            count,
            missing: Some(MissReason::First),
            bits: Vec::new(),
            revisions: Vec::new(),
            epoch: 0,
            frame: None,
        }
    }

    /// Whether its content holds for as long as what it depends on does. A history that was never
    /// written has no revision to tell.
    pub(super) fn is_dated(&self) -> bool {
        self.missing.is_none() && !self.revisions.contains(&0)
    }

    /// Whether it depends on no signal and no history.
    pub(super) fn is_constant(&self) -> bool {
        self.holes.signals.is_empty() && self.holes.histories.is_empty()
    }

    /// Bytes of its rows, as if elements differed.
    pub(super) fn row_bytes(&self) -> u64 {
        match self.target.pack {
            Pack::Format(format) => self.count as u64 * u64::from(format.bytes()),
            Pack::Lane(_) => 0,
        }
    }

    /// Takes the content of a column of the same key from before a swap.
    pub(super) fn inherit(&mut self, old: Self) {
        self.content = old.content;
        self.bits = old.bits;
        self.revisions = old.revisions;
        self.missing = old.missing;
        self.epoch = old.epoch;
    }

    /// What becomes of a request. After a miss the column counts as computed with what it reads now.
    pub(super) fn ask(&mut self, ask: Ask<'_>) -> Outcome {
        let again = self.frame == Some(ask.frame);
        let reason = self
            .missing
            .or((!ask.keyed && !again).then_some(MissReason::Disabled))
            .or((self.epoch != ask.epoch).then_some(MissReason::Epoch))
            .or_else(|| self.changed(&ask));
        self.frame = Some(ask.frame);
        match reason {
            None if again => Outcome::Shared,
            None => Outcome::Hit,
            Some(reason) => {
                self.remember(&ask);
                Outcome::Miss(reason)
            }
        }
    }

    /// The first signal or history that is not what it was.
    fn changed(&self, ask: &Ask<'_>) -> Option<MissReason> {
        let mut known = self.bits.iter();
        for &signal in &self.holes.signals {
            for lane in ask.registers.get(signal) {
                if known.next() != Some(&lane.canonical().to_bits()) {
                    return Some(MissReason::Uniform(signal));
                }
            }
        }
        let mut known = self.revisions.iter();
        let mut differs = |cell| known.next() != Some(&ask.histories.history(cell).1);
        let mut cells = self.holes.histories.iter().copied();
        cells.find(|&cell| differs(cell)).map(MissReason::History)
    }

    fn remember(&mut self, ask: &Ask<'_>) {
        self.missing = None;
        self.epoch = ask.epoch;
        self.bits.clear();
        for &signal in &self.holes.signals {
            let lanes = ask.registers.get(signal).iter();
            self.bits
                .extend(lanes.map(|lane| lane.canonical().to_bits()));
        }
        self.revisions.clear();
        let cells = self.holes.histories.iter();
        self.revisions
            .extend(cells.map(|&cell| ask.histories.history(cell).1));
    }
}

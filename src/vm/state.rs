//! State cells: read as they were, written all together.
//!
//! An update reads committed contents and this frame's signals and records what it would write;
//! [`Cells::commit`] applies all of it. So the order of updates cannot matter, and two cells that
//! feed each other both see the frame before. Each cell is updated exactly once in a frame that is
//! not a peek, whether or not anything reads it: on the tape where a reader stands, else at the
//! commit. Read next: `cell`, the formulas.

use super::cell;
use super::field::Histories;
use super::pulse::PulseList;
use super::registers::Registers;
use super::ring::Ring;
use super::tape::constant_lanes;
use crate::ir::diff::CellChange;
use crate::ir::{CellAction, Operand, Program, StateId, StateOp};
use crate::math::Real;

/// An operand of an update.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arg {
    /// First register and count.
    Lanes(u32, u32),
    /// Index of an event.
    Event(u32),
}

/// What is fixed about a cell.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) op: StateOp,
    /// First entry and count in the f64 pool.
    pub(super) f64: [usize; 2],
    /// First entry in the i32 pool.
    pub(super) i32: usize,
    /// Its ring, for a Delay.
    pub(super) ring: usize,
    /// First entry and count in `out`.
    pub(super) out: [usize; 2],
    /// Initial value, one entry per lane.
    pub(super) init: Vec<f64>,
    pub(super) args: Vec<Arg>,
    view: Option<usize>,
}

/// What an update may read of its frame.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) registers: &'a Registers,
    pub(super) events: &'a [PulseList],
    /// Time of the frame, ms.
    pub(super) t_ms: f64,
    /// Time since the frame before, ms.
    pub(super) dt_ms: f64,
}

/// What the cells hold between frames.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Contents {
    pub(super) f64: Vec<f64>,
    pub(super) i32: Vec<i32>,
    pub(super) rings: Vec<Ring>,
    /// Value of each cell after its last update.
    pub(super) held: Vec<f64>,
    /// Cells that have not been updated yet.
    pub(super) fresh: Vec<bool>,
}

/// What the updates of a frame would write.
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub(super) f64: Vec<(u32, f64)>,
    pub(super) i32: Vec<(u32, i32)>,
    pub(super) samples: Vec<(u32, [f64; 2])>,
}

/// A History cell as fields see it: oldest first, this frame's value included.
#[derive(Debug, Clone)]
struct View {
    entries: Vec<f64>,
    revision: u64,
}

/// The state store of a program.
#[derive(Debug)]
pub(super) struct Cells {
    plans: Vec<Plan>,
    committed: Contents,
    writes: Writes,
    /// Value of each cell after this frame's update.
    out: Vec<f64>,
    /// Pulses of each cell in this frame.
    fired: Vec<u64>,
    updated: Vec<bool>,
    views: Vec<View>,
    revisions: u64,
}

impl Cells {
    pub(super) fn new(program: &Program, registers: &Registers) -> Self {
        let state = &program.tables.state;
        let (mut rings, mut out, mut views) = (0, 0, Vec::new());
        let mut plans = Vec::with_capacity(state.cells.len());
        for cell in &state.cells {
            let lanes = program.types[cell.r#type.index()].domain.lanes();
            let init = cell.init.map(|c| constant_lanes(program, c).to_vec());
            let view = (cell.op == StateOp::History).then_some(views.len());
            if view.is_some() {
                views.push(View {
                    entries: vec![0.0; cell.imm as usize],
                    revision: 0,
                });
            }
            plans.push(Plan {
                op: cell.op,
                f64: cell.f64.map(|v| v as usize),
                i32: cell.i32[0] as usize,
                ring: rings,
                out: [out, lanes],
                init: init.unwrap_or_else(|| vec![0.0; lanes]),
                args: cell.args.iter().map(|arg| place(registers, arg)).collect(),
                view,
            });
            rings += usize::from(cell.op == StateOp::Delay);
            out += lanes;
        }
        let cells = plans.len();
        let entries: usize = plans.iter().map(|p| p.f64[1]).sum();
        let mut store = Self {
            committed: Contents {
                f64: vec![0.0; state.f64_len as usize],
                i32: vec![0; state.i32_len as usize],
                rings: vec![Ring::default(); rings],
                held: vec![0.0; out],
                fresh: vec![true; cells],
            },
            writes: Writes {
                f64: Vec::with_capacity(entries),
                i32: Vec::with_capacity(state.i32_len as usize),
                samples: Vec::with_capacity(rings),
            },
            out: vec![0.0; out],
            fired: vec![0; cells],
            updated: vec![false; cells],
            plans,
            views,
            revisions: 0,
        };
        store.reset();
        store
    }

    /// All cells return to their initial contents.
    pub(super) fn reset(&mut self) {
        let contents = &mut self.committed;
        contents.f64.fill(0.0);
        contents.i32.fill(0);
        contents.fresh.fill(true);
        contents.rings.iter_mut().for_each(Ring::clear);
        for plan in &self.plans {
            let [at, len] = plan.f64;
            let entries = &mut contents.f64[at..at + len];
            match plan.op {
                StateOp::EnvelopeAd => entries.fill(f64::NEG_INFINITY),
                StateOp::UnitDelay => entries.fill(plan.init.first().copied().unwrap_or(0.0)),
                StateOp::Integrate
                | StateOp::SampleHold
                | StateOp::SlewExp
                | StateOp::SlewLinear => {
                    for (entry, init) in entries.iter_mut().zip(&plan.init) {
                        *entry = *init;
                    }
                }
                _ => {}
            }
            let [at, len] = plan.out;
            contents.held[at..at + len].copy_from_slice(&plan.init);
        }
        self.discard();
    }

    /// Computes a cell's update, once a frame.
    pub(super) fn update(&mut self, id: StateId, around: &Surroundings<'_>) {
        let i = id.index();
        if std::mem::replace(&mut self.updated[i], true) {
            return;
        }
        let plan = &self.plans[i];
        let [at, len] = plan.out;
        let mut step = cell::Step {
            plan,
            around,
            committed: &self.committed,
            first: self.committed.fresh[i],
            writes: &mut self.writes,
            out: &mut self.out[at..at + len],
            fired: 0,
        };
        step.run();
        self.fired[i] = step.fired;
        for lane in &mut self.out[at..at + len] {
            *lane = lane.canonical();
        }
        if let Some(view) = plan.view {
            self.refresh(view, i);
        }
    }

    /// Lines up a History's entries, with the value that is about to be written.
    fn refresh(&mut self, view: usize, i: usize) {
        let plan = &self.plans[i];
        let [at, depth] = plan.f64;
        let newest = self.out[plan.out[0]];
        let head = self.committed.i32[plan.i32] as usize % depth.max(1);
        let first = self.committed.fresh[i];
        let old = &self.committed.f64[at..at + depth];
        let view = &mut self.views[view];
        let mut changed = view.revision == 0;
        for (k, entry) in view.entries.iter_mut().enumerate() {
            // The slot at the head is the oldest, and the one that the new value takes.
            let value = if first || k + 1 == depth {
                newest
            } else {
                old[(head + 1 + k) % depth]
            };
            changed |= entry.to_bits() != value.to_bits();
            *entry = value;
        }
        if changed {
            self.revisions += 1;
            view.revision = self.revisions;
        }
    }

    /// A cell's value after this frame's update.
    pub(super) fn out(&self, id: StateId) -> &[f64] {
        let [at, len] = self.plans[id.index()].out;
        &self.out[at..at + len]
    }

    /// Pulses of a cell in this frame.
    pub(super) fn fired(&self, id: StateId) -> u64 {
        self.fired[id.index()]
    }

    /// A cell's value from before this frame; of a Delay: its history at this frame's time.
    pub(super) fn previous(&self, id: StateId, around: &Surroundings<'_>, out: &mut [f64]) {
        let plan = &self.plans[id.index()];
        match plan.op {
            StateOp::Delay => out.fill(cell::delayed(plan, &self.committed, around)),
            StateOp::UnitDelay => out.fill(cell::unit_delayed(plan, &self.committed)),
            _ => {
                let [at, len] = plan.out;
                out.copy_from_slice(&self.committed.held[at..at + len]);
            }
        }
    }

    /// Updates the cells that nothing on the tape did.
    pub(super) fn settle(&mut self, around: &Surroundings<'_>) {
        for i in 0..self.plans.len() {
            self.update(StateId::at(i), around);
        }
    }

    /// Settles, then applies all writes at once.
    pub(super) fn commit(&mut self, around: &Surroundings<'_>) {
        self.settle(around);
        let Contents {
            f64,
            i32,
            rings,
            held,
            fresh,
        } = &mut self.committed;
        for &(at, value) in &self.writes.f64 {
            f64[at as usize] = value;
        }
        for &(at, value) in &self.writes.i32 {
            i32[at as usize] = value;
        }
        for &(ring, [t, x]) in &self.writes.samples {
            rings[ring as usize].push(t, x);
        }
        held.copy_from_slice(&self.out);
        fresh.fill(false);
        self.discard();
    }

    /// Forgets what the updates of this frame would have written.
    pub(super) fn discard(&mut self) {
        self.writes.f64.clear();
        self.writes.i32.clear();
        self.writes.samples.clear();
        self.updated.fill(false);
    }

    /// The f64 entries of a cell; of one that has none (a Delay, a Hysteresis): its value.
    pub(super) fn entries(&self, id: StateId) -> &[f64] {
        let plan = &self.plans[id.index()];
        match plan.f64 {
            [_, 0] => &self.committed.held[plan.out[0]..plan.out[0] + plan.out[1]],
            [at, len] => &self.committed.f64[at..at + len],
        }
    }

    /// Cells of another program go on here, as far as `changes` says.
    pub(super) fn adopt(&mut self, old: &Self, changes: &[CellChange]) {
        // Revisions go on, so that the same number is the same history on both sides.
        self.revisions = old.revisions;
        for change in changes {
            let (Some(from), Some(to)) = (change.from, change.to) else {
                continue;
            };
            if change.action.is_reset() {
                continue;
            }
            let (was, plan) = (&old.plans[from.index()], &self.plans[to.index()]);
            // What never ran has nothing to go on with.
            if old.committed.fresh[from.index()] {
                continue;
            }
            if let (CellAction::Copied, Some(from), Some(to)) = (change.action, was.view, plan.view)
            {
                self.views[to].clone_from(&old.views[from]);
            }
            let (before, contents) = (&old.committed, &mut self.committed);
            let entries = &before.f64[was.f64[0]..was.f64[0] + was.f64[1]];
            let own = &mut contents.f64[plan.f64[0]..plan.f64[0] + plan.f64[1]];
            let lanes = plan.out[1] as u32;
            let marks = plan.op.entries(lanes, 0).1 as usize;
            let mark = &before.i32[was.i32..was.i32 + marks];
            contents.i32[plan.i32..plan.i32 + marks].copy_from_slice(mark);
            match change.action {
                CellAction::Resampled if marks > 0 => {
                    let oldest = mark[0] as usize % entries.len().max(1);
                    let missing = match plan.op {
                        StateOp::History => entries.get(oldest).copied(),
                        _ => plan.init.first().copied(),
                    };
                    resample(entries, oldest, missing.unwrap_or(0.0), own);
                    contents.i32[plan.i32] = 0;
                }
                _ => own.copy_from_slice(entries),
            }
            if plan.op == StateOp::Delay {
                contents.rings[plan.ring].clone_from(&before.rings[was.ring]);
            }
            let [at, lanes] = plan.out;
            contents.held[at..at + lanes]
                .copy_from_slice(&before.held[was.out[0]..was.out[0] + lanes]);
            contents.fresh[to.index()] = false;
        }
    }

    pub(super) fn contents(&self) -> &Contents {
        &self.committed
    }

    /// Takes over contents of the same shape; false, and nothing changed, for others.
    pub(super) fn restore(&mut self, contents: Contents) -> bool {
        let own = &self.committed;
        let fits = contents.f64.len() == own.f64.len()
            && contents.i32.len() == own.i32.len()
            && contents.rings.len() == own.rings.len()
            && contents.held.len() == own.held.len()
            && contents.fresh.len() == own.fresh.len()
            && contents.rings.iter().all(Ring::is_sound);
        if fits {
            self.committed = contents;
            self.discard();
        }
        fits
    }
}

impl Histories for Cells {
    fn history(&self, cell: StateId) -> (&[f64], u64) {
        match self.plans[cell.index()].view {
            Some(view) => (&self.views[view].entries, self.views[view].revision),
            None => (&[], 0),
        }
    }
}

/// The newest of a ring of entries, oldest first; what there is too little of is `missing`.
fn resample(entries: &[f64], oldest: usize, missing: f64, out: &mut [f64]) {
    let (have, want) = (entries.len(), out.len());
    for (k, entry) in out.iter_mut().enumerate() {
        *entry = match (k + have).checked_sub(want) {
            Some(at) if have > 0 => entries[(oldest + at) % have],
            _ => missing,
        };
    }
}

fn place(registers: &Registers, arg: &Operand) -> Arg {
    match *arg {
        Operand::Sig(id) => {
            let (at, len) = registers.place(id);
            Arg::Lanes(at, len)
        }
        Operand::Event(id) => Arg::Event(id.0),
    }
}

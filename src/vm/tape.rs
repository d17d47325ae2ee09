//! The tape: every computed signal and event of a program as one flat list of instructions.
//!
//! In: a program. Out: for each step a slice of instructions on registers. Nearly everything becomes
//! [`Scalar`]s: an opcode on one-lane registers, so `a + b` of two colours is four of them, a chain
//! of lenses is one per lens and a bus is one per term. They run in one tight loop over one `match`.
//! A stretch of steps that are nothing but scalars is one such loop, too.
//! What is not lane by lane (a rotation, a hue) is a [`Task`] between two runs of scalars, and so is
//! all that touches state, events, fields. What holds: operands are written before they are read,
//! because rows stand in evaluation order; every formula is the opcode's own, from `ir::op`. Read
//! next: [`record`], which makes it, and `evaluate`, which runs it.

mod record;

use crate::ir::op::{self, Counts, Lanes, Op};
use crate::ir::{
    Combine, ConstId, EventId, EventView, PhaseSource, Program, ReduceOp, ReqId, StateId, StepId,
};
use std::ops::Range;

/// An opcode on one-lane registers.
#[derive(Debug, Clone, Copy)]
struct Scalar {
    op: Op,
    imm: u32,
    dst: u32,
    args: [u32; 3],
}

/// Operands that a [`Scalar`] can have.
const SCALAR_ARITY: usize = 3;
/// Operands that any opcode has at most.
const MAX_ARITY: usize = 8;

/// (first register, registers).
type Place = (u32, u32);

/// An opcode on registers of several lanes.
#[derive(Debug)]
struct Wide {
    op: Op,
    imm: u32,
    dst: Place,
    args: [Place; MAX_ARITY],
    arity: usize,
}

/// Scalars, then at most one task.
#[derive(Debug)]
struct Part {
    code: Range<u32>,
    task: Option<Task>,
}

/// What is not an opcode on registers.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// Straight colours over each other, the first at the bottom.
    Layer { dst: u32, terms: Vec<u32> },
    /// A cell's value after its update.
    StateOut { cell: StateId, dst: Place },
    /// A cell's committed value.
    StatePrev { cell: StateId, dst: Place },
    /// A number from an event.
    View {
        of: EventId,
        view: EventView,
        dst: u32,
    },
    /// A number from a column.
    Reduce {
        req: ReqId,
        op: ReduceOp,
        dst: Place,
    },
    /// Boundaries of an unwrapped phase.
    Divide {
        of: PhaseSource,
        by: u32,
        dst: EventId,
    },
    /// Pulses that a cell makes.
    StateEvents { cell: StateId, dst: EventId },
    /// Pulses while a number is above ½.
    Gate {
        src: EventId,
        open: u32,
        dst: EventId,
    },
    /// Lists that meet.
    Events {
        mode: Combine,
        terms: Vec<EventId>,
        dst: EventId,
    },
}

/// The instructions of a program.
#[derive(Debug, Default)]
pub(super) struct Tape {
    code: Vec<Scalar>,
    wide: Vec<Wide>,
    parts: Vec<Part>,
    /// Parts of each step.
    steps: Vec<Range<u32>>,
    /// Where the code of each step begins, and where that of the last ends.
    starts: Vec<u32>,
    /// By step: one past the last of the steps from it on that are scalars and nothing else.
    stretches: Vec<u32>,
    /// Registers of signals; those behind are the tape's own.
    signals: u32,
}

/// What a run of instructions met.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Met {
    pub(super) nan: u64,
    pub(super) inf: u64,
    pub(super) div_zero: u64,
    /// Register of the first value that is not finite.
    pub(super) first: Option<u32>,
}

impl Met {
    /// Whether nothing is to be told of.
    pub(super) fn is_clean(&self) -> bool {
        self.nan + self.inf + self.div_zero == 0
    }

    /// Counts a value that is not finite; gives the value to store, with the one quiet NaN.
    #[cold]
    #[inline(never)]
    fn note(&mut self, value: f64, register: u32, signals: u32) -> f64 {
        if register < signals {
            if value.is_nan() {
                self.nan += 1;
            } else {
                self.inf += 1;
            }
            self.first = self.first.or(Some(register));
        }
        if value.is_nan() { f64::NAN } else { value }
    }
}

/// Marks a wide instruction among the scalars: `imm` is its index.
const WIDE: Op = Op::PathMorph;
impl Tape {
    /// Runs the scalars of a step and hands each task to `tasks`, in order.
    pub(super) fn parts(&self, step: StepId) -> Range<usize> {
        let parts = &self.steps[step.index()];
        parts.start as usize..parts.end as usize
    }

    /// The task that follows the scalars of a part.
    pub(super) fn task(&self, part: usize) -> Option<&Task> {
        self.parts[part].task.as_ref()
    }

    /// One past the last of the steps from `step` on that are needed in every frame and are scalars and
    /// nothing else; `step` itself if it is not one.
    pub(super) fn stretch(&self, step: usize) -> usize {
        self.stretches[step] as usize
    }

    /// Runs the scalars of such steps. They may be run again, one by one: they write what they read
    /// before they read it.
    pub(super) fn run_stretch(&self, steps: Range<usize>, lanes: &mut [f64]) -> Met {
        let mut met = Met::default();
        let code = self.starts[steps.start]..self.starts[steps.end];
        self.run_code(&code, lanes, &mut met);
        met
    }

    /// Runs the scalars of a part.
    pub(super) fn run(&self, part: usize, lanes: &mut [f64], met: &mut Met) {
        self.run_code(&self.parts[part].code, lanes, met);
    }

    fn run_code(&self, code: &Range<u32>, lanes: &mut [f64], met: &mut Met) {
        for scalar in &self.code[code.start as usize..code.end as usize] {
            match scalar.op {
                WIDE => self.run_wide(&self.wide[scalar.imm as usize], lanes, met),
                op => {
                    if op.counts_zero_divisor() && lanes[scalar.args[1] as usize] == 0.0 {
                        met.div_zero += 1;
                    }
                    let mut once = Once {
                        lanes,
                        scalar,
                        met,
                        signals: self.signals,
                    };
                    op::dispatch(op, scalar.imm, 1, &mut once);
                }
            }
        }
    }

    fn run_wide(&self, wide: &Wide, lanes: &mut [f64], met: &mut Met) {
        // Results go through a small buffer: operands may lie on either side of them.
        let mut out = [0.0; 16];
        let mut args: [&[f64]; MAX_ARITY] = [&[]; MAX_ARITY];
        for (arg, &(at, len)) in args.iter_mut().zip(&wide.args[..wide.arity]) {
            *arg = &lanes[at as usize..(at + len) as usize];
        }
        let (at, len) = wide.dst;
        let out = &mut out[..len as usize];
        let mut counts = Counts::default();
        op::eval(wide.op, wide.imm, &args[..wide.arity], out, &mut counts);
        met.div_zero += counts.div_zero;
        self.store(at, out, lanes, met);
    }

    /// Writes what a task computed.
    pub(super) fn store(&self, at: u32, values: &[f64], lanes: &mut [f64], met: &mut Met) {
        for (register, &value) in (at..).zip(values) {
            lanes[register as usize] = if value.is_finite() {
                value
            } else {
                met.note(value, register, self.signals)
            };
        }
    }
}

/// Entries of a constant in the f64 pool.
pub(super) fn constant_lanes(program: &Program, id: ConstId) -> &[f64] {
    let constants = &program.tables.constants;
    let row = &constants.index[id.index()];
    &constants.f64[row.at as usize..(row.at + row.len) as usize]
}

/// One evaluation on registers.
struct Once<'a> {
    lanes: &'a mut [f64],
    scalar: &'a Scalar,
    met: &'a mut Met,
    signals: u32,
}

impl Lanes<f64> for Once<'_> {
    #[inline(always)]
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([f64; I]) -> [f64; O]) {
        let Scalar { dst, args, .. } = *self.scalar;
        // Opcodes with more operands than a scalar has were compiled to wide instructions.
        let x = std::array::from_fn(|k| args.get(k).map_or(0.0, |&at| self.lanes[at as usize]));
        let value = f(x)[0];
        self.lanes[dst as usize] = if value.is_finite() {
            value
        } else {
            self.met.note(value, dst, self.signals)
        };
    }
}

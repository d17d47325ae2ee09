//! The tape: every computed signal and event of a program as one flat list of instructions.
//!
//! In: a program. Out: for each step a slice of instructions on registers. Nearly everything becomes
//! [`Scalar`]s: an opcode on one-lane registers, so `a + b` of two colours is four of them, a chain
//! of lenses is one per lens and a bus is one per term. They run in one tight loop over one `match`.
//! What is not lane by lane (a rotation, a hue) is a [`Task`] between two runs of scalars, and so is
//! all that touches state, events, fields. What holds: operands are written before they are read,
//! because rows stand in evaluation order; every formula is the opcode's own, from `ir::op`. Read
//! next: `evaluate`, which runs it.

use super::registers::Registers;
use crate::ir::op::{self, Counts, Lanes, Op};
use crate::ir::{
    Chain, ChainOperand, Combine, ConstId, Consumer, EventExpr, EventId, EventView, PhaseSource,
    Program, ReduceOp, ReqId, SignalExpr, SignalId, StateId, StepId, ValueRef,
};
use crate::math::hash;
use crate::types::Family;
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
/// The identity on numbers.
const COPY: (Op, u32) = (Op::Cast, 1);

impl Tape {
    /// Compiles the `run` lists of all steps, and fills the registers of constants.
    pub(super) fn new(program: &Program, registers: &mut Registers) -> Self {
        let mut tape = Self {
            signals: registers.all().len() as u32,
            ..Self::default()
        };
        for (i, node) in program.tables.sig.nodes.iter().enumerate() {
            let constant = match &node.expr {
                SignalExpr::Const(c) => *c,
                SignalExpr::Combine { terms, silent, .. } if terms.is_empty() => *silent,
                _ => continue,
            };
            let lanes = constant_lanes(program, constant);
            registers.get_mut(SignalId::at(i)).copy_from_slice(lanes);
        }
        for step in &program.schedule.steps {
            let from = tape.parts.len() as u32;
            let mut open = tape.code.len() as u32;
            for value in &step.run {
                let task = match *value {
                    ValueRef::Sig(id) => tape.signal(program, registers, id),
                    ValueRef::Event(id) => event(program, registers, id),
                    _ => None,
                };
                if task.is_some() {
                    let code = open..tape.code.len() as u32;
                    tape.parts.push(Part { code, task });
                    open = tape.code.len() as u32;
                }
            }
            if open < tape.code.len() as u32 {
                let code = open..tape.code.len() as u32;
                tape.parts.push(Part { code, task: None });
            }
            tape.steps.push(from..tape.parts.len() as u32);
        }
        tape
    }

    /// Runs the scalars of a step and hands each task to `tasks`, in order.
    pub(super) fn parts(&self, step: StepId) -> Range<usize> {
        let parts = &self.steps[step.index()];
        parts.start as usize..parts.end as usize
    }

    /// The task that follows the scalars of a part.
    pub(super) fn task(&self, part: usize) -> Option<&Task> {
        self.parts[part].task.as_ref()
    }

    /// Runs the scalars of a part.
    pub(super) fn run(&self, part: usize, lanes: &mut [f64], met: &mut Met) {
        let code = &self.parts[part].code;
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

    fn push(&mut self, (op, imm): (Op, u32), dst: u32, args: &[u32]) {
        let mut all = [dst; SCALAR_ARITY];
        for (slot, arg) in all.iter_mut().zip(args) {
            *slot = *arg;
        }
        self.code.push(Scalar {
            op,
            imm,
            dst,
            args: all,
        });
    }

    fn signal(
        &mut self,
        program: &Program,
        registers: &mut Registers,
        id: SignalId,
    ) -> Option<Task> {
        let dst = registers.place(id);
        match &program.tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(_)
            | SignalExpr::Time(_)
            | SignalExpr::Rail(_)
            | SignalExpr::External(_) => None,
            SignalExpr::Apply { op, args, imm } => {
                let places: Vec<Place> = args.iter().map(|&a| registers.place(a)).collect();
                self.apply(program, registers, (*op, *imm), &places, dst);
                None
            }
            SignalExpr::Transform { src, chain, args } => {
                let chain = &program.tables.transforms.chains[chain.index()];
                let src = registers.place(*src);
                let args: Vec<Place> = args.iter().map(|&a| registers.place(a)).collect();
                self.chain(program, registers, chain, src, &args, dst);
                None
            }
            SignalExpr::Combine { mode, terms, .. } => {
                let node = &program.tables.sig.nodes[id.index()];
                let family = program.types[node.r#type.index()].domain.family();
                let terms: Vec<u32> = terms.iter().map(|&t| registers.offset(t)).collect();
                if terms.len() > 1 && family == Family::Color && *mode == Combine::Layer {
                    return Some(Task::Layer { dst: dst.0, terms });
                }
                for lane in 0..dst.1 {
                    let terms: Vec<u32> = terms.iter().map(|t| t + lane).collect();
                    self.combine(registers, *mode, family, &terms, dst.0 + lane);
                }
                None
            }
            SignalExpr::StateOut(cell) => Some(Task::StateOut { cell: *cell, dst }),
            SignalExpr::StatePrev(cell) => Some(Task::StatePrev { cell: *cell, dst }),
            SignalExpr::Event { of, view } => Some(Task::View {
                of: *of,
                view: *view,
                dst: dst.0,
            }),
            SignalExpr::Reduce { op, .. } => {
                let requests = &program.tables.materialize.requests;
                let wanted = Consumer::Reduce(id);
                let req = requests.iter().position(|r| r.consumer == wanted)?;
                Some(Task::Reduce {
                    req: ReqId::at(req),
                    op: *op,
                    dst,
                })
            }
        }
    }

    /// One opcode: per lane where it is lane by lane, else on whole operands.
    fn apply(
        &mut self,
        program: &Program,
        registers: &mut Registers,
        (op, imm): (Op, u32),
        args: &[Place],
        dst: Place,
    ) {
        if op == Op::PerElementOffset
            && let [x, range, seed] = *args
        {
            // A signal is element 0, and the seed is a constant: its hash is one too.
            let seed = registers.all()[seed.0 as usize];
            let hash = registers.grow(hash::element_hash(0, seed, program.seed));
            let product = registers.grow(0.0);
            self.push((Op::Mul, 0), product, &[range.0, hash]);
            self.push((Op::Add, 0), dst.0, &[x.0, product]);
        } else if op.is_lanewise() && args.len() <= SCALAR_ARITY {
            for lane in 0..dst.1 {
                let args: Vec<u32> = args
                    .iter()
                    .map(|&(at, len)| if len == 1 { at } else { at + lane })
                    .collect();
                self.push((op, imm), dst.0 + lane, &args);
            }
        } else {
            let mut places = [(0, 0); MAX_ARITY];
            for (slot, arg) in places.iter_mut().zip(args) {
                *slot = *arg;
            }
            self.push((WIDE, self.wide.len() as u32), dst.0, &[]);
            self.wide.push(Wide {
                op,
                imm,
                dst,
                args: places,
                arity: args.len().min(MAX_ARITY),
            });
        }
    }

    /// The steps of a chain, through temporaries.
    fn chain(
        &mut self,
        program: &Program,
        registers: &mut Registers,
        chain: &Chain,
        src: Place,
        args: &[Place],
        dst: Place,
    ) {
        let mut running = src;
        for (i, step) in chain.steps.iter().enumerate() {
            let lanes = program.types[step.to.index()].domain.lanes() as u32;
            let mut operands = vec![running];
            for operand in &step.operands {
                operands.push(match *operand {
                    ChainOperand::Arg(k) => args[k as usize],
                    ChainOperand::Const(c) => grow(registers, constant_lanes(program, c)),
                });
            }
            let to = if i + 1 == chain.steps.len() {
                dst
            } else {
                grow(registers, &[0.0; 16][..lanes as usize])
            };
            self.apply(program, registers, (step.op, step.imm), &operands, to);
            running = to;
        }
        if chain.steps.is_empty() {
            for lane in 0..dst.1 {
                self.push(COPY, dst.0 + lane, &[src.0 + lane]);
            }
        }
    }

    /// One lane of a bus.
    fn combine(
        &mut self,
        registers: &mut Registers,
        mode: Combine,
        family: Family,
        terms: &[u32],
        dst: u32,
    ) {
        let &[first, ref rest @ ..] = terms else {
            return;
        };
        let Some(&last) = rest.last() else {
            self.push(COPY, dst, &[first]);
            return;
        };
        let boolean = family == Family::Boolean;
        let fold = match mode {
            Combine::Last => return self.push(COPY, dst, &[last]),
            Combine::Layer if !boolean => return self.push(COPY, dst, &[last]),
            Combine::Sum | Combine::Max | Combine::Layer if boolean => Op::Or,
            Combine::Min if boolean => Op::And,
            Combine::Max => Op::Max,
            Combine::Min => Op::Min,
            _ => Op::Add,
        };
        let votes = boolean && mode == Combine::Average;
        let mut term = |tape: &mut Self, register: u32| {
            if !votes {
                return register;
            }
            let vote = registers.grow(0.0);
            tape.push((Op::Cast, 3), vote, &[register]);
            vote
        };
        let mut sum = term(self, first);
        for &next in rest {
            let next = term(self, next);
            self.push((fold, 0), dst, &[sum, next]);
            sum = dst;
        }
        if mode == Combine::Average {
            let n = terms.len() as f64;
            if votes {
                let half = registers.grow(n / 2.0);
                self.push((Op::Gt, 0), dst, &[dst, half]);
            } else {
                let n = registers.grow(n);
                self.push((Op::Div, 0), dst, &[dst, n]);
            }
        }
        if family == Family::Phase && matches!(mode, Combine::Sum | Combine::Average) {
            self.push((Op::Fract, 0), dst, &[dst]);
        }
    }
}

fn event(program: &Program, registers: &Registers, dst: EventId) -> Option<Task> {
    match &program.tables.event.nodes[dst.index()].expr {
        EventExpr::Empty
        | EventExpr::Time(_)
        | EventExpr::Rail(_)
        | EventExpr::External(_)
        | EventExpr::FirstFrame => None,
        EventExpr::Divide { of, by } => Some(Task::Divide {
            of: *of,
            by: registers.offset(*by),
            dst,
        }),
        EventExpr::StateEvents(cell) => Some(Task::StateEvents { cell: *cell, dst }),
        EventExpr::Gate { src, open } => Some(Task::Gate {
            src: *src,
            open: registers.offset(*open),
            dst,
        }),
        EventExpr::Combine { mode, terms, .. } => Some(Task::Events {
            mode: *mode,
            terms: terms.clone(),
            dst,
        }),
    }
}

fn grow(registers: &mut Registers, lanes: &[f64]) -> Place {
    let at = registers.all().len() as u32;
    for &lane in lanes {
        registers.grow(lane);
    }
    (at, lanes.len() as u32)
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

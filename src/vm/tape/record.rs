//! Records a program's signals and events onto a tape.
//!
//! In: the `run` lists of the steps, in evaluation order. Out: instructions, and the registers of
//! constants filled. Chains and buses need temporaries and constants of their own; those lie behind
//! the registers of the signals.

use super::super::registers::Registers;
use super::{MAX_ARITY, Part, Place, SCALAR_ARITY, Scalar, Tape, Task, WIDE, Wide, constant_lanes};
use crate::ir::op::Op;
use crate::ir::{
    Chain, ChainOperand, Combine, Consumer, EventExpr, EventId, Program, ReqId, SignalExpr,
    SignalId, Step, StepKind, ValueRef,
};
use crate::math::hash;
use crate::types::Family;

/// The identity on numbers.
const COPY: (Op, u32) = (Op::Cast, 1);

/// A tape being recorded.
struct Recorder<'a> {
    program: &'a Program,
    registers: &'a mut Registers,
    tape: Tape,
}

impl Tape {
    /// Compiles the `run` lists of all steps, and fills the registers of constants.
    pub(in crate::vm) fn new(program: &Program, registers: &mut Registers) -> Self {
        for (i, node) in program.tables.sig.nodes.iter().enumerate() {
            let constant = match &node.expr {
                SignalExpr::Const(c) => *c,
                SignalExpr::Combine { terms, silent, .. } if terms.is_empty() => *silent,
                _ => continue,
            };
            let lanes = constant_lanes(program, constant);
            registers.get_mut(SignalId::at(i)).copy_from_slice(lanes);
        }
        let tape = Self {
            signals: registers.all().len() as u32,
            ..Self::default()
        };
        let mut recorder = Recorder {
            program,
            registers,
            tape,
        };
        for step in &program.schedule.steps {
            recorder.tape.starts.push(recorder.tape.code.len() as u32);
            recorder.step(&step.run);
        }
        let mut tape = recorder.tape;
        tape.starts.push(tape.code.len() as u32);
        tape.stretches = tape.stretches(&program.schedule.steps);
        tape
    }

    /// See [`Self::stretch`].
    fn stretches(&self, steps: &[Step]) -> Vec<u32> {
        let mut ends: Vec<u32> = (0..steps.len() as u32).collect();
        for (i, step) in steps.iter().enumerate().rev() {
            let parts = &self.steps[i];
            let parts = &self.parts[parts.start as usize..parts.end as usize];
            let evaluates = matches!(
                step.kind,
                StepKind::NodeEval { .. } | StepKind::BusEval { .. }
            );
            if evaluates && step.demand && parts.iter().all(|part| part.task.is_none()) {
                // What does not begin a stretch ends where it stands, which is what comes after this.
                let next = steps.get(i + 1).filter(|next| next.phase == step.phase);
                ends[i] = next.map_or(i as u32 + 1, |_| ends[i + 1]);
            }
        }
        ends
    }
}

impl Recorder<'_> {
    fn step(&mut self, run: &[ValueRef]) {
        let from = self.tape.parts.len() as u32;
        let mut open = self.tape.code.len() as u32;
        for value in run {
            let task = match *value {
                ValueRef::Sig(id) => self.signal(id),
                ValueRef::Event(id) => self.event(id),
                _ => None,
            };
            if task.is_some() {
                let code = open..self.tape.code.len() as u32;
                self.tape.parts.push(Part { code, task });
                open = self.tape.code.len() as u32;
            }
        }
        if open < self.tape.code.len() as u32 {
            let code = open..self.tape.code.len() as u32;
            self.tape.parts.push(Part { code, task: None });
        }
        self.tape.steps.push(from..self.tape.parts.len() as u32);
    }

    fn push(&mut self, (op, imm): (Op, u32), dst: u32, args: &[u32]) {
        let mut all = [dst; SCALAR_ARITY];
        for (slot, arg) in all.iter_mut().zip(args) {
            *slot = *arg;
        }
        self.tape.code.push(Scalar {
            op,
            imm,
            dst,
            args: all,
        });
    }

    fn grow(&mut self, lanes: &[f64]) -> Place {
        let at = self.registers.all().len() as u32;
        for &lane in lanes {
            self.registers.grow(lane);
        }
        (at, lanes.len() as u32)
    }

    fn signal(&mut self, id: SignalId) -> Option<Task> {
        let program = self.program;
        let dst = self.registers.place(id);
        match &program.tables.sig.nodes[id.index()].expr {
            SignalExpr::Const(_)
            | SignalExpr::Time(_)
            | SignalExpr::Rail(_)
            | SignalExpr::External(_) => None,
            SignalExpr::Apply { op, args, imm } => {
                let args: Vec<Place> = args.iter().map(|&a| self.registers.place(a)).collect();
                self.apply((*op, *imm), &args, dst);
                None
            }
            SignalExpr::Transform { src, chain, args } => {
                let chain = &program.tables.transforms.chains[chain.index()];
                let src = self.registers.place(*src);
                let args: Vec<Place> = args.iter().map(|&a| self.registers.place(a)).collect();
                self.chain(chain, src, &args, dst);
                None
            }
            SignalExpr::Combine { mode, terms, .. } => {
                let node = &program.tables.sig.nodes[id.index()];
                let family = program.types[node.r#type.index()].domain.family();
                let terms: Vec<u32> = terms.iter().map(|&t| self.registers.offset(t)).collect();
                if terms.len() > 1 && family == Family::Color && *mode == Combine::Layer {
                    return Some(Task::Layer { dst: dst.0, terms });
                }
                for lane in 0..dst.1 {
                    let terms: Vec<u32> = terms.iter().map(|t| t + lane).collect();
                    self.combine(*mode, family, &terms, dst.0 + lane);
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

    fn event(&self, dst: EventId) -> Option<Task> {
        match &self.program.tables.event.nodes[dst.index()].expr {
            EventExpr::Empty
            | EventExpr::Time(_)
            | EventExpr::Rail(_)
            | EventExpr::External(_)
            | EventExpr::FirstFrame => None,
            EventExpr::Divide { of, by } => Some(Task::Divide {
                of: *of,
                by: self.registers.offset(*by),
                dst,
            }),
            EventExpr::StateEvents(cell) => Some(Task::StateEvents { cell: *cell, dst }),
            EventExpr::Gate { src, open } => Some(Task::Gate {
                src: *src,
                open: self.registers.offset(*open),
                dst,
            }),
            EventExpr::Combine { mode, terms, .. } => Some(Task::Events {
                mode: *mode,
                terms: terms.clone(),
                dst,
            }),
        }
    }

    /// One opcode: per lane where it is lane by lane, else on whole operands.
    fn apply(&mut self, (op, imm): (Op, u32), args: &[Place], dst: Place) {
        if op == Op::PerElementOffset
            && let [x, range, seed] = *args
        {
            // A signal is element 0, and the seed is a constant: its hash is one too.
            let seed = self.registers.all()[seed.0 as usize];
            let hash = hash::element_hash(0, seed, self.program.seed);
            let (hash, _) = self.grow(&[hash]);
            let (product, _) = self.grow(&[0.0]);
            self.push((Op::Mul, 0), product, &[range.0, hash]);
            self.push((Op::Add, 0), dst.0, &[x.0, product]);
        } else if op.is_lanewise() && args.len() <= SCALAR_ARITY {
            for lane in 0..dst.1 {
                let at = |&(at, len): &Place| if len == 1 { at } else { at + lane };
                let args: Vec<u32> = args.iter().map(at).collect();
                self.push((op, imm), dst.0 + lane, &args);
            }
        } else {
            let mut places = [(0, 0); MAX_ARITY];
            for (slot, arg) in places.iter_mut().zip(args) {
                *slot = *arg;
            }
            self.push((WIDE, self.tape.wide.len() as u32), dst.0, &[]);
            self.tape.wide.push(Wide {
                op,
                imm,
                dst,
                args: places,
                arity: args.len().min(MAX_ARITY),
            });
        }
    }

    /// The steps of a chain, through temporaries.
    fn chain(&mut self, chain: &Chain, src: Place, args: &[Place], dst: Place) {
        let mut running = src;
        for (i, step) in chain.steps.iter().enumerate() {
            let mut operands = vec![running];
            for operand in &step.operands {
                operands.push(match *operand {
                    ChainOperand::Arg(k) => args[k as usize],
                    ChainOperand::Const(c) => self.grow(constant_lanes(self.program, c)),
                });
            }
            let lanes = self.program.types[step.to.index()].domain.lanes();
            let to = if i + 1 == chain.steps.len() {
                dst
            } else {
                self.grow(&[0.0; 16][..lanes])
            };
            self.apply((step.op, step.imm), &operands, to);
            running = to;
        }
        if chain.steps.is_empty() {
            for lane in 0..dst.1 {
                self.push(COPY, dst.0 + lane, &[src.0 + lane]);
            }
        }
    }

    /// One lane of a bus.
    fn combine(&mut self, mode: Combine, family: Family, terms: &[u32], dst: u32) {
        let &[first, ref rest @ ..] = terms else {
            return;
        };
        let Some(&last) = rest.last() else {
            return self.push(COPY, dst, &[first]);
        };
        let boolean = family == Family::Boolean;
        let fold = match mode {
            Combine::Last => return self.push(COPY, dst, &[last]),
            Combine::Layer if !boolean => return self.push(COPY, dst, &[last]),
            Combine::Average if boolean => return self.vote(terms, dst),
            Combine::Sum | Combine::Max | Combine::Layer if boolean => Op::Or,
            Combine::Min if boolean => Op::And,
            Combine::Max => Op::Max,
            Combine::Min => Op::Min,
            _ => Op::Add,
        };
        let mut sum = first;
        for &next in rest {
            self.push((fold, 0), dst, &[sum, next]);
            sum = dst;
        }
        if mode == Combine::Average {
            let (n, _) = self.grow(&[terms.len() as f64]);
            self.push((Op::Div, 0), dst, &[dst, n]);
        }
        if family == Family::Phase && matches!(mode, Combine::Sum | Combine::Average) {
            self.push((Op::Fract, 0), dst, &[dst]);
        }
    }

    /// True for more than half of the terms.
    fn vote(&mut self, terms: &[u32], dst: u32) {
        let (sum, _) = self.grow(&[0.0]);
        let (zero, _) = self.grow(&[0.0]);
        let (half, _) = self.grow(&[terms.len() as f64 / 2.0]);
        let (one, _) = self.grow(&[0.0]);
        self.push(COPY, sum, &[zero]);
        for &term in terms {
            self.push((Op::Cast, 3), one, &[term]);
            self.push((Op::Add, 0), sum, &[sum, one]);
        }
        self.push((Op::Gt, 0), dst, &[sum, half]);
    }
}

//! Runs the tapes of a kernel: block by block, on registers of one worker.
//!
//! A [`Worker`] holds the registers; what it reads besides is in [`Context`]. Steps never fail: an
//! operand that is not there reads as zeros. Lanes past the end of a domain are computed too (up to
//! a whole tile) and never stored.

mod outlines;

use super::graph::{Bank, Kind};
use super::kernel::{Action, Kernel, Src, Step, Tape};
use super::lanes::{self, Formula, OPERANDS, Operand, RESULTS, TILE};
use super::outline::Walker;
use super::output::{Rows, note_all_finite, note_finite};
use crate::ir::id_hash::IdTexts;
use crate::ir::meet::{self, How, Term};
use crate::ir::op::Op;
use crate::ir::{Program, StateId};
use crate::math::simd::Width;
use crate::math::{Real, hash};
use crate::path::PathData;
use crate::vm::Registers;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What kernels read besides registers.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Constants and seed.
    pub program: &'a Program,
    /// Id texts of domains.
    pub ids: &'a IdTexts,
    /// The program's outlines, shared.
    pub outlines: &'a [Arc<PathData>],
    /// Stored columns.
    pub stored: &'a [Stored],
    /// Contents of history cells.
    pub histories: &'a BTreeMap<StateId, Vec<f64>>,
    /// Instructions for loops over lanes.
    pub simd: Width,
}

/// One lane of all elements, computed once.
#[derive(Debug, Clone)]
pub(super) enum Stored {
    /// Not computed.
    Empty,
    /// Narrow.
    Narrow(Arc<Vec<f32>>),
    /// Wide.
    Wide(Arc<Vec<f64>>),
}

/// Where the rows of a block go.
pub(super) trait Outputs {
    /// Rows `from` to `to` (elements) of an output, the finite bits of its chunk, and the bit in
    /// them of row `from`.
    fn rows(&mut self, output: usize, from: usize, to: usize) -> (Rows<'_>, &mut [u64], usize);
    /// An output has a row that is not finite.
    fn not_finite(&mut self, output: usize);
}

/// Registers of one thread.
#[derive(Debug, Default)]
pub(super) struct Worker {
    narrow: Vec<Vec<f32>>,
    wide: Vec<Vec<f64>>,
    paths: Vec<Vec<Arc<PathData>>>,
    walker: Walker,
    text: String,
    /// The run whose uniforms are in the registers.
    run: u64,
}

/// A float that has a bank of registers.
trait Banked: Real {
    fn bank(worker: &Worker) -> &[Vec<Self>];
    fn bank_mut(worker: &mut Worker) -> &mut [Vec<Self>];
    fn pool(program: &Program) -> &[Self];
    fn stored(column: &Stored) -> &[Self];
    fn from_low_bits(bits: u64) -> Self;
}

impl Banked for f32 {
    fn bank(worker: &Worker) -> &[Vec<Self>] {
        &worker.narrow
    }
    fn bank_mut(worker: &mut Worker) -> &mut [Vec<Self>] {
        &mut worker.narrow
    }
    fn pool(program: &Program) -> &[Self] {
        &program.tables.constants.f32
    }
    fn stored(column: &Stored) -> &[Self] {
        if let Stored::Narrow(lanes) = column {
            lanes
        } else {
            &[]
        }
    }
    fn from_low_bits(bits: u64) -> Self {
        Self::from_bits(bits as u32)
    }
}

impl Banked for f64 {
    fn bank(worker: &Worker) -> &[Vec<Self>] {
        &worker.wide
    }
    fn bank_mut(worker: &mut Worker) -> &mut [Vec<Self>] {
        &mut worker.wide
    }
    fn pool(program: &Program) -> &[Self] {
        &program.tables.constants.f64
    }
    fn stored(column: &Stored) -> &[Self] {
        if let Stored::Wide(lanes) = column {
            lanes
        } else {
            &[]
        }
    }
    fn from_low_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

impl Worker {
    /// Makes sure that there are registers for a tape, each for `lanes` lanes.
    fn fit(&mut self, registers: [u32; 3], lanes: usize) {
        fn bank<T: Clone + Default>(bank: &mut Vec<Vec<T>>, count: u32, lanes: usize) {
            if bank.len() < count as usize {
                bank.resize_with(count as usize, Vec::new);
            }
            for register in bank.iter_mut().take(count as usize) {
                if register.len() < lanes {
                    register.resize(lanes, T::default());
                }
            }
        }
        bank(&mut self.narrow, registers[Bank::Narrow as usize], lanes);
        bank(&mut self.wide, registers[Bank::Wide as usize], lanes);
        bank(&mut self.paths, registers[Bank::Path as usize], lanes);
    }

    /// Computes the uniforms of a kernel. Their values are in lane 0 of the registers.
    pub(super) fn run_uniforms(&mut self, kernel: &Kernel, cx: Context<'_>, signals: &Registers) {
        self.fit(kernel.uniform.registers, 1);
        for step in &kernel.uniform.steps {
            let Action::Compute(kind) = &step.action else {
                continue;
            };
            let block = Block {
                cx,
                tape: &kernel.uniform,
                step,
                base: 0,
                n: 1,
            };
            if let (Kind::Signal { id, lane }, [dst]) = (kind, kernel.uniform.dsts(step)) {
                let value = signals.get(*id).get(*lane as usize).copied().unwrap_or(0.0);
                match step.bank {
                    Bank::Narrow => set(&mut self.narrow, *dst, value as f32),
                    Bank::Wide => set(&mut self.wide, *dst, value),
                    Bank::Path => {}
                }
            } else {
                self.compute(kind, &block);
            }
        }
    }

    /// Lane 0 of narrow registers.
    pub(super) fn narrow_lanes(&self, registers: &[u32]) -> [f32; 4] {
        let lane = |k: usize| {
            registers
                .get(k)
                .and_then(|&r| self.narrow.get(r as usize)?.first())
        };
        std::array::from_fn(|k| lane(k).copied().unwrap_or(0.0))
    }

    /// Whether lane 0 of the first of some registers is 0.
    pub(super) fn is_zero(&self, registers: &[u32], wide: bool) -> bool {
        let at = registers.first().map_or(usize::MAX, |&r| r as usize);
        if wide {
            let lane = self.wide.get(at).and_then(|lanes| lanes.first());
            lane.is_some_and(|&v| v == 0.0)
        } else {
            let lane = self.narrow.get(at).and_then(|lanes| lanes.first());
            lane.is_some_and(|&v| v == 0.0)
        }
    }

    /// Lane 0 of a path register.
    pub(super) fn outline(&self, register: Option<&u32>) -> Arc<PathData> {
        let lane = register.and_then(|&r| self.paths.get(r as usize)?.first());
        lane.cloned().unwrap_or_default()
    }

    /// Brings the uniforms of run `run` into the lane registers.
    pub(super) fn enter(&mut self, kernel: &Kernel, uniforms: &Self, run: u64, block: usize) {
        if self.run == run {
            return;
        }
        self.run = run;
        self.fit(kernel.lanes.registers, block.next_multiple_of(TILE));
        for splat in &kernel.splats {
            let (from, to) = (splat.from as usize, splat.to as usize);
            match splat.bank {
                Bank::Narrow => spread(&uniforms.narrow[from], &mut self.narrow[to]),
                Bank::Wide => spread(&uniforms.wide[from], &mut self.wide[to]),
                Bank::Path => spread(&uniforms.paths[from], &mut self.paths[to]),
            }
        }
    }

    /// Computes elements `base` to `base + n` and stores them.
    pub(super) fn run_block(
        &mut self,
        kernel: &Kernel,
        cx: Context<'_>,
        (base, n): (usize, usize),
        outputs: &mut impl Outputs,
    ) {
        for step in &kernel.lanes.steps {
            let block = Block {
                cx,
                tape: &kernel.lanes,
                step,
                base,
                n,
            };
            match &step.action {
                Action::Compute(kind) => self.compute(kind, &block),
                Action::Store(output) => self.store(*output as usize, &block, outputs),
            }
        }
    }

    fn compute(&mut self, kind: &Kind, block: &Block<'_>) {
        match block.step.bank {
            Bank::Narrow => self.compute_lanes::<f32>(kind, block),
            Bank::Wide => self.compute_lanes::<f64>(kind, block),
            Bank::Path => self.compute_paths(kind, block),
        }
    }

    fn compute_lanes<R: Banked>(&mut self, kind: &Kind, block: &Block<'_>) {
        let dsts = block.tape.dsts(block.step);
        let mut outs: [Vec<R>; RESULTS] = Default::default();
        for (out, &dst) in outs.iter_mut().zip(dsts) {
            if let Some(register) = R::bank_mut(self).get_mut(dst as usize) {
                *out = std::mem::take(register);
            }
        }
        let results = dsts.len().min(RESULTS);
        self.fill(kind, block, &mut outs[..results]);
        for (out, &dst) in outs.iter_mut().zip(dsts) {
            if let Some(register) = R::bank_mut(self).get_mut(dst as usize) {
                *register = std::mem::take(out);
            }
        }
    }

    fn fill<R: Banked>(&mut self, kind: &Kind, block: &Block<'_>, outs: &mut [Vec<R>]) {
        let Block { cx, base, n, .. } = *block;
        let formula = match *kind {
            Kind::Apply {
                op: Op::PathPoint,
                imm,
                ..
            } => return self.path_point(block, imm, outs),
            Kind::Apply { op, imm, width } => Some(Formula::Op { op, imm, width }),
            Kind::Part(part) => Some(Formula::Part(part)),
            _ => None,
        };
        if let Some(formula) = formula {
            let mut ins = [Operand::EMPTY; OPERANDS];
            for (slot, &src) in ins.iter_mut().zip(block.srcs()) {
                *slot = Operand {
                    lanes: block.read(self, src),
                    uniform: matches!(src, Src::Splat(_)),
                };
            }
            return match n {
                1 => lanes::once(formula, ins, outs),
                _ => lanes::run(cx.simd, formula, ins, outs, n.div_ceil(TILE)),
            };
        }
        if let Kind::Combine {
            how: How::Over,
            rows,
        } = kind
        {
            return self.over(block, rows, outs);
        }
        let Some(out) = outs.first_mut().and_then(|out| out.get_mut(..n)) else {
            return;
        };
        let element = |i: usize| base + i;
        match kind {
            Kind::Const(bits) => out.fill(R::from_low_bits(*bits)),
            Kind::Index => {
                for (i, y) in out.iter_mut().enumerate() {
                    *y = R::from_f64(element(i) as f64);
                }
            }
            Kind::Array { at, stride, rows } => {
                let pool = R::pool(cx.program).get(*at as usize..).unwrap_or(&[]);
                let there = (*rows as usize).saturating_sub(base).min(n);
                let column = pool
                    .iter()
                    .skip(base * *stride as usize)
                    .step_by(*stride as usize);
                for (y, &x) in out.iter_mut().zip(column.take(there)) {
                    *y = x;
                }
                out[there..].fill(R::ZERO);
            }
            Kind::IdHash { domain, hash, salt } => {
                let texts = cx.ids.of(*domain, *hash, *salt);
                for (i, y) in out.iter_mut().enumerate() {
                    let id_hash = texts.hash(element(i) as u32, cx.program.seed, &mut self.text);
                    *y = R::from_f64(id_hash);
                }
            }
            Kind::ElementHash { seed } => {
                let seed = f64::from_bits(*seed);
                for (i, y) in out.iter_mut().enumerate() {
                    let index = element(i) as u32;
                    *y = R::from_f64(hash::element_hash(index, seed, cx.program.seed));
                }
            }
            Kind::History(cell) => {
                let entries = cx.histories.get(cell).map_or(&[][..], Vec::as_slice);
                for (i, y) in out.iter_mut().enumerate() {
                    *y = R::from_f64(entries.get(element(i)).copied().unwrap_or(0.0));
                }
            }
            Kind::Narrow => {
                if let [src] = *block.srcs() {
                    let wide: &[f64] = block.read(self, src);
                    for (y, &x) in out.iter_mut().zip(wide) {
                        *y = R::from_f64(x);
                    }
                }
            }
            Kind::OnDomain { rows } => {
                if let [src, missing] = *block.srcs() {
                    let (src, missing): (&[R], &[R]) =
                        (block.read(self, src), block.read(self, missing));
                    let there = (*rows as usize).saturating_sub(base).min(n).min(src.len());
                    out[..there].copy_from_slice(&src[..there]);
                    let rest = missing.len().min(n).max(there);
                    out[there..rest].copy_from_slice(&missing[there.min(missing.len())..rest]);
                }
            }
            Kind::Combine { how, rows } => {
                if let Some((&silent, terms)) = block.srcs().split_last() {
                    let terms = terms.iter().zip(rows.iter()).map(|(&src, &rows)| Term {
                        lanes: block.read(self, src),
                        rows: (rows as usize).saturating_sub(base),
                    });
                    meet::lanes(*how, terms, block.read(self, silent), out);
                }
            }
            Kind::Signal { .. }
            | Kind::Apply { .. }
            | Kind::Part(_)
            | Kind::PathConst(_)
            | Kind::PathArray { .. } => {}
        }
    }

    /// Source-over of whole colours.
    fn over<R: Banked>(&self, block: &Block<'_>, rows: &[u32], outs: &mut [Vec<R>]) {
        let srcs = block.srcs();
        let colour = |term: usize, i: usize| {
            let lane = |k: usize| -> Option<R> {
                let column: &[R] = block.read(self, *srcs.get(4 * term + k)?);
                column.get(i).copied()
            };
            std::array::from_fn(|k| lane(k).unwrap_or(R::ZERO))
        };
        for i in 0..block.n {
            let mut here = rows
                .iter()
                .enumerate()
                .filter(|&(_, &r)| block.base + i < r as usize);
            let below = here
                .next()
                .map_or_else(|| colour(rows.len(), i), |(t, _)| colour(t, i));
            let result = here.fold(below, |below, (t, _)| meet::over(below, colour(t, i)));
            for (out, channel) in outs.iter_mut().zip(result) {
                if let Some(y) = out.get_mut(i) {
                    *y = channel;
                }
            }
        }
    }

    fn store(&self, output: usize, block: &Block<'_>, outputs: &mut impl Outputs) {
        let Block { base, n, .. } = *block;
        let srcs = block.srcs();
        let (rows, mask, bit) = outputs.rows(output, base, base + n);
        let (finite, lanes) = match block.step.bank {
            Bank::Narrow => {
                let mut lanes: [&[f32]; 4] = [&[]; 4];
                for (lane, &src) in lanes.iter_mut().zip(srcs) {
                    *lane = block.read(self, src);
                }
                let alpha = match srcs {
                    [_, _, _, Src::Splat(_)] => lanes[3].first().copied(),
                    _ => None,
                };
                (rows.store(lanes, alpha, block.cx.simd), lanes)
            }
            Bank::Wide => {
                if let [src] = *srcs {
                    rows.store_wide(block.read(self, src));
                }
                return;
            }
            Bank::Path => {
                let paths = srcs.first().map_or(&[][..], |&src| self.paths(src));
                if rows.store_paths(paths) {
                    note_all_finite(mask, bit, n);
                } else {
                    let at = |i: usize| paths.get(i).map_or(&[][..], |p| p.pts.as_slice());
                    note_finite(mask, bit, n, |i| at(i).iter().flatten().all(|v| v.finite()));
                    outputs.not_finite(output);
                }
                return;
            }
        };
        if finite {
            note_all_finite(mask, bit, n);
        } else {
            let used = &lanes[..srcs.len().min(4)];
            note_finite(mask, bit, n, |i| {
                used.iter()
                    .all(|lane| lane.get(i).is_some_and(|v| v.finite()))
            });
            outputs.not_finite(output);
        }
    }
}

/// A step on a block.
#[derive(Clone, Copy)]
struct Block<'a> {
    cx: Context<'a>,
    tape: &'a Tape,
    step: &'a Step,
    /// First element.
    base: usize,
    /// Elements.
    n: usize,
}

impl<'a> Block<'a> {
    fn srcs(&self) -> &'a [Src] {
        self.tape.srcs(self.step)
    }

    /// The lanes of this block: a whole register, or a column from here on (shorter at its end).
    fn read<'b, R: Banked>(&self, worker: &'b Worker, src: Src) -> &'b [R]
    where
        'a: 'b,
    {
        match src {
            Src::Reg(r) | Src::Splat(r) => {
                R::bank(worker).get(r as usize).map_or(&[], Vec::as_slice)
            }
            Src::Pool { at, rows } => {
                let end = at as usize + rows as usize;
                let start = (at as usize + self.base).min(end);
                R::pool(self.cx.program).get(start..end).unwrap_or(&[])
            }
            Src::Stored(k) => {
                let column = self.cx.stored.get(k as usize).map_or(&[][..], R::stored);
                column.get(self.base..).unwrap_or(&[])
            }
        }
    }
}

fn set<T>(bank: &mut [Vec<T>], register: u32, value: T) {
    if let Some(lane) = bank.get_mut(register as usize).and_then(|r| r.first_mut()) {
        *lane = value;
    }
}

fn spread<T: Clone>(from: &[T], to: &mut [T]) {
    if let Some(value) = from.first() {
        to.fill(value.clone());
    }
}

//! Lane graph → kernel: the linear program that computes some columns of one domain.
//!
//! What is the same for every element is computed once per run, in the *uniform* tape, on one lane.
//! The rest is the *lane* tape, run block by block: nodes in graph order, each once, registers one
//! block long and free again after their last use. A uniform that the lane tape reads sits in a
//! register of its own ([`Src::Splat`]), filled before the first block; opcodes read only its first
//! tile. Constant and stored columns are read in place.
//! Output registers never alias operand registers: a destination is taken before operands are freed.

use super::graph::{Bank, Graph, Kind, Value};
use crate::ir::Format;
use std::collections::BTreeMap;
use std::ops::Range;

/// How the lanes of an output lie in its buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pack {
    /// Element by element, for a request.
    Format(Format),
    /// One lane as it is, kept for other kernels.
    Lane(Bank),
}

/// A column to compute.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its lanes.
    pub lanes: Vec<Value>,
    /// Its layout.
    pub pack: Pack,
}

/// Where a step reads a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Src {
    /// A register of the bank that the step expects.
    Reg(u32),
    /// The same, with one value in all lanes.
    Splat(u32),
    /// Entries of the constant pool of that bank.
    Pool { at: u32, rows: u32 },
    /// A stored column.
    Stored(u32),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Computes a node.
    Compute(Kind),
    /// Writes rows; numbers count only the targets that have rows.
    Store(u32),
}

/// One instruction.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// What it does.
    pub action: Action,
    /// Bank of its results.
    pub bank: Bank,
    /// Its operands in [`Tape::srcs`].
    pub srcs: Range<u32>,
    /// Its results in [`Tape::dsts`].
    pub dsts: Range<u32>,
}

/// Instructions in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Tape {
    /// The instructions.
    pub steps: Vec<Step>,
    /// Operands of all of them.
    pub srcs: Vec<Src>,
    /// Result registers of all of them.
    pub dsts: Vec<u32>,
    /// Registers used, by bank.
    pub registers: [u32; 3],
}

/// Bytes of a processor's nearer caches that the registers of a block may take. They may well be more
/// than the first cache has: a row is read soon after it was written, and going from step to step costs
/// more than the second cache.
const CACHE: usize = 64 << 10;

impl Kernel {
    /// Elements of a block whose registers fit: large blocks make the cost of going from step to step
    /// small. A multiple of 64.
    pub(super) fn block(&self) -> usize {
        let [narrow, wide, paths] = self.lanes.registers.map(|count| count as usize);
        let splats = |bank| self.splats.iter().filter(|s| s.bank == bank).count();
        let bytes =
            4 * (narrow - splats(Bank::Narrow)) + 8 * (wide - splats(Bank::Wide)) + 8 * paths;
        let fits = CACHE / bytes.max(1);
        fits.clamp(256, 2048) / 64 * 64
    }
}

impl Tape {
    /// Operands of a step.
    pub(super) fn srcs(&self, step: &Step) -> &[Src] {
        &self.srcs[step.srcs.start as usize..step.srcs.end as usize]
    }

    /// Result registers of a step.
    pub(super) fn dsts(&self, step: &Step) -> &[u32] {
        &self.dsts[step.dsts.start as usize..step.dsts.end as usize]
    }

    fn push(&mut self, action: Action, bank: Bank, srcs: &[Src], dsts: &[u32]) {
        let span = |from: usize, len: usize| from as u32..(from + len) as u32;
        let step = Step {
            action,
            bank,
            srcs: span(self.srcs.len(), srcs.len()),
            dsts: span(self.dsts.len(), dsts.len()),
        };
        self.srcs.extend_from_slice(srcs);
        self.dsts.extend_from_slice(dsts);
        self.steps.push(step);
    }
}

/// A uniform that the lane tape reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Splat {
    /// Bank of both registers.
    pub bank: Bank,
    /// Register of the uniform tape.
    pub from: u32,
    /// Register of the lane tape.
    pub to: u32,
}

/// How a kernel delivers a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The same for every element: uniform registers.
    One(Vec<u32>),
    /// Rows, by a store step.
    Rows,
}

/// The program of some columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Kernel {
    /// Once per run.
    pub uniform: Tape,
    /// Once per block.
    pub lanes: Tape,
    /// In between.
    pub splats: Vec<Splat>,
    /// One per target.
    pub outputs: Vec<Delivery>,
    /// Stored columns that it reads, ascending.
    pub stored: Vec<u32>,
}

/// Registers of a bank that are free again.
#[derive(Debug, Default)]
struct Free {
    list: [Vec<u32>; 3],
}

/// Compiles the kernel of `targets`. `stored` says which lanes are read from a stored column.
pub(super) fn compile(
    graph: &Graph,
    targets: &[Target],
    stored: &dyn Fn(Value) -> Option<u32>,
) -> Kernel {
    let mut kernel = Kernel::default();
    let needed = needed(graph, targets, stored);
    let mut uniforms = BTreeMap::new();
    for &at in needed
        .iter()
        .filter(|&&at| !graph.nodes[at as usize].varies)
    {
        uniform(graph, at, &mut kernel.uniform, &mut uniforms);
    }
    let last_use = last_use(graph, &needed, targets, stored);
    let mut compiler = Compiler {
        graph,
        stored,
        uniforms,
        kernel,
        regs: BTreeMap::new(),
        free: Free::default(),
    };
    let deliver = |target: &Target| {
        let ones: Option<Vec<u32>> = target
            .lanes
            .iter()
            .map(|v| compiler.uniforms.get(v).copied())
            .collect();
        ones.map_or(Delivery::Rows, Delivery::One)
    };
    let outputs: Vec<Delivery> = targets.iter().map(deliver).collect();
    for &at in &needed {
        if graph.nodes[at as usize].varies {
            compiler.compute(at, &last_use);
        }
        let with_rows = targets
            .iter()
            .zip(&outputs)
            .filter(|(_, d)| **d == Delivery::Rows);
        for (k, (target, _)) in with_rows.enumerate() {
            if target.lanes.iter().map(|v| v.node).max() == Some(at) {
                compiler.store(k, target, &last_use);
            }
        }
    }
    let mut kernel = compiler.kernel;
    kernel.outputs = outputs;
    kernel.stored.sort_unstable();
    kernel.stored.dedup();
    kernel
}

/// Nodes that the targets need, ascending; not what lies behind stored columns.
fn needed(graph: &Graph, targets: &[Target], stored: &dyn Fn(Value) -> Option<u32>) -> Vec<u32> {
    let mut flags = vec![false; graph.nodes.len()];
    for lane in targets.iter().flat_map(|t| &t.lanes) {
        flags[lane.index()] = true;
    }
    for at in (0..flags.len()).rev() {
        let here = Value {
            node: at as u32,
            out: 0,
        };
        if flags[at] && stored(here).is_none() {
            for arg in &graph.nodes[at].args {
                flags[arg.index()] = true;
            }
        }
    }
    (0..flags.len())
        .filter(|&at| flags[at])
        .map(|at| at as u32)
        .collect()
}

/// The last node at whose place a value is read: its last user, or where its target is stored.
fn last_use(
    graph: &Graph,
    needed: &[u32],
    targets: &[Target],
    stored: &dyn Fn(Value) -> Option<u32>,
) -> BTreeMap<Value, u32> {
    let mut last = BTreeMap::new();
    for &at in needed {
        if stored(Value { node: at, out: 0 }).is_none() {
            for &arg in &graph.nodes[at as usize].args {
                last.insert(arg, at);
            }
        }
    }
    for target in targets {
        let end = target.lanes.iter().map(|v| v.node).max().unwrap_or(0);
        for &lane in &target.lanes {
            let use_at = last.entry(lane).or_insert(end);
            *use_at = end.max(*use_at);
        }
    }
    last
}

/// A node of the uniform tape: registers are not reused, there are few and short ones.
fn uniform(graph: &Graph, at: u32, tape: &mut Tape, registers: &mut BTreeMap<Value, u32>) {
    let node = &graph.nodes[at as usize];
    let srcs: Vec<Src> = node.args.iter().map(|a| Src::Reg(registers[a])).collect();
    let next = &mut tape.registers[node.bank as usize];
    let dsts: Vec<u32> = (*next..*next + u32::from(node.outs)).collect();
    *next += u32::from(node.outs);
    for (out, &dst) in dsts.iter().enumerate() {
        registers.insert(
            Value {
                node: at,
                out: out as u8,
            },
            dst,
        );
    }
    tape.push(Action::Compute(node.kind.clone()), node.bank, &srcs, &dsts);
}

struct Compiler<'a> {
    graph: &'a Graph,
    stored: &'a dyn Fn(Value) -> Option<u32>,
    uniforms: BTreeMap<Value, u32>,
    kernel: Kernel,
    /// Where the values of the lane tape are.
    regs: BTreeMap<Value, Src>,
    free: Free,
}

impl Compiler<'_> {
    fn compute(&mut self, at: u32, last_use: &BTreeMap<Value, u32>) {
        let node = &self.graph.nodes[at as usize];
        let values = (0..node.outs).map(|out| Value { node: at, out });
        if (self.stored)(Value { node: at, out: 0 }).is_some() {
            for value in values {
                if let Some(column) = (self.stored)(value) {
                    self.regs.insert(value, Src::Stored(column));
                    self.kernel.stored.push(column);
                }
            }
            return;
        }
        if let Kind::Array {
            at: from,
            stride: 1,
            rows,
        } = node.kind
        {
            self.regs
                .insert(Value { node: at, out: 0 }, Src::Pool { at: from, rows });
            return;
        }
        let srcs: Vec<Src> = node.args.iter().map(|&a| self.read(a)).collect();
        let dsts: Vec<u32> = values.clone().map(|_| self.take(node.bank)).collect();
        for (value, &dst) in values.clone().zip(&dsts) {
            self.regs.insert(value, Src::Reg(dst));
        }
        self.kernel
            .lanes
            .push(Action::Compute(node.kind.clone()), node.bank, &srcs, &dsts);
        self.release(&node.args, at, last_use);
        // An output that nobody reads (one channel of a colour, say) is free at once.
        for value in values {
            if !last_use.contains_key(&value) {
                self.release(&[value], at, &BTreeMap::from([(value, at)]));
            }
        }
    }

    fn store(&mut self, k: usize, target: &Target, last_use: &BTreeMap<Value, u32>) {
        let srcs: Vec<Src> = target.lanes.iter().map(|&v| self.read(v)).collect();
        let first = target.lanes.first().map(|&v| self.graph.of(v));
        let bank = first.map_or(Bank::Narrow, |n| n.bank);
        self.kernel
            .lanes
            .push(Action::Store(k as u32), bank, &srcs, &[]);
        let end = target.lanes.iter().map(|v| v.node).max().unwrap_or(0);
        self.release(&target.lanes, end, last_use);
    }

    /// Where a value is; uniforms get a lane register at their first use.
    fn read(&mut self, value: Value) -> Src {
        if let Some(&src) = self.regs.get(&value) {
            return src;
        }
        let bank = self.graph.of(value).bank;
        // Not a freed register: it must hold its value from before the first block.
        let to = self.fresh(bank);
        let from = self.uniforms.get(&value).copied().unwrap_or(0);
        self.kernel.splats.push(Splat { bank, from, to });
        self.regs.insert(value, Src::Splat(to));
        Src::Splat(to)
    }

    fn take(&mut self, bank: Bank) -> u32 {
        match self.free.list[bank as usize].pop() {
            Some(register) => register,
            None => self.fresh(bank),
        }
    }

    fn fresh(&mut self, bank: Bank) -> u32 {
        let next = &mut self.kernel.lanes.registers[bank as usize];
        *next += 1;
        *next - 1
    }

    /// Frees the registers of values that no step after the place `at` reads. The stores of this
    /// place may still come, and read them: no step that takes a register stands in between.
    fn release(&mut self, values: &[Value], at: u32, last_use: &BTreeMap<Value, u32>) {
        for value in values {
            let node = self.graph.of(*value);
            if !node.varies || last_use.get(value) != Some(&at) {
                continue;
            }
            if let Some(Src::Reg(register)) = self.regs.get(value).copied() {
                let list = &mut self.free.list[node.bank as usize];
                if !list.contains(&register) {
                    list.push(register);
                }
            }
        }
    }
}

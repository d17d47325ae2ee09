//! [`FieldStore`]: the door of the module. See [`super`] for the way a request takes.

use super::buffer::{Buffer, Finite};
use super::cache::{Ask, Content, Key, Known};
use super::exec::{Context, Stored, Worker};
use super::graph::{Bank, Graph, Value};
use super::hash::IdTexts;
use super::kernel::{self, Delivery, Kernel, Pack, Target};
use super::key::{Identity, Structure};
use super::output::{self, Open};
use super::pool::Pool;
use super::reduce;
use super::report::{FieldReport, MissReason, Outcome, RequestReport};
use super::run::{self, Cut, Output};
use super::stored::{self, Keep};
use super::{FieldError, FieldOptions, Histories, Parallel};
use crate::ir::{
    CachePolicy, Format, GroupId, Program, ReduceOp, ReqId, RequestPolicy, StateId, StepKind,
};
use crate::path::PathData;
use crate::types::{Domain, Family};
use crate::vm::Registers;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Kernels of a group that are kept: one per set of requests that missed together.
const KERNELS: usize = 8;

/// Kernels, columns and their cache for one program.
#[derive(Debug)]
pub struct FieldStore {
    block: usize,
    budget: u64,
    graph: Graph,
    ids: IdTexts,
    outlines: Vec<Arc<PathData>>,
    requests: Vec<Request>,
    groups: Vec<Group>,
    /// Columns; requests that are the same share one.
    columns: Vec<Known>,
    /// Constant columns of programs before the last swaps, oldest first.
    orphans: Vec<Known>,
    keeps: Vec<Kept>,
    /// By node: its first entry in `keeps`.
    kept: Vec<Option<u32>>,
    lanes: Vec<Stored>,
    histories: BTreeMap<StateId, Vec<f64>>,
    pool: Pool,
    uniforms: Worker,
    workers: Mutex<Vec<Worker>>,
    report: FieldReport,
    /// Scratch: what a group asked for, and the columns that missed.
    asked: Vec<(ReqId, Outcome)>,
    missed: Vec<u32>,
    outputs: Vec<Output>,
    frame: u64,
    epoch: u64,
    /// Last number given to a content.
    revision: u64,
    /// Last number given to a run of a kernel.
    run: u64,
}

#[derive(Debug)]
struct Request {
    /// Text identity, which outlives a swap.
    key: String,
    column: u32,
    demanded: bool,
    /// What a reduction runs over; a field over no domain is one element.
    elements: usize,
    domain: Domain,
}

#[derive(Debug)]
struct Group {
    requests: Vec<ReqId>,
    count: usize,
    keyed: bool,
    assets: bool,
    kernels: Vec<(Vec<u32>, Arc<Kernel>)>,
}

/// A lane that is computed once.
#[derive(Debug)]
struct Kept {
    keep: Keep,
    structure: Structure,
    kernel: Option<Arc<Kernel>>,
}

impl FieldStore {
    /// Takes the fields of `program` apart. Kernels are compiled when they first run.
    ///
    /// # Errors
    /// If the columns of a frame do not fit the limit, or the program was never validated.
    pub fn new(program: &Program, options: &FieldOptions) -> Result<Self, FieldError> {
        let mut graph = Graph::default();
        let rows = super::lower::lower(program, &mut graph)?;
        graph.freeze();
        let mut identity = Identity::new(program, &graph);
        let mut columns: Vec<Known> = Vec::new();
        let mut requests = Vec::new();
        for row in &program.tables.materialize.requests {
            let lanes = rows.of(row.field).to_vec();
            let first = lanes.first().map(|&v| graph.of(v).bank);
            let fits = match row.format {
                Format::Path => first == Some(Bank::Path),
                format => first == Some(Bank::Narrow) && lanes.len() == format.lanes(),
            };
            if !fits {
                let what = "its lanes do not fit the format of a request";
                return Err(FieldError::Malformed {
                    field: row.field,
                    what,
                });
            }
            let (structure, holes) = identity.structure(&lanes);
            let domain = identity.domain(row.domain);
            let key = Key {
                structure,
                domain,
                format: row.format,
            };
            let domains = &program.tables.graph.domains;
            let count = domains.get(row.domain.index()).map_or(0, |d| d.count) as usize;
            let same = |c: &Known| c.key == key && c.holes == holes;
            let column = columns.iter().position(same).unwrap_or(columns.len());
            if column == columns.len() {
                let target = Target {
                    lanes,
                    pack: Pack::Format(row.format),
                };
                columns.push(Known::new(key, holes, target, count));
            }
            let node = &program.tables.field.nodes[row.field.index()];
            let ty = program.types.get(node.r#type.index());
            requests.push(Request {
                key: program
                    .tables
                    .strings
                    .get(row.key.index())
                    .cloned()
                    .unwrap_or_default(),
                column: column as u32,
                demanded: row.policy == RequestPolicy::PerFrame,
                elements: if node.dom.is_none() { 1 } else { count },
                domain: ty.map_or(Domain::Number, |t| t.domain),
            });
        }
        let varies = |c: &&Known| c.target.lanes.iter().any(|&v| graph.of(v).varies);
        let needed = columns.iter().filter(varies).map(Known::row_bytes).sum();
        let limit = options.memory_limit.unwrap_or(u64::MAX);
        if needed > limit {
            return Err(FieldError::Memory { needed, limit });
        }
        let budget = program.schedule.caching.budget_bytes;
        let targets: Vec<(Target, usize)> = columns
            .iter()
            .map(|c| (c.target.clone(), c.count))
            .collect();
        let keeps = stored::choose(&graph, &targets, budget.min(limit - needed));
        let mut kept = vec![None; graph.nodes.len()];
        for (k, keep) in keeps.iter().enumerate() {
            kept[keep.value.index()].get_or_insert(k as u32);
        }
        let structure = |keep: &Keep| identity.structure(&[keep.value]).0;
        let structures: Vec<Structure> = keeps.iter().map(structure).collect();
        let kept_lanes = keeps.into_iter().zip(structures);
        let keeps: Vec<Kept> = kept_lanes
            .map(|(keep, structure)| Kept {
                keep,
                structure,
                kernel: None,
            })
            .collect();
        let outlines = program
            .tables
            .constants
            .paths
            .iter()
            .cloned()
            .map(Arc::new)
            .collect();
        Ok(Self {
            block: options.lane_block.max(1) as usize,
            budget,
            ids: IdTexts::new(program, &graph),
            outlines,
            requests,
            groups: groups(program),
            columns,
            orphans: Vec::new(),
            lanes: vec![Stored::Empty; keeps.len()],
            keeps,
            kept,
            histories: BTreeMap::new(),
            pool: Pool::default(),
            uniforms: Worker::default(),
            workers: Mutex::default(),
            report: FieldReport::default(),
            asked: Vec::new(),
            missed: Vec::new(),
            outputs: Vec::new(),
            frame: 0,
            epoch: 0,
            revision: 0,
            run: 0,
            graph,
        })
    }

    /// Starts a frame: resets the report, lets go of buffers that lay unused.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        self.report.clear();
        self.pool.trim(self.frame);
    }

    /// Whether [`Self::materialize`] computes a request. At first those that are drawn every frame.
    pub fn demand(&mut self, req: ReqId, demanded: bool) {
        if let Some(request) = self.requests.get_mut(req.index()) {
            request.demanded = demanded;
        }
    }

    /// Brings the demanded columns of a group up to date; computes only what changed. `program` is
    /// the one that the store was made for.
    pub fn materialize(
        &mut self,
        program: &Program,
        group: GroupId,
        registers: &Registers,
        histories: &dyn Histories,
        parallel: Option<&dyn Parallel>,
    ) {
        let Some(row) = self.groups.get(group.index()) else {
            return;
        };
        let epoch = if row.assets { self.epoch } else { 0 };
        let ask = Ask {
            registers,
            histories,
            frame: self.frame,
            keyed: row.keyed,
            epoch,
        };
        self.asked.clear();
        self.missed.clear();
        for &req in &row.requests {
            let Some(request) = self.requests.get(req.index()).filter(|r| r.demanded) else {
                continue;
            };
            let outcome = self.columns[request.column as usize].ask(ask);
            self.asked.push((req, outcome));
            if matches!(outcome, Outcome::Miss(_)) {
                self.missed.push(request.column);
            }
        }
        if !self.missed.is_empty() {
            self.compute(program, group, ask, parallel);
        }
        for &(req, outcome) in &self.asked {
            let column = self.requests[req.index()].column as usize;
            let bytes = self.columns[column].content.buffer.bytes();
            self.report.add(RequestReport {
                req,
                outcome,
                bytes,
            });
        }
    }

    /// Computes the columns that missed.
    fn compute(
        &mut self,
        program: &Program,
        group: GroupId,
        ask: Ask<'_>,
        parallel: Option<&dyn Parallel>,
    ) {
        for &column in &self.missed {
            for &cell in &self.columns[column as usize].holes.histories {
                let entries = self.histories.entry(cell).or_default();
                entries.clear();
                entries.extend_from_slice(ask.histories.history(cell).0);
            }
        }
        let kernel = self.kernel(group);
        self.fill_stored(program, &kernel.stored, parallel);
        let cx = Context {
            program,
            ids: &self.ids,
            outlines: &self.outlines,
            stored: &self.lanes,
            histories: &self.histories,
        };
        self.uniforms.run_uniforms(&kernel, cx, ask.registers);
        let count = self.groups[group.index()].count;
        let mut outputs = std::mem::take(&mut self.outputs);
        for (&column, delivery) in self.missed.iter().zip(&kernel.outputs) {
            let known = &mut self.columns[column as usize];
            self.revision += 1;
            known.content.revision = self.revision;
            let old = std::mem::replace(&mut known.content.buffer, Buffer::empty(known.key.format));
            self.pool.retire(old, self.frame);
            match delivery {
                Delivery::Rows => {
                    let rows = self.pool.open(known.key.format, count);
                    let mask = std::mem::take(&mut known.content.mask);
                    outputs.push(Output::new(rows, mask, count));
                }
                Delivery::One(registers) => {
                    let (buffer, finite) = match known.key.format {
                        Format::Path => output::one_path(&self.uniforms.outline(registers.first())),
                        format => output::one(format, self.uniforms.narrow_lanes(registers)),
                    };
                    known.content.buffer = buffer;
                    known.content.all_finite = Some(finite);
                }
            }
        }
        self.run += 1;
        let cut = Cut {
            count,
            block: self.block,
            parallel,
        };
        run::run(
            &kernel,
            cx,
            (&self.uniforms, self.run),
            &self.workers,
            cut,
            &mut outputs,
        );
        let with_rows = self.missed.iter().zip(&kernel.outputs);
        let with_rows = with_rows
            .filter(|(_, d)| **d == Delivery::Rows)
            .map(|(c, _)| *c);
        for (column, output) in with_rows.zip(outputs.drain(..)) {
            let content = &mut self.columns[column as usize].content;
            content.all_finite = (!output.bad).then_some(true);
            content.mask = output.mask;
            if let Some(buffer) = output.rows.close() {
                content.buffer = buffer;
            }
        }
        self.outputs = outputs;
    }

    /// The kernel of the columns that missed.
    fn kernel(&mut self, group: GroupId) -> Arc<Kernel> {
        let known = &mut self.groups[group.index()].kernels;
        if let Some(at) = known.iter().position(|(set, _)| *set == self.missed) {
            known[..=at].rotate_right(1);
            return known[0].1.clone();
        }
        let targets: Vec<Target> = self
            .missed
            .iter()
            .map(|&c| self.columns[c as usize].target.clone())
            .collect();
        let stored = |value: Value| self.kept[value.index()].map(|k| k + u32::from(value.out));
        let kernel = Arc::new(kernel::compile(&self.graph, &targets, &stored));
        known.truncate(KERNELS - 1);
        known.insert(0, (self.missed.clone(), kernel.clone()));
        kernel
    }

    /// Makes sure that stored lanes are there, those that they are made of first.
    fn fill_stored(&mut self, program: &Program, wanted: &[u32], parallel: Option<&dyn Parallel>) {
        let empty = |lanes: &[Stored], k: u32| matches!(lanes[k as usize], Stored::Empty);
        if !wanted.iter().any(|&k| empty(&self.lanes, k)) {
            return;
        }
        let mut order = Vec::new();
        let mut work: Vec<u32> = wanted.to_vec();
        while let Some(k) = work.pop() {
            if empty(&self.lanes, k) && !order.contains(&k) {
                order.push(k);
                work.extend_from_slice(&self.stored_kernel(k).stored);
            }
        }
        // What a lane is made of stands before it.
        order.sort_unstable();
        for k in order {
            let kernel = self.stored_kernel(k);
            let keep = self.keeps[k as usize].keep;
            let rows = match self.graph.of(keep.value).bank {
                Bank::Wide => Open::Lane64(Arc::new(vec![0.0; keep.rows])),
                Bank::Narrow | Bank::Path => Open::Lane32(Arc::new(vec![0.0; keep.rows])),
            };
            let mut output = [Output::new(rows, Vec::new(), keep.rows)];
            let cx = Context {
                program,
                ids: &self.ids,
                outlines: &self.outlines,
                stored: &self.lanes,
                histories: &self.histories,
            };
            let signals = Registers::default();
            self.uniforms.run_uniforms(&kernel, cx, &signals);
            self.run += 1;
            let cut = Cut {
                count: keep.rows,
                block: self.block,
                parallel,
            };
            run::run(
                &kernel,
                cx,
                (&self.uniforms, self.run),
                &self.workers,
                cut,
                &mut output,
            );
            let [output] = output;
            self.lanes[k as usize] = match output.rows {
                Open::Lane32(lanes) => Stored::Narrow(lanes),
                Open::Lane64(lanes) => Stored::Wide(lanes),
                _ => Stored::Empty,
            };
        }
    }

    fn stored_kernel(&mut self, k: u32) -> Arc<Kernel> {
        let Kept { keep, kernel, .. } = &mut self.keeps[k as usize];
        let value = keep.value;
        let (graph, kept) = (&self.graph, &self.kept);
        kernel
            .get_or_insert_with(|| {
                let pack = Pack::Lane(graph.of(value).bank);
                let target = Target {
                    lanes: vec![value],
                    pack,
                };
                let stored = |v: Value| {
                    let first = if v.node == value.node {
                        None
                    } else {
                        kept[v.index()]
                    };
                    first.map(|k| k + u32::from(v.out))
                };
                Arc::new(kernel::compile(graph, &[target], &stored))
            })
            .clone()
    }

    fn content(&self, req: ReqId) -> &Content {
        &self.columns[self.requests[req.index()].column as usize].content
    }

    /// The column of a request, as of its group's last [`Self::materialize`].
    ///
    /// # Panics
    /// If the program has no such request.
    pub fn column(&self, req: ReqId) -> &Buffer {
        &self.content(req).buffer
    }

    /// Which elements of the column had only finite channels.
    ///
    /// # Panics
    /// If the program has no such request.
    pub fn finite(&self, req: ReqId) -> Finite<'_> {
        self.content(req).finite()
    }

    /// A number that is new whenever the column's content is; unique in this store.
    ///
    /// # Panics
    /// If the program has no such request.
    pub fn revision(&self, req: ReqId) -> u64 {
        self.content(req).revision
    }

    /// Reduces the column of a request into one number per lane. A field over no domain counts as
    /// one element; without elements the type's default is written.
    ///
    /// # Panics
    /// If the program has no such request.
    pub fn reduce(&self, req: ReqId, op: ReduceOp, out: &mut [f64]) {
        let request = &self.requests[req.index()];
        let buffer = self.column(req);
        for (lane, out) in out.iter_mut().enumerate().take(buffer.format().lanes()) {
            let opaque = request.domain.family() == Family::Color && lane == 3;
            let default = if opaque { 1.0 } else { 0.0 };
            *out = reduce::reduce(buffer, lane, request.elements, op).unwrap_or(default);
        }
    }

    /// What was computed and reused since [`Self::begin_frame`].
    pub fn report(&self) -> &FieldReport {
        &self.report
    }

    /// Outside data was replaced: requests of steps that name the `assets` epoch are computed anew.
    pub fn set_assets_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
    }

    /// Takes over from the store of the program before a swap what still holds: columns that are
    /// made in the same way of the same domain, stored lanes, free buffers. Constant columns that
    /// this program does not have are kept for the next swap, up to the program's budget.
    pub fn adopt(&mut self, mut previous: Self) {
        self.frame = previous.frame;
        self.epoch = previous.epoch;
        self.revision = previous.revision;
        self.run = self.run.max(previous.run);
        self.pool = previous.pool;
        for request in &self.requests {
            let same = |r: &&Request| r.key == request.key;
            let Some(old) = previous.requests.iter().find(same) else {
                continue;
            };
            let (old, new) = (
                &previous.columns[old.column as usize],
                request.column as usize,
            );
            let new = &mut self.columns[new];
            if old.key != new.key {
                let domain = old.key.domain != new.key.domain;
                let reason = if domain {
                    MissReason::Domain
                } else {
                    MissReason::Structure
                };
                new.missing = Some(reason);
            }
        }
        let mut known = previous.orphans;
        known.append(&mut previous.columns);
        for column in &mut self.columns {
            let fits = |old: &Known| {
                old.key == column.key && old.missing.is_none() && old.holes.histories.is_empty()
            };
            // The latest first: of columns with other signals, it is the likeliest to hold.
            if let Some(at) = known.iter().rposition(fits) {
                column.inherit(known.remove(at));
            }
        }
        known.retain(|old| old.is_constant() && old.missing.is_none());
        let mut bytes: u64 = known.iter().map(|old| old.content.buffer.bytes()).sum();
        while bytes > self.budget {
            let oldest = known.remove(0);
            bytes -= oldest.content.buffer.bytes();
        }
        self.orphans = known;
        for (lanes, kept) in self.lanes.iter_mut().zip(&self.keeps) {
            let same =
                |old: &Kept| old.structure == kept.structure && old.keep.rows >= kept.keep.rows;
            if let Some(at) = previous.keeps.iter().position(same) {
                *lanes = previous.lanes[at].clone();
            }
        }
    }

    /// Drops every column, stored lane and free buffer. Costs time later, changes no value.
    pub fn purge(&mut self) {
        self.pool = Pool::default();
        self.orphans.clear();
        self.workers = Mutex::default();
        self.lanes.fill(Stored::Empty);
        for column in &mut self.columns {
            if column.missing.is_none() {
                column.missing = Some(MissReason::Evicted);
            }
            let revision = column.content.revision;
            column.content = Content {
                revision,
                ..Content::empty(column.key.format)
            };
        }
    }
}

/// The groups and what their steps say about reuse.
fn groups(program: &Program) -> Vec<Group> {
    let tables = &program.tables;
    let group = |(at, row): (usize, &crate::ir::Group)| {
        let kind = StepKind::Materialize {
            group: GroupId::at(at),
        };
        let step = program.schedule.steps.iter().find(|step| step.kind == kind);
        Group {
            requests: row.reqs.clone(),
            count: tables
                .graph
                .domains
                .get(row.domain.index())
                .map_or(0, |d| d.count) as usize,
            keyed: step.is_none_or(|s| s.cache.policy == CachePolicy::Keyed),
            assets: step.is_some_and(|s| s.cache.epochs.iter().any(|e| e == "assets")),
            kernels: Vec::new(),
        }
    };
    tables
        .materialize
        .groups
        .iter()
        .enumerate()
        .map(group)
        .collect()
}

//! [`FieldStore`]: the door of the module. See [`super`] for the way a request takes.

mod compute;
mod plan;
mod swap;

use super::buffer::{Buffer, Finite};
use super::cache::{Ask, Content, Key, Known};
use super::exec::{Context, Stored, Worker};
use super::graph::{Bank, Graph, Value};
use super::kernel::{self, Delivery, Kernel, Pack, Target};
use super::key::{Identity, Structure};
use super::output::{self, Open};
use super::pool::Pool;
use super::reduce;
use super::report::{FieldReport, MissReason, Outcome, RequestReport};
use super::run::{self, Cut, Output};
use super::stored::{self, Keep};
use super::zeros;
use super::{FieldError, FieldOptions, Histories, Parallel};
use crate::ir::id_hash::IdTexts;
use crate::ir::{
    CachePolicy, Format, GroupId, Phase, Program, ReduceOp, ReqId, RequestPolicy, StateId, StepKind,
};
use crate::math::simd::Width;
use crate::path::PathData;
use crate::types::Domain;
use crate::vm::Registers;
use crate::vm::trace::{Level, NoTrace, Span, SpanEnd, SpanKind, Subject, Tracer, flags};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Kernels of a group that are kept: one per set of requests that missed together.
const KERNELS: usize = 8;

/// Kernels, columns and their cache for one program.
#[derive(Debug)]
pub struct FieldStore {
    /// Whether anything outlives its frame.
    cache: bool,
    simd: Width,
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
    /// What divisions count that are the same in every frame, by node and elements.
    counted: BTreeMap<(u32, usize), u64>,
    /// Scratch: divisions that the columns of a group have in common count once.
    divided: Vec<u32>,
    /// Scratch: divisions that a kernel has to count, and what it counted.
    uncounted: Vec<u32>,
    zeros: Vec<u64>,
    /// Lanes of the frame before, where nothing outlives its frame: their memory is used again.
    spares: Vec<Stored>,
    histories: BTreeMap<StateId, Vec<f64>>,
    pool: Pool,
    uniforms: Worker,
    workers: Mutex<Vec<Worker>>,
    report: FieldReport,
    /// Scratch: what a group asked for, and the columns that missed.
    asked: Vec<(ReqId, Outcome)>,
    missed: Vec<u32>,
    outputs: Vec<Output>,
    /// Scratch: stored lanes to compute, and those still to look at; finite bits that nobody reads.
    order: Vec<u32>,
    work: Vec<u32>,
    mask: Vec<u64>,
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
    kernels: Vec<Compiled>,
}

/// The kernel of some columns.
#[derive(Debug)]
struct Compiled {
    columns: Vec<u32>,
    /// Divisions that it counts, ascending.
    divisions: Arc<[u32]>,
    kernel: Arc<Kernel>,
}

/// A lane that is computed once.
#[derive(Debug)]
struct Kept {
    keep: Keep,
    structure: Structure,
    kernel: Option<Arc<Kernel>>,
}

impl FieldStore {
    /// Starts a frame: resets the report, lets go of buffers that a swap left over.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        self.report.clear();
        self.pool.trim(self.frame);
        if !self.cache {
            self.spares.resize(self.lanes.len(), Stored::Empty);
            for (lane, spare) in self.lanes.iter_mut().zip(&mut self.spares) {
                if !matches!(lane, Stored::Empty) {
                    *spare = std::mem::replace(lane, Stored::Empty);
                }
            }
        }
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
        let sources = (registers, histories);
        self.materialize_traced(program, group, sources, parallel, &mut NoTrace);
    }

    /// The same, and tells a full tracer of each look into the cache.
    pub fn materialize_traced<T: Tracer>(
        &mut self,
        program: &Program,
        group: GroupId,
        (registers, histories): (&Registers, &dyn Histories),
        parallel: Option<&dyn Parallel>,
        tracer: &mut T,
    ) {
        let Some(row) = self.groups.get(group.index()) else {
            return;
        };
        let epoch = if row.assets { self.epoch } else { 0 };
        let ask = Ask {
            registers,
            histories,
            frame: self.frame,
            keyed: row.keyed && self.cache,
            epoch,
        };
        self.asked.clear();
        self.missed.clear();
        for &req in &row.requests {
            let Some(request) = self.requests.get(req.index()).filter(|r| r.demanded) else {
                continue;
            };
            let column = &mut self.columns[request.column as usize];
            begin_lookup(tracer, req);
            let outcome = column.ask(ask);
            end_lookup(tracer, req, outcome, column.content.buffer.bytes());
            self.asked.push((req, outcome));
            if matches!(outcome, Outcome::Miss(_)) {
                self.missed.push(request.column);
            }
        }
        if !self.missed.is_empty() {
            self.compute(program, group, ask, parallel);
        }
        for &(req, outcome) in &self.asked {
            let column = &self.columns[self.requests[req.index()].column as usize];
            let bytes = column.content.buffer.bytes();
            self.report.constant += u64::from(column.is_constant());
            self.report.add(RequestReport {
                req,
                outcome,
                bytes,
            });
        }
        self.count_divisions();
    }

    /// What the columns that were asked for divided by 0, whether now or when they were computed.
    fn count_divisions(&mut self) {
        self.divided.clear();
        for (req, _) in &self.asked {
            let column = &self.columns[self.requests[req.index()].column as usize];
            for (&node, &zeros) in column.divisions.iter().zip(&column.content.zeros) {
                if zeros > 0 && !self.divided.contains(&node) {
                    self.divided.push(node);
                    self.report.div_zero += zeros;
                }
            }
        }
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
            let reduced = reduce::reduce(buffer, lane, request.elements, op);
            *out = reduced.unwrap_or_else(|| crate::ir::reduce::none(request.domain, lane));
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
}

fn begin_lookup<T: Tracer>(tracer: &mut T, req: ReqId) {
    if T::LEVEL == Level::Full {
        let at = tracer.now();
        tracer.begin(Span {
            kind: SpanKind::CacheLookup,
            subject: Subject::Request(req),
            phase: Phase::Render,
            at,
        });
    }
}

fn end_lookup<T: Tracer>(tracer: &mut T, req: ReqId, outcome: Outcome, bytes: u64) {
    if T::LEVEL == Level::Full {
        let at = tracer.now();
        let (flags, bytes) = match outcome {
            Outcome::Hit | Outcome::Shared => (flags::CACHE_HIT, bytes),
            // What was there does not hold.
            Outcome::Miss(reason) => (reason.number() << flags::MISS_SHIFT, 0),
        };
        tracer.end(SpanEnd {
            kind: SpanKind::CacheLookup,
            subject: Subject::Request(req),
            at,
            flags,
            bytes,
        });
    }
}

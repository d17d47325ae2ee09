//! Programs made by hand, run by the store and by a reference that takes one element at a time.

mod folds;
mod reference;
mod reuse;
mod values;

use super::*;
use crate::ir::*;
use crate::types::{Domain, Type};
use std::collections::BTreeMap;

/// Builds a program of fields, and runs it.
pub(super) struct Rig {
    pub b: Builder,
    pub seed: u32,
}

impl Rig {
    pub(super) fn new() -> Self {
        Self {
            b: Builder::new(),
            seed: 0,
        }
    }

    /// A domain of `count` elements with decimal ids.
    pub(super) fn line(&mut self, key: &str, count: u32) -> DomainId {
        self.b.domain(key, count, ElementIds::Sequential, None)
    }

    /// A number that changes from frame to frame, set through [`set`].
    pub(super) fn signal(&mut self, value: TimeValue) -> SignalId {
        self.b
            .signal(Type::signal(Domain::Number), SignalExpr::Time(value))
    }

    /// A column of numbers.
    pub(super) fn numbers(&mut self, over: DomainId, values: &[f32]) -> FieldId {
        let id = self.b.const_f32(Domain::Number, values);
        self.b
            .field(Domain::Number, Some(over), false, FieldExpr::Array(id))
    }

    /// A column of points.
    pub(super) fn points(&mut self, over: DomainId, values: &[f32]) -> FieldId {
        let id = self.b.const_f32(Domain::Vec2, values);
        self.b
            .field(Domain::Vec2, Some(over), false, FieldExpr::Array(id))
    }

    pub(super) fn apply(&mut self, op: Op, args: &[FieldId]) -> FieldId {
        self.b.field_apply(op, 0, args).expect("operands fit")
    }

    /// Asks for a column in a group of its own kind: all requests over one domain are one group.
    pub(super) fn request(&mut self, field: FieldId, over: DomainId, format: Format) -> ReqId {
        let tables = &mut self.b.tables.materialize;
        let req = ReqId::at(tables.requests.len());
        let key = self.b.text(&format!("sink.input{}", req.0));
        let tables = &mut self.b.tables.materialize;
        tables.requests.push(Request {
            key,
            field,
            domain: over,
            format,
            consumer: Consumer::Probe(BlockId(0)),
            policy: RequestPolicy::PerFrame,
            out: SlotId(0),
        });
        match tables.groups.iter_mut().find(|g| g.domain == over) {
            Some(group) => group.reqs.push(req),
            None => {
                tables.groups.push(Group {
                    domain: over,
                    reqs: vec![req],
                    uniforms: Vec::new(),
                });
            }
        }
        req
    }

    pub(super) fn program(self) -> Program {
        Program {
            ir_version: 1,
            format_version: 1,
            patch_id: String::new(),
            patch_revision: 1,
            compile_id: String::new(),
            program_hash: String::new(),
            seed: self.seed,
            memory: Memory::None,
            time_model: TimeModel::Infinite {
                window_ms: 1000.0,
                suggested_ui_window_ms: None,
                ambient_period_ms: None,
            },
            viewport: Viewport {
                width: 100,
                height: 100,
                background: [0.0; 4],
            },
            types: self.b.types,
            tables: self.b.tables,
            schedule: Schedule::default(),
            outputs: Vec::new(),
            roots: Roots::default(),
            debug: Debug::default(),
            meta: Meta::default(),
        }
    }
}

/// History cells of a test: contents and revisions.
#[derive(Default)]
pub(super) struct Cells(pub BTreeMap<StateId, (Vec<f64>, u64)>);

impl Histories for Cells {
    fn history(&self, cell: StateId) -> (&[f64], u64) {
        self.0
            .get(&cell)
            .map_or((&[], 0), |(entries, revision)| (entries, *revision))
    }
}

/// A store with what it reads.
pub(super) struct Run {
    pub program: Program,
    pub store: FieldStore,
    pub registers: Registers,
    pub cells: Cells,
}

impl Run {
    pub(super) fn new(program: Program) -> Self {
        Self::with(program, FieldOptions::default())
    }

    pub(super) fn with(program: Program, options: FieldOptions) -> Self {
        let store = FieldStore::new(&program, &options).expect("a sound program");
        let mut registers = Registers::new(&program);
        for (at, node) in program.tables.sig.nodes.iter().enumerate() {
            if let SignalExpr::Const(c) = node.expr {
                let lanes = program.tables.constants.numbers(c).expect("numbers");
                registers.get_mut(SignalId::at(at)).copy_from_slice(&lanes);
            }
        }
        Self {
            program,
            store,
            registers,
            cells: Cells::default(),
        }
    }

    pub(super) fn set(&mut self, signal: SignalId, value: f64) {
        self.registers.get_mut(signal)[0] = value;
    }

    /// A frame: all groups in order. What became of each request.
    pub(super) fn frame(&mut self) -> Vec<Outcome> {
        self.frame_on(None)
    }

    pub(super) fn frame_on(&mut self, parallel: Option<&dyn Parallel>) -> Vec<Outcome> {
        self.store.begin_frame();
        for group in 0..self.program.tables.materialize.groups.len() {
            self.store.materialize(
                &self.program,
                GroupId::at(group),
                &self.registers,
                &self.cells,
                parallel,
            );
        }
        self.store
            .report()
            .requests
            .iter()
            .map(|r| r.outcome)
            .collect()
    }

    /// A number of a column.
    pub(super) fn at(&self, req: ReqId, i: usize, lane: usize) -> f64 {
        self.store.column(req).number(i, lane)
    }

    /// Lane 0 of the first `n` rows.
    pub(super) fn lane0(&self, req: ReqId, n: usize) -> Vec<f64> {
        (0..n).map(|i| self.at(req, i, 0)).collect()
    }
}

/// Threads that take jobs from the back.
pub(super) struct Threads(pub usize);

impl Parallel for Threads {
    fn run(&self, blocks: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = std::sync::atomic::AtomicUsize::new(blocks);
        std::thread::scope(|scope| {
            for _ in 0..self.0 {
                scope.spawn(|| {
                    use std::sync::atomic::Ordering::SeqCst;
                    let take = |n: usize| n.checked_sub(1);
                    while let Ok(k) = next.fetch_update(SeqCst, SeqCst, take) {
                        job(k - 1);
                    }
                });
            }
        });
    }
}

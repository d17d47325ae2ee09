//! Small programs for tests: expressions by hand, everything around them filled in.
//!
//! [`Bench`] wraps the builder; [`Bench::finish`] puts all computed signals and events in one step (or
//! two, around a reduction), adds rails that run by themselves, derives what is derived and validates. Read
//! next: `steps`, what runs when; `addresses` and `vocabulary`, the rest that a program needs.

mod addresses;
mod rails;
mod steps;
mod vocabulary;

use super::super::Engine;
use super::super::frame::{EngineOptions, FrameCtx, FrameError, FrameTime};
use crate::ir::*;
use crate::math::Ease;
use crate::render_tree::RenderTree;
use crate::types::{Domain, Type};
use std::sync::Arc;

/// A program under construction.
pub(crate) struct Bench {
    pub(crate) build: Builder,
    pub(crate) time: TimeModel,
    pub(crate) rails: Vec<Rail>,
    pub(crate) seed: u32,
    root: Vec<SinkId>,
}

/// A column of a sink: name, field, format.
pub(crate) type Wanted<'a> = (&'a str, FieldId, Format);

pub(crate) const fn cyclic(period_ms: f64) -> TimeModel {
    TimeModel::Cyclic {
        period_ms,
        mode: CycleMode::Loop,
    }
}

impl Bench {
    pub(crate) fn new(time: TimeModel) -> Self {
        let mut build = Builder::new();
        for word in vocabulary::vocabulary() {
            build.text(&word);
        }
        let mut bench = Self {
            build,
            time,
            rails: Vec::new(),
            seed: 0,
            root: Vec::new(),
        };
        for ease in Ease::ALL {
            let name = bench.build.text(ease.name());
            bench.build.tables.transforms.curves.push(Curve::Name(name));
        }
        bench.default_rails();
        bench
    }

    /// A constant parameter of a generator.
    pub(crate) fn fixed(&mut self, value: f64) -> Param {
        Param::Const(self.build.const_f64(Domain::Number, &[value]))
    }

    pub(crate) fn num(&mut self, value: f64) -> SignalId {
        self.build.num(value)
    }

    pub(crate) fn time(&mut self, value: TimeValue) -> SignalId {
        let ty = Type::signal(Domain::Number);
        self.build.signal(ty, SignalExpr::Time(value))
    }

    pub(crate) fn rail(&mut self, rail: u32, domain: Domain) -> SignalId {
        let expr = SignalExpr::Rail(RailId(rail));
        self.build.signal(Type::signal(domain), expr)
    }

    pub(crate) fn apply(&mut self, op: Op, args: &[SignalId]) -> SignalId {
        self.build.apply(op, 0, args).expect("the operands fit")
    }

    pub(crate) fn view(&mut self, of: EventId, view: EventView) -> SignalId {
        let expr = SignalExpr::Event { of, view };
        self.build.signal(Type::signal(Domain::Number), expr)
    }

    pub(crate) fn count(&mut self, of: EventId) -> SignalId {
        self.view(of, EventView::Count)
    }

    pub(crate) fn time_event(&mut self, event: TimeEvent) -> EventId {
        self.build.event(EventExpr::Time(event))
    }

    /// A cell over numbers; keys are given in rising order.
    pub(crate) fn cell(
        &mut self,
        op: StateOp,
        imm: u32,
        init: Option<f64>,
        args: &[Operand],
    ) -> StateId {
        let init = init.map(|v| self.build.const_f64(Domain::Number, &[v]));
        let key = format!("cell{:04}", self.build.tables.state.cells.len());
        self.build.cell(CellSpec {
            key,
            op,
            ty: Type::signal(Domain::Number),
            init,
            args: args.to_vec(),
            imm,
        })
    }

    pub(crate) fn out(&mut self, cell: StateId) -> SignalId {
        let ty = Type::signal(Domain::Number);
        self.build.signal(ty, SignalExpr::StateOut(cell))
    }

    pub(crate) fn previous(&mut self, cell: StateId) -> SignalId {
        let ty = Type::signal(Domain::Number);
        self.build.signal(ty, SignalExpr::StatePrev(cell))
    }

    pub(crate) fn fired(&mut self, cell: StateId) -> SignalId {
        let event = self.build.event(EventExpr::StateEvents(cell));
        self.count(event)
    }

    /// A bus with these publishers.
    pub(crate) fn bus(&mut self, domain: Domain, mode: Combine, terms: &[SignalId]) -> BusId {
        let graph = &self.build.tables.graph;
        let bus = BusId::at(graph.buses.len());
        let first = graph.publishers.len() as u32;
        let silent = self.build.const_f64(domain, &vec![0.0; domain.lanes()]);
        let root = self.build.signal(
            Type::signal(domain),
            SignalExpr::Combine {
                bus,
                mode,
                terms: terms.to_vec(),
                silent,
            },
        );
        let ty = self.build.ty(Type::signal(domain));
        let key = self.build.text(&format!("bus{:04}", bus.0));
        for (order, _) in terms.iter().enumerate() {
            let key = self.build.text(&format!("pub{:04}-{order:04}", bus.0));
            self.build.tables.graph.publishers.push(Publisher {
                key,
                bus,
                from: SlotId(0),
                r#use: None,
                sort_key: 0.0,
                enabled: true,
                order: Some(order as u32),
            });
        }
        self.build.tables.graph.buses.push(Bus {
            key,
            name: key,
            r#type: ty,
            combine: mode,
            silent,
            slot: SlotId(0),
            root: ValueRef::Sig(root),
            role: None,
            pubs: [first, terms.len() as u32],
            lis: [0, 0],
        });
        bus
    }

    pub(crate) fn bus_root(&self, bus: BusId) -> SignalId {
        match self.build.tables.graph.buses[bus.index()].root {
            ValueRef::Sig(id) => id,
            other => panic!("{other:?} is no signal"),
        }
    }

    pub(crate) fn domain(&mut self, key: &str, count: u32) -> DomainId {
        self.build.domain(key, count, ElementIds::Sequential, None)
    }

    /// A constant column.
    pub(crate) fn array(&mut self, domain: Domain, over: DomainId, values: &[f32]) -> FieldId {
        let column = self.build.const_f32(domain, values);
        let expr = FieldExpr::Array(column);
        self.build.field(domain, Some(over), false, expr)
    }

    pub(crate) fn request(
        &mut self,
        key: &str,
        (field, format): (FieldId, Format),
        domain: DomainId,
        consumer: Consumer,
    ) -> ReqId {
        let requests = &self.build.tables.materialize.requests;
        let id = ReqId::at(requests.len());
        let key = self.build.text(key);
        self.build.tables.materialize.requests.push(Request {
            key,
            field,
            domain,
            format,
            consumer,
            policy: RequestPolicy::PerFrame,
            out: SlotId::default(),
        });
        id
    }

    /// A sink; sinks with a parent are made before it.
    pub(crate) fn sink(
        &mut self,
        key: &str,
        kind: SinkKind,
        domain: Option<DomainId>,
        columns: &[Wanted<'_>],
        inputs: &[(&str, InputRef)],
    ) -> SinkId {
        let id = SinkId::at(self.build.tables.render.sinks.len());
        let mut rows = Vec::new();
        for (input, &(name, field, format)) in columns.iter().enumerate() {
            let consumer = Consumer::Sink {
                sink: id,
                input: input as u32,
            };
            let over = domain.unwrap_or_default();
            let req = self.request(&format!("{key}.{name}"), (field, format), over, consumer);
            rows.push((name, InputRef::Req(req)));
        }
        rows.extend_from_slice(inputs);
        let inputs = rows
            .iter()
            .map(|&(name, from)| SinkInput {
                name: self.build.text(name),
                from,
            })
            .collect();
        let z = self.num(0.0);
        let key = self.build.text(key);
        self.build.tables.render.sinks.push(Sink {
            kind,
            key,
            domain,
            inputs,
            params: None,
            z: InputRef::Sig(z),
            parent: None,
            at: 0,
        });
        id
    }

    /// Circles of one size and colour.
    pub(crate) fn dots(&mut self, key: &str, over: DomainId, pos: &[f32], size: FieldId) -> SinkId {
        let pos = self.array(Domain::Vec2, over, pos);
        let color = self
            .build
            .field_constant(Domain::Color, false, &[1.0, 0.0, 0.0, 1.0]);
        let columns = [
            ("pos", pos, Format::F32x2),
            ("size", size, Format::F32),
            ("color", color, Format::U8x4),
        ];
        self.sink(key, SinkKind::Instances2d, Some(over), &columns, &[])
    }

    /// Static parameters of a sink, JSON.
    pub(crate) fn params(&mut self, sink: SinkId, json: &str) {
        let params = self.build.const_json(json.to_owned());
        self.build.tables.render.sinks[sink.index()].params = Some(params);
    }

    pub(crate) fn put_into(&mut self, child: SinkId, parent: SinkId, at: u32) {
        let row = &mut self.build.tables.render.sinks[child.index()];
        row.parent = Some(parent);
        row.at = at;
    }

    pub(crate) fn z(&mut self, sink: SinkId, z: SignalId) {
        self.build.tables.render.sinks[sink.index()].z = InputRef::Sig(z);
    }

    /// The whole program, proved.
    pub(crate) fn finish(mut self) -> Arc<Valid<Program>> {
        let kinds = self.schedule();
        let sinks = &self.build.tables.render.sinks;
        self.root = (0..sinks.len())
            .map(SinkId::at)
            .filter(|s| sinks[s.index()].parent.is_none())
            .collect();
        self.build.tables.render.root = self.root.clone();
        self.build.tables.rails = std::mem::take(&mut self.rails);
        let output = self.build.text("output");
        let mut steps = Vec::new();
        for (kind, phase, run) in kinds {
            steps.push(Step {
                key: StrId::default(),
                kind,
                phase,
                run,
                reads: Vec::new(),
                writes: Vec::new(),
                deps: Vec::new(),
                cache: Cache {
                    policy: CachePolicy::Keyed,
                    uniforms: Vec::new(),
                    epochs: Vec::new(),
                },
                demand: true,
            });
        }
        let (time, frame) = addresses::all(&mut self.build);
        let tables = self.build.tables;
        let mut program = Program {
            ir_version: 1,
            format_version: 1,
            patch_id: "test".to_owned(),
            patch_revision: 1,
            compile_id: String::new(),
            program_hash: "b3:test".to_owned(),
            seed: self.seed,
            memory: Memory::None,
            time_model: self.time,
            viewport: Viewport {
                width: 100,
                height: 100,
                background: [0.0, 0.0, 0.0, 1.0],
            },
            types: self.build.types,
            schedule: Schedule {
                steps,
                ..Schedule::default()
            },
            outputs: vec![Output {
                key: output,
                kind: OutputKind::RenderTree,
                slot: frame,
                label: None,
            }],
            roots: Roots {
                time,
                frame,
                sinks: self.root,
                bus: tables.graph.buses.iter().map(|b| b.root).collect(),
            },
            debug: Debug::default(),
            meta: Meta::default(),
            tables,
        };
        derive::arrange(&mut program);
        let keys = derive::StepKeys::new(&program);
        let key = |step: &Step| {
            let text = keys.of(step.kind);
            let at = program.tables.strings.iter().position(|word| *word == text);
            StrId::at(at.unwrap_or_else(|| panic!("`{text}` is not in the vocabulary")))
        };
        let keys: Vec<StrId> = program.schedule.steps.iter().map(key).collect();
        for (step, key) in program.schedule.steps.iter_mut().zip(keys) {
            step.key = key;
        }
        match validate(program) {
            Ok(valid) => Arc::new(valid),
            Err(found) => panic!("the test's program is not valid: {found:#?}"),
        }
    }

    pub(crate) fn engine(self) -> Engine {
        engine(&self.finish())
    }
}

/// An engine in which also what nothing drawn reads has a value: tests look at it.
pub(crate) fn engine(program: &Arc<Valid<Program>>) -> Engine {
    let engine = Engine::new(Arc::clone(program), EngineOptions::default());
    let mut engine = engine.expect("the program fits");
    engine.run_everything();
    engine
}

/// The next frame.
pub(crate) fn render(engine: &mut Engine, time: FrameTime) -> RenderTree {
    let tree = engine.render_frame(time, &FrameCtx::default());
    tree.expect("the frame is legal").clone()
}

pub(crate) fn try_render(engine: &mut Engine, time: FrameTime) -> Result<(), FrameError> {
    let tree = engine.render_frame(time, &FrameCtx::default());
    tree.map(|_| ())
}

/// Runs frames at these times and gives what a signal was in each.
pub(crate) fn values(engine: &mut Engine, signal: SignalId, times: &[FrameTime]) -> Vec<f64> {
    let value = |&time: &FrameTime| {
        render(engine, time);
        engine.signal(signal)[0]
    };
    times.iter().map(value).collect()
}

/// Times in ms.
pub(crate) fn at<const N: usize>(times: [f64; N]) -> [FrameTime; N] {
    times.map(FrameTime::at)
}

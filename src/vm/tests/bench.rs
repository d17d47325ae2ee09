//! Small programs for tests: expressions by hand, everything around them filled in.
//!
//! [`Bench`] wraps the builder; [`Bench::finish`] puts all computed signals and events in one step (or
//! two, around a reduction), adds rails that run by themselves, derives what is derived and validates.

mod addresses;

use super::super::Engine;
use super::super::frame::{EngineOptions, FrameCtx, FrameError, FrameTime};
use crate::ir::*;
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

/// Everything that a test may be called, sorted as a program wants its strings.
fn vocabulary() -> Vec<String> {
    let sinks = ["a", "b", "c", "dots", "glow", "line", "outlines", "sum"];
    let inputs = [
        "clipHeight",
        "clipWidth",
        "clipX",
        "clipY",
        "color",
        "effect",
        "fillColor",
        "gain",
        "hue",
        "mode",
        "opacity",
        "path",
        "pos",
        "rotation",
        "scale",
        "shape",
        "sigma",
        "size",
        "sortKey",
        "strokeColor",
        "strokeWidth",
        "tint",
        "translate",
        "width",
    ];
    let rails = ["phaseA", "phaseB", "pulseA", "pulseB", "energy", "palette"];
    let others = [
        "early", "late", "frame", "output", "d", "e", "blur", "grade", "cc", "hit",
    ];
    let mut words: Vec<String> = Vec::new();
    for list in [&sinks[..], &inputs, &rails, &others] {
        words.extend(list.iter().map(|w| (*w).to_owned()));
    }
    for sink in sinks {
        words.extend(inputs.iter().map(|input| format!("{sink}.{input}")));
    }
    words.extend(
        addresses::TIMES
            .iter()
            .map(|(name, _)| format!("time/{name}")),
    );
    words.extend(
        addresses::EVENTS
            .iter()
            .map(|(name, _)| format!("time/{name}")),
    );
    words.extend(rails.iter().map(|rail| format!("rail/{rail}")));
    words.extend(
        ["cc", "hit"]
            .iter()
            .map(|channel| format!("external/{channel}")),
    );
    words.extend(Ease::ALL.iter().map(|ease| ease.name().to_owned()));
    for sink in sinks {
        words.push(format!("sink/{sink}"));
        words.extend(inputs.iter().map(|input| format!("request/{sink}.{input}")));
    }
    for i in 0..40 {
        words.extend([
            format!("step{i:04}"),
            format!("cell{i:04}"),
            format!("bus{i:04}"),
            format!("bus/bus{i:04}"),
        ]);
        words.extend((0..8).map(|k| format!("pub{i:04}-{k:04}")));
    }
    words.sort();
    words.dedup();
    words
}

impl Bench {
    pub(crate) fn new(time: TimeModel) -> Self {
        let mut build = Builder::new();
        for word in vocabulary() {
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

    fn default_rails(&mut self) {
        let [period_a, period_b] = [2000.0, 3125.0].map(|v| self.fixed(v));
        let [zero, one] = [0.0, 1.0].map(|v| self.fixed(v));
        let cycle = |period_ms: &Param, offset: &Param| Generator::Cycle {
            enabled: true,
            mode: CycleMode::Loop,
            period_ms: period_ms.clone(),
            offset: offset.clone(),
        };
        let rows = [
            ("phaseA", Domain::Phase01, cycle(&period_a, &zero)),
            ("phaseB", Domain::Phase01, cycle(&period_b, &zero)),
            (
                "pulseA",
                Domain::Trigger,
                Generator::Division {
                    of: RailId(0),
                    n: 1,
                },
            ),
            (
                "pulseB",
                Domain::Trigger,
                Generator::Division {
                    of: RailId(1),
                    n: 1,
                },
            ),
            (
                "energy",
                Domain::Number,
                Generator::Energy {
                    source: RailId(0),
                    curve: EnergyCurve::Saw,
                    min: zero.clone(),
                    max: one,
                },
            ),
            (
                "palette",
                Domain::Color,
                Generator::Palette {
                    source: RailId(0),
                    stops: None,
                },
            ),
        ];
        for (name, domain, generator) in rows {
            let key = self.build.text(name);
            let world = match domain {
                Domain::Trigger => crate::types::World::Event,
                _ => crate::types::World::Signal,
            };
            let ty = self.build.ty(Type::new(world, domain));
            // What never fires has a silent value without meaning.
            let silent = match domain {
                Domain::Trigger => self.build.const_f64(Domain::Number, &[0.0]),
                domain => self.build.const_f64(domain, &vec![0.0; domain.lanes()]),
            };
            self.rails.push(Rail {
                key,
                r#type: ty,
                slot: SlotId::default(),
                generator,
                drive: Drive::Internal,
                combine: Combine::Last,
                user: None,
                silent,
                read: RailRead::Latched,
                mirror: None,
            });
        }
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
        for (i, (kind, phase, run)) in kinds.into_iter().enumerate() {
            steps.push(Step {
                key: self.build.text(&format!("step{i:04}")),
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
                ..Roots::default()
            },
            debug: Debug::default(),
            meta: Meta::default(),
            tables,
        };
        derive::arrange(&mut program);
        // Tests look at registers that nothing else reads.
        for step in &mut program.schedule.steps {
            step.demand = true;
        }
        match validate(program) {
            Ok(valid) => Arc::new(valid),
            Err(found) => panic!("the test's program is not valid: {found:#?}"),
        }
    }

    pub(crate) fn engine(self) -> Engine {
        Engine::new(self.finish(), EngineOptions::default()).expect("the program fits")
    }

    /// Steps in order: what needs no reduction, reductions, the rest, rails, columns, sinks.
    fn schedule(&mut self) -> Vec<(StepKind, Phase, Vec<ValueRef>)> {
        for name in ["early", "late"] {
            let key = self.build.text(name);
            self.build.tables.graph.blocks.push(BlockRow {
                key,
                r#type: key,
                capability: Capability::Pure,
                r#in: Vec::new(),
                out: Vec::new(),
                compiler_tag: None,
            });
        }
        let (early, reductions, late) = self.order();
        let mut steps = vec![
            (StepKind::ExternalSample, Phase::External, Vec::new()),
            (StepKind::TimeDerive, Phase::TimeDerive, Vec::new()),
            (StepKind::TimeConsole, Phase::TimeConsole, Vec::new()),
        ];
        let block = |i, phase, run| (StepKind::NodeEval { block: BlockId(i) }, phase, run);
        steps.push(block(0, Phase::PreBus, early));
        let plan = &mut self.build.tables.materialize;
        for sig in reductions {
            let group = GroupId::at(plan.groups.len());
            let wanted = Consumer::Reduce(sig);
            let req = plan.requests.iter().position(|r| r.consumer == wanted);
            let req = ReqId::at(req.expect("a reduction has a request"));
            plan.groups.push(Group {
                domain: plan.requests[req.index()].domain,
                reqs: vec![req],
                uniforms: Vec::new(),
            });
            let kind = StepKind::Materialize { group };
            steps.push((kind, Phase::PostBus, Vec::new()));
            let kind = StepKind::Reduce { sig };
            steps.push((kind, Phase::PostBus, vec![ValueRef::Sig(sig)]));
        }
        steps.push(block(1, Phase::PostBus, late));
        for rail in 0..6 {
            let kind = StepKind::RailResolve { rail: RailId(rail) };
            steps.push((kind, Phase::RailResolve, Vec::new()));
        }
        steps.push((StepKind::StateCommit, Phase::RailResolve, Vec::new()));
        let drawn = |r: &Request| !matches!(r.consumer, Consumer::Reduce(_));
        for domain in 0..self.build.tables.graph.domains.len() {
            let requests = plan.requests.iter().enumerate();
            let reqs: Vec<ReqId> = requests
                .filter(|(_, r)| drawn(r) && r.domain.index() == domain)
                .map(|(i, _)| ReqId::at(i))
                .collect();
            if !reqs.is_empty() {
                let group = GroupId::at(plan.groups.len());
                plan.groups.push(Group {
                    domain: DomainId::at(domain),
                    reqs,
                    uniforms: Vec::new(),
                });
                steps.push((StepKind::Materialize { group }, Phase::Render, Vec::new()));
            }
        }
        let sinks = &self.build.tables.render.sinks;
        let depth = |mut i: usize| {
            let mut depth = 0;
            while let Some(parent) = sinks[i].parent {
                (depth, i) = (depth + 1, parent.index());
            }
            depth
        };
        let mut order: Vec<usize> = (0..sinks.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(depth(i)));
        for i in order {
            let sink = SinkId::at(i);
            steps.push((StepKind::SinkEval { sink }, Phase::Render, Vec::new()));
        }
        steps.push((StepKind::RenderAssemble, Phase::RenderAssemble, Vec::new()));
        steps
    }

    /// Computed nodes in evaluation order: before, at and after the reductions.
    fn order(&self) -> (Vec<ValueRef>, Vec<SignalId>, Vec<ValueRef>) {
        let program = self.probe();
        let tables = &program.tables;
        let mut order: Vec<(ValueRef, bool)> = Vec::new();
        let signals = (0..tables.sig.nodes.len()).map(|i| ValueRef::Sig(SignalId::at(i)));
        let events = (0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i)));
        for root in signals.chain(events) {
            self.visit(&program, root, &mut order);
        }
        let (mut early, mut reductions, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for (value, reduced) in order {
            match value {
                ValueRef::Sig(id)
                    if matches!(tables.sig.nodes[id.index()].expr, SignalExpr::Reduce { .. }) =>
                {
                    reductions.push(id);
                }
                _ if reduced => late.push(value),
                _ => early.push(value),
            }
        }
        (early, reductions, late)
    }

    /// Enough of a program to walk operands.
    fn probe(&self) -> Program {
        Program {
            ir_version: 1,
            format_version: 1,
            patch_id: String::new(),
            patch_revision: 0,
            compile_id: String::new(),
            program_hash: String::new(),
            seed: 0,
            memory: Memory::None,
            time_model: cyclic(1.0),
            viewport: Viewport {
                width: 1,
                height: 1,
                background: [0.0; 4],
            },
            types: self.build.types.clone(),
            tables: self.build.tables.clone(),
            schedule: Schedule::default(),
            outputs: Vec::new(),
            roots: Roots::default(),
            debug: Debug::default(),
            meta: Meta::default(),
        }
    }

    /// Post-order; gives whether `value` comes after a reduction.
    fn visit(&self, program: &Program, value: ValueRef, order: &mut Vec<(ValueRef, bool)>) -> bool {
        let computed = match value {
            ValueRef::Sig(id) => {
                operands::is_computed_signal(&program.tables.sig.nodes[id.index()].expr)
            }
            ValueRef::Event(id) => {
                operands::is_computed_event(&program.tables.event.nodes[id.index()].expr)
            }
            _ => false,
        };
        if !computed {
            return false;
        }
        if let Some((_, reduced)) = order.iter().find(|(v, _)| *v == value) {
            return *reduced;
        }
        let mut reads = Vec::new();
        let mut reduced = false;
        match value {
            ValueRef::Sig(id) => {
                let expr = &program.tables.sig.nodes[id.index()].expr;
                reduced |= matches!(expr, SignalExpr::Reduce { .. });
                operands::of_signal(program, expr, &mut |v| reads.push(v));
            }
            ValueRef::Event(id) => {
                let expr = &program.tables.event.nodes[id.index()].expr;
                operands::of_event(program, expr, &mut |v| reads.push(v));
            }
            _ => {}
        }
        for read in reads {
            reduced |= self.visit(program, read, order);
        }
        order.push((value, reduced));
        reduced
    }
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

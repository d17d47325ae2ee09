//! Arbitrary programs: sound ones with some of their rows made anew, put right again where what is
//! stored follows from the rest, so that validation is asked about meaning and not about bookkeeping.

use crate::choices::Choices;
use crate::rows::{COMBINES, DOMAINS, Edit};
use oscilla::ir::*;
use oscilla::types::{Domain, World};

const STATE_OPS: [StateOp; 13] = [
    StateOp::Integrate,
    StateOp::Delay,
    StateOp::UnitDelay,
    StateOp::SampleHold,
    StateOp::SlewExp,
    StateOp::EdgeWrap,
    StateOp::PulseDivider,
    StateOp::EnvelopeAd,
    StateOp::SlewLinear,
    StateOp::Hysteresis,
    StateOp::RiseEdge,
    StateOp::Counter,
    StateOp::History,
];
const SINKS: [SinkKind; 8] = [
    SinkKind::Clear,
    SinkKind::Instances2d,
    SinkKind::Paths2d,
    SinkKind::Strokes2d,
    SinkKind::Instances3d,
    SinkKind::Meshes3d,
    SinkKind::Group,
    SinkKind::Postfx,
];
const FORMATS: [Format; 8] = [
    Format::F32,
    Format::F32x2,
    Format::F32x3,
    Format::F32x4,
    Format::U8x4,
    Format::U16,
    Format::U32,
    Format::Path,
];
const TEXTS: [&str; 16] = [
    "null",
    "{}",
    "[]",
    "\"x\"",
    "1e308",
    "[[]]",
    "[\"a\",\"a\"]",
    "[\"a\",\"b\",\"c\"]",
    "{\"blend\":\"add\"}",
    "{\"blend\":7}",
    "{\"dash\":[0,0]}",
    "{\"dash\":[1e-9]}",
    "{\"closed\":true,\"groupSize\":0}",
    "[{\"at\":0,\"color\":[1,0,0,1]}]",
    "[{\"at\":5,\"color\":[]}]",
    "not json",
];

/// Makes some rows of a program anew.
pub fn change(program: &mut Program, choices: &mut Choices<'_>) {
    let rounds = 1 + choices.roll(6);
    for _ in 0..rounds {
        let mut edit = Edit {
            p: program,
            c: choices,
        };
        match edit.c.roll(20) {
            0..=3 => edit.change_signal(),
            4 => edit.add_signal(),
            5 => edit.change_event(),
            6..=8 => edit.change_field(),
            9 => edit.change_request(),
            10 => edit.change_domain(),
            11 => edit.change_cell(),
            12 => edit.change_rail(),
            13..=14 => edit.change_sink(),
            15 => edit.change_constant(),
            16 => edit.change_chain(),
            17 => edit.change_time(),
            18 => edit.change_bus(),
            _ => edit.change_shape(),
        }
    }
    if !choices.one_in(16) {
        repair(program, choices);
    }
}

impl Edit<'_, '_, '_> {
    fn change_signal(&mut self) {
        let at = self.c.roll(self.p.tables.sig.nodes.len());
        let Some(node) = self.p.tables.sig.nodes.get(at) else {
            return;
        };
        // A reduction has a column and a step of its own.
        if matches!(node.expr, SignalExpr::Reduce { .. }) {
            return;
        }
        let own = self.p.types[node.r#type.index()].domain;
        let expr = self.signal_expr(at, own);
        self.p.tables.sig.nodes[at].expr = expr;
    }

    /// A new signal, which something that reads signals reads in place of another.
    fn add_signal(&mut self) {
        let own = DOMAINS[self.c.roll(DOMAINS.len())];
        let at = self.p.tables.sig.nodes.len();
        let expr = self.signal_expr(at, own);
        let r#type = self.ty(World::Signal, own);
        self.p.tables.sig.nodes.push(SignalNode { r#type, expr });
        let new = SignalId::at(at);
        let fields = self.p.tables.field.nodes.len();
        match self.c.roll(3) {
            0 => {
                let reader = self.c.roll(fields);
                if let Some(FieldNode {
                    expr: FieldExpr::Broadcast(read),
                    ..
                }) = self.p.tables.field.nodes.get_mut(reader)
                {
                    *read = new;
                }
            }
            1 => {
                let sink = self.c.roll(self.p.tables.render.sinks.len());
                if let Some(sink) = self.p.tables.render.sinks.get_mut(sink) {
                    sink.z = InputRef::Sig(new);
                }
            }
            _ => {
                let cell = self.c.roll(self.p.tables.state.cells.len());
                if let Some(cell) = self.p.tables.state.cells.get_mut(cell)
                    && let Some(Operand::Sig(arg)) = cell.args.first_mut()
                {
                    *arg = new;
                }
            }
        }
    }

    fn change_event(&mut self) {
        let at = self.c.roll(self.p.tables.event.nodes.len());
        if at < self.p.tables.event.nodes.len() {
            let expr = self.event_expr(at);
            self.p.tables.event.nodes[at].expr = expr;
        }
    }

    fn change_field(&mut self) {
        let rows = self.p.tables.field.nodes.len();
        if self.c.one_in(2) || rows == 0 {
            let node = self.field_node(rows);
            self.p.tables.field.nodes.push(node);
        } else {
            let at = self.c.roll(rows);
            let node = self.field_node(at);
            self.p.tables.field.nodes[at] = node;
        }
    }

    fn change_request(&mut self) {
        let fields = self.p.tables.field.nodes.len();
        let domains = self.p.tables.graph.domains.len();
        let request = self.c.roll(self.p.tables.materialize.requests.len());
        let Some(request) = self.p.tables.materialize.requests.get_mut(request) else {
            return;
        };
        let lanes = request.format.lanes();
        let (types, nodes) = (&self.p.types, &self.p.tables.field.nodes);
        let fit: Vec<FieldId> = (0..fields)
            .filter(|&i| !nodes[i].wide && types[nodes[i].r#type.index()].domain.lanes() == lanes)
            .map(FieldId::at)
            .collect();
        match self.c.roll(6) {
            0 => request.format = FORMATS[self.c.roll(8)],
            1 => request.domain = DomainId::at(self.c.roll(domains)),
            2 => request.policy = RequestPolicy::OnDemand,
            _ => request.field = self.c.pick(&fit).copied().unwrap_or(request.field),
        }
    }

    fn change_domain(&mut self) {
        let prefix = self.word();
        let text = self.text();
        let at = self.c.roll(self.p.tables.graph.domains.len());
        let Some(row) = self.p.tables.graph.domains.get_mut(at) else {
            return;
        };
        let (rows, cols) = (self.c.integer(), self.c.integer());
        match self.c.roll(6) {
            0 => row.count = self.c.integer(),
            1 => row.count = [0, 1, 2, 300][self.c.roll(4)],
            2 => row.ids = ElementIds::Sequential,
            3 => {
                row.ids = ElementIds::Grid { rows, cols };
                row.count = rows.wrapping_mul(cols);
            }
            4 => row.ids = ElementIds::Prefix(prefix),
            _ => row.ids = ElementIds::Custom(text),
        }
    }

    /// A JSON text among the constants.
    fn text(&mut self) -> ConstId {
        let ty = self.ty(World::Scalar, Domain::String);
        let text = TEXTS[self.c.roll(TEXTS.len())].to_owned();
        let constants = &mut self.p.tables.constants;
        constants.json.push(text);
        let at = constants.json.len() as u32 - 1;
        constants.index.push(ConstRow {
            pool: Pool::Json,
            at,
            len: 1,
            r#type: ty,
        });
        ConstId::at(constants.index.len() - 1)
    }

    fn change_cell(&mut self) {
        let at = self.c.roll(self.p.tables.state.cells.len());
        let Some(cell) = self.p.tables.state.cells.get(at) else {
            return;
        };
        let domain = if self.c.one_in(2) {
            self.p.types[cell.r#type.index()].domain
        } else {
            DOMAINS[self.c.roll(DOMAINS.len())]
        };
        let op = STATE_OPS[self.c.roll(13)];
        let domain = if op.makes_pulses() {
            Domain::Trigger
        } else {
            domain
        };
        let args = self.cell_args(op, domain.lanes());
        let world = if op.makes_pulses() {
            World::Event
        } else {
            World::Signal
        };
        let r#type = self.ty(world, domain);
        let init = self.c.one_in(2).then(|| self.constant(domain, true));
        let imm = self.c.integer();
        let cell = &mut self.p.tables.state.cells[at];
        cell.op = op;
        cell.r#type = r#type;
        cell.args = args;
        cell.init = init.filter(|_| domain.lanes() > 0);
        cell.imm = imm;
        cell.tap = [Tap::Updated, Tap::Committed][self.c.roll(2)];
    }

    fn param(&mut self) -> Param {
        let base = self.constant(Domain::Number, true);
        match self.signal(usize::MAX, 1) {
            Some(sig) if self.c.one_in(2) => Param::Drive { sig, base },
            _ => Param::Const(base),
        }
    }

    fn change_rail(&mut self) {
        let (a, b) = (self.param(), self.param());
        let points = self.constant(Domain::Vec2, true);
        let stops = self.text();
        let curves = self.p.tables.transforms.curves.len();
        let buses = self.p.tables.graph.buses.len();
        let at = self.c.roll(self.p.tables.rails.len());
        let Some(rail) = self.p.tables.rails.get_mut(at) else {
            return;
        };
        let source = RailId::at(self.c.roll(2));
        match self.c.roll(5) {
            0 => rail.drive = [Drive::Internal, Drive::Patched, Drive::Mixed][self.c.roll(3)],
            1 => {
                let bus = BusId::at(self.c.roll(buses));
                rail.user = (!self.c.one_in(4)).then_some(RailUser { bus, r#use: None });
            }
            2 => rail.read = [RailRead::Latched, RailRead::InternalNow][self.c.roll(2)],
            3 => rail.combine = COMBINES[self.c.roll(6)],
            _ => {
                rail.generator = match at {
                    0 | 1 => Generator::Cycle {
                        enabled: !self.c.one_in(4),
                        mode: [CycleMode::Loop, CycleMode::Pingpong][self.c.roll(2)],
                        period_ms: a,
                        offset: b,
                    },
                    2 | 3 => Generator::Division {
                        of: source,
                        n: self.c.integer(),
                    },
                    4 => Generator::Energy {
                        source,
                        curve: match self.c.roll(4) {
                            0 => EnergyCurve::Saw,
                            1 => EnergyCurve::Ease(CurveId::at(self.c.roll(curves))),
                            2 => EnergyCurve::Points(points),
                            _ => EnergyCurve::Triangle,
                        },
                        min: a,
                        max: b,
                    },
                    _ => Generator::Palette {
                        source,
                        stops: (!self.c.one_in(3)).then_some(stops),
                    },
                }
            }
        }
    }

    fn input(&mut self) -> InputRef {
        let t = &self.p.tables;
        let (requests, shapes) = (t.materialize.requests.len(), t.render.shapes.len());
        let (effects, cameras) = (t.render.effects.len(), t.render.cameras.len());
        match self.c.roll(7) {
            0 => InputRef::Req(ReqId::at(self.c.roll(requests))),
            1 => {
                let lanes = [1, 1, 2, 4][self.c.roll(4)];
                let sig = self.signal(usize::MAX, lanes);
                sig.map_or(InputRef::Req(ReqId(0)), InputRef::Sig)
            }
            2 | 3 => {
                let domain = DOMAINS[self.c.roll(DOMAINS.len())];
                InputRef::Const(self.constant(domain, true))
            }
            4 => InputRef::Shape(ShapeId::at(self.c.roll(shapes))),
            5 => InputRef::Effect(EffectId::at(self.c.roll(effects))),
            _ => InputRef::Camera(CameraId::at(self.c.roll(cameras))),
        }
    }

    fn change_sink(&mut self) {
        let (from, name, params) = (self.input(), self.word(), self.text());
        let sinks = self.p.tables.render.sinks.len();
        let at = self.c.roll(sinks);
        let Some(sink) = self.p.tables.render.sinks.get_mut(at) else {
            return;
        };
        match self.c.roll(9) {
            0 => sink.kind = SINKS[self.c.roll(8)],
            1 => sink.params = Some(params),
            2 => sink.params = None,
            3 => sink.z = from,
            4 => sink.parent = Some(SinkId::at(self.c.roll(sinks))),
            5 => sink.at = self.c.integer(),
            6 => {
                let input = self.c.roll(sink.inputs.len());
                if let Some(input) = sink.inputs.get_mut(input) {
                    input.from = from;
                }
            }
            7 => {
                let input = self.c.roll(sink.inputs.len());
                if input < sink.inputs.len() {
                    sink.inputs.remove(input);
                }
            }
            _ => sink.inputs.push(SinkInput { name, from }),
        }
    }

    fn change_constant(&mut self) {
        let text = TEXTS[self.c.roll(TEXTS.len())];
        let (value, at) = (self.c.number(), self.c.roll(65_536));
        let constants = &mut self.p.tables.constants;
        let entry = |len: usize| at % len.max(1);
        match self.c.roll(4) {
            0 | 1 => {
                let at = entry(constants.f64.len());
                constants
                    .f64
                    .get_mut(at)
                    .into_iter()
                    .for_each(|v| *v = value);
            }
            2 => {
                let at = entry(constants.f32.len());
                constants
                    .f32
                    .get_mut(at)
                    .into_iter()
                    .for_each(|v| *v = value as f32);
            }
            _ => {
                let at = entry(constants.json.len());
                constants
                    .json
                    .get_mut(at)
                    .into_iter()
                    .for_each(|t| *t = text.to_owned());
            }
        }
    }

    fn change_chain(&mut self) {
        let constant = self.constant(Domain::Number, true);
        let chains = self.p.tables.transforms.chains.len();
        let at = self.c.roll(chains);
        let Some(chain) = self.p.tables.transforms.chains.get_mut(at) else {
            return;
        };
        let op = self.c.pick(Op::ALL).copied();
        match (self.c.roll(4), op) {
            (0, Some(op)) => {
                let operands = (1..op.arity())
                    .map(|k| match k {
                        1 if chain.arity > 0 => ChainOperand::Arg(0),
                        _ => ChainOperand::Const(constant),
                    })
                    .collect();
                chain.steps.push(ChainStep {
                    op,
                    operands,
                    imm: self.c.roll(7) as u32,
                    to: chain.to,
                    origin: None,
                });
            }
            (1, _) => drop(chain.steps.pop()),
            (2, _) => chain.arity = self.c.roll(3) as u32,
            _ => {
                let step = self.c.roll(chain.steps.len());
                let imm = self.c.roll(8) as u32;
                chain
                    .steps
                    .get_mut(step)
                    .into_iter()
                    .for_each(|step| step.imm = imm);
            }
        }
    }

    fn change_time(&mut self) {
        let (a, b) = (self.c.number(), self.c.number());
        self.p.time_model = match self.c.roll(3) {
            0 => TimeModel::Finite {
                duration_ms: a,
                cue_points: (0..self.c.roll(4))
                    .map(|i| CuePoint {
                        id: format!("{i}"),
                        label: String::new(),
                        t_ms: b * i as f64,
                        behavior: [CueBehavior::Event, CueBehavior::Snap][self.c.roll(2)],
                    })
                    .collect(),
            },
            1 => TimeModel::Cyclic {
                period_ms: a,
                mode: [CycleMode::Loop, CycleMode::Pingpong][self.c.roll(2)],
            },
            _ => TimeModel::Infinite {
                window_ms: a,
                suggested_ui_window_ms: None,
                ambient_period_ms: self.c.one_in(2).then_some(b),
            },
        };
        if self.c.one_in(4) {
            self.p.viewport.width = self.c.integer();
            self.p.viewport.height = self.c.integer();
        }
        if self.c.one_in(4) {
            self.p.viewport.background = [a, b, a, b];
        }
        self.p.seed = self.c.integer();
    }

    fn change_bus(&mut self) {
        let mode = COMBINES[self.c.roll(6)];
        let key = self.c.number();
        let at = self.c.roll(self.p.tables.graph.buses.len());
        let Some(bus) = self.p.tables.graph.buses.get_mut(at) else {
            return;
        };
        bus.combine = mode;
        match bus.root {
            ValueRef::Sig(id) => {
                if let Some(SignalNode {
                    expr: SignalExpr::Combine { mode: own, .. },
                    ..
                }) = self.p.tables.sig.nodes.get_mut(id.index())
                {
                    *own = mode;
                }
            }
            ValueRef::Event(id) => {
                if let Some(EventNode {
                    expr: EventExpr::Combine { mode: own, .. },
                }) = self.p.tables.event.nodes.get_mut(id.index())
                {
                    *own = mode;
                }
            }
            ValueRef::Field(id) => {
                if let Some(FieldNode {
                    expr: FieldExpr::Combine { mode: own, .. },
                    ..
                }) = self.p.tables.field.nodes.get_mut(id.index())
                {
                    *own = mode;
                }
            }
            _ => {}
        }
        if self.c.one_in(4)
            && let Some(publisher) = self.p.tables.graph.publishers.first_mut()
        {
            publisher.sort_key = key;
        }
    }

    fn change_shape(&mut self) {
        let inner = self.input();
        let path = self.c.roll(self.p.tables.constants.index.len());
        let points = self.c.integer();
        let (key, kind, name) = (self.word(), self.word(), self.word());
        let render = &mut self.p.tables.render;
        let row = match self.c.roll(6) {
            0 => ShapeRow::Circle,
            1 => ShapeRow::Square,
            2 => ShapeRow::Triangle,
            3 => ShapeRow::Star { points, inner },
            4 => ShapeRow::Ring { inner },
            _ => ShapeRow::Path(ConstId::at(path)),
        };
        let at = self.c.roll(render.shapes.len());
        match self.c.roll(4) {
            0 => render.shapes.push(row),
            1 => {
                let params = vec![SinkInput { name, from: inner }];
                let table = [&mut render.effects, &mut render.cameras, &mut render.meshes];
                let [effects, cameras, meshes] = table;
                let table = match self.c.roll(3) {
                    0 => effects,
                    1 => cameras,
                    _ => meshes,
                };
                let at = self.c.roll(table.len());
                match table.get_mut(at) {
                    Some(row) if self.c.one_in(2) => row.params.extend(params),
                    Some(row) => row.kind = kind,
                    None => table.push(ParamRow { key, kind, params }),
                }
            }
            _ => render
                .shapes
                .get_mut(at)
                .into_iter()
                .for_each(|shape| *shape = row.clone()),
        }
    }
}

/// Stores anew what follows from the rest: which step runs what, sizes of cells
/// and all that [`derive::arrange`] knows.
pub fn repair(program: &mut Program, choices: &mut Choices<'_>) {
    runs(program, choices);
    for cell in &mut program.tables.state.cells {
        let lanes = program
            .types
            .get(cell.r#type.index())
            .map_or(0, |ty| ty.domain.lanes());
        let (f64_len, i32_len) = cell.op.entries(lanes as u32, cell.imm);
        cell.f64[1] = f64_len;
        cell.i32[1] = i32_len;
        cell.ring = if cell.op == StateOp::Delay {
            StateOp::RING
        } else {
            0
        };
    }
    let render = &mut program.tables.render;
    let roots = render
        .sinks
        .iter()
        .enumerate()
        .filter(|(_, sink)| sink.parent.is_none());
    render.root = roots.map(|(i, _)| SinkId::at(i)).collect();
    program.roots.sinks.clone_from(&render.root);
    program.debug = Debug::default();
    derive::arrange(program);
}

/// Each computed row in exactly one `run`.
fn runs(program: &mut Program, choices: &mut Choices<'_>) {
    let t = &program.tables;
    let computed = |value: &ValueRef| match value {
        ValueRef::Sig(id) => t
            .sig
            .nodes
            .get(id.index())
            .is_some_and(|node| operands::is_computed_signal(&node.expr)),
        ValueRef::Event(id) => t
            .event
            .nodes
            .get(id.index())
            .is_some_and(|node| operands::is_computed_event(&node.expr)),
        _ => false,
    };
    let mut missing: std::collections::BTreeSet<ValueRef> = (0..t.sig.nodes.len())
        .map(|i| ValueRef::Sig(SignalId::at(i)))
        .chain((0..t.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i))))
        .filter(computed)
        .collect();
    let mut steps = std::mem::take(&mut program.schedule.steps);
    for step in &mut steps {
        step.run.retain(|value| missing.remove(value));
    }
    steps.retain(|step| !matches!(step.kind, StepKind::NodeEval { .. }) || !step.run.is_empty());
    let nodes: Vec<usize> = (0..steps.len())
        .filter(|&i| {
            matches!(
                steps[i].kind,
                StepKind::NodeEval { .. } | StepKind::BusEval { .. }
            )
        })
        .collect();
    for value in missing {
        if let Some(&step) = choices.pick(&nodes) {
            steps[step].run.push(value);
        }
    }
    program.schedule.steps = steps;
}

//! Content hashes of rows: what a row computes, whatever its index is in this program.
//!
//! Constants enter by value, operands by their hash, things with a key by their key. So equal hashes
//! mean equal values in every frame that starts from equal state, also across two programs; a swap
//! and a diff compare nothing else. Derived in one walk over the tables, never stored in a file.
//! Read next: [`super::diff`].

use super::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// 128 bits of BLAKE3.
pub type Digest = [u8; 16];

/// Hashes of all rows of a program.
#[derive(Debug, Clone)]
pub struct Hashes {
    /// By [`ConstId`]: type and value.
    pub constants: Vec<Digest>,
    /// By [`ChainId`]: its steps.
    pub chains: Vec<Digest>,
    /// By [`DomainId`]: count and ids of the elements.
    pub domains: Vec<Digest>,
    /// By [`StateId`]: what the update does, without its operands.
    pub cells: Vec<Digest>,
    /// By [`SignalId`].
    pub signals: Vec<Digest>,
    /// By [`EventId`].
    pub events: Vec<Digest>,
    /// By [`FieldId`].
    pub fields: Vec<Digest>,
    /// By [`RailId`]: generator, drive and what is read of it.
    pub rails: Vec<Digest>,
    /// By [`ReqId`].
    pub requests: Vec<Digest>,
    /// By [`SinkId`].
    pub sinks: Vec<Digest>,
    /// By [`StepId`].
    pub steps: Vec<Digest>,
}

impl Hashes {
    /// Hashes every row once.
    pub fn new(program: &Valid<Program>) -> Self {
        let tables = &program.tables;
        let none = |n: usize| vec![Digest::default(); n];
        let mut hashes = Self {
            constants: Vec::new(),
            chains: Vec::new(),
            domains: Vec::new(),
            cells: Vec::new(),
            signals: none(tables.sig.nodes.len()),
            events: none(tables.event.nodes.len()),
            fields: none(tables.field.nodes.len()),
            rails: Vec::new(),
            requests: Vec::new(),
            sinks: Vec::new(),
            steps: Vec::new(),
        };
        hashes.constants = tables
            .constants
            .index
            .iter()
            .map(|row| constant(program, row))
            .collect();
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        let chains = tables
            .transforms
            .chains
            .iter()
            .map(|chain| walk.chain(chain))
            .collect();
        let domains = (0..tables.graph.domains.len())
            .map(|i| walk.domain(i))
            .collect();
        let cells = tables
            .state
            .cells
            .iter()
            .map(|cell| walk.cell(cell))
            .collect();
        (hashes.chains, hashes.domains, hashes.cells) = (chains, domains, cells);
        expressions(program, &mut hashes);
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        let rails = tables.rails.iter().map(|rail| walk.rail(rail)).collect();
        let requests = tables
            .materialize
            .requests
            .iter()
            .map(|r| walk.request(r))
            .collect();
        (hashes.rails, hashes.requests) = (rails, requests);
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        hashes.sinks = tables
            .render
            .sinks
            .iter()
            .map(|sink| walk.sink(sink))
            .collect();
        let walk = Walk {
            program,
            hashes: &hashes,
        };
        hashes.steps = program
            .schedule
            .steps
            .iter()
            .map(|step| walk.step(step))
            .collect();
        hashes
    }

    /// Hash of a signal, an event or a field.
    pub fn of(&self, value: ValueRef) -> Option<Digest> {
        match value {
            ValueRef::Sig(id) => self.signals.get(id.index()).copied(),
            ValueRef::Event(id) => self.events.get(id.index()).copied(),
            ValueRef::Field(id) => self.fields.get(id.index()).copied(),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, value: ValueRef, digest: Digest) {
        match value {
            ValueRef::Sig(id) => self.signals[id.index()] = digest,
            ValueRef::Event(id) => self.events[id.index()] = digest,
            ValueRef::Field(id) => self.fields[id.index()] = digest,
            _ => {}
        }
    }
}

/// Hash of plain data: a tag and the canonical bytes of `value`.
pub(super) fn digest(tag: &str, value: &impl Serialize) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(tag.as_bytes());
    hasher.update(&[0]);
    // Hashing cannot fail, and rows hold nothing that the format cannot carry.
    if let Err(error) = postcard::to_io(value, &mut hasher) {
        hasher.update(error.to_string().as_bytes());
    }
    let mut digest = Digest::default();
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    digest
}

fn constant(program: &Program, row: &ConstRow) -> Digest {
    let pools = &program.tables.constants;
    let span = row.at as usize..row.at as usize + row.len as usize;
    let domain = program.types[row.r#type.index()].domain.name();
    match row.pool {
        // Bits, for −0 is another value than 0.
        Pool::F64 => {
            let bits: Vec<u64> = pools.f64[span].iter().map(|v| v.to_bits()).collect();
            digest("f64", &(domain, bits))
        }
        Pool::F32 => {
            let bits: Vec<u32> = pools.f32[span].iter().map(|v| v.to_bits()).collect();
            digest("f32", &(domain, bits))
        }
        Pool::I32 => digest("i32", &(domain, &pools.i32[span])),
        Pool::Json => digest("json", &(domain, &pools.json[span])),
        Pool::Paths => digest("paths", &(domain, &pools.paths[span])),
    }
}

/// Signals, events and fields, operands first. They read each other across tables, so this is a
/// walk with a list of its own: it does not recurse, however deep a program is.
fn expressions(program: &Valid<Program>, hashes: &mut Hashes) {
    let tables = &program.tables;
    let mut done = BTreeSet::new();
    let signals = (0..tables.sig.nodes.len()).map(|i| ValueRef::Sig(SignalId::at(i)));
    let events = (0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i)));
    let fields = (0..tables.field.nodes.len()).map(|i| ValueRef::Field(FieldId::at(i)));
    let mut work = Vec::new();
    for root in signals.chain(events).chain(fields) {
        work.push((root, false));
        while let Some((value, ready)) = work.pop() {
            if done.contains(&value) {
                continue;
            }
            if !ready {
                work.push((value, true));
                operands_of(program, value, &mut |operand| {
                    if !done.contains(&operand) {
                        work.push((operand, false));
                    }
                });
                continue;
            }
            done.insert(value);
            let digest = Walk { program, hashes }.expression(value);
            hashes.set(value, digest);
        }
    }
}

/// The signals, events and fields that an expression reads in the same frame.
pub(super) fn operands_of(program: &Program, value: ValueRef, visit: &mut impl FnMut(ValueRef)) {
    let tables = &program.tables;
    let mut expression = |operand| {
        if matches!(
            operand,
            ValueRef::Sig(_) | ValueRef::Event(_) | ValueRef::Field(_)
        ) {
            visit(operand);
        }
    };
    match value {
        ValueRef::Sig(id) => {
            operands::of_signal(program, &tables.sig.nodes[id.index()].expr, &mut expression);
        }
        ValueRef::Event(id) => {
            operands::of_event(
                program,
                &tables.event.nodes[id.index()].expr,
                &mut expression,
            );
        }
        ValueRef::Field(id) => {
            operands::of_field(&tables.field.nodes[id.index()].expr, &mut expression);
        }
        _ => {}
    }
}

/// What is hashed so far, and the program it is of.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub(super) program: &'a Program,
    pub(super) hashes: &'a Hashes,
}

impl Walk<'_> {
    /// An expression, from the hashes of its operands.
    pub(super) fn expression(&self, value: ValueRef) -> Digest {
        match value {
            ValueRef::Sig(id) => self.signal(id),
            ValueRef::Event(id) => self.event(id),
            ValueRef::Field(id) => self.field(id),
            _ => Digest::default(),
        }
    }

    fn text(&self, id: StrId) -> &str {
        &self.program.tables.strings[id.index()]
    }

    fn constant(&self, id: ConstId) -> Digest {
        self.hashes.constants[id.index()]
    }

    fn domain_name(&self, id: TypeId) -> &'static str {
        self.program.types[id.index()].domain.name()
    }

    fn signals(&self, ids: &[SignalId]) -> Vec<Digest> {
        ids.iter()
            .map(|id| self.hashes.signals[id.index()])
            .collect()
    }

    fn of_domain(&self, id: Option<DomainId>) -> Option<Digest> {
        id.map(|id| self.hashes.domains[id.index()])
    }

    fn chain(&self, chain: &Chain) -> Digest {
        let step = |step: &ChainStep| {
            let operands: Vec<_> = step
                .operands
                .iter()
                .map(|operand| match *operand {
                    ChainOperand::Const(c) => (Some(self.constant(c)), None),
                    ChainOperand::Arg(k) => (None, Some(k)),
                })
                .collect();
            (
                step.op.number(),
                operands,
                step.imm,
                self.domain_name(step.to),
            )
        };
        let steps: Vec<_> = chain.steps.iter().map(step).collect();
        digest("chain", &(self.domain_name(chain.from), chain.arity, steps))
    }

    fn domain(&self, at: usize) -> Digest {
        let row = &self.program.tables.graph.domains[at];
        let (grid, prefix, custom) = match row.ids {
            ElementIds::Sequential => (None, None, None),
            ElementIds::Grid { rows, cols } => (Some((rows, cols)), None, None),
            ElementIds::Prefix(text) => (None, Some(self.text(text)), None),
            ElementIds::Custom(list) => (None, None, Some(self.constant(list))),
        };
        digest("domain", &(row.count, grid, prefix, custom))
    }

    fn cell(&self, cell: &Cell) -> Digest {
        digest("cell", &(self.text(cell.key), self.nameless_cell(cell)))
    }

    /// A cell under whatever key.
    pub(super) fn nameless_cell(&self, cell: &Cell) -> Digest {
        let shape = (
            cell.op.number(),
            cell.imm,
            cell.f64[1],
            cell.i32[1],
            cell.ring,
        );
        let init = cell.init.map(|c| self.constant(c));
        let domain = self.domain_name(cell.r#type);
        digest("cell", &(shape, domain, init, cell.policy, cell.tap))
    }

    fn operands_of_cell(&self, id: StateId) -> Vec<Digest> {
        let args = &self.program.tables.state.cells[id.index()].args;
        args.iter()
            .map(|arg| match arg {
                Operand::Sig(id) => self.hashes.signals[id.index()],
                Operand::Event(id) => self.hashes.events[id.index()],
            })
            .collect()
    }

    fn rail_key(&self, id: RailId) -> &str {
        self.text(self.program.tables.rails[id.index()].key)
    }

    fn channel_key(&self, id: ExtId) -> &str {
        self.text(self.program.tables.graph.externals[id.index()].key)
    }

    fn signal(&self, id: SignalId) -> Digest {
        let node = &self.program.tables.sig.nodes[id.index()];
        let domain = self.domain_name(node.r#type);
        let (signals, cells) = (&self.hashes.signals, &self.hashes.cells);
        match &node.expr {
            SignalExpr::Const(c) => digest("const", &(domain, self.constant(*c))),
            SignalExpr::Time(value) => digest("time", &(domain, value)),
            SignalExpr::Rail(rail) => digest("rail", &(domain, self.rail_key(*rail))),
            SignalExpr::External(x) => digest("external", &(domain, self.channel_key(*x))),
            SignalExpr::Apply { op, args, imm } => {
                digest("apply", &(domain, op.number(), self.signals(args), imm))
            }
            SignalExpr::Transform { src, chain, args } => digest(
                "transform",
                &(
                    domain,
                    signals[src.index()],
                    self.hashes.chains[chain.index()],
                    self.signals(args),
                ),
            ),
            SignalExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => digest(
                "combine",
                &(domain, mode, self.signals(terms), self.constant(*silent)),
            ),
            SignalExpr::StateOut(cell) => digest(
                "stateOut",
                &(domain, cells[cell.index()], self.operands_of_cell(*cell)),
            ),
            SignalExpr::StatePrev(cell) => {
                let mut read = Vec::new();
                operands::of_signal(self.program, &node.expr, &mut |operand| {
                    if let ValueRef::Sig(id) = operand {
                        read.push(signals[id.index()]);
                    }
                });
                digest("statePrev", &(domain, cells[cell.index()], read))
            }
            SignalExpr::Event { of, view } => {
                digest("event", &(domain, self.hashes.events[of.index()], view))
            }
            SignalExpr::Reduce {
                field,
                domain: over,
                op,
            } => digest(
                "reduce",
                &(
                    domain,
                    self.hashes.fields[field.index()],
                    self.of_domain(*over),
                    op,
                ),
            ),
        }
    }

    fn event(&self, id: EventId) -> Digest {
        let events = &self.hashes.events;
        match &self.program.tables.event.nodes[id.index()].expr {
            EventExpr::Empty => digest("noPulses", &()),
            EventExpr::Time(event) => digest("timePulses", event),
            EventExpr::Rail(rail) => digest("railPulses", &self.rail_key(*rail)),
            EventExpr::External(x) => digest("externalPulses", &self.channel_key(*x)),
            EventExpr::Divide { of, by } => {
                let of = match of {
                    PhaseSource::Time => "time",
                    PhaseSource::Rail(rail) => self.rail_key(*rail),
                };
                digest("divide", &(of, self.hashes.signals[by.index()]))
            }
            EventExpr::StateEvents(cell) => digest(
                "statePulses",
                &(
                    self.hashes.cells[cell.index()],
                    self.operands_of_cell(*cell),
                ),
            ),
            EventExpr::Gate { src, open } => digest(
                "gate",
                &(events[src.index()], self.hashes.signals[open.index()]),
            ),
            EventExpr::Combine { mode, terms, .. } => {
                let terms: Vec<_> = terms.iter().map(|t| events[t.index()]).collect();
                digest("combinePulses", &(mode, terms))
            }
            EventExpr::FirstFrame => digest("firstFrame", &()),
        }
    }

    fn field(&self, id: FieldId) -> Digest {
        let node = &self.program.tables.field.nodes[id.index()];
        let fields = &self.hashes.fields;
        let list = |ids: &[FieldId]| ids.iter().map(|f| fields[f.index()]).collect::<Vec<_>>();
        let over = (
            self.domain_name(node.r#type),
            self.of_domain(node.dom),
            node.wide,
        );
        match &node.expr {
            FieldExpr::Const(c) => digest("fieldConst", &(over, self.constant(*c))),
            FieldExpr::Array(c) => digest("array", &(over, self.constant(*c))),
            FieldExpr::Broadcast(s) => digest("broadcast", &(over, self.hashes.signals[s.index()])),
            FieldExpr::Index => digest("index", &over),
            FieldExpr::Count => digest("count", &over),
            FieldExpr::IdHash { r#fn, salt } => digest(
                "idHash",
                &(over, r#fn, self.constant(*salt), self.program.seed),
            ),
            FieldExpr::History(cell) => digest(
                "history",
                &(
                    over,
                    self.hashes.cells[cell.index()],
                    self.operands_of_cell(*cell),
                ),
            ),
            FieldExpr::Apply { op, args, imm } => {
                digest("fieldApply", &(over, op.number(), list(args), imm))
            }
            FieldExpr::Narrow(f) => digest("narrow", &(over, fields[f.index()])),
            FieldExpr::Transform { src, chain, args } => digest(
                "fieldTransform",
                &(
                    over,
                    fields[src.index()],
                    self.hashes.chains[chain.index()],
                    self.signals(args),
                    // A lens of elements draws from the seed.
                    self.program.seed,
                ),
            ),
            FieldExpr::OnDomain { src, missing } => digest(
                "onDomain",
                &(over, fields[src.index()], self.constant(*missing)),
            ),
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => digest(
                "fieldCombine",
                &(over, mode, list(terms), self.constant(*silent)),
            ),
        }
    }

    fn rail(&self, rail: &Rail) -> Digest {
        let param = |param: &Param| match param {
            Param::Const(c) => (None, self.constant(*c)),
            Param::Drive { sig, base } => {
                (Some(self.hashes.signals[sig.index()]), self.constant(*base))
            }
        };
        let generator = match &rail.generator {
            Generator::Cycle {
                enabled,
                mode,
                period_ms,
                offset,
            } => digest("cycle", &(enabled, mode, param(period_ms), param(offset))),
            Generator::Division { of, n } => digest("division", &(self.rail_key(*of), n)),
            Generator::Energy {
                source,
                curve,
                min,
                max,
            } => {
                let curve = match curve {
                    EnergyCurve::Points(c) => digest("points", &self.constant(*c)),
                    EnergyCurve::Ease(id) => {
                        match self.program.tables.transforms.curves.get(id.index()) {
                            Some(Curve::Name(name)) => digest("ease", &self.text(*name)),
                            Some(Curve::Lut(c)) => digest("lut", &self.constant(*c)),
                            None => digest("curve", &id.0),
                        }
                    }
                    other => digest("shape", other),
                };
                digest(
                    "energy",
                    &(self.rail_key(*source), curve, param(min), param(max)),
                )
            }
            Generator::Palette { source, stops } => digest(
                "palette",
                &(self.rail_key(*source), stops.map(|c| self.constant(c))),
            ),
        };
        let graph = &self.program.tables.graph;
        let user = rail.user.as_ref().map(|user| {
            let chain = user
                .r#use
                .map(|u| self.program.tables.transforms.uses[u.index()].chain);
            let chain = chain.map(|c| self.hashes.chains[c.index()]);
            (self.text(graph.buses[user.bus.index()].key), chain)
        });
        let silent = self.constant(rail.silent);
        digest(
            "railRow",
            &(generator, rail.drive, rail.combine, user, silent, rail.read),
        )
    }

    fn request(&self, request: &Request) -> Digest {
        let field = self.hashes.fields[request.field.index()];
        let domain = self.hashes.domains[request.domain.index()];
        digest("request", &(field, domain, request.format, request.policy))
    }

    fn input(&self, input: InputRef) -> Digest {
        let render = &self.program.tables.render;
        match input {
            InputRef::Req(r) => self.hashes.requests[r.index()],
            InputRef::Sig(s) => self.hashes.signals[s.index()],
            InputRef::Const(c) => self.constant(c),
            InputRef::Camera(c) => self.params(&render.cameras[c.index()]),
            InputRef::Mesh(m) => self.params(&render.meshes[m.index()]),
            InputRef::Effect(e) => self.params(&render.effects[e.index()]),
            InputRef::Shape(s) => match &render.shapes[s.index()] {
                ShapeRow::Star { points, inner } => digest("star", &(points, self.leaf(*inner))),
                ShapeRow::Ring { inner } => digest("ring", &self.leaf(*inner)),
                ShapeRow::Path(c) => digest("path", &self.constant(*c)),
                other => digest("plain", other),
            },
        }
    }

    /// A parameter of a table row: nothing that has parameters itself.
    fn leaf(&self, input: InputRef) -> Digest {
        match input {
            InputRef::Req(r) => self.hashes.requests[r.index()],
            InputRef::Sig(s) => self.hashes.signals[s.index()],
            InputRef::Const(c) => self.constant(c),
            _ => Digest::default(),
        }
    }

    fn params(&self, row: &ParamRow) -> Digest {
        let param = |p: &SinkInput| (self.text(p.name).to_owned(), self.leaf(p.from));
        let params: Vec<_> = row.params.iter().map(param).collect();
        digest("params", &(self.text(row.kind), params))
    }

    fn sink(&self, sink: &Sink) -> Digest {
        let input = |p: &SinkInput| (self.text(p.name).to_owned(), self.input(p.from));
        let inputs: Vec<_> = sink.inputs.iter().map(input).collect();
        let parent = sink
            .parent
            .map(|p| self.text(self.program.tables.render.sinks[p.index()].key));
        let params = sink.params.map(|c| self.constant(c));
        let place = (parent, sink.at, self.input(sink.z));
        let key = self.text(sink.key);
        digest(
            "sink",
            &(
                key,
                sink.kind,
                self.of_domain(sink.domain),
                inputs,
                params,
                place,
            ),
        )
    }

    fn step(&self, step: &Step) -> Digest {
        let tables = &self.program.tables;
        let run: Vec<_> = step
            .run
            .iter()
            .map(|value| match value {
                ValueRef::Sig(id) => self.hashes.signals[id.index()],
                ValueRef::Event(id) => self.hashes.events[id.index()],
                _ => Digest::default(),
            })
            .collect();
        let payload = match step.kind {
            StepKind::ExternalSample => {
                let row = |x: &External| {
                    let domain = self.domain_name(x.r#type);
                    (
                        self.text(x.key).to_owned(),
                        domain,
                        self.constant(x.default),
                        x.hold,
                    )
                };
                digest(
                    "channels",
                    &tables.graph.externals.iter().map(row).collect::<Vec<_>>(),
                )
            }
            StepKind::TimeDerive => digest("model", &self.program.time_model.without_windows()),
            StepKind::TimeConsole => digest("rails", &self.hashes.rails),
            StepKind::RailResolve { rail } => self.hashes.rails[rail.index()],
            StepKind::StateCommit => {
                let cells = 0..tables.state.cells.len();
                let operands: Vec<_> = cells
                    .map(|i| self.operands_of_cell(StateId::at(i)))
                    .collect();
                digest(
                    "commit",
                    &(&self.hashes.cells, operands, &self.hashes.rails),
                )
            }
            StepKind::Materialize { group } => {
                let reqs = &tables.materialize.groups[group.index()].reqs;
                let reqs: Vec<_> = reqs
                    .iter()
                    .map(|r| self.hashes.requests[r.index()])
                    .collect();
                digest("group", &reqs)
            }
            StepKind::CameraEval { camera } => self.params(&tables.render.cameras[camera.index()]),
            StepKind::MeshBuild { mesh } => self.params(&tables.render.meshes[mesh.index()]),
            StepKind::SinkEval { sink } => self.hashes.sinks[sink.index()],
            StepKind::RenderAssemble => {
                let roots = tables.render.root.iter();
                let roots: Vec<_> = roots.map(|s| self.hashes.sinks[s.index()]).collect();
                digest("frame", &(roots, &self.program.viewport))
            }
            StepKind::NodeEval { .. } | StepKind::BusEval { .. } | StepKind::Reduce { .. } => {
                Digest::default()
            }
        };
        let reuse = (step.cache.policy, &step.cache.epochs, step.demand);
        digest("step", &(step.phase, run, payload, reuse))
    }
}

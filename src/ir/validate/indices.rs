//! Versions, limits, and every index: in range of its table, pools in range of their rows.

use super::*;
use crate::ir::*;

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    if p.ir_version != 1 || p.format_version != 1 {
        let message = format!(
            "program version {} is not supported, this build reads version 1; compile the patch again",
            p.ir_version
        );
        f.list
            .push(Diagnostic::error("ir-version", "/irVersion", message));
    }
    time_model(f);
    limits(f);
    if !f.list.is_empty() {
        return;
    }
    let t = &p.tables;
    for (i, row) in t.constants.index.iter().enumerate() {
        let pool = match row.pool {
            Pool::F64 => t.constants.f64.len(),
            Pool::F32 => t.constants.f32.len(),
            Pool::I32 => t.constants.i32.len(),
            Pool::Json => t.constants.json.len(),
            Pool::Paths => t.constants.paths.len(),
        };
        let one = matches!(row.pool, Pool::Json | Pool::Paths);
        if row.at as usize + row.len as usize > pool || (one && row.len != 1) {
            f.add(
                "ir-const",
                "/tables/constants/index",
                i,
                "the constant is outside its pool",
            );
        }
        if row.r#type.index() >= p.types.len() {
            f.add("ir-index", "/tables/constants/index", i, "no such type");
        }
    }
    for (i, path) in t.constants.paths.iter().enumerate() {
        if !path.is_well_formed() {
            f.add(
                "ir-const",
                "/tables/constants/paths",
                i,
                "the path is not well formed",
            );
        }
    }
    let mut bad: Vec<(&str, usize, String)> = Vec::new();
    visit(p, &mut |table, row, id| {
        let (name, index, len) = id.place(p);
        if index >= len {
            bad.push((
                table,
                row,
                format!("there is no {name} {index}, the table has {len} rows"),
            ));
        }
    });
    for (table, row, message) in bad {
        f.add("ir-index", table, row, message);
    }
    strings(f);
}

fn time_model(f: &mut Findings<'_>) {
    let positive = |v: f64| v.is_finite() && v > 0.0;
    let ok = match &f.program.time_model {
        TimeModel::Finite {
            duration_ms,
            cue_points,
        } => {
            let sorted = cue_points.windows(2).all(|w| {
                w[0].t_ms
                    .total_cmp(&w[1].t_ms)
                    .then_with(|| w[0].id.cmp(&w[1].id))
                    .is_lt()
            });
            let inside = cue_points
                .iter()
                .all(|c| (0.0..=*duration_ms).contains(&c.t_ms));
            positive(*duration_ms) && sorted && inside
        }
        TimeModel::Cyclic { period_ms, .. } => positive(*period_ms),
        TimeModel::Infinite {
            window_ms,
            ambient_period_ms,
            ..
        } => positive(*window_ms) && ambient_period_ms.is_none_or(positive),
    };
    if !ok {
        let message =
            "durations and periods must be finite and above 0, cue points sorted and inside";
        f.list
            .push(Diagnostic::error("ir-time", "/timeModel", message));
    }
}

fn limits(f: &mut Findings<'_>) {
    let t = &f.program.tables;
    let rows = [
        ("strings", t.strings.len()),
        ("constants", t.constants.index.len()),
        ("blocks", t.graph.blocks.len()),
        ("slots", t.graph.slots.len()),
        ("buses", t.graph.buses.len()),
        ("publishers", t.graph.publishers.len()),
        ("listeners", t.graph.listeners.len()),
        ("domains", t.graph.domains.len()),
        ("signals", t.sig.nodes.len()),
        ("events", t.event.nodes.len()),
        ("fields", t.field.nodes.len()),
        ("chains", t.transforms.chains.len()),
        ("cells", t.state.cells.len()),
        ("requests", t.materialize.requests.len()),
        ("sinks", t.render.sinks.len()),
        ("steps", f.program.schedule.steps.len()),
    ];
    for (name, len) in rows {
        if len > MAX_ROWS {
            let message = format!("{len} {name}; at most {MAX_ROWS} are allowed");
            f.list
                .push(Diagnostic::error("ir-limit", "/tables", message));
        }
    }
    let pools = t.constants.f64.len() + t.constants.f32.len() + t.constants.i32.len();
    if pools > 1 << 28 {
        f.list.push(Diagnostic::error(
            "ir-limit",
            "/tables/constants",
            "constant pools too large",
        ));
    }
    for (i, domain) in t.graph.domains.iter().enumerate() {
        if domain.count > MAX_ELEMENTS {
            let message = format!(
                "{} elements; at most {MAX_ELEMENTS} are allowed",
                domain.count
            );
            f.add("ir-limit", "/tables/graph/domains", i, message);
        }
    }
    for (i, chain) in t.transforms.chains.iter().enumerate() {
        if chain.steps.len() > 1024 {
            f.add(
                "ir-limit",
                "/tables/transforms/chains",
                i,
                "more than 1024 steps",
            );
        }
    }
    if u64::from(t.state.f64_len) + u64::from(t.state.i32_len) > 1 << 27 {
        f.list.push(Diagnostic::error(
            "ir-limit",
            "/tables/state",
            "state too large",
        ));
    }
}

fn strings(f: &mut Findings<'_>) {
    let strings = &f.program.tables.strings;
    for (i, pair) in strings.windows(2).enumerate() {
        if pair[0] >= pair[1] {
            f.add(
                "ir-duplicate-key",
                "/tables/strings",
                i + 1,
                "strings are not sorted and unique",
            );
        }
    }
}

/// An index of any table.
enum AnyId {
    Type(TypeId),
    Str(StrId),
    Const(ConstId),
    Block(BlockId),
    Slot(SlotId),
    Bus(BusId),
    Pub(PubId),
    Lis(LisId),
    Domain(DomainId),
    Ext(ExtId),
    Def(DefId),
    Rail(RailId),
    Signal(SignalId),
    Event(EventId),
    Field(FieldId),
    Chain(ChainId),
    Use(UseId),
    Lens(LensId),
    Adapter(AdapterId),
    Curve(CurveId),
    State(StateId),
    Req(ReqId),
    Group(GroupId),
    Sink(SinkId),
    Camera(CameraId),
    Mesh(MeshId),
    Shape(ShapeId),
    Effect(EffectId),
    Step(StepId),
}

impl AnyId {
    /// Table name, position, rows of the table.
    fn place(&self, p: &Program) -> (&'static str, usize, usize) {
        let t = &p.tables;
        match self {
            Self::Type(i) => ("type", i.index(), p.types.len()),
            Self::Str(i) => ("string", i.index(), t.strings.len()),
            Self::Const(i) => ("constant", i.index(), t.constants.index.len()),
            Self::Block(i) => ("block", i.index(), t.graph.blocks.len()),
            Self::Slot(i) => ("slot", i.index(), t.graph.slots.len()),
            Self::Bus(i) => ("bus", i.index(), t.graph.buses.len()),
            Self::Pub(i) => ("publisher", i.index(), t.graph.publishers.len()),
            Self::Lis(i) => ("listener", i.index(), t.graph.listeners.len()),
            Self::Domain(i) => ("domain", i.index(), t.graph.domains.len()),
            Self::Ext(i) => ("channel", i.index(), t.graph.externals.len()),
            Self::Def(i) => ("default", i.index(), t.graph.defaults.len()),
            Self::Rail(i) => ("rail", i.index(), t.rails.len()),
            Self::Signal(i) => ("signal", i.index(), t.sig.nodes.len()),
            Self::Event(i) => ("event", i.index(), t.event.nodes.len()),
            Self::Field(i) => ("field", i.index(), t.field.nodes.len()),
            Self::Chain(i) => ("chain", i.index(), t.transforms.chains.len()),
            Self::Use(i) => ("use", i.index(), t.transforms.uses.len()),
            Self::Lens(i) => ("lens", i.index(), t.transforms.lenses.len()),
            Self::Adapter(i) => ("adapter", i.index(), t.transforms.adapters.len()),
            Self::Curve(i) => ("curve", i.index(), t.transforms.curves.len()),
            Self::State(i) => ("cell", i.index(), t.state.cells.len()),
            Self::Req(i) => ("request", i.index(), t.materialize.requests.len()),
            Self::Group(i) => ("group", i.index(), t.materialize.groups.len()),
            Self::Sink(i) => ("sink", i.index(), t.render.sinks.len()),
            Self::Camera(i) => ("camera", i.index(), t.render.cameras.len()),
            Self::Mesh(i) => ("mesh", i.index(), t.render.meshes.len()),
            Self::Shape(i) => ("shape", i.index(), t.render.shapes.len()),
            Self::Effect(i) => ("effect", i.index(), t.render.effects.len()),
            Self::Step(i) => ("step", i.index(), p.schedule.steps.len()),
        }
    }
}

type Visit<'a> = dyn FnMut(&'static str, usize, AnyId) + 'a;

/// Calls `visit` with table, row and index, for every index that a program holds.
fn visit(p: &Program, visit: &mut Visit<'_>) {
    graph(p, visit);
    expressions(p, visit);
    tables(p, visit);
    render(p, visit);
    schedule(p, visit);
}

fn value_ref(visit: &mut Visit<'_>, table: &'static str, row: usize, value: ValueRef) {
    visit(
        table,
        row,
        match value {
            ValueRef::None | ValueRef::Time(_) | ValueRef::TimeEvent(_) | ValueRef::Frame => return,
            ValueRef::Sig(i) => AnyId::Signal(i),
            ValueRef::Field(i) => AnyId::Field(i),
            ValueRef::Const(i) | ValueRef::Path(i) => AnyId::Const(i),
            ValueRef::Bus(i) => AnyId::Bus(i),
            ValueRef::Event(i) => AnyId::Event(i),
            ValueRef::Domain(i) => AnyId::Domain(i),
            ValueRef::Rail(i) => AnyId::Rail(i),
            ValueRef::Sink(i) => AnyId::Sink(i),
            ValueRef::Camera(i) => AnyId::Camera(i),
            ValueRef::Req(i) => AnyId::Req(i),
        },
    );
}

fn graph(p: &Program, visit: &mut Visit<'_>) {
    let g = &p.tables.graph;
    for (i, block) in g.blocks.iter().enumerate() {
        let table = "/tables/graph/blocks";
        visit(table, i, AnyId::Str(block.key));
        visit(table, i, AnyId::Str(block.r#type));
        for port in block.r#in.iter().chain(&block.out) {
            visit(table, i, AnyId::Str(port.name));
            visit(table, i, AnyId::Slot(port.slot));
            value_ref(visit, table, i, port.r#ref);
            match port.src {
                PortSource::None => {}
                PortSource::Wire(s) => visit(table, i, AnyId::Slot(s)),
                PortSource::Bus(l) => visit(table, i, AnyId::Lis(l)),
                PortSource::Rail(r) => visit(table, i, AnyId::Rail(r)),
                PortSource::External(x) => visit(table, i, AnyId::Ext(x)),
                PortSource::Default(d) => visit(table, i, AnyId::Def(d)),
                PortSource::Const(c) => visit(table, i, AnyId::Const(c)),
            }
            if let Some(u) = port.r#use {
                visit(table, i, AnyId::Use(u));
            }
        }
    }
    for (i, slot) in g.slots.iter().enumerate() {
        let table = "/tables/graph/slots";
        visit(table, i, AnyId::Str(slot.key));
        visit(table, i, AnyId::Type(slot.r#type));
        value_ref(visit, table, i, slot.r#ref);
        match slot.owner {
            SlotOwner::Block { block, .. } => visit(table, i, AnyId::Block(block)),
            SlotOwner::Rail(r) => visit(table, i, AnyId::Rail(r)),
            SlotOwner::External(x) => visit(table, i, AnyId::Ext(x)),
            SlotOwner::Bus(b) => visit(table, i, AnyId::Bus(b)),
            SlotOwner::Request(r) => visit(table, i, AnyId::Req(r)),
            SlotOwner::Sink(s) => visit(table, i, AnyId::Sink(s)),
            SlotOwner::Time(_) | SlotOwner::TimeEvent(_) | SlotOwner::Frame => {}
        }
    }
    for (i, wire) in g.wires.iter().enumerate() {
        let table = "/tables/graph/wires";
        visit(table, i, AnyId::Slot(wire.from));
        visit(table, i, AnyId::Slot(wire.to));
        if let Some(u) = wire.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, bus) in g.buses.iter().enumerate() {
        let table = "/tables/graph/buses";
        visit(table, i, AnyId::Str(bus.key));
        visit(table, i, AnyId::Str(bus.name));
        visit(table, i, AnyId::Type(bus.r#type));
        visit(table, i, AnyId::Const(bus.silent));
        visit(table, i, AnyId::Slot(bus.slot));
        value_ref(visit, table, i, bus.root);
        if let Some(role) = bus.role {
            visit(table, i, AnyId::Str(role));
        }
        let [first, count] = bus.pubs;
        if count > 0 {
            visit(table, i, AnyId::Pub(PubId(first.saturating_add(count - 1))));
        }
        let [first, count] = bus.lis;
        if count > 0 {
            visit(table, i, AnyId::Lis(LisId(first.saturating_add(count - 1))));
        }
    }
    for (i, publisher) in g.publishers.iter().enumerate() {
        let table = "/tables/graph/publishers";
        visit(table, i, AnyId::Str(publisher.key));
        visit(table, i, AnyId::Bus(publisher.bus));
        visit(table, i, AnyId::Slot(publisher.from));
        if let Some(u) = publisher.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, listener) in g.listeners.iter().enumerate() {
        let table = "/tables/graph/listeners";
        visit(table, i, AnyId::Str(listener.key));
        visit(table, i, AnyId::Bus(listener.bus));
        visit(table, i, AnyId::Slot(listener.to));
        if let Some(u) = listener.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, external) in g.externals.iter().enumerate() {
        let table = "/tables/graph/externals";
        visit(table, i, AnyId::Str(external.key));
        visit(table, i, AnyId::Type(external.r#type));
        visit(table, i, AnyId::Const(external.default));
    }
    for (i, default) in g.defaults.iter().enumerate() {
        let table = "/tables/graph/defaults";
        visit(table, i, AnyId::Str(default.key));
        visit(table, i, AnyId::Type(default.r#type));
        visit(table, i, AnyId::Const(default.value));
        if let Some(identity) = default.identity {
            visit(table, i, AnyId::Str(identity));
        }
    }
    for (i, domain) in g.domains.iter().enumerate() {
        let table = "/tables/graph/domains";
        visit(table, i, AnyId::Str(domain.key));
        match domain.ids {
            ElementIds::Prefix(s) => visit(table, i, AnyId::Str(s)),
            ElementIds::Custom(c) => visit(table, i, AnyId::Const(c)),
            ElementIds::Sequential | ElementIds::Grid { .. } => {}
        }
        for attr in &domain.attrs {
            visit(table, i, AnyId::Str(attr.name));
            visit(table, i, AnyId::Field(attr.field));
        }
    }
}

fn expressions(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, node) in t.sig.nodes.iter().enumerate() {
        let table = "/tables/sig/nodes";
        visit(table, i, AnyId::Type(node.r#type));
        let mut sig = |s: &SignalId| visit(table, i, AnyId::Signal(*s));
        match &node.expr {
            SignalExpr::Apply { args, .. } => args.iter().for_each(sig),
            SignalExpr::Transform { src, chain, args } => {
                sig(src);
                args.iter().for_each(sig);
                visit(table, i, AnyId::Chain(*chain));
            }
            SignalExpr::Combine {
                bus, terms, silent, ..
            } => {
                terms.iter().for_each(sig);
                visit(table, i, AnyId::Bus(*bus));
                visit(table, i, AnyId::Const(*silent));
            }
            SignalExpr::Const(c) => visit(table, i, AnyId::Const(*c)),
            SignalExpr::Time(_) => {}
            SignalExpr::Rail(r) => visit(table, i, AnyId::Rail(*r)),
            SignalExpr::External(x) => visit(table, i, AnyId::Ext(*x)),
            SignalExpr::StateOut(c) | SignalExpr::StatePrev(c) => visit(table, i, AnyId::State(*c)),
            SignalExpr::Event { of, .. } => visit(table, i, AnyId::Event(*of)),
            SignalExpr::Reduce { field, domain, .. } => {
                visit(table, i, AnyId::Field(*field));
                if let Some(domain) = domain {
                    visit(table, i, AnyId::Domain(*domain));
                }
            }
        }
    }
    for (i, node) in t.event.nodes.iter().enumerate() {
        let table = "/tables/event/nodes";
        match &node.expr {
            EventExpr::Empty | EventExpr::Time(_) | EventExpr::FirstFrame => {}
            EventExpr::Rail(r) => visit(table, i, AnyId::Rail(*r)),
            EventExpr::External(x) => visit(table, i, AnyId::Ext(*x)),
            EventExpr::Divide { of, by } => {
                if let PhaseSource::Rail(r) = of {
                    visit(table, i, AnyId::Rail(*r));
                }
                visit(table, i, AnyId::Signal(*by));
            }
            EventExpr::StateEvents(c) => visit(table, i, AnyId::State(*c)),
            EventExpr::Gate { src, open } => {
                visit(table, i, AnyId::Event(*src));
                visit(table, i, AnyId::Signal(*open));
            }
            EventExpr::Combine { bus, terms, .. } => {
                terms.iter().for_each(|e| visit(table, i, AnyId::Event(*e)));
                if let Some(bus) = bus {
                    visit(table, i, AnyId::Bus(*bus));
                }
            }
        }
    }
    for (i, node) in t.field.nodes.iter().enumerate() {
        let table = "/tables/field/nodes";
        visit(table, i, AnyId::Type(node.r#type));
        if let Some(domain) = node.dom {
            visit(table, i, AnyId::Domain(domain));
        }
        operands::of_field(&node.expr, &mut |value| value_ref(visit, table, i, value));
        match &node.expr {
            FieldExpr::Const(c) | FieldExpr::Array(c) => visit(table, i, AnyId::Const(*c)),
            FieldExpr::IdHash { salt, .. } => visit(table, i, AnyId::Const(*salt)),
            FieldExpr::History(c) => visit(table, i, AnyId::State(*c)),
            FieldExpr::Transform { chain, .. } => visit(table, i, AnyId::Chain(*chain)),
            FieldExpr::OnDomain { missing, .. } => visit(table, i, AnyId::Const(*missing)),
            FieldExpr::Combine { bus, silent, .. } => {
                visit(table, i, AnyId::Bus(*bus));
                visit(table, i, AnyId::Const(*silent));
            }
            _ => {}
        }
    }
}

fn tables(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, chain) in t.transforms.chains.iter().enumerate() {
        let table = "/tables/transforms/chains";
        visit(table, i, AnyId::Type(chain.from));
        visit(table, i, AnyId::Type(chain.to));
        for step in &chain.steps {
            visit(table, i, AnyId::Type(step.to));
            for operand in &step.operands {
                if let ChainOperand::Const(c) = operand {
                    visit(table, i, AnyId::Const(*c));
                }
            }
            match step.origin {
                Some(Origin::Lens { id, .. }) => visit(table, i, AnyId::Lens(id)),
                Some(Origin::Adapter { id, .. }) => visit(table, i, AnyId::Adapter(id)),
                Some(Origin::Implicit) | None => {}
            }
        }
    }
    for (i, row) in t.transforms.uses.iter().enumerate() {
        let table = "/tables/transforms/uses";
        visit(table, i, AnyId::Str(row.key));
        visit(table, i, AnyId::Chain(row.chain));
        value_ref(visit, table, i, row.at);
    }
    for (i, row) in t.transforms.adapters.iter().enumerate() {
        for id in [row.id, row.class, row.policy] {
            visit("/tables/transforms/adapters", i, AnyId::Str(id));
        }
    }
    for (i, row) in t.transforms.lenses.iter().enumerate() {
        for id in [row.id, row.domain, row.scope] {
            visit("/tables/transforms/lenses", i, AnyId::Str(id));
        }
    }
    for (i, row) in t.transforms.curves.iter().enumerate() {
        let id = match row {
            Curve::Name(s) => AnyId::Str(*s),
            Curve::Lut(c) => AnyId::Const(*c),
        };
        visit("/tables/transforms/curves", i, id);
    }
    for (i, cell) in t.state.cells.iter().enumerate() {
        let table = "/tables/state/cells";
        visit(table, i, AnyId::Str(cell.key));
        visit(table, i, AnyId::Type(cell.r#type));
        if let Some(init) = cell.init {
            visit(table, i, AnyId::Const(init));
        }
        operands::of_cell(p, StateId::at(i), &mut |value| {
            value_ref(visit, table, i, value)
        });
    }
    for (i, rail) in t.rails.iter().enumerate() {
        let table = "/tables/rails";
        visit(table, i, AnyId::Str(rail.key));
        visit(table, i, AnyId::Type(rail.r#type));
        visit(table, i, AnyId::Slot(rail.slot));
        visit(table, i, AnyId::Const(rail.silent));
        if let Some(mirror) = rail.mirror {
            visit(table, i, AnyId::Pub(mirror));
        }
        if let Some(user) = &rail.user {
            visit(table, i, AnyId::Bus(user.bus));
            if let Some(u) = user.r#use {
                visit(table, i, AnyId::Use(u));
            }
        }
        for param in derive::params_of(&rail.generator) {
            match param {
                Param::Const(c) => visit(table, i, AnyId::Const(*c)),
                Param::Drive { sig, base } => {
                    visit(table, i, AnyId::Signal(*sig));
                    visit(table, i, AnyId::Const(*base));
                }
            }
        }
        match &rail.generator {
            Generator::Cycle { .. } => {}
            Generator::Division { of, .. } => visit(table, i, AnyId::Rail(*of)),
            Generator::Energy { source, curve, .. } => {
                visit(table, i, AnyId::Rail(*source));
                match curve {
                    EnergyCurve::Ease(c) => visit(table, i, AnyId::Curve(*c)),
                    EnergyCurve::Points(c) => visit(table, i, AnyId::Const(*c)),
                    _ => {}
                }
            }
            Generator::Palette { source, stops } => {
                visit(table, i, AnyId::Rail(*source));
                if let Some(stops) = stops {
                    visit(table, i, AnyId::Const(*stops));
                }
            }
        }
    }
}

fn render(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, request) in t.materialize.requests.iter().enumerate() {
        let table = "/tables/materialize/requests";
        visit(table, i, AnyId::Str(request.key));
        visit(table, i, AnyId::Field(request.field));
        visit(table, i, AnyId::Domain(request.domain));
        visit(table, i, AnyId::Slot(request.out));
        match request.consumer {
            Consumer::Sink { sink, .. } => visit(table, i, AnyId::Sink(sink)),
            Consumer::Reduce(s) => visit(table, i, AnyId::Signal(s)),
            Consumer::Probe(b) => visit(table, i, AnyId::Block(b)),
        }
    }
    for (i, group) in t.materialize.groups.iter().enumerate() {
        let table = "/tables/materialize/groups";
        visit(table, i, AnyId::Domain(group.domain));
        group
            .reqs
            .iter()
            .for_each(|r| visit(table, i, AnyId::Req(*r)));
        group
            .uniforms
            .iter()
            .for_each(|s| visit(table, i, AnyId::Signal(*s)));
    }
    for (i, sink) in t.render.sinks.iter().enumerate() {
        let table = "/tables/render/sinks";
        visit(table, i, AnyId::Str(sink.key));
        input(visit, table, i, sink.z);
        for row in &sink.inputs {
            visit(table, i, AnyId::Str(row.name));
            input(visit, table, i, row.from);
        }
        if let Some(domain) = sink.domain {
            visit(table, i, AnyId::Domain(domain));
        }
        if let Some(params) = sink.params {
            visit(table, i, AnyId::Const(params));
        }
        if let Some(parent) = sink.parent {
            visit(table, i, AnyId::Sink(parent));
        }
    }
    for (i, sink) in t.render.root.iter().enumerate() {
        visit("/tables/render/root", i, AnyId::Sink(*sink));
    }
    let rows = [
        ("/tables/render/cameras", &t.render.cameras),
        ("/tables/render/meshes", &t.render.meshes),
        ("/tables/render/effects", &t.render.effects),
    ];
    for (table, rows) in rows {
        for (i, row) in rows.iter().enumerate() {
            visit(table, i, AnyId::Str(row.key));
            visit(table, i, AnyId::Str(row.kind));
            for param in &row.params {
                visit(table, i, AnyId::Str(param.name));
                input(visit, table, i, param.from);
            }
        }
    }
    for (i, shape) in t.render.shapes.iter().enumerate() {
        let table = "/tables/render/shapes";
        match shape {
            ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } => {
                input(visit, table, i, *inner)
            }
            ShapeRow::Path(c) => visit(table, i, AnyId::Const(*c)),
            ShapeRow::Circle | ShapeRow::Square | ShapeRow::Triangle => {}
        }
    }
}

fn input(visit: &mut Visit<'_>, table: &'static str, row: usize, from: InputRef) {
    visit(
        table,
        row,
        match from {
            InputRef::Req(i) => AnyId::Req(i),
            InputRef::Sig(i) => AnyId::Signal(i),
            InputRef::Const(i) => AnyId::Const(i),
            InputRef::Camera(i) => AnyId::Camera(i),
            InputRef::Mesh(i) => AnyId::Mesh(i),
            InputRef::Shape(i) => AnyId::Shape(i),
            InputRef::Effect(i) => AnyId::Effect(i),
        },
    );
}

fn schedule(p: &Program, visit: &mut Visit<'_>) {
    for (i, step) in p.schedule.steps.iter().enumerate() {
        let table = "/schedule/steps";
        visit(table, i, AnyId::Str(step.key));
        step.run.iter().for_each(|r| value_ref(visit, table, i, *r));
        step.reads
            .iter()
            .chain(&step.writes)
            .for_each(|s| visit(table, i, AnyId::Slot(*s)));
        step.deps
            .iter()
            .for_each(|d| visit(table, i, AnyId::Step(*d)));
        step.cache
            .uniforms
            .iter()
            .for_each(|s| visit(table, i, AnyId::Signal(*s)));
        match step.kind {
            StepKind::NodeEval { block } => visit(table, i, AnyId::Block(block)),
            StepKind::BusEval { bus } => visit(table, i, AnyId::Bus(bus)),
            StepKind::Reduce { sig } => visit(table, i, AnyId::Signal(sig)),
            StepKind::RailResolve { rail } => visit(table, i, AnyId::Rail(rail)),
            StepKind::Materialize { group } => visit(table, i, AnyId::Group(group)),
            StepKind::CameraEval { camera } => visit(table, i, AnyId::Camera(camera)),
            StepKind::MeshBuild { mesh } => visit(table, i, AnyId::Mesh(mesh)),
            StepKind::SinkEval { sink } => visit(table, i, AnyId::Sink(sink)),
            _ => {}
        }
    }
    for (i, row) in p.schedule.phases.iter().enumerate() {
        row.steps
            .iter()
            .for_each(|s| visit("/schedule/phases", i, AnyId::Step(*s)));
    }
    for (i, output) in p.outputs.iter().enumerate() {
        visit("/outputs", i, AnyId::Str(output.key));
        visit("/outputs", i, AnyId::Slot(output.slot));
    }
    let roots = &p.roots;
    let time = &roots.time;
    let slots = [
        roots.frame,
        time.abs,
        time.model,
        time.dt,
        time.phase01,
        time.progress01,
        time.cycle_index,
        time.cycle_t,
        time.energy,
        time.wrap,
        time.end,
        time.cue,
    ];
    slots
        .into_iter()
        .for_each(|s| visit("/roots", 0, AnyId::Slot(s)));
    roots
        .sinks
        .iter()
        .for_each(|s| visit("/roots/sinks", 0, AnyId::Sink(*s)));
    roots
        .bus
        .iter()
        .for_each(|r| value_ref(visit, "/roots/bus", 0, *r));
}

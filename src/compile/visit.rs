//! Every id of a program, in one walk.
//!
//! Ids that are numbered by first use get their numbers on the way, others in a second walk. The order
//! is that of the program's tables, expressions before the graph that only points at them. A visitor
//! overrides the kinds of ids that it cares about.

use crate::ir::*;

/// What is done with each id.
pub(super) trait Visitor {
    fn sig(&mut self, _: &mut SignalId) {}
    fn event(&mut self, _: &mut EventId) {}
    fn field(&mut self, _: &mut FieldId) {}
    fn constant(&mut self, _: &mut ConstId) {}
    fn ty(&mut self, _: &mut TypeId) {}
    fn text(&mut self, _: &mut StrId) {}
    fn chain(&mut self, _: &mut ChainId) {}
    fn lens(&mut self, _: &mut LensId) {}
    fn adapter(&mut self, _: &mut AdapterId) {}
    fn domain(&mut self, _: &mut DomainId) {}
    fn bus(&mut self, _: &mut BusId) {}
    fn cell(&mut self, _: &mut StateId) {}

    fn value(&mut self, value: &mut ValueRef) {
        match value {
            ValueRef::Sig(id) => self.sig(id),
            ValueRef::Event(id) => self.event(id),
            ValueRef::Field(id) => self.field(id),
            ValueRef::Const(id) | ValueRef::Path(id) => self.constant(id),
            ValueRef::Bus(id) => self.bus(id),
            ValueRef::Domain(id) => self.domain(id),
            _ => {}
        }
    }

    fn input(&mut self, input: &mut InputRef) {
        match input {
            InputRef::Sig(id) => self.sig(id),
            InputRef::Const(id) => self.constant(id),
            _ => {}
        }
    }
}

/// Walks the tables.
pub(super) fn tables(t: &mut Tables, v: &mut impl Visitor) {
    t.sig.nodes.iter_mut().for_each(|row| signal(row, v));
    t.event.nodes.iter_mut().for_each(|row| event(row, v));
    t.field.nodes.iter_mut().for_each(|row| field(row, v));
    transforms(&mut t.transforms, v);
    t.state.cells.iter_mut().for_each(|row| cell(row, v));
    t.rails.iter_mut().for_each(|row| rail(row, v));
    materialize(&mut t.materialize, v);
    render(&mut t.render, v);
    graph(&mut t.graph, v);
    t.constants
        .index
        .iter_mut()
        .for_each(|row| v.ty(&mut row.r#type));
}

/// Walks everything.
pub(super) fn program(p: &mut Program, v: &mut impl Visitor) {
    tables(&mut p.tables, v);
    for step in &mut p.schedule.steps {
        v.text(&mut step.key);
        match &mut step.kind {
            StepKind::BusEval { bus } => v.bus(bus),
            StepKind::Reduce { sig } => v.sig(sig),
            _ => {}
        }
        step.run.iter_mut().for_each(|value| v.value(value));
        step.cache.uniforms.iter_mut().for_each(|id| v.sig(id));
    }
    p.outputs
        .iter_mut()
        .for_each(|output| v.text(&mut output.key));
    p.roots.bus.iter_mut().for_each(|value| v.value(value));
}

fn signal(row: &mut SignalNode, v: &mut impl Visitor) {
    v.ty(&mut row.r#type);
    match &mut row.expr {
        SignalExpr::Const(c) => v.constant(c),
        SignalExpr::Time(_) | SignalExpr::Rail(_) | SignalExpr::External(_) => {}
        SignalExpr::Apply { args, .. } => args.iter_mut().for_each(|a| v.sig(a)),
        SignalExpr::Transform { src, chain, args } => {
            v.sig(src);
            v.chain(chain);
            args.iter_mut().for_each(|a| v.sig(a));
        }
        SignalExpr::Combine {
            bus, terms, silent, ..
        } => {
            v.bus(bus);
            terms.iter_mut().for_each(|t| v.sig(t));
            v.constant(silent);
        }
        SignalExpr::StateOut(cell) | SignalExpr::StatePrev(cell) => v.cell(cell),
        SignalExpr::Event { of, .. } => v.event(of),
        SignalExpr::Reduce { field, domain, .. } => {
            v.field(field);
            domain.iter_mut().for_each(|d| v.domain(d));
        }
    }
}

fn event(row: &mut EventNode, v: &mut impl Visitor) {
    match &mut row.expr {
        EventExpr::Empty
        | EventExpr::FirstFrame
        | EventExpr::Time(_)
        | EventExpr::Rail(_)
        | EventExpr::External(_) => {}
        EventExpr::Divide { by, .. } => v.sig(by),
        EventExpr::StateEvents(cell) => v.cell(cell),
        EventExpr::Gate { src, open } => {
            v.event(src);
            v.sig(open);
        }
        EventExpr::Combine { bus, terms, .. } => {
            bus.iter_mut().for_each(|b| v.bus(b));
            terms.iter_mut().for_each(|t| v.event(t));
        }
    }
}

fn field(row: &mut FieldNode, v: &mut impl Visitor) {
    v.ty(&mut row.r#type);
    row.dom.iter_mut().for_each(|d| v.domain(d));
    match &mut row.expr {
        FieldExpr::Const(c) | FieldExpr::Array(c) => v.constant(c),
        FieldExpr::Broadcast(s) => v.sig(s),
        FieldExpr::Index | FieldExpr::Count => {}
        FieldExpr::IdHash { salt, .. } => v.constant(salt),
        FieldExpr::History(cell) => v.cell(cell),
        FieldExpr::Apply { args, .. } => args.iter_mut().for_each(|a| v.field(a)),
        FieldExpr::Narrow(src) => v.field(src),
        FieldExpr::Transform { src, chain, args } => {
            v.field(src);
            v.chain(chain);
            args.iter_mut().for_each(|a| v.sig(a));
        }
        FieldExpr::OnDomain { src, missing } => {
            v.field(src);
            v.constant(missing);
        }
        FieldExpr::Combine {
            bus, terms, silent, ..
        } => {
            v.bus(bus);
            terms.iter_mut().for_each(|t| v.field(t));
            v.constant(silent);
        }
    }
}

/// Walks chains and where they are used.
pub(super) fn transforms(t: &mut Transforms, v: &mut impl Visitor) {
    for chain in &mut t.chains {
        v.ty(&mut chain.from);
        v.ty(&mut chain.to);
        for step in &mut chain.steps {
            for operand in &mut step.operands {
                if let ChainOperand::Const(c) = operand {
                    v.constant(c);
                }
            }
            v.ty(&mut step.to);
            match &mut step.origin {
                Some(Origin::Lens { id, .. }) => v.lens(id),
                Some(Origin::Adapter { id, .. }) => v.adapter(id),
                Some(Origin::Implicit) | None => {}
            }
        }
    }
    for row in &mut t.uses {
        v.text(&mut row.key);
        v.chain(&mut row.chain);
        v.value(&mut row.at);
    }
    for row in &mut t.adapters {
        v.text(&mut row.id);
        v.text(&mut row.class);
        v.text(&mut row.policy);
    }
    for row in &mut t.lenses {
        v.text(&mut row.id);
        v.text(&mut row.domain);
        v.text(&mut row.scope);
    }
    for row in &mut t.curves {
        match row {
            Curve::Name(name) => v.text(name),
            Curve::Lut(c) => v.constant(c),
        }
    }
}

fn cell(row: &mut Cell, v: &mut impl Visitor) {
    v.text(&mut row.key);
    v.ty(&mut row.r#type);
    row.init.iter_mut().for_each(|c| v.constant(c));
    for arg in &mut row.args {
        match arg {
            Operand::Sig(id) => v.sig(id),
            Operand::Event(id) => v.event(id),
        }
    }
}

fn rail(row: &mut Rail, v: &mut impl Visitor) {
    v.text(&mut row.key);
    v.ty(&mut row.r#type);
    let param =
        |param: &mut Param, v: &mut dyn FnMut(Result<&mut SignalId, &mut ConstId>)| match param {
            Param::Const(c) => v(Err(c)),
            Param::Drive { sig, base } => {
                v(Ok(sig));
                v(Err(base));
            }
        };
    let mut each = |id: Result<&mut SignalId, &mut ConstId>| match id {
        Ok(sig) => v.sig(sig),
        Err(constant) => v.constant(constant),
    };
    match &mut row.generator {
        Generator::Cycle {
            period_ms, offset, ..
        } => {
            param(period_ms, &mut each);
            param(offset, &mut each);
        }
        Generator::Division { .. } => {}
        Generator::Energy {
            curve, min, max, ..
        } => {
            if let EnergyCurve::Points(c) = curve {
                each(Err(c));
            }
            param(min, &mut each);
            param(max, &mut each);
        }
        Generator::Palette { stops, .. } => {
            stops.iter_mut().for_each(|c| each(Err(c)));
        }
    }
    row.user.iter_mut().for_each(|user| v.bus(&mut user.bus));
    v.constant(&mut row.silent);
}

fn materialize(t: &mut Materialize, v: &mut impl Visitor) {
    for row in &mut t.requests {
        v.text(&mut row.key);
        v.field(&mut row.field);
        v.domain(&mut row.domain);
        if let Consumer::Reduce(sig) = &mut row.consumer {
            v.sig(sig);
        }
    }
    for row in &mut t.groups {
        v.domain(&mut row.domain);
        row.uniforms.iter_mut().for_each(|id| v.sig(id));
    }
}

fn render(t: &mut Render, v: &mut impl Visitor) {
    for row in &mut t.sinks {
        v.text(&mut row.key);
        row.domain.iter_mut().for_each(|d| v.domain(d));
        for input in &mut row.inputs {
            v.text(&mut input.name);
            v.input(&mut input.from);
        }
        row.params.iter_mut().for_each(|c| v.constant(c));
        v.input(&mut row.z);
    }
    for row in t
        .cameras
        .iter_mut()
        .chain(&mut t.meshes)
        .chain(&mut t.effects)
    {
        v.text(&mut row.key);
        v.text(&mut row.kind);
        for input in &mut row.params {
            v.text(&mut input.name);
            v.input(&mut input.from);
        }
    }
    for row in &mut t.shapes {
        match row {
            ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } => v.input(inner),
            ShapeRow::Path(c) => v.constant(c),
            ShapeRow::Circle | ShapeRow::Square | ShapeRow::Triangle => {}
        }
    }
}

fn graph(t: &mut Graph, v: &mut impl Visitor) {
    for row in &mut t.blocks {
        v.text(&mut row.key);
        v.text(&mut row.r#type);
        for port in row.r#in.iter_mut().chain(&mut row.out) {
            v.text(&mut port.name);
            v.value(&mut port.r#ref);
            if let PortSource::Const(c) = &mut port.src {
                v.constant(c);
            }
        }
    }
    for row in &mut t.slots {
        v.text(&mut row.key);
        v.ty(&mut row.r#type);
        if let SlotOwner::Bus(bus) = &mut row.owner {
            v.bus(bus);
        }
        v.value(&mut row.r#ref);
    }
    for row in &mut t.buses {
        v.text(&mut row.key);
        v.text(&mut row.name);
        v.ty(&mut row.r#type);
        v.constant(&mut row.silent);
        v.value(&mut row.root);
        row.role.iter_mut().for_each(|s| v.text(s));
    }
    for row in &mut t.publishers {
        v.text(&mut row.key);
        v.bus(&mut row.bus);
    }
    for row in &mut t.listeners {
        v.text(&mut row.key);
        v.bus(&mut row.bus);
    }
    for row in &mut t.externals {
        v.text(&mut row.key);
        v.ty(&mut row.r#type);
        v.constant(&mut row.default);
    }
    for row in &mut t.defaults {
        v.text(&mut row.key);
        v.ty(&mut row.r#type);
        v.constant(&mut row.value);
        row.identity.iter_mut().for_each(|s| v.text(s));
    }
    for row in &mut t.domains {
        v.text(&mut row.key);
        match &mut row.ids {
            ElementIds::Prefix(s) => v.text(s),
            ElementIds::Custom(c) => v.constant(c),
            ElementIds::Sequential | ElementIds::Grid { .. } => {}
        }
        for attr in &mut row.attrs {
            v.text(&mut attr.name);
            v.field(&mut attr.field);
        }
    }
}

//! Pass 8: every row gets its final index, and what nobody reaches is left out.
//!
//! A program comes in whose schedule is final and whose rows stand in the order of their making; one
//! goes out whose rows stand in the canonical order: expressions in schedule order, operands before
//! users; domains and cells by key; chains, constants and types by first use; strings in byte order.
//! So the same patch gives the same bytes, whatever way the passes took. Nothing is computed here.

use crate::ir::operands;
use crate::ir::*;
use std::collections::HashMap;

/// Renumbers all rows.
pub(super) fn number(mut program: Program) -> Program {
    let order = Order::walk(&program);
    order.rewrite(&mut program);
    sort_keyed(&mut program);
    first_use(&mut program);
    sort_strings(&mut program);
    program
}

/// Old rows in their new order, and back.
struct Order {
    sig: Numbering,
    event: Numbering,
    field: Numbering,
}

/// One table's new order.
#[derive(Default)]
struct Numbering {
    /// New position → old position.
    old: Vec<usize>,
    /// Old position → new position.
    new: Vec<Option<u32>>,
}

impl Numbering {
    fn of(rows: usize) -> Self {
        Self { old: Vec::new(), new: vec![None; rows] }
    }

    fn take(&mut self, old: usize) {
        if let Some(entry @ None) = self.new.get_mut(old) {
            *entry = Some(self.old.len() as u32);
            self.old.push(old);
        }
    }

    fn taken(&self, old: usize) -> bool {
        self.new.get(old).is_none_or(Option::is_some)
    }

    fn get(&self, old: usize) -> u32 {
        self.new.get(old).copied().flatten().unwrap_or(0)
    }
}

impl Order {
    /// Meets every reachable row, operands first, in schedule order.
    fn walk(program: &Program) -> Self {
        let t = &program.tables;
        let mut order = Self {
            sig: Numbering::of(t.sig.nodes.len()),
            event: Numbering::of(t.event.nodes.len()),
            field: Numbering::of(t.field.nodes.len()),
        };
        for step in &program.schedule.steps {
            for value in &step.run {
                order.meet(program, *value);
            }
            match step.kind {
                StepKind::Materialize { group } => {
                    for req in &t.materialize.groups[group.index()].reqs {
                        let field = t.materialize.requests[req.index()].field;
                        order.meet(program, ValueRef::Field(field));
                    }
                }
                StepKind::StateCommit => {
                    for cell in 0..t.state.cells.len() {
                        let mut args = Vec::new();
                        operands::of_cell(program, StateId::at(cell), &mut |v| args.push(v));
                        args.into_iter().for_each(|v| order.meet(program, v));
                    }
                }
                StepKind::SinkEval { sink } => {
                    let mut reads = Vec::new();
                    let sink = &t.render.sinks[sink.index()];
                    operands::of_sink(program, sink, &mut |v| reads.push(v));
                    reads.into_iter().for_each(|v| order.meet(program, v));
                }
                _ => {}
            }
        }
        // What only names, probes and provenance refer to.
        let mut rest: Vec<ValueRef> = t.graph.slots.iter().map(|s| s.r#ref).collect();
        rest.extend(t.graph.buses.iter().map(|b| b.root));
        rest.extend(t.transforms.uses.iter().map(|u| u.at));
        rest.extend(t.graph.domains.iter().flat_map(|d| &d.attrs).map(|a| ValueRef::Field(a.field)));
        rest.extend(t.materialize.requests.iter().map(|r| ValueRef::Field(r.field)));
        for block in &t.graph.blocks {
            rest.extend(block.r#in.iter().chain(&block.out).map(|p| p.r#ref));
        }
        for row in t.render.cameras.iter().chain(&t.render.meshes).chain(&t.render.effects) {
            for param in &row.params {
                operands::of_input(program, param.from, &mut |v| rest.push(v));
            }
        }
        rest.into_iter().for_each(|v| order.meet(program, v));
        order
    }

    /// Takes a row after its operands, without recursion.
    fn meet(&mut self, program: &Program, value: ValueRef) {
        let t = &program.tables;
        let mut stack = vec![(value, false)];
        while let Some((value, operands_done)) = stack.pop() {
            let taken = match value {
                ValueRef::Sig(id) => self.sig.taken(id.index()),
                ValueRef::Event(id) => self.event.taken(id.index()),
                ValueRef::Field(id) => self.field.taken(id.index()),
                _ => true,
            };
            if taken {
                continue;
            }
            if operands_done {
                match value {
                    ValueRef::Sig(id) => self.sig.take(id.index()),
                    ValueRef::Event(id) => self.event.take(id.index()),
                    ValueRef::Field(id) => self.field.take(id.index()),
                    _ => {}
                }
                continue;
            }
            stack.push((value, true));
            let first = stack.len();
            let mut push = |operand| stack.push((operand, false));
            match value {
                ValueRef::Sig(id) => {
                    operands::of_signal(program, &t.sig.nodes[id.index()].expr, &mut push);
                }
                ValueRef::Event(id) => {
                    operands::of_event(program, &t.event.nodes[id.index()].expr, &mut push);
                }
                ValueRef::Field(id) => {
                    operands::of_field(&t.field.nodes[id.index()].expr, &mut push);
                }
                _ => {}
            }
            // The first operand is met first.
            stack[first..].reverse();
        }
    }

    fn sig(&self, id: &mut SignalId) {
        *id = SignalId(self.sig.get(id.index()));
    }

    fn event(&self, id: &mut EventId) {
        *id = EventId(self.event.get(id.index()));
    }

    fn field(&self, id: &mut FieldId) {
        *id = FieldId(self.field.get(id.index()));
    }

    fn value(&self, value: &mut ValueRef) {
        match value {
            ValueRef::Sig(id) => self.sig(id),
            ValueRef::Event(id) => self.event(id),
            ValueRef::Field(id) => self.field(id),
            _ => {}
        }
    }

    fn input(&self, input: &mut InputRef) {
        if let InputRef::Sig(id) = input {
            self.sig(id);
        }
    }

    /// Moves the rows and changes every reference to them.
    fn rewrite(&self, program: &mut Program) {
        let t = &mut program.tables;
        permute(&mut t.sig.nodes, &self.sig.old);
        permute(&mut t.event.nodes, &self.event.old);
        permute(&mut t.field.nodes, &self.field.old);
        permute(&mut program.debug.sig_prov, &self.sig.old);
        permute(&mut program.debug.event_prov, &self.event.old);
        permute(&mut program.debug.field_prov, &self.field.old);
        for node in &mut t.sig.nodes {
            match &mut node.expr {
                SignalExpr::Apply { args, .. } => args.iter_mut().for_each(|a| self.sig(a)),
                SignalExpr::Transform { src, args, .. } => {
                    self.sig(src);
                    args.iter_mut().for_each(|a| self.sig(a));
                }
                SignalExpr::Combine { terms, .. } => terms.iter_mut().for_each(|a| self.sig(a)),
                SignalExpr::Event { of, .. } => self.event(of),
                SignalExpr::Reduce { field, .. } => self.field(field),
                _ => {}
            }
        }
        for node in &mut t.event.nodes {
            match &mut node.expr {
                EventExpr::Divide { by, .. } => self.sig(by),
                EventExpr::Gate { src, open } => {
                    self.event(src);
                    self.sig(open);
                }
                EventExpr::Combine { terms, .. } => terms.iter_mut().for_each(|a| self.event(a)),
                _ => {}
            }
        }
        for node in &mut t.field.nodes {
            match &mut node.expr {
                FieldExpr::Broadcast(s) => self.sig(s),
                FieldExpr::Apply { args, .. } => args.iter_mut().for_each(|a| self.field(a)),
                FieldExpr::Narrow(f) => self.field(f),
                FieldExpr::Transform { src, args, .. } => {
                    self.field(src);
                    args.iter_mut().for_each(|a| self.sig(a));
                }
                FieldExpr::OnDomain { src, .. } => self.field(src),
                FieldExpr::Combine { terms, .. } => terms.iter_mut().for_each(|a| self.field(a)),
                _ => {}
            }
        }
        for block in &mut t.graph.blocks {
            block.r#in.iter_mut().chain(&mut block.out).for_each(|p| self.value(&mut p.r#ref));
        }
        t.graph.slots.iter_mut().for_each(|s| self.value(&mut s.r#ref));
        t.graph.buses.iter_mut().for_each(|b| self.value(&mut b.root));
        t.transforms.uses.iter_mut().for_each(|u| self.value(&mut u.at));
        for attr in t.graph.domains.iter_mut().flat_map(|d| &mut d.attrs) {
            self.field(&mut attr.field);
        }
        for arg in t.state.cells.iter_mut().flat_map(|c| &mut c.args) {
            match arg {
                Operand::Sig(id) => self.sig(id),
                Operand::Event(id) => self.event(id),
            }
        }
        for rail in &mut t.rails {
            let params: Vec<&mut Param> = match &mut rail.generator {
                Generator::Cycle { period_ms, offset, .. } => vec![period_ms, offset],
                Generator::Energy { min, max, .. } => vec![min, max],
                _ => Vec::new(),
            };
            for param in params {
                if let Param::Drive { sig, .. } = param {
                    self.sig(sig);
                }
            }
        }
        for request in &mut t.materialize.requests {
            self.field(&mut request.field);
            if let Consumer::Reduce(id) = &mut request.consumer {
                self.sig(id);
            }
        }
        for group in &mut t.materialize.groups {
            group.uniforms.iter_mut().for_each(|s| self.sig(s));
            group.uniforms.sort_unstable();
        }
        for sink in &mut t.render.sinks {
            self.input(&mut sink.z);
            sink.inputs.iter_mut().for_each(|i| self.input(&mut i.from));
        }
        let render = &mut t.render;
        let rows = render.cameras.iter_mut().chain(&mut render.meshes).chain(&mut render.effects);
        rows.flat_map(|r| &mut r.params).for_each(|p| self.input(&mut p.from));
        for shape in &mut render.shapes {
            if let ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } = shape {
                self.input(inner);
            }
        }
        for step in &mut program.schedule.steps {
            step.run.iter_mut().for_each(|v| self.value(v));
            step.cache.uniforms.iter_mut().for_each(|s| self.sig(s));
            step.cache.uniforms.sort_unstable();
            if let StepKind::Reduce { sig } = &mut step.kind {
                self.sig(sig);
            }
        }
        program.roots.bus.iter_mut().for_each(|r| self.value(r));
    }
}

/// Keeps the rows at `old`, in that order. A shorter (empty) parallel table stays as it is.
fn permute<T: Clone>(rows: &mut Vec<T>, old: &[usize]) {
    if old.iter().all(|i| *i < rows.len()) {
        *rows = old.iter().map(|i| rows[*i].clone()).collect();
    }
}

/// Domains and cells stand by key.
fn sort_keyed(program: &mut Program) {
    let t = &mut program.tables;
    let key = |id: StrId| t.strings[id.index()].as_str();
    let mut domains: Vec<usize> = (0..t.graph.domains.len()).collect();
    domains.sort_by_key(|i| key(t.graph.domains[*i].key));
    let mut cells: Vec<usize> = (0..t.state.cells.len()).collect();
    cells.sort_by_key(|i| key(t.state.cells[*i].key));
    permute(&mut t.graph.domains, &domains);
    permute(&mut t.state.cells, &cells);
    permute(&mut program.debug.state_prov, &cells);
    let (new_domain, new_cell) = (inverse(&domains), inverse(&cells));
    let domain = |id: &mut DomainId| *id = DomainId(new_domain[id.index()]);
    let cell = |id: &mut StateId| *id = StateId(new_cell[id.index()]);
    let value = |v: &mut ValueRef| {
        if let ValueRef::Domain(id) = v {
            domain(id);
        }
    };
    for node in &mut t.sig.nodes {
        match &mut node.expr {
            SignalExpr::StateOut(id) | SignalExpr::StatePrev(id) => cell(id),
            SignalExpr::Reduce { domain: Some(id), .. } => domain(id),
            _ => {}
        }
    }
    for node in &mut t.event.nodes {
        if let EventExpr::StateEvents(id) = &mut node.expr {
            cell(id);
        }
    }
    for node in &mut t.field.nodes {
        node.dom.iter_mut().for_each(domain);
        if let FieldExpr::History(id) = &mut node.expr {
            cell(id);
        }
    }
    for block in &mut t.graph.blocks {
        block.r#in.iter_mut().chain(&mut block.out).for_each(|p| value(&mut p.r#ref));
    }
    t.graph.slots.iter_mut().for_each(|s| value(&mut s.r#ref));
    t.transforms.uses.iter_mut().for_each(|u| value(&mut u.at));
    t.materialize.requests.iter_mut().for_each(|r| domain(&mut r.domain));
    t.materialize.groups.iter_mut().for_each(|g| domain(&mut g.domain));
    t.render.sinks.iter_mut().flat_map(|s| &mut s.domain).for_each(domain);
}

/// New position of each old position.
fn inverse(old: &[usize]) -> Vec<u32> {
    let mut new = vec![0; old.len()];
    for (position, &i) in old.iter().enumerate() {
        new[i] = position as u32;
    }
    new
}

/// Chains, constants and types stand by first use, unused ones are gone.
fn first_use(program: &mut Program) {
    let mut chains = Renumber::default();
    let t = &mut program.tables;
    for node in &mut t.sig.nodes {
        if let SignalExpr::Transform { chain, .. } = &mut node.expr {
            chain.0 = chains.get(chain.0);
        }
    }
    for node in &mut t.field.nodes {
        if let FieldExpr::Transform { chain, .. } = &mut node.expr {
            chain.0 = chains.get(chain.0);
        }
    }
    t.transforms.uses.iter_mut().for_each(|u| u.chain.0 = chains.get(u.chain.0));
    permute(&mut t.transforms.chains, &chains.old);
    permute(&mut program.debug.chain_prov, &chains.old);

    let mut constants = Renumber::default();
    each_constant(&mut program.tables, &mut |id| id.0 = constants.get(id.0));
    let pools = std::mem::take(&mut program.tables.constants);
    program.tables.constants = repack(&pools, &constants.old);

    let mut types = Renumber::default();
    each_type(&mut program.tables, &mut |id| id.0 = types.get(id.0));
    permute(&mut program.types, &types.old);
}

/// Hands out numbers in order of first asking.
#[derive(Default)]
struct Renumber {
    new: HashMap<u32, u32>,
    old: Vec<usize>,
}

impl Renumber {
    fn get(&mut self, old: u32) -> u32 {
        let next = self.old.len() as u32;
        *self.new.entry(old).or_insert_with(|| {
            self.old.push(old as usize);
            next
        })
    }
}

/// The constants at `old`, in that order, in pools without gaps.
fn repack(from: &Constants, old: &[usize]) -> Constants {
    let mut to = Constants::default();
    for &i in old {
        let row = from.index[i];
        let range = row.at as usize..(row.at + row.len) as usize;
        let at = match row.pool {
            Pool::F64 => append(&mut to.f64, &from.f64[range]),
            Pool::F32 => append(&mut to.f32, &from.f32[range]),
            Pool::I32 => append(&mut to.i32, &from.i32[range]),
            Pool::Json => append(&mut to.json, &from.json[range]),
            Pool::Paths => append(&mut to.paths, &from.paths[range]),
        };
        to.index.push(ConstRow { at, ..row });
    }
    to
}

fn append<T: Clone>(pool: &mut Vec<T>, values: &[T]) -> u32 {
    let at = pool.len() as u32;
    pool.extend_from_slice(values);
    at
}

/// Every reference to a constant, in table order.
fn each_constant(t: &mut Tables, visit: &mut impl FnMut(&mut ConstId)) {
    for block in &mut t.graph.blocks {
        for port in block.r#in.iter_mut().chain(&mut block.out) {
            constant_ref(&mut port.r#ref, visit);
            if let PortSource::Const(id) = &mut port.src {
                visit(id);
            }
        }
    }
    t.graph.slots.iter_mut().for_each(|s| constant_ref(&mut s.r#ref, visit));
    for bus in &mut t.graph.buses {
        visit(&mut bus.silent);
        constant_ref(&mut bus.root, visit);
    }
    t.graph.externals.iter_mut().for_each(|x| visit(&mut x.default));
    t.graph.defaults.iter_mut().for_each(|d| visit(&mut d.value));
    for domain in &mut t.graph.domains {
        if let ElementIds::Custom(id) = &mut domain.ids {
            visit(id);
        }
    }
    for node in &mut t.sig.nodes {
        match &mut node.expr {
            SignalExpr::Const(id) | SignalExpr::Combine { silent: id, .. } => visit(id),
            _ => {}
        }
    }
    for node in &mut t.field.nodes {
        match &mut node.expr {
            FieldExpr::Const(id)
            | FieldExpr::Array(id)
            | FieldExpr::IdHash { salt: id, .. }
            | FieldExpr::OnDomain { missing: id, .. }
            | FieldExpr::Combine { silent: id, .. } => visit(id),
            _ => {}
        }
    }
    for step in t.transforms.chains.iter_mut().flat_map(|c| &mut c.steps) {
        for operand in &mut step.operands {
            if let ChainOperand::Const(id) = operand {
                visit(id);
            }
        }
    }
    t.transforms.uses.iter_mut().for_each(|u| constant_ref(&mut u.at, visit));
    for curve in &mut t.transforms.curves {
        if let Curve::Lut(id) = curve {
            visit(id);
        }
    }
    t.state.cells.iter_mut().flat_map(|c| &mut c.init).for_each(&mut *visit);
    for rail in &mut t.rails {
        visit(&mut rail.silent);
        match &mut rail.generator {
            Generator::Cycle { period_ms: a, offset: b, .. } => {
                param(a, visit);
                param(b, visit);
            }
            Generator::Energy { min: a, max: b, curve, .. } => {
                param(a, visit);
                param(b, visit);
                if let EnergyCurve::Points(id) = curve {
                    visit(id);
                }
            }
            Generator::Palette { stops, .. } => stops.iter_mut().for_each(&mut *visit),
            Generator::Division { .. } => {}
        }
    }
    for sink in &mut t.render.sinks {
        input(&mut sink.z, visit);
        sink.inputs.iter_mut().for_each(|i| input(&mut i.from, visit));
        sink.params.iter_mut().for_each(&mut *visit);
    }
    let render = &mut t.render;
    let rows = render.cameras.iter_mut().chain(&mut render.meshes).chain(&mut render.effects);
    rows.flat_map(|r| &mut r.params).for_each(|p| input(&mut p.from, visit));
    for shape in &mut render.shapes {
        match shape {
            ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } => input(inner, visit),
            ShapeRow::Path(id) => visit(id),
            _ => {}
        }
    }
}

fn constant_ref(value: &mut ValueRef, visit: &mut impl FnMut(&mut ConstId)) {
    if let ValueRef::Const(id) | ValueRef::Path(id) = value {
        visit(id);
    }
}

fn input(input: &mut InputRef, visit: &mut impl FnMut(&mut ConstId)) {
    if let InputRef::Const(id) = input {
        visit(id);
    }
}

fn param(param: &mut Param, visit: &mut impl FnMut(&mut ConstId)) {
    match param {
        Param::Const(id) | Param::Drive { base: id, .. } => visit(id),
    }
}

/// Every reference to a type, in table order.
fn each_type(t: &mut Tables, visit: &mut impl FnMut(&mut TypeId)) {
    t.constants.index.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.graph.slots.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.graph.buses.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.graph.externals.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.graph.defaults.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.sig.nodes.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.field.nodes.iter_mut().for_each(|r| visit(&mut r.r#type));
    for chain in &mut t.transforms.chains {
        visit(&mut chain.from);
        visit(&mut chain.to);
        chain.steps.iter_mut().for_each(|s| visit(&mut s.to));
    }
    t.state.cells.iter_mut().for_each(|r| visit(&mut r.r#type));
    t.rails.iter_mut().for_each(|r| visit(&mut r.r#type));
}

/// The string pool stands in byte order, without what nobody uses.
fn sort_strings(program: &mut Program) {
    let mut used = vec![false; program.tables.strings.len()];
    each_string(program, &mut |id| used[id.index()] = true);
    let mut old: Vec<usize> = (0..used.len()).filter(|i| used[*i]).collect();
    old.sort_by(|a, b| program.tables.strings[*a].cmp(&program.tables.strings[*b]));
    let mut new = vec![0; used.len()];
    for (position, &i) in old.iter().enumerate() {
        new[i] = position as u32;
    }
    each_string(program, &mut |id| id.0 = new[id.index()]);
    permute(&mut program.tables.strings, &old);
}

/// Every reference to a string.
fn each_string(program: &mut Program, visit: &mut impl FnMut(&mut StrId)) {
    let t = &mut program.tables;
    for block in &mut t.graph.blocks {
        visit(&mut block.key);
        visit(&mut block.r#type);
        block.r#in.iter_mut().chain(&mut block.out).for_each(|p| visit(&mut p.name));
    }
    t.graph.slots.iter_mut().for_each(|r| visit(&mut r.key));
    for bus in &mut t.graph.buses {
        visit(&mut bus.key);
        visit(&mut bus.name);
        bus.role.iter_mut().for_each(&mut *visit);
    }
    t.graph.publishers.iter_mut().for_each(|r| visit(&mut r.key));
    t.graph.listeners.iter_mut().for_each(|r| visit(&mut r.key));
    t.graph.externals.iter_mut().for_each(|r| visit(&mut r.key));
    for row in &mut t.graph.defaults {
        visit(&mut row.key);
        row.identity.iter_mut().for_each(&mut *visit);
    }
    for row in &mut t.graph.domains {
        visit(&mut row.key);
        if let ElementIds::Prefix(id) = &mut row.ids {
            visit(id);
        }
        row.attrs.iter_mut().for_each(|a| visit(&mut a.name));
    }
    t.transforms.uses.iter_mut().for_each(|r| visit(&mut r.key));
    for row in &mut t.transforms.adapters {
        [&mut row.id, &mut row.class, &mut row.policy].into_iter().for_each(&mut *visit);
    }
    for row in &mut t.transforms.lenses {
        [&mut row.id, &mut row.domain, &mut row.scope].into_iter().for_each(&mut *visit);
    }
    for row in &mut t.transforms.curves {
        if let Curve::Name(id) = row {
            visit(id);
        }
    }
    t.state.cells.iter_mut().for_each(|r| visit(&mut r.key));
    t.rails.iter_mut().for_each(|r| visit(&mut r.key));
    t.materialize.requests.iter_mut().for_each(|r| visit(&mut r.key));
    for sink in &mut t.render.sinks {
        visit(&mut sink.key);
        sink.inputs.iter_mut().for_each(|i| visit(&mut i.name));
    }
    let render = &mut t.render;
    for row in render.cameras.iter_mut().chain(&mut render.meshes).chain(&mut render.effects) {
        visit(&mut row.key);
        visit(&mut row.kind);
        row.params.iter_mut().for_each(|p| visit(&mut p.name));
    }
    program.schedule.steps.iter_mut().for_each(|s| visit(&mut s.key));
    program.outputs.iter_mut().for_each(|o| visit(&mut o.key));
}

//! Facts that follow from the tables: the compiler stores them, validation recomputes and compares.

use super::operands;
use super::*;

/// What a frame depends on beyond its own time, from what the sinks can reach.
pub fn memory(program: &Program) -> Memory {
    let mut memory = Memory::None;
    let mut seen = Seen::new(program);
    let mut work: Vec<ValueRef> = Vec::new();
    for sink in &program.tables.render.sinks {
        operands::of_sink(program, sink, &mut |r| work.push(r));
    }
    let tables = &program.tables;
    while let Some(value) = work.pop() {
        if !seen.first(value) {
            continue;
        }
        let mut push = |r| work.push(r);
        match value {
            ValueRef::Sig(id) => {
                let Some(node) = tables.sig.nodes.get(id.index()) else {
                    continue;
                };
                match node.expr {
                    SignalExpr::StateOut(_) | SignalExpr::StatePrev(_) => return Memory::State,
                    SignalExpr::Time(TimeValue::DtMs) => memory = memory.max(Memory::Previous),
                    _ => {}
                }
                operands::of_signal(program, &node.expr, &mut push);
            }
            ValueRef::Event(id) => {
                let Some(node) = tables.event.nodes.get(id.index()) else {
                    continue;
                };
                match node.expr {
                    EventExpr::StateEvents(_) => return Memory::State,
                    EventExpr::Empty | EventExpr::Gate { .. } | EventExpr::Combine { .. } => {}
                    _ => memory = memory.max(Memory::Previous),
                }
                operands::of_event(program, &node.expr, &mut push);
            }
            ValueRef::Field(id) => {
                let Some(node) = tables.field.nodes.get(id.index()) else {
                    continue;
                };
                if matches!(node.expr, FieldExpr::History(_)) {
                    return Memory::State;
                }
                operands::of_field(&node.expr, &mut push);
            }
            ValueRef::Req(id) => {
                let Some(request) = tables.materialize.requests.get(id.index()) else {
                    continue;
                };
                push(ValueRef::Field(request.field));
            }
            ValueRef::Camera(id) => {
                let params = tables.render.cameras.get(id.index());
                for param in params.map(|c| c.params.as_slice()).unwrap_or_default() {
                    operands::of_input(program, param.from, &mut push);
                }
            }
            ValueRef::Rail(id) => memory = memory.max(rail_memory(program, id)),
            _ => {}
        }
    }
    memory
}

/// What reading a rail depends on.
fn rail_memory(program: &Program, id: RailId) -> Memory {
    let Some(rail) = program.tables.rails.get(id.index()) else {
        return Memory::None;
    };
    let driven = |p: &Param| matches!(p, Param::Drive { .. });
    let source_driven =
        |id: RailId| match program.tables.rails.get(id.index()).map(|r| &r.generator) {
            Some(Generator::Cycle {
                period_ms, offset, ..
            }) => driven(period_ms) || driven(offset),
            _ => false,
        };
    let (driven, pulses) = match &rail.generator {
        Generator::Cycle {
            period_ms, offset, ..
        } => (driven(period_ms) || driven(offset), false),
        Generator::Division { of, .. } => (source_driven(*of), true),
        Generator::Energy {
            source, min, max, ..
        } => (driven(min) || driven(max) || source_driven(*source), false),
        Generator::Palette { source, .. } => (source_driven(*source), false),
    };
    match (rail.drive, rail.read) {
        _ if driven => Memory::State,
        (Drive::Patched | Drive::Mixed, _) => Memory::State,
        (Drive::Internal, RailRead::InternalNow) if !pulses => Memory::None,
        (Drive::Internal, _) => Memory::Previous,
    }
}

/// Signals that the kernel of these requests reads, ascending.
pub fn uniforms(program: &Program, requests: &[ReqId]) -> Vec<SignalId> {
    let rows = &program.tables.materialize.requests;
    let rows = requests.iter().filter_map(|r| rows.get(r.index()));
    uniforms_of(program, rows.map(|r| r.field))
}

/// Signals that these fields read, ascending.
pub fn uniforms_of(program: &Program, fields: impl IntoIterator<Item = FieldId>) -> Vec<SignalId> {
    let tables = &program.tables;
    let mut seen = Seen::new(program);
    let mut uniforms = Vec::new();
    let mut work: Vec<ValueRef> = fields.into_iter().map(ValueRef::Field).collect();
    while let Some(value) = work.pop() {
        if !seen.first(value) {
            continue;
        }
        match value {
            ValueRef::Sig(id) => uniforms.push(id),
            ValueRef::Field(id) => {
                if let Some(node) = tables.field.nodes.get(id.index()) {
                    operands::of_field(&node.expr, &mut |r| work.push(r));
                }
            }
            _ => {}
        }
    }
    uniforms.sort_unstable();
    uniforms
}

/// Which step owns each computed signal and event, each request, sink and camera.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    sig: Vec<Option<StepId>>,
    event: Vec<Option<StepId>>,
    req: Vec<Option<StepId>>,
    sink: Vec<Option<StepId>>,
    camera: Vec<Option<StepId>>,
    external: Option<StepId>,
    time: Option<StepId>,
    console: Option<StepId>,
}

impl Owners {
    /// From the `run` lists and payloads of the schedule.
    pub fn new(program: &Program) -> Self {
        let t = &program.tables;
        let mut owners = Self {
            sig: vec![None; t.sig.nodes.len()],
            event: vec![None; t.event.nodes.len()],
            req: vec![None; t.materialize.requests.len()],
            sink: vec![None; t.render.sinks.len()],
            camera: vec![None; t.render.cameras.len()],
            ..Self::default()
        };
        for (i, step) in program.schedule.steps.iter().enumerate() {
            let id = Some(StepId::at(i));
            for value in &step.run {
                match value {
                    ValueRef::Sig(s) => set(&mut owners.sig, s.index(), id),
                    ValueRef::Event(e) => set(&mut owners.event, e.index(), id),
                    _ => {}
                }
            }
            match step.kind {
                StepKind::ExternalSample => owners.external = id,
                StepKind::TimeDerive => owners.time = id,
                StepKind::TimeConsole => owners.console = id,
                StepKind::Materialize { group } => {
                    let reqs = t
                        .materialize
                        .groups
                        .get(group.index())
                        .map(|g| g.reqs.as_slice());
                    for req in reqs.unwrap_or_default() {
                        set(&mut owners.req, req.index(), id);
                    }
                }
                StepKind::SinkEval { sink } => set(&mut owners.sink, sink.index(), id),
                StepKind::CameraEval { camera } => set(&mut owners.camera, camera.index(), id),
                _ => {}
            }
        }
        owners
    }

    /// The step that must run before `value` can be read; `None` for constants.
    pub fn of(&self, program: &Program, value: ValueRef) -> Option<StepId> {
        let get = |list: &[Option<StepId>], i: usize| list.get(i).copied().flatten();
        match value {
            ValueRef::Sig(id) => {
                match program.tables.sig.nodes.get(id.index()).map(|n| &n.expr)? {
                    SignalExpr::Const(_) => None,
                    SignalExpr::Time(_) => self.time,
                    SignalExpr::Rail(_) => self.console,
                    SignalExpr::External(_) => self.external,
                    _ => get(&self.sig, id.index()),
                }
            }
            ValueRef::Event(id) => {
                match program
                    .tables
                    .event
                    .nodes
                    .get(id.index())
                    .map(|n| &n.expr)?
                {
                    EventExpr::Empty => None,
                    EventExpr::Time(_) | EventExpr::FirstFrame => self.time,
                    EventExpr::Rail(_) => self.console,
                    EventExpr::External(_) => self.external,
                    _ => get(&self.event, id.index()),
                }
            }
            ValueRef::Time(_) | ValueRef::TimeEvent(_) => self.time,
            ValueRef::Rail(_) => self.console,
            ValueRef::Req(id) => get(&self.req, id.index()),
            ValueRef::Sink(id) => get(&self.sink, id.index()),
            ValueRef::Camera(id) => get(&self.camera, id.index()),
            _ => None,
        }
    }
}

fn set<T>(list: &mut [Option<T>], i: usize, value: Option<T>) {
    if let Some(entry) = list.get_mut(i) {
        *entry = value;
    }
}

/// Everything a step reads: operands of what it runs, and its payload's.
pub fn step_reads(program: &Program, step: &Step, visit: &mut impl FnMut(ValueRef)) {
    let t = &program.tables;
    for value in &step.run {
        match value {
            ValueRef::Sig(id) => {
                if let Some(node) = t.sig.nodes.get(id.index()) {
                    if matches!(node.expr, SignalExpr::Reduce { .. }) {
                        for (i, request) in t.materialize.requests.iter().enumerate() {
                            if request.consumer == Consumer::Reduce(*id) {
                                visit(ValueRef::Req(ReqId::at(i)));
                            }
                        }
                    }
                    operands::of_signal(program, &node.expr, visit);
                }
            }
            ValueRef::Event(id) => {
                if let Some(node) = t.event.nodes.get(id.index()) {
                    operands::of_event(program, &node.expr, visit);
                    if let EventExpr::Divide {
                        of: PhaseSource::Time,
                        ..
                    } = node.expr
                    {
                        visit(ValueRef::Time(TimeValue::Phase01));
                    }
                }
            }
            _ => {}
        }
    }
    match step.kind {
        StepKind::RailResolve { rail } => {
            visit(ValueRef::Rail(rail));
            if let Some(user) = t.rails.get(rail.index()).and_then(|r| r.user.as_ref()) {
                let used = user
                    .r#use
                    .and_then(|u| t.transforms.uses.get(u.index()))
                    .map(|u| u.at);
                let root = t.graph.buses.get(user.bus.index()).map(|b| b.root);
                if let Some(value) = used.or(root) {
                    visit(value);
                }
            }
        }
        StepKind::StateCommit => {
            for cell in 0..t.state.cells.len() {
                operands::of_cell(program, StateId::at(cell), visit);
            }
            for rail in &t.rails {
                for param in params_of(&rail.generator) {
                    if let Param::Drive { sig, .. } = param {
                        visit(ValueRef::Sig(*sig));
                    }
                }
            }
        }
        StepKind::Materialize { group } => {
            if let Some(group) = t.materialize.groups.get(group.index()) {
                group.uniforms.iter().for_each(|s| visit(ValueRef::Sig(*s)));
            }
        }
        StepKind::CameraEval { camera } => {
            if let Some(row) = t.render.cameras.get(camera.index()) {
                row.params
                    .iter()
                    .for_each(|p| operands::of_input(program, p.from, visit));
            }
        }
        StepKind::MeshBuild { mesh } => {
            if let Some(row) = t.render.meshes.get(mesh.index()) {
                row.params
                    .iter()
                    .for_each(|p| operands::of_input(program, p.from, visit));
            }
        }
        StepKind::SinkEval { sink } => {
            if let Some(row) = t.render.sinks.get(sink.index()) {
                operands::of_sink(program, row, visit);
            }
            for (i, row) in t.render.sinks.iter().enumerate() {
                if row.parent == Some(sink) {
                    visit(ValueRef::Sink(SinkId::at(i)));
                }
            }
        }
        StepKind::RenderAssemble => {
            for i in 0..t.render.sinks.len() {
                visit(ValueRef::Sink(SinkId::at(i)));
            }
        }
        _ => {}
    }
}

/// Parameters of a rail generator.
pub fn params_of(generator: &Generator) -> Vec<&Param> {
    match generator {
        Generator::Cycle {
            period_ms, offset, ..
        } => vec![period_ms, offset],
        Generator::Energy { min, max, .. } => vec![min, max],
        Generator::Division { .. } | Generator::Palette { .. } => Vec::new(),
    }
}

/// Steps that must come before step `id`: owners of everything it reads; `stateCommit` also comes
/// after the six `railResolve`. Sorted, without itself.
pub fn deps(program: &Program, owners: &Owners, id: StepId) -> Vec<StepId> {
    let steps = &program.schedule.steps;
    let Some(step) = steps.get(id.index()) else {
        return Vec::new();
    };
    let mut deps = Vec::new();
    step_reads(program, step, &mut |value| {
        deps.extend(owners.of(program, value))
    });
    if step.kind == StepKind::StateCommit {
        let resolves = |s: &Step| matches!(s.kind, StepKind::RailResolve { .. });
        deps.extend(
            steps
                .iter()
                .enumerate()
                .filter(|(_, s)| resolves(s))
                .map(|(i, _)| StepId::at(i)),
        );
    }
    deps.sort_unstable();
    deps.dedup();
    deps.retain(|d| *d != id);
    deps
}

/// Producers and consumers of slots, from the steps' `writes` and `reads` and the publishers.
pub fn deps_index(program: &Program) -> DepsIndex {
    let slots = program.tables.graph.slots.len();
    let mut producer = vec![None; slots];
    let mut consumers: Vec<Vec<u32>> = vec![Vec::new(); slots];
    for (i, step) in program.schedule.steps.iter().enumerate() {
        for slot in &step.writes {
            set(&mut producer, slot.index(), Some(StepId::at(i)));
        }
        for slot in &step.reads {
            if let Some(list) = consumers.get_mut(slot.index()) {
                list.push(i as u32);
            }
        }
    }
    let mut buses: Vec<Vec<u32>> = vec![Vec::new(); slots];
    for publisher in program.tables.graph.publishers.iter().filter(|p| p.enabled) {
        if let Some(list) = buses.get_mut(publisher.from.index()) {
            list.push(publisher.bus.0);
        }
    }
    DepsIndex {
        producer,
        consumers: rows(consumers),
        bus_slots: rows(buses),
    }
}

fn rows(lists: Vec<Vec<u32>>) -> Rows {
    let mut rows = Rows {
        off: vec![0],
        item: Vec::new(),
    };
    for mut list in lists {
        list.sort_unstable();
        list.dedup();
        rows.item.extend(list);
        rows.off.push(rows.item.len() as u32);
    }
    rows
}

/// Which rows a walk has met.
struct Seen {
    sig: Vec<bool>,
    event: Vec<bool>,
    field: Vec<bool>,
}

impl Seen {
    fn new(program: &Program) -> Self {
        let t = &program.tables;
        Self {
            sig: vec![false; t.sig.nodes.len()],
            event: vec![false; t.event.nodes.len()],
            field: vec![false; t.field.nodes.len()],
        }
    }

    /// Whether this is the first meeting (always true for what is no expression row).
    fn first(&mut self, value: ValueRef) -> bool {
        let entry = match value {
            ValueRef::Sig(id) => self.sig.get_mut(id.index()),
            ValueRef::Event(id) => self.event.get_mut(id.index()),
            ValueRef::Field(id) => self.field.get_mut(id.index()),
            _ => return true,
        };
        entry.is_some_and(|seen| !std::mem::replace(seen, true))
    }
}

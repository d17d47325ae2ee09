//! Which step computes what, and what each step reads.

use super::memory::params_of;
use crate::ir::operands;
use crate::ir::*;

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

/// A program with what is needed to say quickly what a step reads.
#[derive(Debug)]
pub struct Edges<'p> {
    program: &'p Program,
    owners: Owners,
    /// Columns that reductions ask for, ascending.
    columns: Vec<(SignalId, ReqId)>,
    /// Sinks that draw into others, ascending.
    children: Vec<(SinkId, SinkId)>,
}

impl<'p> Edges<'p> {
    /// Walks over the tables once.
    pub fn new(program: &'p Program) -> Self {
        let t = &program.tables;
        let requests = t.materialize.requests.iter().enumerate();
        let mut columns: Vec<(SignalId, ReqId)> = requests
            .filter_map(|(i, request)| match request.consumer {
                Consumer::Reduce(sig) => Some((sig, ReqId::at(i))),
                _ => None,
            })
            .collect();
        columns.sort_unstable();
        let sinks = t.render.sinks.iter().enumerate();
        let mut children: Vec<(SinkId, SinkId)> = sinks
            .filter_map(|(i, sink)| Some((sink.parent?, SinkId::at(i))))
            .collect();
        children.sort_unstable();
        Self {
            program,
            owners: Owners::new(program),
            columns,
            children,
        }
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// The step that must run before `value` can be read; `None` for constants.
    pub fn owner(&self, value: ValueRef) -> Option<StepId> {
        self.owners.of(self.program, value)
    }

    /// Columns that a reduction reads.
    pub fn columns_of(&self, reduction: SignalId) -> impl Iterator<Item = ReqId> {
        rows_of(&self.columns, reduction)
    }

    /// Sinks that draw into a sink.
    pub fn children_of(&self, parent: SinkId) -> impl Iterator<Item = SinkId> {
        rows_of(&self.children, parent)
    }

    /// Everything a step reads: operands of what it runs, and its payload's.
    pub fn of_step(&self, step: &Step, visit: &mut impl FnMut(ValueRef)) {
        let program = self.program;
        let t = &program.tables;
        for value in &step.run {
            match value {
                ValueRef::Sig(id) => {
                    if let Some(node) = t.sig.nodes.get(id.index()) {
                        if matches!(node.expr, SignalExpr::Reduce { .. }) {
                            self.columns_of(*id)
                                .for_each(|req| visit(ValueRef::Req(req)));
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
                self.children_of(sink)
                    .for_each(|child| visit(ValueRef::Sink(child)));
            }
            StepKind::RenderAssemble => {
                for i in 0..t.render.sinks.len() {
                    visit(ValueRef::Sink(SinkId::at(i)));
                }
            }
            _ => {}
        }
    }
}

/// The second halves of the pairs with a first one, in order.
fn rows_of<A: Copy + Ord, B: Copy>(pairs: &[(A, B)], wanted: A) -> impl Iterator<Item = B> {
    let first = pairs.partition_point(|(key, _)| *key < wanted);
    let rows = pairs.get(first..).unwrap_or_default();
    rows.iter()
        .take_while(move |(key, _)| *key == wanted)
        .map(|(_, row)| *row)
}

/// Steps that must come before step `id`: owners of everything it reads; `stateCommit` also comes
/// after the six `railResolve`. Sorted, without itself.
pub fn deps(edges: &Edges<'_>, id: StepId) -> Vec<StepId> {
    let mut deps = Vec::new();
    deps_into(edges, id, &mut deps);
    deps
}

/// As [`deps`], into a list that is overwritten.
pub fn deps_into(edges: &Edges<'_>, id: StepId, deps: &mut Vec<StepId>) {
    deps.clear();
    let steps = &edges.program.schedule.steps;
    let Some(step) = steps.get(id.index()) else {
        return;
    };
    edges.of_step(step, &mut |value| deps.extend(edges.owner(value)));
    if step.kind == StepKind::StateCommit {
        let resolves = |s: &Step| matches!(s.kind, StepKind::RailResolve { .. });
        let rails = steps.iter().enumerate().filter(|(_, s)| resolves(s));
        deps.extend(rails.map(|(i, _)| StepId::at(i)));
    }
    deps.sort_unstable();
    deps.dedup();
    deps.retain(|d| *d != id);
}

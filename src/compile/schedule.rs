//! Pass 7: what runs when.
//!
//! Each owner of computed nodes becomes a step; time, rails, state, columns and sinks have theirs.
//! Steps depend on the owners of what they read. Their order is one topological order: among the
//! steps that are ready the lowest phase goes first, then the kind, then the subject's id. Nothing
//! else may influence it.

use super::assemble::{Draft, StepUnit};
use super::edges;
use crate::ir::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Fills the schedule of a draft. Expression rows are still in provisional order.
pub(super) fn schedule(draft: &mut Draft) {
    let kept = kept(&draft.program);
    let runs = runs(draft, &kept);
    steps(draft, runs);
    group_uniforms(&mut draft.program);
    let owners = derive::Owners::new(&draft.program);
    let mut deps: Vec<Vec<StepId>> = (0..draft.program.schedule.steps.len())
        .map(|i| derive::deps(&draft.program, &owners, StepId::at(i)))
        .collect();
    phases(&mut draft.program, &deps);
    let order = order(&draft.program.schedule.steps, &deps);
    let mut place = vec![StepId(0); order.len()];
    for (at, &i) in order.iter().enumerate() {
        place[i] = StepId::at(at);
    }
    let steps = &mut draft.program.schedule.steps;
    for (step, deps) in steps.iter_mut().zip(&mut deps) {
        for dep in deps.iter_mut() {
            *dep = place[dep.index()];
        }
        deps.sort_unstable();
        step.deps = std::mem::take(deps);
    }
    super::assemble::permute(steps, place.iter().map(|id| id.index()));
    demand(steps);
    reads_and_writes(&mut draft.program);
}

/// Which rows something needs: a port, a bus, a cell, a sink, a rail.
pub(super) struct Kept {
    /// Per signal.
    pub sig: Vec<bool>,
    /// Per event.
    pub event: Vec<bool>,
    /// Per field.
    pub field: Vec<bool>,
}

impl Kept {
    /// Whether a row is needed; anything that is no expression is.
    pub(super) fn has(&self, value: ValueRef) -> bool {
        match value {
            ValueRef::Sig(id) => self.sig[id.index()],
            ValueRef::Event(id) => self.event[id.index()],
            ValueRef::Field(id) => self.field[id.index()],
            _ => true,
        }
    }

    fn add(&mut self, value: ValueRef) -> bool {
        let entry = match value {
            ValueRef::Sig(id) => &mut self.sig[id.index()],
            ValueRef::Event(id) => &mut self.event[id.index()],
            ValueRef::Field(id) => &mut self.field[id.index()],
            _ => return false,
        };
        !std::mem::replace(entry, true)
    }
}

/// Everything that the tables point at, in a fixed order.
pub(super) fn roots(program: &Program, visit: &mut impl FnMut(ValueRef)) {
    let t = &program.tables;
    for slot in &t.graph.slots {
        visit(slot.r#ref);
    }
    for row in &t.transforms.uses {
        visit(row.at);
    }
    for domain in &t.graph.domains {
        domain
            .attrs
            .iter()
            .for_each(|attr| visit(ValueRef::Field(attr.field)));
    }
    for cell in 0..t.state.cells.len() {
        edges::of_cell(t, StateId::at(cell), visit);
    }
    for request in &t.materialize.requests {
        visit(ValueRef::Field(request.field));
        if let Consumer::Reduce(sig) = request.consumer {
            visit(ValueRef::Sig(sig));
        }
    }
    for sink in &t.render.sinks {
        operands::of_sink(program, sink, visit);
    }
    let rows = t
        .render
        .cameras
        .iter()
        .chain(&t.render.meshes)
        .chain(&t.render.effects);
    for param in rows.flat_map(|row| &row.params) {
        operands::of_input(program, param.from, visit);
    }
    for rail in &t.rails {
        for param in derive::params_of(&rail.generator) {
            if let Param::Drive { sig, .. } = param {
                visit(ValueRef::Sig(*sig));
            }
        }
    }
}

fn kept(program: &Program) -> Kept {
    let t = &program.tables;
    let mut kept = Kept {
        sig: vec![false; t.sig.nodes.len()],
        event: vec![false; t.event.nodes.len()],
        field: vec![false; t.field.nodes.len()],
    };
    let mut work = Vec::new();
    roots(program, &mut |value| work.push(value));
    while let Some(value) = work.pop() {
        if kept.add(value) {
            edges::operands(t, value, &mut |operand| work.push(operand));
        }
    }
    kept
}

/// Per owner: the computed nodes that it runs, operands first.
fn runs(draft: &Draft, kept: &Kept) -> BTreeMap<(usize, usize), Vec<ValueRef>> {
    let tables = &draft.program.tables;
    let owner = |value: ValueRef| match value {
        ValueRef::Sig(id) => draft.marks.sig_owner[id.index()],
        ValueRef::Event(id) => draft.marks.event_owner[id.index()],
        _ => (usize::MAX, 0),
    };
    let needed = |value: &ValueRef| kept.has(*value) && edges::is_computed(tables, *value);
    let mut members: BTreeMap<(usize, usize), Vec<ValueRef>> = BTreeMap::new();
    let all = (0..tables.sig.nodes.len())
        .map(|i| ValueRef::Sig(SignalId::at(i)))
        .chain((0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i))));
    for value in all.filter(needed) {
        members.entry(owner(value)).or_default().push(value);
    }
    let mut done: HashMap<ValueRef, bool> = HashMap::new();
    let mut runs = BTreeMap::new();
    for (own, members) in members {
        let mut run = Vec::with_capacity(members.len());
        for root in members {
            let mut work = vec![(root, false)];
            while let Some((value, operands_done)) = work.pop() {
                if operands_done {
                    run.push(value);
                    continue;
                }
                if owner(value) != own || !needed(&value) || done.insert(value, true).is_some() {
                    continue;
                }
                work.push((value, true));
                let first = work.len();
                edges::operands(tables, value, &mut |operand| work.push((operand, false)));
                work[first..].reverse();
            }
        }
        runs.insert(own, run);
    }
    runs
}

/// Makes the steps, in any order.
fn steps(draft: &mut Draft, runs: BTreeMap<(usize, usize), Vec<ValueRef>>) {
    let mut made: Vec<(StepKind, Vec<ValueRef>)> = vec![
        (StepKind::ExternalSample, Vec::new()),
        (StepKind::TimeDerive, Vec::new()),
        (StepKind::TimeConsole, Vec::new()),
    ];
    let t = &draft.program.tables;
    let mut buses: Vec<Vec<ValueRef>> = vec![Vec::new(); t.graph.buses.len()];
    for ((unit, stage), run) in runs {
        let reduce = run.iter().find_map(|value| match value {
            ValueRef::Sig(id) if stage > 0 => {
                let node = &t.sig.nodes[id.index()];
                matches!(node.expr, SignalExpr::Reduce { .. }).then_some(*id)
            }
            _ => None,
        });
        match (reduce, draft.units.get(unit)) {
            (Some(sig), _) => made.push((StepKind::Reduce { sig }, run)),
            (None, Some(StepUnit::Block(block))) => {
                made.push((StepKind::NodeEval { block: *block }, run));
            }
            (None, Some(StepUnit::Bus(bus))) => buses[bus.index()].extend(run),
            (None, _) => {}
        }
    }
    for (i, run) in buses.into_iter().enumerate() {
        made.push((StepKind::BusEval { bus: BusId::at(i) }, run));
    }
    let rails = (0..t.rails.len()).map(|i| StepKind::RailResolve {
        rail: RailId::at(i),
    });
    let groups = 0..t.materialize.groups.len();
    let groups = groups.map(|i| StepKind::Materialize {
        group: GroupId::at(i),
    });
    let cameras = 0..t.render.cameras.len();
    let cameras = cameras.map(|i| StepKind::CameraEval {
        camera: CameraId::at(i),
    });
    let meshes = (0..t.render.meshes.len()).map(|i| StepKind::MeshBuild {
        mesh: MeshId::at(i),
    });
    let sinks = (0..t.render.sinks.len()).map(|i| StepKind::SinkEval {
        sink: SinkId::at(i),
    });
    let rest = rails
        .chain([StepKind::StateCommit])
        .chain(groups)
        .chain(cameras);
    let rest = rest
        .chain(meshes)
        .chain(sinks)
        .chain([StepKind::RenderAssemble]);
    made.extend(rest.map(|kind| (kind, Vec::new())));
    let mut texts = Texts::new(&mut draft.program.tables.strings);
    let keys: Vec<StrId> = made
        .iter()
        .map(|(kind, _)| kind)
        .map(|kind| {
            let key = texts.key(&draft.program.tables, *kind);
            texts.intern(key)
        })
        .collect();
    draft.program.tables.strings = texts.list;
    let steps = made.into_iter().zip(keys).map(|((kind, run), key)| Step {
        key,
        kind,
        phase: Phase::Render,
        run,
        reads: Vec::new(),
        writes: Vec::new(),
        deps: Vec::new(),
        cache: Cache {
            policy: match kind {
                StepKind::Materialize { .. }
                | StepKind::CameraEval { .. }
                | StepKind::MeshBuild { .. } => CachePolicy::Keyed,
                _ => CachePolicy::PerFrame,
            },
            uniforms: Vec::new(),
            epochs: Vec::new(),
        },
        demand: true,
    });
    draft.program.schedule.steps = steps.collect();
}

/// The string pool while keys of steps are added.
struct Texts {
    list: Vec<String>,
    by: HashMap<String, StrId>,
    reduces: usize,
}

impl Texts {
    fn new(list: &mut Vec<String>) -> Self {
        let list = list.clone();
        let by = list
            .iter()
            .enumerate()
            .map(|(i, s)| (s.clone(), StrId::at(i)))
            .collect();
        Self {
            list,
            by,
            reduces: 0,
        }
    }

    fn intern(&mut self, text: String) -> StrId {
        if let Some(&id) = self.by.get(&text) {
            return id;
        }
        let id = StrId::at(self.list.len());
        self.list.push(text.clone());
        self.by.insert(text, id);
        id
    }

    /// `kind:subject`.
    fn key(&mut self, t: &Tables, kind: StepKind) -> String {
        let text = |id: StrId| self.list[id.index()].as_str();
        match kind {
            StepKind::ExternalSample => "externalSample".to_owned(),
            StepKind::TimeDerive => "timeDerive".to_owned(),
            StepKind::TimeConsole => "timeConsole".to_owned(),
            StepKind::NodeEval { block } => {
                format!("nodeEval:{}", text(t.graph.blocks[block.index()].key))
            }
            StepKind::BusEval { bus } => {
                format!("busEval:{}", text(t.graph.buses[bus.index()].key))
            }
            StepKind::Reduce { sig } => {
                let mine = t
                    .materialize
                    .requests
                    .iter()
                    .find(|r| r.consumer == Consumer::Reduce(sig));
                let key = mine.map_or_else(|| self.reduces.to_string(), |r| text(r.key).to_owned());
                self.reduces += 1;
                format!("reduce:{key}")
            }
            StepKind::RailResolve { rail } => {
                format!("railResolve:{}", text(t.rails[rail.index()].key))
            }
            StepKind::StateCommit => "stateCommit".to_owned(),
            StepKind::Materialize { group } => format!("materialize:g{}", group.0),
            StepKind::CameraEval { camera } => {
                format!("cameraEval:{}", text(t.render.cameras[camera.index()].key))
            }
            StepKind::MeshBuild { mesh } => {
                format!("meshBuild:{}", text(t.render.meshes[mesh.index()].key))
            }
            StepKind::SinkEval { sink } => {
                format!("sinkEval:{}", text(t.render.sinks[sink.index()].key))
            }
            StepKind::RenderAssemble => "renderAssemble".to_owned(),
        }
    }
}

/// Signals that the kernels and caches depend on.
fn group_uniforms(program: &mut Program) {
    let uniforms: Vec<Vec<SignalId>> = program
        .tables
        .materialize
        .groups
        .iter()
        .map(|group| derive::uniforms(program, &group.reqs))
        .collect();
    for (group, uniforms) in program.tables.materialize.groups.iter_mut().zip(uniforms) {
        group.uniforms = uniforms;
    }
    let mut steps = std::mem::take(&mut program.schedule.steps);
    let t = &program.tables;
    for step in &mut steps {
        let params = match step.kind {
            StepKind::Materialize { group } => {
                step.cache.uniforms = t.materialize.groups[group.index()].uniforms.clone();
                continue;
            }
            StepKind::CameraEval { camera } => &t.render.cameras[camera.index()].params,
            StepKind::MeshBuild { mesh } => &t.render.meshes[mesh.index()].params,
            _ => continue,
        };
        let signals = params.iter().filter_map(|param| match param.from {
            InputRef::Sig(id) => Some(id),
            _ => None,
        });
        step.cache.uniforms = signals.collect();
        step.cache.uniforms.sort_unstable();
        step.cache.uniforms.dedup();
    }
    program.schedule.steps = steps;
}

/// The phase of each step; a block's step is after the buses if it depends on one.
fn phases(program: &mut Program, deps: &[Vec<StepId>]) {
    let steps = &mut program.schedule.steps;
    let groups = &program.tables.materialize.groups;
    let requests = &program.tables.materialize.requests;
    let early = |group: GroupId| {
        let first = groups[group.index()].reqs.first();
        let consumer = first.map(|r| requests[r.index()].consumer);
        matches!(consumer, Some(Consumer::Reduce(_)))
    };
    let mut after_bus = vec![false; steps.len()];
    for i in topological(deps, |_| 0) {
        let inherited = deps[i].iter().any(|d| after_bus[d.index()]);
        after_bus[i] = inherited || matches!(steps[i].kind, StepKind::BusEval { .. });
        steps[i].phase = match steps[i].kind {
            StepKind::ExternalSample => Phase::External,
            StepKind::TimeDerive => Phase::TimeDerive,
            StepKind::TimeConsole => Phase::TimeConsole,
            StepKind::NodeEval { .. } if after_bus[i] => Phase::PostBus,
            StepKind::NodeEval { .. } => Phase::PreBus,
            StepKind::BusEval { .. } => Phase::BusEval,
            StepKind::Reduce { .. } => Phase::PostBus,
            StepKind::RailResolve { .. } | StepKind::StateCommit => Phase::RailResolve,
            StepKind::Materialize { group } if early(group) => Phase::PostBus,
            StepKind::Materialize { .. }
            | StepKind::CameraEval { .. }
            | StepKind::MeshBuild { .. }
            | StepKind::SinkEval { .. } => Phase::Render,
            StepKind::RenderAssemble => Phase::RenderAssemble,
        };
    }
}

/// Execution order: phase, then kind (its place in the enum), then subject, among what is ready.
fn order(steps: &[Step], deps: &[Vec<StepId>]) -> Vec<usize> {
    topological(deps, |i| (steps[i].phase, steps[i].kind))
}

/// Topological order by dependencies; among ready ones the lowest key, then the lowest number.
fn topological<K: Ord>(deps: &[Vec<StepId>], key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut missing: Vec<usize> = deps.iter().map(Vec::len).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); deps.len()];
    for (i, deps) in deps.iter().enumerate() {
        for dep in deps {
            readers[dep.index()].push(i);
        }
    }
    let entry = |i: usize| Reverse((key(i), i));
    let mut ready: BinaryHeap<Reverse<(K, usize)>> = (0..deps.len())
        .filter(|&i| missing[i] == 0)
        .map(entry)
        .collect();
    let mut order = Vec::with_capacity(deps.len());
    while let Some(Reverse((_, i))) = ready.pop() {
        order.push(i);
        for &reader in &readers[i] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push(entry(reader));
            }
        }
    }
    order
}

/// Which steps anything but a probe needs.
fn demand(steps: &mut [Step]) {
    let mut needed: Vec<bool> = steps
        .iter()
        .map(|step| {
            !matches!(
                step.kind,
                StepKind::NodeEval { .. }
                    | StepKind::BusEval { .. }
                    | StepKind::Reduce { .. }
                    | StepKind::Materialize { .. }
                    | StepKind::CameraEval { .. }
                    | StepKind::MeshBuild { .. }
            )
        })
        .collect();
    // Dependencies come first, so one walk from the end finds all.
    for i in (0..steps.len()).rev() {
        if needed[i] {
            for dep in &steps[i].deps {
                needed[dep.index()] = true;
            }
        }
    }
    for (step, needed) in steps.iter_mut().zip(needed) {
        step.demand = needed;
    }
}

/// The slots that each step writes, and those of other steps that it reads.
fn reads_and_writes(program: &mut Program) {
    let owners = derive::Owners::new(program);
    let mut writes: Vec<Vec<SlotId>> = vec![Vec::new(); program.schedule.steps.len()];
    let mut slot_of: HashMap<ValueRef, SlotId> = HashMap::new();
    let at = |kind: StepKind| program.schedule.steps.iter().position(|s| s.kind == kind);
    let console = at(StepKind::TimeConsole);
    let external = at(StepKind::ExternalSample);
    let assemble = at(StepKind::RenderAssemble);
    for (i, slot) in program.tables.graph.slots.iter().enumerate() {
        let id = SlotId::at(i);
        let writer = match slot.owner {
            SlotOwner::Block {
                dir: Direction::In, ..
            } => None,
            SlotOwner::Block { .. } => match slot.r#ref {
                ValueRef::Sig(_)
                | ValueRef::Event(_)
                | ValueRef::Time(_)
                | ValueRef::TimeEvent(_) => owners.of(program, slot.r#ref).map(StepId::index),
                _ => None,
            },
            SlotOwner::Rail(_) => console,
            SlotOwner::External(_) => external,
            SlotOwner::Frame => assemble,
            _ => owners.of(program, slot.r#ref).map(StepId::index),
        };
        let Some(writer) = writer else { continue };
        writes[writer].push(id);
        slot_of.entry(slot.r#ref).or_insert(id);
    }
    let mut reads: Vec<Vec<SlotId>> = Vec::with_capacity(program.schedule.steps.len());
    for (i, step) in program.schedule.steps.iter().enumerate() {
        let mut slots = Vec::new();
        derive::step_reads(program, step, &mut |value| {
            let owner = owners.of(program, value);
            if owner.is_some_and(|o| o.index() != i)
                && let Some(slot) = slot_of.get(&canonical(program, value))
            {
                slots.push(*slot);
            }
        });
        slots.sort_unstable();
        slots.dedup();
        reads.push(slots);
    }
    for (step, (reads, writes)) in program
        .schedule
        .steps
        .iter_mut()
        .zip(reads.into_iter().zip(writes))
    {
        step.reads = reads;
        step.writes = writes;
    }
}

/// The address under which slots show a value.
fn canonical(program: &Program, value: ValueRef) -> ValueRef {
    let t = &program.tables;
    match value {
        ValueRef::Sig(id) => match t.sig.nodes[id.index()].expr {
            SignalExpr::Time(time) => ValueRef::Time(time),
            SignalExpr::Rail(rail) => ValueRef::Rail(rail),
            _ => value,
        },
        ValueRef::Event(id) => match t.event.nodes[id.index()].expr {
            EventExpr::Time(event) => ValueRef::TimeEvent(event),
            EventExpr::Rail(rail) => ValueRef::Rail(rail),
            _ => value,
        },
        value => value,
    }
}

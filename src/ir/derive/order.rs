//! What follows for the schedule: phases, the one right order, which steps are needed, and which slots
//! they write and read.

use super::edges::Edges;
use crate::ir::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// The phase of each step; a block's step is after the buses if it depends on one.
pub fn phases(program: &Program, deps: &[impl AsRef<[StepId]>]) -> Vec<Phase> {
    let steps = &program.schedule.steps;
    let plan = &program.tables.materialize;
    let early = |group: GroupId| {
        let first = plan.groups.get(group.index()).and_then(|g| g.reqs.first());
        let request = first.and_then(|r| plan.requests.get(r.index()));
        request.is_some_and(|r| matches!(r.consumer, Consumer::Reduce(_)))
    };
    let mut after_bus = vec![false; steps.len()];
    let mut phases = vec![Phase::Render; steps.len()];
    for i in topological(deps, |_| 0) {
        let inherited = deps[i].as_ref().iter().any(|d| after_bus[d.index()]);
        after_bus[i] = inherited || matches!(steps[i].kind, StepKind::BusEval { .. });
        phases[i] = match steps[i].kind {
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
    phases
}

/// Execution order: phase, then kind (its place in the enum), then subject, among what is ready.
pub fn order(steps: &[Step], deps: &[impl AsRef<[StepId]>]) -> Vec<usize> {
    topological(deps, |i| (steps[i].phase, steps[i].kind))
}

/// Topological order by dependencies; among ready ones the lowest key, then the lowest number. What is
/// in a circle, or depends on one, is left out.
pub fn topological<K: Ord>(deps: &[impl AsRef<[StepId]>], key: impl Fn(usize) -> K) -> Vec<usize> {
    let deps = deps.iter().map(AsRef::as_ref);
    let mut missing: Vec<usize> = deps.clone().map(<[StepId]>::len).collect();
    let reads = deps.clone().enumerate();
    let reads = reads.flat_map(|(i, deps)| deps.iter().map(move |dep| (dep.index(), i as u32)));
    let readers = rows(missing.len(), reads);
    let entry = |i: usize| Reverse((key(i), i));
    let mut ready: BinaryHeap<Reverse<(K, usize)>> = (0..missing.len())
        .filter(|&i| missing[i] == 0)
        .map(entry)
        .collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse((_, i))) = ready.pop() {
        order.push(i);
        for reader in readers.row(i).iter().map(|&reader| reader as usize) {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push(entry(reader));
            }
        }
    }
    order
}

/// Which steps anything but a probe needs.
pub fn demand(steps: &[Step]) -> Vec<bool> {
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
    for (i, step) in steps.iter().enumerate().rev() {
        if needed[i] {
            for dep in &step.deps {
                if let Some(dep) = needed.get_mut(dep.index()) {
                    *dep = true;
                }
            }
        }
    }
    needed
}

/// The slots of other steps that each step reads, and those that it writes: a row for each step.
pub fn reads_and_writes(edges: &Edges<'_>) -> (Rows, Rows) {
    let program = edges.program();
    let steps = &program.schedule.steps;
    let mut written: Vec<(usize, u32)> = Vec::with_capacity(program.tables.graph.slots.len());
    let mut shown = Shown::new(program);
    let at = |kind: StepKind| steps.iter().position(|s| s.kind == kind);
    let console = at(StepKind::TimeConsole);
    let external = at(StepKind::ExternalSample);
    let assemble = at(StepKind::RenderAssemble);
    for (i, slot) in program.tables.graph.slots.iter().enumerate() {
        let writer = match slot.owner {
            SlotOwner::Block {
                dir: Direction::In, ..
            } => None,
            SlotOwner::Block { .. } => match slot.r#ref {
                ValueRef::Sig(_)
                | ValueRef::Event(_)
                | ValueRef::Time(_)
                | ValueRef::TimeEvent(_) => edges.owner(slot.r#ref).map(StepId::index),
                _ => None,
            },
            SlotOwner::Rail(_) => console,
            SlotOwner::External(_) => external,
            SlotOwner::Frame => assemble,
            _ => edges.owner(slot.r#ref).map(StepId::index),
        };
        let Some(writer) = writer else { continue };
        written.push((writer, i as u32));
        shown.at(slot.r#ref, SlotId::at(i));
    }
    let writes = rows(steps.len(), written.iter().copied());
    let mut reads = Rows {
        off: vec![0],
        item: Vec::new(),
    };
    let mut slots = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        edges.of_step(step, &mut |value| {
            let owner = edges.owner(value);
            if owner.is_some_and(|o| o.index() != i)
                && let Some(slot) = shown.slot(canonical(program, value))
            {
                slots.push(slot.0);
            }
        });
        slots.sort_unstable();
        slots.dedup();
        reads.item.append(&mut slots);
        reads.off.push(reads.item.len() as u32);
    }
    (reads, writes)
}

/// The first slot that shows a value.
struct Shown {
    /// Per signal: most values are signals.
    signals: Vec<Option<SlotId>>,
    rest: HashMap<ValueRef, SlotId>,
}

impl Shown {
    fn new(program: &Program) -> Self {
        Self {
            signals: vec![None; program.tables.sig.nodes.len()],
            rest: HashMap::new(),
        }
    }

    fn at(&mut self, value: ValueRef, slot: SlotId) {
        match value {
            ValueRef::Sig(id) => {
                if let Some(first) = self.signals.get_mut(id.index()) {
                    first.get_or_insert(slot);
                }
            }
            value => {
                self.rest.entry(value).or_insert(slot);
            }
        }
    }

    fn slot(&self, value: ValueRef) -> Option<SlotId> {
        match value {
            ValueRef::Sig(id) => self.signals.get(id.index()).copied().flatten(),
            value => self.rest.get(&value).copied(),
        }
    }
}

/// The address under which slots show a value.
fn canonical(program: &Program, value: ValueRef) -> ValueRef {
    let t = &program.tables;
    match value {
        ValueRef::Sig(id) => match t.sig.nodes.get(id.index()).map(|node| &node.expr) {
            Some(SignalExpr::Time(time)) => ValueRef::Time(*time),
            Some(SignalExpr::Rail(rail)) => ValueRef::Rail(*rail),
            _ => value,
        },
        ValueRef::Event(id) => match t.event.nodes.get(id.index()).map(|node| &node.expr) {
            Some(EventExpr::Time(event)) => ValueRef::TimeEvent(*event),
            Some(EventExpr::Rail(rail)) => ValueRef::Rail(*rail),
            _ => value,
        },
        value => value,
    }
}

/// The view of the steps by phase.
pub fn phase_rows(steps: &[Step]) -> Vec<PhaseRow> {
    let mut rows: BTreeMap<Phase, Vec<StepId>> = BTreeMap::new();
    for (i, step) in steps.iter().enumerate() {
        rows.entry(step.phase).or_default().push(StepId::at(i));
    }
    rows.into_iter()
        .map(|(phase, steps)| PhaseRow { phase, steps })
        .collect()
}

/// Producers and consumers of slots, from the steps' `writes` and `reads` and the publishers.
pub fn deps_index(program: &Program) -> DepsIndex {
    let slots = program.tables.graph.slots.len();
    let mut producer = vec![None; slots];
    let steps = &program.schedule.steps;
    for (i, step) in steps.iter().enumerate() {
        for slot in &step.writes {
            set(&mut producer, slot.index(), Some(StepId::at(i)));
        }
    }
    let reads = steps.iter().enumerate().flat_map(|(i, step)| {
        let slots = step.reads.iter();
        slots.map(move |slot| (slot.index(), i as u32))
    });
    let publishers = program.tables.graph.publishers.iter();
    let publishers = publishers.filter(|publisher| publisher.enabled);
    let buses = publishers.map(|publisher| (publisher.from.index(), publisher.bus.0));
    DepsIndex {
        producer,
        consumers: set_rows(slots, reads),
        bus_slots: set_rows(slots, buses),
    }
}

/// Items by row, in the order in which they come. Items of rows that are not there are left out.
fn rows(count: usize, pairs: impl Iterator<Item = (usize, u32)> + Clone) -> Rows {
    let pairs = pairs.filter(|(row, _)| *row < count);
    let mut off = vec![0u32; count + 1];
    for (row, _) in pairs.clone() {
        off[row + 1] += 1;
    }
    for i in 0..count {
        off[i + 1] += off[i];
    }
    let mut item = vec![0; off[count] as usize];
    let mut next = off.clone();
    for (row, value) in pairs {
        item[next[row] as usize] = value;
        next[row] += 1;
    }
    Rows { off, item }
}

/// As [`rows`], but ascending and each item once.
fn set_rows(count: usize, pairs: impl Iterator<Item = (usize, u32)> + Clone) -> Rows {
    let Rows { mut off, mut item } = rows(count, pairs);
    let (mut from, mut kept) = (0, 0);
    for end in off.iter_mut().skip(1) {
        let to = *end as usize;
        item[from..to].sort_unstable();
        let first = kept;
        for i in from..to {
            if kept == first || item[kept - 1] != item[i] {
                item[kept] = item[i];
                kept += 1;
            }
        }
        from = to;
        *end = kept as u32;
    }
    item.truncate(kept);
    Rows { off, item }
}

fn set<T>(list: &mut [Option<T>], i: usize, value: Option<T>) {
    if let Some(entry) = list.get_mut(i) {
        *entry = value;
    }
}

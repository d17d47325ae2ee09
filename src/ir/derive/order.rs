//! What follows for the schedule: phases, the one right order, which steps are needed, and which slots
//! they write and read.

use super::edges::Edges;
use crate::ir::fast_map::FastMap;
use crate::ir::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The phase of each step; a block's step is after the buses if it depends on one.
pub fn phases(program: &Program, deps: &[Vec<StepId>]) -> Vec<Phase> {
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
        let inherited = deps[i].iter().any(|d| after_bus[d.index()]);
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
pub fn order(steps: &[Step], deps: &[Vec<StepId>]) -> Vec<usize> {
    topological(deps, |i| (steps[i].phase, steps[i].kind))
}

/// Topological order by dependencies; among ready ones the lowest key, then the lowest number. What is
/// in a circle, or depends on one, is left out.
pub fn topological<K: Ord>(deps: &[Vec<StepId>], key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut missing: Vec<usize> = deps.iter().map(Vec::len).collect();
    let reads = deps.iter().enumerate();
    let reads = reads.flat_map(|(i, deps)| deps.iter().map(move |dep| (dep.index(), i as u32)));
    let readers = rows(deps.len(), reads);
    let entry = |i: usize| Reverse((key(i), i));
    let mut ready: BinaryHeap<Reverse<(K, usize)>> = (0..deps.len())
        .filter(|&i| missing[i] == 0)
        .map(entry)
        .collect();
    let mut order = Vec::with_capacity(deps.len());
    while let Some(Reverse((_, i))) = ready.pop() {
        order.push(i);
        let readers = &readers.item[readers.off[i] as usize..readers.off[i + 1] as usize];
        for reader in readers.iter().map(|&reader| reader as usize) {
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

/// The slots of other steps that each step reads, and those that it writes.
pub fn reads_and_writes(program: &Program) -> (Vec<Vec<SlotId>>, Vec<Vec<SlotId>>) {
    let edges = Edges::new(program);
    let steps = &program.schedule.steps;
    let mut writes: Vec<Vec<SlotId>> = vec![Vec::new(); steps.len()];
    let mut slot_of: FastMap<ValueRef, SlotId> = FastMap::default();
    let at = |kind: StepKind| steps.iter().position(|s| s.kind == kind);
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
                | ValueRef::TimeEvent(_) => edges.owner(slot.r#ref).map(StepId::index),
                _ => None,
            },
            SlotOwner::Rail(_) => console,
            SlotOwner::External(_) => external,
            SlotOwner::Frame => assemble,
            _ => edges.owner(slot.r#ref).map(StepId::index),
        };
        let Some(writer) = writer else { continue };
        writes[writer].push(id);
        slot_of.entry(slot.r#ref).or_insert(id);
    }
    let mut reads: Vec<Vec<SlotId>> = Vec::with_capacity(steps.len());
    for (i, step) in steps.iter().enumerate() {
        let mut slots = Vec::new();
        edges.of_step(step, &mut |value| {
            let owner = edges.owner(value);
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
    (reads, writes)
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

//! What follows from the order of the steps: which are needed, which slots they write and read.

use crate::ir::*;
use std::collections::HashMap;

/// Which steps anything but a probe needs.
pub(super) fn demand(steps: &mut [Step]) {
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
pub(super) fn reads_and_writes(program: &mut Program) {
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

//! Facts that follow from the tables: the compiler stores them, validation derives them again and
//! compares.
//!
//! [`complete`] stores them all in a program whose tables are whole and whose steps know what they run,
//! [`arrange`] also orders the steps. Nothing here trusts an index: what is out of range is left out, for validation to find.

mod edges;
mod layout;
mod memory;
mod order;
mod steps;

pub use edges::{Edges, Owners, deps, deps_into};
pub use layout::{cell_hash, state_hash, state_ranges};
pub use memory::{group_uniforms, memory, memory_of_all, params_of, uniforms, uniforms_of};
pub use order::{demand, deps_index, order, phase_rows, phases, reads_and_writes, topological};
pub use steps::{StepKeys, cache};

use super::{Program, SlotId, StepId};

/// Stores everything that follows from the tables and the `run` lists of the steps, except the order
/// of the steps, in which nothing is moved.
pub fn complete(program: &mut Program) {
    state_ranges(program);
    let uniforms = group_uniforms(program);
    for (group, uniforms) in program.tables.materialize.groups.iter_mut().zip(uniforms) {
        group.uniforms = uniforms;
    }
    let caches: Vec<_> = program
        .schedule
        .steps
        .iter()
        .map(|step| cache(program, step.kind))
        .collect();
    for (step, cache) in program.schedule.steps.iter_mut().zip(caches) {
        step.cache = cache;
    }
    let all = {
        let edges = Edges::new(program);
        let steps = 0..program.schedule.steps.len();
        steps
            .map(|i| deps(&edges, StepId::at(i)))
            .collect::<Vec<_>>()
    };
    let phases = phases(program, &all);
    let steps = &mut program.schedule.steps;
    for ((step, deps), phase) in steps.iter_mut().zip(all).zip(phases) {
        step.deps = deps;
        step.phase = phase;
    }
    store_reads_and_writes(program);
    for (i, needed) in demand(&program.schedule.steps).into_iter().enumerate() {
        program.schedule.steps[i].demand = needed;
    }
    program.schedule.phases = phase_rows(&program.schedule.steps);
    program.schedule.deps_index = deps_index(program);
    program.memory = memory(program);
}

/// Stores what [`reads_and_writes`] gives.
pub fn store_reads_and_writes(program: &mut Program) {
    let (reads, writes) = reads_and_writes(&Edges::new(program));
    let slots = |row: &[u32]| row.iter().copied().map(SlotId).collect();
    for (i, step) in program.schedule.steps.iter_mut().enumerate() {
        step.reads = slots(reads.row(i));
        step.writes = slots(writes.row(i));
    }
}

/// As [`complete`], and puts the steps in their order. Where steps need each other in a circle nothing
/// is moved, for validation to find.
pub fn arrange(program: &mut Program) {
    complete(program);
    let steps = &mut program.schedule.steps;
    let deps: Vec<Vec<StepId>> = steps.iter().map(|step| step.deps.clone()).collect();
    let order = order(steps, &deps);
    if order.len() == steps.len() {
        *steps = order.iter().map(|&i| steps[i].clone()).collect();
        complete(program);
    }
}

//! Pass 7: what runs when.
//!
//! Each owner of computed nodes becomes a step; time, rails, state, columns and sinks have theirs.
//! Steps depend on the owners of what they read. Their order is one topological order: among the
//! steps that are ready the lowest phase goes first, then the kind, then the subject's id. Nothing
//! else may influence it.

mod steps;

pub(super) use steps::roots;

use super::assemble::Draft;
use crate::ir::*;

/// Fills the schedule of a draft. Expression rows are still in provisional order.
pub(super) fn schedule(draft: &mut Draft) {
    let kept = steps::kept(&draft.program);
    let runs = steps::runs(draft, &kept);
    steps::steps(draft, runs);
    cache_keys(&mut draft.program);
    let steps = 0..draft.program.schedule.steps.len();
    let mut deps: Vec<Vec<StepId>> = {
        let edges = derive::Edges::new(&draft.program);
        steps.map(|i| derive::deps(&edges, StepId::at(i))).collect()
    };
    let phases = derive::phases(&draft.program, &deps);
    let steps = &mut draft.program.schedule.steps;
    for (step, phase) in steps.iter_mut().zip(phases) {
        step.phase = phase;
    }
    let order = derive::order(steps, &deps);
    let mut place = vec![StepId(0); order.len()];
    for (at, &i) in order.iter().enumerate() {
        place[i] = StepId::at(at);
    }
    for (step, deps) in steps.iter_mut().zip(&mut deps) {
        for dep in deps.iter_mut() {
            *dep = place[dep.index()];
        }
        deps.sort_unstable();
        step.deps = std::mem::take(deps);
    }
    super::assemble::permute(steps, place.iter().map(|id| id.index()));
    for (i, needed) in derive::demand(steps).into_iter().enumerate() {
        steps[i].demand = needed;
    }
    derive::store_reads_and_writes(&mut draft.program);
}

/// Signals that the kernels and caches depend on.
fn cache_keys(program: &mut Program) {
    let uniforms = derive::group_uniforms(program);
    for (group, uniforms) in program.tables.materialize.groups.iter_mut().zip(uniforms) {
        group.uniforms = uniforms;
    }
    for i in 0..program.schedule.steps.len() {
        let cache = derive::cache(program, program.schedule.steps[i].kind);
        program.schedule.steps[i].cache = cache;
    }
}

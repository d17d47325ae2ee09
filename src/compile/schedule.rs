//! Pass 7: what runs when.
//!
//! Each owner of computed nodes becomes a step; time, rails, state, columns and sinks have theirs.
//! Steps depend on the owners of what they read. Their order is one topological order: among the
//! steps that are ready the lowest phase goes first, then the kind, then the subject's id. Nothing
//! else may influence it.

mod slots;
mod steps;

pub(super) use steps::roots;

use super::assemble::Draft;
use crate::ir::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Fills the schedule of a draft. Expression rows are still in provisional order.
pub(super) fn schedule(draft: &mut Draft) {
    let kept = steps::kept(&draft.program);
    let runs = steps::runs(draft, &kept);
    steps::steps(draft, runs);
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
    slots::demand(steps);
    slots::reads_and_writes(&mut draft.program);
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

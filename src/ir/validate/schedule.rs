//! The schedule: one writer per slot, one owner per computed node, every operand earlier on the
//! tape, steps and phases in order, dependencies and memory class as derived.

use super::*;
use crate::ir::*;

const STEPS: &str = "/schedule/steps";

pub(super) fn check(f: &mut Findings<'_>) {
    writers(f);
    order(f);
    tape(f);
    if f.list.is_empty() {
        dependencies(f);
    }
}

fn writers(f: &mut Findings<'_>) {
    let p = f.program;
    let mut written = vec![0u32; p.tables.graph.slots.len()];
    let mut sig = vec![0u32; p.tables.sig.nodes.len()];
    let mut event = vec![0u32; p.tables.event.nodes.len()];
    for (i, step) in p.schedule.steps.iter().enumerate() {
        step.writes.iter().for_each(|s| written[s.index()] += 1);
        for value in &step.run {
            match value {
                ValueRef::Sig(s) => sig[s.index()] += 1,
                ValueRef::Event(e) => event[e.index()] += 1,
                _ => f.add("ir-writer", STEPS, i, "a step runs signals and events only"),
            }
        }
    }
    for (i, count) in written.iter().enumerate() {
        if *count > 1 {
            f.add(
                "ir-writer",
                "/tables/graph/slots",
                i,
                "the slot has more than one writer",
            );
        }
    }
    for (i, count) in sig.iter().enumerate() {
        let wanted = u32::from(operands::is_computed_signal(&p.tables.sig.nodes[i].expr));
        if *count != wanted {
            f.add(
                "ir-writer",
                "/tables/sig/nodes",
                i,
                format!("run {count} times, not {wanted}"),
            );
        }
    }
    for (i, count) in event.iter().enumerate() {
        let wanted = u32::from(operands::is_computed_event(&p.tables.event.nodes[i].expr));
        if *count != wanted {
            f.add(
                "ir-writer",
                "/tables/event/nodes",
                i,
                format!("run {count} times, not {wanted}"),
            );
        }
    }
}

fn order(f: &mut Findings<'_>) {
    let steps = &f.program.schedule.steps;
    let kinds: Vec<StepKind> = steps.iter().map(|s| s.kind).collect();
    let head = [
        StepKind::ExternalSample,
        StepKind::TimeDerive,
        StepKind::TimeConsole,
    ];
    if kinds.get(..3) != Some(&head) || kinds.last() != Some(&StepKind::RenderAssemble) {
        let message = "the schedule starts with externalSample, timeDerive, timeConsole and ends with \
                       renderAssemble";
        f.add("ir-step", STEPS, 0, message);
        return;
    }
    let mut once: Vec<StepKind> = kinds.clone();
    once.sort_unstable();
    if let Some(twice) = once.windows(2).find(|w| w[0] == w[1]) {
        f.add(
            "ir-step",
            STEPS,
            0,
            format!("step {:?} is there twice", twice[0]),
        );
    }
    let rails: Vec<u32> = kinds
        .iter()
        .filter_map(|k| match k {
            StepKind::RailResolve { rail } => Some(rail.0),
            _ => None,
        })
        .collect();
    let commit = kinds.iter().position(|k| *k == StepKind::StateCommit);
    let resolved = kinds
        .iter()
        .rposition(|k| matches!(k, StepKind::RailResolve { .. }));
    if rails != [0, 1, 2, 3, 4, 5] || commit.is_none() || resolved > commit {
        f.add(
            "ir-step",
            STEPS,
            0,
            "six rails are resolved in order, then the state is committed",
        );
    }
    for (i, step) in steps.iter().enumerate() {
        let fits = match step.kind {
            StepKind::ExternalSample => step.phase == Phase::External,
            StepKind::TimeDerive => step.phase == Phase::TimeDerive,
            StepKind::TimeConsole => step.phase == Phase::TimeConsole,
            StepKind::NodeEval { .. } => matches!(step.phase, Phase::PreBus | Phase::PostBus),
            StepKind::BusEval { .. } => step.phase == Phase::BusEval,
            StepKind::Reduce { .. } => step.phase == Phase::PostBus,
            StepKind::RailResolve { .. } | StepKind::StateCommit => {
                step.phase == Phase::RailResolve
            }
            StepKind::Materialize { .. } => matches!(step.phase, Phase::Render | Phase::PostBus),
            StepKind::CameraEval { .. }
            | StepKind::MeshBuild { .. }
            | StepKind::SinkEval { .. } => step.phase == Phase::Render,
            StepKind::RenderAssemble => step.phase == Phase::RenderAssemble,
        };
        if !fits {
            f.add(
                "ir-step",
                STEPS,
                i,
                format!("the step cannot be in phase {:?}", step.phase),
            );
        }
    }
}

/// Every operand is earlier on the tape or needs no evaluation.
fn tape(f: &mut Findings<'_>) {
    let p = f.program;
    let mut sig_done: Vec<bool> = p
        .tables
        .sig
        .nodes
        .iter()
        .map(|n| !operands::is_computed_signal(&n.expr))
        .collect();
    let mut event_done: Vec<bool> = p
        .tables
        .event
        .nodes
        .iter()
        .map(|n| !operands::is_computed_event(&n.expr))
        .collect();
    let mut req_done = vec![false; p.tables.materialize.requests.len()];
    for (i, step) in p.schedule.steps.iter().enumerate() {
        let mut early = true;
        for value in &step.run {
            let mut ready = |operand| {
                early &= match operand {
                    ValueRef::Sig(s) => sig_done[s.index()],
                    ValueRef::Event(e) => event_done[e.index()],
                    _ => true,
                };
            };
            match value {
                ValueRef::Sig(s) => {
                    let expr = &p.tables.sig.nodes[s.index()].expr;
                    operands::of_signal(p, expr, &mut ready);
                    if matches!(expr, SignalExpr::Reduce { .. }) {
                        let mine = |r: &Request| r.consumer == Consumer::Reduce(*s);
                        let requests = &p.tables.materialize.requests;
                        early &= requests
                            .iter()
                            .zip(&req_done)
                            .all(|(r, done)| !mine(r) || *done);
                    }
                    sig_done[s.index()] = true;
                }
                ValueRef::Event(e) => {
                    operands::of_event(p, &p.tables.event.nodes[e.index()].expr, &mut ready);
                    event_done[e.index()] = true;
                }
                _ => {}
            }
        }
        if let StepKind::Materialize { group } = step.kind {
            let group = &p.tables.materialize.groups[group.index()];
            early &= group.uniforms.iter().all(|s| sig_done[s.index()]);
            group.reqs.iter().for_each(|r| req_done[r.index()] = true);
        }
        if !early {
            f.add(
                "ir-tape-order",
                STEPS,
                i,
                "the step reads what is computed later",
            );
        }
    }
    // Cells are updated at the commit: their operands must be there by then.
    let commit = p
        .schedule
        .steps
        .iter()
        .position(|s| s.kind == StepKind::StateCommit);
    let mut after = Vec::new();
    for step in p.schedule.steps.iter().skip(commit.unwrap_or(0)) {
        after.extend_from_slice(&step.run);
    }
    for cell in 0..p.tables.state.cells.len() {
        let mut late = false;
        operands::of_cell(p, StateId::at(cell), &mut |value| {
            late |= after.contains(&value)
        });
        if late {
            f.add(
                "ir-state",
                "/tables/state/cells",
                cell,
                "an operand is computed after the commit",
            );
        }
    }
}

fn dependencies(f: &mut Findings<'_>) {
    let p = f.program;
    let owners = derive::Owners::new(p);
    for i in 0..p.schedule.steps.len() {
        let derived = derive::deps(p, &owners, StepId::at(i));
        if derived.iter().any(|d| d.index() >= i) {
            f.add(
                "ir-step",
                STEPS,
                i,
                "the step comes before one that it needs",
            );
        } else if derived != p.schedule.steps[i].deps {
            f.add("ir-deps", STEPS, i, "`deps` is not what the step reads");
        }
    }
    if derive::deps_index(p) != p.schedule.deps_index {
        f.add(
            "ir-deps",
            "/schedule/depsIndex",
            0,
            "the index is not the derived one",
        );
    }
    let memory = derive::memory(p);
    if memory != p.memory {
        let message = format!("the memory class is `{memory:?}`, not `{:?}`", p.memory);
        f.list
            .push(Diagnostic::error("ir-memory", "/memory", message));
    }
}

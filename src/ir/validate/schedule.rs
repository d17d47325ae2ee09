//! The schedule: one writer per slot, as derived; one owner per computed node, every operand earlier on the
//! tape, steps and phases in order, dependencies and memory class as derived.

use super::*;
use crate::ir::*;
use std::collections::HashSet;

const STEPS: &str = "/schedule/steps";

pub(super) fn check(f: &mut Findings<'_>) {
    writers(f);
    order(f);
    tape(f);
    if f.list.is_empty() {
        derived(f);
    }
}

fn writers(f: &mut Findings<'_>) {
    let p = f.program;
    let mut sig = vec![0u32; p.tables.sig.nodes.len()];
    let mut event = vec![0u32; p.tables.event.nodes.len()];
    for (i, step) in p.schedule.steps.iter().enumerate() {
        for value in &step.run {
            match value {
                ValueRef::Sig(s) => sig[s.index()] += 1,
                ValueRef::Event(e) => event[e.index()] += 1,
                _ => f.add("ir-writer", STEPS, i, "a step runs signals and events only"),
            }
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
    let edges = derive::Edges::new(p);
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
                        early &= edges.columns_of(*s).all(|req| req_done[req.index()]);
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
    let late = p.schedule.steps.iter().skip(commit.unwrap_or(0));
    let after: HashSet<ValueRef> = late.flat_map(|step| step.run.iter().copied()).collect();
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

/// What follows from the tables is stored as it follows.
fn derived(f: &mut Findings<'_>) {
    let p = f.program;
    let steps = &p.schedule.steps;
    let edges = derive::Edges::new(p);
    let mut deps = Vec::with_capacity(steps.len());
    for (i, step) in steps.iter().enumerate() {
        let derived = derive::deps(&edges, StepId::at(i));
        if derived.iter().any(|d| d.index() >= i) {
            let message = "the step comes before one that it needs";
            return f.add("ir-step", STEPS, i, message);
        }
        if derived != step.deps {
            f.add("ir-deps", STEPS, i, "`deps` is not what the step reads");
        }
        deps.push(derived);
    }
    for (i, phase) in derive::phases(p, &deps).into_iter().enumerate() {
        if steps[i].phase != phase {
            let message = format!(
                "the step belongs to phase {phase:?}, not {:?}",
                steps[i].phase
            );
            return f.add("ir-step", STEPS, i, message);
        }
    }
    let order = derive::order(steps, &deps);
    if let Some(i) = order.iter().enumerate().position(|(at, i)| at != *i) {
        let first = order.get(i).copied().unwrap_or(i);
        let message = format!("step {first} goes before it: phase, kind, then subject");
        f.add("ir-step", STEPS, i, message);
    }
    if p.schedule.phases != derive::phase_rows(steps) {
        f.at(
            "ir-step",
            "/schedule/phases",
            "the view is not that of the steps",
        );
    }
    if p.schedule.determinism != Determinism::default() {
        let message = "version 1 has other inputs of orders";
        f.at("ir-step", "/schedule/determinism", message);
    }
    let needed = derive::demand(steps);
    let (reads, writes) = derive::reads_and_writes(p);
    for (i, step) in steps.iter().enumerate() {
        if step.writes != writes[i] {
            let message = "a slot is written by its one writer, and `writes` lists them in order";
            f.add("ir-writer", STEPS, i, message);
        }
        if step.reads != reads[i] {
            f.add("ir-deps", STEPS, i, "`reads` is not what the step reads");
        }
        // A step that runs for nothing does no harm.
        if needed[i] && !step.demand {
            f.add(
                "ir-step",
                STEPS,
                i,
                "the step is needed, so `demand` must be true",
            );
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

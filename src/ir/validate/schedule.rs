//! The schedule: one writer per slot, as derived; one owner per computed node, every operand earlier on the
//! tape, steps and phases in order, dependencies and memory class as derived.

use super::*;
use crate::ir::text::word;
use crate::ir::*;
use std::borrow::Cow;
use std::collections::HashSet;

const STEPS: &str = "/schedule/steps";

pub(super) fn check(f: &mut Findings<'_>) {
    writers(f);
    order(f);
    names_and_caches(f);
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

/// The steps that there must be are there, each once, between the first three and the last.
fn order(f: &mut Findings<'_>) {
    let p = f.program;
    let steps = &p.schedule.steps;
    let kinds: Vec<StepKind> = steps.iter().map(|s| s.kind).collect();
    let head = [
        StepKind::ExternalSample,
        StepKind::TimeDerive,
        StepKind::TimeConsole,
    ];
    if kinds.get(..3) != Some(&head) || kinds.last() != Some(&StepKind::RenderAssemble) {
        let message = "the schedule starts with externalSample, timeDerive, timeConsole and ends with \
                       renderAssemble";
        f.at("ir-step", STEPS, message);
        return;
    }
    let mut once = kinds.clone();
    once.sort_unstable();
    if let Some(twice) = once.windows(2).find(|w| w[0] == w[1]) {
        f.at(
            "ir-step",
            STEPS,
            format!("a step `{}` is there twice", word(&twice[0])),
        );
    }
    for kind in needed(p) {
        if once.binary_search(&kind).is_err() {
            let key = derive::StepKeys::new(p).of(kind);
            f.at("ir-step", STEPS, format!("there is no step `{key}`"));
        }
    }
    let commit = kinds.iter().position(|k| *k == StepKind::StateCommit);
    let resolved = kinds
        .iter()
        .rposition(|k| matches!(k, StepKind::RailResolve { .. }));
    if resolved > commit {
        let message = "six rails are resolved, then the state is committed";
        f.at("ir-step", STEPS, message);
    }
    for (i, step) in steps.iter().enumerate() {
        owned(f, i, step);
    }
}

/// Steps that a program has in any case; a block has one only if it computes something.
fn needed(p: &Program) -> Vec<StepKind> {
    let t = &p.tables;
    let mut kinds = vec![StepKind::StateCommit];
    kinds.extend(ids(&t.graph.buses, BusId::at).map(|bus| StepKind::BusEval { bus }));
    kinds.extend(ids(&t.rails, RailId::at).map(|rail| StepKind::RailResolve { rail }));
    let groups = ids(&t.materialize.groups, GroupId::at);
    kinds.extend(groups.map(|group| StepKind::Materialize { group }));
    let cameras = ids(&t.render.cameras, CameraId::at);
    kinds.extend(cameras.map(|camera| StepKind::CameraEval { camera }));
    kinds.extend(ids(&t.render.meshes, MeshId::at).map(|mesh| StepKind::MeshBuild { mesh }));
    kinds.extend(ids(&t.render.sinks, SinkId::at).map(|sink| StepKind::SinkEval { sink }));
    let signals = t.sig.nodes.iter().enumerate();
    let reductions = signals.filter(|(_, node)| matches!(node.expr, SignalExpr::Reduce { .. }));
    kinds.extend(reductions.map(|(i, _)| StepKind::Reduce {
        sig: SignalId::at(i),
    }));
    kinds
}

/// The indices of a table.
fn ids<T, I>(rows: &[T], at: fn(usize) -> I) -> impl Iterator<Item = I> {
    (0..rows.len()).map(at)
}

/// What a step may run: a bus its combination and what goes into it, a reduction itself, a block
/// anything else; the others nothing.
fn owned(f: &mut Findings<'_>, i: usize, step: &Step) {
    let t = &f.program.tables;
    let runs = |value: ValueRef| step.run.contains(&value);
    let wrong = match step.kind {
        StepKind::NodeEval { .. } => step.run.is_empty(),
        StepKind::BusEval { bus } => {
            let root = t.graph.buses[bus.index()].root;
            matches!(root, ValueRef::Sig(_) | ValueRef::Event(_)) && !runs(root)
        }
        StepKind::Reduce { sig } => !runs(ValueRef::Sig(sig)),
        _ => !step.run.is_empty(),
    };
    if wrong {
        let message = "the step does not run what it is there for";
        f.add("ir-step", STEPS, i, message);
    }
}

/// The key says what a step does; what it may reuse is what its results depend on.
fn names_and_caches(f: &mut Findings<'_>) {
    let p = f.program;
    let keys = derive::StepKeys::new(p);
    for (i, step) in p.schedule.steps.iter().enumerate() {
        if !keys.is(step.kind, &p.tables.strings[step.key.index()]) {
            let key = keys.of(step.kind);
            f.add("ir-step", STEPS, i, format!("the key must be `{key}`"));
        }
        let cache = derive::cache(p, step.kind);
        // What may be kept may also be made anew; what may not be kept lives for its frame.
        let shorter = cache.policy == CachePolicy::Keyed;
        if step.cache.policy != cache.policy && !shorter {
            let message = format!("the results of a `{}` are not kept", word(&step.kind));
            f.add("ir-step", STEPS, i, message);
        }
        if step.cache.uniforms != cache.uniforms {
            let message = "the uniforms of the cache are not what the step reads";
            f.add("ir-step", STEPS, i, message);
        }
        let epochs = &step.cache.epochs;
        if !(epochs.is_empty() || (shorter && *epochs == ["assets"])) {
            f.add(
                "ir-step",
                STEPS,
                i,
                "the only epoch is `assets`, of what is kept",
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
    let mut deps: Vec<Cow<'_, [StepId]>> = Vec::with_capacity(steps.len());
    let mut derived = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        derive::deps_into(&edges, StepId::at(i), &mut derived);
        if derived.iter().any(|d| d.index() >= i) {
            let message = "the step comes before one that it needs";
            return f.add("ir-step", STEPS, i, message);
        }
        if derived == step.deps {
            deps.push(Cow::Borrowed(&step.deps));
        } else {
            f.add("ir-deps", STEPS, i, "`deps` is not what the step reads");
            deps.push(Cow::Owned(derived.clone()));
        }
    }
    for (i, phase) in derive::phases(p, &deps).into_iter().enumerate() {
        if steps[i].phase != phase {
            let (right, wrong) = (word(&phase), word(&steps[i].phase));
            let message = format!("the step belongs to phase `{right}`, not `{wrong}`");
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
    let (reads, writes) = derive::reads_and_writes(&edges);
    for (i, step) in steps.iter().enumerate() {
        if !same(&step.writes, writes.row(i)) {
            let message = "a slot is written by its one writer, and `writes` lists them in order";
            f.add("ir-writer", STEPS, i, message);
        }
        if !same(&step.reads, reads.row(i)) {
            f.add("ir-deps", STEPS, i, "`reads` is not what the step reads");
        }
        if needed[i] != step.demand {
            let message = match needed[i] {
                true => "the step is needed, so `demand` must be true",
                false => "only probes need the step, so `demand` must be false",
            };
            f.add("ir-step", STEPS, i, message);
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
        let (right, wrong) = (word(&memory), word(&p.memory));
        let message = format!("the memory class is `{right}`, not `{wrong}`");
        f.list
            .push(Diagnostic::error("ir-memory", "/memory", message));
    }
}

/// Whether these slots are those of a row.
fn same(slots: &[SlotId], row: &[u32]) -> bool {
    slots.iter().map(|slot| slot.0).eq(row.iter().copied())
}

//! Why a signal is not a constant: what it depends on that changes, or is not worked out before it runs.

use crate::compile::edges;
use crate::ir::{Builder, EventExpr, FieldExpr, SignalExpr, SignalId, ValueRef};
use crate::types::Domain;
use std::collections::HashSet;

/// The sources of variation of a signal, in words, each once: `time`, `state`, `a rail`, `an external
/// input`; of a reduction that is the same in every frame, why it was not folded.
pub(super) fn of(build: &Builder, signal: SignalId) -> Vec<&'static str> {
    let tables = &build.tables;
    let (mut reduces, mut outlines) = (false, false);
    let (mut time, mut state, mut rail, mut external) = (false, false, false, false);
    let mut seen: HashSet<ValueRef> = HashSet::new();
    let mut work = vec![ValueRef::Sig(signal)];
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        match value {
            ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
                SignalExpr::Time(_) => time = true,
                SignalExpr::Rail(_) => rail = true,
                SignalExpr::External(_) => external = true,
                SignalExpr::StateOut(_) | SignalExpr::StatePrev(_) => state = true,
                SignalExpr::Reduce { .. } => reduces = true,
                _ => {}
            },
            ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
                EventExpr::Time(_) | EventExpr::Divide { .. } | EventExpr::FirstFrame => {
                    time = true
                }
                EventExpr::Rail(_) => rail = true,
                EventExpr::External(_) => external = true,
                EventExpr::StateEvents(_) => state = true,
                _ => {}
            },
            ValueRef::Field(id) => {
                outlines |= build.field_type(id).domain == Domain::Path;
                if let FieldExpr::History(_) = tables.field.nodes[id.index()].expr {
                    state = true;
                }
            }
            _ => {}
        }
        edges::operands(tables, value, &mut |operand| work.push(operand));
    }
    let named = [
        (time, "time"),
        (state, "state"),
        (rail, "a rail"),
        (external, "an external input"),
    ];
    let varies = time || state || rail || external;
    let unfolded = [
        (outlines, "outlines, which are measured only when it runs"),
        (
            reduces && !outlines,
            "too many elements to work them out before it runs",
        ),
    ];
    let unfolded = unfolded.map(|(is, why)| (is && !varies, why));
    named
        .into_iter()
        .chain(unfolded)
        .filter(|(is, _)| *is)
        .map(|(_, name)| name)
        .collect()
}

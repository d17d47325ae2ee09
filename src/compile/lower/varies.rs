//! Why a signal is not a constant: what it depends on that changes.

use crate::compile::edges;
use crate::ir::{Builder, EventExpr, FieldExpr, SignalExpr, SignalId, ValueRef};
use std::collections::HashSet;

/// The sources of variation of a signal, in words, each once: `time`, `state`, `a rail`, `an external
/// input`.
pub(super) fn of(build: &Builder, signal: SignalId) -> Vec<&'static str> {
    let tables = &build.tables;
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
    named
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| name)
        .collect()
}

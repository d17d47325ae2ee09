//! Whether the operands of a bus are its publishers, in their order.
//!
//! Which operand belongs to which publisher is known where nothing stands between them, or a chain
//! whose result is recorded. Elsewhere (a lens or conversion with state, a folded constant) it is
//! not, so the order is judged only if every operand is the value of some publisher.

use super::*;
use crate::ir::*;

/// Reports a bus whose operands are its enabled publishers in another order.
pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let graph = &p.tables.graph;
    for (i, bus) in graph.buses.iter().enumerate() {
        let terms = of_root(p, bus.root);
        let rows = graph.publishers.iter().skip(bus.pubs[0] as usize);
        let publishers: Vec<&Publisher> = rows
            .take(bus.pubs[1] as usize)
            .filter(|row| row.enabled)
            .collect();
        let values: Vec<ValueRef> = publishers.iter().map(|row| published(p, row)).collect();
        let known = terms.len() == values.len()
            && terms
                .iter()
                .all(|term| values.iter().any(|value| stands_for(p, *term, *value)));
        let moved = terms
            .iter()
            .zip(&values)
            .any(|(term, value)| !stands_for(p, *term, *value));
        if known && moved {
            f.add(
                "ir-bus",
                "/tables/graph/buses",
                i,
                "the root combines the publishers in another order",
            );
        }
    }
}

/// The operands of a combination.
fn of_root(p: &Program, root: ValueRef) -> Vec<ValueRef> {
    match root {
        ValueRef::Sig(s) => match &p.tables.sig.nodes[s.index()].expr {
            SignalExpr::Combine { terms, .. } => terms.iter().map(|t| ValueRef::Sig(*t)).collect(),
            _ => Vec::new(),
        },
        ValueRef::Event(e) => match &p.tables.event.nodes[e.index()].expr {
            EventExpr::Combine { terms, .. } => terms.iter().map(|t| ValueRef::Event(*t)).collect(),
            _ => Vec::new(),
        },
        ValueRef::Field(x) => match &p.tables.field.nodes[x.index()].expr {
            FieldExpr::Combine { terms, .. } => terms.iter().map(|t| ValueRef::Field(*t)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Where the value of a publisher lives after its chain.
fn published(p: &Program, publisher: &Publisher) -> ValueRef {
    match publisher.r#use {
        Some(used) => p.tables.transforms.uses[used.index()].at,
        None => p.tables.graph.slots[publisher.from.index()].r#ref,
    }
}

/// Whether an operand is a value, or that value spread over elements.
fn stands_for(p: &Program, term: ValueRef, value: ValueRef) -> bool {
    match term {
        ValueRef::Sig(s) => match p.tables.sig.nodes[s.index()].expr {
            SignalExpr::Time(time) => value == ValueRef::Time(time) || value == term,
            SignalExpr::Rail(rail) => value == ValueRef::Rail(rail) || value == term,
            SignalExpr::Const(c) => value == ValueRef::Const(c) || value == term,
            _ => value == term,
        },
        ValueRef::Event(e) => match p.tables.event.nodes[e.index()].expr {
            EventExpr::Time(time) => value == ValueRef::TimeEvent(time) || value == term,
            EventExpr::Rail(rail) => value == ValueRef::Rail(rail) || value == term,
            _ => value == term,
        },
        ValueRef::Field(x) => match p.tables.field.nodes[x.index()].expr {
            FieldExpr::Broadcast(s) => value == term || stands_for(p, ValueRef::Sig(s), value),
            _ => value == term,
        },
        _ => value == term,
    }
}

//! Whether the operands of a bus are its publishers, in their order.
//!
//! Which operand belongs to which publisher is known where nothing stands between them, or a chain
//! whose result is recorded. Elsewhere (a lens or conversion with state, a folded constant) it is
//! not, so the order is judged only if every operand is the value of some publisher.

use super::*;
use crate::ir::*;
use std::collections::HashSet;

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
        let mut pairs = terms.iter().zip(&values);
        let moved = pairs.any(|(term, value)| !stands_for(p, *term, *value));
        // Looking for each among all is slow, and needed only where something is odd.
        let known = moved && terms.len() == values.len() && {
            let published: HashSet<ValueRef> = values.iter().copied().collect();
            let shown = |term: &ValueRef| shown(p, *term).into_iter().flatten();
            terms
                .iter()
                .all(|term| shown(term).any(|value| published.contains(&value)))
        };
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
    shown(p, term)
        .into_iter()
        .flatten()
        .any(|shown| shown == value)
}

/// The values that an operand may stand for: itself, what it reads, what it spreads over elements.
pub(super) fn shown(p: &Program, term: ValueRef) -> [Option<ValueRef>; 3] {
    let spread = match term {
        ValueRef::Field(x) => match p.tables.field.nodes[x.index()].expr {
            FieldExpr::Broadcast(s) => Some(ValueRef::Sig(s)),
            _ => None,
        },
        _ => None,
    };
    let read = match spread.unwrap_or(term) {
        ValueRef::Sig(s) => match p.tables.sig.nodes[s.index()].expr {
            SignalExpr::Time(time) => Some(ValueRef::Time(time)),
            SignalExpr::Rail(rail) => Some(ValueRef::Rail(rail)),
            SignalExpr::Const(c) => Some(ValueRef::Const(c)),
            _ => None,
        },
        ValueRef::Event(e) => match p.tables.event.nodes[e.index()].expr {
            EventExpr::Time(time) => Some(ValueRef::TimeEvent(time)),
            EventExpr::Rail(rail) => Some(ValueRef::Rail(rail)),
            _ => None,
        },
        _ => None,
    };
    [Some(term), spread, read]
}

//! Buses: slices that cover the flat tables, publishers in combine order, roots that combine them.

use super::Findings;
use super::expressions::{combine, is_value};
use crate::ir::*;
use crate::types::{Domain, Family};
use std::cmp::Ordering;

const TABLE: &str = "/tables/graph/buses";

pub(super) fn check(f: &mut Findings<'_>) {
    let graph = &f.program.tables.graph;
    let (mut next_pub, mut next_lis) = (0, 0);
    for (i, bus) in graph.buses.iter().enumerate() {
        if (bus.pubs[0], bus.lis[0]) != (next_pub, next_lis) {
            let message = "the slices must cover the flat tables in order";
            return f.add("ir-bus", TABLE, i, message);
        }
        next_pub += bus.pubs[1];
        next_lis += bus.lis[1];
        let publishers = &graph.publishers[bus.pubs[0] as usize..next_pub as usize];
        let listeners = &graph.listeners[bus.lis[0] as usize..next_lis as usize];
        value(f, i, bus);
        order(f, i, publishers);
        if !listeners.iter().all(|row| row.bus == BusId::at(i)) {
            f.add(
                "ir-bus",
                TABLE,
                i,
                "a listener of the slice names another bus",
            );
        }
        let enabled = publishers.iter().filter(|row| row.enabled).count();
        root(f, i, bus, enabled);
    }
    if next_pub as usize != graph.publishers.len() || next_lis as usize != graph.listeners.len() {
        let message = "publishers or listeners belong to no bus";
        f.add("ir-bus", TABLE, graph.buses.len(), message);
    }
}

/// Type, silent value and combine mode.
fn value(f: &mut Findings<'_>, i: usize, bus: &Bus) {
    let domain = f.program.types[bus.r#type.index()].domain;
    let pulses = domain.family() == Family::Trigger;
    let pools = [Pool::F64, Pool::F32];
    let silent = pools
        .iter()
        .any(|pool| is_value(f, bus.silent, *pool, domain.lanes()));
    if !pulses && domain.lanes() > 0 && !silent {
        f.add(
            "ir-bus",
            TABLE,
            i,
            "the silent value has not the type of the bus",
        );
    }
    let lanes = |ty: TypeId| f.program.types[ty.index()].domain.lanes();
    let t = &f.program.tables;
    let fits = match bus.root {
        ValueRef::Sig(s) => !pulses && lanes(t.sig.nodes[s.index()].r#type) == domain.lanes(),
        ValueRef::Field(x) => !pulses && lanes(t.field.nodes[x.index()].r#type) == domain.lanes(),
        ValueRef::Event(_) => pulses,
        _ => true,
    };
    if !fits {
        f.add("ir-type", TABLE, i, "the root has not the type of the bus");
    }
    combine(f, TABLE, i, bus.combine, domain);
}

/// The publishers stand in combine order and say so.
fn order(f: &mut Findings<'_>, i: usize, publishers: &[Publisher]) {
    let mut enabled = 0;
    let numbered = publishers.iter().all(|p| {
        let fits = match p.order {
            Some(order) => p.enabled && order == enabled,
            None => !p.enabled,
        };
        enabled += u32::from(p.enabled);
        fits && p.bus == BusId::at(i)
    });
    let auto = |p: &Publisher| {
        let key = &f.program.tables.strings[p.key.index()];
        key.starts_with("auto-") && is_time(f.program, p.from)
    };
    let in_order = |a: &Publisher, b: &Publisher| {
        let order = match (a.enabled, b.enabled) {
            (true, true) => {
                let order = a.sort_key.total_cmp(&b.sort_key);
                order.then_with(|| auto(b).cmp(&auto(a)))
            }
            (false, false) => Ordering::Equal,
            (a, b) => b.cmp(&a),
        };
        order.then_with(|| a.key.cmp(&b.key)).is_le()
    };
    let sorted = publishers.windows(2).all(|w| in_order(&w[0], &w[1]));
    if !numbered || !sorted {
        f.add(
            "ir-bus",
            TABLE,
            i,
            "the publishers are not in combine order",
        );
    }
}

/// The root combines as many terms as there are enabled publishers, in the mode of the bus, and is its
/// silent value without any.
fn root(f: &mut Findings<'_>, i: usize, bus: &Bus, enabled: usize) {
    let t = &f.program.tables;
    // Texts are not combined while a program runs.
    let text = f.program.types[bus.r#type.index()].domain == Domain::String;
    if text && matches!(bus.root, ValueRef::Const(_)) {
        return;
    }
    let found = match bus.root {
        ValueRef::Sig(s) => match &t.sig.nodes[s.index()].expr {
            SignalExpr::Combine {
                terms,
                mode,
                bus,
                silent,
            } => Some((terms.len(), *mode, Some(*bus), Some(*silent))),
            _ => None,
        },
        ValueRef::Event(e) => match &t.event.nodes[e.index()].expr {
            EventExpr::Combine { terms, mode, bus } => Some((terms.len(), *mode, *bus, None)),
            _ => None,
        },
        ValueRef::Field(x) => match &t.field.nodes[x.index()].expr {
            FieldExpr::Combine {
                terms,
                mode,
                bus,
                silent,
            } => Some((terms.len(), *mode, Some(*bus), Some(*silent))),
            _ => None,
        },
        _ => None,
    };
    let fits = found.is_some_and(|(terms, mode, of, silent)| {
        let same = silent.is_none_or(|silent| same_numbers(f.program, silent, bus.silent));
        terms == enabled && mode == bus.combine && of == Some(BusId::at(i)) && same
    });
    if !fits {
        let message = "the root must combine the enabled publishers of the bus, as the bus says";
        f.add("ir-bus", TABLE, i, message);
    }
}

/// Whether two constants are the same numbers, at the precision of the less precise.
fn same_numbers(p: &Program, a: ConstId, b: ConstId) -> bool {
    let numbers = |id: ConstId| -> Vec<f32> {
        let row = &p.tables.constants.index[id.index()];
        let range = row.at as usize..row.at as usize + row.len as usize;
        let constants = &p.tables.constants;
        match row.pool {
            Pool::F64 => constants.f64[range].iter().map(|v| *v as f32).collect(),
            Pool::F32 => constants.f32[range].to_vec(),
            _ => Vec::new(),
        }
    };
    let bits = |list: Vec<f32>| list.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    a == b || bits(numbers(a)) == bits(numbers(b))
}

/// Whether a slot belongs to a block of capability `time`.
fn is_time(p: &Program, slot: SlotId) -> bool {
    match p.tables.graph.slots[slot.index()].owner {
        SlotOwner::Block { block, .. } => {
            p.tables.graph.blocks[block.index()].capability == Capability::Time
        }
        _ => false,
    }
}

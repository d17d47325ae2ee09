//! The tables of a program by key: what a row says, and which part of that is structure.

use super::Table;
use crate::ir::hashes::{Digest, Hashes, digest};
use crate::ir::own::Own;
use crate::ir::*;
use std::collections::BTreeMap;

/// Content of a row, and the part of it that is structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) all: Digest,
    pub(super) shape: Digest,
}

pub(super) type Row = BTreeMap<String, Content>;

/// One of the tables.
pub(super) type Pick = fn(&Rows) -> &Row;

/// The tables of a program by key.
pub(super) struct Rows {
    pub(super) blocks: Row,
    pub(super) wires: Row,
    pub(super) buses: Row,
    pub(super) publishers: Row,
    pub(super) listeners: Row,
    pub(super) rails: Row,
    pub(super) domains: Row,
    pub(super) channels: Row,
    pub(super) sinks: Row,
    pub(super) requests: Row,
    pub(super) steps: Row,
}

pub(super) struct Side {
    pub(super) hashes: Hashes,
    pub(super) rows: Rows,
}

impl Side {
    pub(super) fn new(program: &Valid<Program>) -> Self {
        let hashes = Hashes::new(program);
        let rows = rows(program, &hashes);
        Self { hashes, rows }
    }
}

fn rows(program: &Valid<Program>, hashes: &Hashes) -> Rows {
    let tables = &program.tables;
    let graph = &tables.graph;
    let text = |id: StrId| tables.strings[id.index()].clone();
    let domain = |id: TypeId| program.types[id.index()].domain.name();
    let constant = |id: ConstId| hashes.constants[id.index()];
    let content = |all: Digest, shape: Digest| Content { all, shape };
    let mut own = Own::new(program, hashes);
    let block = |block: &BlockRow| {
        let shape = digest("type", &text(block.r#type));
        (text(block.key), content(own.block(block), shape))
    };
    let blocks = graph.blocks.iter().map(block).collect();
    let wire = |wire: &WireRow| {
        let from = own.slot_key(wire.from);
        let all = digest("wire", &(from, own.chain(wire.r#use)));
        (
            port_name(own.slot_key(wire.to)),
            content(all, digest("wire", &from)),
        )
    };
    let bus = |bus: &Bus| {
        let shape = digest("bus", &(domain(bus.r#type), bus.role.map(text)));
        let all = digest(
            "bus",
            &(shape, text(bus.name), bus.combine, constant(bus.silent)),
        );
        (text(bus.key), content(all, shape))
    };
    let bus_key = |id: BusId| text(graph.buses[id.index()].key);
    let publisher = |row: &Publisher| {
        let route = (bus_key(row.bus), own.slot_key(row.from), row.enabled);
        let shape = digest("publisher", &route);
        let all = (shape, row.sort_key.to_bits(), own.chain(row.r#use));
        (text(row.key), content(digest("publisher", &all), shape))
    };
    let listener = |row: &Listener| {
        let shape = digest(
            "listener",
            &(bus_key(row.bus), own.slot_key(row.to), row.enabled),
        );
        let all = digest("listener", &(shape, own.chain(row.r#use)));
        (text(row.key), content(all, shape))
    };
    let rail = |(at, row): (usize, &Rail)| {
        let user = row.user.as_ref().map(|user| bus_key(user.bus));
        let shape = digest("rail", &(row.drive, user, row.read));
        (text(row.key), content(hashes.rails[at], shape))
    };
    let elements = |(at, row): (usize, &DomainRow)| {
        (
            text(row.key),
            content(hashes.domains[at], Digest::default()),
        )
    };
    let channel = |row: &External| {
        let shape = digest("channel", &domain(row.r#type));
        let all = digest("channel", &(shape, constant(row.default), row.hold));
        (text(row.key), content(all, shape))
    };
    let sink = |row: &Sink| (text(row.key), content(own.sink(row), Digest::default()));
    let request = |(at, row): (usize, &Request)| {
        (
            text(row.key),
            content(hashes.requests[at], Digest::default()),
        )
    };
    let step =
        |(at, row): (usize, &Step)| (text(row.key), content(hashes.steps[at], Digest::default()));
    Rows {
        blocks,
        wires: graph.wires.iter().map(wire).collect(),
        buses: graph.buses.iter().map(bus).collect(),
        publishers: graph.publishers.iter().map(publisher).collect(),
        listeners: graph.listeners.iter().map(listener).collect(),
        rails: tables.rails.iter().enumerate().map(rail).collect(),
        domains: graph.domains.iter().enumerate().map(elements).collect(),
        channels: graph.externals.iter().map(channel).collect(),
        sinks: tables.render.sinks.iter().map(sink).collect(),
        requests: tables
            .materialize
            .requests
            .iter()
            .enumerate()
            .map(request)
            .collect(),
        steps: program
            .schedule
            .steps
            .iter()
            .enumerate()
            .map(step)
            .collect(),
    }
}

/// `block/in/port` as people write it.
fn port_name(slot: &str) -> String {
    slot.replacen("/in/", ".", 1)
}

/// The two tables side by side, and the keys of changed rows whose structure changed.
pub(super) fn compare(old: &Row, new: &Row) -> (Table, Vec<String>) {
    let mut table = Table::default();
    let mut rerouted = Vec::new();
    for (key, before) in old {
        match new.get(key) {
            None => table.removed.push(key.clone()),
            Some(after) if after == before => table.kept.push(key.clone()),
            Some(after) => {
                table.changed.push(key.clone());
                if after.shape != before.shape {
                    rerouted.push(key.clone());
                }
            }
        }
    }
    let added = new.keys().filter(|key| !old.contains_key(*key));
    table.added = added.cloned().collect();
    (table, rerouted)
}

//! Indices of blocks, slots, wires, buses, channels and domains.

use super::{AnyId, Visit, value_ref};
use crate::ir::*;

pub(super) fn graph(p: &Program, visit: &mut Visit<'_>) {
    let g = &p.tables.graph;
    for (i, block) in g.blocks.iter().enumerate() {
        let table = "/tables/graph/blocks";
        visit(table, i, AnyId::Str(block.key));
        visit(table, i, AnyId::Str(block.r#type));
        for port in block.r#in.iter().chain(&block.out) {
            visit(table, i, AnyId::Str(port.name));
            visit(table, i, AnyId::Slot(port.slot));
            value_ref(visit, table, i, port.r#ref);
            match port.src {
                PortSource::None => {}
                PortSource::Wire(s) => visit(table, i, AnyId::Slot(s)),
                PortSource::Bus(l) => visit(table, i, AnyId::Lis(l)),
                PortSource::Rail(r) => visit(table, i, AnyId::Rail(r)),
                PortSource::External(x) => visit(table, i, AnyId::Ext(x)),
                PortSource::Default(d) => visit(table, i, AnyId::Def(d)),
                PortSource::Const(c) => visit(table, i, AnyId::Const(c)),
            }
            if let Some(u) = port.r#use {
                visit(table, i, AnyId::Use(u));
            }
        }
    }
    for (i, slot) in g.slots.iter().enumerate() {
        let table = "/tables/graph/slots";
        visit(table, i, AnyId::Str(slot.key));
        visit(table, i, AnyId::Type(slot.r#type));
        value_ref(visit, table, i, slot.r#ref);
        match slot.owner {
            SlotOwner::Block { block, port, dir } => {
                visit(table, i, AnyId::Block(block));
                visit(table, i, AnyId::Port(block, dir, port));
            }
            SlotOwner::Rail(r) => visit(table, i, AnyId::Rail(r)),
            SlotOwner::External(x) => visit(table, i, AnyId::Ext(x)),
            SlotOwner::Bus(b) => visit(table, i, AnyId::Bus(b)),
            SlotOwner::Request(r) => visit(table, i, AnyId::Req(r)),
            SlotOwner::Sink(s) => visit(table, i, AnyId::Sink(s)),
            SlotOwner::Time(_) | SlotOwner::TimeEvent(_) | SlotOwner::Frame => {}
        }
    }
    for (i, wire) in g.wires.iter().enumerate() {
        let table = "/tables/graph/wires";
        visit(table, i, AnyId::Slot(wire.from));
        visit(table, i, AnyId::Slot(wire.to));
        if let Some(u) = wire.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, bus) in g.buses.iter().enumerate() {
        let table = "/tables/graph/buses";
        visit(table, i, AnyId::Str(bus.key));
        visit(table, i, AnyId::Str(bus.name));
        visit(table, i, AnyId::Type(bus.r#type));
        visit(table, i, AnyId::Const(bus.silent));
        visit(table, i, AnyId::Slot(bus.slot));
        value_ref(visit, table, i, bus.root);
        if let Some(role) = bus.role {
            visit(table, i, AnyId::Str(role));
        }
        let [first, count] = bus.pubs;
        if count > 0 {
            visit(table, i, AnyId::Pub(PubId(first.saturating_add(count - 1))));
        }
        let [first, count] = bus.lis;
        if count > 0 {
            visit(table, i, AnyId::Lis(LisId(first.saturating_add(count - 1))));
        }
    }
    for (i, publisher) in g.publishers.iter().enumerate() {
        let table = "/tables/graph/publishers";
        visit(table, i, AnyId::Str(publisher.key));
        visit(table, i, AnyId::Bus(publisher.bus));
        visit(table, i, AnyId::Slot(publisher.from));
        if let Some(u) = publisher.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, listener) in g.listeners.iter().enumerate() {
        let table = "/tables/graph/listeners";
        visit(table, i, AnyId::Str(listener.key));
        visit(table, i, AnyId::Bus(listener.bus));
        visit(table, i, AnyId::Slot(listener.to));
        if let Some(u) = listener.r#use {
            visit(table, i, AnyId::Use(u));
        }
    }
    for (i, external) in g.externals.iter().enumerate() {
        let table = "/tables/graph/externals";
        visit(table, i, AnyId::Str(external.key));
        visit(table, i, AnyId::Type(external.r#type));
        visit(table, i, AnyId::Const(external.default));
    }
    for (i, default) in g.defaults.iter().enumerate() {
        let table = "/tables/graph/defaults";
        visit(table, i, AnyId::Str(default.key));
        visit(table, i, AnyId::Type(default.r#type));
        visit(table, i, AnyId::Const(default.value));
        if let Some(identity) = default.identity {
            visit(table, i, AnyId::Str(identity));
        }
    }
    for (i, domain) in g.domains.iter().enumerate() {
        let table = "/tables/graph/domains";
        visit(table, i, AnyId::Str(domain.key));
        match domain.ids {
            ElementIds::Prefix(s) => visit(table, i, AnyId::Str(s)),
            ElementIds::Custom(c) => visit(table, i, AnyId::Const(c)),
            ElementIds::Sequential | ElementIds::Grid { .. } => {}
        }
        for attr in &domain.attrs {
            visit(table, i, AnyId::Str(attr.name));
            visit(table, i, AnyId::Field(attr.field));
        }
    }
}

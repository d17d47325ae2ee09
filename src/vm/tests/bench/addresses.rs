//! An address for each thing that has a value, in the order that a program wants.

use crate::ir::builder::slots;
use crate::ir::*;
use crate::types::{Domain, Type};

/// Gives everything its slot; returns those of time and of the frame.
pub(super) fn all(build: &mut Builder) -> (TimeRoots, SlotId) {
    let number = build.ty(Type::signal(Domain::Number));
    let source = source(build, number);
    for publisher in &mut build.tables.graph.publishers {
        publisher.from = source;
    }
    let time = slots::time(build);
    for at in 0..build.tables.rails.len() {
        let rail = build.tables.rails[at].clone();
        let name = build.str(rail.key).to_owned();
        build.tables.rails[at].slot = slots::rail(build, at, &name, rail.r#type);
    }
    for at in 0..build.tables.graph.externals.len() {
        let row = build.tables.graph.externals[at].clone();
        let (key, value) = (build.str(row.key).to_owned(), channel(build, ExtId::at(at)));
        slots::external(build, at, &key, row.r#type, value);
    }
    for at in 0..build.tables.graph.buses.len() {
        let bus = build.tables.graph.buses[at].clone();
        let key = build.str(bus.key).to_owned();
        let slot = slots::bus(build, BusId::at(at), &key, bus.r#type, bus.root);
        build.tables.graph.buses[at].slot = slot;
    }
    for at in 0..build.tables.materialize.requests.len() {
        let out = slots::request(build, at);
        build.tables.materialize.requests[at].out = out;
    }
    for at in 0..build.tables.render.sinks.len() {
        slots::sink(build, at);
    }
    let frame = slots::frame(build);
    (time, frame)
}

/// The only output of the last block, from which everything is published.
fn source(build: &mut Builder, ty: TypeId) -> SlotId {
    let block = build.tables.graph.blocks.len() - 1;
    let owner = slots::port_owner(BlockId::at(block), 0, Direction::Out);
    let at = build.tables.graph.blocks[block].out[0].r#ref;
    let slot = slots::push(build, "source/out/out".to_owned(), ty, owner, at);
    build.tables.graph.blocks[block].out[0].slot = slot;
    slot
}

/// The expression that reads a channel.
fn channel(build: &Builder, id: ExtId) -> ValueRef {
    let signals = &build.tables.sig.nodes;
    let signal = signals
        .iter()
        .position(|node| node.expr == SignalExpr::External(id));
    let events = &build.tables.event.nodes;
    let event = events
        .iter()
        .position(|node| node.expr == EventExpr::External(id));
    match (signal, event) {
        (Some(at), _) => ValueRef::Sig(SignalId::at(at)),
        (None, Some(at)) => ValueRef::Event(EventId::at(at)),
        (None, None) => panic!("nothing reads the channel"),
    }
}

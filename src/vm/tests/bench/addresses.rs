//! An address for each thing that has a value, in the order that a program wants.

use crate::ir::*;
use crate::types::{Domain, Type, World};

pub(super) const TIMES: [(&str, TimeValue); 8] = [
    ("tAbsMs", TimeValue::TAbsMs),
    ("tModelMs", TimeValue::TModelMs),
    ("dtMs", TimeValue::DtMs),
    ("phase01", TimeValue::Phase01),
    ("progress01", TimeValue::Progress01),
    ("cycleIndex", TimeValue::CycleIndex),
    ("cycleTMs", TimeValue::CycleTMs),
    ("energy", TimeValue::Energy),
];

pub(super) const EVENTS: [(&str, TimeEvent); 3] = [
    ("wrap", TimeEvent::Wrap),
    ("end", TimeEvent::End),
    ("cue", TimeEvent::Cue),
];

/// Gives everything its slot; returns those of time and of the frame.
pub(super) fn all(build: &mut Builder) -> (TimeRoots, SlotId) {
    let number = build.ty(Type::signal(Domain::Number));
    let trigger = build.ty(Type::TRIGGER);
    let tree = build.ty(Type::new(World::Special, Domain::RenderTree));
    let source = source(build, number);
    for publisher in &mut build.tables.graph.publishers {
        publisher.from = source;
    }
    let times = TIMES.map(|(name, time)| {
        let (owner, at) = (SlotOwner::Time(time), ValueRef::Time(time));
        slot(build, &format!("time/{name}"), number, owner, at)
    });
    let events = EVENTS.map(|(name, event)| {
        let (owner, at) = (SlotOwner::TimeEvent(event), ValueRef::TimeEvent(event));
        slot(build, &format!("time/{name}"), trigger, owner, at)
    });
    for i in 0..build.tables.rails.len() {
        let (id, rail) = (RailId::at(i), build.tables.rails[i].clone());
        let key = format!("rail/{}", build.str(rail.key));
        let (owner, at) = (SlotOwner::Rail(id), ValueRef::Rail(id));
        build.tables.rails[i].slot = slot(build, &key, rail.r#type, owner, at);
    }
    for i in 0..build.tables.graph.externals.len() {
        let (id, row) = (ExtId::at(i), build.tables.graph.externals[i].clone());
        let key = format!("external/{}", build.str(row.key));
        let at = channel(build, id);
        slot(build, &key, row.r#type, SlotOwner::External(id), at);
    }
    for i in 0..build.tables.graph.buses.len() {
        let (id, bus) = (BusId::at(i), build.tables.graph.buses[i].clone());
        let key = format!("bus/{}", build.str(bus.key));
        let at = slot(build, &key, bus.r#type, SlotOwner::Bus(id), bus.root);
        build.tables.graph.buses[i].slot = at;
    }
    for i in 0..build.tables.materialize.requests.len() {
        let (id, row) = (ReqId::at(i), build.tables.materialize.requests[i].clone());
        let key = format!("request/{}", build.str(row.key));
        let ty = build.tables.field.nodes[row.field.index()].r#type;
        let out = slot(build, &key, ty, SlotOwner::Request(id), ValueRef::Req(id));
        build.tables.materialize.requests[i].out = out;
    }
    for i in 0..build.tables.render.sinks.len() {
        let id = SinkId::at(i);
        let key = format!("sink/{}", build.str(build.tables.render.sinks[i].key));
        slot(build, &key, tree, SlotOwner::Sink(id), ValueRef::Sink(id));
    }
    let frame = slot(build, "frame", tree, SlotOwner::Frame, ValueRef::Frame);
    let [
        abs,
        model,
        dt,
        phase01,
        progress01,
        cycle_index,
        cycle_t,
        energy,
    ] = times;
    let [wrap, end, cue] = events;
    let roots = TimeRoots {
        abs,
        model,
        dt,
        phase01,
        progress01,
        cycle_index,
        cycle_t,
        energy,
        wrap,
        end,
        cue,
    };
    (roots, frame)
}

/// The only output of the last block, from which everything is published.
fn source(build: &mut Builder, ty: TypeId) -> SlotId {
    let block = build.tables.graph.blocks.len() - 1;
    let owner = SlotOwner::Block {
        block: BlockId::at(block),
        port: 0,
        dir: Direction::Out,
    };
    let at = build.tables.graph.blocks[block].out[0].r#ref;
    let slot = slot(build, "source/out/out", ty, owner, at);
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

fn slot(build: &mut Builder, key: &str, ty: TypeId, owner: SlotOwner, at: ValueRef) -> SlotId {
    let key = build.text(key);
    let slots = &mut build.tables.graph.slots;
    slots.push(Slot {
        key,
        r#type: ty,
        owner,
        r#ref: at,
    });
    SlotId::at(slots.len() - 1)
}

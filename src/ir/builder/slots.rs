//! Slots: one address for each thing that has a value. The order of calls is the order of the table:
//! blocks with their inputs and outputs, time, rails, channels, buses, columns, what is drawn, the frame.
//!
//! In: a builder whose other tables are there. Out: rows of the slot table, with the keys and types that
//! validation expects.

use crate::ir::{
    BlockId, Builder, BusId, Direction, ExtId, RailId, ReqId, SinkId, Slot, SlotId, SlotOwner,
    StrId, TimeEvent, TimeRoots, TimeValue, TypeId, ValueRef,
};
use crate::types::{Domain, Type, World};

/// Appends a slot.
pub fn push(
    build: &mut Builder,
    key: String,
    ty: TypeId,
    owner: SlotOwner,
    at: ValueRef,
) -> SlotId {
    let key = build.text(&key);
    add(build, key, ty, owner, at)
}

/// As [`push`], with a key that is in the pool.
pub fn add(build: &mut Builder, key: StrId, ty: TypeId, owner: SlotOwner, at: ValueRef) -> SlotId {
    let slots = &mut build.tables.graph.slots;
    slots.push(Slot {
        key,
        r#type: ty,
        owner,
        r#ref: at,
    });
    SlotId::at(slots.len() - 1)
}

/// The slots of time, and where they are.
pub fn time(build: &mut Builder) -> TimeRoots {
    let value = |build: &mut Builder, name: &str, domain: Domain, value: TimeValue| {
        let ty = build.ty(Type::signal(domain));
        let (owner, at) = (SlotOwner::Time(value), ValueRef::Time(value));
        push(build, format!("time/{name}"), ty, owner, at)
    };
    let abs = value(build, "tAbsMs", Domain::TimeMs, TimeValue::TAbsMs);
    let model = value(build, "tModelMs", Domain::TimeMs, TimeValue::TModelMs);
    let dt = value(build, "dtMs", Domain::TimeMs, TimeValue::DtMs);
    let phase01 = value(build, "phase01", Domain::Phase01, TimeValue::Phase01);
    let progress01 = value(build, "progress01", Domain::Unit01, TimeValue::Progress01);
    let cycle_index = value(build, "cycleIndex", Domain::Number, TimeValue::CycleIndex);
    let cycle_t = value(build, "cycleTMs", Domain::TimeMs, TimeValue::CycleTMs);
    let energy = value(build, "energy", Domain::Number, TimeValue::Energy);
    let event = |build: &mut Builder, name: &str, event: TimeEvent| {
        let ty = build.ty(Type::TRIGGER);
        let (owner, at) = (SlotOwner::TimeEvent(event), ValueRef::TimeEvent(event));
        push(build, format!("time/{name}"), ty, owner, at)
    };
    let wrap = event(build, "wrap", TimeEvent::Wrap);
    let end = event(build, "end", TimeEvent::End);
    let cue = event(build, "cue", TimeEvent::Cue);
    TimeRoots {
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
    }
}

/// The slot of a rail.
pub fn rail(build: &mut Builder, at: usize, name: &str, ty: TypeId) -> SlotId {
    let id = RailId::at(at);
    push(
        build,
        format!("rail/{name}"),
        ty,
        SlotOwner::Rail(id),
        ValueRef::Rail(id),
    )
}

/// The slot of an external channel.
pub fn external(build: &mut Builder, at: usize, key: &str, ty: TypeId, value: ValueRef) -> SlotId {
    push(
        build,
        format!("external/{key}"),
        ty,
        SlotOwner::External(ExtId::at(at)),
        value,
    )
}

/// The slot of a bus.
pub fn bus(build: &mut Builder, at: BusId, key: &str, ty: TypeId, value: ValueRef) -> SlotId {
    push(build, format!("bus/{key}"), ty, SlotOwner::Bus(at), value)
}

/// The slot of a request.
pub fn request(build: &mut Builder, at: usize) -> SlotId {
    let row = &build.tables.materialize.requests[at];
    let ty = build.tables.field.nodes[row.field.index()].r#type;
    let key = format!("request/{}", build.str(row.key));
    let id = ReqId::at(at);
    push(build, key, ty, SlotOwner::Request(id), ValueRef::Req(id))
}

/// The slot of a sink.
pub fn sink(build: &mut Builder, at: usize) -> SlotId {
    let key = format!("sink/{}", build.str(build.tables.render.sinks[at].key));
    let ty = build.ty(Type::new(World::Special, Domain::RenderTree));
    let id = SinkId::at(at);
    push(build, key, ty, SlotOwner::Sink(id), ValueRef::Sink(id))
}

/// The slot of the frame.
pub fn frame(build: &mut Builder) -> SlotId {
    let ty = build.ty(Type::new(World::Special, Domain::RenderTree));
    push(
        build,
        "frame".to_owned(),
        ty,
        SlotOwner::Frame,
        ValueRef::Frame,
    )
}

/// The owner of a port's slot.
pub fn port_owner(block: BlockId, port: usize, dir: Direction) -> SlotOwner {
    SlotOwner::Block {
        block,
        port: port as u32,
        dir,
    }
}

//! Slots: one address for each thing that has a value, in the order of the things, with its key, and
//! where the value is.
//!
//! The table follows from the others, so it is walked beside them and compared row by row.

use super::Findings;
use super::types::{of_value, stands_in};
use crate::ir::*;

const TABLE: &str = "/tables/graph/slots";

pub(super) fn check(f: &mut Findings<'_>) {
    let slots = f.program.tables.graph.slots.len();
    let mut walk = Walk { f, at: 0 };
    if walk.all().is_some() && walk.at != slots {
        let at = walk.at;
        f.add("ir-writer", TABLE, at, "the slot belongs to nothing");
    }
}

/// A walk over everything that has an address.
struct Walk<'w, 'p> {
    f: &'w mut Findings<'p>,
    at: usize,
}

/// What the next slot must be.
struct Expected<'a> {
    owner: SlotOwner,
    /// Parts of the key.
    key: [&'a str; 4],
    /// The slot that the owner names.
    named: SlotId,
    /// Where the value is.
    value: ValueRef,
    /// The type that the owner names.
    ty: Option<TypeId>,
}

impl<'p> Walk<'_, 'p> {
    /// Looks at all of them; `None` if a slot is somebody else's, after which all are.
    fn all(&mut self) -> Option<()> {
        self.blocks()?;
        self.time()?;
        let p = self.f.program;
        let text = |id: StrId| p.tables.strings[id.index()].as_str();
        for (i, rail) in p.tables.rails.iter().enumerate() {
            let id = RailId::at(i);
            let key = ["rail/", text(rail.key), "", ""];
            self.next(Expected {
                owner: SlotOwner::Rail(id),
                key,
                named: rail.slot,
                value: ValueRef::Rail(id),
                ty: Some(rail.r#type),
            })?;
        }
        for (i, row) in p.tables.graph.externals.iter().enumerate() {
            let slot = p.tables.graph.slots.get(self.at);
            let value = slot.map_or(ValueRef::None, |slot| slot.r#ref);
            if !is_channel(p, value, ExtId::at(i)) {
                let message = "the value is not the channel's";
                self.f.add("ir-type", TABLE, self.at, message);
            }
            self.next(Expected {
                owner: SlotOwner::External(ExtId::at(i)),
                key: ["external/", text(row.key), "", ""],
                named: SlotId::at(self.at),
                value,
                ty: Some(row.r#type),
            })?;
        }
        for (i, bus) in p.tables.graph.buses.iter().enumerate() {
            self.next(Expected {
                owner: SlotOwner::Bus(BusId::at(i)),
                key: ["bus/", text(bus.key), "", ""],
                named: bus.slot,
                value: bus.root,
                ty: Some(bus.r#type),
            })?;
        }
        for (i, request) in p.tables.materialize.requests.iter().enumerate() {
            let id = ReqId::at(i);
            let field = &p.tables.field.nodes[request.field.index()];
            self.next(Expected {
                owner: SlotOwner::Request(id),
                key: ["request/", text(request.key), "", ""],
                named: request.out,
                value: ValueRef::Req(id),
                ty: Some(field.r#type),
            })?;
        }
        for (i, sink) in p.tables.render.sinks.iter().enumerate() {
            let id = SinkId::at(i);
            self.next(Expected {
                owner: SlotOwner::Sink(id),
                key: ["sink/", text(sink.key), "", ""],
                named: SlotId::at(self.at),
                value: ValueRef::Sink(id),
                ty: None,
            })?;
        }
        self.next(Expected {
            owner: SlotOwner::Frame,
            key: ["frame", "", "", ""],
            named: p.roots.frame,
            value: ValueRef::Frame,
            ty: None,
        })
    }

    fn blocks(&mut self) -> Option<()> {
        let p = self.f.program;
        let text = |id: StrId| p.tables.strings[id.index()].as_str();
        for (i, row) in p.tables.graph.blocks.iter().enumerate() {
            let sides = [
                (Direction::In, "/in/", &row.r#in),
                (Direction::Out, "/out/", &row.out),
            ];
            for (dir, word, ports) in sides {
                for (at, port) in ports.iter().enumerate() {
                    let owner = SlotOwner::Block {
                        block: BlockId::at(i),
                        port: at as u32,
                        dir,
                    };
                    self.next(Expected {
                        owner,
                        key: [text(row.key), word, text(port.name), ""],
                        named: port.slot,
                        value: port.r#ref,
                        ty: None,
                    })?;
                }
            }
        }
        Some(())
    }

    fn time(&mut self) -> Option<()> {
        let roots = &self.f.program.roots.time;
        let values = [
            ("tAbsMs", TimeValue::TAbsMs, roots.abs),
            ("tModelMs", TimeValue::TModelMs, roots.model),
            ("dtMs", TimeValue::DtMs, roots.dt),
            ("phase01", TimeValue::Phase01, roots.phase01),
            ("progress01", TimeValue::Progress01, roots.progress01),
            ("cycleIndex", TimeValue::CycleIndex, roots.cycle_index),
            ("cycleTMs", TimeValue::CycleTMs, roots.cycle_t),
            ("energy", TimeValue::Energy, roots.energy),
        ];
        for (name, value, named) in values {
            self.next(Expected {
                owner: SlotOwner::Time(value),
                key: ["time/", name, "", ""],
                named,
                value: ValueRef::Time(value),
                ty: None,
            })?;
        }
        let events = [
            ("wrap", TimeEvent::Wrap, roots.wrap),
            ("end", TimeEvent::End, roots.end),
            ("cue", TimeEvent::Cue, roots.cue),
        ];
        for (name, event, named) in events {
            self.next(Expected {
                owner: SlotOwner::TimeEvent(event),
                key: ["time/", name, "", ""],
                named,
                value: ValueRef::TimeEvent(event),
                ty: None,
            })?;
        }
        Some(())
    }

    /// Compares the next slot; `None` if it is another thing's.
    fn next(&mut self, expected: Expected<'_>) -> Option<()> {
        let p = self.f.program;
        let at = self.at;
        let Some(slot) = p.tables.graph.slots.get(at) else {
            let message = format!("`{}` has no slot", expected.key.concat());
            self.f.at("ir-writer", TABLE, message);
            return None;
        };
        if slot.owner != expected.owner {
            let message = format!("the slot is not that of `{}`", expected.key.concat());
            self.f.add("ir-writer", TABLE, at, message);
            return None;
        }
        let key = &p.tables.strings[slot.key.index()];
        if !is_concat(key, &expected.key) {
            let message = format!("the key must be `{}`", expected.key.concat());
            self.f.add("ir-duplicate-key", TABLE, at, message);
        }
        if expected.named != SlotId::at(at) {
            let message = format!("`{key}` names another slot as its own");
            self.f.add("ir-type", TABLE, at, message);
        }
        if slot.r#ref != expected.value {
            let message = format!("the value of `{key}` is elsewhere");
            self.f.add("ir-type", TABLE, at, message);
        }
        let own = p.types[slot.r#type.index()].ty();
        let fits = of_value(p, slot.r#ref).is_none_or(|value| stands_in(value, own));
        if !fits || expected.ty.is_some_and(|ty| ty != slot.r#type) {
            let message = format!("`{key}` has another type than its value");
            self.f.add("ir-type", TABLE, at, message);
        }
        self.at += 1;
        Some(())
    }
}

/// Whether a value is what came in over a channel.
fn is_channel(p: &Program, value: ValueRef, channel: ExtId) -> bool {
    match value {
        ValueRef::Sig(s) => p.tables.sig.nodes[s.index()].expr == SignalExpr::External(channel),
        ValueRef::Event(e) => p.tables.event.nodes[e.index()].expr == EventExpr::External(channel),
        _ => false,
    }
}

/// Whether a text is these parts one after the other.
fn is_concat(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    for part in parts {
        match rest.strip_prefix(part) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

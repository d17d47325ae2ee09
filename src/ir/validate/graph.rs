//! Domains, blocks, slots, channels, roots; and keys, which are unique in each table.

use super::Findings;
use super::expressions::is_value;
use crate::ir::*;
use crate::types::{Domain, Family};
use std::collections::HashSet;

pub(super) fn check(f: &mut Findings<'_>) {
    domains(f);
    ports(f);
    slots(f);
    externals(f);
    roots(f);
    keys(f);
}

fn domains(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/domains";
    for (i, row) in f.program.tables.graph.domains.iter().enumerate() {
        if let ElementIds::Grid { rows, cols } = row.ids
            && u64::from(rows) * u64::from(cols) != u64::from(row.count)
        {
            f.add("ir-domain", TABLE, i, "rows × columns is not the count");
        }
        if let Some(Topology::Grid4 { rows, cols }) = row.topology
            && u64::from(rows) * u64::from(cols) != u64::from(row.count)
        {
            f.add(
                "ir-domain",
                TABLE,
                i,
                "the neighbourhood has not `count` elements",
            );
        }
        let fields = &f.program.tables.field.nodes;
        let own = |attr: &DomainAttr| {
            let dom = fields[attr.field.index()].dom;
            dom.is_none_or(|dom| dom.index() == i)
        };
        if !row.attrs.iter().all(own) {
            f.add("ir-domain", TABLE, i, "an attribute is over another domain");
        }
        if let ElementIds::Custom(c) = row.ids {
            let constants = &f.program.tables.constants;
            let c = &constants.index[c.index()];
            let list: Option<Vec<String>> = (c.pool == Pool::Json)
                .then(|| constants.json.get(c.at as usize))
                .flatten()
                .and_then(|text| serde_json::from_str(text).ok());
            let unique = |list: &Vec<String>| {
                let mut sorted: Vec<&String> = list.iter().collect();
                sorted.sort();
                sorted.windows(2).all(|w| w[0] != w[1])
            };
            if !list.is_some_and(|l| l.len() == row.count as usize && unique(&l)) {
                f.add(
                    "ir-domain",
                    TABLE,
                    i,
                    "the ids are not `count` unique texts",
                );
            }
        }
    }
}

/// Ports and their slots know each other.
fn ports(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, row) in p.tables.graph.blocks.iter().enumerate() {
        let block = BlockId::at(i);
        let sides = [(Direction::In, &row.r#in), (Direction::Out, &row.out)];
        for (dir, ports) in sides {
            for (at, port) in ports.iter().enumerate() {
                let slot = &p.tables.graph.slots[port.slot.index()];
                let port_at = at as u32;
                let owner = SlotOwner::Block {
                    block,
                    port: port_at,
                    dir,
                };
                if slot.owner != owner || slot.r#ref != port.r#ref {
                    let message = format!("port {at} and its slot do not agree");
                    f.add("ir-type", "/tables/graph/blocks", i, message);
                }
            }
        }
    }
    for (i, slot) in p.tables.graph.slots.iter().enumerate() {
        if let SlotOwner::Block { block, port, dir } = slot.owner {
            let row = &p.tables.graph.blocks[block.index()];
            let ports = match dir {
                Direction::In => &row.r#in,
                Direction::Out => &row.out,
            };
            if port as usize >= ports.len() {
                let message = "its block has no such port";
                f.add("ir-index", "/tables/graph/slots", i, message);
            }
        }
    }
}

/// A slot has the type of the value behind it.
fn slots(f: &mut Findings<'_>) {
    let p = f.program;
    let t = &p.tables;
    let lanes = |ty: TypeId| p.types[ty.index()].domain.lanes();
    for (i, slot) in t.graph.slots.iter().enumerate() {
        let own = p.types[slot.r#type.index()].domain;
        let fits = match slot.r#ref {
            ValueRef::Sig(s) => lanes(t.sig.nodes[s.index()].r#type) == own.lanes(),
            ValueRef::Field(x) => lanes(t.field.nodes[x.index()].r#type) == own.lanes(),
            ValueRef::Rail(r) => lanes(t.rails[r.index()].r#type) == own.lanes(),
            ValueRef::Event(_) | ValueRef::TimeEvent(_) => own == Domain::Trigger,
            ValueRef::Time(_) => own.lanes() == 1,
            ValueRef::Domain(_) => own == Domain::Domain,
            _ => true,
        };
        if !fits {
            let message = "the slot has another type than its value";
            f.add("ir-type", "/tables/graph/slots", i, message);
        }
    }
}

/// Channels have a default of their type.
fn externals(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/externals";
    let p = f.program;
    for (i, row) in p.tables.graph.externals.iter().enumerate() {
        let domain = p.types[row.r#type.index()].domain;
        let pulses = domain.family() == Family::Trigger;
        if !pulses && !is_value(f, row.default, Pool::F64, domain.lanes()) {
            f.add("ir-const", TABLE, i, "the default does not fit the channel");
        }
    }
}

fn roots(f: &mut Findings<'_>) {
    let p = f.program;
    let frame = p.outputs.first().is_some_and(|o| {
        o.kind == OutputKind::RenderTree
            && o.slot == p.roots.frame
            && p.tables.graph.slots[o.slot.index()].owner == SlotOwner::Frame
    });
    if !frame {
        f.add(
            "ir-root",
            "/outputs",
            0,
            "the first output must be the frame",
        );
    }
    if p.roots.sinks != p.tables.render.root {
        f.add(
            "ir-root",
            "/roots/sinks",
            0,
            "the roots are not the root sinks",
        );
    }
    let buses: Vec<ValueRef> = p.tables.graph.buses.iter().map(|b| b.root).collect();
    if p.roots.bus != buses {
        f.add(
            "ir-root",
            "/roots/bus",
            0,
            "the roots are not the bus roots",
        );
    }
    let time = &p.roots.time;
    let values = [
        (time.abs, SlotOwner::Time(TimeValue::TAbsMs)),
        (time.model, SlotOwner::Time(TimeValue::TModelMs)),
        (time.dt, SlotOwner::Time(TimeValue::DtMs)),
        (time.phase01, SlotOwner::Time(TimeValue::Phase01)),
        (time.progress01, SlotOwner::Time(TimeValue::Progress01)),
        (time.cycle_index, SlotOwner::Time(TimeValue::CycleIndex)),
        (time.cycle_t, SlotOwner::Time(TimeValue::CycleTMs)),
        (time.energy, SlotOwner::Time(TimeValue::Energy)),
        (time.wrap, SlotOwner::TimeEvent(TimeEvent::Wrap)),
        (time.end, SlotOwner::TimeEvent(TimeEvent::End)),
        (time.cue, SlotOwner::TimeEvent(TimeEvent::Cue)),
    ];
    let owner = |slot: SlotId| p.tables.graph.slots[slot.index()].owner;
    if values
        .into_iter()
        .any(|(slot, wanted)| owner(slot) != wanted)
    {
        f.at(
            "ir-root",
            "/roots/time",
            "the roots are not the slots of the time values",
        );
    }
}

/// Keys are unique in each table.
fn keys(f: &mut Findings<'_>) {
    let t = &f.program.tables;
    let g = &t.graph;
    let r = &t.render;
    unique(
        f,
        "/tables/graph/blocks",
        g.blocks.iter().map(|row| row.key),
    );
    unique(f, "/tables/graph/slots", g.slots.iter().map(|row| row.key));
    unique(f, "/tables/graph/buses", g.buses.iter().map(|row| row.key));
    unique(
        f,
        "/tables/graph/publishers",
        g.publishers.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/graph/listeners",
        g.listeners.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/graph/externals",
        g.externals.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/graph/defaults",
        g.defaults.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/graph/domains",
        g.domains.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/materialize/requests",
        t.materialize.requests.iter().map(|row| row.key),
    );
    unique(f, "/tables/render/sinks", r.sinks.iter().map(|row| row.key));
    unique(
        f,
        "/tables/render/cameras",
        r.cameras.iter().map(|row| row.key),
    );
    unique(
        f,
        "/tables/render/meshes",
        r.meshes.iter().map(|row| row.key),
    );
    unique(
        f,
        "/schedule/steps",
        f.program.schedule.steps.iter().map(|row| row.key),
    );
    unique(f, "/outputs", f.program.outputs.iter().map(|row| row.key));
}

fn unique(f: &mut Findings<'_>, table: &str, keys: impl Iterator<Item = StrId>) {
    let mut seen = HashSet::new();
    for (i, key) in keys.enumerate() {
        if !seen.insert(key) {
            let key = &f.program.tables.strings[key.index()];
            let message = format!("key `{key}` is there twice");
            f.add("ir-duplicate-key", table, i, message);
        }
    }
}

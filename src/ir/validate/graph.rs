//! What a person wrote: domains, ports and what feeds them, wires, who publishes and who listens,
//! channels, defaults; and the roots of the program.

use super::Findings;
use super::terms::shown;
use super::types::is_constant;
use crate::ir::*;
use crate::types::{Domain, Family, World};

const BLOCKS: &str = "/tables/graph/blocks";

pub(super) fn check(f: &mut Findings<'_>) {
    domains(f);
    ports(f);
    ends(f);
    externals(f);
    defaults(f);
    roots(f);
}

fn domains(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/domains";
    let p = f.program;
    for (i, row) in p.tables.graph.domains.iter().enumerate() {
        let is_count =
            |rows: u32, cols: u32| u64::from(rows) * u64::from(cols) == u64::from(row.count);
        if let ElementIds::Grid { rows, cols } = row.ids
            && !is_count(rows, cols)
        {
            f.add("ir-domain", TABLE, i, "rows × columns is not the count");
        }
        if let Some(Topology::Grid4 { rows, cols }) = row.topology
            && !is_count(rows, cols)
        {
            let message = "the neighbourhood has not `count` elements";
            f.add("ir-domain", TABLE, i, message);
        }
        let fields = &p.tables.field.nodes;
        let own = |attr: &DomainAttr| {
            let dom = fields[attr.field.index()].dom;
            dom.is_none_or(|dom| dom.index() == i)
        };
        if !row.attrs.iter().all(own) {
            f.add("ir-domain", TABLE, i, "an attribute is over another domain");
        }
        if let ElementIds::Custom(c) = row.ids
            && !are_ids(p, c, row.count)
        {
            let message = "the ids are not `count` unique texts";
            f.add("ir-domain", TABLE, i, message);
        }
    }
}

/// Whether a constant is a list of so many texts that differ.
fn are_ids(p: &Program, c: ConstId, count: u32) -> bool {
    let text = p.tables.constants.json_text(c);
    let list: Option<Vec<String>> = text.and_then(|text| serde_json::from_str(text).ok());
    let Some(list) = list else { return false };
    let mut sorted: Vec<&String> = list.iter().collect();
    sorted.sort_unstable();
    list.len() == count as usize && sorted.windows(2).all(|w| w[0] != w[1])
}

/// What an input says of its source, the source says too.
fn ports(f: &mut Findings<'_>) {
    let p = f.program;
    let g = &p.tables.graph;
    let mut defaulted = vec![false; g.defaults.len()];
    for (i, block) in g.blocks.iter().enumerate() {
        for (at, port) in block.r#in.iter().enumerate() {
            let wrong = match port.src {
                PortSource::None | PortSource::Const(_) => port.r#use.is_some(),
                PortSource::External(_) | PortSource::Rail(_) => false,
                PortSource::Wire(from) => {
                    let wire = g.wires.binary_search_by_key(&port.slot, |wire| wire.to);
                    let wire = wire.ok().map(|at| &g.wires[at]);
                    !wire.is_some_and(|wire| wire.from == from && wire.r#use == port.r#use)
                }
                PortSource::Bus(listener) => {
                    let row = &g.listeners[listener.index()];
                    row.to != port.slot || !row.enabled || row.r#use != port.r#use
                }
                PortSource::Default(id) => {
                    let row = &g.defaults[id.index()];
                    let named = is_port(p, row.key, block.key, port.name)
                        && row.r#type == g.slots[port.slot.index()].r#type;
                    let first = !std::mem::replace(&mut defaulted[id.index()], true);
                    !named || !first || port.r#use.is_some()
                }
            };
            if wrong || !holds(p, port) || !is_read(p, port) {
                let message = format!("input {at} and what feeds it do not agree");
                f.add("ir-type", BLOCKS, i, message);
            }
        }
        let fed = |port: &Port| port.src != PortSource::None || port.r#use.is_some();
        if let Some(at) = block.out.iter().position(fed) {
            let message = format!("output {at} cannot have a source");
            f.add("ir-type", BLOCKS, i, message);
        }
    }
    if let Some(at) = defaulted.iter().position(|used| !used) {
        let message = "the default is that of no input";
        f.add("ir-type", "/tables/graph/defaults", at, message);
    }
}

/// Whether an input whose source is a constant has that constant as its value, if a constant.
fn holds(p: &Program, port: &Port) -> bool {
    let constant = match port.src {
        PortSource::Const(c) => c,
        PortSource::Default(d) => p.tables.graph.defaults[d.index()].value,
        _ => return true,
    };
    let slot = &p.tables.graph.slots[port.slot.index()];
    // Elements are given by their number.
    let domain = match p.types[slot.r#type.index()].domain {
        Domain::Domain => Domain::Number,
        domain => domain,
    };
    let known = match port.r#ref {
        ValueRef::Const(c) | ValueRef::Path(c) => c == constant,
        _ => true,
    };
    known && is_constant(p, constant, domain)
}

/// Whether an input has the value that its chain gives, and where it reads a rail or channel, the one
/// that it names.
fn is_read(p: &Program, port: &Port) -> bool {
    if let Some(used) = port.r#use {
        return p.tables.transforms.uses[used.index()].at == port.r#ref;
    }
    let read = shown(p, port.r#ref);
    let mut read = read.into_iter().flatten();
    match port.src {
        PortSource::Rail(named) => {
            read.all(|value| !matches!(value, ValueRef::Rail(rail) if rail != named))
        }
        PortSource::External(named) => read.all(|value| match value {
            ValueRef::Sig(s) => match p.tables.sig.nodes[s.index()].expr {
                SignalExpr::External(channel) => channel == named,
                _ => true,
            },
            ValueRef::Event(e) => match p.tables.event.nodes[e.index()].expr {
                EventExpr::External(channel) => channel == named,
                _ => true,
            },
            _ => true,
        }),
        _ => true,
    }
}

/// Whether a key is `block/port`.
fn is_port(p: &Program, key: StrId, block: StrId, port: StrId) -> bool {
    let text = |id: StrId| p.tables.strings[id.index()].as_str();
    let rest = text(key).strip_prefix(text(block));
    rest.and_then(|rest| rest.strip_prefix('/')) == Some(text(port))
}

/// Both ends of wires, publishers and listeners. What is published may pass conversions on its way; the
/// terms of the bus are what has its type.
fn ends(f: &mut Findings<'_>) {
    let p = f.program;
    let g = &p.tables.graph;
    for (i, wire) in g.wires.iter().enumerate() {
        let fed = input(p, wire.to).is_some_and(|port| port.src == PortSource::Wire(wire.from));
        if !fed || !is_output(p, wire.from) {
            let message = "a wire leads from an output to an input that is fed by it";
            f.add("ir-type", "/tables/graph/wires", i, message);
        }
    }
    for (i, row) in g.publishers.iter().enumerate() {
        let table = "/tables/graph/publishers";
        let rail = matches!(g.slots[row.from.index()].owner, SlotOwner::Rail(_));
        if !rail && !is_output(p, row.from) {
            f.add("ir-type", table, i, "only outputs and rails can publish");
        }
        if let SlotOwner::Rail(rail) = g.slots[row.from.index()].owner
            && p.tables.rails[rail.index()].mirror != Some(PubId::at(i))
        {
            f.add("ir-rail", table, i, "the rail does not name its mirror");
        }
    }
    for (i, row) in g.listeners.iter().enumerate() {
        if input(p, row.to).is_none() {
            let message = "only inputs can listen";
            f.add("ir-type", "/tables/graph/listeners", i, message);
        }
    }
}

/// The input that a slot is the address of.
fn input(p: &Program, slot: SlotId) -> Option<&Port> {
    match p.tables.graph.slots[slot.index()].owner {
        SlotOwner::Block {
            block,
            port,
            dir: Direction::In,
        } => {
            let row = &p.tables.graph.blocks[block.index()];
            row.r#in.get(port as usize)
        }
        _ => None,
    }
}

fn is_output(p: &Program, slot: SlotId) -> bool {
    let owner = p.tables.graph.slots[slot.index()].owner;
    matches!(
        owner,
        SlotOwner::Block {
            dir: Direction::Out,
            ..
        }
    )
}

/// Channels have a default of their type.
fn externals(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/externals";
    let p = f.program;
    for (i, row) in p.tables.graph.externals.iter().enumerate() {
        let ty = p.types[row.r#type.index()].ty();
        let pulses = ty.world == World::Event;
        let flows = pulses || (ty.world == World::Signal && ty.domain.lanes() > 0);
        if !flows {
            f.add("ir-type", TABLE, i, "a channel carries numbers or pulses");
        }
        if !pulses && !is_constant(p, row.default, ty.domain) {
            f.add("ir-const", TABLE, i, "the default does not fit the channel");
        }
        if row.hold == Hold::Linear && ty.domain.family() == Family::Trigger {
            f.add("ir-type", TABLE, i, "there is nothing between pulses");
        }
    }
}

/// Defaults have a value of their type. Elements are given by their number.
fn defaults(f: &mut Findings<'_>) {
    let p = f.program;
    for (i, row) in p.tables.graph.defaults.iter().enumerate() {
        let domain = match p.types[row.r#type.index()].domain {
            Domain::Domain => Domain::Number,
            domain => domain,
        };
        if !is_constant(p, row.value, domain) {
            let message = "the value has not the type of the input";
            f.add("ir-const", "/tables/graph/defaults", i, message);
        }
    }
}

fn roots(f: &mut Findings<'_>) {
    let p = f.program;
    let frame = p
        .outputs
        .first()
        .is_some_and(|o| o.kind == OutputKind::RenderTree && o.slot == p.roots.frame);
    if !frame {
        let message = "the first output must be the frame";
        f.add("ir-root", "/outputs", 0, message);
    }
    if p.roots.sinks != p.tables.render.root {
        let message = "the roots are not the root sinks";
        f.at("ir-root", "/roots/sinks", message);
    }
    let buses = p.tables.graph.buses.iter().map(|bus| bus.root);
    if !buses.eq(p.roots.bus.iter().copied()) {
        let message = "the roots are not the bus roots";
        f.at("ir-root", "/roots/bus", message);
    }
}

//! The graph tables: identity and ports of blocks, wires, buses, who publishes and who listens.

use super::{Places, ranks, slots};
use crate::blocks::Value;
use crate::compile::lower::{InputRow, Lowered, PortSource as From};
use crate::compile::resolve::{
    Graph as Resolved, Heard, Port as At, Publication, Source, rail_index,
};
use crate::compile::sinks::Plan;
use crate::compile::visit::Visitor;
use crate::ir::builder::slots as address;
use crate::ir::*;
use crate::patch::DEFAULT_BUSES;
use crate::patch::rails;
use crate::types::{Type, World};

/// Fills the graph tables; gives the roots and the key of the frame.
pub(super) fn graph(
    graph: &Resolved<'_>,
    lowered: &mut Lowered,
    plan: &Plan,
    blocks: &[Option<BlockId>],
    places: &mut Places,
) -> (Roots, StrId) {
    let mut work = Work {
        graph,
        lowered,
        plan,
        blocks,
        places,
        uses: Vec::new(),
        listeners: Vec::new(),
        listener_order: Vec::new(),
        first_slot: Vec::new(),
    };
    work.uses();
    work.listener_places();
    work.first_slots();
    work.blocks();
    let (time, rail_slots) = work.system_slots();
    work.wires();
    work.buses(&rail_slots);
    let frame = work.last_slots();
    let tables = &work.lowered.build.tables;
    let roots = Roots {
        frame,
        sinks: tables.render.root.clone(),
        bus: tables.graph.buses.iter().map(|b| b.root).collect(),
        time,
    };
    let key = work.lowered.build.text("frame");
    (roots, key)
}

struct Work<'w, 'g> {
    graph: &'w Resolved<'g>,
    lowered: &'w mut Lowered,
    plan: &'w Plan,
    blocks: &'w [Option<BlockId>],
    places: &'w mut Places,
    /// Lowered use → row.
    uses: Vec<UseId>,
    /// Resolved listener → row; only listeners to buses have one.
    listeners: Vec<Option<LisId>>,
    /// Resolved listeners in the order of their rows, with their buses.
    listener_order: Vec<(BusId, usize)>,
    /// First slot of each block.
    first_slot: Vec<SlotId>,
}

impl Work<'_, '_> {
    /// Uses, by key.
    fn uses(&mut self) {
        let keys: Vec<&str> = self.lowered.uses.iter().map(|u| u.key.as_str()).collect();
        self.uses = ranks(&keys).into_iter().map(UseId::at).collect();
        let mut rows: Vec<(UseId, Use)> = Vec::with_capacity(self.uses.len());
        for (place, row) in self.uses.iter().zip(&self.lowered.uses) {
            let mut at = row.at;
            self.places.value(&mut at);
            let key = self.lowered.build.text(&row.key);
            rows.push((
                *place,
                Use {
                    key,
                    chain: row.chain,
                    at,
                },
            ));
        }
        rows.sort_by_key(|(place, _)| *place);
        self.lowered.build.tables.transforms.uses = rows.into_iter().map(|(_, row)| row).collect();
    }

    /// Listeners to buses: by bus, block, port, key.
    fn listener_places(&mut self) {
        let mut order: Vec<(BusId, At, &str, usize)> = Vec::new();
        for (i, listener) in self.graph.listeners.iter().enumerate() {
            if let (Some(Heard::Bus(bus)), Some(to)) = (listener.source, listener.to) {
                order.push((self.places.bus[bus.0], to, &listener.id, i));
            }
        }
        order.sort();
        self.listeners = vec![None; self.graph.listeners.len()];
        for (place, (bus, _, _, i)) in order.into_iter().enumerate() {
            self.listeners[i] = Some(LisId::at(place));
            self.listener_order.push((bus, i));
        }
    }

    fn first_slots(&mut self) {
        let mut next = 0;
        for node in &self.graph.nodes {
            self.first_slot.push(SlotId::at(next));
            next += node.block.map_or(0, |b| b.inputs.len() + b.outputs.len());
        }
    }

    fn input_slot(&self, at: At) -> SlotId {
        SlotId(self.first_slot[at.block].0 + at.port as u32)
    }

    fn output_slot(&self, at: At) -> SlotId {
        let inputs = self.graph.nodes[at.block]
            .block
            .map_or(0, |b| b.inputs.len());
        SlotId(self.first_slot[at.block].0 + (inputs + at.port) as u32)
    }

    fn used(&self, used: Option<usize>) -> Option<UseId> {
        used.map(|i| self.uses[i])
    }

    fn value(&mut self, mut value: ValueRef) -> ValueRef {
        self.places.value(&mut value);
        if let ValueRef::Sink(id) = &mut value {
            *id = SinkId::at(self.plan.place[id.index()]);
        }
        value
    }

    /// Blocks with their ports and slots, and the defaults.
    fn blocks(&mut self) {
        let mut defaults: Vec<DefaultRow> = Vec::new();
        for (i, node) in self.graph.nodes.iter().enumerate() {
            let (Some(definition), Some(id)) = (node.block, self.blocks[i]) else {
                continue;
            };
            let name = &node.entry.id;
            let mut inputs = Vec::with_capacity(definition.inputs.len());
            for (port, input) in definition.inputs.iter().enumerate() {
                let row = self.lowered.inputs[i]
                    .get(port)
                    .cloned()
                    .unwrap_or_default();
                let ty = slots::input_type(input.mark, input.domain);
                let ty = self.lowered.build.ty(ty);
                let at = self.value(row.at);
                let owner = address::port_owner(id, port, Direction::In);
                let key = [name, "/in/", input.name].concat();
                let key = self.lowered.build.new_text(key);
                let slot = address::add(&mut self.lowered.build, key, ty, owner, at);
                let src = self.source(&row, ty, (name, input.name), &mut defaults);
                let name = self.lowered.build.text(input.name);
                inputs.push(Port {
                    name,
                    slot,
                    r#ref: at,
                    src,
                    r#use: self.used(row.used),
                });
            }
            let mut outputs = Vec::with_capacity(definition.outputs.len());
            for (port, output) in definition.outputs.iter().enumerate() {
                let flow = self.lowered.outputs[i].get(port).cloned().flatten();
                let ty = flow
                    .as_ref()
                    .map_or(slots::output_type(definition, port), |f| f.ty);
                let ty = self.lowered.build.ty(ty);
                let at = flow.map_or(ValueRef::None, |f| self.address(&f.value));
                let owner = address::port_owner(id, port, Direction::Out);
                let key = [name, "/out/", output.name].concat();
                let key = self.lowered.build.new_text(key);
                let slot = address::add(&mut self.lowered.build, key, ty, owner, at);
                let name = self.lowered.build.text(output.name);
                let src = PortSource::None;
                outputs.push(Port {
                    name,
                    slot,
                    r#ref: at,
                    src,
                    r#use: None,
                });
            }
            let row = BlockRow {
                key: self.lowered.build.text(name),
                r#type: self.lowered.build.text(definition.name),
                capability: definition.capability,
                r#in: inputs,
                out: outputs,
                compiler_tag: None,
            };
            self.lowered.build.tables.graph.blocks.push(row);
        }
        self.defaults(defaults);
    }

    /// The address of an output's value.
    fn address(&mut self, value: &Value) -> ValueRef {
        let at = crate::compile::lower::address(&self.lowered.build.tables, value);
        self.value(at)
    }

    fn source(
        &mut self,
        row: &InputRow,
        ty: TypeId,
        (block, port): (&str, &str),
        defaults: &mut Vec<DefaultRow>,
    ) -> PortSource {
        match &row.source {
            From::None => PortSource::None,
            From::Wire(from) => PortSource::Wire(self.output_slot(*from)),
            From::Const(c) => PortSource::Const(*c),
            From::Default(c, identity) => {
                let build = &mut self.lowered.build;
                let identity = identity.as_ref().map(|id| build.text(id));
                defaults.push(DefaultRow {
                    key: build.new_text([block, "/", port].concat()),
                    r#type: ty,
                    value: *c,
                    identity,
                });
                // The place is known when all are sorted; the list index stands in until then.
                PortSource::Default(DefId::at(defaults.len() - 1))
            }
            From::Listener(l) => match self.graph.listeners[*l].source {
                Some(Heard::Bus(_)) => self.listeners[*l].map_or(PortSource::None, PortSource::Bus),
                Some(Heard::Rail(rail)) => PortSource::Rail(RailId::at(rail_index(rail))),
                Some(Heard::External(channel)) => {
                    let at = self
                        .lowered
                        .channels
                        .iter()
                        .position(|c| c.key == channel.key);
                    at.map_or(PortSource::None, |at| PortSource::External(ExtId::at(at)))
                }
                None => PortSource::None,
            },
        }
    }

    /// Defaults, by key; ports point at them.
    fn defaults(&mut self, mut rows: Vec<DefaultRow>) {
        let keys: Vec<&str> = rows
            .iter()
            .map(|row| self.lowered.build.str(row.key))
            .collect();
        let places = ranks(&keys);
        let tables = &mut self.lowered.build.tables;
        for port in tables.graph.blocks.iter_mut().flat_map(|b| &mut b.r#in) {
            if let PortSource::Default(id) = &mut port.src {
                *id = DefId::at(places[id.index()]);
            }
        }
        super::permute(&mut rows, places.into_iter());
        tables.graph.defaults = rows;
    }

    /// Slots of time, rails and channels.
    fn system_slots(&mut self) -> (TimeRoots, Vec<SlotId>) {
        let build = &mut self.lowered.build;
        let time = address::time(build);
        let mut rail_slots = Vec::new();
        for (at, rail) in rails::Rail::ALL.iter().enumerate() {
            let Some(ty) = build.tables.rails.get(at).map(|r| r.r#type) else {
                continue;
            };
            let slot = address::rail(build, at, rail.name(), ty);
            build.tables.rails[at].slot = slot;
            rail_slots.push(slot);
        }
        let channels = self.lowered.channels.clone();
        for (at, channel) in channels.iter().enumerate() {
            let id = ExtId::at(at);
            let value = match channel.ty.world {
                World::Event => ValueRef::Event(build.event(EventExpr::External(id))),
                _ => {
                    let ty = Type::signal(channel.ty.domain);
                    ValueRef::Sig(build.signal(ty, SignalExpr::External(id)))
                }
            };
            let ty = build.ty(channel.ty);
            address::external(build, at, &channel.key, ty, value);
            let row = External {
                key: build.text(&channel.key),
                r#type: ty,
                default: channel.default,
                hold: Hold::Last,
            };
            build.tables.graph.externals.push(row);
        }
        let note = crate::compile::lower::Note::None;
        self.lowered.marks.note(&self.lowered.build, &note);
        (time, rail_slots)
    }

    /// Wires in use, by target.
    fn wires(&mut self) {
        let mut rows = Vec::new();
        for (block, node) in self.graph.nodes.iter().enumerate() {
            for (port, input) in node.inputs.iter().enumerate() {
                let Source::Wire(wire) = input.source else {
                    continue;
                };
                let Some(from) = self.graph.wires[wire].from else {
                    continue;
                };
                let used = self.lowered.inputs[block]
                    .get(port)
                    .and_then(|row| row.used);
                rows.push(WireRow {
                    from: self.output_slot(from),
                    to: self.input_slot(At { block, port }),
                    r#use: self.used(used),
                });
            }
        }
        rows.sort_by_key(|row| row.to);
        self.lowered.build.tables.graph.wires = rows;
    }

    /// Buses by key, with their publishers and listeners.
    fn buses(&mut self, rail_slots: &[SlotId]) {
        let document = self.graph.patch.document;
        let mut order: Vec<(BusId, usize)> = self
            .places
            .bus
            .iter()
            .enumerate()
            .map(|(i, place)| (*place, i))
            .collect();
        order.sort();
        let mut mirrors: Vec<(usize, PubId)> = Vec::new();
        for (place, i) in order {
            let Some(row) = self.lowered.buses[i].clone() else {
                continue;
            };
            let entry = &document.buses[i];
            let first = self.lowered.build.tables.graph.publishers.len();
            let members = &self.graph.buses[i];
            for (at, &publisher) in members
                .publishers
                .iter()
                .chain(&members.disabled)
                .enumerate()
            {
                let source = &self.graph.publishers[publisher];
                let from = match source.from {
                    Publication::Port(port) => self.output_slot(port),
                    Publication::Rail(rail) => {
                        let id = PubId::at(self.lowered.build.tables.graph.publishers.len());
                        mirrors.push((rail_index(rail), id));
                        rail_slots[rail_index(rail)]
                    }
                };
                let used = self.used(self.lowered.publisher_uses[publisher]);
                let enabled = at < members.publishers.len();
                let row = Publisher {
                    key: self.lowered.build.text(&source.id),
                    bus: place,
                    from,
                    r#use: used,
                    sort_key: source.sort_key + 0.0,
                    enabled,
                    order: enabled.then_some(at as u32),
                };
                self.lowered.build.tables.graph.publishers.push(row);
            }
            let count = self.lowered.build.tables.graph.publishers.len() - first;
            let lis = self.listeners_of(place);
            let ty = self.lowered.build.ty(row.ty);
            let root = self.value(row.root);
            let slot = address::bus(&mut self.lowered.build, place, &entry.id, ty, root);
            let reserved = DEFAULT_BUSES
                .iter()
                .find(|(n, ..)| n.eq_ignore_ascii_case(&entry.name));
            let build = &mut self.lowered.build;
            let bus = Bus {
                key: build.text(&entry.id),
                name: build.text(&entry.name),
                r#type: ty,
                combine: row.combine,
                silent: row.silent,
                slot,
                root,
                role: reserved.map(|(name, ..)| build.text(name)),
                pubs: [first as u32, count as u32],
                lis,
            };
            build.tables.graph.buses.push(bus);
        }
        let rows = &mut self.lowered.build.tables.rails;
        for rail in rows.iter_mut() {
            rail.mirror = None;
        }
        for (rail, publisher) in mirrors {
            rows[rail].mirror = Some(publisher);
        }
    }

    /// Appends the listeners of a bus; gives where they are. Buses come in order.
    fn listeners_of(&mut self, place: BusId) -> [u32; 2] {
        let first = self.lowered.build.tables.graph.listeners.len();
        let rest = self.listener_order.get(first..).unwrap_or_default();
        let found: Vec<usize> = rest
            .iter()
            .take_while(|(bus, _)| *bus == place)
            .map(|(_, i)| *i)
            .collect();
        for i in &found {
            let listener = &self.graph.listeners[*i];
            let Some(to) = listener.to else { continue };
            let reads = matches!(
                self.graph.nodes[to.block].inputs[to.port].source, Source::Listener(l) if l == *i
            );
            let used = self.lowered.inputs[to.block]
                .get(to.port)
                .and_then(|row| row.used);
            let row = Listener {
                key: self.lowered.build.text(&listener.id),
                bus: place,
                to: self.input_slot(to),
                r#use: self.used(used.filter(|_| reads)),
                enabled: listener.enabled,
            };
            self.lowered.build.tables.graph.listeners.push(row);
        }
        [first as u32, found.len() as u32]
    }

    /// Slots of requests, sinks and the frame.
    fn last_slots(&mut self) -> SlotId {
        let build = &mut self.lowered.build;
        for at in 0..build.tables.materialize.requests.len() {
            let slot = address::request(build, at);
            build.tables.materialize.requests[at].out = slot;
        }
        for at in 0..build.tables.render.sinks.len() {
            address::sink(build, at);
        }
        address::frame(build)
    }
}

//! Where a value comes from: back through listener, lens, bus and publishers to time and constants,
//! with the values of the frame that the engine made last.
//!
//! In: an input or output of a block, or a bus. Out: an [`Explanation`]: a graph with each value once,
//! the nearest first, so it is no larger than the patch however often a value is read, and no deeper
//! than a loop can go. Fields are worked out for a few elements; nothing of the run changes. Read next:
//! `way` (the lenses between two values), `values` (what they came to).

mod values;
mod way;

use super::evaluate::Stores;
use super::field::Stats;
use crate::ir::facts::Names;
use crate::ir::*;
use crate::math::readable;
use crate::types::World;
use std::collections::{BTreeMap, VecDeque};
use values::Fields;

/// Elements of a field that are worked out for its numbers; more are not looked at.
pub const ELEMENTS: u32 = 4096;
/// Elements whose values are kept.
pub const FIRST: usize = 4;
/// Values that are explained; of longer ways the nearest.
pub const NODES: usize = 1000;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It has none: a domain, something drawn, an outline.
    Nothing,
    /// One for all.
    Lanes(Vec<f64>),
    /// Pulses in the frame.
    Pulses(u64),
    /// A field over no domain: the same for every element.
    Same(Vec<f64>),
    /// One per element.
    Field {
        /// Of the first few.
        first: Vec<Vec<f64>>,
        /// Elements that there are; the numbers are of those looked at.
        of: u32,
        /// Of the elements looked at: of vectors and colours their first lane.
        stats: Stats,
    },
}

/// One lens, adapter or conversion on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `lens`, `adapter` or `implicit`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The opcode with its operands; of a lens with memory its cell.
    pub step: String,
    /// After it; before it is the stage before, or the source.
    pub after: Seen,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// `input`, `output`, `bus`, `publisher`, `rail`, `external`, `time` or `none`.
    pub kind: &'static str,
    /// What people call it.
    pub name: String,
    /// How it is made: a block's type, a bus's mode, a listener's id.
    pub note: String,
    /// What it is now.
    pub value: Seen,
    /// On the way from its only source, in order; what goes in is the source's value.
    pub stages: Vec<Stage>,
    /// What it is made of, as places in [`Explanation::nodes`]; of a bus its publishers in combine
    /// order.
    pub from: Vec<usize>,
}

/// A value walked back to its sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The value itself, then what it comes from, the nearest first. Each stands here once.
    pub nodes: Vec<Origin>,
    /// Sources that are further back than [`NODES`] values, by name.
    pub left_out: Vec<String>,
}

/// Explains values of one frame.
pub(super) struct Explainer<'a> {
    names: Names<'a>,
    stores: &'a Stores,
    nodes: Vec<Origin>,
    places: BTreeMap<SlotId, usize>,
    work: VecDeque<SlotId>,
    left_out: Vec<SlotId>,
    fields: Fields,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(program: &'a Program, stores: &'a Stores) -> Self {
        Self {
            names: Names::new(program),
            stores,
            nodes: Vec::new(),
            places: BTreeMap::new(),
            work: VecDeque::new(),
            left_out: Vec::new(),
            fields: Fields::default(),
        }
    }

    fn program(&self) -> &'a Program {
        self.names.program
    }

    /// Walks back from an address: an input or output of a block, or a bus.
    pub(super) fn explain(mut self, root: SlotId) -> Explanation {
        self.reach(root);
        while let Some(slot) = self.work.pop_front() {
            self.open(slot);
        }
        let fields = std::mem::take(&mut self.fields);
        fields.fill(self.program(), self.stores, &mut self.nodes);
        let left_out = self.left_out.iter().map(|&slot| self.names.slot(slot));
        Explanation {
            left_out: left_out.collect(),
            nodes: self.nodes,
        }
    }

    /// The place of an address; a new one is opened later. `None` if there is no more room.
    fn reach(&mut self, slot: SlotId) -> Option<usize> {
        if let Some(&place) = self.places.get(&slot) {
            return Some(place);
        }
        if self.nodes.len() >= NODES {
            if !self.left_out.contains(&slot) {
                self.left_out.push(slot);
            }
            return None;
        }
        let place = self.nodes.len();
        self.nodes.push(Origin {
            kind: "none",
            name: self.names.slot(slot),
            note: String::new(),
            value: Seen::Nothing,
            stages: Vec::new(),
            from: Vec::new(),
        });
        self.places.insert(slot, place);
        self.work.push_back(slot);
        Some(place)
    }

    fn sources(&mut self, place: usize, slots: impl IntoIterator<Item = SlotId>) {
        for slot in slots {
            let from = self.reach(slot);
            self.nodes[place].from.extend(from);
        }
    }

    fn open(&mut self, id: SlotId) {
        let program = self.program();
        let graph = &program.tables.graph;
        let slot = &graph.slots[id.index()];
        let Some(&place) = self.places.get(&id) else {
            return;
        };
        let value = self.column(place).unwrap_or(slot.r#ref);
        self.nodes[place].value = match value {
            ValueRef::None if is_event(program, slot) => Seen::Pulses(0),
            value => self.value(value, (place, None)),
        };
        let kind = match slot.owner {
            SlotOwner::Block { block, port, dir } => {
                let row = &graph.blocks[block.index()];
                self.note(place, self.names.text(row.r#type).to_owned());
                if dir == Direction::In {
                    self.input(place, &row.r#in[port as usize]);
                    "input"
                } else {
                    // What is connected first: it leads further back than a constant.
                    let inputs = row.r#in.iter().filter(|port| connected(port));
                    let constants = row.r#in.iter().filter(|port| is_constant(port));
                    self.sources(place, inputs.chain(constants).map(|port| port.slot));
                    "output"
                }
            }
            SlotOwner::Bus(bus) => {
                self.bus(place, bus);
                "bus"
            }
            SlotOwner::Rail(rail) => {
                let generator = &program.tables.rails[rail.index()].generator;
                self.note(place, self.names.generator(generator));
                "rail"
            }
            SlotOwner::External(_) => "external",
            SlotOwner::Time(_) | SlotOwner::TimeEvent(_) => "time",
            SlotOwner::Request(_) | SlotOwner::Sink(_) | SlotOwner::Frame => "none",
        };
        self.nodes[place].kind = kind;
    }

    /// The column that a sink makes of an input: it knows its elements also where all are the same.
    fn column(&self, place: usize) -> Option<ValueRef> {
        let name = &self.nodes[place].name;
        let requests = &self.program().tables.materialize.requests;
        let of = requests
            .iter()
            .position(|row| self.names.text(row.key) == name);
        of.map(|at| ValueRef::Req(ReqId::at(at)))
    }

    fn note(&mut self, place: usize, note: String) {
        self.nodes[place].note = note;
    }

    fn input(&mut self, place: usize, port: &Port) {
        let program = self.program();
        let graph = &program.tables.graph;
        let source = match port.src {
            PortSource::Wire(slot) => Some(slot),
            PortSource::Bus(id) => graph.listeners.get(id.index()).map(|listener| {
                let note = format!("listener {}", self.names.text(listener.key));
                self.note(place, note);
                graph.buses[listener.bus.index()].slot
            }),
            PortSource::Rail(id) => Some(program.tables.rails[id.index()].slot),
            PortSource::External(id) => {
                let key = self.names.text(graph.externals[id.index()].key);
                self.note(place, format!("external {key}"));
                None
            }
            PortSource::Default(_) => {
                self.note(place, "default".to_owned());
                None
            }
            PortSource::Const(_) => {
                self.note(place, "constant".to_owned());
                None
            }
            PortSource::None => None,
        };
        let before = source.map(|slot| graph.slots[slot.index()].r#ref);
        self.stages(place, port.r#use, port.r#ref, before);
        self.sources(place, source);
    }

    fn bus(&mut self, place: usize, id: BusId) {
        let program = self.program();
        let graph = &program.tables.graph;
        let bus = &graph.buses[id.index()];
        self.nodes[place].value = self.value(bus.root, (place, None));
        let silent = self.names.constant(bus.silent);
        let mode = crate::ir::facts::combine_name(bus.combine);
        self.note(place, format!("{mode}, silent {silent}"));
        let [first, count] = bus.pubs.map(|n| n as usize);
        let rows = &graph.publishers[first..first + count];
        let terms = operands::terms_of_bus(program, bus.root);
        for (k, row) in rows.iter().filter(|p| p.enabled).enumerate() {
            if self.nodes.len() >= NODES {
                self.reach(row.from);
                continue;
            }
            let publisher = self.nodes.len();
            self.nodes.push(Origin {
                kind: "publisher",
                name: self.names.text(row.key).to_owned(),
                note: format!("{}, sortKey {}", k + 1, readable(row.sort_key)),
                value: Seen::Nothing,
                stages: Vec::new(),
                from: Vec::new(),
            });
            self.nodes[place].from.push(publisher);
            if let Some(&term) = terms.get(k) {
                self.nodes[publisher].value = self.value(term, (publisher, None));
                let before = graph.slots[row.from.index()].r#ref;
                self.stages(publisher, row.r#use, term, Some(before));
            }
            self.sources(publisher, [row.from]);
        }
    }
}

/// Whether somebody connected an input.
fn connected(port: &Port) -> bool {
    matches!(
        port.src,
        PortSource::Wire(_) | PortSource::Bus(_) | PortSource::Rail(_) | PortSource::External(_)
    )
}

/// Whether an input has a number of its own.
fn is_constant(port: &Port) -> bool {
    let from_nowhere = matches!(port.src, PortSource::Const(_) | PortSource::Default(_));
    from_nowhere && matches!(port.r#ref, ValueRef::Sig(_) | ValueRef::Field(_))
}

/// Whether an address is that of an event; an input without a source has no row, and never a pulse.
pub(super) fn is_event(program: &Program, slot: &Slot) -> bool {
    program.types[slot.r#type.index()].world == World::Event
}

//! Where a value comes from: back through listener, lens, bus and publishers to time and constants,
//! with the values of the frame that the engine made last.
//!
//! In: an input or output of a block, or a bus. Out: an [`Origin`] tree, deepest sources last. What
//! has been explained once is named and not repeated, so the tree is no larger than the patch.
//! Fields are worked out for a few elements; nothing of the run changes.

use super::evaluate::Stores;
use super::field::Stats;
use super::field::lane::Element;
use super::transforms;
use crate::ir::facts::Names;
use crate::ir::*;
use std::collections::BTreeSet;

/// Elements of a field that are worked out for its numbers; more are not looked at.
pub const ELEMENTS: u32 = 4096;
/// Elements whose values are kept.
pub const FIRST: usize = 4;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It has none: a domain, something drawn, an outline.
    Nothing,
    /// One for all.
    Lanes(Vec<f64>),
    /// Pulses in the frame.
    Pulses(u64),
    /// One per element.
    Field {
        /// Of the first few.
        first: Vec<Vec<f64>>,
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
    /// The opcode with its operands.
    pub step: String,
    /// After it; before it is the stage before, or the source.
    pub after: Seen,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// `input`, `output`, `bus`, `publisher`, `rail`, `external`, `constant`, `default` or `none`.
    pub kind: &'static str,
    /// What people call it.
    pub name: String,
    /// How it is made: a block's type, a bus's mode, a listener's id.
    pub note: String,
    /// What it is now.
    pub value: Seen,
    /// On the way from its only source, in order; what goes in is the source's value.
    pub stages: Vec<Stage>,
    /// It was explained above.
    pub again: bool,
    /// What it is made of; of a bus its publishers in combine order.
    pub from: Vec<Self>,
}

/// Explains values of one frame.
pub(super) struct Explainer<'a> {
    names: Names<'a>,
    stores: &'a Stores,
    seen: BTreeSet<SlotId>,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(program: &'a Program, stores: &'a Stores) -> Self {
        Self {
            names: Names::new(program),
            stores,
            seen: BTreeSet::new(),
        }
    }

    fn program(&self) -> &'a Program {
        self.names.program
    }

    /// An address: an input or output of a block, or a bus.
    pub(super) fn slot(&mut self, id: SlotId) -> Origin {
        let program = self.program();
        let graph = &program.tables.graph;
        let slot = &graph.slots[id.index()];
        let mut origin = Origin {
            kind: "none",
            name: self.names.slot(id),
            note: String::new(),
            value: self.value(slot.r#ref),
            stages: Vec::new(),
            again: !self.seen.insert(id),
            from: Vec::new(),
        };
        match slot.owner {
            SlotOwner::Block { block, port, dir } => {
                let row = &graph.blocks[block.index()];
                origin.note = self.names.text(row.r#type).to_owned();
                if dir == Direction::In {
                    origin.kind = "input";
                    if !origin.again {
                        self.input(&mut origin, &row.r#in[port as usize]);
                    }
                } else {
                    origin.kind = "output";
                    if !origin.again {
                        // Constants say little about a value; they are in the table of blocks.
                        let inputs = row.r#in.iter().filter(|p| connected(p));
                        origin.from = inputs.map(|p| self.slot(p.slot)).collect();
                    }
                }
            }
            SlotOwner::Bus(bus) => self.bus(&mut origin, bus),
            SlotOwner::Rail(rail) => {
                origin.kind = "rail";
                origin.note = self
                    .names
                    .generator(&program.tables.rails[rail.index()].generator);
            }
            SlotOwner::External(_) => origin.kind = "external",
            SlotOwner::Time(_) | SlotOwner::TimeEvent(_) => origin.kind = "time",
            SlotOwner::Request(_) | SlotOwner::Sink(_) | SlotOwner::Frame => {}
        }
        origin
    }

    fn input(&mut self, origin: &mut Origin, port: &Port) {
        let program = self.program();
        let graph = &program.tables.graph;
        let source = match port.src {
            PortSource::Wire(slot) => Some(slot),
            PortSource::Bus(id) => graph.listeners.get(id.index()).map(|listener| {
                origin.note = format!("listener {}", self.names.text(listener.key));
                graph.buses[listener.bus.index()].slot
            }),
            PortSource::Rail(id) => Some(program.tables.rails[id.index()].slot),
            PortSource::External(id) => {
                let key = self.names.text(graph.externals[id.index()].key);
                origin.note = format!("external {key}");
                None
            }
            PortSource::Default(_) => {
                origin.note = "default".to_owned();
                None
            }
            PortSource::Const(_) => {
                origin.note = "constant".to_owned();
                None
            }
            PortSource::None => None,
        };
        origin.stages = self.stages(port.r#use, port.r#ref);
        origin.from.extend(source.map(|slot| self.slot(slot)));
    }

    fn bus(&mut self, origin: &mut Origin, id: BusId) {
        let program = self.program();
        let graph = &program.tables.graph;
        let bus = &graph.buses[id.index()];
        origin.kind = "bus";
        origin.value = self.value(bus.root);
        let silent = self.names.constant(bus.silent);
        let mode = crate::ir::facts::combine_name(bus.combine);
        origin.note = format!("{mode}, silent {silent}");
        if origin.again {
            return;
        }
        let [first, count] = bus.pubs.map(|n| n as usize);
        let rows = &graph.publishers[first..first + count];
        let terms = terms(program, bus.root);
        for (k, row) in rows.iter().filter(|p| p.enabled).enumerate() {
            let term = terms.get(k).copied();
            let source = self.slot(row.from);
            origin.from.push(Origin {
                kind: "publisher",
                name: self.names.text(row.key).to_owned(),
                note: format!("{}, sortKey {}", k + 1, row.sort_key),
                value: term.map_or(Seen::Nothing, |value| self.value(value)),
                stages: term.map_or_else(Vec::new, |value| self.stages(row.r#use, value)),
                again: false,
                from: vec![source],
            });
        }
    }

    /// What each step of a chain made. `after` is what came out at the end.
    fn stages(&self, used: Option<UseId>, after: ValueRef) -> Vec<Stage> {
        let program = self.program();
        let transforms = &program.tables.transforms;
        let Some(used) = used.and_then(|id| transforms.uses.get(id.index())) else {
            return Vec::new();
        };
        let chain = &transforms.chains[used.chain.index()];
        let made = match after {
            ValueRef::Sig(id) => self.signal_steps(id, chain),
            ValueRef::Field(id) => self.field_steps(id, chain),
            _ => Vec::new(),
        };
        let words = chain.steps.iter().map(|step| self.names.chain_step(step));
        words
            .enumerate()
            .map(|(i, (kind, name, step))| Stage {
                kind,
                name,
                step,
                after: made.get(i).cloned().unwrap_or(Seen::Nothing),
            })
            .collect()
    }

    fn signal_steps(&self, id: SignalId, chain: &Chain) -> Vec<Seen> {
        let program = self.program();
        let SignalExpr::Transform { src, args, .. } = &program.tables.sig.nodes[id.index()].expr
        else {
            // Folded, or cut by a lens with state: only the end is known.
            let mut made = vec![Seen::Nothing; chain.steps.len().saturating_sub(1)];
            made.push(self.value(ValueRef::Sig(id)));
            return made;
        };
        let registers = &self.stores.registers;
        let args: Vec<&[f64]> = args.iter().map(|&a| registers.get(a)).collect();
        let mut made = Vec::new();
        transforms::walk(program, chain, registers.get(*src), &args, |_, lanes| {
            made.push(Seen::Lanes(lanes.to_vec()));
        });
        made
    }

    fn field_steps(&self, id: FieldId, chain: &Chain) -> Vec<Seen> {
        let program = self.program();
        let node = &program.tables.field.nodes[id.index()];
        let mut made = vec![Seen::Nothing; chain.steps.len()];
        let FieldExpr::Transform { src, args, .. } = &node.expr else {
            if let Some(last) = made.last_mut() {
                *last = self.value(ValueRef::Field(id));
            }
            return made;
        };
        let mut columns: Vec<Vec<Vec<f64>>> = vec![Vec::new(); chain.steps.len()];
        for index in 0..self.count(node.dom).min(ELEMENTS) {
            let element = self.element(index);
            let Some(value) = element.rows(*src).remove(src) else {
                continue;
            };
            let each = &mut |k: usize, lanes: &[f64]| columns[k].push(lanes.to_vec());
            element.chain(chain, value, args, each);
        }
        columns.into_iter().map(field).collect()
    }

    fn element(&self, index: u32) -> Element<'_> {
        Element {
            program: self.names.program,
            registers: &self.stores.registers,
            histories: &self.stores.cells,
            index,
        }
    }

    fn count(&self, domain: Option<DomainId>) -> u32 {
        let domains = &self.program().tables.graph.domains;
        domain
            .and_then(|d| domains.get(d.index()))
            .map_or(1, |d| d.count)
    }

    fn value(&self, value: ValueRef) -> Seen {
        let program = self.program();
        match value {
            ValueRef::Sig(id) => Seen::Lanes(self.stores.registers.get(id).to_vec()),
            ValueRef::Event(id) => Seen::Pulses(self.stores.events[id.index()].count()),
            ValueRef::Const(id) => {
                let row = &program.tables.constants.index[id.index()];
                let lanes = program.types[row.r#type.index()].domain.lanes().min(4);
                Seen::Lanes(super::sinks::constant(program, id)[..lanes].to_vec())
            }
            ValueRef::Time(time) => Seen::Lanes(vec![self.stores.time[time as usize]]),
            ValueRef::Rail(id) => Seen::Lanes(self.stores.rails.read(id).to_vec()),
            ValueRef::Req(id) => self.value(ValueRef::Field(
                program.tables.materialize.requests[id.index()].field,
            )),
            ValueRef::Bus(id) => match program.tables.graph.buses[id.index()].root {
                ValueRef::Bus(_) => Seen::Nothing,
                root => self.value(root),
            },
            ValueRef::Field(id) => {
                let count = self.count(program.tables.field.nodes[id.index()].dom);
                let elements =
                    (0..count.min(ELEMENTS)).filter_map(|i| self.element(i).rows(id).remove(&id));
                field(elements.collect())
            }
            _ => Seen::Nothing,
        }
    }
}

fn field(elements: Vec<Vec<f64>>) -> Seen {
    if elements.is_empty() {
        return Seen::Nothing;
    }
    let lane = |lanes: &Vec<f64>| lanes.first().copied().unwrap_or(f64::NAN);
    let stats = Stats::of(elements.iter().map(lane));
    let first = elements.into_iter().take(FIRST).collect();
    Seen::Field { first, stats }
}

/// Whether somebody connected an input.
fn connected(port: &Port) -> bool {
    matches!(
        port.src,
        PortSource::Wire(_) | PortSource::Bus(_) | PortSource::Rail(_) | PortSource::External(_)
    )
}

/// Terms of a bus in combine order; a bus of one publisher may be its term.
fn terms(program: &Program, root: ValueRef) -> Vec<ValueRef> {
    let tables = &program.tables;
    match root {
        ValueRef::Sig(id) => match &tables.sig.nodes[id.index()].expr {
            SignalExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Sig(t)).collect(),
            _ => vec![root],
        },
        ValueRef::Event(id) => match &tables.event.nodes[id.index()].expr {
            EventExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Event(t)).collect(),
            _ => vec![root],
        },
        ValueRef::Field(id) => match &tables.field.nodes[id.index()].expr {
            FieldExpr::Combine { terms, .. } => terms.iter().map(|&t| ValueRef::Field(t)).collect(),
            _ => vec![root],
        },
        _ => Vec::new(),
    }
}

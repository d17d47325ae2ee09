//! What is known about each node beside its row: which unit computes it, and what it is for.
//!
//! Nodes are marked when they are made. A node belongs to the unit that asked for it first. Two kinds
//! of nodes are *pushed down* instead, to the last of the owners of their operands: those that close
//! a loop, because the block that closes it came long before; and those that a reduction needs,
//! because its columns are made between two steps. A reduction is a stage of its own within the unit
//! that it is pushed down to. So owners are ordered, by unit and stage, and a node never belongs to an
//! earlier owner than one of its operands: the steps have no circle.

use crate::blocks::Value;
use crate::compile::edges;
use crate::ir::{Builder, EventExpr, SignalExpr, Tables, ValueRef};
use std::collections::BTreeMap;

/// What a row is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compile) enum Note {
    /// Nothing to say: time, rails.
    None,
    /// A block's own maths.
    Block(usize),
    /// What an output gives: block, output.
    Output(usize, usize),
    /// A constant or broadcast for an input: block, input.
    Input(usize, usize),
    /// What a bus gives.
    Bus(usize),
    /// A chain on a wire, publisher, listener or binding, by its id.
    Use(String),
    /// What drives a rail.
    Rail(usize),
}

/// Who computes a node: the place of the unit in the order of lowering, and 0 or the number of a
/// reduction within the unit.
pub(in crate::compile) type Owner = (usize, usize);

/// Marks, parallel to the builder's tables.
#[derive(Debug, Default)]
pub(in crate::compile) struct Marks {
    /// Owner of each signal.
    pub sig_owner: Vec<Owner>,
    /// Owner of each event.
    pub event_owner: Vec<Owner>,
    /// What signals are for.
    pub sig: Vec<Note>,
    /// What events are for.
    pub event: Vec<Note>,
    /// What fields are for.
    pub field: Vec<Note>,
    /// What chains are for.
    pub chain: Vec<Note>,
    /// What cells are for.
    pub cell: Vec<Note>,
    /// Reductions of each unit so far.
    stages: BTreeMap<usize, usize>,
    unit: usize,
    closing: bool,
}

/// Not pushed down yet.
const OPEN: Owner = (usize::MAX, usize::MAX);

impl Marks {
    /// New nodes belong to the unit at that place of the order.
    pub(super) fn enter(&mut self, unit: usize) {
        self.unit = unit;
        self.closing = false;
    }

    /// New nodes close loops.
    pub(in crate::compile) fn close(&mut self) {
        self.closing = true;
    }

    /// Marks all nodes made since the last call.
    pub(in crate::compile) fn note(&mut self, build: &Builder, note: &Note) {
        let tables = &build.tables;
        let owner = if self.closing { OPEN } else { (self.unit, 0) };
        let (first_sig, first_event) = (self.sig.len(), self.event.len());
        for node in &tables.event.nodes[first_event..] {
            self.event_owner.push(owner);
            self.event.push(match node.expr {
                EventExpr::Time(_) | EventExpr::Rail(_) => Note::None,
                _ => note.clone(),
            });
        }
        for node in &tables.sig.nodes[first_sig..] {
            self.sig_owner.push(owner);
            self.sig.push(match node.expr {
                SignalExpr::Time(_) | SignalExpr::Rail(_) => Note::None,
                _ => note.clone(),
            });
        }
        self.field.resize(tables.field.nodes.len(), note.clone());
        self.chain
            .resize(tables.transforms.chains.len(), note.clone());
        self.cell.resize(tables.state.cells.len(), note.clone());
        for i in first_sig..tables.sig.nodes.len() {
            let reduces = matches!(tables.sig.nodes[i].expr, SignalExpr::Reduce { .. });
            if reduces || self.closing {
                self.push_down(tables, ValueRef::Sig(crate::ir::SignalId::at(i)));
            }
        }
        if self.closing {
            for i in first_event..tables.event.nodes.len() {
                self.push_down(tables, ValueRef::Event(crate::ir::EventId::at(i)));
            }
        }
    }

    /// A block's node that an output gives is named after the output.
    pub(super) fn name_output(&mut self, value: &Value, block: usize, port: usize) {
        let note = match value {
            Value::Signal(id) => self.sig.get_mut(id.index()),
            Value::Event(id) => self.event.get_mut(id.index()),
            Value::Field(id) => self.field.get_mut(id.index()),
            _ => None,
        };
        if let Some(note) = note
            && *note == Note::Block(block)
        {
            *note = Note::Output(block, port);
        }
    }

    /// Gives a node, and all it reads that belongs to the current unit, to the owners of what they
    /// read.
    fn push_down(&mut self, tables: &Tables, root: ValueRef) {
        let mut work = vec![(root, false)];
        let mut fields = std::collections::HashSet::new();
        while let Some((value, operands_done)) = work.pop() {
            if operands_done {
                let owner = self.last_operand(tables, value);
                self.give(tables, value, owner);
                continue;
            }
            let open = match value {
                ValueRef::Field(id) => fields.insert(id),
                _ => value == root || self.is_open(tables, value),
            };
            if open {
                work.push((value, true));
                edges::operands(tables, value, &mut |operand| work.push((operand, false)));
            }
        }
    }

    /// Whether a computed node still belongs to the current unit as a whole.
    fn is_open(&self, tables: &Tables, value: ValueRef) -> bool {
        let owner = self.owner(value);
        let reduces = match value {
            ValueRef::Sig(id) => {
                matches!(tables.sig.nodes[id.index()].expr, SignalExpr::Reduce { .. })
            }
            _ => false,
        };
        owner == Some(OPEN) || (!reduces && !self.closing && owner == Some((self.unit, 0)))
    }

    /// The last owner of what a node reads, through fields; the first unit if it reads nothing that is
    /// computed.
    fn last_operand(&self, tables: &Tables, value: ValueRef) -> Owner {
        let mut last = (0, 0);
        let mut work = Vec::new();
        let mut seen = std::collections::HashSet::new();
        edges::operands(tables, value, &mut |operand| work.push(operand));
        while let Some(operand) = work.pop() {
            match operand {
                ValueRef::Field(id) if seen.insert(id) => {
                    edges::operands(tables, operand, &mut |o| work.push(o));
                }
                operand if edges::is_computed(tables, operand) => {
                    last = last.max(self.owner(operand).filter(|o| *o != OPEN).unwrap_or((0, 0)));
                }
                _ => {}
            }
        }
        last
    }

    fn give(&mut self, tables: &Tables, value: ValueRef, owner: Owner) {
        match value {
            ValueRef::Sig(id) => {
                let reduces =
                    matches!(tables.sig.nodes[id.index()].expr, SignalExpr::Reduce { .. });
                self.sig_owner[id.index()] = if reduces {
                    let stage = self.stages.entry(owner.0).or_default();
                    *stage += 1;
                    (owner.0, *stage)
                } else {
                    owner
                };
            }
            ValueRef::Event(id) => self.event_owner[id.index()] = owner,
            _ => {}
        }
    }

    fn owner(&self, value: ValueRef) -> Option<Owner> {
        match value {
            ValueRef::Sig(id) => self.sig_owner.get(id.index()).copied(),
            ValueRef::Event(id) => self.event_owner.get(id.index()).copied(),
            _ => None,
        }
    }
}

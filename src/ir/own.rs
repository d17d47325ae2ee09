//! What a block says by itself: its type, where its inputs come from, and what it makes of them.
//!
//! A change far upstream changes every value below it, but it is a change of one block only. So here
//! an expression is followed from a block's outputs to its inputs and no further: an input enters
//! by the name of its port. In: a program and its [`Hashes`]. Out: one digest per block and sink.
//! Read next: [`super::diff`], which compares them.

use super::hashes::{Digest, Hashes, Walk, digest, operands_of};
use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// Digests of what rows of the graph say by themselves.
pub(super) struct Own<'a> {
    program: &'a Valid<Program>,
    hashes: &'a Hashes,
    /// Hashes with inputs replaced by ports; what is read of it is written first, block by block.
    scratch: Hashes,
    /// Values of all input ports and buses: other blocks are not looked into.
    edges: BTreeSet<ValueRef>,
    sinks: BTreeMap<StrId, Digest>,
}

impl<'a> Own<'a> {
    pub(super) fn new(program: &'a Valid<Program>, hashes: &'a Hashes) -> Self {
        let graph = &program.tables.graph;
        let ports = graph.blocks.iter().flat_map(|block| &block.r#in);
        let roots = graph.buses.iter().map(|bus| bus.root);
        let mut own = Self {
            program,
            hashes,
            scratch: hashes.clone(),
            edges: ports.map(|port| port.r#ref).chain(roots).collect(),
            sinks: BTreeMap::new(),
        };
        // Other elements are a change of the block that has them, not of all that is drawn on them.
        for (digests, row) in own.scratch.domains.iter_mut().zip(&graph.domains) {
            *digests = digest("domain", &own.program.tables.strings[row.key.index()]);
        }
        // A block under another id says the same, although its state has another key.
        let walk = Walk { program, hashes };
        let cells = program.tables.state.cells.iter();
        own.scratch.cells = cells.map(|cell| walk.nameless_cell(cell)).collect();
        let sinks = program.tables.render.sinks.iter();
        own.sinks = sinks.map(|sink| (sink.key, own.sink(sink))).collect();
        own
    }

    fn text(&self, id: StrId) -> &'a str {
        &self.program.tables.strings[id.index()]
    }

    pub(super) fn slot_key(&self, id: SlotId) -> &'a str {
        self.text(self.program.tables.graph.slots[id.index()].key)
    }

    /// The lenses and adapters of a use.
    pub(super) fn chain(&self, id: Option<UseId>) -> Option<Digest> {
        let chain = self.program.tables.transforms.uses.get(id?.index())?.chain;
        Some(self.hashes.chains[chain.index()])
    }

    /// Kind and fixed parameters of a sink.
    pub(super) fn sink(&self, sink: &Sink) -> Digest {
        let constant = |input: InputRef| match input {
            InputRef::Const(c) => Some(self.hashes.constants[c.index()]),
            InputRef::Shape(s) => {
                let shape = &self.program.tables.render.shapes[s.index()];
                Some(match shape {
                    ShapeRow::Star { points, .. } => digest("star", points),
                    ShapeRow::Ring { .. } => digest("ring", &()),
                    ShapeRow::Path(c) => digest("path", &self.hashes.constants[c.index()]),
                    other => digest("plain", other),
                })
            }
            InputRef::Effect(e) => {
                let kind = self.program.tables.render.effects[e.index()].kind;
                Some(digest("effect", &self.text(kind)))
            }
            _ => None,
        };
        let input = |p: &SinkInput| (self.text(p.name), constant(p.from));
        let inputs: Vec<_> = sink.inputs.iter().map(input).collect();
        let params = sink.params.map(|c| self.hashes.constants[c.index()]);
        digest("sink", &(sink.kind, params, inputs, constant(sink.z)))
    }

    /// Everything a block says by itself.
    pub(super) fn block(&mut self, block: &BlockRow) -> Digest {
        let ports: Vec<_> = block.r#in.iter().map(|port| self.port(port)).collect();
        let outputs: Vec<_> = block
            .out
            .iter()
            .map(|port| (self.text(port.name), self.output(block, port.r#ref)))
            .collect();
        let time = (block.capability == Capability::Time)
            .then(|| self.program.time_model.without_windows());
        let sink = self.sinks.get(&block.key);
        digest(
            "block",
            &(self.text(block.r#type), ports, outputs, time, sink),
        )
    }

    /// Where an input comes from.
    fn port(&self, port: &Port) -> (&'a str, Digest) {
        let graph = &self.program.tables.graph;
        let constant = |c: ConstId| self.hashes.constants[c.index()];
        let source = match port.src {
            PortSource::None => digest("none", &()),
            PortSource::Wire(slot) => digest("wire", &self.slot_key(slot)),
            PortSource::Bus(listener) => {
                let bus = graph.listeners[listener.index()].bus;
                digest("bus", &self.text(graph.buses[bus.index()].key))
            }
            PortSource::Rail(rail) => digest(
                "rail",
                &self.text(self.program.tables.rails[rail.index()].key),
            ),
            PortSource::External(x) => {
                digest("external", &self.text(graph.externals[x.index()].key))
            }
            PortSource::Default(d) => digest("value", &constant(graph.defaults[d.index()].value)),
            PortSource::Const(c) => digest("value", &constant(c)),
        };
        (
            self.text(port.name),
            digest("port", &(source, self.chain(port.r#use))),
        )
    }

    /// What an output is made of, down to the block's inputs.
    fn output(&mut self, block: &BlockRow, root: ValueRef) -> Digest {
        if let ValueRef::Domain(id) = root {
            return self.hashes.domains[id.index()];
        }
        let input = |value: ValueRef| block.r#in.iter().find(|port| port.r#ref == value);
        if let Some(port) = input(root) {
            return digest("input", &self.text(port.name));
        }
        let mut done = BTreeSet::new();
        let mut work = vec![(root, false)];
        while let Some((value, ready)) = work.pop() {
            if done.contains(&value) {
                continue;
            }
            let own = input(value).map(|port| digest("input", &self.text(port.name)));
            let edge = || value != root && self.edges.contains(&value);
            let cut = own.or_else(|| edge().then(|| self.hashes.of(value)).flatten());
            if let Some(cut) = cut {
                self.scratch.set(value, cut);
                done.insert(value);
            } else if ready {
                let walk = Walk {
                    program: self.program,
                    hashes: &self.scratch,
                };
                let digest = walk.expression(value);
                self.scratch.set(value, digest);
                done.insert(value);
            } else {
                work.push((value, true));
                let mut visit = |operand| work.push((operand, false));
                operands_of(self.program, value, &mut visit);
                if let ValueRef::Field(id) = value
                    && let FieldExpr::History(cell) =
                        self.program.tables.field.nodes[id.index()].expr
                {
                    // What it keeps is part of what it says, though of other frames.
                    operands::of_cell(self.program, cell, &mut visit);
                }
            }
        }
        self.scratch.of(root).unwrap_or_default()
    }
}

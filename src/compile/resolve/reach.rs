//! What reads what, at the level of blocks and buses, and which blocks nobody reads.

use super::{Graph, Heard, Port, Publication, Source};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::Capability;
use crate::patch::model::{Binding, Chain};
use crate::patch::rails::{Driven, Generator};
use crate::types::Domain;

/// What is lowered as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::compile) enum Unit {
    /// A block.
    Block(usize),
    /// A bus.
    Bus(usize),
}

impl Graph<'_> {
    /// Visits what an input reads: a block or bus, then what the lenses on the way are bound to.
    pub(in crate::compile) fn input_reads(&self, port: Port, visit: &mut impl FnMut(Unit)) {
        match self.nodes[port.block].inputs[port.port].source {
            Source::Wire(wire) => {
                if let Some(from) = self.wires[wire].from {
                    visit(Unit::Block(from.block));
                }
                self.chain_reads(&self.patch.wires[wire].chain, visit);
            }
            Source::Listener(listener) => {
                let listener = &self.listeners[listener];
                if let Some(Heard::Bus(bus)) = listener.source {
                    visit(Unit::Bus(bus.0));
                }
                if let Some(chain) = listener.chain {
                    self.chain_reads(chain, visit);
                }
            }
            Source::Value(_) | Source::Nothing | Source::Broken => {}
        }
    }

    /// Visits what the enabled publishers of a bus read.
    pub(in crate::compile) fn bus_reads(&self, bus: usize, visit: &mut impl FnMut(Unit)) {
        for &publisher in &self.buses[bus].publishers {
            let publisher = &self.publishers[publisher];
            if let Publication::Port(port) = publisher.from {
                visit(Unit::Block(port.block));
            }
            if let Some(chain) = publisher.chain {
                self.chain_reads(chain, visit);
            }
        }
    }

    fn chain_reads(&self, chain: &Chain, visit: &mut impl FnMut(Unit)) {
        chain.each_binding(&mut |binding| match binding {
            Binding::Wire { from, .. } => {
                if let Some(&block) = self.names.get(from.block.as_str()) {
                    visit(Unit::Block(block));
                }
            }
            Binding::Bus { bus, .. } => {
                if let Some(bus) = bus.bus {
                    visit(Unit::Bus(bus.0));
                }
            }
            _ => {}
        });
    }

    /// Visits what the rails read from the graph: buses that drive them, and driven parameters.
    fn rail_reads(&self, visit: &mut impl FnMut(Unit)) {
        for rail in self.patch.rails.iter() {
            if let Some(bus) = rail.bus.as_ref().and_then(|b| b.bus) {
                visit(Unit::Bus(bus.0));
            }
            let params: Vec<&Driven> = match &rail.generator {
                Generator::Phase {
                    period_ms, offset, ..
                } => vec![period_ms, offset],
                Generator::Energy { min, max, .. } => vec![min, max],
                Generator::Pulse { .. } | Generator::Palette { .. } => Vec::new(),
            };
            for param in params {
                match param {
                    Driven::Bus { bus, .. } => {
                        if let Some(bus) = bus.bus {
                            visit(Unit::Bus(bus.0));
                        }
                    }
                    Driven::Wire { from, .. } => {
                        if let Some(&block) = self.names.get(from.block.as_str()) {
                            visit(Unit::Block(block));
                        }
                    }
                    Driven::Constant(_) => {}
                }
            }
        }
    }
}

/// Warns of blocks that nothing drawn, probed or driven reads.
pub(super) fn unreachable(graph: &Graph<'_>, diagnostics: &mut Diagnostics) {
    let mut blocks = vec![false; graph.nodes.len()];
    let mut buses = vec![false; graph.buses.len()];
    let mut work = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        // An unknown block may read anything.
        let root = node.block.is_none_or(|b| match b.capability {
            Capability::Time | Capability::Io => true,
            // A camera draws nothing by itself.
            Capability::Render => b.outputs.iter().all(|o| o.domain != Domain::Camera),
            _ => false,
        });
        if root {
            work.push(Unit::Block(i));
        }
    }
    graph.rail_reads(&mut |unit| work.push(unit));
    while let Some(unit) = work.pop() {
        match unit {
            Unit::Block(block) => {
                if std::mem::replace(&mut blocks[block], true) {
                    continue;
                }
                for port in 0..graph.nodes[block].inputs.len() {
                    graph.input_reads(Port { block, port }, &mut |unit| work.push(unit));
                }
            }
            Unit::Bus(bus) => {
                if !std::mem::replace(&mut buses[bus], true) {
                    graph.bus_reads(bus, &mut |unit| work.push(unit));
                }
            }
        }
    }
    // With broken names in the way, what looks unread may only be misspelt.
    if diagnostics.has_errors() {
        return;
    }
    let document = &graph.patch.document.blocks;
    // Of a composite not every output need be read, but something of it should be.
    let mut within = vec![false; document.len()];
    for (instance, reached) in graph.patch.blocks.iter().zip(&blocks) {
        if let Some(top) = instance.within {
            within[top] |= *reached;
        }
    }
    let mut told = vec![false; document.len()];
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| !blocks[*i]) {
        let mut entry = node.entry;
        if let Some(top) = graph.patch.blocks[i].within {
            if within[top] || std::mem::replace(&mut told[top], true) {
                continue;
            }
            entry = &document[top];
        }
        let id = &entry.id;
        let message = format!("`{id}` feeds nothing that is drawn");
        diagnostics.push(
            Diagnostic::warning("unreachable-block", &entry.at, message)
                .on(id, "")
                .hint("connect it, or remove it"),
        );
    }
}

//! Pass 4: blocks and buses become expressions.
//!
//! Units are lowered in topological order. For a block, each input is bound first: the value of its
//! source passes adapters, lenses and the implicit conversion into the declared type (`bind`,
//! `pipe`, `params`); then the block's own function makes its nodes. For a bus, the publishers'
//! values pass their chains and meet (`bus`). Inputs that may close loops are bound at the end.
//!
//! Ids are those of the builder and provisional. What a later pass needs to know about a node, who
//! computes it and what it is for, is kept beside the builder in `marks`.

mod apply;
mod bind;
mod bus;
mod channels;
mod edge;
mod fold;
mod hints;
mod marks;
mod params;
mod pipe;
mod sources;
mod varies;

pub(super) use bind::{InputRow, PortSource, world_of};
pub(super) use bus::{BusRow, mode};
pub(super) use channels::Channel;
pub(super) use edge::{Edge, End, Room};
pub(super) use marks::{Marks, Note};
pub(super) use sources::{address, is_bus_eligible, rail_type, same_kind, typed_default};

use super::resolve::{Graph, Port, Unit};
use crate::blocks::{Bound, Lowering, PatchFacts, SinkSpec, Value};
use crate::diag::Diagnostics;
use crate::ir::{Builder, ChainId, PhaseSource, Rail, Seed, StateId, TimeModel, ValueRef};
use crate::types::Type;
use std::collections::HashMap;

/// What lowering made, with provisional ids.
pub(super) struct Lowered {
    /// The tables.
    pub build: Builder,
    /// Units in the order in which they were lowered.
    pub order: Vec<Unit>,
    /// Per block, per output; `None` is broken and was reported.
    pub outputs: Vec<Vec<Option<Flow>>>,
    /// Per block, per input.
    pub inputs: Vec<Vec<InputRow>>,
    /// Per bus of the document; `None` is broken and was reported.
    pub buses: Vec<Option<BusRow>>,
    /// Per publisher: its place in `uses`.
    pub publisher_uses: Vec<Option<usize>>,
    /// Where chains are used.
    pub uses: Vec<UseRow>,
    /// What blocks draw.
    pub sinks: Vec<SinkSpec>,
    /// The block of each sink.
    pub sink_blocks: Vec<usize>,
    /// External channels, by key.
    pub channels: Vec<Channel>,
    /// How time runs.
    pub time_model: Option<TimeModel>,
    /// Who computes each node, and what it is for.
    pub marks: Marks,
    /// The rails; filled by the next pass.
    pub rails: Vec<Rail>,
}

/// A value on its way.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// Where it is.
    pub value: Value,
    /// What it is.
    pub ty: Type,
    /// The untouched phase of a TimeRoot or rail.
    pub direct: Option<PhaseSource>,
}

/// One use of a chain.
#[derive(Debug, Clone)]
pub(super) struct UseRow {
    /// Id of the wire, publisher, listener or binding.
    pub key: String,
    /// The last part of its chain.
    pub chain: ChainId,
    /// What it gives.
    pub at: ValueRef,
}

/// The pass at work.
pub(super) struct Lowerer<'g, 'd> {
    pub(super) graph: &'g Graph<'g>,
    pub(super) facts: &'g PatchFacts,
    pub(super) diagnostics: &'d mut Diagnostics,
    pub(super) out: Lowered,
    /// Bound inputs of blocks that have something to close.
    bound: Vec<Vec<Bound<'g>>>,
    /// Cells of each block, for closing.
    cells: Vec<Vec<StateId>>,
    /// Default sources by id.
    defaults: HashMap<&'g str, usize>,
}

impl<'g, 'd> Lowerer<'g, 'd> {
    fn new(
        graph: &'g Graph<'g>,
        order: &[Unit],
        (facts, seed): (&'g PatchFacts, u32),
        diagnostics: &'d mut Diagnostics,
    ) -> Self {
        let blocks = graph.nodes.len();
        let sources = graph.patch.document.default_sources.iter().enumerate();
        let mut build = Builder::new();
        build.seed = Seed::new(seed);
        let channels = channels::channels(graph, &mut build, diagnostics);
        Self {
            graph,
            facts,
            diagnostics,
            out: Lowered {
                build,
                order: order.to_vec(),
                outputs: vec![Vec::new(); blocks],
                inputs: (0..blocks).map(|_| Vec::new()).collect(),
                buses: (0..graph.buses.len()).map(|_| None).collect(),
                publisher_uses: vec![None; graph.publishers.len()],
                uses: Vec::new(),
                sinks: Vec::new(),
                sink_blocks: Vec::new(),
                channels,
                time_model: None,
                marks: Marks::default(),
                rails: Vec::new(),
            },
            bound: (0..blocks).map(|_| Vec::new()).collect(),
            cells: vec![Vec::new(); blocks],
            defaults: sources.map(|(i, s)| (s.id.as_str(), i)).collect(),
        }
    }
}

/// Lowers every unit, then the rails.
pub(super) fn lower(
    graph: &Graph<'_>,
    order: &[Unit],
    facts: (&PatchFacts, u32),
    diagnostics: &mut Diagnostics,
) -> Lowered {
    let mut lowerer = Lowerer::new(graph, order, facts, diagnostics);
    for (at, unit) in order.iter().enumerate() {
        lowerer.out.marks.enter(at);
        match *unit {
            Unit::Block(block) => lowerer.block(block),
            Unit::Bus(bus) => lowerer.bus(bus),
        }
    }
    lowerer.out.marks.close();
    for unit in order {
        if let Unit::Block(block) = *unit {
            lowerer.close(block);
        }
    }
    super::rails::rails(&mut lowerer);
    lowerer.out
}

impl<'g> Lowerer<'g, '_> {
    fn block(&mut self, block: usize) {
        let node = &self.graph.nodes[block];
        let Some(definition) = node.block else { return };
        let mut bound = Vec::with_capacity(definition.inputs.len());
        let mut rows = Vec::with_capacity(definition.inputs.len());
        for (port, input) in definition.inputs.iter().enumerate() {
            let port = Port { block, port };
            let (value, row) = if definition.breakers.contains(&input.name) {
                (self.stand_in(port), InputRow::default())
            } else {
                self.bind(port)
            };
            bound.push(value);
            rows.push(row);
        }
        self.out.inputs[block] = rows;
        self.run(block, &bound, definition.lower);
        if definition.close.is_some() {
            self.bound[block] = bound;
        }
    }

    /// Binds the inputs that may close loops and lets the block read them.
    fn close(&mut self, block: usize) {
        let Some(definition) = self.graph.nodes[block].block else {
            return;
        };
        let Some(close) = definition.close else {
            return;
        };
        let mut bound = std::mem::take(&mut self.bound[block]);
        for (port, input) in definition.inputs.iter().enumerate() {
            if definition.breakers.contains(&input.name) && port < bound.len() {
                let (value, row) = self.bind(Port { block, port });
                bound[port] = value;
                self.out.inputs[block][port] = row;
            }
        }
        self.run(block, &bound, close);
    }

    fn run(&mut self, block: usize, bound: &[Bound<'g>], step: fn(&mut Lowering<'_>)) {
        let node = &self.graph.nodes[block];
        let Some(definition) = node.block else { return };
        let mut outputs: Vec<Value> = match self.out.outputs[block].as_slice() {
            [] => vec![Value::None; definition.outputs.len()],
            made => made
                .iter()
                .map(|flow| flow.as_ref().map_or(Value::None, |f| f.value.clone()))
                .collect(),
        };
        let mut cells = std::mem::take(&mut self.cells[block]);
        let mut lowering = Lowering {
            block: definition,
            id: &node.entry.id,
            at: &node.entry.at,
            inputs: bound,
            outputs: &mut outputs,
            build: &mut self.out.build,
            facts: self.facts,
            diagnostics: self.diagnostics,
            sinks: &mut self.out.sinks,
            time_model: &mut self.out.time_model,
            cells: &mut cells,
        };
        step(&mut lowering);
        self.cells[block] = cells;
        self.out.sink_blocks.resize(self.out.sinks.len(), block);
        let flows: Vec<Option<Flow>> = outputs
            .into_iter()
            .enumerate()
            .map(|(port, value)| self.output_flow(Port { block, port }, value))
            .collect();
        self.out.marks.note(&self.out.build, &Note::Block(block));
        for (port, flow) in flows.iter().enumerate() {
            if let Some(flow) = flow {
                self.out.marks.name_output(&flow.value, block, port);
            }
        }
        self.out.outputs[block] = flows;
    }
}

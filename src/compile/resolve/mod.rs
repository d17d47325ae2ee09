//! Pass 2: every name finds what it means, every input finds its source.
//!
//! A flat patch comes in, a [`Graph`] of indices goes out: definitions in place of type names, ports
//! in place of references, one [`Source`] for each input, publishers in combine order. What could not
//! be found has been reported and is `None` or [`Source::Broken`]; later passes stay silent about it.
//!
//! Read in this order: this file, `ports`, `per_input`, `inputs`, `values`, `defaults`, `buses`,
//! `undeclared`, `reach`.

mod buses;
mod defaults;
mod inputs;
mod overrides;
mod per_input;
mod ports;
mod reach;
mod undeclared;
mod values;

pub(super) use buses::rail_index;
pub(super) use overrides::{flag, written_value};
pub(super) use ports::output;
pub(super) use reach::Unit;
pub(super) use values::{Constant, Origin, Written, constant_of, typed_library, violation};

use super::Options;
use super::expand::{Patch, unknown_type};
use crate::blocks::{self, Block, Family};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::Capability;
use crate::patch::model::{BlockEntry, BusIndex, Chain, External};
use crate::patch::rails::Rail;
use std::borrow::Cow;
use std::collections::HashMap;

/// A patch without names.
pub(super) struct Graph<'a> {
    /// Where it comes from.
    pub patch: &'a Patch<'a>,
    /// Parallel to the patch's blocks.
    pub nodes: Vec<Node<'a>>,
    /// Parallel to the patch's wires.
    pub wires: Vec<Link>,
    /// The file's publishers, the TimeRoot's and the rails'.
    pub publishers: Vec<Publisher<'a>>,
    /// The file's listeners and the implicit ones of short blocks.
    pub listeners: Vec<Listener<'a>>,
    /// Parallel to the document's buses.
    pub buses: Vec<BusNode>,
    /// Block id to its place.
    pub names: HashMap<&'a str, usize>,
    /// The block that defines time.
    pub time_root: Option<usize>,
}

/// A port: a block and a place in its definition's inputs or outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Port {
    /// Which block.
    pub block: usize,
    /// Which input or output.
    pub port: usize,
}

/// A block and what its inputs read.
pub(super) struct Node<'a> {
    /// As written.
    pub entry: &'a BlockEntry,
    /// `None` has been reported.
    pub block: Option<&'static Block>,
    /// Parallel to the definition's inputs.
    pub inputs: Vec<Input<'a>>,
}

/// What an input reads.
pub(super) struct Input<'a> {
    /// Where its value comes from.
    pub source: Source,
    /// A wire, a listener or a value in the document stands there, not only the library's default.
    pub given: bool,
    /// JSON pointer of what gives the value, or the flag; empty for the library's default.
    pub at: Cow<'a, str>,
}

/// Where the value of an input comes from.
pub(super) enum Source {
    /// A wire of the patch.
    Wire(usize),
    /// A listener of the graph.
    Listener(usize),
    /// A constant.
    Value(Written),
    /// Nothing: the block knows what that means.
    Nothing,
    /// Reported.
    Broken,
}

/// Ends of a wire. `None` has been reported, or the wire is disabled.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Link {
    /// An output.
    pub from: Option<Port>,
    /// An input.
    pub to: Option<Port>,
}

/// Something that publishes on a bus.
pub(super) struct Publisher<'a> {
    /// Unique.
    pub id: String,
    /// Which bus.
    pub bus: BusIndex,
    /// What it publishes.
    pub from: Publication,
    /// On the way.
    pub chain: Option<&'a Chain>,
    /// Whether it takes part.
    pub enabled: bool,
    /// First key of the order.
    pub sort_key: f64,
    /// Second key: the TimeRoot's own come first.
    pub auto: bool,
    /// JSON pointer; empty for those that the file does not have.
    pub at: &'a str,
}

/// What a publisher publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Publication {
    /// An output.
    Port(Port),
    /// A rail.
    Rail(Rail),
}

/// Something that an input may read in place of a wire.
pub(super) struct Listener<'a> {
    /// Unique.
    pub id: String,
    /// What it listens to; `None` has been reported.
    pub source: Option<Heard<'a>>,
    /// The input; `None` has been reported.
    pub to: Option<Port>,
    /// On the way.
    pub chain: Option<&'a Chain>,
    /// Whether it takes part.
    pub enabled: bool,
    /// JSON pointer; of an implicit one that of the block.
    pub at: &'a str,
}

/// What a listener listens to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heard<'a> {
    /// A bus.
    Bus(BusIndex),
    /// A rail.
    Rail(Rail),
    /// A channel.
    External(&'a External),
}

/// Who meets on a bus.
#[derive(Debug, Default)]
pub(super) struct BusNode {
    /// Enabled publishers in combine order.
    pub publishers: Vec<usize>,
    /// Disabled ones and dropped duplicates, by id.
    pub disabled: Vec<usize>,
}

impl Graph<'_> {
    /// The id of a block.
    pub(super) fn id(&self, block: usize) -> &str {
        &self.nodes[block].entry.id
    }

    /// What a person would remove to be rid of a block: itself, or the composite that it is in.
    fn owner(&self, block: usize) -> String {
        match self.patch.blocks[block].within {
            Some(top) => format!("the composite `{}`", self.patch.document.blocks[top].id),
            None => format!("`{}`", self.id(block)),
        }
    }

    /// `block.port` of an output.
    pub(super) fn output_text(&self, port: Port) -> String {
        format!("{}.{}", self.id(port.block), self.output_name(port))
    }

    /// The name of an output.
    pub(super) fn output_name(&self, port: Port) -> &'static str {
        let block = self.nodes[port.block].block;
        let output = block.and_then(|block| block.outputs.get(port.port));
        output.map_or("?", |output| output.name)
    }

    /// The definition of an input.
    pub(super) fn input(&self, port: Port) -> Option<&'static blocks::Input> {
        let block = self.nodes[port.block].block;
        block.and_then(|block| block.inputs.get(port.port))
    }

    /// `block.port` of an input.
    pub(super) fn input_text(&self, port: Port) -> String {
        let name = self.input(port).map_or("?", |input| input.name);
        format!("{}.{name}", self.id(port.block))
    }
}

/// Resolves every name of a patch.
pub(super) fn resolve<'a>(
    patch: &'a Patch<'a>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Graph<'a> {
    let mut graph = Graph {
        patch,
        nodes: nodes(patch, diagnostics),
        wires: Vec::new(),
        publishers: Vec::new(),
        listeners: Vec::new(),
        buses: Vec::new(),
        names: HashMap::with_capacity(patch.blocks.len()),
        time_root: None,
    };
    for (i, node) in graph.nodes.iter().enumerate() {
        graph.names.entry(node.entry.id.as_str()).or_insert(i);
    }
    graph.time_root = time_root(&graph, diagnostics);
    sinks_exist(&graph, diagnostics);
    ports::links(&mut graph, diagnostics);
    let overrides = overrides::overrides(&graph, options, diagnostics);
    inputs::inputs(&mut graph, &overrides, &options.assets, diagnostics);
    inputs::idle(patch, &options.assets, diagnostics);
    buses::publishers(&mut graph, diagnostics);
    buses::unused(&graph, diagnostics);
    undeclared::undeclared(&graph, diagnostics);
    reach::unreachable(&graph, diagnostics);
    graph
}

fn nodes<'a>(patch: &'a Patch<'a>, diagnostics: &mut Diagnostics) -> Vec<Node<'a>> {
    let mut nodes = Vec::with_capacity(patch.blocks.len());
    // A patch has many blocks of few types.
    let mut found: HashMap<&str, Option<&'static Block>> = HashMap::new();
    for instance in &patch.blocks {
        let entry: &BlockEntry = &instance.entry;
        let kind = entry.kind.as_str();
        let block = *found.entry(kind).or_insert_with(|| blocks::find(kind));
        if block.is_none() && !instance.broken {
            let error = unknown_type(patch.document, entry, format!("{}/type", entry.at));
            diagnostics.push(error);
        }
        let block = block.filter(|_| !instance.broken);
        nodes.push(Node {
            entry,
            block,
            inputs: Vec::new(),
        });
    }
    nodes
}

/// The one TimeRoot; of several, the first.
fn time_root(graph: &Graph<'_>, diagnostics: &mut Diagnostics) -> Option<usize> {
    let is_time = |node: &Node<'_>| node.block.is_some_and(|b| b.capability == Capability::Time);
    let roots: Vec<usize> = (0..graph.nodes.len())
        .filter(|&i| is_time(&graph.nodes[i]))
        .collect();
    match roots.as_slice() {
        // An unknown block may well be the missing one.
        [] if graph.nodes.iter().any(|node| node.block.is_none()) => {}
        [] if graph.nodes.is_empty() => {}
        [] => diagnostics.push(
            Diagnostic::error("no-time-root", "/blocks", "the patch has no TimeRoot").hint(
                "add `{\"id\": \"time\", \"type\": \"CycleTimeRoot\", \"params\": {\"periodMs\": \
                 4000}}` to `blocks`",
            ),
        ),
        [_] => {}
        [first, rest @ ..] => {
            let names: Vec<String> = rest.iter().map(|&i| graph.owner(i)).collect();
            let message = format!(
                "the patch has {} TimeRoots, but time can have only one",
                roots.len()
            );
            let hint = format!(
                "keep {} and remove {}",
                graph.owner(*first),
                names.join(", ")
            );
            diagnostics.push(
                Diagnostic::error("many-time-roots", &graph.nodes[rest[0]].entry.at, message)
                    .on(graph.id(rest[0]), "")
                    .hint(hint),
            );
        }
    }
    roots.first().copied()
}

/// A patch draws something: a canvas that is only cleared is nothing.
fn sinks_exist(graph: &Graph<'_>, diagnostics: &mut Diagnostics) {
    let draws = |block: &Block| block.family == Family::Sink && block.name != "Render2dCanvas";
    let maybe = |node: &Node<'_>| node.block.is_none_or(draws);
    if graph.nodes.is_empty() || graph.nodes.iter().any(maybe) {
        return;
    }
    let sinks: Vec<String> = blocks::catalogue()
        .iter()
        .filter(|b| draws(b))
        .map(|b| format!("`{}`", b.name))
        .collect();
    diagnostics.push(
        Diagnostic::error("no-sink", "/blocks", "nothing in the patch draws")
            .hint(format!("add a block of the type {}", one_of(&sinks))),
    );
}

/// `a, b or c`
fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

//! References become ports: wires, listeners, publishers and the bindings inside their lenses.
//!
//! A block that does not exist was reported by the reader; a block of unknown type was reported
//! before. Both are silent here.

use super::{Graph, Heard, Link, Listener, Port};
use crate::compile::named::{Connection, about};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::model::{Binding, Chain, ListenSource, PortRef};

/// Resolves both ends of every wire and the input of every listener.
pub(super) fn links<'a>(graph: &mut Graph<'a>, diagnostics: &mut Diagnostics) {
    let patch = graph.patch;
    let mut wires = Vec::with_capacity(patch.wires.len());
    for wire in &patch.wires {
        if !wire.enabled {
            wires.push(Link::default());
            continue;
        }
        let link = Link {
            from: output(graph, &wire.from, wire.named(), diagnostics),
            to: input(graph, &wire.to, diagnostics),
        };
        bindings(graph, &wire.chain, wire.named(), diagnostics);
        wires.push(link);
    }
    graph.wires = wires;
    let mut listeners = Vec::with_capacity(patch.listeners.len());
    for entry in &patch.listeners {
        let source = match &entry.source {
            ListenSource::Bus(bus) => bus.bus.map(Heard::Bus),
            ListenSource::Rail(rail) => rail.map(Heard::Rail),
            ListenSource::External(channel) => Some(Heard::External(channel)),
        };
        let to = input(graph, &entry.to, diagnostics);
        bindings(graph, &entry.chain, entry.named(), diagnostics);
        listeners.push(Listener {
            id: entry.id.clone(),
            source,
            to,
            chain: Some(&entry.chain),
            enabled: entry.enabled,
            at: &entry.at,
        });
    }
    graph.listeners = listeners;
}

/// Checks the outputs that the lenses of a chain are bound to.
pub(super) fn bindings(
    graph: &Graph<'_>,
    chain: &Chain,
    named: &PortRef,
    diagnostics: &mut Diagnostics,
) {
    // The reader limits how deep lens stacks nest.
    for param in chain.lenses.iter().flat_map(|lens| &lens.params) {
        match &param.binding {
            Binding::Literal(_) | Binding::Default(_) => {}
            Binding::Wire { from, chain } => {
                output(graph, from, named, diagnostics);
                bindings(graph, chain, named, diagnostics);
            }
            Binding::Bus { chain, .. }
            | Binding::Rail { chain, .. }
            | Binding::External { chain, .. } => bindings(graph, chain, named, diagnostics),
        }
    }
}

/// The output that a reference means; reports an unknown port, naming `named`.
pub(in crate::compile) fn output(
    graph: &Graph<'_>,
    reference: &PortRef,
    named: &PortRef,
    diagnostics: &mut Diagnostics,
) -> Option<Port> {
    port(graph, reference, Side::Output, named, diagnostics)
}

/// The input that a reference means; reports an unknown port.
pub(super) fn input(
    graph: &Graph<'_>,
    reference: &PortRef,
    diagnostics: &mut Diagnostics,
) -> Option<Port> {
    port(graph, reference, Side::Input, reference, diagnostics)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

impl Side {
    const fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

fn port(
    graph: &Graph<'_>,
    reference: &PortRef,
    side: Side,
    named: &PortRef,
    diagnostics: &mut Diagnostics,
) -> Option<Port> {
    let block = *graph.names.get(reference.block.as_str())?;
    let definition = graph.nodes[block].block?;
    let name = reference.port.as_str();
    let (as_input, as_output) = (definition.input(name), definition.output(name));
    let found = match side {
        Side::Input => as_input.map(|(i, _)| i),
        Side::Output => as_output.map(|(i, _)| i),
    };
    if let Some(port) = found {
        return Some(Port { block, port });
    }
    let names: Vec<&str> = match side {
        Side::Input => definition.inputs.iter().map(|p| p.name).collect(),
        Side::Output => definition.outputs.iter().map(|p| p.name).collect(),
    };
    let list = match names.as_slice() {
        [] => format!("`{}` has no {}s", definition.name, side.word()),
        names => {
            let list: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
            format!(
                "the {}s of `{}` are {}",
                side.word(),
                definition.name,
                list.join(", ")
            )
        }
    };
    let (id, word) = (&reference.block, side.word());
    let diagnostic = if as_input.is_some() || as_output.is_some() {
        let other = if side == Side::Input {
            "an output"
        } else {
            "an input"
        };
        let message = format!("`{id}.{name}` is {other}, but an {word} is wanted here");
        Diagnostic::error("wrong-direction", &reference.at, message)
    } else {
        let message = format!("`{id}` ({}) has no {word} `{name}`", definition.name);
        Diagnostic::error("unknown-port", &reference.at, message).nearest(name, names)
    };
    // A connection that leads to several ports of a composite has a wrong source only once.
    let again = |d: &Diagnostic| d.pointer == diagnostic.pointer && d.message == diagnostic.message;
    if !diagnostics.list().iter().any(again) {
        diagnostics.push(about(diagnostic, named).hint(list));
    }
    None
}

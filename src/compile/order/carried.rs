//! Where in a circle a `Delay` helps.
//!
//! A hop of a circle comes in, as the source of an input and the unit that it reads; out goes whether a
//! block that takes and gives single numbers can stand there without changing what arrives but for its
//! frame.

use crate::blocks::Input;
use crate::compile::lower::{same_kind, world_of};
use crate::compile::resolve::{Graph, Heard, Port, Publication, Source, Unit};
use crate::patch::model::Chain;
use crate::types::{Domain, Type, implicit};

/// What a hop carries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carried {
    /// That, as it is.
    Plain(Type),
    /// That, and a chain makes something of it.
    Chained(Type),
    /// Known only when it is lowered, or a parameter of a lens.
    Unknown,
}

impl Carried {
    /// What the source of an input brings from a unit that it reads.
    pub(super) fn to(graph: &Graph<'_>, source: &Source, from: Unit) -> Self {
        match (source, from) {
            (Source::Wire(wire), Unit::Block(block)) => {
                let chain = &graph.patch.wires[*wire].chain;
                let port = graph.wires[*wire].from.filter(|port| port.block == block);
                port.map_or(Self::Unknown, |port| Self::output(graph, port, chain))
            }
            (Source::Listener(listener), Unit::Bus(bus)) => {
                let listener = &graph.listeners[*listener];
                match listener.source {
                    Some(Heard::Bus(heard)) if heard.0 == bus => {
                        Self::bus(graph, bus).through(listener.chain)
                    }
                    _ => Self::Unknown,
                }
            }
            _ => Self::Unknown,
        }
    }

    fn output(graph: &Graph<'_>, port: Port, chain: &Chain) -> Self {
        let block = graph.nodes[port.block].block;
        let output = block.and_then(|block| block.outputs.get(port.port));
        let plain = output.map_or(Self::Unknown, |output| Self::Plain(output.ty()));
        plain.through(Some(chain))
    }

    /// What a bus gives: the written type, or that of its first publisher.
    fn bus(graph: &Graph<'_>, bus: usize) -> Self {
        if let Some(ty) = graph.patch.document.buses[bus].ty {
            return Self::Plain(ty);
        }
        let first = graph.buses[bus].publishers.first();
        let first = first.map(|&publisher| &graph.publishers[publisher]);
        let plain = Chain::default();
        match first.map(|publisher| (publisher.from, publisher.chain)) {
            Some((Publication::Port(port), chain)) => {
                match Self::output(graph, port, chain.unwrap_or(&plain)) {
                    Self::Plain(ty) => Self::Plain(ty),
                    _ => Self::Unknown,
                }
            }
            _ => Self::Unknown,
        }
    }

    fn through(self, chain: Option<&Chain>) -> Self {
        match self {
            Self::Plain(ty) if chain.is_some_and(|chain| !chain.is_empty()) => Self::Chained(ty),
            other => other,
        }
    }

    /// Whether a `Delay` can stand before an input: it takes what a number is made of, and its number
    /// must do for the input.
    pub(super) fn may_be_delayed(self, input: &Input) -> bool {
        let number = Type::signal(Domain::Number);
        let wanted = Type::new(world_of(input.mark), input.domain);
        match self {
            // The chain does to the delayed number what it did to the number.
            Self::Plain(ty) | Self::Chained(ty) if same_kind(ty, number) => true,
            // A pulse that became a number is no pulse any more if it comes in every frame.
            Self::Plain(Type::TRIGGER) if wanted == Type::TRIGGER => false,
            Self::Plain(ty) => implicit(ty, number).is_some() && implicit(number, wanted).is_some(),
            // The chain, before the `Delay`, makes a number of it.
            Self::Chained(_) | Self::Unknown => same_kind(wanted, number),
        }
    }
}

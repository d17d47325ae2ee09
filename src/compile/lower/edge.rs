//! The connection that a value passes: its id, and the words for messages about it.
//!
//! An edge borrows all it says from the patch; texts are made only where a message or a key needs them.

use crate::compile::resolve::Port;
use std::fmt;

/// A wire, publisher, listener or binding at work.
#[derive(Debug, Clone, Copy)]
pub(in crate::compile) struct Edge<'e> {
    /// Id of the wire, publisher, listener or binding.
    pub key: &'e str,
    /// JSON pointer.
    pub at: &'e str,
    /// Block that messages are about: the target's, of a publisher the source's.
    pub block: &'e str,
    /// Port that messages are about.
    pub port: &'e str,
    /// What wants the value.
    pub wanted_by: End<'e>,
    /// What gives it.
    pub source: End<'e>,
    /// The output it comes from, for hints.
    pub from: Option<Port>,
    /// What can be written between the two, for hints.
    pub room: Room,
}

impl Edge<'_> {
    /// Key of the cell of an implicit edge detector.
    pub(super) fn rise(&self) -> String {
        match self.wanted_by {
            End::Port(block, port) => format!("{block}/{port}/rise"),
            End::Param(..) => format!("{}/rise", self.key),
            _ => format!("{}#implicit/rise", self.key),
        }
    }
}

/// What a value comes from or goes to; shown in words.
#[derive(Debug, Clone, Copy)]
pub(in crate::compile) enum End<'e> {
    /// A port of a block.
    Port(&'e str, &'e str),
    /// A parameter of a lens.
    Param(&'e str, &'e str),
    /// A bus, by name.
    Bus(&'e str),
    /// A rail.
    Rail(&'e str),
    /// A parameter of a rail, by its key.
    RailParam(&'e str),
    /// An external channel, by its key.
    Channel(&'e str),
}

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(of, name) | Self::Param(of, name) => write!(f, "`{of}.{name}`"),
            Self::Bus(name) => write!(f, "bus `{name}`"),
            Self::Rail(name) => write!(f, "rail `{name}`"),
            Self::RailParam(key) => write!(f, "`{key}`"),
            Self::Channel(key) => write!(f, "channel `{key}`"),
        }
    }
}

/// What can be put between a value and what wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile) enum Room {
    /// Adapters and lenses, or a block.
    Chain,
    /// A block: a rail's parameter takes an output or a bus as it is.
    Block,
    /// Nothing: a rail goes to the bus that mirrors it as it is.
    None,
}

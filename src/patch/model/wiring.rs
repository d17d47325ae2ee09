//! What runs between ports: wires, publishers, listeners, and the chains of adapters and lenses on them.

use super::{BusIndex, Constant, Param, PortRef};
use crate::patch::rails::Rail;
use crate::patch::value::Value;
use crate::types::Type;

/// Output to input.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    /// JSON pointer.
    pub at: String,
    /// Written, or `wire:<target>`.
    pub id: String,
    /// An output.
    pub from: PortRef,
    /// An input.
    pub to: PortRef,
    /// What happens on the way.
    pub chain: Chain,
    /// A disabled wire is treated as absent.
    pub enabled: bool,
}

/// A bus as named in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusRef {
    /// As written.
    pub text: String,
    /// The bus; `None` has been reported.
    pub bus: Option<BusIndex>,
    /// JSON pointer.
    pub at: String,
}

/// Output to bus.
#[derive(Debug, Clone, PartialEq)]
pub struct PublisherEntry {
    /// JSON pointer.
    pub at: String,
    /// Written, or `pub:<source>:<bus>`.
    pub id: String,
    /// Where it publishes.
    pub bus: BusRef,
    /// An output.
    pub from: PortRef,
    /// What happens on the way.
    pub chain: Chain,
    /// Whether it takes part.
    pub enabled: bool,
    /// Publishers combine by this, then by id in byte order; finite.
    pub sort_key: f64,
}

/// Bus, rail or external channel to input.
#[derive(Debug, Clone, PartialEq)]
pub struct ListenerEntry {
    /// JSON pointer.
    pub at: String,
    /// Written, or `list:<target>`.
    pub id: String,
    /// What it listens to.
    pub source: ListenSource,
    /// An input.
    pub to: PortRef,
    /// What happens on the way.
    pub chain: Chain,
    /// Whether it takes part.
    pub enabled: bool,
}

/// What a listener listens to.
#[derive(Debug, Clone, PartialEq)]
pub enum ListenSource {
    /// A bus.
    Bus(BusRef),
    /// A latched rail; `None` has been reported.
    Rail(Option<Rail>),
    /// A recorded or live channel.
    External(External),
}

/// A channel that the host or a recording feeds.
#[derive(Debug, Clone, PartialEq)]
pub struct External {
    /// Such as `midi.cc1`.
    pub key: String,
    /// Number unless written; the default of a binding that does not say is that of the listeners
    /// with the same key.
    pub ty: Option<Type>,
    /// Used where nothing was recorded.
    pub default: Option<Constant>,
    /// JSON pointer.
    pub at: String,
}

/// Adapters, then lenses, in order of application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// At most 64.
    pub adapters: Vec<AdapterStep>,
    /// At most 64.
    pub lenses: Vec<LensUse>,
}

impl Chain {
    /// Whether the value passes unchanged.
    pub fn is_empty(&self) -> bool {
        self.adapters.is_empty() && self.lenses.iter().all(|lens| !lens.enabled)
    }
}

/// One explicit conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterStep {
    /// Adapter name as written, without its suffix.
    pub name: String,
    /// What followed a `:`; must agree with the value.
    pub suffix: Option<String>,
    /// Written parameters.
    pub params: Vec<Param>,
    /// JSON pointer.
    pub at: String,
}

/// One lens in use.
#[derive(Debug, Clone, PartialEq)]
pub struct LensUse {
    /// Lens or preset name as written.
    pub name: String,
    /// Written parameters, old spellings replaced.
    pub params: Vec<LensParam>,
    /// A disabled lens is skipped, but keeps its place in the numbering.
    pub enabled: bool,
    /// JSON pointer.
    pub at: String,
}

/// One parameter of a lens in use.
#[derive(Debug, Clone, PartialEq)]
pub struct LensParam {
    /// Parameter name as written.
    pub key: String,
    /// Where its value comes from.
    pub binding: Binding,
    /// JSON pointer of the binding.
    pub at: String,
}

/// Where a lens parameter gets its value.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// A constant.
    Literal(Value),
    /// A default source of the editor's table, by id; not looked up here.
    Default(String),
    /// A bus, through a chain.
    Bus {
        /// Which.
        bus: BusRef,
        /// On the way.
        chain: Chain,
    },
    /// An output, through a chain.
    Wire {
        /// Which.
        from: PortRef,
        /// On the way.
        chain: Chain,
    },
    /// A latched rail, through a chain.
    Rail {
        /// Which; `None` has been reported.
        rail: Option<Rail>,
        /// On the way.
        chain: Chain,
    },
    /// A recorded or live channel, through a chain.
    External {
        /// Which.
        channel: External,
        /// On the way.
        chain: Chain,
    },
}

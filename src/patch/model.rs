//! The document model: what a patch says, in one shape, whatever form it was written in.
//!
//! Old shapes, short forms and synonyms are gone; every entry keeps the JSON pointer of its place
//! (`at`) for messages. Names of ports, block types, lenses and adapters are still texts: the block
//! library is not known here. References and bus names have been looked up, and those that lead
//! nowhere have been reported: whoever meets one later stays silent. Entries that could not be read
//! at all have been reported and left out. What runs between ports is in `wiring`, rails are in
//! [`super::rails`].

mod wiring;

pub use wiring::*;

use super::rails::RailEntry;
use super::value::Value;
use crate::types::{Domain, Type};

/// A whole patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The document's own name.
    pub name: Option<String>,
    /// Counts edits; 1 unless written.
    pub revision: u64,
    /// Seed of everything random; 0 unless written.
    pub seed: u32,
    /// Width and height in px, 1…16384 each.
    pub size: Option<(u32, u32)>,
    /// What each frame is cleared to: a colour value.
    pub background: Option<Constant>,
    /// Frames worth recording.
    pub golden: Option<Golden>,
    /// Blocks in file order, composite instances among them.
    pub blocks: Vec<BlockEntry>,
    /// Output to input.
    pub wires: Vec<Wire>,
    /// The file's buses in file order, then the default buses that the file does not have.
    pub buses: Vec<BusEntry>,
    /// Output to bus.
    pub publishers: Vec<PublisherEntry>,
    /// Bus, rail or external channel to input.
    pub listeners: Vec<ListenerEntry>,
    /// The editor's table of constants.
    pub default_sources: Vec<DefaultSource>,
    /// All six rails in their order, whether the file names them or not.
    pub rails: Vec<RailEntry>,
    /// The file's own composite definitions.
    pub composites: Vec<CompositeEntry>,
}

/// Position in [`Document::buses`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusIndex(pub usize);

impl Document {
    /// The bus that a text means: exact id, then exact name, then name without regard to case.
    pub fn bus(&self, text: &str) -> Option<BusIndex> {
        super::buses::find(&self.buses, text)
    }

    /// The entry at an index of this document.
    pub fn bus_entry(&self, index: BusIndex) -> &BusEntry {
        &self.buses[index.0]
    }

    /// The block with this id.
    pub fn block(&self, id: &str) -> Option<&BlockEntry> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// The default source with this id; of several, the last.
    pub fn default_source(&self, id: &str) -> Option<&DefaultSource> {
        self.default_sources
            .iter()
            .rev()
            .find(|source| source.id == id)
    }
}

/// A JSON value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// What was written.
    pub value: Value,
    /// JSON pointer.
    pub at: String,
}

/// Which frames `golden` records.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    /// Frame numbers, as for `--frames`: `"0,30,59"`.
    pub frames: String,
    /// Frames per second; 60 unless written.
    pub fps: f64,
    /// Size in px in place of the document's.
    pub size: Option<(u32, u32)>,
    /// JSON pointer.
    pub at: String,
}

/// One block of the document or one node of a composite.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockEntry {
    /// JSON pointer.
    pub at: String,
    /// Unique in its document or definition.
    pub id: String,
    /// Name in the block library, or `composite:<id>`.
    pub kind: String,
    /// Written values in file order.
    pub params: Vec<Param>,
    /// The editor's copies of the ports; `Some` makes it a saved block, which has no implicit
    /// listeners. Nodes of composites have none and count as saved.
    pub slots: Option<Slots>,
    /// For people; empty unless written.
    pub label: String,
}

impl BlockEntry {
    /// Whether the block came from the editor.
    pub fn is_saved(&self) -> bool {
        self.slots.is_some()
    }

    /// The written value of an input, `null` included.
    pub fn param(&self, key: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.key == key)
    }

    /// The definition's id, for a composite instance.
    pub fn composite(&self) -> Option<&str> {
        self.kind.strip_prefix("composite:")
    }

    /// K of an id `block-<K>`.
    pub fn number(&self) -> Option<u64> {
        numbered(&self.id, "block-")
    }
}

/// The number of an id such as `ds-14`; canonical decimal only.
pub(crate) fn numbered(id: &str, prefix: &str) -> Option<u64> {
    let digits = id.strip_prefix(prefix)?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits == "0" || !digits.starts_with('0');
    if plain && canonical {
        digits.parse().ok()
    } else {
        None
    }
}

/// A written value of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Input name as written.
    pub key: String,
    /// The value; [`Value::Null`] is kept, since some inputs give it a meaning.
    pub value: Value,
    /// JSON pointer of the value.
    pub at: String,
}

/// The editor's copies of a block's ports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slots {
    /// In file order.
    pub inputs: Vec<Slot>,
    /// In file order.
    pub outputs: Vec<Slot>,
}

/// The editor's copy of one port.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Port name.
    pub id: String,
    /// What its type text means, if it is known.
    pub ty: Option<Type>,
    /// Value of its `defaultSource`, `Some(Null)` where that holds `null` or no value: the slot has
    /// a default source and counts in the numbering.
    pub default_value: Option<Value>,
    /// JSON pointer.
    pub at: String,
}

/// One end of a wire, publisher or listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortRef {
    /// Block id. If no such block exists, that has been reported.
    pub block: String,
    /// Port name; not checked here.
    pub port: String,
    /// JSON pointer.
    pub at: String,
}

impl PortRef {
    /// `block.port`.
    pub fn text(&self) -> String {
        format!("{}.{}", self.block, self.port)
    }
}

/// How the values of several publishers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Combine {
    /// The last one in order.
    #[default]
    Last,
    /// Added.
    Sum,
    /// Added, divided by their number.
    Average,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// Colours painted over each other, the first at the bottom.
    Layer,
}

impl Combine {
    /// All, in the order of messages.
    pub const ALL: [Self; 6] = [
        Self::Last,
        Self::Sum,
        Self::Average,
        Self::Max,
        Self::Min,
        Self::Layer,
    ];

    /// The word in a patch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Sum => "sum",
            Self::Average => "average",
            Self::Max => "max",
            Self::Min => "min",
            Self::Layer => "layer",
        }
    }

    /// From its word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == text)
    }
}

/// A bus of the file, or a default bus that the file does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct BusEntry {
    /// JSON pointer; empty for a default bus that the file does not have.
    pub at: String,
    /// Written, or the name.
    pub id: String,
    /// Unique without regard to case.
    pub name: String,
    /// Written type; `None`: what the first publisher delivers.
    pub ty: Option<Type>,
    /// A type is written that cannot be read, which has been reported.
    pub broken: bool,
    /// How publishers combine.
    pub combine: Combine,
    /// Value without publishers, if one is written.
    pub default: Option<Constant>,
}

impl BusEntry {
    /// Whether the file has an entry for it.
    pub fn is_written(&self) -> bool {
        !self.at.is_empty()
    }
}

/// A constant of the editor's table.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultSource {
    /// JSON pointer.
    pub at: String,
    /// Only `ds-<n>` takes part in the numbering.
    pub id: String,
    /// What its type means, if it is known; `elementCount` is [`Domain::Domain`].
    pub ty: Option<Type>,
    /// The constant.
    pub value: Value,
}

impl DefaultSource {
    /// n of an id `ds-<n>`.
    pub fn number(&self) -> Option<u64> {
        numbered(&self.id, "ds-")
    }

    /// What the value is, if that is known.
    pub fn domain(&self) -> Option<Domain> {
        self.ty.map(|ty| ty.domain)
    }
}

/// A named group of blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeEntry {
    /// JSON pointer.
    pub at: String,
    /// What follows `composite:` in a block type.
    pub id: String,
    /// For people.
    pub label: String,
    /// Blocks inside, in order; ids are node ids. Empty if it could not be read, which was reported.
    pub nodes: Vec<BlockEntry>,
    /// Wires inside; ends name nodes of this definition.
    pub edges: Vec<Wire>,
    /// Outer inputs.
    pub inputs: Vec<OuterInput>,
    /// Outer outputs.
    pub outputs: Vec<OuterOutput>,
    /// An old group: besides `inputs` and `outputs`, every inner port `<node>.<port>` is an outer
    /// port of that name, inputs only where no enabled edge ends.
    pub open_ports: bool,
    /// Implicit listeners of outer inputs.
    pub subscriptions: Vec<OuterBus>,
    /// Publishers of outer outputs.
    pub publications: Vec<OuterBus>,
    /// Parameters of the group.
    pub params: Vec<ExposedParam>,
}

/// An input of a composite.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterInput {
    /// Outer port name.
    pub name: String,
    /// Inner inputs it leads to; at least one.
    pub targets: Vec<PortRef>,
    /// JSON pointer.
    pub at: String,
}

/// An output of a composite.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterOutput {
    /// Outer port name.
    pub name: String,
    /// Inner output it shows.
    pub source: PortRef,
    /// JSON pointer.
    pub at: String,
}

/// An outer port of a composite that is tied to a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterBus {
    /// Outer port name, present in `inputs` or `outputs`.
    pub port: String,
    /// Bus, by name.
    pub bus: BusRef,
}

/// A parameter of a composite.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposedParam {
    /// Name for `__fromParam` and for the composite block's `params`.
    pub id: String,
    /// Value where the composite block has none.
    pub default: Option<Constant>,
    /// Inner input that it feeds by itself.
    pub target: Option<PortRef>,
    /// JSON pointer.
    pub at: String,
}

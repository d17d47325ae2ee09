//! Blocks, slots, wires, buses and domains: what a person wrote, resolved to indices.
//!
//! Identity and routing only. What blocks compute stands in `expression`.

use crate::ir::ids::*;
use crate::ir::program::ValueRef;
use crate::ir::program::expression::{TimeEvent, TimeValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Blocks, slots, wires, buses, domains.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Graph {
    /// In document order.
    pub blocks: Vec<BlockRow>,
    /// Addresses of values.
    pub slots: Vec<Slot>,
    /// Sorted by `to`.
    pub wires: Vec<WireRow>,
    /// In byte order of the keys.
    pub buses: Vec<Bus>,
    /// Bus by bus, in combine order, disabled ones last.
    pub publishers: Vec<Publisher>,
    /// Bus, block, port, key.
    pub listeners: Vec<Listener>,
    /// By key.
    pub externals: Vec<External>,
    /// By key.
    pub defaults: Vec<DefaultRow>,
    /// By key.
    pub domains: Vec<DomainRow>,
}

/// A block: identity and ports. What it computes is in the expression tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockRow {
    /// Block id; inner blocks `outer::inner`.
    pub key: StrId,
    /// Block type.
    pub r#type: StrId,
    /// What kind of block it is.
    pub capability: Capability,
    /// Inputs in library order.
    pub r#in: Vec<Port>,
    /// Outputs in library order.
    pub out: Vec<Port>,
    /// For feature gates.
    pub compiler_tag: Option<u32>,
}

/// What kind of block it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Capability {
    /// Defines the time model.
    Time,
    /// Makes domains.
    Identity,
    /// Keeps state.
    State,
    /// Draws.
    Render,
    /// Talks to the outside.
    Io,
    /// None of these.
    Pure,
}

/// A port of a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Port {
    /// Port name.
    pub name: StrId,
    /// Its address.
    pub slot: SlotId,
    /// Where the value lives, after the chain.
    pub r#ref: ValueRef,
    /// Where the value comes from.
    pub src: PortSource,
    /// Chain in between.
    pub r#use: Option<UseId>,
}

/// Where an input's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortSource {
    /// Outputs, and inputs without a value.
    #[default]
    None,
    /// An output slot.
    Wire(SlotId),
    /// A listener.
    Bus(LisId),
    /// A rail.
    Rail(RailId),
    /// An external channel.
    External(ExtId),
    /// A default source.
    Default(DefId),
    /// A constant.
    Const(ConstId),
}

/// The address of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slot {
    /// `block/in/port`, `bus/key`, `time/name`…
    pub key: StrId,
    /// What it holds.
    pub r#type: TypeId,
    /// Whose it is.
    pub owner: SlotOwner,
    /// Where the value lives.
    pub r#ref: ValueRef,
}

/// Whose slot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum SlotOwner {
    /// A port of a block.
    Block {
        /// The block.
        block: BlockId,
        /// Position in `in` or `out`.
        port: u32,
        /// Which of the two.
        dir: Direction,
    },
    /// A time value.
    Time(TimeValue),
    /// A time event.
    TimeEvent(TimeEvent),
    /// A rail.
    Rail(RailId),
    /// An external channel.
    External(ExtId),
    /// A bus.
    Bus(BusId),
    /// A request.
    Request(ReqId),
    /// A sink.
    Sink(SinkId),
    /// The frame.
    Frame,
}

/// In or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Input.
    In,
    /// Output.
    Out,
}

/// A direct connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WireRow {
    /// Output slot.
    pub from: SlotId,
    /// Input slot.
    pub to: SlotId,
    /// Chain in between.
    pub r#use: Option<UseId>,
}

/// A named meeting point of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bus {
    /// Bus id.
    pub key: StrId,
    /// Bus name.
    pub name: StrId,
    /// What it carries.
    pub r#type: TypeId,
    /// How publishers meet.
    pub combine: Combine,
    /// Its value without publishers (events: a constant without meaning).
    pub silent: ConstId,
    /// Its address.
    pub slot: SlotId,
    /// The combined value.
    pub root: ValueRef,
    /// Reserved name, such as `phaseA`.
    pub role: Option<StrId>,
    /// First and count in `publishers`.
    pub pubs: [u32; 2],
    /// First and count in `listeners`.
    pub lis: [u32; 2],
}

/// How the publishers of a bus meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Combine {
    /// The last one.
    #[default]
    Last,
    /// Added, left to right.
    Sum,
    /// Sum ÷ count.
    Average,
    /// Largest.
    Max,
    /// Smallest.
    Min,
    /// Colours: source-over, the first at the bottom.
    Layer,
}

/// An output that feeds a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publisher {
    /// Publisher id.
    pub key: StrId,
    /// The bus.
    pub bus: BusId,
    /// Output slot (or a rail's slot, for mirrors).
    pub from: SlotId,
    /// Chain in between.
    pub r#use: Option<UseId>,
    /// First key of the order.
    pub sort_key: f64,
    /// Disabled ones take no part.
    pub enabled: bool,
    /// Position among the enabled ones.
    pub order: Option<u32>,
}

/// An input that reads a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listener {
    /// Listener id.
    pub key: StrId,
    /// The bus.
    pub bus: BusId,
    /// Input slot.
    pub to: SlotId,
    /// Chain in between.
    pub r#use: Option<UseId>,
    /// Disabled ones take no part.
    pub enabled: bool,
}

/// A recorded or live input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct External {
    /// Channel name.
    pub key: StrId,
    /// What it carries.
    pub r#type: TypeId,
    /// Without samples.
    pub default: ConstId,
    /// Between samples.
    pub hold: Hold,
}

/// Between the samples of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Hold {
    /// The last one.
    #[default]
    Last,
    /// Linear.
    Linear,
}

/// A constant of an unconnected input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefaultRow {
    /// `block/port`.
    pub key: StrId,
    /// What it is.
    pub r#type: TypeId,
    /// The value.
    pub value: ConstId,
    /// Id of the default source in the document.
    pub identity: Option<StrId>,
}

/// Element identity and count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainRow {
    /// `block/port`.
    pub key: StrId,
    /// 0…10,000,000, fixed.
    pub count: u32,
    /// Names of the elements; hashes read them.
    pub ids: ElementIds,
    /// Fields that belong to the domain.
    pub attrs: Vec<DomainAttr>,
    /// Neighbourhood; no effect on values.
    pub topology: Option<Topology>,
}

/// A field that belongs to a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainAttr {
    /// Its name.
    pub name: StrId,
    /// Its lanes.
    pub field: FieldId,
}

/// Names of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ElementIds {
    /// Decimal i.
    Sequential,
    /// `row-<floor(i/cols)>-col-<i mod cols>`.
    Grid {
        /// Rows.
        rows: u32,
        /// Columns.
        cols: u32,
    },
    /// Prefix, then decimal i.
    Prefix(StrId),
    /// Entry i of a JSON array of unique strings.
    Custom(ConstId),
}

/// Neighbourhood of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Topology {
    /// Left, right, up, down.
    Grid4 {
        /// Rows.
        rows: u32,
        /// Columns.
        cols: u32,
    },
}

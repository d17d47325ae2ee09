//! The compiled program: plain data, every name and default resolved.
//!
//! `compile` fills it through [`super::Builder`], [`super::validate`] proves it, `vm` runs it. Tables
//! are dense; operands come before users, so evaluation is one forward loop; every order that can
//! matter is stored. Removing `debug` and `meta` changes no frame. Field order in these structs is the
//! canonical order that identity hashes are made of: append, never reorder.

use super::Op;
use super::ids::*;
use crate::path::PathData;
use crate::types::TypeDesc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A whole program. Only `Valid<Program>` runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Program {
    /// Always 1.
    pub ir_version: u32,
    /// The same number.
    pub format_version: u32,
    /// The document's name.
    pub patch_id: String,
    /// The document's revision.
    pub patch_revision: u64,
    /// `b3:` and a hash of everything but itself.
    pub compile_id: String,
    /// `b3:` and a hash of everything that can change a frame.
    pub program_hash: String,
    /// Seed of the hash-based blocks.
    pub seed: u32,
    /// What a frame depends on beyond its own time.
    pub memory: Memory,
    /// How time runs.
    pub time_model: TimeModel,
    /// Size and background.
    pub viewport: Viewport,
    /// All types in use.
    pub types: Vec<TypeDesc>,
    /// The executable tables.
    pub tables: Tables,
    /// What runs when.
    pub schedule: Schedule,
    /// What a frame yields; `outputs[0]` is the frame.
    pub outputs: Vec<Output>,
    /// Named entry points.
    pub roots: Roots,
    /// Provenance; no effect on frames.
    pub debug: Debug,
    /// For people; no effect on frames.
    pub meta: Meta,
}

/// What a frame depends on beyond its own time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Memory {
    /// Nothing.
    #[default]
    None,
    /// Also on the previous sample.
    Previous,
    /// On the whole history.
    State,
}

/// How time runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum TimeModel {
    /// A performance with an end.
    Finite {
        /// ms, > 0.
        duration_ms: f64,
        /// Sorted by (t, id).
        cue_points: Vec<CuePoint>,
    },
    /// A loop.
    Cyclic {
        /// ms, > 0; of pingpong: one leg.
        period_ms: f64,
        /// Loop or there and back.
        mode: CycleMode,
    },
    /// No end.
    Infinite {
        /// ms; default length of an export, no effect on values.
        window_ms: f64,
        /// ms; for editors.
        suggested_ui_window_ms: Option<f64>,
        /// ms; gives the model a phase.
        ambient_period_ms: Option<f64>,
    },
}

/// A named moment of a finite model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CuePoint {
    /// Unique.
    pub id: String,
    /// For people.
    pub label: String,
    /// ms, in 0…duration.
    pub t_ms: f64,
    /// Whether it fires.
    pub behavior: CueBehavior,
}

/// Whether a cue point fires an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CueBehavior {
    /// Only a place to jump to.
    Snap,
    /// Fires when crossed.
    Event,
}

/// Direction of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CycleMode {
    /// 0→1, 0→1…
    #[default]
    Loop,
    /// 0→1→0…
    Pingpong,
}

/// Size in user px and background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Viewport {
    /// px at scale 1.
    pub width: u32,
    /// px at scale 1.
    pub height: u32,
    /// Straight sRGB-encoded RGBA.
    pub background: [f64; 4],
}

/// The executable tables.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tables {
    /// String pool: byte order, no duplicates.
    pub strings: Vec<String>,
    /// Constant pools.
    pub constants: Constants,
    /// Blocks, slots, wires, buses, domains.
    pub graph: Graph,
    /// Signal expressions.
    pub sig: Nodes<SignalNode>,
    /// Event expressions.
    pub event: Nodes<EventNode>,
    /// Field expressions.
    pub field: Nodes<FieldNode>,
    /// Lens, adapter and conversion chains.
    pub transforms: Transforms,
    /// State cells.
    pub state: State,
    /// Six rails: phaseA, phaseB, pulseA, pulseB, energy, palette.
    pub rails: Vec<Rail>,
    /// What is turned into buffers, and why.
    pub materialize: Materialize,
    /// What is drawn.
    pub render: Render,
}

/// An expression table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nodes<T> {
    /// Operands before users.
    pub nodes: Vec<T>,
}

impl<T> Default for Nodes<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

/// Constant pools and their index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constants {
    /// Values used in f64.
    pub f64: Vec<f64>,
    /// Values used in f32.
    pub f32: Vec<f32>,
    /// Integers.
    pub i32: Vec<i32>,
    /// Texts and static parameters, each a JSON text (`"\"abc\""`, `"{…}"`).
    pub json: Vec<String>,
    /// Outlines.
    pub paths: Vec<PathData>,
    /// `ConstId` → where to read.
    pub index: Vec<ConstRow>,
}

/// Where a constant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConstRow {
    /// Which pool.
    pub pool: Pool,
    /// First entry.
    pub at: u32,
    /// Entries: lanes of one value, or lanes × count of a column (element-major); 1 for json, paths.
    pub len: u32,
    /// What it is.
    pub r#type: TypeId,
}

/// A constant pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Pool {
    /// `f64`
    F64,
    /// `f32`
    F32,
    /// `i32`
    I32,
    /// `json`
    Json,
    /// `paths`
    Paths,
}

/// Where a value lives.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum ValueRef {
    /// Nowhere.
    #[default]
    None,
    /// A signal.
    Sig(SignalId),
    /// A field.
    Field(FieldId),
    /// A constant.
    Const(ConstId),
    /// A bus root.
    Bus(BusId),
    /// An event.
    Event(EventId),
    /// A domain.
    Domain(DomainId),
    /// A rail.
    Rail(RailId),
    /// Something drawn.
    Sink(SinkId),
    /// A camera.
    Camera(CameraId),
    /// A path constant.
    Path(ConstId),
    /// A request's buffer.
    Req(ReqId),
    /// A time value.
    Time(TimeValue),
    /// A time event.
    TimeEvent(TimeEvent),
    /// The finished frame.
    Frame,
}

/// Blocks, slots, wires, buses, domains.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Input.
    In,
    /// Output.
    Out,
}

/// A direct connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hold {
    /// The last one.
    #[default]
    Last,
    /// Linear.
    Linear,
}

/// A constant of an unconnected input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainAttr {
    /// Its name.
    pub name: StrId,
    /// Its lanes.
    pub field: FieldId,
}

/// Names of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topology {
    /// Left, right, up, down.
    Grid4 {
        /// Rows.
        rows: u32,
        /// Columns.
        cols: u32,
    },
}

/// A signal: one value per frame, f64 lanes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignalNode {
    /// Its type.
    pub r#type: TypeId,
    /// Its value.
    pub expr: SignalExpr,
}

/// How a signal is computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SignalExpr {
    /// The constant (pool f64).
    Const(ConstId),
    /// A time value.
    Time(TimeValue),
    /// A rail.
    Rail(RailId),
    /// An external channel.
    External(ExtId),
    /// An opcode.
    Apply {
        /// The opcode.
        op: Op,
        /// Operands.
        args: Vec<SignalId>,
        /// Small integer of some opcodes, else 0.
        imm: u32,
    },
    /// A chain.
    Transform {
        /// The value.
        src: SignalId,
        /// The chain.
        chain: ChainId,
        /// Bound parameters.
        args: Vec<SignalId>,
    },
    /// A bus.
    Combine {
        /// The bus.
        bus: BusId,
        /// How terms meet.
        mode: Combine,
        /// In combine order.
        terms: Vec<SignalId>,
        /// Without terms.
        silent: ConstId,
    },
    /// A cell's value after this frame's update.
    StateOut(StateId),
    /// A cell's value from before this frame.
    StatePrev(StateId),
    /// A number from an event.
    Event {
        /// The event.
        of: EventId,
        /// Which number.
        view: EventView,
    },
    /// A number from a field; a barrier with a step of its own.
    Reduce {
        /// The field (narrow).
        field: FieldId,
        /// Over which elements; `None` for a field over no domain, which counts as one element.
        domain: Option<DomainId>,
        /// How.
        op: ReduceOp,
    },
}

/// Values that the time model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimeValue {
    /// Monotonic time, ms.
    TAbsMs,
    /// Time inside the model, ms.
    TModelMs,
    /// Since the previous frame, ms.
    DtMs,
    /// Phase in turns.
    Phase01,
    /// Progress, 0…1.
    Progress01,
    /// Cycles completed.
    CycleIndex,
    /// Time inside the cycle, ms.
    CycleTMs,
    /// 1 while the model runs.
    Energy,
}

/// Events that the time model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimeEvent {
    /// A cycle boundary; value = cycle index.
    Wrap,
    /// The end of a finite model.
    End,
    /// A cue point; value = its index.
    Cue,
}

/// Numbers from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventView {
    /// Pulses in the frame.
    Count,
    /// 1 if any.
    Fired,
    /// Time of the last pulse, 0 if none.
    LastTMs,
    /// Value of the last pulse, 0 if none.
    LastValue,
}

/// How a field becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReduceOp {
    /// Sum ÷ count.
    Avg,
    /// Sum in a fixed tree.
    Sum,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Element 0.
    First,
}

/// An event: pulses in the frame's interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventNode {
    /// Its pulses.
    pub expr: EventExpr,
}

/// How an event is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventExpr {
    /// None.
    Empty,
    /// InputRef the time model.
    Time(TimeEvent),
    /// Latched pulses of a rail.
    Rail(RailId),
    /// Recorded pulses.
    External(ExtId),
    /// Boundaries of an unwrapped phase.
    Divide {
        /// Whose phase.
        of: PhaseSource,
        /// Divisions.
        by: SignalId,
    },
    /// Pulses that a cell's update makes.
    StateEvents(StateId),
    /// `src` while open > 0.5.
    Gate {
        /// The pulses.
        src: EventId,
        /// The gate.
        open: SignalId,
    },
    /// Lists that meet.
    Combine {
        /// The bus, if it is one.
        bus: Option<BusId>,
        /// How.
        mode: Combine,
        /// In combine order.
        terms: Vec<EventId>,
    },
    /// One pulse in the first frame of a run (a trigger constant above 0.5).
    FirstFrame,
}

/// Whose unwrapped phase a divider counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PhaseSource {
    /// The TimeRoot.
    Time,
    /// A rail.
    Rail(RailId),
}

/// A field: one value per element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldNode {
    /// Its type.
    pub r#type: TypeId,
    /// Over which elements; `None` = the same for every element of any domain.
    pub dom: Option<DomainId>,
    /// f64 lanes; ends in a `Narrow`.
    pub wide: bool,
    /// Its lanes.
    pub expr: FieldExpr,
}

/// How the lanes of a field are computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FieldExpr {
    /// The constant (pool f32 if narrow, f64 if wide; paths for paths).
    Const(ConstId),
    /// Row i of a constant column (pool f32 if narrow, f64 if wide).
    Array(ConstId),
    /// A signal, rounded to f32 if narrow.
    Broadcast(SignalId),
    /// i. Wide only.
    Index,
    /// Elements of the domain. Wide only.
    Count,
    /// InputRef the id text and the program seed. Wide only.
    IdHash {
        /// Which hash.
        r#fn: IdHash,
        /// Salt or seed (pool f64).
        salt: ConstId,
    },
    /// Entry i of a history cell.
    History(StateId),
    /// An opcode at the row's width.
    Apply {
        /// The opcode.
        op: Op,
        /// Operands of the same width.
        args: Vec<FieldId>,
        /// Small integer of some opcodes, else 0.
        imm: u32,
    },
    /// A wide row rounded once to f32.
    Narrow(FieldId),
    /// A chain on a narrow row.
    Transform {
        /// The value.
        src: FieldId,
        /// The chain.
        chain: ChainId,
        /// Bound parameters, the same for every element.
        args: Vec<SignalId>,
    },
    /// Element i of `src` over another domain where it exists, else `missing`.
    OnDomain {
        /// The value.
        src: FieldId,
        /// Elsewhere (pool f32).
        missing: ConstId,
    },
    /// A field bus.
    Combine {
        /// The bus.
        bus: BusId,
        /// How.
        mode: Combine,
        /// In combine order; may be over smaller domains.
        terms: Vec<FieldId>,
        /// Elements that nobody has (pool f32).
        silent: ConstId,
    },
}

/// Hashes of an element's id text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdHash {
    /// Seeded stableHash of `<id>-<salt>`.
    Stable,
    /// Seeded hash01 of (id, seed).
    ById,
    /// R(S, `<id>-<salt>`), 0 without a program seed.
    Offset,
}

/// Chains of lenses, adapters and conversions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transforms {
    /// Shared by all uses with the same steps.
    pub chains: Vec<Chain>,
    /// One row per wire, publisher, listener or binding with a chain.
    pub uses: Vec<Use>,
    /// Declarations, by id.
    pub adapters: Vec<AdapterRow>,
    /// Declarations, by id.
    pub lenses: Vec<LensRow>,
    /// Named eases first.
    pub curves: Vec<Curve>,
}

/// Steps that a value passes, left to right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chain {
    /// What goes in.
    pub from: TypeId,
    /// What comes out.
    pub to: TypeId,
    /// For people and budgets.
    pub cost: Cost,
    /// Bound parameters.
    pub arity: u32,
    /// None = identity.
    pub steps: Vec<ChainStep>,
}

/// How expensive a chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cost {
    /// A few sums and products.
    Cheap,
    /// In between.
    Normal,
    /// Elementary functions.
    Heavy,
}

/// One opcode on the running value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainStep {
    /// The opcode; the running value is its first operand.
    pub op: Op,
    /// The others.
    pub operands: Vec<ChainOperand>,
    /// Small integer of some opcodes, else 0.
    pub imm: u32,
    /// What comes out.
    pub to: TypeId,
    /// Which lens, adapter or conversion it belongs to.
    pub origin: Option<Origin>,
}

/// A parameter of a chain step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChainOperand {
    /// A constant (pool f64; rounded to f32 on fields).
    Const(ConstId),
    /// The use's argument k.
    Arg(u32),
}

/// Where a chain step comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// A lens.
    Lens {
        /// Which.
        id: LensId,
        /// Place in the stack.
        at: u32,
    },
    /// An adapter.
    Adapter {
        /// Which.
        id: AdapterId,
        /// Place in the chain.
        at: u32,
    },
    /// A conversion nobody wrote.
    Implicit,
}

/// Where a chain is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Use {
    /// Id of the wire, publisher, listener or binding.
    pub key: StrId,
    /// Its chain (the last part, if a stateful lens cuts it).
    pub chain: ChainId,
    /// Its result.
    pub at: ValueRef,
}

/// A declared adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdapterRow {
    /// Name.
    pub id: StrId,
    /// `cast`, `lift`, `reduce`, `reshape`.
    pub class: StrId,
    /// `auto`, `suggest`, `explicit`.
    pub policy: StrId,
    /// Cost in path searches.
    pub cost: f64,
}

/// A declared lens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LensRow {
    /// Name.
    pub id: StrId,
    /// Domain it works on.
    pub domain: StrId,
    /// `lane` or `cell`.
    pub scope: StrId,
    /// Whether scrubbing shows its true value.
    pub scrub_safe: bool,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Curve {
    /// A named ease.
    Name(StrId),
    /// Points.
    Lut(ConstId),
}

/// State cells and their pools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// Entries of the f64 pool.
    pub f64_len: u32,
    /// Entries of the i32 pool.
    pub i32_len: u32,
    /// By key.
    pub cells: Vec<Cell>,
    /// Hash of all cells' layouts.
    pub layout_hash: String,
}

/// One stateful op.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cell {
    /// `block/port/role`, or `use-id#index/role` of a lens.
    pub key: StrId,
    /// What it does.
    pub op: StateOp,
    /// Type of the value.
    pub r#type: TypeId,
    /// Offset and length in the f64 pool.
    pub f64: [u32; 2],
    /// Offset and length in the i32 pool.
    pub i32: [u32; 2],
    /// Samples of its ring, 0 = none.
    pub ring: u32,
    /// Initial value (pool f64).
    pub init: Option<ConstId>,
    /// Operands of its update; `None` for an unconnected event.
    pub args: Vec<Operand>,
    /// Small integer of some ops, else 0.
    pub imm: u32,
    /// Whether it counts time or frames.
    pub policy: StatePolicy,
    /// How users read it by default.
    pub tap: Tap,
    /// Hash of op, lengths, type, imm and constants that change the meaning of the numbers.
    pub layout_hash: String,
}

/// Operand of a state update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operand {
    /// A signal.
    Sig(SignalId),
    /// An event.
    Event(EventId),
}

/// Whether a cell counts time or frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StatePolicy {
    /// Depends on dt only.
    TimeMs,
    /// Depends on the number of frames.
    Frame,
}

/// How users read a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tap {
    /// After this frame's update.
    Updated,
    /// InputRef before this frame.
    Committed,
}

/// Stateful ops, with their stable numbers (400…412).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StateOp {
    /// x, reset event: sum of x·dt.
    Integrate,
    /// x, delay s: history by time.
    Delay,
    /// x: N frames ago.
    UnitDelay,
    /// x, trigger: held.
    SampleHold,
    /// x, rate 1/s: exponential approach.
    SlewExp,
    /// phase: a pulse where it falls from over 0.8 to under 0.2.
    EdgeWrap,
    /// phase, divisions: pulses at boundaries, the short way round.
    PulseDivider,
    /// trigger, attack s, decay s, peak: envelope.
    EnvelopeAd,
    /// x, riseMs, fallMs: linear approach.
    SlewLinear,
    /// x, low, high: two-level switch.
    Hysteresis,
    /// x: a pulse where it rises over 0.5.
    RiseEdge,
    /// trigger, reset: count.
    Counter,
    /// x: the last `imm` values.
    History,
}

impl StateOp {
    /// The stable opcode number.
    pub const fn number(self) -> u16 {
        400 + self as u16
    }

    /// f64 and i32 entries of a cell of this op for a type of `lanes` lanes.
    pub const fn entries(self, lanes: u32, imm: u32) -> (u32, u32) {
        match self {
            Self::Integrate | Self::RiseEdge | Self::Counter => (1, 0),
            Self::Delay => (0, 0),
            Self::UnitDelay => (imm, 1),
            Self::SampleHold => (lanes, 0),
            Self::SlewExp | Self::SlewLinear => (lanes, 1),
            Self::EdgeWrap | Self::PulseDivider | Self::EnvelopeAd => (1, 1),
            Self::Hysteresis => (0, 1),
            Self::History => (imm, 2),
        }
    }

    /// Whether the op makes pulses in place of a value.
    pub const fn makes_pulses(self) -> bool {
        matches!(self, Self::EdgeWrap | Self::PulseDivider | Self::RiseEdge)
    }

    /// Samples that a Delay keeps.
    pub const RING: u32 = 65_536;
}

/// A rail: a named register outside the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rail {
    /// One of the six names.
    pub key: StrId,
    /// What it carries.
    pub r#type: TypeId,
    /// Its address.
    pub slot: SlotId,
    /// Its own value.
    pub generator: Generator,
    /// Which value wins.
    pub drive: Drive,
    /// How generator and bus meet when mixed.
    pub combine: Combine,
    /// The bus that drives it.
    pub user: Option<RailUser>,
    /// Its value when patched without a publisher.
    pub silent: ConstId,
    /// What readers see.
    pub read: RailRead,
    /// The publisher that mirrors it.
    pub mirror: Option<PubId>,
}

/// A rail's own value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Generator {
    /// A phase.
    Cycle {
        /// Runs at all.
        enabled: bool,
        /// Direction.
        mode: CycleMode,
        /// ms.
        period_ms: Param,
        /// Turns.
        offset: Param,
    },
    /// Pulses of a phase rail.
    Division {
        /// Which rail.
        of: RailId,
        /// Per turn.
        n: u32,
    },
    /// A curve over a phase rail.
    Energy {
        /// Which rail.
        source: RailId,
        /// The curve.
        curve: EnergyCurve,
        /// At 0.
        min: Param,
        /// At 1.
        max: Param,
    },
    /// Colours over a phase rail.
    Palette {
        /// Which rail.
        source: RailId,
        /// Stops (json); `None` = hue wheel.
        stops: Option<ConstId>,
    },
}

/// Shape of the energy rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EnergyCurve {
    /// 0.5 + 0.5·sin 2πp.
    Sine,
    /// 1 − |2p − 1|.
    Triangle,
    /// p.
    Saw,
    /// 1.
    Const,
    /// A named ease of p.
    Ease(CurveId),
    /// Points (f64 pairs), linear.
    Points(ConstId),
}

/// A parameter of a generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Param {
    /// Fixed (pool f64).
    Const(ConstId),
    /// A signal's value of the previous frame.
    Drive {
        /// The signal.
        sig: SignalId,
        /// In the first frame.
        base: ConstId,
    },
}

/// Which value of a rail wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Drive {
    /// The generator.
    #[default]
    Internal,
    /// The bus.
    Patched,
    /// Both, combined.
    Mixed,
}

/// The bus that drives a rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RailUser {
    /// The bus.
    pub bus: BusId,
    /// Chain in between.
    pub r#use: Option<UseId>,
}

/// What readers of a rail see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RailRead {
    /// The value from the end of the previous frame.
    #[default]
    Latched,
    /// This frame's generator.
    InternalNow,
}

/// What is turned into buffers, and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Materialize {
    /// Sink, then input order.
    pub requests: Vec<Request>,
    /// Requests that run as one kernel.
    pub groups: Vec<Group>,
}

/// One column that somebody needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// `sink.input`.
    pub key: StrId,
    /// Which field (narrow).
    pub field: FieldId,
    /// Over which elements.
    pub domain: DomainId,
    /// How it is packed.
    pub format: Format,
    /// Who needs it.
    pub consumer: Consumer,
    /// When.
    pub policy: RequestPolicy,
    /// Its address.
    pub out: SlotId,
}

/// Who needs a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Consumer {
    /// An input of a sink.
    Sink {
        /// The sink.
        sink: SinkId,
        /// Position in its inputs.
        input: u32,
    },
    /// A reduction.
    Reduce(SignalId),
    /// Only probes.
    Probe(BlockId),
}

/// How a column is packed: element-major, little-endian, no padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// A number.
    F32,
    /// Two.
    F32x2,
    /// Three.
    F32x3,
    /// Four.
    F32x4,
    /// A quantised, premultiplied colour.
    U8x4,
    /// Saturating, round half up.
    U16,
    /// Saturating, round half up.
    U32,
    /// A path per element.
    Path,
}

impl Format {
    /// Bytes per element (4 for a path index).
    pub const fn bytes(self) -> u32 {
        match self {
            Self::U16 => 2,
            Self::F32 | Self::U8x4 | Self::U32 | Self::Path => 4,
            Self::F32x2 => 8,
            Self::F32x3 => 12,
            Self::F32x4 => 16,
        }
    }

    /// Lanes that the field must have.
    pub const fn lanes(self) -> usize {
        match self {
            Self::F32 | Self::U16 | Self::U32 => 1,
            Self::F32x2 => 2,
            Self::F32x3 => 3,
            Self::F32x4 | Self::U8x4 => 4,
            Self::Path => 0,
        }
    }
}

/// When a request runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequestPolicy {
    /// A drawn sink needs it.
    PerFrame,
    /// Only probes and exports ask.
    OnDemand,
}

/// Requests over one domain that run as one kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Over which elements.
    pub domain: DomainId,
    /// Its requests, ascending.
    pub reqs: Vec<ReqId>,
    /// Signals the kernel reads, ascending.
    pub uniforms: Vec<SignalId>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Render {
    /// By block.
    pub sinks: Vec<Sink>,
    /// Those without a parent, in document order.
    pub root: Vec<SinkId>,
    /// Viewpoints.
    pub cameras: Vec<ParamRow>,
    /// Solids.
    pub meshes: Vec<ParamRow>,
    /// Outlines of instances.
    pub shapes: Vec<ShapeRow>,
    /// Effects of postfx sinks.
    pub effects: Vec<ParamRow>,
}

/// Something that draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sink {
    /// What it draws.
    pub kind: SinkKind,
    /// Block id.
    pub key: StrId,
    /// Over which elements.
    pub domain: Option<DomainId>,
    /// Named inputs.
    pub inputs: Vec<SinkInput>,
    /// Static parameters (json).
    pub params: Option<ConstId>,
    /// Order among siblings.
    pub z: InputRef,
    /// The sink it draws into.
    pub parent: Option<SinkId>,
    /// Number of the parent's input, 0 without one.
    pub at: u32,
}

/// Sink kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SinkKind {
    /// color.
    Clear,
    /// pos, size, color; rotation, shape, strokeWidth, strokeColor, sortKey.
    Instances2d,
    /// path; fillColor, strokeColor, strokeWidth, pos, rotation, scale.
    Paths2d,
    /// pos, width, color.
    Strokes2d,
    /// pos, size, color, camera.
    Instances3d,
    /// mesh, pos, color, camera; rotation, scale, light.
    Meshes3d,
    /// children; transform, opacity, clip.
    Group,
    /// children, effect.
    Postfx,
}

/// A named input of a sink.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SinkInput {
    /// Such as `pos`.
    pub name: StrId,
    /// Where it comes from.
    pub from: InputRef,
}

/// Where a sink or table row reads a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InputRef {
    /// A column.
    Req(ReqId),
    /// A signal.
    Sig(SignalId),
    /// A constant.
    Const(ConstId),
    /// A camera.
    Camera(CameraId),
    /// A mesh.
    Mesh(MeshId),
    /// A shape.
    Shape(ShapeId),
    /// An effect.
    Effect(EffectId),
}

/// A parameter list (camera, mesh, effect).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParamRow {
    /// `block/port`.
    pub key: StrId,
    /// Kind word, such as `perspective` or `glow`.
    pub kind: StrId,
    /// Named parameters.
    pub params: Vec<SinkInput>,
}

/// An outline of instances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ShapeRow {
    /// Radius 1.
    Circle,
    /// Corners (±1, ±1).
    Square,
    /// Corners at −90°, 30°, 150°.
    Triangle,
    /// 2·points corners.
    Star {
        /// ≥ 3.
        points: u32,
        /// Inner radius; clamped to 0.05…0.95 when used.
        inner: InputRef,
    },
    /// Two circles.
    Ring {
        /// Inner radius; clamped to 0.05…0.95 when used.
        inner: InputRef,
    },
    /// A path constant.
    Path(ConstId),
}

/// What runs when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// In execution order.
    pub steps: Vec<Step>,
    /// A view by phase.
    pub phases: Vec<PhaseRow>,
    /// Producers and consumers of slots.
    pub deps_index: DepsIndex,
    /// What may influence an order.
    pub determinism: Determinism,
    /// Budget of keyed buffers.
    pub caching: Caching,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// `kind:subject`, such as `busEval:size`.
    pub key: StrId,
    /// What it does.
    pub kind: StepKind,
    /// When.
    pub phase: Phase,
    /// Signals and events it owns, in evaluation order.
    pub run: Vec<ValueRef>,
    /// Slots it reads.
    pub reads: Vec<SlotId>,
    /// Slots it writes.
    pub writes: Vec<SlotId>,
    /// Steps that must come first; sorted, all smaller.
    pub deps: Vec<StepId>,
    /// What may be reused.
    pub cache: Cache,
    /// False: nothing but probes needs it.
    pub demand: bool,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StepKind {
    /// Samples every channel.
    ExternalSample,
    /// Derives time values and events.
    TimeDerive,
    /// Rail generators.
    TimeConsole,
    /// A block's signals and events.
    NodeEval {
        /// The block.
        block: BlockId,
    },
    /// A bus.
    BusEval {
        /// The bus.
        bus: BusId,
    },
    /// A reduction.
    Reduce {
        /// Its signal.
        sig: SignalId,
    },
    /// A rail's final value.
    RailResolve {
        /// The rail.
        rail: RailId,
    },
    /// State and latches change.
    StateCommit,
    /// Columns of a group.
    Materialize {
        /// The group.
        group: GroupId,
    },
    /// A viewpoint.
    CameraEval {
        /// The camera.
        camera: CameraId,
    },
    /// A solid.
    MeshBuild {
        /// The mesh.
        mesh: MeshId,
    },
    /// A pass.
    SinkEval {
        /// The sink.
        sink: SinkId,
    },
    /// The tree.
    RenderAssemble,
}

/// When a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// 0
    External,
    /// 1
    TimeDerive,
    /// 2
    TimeConsole,
    /// 3
    PreBus,
    /// 4
    BusEval,
    /// 5
    PostBus,
    /// 6
    RailResolve,
    /// 7
    Render,
    /// 8
    RenderAssemble,
    /// 9, never in a file.
    DebugProbe,
}

/// What a step may reuse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cache {
    /// How long.
    pub policy: CachePolicy,
    /// Signals in the key.
    pub uniforms: Vec<SignalId>,
    /// Outside data in the key.
    pub epochs: Vec<String>,
}

/// How long a result lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CachePolicy {
    /// Not at all.
    None,
    /// This frame.
    PerFrame,
    /// As long as its key stays.
    Keyed,
}

/// Steps of a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhaseRow {
    /// The phase.
    pub phase: Phase,
    /// Its steps.
    pub steps: Vec<StepId>,
}

/// Producers and consumers of slots.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DepsIndex {
    /// Writer of each slot.
    pub producer: Vec<Option<StepId>>,
    /// Readers of each slot.
    pub consumers: Rows,
    /// Buses that each slot feeds.
    pub bus_slots: Rows,
}

/// Compressed rows: row i is `item[off[i]..off[i + 1]]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rows {
    /// Offsets, one more than rows.
    pub off: Vec<u32>,
    /// Items.
    pub item: Vec<u32>,
}

/// What may influence an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Determinism {
    /// All inputs of orders.
    pub ordering_inputs: Vec<String>,
    /// Tie-break of the topological order.
    pub topo_tie_break: String,
}

impl Default for Determinism {
    fn default() -> Self {
        let inputs = [
            "sortKey",
            "autoPublication",
            "publisherKey",
            "publisherIndex",
            "documentOrder",
            "inputOrder",
            "elementIndex",
        ];
        Self {
            ordering_inputs: inputs.map(str::to_owned).to_vec(),
            topo_tie_break: "phaseKindId".to_owned(),
        }
    }
}

/// Budget of keyed buffers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Caching {
    /// Bytes.
    pub budget_bytes: u64,
}

impl Default for Caching {
    fn default() -> Self {
        Self {
            budget_bytes: 268_435_456,
        }
    }
}

/// What a frame yields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// Its name.
    pub key: StrId,
    /// What it is.
    pub kind: OutputKind,
    /// Where.
    pub slot: SlotId,
    /// For people.
    pub label: Option<String>,
}

/// Kind of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutputKind {
    /// The frame.
    RenderTree,
    /// Values for probes.
    Debug,
}

/// Named entry points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Roots {
    /// Slot of the frame.
    pub frame: SlotId,
    /// Sinks without a parent.
    pub sinks: Vec<SinkId>,
    /// Combined value of each bus.
    pub bus: Vec<ValueRef>,
    /// Time values.
    pub time: TimeRoots,
}

/// Slots of the time values and events.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeRoots {
    /// `TAbsMs`
    pub abs: SlotId,
    /// `TModelMs`
    pub model: SlotId,
    /// `DtMs`
    pub dt: SlotId,
    /// `Phase01`
    pub phase01: SlotId,
    /// `Progress01`
    pub progress01: SlotId,
    /// `CycleIndex`
    pub cycle_index: SlotId,
    /// `CycleTMs`
    pub cycle_t: SlotId,
    /// `Energy`
    pub energy: SlotId,
    /// `Wrap`
    pub wrap: SlotId,
    /// `End`
    pub end: SlotId,
    /// `Cue`
    pub cue: SlotId,
}

/// Provenance: from dense indices back to what a person wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Debug {
    /// Pool of the rows below.
    pub strings: Vec<String>,
    /// Parallel to `graph.blocks`.
    pub block: Vec<DebugBlock>,
    /// Parallel to `graph.buses`.
    pub bus: Vec<DebugBus>,
    /// Parallel to `graph.slots`.
    pub slot: Vec<DebugSlot>,
    /// Parallel to `sig.nodes`.
    pub sig_prov: Vec<Provenance>,
    /// Parallel to `event.nodes`.
    pub event_prov: Vec<Provenance>,
    /// Parallel to `field.nodes`.
    pub field_prov: Vec<Provenance>,
    /// Parallel to `transforms.chains`.
    pub chain_prov: Vec<Provenance>,
    /// Parallel to `schedule.steps`.
    pub step_prov: Vec<Provenance>,
    /// Parallel to `state.cells`.
    pub state_prov: Vec<Provenance>,
}

/// A block for people. Numbers index `debug.strings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebugBlock {
    /// Block id.
    pub id: u32,
    /// Label, else id.
    pub label: u32,
    /// Block type.
    pub r#type: u32,
    /// JSON pointer in the document.
    pub path: u32,
}

/// A bus for people. Numbers index `debug.strings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebugBus {
    /// Bus id.
    pub id: u32,
    /// Bus name.
    pub name: u32,
}

/// A slot for people. Numbers index `debug.strings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebugSlot {
    /// `block.port`, `bus:name`…
    pub path: u32,
}

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provenance {
    /// Block it was made for.
    pub block: Option<BlockId>,
    /// Port of that block (`debug.strings`).
    pub port: Option<u32>,
    /// What made it.
    pub kind: ProvenanceKind,
    /// For people (`debug.strings`): block id, wire id, bus id…
    pub path: u32,
}

/// What made a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProvenanceKind {
    /// A block's own maths.
    Block,
    /// A bus.
    Bus,
    /// A lens.
    Lens,
    /// An adapter.
    Adapter,
    /// A conversion nobody wrote.
    Implicit,
    /// A default or constant of an input.
    Default,
    /// A state cell.
    State,
    /// A rail.
    Rail,
    /// The time model.
    Time,
    /// A sink.
    Render,
}

/// For people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meta {
    /// InputRef program keys to the document.
    pub source_map: SourceMap,
    /// Labels.
    pub names: Names,
    /// What the compiler warned of.
    pub warnings: Vec<Warning>,
    /// Who compiled it.
    pub compiler: Compiler,
}

/// InputRef program keys to the document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceMap {
    /// Block key → JSON pointer.
    pub node_to_editor_block: BTreeMap<String, String>,
    /// Slot key → `block.port`.
    pub port_to_editor_slot: BTreeMap<String, String>,
}

/// Labels by key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Names {
    /// Blocks.
    pub nodes: BTreeMap<String, String>,
    /// Buses.
    pub buses: BTreeMap<String, String>,
    /// Steps.
    pub steps: BTreeMap<String, String>,
}

/// A compile warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Warning {
    /// Its code.
    pub code: String,
    /// Its text.
    pub message: String,
    /// JSON pointer.
    pub r#where: String,
}

/// Who compiled a program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compiler {
    /// `oscilla`.
    pub name: String,
    /// Its version.
    pub version: String,
}

//! The compiled program: plain data, every name and default resolved.
//!
//! `compile` fills it through [`super::Builder`], [`super::validate`] proves it, `vm` runs it. Tables
//! are dense; operands come before users, so evaluation is one forward loop; every order that can
//! matter is stored. Removing `debug` and `meta` changes no frame. Field order in these structs is the
//! canonical order that identity hashes are made of: append, never reorder.

mod debug;
mod expression;
mod graph;
mod pool;
mod rail;
mod render;
mod schedule;
mod state;
mod time_model;
mod transform;

pub use debug::*;
pub use expression::*;
pub use graph::*;
pub use rail::*;
pub use render::*;
pub use schedule::*;
pub use state::*;
pub use time_model::{CueBehavior, CuePoint, CycleMode, TimeModel};
pub use transform::*;

use super::ids::*;
use crate::path::PathData;
use crate::types::{Ids, TypeDesc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole program. Only `Valid<Program>` runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Program {
    /// Always 1. A file may leave out one of the two.
    #[serde(default = "version")]
    pub ir_version: u32,
    /// The same number.
    #[serde(default = "version")]
    pub format_version: u32,
    /// The document's name.
    pub patch_id: String,
    /// The document's revision.
    pub patch_revision: u64,
    /// `b3:` and a hash of everything but itself.
    #[serde(default)]
    pub compile_id: String,
    /// `b3:` and a hash of everything that can change a frame.
    #[serde(default)]
    pub program_hash: String,
    /// Seed of the hash-based blocks.
    pub seed: u32,
    /// What a frame depends on beyond its own time.
    pub memory: Memory,
    /// How time runs.
    #[serde(with = "time_model")]
    #[schemars(with = "time_model::Written")]
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
    #[serde(default)]
    pub debug: Debug,
    /// For people; no effect on frames.
    #[serde(default)]
    pub meta: Meta,
}

/// The version of programs that this library reads and writes.
pub const VERSION: u32 = 1;

fn version() -> u32 {
    VERSION
}

/// What a frame depends on beyond its own time.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
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

/// Size in user px and background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Constants {
    /// Values used in f64.
    #[serde(with = "pool")]
    #[schemars(with = "Vec<pool::Written<f64>>")]
    pub f64: Vec<f64>,
    /// Values used in f32.
    #[serde(with = "pool")]
    #[schemars(with = "Vec<pool::Written<f32>>")]
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

impl Tables {
    /// Names of the elements of a domain; those of a domain that is not there are numbers.
    pub fn ids(&self, domain: DomainId) -> Ids {
        let Some(row) = self.graph.domains.get(domain.index()) else {
            return Ids::Sequential;
        };
        match row.ids {
            ElementIds::Sequential => Ids::Sequential,
            ElementIds::Grid { cols, .. } => Ids::Grid { cols },
            ElementIds::Prefix(text) => {
                Ids::Prefix(self.strings.get(text.index()).cloned().unwrap_or_default())
            }
            ElementIds::Custom(list) => {
                let json = self.constants.json_text(list);
                let list = json.and_then(|json| serde_json::from_str(json).ok());
                Ids::Custom(list.unwrap_or_default())
            }
        }
    }
}

impl Constants {
    /// Entries of a numeric constant, exactly; `None` if it has none.
    pub fn numbers(&self, id: ConstId) -> Option<Vec<f64>> {
        let row = self.index.get(id.index())?;
        self.entries(id, 0, row.len as usize)
    }

    /// `count` entries of a numeric constant from the `first` on; `None` if it has not so many.
    pub fn entries(&self, id: ConstId, first: usize, count: usize) -> Option<Vec<f64>> {
        let row = self.index.get(id.index())?;
        let end = first.checked_add(count)?;
        if end > row.len as usize {
            return None;
        }
        let at = row.at as usize;
        let span = at.checked_add(first)?..at.checked_add(end)?;
        Some(match row.pool {
            Pool::F64 => self.f64.get(span)?.to_vec(),
            Pool::F32 => self.f32.get(span)?.iter().map(|&v| v.into()).collect(),
            Pool::I32 => self.i32.get(span)?.iter().map(|&v| v.into()).collect(),
            Pool::Json | Pool::Paths => return None,
        })
    }

    /// The JSON text of a constant; `None` if it is of another kind.
    pub fn json_text(&self, id: ConstId) -> Option<&str> {
        let row = self.index.get(id.index())?;
        let text = (row.pool == Pool::Json).then(|| self.json.get(row.at as usize));
        text.flatten().map(String::as_str)
    }
}

/// Where a constant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
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

/// What a frame yields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutputKind {
    /// The frame.
    RenderTree,
    /// Values for probes.
    Debug,
}

/// Named entry points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
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

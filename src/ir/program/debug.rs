//! Provenance and words for people. Removing them changes no frame.

use crate::ir::ids::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Provenance: from dense indices back to what a person wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebugBus {
    /// Bus id.
    pub id: u32,
    /// Bus name.
    pub name: u32,
}

/// A slot for people. Numbers index `debug.strings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DebugSlot {
    /// `block.port`, `bus:name`…
    pub path: u32,
}

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SourceMap {
    /// Block key → JSON pointer.
    pub node_to_editor_block: BTreeMap<String, String>,
    /// Slot key → `block.port`.
    pub port_to_editor_slot: BTreeMap<String, String>,
}

/// Labels by key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Names {
    /// Blocks.
    pub nodes: BTreeMap<String, String>,
    /// Buses.
    pub buses: BTreeMap<String, String>,
    /// Steps.
    pub steps: BTreeMap<String, String>,
}

/// A compile warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Compiler {
    /// `oscilla`.
    pub name: String,
    /// Its version.
    pub version: String,
}

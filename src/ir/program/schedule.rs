//! What runs when: steps, phases, dependencies and caches.

use crate::ir::ids::*;
use crate::ir::program::ValueRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What runs when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// In execution order.
    pub steps: Vec<Step>,
    /// A view by phase.
    pub phases: Vec<PhaseRow>,
    /// Producers and consumers of slots.
    pub deps_index: DepsIndex,
    /// What may influence an order.
    #[serde(default)]
    pub determinism: Determinism,
    /// Budget of keyed buffers.
    #[serde(default)]
    pub caching: Caching,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
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
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhaseRow {
    /// The phase.
    pub phase: Phase,
    /// Its steps.
    pub steps: Vec<StepId>,
}

/// Producers and consumers of slots.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rows {
    /// Offsets, one more than rows.
    pub off: Vec<u32>,
    /// Items.
    pub item: Vec<u32>,
}

impl Rows {
    /// The items of a row that is there.
    pub fn row(&self, i: usize) -> &[u32] {
        &self.item[self.off[i] as usize..self.off[i + 1] as usize]
    }
}

/// What may influence an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

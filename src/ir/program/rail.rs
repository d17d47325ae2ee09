//! Rails: six named registers outside the graph, latched once per frame.

use crate::ir::ids::*;
use crate::ir::program::CycleMode;
use crate::ir::program::graph::Combine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rail: a named register outside the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RailUser {
    /// The bus.
    pub bus: BusId,
    /// Chain in between.
    pub r#use: Option<UseId>,
}

/// What readers of a rail see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RailRead {
    /// The value from the end of the previous frame.
    #[default]
    Latched,
    /// This frame's generator.
    InternalNow,
}

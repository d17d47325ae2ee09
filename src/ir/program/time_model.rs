//! How time runs, and its JSON form, which names the model in a field `kind`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How time runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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

impl TimeModel {
    /// The same without what no frame depends on: lengths that only exports and editors read.
    #[must_use]
    pub fn without_windows(&self) -> Self {
        match self {
            Self::Infinite {
                ambient_period_ms, ..
            } => Self::Infinite {
                window_ms: 0.0,
                suggested_ui_window_ms: None,
                ambient_period_ms: *ambient_period_ms,
            },
            other => other.clone(),
        }
    }
}

/// A named moment of a finite model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CueBehavior {
    /// Only a place to jump to.
    Snap,
    /// Fires when crossed.
    Event,
}

/// Direction of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CycleMode {
    /// 0→1, 0→1…
    #[default]
    Loop,
    /// 0→1→0…
    Pingpong,
}

/// How time runs.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TimeModel")]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum Written {
    /// A performance with an end.
    Finite {
        /// ms, > 0.
        duration_ms: f64,
        /// Sorted by (t, id).
        #[serde(default)]
        cue_points: Vec<CuePoint>,
    },
    /// A loop.
    Cyclic {
        /// ms, > 0; of pingpong: one leg.
        period_ms: f64,
        /// Loop or there and back.
        mode: CycleMode,
        /// What the phase runs through.
        #[serde(default)]
        phase_domain: PhaseDomain,
    },
    /// No end.
    Infinite {
        /// ms; default length of an export, no effect on values.
        window_ms: f64,
        /// ms; for editors.
        #[serde(rename = "suggestedUIWindowMs")]
        suggested_ui_window_ms: Option<f64>,
        /// ms; gives the model a phase.
        ambient_period_ms: Option<f64>,
    },
}

/// What a phase runs through; said, though there is no other.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub(super) enum PhaseDomain {
    #[default]
    #[serde(rename = "0..1")]
    Unit,
}

/// Writes a model in the form of the format.
pub(super) fn serialize<S: Serializer>(model: &TimeModel, to: S) -> Result<S::Ok, S::Error> {
    if !to.is_human_readable() {
        return model.serialize(to);
    }
    let written = match model.clone() {
        TimeModel::Finite {
            duration_ms,
            cue_points,
        } => Written::Finite {
            duration_ms,
            cue_points,
        },
        TimeModel::Cyclic { period_ms, mode } => Written::Cyclic {
            period_ms,
            mode,
            phase_domain: PhaseDomain::Unit,
        },
        TimeModel::Infinite {
            window_ms,
            suggested_ui_window_ms,
            ambient_period_ms,
        } => Written::Infinite {
            window_ms,
            suggested_ui_window_ms,
            ambient_period_ms,
        },
    };
    written.serialize(to)
}

/// Reads a model in the form of the format.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeModel, D::Error> {
    if !from.is_human_readable() {
        return TimeModel::deserialize(from);
    }
    Ok(match Written::deserialize(from)? {
        Written::Finite {
            duration_ms,
            cue_points,
        } => TimeModel::Finite {
            duration_ms,
            cue_points,
        },
        Written::Cyclic {
            period_ms,
            mode,
            phase_domain: PhaseDomain::Unit,
        } => TimeModel::Cyclic { period_ms, mode },
        Written::Infinite {
            window_ms,
            suggested_ui_window_ms,
            ambient_period_ms,
        } => TimeModel::Infinite {
            window_ms,
            suggested_ui_window_ms,
            ambient_period_ms,
        },
    })
}

//! Sinks: blocks that draw one element after the other.
//!
//! In: fields over the elements and signals. Out: a row of the sink table, with what is needed per
//! element as columns. Here stands what all sinks share; each has a file of its own, and `columns`
//! turns inputs into columns over the elements that are drawn.

mod camera;
mod canvas;
mod columns;
mod compose;
mod display;
mod instances;
mod instances3d;
mod meshes3d;
mod paths;
mod postfx;
mod strokes;
mod style;

pub(super) use camera::CAMERA;
pub(super) use canvas::RENDER_2D_CANVAS;
pub(super) use compose::COMPOSE;
pub(super) use display::DEBUG_DISPLAY;
pub(super) use instances::RENDER_INSTANCES_2D;
pub(super) use instances3d::RENDER_INSTANCES_3D;
pub(super) use meshes3d::RENDER_MESHES_3D;
pub(super) use paths::RENDER_PATHS_2D;
pub(super) use postfx::POST_FX;
pub(super) use strokes::RENDER_STROKES_2D;

use super::{Block, Family, Input, Lowering, Output};
use crate::ir::{Capability, EffectId, InputRef, ParamRow, SinkInput};
use crate::types::Domain;
use serde_json::json;

/// What sinks have in common.
const SINK: Block = Block {
    family: Family::Sink,
    capability: Capability::Render,
    ..Block::PLAIN
};

/// The output of what draws.
const RENDER: Output = Output::special("render", Domain::RenderTree, "what is drawn");

/// Words of `blend`.
const BLENDS: &[&str] = &["normal", "add", "multiply", "screen"];

/// The input `blend`.
const BLEND: Input = Input::options(
    "blend",
    BLENDS,
    "normal",
    "how an element meets what lies below it",
);

/// The input `z`.
const Z: Input = Input::number("z", 0.0, "order among sinks, larger on top");

/// A row of the effect table, keyed `block/port`.
fn effect(l: &mut Lowering<'_>, port: &str, kind: &str, params: &[(&str, InputRef)]) -> EffectId {
    let row = param_row(l, port, kind, params);
    let effects = &mut l.build.tables.render.effects;
    let id = EffectId::at(effects.len());
    effects.push(row);
    id
}

/// A row of the tables of effects, cameras and meshes, keyed `block/port`.
fn param_row(
    l: &mut Lowering<'_>,
    port: &str,
    kind: &str,
    params: &[(&str, InputRef)],
) -> ParamRow {
    let key = l.build.text(&format!("{}/{port}", l.id));
    let kind = l.build.text(kind);
    let params = params
        .iter()
        .map(|&(name, from)| SinkInput {
            name: l.build.text(name),
            from,
        })
        .collect();
    ParamRow { key, kind, params }
}

/// Static parameters of a sink with a blend mode.
fn blend_params(l: &Lowering<'_>) -> serde_json::Value {
    match l.text("blend") {
        "" | "normal" => json!({}),
        blend => json!({ "blend": blend }),
    }
}

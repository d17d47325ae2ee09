//! Versions, the time model, limits, constants and texts: what is judged before any index is followed.

use super::{Findings, MAX_ELEMENTS};
use crate::ir::*;
use crate::types::{Domain, MAX_SIDE, World};
use serde::de::IgnoredAny;

/// Rows of one table.
const MAX_ROWS: usize = 1 << 24;
/// Entries of all constant pools together.
const MAX_CONSTANTS: usize = 1 << 28;
/// Steps of one chain.
const MAX_STEPS: usize = 1024;
/// Operands of one combination.
const MAX_TERMS: usize = 1_000_000;
/// Entries of all cells together.
const MAX_STATE: u64 = 1 << 27;
/// Bytes of one text, and of all.
const MAX_TEXT: usize = 1 << 20;
const MAX_TEXTS: usize = 64 << 20;

pub(super) fn check(f: &mut Findings<'_>) {
    version(f);
    viewport(f);
    tables(f);
    rows(f);
    time_model(f);
    finite(f);
    constants(f);
    strings(f);
}

fn version(f: &mut Findings<'_>) {
    let p = f.program;
    for (pointer, version) in [
        ("/irVersion", p.ir_version),
        ("/formatVersion", p.format_version),
    ] {
        if version != VERSION {
            let found = crate::ir::json::unsupported(pointer, &version.to_string());
            f.list.push(found);
            return;
        }
    }
}

fn viewport(f: &mut Findings<'_>) {
    let viewport = &f.program.viewport;
    for (side, px) in [("width", viewport.width), ("height", viewport.height)] {
        if !(1..=MAX_SIDE).contains(&px) {
            let message = format!("{px} px; from 1 to {MAX_SIDE} are possible");
            f.at("ir-limit", format!("/viewport/{side}"), message);
        }
    }
}

fn tables(f: &mut Findings<'_>) {
    let p = f.program;
    let t = &p.tables;
    let c = &t.constants;
    let rows = [
        ("/types", p.types.len()),
        ("/tables/strings", t.strings.len()),
        ("/tables/constants/index", c.index.len()),
        ("/tables/graph/blocks", t.graph.blocks.len()),
        ("/tables/graph/slots", t.graph.slots.len()),
        ("/tables/graph/wires", t.graph.wires.len()),
        ("/tables/graph/buses", t.graph.buses.len()),
        ("/tables/graph/publishers", t.graph.publishers.len()),
        ("/tables/graph/listeners", t.graph.listeners.len()),
        ("/tables/graph/externals", t.graph.externals.len()),
        ("/tables/graph/defaults", t.graph.defaults.len()),
        ("/tables/graph/domains", t.graph.domains.len()),
        ("/tables/sig/nodes", t.sig.nodes.len()),
        ("/tables/event/nodes", t.event.nodes.len()),
        ("/tables/field/nodes", t.field.nodes.len()),
        ("/tables/transforms/chains", t.transforms.chains.len()),
        ("/tables/transforms/uses", t.transforms.uses.len()),
        ("/tables/transforms/curves", t.transforms.curves.len()),
        ("/tables/state/cells", t.state.cells.len()),
        ("/tables/materialize/requests", t.materialize.requests.len()),
        ("/tables/materialize/groups", t.materialize.groups.len()),
        ("/tables/render/sinks", t.render.sinks.len()),
        ("/tables/render/cameras", t.render.cameras.len()),
        ("/tables/render/meshes", t.render.meshes.len()),
        ("/tables/render/shapes", t.render.shapes.len()),
        ("/tables/render/effects", t.render.effects.len()),
        ("/schedule/steps", p.schedule.steps.len()),
        ("/outputs", p.outputs.len()),
    ];
    for (table, len) in rows {
        if len > MAX_ROWS {
            let message = format!("{len} rows; at most {MAX_ROWS} are allowed");
            f.at("ir-limit", table, message);
        }
    }
    let pools = [
        c.f64.len(),
        c.f32.len(),
        c.i32.len(),
        c.json.len(),
        c.paths.len(),
    ];
    let entries = pools
        .iter()
        .fold(0, |sum: usize, len| sum.saturating_add(*len));
    if entries > MAX_CONSTANTS {
        let message =
            format!("{entries} entries in all pools; at most {MAX_CONSTANTS} are allowed");
        f.at("ir-limit", "/tables/constants", message);
    }
    let entries = u64::from(t.state.f64_len) + u64::from(t.state.i32_len);
    if entries > MAX_STATE {
        let message = format!("{entries} entries of state; at most {MAX_STATE} are allowed");
        f.at("ir-limit", "/tables/state", message);
    }
}

fn rows(f: &mut Findings<'_>) {
    let t = &f.program.tables;
    for (i, domain) in t.graph.domains.iter().enumerate() {
        if domain.count > MAX_ELEMENTS {
            let message = format!(
                "{} elements; at most {MAX_ELEMENTS} are allowed",
                domain.count
            );
            f.add("ir-limit", "/tables/graph/domains", i, message);
        }
    }
    for (i, chain) in t.transforms.chains.iter().enumerate() {
        if chain.steps.len() > MAX_STEPS {
            let message = format!("more than {MAX_STEPS} steps");
            f.add("ir-limit", "/tables/transforms/chains", i, message);
        }
    }
    let mut terms = |table: &str, i: usize, len: usize| {
        if len > MAX_TERMS {
            let message = format!("{len} terms; at most {MAX_TERMS} are allowed");
            f.add("ir-limit", table, i, message);
        }
    };
    for (i, node) in t.sig.nodes.iter().enumerate() {
        if let SignalExpr::Combine { terms: list, .. } = &node.expr {
            terms("/tables/sig/nodes", i, list.len());
        }
    }
    for (i, node) in t.event.nodes.iter().enumerate() {
        if let EventExpr::Combine { terms: list, .. } = &node.expr {
            terms("/tables/event/nodes", i, list.len());
        }
    }
    for (i, node) in t.field.nodes.iter().enumerate() {
        if let FieldExpr::Combine { terms: list, .. } = &node.expr {
            terms("/tables/field/nodes", i, list.len());
        }
    }
}

fn time_model(f: &mut Findings<'_>) {
    let positive = |v: f64| v.is_finite() && v > 0.0;
    let ok = match &f.program.time_model {
        TimeModel::Finite {
            duration_ms,
            cue_points,
        } => {
            let sorted = cue_points.windows(2).all(|w| {
                w[0].t_ms
                    .total_cmp(&w[1].t_ms)
                    .then_with(|| w[0].id.cmp(&w[1].id))
                    .is_lt()
            });
            let inside = cue_points
                .iter()
                .all(|c| (0.0..=*duration_ms).contains(&c.t_ms));
            positive(*duration_ms) && sorted && inside
        }
        TimeModel::Cyclic { period_ms, .. } => positive(*period_ms),
        TimeModel::Infinite {
            window_ms,
            suggested_ui_window_ms,
            ambient_period_ms,
        } => {
            positive(*window_ms)
                && suggested_ui_window_ms.is_none_or(positive)
                && ambient_period_ms.is_none_or(positive)
        }
    };
    if !ok {
        let message =
            "durations and periods must be finite and above 0, cue points sorted and inside";
        f.at("ir-time", "/timeModel", message);
    }
}

/// Numbers outside the pools must be finite.
fn finite(f: &mut Findings<'_>) {
    let p = f.program;
    const MESSAGE: &str = "the number must be finite";
    if !p.viewport.background.iter().all(|v| v.is_finite()) {
        f.at("ir-schema", "/viewport/background", MESSAGE);
    }
    for (i, publisher) in p.tables.graph.publishers.iter().enumerate() {
        if !publisher.sort_key.is_finite() {
            f.add("ir-schema", "/tables/graph/publishers", i, MESSAGE);
        }
    }
    for (i, adapter) in p.tables.transforms.adapters.iter().enumerate() {
        if !adapter.cost.is_finite() {
            f.add("ir-schema", "/tables/transforms/adapters", i, MESSAGE);
        }
    }
}

fn constants(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/constants/index";
    let p = f.program;
    let c = &p.tables.constants;
    for (i, row) in c.index.iter().enumerate() {
        let Some(ty) = p.types.get(row.r#type.index()) else {
            f.add("ir-index", TABLE, i, "no such type");
            continue;
        };
        let pool = match row.pool {
            Pool::F64 => c.f64.len(),
            Pool::F32 => c.f32.len(),
            Pool::I32 => c.i32.len(),
            Pool::Json => c.json.len(),
            Pool::Paths => c.paths.len(),
        };
        let of_pool = match row.pool {
            Pool::F64 | Pool::F32 | Pool::I32 => ty.domain.lanes() > 0,
            Pool::Json => ty.domain == Domain::String,
            Pool::Paths => ty.domain == Domain::Path,
        };
        if ty.world != World::Scalar || !of_pool {
            let message = "the type is not that of a constant of this pool";
            f.add("ir-type", TABLE, i, message);
        }
        let one = matches!(row.pool, Pool::Json | Pool::Paths);
        if row.at as usize + row.len as usize > pool || (one && row.len != 1) {
            f.add("ir-const", TABLE, i, "the constant is outside its pool");
        }
        let lanes = ty.domain.lanes();
        if !one && !(row.len as usize).is_multiple_of(lanes) {
            f.add(
                "ir-const",
                TABLE,
                i,
                "no whole number of values of its type",
            );
        }
    }
    for (i, text) in c.json.iter().enumerate() {
        if serde_json::from_str::<IgnoredAny>(text).is_err() {
            let message = "the text is not JSON";
            f.add("ir-const", "/tables/constants/json", i, message);
        }
    }
    for (i, path) in c.paths.iter().enumerate() {
        if !path.is_well_formed() {
            let message = "the path is not well formed";
            f.add("ir-const", "/tables/constants/paths", i, message);
        }
    }
}

fn strings(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/strings";
    let strings = &f.program.tables.strings;
    for (i, pair) in strings.windows(2).enumerate() {
        if pair[0] >= pair[1] {
            let message = "strings are not sorted and unique";
            f.add("ir-duplicate-key", TABLE, i + 1, message);
        }
    }
    let mut all = 0;
    for (i, text) in strings.iter().enumerate() {
        all += text.len();
        if text.len() > MAX_TEXT {
            let message = format!(
                "a text of {} bytes; at most {MAX_TEXT} are allowed",
                text.len()
            );
            f.add("ir-limit", TABLE, i, message);
        }
    }
    if all > MAX_TEXTS {
        let message = format!("{all} bytes of texts; at most {MAX_TEXTS} are allowed");
        f.at("ir-limit", TABLE, message);
    }
}

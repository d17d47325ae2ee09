//! Cameras, meshes, outlines and effects: known kinds, known parameters of the right size, and sinks in
//! space that name them.

use super::Findings;
use super::expressions::is_value;
use crate::ir::{InputRef, ParamRow, Pool, ShapeRow, Sink, SinkKind};

/// Corners that a profile may be asked for.
const CORNERS: std::ops::RangeInclusive<f64> = 3.0..=4096.0;

pub(super) fn check(f: &mut Findings<'_>) {
    let render = &f.program.tables.render;
    for (i, sink) in render.sinks.iter().enumerate() {
        references(f, i, sink);
    }
    for (i, row) in render.cameras.iter().enumerate() {
        camera(f, i, row);
    }
    for (i, row) in render.meshes.iter().enumerate() {
        mesh(f, i, row);
    }
    for (i, row) in render.shapes.iter().enumerate() {
        shape(f, i, row);
    }
    for (i, row) in render.effects.iter().enumerate() {
        effect(f, i, row);
    }
}

/// Whether a parameter is a number of a signal or constant.
fn is_number(f: &Findings<'_>, from: InputRef) -> bool {
    let p = f.program;
    match from {
        InputRef::Sig(s) => {
            let ty = p.tables.sig.nodes[s.index()].r#type;
            p.types[ty.index()].domain.lanes() == 1
        }
        InputRef::Const(c) => is_value(f, c, Pool::F64, 1),
        _ => false,
    }
}

fn shape(f: &mut Findings<'_>, i: usize, row: &ShapeRow) {
    const TABLE: &str = "/tables/render/shapes";
    let fits = match row {
        ShapeRow::Circle | ShapeRow::Square | ShapeRow::Triangle => true,
        ShapeRow::Star { points, inner } => {
            CORNERS.contains(&f64::from(*points)) && is_number(f, *inner)
        }
        ShapeRow::Ring { inner } => is_number(f, *inner),
        ShapeRow::Path(c) => f.program.tables.constants.index[c.index()].pool == Pool::Paths,
    };
    if !fits {
        f.add("ir-sink", TABLE, i, "no such outline can be drawn");
    }
}

fn effect(f: &mut Findings<'_>, i: usize, row: &ParamRow) {
    let fits = |from| matches!(from, InputRef::Sig(_) | InputRef::Const(_));
    for param in row.params.iter().filter(|param| !fits(param.from)) {
        let name = &f.program.tables.strings[param.name.index()];
        let message = format!("`{name}` must be a signal or constant");
        f.add("ir-sink", "/tables/render/effects", i, message);
    }
}

fn references(f: &mut Findings<'_>, i: usize, sink: &Sink) {
    let space = matches!(sink.kind, SinkKind::Instances3d | SinkKind::Meshes3d);
    for input in sink.inputs.iter().filter(|_| space) {
        let fits = match f.program.tables.strings[input.name.index()].as_str() {
            "camera" => matches!(input.from, InputRef::Camera(_)),
            "mesh" => matches!(input.from, InputRef::Mesh(_)),
            _ => continue,
        };
        if !fits {
            let name = &f.program.tables.strings[input.name.index()];
            let message = format!("`{name}` must name a row of that table");
            f.add("ir-sink", "/tables/render/sinks", i, message);
        }
    }
}

fn camera(f: &mut Findings<'_>, i: usize, row: &ParamRow) {
    const TABLE: &str = "/tables/render/cameras";
    let p = f.program;
    let strings = &p.tables.strings;
    let lens = match strings[row.kind.index()].as_str() {
        "perspective" => "fov",
        "orthographic" => "orthoHeight",
        other => {
            let message = format!("`{other}` is no projection");
            return f.add("ir-sink", TABLE, i, message);
        }
    };
    for param in &row.params {
        let name = strings[param.name.index()].as_str();
        let wanted = match name {
            "position" | "target" | "up" => 3,
            "near" | "far" => 1,
            name if name == lens => 1,
            _ => {
                f.add("ir-sink", TABLE, i, format!("a camera has no `{name}`"));
                continue;
            }
        };
        let lanes = match param.from {
            InputRef::Sig(s) => {
                let ty = p.tables.sig.nodes[s.index()].r#type;
                p.types[ty.index()].domain.lanes()
            }
            InputRef::Const(c) => {
                let row = &p.tables.constants.index[c.index()];
                match row.pool {
                    Pool::F64 => row.len as usize,
                    _ => 0,
                }
            }
            _ => 0,
        };
        if lanes != wanted {
            let message = format!("`{name}` must be {wanted} numbers of a signal or constant");
            f.add("ir-sink", TABLE, i, message);
        }
    }
}

fn mesh(f: &mut Findings<'_>, i: usize, row: &ParamRow) {
    const TABLE: &str = "/tables/render/meshes";
    let strings = &f.program.tables.strings;
    let kind = strings[row.kind.index()].as_str();
    if !["circle", "ngon", "star", "path"].contains(&kind) {
        return f.add("ir-sink", TABLE, i, format!("`{kind}` is no profile"));
    }
    for param in &row.params {
        let name = strings[param.name.index()].as_str();
        let InputRef::Const(c) = param.from else {
            f.add("ir-sink", TABLE, i, format!("`{name}` must be a constant"));
            continue;
        };
        let constants = &f.program.tables.constants;
        let entry = &constants.index[c.index()];
        let number =
            (entry.pool == Pool::F64 && entry.len == 1).then(|| constants.f64[entry.at as usize]);
        let fits = match name {
            "radius" | "inner" => number.is_some_and(f64::is_finite),
            "depth" => number.is_some_and(|v| v.is_finite() && v > 0.0),
            "corners" => number.is_some_and(|v| CORNERS.contains(&v) && v.fract() == 0.0),
            "path" => entry.pool == Pool::Paths,
            "caps" => entry.pool == Pool::Json,
            _ => {
                f.add("ir-sink", TABLE, i, format!("a mesh has no `{name}`"));
                continue;
            }
        };
        if !fits {
            let message = format!("`{name}` is outside what a mesh can be made of");
            f.add("ir-sink", TABLE, i, message);
        }
    }
}

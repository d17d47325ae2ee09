//! Cameras, solids, outlines and effects: known kinds with known parameters of the right shape.

use super::signatures::{self, CORNERS, Slot};
use super::{Findings, inputs};
use crate::ir::{InputRef, ParamRow, Pool, ShapeRow};

pub(super) fn check(f: &mut Findings<'_>) {
    let render = &f.program.tables.render;
    for (i, row) in render.cameras.iter().enumerate() {
        let takes = signatures::camera(word(f, row));
        known(f, "/tables/render/cameras", i, row, takes.as_deref());
    }
    for (i, row) in render.meshes.iter().enumerate() {
        let takes = signatures::mesh(word(f, row));
        known(f, "/tables/render/meshes", i, row, takes);
    }
    for (i, row) in render.effects.iter().enumerate() {
        let takes = signatures::effect(word(f, row));
        known(f, "/tables/render/effects", i, row, takes);
    }
    for (i, row) in render.shapes.iter().enumerate() {
        shape(f, i, row);
    }
}

/// What kind of camera, solid or effect a row is.
fn word<'p>(f: &Findings<'p>, row: &ParamRow) -> &'p str {
    &f.program.tables.strings[row.kind.index()]
}

fn known(f: &mut Findings<'_>, table: &str, i: usize, row: &ParamRow, takes: Option<&[Slot]>) {
    match takes {
        Some(takes) => inputs::check(f, table, i, &row.params, takes),
        None => {
            let message = format!("there is no kind `{}`", word(f, row));
            f.add("ir-sink", table, i, message);
        }
    }
}

fn shape(f: &mut Findings<'_>, i: usize, row: &ShapeRow) {
    let p = f.program;
    let number = |from: InputRef| inputs::is_value(p, from, 1);
    let fits = match row {
        ShapeRow::Circle | ShapeRow::Square | ShapeRow::Triangle => true,
        ShapeRow::Star { points, inner } => CORNERS.contains(&f64::from(*points)) && number(*inner),
        ShapeRow::Ring { inner } => number(*inner),
        ShapeRow::Path(c) => p.tables.constants.index[c.index()].pool == Pool::Paths,
    };
    if !fits {
        let message = "no such outline can be drawn";
        f.add("ir-sink", "/tables/render/shapes", i, message);
    }
}

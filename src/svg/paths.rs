//! Passes of outlines and lines: one `<path>` a row, with its numbers worked out.
//!
//! In: a [`Paths2d`] or [`Strokes2d`] pass. Out: its rows in order; caps, joins and dashes, which all rows
//! share, stand on the pass.

use super::document::{Pen, Place, mix};
use super::look::Shared;
use super::text::{Text, path};
use crate::math::affine::{Affine, Turn};
use crate::render_tree::rows::{Look, Row};
use crate::render_tree::{
    Blend, Cap, FillRule, Ids, Join, PathData, Paths2d, Source, StrokeStyle, Strokes2d,
};

/// Filled and stroked outlines.
pub(super) fn write_paths(pen: &mut Pen, pass: &Paths2d, place: &Place) {
    let look = Look {
        fill: Some(&pass.rgba),
        stroke_width: &pass.stroke_width,
        width_unit: pen.width_unit(&pass.style, place),
        stroke: &pass.stroke_rgba,
    };
    let count = pass.count as usize;
    let shared = Shared::of_rows(&look, count);
    pen.body.begin("g");
    let base = pen.identify(&pass.sink);
    shared.write(pen.body);
    if pass.fill_rule == FillRule::Evenodd {
        pen.body.attribute("fill-rule", "evenodd");
    }
    let mut rows = Rows {
        base: &base,
        ids: &pass.ids,
        element: pass.element.as_ref().map(|list| list.as_slice()),
        faces: (pass.source == Source::Meshes3d).then(Vec::new),
        shared: &shared,
        blend: pass.blend,
    };
    if (0..count).any(|i| look.row(i).stroke.is_some()) {
        stroke_style(pen.body, &pass.style);
    }
    if count == 0 {
        return pen.body.empty();
    }
    pen.body.open();
    for i in 0..count {
        let Some(data) = pass.paths.get(pass.path_of.at(i) as usize) else {
            continue;
        };
        let turn = Turn::new(pass.rotation.at(i));
        let map = Affine::place(f64::from(pass.scale.at(i)), turn, pass.pos.at(i));
        rows.write(pen, i, &look.row(i), data, &map);
    }
    pen.body.close("g");
}

/// Lines.
pub(super) fn write_strokes(pen: &mut Pen, pass: &Strokes2d) {
    let look = Look {
        fill: None,
        stroke_width: &pass.stroke_width,
        width_unit: 1.0,
        stroke: &pass.stroke_rgba,
    };
    let count = pass.count as usize;
    let shared = Shared::of_rows(&look, count);
    pen.body.begin("g");
    let base = pen.identify(&pass.sink);
    shared.write(pen.body);
    stroke_style(pen.body, &pass.style);
    if count == 0 {
        return pen.body.empty();
    }
    pen.body.open();
    let mut rows = Rows {
        base: &base,
        ids: &pass.ids,
        element: pass.element.as_ref().map(|list| list.as_slice()),
        faces: None,
        shared: &shared,
        blend: pass.blend,
    };
    for i in 0..count {
        if let Some(data) = pass.paths.get(pass.path_of.at(i) as usize) {
            rows.write(pen, i, &look.row(i), data, &Affine::IDENTITY);
        }
    }
    pen.body.close("g");
}

/// What the rows of a pass have in common.
struct Rows<'a> {
    base: &'a str,
    ids: &'a Ids,
    element: Option<&'a [u32]>,
    /// Where an element has many rows, as the faces of a solid: how many came so far.
    faces: Option<Vec<u32>>,
    shared: &'a Shared,
    blend: Blend,
}

impl Rows<'_> {
    /// Fill and stroke of one element are blended one after the other, as two elements of SVG unless
    /// that makes no difference.
    fn write(&mut self, pen: &mut Pen, i: usize, row: &Row, data: &PathData, map: &Affine) {
        pen.body.begin("path");
        self.identify(pen, i);
        if self.blend == Blend::Normal || row.fill.is_none() || row.stroke.is_none() {
            return self.finish(pen, row, data, map);
        }
        let fill = Row {
            stroke: None,
            width: 0.0,
            ..*row
        };
        self.finish(pen, &fill, data, map);
        pen.body.begin("path");
        self.finish(pen, &Row { fill: None, ..*row }, data, map);
    }

    fn identify(&mut self, pen: &mut Pen, i: usize) {
        let element = self.element.map_or(i as u32, |list| list[i]);
        let Some(faces) = &mut self.faces else {
            return pen.element_id(self.base, self.ids, element, None);
        };
        let at = element as usize;
        if faces.len() <= at {
            faces.resize(at + 1, 0);
        }
        pen.element_id(self.base, self.ids, element, Some(faces[at]));
        faces[at] += 1;
    }

    fn finish(&self, pen: &mut Pen, row: &Row, data: &PathData, map: &Affine) {
        pen.body.name("d");
        path(&mut pen.body.out, data, map);
        pen.body.quote();
        self.shared.write_row(pen.body, row);
        pen.body.style(&[], mix(self.blend).as_slice());
        pen.body.empty();
    }
}

/// Caps, joins and dashes, where they are not what SVG takes anyway.
pub(super) fn stroke_style(text: &mut Text, style: &StrokeStyle) {
    match style.cap {
        Cap::Butt => {}
        Cap::Round => text.attribute("stroke-linecap", "round"),
        Cap::Square => text.attribute("stroke-linecap", "square"),
    }
    match style.join {
        Join::Miter if style.miter_limit != 4.0 => {
            text.number("stroke-miterlimit", f64::from(style.miter_limit).max(1.0));
        }
        Join::Miter => {}
        Join::Round => text.attribute("stroke-linejoin", "round"),
        Join::Bevel => text.attribute("stroke-linejoin", "bevel"),
    }
    let valid = |length: &f32| length.is_finite() && *length >= 0.0;
    let sum: f64 = style.dash.iter().map(|&length| f64::from(length)).sum();
    if style.dash.iter().all(valid) && sum > 0.0 {
        text.numbers(
            "stroke-dasharray",
            style.dash.iter().map(|&length| f64::from(length)),
        );
        if style.dash_offset != 0.0 {
            text.number("stroke-dashoffset", f64::from(style.dash_offset));
        }
    }
}

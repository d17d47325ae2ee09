//! `RenderStrokes2D`: lines through the elements.

use super::columns::{column, drawn, filed, paint};
use super::style::{CAPS, DASH, JOINS, dash, put, put_unless};
use super::{BLEND, RENDER, SINK, Z, blend_params};
use crate::blocks::definition::Hard;
use crate::blocks::{Block, Input, Lowering, SinkSpec, Value};
use crate::ir::{Format, MAX_LINE, SinkKind};

/// Lines.
pub(in crate::blocks) static RENDER_STROKES_2D: Block = Block {
    name: "RenderStrokes2D",
    aliases: &["RenderStrokes"],
    summary: "lines through the elements",
    details: "A line through the elements in index order, or one through every `groupSize` of them \
              (the last may be shorter). If width, colour and opacity are signals, each line is one \
              stroke. Otherwise each piece from element i to i + 1 is a stroke of its own with the \
              values of element i. A line of one element is a dot, unless the caps are butt.\n\n\
              `smooth`: Catmull–Rom as cubics with the control points \
              Pᵢ + (Pᵢ₊₁ − Pᵢ₋₁)/6 and Pᵢ₊₁ − (Pᵢ₊₂ − Pᵢ)/6; an open line repeats its ends.\n\n\
              An element without a position is not drawn. An element whose position, width, colour \
              or opacity is not finite is counted, and the line goes on without it.",
    inputs: &[
        Input::domain("domain", 100.0, "the elements"),
        Input::vec2("positions", [0.0, 0.0], "where the line goes through")
            .field()
            .unit("px"),
        Input::number("width", 2.0, "width of the line; ≤ 0 draws none")
            .field()
            .unit("px"),
        Input::color("color", "#ffffff", "colour of the line").field(),
        Input::number("opacity", 1.0, "factor of the alpha, clamped to 0…1")
            .field()
            .range(0.0, 1.0),
        Input::boolean("closed", false, "whether a line returns to its start"),
        Input::number(
            "groupSize",
            0.0,
            "elements of a line, floor(); 0 = all in one line",
        )
        .constant()
        .hard(Hard::AtLeast(0.0)),
        Input::boolean("smooth", false, "curves in place of straight pieces"),
        Input::options("cap", CAPS, "round", "ends of the line and of dashes"),
        Input::options("join", JOINS, "round", "corners"),
        DASH,
        BLEND,
        Z,
    ],
    outputs: &[RENDER],
    lower: strokes,
    ..SINK
};

fn strokes(l: &mut Lowering<'_>) {
    let over = drawn(l, "positions");
    let opacity = column(l, "opacity", over);
    let columns = vec![
        filed(
            "pos",
            "positions",
            column(l, "positions", over),
            Format::F32x2,
        ),
        filed("width", "width", column(l, "width", over), Format::F32),
        filed(
            "color",
            "color",
            paint(l, "color", opacity, over),
            Format::U8x4,
        ),
    ];
    let count = l.build.count(over);
    // A size beyond the count is as good as none.
    let group = match l.number("groupSize").floor() {
        size if size >= 1.0 && size < f64::from(count) => size as u32,
        _ => 0,
    };
    let in_pieces = columns[1..]
        .iter()
        .any(|c| l.build.field_over(c.field).is_some());
    let longest = if group == 0 { count } else { group };
    if !in_pieces && longest > MAX_LINE {
        let message = format!(
            "`{}` draws a line through {longest} elements; at most {MAX_LINE} are possible",
            l.id
        );
        let hint = format!("draw several lines: `\"groupSize\": {MAX_LINE}` or less");
        l.error("path-too-large", "groupSize", message, hint);
    }
    let mut params = blend_params(l);
    for name in ["closed", "smooth"] {
        if l.number(name) > 0.5 {
            put(&mut params, name, true);
        }
    }
    if group > 0 {
        put(&mut params, "groupSize", group);
    }
    put_unless(l, &mut params, "cap", "butt");
    put_unless(l, &mut params, "join", "miter");
    dash(l, &mut params);
    let z = l.signal("z");
    let pass = SinkSpec {
        key: String::new(),
        kind: SinkKind::Strokes2d,
        domain: Some(over),
        columns,
        inputs: Vec::new(),
        params,
        z,
        children: Vec::new(),
    };
    let pass = l.sink("", pass);
    l.out("render", Value::Sink(pass));
}

//! `RenderPaths2D`: an outline per element, filled, then stroked.

use super::columns::{column, drawn, filed, is_constant, paint};
use super::style::{CAP, DASH, JOIN, dash, put, put_unless};
use super::{BLEND, RENDER, SINK, Z, blend_params};
use crate::blocks::definition::Hard;
use crate::blocks::rows::Row;
use crate::blocks::{Block, Input, Lowering, SinkSpec, Value};
use crate::ir::{Format, SinkKind};

/// Outlines.
pub(in crate::blocks) static RENDER_PATHS_2D: Block = Block {
    name: "RenderPaths2D",
    aliases: &["RenderPaths"],
    summary: "an outline per element, filled and stroked",
    details: "The elements of `domain` in index order, later ones on top: first the fill, then the \
              stroke. An outline is scaled, then turned, both about its own origin, then moved; the \
              stroke width is not scaled. Open subpaths are filled as if closed and stroked as they \
              are. The pattern of a dash starts anew at each subpath; an odd list is used twice.\n\n\
              A field over fewer elements gives its default to the others; without a position an \
              element is not drawn. An element whose outline, position, rotation, scale, colour, \
              opacity or width is not finite is not drawn and is counted.",
    inputs: &[
        Input::domain("domain", 1.0, "the elements"),
        Input::path(
            "paths",
            "M100 100 L200 100 L200 200 L100 200 Z",
            "the outline",
        )
        .field(),
        Input::color("fillColor", "#ffffff", "fill").field(),
        Input::color("strokeColor", "#000000", "colour of the line").field(),
        Input::number(
            "strokeWidth",
            1.0,
            "width of the line, centred on the outline; ≤ 0 draws none",
        )
        .field()
        .unit("px"),
        Input::number(
            "opacity",
            1.0,
            "factor of the alpha of fill and stroke, clamped to 0…1",
        )
        .field()
        .range(0.0, 1.0),
        Input::vec2("positions", [0.0, 0.0], "moves the outline")
            .field()
            .unit("px"),
        Input::number("rotation", 0.0, "about the outline's origin")
            .field()
            .unit("rad"),
        Input::number("scale", 1.0, "about the outline's origin").field(),
        Input::options(
            "fillRule",
            &["nonzero", "evenodd"],
            "nonzero",
            "which parts are inside",
        ),
        CAP,
        JOIN,
        Input::number(
            "miterLimit",
            4.0,
            "length of a pointed corner over the width, beyond which it is cut off",
        )
        .constant()
        .hard(Hard::AtLeast(1.0)),
        DASH,
        BLEND,
        Z,
    ],
    outputs: &[RENDER],
    lower: paths,
    ..SINK
};

fn paths(l: &mut Lowering<'_>) {
    let over = drawn(l, "positions");
    let opacity = column(l, "opacity", over);
    let fill = paint(l, "fillColor", opacity, over);
    let mut columns = vec![
        filed("path", "paths", column(l, "paths", over), Format::Path),
        filed("fillColor", "fillColor", fill, Format::U8x4),
    ];
    let width = column(l, "strokeWidth", over);
    let stroked = !width.is(l, 0.0);
    if stroked {
        let color = paint(l, "strokeColor", opacity, over);
        columns.push(filed("strokeColor", "strokeColor", color, Format::U8x4));
        columns.push(filed("strokeWidth", "strokeWidth", width, Format::F32));
    }
    let positions = column(l, "positions", over);
    if !is_constant(l, positions, &[0.0, 0.0]) {
        columns.push(filed("pos", "positions", positions, Format::F32x2));
    }
    for (name, neutral) in [("rotation", 0.0), ("scale", 1.0)] {
        let row = column(l, name, over);
        if !row.is(l, neutral) {
            columns.push(filed(name, name, row, Format::F32));
        }
    }
    let mut params = blend_params(l);
    put_unless(l, &mut params, "fillRule", "nonzero");
    if stroked {
        put_unless(l, &mut params, "cap", "butt");
        put_unless(l, &mut params, "join", "miter");
        let limit = l.number("miterLimit");
        if limit != 4.0 {
            put(&mut params, "miterLimit", limit);
        }
        dash(l, &mut params);
    }
    let z = l.signal("z");
    let pass = SinkSpec {
        key: String::new(),
        kind: SinkKind::Paths2d,
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

//! `RenderInstances2D`: one shape per element, from a table or an outline per element.

use super::columns::{column, drawn, filed, paint};
use super::{BLEND, RENDER, SINK, Z, blend_params, effect};
use crate::blocks::rows::{Lane, Row};
use crate::blocks::{Block, Input, Lowering, SinkSpec, Value};
use crate::ir::{DomainId, FieldExpr, Format, InputRef, Op, ShapeId, ShapeRow, SinkId, SinkKind};
use serde_json::json;

/// Corners of a star that are still drawn.
const MAX_POINTS: f64 = 4096.0;

/// One shape per element.
pub(in crate::blocks) static RENDER_INSTANCES_2D: Block = Block {
    name: "RenderInstances2D",
    aliases: &["RenderInstances"],
    summary: "one shape per element",
    details: "The elements of `domain` in index order, later ones on top. Outlines at radius 1: \
              circle; square with corners (±1, ±1); triangle with corners at −90°, 30°, 150°; star \
              with 2·points corners at radius 1 and `inner` in turn, the first at −90°; ring between \
              radius 1 and `inner`; path as given. They are scaled by the radius, rotated, moved, \
              filled, then stroked (miter joins with limit 4, butt caps).\n\n\
              A field over fewer elements gives its default to the others; without a position an \
              element is not drawn. An element whose position, radius, rotation, colour, opacity or \
              width is not finite, or whose radius is negative, is not drawn and is counted.\n\n\
              Blend of s onto d, premultiplied: normal s + d(1 − sₐ); add min(1, s + d); multiply \
              s·d + s(1 − dₐ) + d(1 − sₐ); screen s + d − s·d.\n\n\
              Glow: the elements are drawn into a layer; a copy of it, blurred with the standard \
              deviation 10·max(0, glowIntensity) px, is put below it.",
    inputs: &[
        Input::domain("domain", 100.0, "the elements"),
        Input::vec2("positions", [0.0, 0.0], "centre")
            .field()
            .unit("px"),
        Input::number("radius", 5.0, "half the extent of the shape")
            .field()
            .range(1.0, 50.0)
            .unit("px"),
        Input::color("color", "#ffffff", "fill").field(),
        Input::number(
            "opacity",
            1.0,
            "factor of the alpha of fill and stroke, clamped to 0…1",
        )
        .field()
        .range(0.0, 1.0),
        Input::number("rotation", 0.0, "about the centre")
            .field()
            .unit("rad"),
        Input::options(
            "shape",
            &["circle", "square", "triangle", "star", "ring", "path"],
            "circle",
            "outline",
        ),
        Input::path(
            "shapePath",
            "",
            "outline in units of the radius; when connected it wins over `shape`",
        )
        .field(),
        Input::number("points", 5.0, "corners of the star, max(3, floor())").constant(),
        Input::number(
            "inner",
            0.5,
            "inner radius of star and ring, clamped to 0.05…0.95",
        ),
        Input::color("strokeColor", "transparent", "colour of the outline").field(),
        Input::number(
            "strokeWidth",
            0.0,
            "width of the outline, centred on it; ≤ 0 draws none",
        )
        .field()
        .unit("px"),
        BLEND,
        Z,
        Input::boolean("glow", false, "whether the elements glow"),
        Input::number("glowIntensity", 2.0, "size of the glow").range(0.0, 5.0),
    ],
    outputs: &[RENDER],
    lower: instances,
    ..SINK
};

fn instances(l: &mut Lowering<'_>) {
    let drawn = drawn(l, "positions");
    let stroked = l.bound("strokeWidth").given || l.bound("strokeColor").given;
    let opacity = column(l, "opacity", drawn);
    let mut columns = vec![
        filed(
            "pos",
            "positions",
            column(l, "positions", drawn),
            Format::F32x2,
        ),
        filed("size", "radius", column(l, "radius", drawn), Format::F32),
        filed(
            "color",
            "color",
            paint(l, "color", opacity, drawn),
            Format::U8x4,
        ),
    ];
    let rotation = column(l, "rotation", drawn);
    if !Row::is(rotation, l, 0.0) {
        columns.push(filed("rotation", "rotation", rotation, Format::F32));
    }
    let mut inputs = Vec::new();
    match outline(l, drawn) {
        Outline::Circle => {}
        Outline::Shape(shape) => inputs.push(("shape", InputRef::Shape(shape))),
        Outline::Column(path) => columns.push(filed("path", "shapePath", path, Format::Path)),
    }
    if stroked {
        let width = column(l, "strokeWidth", drawn);
        columns.push(filed("strokeWidth", "strokeWidth", width, Format::F32));
        let color = paint(l, "strokeColor", opacity, drawn);
        columns.push(filed("strokeColor", "strokeColor", color, Format::U8x4));
    }
    let z = l.signal("z");
    let pass = SinkSpec {
        key: String::new(),
        kind: SinkKind::Instances2d,
        domain: Some(drawn),
        columns,
        inputs,
        params: blend_params(l),
        z,
        children: Vec::new(),
    };
    let pass = l.sink("", pass);
    let render = match l.number("glow") > 0.5 {
        true => glowing(l, pass),
        false => pass,
    };
    l.out("render", Value::Sink(render));
}

/// What the elements look like.
enum Outline {
    Circle,
    Shape(ShapeId),
    Column(Lane),
}

fn outline(l: &mut Lowering<'_>, drawn: DomainId) -> Outline {
    let inner = l.signal("inner");
    let row = match l.text("shape") {
        "path" => {
            let outline = path_outline(l, drawn);
            if l.bound("shapePath").value == Value::None || is_empty(l, &outline) {
                let message = format!("`{}` draws a path, but has none", l.id);
                let hint = "write path data in `params.shapePath`, or connect a path to it";
                l.error("missing-input", "shapePath", message, hint.to_owned());
            }
            return outline;
        }
        _ if l.bound("shapePath").given => return path_outline(l, drawn),
        "square" => ShapeRow::Square,
        "triangle" => ShapeRow::Triangle,
        "star" => ShapeRow::Star {
            points: points(l),
            inner: InputRef::Sig(inner),
        },
        "ring" => ShapeRow::Ring {
            inner: InputRef::Sig(inner),
        },
        _ => return Outline::Circle,
    };
    Outline::Shape(shape(l, row))
}

fn path_outline(l: &mut Lowering<'_>, drawn: DomainId) -> Outline {
    let path = column(l, "shapePath", drawn);
    match l.build.tables.field.nodes[path.0.index()].expr {
        FieldExpr::Const(path) => Outline::Shape(shape(l, ShapeRow::Path(path))),
        _ => Outline::Column(path),
    }
}

/// Whether an outline is a path of nothing.
fn is_empty(l: &Lowering<'_>, outline: &Outline) -> bool {
    let Outline::Shape(shape) = outline else {
        return false;
    };
    let ShapeRow::Path(path) = &l.build.tables.render.shapes[shape.index()] else {
        return false;
    };
    let constants = &l.build.tables.constants;
    let at = constants.index[path.index()].at as usize;
    constants
        .paths
        .get(at)
        .is_none_or(|path| path.cmds.is_empty())
}

fn points(l: &mut Lowering<'_>) -> u32 {
    let points = l.number("points").floor().max(3.0);
    if points <= MAX_POINTS {
        return points as u32;
    }
    let message = format!("a star of {points} corners is more than a star");
    let hint = format!("use at most {MAX_POINTS} corners, or the shape `circle`");
    l.error("bad-range", "points", message, hint);
    3
}

fn shape(l: &mut Lowering<'_>, row: ShapeRow) -> ShapeId {
    let shapes = &mut l.build.tables.render.shapes;
    let at = shapes.iter().position(|s| *s == row).unwrap_or_else(|| {
        shapes.push(row);
        shapes.len() - 1
    });
    ShapeId::at(at)
}

/// The sink inside a glow of its own colours.
fn glowing(l: &mut Lowering<'_>, inside: SinkId) -> SinkId {
    let (intensity, zero, ten) = (l.signal("glowIntensity"), l.num(0.0), l.num(10.0));
    let positive = l.op(Op::Max, &[zero, intensity]);
    let sigma = l.mul(ten, positive);
    let gain = l.num(1.0);
    let mode = l.build.const_text("under");
    let params = [
        ("sigma", InputRef::Sig(sigma)),
        ("gain", InputRef::Sig(gain)),
        ("mode", InputRef::Const(mode)),
    ];
    let effect = effect(l, "glow", "glow", &params);
    let z = l.signal("z");
    let glow = SinkSpec {
        key: String::new(),
        kind: SinkKind::Postfx,
        domain: None,
        columns: Vec::new(),
        inputs: vec![("effect", InputRef::Effect(effect))],
        params: json!({}),
        z,
        children: vec![(inside, 0)],
    };
    l.sink("glow", glow)
}

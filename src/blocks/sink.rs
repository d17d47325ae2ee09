//! Sinks: blocks that draw one element after the other.
//!
//! A sink asks for columns over one domain. A field over fewer elements is completed with the input's
//! default; where the position is missing the element does not exist, so the sink draws over a shorter
//! domain rather than over elements that would paint nothing.

use super::rows::Lane;
use super::{Block, Column, Default, Family, Input, Lowering, Output, SinkSpec, Value};
use crate::ir::{
    Capability, ConstId, DomainId, FieldExpr, Format, InputRef, Op, ParamRow, ShapeId, ShapeRow,
    SinkId, SinkInput, SinkKind,
};
use crate::types::Domain;
use serde_json::json;

const SINK: Block = Block {
    family: Family::Sink,
    capability: Capability::Render,
    ..Block::PLAIN
};

const RENDER: Output = Output::special("render", Domain::RenderTree, "what is drawn");

/// Words of `blend`.
pub(super) const BLENDS: &[&str] = &["normal", "add", "multiply", "screen"];

/// The input `blend`.
pub(super) const BLEND: Input = Input::options(
    "blend",
    BLENDS,
    "normal",
    "how an element meets what lies below it",
);

/// The input `z`.
pub(super) const Z: Input = Input::number("z", 0.0, "order among sinks, larger on top");

/// Corners of a star that are still drawn.
const MAX_POINTS: f64 = 4096.0;

/// One shape per element.
pub(super) static RENDER_INSTANCES_2D: Block = Block {
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
    if !super::rows::Row::is(rotation, l, 0.0) {
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

/// The domain that is drawn: the elements of `domain` that have a position.
fn drawn(l: &mut Lowering<'_>, positions: &str) -> DomainId {
    let domain = l.domain("domain");
    warn_short_fields(l, domain);
    let field = l.field(positions);
    match l.build.field_over(field.0) {
        Some(over) => {
            let count = l.build.count(over);
            l.shortened(domain, count, "drawn")
        }
        None => domain,
    }
}

/// Says which fields do not reach all elements.
fn warn_short_fields(l: &mut Lowering<'_>, domain: DomainId) {
    let elements = l.build.count(domain);
    for input in l.block.inputs {
        let Value::Field(field) = l.bound(input.name).value else {
            continue;
        };
        let Some(over) = l.build.field_over(field) else {
            continue;
        };
        let count = l.build.count(over);
        if count < elements {
            let message = format!(
                "`{}` reads {count} elements at `{}`, but draws {elements}",
                l.id, input.name
            );
            let hint = match input.name {
                "positions" => "elements without a position are not drawn".to_owned(),
                _ => "the others get the default".to_owned(),
            };
            l.warning("field-size-mismatch", input.name, message, hint);
        }
    }
}

/// An input over the drawn domain, completed with its default.
fn column(l: &mut Lowering<'_>, port: &str, drawn: DomainId) -> Lane {
    let field = l.field(port);
    let missing = missing(l, port);
    Lane(l.build.on_domain(field.0, drawn, &missing))
}

/// The default of an input, as lanes.
fn missing(l: &Lowering<'_>, port: &str) -> Vec<f32> {
    let Some((_, input)) = l.block.input(port) else {
        return Vec::new();
    };
    match input.default {
        Default::Number(v) => vec![v as f32],
        Default::Vec2(v) => v.map(|x| x as f32).to_vec(),
        Default::Vec3(v) => v.map(|x| x as f32).to_vec(),
        Default::Color("#ffffff") => vec![1.0; 4],
        Default::Color("#000000") => vec![0.0, 0.0, 0.0, 1.0],
        _ => vec![0.0; input.domain.lanes()],
    }
}

/// A colour with the opacity in its alpha.
fn paint(l: &mut Lowering<'_>, port: &str, opacity: Lane, drawn: DomainId) -> Lane {
    let color = column(l, port, drawn);
    match super::rows::Row::is(opacity, l, 1.0) {
        true => color,
        false => l.op(Op::MulAlpha, &[color, opacity]),
    }
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
        _ if l.bound("shapePath").given => return path_outline(l, drawn),
        "path" => return path_outline(l, drawn),
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
    let path = l.field("shapePath");
    match constant_path(l, path) {
        Some(path) => Outline::Shape(shape(l, ShapeRow::Path(path))),
        None => Outline::Column(Lane(l.build.on_domain(path.0, drawn, &[]))),
    }
}

fn constant_path(l: &Lowering<'_>, path: Lane) -> Option<ConstId> {
    match l.build.tables.field.nodes[path.0.index()].expr {
        FieldExpr::Const(path) => Some(path),
        _ => None,
    }
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

/// A row of the effect table, keyed `block/port`.
pub(super) fn effect(
    l: &mut Lowering<'_>,
    port: &str,
    kind: &str,
    params: &[(&str, InputRef)],
) -> crate::ir::EffectId {
    let key = l.build.text(&format!("{}/{port}", l.id));
    let kind = l.build.text(kind);
    let params = params
        .iter()
        .map(|&(name, from)| SinkInput {
            name: l.build.text(name),
            from,
        })
        .collect();
    let effects = &mut l.build.tables.render.effects;
    let id = crate::ir::EffectId::at(effects.len());
    effects.push(ParamRow { key, kind, params });
    id
}

/// Static parameters of a sink with a blend mode.
fn blend_params(l: &Lowering<'_>) -> serde_json::Value {
    match l.text("blend") {
        "" | "normal" => json!({}),
        blend => json!({ "blend": blend }),
    }
}

fn filed(name: &'static str, port: &'static str, row: Lane, format: Format) -> Column {
    Column {
        name,
        port,
        field: row.0,
        format,
    }
}

/// Opaque black in place of the background.
pub(super) static RENDER_2D_CANVAS: Block = Block {
    name: "Render2dCanvas",
    family: Family::Other,
    summary: "opaque black in place of the background",
    details: "Clears the whole image to opaque black before everything else is drawn. Several give \
              the same result as one. Alone it is no drawing.",
    lower: |l| {
        let black = l.build.const_f64(Domain::Color, &[0.0, 0.0, 0.0, 1.0]);
        let lowest = l.num(f64::NEG_INFINITY);
        let clear = SinkSpec {
            key: String::new(),
            kind: SinkKind::Clear,
            domain: None,
            columns: Vec::new(),
            inputs: vec![("color", InputRef::Const(black))],
            params: json!({}),
            z: lowest,
            children: Vec::new(),
        };
        l.sink("", clear);
    },
    ..SINK
};

/// Values to look at.
pub(super) static DEBUG_DISPLAY: Block = Block {
    name: "DebugDisplay",
    family: Family::Other,
    capability: Capability::Io,
    summary: "values to look at with `oscilla probe`",
    details: "Draws nothing. Whatever is connected can be probed at this block's inputs; of a field \
              the first five elements are shown. The output has no effect.",
    inputs: &[
        Input::number("signal", 0.0, "a number").defaulting(Default::None),
        Input::phase("phase", 0.0, "a phase").defaulting(Default::None),
        Input::number("field", 0.0, "a number per element")
            .field()
            .defaulting(Default::None),
        Input::domain("domain", 0.0, "elements").defaulting(Default::None),
        Input::text("label", "", "a name for the reader"),
        Input::number("posX", 0.0, "place in an editor; no effect").constant(),
        Input::number("posY", 0.0, "place in an editor; no effect").constant(),
    ],
    outputs: &[Output::special("debug", Domain::String, "no effect")],
    ..SINK
};

//! `RenderInstances3D`: discs in space, as a camera sees them.

use super::camera::{CAMERA_INPUT, camera};
use super::columns::{column, drawn, filed, paint};
use super::{BLEND, RENDER, SINK, Z, blend_params};
use crate::blocks::{Block, Default, Input, Lowering, SinkSpec, Value};
use crate::ir::{Format, SinkKind};
use serde_json::json;

/// Discs in space.
pub(in crate::blocks) static RENDER_INSTANCES_3D: Block = Block {
    name: "RenderInstances3D",
    summary: "one disc in space per element",
    details: "The elements of `domain`, seen by `camera`, as circles that face the viewer, the \
              farthest first and equally far ones in index order. An element is left out if its \
              centre is outside the picture or not between the near and the far plane; that is \
              counted, but no fault. With `sizeMode` px a circle has its radius everywhere; with \
              world the radius is a length in space and distance makes it small.\n\n\
              A field over fewer elements gives its default to the others; without a position an \
              element is not drawn. An element whose position, radius, colour or opacity is not \
              finite, or whose radius is negative, is not drawn and is counted. All of it is \
              computed in f64 and rounded once.",
    inputs: &[
        Input::domain("domain", 100.0, "the elements"),
        Input::vec3("positions3d", [0.0; 3], "centre")
            .field()
            .defaulting(Default::Required),
        Input::color("color", "#ffffff", "fill").field(),
        Input::number("radius", 5.0, "radius, in px or in units of space").field(),
        Input::number(
            "opacity",
            1.0,
            "factor of the alpha of the fill, clamped to 0…1",
        )
        .field()
        .range(0.0, 1.0),
        CAMERA_INPUT,
        Input::options(
            "sizeMode",
            &["px", "world"],
            "px",
            "what the radius is measured in",
        ),
        Z,
        BLEND,
    ],
    outputs: &[RENDER],
    lower: instances,
    ..SINK
};

fn instances(l: &mut Lowering<'_>) {
    let drawn = drawn(l, "positions3d");
    let opacity = column(l, "opacity", drawn);
    let position = column(l, "positions3d", drawn);
    let radius = column(l, "radius", drawn);
    let color = paint(l, "color", opacity, drawn);
    let columns = vec![
        filed("pos", "positions3d", position, Format::F32x3),
        filed("size", "radius", radius, Format::F32),
        filed("color", "color", color, Format::U8x4),
    ];
    let mut params = blend_params(l);
    if l.text("sizeMode") == "world" {
        params["sizeMode"] = json!("world");
    }
    let camera = camera(l);
    let pass = SinkSpec {
        key: String::new(),
        kind: SinkKind::Instances3d,
        domain: Some(drawn),
        columns,
        inputs: vec![("camera", camera)],
        params,
        z: l.signal("z"),
        children: Vec::new(),
    };
    let pass = l.sink("", pass);
    l.out("render", Value::Sink(pass));
}

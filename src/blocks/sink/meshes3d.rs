//! `RenderMeshes3D`: extruded solids in space, as a camera sees them.

use super::camera::{CAMERA_INPUT, camera};
use super::columns::{column, drawn, filed, paint};
use super::{RENDER, SINK, Z, param_row};
use crate::blocks::rows::Lane;
use crate::blocks::{Block, Default, Hard, Input, Lowering, SinkSpec, Value};
use crate::ir::{Format, InputRef, MeshId, Op, SinkKind};
use crate::types::Domain;
use serde_json::json;

/// Corners that a profile may have.
const MAX_CORNERS: f64 = 4096.0;

/// Solids in space.
pub(in crate::blocks) static RENDER_MESHES_3D: Block = Block {
    name: "RenderMeshes3D",
    summary: "one extruded solid in space per element",
    details: "The solid is a flat outline in the xy-plane, y up, extruded by `depth` along z, half of \
              it to each side. Outlines: circle, a polygon of `segments` corners; ngon, of `sides` \
              corners, one at the top; star with `points` corners at the radius and as many at \
              `inner` times it; path, the first subpath of `profilePath` in its own units. `caps` \
              says which ends are closed. With both closed, faces that look away are left out; else \
              the inside is seen too.\n\n\
              Each element is scaled, rotated about x, then y, then z, and moved. A face has one \
              colour: that of the element times ambient + (1 − ambient)·max(0, n·l), with n where \
              the face looks and l towards the light. All faces of the sink are painted far to near \
              by the mean distance of their corners, so solids that cut through each other are not \
              shown right. Faces are cut at the near plane; those beyond a plane are counted, but \
              are no fault.\n\n\
              A field over fewer elements gives its default to the others; without a position an \
              element is not drawn. An element whose position, rotation, scale, colour or opacity \
              is not finite is not drawn and is counted. A sink has at most 2²² faces.",
    inputs: &[
        Input::domain("domain", 1.0, "the elements"),
        Input::vec3("positions3d", [0.0; 3], "centre")
            .field()
            .defaulting(Default::Required),
        Input::options(
            "profile",
            &["circle", "ngon", "star", "path"],
            "circle",
            "the outline that is extruded",
        ),
        Input::path("profilePath", "", "outline of the profile `path`"),
        Input::number("radius", 1.0, "radius of circle, ngon and star").constant(),
        Input::number("segments", 24.0, "corners of the circle, max(3, floor())").constant(),
        Input::number("sides", 6.0, "corners of the ngon, max(3, floor())").constant(),
        Input::number("points", 5.0, "corners of the star, max(3, floor())").constant(),
        Input::number(
            "inner",
            0.5,
            "inner radius of the star, clamped to 0.05…0.95",
        )
        .constant(),
        Input::number("depth", 1.0, "length along z")
            .constant()
            .hard(Hard::Above(0.0)),
        Input::options(
            "caps",
            &["both", "front", "back", "none"],
            "both",
            "which ends are closed",
        ),
        Input::vec3("rotation", [0.0; 3], "about x, then y, then z")
            .field()
            .unit("deg"),
        Input::vec3("scale", [1.0; 3], "factors along x, y and z").field(),
        Input::color("color", "#ffffff", "in full light").field(),
        Input::number("opacity", 1.0, "factor of the alpha, clamped to 0…1")
            .field()
            .range(0.0, 1.0),
        Input::number("ambient", 0.35, "brightness without light").range(0.0, 1.0),
        Input::vec3("light", [-0.4, 0.8, 0.45], "towards the light"),
        CAMERA_INPUT,
        Z,
    ],
    outputs: &[RENDER],
    lower: meshes,
    ..SINK
};

fn meshes(l: &mut Lowering<'_>) {
    let drawn = drawn(l, "positions3d");
    let opacity = column(l, "opacity", drawn);
    let position = column(l, "positions3d", drawn);
    let color = paint(l, "color", opacity, drawn);
    let mut columns = vec![
        filed("pos", "positions3d", position, Format::F32x3),
        filed("color", "color", color, Format::F32x4),
    ];
    if l.bound("rotation").given {
        let degrees = column(l, "rotation", drawn);
        let rotation = quaternion(l, degrees);
        columns.push(filed("rotation", "rotation", rotation, Format::F32x4));
    }
    if l.bound("scale").given {
        let scale = column(l, "scale", drawn);
        columns.push(filed("scale", "scale", scale, Format::F32x3));
    }
    let mesh = mesh(l);
    let (ambient, light) = (l.signal("ambient"), l.signal("light"));
    let inputs = vec![
        ("mesh", InputRef::Mesh(mesh)),
        ("camera", camera(l)),
        ("ambient", InputRef::Sig(ambient)),
        ("light", InputRef::Sig(light)),
    ];
    let pass = SinkSpec {
        key: String::new(),
        kind: SinkKind::Meshes3d,
        domain: Some(drawn),
        columns,
        inputs,
        params: json!({}),
        z: l.signal("z"),
        children: Vec::new(),
    };
    let pass = l.sink("", pass);
    l.out("render", Value::Sink(pass));
}

/// The row of the solid.
fn mesh(l: &mut Lowering<'_>) -> MeshId {
    let kind = l.text("profile").to_owned();
    let mut params = Vec::new();
    match kind.as_str() {
        "path" => {
            let path = match l.bound("profilePath").value.clone() {
                Value::Path(path) => path,
                _ => crate::path::PathData::default(),
            };
            if path.cmds.is_empty() {
                let message = format!("`{}` has the profile `path`, but no path", l.id);
                let hint = "write it in `params.profilePath`".to_owned();
                l.error("missing-input", "profilePath", message, hint);
            }
            params.push(("path", InputRef::Const(l.build.const_path(path))));
        }
        kind => {
            let port = match kind {
                "ngon" => "sides",
                "star" => "points",
                _ => "segments",
            };
            let (radius, corners) = (l.number("radius"), corners(l, port));
            params.push(("radius", number(l, radius)));
            params.push(("corners", number(l, corners)));
            if kind == "star" {
                let inner = l.number("inner").clamp(0.05, 0.95);
                params.push(("inner", number(l, inner)));
            }
        }
    }
    let depth = l.number("depth");
    params.push(("depth", number(l, depth)));
    let caps = l.text("caps").to_owned();
    params.push(("caps", InputRef::Const(l.build.const_text(&caps))));
    let row = param_row(l, "mesh", &kind, &params);
    let meshes = &mut l.build.tables.render.meshes;
    let id = MeshId::at(meshes.len());
    meshes.push(row);
    id
}

fn number(l: &mut Lowering<'_>, value: f64) -> InputRef {
    InputRef::Const(l.build.const_f64(Domain::Number, &[value]))
}

fn corners(l: &mut Lowering<'_>, port: &str) -> f64 {
    let corners = l.number(port).floor().max(3.0);
    if corners <= MAX_CORNERS {
        return corners;
    }
    let message = format!("a profile of {corners} corners is more than can be seen");
    let hint = format!("use at most {MAX_CORNERS} corners");
    l.error("bad-range", port, message, hint);
    3.0
}

/// Degrees about x, then y, then z as a quaternion (x, y, z, w).
fn quaternion(l: &mut Lowering<'_>, degrees: Lane) -> Lane {
    // Half of each angle in turns: a sine of turns is exact where it should be.
    let half: Lane = l.num(1.0 / 720.0);
    let [x, y, z] = [0, 1, 2].map(|lane| {
        let angle = l.op_imm(Op::Lane, lane, &[degrees]);
        let turns = l.mul(angle, half);
        let [sin, cos] = [0, 1].map(|wave| l.op_imm(Op::Wave, wave, &[turns]));
        [sin, cos]
    });
    let [[sx, cx], [sy, cy], [sz, cz]] = [x, y, z];
    let product = |l: &mut Lowering<'_>, a: Lane, b: Lane, c: Lane| {
        let ab = l.mul(a, b);
        l.mul(ab, c)
    };
    // q = z·y·x, written out.
    let parts = [
        ([sx, cy, cz], [cx, sy, sz], Op::Sub),
        ([cx, sy, cz], [sx, cy, sz], Op::Add),
        ([cx, cy, sz], [sx, sy, cz], Op::Sub),
        ([cx, cy, cz], [sx, sy, sz], Op::Add),
    ]
    .map(|([a, b, c], [d, e, f], op)| {
        let (left, right) = (product(l, a, b, c), product(l, d, e, f));
        l.op(op, &[left, right])
    });
    l.op(Op::Vec4Make, &parts)
}

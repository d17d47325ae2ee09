//! `Camera`: a viewpoint, and the one that a sink in space has where none is connected.
//!
//! In: signals. Out: a row of the camera table, angles in radians. Read next: `vm::camera`, which
//! makes the view of a frame from the row.

use super::param_row;
use crate::blocks::{Block, Family, Hard, Input, Lowering, Output, Value};
use crate::ir::{CameraId, Capability, InputRef, SignalId};
use crate::types::Domain;

const POSITION: [f64; 3] = [0.0, 0.0, 100.0];
const TARGET: [f64; 3] = [0.0; 3];
const UP: [f64; 3] = [0.0, 1.0, 0.0];
const FOV_DEG: f64 = 60.0;
const ORTHO_HEIGHT: f64 = 10.0;
const NEAR: f64 = 0.1;
const FAR: f64 = 1000.0;

/// The input of sinks in space.
pub(super) const CAMERA_INPUT: Input = Input::camera(
    "camera",
    "the viewpoint; unconnected, a Camera with its defaults",
);

/// A viewpoint.
pub(in crate::blocks) static CAMERA: Block = Block {
    name: "Camera",
    family: Family::Scene,
    capability: Capability::Pure,
    summary: "a viewpoint for what is drawn in space",
    details: "Right-handed, y up. The camera stands at `position`, looks at `target` and sees \
              everything between the planes `near` and `far`. Where it looks along `up`, another \
              direction serves as up: the x axis if `up` is nearly vertical, else the y axis. Where \
              position and target agree it looks along −z.\n\n\
              Perspective: what is at distance w along the line of sight is g·H/(2w) px tall per \
              unit, with g = 1/tan(fovYDeg/2) and H the height of the image. Orthographic: \
              `orthoHeight` units fill the height of the image at every distance.\n\n\
              `near` must be above 0, `far` above `near`, `fovYDeg` between 0 and 180, `orthoHeight` \
              above 0. In a frame in which a moving parameter breaks that, or is not finite, the \
              camera's sinks draw nothing and the frame counts it.",
    inputs: &[
        Input::vec3("position", POSITION, "where it stands"),
        Input::vec3("target", TARGET, "what it looks at"),
        Input::vec3("up", UP, "what is up in the picture"),
        Input::options(
            "projectionKind",
            &["perspective", "orthographic"],
            "perspective",
            "whether distance makes small",
        ),
        Input::number(
            "fovYDeg",
            FOV_DEG,
            "angle from the lower to the upper edge, perspective",
        )
        .hard(Hard::Between(0.0, 180.0))
        .unit("deg"),
        Input::number(
            "orthoHeight",
            ORTHO_HEIGHT,
            "height of what is seen, orthographic",
        )
        .hard(Hard::Above(0.0)),
        Input::number("near", NEAR, "distance of the near plane").hard(Hard::Above(0.0)),
        Input::number("far", FAR, "distance of the far plane").hard(Hard::Above(0.0)),
    ],
    outputs: &[Output::special(
        "camera",
        Domain::Camera,
        "for the sinks in space",
    )],
    lower: |l| {
        check_constants(l);
        let kind = l.text("projectionKind").to_owned();
        let fov = l.signal("fovYDeg");
        let row = Row {
            position: l.signal("position"),
            target: l.signal("target"),
            up: l.signal("up"),
            fov: radians(l, fov),
            ortho_height: l.signal("orthoHeight"),
            near: l.signal("near"),
            far: l.signal("far"),
        };
        let camera = row.put(l, &kind);
        l.out("camera", Value::Camera(camera));
    },
    ..Block::PLAIN
};

/// The camera of a sink: the connected one, else one with the defaults.
pub(super) fn camera(l: &mut Lowering<'_>) -> InputRef {
    if let Value::Camera(camera) = l.bound("camera").value {
        return InputRef::Camera(camera);
    }
    let vec3 = |l: &mut Lowering<'_>, v: [f64; 3]| l.build.constant(Domain::Vec3, &v);
    let fov = l.num(FOV_DEG);
    let row = Row {
        position: vec3(l, POSITION),
        target: vec3(l, TARGET),
        up: vec3(l, UP),
        fov: radians(l, fov),
        ortho_height: l.num(ORTHO_HEIGHT),
        near: l.num(NEAR),
        far: l.num(FAR),
    };
    InputRef::Camera(row.put(l, "perspective"))
}

/// Parameters of a camera.
struct Row {
    position: SignalId,
    target: SignalId,
    up: SignalId,
    /// Radians.
    fov: SignalId,
    ortho_height: SignalId,
    near: SignalId,
    far: SignalId,
}

impl Row {
    fn put(&self, l: &mut Lowering<'_>, kind: &str) -> CameraId {
        let params = [
            ("position", self.position),
            ("target", self.target),
            ("up", self.up),
            match kind {
                "orthographic" => ("orthoHeight", self.ortho_height),
                _ => ("fov", self.fov),
            },
            ("near", self.near),
            ("far", self.far),
        ]
        .map(|(name, signal)| (name, InputRef::Sig(signal)));
        let row = param_row(l, "camera", kind, &params);
        let cameras = &mut l.build.tables.render.cameras;
        let id = CameraId::at(cameras.len());
        cameras.push(row);
        id
    }
}

fn radians(l: &mut Lowering<'_>, degrees: SignalId) -> SignalId {
    let degree = l.num(std::f64::consts::PI / 180.0);
    l.mul(degrees, degree)
}

/// Refuses constants that no camera can have, also where a wire brings them.
fn check_constants(l: &mut Lowering<'_>) {
    let definition = l.block;
    for input in definition.inputs {
        let (Some(hard), Value::Signal(signal)) = (input.hard, &l.bound(input.name).value) else {
            continue;
        };
        let value = l.build.folded(*signal).and_then(|v| v.first().copied());
        let Some((value, range)) = value.and_then(|v| Some((v, hard.violated_by(v)?))) else {
            continue;
        };
        let message = format!("`{}.{}` must be {range}, but is {value}", l.id, input.name);
        let hint = format!("give a number that is {range}");
        return l.error("bad-range", input.name, message, hint);
    }
    let (near, far) = (l.signal("near"), l.signal("far"));
    let (Some(near), Some(far)) = (l.build.folded(near), l.build.folded(far)) else {
        return;
    };
    if far <= near {
        let (near, far) = (near[0], far[0]);
        let message = format!("`{}.far` must be above `near`, {near}, but is {far}", l.id);
        let hint = "put the far plane behind everything that is seen".to_owned();
        l.error("bad-range", "far", message, hint);
    }
}

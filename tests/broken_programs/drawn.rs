//! Columns, sinks, groups, effects, outlines, cameras and solids.

use crate::damage::{Case, Change, case, row, text};
use Change::{Again, Drop, Swap, To};
use serde_json::{Value, json};

/// Discs and solids under a moving camera.
pub(crate) const SPACE: &str = r#"{
  "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "wave", "type": "Oscillator", "params": {"amplitude": 9, "bias": 20}},
    {"id": "orbit", "type": "MakeVec3", "params": {"y": 5, "z": 30}},
    {"id": "eye", "type": "Camera"},
    {"id": "ball", "type": "PositionMapSphere", "params": {"domain": 9, "radius": 8}},
    {"id": "discs", "type": "RenderInstances3D", "params": {"domain": 9, "sizeMode": "world"}},
    {"id": "stars", "type": "RenderMeshes3D", "params": {"domain": 9, "profile": "star",
        "rotation": [20, 30, 0], "scale": [1, 2, 1], "caps": "front"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "wave.phase"},
    {"from": "wave.out", "to": "orbit.x"},
    {"from": "orbit.out", "to": "eye.position"},
    {"from": "ball.pos", "to": "discs.positions3d"},
    {"from": "ball.pos", "to": "stars.positions3d"},
    {"from": "eye.camera", "to": "discs.camera"},
    {"from": "eye.camera", "to": "stars.camera"}
  ]
}"#;

/// Damage to the small program with something of everything.
pub(crate) fn of_rich(sound: &Value) -> Vec<Case> {
    let constants = &sound["tables"]["constants"]["index"];
    let string = json!(row(constants, "pool", "json"));
    vec![
        case(
            "/tables/materialize/requests/0/format",
            To(json!("f32")),
            "ir-request",
        ),
        case(
            "/tables/materialize/groups/0/uniforms",
            To(json!([])),
            "ir-request",
        ),
        case("/tables/materialize/groups/0/reqs", Drop(0), "ir-request"),
        case("/tables/materialize/groups/1/reqs", Again(0), "ir-request"),
        case(
            "/tables/render/sinks/0/inputs/2/name",
            To(text(sound, "frame")),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/0/inputs/2/from/req",
            To(json!(0)),
            "ir-sink",
        ),
        case("/tables/render/sinks/0/domain", To(json!(1)), "ir-sink"),
        case("/tables/render/sinks/1/parent", To(json!(1)), "ir-sink"),
        case("/tables/render/root", Drop(0), "ir-root"),
        case("/roots/sinks", Swap(0, 1), "ir-root"),
        case("/roots/bus", Drop(0), "ir-root"),
        case("/outputs/0/slot", To(json!(0)), "ir-root"),
        case("/outputs", To(json!([])), "ir-root"),
        case(
            "/tables/materialize/requests/0/policy",
            To(json!("onDemand")),
            "ir-request",
        ),
        case(
            "/tables/materialize/requests/7/policy",
            To(json!("onDemand")),
            "ir-request",
        ),
        case(
            "/tables/materialize/requests/0/out",
            To(json!(106)),
            "ir-type",
        ),
        case(
            "/tables/materialize/requests/0/field",
            To(json!(0)),
            "ir-request",
        ),
        case(
            "/tables/materialize/requests/0/domain",
            To(json!(1)),
            "ir-request",
        ),
        case(
            "/tables/materialize/requests/0/consumer/sink/sink",
            To(json!(9)),
            "ir-index",
        ),
        case(
            "/tables/materialize/requests/0/consumer/sink/input",
            To(json!(1)),
            "ir-request",
        ),
        case(
            "/tables/materialize/requests/7/consumer/reduce",
            To(json!(20)),
            "ir-request",
        ),
        case(
            "/tables/materialize/groups/0/reqs",
            Swap(0, 1),
            "ir-request",
        ),
        case(
            "/tables/render/sinks/0/inputs",
            Again(1),
            "ir-duplicate-key",
        ),
        case(
            "/tables/render/sinks/0/inputs/1/name",
            To(text(sound, "frame")),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/0/params",
            To(string.clone()),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/0/params",
            To(json!(99_999)),
            "ir-index",
        ),
        case("/tables/render/sinks/0/z", To(json!({"req": 1})), "ir-sink"),
        case("/tables/render/sinks/0/domain", To(json!(null)), "ir-sink"),
        case("/tables/render/sinks/1/domain", To(json!(0)), "ir-sink"),
        case("/tables/render/sinks/2/at", To(json!(1)), "ir-sink"),
        case(
            "/tables/render/sinks/2/inputs/4/from",
            To(json!({"const": 0})),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/2/inputs/0/from",
            To(json!({"sig": 0})),
            "ir-sink",
        ),
        case(
            "/tables/render/shapes/0/star/points",
            To(json!(2)),
            "ir-sink",
        ),
        case(
            "/tables/render/shapes/0/star/inner",
            To(json!({"sig": 11})),
            "ir-sink",
        ),
        case(
            "/tables/render/effects/0/kind",
            To(text(sound, "frame")),
            "ir-sink",
        ),
        case(
            "/tables/render/effects/0/params",
            Again(0),
            "ir-duplicate-key",
        ),
        case(
            "/tables/render/effects/0/params/0/from",
            To(json!({"req": 0})),
            "ir-sink",
        ),
        case(
            "/tables/render/effects/0/params/2/from",
            To(json!({"const": 3})),
            "ir-sink",
        ),
    ]
}

/// Damage to layers.
pub(crate) fn of_layers(sound: &Value) -> Vec<Case> {
    let sinks = sound["tables"]["render"]["sinks"]
        .as_array()
        .expect("sinks");
    let of_kind = |kind: &str| {
        let at = sinks.iter().position(|s| s["kind"] == kind);
        at.unwrap_or_else(|| panic!("no {kind}"))
    };
    let place = |kind: &str, rest: &str| format!("/tables/render/sinks/{}{rest}", of_kind(kind));
    let input = |kind: &str, name: &str| {
        let texts = sound["tables"]["strings"].as_array().expect("strings");
        let inputs = sinks[of_kind(kind)]["inputs"].as_array().expect("inputs");
        let named = |i: &Value| texts[i["name"].as_u64().expect("an index") as usize] == name;
        let at = inputs.iter().position(named);
        at.unwrap_or_else(|| panic!("{kind} has no {name}"))
    };
    let from = |kind: &str, name: &str| place(kind, &format!("/inputs/{}/from", input(kind, name)));
    let named =
        |kind: &str, name: &str| place(kind, &format!("/inputs/{}/name", input(kind, name)));
    let stranger = text(sound, "frame");
    let paths = of_kind("paths2d");
    let constants = &sound["tables"]["constants"]["index"];
    let with_params = sinks
        .iter()
        .find(|s| s["params"].is_number())
        .expect("parameters");
    let params = &constants[with_params["params"].as_u64().expect("an index") as usize]["at"];
    vec![
        case(named("paths2d", "path"), To(stranger.clone()), "ir-sink"),
        case(
            named("paths2d", "fillColor"),
            To(stranger.clone()),
            "ir-sink",
        ),
        case(from("paths2d", "path"), To(json!({"const": 0})), "ir-sink"),
        case(named("strokes2d", "width"), To(stranger.clone()), "ir-sink"),
        case(place("group", "/parent"), To(json!(paths)), "ir-sink"),
        case(
            from("group", "clipPath"),
            To(json!({"const": 0})),
            "ir-sink",
        ),
        case(from("postfx", "effect"), To(json!({"const": 0})), "ir-sink"),
        case(place("postfx", "/inputs"), Drop(0), "ir-sink"),
        case(
            format!("/tables/constants/json/{params}"),
            To(json!("{\"blend\":\"xor\"}")),
            "ir-sink",
        ),
        case(
            format!("/tables/constants/json/{params}"),
            To(json!("{\"blnd\":\"add\"}")),
            "ir-sink",
        ),
        case(
            format!("/tables/constants/json/{params}"),
            To(json!("{\"dash\":[0,0]}")),
            "ir-sink",
        ),
        case(
            format!("/tables/constants/json/{params}"),
            To(json!("[]")),
            "ir-sink",
        ),
    ]
}

/// Damage to cameras and solids.
pub(crate) fn of_space(sound: &Value) -> Vec<Case> {
    let camera = "/tables/render/cameras/0";
    let mesh = "/tables/render/meshes/0";
    vec![
        case(format!("{camera}/kind"), To(text(sound, "star")), "ir-sink"),
        case(
            format!("{camera}/params/0/name"),
            To(text(sound, "color")),
            "ir-sink",
        ),
        // The position is a vector, the field of view a number.
        case(
            format!("{camera}/params/0/from"),
            To(sound
                .pointer(&format!("{camera}/params/3/from"))
                .cloned()
                .expect("a number")),
            "ir-sink",
        ),
        case(
            format!("{camera}/params/1/from"),
            To(json!({"camera": 0})),
            "ir-sink",
        ),
        case(
            format!("{mesh}/kind"),
            To(text(sound, "perspective")),
            "ir-sink",
        ),
        case(
            format!("{mesh}/params/0/name"),
            To(text(sound, "color")),
            "ir-sink",
        ),
        case(
            format!("{mesh}/params/0/from"),
            To(json!({"sig": 0})),
            "ir-sink",
        ),
        // As many corners as the star is deep: 1.
        case(
            format!("{mesh}/params/1/from"),
            To(sound
                .pointer(&format!("{mesh}/params/3/from"))
                .cloned()
                .expect("a depth")),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/0/inputs/{camera}/from",
            To(json!({"const": 0})),
            "ir-sink",
        ),
        case(
            "/tables/render/sinks/1/inputs/{mesh}/from",
            To(json!({"camera": 0})),
            "ir-sink",
        ),
        case(format!("{camera}/params"), Again(0), "ir-duplicate-key"),
    ]
}

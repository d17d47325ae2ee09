//! Outlines, lines, groups and effects from patch to tree and pixels.

use crate::{Place, picture};
use serde_json::{Value, json};

/// A patch over 40 × 40 px with these blocks and wires.
fn patch(blocks: &str, wires: &str) -> String {
    format!(
        r##"{{"name": "layers", "size": [40, 40], "background": "#000000",
            "blocks": [{{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 200}}}}, {blocks}],
            "connections": [{wires}]}}"##
    )
}

fn passes(blocks: &str, wires: &str) -> Value {
    let place = Place::new();
    place.file("p.json", patch(blocks, wires));
    let run = place.done("probe p.json --at tree --format jsonl --frames 0");
    assert_eq!(run.err, "");
    let frame: Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    frame["passes"].clone()
}

fn pixels(blocks: &str, wires: &str) -> image::RgbaImage {
    let place = Place::new();
    place.file("p.json", patch(blocks, wires));
    place.done("render p.json --frames 0 --out o --quiet");
    picture(&place.path("o/frame_00000.png"))
}

#[test]
fn outlines_and_lines_are_passes_of_their_own() {
    let seen = passes(
        r##"{"id": "shape", "type": "RenderPaths2D", "params": {"domain": 2, "paths": "M0 0H8V8Z",
              "fillColor": "#ff0000", "opacity": 0.5, "scale": 2, "fillRule": "evenodd", "z": 1}},
            {"id": "line", "type": "RenderStrokes2D", "params": {"domain": 3, "positions": [5, 6],
              "dash": "4, 2", "blend": "add", "width": 3}}"##,
        "",
    );
    assert_eq!(
        seen,
        json!([
            {"kind": "strokes2d", "sink": "line", "count": 1, "paths": ["M5 6L5 6L5 6"],
             "pathOf": 0, "strokeWidth": 3, "strokeRgba": [255, 255, 255, 255], "cap": "round",
             "join": "round", "dash": [4, 2], "blend": "add"},
            {"kind": "paths2d", "sink": "shape", "count": 2, "paths": ["M0 0L8 0L8 8Z"],
             "pathOf": 0, "x": 0, "y": 0, "scale": 2, "rgba": [128, 0, 0, 128], "strokeWidth": 1,
             "strokeRgba": [0, 0, 0, 128], "fillRule": "evenodd"}
        ])
    );
}

const DOTS: &str = r##"
    {"id": "a", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [10, 20], "radius": 6,
      "shape": "square", "color": "#ff0000", "z": 2}},
    {"id": "b", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [14, 20], "radius": 6,
      "shape": "square", "color": "#0000ff"}},
    {"id": "c", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [30, 20], "radius": 6,
      "shape": "square", "color": "#00ff00"}}"##;

#[test]
fn what_is_wired_into_a_group_is_drawn_there_by_z_then_input() {
    let group = r#"{"id": "sum", "type": "Compose", "params": {"rotate": 90, "translate": [1, 2],
        "scale": [2, 1], "opacity": 3}}"#;
    let seen = passes(
        &format!("{DOTS}, {group}"),
        r#"{"from": "a.render", "to": "sum.in1"}, {"from": "b.render", "to": "sum.in3"},
           {"from": "c.render", "to": "sum.in2"}"#,
    );
    assert_eq!(seen.as_array().unwrap().len(), 1);
    let group = &seen[0];
    let names: Vec<&str> = group["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pass| pass["sink"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["c", "b", "a"]);
    // Scaled, then turned about (20, 20), then moved: (20, 20) goes to (21, 22).
    let t: Vec<f64> = group["transform"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    let at = |x: f64, y: f64| [t[0] * x + t[2] * y + t[4], t[1] * x + t[3] * y + t[5]];
    let close = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-9;
    assert!(close(at(20.0, 20.0), [21.0, 22.0]), "{t:?}");
    assert!(close(at(25.0, 20.0), [21.0, 32.0]), "{t:?}");
    assert!(close(at(20.0, 24.0), [17.0, 22.0]), "{t:?}");
    assert!(group.get("opacity").is_none(), "{group}");
}

#[test]
fn a_group_is_translucent_as_one_picture() {
    let group = r#"{"id": "sum", "type": "Compose", "params": {"opacity": 0.5, "clip": "rect",
        "clipX": 8, "clipWidth": 26}}"#;
    let image = pixels(
        &format!("{DOTS}, {group}"),
        r#"{"from": "a.render", "to": "sum.in1"}, {"from": "b.render", "to": "sum.in2"}"#,
    );
    // Red covers blue before both become translucent.
    assert_eq!(image.get_pixel(12, 20).0, [128, 0, 0, 255]);
    assert_eq!(image.get_pixel(18, 20).0, [0, 0, 128, 255]);
    // Cut off at x = 8.
    assert_eq!(image.get_pixel(7, 20).0, [0, 0, 0, 255]);
    assert_eq!(image.get_pixel(8, 20).0, [128, 0, 0, 255]);
    // What is not in the group is not cut.
    assert_eq!(image.get_pixel(35, 20).0, [0, 255, 0, 255]);
}

#[test]
fn a_path_clips_in_the_space_of_the_group() {
    let group = r#"{"id": "cut", "type": "Compose", "params": {"translate": [10, 0], "clip": "path",
        "clipPath": "M4 14H8V26H4Z", "blend": "screen"}}"#;
    let image = pixels(
        &format!("{DOTS}, {group}"),
        r#"{"from": "a.render", "to": "cut.in1"}"#,
    );
    assert_eq!(image.get_pixel(14, 20).0, [255, 0, 255, 255]);
    assert_eq!(image.get_pixel(17, 20).0, [255, 0, 255, 255]);
    assert_eq!(image.get_pixel(18, 20).0, [0, 0, 255, 255]);
}

#[test]
fn effects_change_what_is_drawn_in_them() {
    let grade = r#"{"id": "grey", "type": "PostFX", "params": {"effect": "grade", "saturation": 0,
        "exposure": 1}}"#;
    let image = pixels(
        &format!("{DOTS}, {grade}"),
        r#"{"from": "a.render", "to": "grey.in"}"#,
    );
    // 2·0.2126 of red; luma of what exposure made.
    assert_eq!(image.get_pixel(6, 20).0, [108, 108, 108, 255]);
    assert_eq!(image.get_pixel(30, 20).0, [0, 255, 0, 255]);
    let glow = r##"{"id": "lit", "type": "PostFX", "params": {"sigma": 4, "tint": "#ffffff", "gain": 2,
        "mode": "add"}}"##;
    let seen = passes(
        &format!("{DOTS}, {glow}"),
        r#"{"from": "a.render", "to": "lit.in"}"#,
    );
    let lit = seen
        .as_array()
        .unwrap()
        .iter()
        .find(|pass| pass["sink"] == "lit")
        .unwrap();
    assert_eq!(
        lit["effects"],
        json!([{"kind": "glow", "sigma": 4, "gain": 2, "tint": [1, 1, 1, 1], "mode": "add"}])
    );
    assert_eq!(lit["children"][0]["sink"], "a");
}

#[test]
fn a_canvas_lies_below_everything_even_what_has_a_lower_z() {
    let canvas = r#"{"id": "canvas", "type": "Render2dCanvas"},
        {"id": "low", "type": "RenderPaths2D", "params": {"paths": "M0 0H40V40H0Z", "fillColor": "white",
          "strokeWidth": 0, "z": -1e300}}"#;
    let seen = passes(canvas, "");
    assert_eq!(seen[0]["kind"], "clear");
    assert_eq!(seen[1]["sink"], "low");
    assert!(seen[1].get("strokeWidth").is_none());
}

#[test]
fn elements_with_a_fault_are_counted_in_the_summary() {
    let place = Place::new();
    let blocks = r##"{"id": "n", "type": "DomainN", "params": {"n": 4}},
        {"id": "bad", "type": "FieldFromExpression", "params": {"expression": "i == 2 ? NaN : i * 8"}},
        {"id": "at", "type": "FieldMakeVec2"},
        {"id": "line", "type": "RenderStrokes2D"},
        {"id": "shape", "type": "RenderPaths2D", "params": {"paths": "M0 0H2V2Z"}}"##;
    let wires = r#"{"from": "n.domain", "to": "bad.domain"}, {"from": "bad.field", "to": "at.x"},
        {"from": "n.domain", "to": "line.domain"}, {"from": "at.out", "to": "line.positions"},
        {"from": "n.domain", "to": "shape.domain"}, {"from": "at.out", "to": "shape.positions"}"#;
    place.file("p.json", patch(blocks, wires));
    let run = place.done("probe p.json --at tree --format jsonl --frames 0");
    let frame: Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    assert_eq!(frame["passes"][0]["paths"], json!(["M0 0L8 0L24 0"]));
    assert_eq!(frame["passes"][1]["element"], json!([0, 1, 3]));
    place.refused(
        "render p.json --frames 0 --out o --strict",
        4,
        &["`line`", "position", "element `2`"],
    );
}

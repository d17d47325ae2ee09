//! Two dimensions, from the JSON of a patch to pixels that can be worked out by hand: where outlines,
//! glyphs and lines land, what paints over what, what a group and an effect do to all of it.

mod runs;

use oscilla::raster::{Canvas, Raster, RasterOptions};
use runs::Run;

const BLACK: [u8; 4] = [0, 0, 0, 255];
const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];

/// The first frame of blocks (and wires) in a black picture of 16 × 16.
fn draw(blocks: &str, wires: &str) -> Canvas {
    let text = format!(
        r#"{{"size": [16, 16], "blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}}, {blocks}],
            "connections": [{wires}]}}"#
    );
    let mut canvas = Canvas::new();
    let mut run = Run::new(&text);
    let raster = Raster::new(RasterOptions::default()).draw(run.at(0.0), &mut canvas);
    raster.expect("a picture");
    canvas
}

/// One block with params.
fn one(kind: &str, params: &str) -> Canvas {
    draw(
        &format!(r#"{{"id": "it", "type": "{kind}", "params": {{{params}}}}}"#),
        "",
    )
}

/// Every pixel of the box [x0, x1) × [y0, y1) has the colour, and no other is lit.
#[track_caller]
fn only(canvas: &Canvas, [x0, y0, x1, y1]: [u32; 4], color: [u8; 4]) {
    for y in 0..16 {
        for x in 0..16 {
            let inside = (x0..x1).contains(&x) && (y0..y1).contains(&y);
            let wanted = if inside { color } else { BLACK };
            assert_eq!(canvas.pixel(x, y), wanted, "({x}, {y})");
        }
    }
}

#[test]
fn outlines_are_scaled_then_turned_then_moved() {
    // (0, 0)…(2, 1), doubled: (0, 0)…(4, 2); a quarter turn clockwise: (−2, 0)…(0, 4).
    let canvas = one(
        "RenderPaths2D",
        r##""paths": "M0 0H2V1H0Z", "fillColor": "#f00", "strokeWidth": 0, "scale": 2,
            "rotation": 1.5707963267948966, "positions": [8, 4]"##,
    );
    only(&canvas, [6, 4, 8, 8], RED);
}

#[test]
fn glyphs_are_sized_then_turned_then_moved() {
    // The same outline in units of the radius.
    let canvas = one(
        "RenderInstances2D",
        r##""domain": 1, "shape": "path", "shapePath": "M0 0H2V1H0Z", "color": "#f00", "radius": 2,
            "rotation": 1.5707963267948966, "positions": [8, 4]"##,
    );
    only(&canvas, [6, 4, 8, 8], RED);
    // Crossing parts of a glyph are inside.
    let canvas = one(
        "RenderInstances2D",
        r##""domain": 1, "shapePath": "M0 0H6V6H0ZM2 2H4V4H2Z", "color": "#f00", "radius": 1,
            "positions": [4, 4]"##,
    );
    only(&canvas, [4, 4, 10, 10], RED);
}

#[test]
fn a_fill_rule_decides_what_is_inside() {
    let drawn = |rule: &str| {
        let params = format!(
            r##""paths": "M4 4H12V12H4ZM6 6H10V10H6Z", "fillColor": "#f00", "strokeWidth": 0,
                "fillRule": "{rule}""##
        );
        one("RenderPaths2D", &params)
    };
    only(&drawn("nonzero"), [4, 4, 12, 12], RED);
    let hole = drawn("evenodd");
    assert_eq!((hole.pixel(5, 5), hole.pixel(8, 8)), (RED, BLACK));
}

#[test]
fn open_outlines_are_filled_as_if_closed_and_stroked_as_they_are() {
    let canvas = one(
        "RenderPaths2D",
        r##""paths": "M4 4H12V12H4", "fillColor": "#f00", "strokeColor": "#00f", "strokeWidth": 2"##,
    );
    // Inside, on the three sides, and on the fourth, which has no line.
    assert_eq!(canvas.pixel(8, 8), RED);
    for (x, y) in [(8, 3), (8, 4), (12, 8), (11, 8), (8, 12), (8, 11)] {
        assert_eq!(canvas.pixel(x, y), BLUE, "({x}, {y})");
    }
    assert_eq!(canvas.pixel(4, 8), RED);
    assert_eq!(canvas.pixel(3, 8), BLACK);
}

#[test]
fn an_outline_of_one_point_has_no_fill() {
    let canvas = one(
        "RenderPaths2D",
        r##""paths": "M8 8", "fillColor": "#f00", "strokeWidth": 0"##,
    );
    only(&canvas, [0, 0, 0, 0], RED);
    // With a round line it is a disc.
    let canvas = one(
        "RenderPaths2D",
        r##""paths": "M8 8Z", "fillColor": "#f00", "strokeColor": "#00f", "strokeWidth": 6, "cap": "round""##,
    );
    assert_eq!(canvas.pixel(8, 8), BLUE);
    assert_eq!(canvas.pixel(12, 8), BLACK);
}

#[test]
fn each_element_is_filled_then_stroked_before_the_next() {
    // Two squares on each other: the fill of the second hides the line of the first.
    let canvas = one(
        "RenderInstances2D",
        r##""domain": 2, "shape": "square", "radius": 4, "positions": [8, 8], "color": "#f00",
            "strokeColor": "#00f", "strokeWidth": 2"##,
    );
    let twice = canvas.pixel(8, 8);
    assert_eq!(
        (twice, canvas.pixel(4, 8), canvas.pixel(3, 8)),
        (RED, BLUE, BLUE)
    );
    assert_eq!(canvas.pixel(5, 8), RED);
}

#[test]
fn opacity_is_clamped_and_part_of_fill_and_stroke() {
    let at = |opacity: f64| {
        let params = format!(
            r##""domain": 1, "shape": "square", "radius": 4, "positions": [8, 8], "color": "#f00",
                "strokeColor": "#00f", "strokeWidth": 2, "opacity": {opacity}"##
        );
        let canvas = one("RenderInstances2D", &params);
        [canvas.pixel(8, 8), canvas.pixel(3, 8)]
    };
    assert_eq!(at(7.0), [RED, BLUE]);
    assert_eq!(at(0.5), [[128, 0, 0, 255], [0, 0, 128, 255]]);
    assert_eq!(at(-1.0), [BLACK, BLACK]);
}

#[test]
fn a_line_has_its_width_caps_and_dashes() {
    let blocks = |params: &str| {
        format!(
            r##"{{"id": "n", "type": "DomainN", "params": {{"n": 2}}}},
                {{"id": "at", "type": "PositionMapLine", "params": {{"ax": 4, "ay": 8, "bx": 12, "by": 8}}}},
                {{"id": "it", "type": "RenderStrokes2D", "params": {{"width": 2, "color": "#f00", {params}}}}}"##
        )
    };
    let wires = r#"{"from": "n.domain", "to": "at.domain"}, {"from": "n.domain", "to": "it.domain"},
        {"from": "at.pos", "to": "it.positions"}"#;
    only(
        &draw(&blocks(r#""cap": "butt""#), wires),
        [4, 7, 12, 9],
        RED,
    );
    only(
        &draw(&blocks(r#""cap": "square""#), wires),
        [3, 7, 13, 9],
        RED,
    );
    let dashed = draw(&blocks(r#""cap": "butt", "dash": "2 2""#), wires);
    let lit: Vec<u32> = (0..16).filter(|&x| dashed.pixel(x, 8) == RED).collect();
    assert_eq!(lit, [4, 5, 8, 9]);
}

/// A red square of radius 2 about (8, 8) with a blue line of 2 px, in a group.
fn grouped(params: &str) -> Canvas {
    let blocks = format!(
        r##"{{"id": "it", "type": "RenderInstances2D", "params": {{"domain": 1, "shape": "square",
            "radius": 2, "positions": [8, 8], "color": "#f00", "strokeColor": "#00f", "strokeWidth": 2}}}},
            {{"id": "group", "type": "Compose", "params": {{{params}}}}}"##
    );
    draw(&blocks, r#"{"from": "it.render", "to": "group.in1"}"#)
}

#[test]
fn a_group_moves_and_scales_lines_and_clips_too() {
    // About (8, 8) doubled: the fill ends at 8 ± 2, the line reaches from there to 8 ± 6.
    let canvas = grouped(r#""scale": [2, 2]"#);
    let row: Vec<[u8; 4]> = (0..16).map(|x| canvas.pixel(x, 8)).collect();
    let wanted = [
        vec![BLACK; 2],
        vec![BLUE; 4],
        vec![RED; 4],
        vec![BLUE; 4],
        vec![BLACK; 2],
    ];
    assert_eq!(row, wanted.concat());
    // The clip is in the space before that: 8…16 becomes 8…24.
    let canvas = grouped(r#""scale": [2, 2], "clip": "rect", "clipX": 8"#);
    assert_eq!((canvas.pixel(7, 8), canvas.pixel(8, 8)), (BLACK, RED));
    // Scaled, turned, then moved.
    let canvas = grouped(r#""scale": [2, 0.5], "rotate": 90, "translate": [0, 1]"#);
    assert_eq!(canvas.pixel(8, 14), BLUE);
    assert_eq!(canvas.pixel(14, 9), BLACK);
}

#[test]
fn a_group_is_translucent_as_one_picture() {
    let canvas = grouped(r#""opacity": 0.5"#);
    // Where the line covers the fill nothing of the fill shines through.
    assert_eq!(canvas.pixel(6, 8), [0, 0, 128, 255]);
    assert_eq!(canvas.pixel(8, 8), [128, 0, 0, 255]);
}

/// A red square of radius 2 about (8, 8), in an effect.
fn effect(params: &str) -> Canvas {
    let blocks = format!(
        r##"{{"id": "it", "type": "RenderInstances2D", "params": {{"domain": 1, "shape": "square",
            "radius": 2, "positions": [8, 8], "color": "#f00"}}}},
            {{"id": "fx", "type": "PostFX", "params": {{{params}}}}}"##
    );
    draw(&blocks, r#"{"from": "it.render", "to": "fx.in"}"#)
}

#[test]
fn effects_change_the_layer_and_nothing_else() {
    // d = floor(1·1.88 + 0.5) = 2: even, and wider than the square at its border.
    let blurred = effect(r#""effect": "blur", "sigma": 1"#);
    let (middle, border, far) = (
        blurred.pixel(8, 8),
        blurred.pixel(4, 8),
        blurred.pixel(0, 0),
    );
    assert!(
        middle[0] < 255 && middle[0] > border[0] && border[0] > 0,
        "{middle:?} {border:?}"
    );
    assert_eq!(far, BLACK);
    // A glow under leaves the layer as it is, in its own colour or the tint's.
    let glowing = effect(r##""effect": "glow", "sigma": 1, "tint": "#00f""##);
    assert_eq!(glowing.pixel(8, 8), RED);
    let border = glowing.pixel(5, 8);
    assert!(border[2] > 0 && border[0] == 0, "{border:?}");
    // A grade turns red to grey by its luma.
    let grey = effect(r#""effect": "grade", "saturation": 0"#).pixel(8, 8);
    assert_eq!(grey, [54, 54, 54, 255]);
    assert_eq!(
        effect(r#""effect": "grade", "exposure": -1"#).pixel(8, 8),
        [128, 0, 0, 255]
    );
    // Of nothing it is nothing.
    only(
        &effect(r#""effect": "blur", "sigma": 0"#),
        [6, 6, 10, 10],
        RED,
    );
}

#[test]
fn what_is_drawn_lies_on_the_clear_and_in_the_order_of_z() {
    let square = |id: &str, color: &str, z: &str| {
        format!(
            r##"{{"id": "{id}", "type": "RenderInstances2D", "params": {{"domain": 1, "shape": "square",
                "radius": 2, "positions": [8, 8], "color": "{color}", "z": {z}}}}}"##
        )
    };
    // The first in the file has the higher z.
    let two = [square("a", "#f00", "2"), square("b", "#00f", "1")].join(",");
    only(&draw(&two, ""), [6, 6, 10, 10], RED);
    // Of equal z the later one is on top.
    let two = [square("a", "#f00", "1"), square("b", "#00f", "1")].join(",");
    only(&draw(&two, ""), [6, 6, 10, 10], BLUE);
}

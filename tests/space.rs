//! Three dimensions, from the JSON of a patch to the rows of a pass: where points land in the picture,
//! in which order, what is left out.

mod runs;

use oscilla::math::Real;
use oscilla::render_tree::{Column, Instances2d, Pass, Paths2d, RenderTree, Source};
use oscilla::vm::{Engine, EngineError, EngineOptions};
use proptest::prelude::*;
use runs::{Run, compile, dots, rows, shown};
use std::sync::Arc;

/// A patch of blocks and wires in a picture of 800 × 600.
fn patch(blocks: &[String], wires: &[&str]) -> String {
    let blocks: Vec<String> = blocks.iter().map(|b| format!("{{{b}}}")).collect();
    let wire = |wire: &&str| {
        let (from, to) = wire.split_once(" > ").expect("from > to");
        format!(r#"{{"from": "{from}", "to": "{to}"}}"#)
    };
    let wires: Vec<String> = wires.iter().map(wire).collect();
    format!(
        r#"{{"size": [800, 600], "blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
            {}], "connections": [{}]}}"#,
        blocks.join(",\n"),
        wires.join(",\n")
    )
}

fn block(id: &str, kind: &str, params: &str) -> String {
    format!(r#""id": "{id}", "type": "{kind}", "params": {{{params}}}"#)
}

/// A formula per element.
fn formula(id: &str, expression: &str) -> String {
    block(
        id,
        "FieldFromExpression",
        &format!(r#""expression": "{expression}""#),
    )
}

/// The discs of the first frame.
fn discs(text: &str) -> Instances2d {
    dots(Run::new(text).at(0.0)).clone()
}

#[test]
fn points_land_where_the_camera_sees_them() {
    let at = |position: &str, size: &str| {
        let params =
            format!(r#""domain": 1, "positions3d": {position}, "sizeMode": "{size}", "radius": 1"#);
        discs(&patch(&[block("d", "RenderInstances3D", &params)], &[]))
    };
    let middle = at("[0, 0, 0]", "world");
    assert_eq!(middle.source, Source::Instances3d);
    assert_eq!(middle.pos.at(0), [400.0, 300.0]);
    assert!((middle.size.at(0) - 5.19615).abs() < 1e-5);
    let corner = at("[10, 10, 50]", "world");
    let [x, y] = corner.pos.at(0);
    assert!((x - 503.92305).abs() < 1e-4 && (y - 196.07695).abs() < 1e-4);
    assert_eq!(at("[10, 10, 50]", "px").size.at(0), 1.0);
}

#[test]
fn an_orthographic_camera_keeps_sizes() {
    let text = patch(
        &[
            block(
                "eye",
                "Camera",
                r#""projectionKind": "orthographic", "orthoHeight": 12"#,
            ),
            formula("deep", "-20 * i"),
            block("at", "FieldMakeVec3", r#""y": 3"#),
            block(
                "d",
                "RenderInstances3D",
                r#""domain": 4, "sizeMode": "world", "radius": 2"#,
            ),
        ],
        &[
            "eye.camera > d.camera",
            "deep.field > at.z",
            "at.out > d.positions3d",
        ],
    );
    let seen = discs(&text);
    assert_eq!(rows(&seen.size, 4), [100.0; 4]);
    assert_eq!(rows(&seen.pos, 4), [[400.0, 150.0]; 4]);
    assert_eq!(seen.element.as_deref(), Some(&vec![3, 2, 1, 0]));
}

/// Elements on a line along the view, at these distances from the middle.
fn line(z: &str, elements: u32, more: &str) -> String {
    patch(
        &[
            block("n", "DomainN", &format!(r#""n": {elements}"#)),
            formula("deep", z),
            block("at", "FieldMakeVec3", ""),
            formula("size", "i + 1"),
            block("d", "RenderInstances3D", more),
        ],
        &[
            "n.domain > deep.domain",
            "n.domain > size.domain",
            "n.domain > d.domain",
            "deep.field > at.z",
            "at.out > d.positions3d",
            "size.field > d.radius",
        ],
    )
}

#[test]
fn far_ones_come_first_and_ties_keep_the_index() {
    let seen = discs(&line("i % 2 == 0 ? 5 : -5", 6, ""));
    assert_eq!(seen.element.as_deref(), Some(&vec![1, 3, 5, 0, 2, 4]));
    assert_eq!(rows(&seen.size, 6), [2.0, 4.0, 6.0, 1.0, 3.0, 5.0]);
    // Already in order: nothing is said about elements.
    assert_eq!(discs(&line("i", 5, "")).element, None);
}

#[test]
fn what_is_outside_is_culled_and_counted() {
    // The camera stands at 100 and sees from 99.9 to −900; at 20 the picture is 46.19 units high.
    let seen = |blocks: &str, n: u32| {
        let mut run = Run::new(&line(blocks, n, ""));
        let count = dots(run.at(0.0)).count;
        let health = run.engine().health();
        assert_eq!(health.faults(), 0);
        (count, health.dropped.first().map_or(0, |d| d.culled))
    };
    assert_eq!(seen("99.85 + i * 0.1", 1), (1, 0));
    assert_eq!(seen("99.85 + i * 0.1", 4), (1, 3));
    assert_eq!(seen("-899.5 - i", 3), (1, 2));
    let aside = |y: f64| {
        let params = format!(r#""domain": 1, "positions3d": [0, {y}, 60], "radius": 500"#);
        discs(&patch(&[block("d", "RenderInstances3D", &params)], &[])).count
    };
    assert_eq!((aside(23.09), aside(23.1)), (1, 0), "the centre decides");
}

#[test]
fn faults_are_not_culled() {
    let mut run = Run::new(&line("i == 1 ? NaN : i == 2 ? 500 : i", 4, ""));
    let seen = dots(run.at(0.0)).clone();
    assert_eq!(seen.element.as_deref(), Some(&vec![0, 3]));
    let dropped = run.engine().health().dropped[0];
    assert_eq!((dropped.culled, dropped.faults()), (1, 1));
}

#[test]
fn a_frame_with_an_illegal_camera_draws_nothing_of_it() {
    let text = patch(
        &[
            block("near", "Oscillator", r#""shape": "cosine", "amplitude": 2"#),
            block("eye", "Camera", ""),
            block(
                "d",
                "RenderInstances3D",
                r#""domain": 1, "positions3d": [0, 0, 0]"#,
            ),
        ],
        &[
            "time.phase > near.phase",
            "near.out > eye.near",
            "eye.camera > d.camera",
        ],
    );
    let mut run = Run::new(&text);
    assert_eq!(dots(run.at(0.0)).count, 1);
    assert_eq!(run.engine().health().bad_parameter, 0);
    assert_eq!(dots(run.at(500.0)).count, 0, "near is −2");
    assert_eq!(run.engine().health().bad_parameter, 1);
    assert_eq!(dots(run.at(1000.0)).count, 1);
    assert_eq!(run.engine().totals().bad_parameter, 1);
}

#[test]
fn a_camera_nobody_can_hold_is_refused() {
    for (params, word) in [
        (r#""near": 5, "far": 5"#, "far"),
        (r#""near": -1"#, "near"),
        (r#""fovYDeg": 180"#, "fovYDeg"),
        (r#""orthoHeight": 0"#, "orthoHeight"),
    ] {
        let (program, found) = compile(&patch(&[block("eye", "Camera", params)], &[]));
        assert!(program.is_none(), "{params}");
        let found = shown(&found);
        assert!(
            found.contains("bad-range") && found.contains(word),
            "{found}"
        );
    }
}

/// The default camera's formulas, written out once more.
fn expected(eye: [f64; 3], p: [f64; 3]) -> Option<[f64; 2]> {
    let sub = |a: [f64; 3], b: [f64; 3]| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let norm = |a: [f64; 3]| a.map(|v| v / dot(a, a).sqrt());
    let z = norm(eye);
    let x = norm([z[2], 0.0, -z[0]]);
    let y = [
        z[1] * x[2] - z[2] * x[1],
        z[2] * x[0] - z[0] * x[2],
        z[0] * x[1] - z[1] * x[0],
    ];
    let d = sub(p, eye);
    let (right, up, w) = (dot(x, d), dot(y, d), -dot(z, d));
    let g = Real::sqrt(3.0);
    let ndc = [g * right / (w * 800.0 / 600.0), g * up / w];
    let inside = (0.1..=1000.0).contains(&w) && ndc.iter().all(|v| v.abs() <= 1.0);
    inside.then(|| [(ndc[0] / 2.0 + 0.5) * 800.0, (0.5 - ndc[1] / 2.0) * 600.0])
}

/// The one pass of solids.
fn solids(tree: &RenderTree) -> &Paths2d {
    match tree.passes.as_slice() {
        [Pass::Paths2d(pass)] => pass,
        other => panic!("{other:?}"),
    }
}

/// One solid at the middle.
fn solid(params: &str) -> String {
    let params = format!(r#""positions3d": [0, 0, 0], {params}"#);
    patch(&[block("s", "RenderMeshes3D", &params)], &[])
}

/// Corners of each face in the order of painting.
fn faces(pass: &Paths2d) -> Vec<Vec<[f64; 2]>> {
    let outline = |i: usize| &pass.paths[pass.path_of.at(i) as usize];
    let corners = |i: usize| outline(i).pts.iter().map(|p| p.map(f64::from)).collect();
    (0..pass.count as usize).map(corners).collect()
}

/// Twice the signed area, negative for what is counter-clockwise on screen.
fn area(corners: &[[f64; 2]]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners
        .iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum()
}

/// The corners of the smallest convex outline about all points, counter-clockwise on screen.
fn hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for p in points {
            while let [.., a, b] = chain[..]
                && (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= 0.0
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut upper = half(&mut points.iter().copied());
    upper.extend(half(&mut points.iter().rev().copied()));
    upper
}

#[test]
fn a_cube_from_the_front_shows_one_face_and_its_colour() {
    let square = r#""profile": "path", "profilePath": "M-1 -1H1V1H-1Z", "depth": 2"#;
    let mut run = Run::new(&solid(&format!(
        r#"{square}, "light": [0, 0, 2], "ambient": 0.2"#
    )));
    let pass = solids(run.at(0.0)).clone();
    assert_eq!((pass.count, pass.source), (1, Source::Meshes3d));
    assert_eq!(pass.rgba.at(0), [255; 4]);
    // The front is 99 away: 1 is 1.7320508·300/99 px.
    let half = 3f64.sqrt() * 300.0 / 99.0;
    for corner in &faces(&pass)[0] {
        assert!(((corner[0] - 400.0).abs() - half).abs() < 1e-4);
        assert!(((corner[1] - 300.0).abs() - half).abs() < 1e-4);
    }
    // Without a front the inside is seen: the back and four sides.
    let open = Run::new(&solid(&format!(r#"{square}, "caps": "back""#)))
        .at(0.0)
        .clone();
    assert_eq!(solids(&open).count, 5);
}

#[test]
fn opaque_faces_cover_their_seams_and_others_do_not() {
    let pass = |more: &str| {
        let text = solid(&format!(r#""rotation": [30, 40, 0], "radius": 10{more}"#));
        solids(Run::new(&text).at(0.0)).clone()
    };
    let opaque = pass("");
    assert_eq!(opaque.stroke_width, Column::One(0.5));
    assert!(opaque.style.non_scaling);
    assert_eq!(opaque.stroke_rgba, opaque.rgba);
    let glassy = pass(r#", "opacity": 0.5"#);
    assert!((0..glassy.count as usize).all(|i| glassy.stroke_width.at(i) == 0.0));
    assert_eq!(pass(r#", "opacity": 0"#).count, 0);
}

#[test]
fn angles_turn_about_x_then_y_then_z() {
    // A rod along x, seen without perspective: how wide and how high is it?
    let extent = |rotation: &str| {
        let rod = r#""profile": "path", "profilePath": "M-9 -1H9V1H-9Z", "depth": 2"#;
        let params = format!(r#""positions3d": [0, 0, 0], {rod}, "rotation": {rotation}"#);
        let text = patch(
            &[
                block(
                    "eye",
                    "Camera",
                    r#""projectionKind": "orthographic", "orthoHeight": 60"#,
                ),
                block("s", "RenderMeshes3D", &params),
            ],
            &["eye.camera > s.camera"],
        );
        let points: Vec<_> = faces(solids(Run::new(&text).at(0.0))).concat();
        [0, 1].map(|axis| {
            let values = points.iter().map(|p| p[axis]);
            let (low, high) = (
                values.clone().fold(1e9, f64::min),
                values.fold(-1e9, f64::max),
            );
            (high - low).round()
        })
    };
    assert_eq!(extent("[0, 0, 0]"), [180.0, 20.0]);
    assert_eq!(extent("[0, 0, 90]"), [20.0, 180.0]);
    assert_eq!(extent("[90, 0, 0]"), [180.0, 20.0]);
    assert_eq!(
        extent("[0, 90, 90]"),
        [20.0, 20.0],
        "y turns it away before z"
    );
    assert_eq!(extent("[90, 0, 90]"), [20.0, 180.0]);
}

#[test]
fn faces_are_cut_at_the_near_plane_and_dropped_beyond_the_planes() {
    let seen = |position: &str| {
        let params = format!(
            r#""positions3d": {position}, "profile": "ngon", "sides": 4, "radius": 8, "depth": 60"#
        );
        let mut run = Run::new(&patch(&[block("s", "RenderMeshes3D", &params)], &[]));
        let pass = solids(run.at(0.0)).clone();
        assert_eq!(run.engine().health().faults(), 0);
        let dropped = run.engine().health().dropped.first().copied();
        (pass, dropped.map_or((0, 0), |d| (d.culled, d.clipped)))
    };
    // From 70 to 130, the camera stands in it: the back, and the cut sides, seen from inside, which
    // a closed solid does not show.
    let (inside, counts) = seen("[0, 0, 100]");
    assert_eq!((inside.count, counts), (0, (0, 1)));
    // Beside it: the side that looks at the camera reaches past it.
    let (beside, counts) = seen("[12, 0, 100]");
    assert_eq!(counts, (0, 1), "the front is behind the camera");
    assert!(beside.count > 0);
    assert!(
        faces(&beside)
            .concat()
            .iter()
            .flatten()
            .all(|v| v.is_finite())
    );
    assert_eq!(seen("[0, 0, 200]").1, (0, 6));
    assert_eq!(seen("[0, 0, -1000]").1, (6, 0));
}

#[test]
fn a_profile_without_area_and_a_light_from_nowhere_are_counted() {
    let bad = |params: &str, t: f64| {
        let mut run = Run::new(&solid(params));
        let count = solids(run.at(t)).count;
        (count, run.engine().health().bad_parameter)
    };
    assert_eq!(bad(r#""radius": 0"#, 0.0), (0, 1));
    assert_eq!(
        bad(r#""profile": "path", "profilePath": "M0 0L5 5""#, 0.0),
        (0, 1)
    );
    assert_eq!(bad(r#""radius": 3, "scale": [1, 0, 1]"#, 0.0), (0, 0));
    // No light is the ambient part alone.
    let mut run = Run::new(&solid(r#""radius": 3, "light": [0, 0, 0], "ambient": 0.2"#));
    assert_eq!(solids(run.at(0.0)).rgba.at(0), [51, 51, 51, 255]);
}

#[test]
fn mirrored_solids_show_their_outside() {
    let pass = |scale: &str| {
        let text = solid(&format!(
            r#""profile": "star", "radius": 9, "rotation": [20, 30, 0], "scale": {scale}"#
        ));
        solids(Run::new(&text).at(0.0)).clone()
    };
    for scale in ["[-1, 1, 1]", "[1, -2, 1]", "[-1, -1, -1]"] {
        let mirrored = pass(scale);
        assert!(mirrored.count > 0);
        assert!(
            faces(&mirrored).iter().all(|face| area(face) < 0.0),
            "{scale}"
        );
    }
}

#[test]
fn more_faces_than_a_sink_may_have_are_refused_at_load() {
    let load = |n: u32| {
        let params = format!(r#""positions3d": [0, 0, 0], "domain": {n}"#);
        let (program, found) = compile(&patch(&[block("s", "RenderMeshes3D", &params)], &[]));
        let program = program.unwrap_or_else(|| panic!("{}", shown(&found)));
        Engine::new(Arc::new(program), EngineOptions::default()).map(|_| ())
    };
    // 24 sides and two caps: 161,319 solids are one too many.
    assert_eq!(load(161_319), Ok(()));
    let refused = load(161_320);
    assert!(
        matches!(
            refused,
            Err(EngineError::Limit {
                needed: 4_194_320,
                limit: 4_194_304,
                ..
            })
        ),
        "{refused:?}"
    );
}

fn vec3() -> impl Strategy<Value = [f64; 3]> {
    [-60.0..60.0, -60.0..60.0, -60.0..60.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_camera_sees_what_the_formulas_say(eye in vec3(), p in vec3()) {
        prop_assume!(eye[0].abs() + eye[2].abs() > 1.0);
        let p = p.map(|v| f64::from(v as f32));
        let text = patch(
            &[
                block("eye", "Camera", &format!(r#""position": {eye:?}"#)),
                block("d", "RenderInstances3D", &format!(r#""domain": 1, "positions3d": {p:?}"#)),
            ],
            &["eye.camera > d.camera"],
        );
        let seen = discs(&text);
        match expected(eye, p) {
            None => prop_assert_eq!(seen.count, 0),
            Some(want) => {
                prop_assert_eq!(seen.count, 1);
                for (got, want) in seen.pos.at(0).into_iter().zip(want) {
                    prop_assert!((f64::from(got) - want).abs() < 1e-3, "{} {}", got, want);
                }
            }
        }
    }

    #[test]
    fn the_order_of_elements_does_not_matter_at_different_depths(turn in 1u32..7) {
        // The same seven points from another start: the same rows, other elements.
        let plain = discs(&line("((i * 3) % 7) * 4", 7, r#""radius": 3"#));
        let formula = format!("(((i + {turn}) * 3) % 7) * 4");
        let turned = discs(&line(&formula, 7, r#""radius": 3"#));
        prop_assert_eq!(rows(&plain.pos, 7), rows(&turned.pos, 7));
        let element = |d: &Instances2d, i: usize| d.element.as_ref().map_or(i as u32, |e| e[i]);
        for i in 0..7 {
            prop_assert_eq!(element(&plain, i), (element(&turned, i) + turn) % 7);
        }
    }

    #[test]
    fn a_convex_solid_shows_its_outline_once(
        rotation in [-180.0..180.0f64, -180.0..180.0, -180.0..180.0],
        eye in vec3(),
        sides in 3u32..9,
    ) {
        prop_assume!(eye.iter().map(|v| v * v).sum::<f64>() > 400.0);
        let params = format!(
            r#""positions3d": [0, 0, 0], "profile": "ngon", "sides": {sides}, "radius": 8,
               "depth": 9, "rotation": {rotation:?}"#
        );
        let text = patch(
            &[
                block("eye", "Camera", &format!(r#""position": {eye:?}"#)),
                block("s", "RenderMeshes3D", &params),
            ],
            &["eye.camera > s.camera"],
        );
        let tree = Run::new(&text).at(0.0).clone();
        let faces = faces(solids(&tree));
        prop_assert!(faces.iter().all(|face| area(face) < 0.0), "a back face");
        // Front faces of a convex solid do not overlap and fill its outline.
        let covered: f64 = faces.iter().map(|face| area(face).abs()).sum();
        let outline = area(&hull(faces.concat())).abs();
        prop_assert!((covered - outline).abs() < 1e-3 * outline, "{covered} of {outline}");
    }

    #[test]
    fn solids_may_stand_in_any_order_in_the_domain(turn in 1u32..5) {
        let row = |from: u32| {
            let text = patch(
                &[
                    block("n", "DomainN", r#""n": 5"#),
                    formula("deep", &format!("((i + {from}) % 5) * 11 - 40")),
                    block("at", "FieldMakeVec3", r#""y": -3"#),
                    block("s", "RenderMeshes3D", r#""radius": 2, "rotation": [20, 35, 0]"#),
                ],
                &[
                    "n.domain > deep.domain",
                    "n.domain > s.domain",
                    "deep.field > at.z",
                    "at.out > s.positions3d",
                ],
            );
            solids(Run::new(&text).at(0.0)).clone()
        };
        let (plain, turned) = (row(0), row(turn));
        prop_assert_eq!(faces(&plain), faces(&turned));
        prop_assert_eq!(rows(&plain.rgba, plain.count), rows(&turned.rgba, turned.count));
    }
}

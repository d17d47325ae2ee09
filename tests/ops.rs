//! Every block of the library in the smallest patch that shows it, at odd times and with odd values:
//! nothing panics and nothing that is not finite reaches the tree.
//!
//! The patches are made from the catalogue, so a new block is tested without a line here.

mod runs;

use oscilla::blocks::{self, Block, Default, Family, Input, Mark, Output, OutputWorld};
use oscilla::ir::{Program, Valid};
use oscilla::render_tree::{Clip, Column, Effect, Pass, PathData, RenderTree, Shape};
use oscilla::types::Domain;
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameError, FrameTime, Mode};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Times in ms that follow each other: the first, the same again, the exact boundaries of the
/// periods below, a step back, a long way on.
const TIMES: &[f64] = &[
    0.0,
    0.0,
    1e-9,
    999.9999999999999,
    1000.0,
    1000.0,
    1000.0000000000001,
    3000.0,
    5000.0,
    10_000.0,
    250.0,
    -5.0,
    -0.0,
    1e6,
    8.64e7,
    1e12,
    9_007_199_254_740_993.0,
    1e300,
    f64::MAX,
    0.0,
];

/// Values for a number that a slider never sends.
const ODD_NUMBERS: &[&str] = &[
    "0",
    "-1",
    "0.3",
    "-1e-320",
    "65537.5",
    "1e39",
    "-1e300",
    "1.7976931348623157e308",
];

#[test]
fn every_block_with_its_defaults() {
    let mut shown = BTreeSet::new();
    for block in blocks::catalogue() {
        for output in shown_outputs(block) {
            let text = patch(block, "", output);
            let (program, diagnostics) = runs::compile(&text);
            let Some(program) = program else {
                panic!("{}\n\n{text}", runs::shown(&diagnostics));
            };
            run(&text, program);
            shown.insert(block.name);
        }
    }
    let library: BTreeSet<&str> = blocks::catalogue().iter().map(|block| block.name).collect();
    assert_eq!(shown, library);
    assert_eq!(library.len(), blocks::catalogue().len(), "a name twice");
}

#[test]
fn every_composite_with_its_defaults() {
    for composite in blocks::COMPOSITES {
        let (name, mut blocks, mut wires) = (composite.name, String::new(), Vec::new());
        if name != "AmbientLoopRoot" {
            blocks.push_str(r#"{"id": "time", "type": "CycleTimeRoot"}, "#);
        }
        // What shows its outputs; all that say how many elements there are say the same.
        for (port, _) in composite.outputs {
            let output = composite.output(port).expect("an inner output");
            let to = match output.domain {
                Domain::Domain => "domain",
                Domain::Vec2 => "positions",
                Domain::Color => "color",
                Domain::RenderTree => continue,
                _ => ["radius", "rotation", "opacity"]
                    .into_iter()
                    .find(|to| wires.iter().all(|w: &String| !w.contains(to)))
                    .expect("an input that is free"),
            };
            wires.push(format!(r#"{{"from": "b.{port}", "to": "dots.{to}"}}"#));
        }
        let wires = wires.join(", ");
        let text = format!(
            r#"{{"size": [64, 48], "blocks": [{blocks}{{"id": "b", "type": "composite:{name}"}},
            {{"id": "dots", "type": "RenderInstances2D"}}], "connections": [{wires}]}}"#
        );
        let (program, diagnostics) = runs::compile(&text);
        let Some(program) = program else {
            panic!("{}\n\n{text}", runs::shown(&diagnostics));
        };
        run(&text, program);
    }
}

#[test]
fn every_option_of_every_block() {
    let mut count = 0;
    for block in blocks::catalogue() {
        for input in block.inputs {
            let Mark::Options(options) = input.mark else {
                continue;
            };
            for option in options {
                for output in shown_outputs(block) {
                    let mut params = format!(r#""{}": "{option}""#, input.name);
                    // A profile or a clip that is a path needs one.
                    for path in ["profilePath", "clipPath", "shapePath"] {
                        if *option == "path" && block.input(path).is_some() {
                            let _ = write!(params, r#", "{path}": "M0 0L1 0L0 1Z""#);
                        }
                    }
                    let text = patch(block, &params, output);
                    let (program, diagnostics) = runs::compile(&text);
                    let Some(program) = program else {
                        panic!("{}\n\n{text}", runs::shown(&diagnostics));
                    };
                    run(&text, program);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 60, "only {count} options");
}

#[test]
fn every_number_of_every_block_beyond_its_slider() {
    for block in blocks::catalogue() {
        for input in block.inputs {
            for value in odd_values(input) {
                for output in shown_outputs(block).into_iter().take(2) {
                    let params = format!(r#""{}": {value}"#, input.name);
                    let text = patch(block, &params, output);
                    // A period of 0 is refused; what is not refused must run.
                    let (program, diagnostics) = runs::compile(&text);
                    match program {
                        Some(program) => run(&text, program),
                        None => {
                            let found = runs::shown(&diagnostics);
                            assert!(!found.contains("[internal]"), "{found}\n\n{text}");
                            assert!(found.contains(" --> test.json:"), "{found}\n\n{text}");
                        }
                    }
                }
            }
        }
    }
}

/// Constants that an input takes by its type but hardly expects.
fn odd_values(input: &Input) -> Vec<String> {
    let numbers = ODD_NUMBERS.iter();
    match (input.mark, input.domain.family()) {
        (Mark::Options(_) | Mark::Text | Mark::Render | Mark::Camera | Mark::Event, _) => {
            Vec::new()
        }
        (Mark::Domain, _) => ["0", "-3", "1", "1.5"].map(String::from).to_vec(),
        (_, oscilla::types::Family::Vec2) => numbers.map(|v| format!("[{v}, 1]")).collect(),
        (_, oscilla::types::Family::Vec3) => numbers.map(|v| format!("[1, {v}, 2]")).collect(),
        (_, oscilla::types::Family::Color) => {
            ["[2, -1, 0, 0.5]", "[1e39, 0, 0, 1]", r#""transparent""#]
                .map(String::from)
                .to_vec()
        }
        (_, oscilla::types::Family::Path) => [r#""M0 0""#, r#""M0 0Z""#, r#""M0 0L1e30 1e30""#]
            .map(String::from)
            .to_vec(),
        _ => numbers.map(ToString::to_string).collect(),
    }
}

/// The outputs to look at; `None` stands for the block as it draws itself.
fn shown_outputs(block: &Block) -> Vec<Option<&'static Output>> {
    let draws = block.outputs.iter().any(|o| o.domain == Domain::RenderTree);
    if draws || matches!(block.family, Family::Sink | Family::Other) {
        return vec![None];
    }
    block.outputs.iter().map(Some).collect()
}

/// The block `b`, its required inputs wired, its output in the picture.
fn patch(block: &Block, params: &str, output: Option<&Output>) -> String {
    let name = block.name;
    let mut blocks = vec![format!(
        r#"{{"id": "b", "type": "{name}", "params": {{{params}}}}}"#
    )];
    if block.family != Family::Time {
        blocks.push(
            r#"{"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}}"#.into(),
        );
    }
    let mut wires = String::new();
    let mut wire = |from: &str, to: &str, adapter: &str| {
        let comma = if wires.is_empty() { "" } else { ", " };
        let _ = write!(
            wires,
            r#"{comma}{{"from": "{from}", "to": "{to}"{adapter}}}"#
        );
    };
    for input in block
        .inputs
        .iter()
        .filter(|input| input.default == Default::Required && input.mark != Mark::Render)
    {
        assert_eq!(
            input.domain,
            Domain::Vec3,
            "a required {name}.{}",
            input.name
        );
        blocks.push(r#"{"id": "points", "type": "PositionMapSphere"}"#.into());
        wire("points.pos", &format!("b.{}", input.name), "");
    }
    // What is waiting for a trigger gets some.
    if let Some(input) = block.inputs.iter().find(|input| input.mark == Mark::Event) {
        blocks.push(r#"{"id": "beat", "type": "PulseDivider"}"#.into());
        wire("beat.tick", &format!("b.{}", input.name), "");
    }
    blocks.push(r#"{"id": "dots", "type": "RenderInstances2D"}"#.into());
    // What takes pictures gets one.
    if let Some(input) = block.inputs.iter().find(|input| input.mark == Mark::Render) {
        wire("dots.render", &format!("b.{}", input.name), "");
    }
    if let Some(output) = output {
        let from = format!("b.{}", output.name);
        let field = output.world == OutputWorld::Field;
        match output.domain {
            Domain::Domain => wire(&from, "dots.domain", ""),
            Domain::Vec2 => wire(&from, "dots.positions", ""),
            Domain::Vec3 => wire(&from, "dots.positions", r#", "adapters": ["Vec3ToVec2"]"#),
            Domain::Color => wire(&from, "dots.color", ""),
            Domain::Path => wire(&from, "dots.shapePath", ""),
            Domain::Camera => {
                let params = r#""positions3d": [1, 2, 3]"#;
                let sink = r#"{"id": "discs", "type": "RenderInstances3D", "params": "#;
                blocks.push(format!("{sink}{{{params}}}}}"));
                wire(&from, "discs.camera", "");
            }
            _ if field => wire(&from, "dots.radius", ""),
            _ => wire(&from, "dots.rotation", ""),
        }
    }
    format!(
        r#"{{"size": [64, 48], "blocks": [{}], "connections": [{wires}]}}"#,
        blocks.join(", ")
    )
}

/// All times in all modes; the trees are checked, what cannot be a time is refused.
fn run(text: &str, program: Valid<Program>) {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let options = EngineOptions {
            memory_limit: Some(64 << 20),
            ..EngineOptions::default()
        };
        let Ok(mut engine) = Engine::new(Arc::new(program), options) else {
            // Too many elements for this limit; saying so is right.
            return;
        };
        let ctx = FrameCtx::default();
        for t_ms in TIMES {
            let tree = engine
                .render_frame(FrameTime::at(*t_ms), &ctx)
                .expect("a finite time");
            check(tree);
            let peek = FrameTime::at(t_ms / 3.0).with_mode(Mode::Peek);
            check(engine.render_frame(peek, &ctx).expect("a finite time"));
        }
        for t_ms in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refused = engine.render_frame(FrameTime::at(t_ms), &ctx);
            assert!(matches!(refused, Err(FrameError::BadTime(_))));
        }
        for (step, of) in [
            (0, 1),
            (7, 3),
            (-7, 3),
            (i64::MAX, 7),
            (i64::MIN, u32::MAX),
            (5, 0),
        ] {
            // Only programs with a cycle know steps; then the tree is checked like any other.
            if let Ok(tree) = engine.render_frame(FrameTime::cycle(step, of), &ctx) {
                check(tree);
            }
        }
    }));
    if ran.is_err() {
        panic!("the patch was:\n{text}");
    }
}

/// All numbers finite, sizes not negative, columns as long as they say, indices in range.
fn check(tree: &RenderTree) {
    assert!(tree.t_ms.is_finite());
    assert!(tree.background.iter().all(|v| v.is_finite()));
    tree.passes.iter().for_each(pass);
}

fn pass(pass: &Pass) {
    match pass {
        Pass::Clear(_) => {}
        Pass::Instances2d(p) => {
            column(&p.pos, p.count, |v| v.iter().all(|v| v.is_finite()));
            column(&p.size, p.count, |v| v.is_finite() && *v >= 0.0);
            column(&p.rotation, p.count, |v| v.is_finite());
            column(&p.rgba, p.count, premultiplied);
            column(&p.stroke_width, p.count, |v| v.is_finite());
            column(&p.stroke_rgba, p.count, premultiplied);
            column(&p.shape_id, p.count, |v| (*v as usize) < p.shapes.len());
            p.shapes.iter().for_each(shape);
            if let Some(element) = &p.element {
                assert_eq!(element.len(), p.count as usize);
            }
        }
        Pass::Paths2d(p) => {
            column(&p.pos, p.count, |v| v.iter().all(|v| v.is_finite()));
            column(&p.rotation, p.count, |v| v.is_finite());
            column(&p.scale, p.count, |v| v.is_finite());
            column(&p.rgba, p.count, premultiplied);
            column(&p.stroke_width, p.count, |v| v.is_finite());
            column(&p.stroke_rgba, p.count, premultiplied);
            let known = p.paths.len().max(usize::from(p.count == 0));
            column(&p.path_of, p.count, |v| (*v as usize) < known);
            p.paths.iter().for_each(|p| path(p));
        }
        Pass::Strokes2d(p) => {
            column(&p.stroke_width, p.count, |v| v.is_finite());
            column(&p.stroke_rgba, p.count, premultiplied);
            let known = p.paths.len().max(usize::from(p.count == 0));
            column(&p.path_of, p.count, |v| (*v as usize) < known);
            p.paths.iter().for_each(|p| path(p));
        }
        Pass::Group(p) => {
            assert!(p.transform.iter().all(|v| v.is_finite()));
            assert!((0.0..=1.0).contains(&p.opacity));
            match &p.clip {
                Clip::None => {}
                Clip::Rect(rect) => assert!(rect.iter().all(|v| v.is_finite())),
                Clip::Path(outline, _) => path(outline),
            }
            p.children.iter().for_each(self::pass);
        }
        Pass::PostFx(p) => {
            p.effects.iter().for_each(effect);
            p.children.iter().for_each(self::pass);
        }
    }
}

fn column<T: std::fmt::Debug>(column: &Column<T>, count: u32, good: impl Fn(&T) -> bool) {
    match column {
        Column::One(v) => assert!(good(v), "{v:?}"),
        Column::Many(rows) => {
            assert_eq!(rows.len(), count as usize);
            if let Some(v) = rows.iter().find(|v| !good(v)) {
                panic!("{v:?}");
            }
        }
    }
}

/// No part is brighter than its alpha.
fn premultiplied([r, g, b, a]: &[u8; 4]) -> bool {
    r <= a && g <= a && b <= a
}

fn shape(shape: &Shape) {
    match shape {
        Shape::Circle | Shape::Square | Shape::Triangle => {}
        Shape::Star { points, inner } => {
            assert!(*points >= 3);
            assert!((0.05..=0.95).contains(inner), "{inner}");
        }
        Shape::Ring { inner } => assert!((0.05..=0.95).contains(inner), "{inner}"),
        Shape::Path(outline) => path(outline),
    }
}

fn effect(effect: &Effect) {
    match effect {
        Effect::Blur { sigma } => assert!(sigma.is_finite() && *sigma >= 0.0),
        Effect::Glow {
            sigma, gain, tint, ..
        } => {
            assert!(sigma.is_finite() && *sigma >= 0.0 && gain.is_finite() && *gain >= 0.0);
            assert!(tint.iter().flatten().all(|v| v.is_finite()));
        }
        Effect::Grade { matrix, gamma } => {
            assert!(matrix.iter().chain(gamma).all(|v| v.is_finite()));
        }
    }
}

fn path(path: &PathData) {
    assert!(path.is_well_formed(), "{path:?}");
}

//! What nothing changes costs nothing after the first frame, and looks the same.
//!
//! The gallery and patches with something of everything run with a raster that keeps what stays and with
//! one that has no past; their pictures must be the same. A backdrop under something that moves shows
//! that it is painted once, and that no frame takes memory for it.

mod runs;

use allocation_counter::measure;
use oscilla::ir::TimeModel;
use oscilla::raster::{BlendSpace, Canvas, Raster, RasterOptions};
use oscilla::render_tree::{Pass, RenderTree};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Four hundred discs that stay, and one over them that breathes.
const BACKDROP: &str = r#"{"size": [96, 96], "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 20, "cols": 20, "spacing": 5,
     "originX": 0, "originY": 0}},
    {"id": "sky", "type": "RenderInstances2D", "params": {"radius": 2, "color": "teal"}},
    {"id": "lfo", "type": "Oscillator", "params": {"bias": 9, "amplitude": 3}},
    {"id": "sun", "type": "RenderInstances2D",
     "params": {"domain": 1, "positions": [48, 48], "color": "gold", "z": 1}}],
  "connections": [
    {"from": "grid.domain", "to": "sky.domain"},
    {"from": "grid.pos0", "to": "sky.positions"},
    {"from": "lfo.out", "to": "sun.radius"}]}"#;

fn engine(text: &str, cache: bool) -> (Engine, f64) {
    let (program, found) = runs::compile(text);
    let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&found)));
    let span = match program.time_model {
        TimeModel::Cyclic { period_ms, .. } => period_ms,
        TimeModel::Finite { duration_ms, .. } => duration_ms,
        TimeModel::Infinite { .. } => 4000.0,
    };
    let options = EngineOptions {
        cache,
        ..EngineOptions::default()
    };
    let engine = Engine::new(Arc::new(program), options).expect("an engine");
    (engine, span)
}

fn frame(engine: &mut Engine, t_ms: f64) -> &RenderTree {
    let tree = engine.render_frame(FrameTime::at(t_ms), &FrameCtx::default());
    tree.expect("legal")
}

fn gallery() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    let mut list = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = fs::read_to_string(&path).expect("a patch");
            list.push((path.display().to_string(), text));
        }
    }
    list.sort();
    list
}

#[test]
fn pictures_are_the_same_as_without_a_past() {
    let mut all = gallery();
    assert!(all.len() >= 12, "only {} patches", all.len());
    for (name, text) in [
        ("everything", runs::RICH),
        ("layers", runs::LAYERS),
        ("backdrop", BACKDROP),
    ] {
        all.push((name.to_owned(), text.to_owned()));
    }
    let mut kept = 0;
    for (name, text) in &all {
        for (cache, blend_space) in [(true, BlendSpace::Srgb), (false, BlendSpace::Linear)] {
            let (mut engine, span) = engine(text, cache);
            let options = RasterOptions {
                scale: 0.25,
                blend_space,
                ..RasterOptions::default()
            };
            let mut raster = Raster::new(options);
            let (mut canvas, mut fresh) = (Canvas::new(), Canvas::new());
            for i in 0..4 {
                let tree = frame(&mut engine, f64::from(i) * span / 7.0);
                let report = raster.draw(tree, &mut canvas).expect("fits");
                kept += report.kept;
                let plain = RenderTree {
                    still: 0,
                    ..tree.clone()
                };
                let drawn = Raster::new(options).draw(&plain, &mut fresh);
                drawn.expect("fits");
                assert!(canvas == fresh, "{name}, frame {i}, cache {cache}");
                // A hint that does not hold would cost memory in every frame.
                let leading = &tree.passes[..tree.still as usize];
                let worth = leading.iter().any(|p| !matches!(p, Pass::Clear(_)));
                assert!(i == 0 || worth == (report.kept > 0), "{name}, frame {i}");
            }
        }
    }
    assert!(kept > 0, "nothing was kept");
}

#[test]
fn a_backdrop_is_painted_once_and_takes_memory_once() {
    let (mut engine, _) = engine(BACKDROP, true);
    let mut raster = Raster::new(RasterOptions::default());
    let mut canvas = Canvas::new();
    for i in 0..12 {
        let counted = measure(|| {
            let tree = frame(&mut engine, f64::from(i) * 40.0);
            assert_eq!((tree.passes.len(), tree.still), (2, 1));
            let report = raster.draw(tree, &mut canvas).expect("fits");
            let expected = if i == 0 { (401, 0) } else { (1, 1) };
            assert_eq!((report.elements, report.kept), expected, "frame {i}");
        });
        assert!(i < 4 || counted.count_total == 0, "frame {i}: {counted:?}");
    }
}

#[test]
fn what_moves_is_no_backdrop() {
    // The moving one below: nothing leads that stays.
    let below = BACKDROP.replace("\"z\": 1", "\"z\": -1");
    let (mut low, _) = engine(&below, true);
    assert_eq!(frame(&mut low, 0.0).still, 0);
    // All of it stays.
    let still = BACKDROP.replace("{\"from\": \"lfo.out\", \"to\": \"sun.radius\"}", "");
    let still = still.replace("\"to\": \"sky.positions\"},", "\"to\": \"sky.positions\"}");
    let (mut all, _) = engine(&still, true);
    assert_eq!(frame(&mut all, 0.0).still, 2);
    let report = all.health().cache.misses.total();
    frame(&mut all, 300.0);
    // Nor does the engine compute any column again.
    assert!(report > 0);
    assert_eq!(all.health().cache.misses.total(), 0);
}

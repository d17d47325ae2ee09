//! A steady frame allocates nothing: all memory of the engine is taken when it starts, or when a
//! buffer size is met for the first time.
//!
//! The whole gallery runs, and two patches that have something of everything; with caches and without.
//! What is counted is every allocation of the thread while a frame is evaluated, the tree included.

mod runs;

use allocation_counter::measure;
use oscilla::ir::TimeModel;
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Frames of a run.
const FRAMES: u32 = 16;

/// The gallery by name.
fn gallery() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    let mut list: Vec<(String, String)> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                fs::read_to_string(&path).expect("a patch"),
            )
        })
        .collect();
    list.sort();
    list
}

/// Allocations of the frames of a third run, when all sizes have been met.
fn steady(text: &str, cache: bool) -> u64 {
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
    let mut engine = Engine::new(Arc::new(program), options).expect("an engine");
    let mut run = || {
        engine.reset();
        let mut sum = 0;
        for i in 0..FRAMES {
            let time = FrameTime::at(f64::from(i) * span / f64::from(FRAMES));
            let counted = measure(|| {
                let tree = engine.render_frame(time, &FrameCtx::default());
                assert!(tree.is_ok());
            });
            sum += counted.count_total;
        }
        sum
    };
    run();
    run();
    run()
}

/// Fields that divide by fields, in both widths of numbers, and by what moves.
const DIVISIONS: &str = r#"{"size": [32, 32], "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "five", "type": "DomainN", "params": {"n": 500}},
    {"id": "index", "type": "FieldIndex"},
    {"id": "phase", "type": "FieldFromSignalBroadcast"},
    {"id": "moved", "type": "FieldZipNumber", "params": {"op": "add"}},
    {"id": "ratio", "type": "FieldZipNumber", "params": {"op": "div"}},
    {"id": "rest", "type": "FieldZipNumber", "params": {"op": "mod"}},
    {"id": "formula", "type": "FieldFromExpression",
     "params": {"expression": "(i + signal) / (i - signal)"}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [16, 16]}}],
  "connections": [
    {"from": "five.domain", "to": "index.domain"},
    {"from": "five.domain", "to": "phase.domain"},
    {"from": "five.domain", "to": "formula.domain"},
    {"from": "five.domain", "to": "dots.domain"},
    {"from": "time.phase", "to": "phase.signal"},
    {"from": "time.phase", "to": "formula.signal"},
    {"from": "index.index", "to": "moved.a"},
    {"from": "phase.field", "to": "moved.b"},
    {"from": "phase.field", "to": "ratio.a"},
    {"from": "moved.out", "to": "ratio.b"},
    {"from": "ratio.out", "to": "rest.a"},
    {"from": "moved.out", "to": "rest.b"},
    {"from": "rest.out", "to": "dots.opacity"},
    {"from": "formula.field", "to": "dots.radius"}]}"#;

#[test]
fn steady_frames_allocate_nothing() {
    let mut all = gallery();
    assert!(all.len() >= 12, "only {} patches", all.len());
    all.push(("everything".to_owned(), runs::RICH.to_owned()));
    all.push(("divisions".to_owned(), DIVISIONS.to_owned()));
    all.push(("layers".to_owned(), runs::LAYERS.to_owned()));
    let mut wrong = Vec::new();
    for (name, text) in &all {
        for cache in [true, false] {
            let count = steady(text, cache);
            if count > 0 {
                let how = if cache { "with" } else { "without" };
                wrong.push(format!(
                    "{name}, {how} caches: {count} allocations in {FRAMES} frames"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn allocations_are_counted() {
    let counted = measure(|| drop(std::hint::black_box(vec![1u8; 100])));
    assert_eq!(counted.count_total, 1);
}

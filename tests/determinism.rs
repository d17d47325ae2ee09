//! Same patch, same bytes: twice, with any number of jobs, in pieces; and loops close.

mod support;

use oscilla::diag::Diagnostics;
use oscilla::vm::trace::{Edge, Level, Span, SpanEnd, SpanKind, Tracer, ValueRecord};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime, Health};
use oscilla::{compile, patch};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use support::{oscilla_ok, patches, stem};

/// Renders with extra arguments; every file by name.
fn render(patch: &Path, extra: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().expect("a folder");
    let (from, to) = (patch.to_string_lossy(), out.path().to_string_lossy());
    let mut args = vec!["render", &*from, "--out", &*to, "--quiet"];
    args.extend_from_slice(extra);
    oscilla_ok(&args);
    fs::read_dir(out.path())
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(&path).expect("readable"))
        })
        .collect()
}

fn only_frames(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files
        .into_iter()
        .filter(|(name, _)| name.ends_with(".png"))
        .collect()
}

/// Few frames, so that the whole gallery stays cheap.
const FEW: &[&str] = &["--frames", "0-4", "--scale", "0.3"];

#[test]
fn same_bytes_twice_and_with_any_number_of_jobs() {
    for patch in patches("patches") {
        let once = render(&patch, &[FEW, &["--jobs", "1"]].concat());
        assert!(once.len() > 1, "{}", stem(&patch));
        for jobs in ["1", "2", "8"] {
            let again = render(&patch, &[FEW, &["--jobs", jobs]].concat());
            assert!(once == again, "{} differs with --jobs {jobs}", stem(&patch));
        }
    }
}

#[test]
fn a_shard_is_the_same_frames_of_the_whole() {
    for patch in patches("patches") {
        let scale = ["--scale", "0.25"];
        let whole = only_frames(render(&patch, &[&["--frames", "0-9"], &scale[..]].concat()));
        let first = only_frames(render(&patch, &[&["--frames", "0-3"], &scale[..]].concat()));
        let rest = only_frames(render(&patch, &[&["--frames", "4-9"], &scale[..]].concat()));
        let mut pieces = first;
        pieces.extend(rest);
        assert!(whole == pieces, "{} differs in pieces", stem(&patch));
    }
}

#[test]
fn loops_of_the_gallery_close_exactly() {
    let mut loops = 0;
    for patch in patches("patches") {
        let text = fs::read_to_string(&patch).expect("readable");
        if !text.contains("CycleTimeRoot") {
            continue;
        }
        loops += 1;
        let args = [
            "--frames-per-cycle",
            "12",
            "--scale",
            "0.25",
            "--require-closed-loop",
        ];
        let files = render(&patch, &args);
        let manifest: serde_json::Value =
            serde_json::from_slice(&files["manifest.json"]).expect("JSON");
        let verdict = manifest.pointer("/loop/verdict").and_then(|v| v.as_str());
        assert_eq!(verdict, Some("exact"), "{}", stem(&patch));
    }
    assert!(loops >= 6, "only {loops} loops in the gallery");
}

/// A tracer that looks at each step; without one, steps that are only arithmetic run as one.
#[derive(Default)]
struct EachStep(u64);

impl Tracer for EachStep {
    const LEVEL: Level = Level::Timing;

    fn now(&mut self) -> u64 {
        0
    }

    fn begin(&mut self, span: Span) {
        self.0 += u64::from(span.kind == SpanKind::NodeEval);
    }

    fn end(&mut self, _: SpanEnd) {}

    fn value(&mut self, _: ValueRecord) {}

    fn edge(&mut self, _: Edge) {}
}

/// Faults in the middle of a chain of arithmetic: a division by zero, an infinity, a NaN.
const FAULTS: &str = r#"{"size": [64, 64], "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "a", "type": "AddSignal", "params": {"b": -0.5}},
    {"id": "b", "type": "DivSignal", "params": {"b": 0}},
    {"id": "c", "type": "AddSignal", "params": {"b": 2}},
    {"id": "d", "type": "MapSignal", "params": {"fn": "log"}},
    {"id": "e", "type": "MaxSignal", "params": {"b": -1}},
    {"id": "f", "type": "MulSignal", "params": {"b": 3}},
    {"id": "g", "type": "AddSignal"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [8, 8]}}],
    "connections": [
    {"from": "time.phase", "to": "a.a"}, {"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "c.a"},
    {"from": "a.out", "to": "d.x"}, {"from": "d.y", "to": "e.a"}, {"from": "e.out", "to": "f.a"},
    {"from": "f.out", "to": "g.a"}, {"from": "c.out", "to": "g.b"}, {"from": "g.out", "to": "dots.radius"}]}"#;

#[test]
fn a_tracer_changes_no_frame_and_no_count() {
    let mut texts: Vec<String> = patches("patches")
        .iter()
        .map(|path| fs::read_to_string(path).expect("readable"))
        .collect();
    texts.push(FAULTS.to_owned());
    let (mut faults, mut told) = (0, 0);
    for text in texts {
        let mut found = Diagnostics::new();
        let document = patch::read(&patch::Source::new("p.json", text), &mut found).expect("JSON");
        let program = compile::compile(&document, &compile::Options::default(), &mut found);
        // Those that need files are rendered by other tests.
        let Some(program) = program.map(Arc::new) else {
            continue;
        };
        let options = EngineOptions::default;
        let mut plain = Engine::new(program.clone(), options()).expect("fits");
        let tracer = EachStep::default();
        let mut traced = Engine::with_tracer(program, options(), tracer).expect("fits");
        for t in [0.0, 16.0, 250.0, 733.0, 749.0] {
            let (time, ctx) = (FrameTime::at(t), FrameCtx::default());
            let tree = plain.render_frame(time, &ctx).expect("legal").clone();
            assert_eq!(&tree, traced.render_frame(time, &ctx).expect("legal"));
            let health = Health {
                timings: None,
                ..traced.health().clone()
            };
            assert_eq!(plain.health(), &health);
            faults += health.steps.len();
        }
        told += traced.tracer().0;
    }
    assert!(told > 100, "only {told} blocks were told");
    // In five frames two blocks divide by zero or take a logarithm of what is negative, while others follow.
    assert!(faults > 8, "only {faults} steps with faults");
}

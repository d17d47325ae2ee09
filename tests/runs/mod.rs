//! A patch text, compiled and run through the public API, for tests of values.
//!
//! Nothing here rounds or tolerates; the tests say how near is near enough.

#![allow(dead_code)]

use oscilla::compile::{self, AssetError, Assets, Options};
use oscilla::diag::Diagnostics;
use oscilla::ir::{Program, Valid};
use oscilla::patch::{self, Source};
use oscilla::render_tree::{Column, Instances2d, Pass, RenderTree};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime, ProbeId, SampleValue};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Something of every table: buses of signals, fields and events, chains with bound parameters, every
/// kind of cell, rails with all drives, a reduction, expressions, a glow, two sinks.
pub(crate) const RICH: &str = include_str!("rich.json");

/// Every sink of the plane, groups and effects.
pub(crate) const LAYERS: &str = include_str!("layers.json");

/// Reads and compiles; what was found has its places. The program is there exactly if there are no
/// errors.
pub(crate) fn compile(text: &str) -> (Option<Valid<Program>>, Diagnostics) {
    let source = Source::new("test.json", text);
    let mut diagnostics = Diagnostics::new();
    let document = patch::read(&source, &mut diagnostics);
    let options = Options {
        assets: Assets::new(gallery_file),
        ..Options::default()
    };
    let program = document.and_then(|d| compile::compile(&d, &options, &mut diagnostics));
    source.fill_places(&mut diagnostics);
    (program, diagnostics)
}

/// A file beside the gallery.
fn gallery_file(name: &str) -> Result<Vec<u8>, AssetError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    fs::read(folder.join(name)).map_err(|_| AssetError::NotFound)
}

/// All findings as they are shown.
pub(crate) fn shown(diagnostics: &Diagnostics) -> String {
    let list: Vec<String> = diagnostics.list().iter().map(ToString::to_string).collect();
    list.join("\n\n")
}

/// A program in an engine.
pub(crate) struct Run {
    engine: Engine,
}

impl Run {
    /// Compiles and starts; the patch must be right, warnings are allowed.
    pub(crate) fn new(text: &str) -> Self {
        let (program, diagnostics) = compile(text);
        let Some(program) = program else {
            panic!("{}\n\n{text}", shown(&diagnostics));
        };
        let engine = Engine::new(Arc::new(program), EngineOptions::default());
        Self {
            engine: engine.unwrap_or_else(|e| panic!("{e}\n\n{text}")),
        }
    }

    /// Watches `block.port`, `bus:name`…
    pub(crate) fn watch(&mut self, target: &str) -> ProbeId {
        let parsed = target.parse().unwrap_or_else(|e| panic!("{e}"));
        self.engine.watch(parsed).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The frame at a time in ms.
    pub(crate) fn at(&mut self, t_ms: f64) -> &RenderTree {
        self.frame(FrameTime::at(t_ms))
    }

    /// A frame.
    pub(crate) fn frame(&mut self, time: FrameTime) -> &RenderTree {
        self.engine
            .render_frame(time, &FrameCtx::default())
            .unwrap_or_else(|e| panic!("{e}"))
    }

    /// The lanes of a watched signal in the last frame.
    pub(crate) fn lanes(&self, probe: ProbeId) -> Vec<f64> {
        match &self.sample(probe) {
            SampleValue::Lanes { lanes, .. } => lanes.clone(),
            other => panic!("not a signal: {other:?}"),
        }
    }

    /// How many pulses a watched event had in the last frame.
    pub(crate) fn pulses(&self, probe: ProbeId) -> u64 {
        match &self.sample(probe) {
            SampleValue::Pulses(list) => list.count(),
            other => panic!("not an event: {other:?}"),
        }
    }

    fn sample(&self, probe: ProbeId) -> SampleValue {
        let sample = self.engine.probe(probe);
        sample.expect("a probe that is watched").value.clone()
    }

    /// The engine itself.
    pub(crate) fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }
}

/// The one pass of a tree that draws instances.
pub(crate) fn dots(tree: &RenderTree) -> &Instances2d {
    let mut found = tree.passes.iter().filter_map(|pass| match pass {
        Pass::Instances2d(dots) => Some(dots),
        _ => None,
    });
    let dots = found.next().expect("a pass of instances");
    assert!(found.next().is_none(), "more than one pass of instances");
    dots
}

/// All rows of a column.
pub(crate) fn rows<T: Copy>(column: &Column<T>, count: u32) -> Vec<T> {
    (0..count as usize).map(|i| column.at(i)).collect()
}

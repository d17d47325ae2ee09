//! Frames in memory, without the program around them: what a page or a server does.
//!
//! `cargo run --example embed --no-default-features`

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use oscilla::diag::Diagnostics;
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime, SwapOptions};
use oscilla::{compile, ir, patch, raster};
use std::error::Error;
use std::sync::Arc;

/// A ring of dots that breathes; the edit that a person makes while it runs is another amplitude.
fn text(amplitude: u32) -> String {
    format!(
        r##"{{"size": [160, 160], "background": "#101418", "blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 2000}}}},
            {{"id": "ring", "type": "DomainN", "params": {{"n": 12}}}},
            {{"id": "at", "type": "PositionMapCircle", "params": {{"centerX": 80, "centerY": 80, "radius": 50}}}},
            {{"id": "lfo", "type": "Oscillator", "params": {{"amplitude": {amplitude}, "bias": 7}}}},
            {{"id": "dots", "type": "RenderInstances2D", "params": {{"color": "#ffb000"}}}}],
          "connections": [
            {{"from": "ring.domain", "to": "at.domain"}}, {{"from": "ring.domain", "to": "dots.domain"}},
            {{"from": "at.pos", "to": "dots.positions"}}, {{"from": "lfo.out", "to": "dots.radius"}}]}}"##
    )
}

/// Reads and compiles a patch; everything that is wrong with it becomes one text.
fn program(text: String) -> Result<Arc<ir::Valid<ir::Program>>, String> {
    let source = patch::Source::new("ring.json", text);
    let mut found = Diagnostics::new();
    let document = patch::read(&source, &mut found);
    let program = document.and_then(|d| compile::compile(&d, &Default::default(), &mut found));
    source.fill_places(&mut found);
    let findings = || found.list().iter().map(ToString::to_string);
    program
        .map(Arc::new)
        .ok_or_else(|| findings().collect::<Vec<_>>().join("\n"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut engine = Engine::new(program(text(3))?, EngineOptions::default())?;
    let mut raster = raster::Raster::new(raster::RasterOptions::default());
    let mut canvas = raster::Canvas::new();
    let mut pixels = Vec::new();
    for frame in 0..12 {
        if frame == 6 {
            // The patch was edited: it goes on where it is.
            engine.set_program(program(text(5))?, SwapOptions::default())?;
        }
        let time = FrameTime::at(f64::from(frame) * 1000.0 / 12.0);
        let tree = engine.render_frame(time, &FrameCtx::default())?;
        raster.draw(tree, &mut canvas)?;
        // Straight RGBA, as `ImageData` of a canvas in a page wants it.
        canvas.write_straight(&mut pixels);
        let lit = pixels.chunks_exact(4).filter(|rgba| rgba[0] > 128).count();
        println!("frame {frame}: {} bytes, {lit} bright pixels", pixels.len());
    }
    Ok(())
}

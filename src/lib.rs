//! `oscilla`: a patch becomes frames.
//!
//! ```text
//! patch --compile--> ir --vm--> render tree --raster | svg | lottie--> pixels, text --export--> files
//! ```
//!
//! Four nouns (plain data, fully resolved, printable, comparable) and the verbs between them. A
//! later step never looks behind the data it is given: the VM gets no names, the raster no defaults
//! and no units. Verbs import nouns, nouns import ground, a verb never imports a verb; only [`cli`]
//! strings them together. `tests/layering.rs` holds that rule.
//!
//! ```
//! use oscilla::diag::Diagnostics;
//! use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
//! use oscilla::{compile, patch, raster};
//! use std::sync::Arc;
//!
//! let text = r#"{"size": [64, 64], "blocks": [
//!     {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
//!     {"id": "dots", "type": "RenderInstances2D",
//!      "params": {"domain": 1, "positions": [32, 32], "radius": 20, "color": "red"}}]}"#;
//! let mut found = Diagnostics::new();
//! let document = patch::read(&patch::Source::new("dot.json", text), &mut found).expect("JSON");
//! let program = compile::compile(&document, &compile::Options::default(), &mut found)
//!     .expect("a right patch");
//! let mut engine = Engine::new(Arc::new(program), EngineOptions::default())?;
//! let tree = engine.render_frame(FrameTime::at(0.0), &FrameCtx::default())?;
//! let mut canvas = raster::Canvas::new();
//! raster::Raster::new(raster::RasterOptions::default()).draw(tree, &mut canvas)?;
//! assert_eq!(canvas.pixel(32, 32), [255, 0, 0, 255]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The features `export` (files) and `cli` (the program; the default, with `export`) can be left out:
//! without them nothing here starts a thread, reads a clock or touches a file, and
//! `examples/embed.rs` is the whole program.
//!
//! Read in this order: [`cli`], [`patch`], [`blocks`], [`compile`], [`ir`], [`vm`],
//! [`render_tree`], [`raster`], [`svg`], [`lottie`], [`export`].

// The library tells its caller; it does not end the process.
#![warn(clippy::panic, clippy::unwrap_used)]

// Ground.
pub mod diag;
pub mod math;
pub mod path;
pub mod types;
// Noun 1: the document.
pub mod patch;
// The vocabulary.
pub mod blocks;
// Verb 1, noun 2, verb 2.
pub mod compile;
pub mod ir;
pub mod vm;
// What came from outside while a performance ran.
pub mod recording;
// Noun 3, verbs 3.
pub mod lottie;
pub mod raster;
pub mod render_tree;
pub mod svg;
// Elements followed through frames, for formats that write values.
mod motion;
// Verb 4.
#[cfg(feature = "export")]
pub mod export;
// What people open in a browser.
#[cfg(feature = "export")]
pub mod page;
// Verb 5: pictures against recorded ones.
#[cfg(feature = "export")]
pub mod compare;
// What strings them together.
#[cfg(feature = "cli")]
pub mod cli;

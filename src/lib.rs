//! `oscilla`: a patch becomes frames.
//!
//! ```text
//! patch --compile--> ir --vm--> render tree --raster--> pixels --export--> files
//! ```
//!
//! Four nouns (plain data, fully resolved, printable, comparable) and the verbs between them. A
//! later step never looks behind the data it is given: the VM gets no names, the raster no defaults
//! and no units. Verbs import nouns, nouns import ground, a verb never imports a verb; only [`cli`]
//! strings them together. `tests/layering.rs` holds that rule.
//!
//! Read in this order: [`cli`], [`patch`], [`blocks`], [`compile`], [`ir`], [`vm`],
//! [`render_tree`], [`raster`], [`export`].

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
// Noun 3, verb 3.
pub mod raster;
pub mod render_tree;
// Verb 4.
pub mod export;
// What strings them together.
pub mod cli;

//! The vocabulary: every block, lens and adapter, as data.
//!
//! A block is one definition, its documentation and its lowering, in one place, in the file of its
//! family. Read next: `compile`, which resolves a document against this library.

mod definition;
mod lowering;

pub use definition::{Block, Default, Family, Hard, Input, Mark, Output, OutputWorld};
pub use lowering::{Bound, Lowering, PatchFacts, SinkSpec, Value};

//! Noun 1: the patch document. JSON comes in, a normalised [`Document`] goes out.
//!
//! One loader reads the long form that an editor saves and the short form that a person writes, and
//! any mix: each entry is recognised by its own shape. Nothing here knows the block library; what
//! needs it (ports, types, lenses, composites) is left to `compile`. Everything wrong is reported at
//! once, with a JSON pointer that [`Source`] turns into line and column at the end.
//!
//! Read in this order: [`model`] (what comes out), `read` (the story), then the entry readers.

mod buses;
pub mod model;
pub mod rails;
mod json;
mod place;
mod source;
pub mod value;

pub use model::Document;
pub use source::Source;
pub use value::Value;

use crate::diag::Diagnostics;

/// Reads a patch. `None` if there is no document at all (not JSON, not an object, too large);
/// otherwise what could be read, with every mistake in `diagnostics`. Never panics.
pub fn read(source: &Source, diagnostics: &mut Diagnostics) -> Option<Document> {
    let _ = (source, diagnostics);
    None
}

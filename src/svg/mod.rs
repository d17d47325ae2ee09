//! Verb 3, the other one: a render tree becomes SVG text.
//!
//! ```text
//! passes --document--> rows --instances | paths--> elements --look, text--> one buffer
//! ```
//!
//! 1. A document is SVG 1.1 plus `mix-blend-mode` and `isolation`; renderers show what [`crate::raster`]
//!    paints, but for their own anti-aliasing. Curves stay curves.
//! 2. The text is a function of tree and options: attributes in a fixed order, no clock, and numbers
//!    as the shortest decimals that read back to the same `f32`.
//! 3. What all elements of a pass have alike stands on its `<g>`; shapes that repeat are defined once.
//! 4. Buffers are kept: a steady run of frames allocates nothing per element. Use one [`Writer`] per
//!    worker.
//!
//! Read next: `document`, then `instances` and `paths`, `look`, `text`.

pub mod animate;
mod document;
mod filter;
mod instances;
mod look;
mod names;
mod paths;
mod text;

#[cfg(test)]
mod tests;

pub use document::Writer;
pub use names::SvgIds;

use crate::render_tree::RenderTree;

/// How documents are written.
#[derive(Debug, Clone, PartialEq)]
pub struct SvgOptions {
    /// px of the document per user px; > 0. Only `width` and `height` change. Default 1.
    pub scale: f64,
    /// Which ids are written. Default all.
    pub ids: SvgIds,
    /// Whether references are also written as `xlink:href`, for readers older than SVG 2. Default no.
    pub compat: bool,
    /// Keyword and text of each piece of metadata, in order. Default none.
    pub metadata: Vec<(String, String)>,
}

impl Default for SvgOptions {
    fn default() -> Self {
        Self {
            scale: 1.0,
            ids: SvgIds::All,
            compat: false,
            metadata: Vec::new(),
        }
    }
}

/// Appends the document of a tree to `out`.
///
/// ```
/// use oscilla::render_tree::RenderTree;
/// use oscilla::svg::{self, SvgOptions};
///
/// let tree = RenderTree {
///     frame: 0,
///     t_ms: 0.0,
///     width: 4,
///     height: 3,
///     background: [1.0, 0.5, 0.0, 1.0],
///     passes: Vec::new(),
///     still: 0,
/// };
/// let mut text = String::new();
/// svg::write(&tree, &SvgOptions::default(), &mut text);
/// assert_eq!(text, r##"<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3" viewBox="0 0 4 3">
///   <rect width="4" height="3" fill="#ff8000"/>
/// </svg>
/// "##);
/// ```
pub fn write(tree: &RenderTree, options: &SvgOptions, out: &mut String) {
    Writer::new(options.clone()).write(tree, &[], out);
}

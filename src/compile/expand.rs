//! Pass 1: composites become their inside.
//!
//! A document comes in, a flat list of blocks, wires, publishers and listeners goes out. A document
//! without composites passes through unchanged and uncopied.

use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Document;
use crate::patch::model::{BlockEntry, ListenerEntry, PublisherEntry, Wire};
use std::borrow::Cow;

/// A document without composites.
pub(super) struct Patch<'a> {
    /// Where it comes from.
    pub document: &'a Document,
    /// In document order.
    pub blocks: Vec<Instance<'a>>,
    /// Output to input.
    pub wires: Vec<Cow<'a, Wire>>,
    /// Output to bus.
    pub publishers: Vec<Cow<'a, PublisherEntry>>,
    /// Bus, rail or channel to input.
    pub listeners: Vec<Cow<'a, ListenerEntry>>,
}

/// One block to be lowered.
pub(super) struct Instance<'a> {
    /// As written, with its full id.
    pub entry: Cow<'a, BlockEntry>,
    /// A short block listens to its default buses by itself.
    pub short: bool,
    /// A composite that could not be expanded and was reported.
    pub broken: bool,
}

/// Replaces every composite block by its inside.
pub(super) fn expand<'a>(document: &'a Document, diagnostics: &mut Diagnostics) -> Patch<'a> {
    let blocks = document
        .blocks
        .iter()
        .map(|entry| {
            let composite = entry.composite();
            if let Some(id) = composite {
                unknown(document, entry, id, diagnostics);
            }
            Instance {
                entry: Cow::Borrowed(entry),
                short: !entry.is_saved(),
                broken: composite.is_some(),
            }
        })
        .collect();
    Patch {
        document,
        blocks,
        wires: document.wires.iter().map(Cow::Borrowed).collect(),
        publishers: document.publishers.iter().map(Cow::Borrowed).collect(),
        listeners: document.listeners.iter().map(Cow::Borrowed).collect(),
    }
}

fn unknown(document: &Document, entry: &BlockEntry, id: &str, diagnostics: &mut Diagnostics) {
    let known = document.composites.iter().map(|c| c.id.as_str());
    let message = format!("there is no composite `{id}`");
    diagnostics.push(
        Diagnostic::error("unknown-composite", format!("{}/type", entry.at), message)
            .on(&entry.id, "")
            .nearest(id, known),
    );
}

//! Whole small documents in, model entries and findings out: one test per rule.

mod buses;
mod chains;
mod composites;
mod entries;
mod hostile;
mod messages;
mod rails;

use super::{Document, Source, read};
use crate::diag::Diagnostics;

/// A document and its findings, places filled in.
fn load(json: &str) -> (Option<Document>, Diagnostics) {
    let source = Source::new("p.json", json);
    let mut diagnostics = Diagnostics::new();
    let document = read(&source, &mut diagnostics);
    source.fill_places(&mut diagnostics);
    (document, diagnostics)
}

/// A document without findings.
fn clean(json: &str) -> Document {
    let (document, diagnostics) = load(json);
    assert_eq!(diagnostics.list(), [], "{json}");
    document.expect("a document")
}

/// `code pointer` of each finding, in order of place.
fn findings(json: &str) -> Vec<String> {
    let (_, diagnostics) = load(json);
    diagnostics
        .list()
        .iter()
        .map(|d| format!("{} {}", d.code, d.pointer))
        .collect()
}

/// Messages of all findings.
fn messages(json: &str) -> Vec<String> {
    load(json)
        .1
        .list()
        .iter()
        .map(|d| d.message.clone())
        .collect()
}

/// A document with blocks `a` and `b` and further top-level fields.
fn with(fields: &str) -> String {
    format!(r#"{{"blocks": [{{"id": "a", "type": "A"}}, {{"id": "b", "type": "B"}}], {fields}}}"#)
}

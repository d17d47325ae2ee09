//! Ids of wires, publishers and listeners that have none.
//!
//! State is kept under these ids across edits, so they come from what an entry connects and never
//! from its position: `wire:<target>`, `list:<target>`, `pub:<source>:<bus>`, `edge:<target>`. A
//! second entry of the same id gets `#2`, and so on in file order.

use super::connection::Connection;
use super::fields::Report;
use super::value::quote;
use crate::diag::Diagnostic;
use std::collections::HashMap;

/// An entry with an id; empty until it is named.
pub(super) trait Identified: Connection {
    /// The id.
    fn id(&mut self) -> &mut String;
    /// JSON pointer of the entry.
    fn at(&self) -> &str;
}

/// Gives every entry without an id one made by `base`. Reports written ids that meet each other or
/// a made one.
pub(super) fn name<T: Identified>(
    what: &str,
    entries: &mut [T],
    base: impl Fn(&T) -> String,
    report: &mut Report<'_>,
) {
    // Written id → index of the first entry that has it.
    let mut written: HashMap<String, usize> = HashMap::new();
    for i in 0..entries.len() {
        let id = entries[i].id().clone();
        if id.is_empty() {
            continue;
        }
        match written.get(&id) {
            Some(&first) => {
                let message = format!("two {what} have the id {}", quote(&id));
                let error = Diagnostic::error("duplicate-id", entries[i].at(), message)
                    .other(entries[first].at())
                    .hint("rename one");
                report.push_about(&entries[i], error);
            }
            None => {
                written.insert(id, i);
            }
        }
    }
    let mut count: HashMap<String, usize> = HashMap::new();
    for i in 0..entries.len() {
        if !entries[i].id().is_empty() {
            continue;
        }
        let base = base(&entries[i]);
        let nth = count.entry(base.clone()).or_default();
        *nth += 1;
        let id = if *nth == 1 {
            base
        } else {
            format!("{base}#{nth}")
        };
        if let Some(&other) = written.get(&id) {
            let message = format!(
                "the id {} is the one that another of the {what} gets by itself",
                quote(&id)
            );
            let error = Diagnostic::error("duplicate-id", entries[other].at(), message)
                .other(entries[i].at())
                .hint("rename it, or write an id there too");
            report.push_about(&entries[other], error);
        }
        *entries[i].id() = id;
    }
}

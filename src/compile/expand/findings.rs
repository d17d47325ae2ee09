//! What is said about definitions as a whole: parameters that lead nowhere, types that nobody has, and
//! which block a mistake in a definition is met at first.

use super::Walk;
use super::definition::{Definitions, Inner};
use crate::blocks::{self, COMPOSITES};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Document;
use crate::patch::model::{BlockEntry, CompositeEntry};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Says of what was found in definitions without regard to their uses where they are used first. Such
/// findings name a node, or nothing.
pub(super) fn name_first_uses(document: &Document, diagnostics: &mut Diagnostics) {
    let is_open = |d: &Diagnostic| d.pointer.starts_with("/composites/") && !d.block.contains("::");
    if !diagnostics.list().iter().any(is_open) {
        return;
    }
    let uses = first_uses(document);
    for finding in diagnostics.list_mut().iter_mut().filter(|d| is_open(d)) {
        let inside = |entry: &&CompositeEntry| {
            let rest = finding.pointer.strip_prefix(entry.at.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let Some(entry) = document.composites.iter().find(inside) else {
            continue;
        };
        let Some(id) = uses.get(entry.id.as_str()) else {
            continue;
        };
        if finding.block.is_empty() {
            finding.block.clone_from(id);
        } else if entry.nodes.iter().any(|node| node.id == finding.block) {
            finding.block = format!("{id}::{}", finding.block);
        }
    }
}

/// The full id of the first block of each composite of the document, outer ones before inner ones.
fn first_uses(document: &Document) -> HashMap<&str, String> {
    let mut uses: HashMap<&str, String> = HashMap::new();
    let mut work: VecDeque<(&BlockEntry, String)> = document
        .blocks
        .iter()
        .map(|block| (block, block.id.clone()))
        .collect();
    while let Some((block, id)) = work.pop_front() {
        let Some(kind) = block.composite().filter(|kind| !uses.contains_key(kind)) else {
            continue;
        };
        let entries = document.composites.iter();
        for entry in entries.filter(|entry| entry.id == kind) {
            let inner = entry.nodes.iter();
            work.extend(inner.map(|node| (node, format!("{id}::{}", node.id))));
        }
        uses.insert(kind, id);
    }
    uses
}

/// Reports parameters that nobody exposes or sets, and exposed ones that nobody asks for.
pub(super) fn check_params(
    document: &Document,
    sets: &[(String, String)],
    diagnostics: &mut Diagnostics,
) {
    let inner = document.composites.iter().flat_map(|entry| &entry.nodes);
    let mut set: BTreeSet<(&str, &str)> = document
        .blocks
        .iter()
        .chain(inner)
        .filter_map(|block| Some((block.composite()?, block)))
        .flat_map(|(kind, block)| block.params.iter().map(move |p| (kind, p.key.as_str())))
        .collect();
    for block in &document.blocks {
        let targets = sets
            .iter()
            .filter_map(|(target, _)| target.rsplit_once('.'));
        let own = targets.filter(|(id, _)| *id == block.id);
        set.extend(own.filter_map(|(_, name)| Some((block.composite()?, name))));
    }
    for entry in &document.composites {
        unexposed(entry, &set, diagnostics);
        unused(entry, diagnostics);
    }
}

/// Inputs that ask for a parameter which the definition does not list and no block gives.
fn unexposed(entry: &CompositeEntry, set: &BTreeSet<(&str, &str)>, diagnostics: &mut Diagnostics) {
    let exposed = || entry.params.iter().map(|param| param.id.as_str());
    let outer = || entry.inputs.iter().map(|input| input.name.as_str());
    for param in entry.nodes.iter().flat_map(|node| &node.params) {
        let Some(name) = param.value.from_param() else {
            continue;
        };
        let known = exposed().chain(outer()).any(|known| known == name);
        if known || set.contains(&(entry.id.as_str(), name)) {
            continue;
        }
        let message = format!(
            "the composite `{}` has no parameter `{name}`; the library's default is used",
            entry.id
        );
        diagnostics.push(
            Diagnostic::warning("unknown-param", &param.at, message)
                .nearest(name, exposed())
                .hint(format!(
                    "to declare it, add `{{\"id\": \"{name}\", \"default\": 1}}` to `exposedParams`"
                )),
        );
    }
}

/// Exposed parameters that set nothing.
fn unused(entry: &CompositeEntry, diagnostics: &mut Diagnostics) {
    let params = || entry.nodes.iter().flat_map(|node| &node.params);
    let asked: BTreeSet<&str> = params().filter_map(|p| p.value.from_param()).collect();
    for param in &entry.params {
        if param.target.is_some() || asked.contains(param.id.as_str()) {
            continue;
        }
        let (id, name) = (&entry.id, &param.id);
        let message = format!("nothing in the composite `{id}` uses its parameter `{name}`");
        diagnostics.push(
            Diagnostic::warning("unused-param", &param.at, message)
                .nearest(name, asked.iter().copied())
                .hint(format!(
                    "use it in a node, `\"amplitude\": {{\"__fromParam\": \"{name}\"}}`, or remove it"
                )),
        );
    }
}

/// The finding for a block of a type that the library does not have.
pub(in crate::compile) fn unknown_type(
    document: &Document,
    entry: &BlockEntry,
    pointer: String,
) -> Diagnostic {
    let kind = &entry.kind;
    let message = format!("there is no block type `{kind}`");
    let error = Diagnostic::error("unknown-block-type", pointer, message).on(&entry.id, "");
    let own = document.composites.iter().map(|entry| entry.id.as_str());
    let mut composites = own.chain(COMPOSITES.iter().map(|c| c.name));
    // A composite by its bare name.
    let error = match composites.find(|name| name.eq_ignore_ascii_case(kind)) {
        Some(name) => error.hint(format!("did you mean `composite:{name}`?")),
        None => error.nearest(kind, blocks::catalogue().iter().map(|block| block.name)),
    };
    match error.hints.is_empty() {
        true => error.hint("`oscilla blocks` lists the library"),
        false => error,
    }
}

impl Walk<'_, '_> {
    /// Reports nodes of a definition whose types nobody has. Where a block uses the definition, only
    /// its composites: the blocks of it are looked up later.
    pub(super) fn unknown_nodes(
        &mut self,
        definitions: &Definitions<'_>,
        at: usize,
        id: Option<&str>,
    ) {
        let definition = definitions.get(at);
        for (node, inner) in definition.entry.nodes.iter().zip(&definition.inner) {
            let pointer = format!("{}/type", node.at);
            let full = id.map_or_else(|| node.id.clone(), |id| format!("{id}::{}", node.id));
            let error = match inner {
                Inner::Unknown => {
                    let kind = node.composite().unwrap_or("");
                    Definitions::unknown(self.document, kind, pointer, &full)
                }
                Inner::Block if id.is_none() && blocks::find(&node.kind).is_none() => {
                    unknown_type(self.document, node, pointer)
                }
                _ => continue,
            };
            self.diagnostics.push(error);
        }
    }
}

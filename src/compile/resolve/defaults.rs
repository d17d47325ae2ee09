//! Default sources: constants of the editor that do not name their input.
//!
//! The editor numbers blocks and default sources from one counter: block `block-K` is followed by the
//! sources `ds-(K+1)`, `ds-(K+2)`… of its inputs that have one, in file order. The loader counts along
//! and believes the result for a whole block or not at all.

use super::Node;
use crate::blocks::{Input, Mark};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Document;
use crate::patch::model::{BlockEntry, DefaultSource, Slot};
use crate::types::{Domain, Family};
use std::collections::{BTreeSet, HashMap};

/// What counting needs.
pub(super) struct Table<'a> {
    /// n of `ds-<n>` to the entry; of several the last.
    sources: HashMap<u64, &'a DefaultSource>,
    /// n of every `block-<n>`.
    blocks: BTreeSet<u64>,
    any: bool,
}

impl<'a> Table<'a> {
    /// From the document.
    pub(super) fn new(document: &'a Document) -> Self {
        let sources = &document.default_sources;
        Self {
            any: !sources.is_empty(),
            sources: sources
                .iter()
                .filter_map(|s| Some((s.number()?, s)))
                .collect(),
            // Composites count too, though their blocks are gone.
            blocks: document
                .blocks
                .iter()
                .filter_map(BlockEntry::number)
                .collect(),
        }
    }

    /// The default source of each input of a block that has one; empty where the counting fails.
    pub(super) fn of(
        &self,
        node: &Node<'_>,
        diagnostics: &mut Diagnostics,
    ) -> HashMap<&'static str, &'a DefaultSource> {
        let (Some(slots), Some(block)) = (&node.entry.slots, node.block) else {
            return HashMap::new();
        };
        let Some(first) = node.entry.number() else {
            return HashMap::new();
        };
        let counted: Vec<&Slot> = slots
            .inputs
            .iter()
            .filter(|slot| slot.default_value.is_some())
            .collect();
        if counted.is_empty() {
            return HashMap::new();
        }
        let next = self.blocks.range(first.saturating_add(1)..).next().copied();
        let known = slots
            .inputs
            .iter()
            .all(|slot| block.input(&slot.id).is_some());
        let matched = || {
            let mut found = HashMap::new();
            for (j, slot) in counted.iter().enumerate() {
                let number = first.checked_add(1)?.checked_add(j as u64)?;
                let source = *self.sources.get(&number)?;
                let (_, input) = block.input(&slot.id)?;
                let before_next = next.is_none_or(|next| number < next);
                if !before_next || !fits(input, source) {
                    return None;
                }
                found.insert(input.name, source);
            }
            Some(found)
        };
        if let Some(found) = Some(()).filter(|()| known).and_then(|()| matched()) {
            return found;
        }
        if self.any {
            let message = format!(
                "the default sources of `{}` cannot be told from those of other blocks; they are not \
                 used",
                node.entry.id
            );
            diagnostics.push(
                Diagnostic::warning("default-source-unmatched", &node.entry.at, message)
                    .on(&node.entry.id, "")
                    .hint("save the patch again, or write the values in `params`"),
            );
        }
        HashMap::new()
    }
}

/// Whether the type of a default source is that of the input.
fn fits(input: &Input, source: &DefaultSource) -> bool {
    let Some(domain) = source.domain() else {
        return false;
    };
    let family = domain.family();
    match input.mark {
        Mark::Options(_) | Mark::Text | Mark::Asset => family == Family::String,
        Mark::Domain => domain == Domain::Domain,
        // Saved patches keep a trigger's constant as a number and a boolean's as a text.
        Mark::Event => matches!(family, Family::Trigger | Family::Number),
        _ if input.domain == Domain::Boolean => {
            matches!(family, Family::Boolean | Family::String)
        }
        // The editor types some number inputs as phases and the other way round; the constant is a
        // number either way and is read as what the input is.
        _ if matches!(input.domain.family(), Family::Number | Family::Phase) => {
            matches!(family, Family::Number | Family::Phase)
        }
        _ => family == input.domain.family(),
    }
}

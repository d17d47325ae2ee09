//! The library in words, from the definitions themselves: plain text, Markdown, JSON.
//!
//! `oscilla blocks`, `oscilla lenses` and `oscilla adapters` print this. Nothing here knows a block by
//! name; what it says is what the compiler checks against. Read next: `words` and `json`, the same ports in
//! two notations.

mod json;
mod words;

use super::{
    ADAPTERS, Adapter, Block, COMPOSITES, Composite, Family, LENSES, Lens, catalogue, find,
    find_adapter, find_composite, find_lens, presets,
};
use crate::math::number_text;
use json::{block_json, composite_json, default_json, params_json};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use words::{Row, composite_notes, composite_tables, params, preset_text};

/// Characters of a line of plain text.
const WIDTH: usize = 88;

/// Something that has a page.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// A block.
    Block(&'static Block),
    /// A built-in composite.
    Composite(&'static Composite),
    /// A lens.
    Lens(&'static Lens),
    /// An adapter.
    Adapter(&'static Adapter),
}

/// All blocks, then all built-in composites, in library order.
pub fn blocks() -> Vec<Entry> {
    let blocks = catalogue().iter().copied().map(Entry::Block);
    let composites = COMPOSITES.iter().map(Entry::Composite);
    blocks.chain(composites).collect()
}

/// All lenses, in library order.
pub fn lenses() -> Vec<Entry> {
    LENSES.iter().map(Entry::Lens).collect()
}

/// All adapters, in library order.
pub fn adapters() -> Vec<Entry> {
    ADAPTERS.iter().map(Entry::Adapter).collect()
}

/// The page of a name: a block first, then a composite, a lens, an adapter. A composite may be written
/// as in a patch, `composite:<name>`.
pub fn entry(name: &str) -> Option<Entry> {
    find(name)
        .map(Entry::Block)
        .or_else(|| {
            let name = name.strip_prefix("composite:").unwrap_or(name);
            find_composite(name).map(Entry::Composite)
        })
        .or_else(|| find_lens(name).map(|(lens, _)| Entry::Lens(lens)))
        .or_else(|| find_adapter(name).map(Entry::Adapter))
}

/// One line per entry, blocks under their families.
pub fn list_text(entries: &[Entry]) -> String {
    let width = entries.iter().map(|e| e.name().chars().count()).max();
    let width = width.unwrap_or(0) + 2;
    let mut text = String::new();
    let mut group = "";
    for entry in entries {
        if entry.group() != group {
            group = entry.group();
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{group}");
        }
        let _ = writeln!(text, "  {:<width$}{}", entry.name(), entry.summary());
    }
    text
}

/// A whole reference: every entry's Markdown, grouped.
pub fn list_markdown(entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut group = "";
    for entry in entries {
        if entry.group() != group {
            group = entry.group();
            let _ = writeln!(text, "## {}\n", capitalised(group));
        }
        text.push_str(&entry.markdown());
        text.push('\n');
    }
    text
}

/// An array of every entry's JSON.
pub fn list_json(entries: &[Entry]) -> Json {
    Json::Array(entries.iter().map(|e| e.json()).collect())
}

impl Entry {
    /// Name in patches.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block(block) => block.name,
            Self::Composite(composite) => composite.name,
            Self::Lens(lens) => lens.id,
            Self::Adapter(adapter) => adapter.id,
        }
    }

    /// One line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Block(block) => block.summary,
            Self::Composite(composite) => composite.summary,
            Self::Lens(lens) => lens.summary,
            Self::Adapter(adapter) => adapter.summary,
        }
    }

    /// Heading in lists.
    pub fn group(self) -> &'static str {
        match self {
            Self::Block(block) => block.family.name(),
            Self::Composite(_) => "composites",
            Self::Lens(lens) => match lens.domain.name() {
                "phase" => "lenses of phases",
                "vec2" => "lenses of vectors",
                "color" => "lenses of colours",
                _ => "lenses of numbers",
            },
            Self::Adapter(adapter) => match adapter.policy.name() {
                "auto" => "adapters that are applied when needed",
                "suggest" => "adapters that are suggested",
                _ => "adapters that are only named explicitly",
            },
        }
    }

    /// A page of plain text.
    pub fn text(self) -> String {
        let mut text = format!("{}: {}\n", self.name(), self.summary());
        for (heading, rows) in self.tables() {
            let _ = writeln!(text, "\n{heading}");
            for row in rows {
                wrapped(&mut text, &row.signature(), [2, 6]);
                wrapped(&mut text, row.doc, [6, 6]);
            }
        }
        let notes = self.notes();
        if !notes.is_empty() {
            text.push('\n');
            for note in notes {
                wrapped(&mut text, &note, [0, 0]);
            }
        }
        for paragraph in self.details().split("\n\n").filter(|p| !p.is_empty()) {
            text.push('\n');
            wrapped(&mut text, paragraph, [0, 0]);
        }
        text
    }

    /// A page of Markdown.
    pub fn markdown(self) -> String {
        let mut text = format!("### {}\n\n{}\n", self.name(), capitalised(self.summary()));
        for (heading, rows) in self.tables() {
            let _ = writeln!(text, "\n| {heading} | type | default | range | meaning |");
            text.push_str("|---|---|---|---|---|\n");
            for row in rows {
                let cells = [row.kind, row.default, row.range, row.doc.to_owned()];
                let cells = cells.map(|cell| cell.replace('|', "\\|"));
                let _ = writeln!(text, "| `{}` | {} |", row.name, cells.join(" | "));
            }
        }
        for note in self.notes() {
            let _ = writeln!(text, "\n{note}");
        }
        if !self.details().is_empty() {
            let _ = writeln!(text, "\n{}", self.details());
        }
        text
    }

    /// The definition as JSON.
    pub fn json(self) -> Json {
        match self {
            Self::Block(block) => block_json(block),
            Self::Composite(composite) => composite_json(composite),
            Self::Lens(lens) => json!({
                "kind": "lens",
                "name": lens.id,
                "domain": lens.domain.name(),
                "summary": lens.summary,
                "details": lens.details,
                "stateful": lens.is_stateful(),
                "params": params_json(lens.params),
                "presets": presets().iter().filter(|p| p.lens == lens.id).map(|p| json!({
                    "name": p.name,
                    "params": p.params.iter()
                        .map(|(name, value)| ((*name).to_owned(), default_json(*value)))
                        .collect::<serde_json::Map<_, _>>(),
                })).collect::<Vec<_>>(),
            }),
            Self::Adapter(adapter) => json!({
                "kind": "adapter",
                "name": adapter.id,
                "summary": adapter.summary,
                "class": adapter.class.name(),
                "policy": adapter.policy.name(),
                "cost": adapter.cost,
                "from": adapter.from.map(|d| d.name()),
                "to": adapter.to.map(|d| d.name()),
                "params": params_json(adapter.params),
            }),
        }
    }

    fn details(self) -> &'static str {
        match self {
            Self::Block(block) => block.details,
            Self::Lens(lens) => lens.details,
            Self::Composite(_) | Self::Adapter(_) => "",
        }
    }

    /// Sentences between the tables and the details.
    fn notes(self) -> Vec<String> {
        match self {
            Self::Block(block) if !block.aliases.is_empty() => {
                vec![format!("Also called {}.", block.aliases.join(", "))]
            }
            Self::Block(_) => Vec::new(),
            Self::Composite(composite) => composite_notes(composite),
            Self::Lens(lens) => {
                let own = presets().iter().filter(|p| p.lens == lens.id);
                let names: Vec<String> = own.map(preset_text).collect();
                let mut notes = vec![format!("Works on {}.", lens.domain.name())];
                if lens.is_stateful() {
                    notes.push("Keeps state: it works on signals, not on fields.".to_owned());
                }
                if !names.is_empty() {
                    notes.push(format!("Presets: {}.", names.join(", ")));
                }
                notes
            }
            Self::Adapter(adapter) => {
                let name =
                    |domain: Option<crate::types::Domain>| domain.map_or("the same", |d| d.name());
                let from = adapter.from.map_or("any", |d| d.name());
                vec![format!(
                    "From {from} to {}; {}, {}, cost {}.",
                    name(adapter.to),
                    adapter.class.name(),
                    adapter.policy.name(),
                    number_text(adapter.cost)
                )]
            }
        }
    }

    fn tables(self) -> Vec<(&'static str, Vec<Row>)> {
        let tables = match self {
            Self::Block(block) => vec![
                ("inputs", block.inputs.iter().map(Row::input).collect()),
                ("outputs", block.outputs.iter().map(Row::output).collect()),
            ],
            Self::Composite(composite) => composite_tables(composite),
            Self::Lens(lens) => vec![("parameters", params(lens.params))],
            Self::Adapter(adapter) => vec![("parameters", params(adapter.params))],
        };
        let filled = |(_, rows): &(&str, Vec<Row>)| !rows.is_empty();
        tables.into_iter().filter(filled).collect()
    }
}

impl Family {
    /// Heading of the family.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Signal => "signals",
            Self::Rhythm => "rhythm",
            Self::State => "state",
            Self::Domain => "domains",
            Self::Layout => "layouts",
            Self::Field => "fields",
            Self::Color => "colours of elements",
            Self::Sink => "sinks",
            Self::Scene => "scene",
            Self::Other => "others",
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The text in lines of at most [`WIDTH`] characters; the first is indented by the first number, the
/// others by the second.
fn wrapped(out: &mut String, text: &str, [first, rest]: [usize; 2]) {
    let (mut used, mut indent) = (0, first);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > WIDTH {
            out.push('\n');
            (used, indent) = (0, rest);
        }
        if used == 0 {
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    if used > 0 {
        out.push('\n');
    }
}

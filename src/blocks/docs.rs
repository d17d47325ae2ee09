//! The library in words, from the definitions themselves: plain text, Markdown, JSON.
//!
//! `oscilla blocks`, `oscilla lenses` and `oscilla adapters` print this. Nothing here knows a block by
//! name; what it says is what the compiler checks against.

use super::{
    ADAPTERS, Adapter, Block, COMPOSITES, Composite, Default, Family, Hard, Input, LENSES, Lens,
    Mark, Output, OutputWorld, Param, ParamKind, Preset, Setting, catalogue, find, find_adapter,
    find_composite, find_lens, presets,
};
use crate::math::number_text;
use serde_json::{Value as Json, json};
use std::fmt::Write;

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

/// Ports of a composite in words, under their outer names.
fn composite_tables(composite: &Composite) -> Vec<(&'static str, Vec<Row>)> {
    let inputs = composite.inputs.iter().filter_map(|(name, _)| {
        let mut row = Row::input(&Input {
            bus: composite.subscription(name),
            ..*composite.input(name)?
        });
        row.name = name;
        Some(row)
    });
    let outputs = composite.outputs.iter().filter_map(|(name, _)| {
        let mut row = Row::output(composite.output(name)?);
        row.name = name;
        if let Some(bus) = composite.publication(name) {
            let _ = write!(row.kind, ", to bus {bus}");
        }
        Some(row)
    });
    let params = composite.params().into_iter().map(|param| {
        let mut row = Row::input(&Input {
            bus: None,
            ..*param.input
        });
        row.name = param.name;
        row
    });
    vec![
        ("parameters", params.collect()),
        ("inputs", inputs.collect()),
        ("outputs", outputs.collect()),
    ]
}

fn composite_notes(composite: &Composite) -> Vec<String> {
    let nodes = composite.nodes.iter().map(|node| {
        let set = node
            .params
            .iter()
            .filter_map(|(key, setting)| match setting {
                Setting::Param(name) if name == key => None,
                Setting::Param(name) => Some(format!("{key} from {name}")),
                Setting::Number(v) => Some(format!("{key} {}", number_text(*v))),
                Setting::Word(word) => Some(format!("{key} {word}")),
            });
        let set: Vec<String> = set.collect();
        match set.is_empty() {
            true => format!("{} ({})", node.id, node.kind),
            false => format!("{} ({}: {})", node.id, node.kind, set.join(", ")),
        }
    });
    let nodes: Vec<String> = nodes.collect();
    let edges: Vec<String> = composite
        .edges
        .iter()
        .map(|((a, out), (b, input))| format!("{a}.{out} → {b}.{input}"))
        .collect();
    let mut notes = vec![
        format!(
            "The block type in a patch is `composite:{}`.",
            composite.name
        ),
        format!("Inside: {}.", nodes.join(", ")),
    ];
    if !edges.is_empty() {
        notes.push(format!("Connected: {}.", edges.join(", ")));
    }
    notes
}

fn composite_json(composite: &Composite) -> Json {
    let renamed = |mut json: Json, name: &str| {
        json["name"] = json!(name);
        json
    };
    let inputs = composite.inputs.iter().filter_map(|(name, targets)| {
        let mut json = renamed(input_json(composite.input(name)?), name);
        json["bus"] = json!(composite.subscription(name));
        json["to"] = targets
            .iter()
            .map(|(n, p)| json!(format!("{n}.{p}")))
            .collect();
        Some(json)
    });
    let outputs = composite.outputs.iter().filter_map(|(name, (node, port))| {
        let mut json = renamed(output_json(composite.output(name)?), name);
        json["bus"] = json!(composite.publication(name));
        json["from"] = json!(format!("{node}.{port}"));
        Some(json)
    });
    let params = composite.params().into_iter().map(|param| {
        let mut json = renamed(input_json(param.input), param.name);
        json["bus"] = Json::Null;
        json
    });
    let nodes = composite.nodes.iter().map(|node| {
        let set = node.params.iter().map(|(key, setting)| {
            let value = match setting {
                Setting::Param(name) => json!({ "__fromParam": name }),
                Setting::Number(v) => json!(v),
                Setting::Word(word) => json!(word),
            };
            ((*key).to_owned(), value)
        });
        let set: serde_json::Map<String, Json> = set.collect();
        json!({ "id": node.id, "type": node.kind, "params": set })
    });
    json!({
        "kind": "composite",
        "name": composite.name,
        "type": format!("composite:{}", composite.name),
        "summary": composite.summary,
        "params": params.collect::<Vec<_>>(),
        "inputs": inputs.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": composite.edges.iter()
            .map(|((a, out), (b, input))| json!({
                "from": format!("{a}.{out}"), "to": format!("{b}.{input}"),
            }))
            .collect::<Vec<_>>(),
    })
}

/// A port or parameter in words.
struct Row {
    name: &'static str,
    kind: String,
    default: String,
    range: String,
    doc: &'static str,
}

impl Row {
    fn input(input: &Input) -> Self {
        let mut kind = match input.mark {
            Mark::Options(words) => words.join(" | "),
            Mark::Text => "text".to_owned(),
            Mark::Asset => "path data or SVG file".to_owned(),
            Mark::Constant => format!("{}, constant", input.domain.name()),
            Mark::Field => format!("field {}", input.domain.name()),
            _ => input.domain.name().to_owned(),
        };
        if !input.unit.is_empty() {
            let _ = write!(kind, ", {}", input.unit);
        }
        if let Some(bus) = input.bus {
            let _ = write!(kind, ", bus {bus}");
        }
        let mut range = input.range.map_or_else(String::new, |(low, high)| {
            format!("{}…{}", number_text(low), number_text(high))
        });
        if let Some(hard) = input.hard {
            let gap = if range.is_empty() { "" } else { ", " };
            let _ = write!(range, "{gap}{}", hard_text(hard));
        }
        Self {
            name: input.name,
            kind,
            default: default_text(input),
            range,
            doc: input.doc,
        }
    }

    fn output(output: &Output) -> Self {
        let mut kind = match output.world {
            OutputWorld::Field => format!("field {}", output.domain.name()),
            _ => output.domain.name().to_owned(),
        };
        if !output.unit.is_empty() {
            let _ = write!(kind, ", {}", output.unit);
        }
        Self {
            name: output.name,
            kind,
            default: String::new(),
            range: String::new(),
            doc: output.doc,
        }
    }

    /// `name: type = default [range]`
    fn signature(&self) -> String {
        let mut text = format!("{}: {}", self.name, self.kind);
        if !self.default.is_empty() {
            let _ = write!(text, " = {}", self.default);
        }
        if !self.range.is_empty() {
            let _ = write!(text, " [{}]", self.range);
        }
        text
    }
}

fn params(params: &[Param]) -> Vec<Row> {
    params
        .iter()
        .map(|param| {
            let mut kind = match param.kind {
                ParamKind::Number => "number".to_owned(),
                ParamKind::Vec2 => "vec2".to_owned(),
                ParamKind::Boolean => "boolean".to_owned(),
                ParamKind::Options(words) => words.join(" | "),
            };
            if param.constant && param.kind == ParamKind::Number {
                kind.push_str(", constant");
            }
            if !param.unit.is_empty() {
                let _ = write!(kind, ", {}", param.unit);
            }
            let default = match (param.kind, param.default) {
                (ParamKind::Boolean, Default::Number(v)) => (v > 0.5).to_string(),
                (_, default) => value_text(default),
            };
            Row {
                name: param.name,
                kind,
                default,
                range: String::new(),
                doc: param.doc,
            }
        })
        .collect()
}

/// A preset with what it sets.
fn preset_text(preset: &Preset) -> String {
    let set = preset.params.iter();
    let set: Vec<String> = set
        .map(|(name, value)| format!("{name} {}", value_text(*value)))
        .collect();
    match set.is_empty() {
        true => preset.name.to_owned(),
        false => format!("{} ({})", preset.name, set.join(", ")),
    }
}

fn hard_text(hard: Hard) -> String {
    match hard {
        Hard::Above(x) => format!("> {}", number_text(x)),
        Hard::AtLeast(x) => format!("≥ {}", number_text(x)),
        Hard::Between(a, b) => format!("> {} and < {}", number_text(a), number_text(b)),
    }
}

fn default_text(input: &Input) -> String {
    match (input.domain.name(), input.default) {
        ("boolean", Default::Number(v)) => (v > 0.5).to_string(),
        ("domain", Default::Number(n)) => format!("{} elements", number_text(n)),
        (_, default) => value_text(default),
    }
}

fn value_text(default: Default) -> String {
    let list = |parts: &[f64]| {
        let parts: Vec<String> = parts.iter().map(|&v| number_text(v)).collect();
        format!("({})", parts.join(", "))
    };
    match default {
        Default::Required => "required".to_owned(),
        Default::Number(v) if v == f64::INFINITY => "∞".to_owned(),
        Default::Number(v) if v == f64::NEG_INFINITY => "−∞".to_owned(),
        Default::Number(v) => number_text(v),
        Default::Vec2(v) => list(&v),
        Default::Vec3(v) => list(&v),
        Default::Color(text) => text.to_owned(),
        Default::Text("") | Default::Path("") => "empty".to_owned(),
        Default::Text(text) | Default::Path(text) => text.to_owned(),
        Default::Time => "the time of the frame".to_owned(),
        Default::None => "nothing".to_owned(),
    }
}

fn default_json(default: Default) -> Json {
    match default {
        Default::Required | Default::Time | Default::None => Json::Null,
        Default::Number(v) if v.is_finite() => json!(v),
        Default::Number(v) => json!(value_text(Default::Number(v))),
        Default::Vec2(v) => json!(v),
        Default::Vec3(v) => json!(v),
        Default::Color(text) | Default::Text(text) | Default::Path(text) => json!(text),
    }
}

fn block_json(block: &Block) -> Json {
    let inputs: Vec<Json> = block.inputs.iter().map(input_json).collect();
    let outputs: Vec<Json> = block.outputs.iter().map(output_json).collect();
    json!({
        "kind": "block",
        "name": block.name,
        "aliases": block.aliases,
        "family": block.family.name(),
        "summary": block.summary,
        "details": block.details,
        "inputs": inputs,
        "outputs": outputs,
        "breaksCycles": block.breakers,
    })
}

fn output_json(output: &Output) -> Json {
    json!({
        "name": output.name,
        "type": output.domain.name(),
        "world": match output.world {
            OutputWorld::Signal => "signal",
            OutputWorld::Field => "field",
            OutputWorld::Event => "event",
            OutputWorld::Special => "special",
        },
        "unit": output.unit,
        "doc": output.doc,
    })
}

fn input_json(input: &Input) -> Json {
    let (mark, options) = match input.mark {
        Mark::Constant => ("constant", None),
        Mark::Options(words) => ("option", Some(words)),
        Mark::Text => ("text", None),
        Mark::Asset => ("asset", None),
        Mark::Signal => ("signal", None),
        Mark::Field => ("field", None),
        Mark::Domain => ("domain", None),
        Mark::Event => ("event", None),
        Mark::Render => ("render", None),
        Mark::Camera => ("camera", None),
    };
    json!({
        "name": input.name,
        "type": input.domain.name(),
        "read": mark,
        "options": options,
        "default": match (input.domain.name(), input.default) {
            ("boolean", Default::Number(v)) => json!(v > 0.5),
            (_, default) => default_json(default),
        },
        "required": input.default == Default::Required,
        "range": input.range.map(|(low, high)| json!([low, high])),
        "limit": input.hard.map(hard_text),
        "unit": input.unit,
        "bus": input.bus,
        "doc": input.doc,
    })
}

fn params_json(params: &[Param]) -> Vec<Json> {
    params
        .iter()
        .map(|param| {
            let (kind, options) = match param.kind {
                ParamKind::Number => ("number", None),
                ParamKind::Vec2 => ("vec2", None),
                ParamKind::Boolean => ("boolean", None),
                ParamKind::Options(words) => ("option", Some(words)),
            };
            json!({
                "name": param.name,
                "type": kind,
                "options": options,
                "default": match (param.kind, param.default) {
                    (ParamKind::Boolean, Default::Number(v)) => json!(v > 0.5),
                    (_, default) => default_json(default),
                },
                "constant": param.constant,
                "unit": param.unit,
                "doc": param.doc,
            })
        })
        .collect()
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

//! Ports and parameters in words.

use crate::blocks::*;
use crate::math::number_text;
use std::fmt::Write as _;

/// Ports of a composite in words, under their outer names.
pub(super) fn composite_tables(composite: &Composite) -> Vec<(&'static str, Vec<Row>)> {
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

pub(super) fn composite_notes(composite: &Composite) -> Vec<String> {
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

/// A port or parameter in words.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) kind: String,
    pub(super) default: String,
    pub(super) range: String,
    pub(super) doc: &'static str,
}

impl Row {
    pub(super) fn input(input: &Input) -> Self {
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

    pub(super) fn output(output: &Output) -> Self {
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
    pub(super) fn signature(&self) -> String {
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

pub(super) fn params(params: &[Param]) -> Vec<Row> {
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
pub(super) fn preset_text(preset: &Preset) -> String {
    let set = preset.params.iter();
    let set: Vec<String> = set
        .map(|(name, value)| format!("{name} {}", value_text(*value)))
        .collect();
    match set.is_empty() {
        true => preset.name.to_owned(),
        false => format!("{} ({})", preset.name, set.join(", ")),
    }
}

pub(super) fn hard_text(hard: Hard) -> String {
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

pub(super) fn value_text(default: Default) -> String {
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

//! Blocks and the editor's table of default sources.

use super::chain::params;
use super::fields::{Fields, Report, Shape, check_id};
use super::model::{BlockEntry, DefaultSource, Slot, Slots};
use super::place::Place;
use super::refs::Known;
use super::types;
use super::value::{Value, quote};
use crate::diag::Diagnostic;
use std::collections::HashMap;

/// Most blocks in a document or definition.
pub(super) const MOST: usize = 100_000;

pub(super) const BLOCK: Shape = Shape {
    what: "a block",
    example: r#"{"id": "osc", "type": "Oscillator", "params": {"amplitude": 0.5}}"#,
    known: &[
        "id",
        "type",
        "params",
        "inputs",
        "outputs",
        "label",
        "category",
        "description",
    ],
};

const SLOT: Shape = Shape {
    what: "a slot",
    example: r#"{"id": "phase", "type": "Signal<phase>"}"#,
    known: &[],
};

pub(super) const DEFAULT_SOURCE: Shape = Shape {
    what: "a default source",
    example: r#"{"id": "ds-14", "type": {"world": "signal", "domain": "number"}, "value": 1}"#,
    known: &["id", "type", "value", "uiHint", "rangeHint"],
};

/// What the `blocks` of a document hold.
#[derive(Default)]
pub(super) struct Blocks<'a> {
    /// Blocks in file order.
    pub(super) entries: Vec<BlockEntry>,
    /// Ids that references may name, those of unreadable entries among them.
    pub(super) ids: HashMap<&'a str, Known>,
    /// The first old `canvas` entry: its params and their place.
    pub(super) canvas: Option<(&'a Value, String)>,
}

impl<'a> Blocks<'a> {
    /// Reads the list of a document.
    pub(super) fn read(list: &'a [Value], place: &Place<'_>, report: &mut Report<'_>) -> Self {
        let mut blocks = Self::default();
        // Where an id was first written, for messages about the second.
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(list.len());
        for (i, value) in list.iter().enumerate() {
            let here = place.index(i);
            report.leave();
            let Some(fields) = Fields::open(value, &here, &BLOCK, report) else {
                continue;
            };
            report.enter(
                fields
                    .get("id")
                    .and_then(Value::as_text)
                    .unwrap_or_default(),
                "",
            );
            let saved = fields.get("inputs").is_some() || fields.get("outputs").is_some();
            if !saved {
                fields.warn_unknown(report);
            }
            let id = fields.needed_text("id", report);
            let id = id.filter(|id| check_id(id, || fields.pointer("id"), true, report));
            let kind = kind(&fields, report);
            let canvas = kind == Some("canvas");
            if let Some(id) = id {
                if let Some(other) = first.get(id) {
                    let other = place.index(*other);
                    let message = format!("two blocks have the id {}", quote(id));
                    report.push(
                        Diagnostic::error("duplicate-id", fields.pointer("id"), message)
                            .other(format!("{other}/id"))
                            .hint("rename one"),
                    );
                    continue;
                }
                first.insert(id, i);
                blocks
                    .ids
                    .insert(id, if canvas { Known::Canvas } else { Known::Block });
            }
            if canvas {
                if let (None, Some(params)) = (&blocks.canvas, fields.get("params")) {
                    blocks.canvas = Some((params, fields.pointer("params")));
                }
                continue;
            }
            let slots = saved.then(|| Slots {
                inputs: slots(&fields, "inputs", report),
                outputs: slots(&fields, "outputs", report),
            });
            let params = params(&fields, report);
            let label = fields.text("label", report).unwrap_or_default().to_owned();
            if let (Some(id), Some(kind)) = (id, kind) {
                let (id, kind) = (id.to_owned(), kind.to_owned());
                blocks.entries.push(BlockEntry {
                    at: fields.at(),
                    id,
                    kind,
                    params,
                    slots,
                    label,
                });
            }
        }
        report.leave();
        blocks
    }
}

/// The type name of a block or node. Macros exist only in an editor.
pub(super) fn kind<'a>(fields: &Fields<'a, '_>, report: &mut Report<'_>) -> Option<&'a str> {
    let kind = fields.needed_text("type", report)?;
    if kind.is_empty() {
        fields.wrong("type", "the name of a block type", report);
        return None;
    }
    if kind.starts_with("macro:") {
        let message = format!(
            "{} is a macro, which exists only while editing",
            quote(kind)
        );
        report.push(
            Diagnostic::error("macro-in-document", fields.pointer("type"), message)
                .hint("save the expanded patch"),
        );
        return None;
    }
    Some(kind)
}

/// The editor's copies of ports. Broken ones are left out: only their default sources are read.
fn slots(fields: &Fields<'_, '_>, key: &'static str, report: &mut Report<'_>) -> Vec<Slot> {
    let list = fields.place.key(key);
    let mut slots = Vec::new();
    for (i, value) in fields.list(key, report).iter().enumerate() {
        let place = list.index(i);
        let Some(slot) = Fields::open(value, &place, &SLOT, report) else {
            continue;
        };
        let Some(id) = slot.needed_text("id", report) else {
            continue;
        };
        let default_value = slot
            .get("defaultSource")
            .map(|source| source.get("value").cloned().unwrap_or(Value::Null));
        slots.push(Slot {
            id: id.to_owned(),
            ty: slot.get("type").and_then(types::any),
            default_value,
            at: slot.at(),
        });
    }
    slots
}

/// The editor's table of constants.
pub(super) fn default_sources(
    list: &[Value],
    place: &Place<'_>,
    report: &mut Report<'_>,
) -> Vec<DefaultSource> {
    let mut sources = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let here = place.index(i);
        let Some(fields) = Fields::open(value, &here, &DEFAULT_SOURCE, report) else {
            continue;
        };
        fields.warn_unknown(report);
        let Some(id) = fields.needed_text("id", report) else {
            continue;
        };
        sources.push(DefaultSource {
            at: fields.at(),
            id: id.to_owned(),
            ty: fields.get("type").and_then(types::any),
            value: fields.get("value").cloned().unwrap_or(Value::Null),
        });
    }
    sources
}

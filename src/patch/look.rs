//! The document's own fields: version, seed, size, background, golden frames, name, revision.

use super::fields::{Fields, Report, Shape};
use super::model::{Constant, Golden};
use super::value::{self, Value};
use crate::diag::Diagnostic;
use crate::math::wrap_u32;

pub use crate::types::MAX_SIDE;

/// The whole document.
pub(super) const DOCUMENT: Shape = Shape {
    what: "a patch",
    example: r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"}, …], "connections": […]}"#,
    known: &[
        "version",
        "blocks",
        "connections",
        "buses",
        "publishers",
        "listeners",
        "defaultSources",
        "settings",
        "lanes",
        "composites",
        "seed",
        "size",
        "background",
        "rails",
        "golden",
        "name",
        "revision",
        "description",
        "$schema",
    ],
};

const SETTINGS: Shape = Shape {
    what: "`settings`",
    example: r#"{"seed": 7}"#,
    known: &[],
};

pub(super) const GOLDEN: Shape = Shape {
    what: "`golden`",
    example: r#"{"frames": "0,30,59", "fps": 60, "size": [400, 300]}"#,
    known: &["frames", "fps", "size"],
};

/// `version`, if present, is the number 2.
pub(super) fn version(document: &Fields<'_, '_>, report: &mut Report<'_>) {
    match document.written("version") {
        None => {}
        Some(Value::Number(v)) if *v == 2.0 => {}
        Some(other) => {
            let message = format!("version 2 is read, but this patch has {}", other.show());
            report.push(
                Diagnostic::error("unsupported-version", document.pointer("version"), message)
                    .hint("save it again with the current editor, or remove `version`"),
            );
        }
    }
}

/// Counts edits; 1 unless written.
pub(super) fn revision(document: &Fields<'_, '_>, report: &mut Report<'_>) -> u64 {
    match document.get("revision") {
        None => 1,
        // Whole numbers up to 2⁵³ are exact.
        Some(Value::Number(v))
            if *v >= 0.0 && *v <= 9_007_199_254_740_992.0 && v.fract() == 0.0 =>
        {
            *v as u64
        }
        Some(_) => {
            document.wrong("revision", "a whole number", report);
            1
        }
    }
}

/// Top-level `seed`, else `settings.seed`, else 0. Other than whole numbers in 0…2³²−1 are floored
/// and taken modulo 2³².
pub(super) fn seed(document: &Fields<'_, '_>, report: &mut Report<'_>) -> u32 {
    let place = document.place.key("settings");
    let settings = document
        .get("settings")
        .and_then(|value| Fields::open(value, &place, &SETTINGS, report));
    let inner = settings.and_then(|settings| settings.number("seed", report));
    let v = document.number("seed", report).or(inner).unwrap_or(0.0);
    wrap_u32(v.floor())
}

/// `size` of the document, else that of an old canvas entry.
pub(super) fn size(
    document: &Fields<'_, '_>,
    canvas: Option<&(&Value, String)>,
    report: &mut Report<'_>,
) -> Option<(u32, u32)> {
    if let Some(value) = document.get("size") {
        return read_size(value, document.pointer("size"), report);
    }
    let (params, at) = canvas?;
    let side = |key: &str| params.get(key).filter(|value| !value.is_null());
    match (side("width"), side("height")) {
        (None, None) => None,
        _ => read_size(params, at.clone(), report),
    }
}

/// `[w, h]`, `{"width", "height"}` or `"800x600"`.
fn read_size(value: &Value, pointer: String, report: &mut Report<'_>) -> Option<(u32, u32)> {
    let side = |value: &Value| match value {
        Value::Number(v) => whole_side(*v),
        _ => None,
    };
    let read = match value {
        Value::List(list) => match list.as_slice() {
            [w, h] => side(w).zip(side(h)),
            _ => None,
        },
        Value::Object(_) => value
            .get("width")
            .and_then(side)
            .zip(value.get("height").and_then(side)),
        Value::Text(text) => text
            .split_once('x')
            .and_then(|(w, h)| text_side(w).zip(text_side(h))),
        _ => None,
    };
    if read.is_none() {
        let message = format!(
            "{} is no size: two whole numbers from 1 to {MAX_SIDE}",
            shown(value)
        );
        report.push(
            Diagnostic::error("bad-size", pointer, message)
                .hint(r#"write [800, 600], "800x600" or {"width": 800, "height": 600}"#),
        );
    }
    read
}

fn whole_side(v: f64) -> Option<u32> {
    let fits = v >= 1.0 && v <= f64::from(MAX_SIDE) && v.fract() == 0.0;
    fits.then_some(v as u32)
}

fn text_side(text: &str) -> Option<u32> {
    let digits = text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|v| digits && (1..=MAX_SIDE).contains(v))
}

/// A size as written, if it is short.
fn shown(value: &Value) -> String {
    match value {
        Value::List(list) if list.len() <= 3 && list.iter().all(|v| v.scalar()) => {
            format!("`{}`", value.json())
        }
        Value::Object(entries) if entries.len() <= 3 && entries.iter().all(|(_, v)| v.scalar()) => {
            format!("`{}`", value.json())
        }
        _ => value.show(),
    }
}

/// `background` of the document, else that of an old canvas entry. The colour is read later.
pub(super) fn background(
    document: &Fields<'_, '_>,
    canvas: Option<&(&Value, String)>,
) -> Option<Constant> {
    if let Some(value) = document.get("background") {
        return Some(Constant {
            value: value.clone(),
            at: document.pointer("background"),
        });
    }
    let (params, at) = canvas?;
    let value = params.get("background").filter(|value| !value.is_null())?;
    Some(Constant {
        value: value.clone(),
        at: format!("{at}/background"),
    })
}

/// Frames to record.
pub(super) fn golden(document: &Fields<'_, '_>, report: &mut Report<'_>) -> Option<Golden> {
    let place = document.place.key("golden");
    let fields = Fields::open(document.get("golden")?, &place, &GOLDEN, report)?;
    fields.warn_unknown(report);
    let frames = fields.needed_text("frames", report);
    let fps = match fields.get("fps").map(value::number) {
        None => 60.0,
        Some(Ok(fps)) if fps > 0.0 => fps,
        Some(_) => {
            fields.wrong("fps", "a number above 0", report);
            60.0
        }
    };
    let size = fields
        .get("size")
        .and_then(|v| read_size(v, fields.pointer("size"), report));
    Some(Golden {
        frames: frames?.to_owned(),
        fps,
        size,
        at: fields.at(),
    })
}

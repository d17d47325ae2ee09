//! `--explain`: a value walked back to its sources, as an indented text or as JSON.

use crate::vm::explain::{FIRST, Origin, Seen};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints an origin; sources stand below what they feed, further in.
pub(super) fn print(origin: &Origin, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let Origin {
        kind, name, note, ..
    } = origin;
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("  ({note})")
    };
    let again = if origin.again { "  see above" } else { "" };
    writeln!(
        out,
        "{indent}{kind} {name}{note}{}{again}",
        after(" = ", &origin.value)
    )?;
    // Read upwards: the source, then each transform, then this value.
    for stage in origin.stages.iter().rev() {
        writeln!(
            out,
            "{indent}  after {} {}  ({}){}",
            stage.kind,
            stage.name,
            stage.step,
            after(" = ", &stage.after)
        )?;
    }
    if !origin.stages.is_empty()
        && let [source] = origin.from.as_slice()
    {
        writeln!(out, "{indent}  before{}", after(" = ", &source.value))?;
    }
    origin
        .from
        .iter()
        .try_for_each(|from| print(from, depth + 1, out))
}

fn after(sign: &str, seen: &Seen) -> String {
    match text(seen) {
        text if text.is_empty() => text,
        text => format!("{sign}{text}"),
    }
}

fn lanes(values: &[f64]) -> String {
    let words: Vec<String> = values.iter().map(|&v| number_text(v)).collect();
    match words.as_slice() {
        [single] => single.clone(),
        words => format!("({})", words.join(", ")),
    }
}

/// Lanes of fields are f32: 0.1, not 0.10000000149011612.
fn number_text(value: f64) -> String {
    let narrow = value as f32;
    if f64::from(narrow) == value {
        narrow.to_string()
    } else {
        value.to_string()
    }
}

fn text(seen: &Seen) -> String {
    match seen {
        Seen::Nothing => String::new(),
        Seen::Lanes(values) => lanes(values),
        Seen::Pulses(1) => "1 pulse".to_owned(),
        Seen::Pulses(count) => format!("{count} pulses"),
        Seen::Field { first, stats } => {
            let shown: Vec<String> = first.iter().map(|row| lanes(row)).collect();
            let plural = if stats.count == 1 { "" } else { "s" };
            let more = if stats.count > FIRST { ", …" } else { "" };
            let nan = if stats.nan > 0 {
                format!(", {} NaN", stats.nan)
            } else {
                String::new()
            };
            format!(
                "[{}{more}]  {} element{plural}, min {}, max {}{nan}",
                shown.join(", "),
                stats.count,
                number_text(stats.min),
                number_text(stats.max)
            )
        }
    }
}

/// The same as JSON; numbers that are not finite are texts.
pub(super) fn to_json(origin: &Origin) -> Value {
    let stages = origin.stages.iter().map(|stage| {
        json!({"kind": stage.kind, "name": stage.name, "step": stage.step, "after": value(&stage.after)})
    });
    json!({
        "kind": origin.kind,
        "name": origin.name,
        "note": origin.note,
        "value": value(&origin.value),
        "transforms": stages.collect::<Vec<_>>(),
        "seeAbove": origin.again,
        "from": origin.from.iter().map(to_json).collect::<Vec<_>>(),
    })
}

fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else {
        json!(value.to_string())
    }
}

fn numbers(values: &[f64]) -> Value {
    match values {
        [single] => number(*single),
        values => values.iter().map(|v| number(*v)).collect(),
    }
}

fn value(seen: &Seen) -> Value {
    match seen {
        Seen::Nothing => Value::Null,
        Seen::Lanes(values) => numbers(values),
        Seen::Pulses(count) => json!({"pulses": count}),
        Seen::Field { first, stats } => json!({
            "first": first.iter().map(|row| numbers(row)).collect::<Vec<_>>(),
            "count": stats.count, "nan": stats.nan,
            "min": number(stats.min), "max": number(stats.max), "mean": number(stats.mean),
        }),
    }
}

//! `--explain`: a value walked back to its sources, as an indented text or as JSON.

use crate::math::readable;
use crate::vm::explain::{Explanation, Origin, Seen};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Levels that are shown by indentation; deeper ones carry their number.
const DEEPEST: usize = 24;

/// Prints a value; sources stand below what they feed, further in, each once.
pub(super) fn print(explained: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let nodes = &explained.nodes;
    let mut printed = vec![false; nodes.len()];
    let mut work = vec![(0, 0)];
    while let Some((at, depth)) = work.pop() {
        let again = std::mem::replace(&mut printed[at], true);
        let source = match nodes[at].from.as_slice() {
            [source] => Some(&nodes[*source]),
            _ => None,
        };
        lines(&nodes[at], source, (depth, again), out)?;
        if !again {
            let from = nodes[at].from.iter().rev();
            work.extend(from.map(|&source| (source, depth + 1)));
        }
    }
    if let Some(next) = explained.left_out.first() {
        let count = explained.left_out.len();
        let plural = if count == 1 { "" } else { "s" };
        writeln!(
            out,
            "{count} source{plural} further back left out; go on with `--explain {next}`"
        )?;
    }
    Ok(())
}

fn lines(
    origin: &Origin,
    source: Option<&Origin>,
    (depth, again): (usize, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut indent = "  ".repeat(depth.min(DEEPEST));
    if depth > DEEPEST {
        indent.push_str(&format!("[{depth}] "));
    }
    let Origin {
        kind, name, note, ..
    } = origin;
    let note = match note.as_str() {
        "" => String::new(),
        note => format!("  ({note})"),
    };
    let value = after(" = ", &origin.value);
    let see = if again { "  see above" } else { "" };
    writeln!(out, "{indent}{kind} {name}{note}{value}{see}")?;
    if again {
        return Ok(());
    }
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
    match source {
        Some(source) if !origin.stages.is_empty() => {
            writeln!(out, "{indent}  before{}", after(" = ", &source.value))
        }
        _ => Ok(()),
    }
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
        readable(narrow)
    } else {
        readable(value)
    }
}

fn text(seen: &Seen) -> String {
    match seen {
        Seen::Nothing => String::new(),
        Seen::Lanes(values) => lanes(values),
        Seen::Pulses(1) => "1 pulse".to_owned(),
        Seen::Pulses(count) => format!("{count} pulses"),
        Seen::Same(values) => format!("{} for every element", lanes(values)),
        Seen::Field { first, of, stats } => {
            let shown: Vec<String> = first.iter().map(|row| lanes(row)).collect();
            let more = if *of as usize > first.len() {
                ", …"
            } else {
                ""
            };
            let plural = if *of == 1 { "" } else { "s" };
            let seen = match stats.count {
                seen if seen < *of as usize => format!(", of the first {seen}:"),
                _ => ",".to_owned(),
            };
            let nan = if stats.nan > 0 {
                format!(", {} NaN", stats.nan)
            } else {
                String::new()
            };
            format!(
                "[{}{more}]  {of} element{plural}{seen} min {}, max {}{nan}",
                shown.join(", "),
                number_text(stats.min),
                number_text(stats.max)
            )
        }
    }
}

/// The same as JSON; numbers that are not finite are texts.
pub(super) fn to_json(explained: &Explanation) -> Value {
    let nodes = explained.nodes.iter().enumerate();
    let root = explained.nodes.first();
    json!({
        "name": root.map(|root| &root.name),
        "value": root.map(|root| value(&root.value)),
        "nodes": nodes.map(|(at, origin)| node(at, origin)).collect::<Vec<_>>(),
        "leftOut": explained.left_out,
    })
}

/// A value; what it comes from is named by number.
fn node(at: usize, origin: &Origin) -> Value {
    let stages = origin.stages.iter().map(|stage| {
        json!({"kind": stage.kind, "name": stage.name, "step": stage.step, "after": value(&stage.after)})
    });
    json!({
        "id": at,
        "kind": origin.kind,
        "name": origin.name,
        "note": origin.note,
        "value": value(&origin.value),
        "transforms": stages.collect::<Vec<_>>(),
        "from": origin.from,
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
        Seen::Same(values) => json!({"everyElement": numbers(values)}),
        Seen::Field { first, of, stats } => json!({
            "first": first.iter().map(|row| numbers(row)).collect::<Vec<_>>(),
            "count": of, "seen": stats.count, "nan": stats.nan,
            "min": number(stats.min), "max": number(stats.max), "mean": number(stats.mean),
        }),
    }
}

//! Why a case is not as recorded: first its program, then the first value that differs in paint order, then
//! back from there to where it begins.

use super::cases::Source;
use super::make::{Made, Ready};
use super::plan;
use crate::cli::failure::Failure;
use crate::compare::golden::values::{self, Difference, Values};
use crate::compare::golden::{Why, changed_places};
use crate::diag::shell;
use crate::export::Walk;
use crate::ir::{Port, PortSource, Program, StrId};
use crate::vm::Target;
use crate::vm::explain::{Explanation, Origin};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// What was recorded besides pictures, and what is known of these.
pub(super) struct Recorded {
    /// The program for people.
    pub(super) text: String,
    /// By frame.
    pub(super) values: BTreeMap<u64, Values>,
    /// A picture is not as recorded.
    pub(super) pictures_differ: bool,
    /// Frames whose recorded picture is not that of the recorded hash.
    pub(super) torn: Vec<u64>,
}

/// Looks for the reason.
///
/// # Errors
/// What the engine says.
pub(super) fn why(
    source: &Source,
    ready: &Ready,
    made: &Made,
    recorded: &Recorded,
    stop: &AtomicBool,
) -> Result<Why, Failure> {
    let program = changed_places(&recorded.text, &made.text);
    let found = made.frames.iter().find_map(|frame| {
        let was = recorded.values.get(&frame.number)?;
        Some((was, &frame.values, was.difference(&frame.values)?))
    });
    let mut why = Why {
        program,
        ..Why::default()
    };
    let mut line = String::new();
    if !why.program.is_empty() {
        line = format!("the program differs in {}; ", list(&why.program));
    }
    match found {
        Some((was, now, difference)) => {
            line.push_str(&format!("first in frame {}: {difference}", now.frame));
            why.path = path(source, ready, (was, now), &difference, stop)?;
            why.frame = Some(now.frame);
            why.values = Some(difference);
        }
        None if recorded.values.is_empty() => line.push_str("no values were recorded"),
        None if !recorded.torn.is_empty() => {
            let frames = recorded.torn.iter().map(u64::to_string).collect::<Vec<_>>();
            line.push_str(&format!(
                "every value that is drawn is as recorded, but the record itself does not hold together: \
                 picture and hash of frame {} are not of one recording",
                frames.join(", ")
            ));
        }
        None if why.program.is_empty() && recorded.pictures_differ => line.push_str(
            "every value that is drawn is as recorded: what differs is how it is painted",
        ),
        None => line.push_str("every value that is drawn is as recorded"),
    }
    why.line = line;
    Ok(why)
}

/// The first few names.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// From the first value that differs to the sink.
fn path(
    source: &Source,
    ready: &Ready,
    (was, now): (&Values, &Values),
    difference: &Difference,
    stop: &AtomicBool,
) -> Result<Vec<String>, Failure> {
    let mut host = ready.host()?;
    // What nothing drawn needs runs too, so that every value on the way is this frame's.
    host.engine_mut().run_everything();
    let mut walk = Walk::new(&ready.plan, host);
    let failed = |error| Failure::frame(now.frame, &error);
    if walk.frame(now.frame, stop).map_err(failed)?.is_none() {
        return Ok(Vec::new());
    }
    let engine = walk.source().engine();
    let sink = &difference.sink;
    let origins = inputs(&ready.program, sink, &difference.channel);
    let origins = origins.into_iter().filter_map(|port| {
        let block = sink.clone();
        engine.explain(&Target::Port { block, port }).ok()
    });
    let explanations: Vec<Explanation> = origins.collect();
    let found = explanations.iter().find_map(|explanation| {
        let way = cause(explanation, was, now)?;
        Some((way, explanation.nodes.as_slice()))
    });
    let Some((found, nodes)) = found else {
        return Ok(vec![format!(
            "all that feeds `{sink}` is as recorded: it begins in `{sink}` itself"
        )]);
    };
    let mut lines: Vec<String> = found.iter().map(|o| told(o, (was, now), nodes)).collect();
    if let Some(last) = found.last() {
        let (file, target) = (shell::file(&source.file), shell::word(&last.name));
        let words = plan::words_for_values(&source.flags, ready.plan.fps(), now.frame);
        let words: Vec<String> = words.iter().map(|word| shell::word(word)).collect();
        let words = words.join(" ");
        lines.push(format!("oscilla inspect {file} --explain {target} {words}"));
    }
    Ok(lines)
}

/// Connected inputs of a block, those of the channel first.
fn inputs(program: &Program, sink: &str, channel: &str) -> Vec<String> {
    let tables = &program.tables;
    let text = |id: StrId| tables.strings[id.index()].as_str();
    let blocks = &tables.graph.blocks;
    let block = blocks.iter().find(|block| text(block.key) == sink);
    let named = |port: &&Port| !matches!(port.src, PortSource::None | PortSource::Const(_));
    let ports = block.into_iter().flat_map(|block| &block.r#in);
    let mut names: Vec<&str> = ports.filter(named).map(|port| text(port.name)).collect();
    let likely: &[&str] = match channel {
        "x" | "y" => &["positions", "position"],
        "size" | "scale" => &["radius", "size", "scale"],
        "rgba" => &["color", "colors", "fill", "opacity"],
        "strokeWidth" | "strokeRgba" => &["strokeWidth", "strokeColor", "width", "color"],
        _ => &[],
    };
    names.sort_by_key(|name| {
        likely
            .iter()
            .position(|l| l == name)
            .unwrap_or(likely.len())
    });
    names.into_iter().map(str::to_owned).collect()
}

/// The way from the deepest value that is not as recorded. Loops are walked once.
fn cause<'a>(explanation: &'a Explanation, was: &Values, now: &Values) -> Option<Vec<&'a Origin>> {
    let nodes = &explanation.nodes;
    let mut seen = vec![false; nodes.len()];
    // From the sink back; each with the number of its sources that were looked at.
    let mut way = vec![(0, 0)];
    *seen.first_mut()? = true;
    while let Some((at, done)) = way.last_mut() {
        let origin = &nodes[*at];
        let Some(&from) = origin.from.get(*done) else {
            // All its sources are as recorded.
            if differs(origin, (was, now), nodes) {
                return Some(way.iter().rev().map(|(at, _)| &nodes[*at]).collect());
            }
            way.pop();
            continue;
        };
        *done += 1;
        if !std::mem::replace(&mut seen[from], true) {
            way.push((from, 0));
        }
    }
    None
}

fn differs(origin: &Origin, (was, now): (&Values, &Values), nodes: &[Origin]) -> bool {
    // What only the new program has came with it.
    match (was.value(&origin.name), current(origin, now, nodes)) {
        (Some(a), b) => Some(a) != b,
        (None, b) => b.is_some() && now.value(&origin.name).is_some(),
    }
}

/// What it is now. An input without a lens is what its source is, and is not kept by itself.
fn current<'a>(origin: &Origin, now: &'a Values, nodes: &[Origin]) -> Option<&'a Value> {
    let plain = match (origin.kind, origin.from.as_slice()) {
        ("input", [source]) => nodes.get(*source),
        _ => None,
    };
    let own = now.value(&origin.name);
    own.or_else(|| now.value(&plain?.name))
}

fn told(origin: &Origin, (was, now): (&Values, &Values), nodes: &[Origin]) -> String {
    let Origin {
        kind, name, note, ..
    } = origin;
    let note = if note.is_empty() {
        String::new()
    } else {
        format!(" ({note})")
    };
    let shown = match (was.value(name), current(origin, now, nodes)) {
        (Some(a), Some(b)) => {
            let (a, b) = (values::text(a), values::text(b));
            format!(": {a} recorded, {b} now")
        }
        (None, Some(b)) if now.value(name).is_some() => {
            format!(": {} now, not recorded", values::text(b))
        }
        (Some(a), None) => format!(": {} recorded, no value now", values::text(a)),
        _ => String::new(),
    };
    format!("{kind} `{name}`{note}{shown}")
}

//! `--set block.port=value`: values that replace whatever an input reads.
//!
//! Findings about them have the flag for a place, not a pointer into the document.

use super::{Graph, Port};
use crate::compile::Options;
use crate::compile::expand::{InnerPort, Side};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Value;
use std::collections::BTreeMap;

/// Inputs that one flag sets, through a composite.
const MOST_TARGETS: u64 = 1_000_000;

/// Overridden inputs and their values; of several for one input the last counts.
pub(super) fn overrides(
    graph: &Graph<'_>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<Port, Value> {
    let mut values = BTreeMap::new();
    for (target, text) in &options.set {
        for port in targets(graph, target, diagnostics) {
            values.insert(port, written_value(text));
        }
    }
    values
}

/// The inputs that a flag names: one, or those that an input of a composite leads to. Parameters of
/// composites have been set when those were expanded.
fn targets(graph: &Graph<'_>, target: &str, diagnostics: &mut Diagnostics) -> Vec<Port> {
    let outer = &graph.patch.outer;
    let composite = split(graph, target).filter(|(id, _)| outer.has(id));
    let Some((id, name)) = composite else {
        let port = target_of(graph, target, diagnostics);
        return port.into_iter().collect();
    };
    if outer.has_param(id, name) {
        return Vec::new();
    }
    let mut steps = MOST_TARGETS;
    let Some(inputs) = outer.inputs(id, name, &mut steps) else {
        if let Some(error) = outer.missing(id, name, Side::Input, &flag(target)) {
            diagnostics.push(error);
        }
        return Vec::new();
    };
    let port = |inner: &InnerPort| {
        let &block = graph.names.get(inner.block.as_str())?;
        let (port, _) = graph.nodes[block].block?.input(&inner.port)?;
        Some(Port { block, port })
    };
    inputs.iter().filter_map(port).collect()
}

fn target_of(graph: &Graph<'_>, target: &str, diagnostics: &mut Diagnostics) -> Option<Port> {
    let Some((id, name)) = split(graph, target) else {
        let message = format!("`{target}` names no input");
        diagnostics.push(
            Diagnostic::error("bad-reference", flag(target), message)
                .hint("write `block.port=value`"),
        );
        return None;
    };
    let outer = &graph.patch.outer;
    let Some(&block) = graph.names.get(id) else {
        let message = format!("no block has the id `{id}`");
        let known = graph.nodes.iter().map(|n| n.entry.id.as_str());
        let known = known.chain(outer.ids());
        let error = Diagnostic::error("unknown-block", flag(target), message);
        diagnostics.push(error.nearest(id, known));
        return None;
    };
    let definition = graph.nodes[block].block?;
    let Some((port, _)) = definition.input(name) else {
        let message = format!("`{id}` ({}) has no input `{name}`", definition.name);
        let known = definition.inputs.iter().map(|i| i.name);
        let list: Vec<String> = known.clone().map(|name| format!("`{name}`")).collect();
        diagnostics.push(
            Diagnostic::error("unknown-port", flag(target), message)
                .on(id, name)
                .nearest(name, known)
                .hint(format!(
                    "the inputs of `{}` are {}",
                    definition.name,
                    list.join(", ")
                )),
        );
        return None;
    };
    Some(Port { block, port })
}

/// The place of a finding about an override.
pub(in crate::compile) fn flag(target: &str) -> String {
    format!("--set {target}")
}

/// At the last dot; if no block has that id, at the first dot after the longest block id that fits.
fn split<'t>(graph: &Graph<'_>, target: &'t str) -> Option<(&'t str, &'t str)> {
    let last = target
        .rsplit_once('.')
        .filter(|(id, port)| !id.is_empty() && !port.is_empty())?;
    let known = |id: &str| graph.names.contains_key(id) || graph.patch.outer.has(id);
    if known(last.0) {
        return Some(last);
    }
    let dots = target.rmatch_indices('.').map(|(at, _)| at);
    let fits = dots.map(|at| (&target[..at], &target[at + 1..]));
    let found = fits
        .into_iter()
        .find(|(id, port)| known(id) && !port.is_empty());
    Some(found.unwrap_or(last))
}

/// JSON if it is, else the text itself.
pub(in crate::compile) fn written_value(text: &str) -> Value {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => convert(json),
        Err(_) => Value::Text(text.to_owned()),
    }
}

/// The reader of the text limits the depth.
fn convert(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(v) => Value::Bool(v),
        serde_json::Value::Number(v) => Value::Number(v.as_f64().unwrap_or(0.0)),
        serde_json::Value::String(v) => Value::Text(v),
        serde_json::Value::Array(list) => Value::List(list.into_iter().map(convert).collect()),
        serde_json::Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (k, convert(v))).collect())
        }
    }
}

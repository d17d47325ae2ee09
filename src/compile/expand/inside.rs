//! The inside of composites: blocks and the values of their inputs.
//!
//! What an input of an inner block is set to is, first of all that is there: the value at its outer
//! input, an exposed parameter that is forwarded to it, the node's own `params`. Only what is written
//! counts; the library's defaults come later.

use super::definition::{Definition, Inner};
use super::outer::targets;
use super::{Instance, Walk, weight};
use crate::compile::resolve::{flag, written_value};
use crate::diag::Diagnostic;
use crate::patch::Value;
use crate::patch::model::{BlockEntry, Param};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A composite block that is to be opened.
pub(super) struct Given<'g> {
    /// Full id.
    pub id: String,
    /// Its place, for everything in it that has none in the file.
    pub at: &'g str,
    /// Its values.
    pub params: Vec<Param>,
    /// Outer inputs at which a wire or listener stands.
    pub connected: BTreeSet<String>,
    /// The document's block that it came from.
    pub top: usize,
}

/// A written value and its place.
type Written<'v> = (&'v Value, &'v str);

impl Walk<'_, '_> {
    /// Puts the inside of a composite in place of its block. Recursion is as deep as composites nest.
    pub(super) fn open(&mut self, at: usize, mut given: Given<'_>) {
        let definitions = self.outer.definitions();
        let definition = definitions.get(at);
        self.outer.add(&given.id, at);
        self.check(at, Some(&given.id));
        self.overridden(at, &mut given);
        self.unknown_params(at, (&given.id, given.at), &given.params);
        let ports = definition.entry.inputs.len() + definition.entry.params.len();
        if !self.budget.take(weight::ENTRY * ports as u64) {
            return;
        }
        let values = values(&given.params);
        let standing = self.standing(definition, &given.connected, &values);
        given
            .connected
            .extend(standing.iter().map(|bus| bus.port.clone()));
        let fed = fed(definition, &values);
        let mut reached = reached(definition, &given.connected);
        for (i, node) in definition.entry.nodes.iter().enumerate() {
            let chosen = chosen(definition, i, &fed, &values);
            let texts = chosen
                .iter()
                .map(|(key, (value, at))| (key.len() + at.len()) as u64 + weight::value(value));
            if !self
                .budget
                .take(weight::node(node, &given.id) + texts.sum::<u64>())
            {
                return;
            }
            let place = if node.at.is_empty() {
                given.at
            } else {
                &node.at
            };
            let id = format!("{}::{}", given.id, node.id);
            let params = chosen.into_iter().map(|(key, (value, at))| Param {
                key: key.to_owned(),
                value: value.clone(),
                at: if at.is_empty() { given.at } else { at }.to_owned(),
            });
            let params = params.collect();
            if let Inner::Composite(inner) = definition.inner[i] {
                let inside = Given {
                    id,
                    at: place,
                    params,
                    connected: reached.remove(&i).unwrap_or_default(),
                    top: given.top,
                };
                self.open(inner, inside);
                continue;
            }
            self.blocks.push(Instance {
                entry: Cow::Owned(BlockEntry {
                    at: place.to_owned(),
                    id,
                    kind: node.kind.clone(),
                    params,
                    slots: None,
                    label: node.label.clone(),
                }),
                short: false,
                broken: definition.inner[i] == Inner::Unknown,
                within: Some(given.top),
            });
        }
        self.edges(at, &given);
        self.buses(definition, &standing, &given);
    }

    /// Puts the values that the command line has for parameters of this composite in place of the
    /// written ones; those for its inputs find their way inside later.
    fn overridden(&self, at: usize, given: &mut Given<'_>) {
        for (target, text) in self.sets {
            let name = target.strip_prefix(&*given.id);
            let Some(name) = name.and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            if self.outer.is_param(at, name) {
                given.params.retain(|param| param.key != name);
                given.params.push(Param {
                    key: name.to_owned(),
                    value: written_value(text),
                    at: flag(target),
                });
            }
        }
    }

    /// Warns of parameters of a composite that its definition does not have; `id` and `place` are those
    /// of the composite.
    fn unknown_params(&mut self, at: usize, (id, place): (&str, &str), params: &[Param]) {
        for param in params {
            if self.outer.takes(at, &param.key) {
                continue;
            }
            let definitions = self.outer.definitions();
            let kind = &definitions.get(at).entry.id;
            let known = self.outer.settable(at);
            let message = format!(
                "`{id}` (composite:{kind}) has no input or parameter `{}`",
                param.key
            );
            let pointer = if param.at.is_empty() {
                place
            } else {
                &param.at
            };
            self.diagnostics.push(
                Diagnostic::warning("unknown-param", pointer, message)
                    .on(id, &param.key)
                    .nearest(&param.key, known.iter().map(String::as_str)),
            );
        }
    }
}

impl<'a> Walk<'_, 'a> {
    /// Notes the blocks of a definition that nobody uses, with what its inputs would be set to, so that
    /// their values are checked; checks the names of what its composites are given.
    pub(super) fn idle(&mut self, at: usize) {
        let definitions = self.outer.definitions();
        let definition = definitions.get(at);
        let none = HashMap::new();
        let fed = fed(definition, &none);
        for (i, node) in definition.entry.nodes.iter().enumerate() {
            if let Inner::Composite(inner) = definition.inner[i] {
                self.unknown_params(inner, (&node.id, &node.at), &node.params);
                continue;
            }
            let mut params: Vec<Param> = chosen(definition, i, &fed, &none)
                .into_iter()
                .filter(|(key, _)| !definition.is_wired(&node.id, key))
                .map(|(key, (value, at))| Param {
                    key: key.to_owned(),
                    value: value.clone(),
                    at: at.to_owned(),
                })
                .collect();
            // What has no value has a name all the same.
            for param in &node.params {
                if params.iter().all(|known| known.key != param.key) {
                    params.push(Param {
                        value: Value::Null,
                        ..param.clone()
                    });
                }
            }
            self.idle.push(BlockEntry {
                params,
                slots: None,
                ..node.clone()
            });
        }
    }
}

/// The values of a composite by name; `null` is as good as absent.
fn values(params: &[Param]) -> HashMap<&str, Written<'_>> {
    let present = params.iter().filter(|param| !param.value.is_null());
    present
        .map(|param| (param.key.as_str(), (&param.value, param.at.as_str())))
        .collect()
}

/// What outer inputs and exposed parameters set inputs of nodes to; the first of each counts.
fn fed<'v>(
    definition: &'v Definition<'_>,
    values: &HashMap<&'v str, Written<'v>>,
) -> HashMap<usize, Vec<(&'v str, Written<'v>)>> {
    let mut fed: HashMap<usize, Vec<(&str, Written<'_>)>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut add = |node: usize, port: &'v str, value: Written<'v>| {
        if seen.insert((node, port)) {
            fed.entry(node).or_default().push((port, value));
        }
    };
    for input in &definition.entry.inputs {
        if let Some(&value) = values.get(input.name.as_str()) {
            for (node, port) in targets(definition, &input.name) {
                add(node, port, value);
            }
        }
    }
    if definition.entry.open_ports {
        let mut open: Vec<_> = values.iter().collect();
        open.sort_by_key(|(name, _)| **name);
        for (&name, &value) in open {
            if let Some((node, port)) = definition.open_port(name) {
                add(node, port, value);
            }
        }
    }
    for param in &definition.entry.params {
        let Some(target) = &param.target else {
            continue;
        };
        let value = values.get(param.id.as_str()).copied();
        let value = value.or_else(|| definition.default(&param.id));
        if let (Some(node), Some(value)) = (definition.node(&target.block), value) {
            add(node, &target.port, value);
        }
    }
    fed
}

/// The values of a node: what is fed from outside, then its own, in which parameters are replaced.
fn chosen<'v>(
    definition: &'v Definition<'_>,
    node: usize,
    fed: &HashMap<usize, Vec<(&'v str, Written<'v>)>>,
    values: &HashMap<&'v str, Written<'v>>,
) -> Vec<(&'v str, Written<'v>)> {
    let mut chosen = fed.get(&node).cloned().unwrap_or_default();
    let taken: HashSet<&str> = chosen.iter().map(|(key, _)| *key).collect();
    for param in &definition.entry.nodes[node].params {
        if taken.contains(param.key.as_str()) {
            continue;
        }
        let value = match param.value.from_param() {
            None => Some((&param.value, param.at.as_str())),
            Some(name) => {
                let written = values.get(name).copied();
                written.or_else(|| definition.default(name))
            }
        };
        if let Some(value) = value {
            chosen.push((&param.key, value));
        }
    }
    chosen
}

/// Inputs of inner composites at which something stands: an edge, or what stands outside.
fn reached(
    definition: &Definition<'_>,
    connected: &BTreeSet<String>,
) -> HashMap<usize, BTreeSet<String>> {
    let mut reached: HashMap<usize, BTreeSet<String>> = HashMap::new();
    let mut add = |node: usize, port: &str| {
        if matches!(definition.inner[node], Inner::Composite(_)) {
            reached.entry(node).or_default().insert(port.to_owned());
        }
    };
    for edge in definition.entry.edges.iter().filter(|edge| edge.enabled) {
        if let Some(node) = definition.node(&edge.to.block) {
            add(node, &edge.to.port);
        }
    }
    for name in connected {
        for (node, port) in targets(definition, name) {
            add(node, port);
        }
    }
    reached
}

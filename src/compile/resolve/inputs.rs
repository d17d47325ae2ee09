//! One source for each input: an override, else the wire, else the first enabled listener, else a
//! constant.

use super::defaults::Table;
use super::per_input::PerInput;
use super::values::{self, Candidate, Origin, Written};
use super::{Graph, Heard, Input, Listener, Node, Port, Source, overrides};
use crate::blocks;
use crate::compile::Assets;
use crate::compile::expand::Patch;
use crate::compile::lower::is_bus_eligible;
use crate::compile::named::{Connection, about};
use crate::diag::{Diagnostic, Diagnostics};
use crate::patch::Value;
use crate::patch::model::DefaultSource;
use crate::types::Family;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Finds the source of every input; adds the implicit listeners of short blocks.
pub(super) fn inputs<'a>(
    graph: &mut Graph<'a>,
    overrides: &BTreeMap<Port, Value>,
    assets: &Assets,
    diagnostics: &mut Diagnostics,
) {
    let wires = wires(graph, diagnostics);
    sinks_drawn_twice(graph, diagnostics);
    implicit(graph, overrides, &wires, diagnostics);
    let listeners = listeners(graph, overrides, &wires, diagnostics);
    let broken = broken(graph);
    let table = Table::new(graph.patch.document);
    let mut all = Vec::with_capacity(graph.nodes.len());
    for (i, node) in graph.nodes.iter().enumerate() {
        let found = Found {
            block: i,
            node,
            overrides,
            wires: &wires,
            listeners: &listeners,
            broken: &broken,
            assets,
        };
        unknown_params(node, diagnostics);
        all.push(found.inputs(graph, &table, diagnostics));
    }
    for (node, inputs) in graph.nodes.iter_mut().zip(all) {
        node.inputs = inputs;
    }
}

/// Checks the values that are written in definitions of composites that nobody uses. Files that they
/// name are not read.
pub(super) fn idle(patch: &Patch<'_>, assets: &Assets, diagnostics: &mut Diagnostics) {
    for entry in &patch.idle {
        let node = Node {
            entry,
            block: blocks::find(&entry.kind),
            inputs: Vec::new(),
        };
        let Some(block) = node.block else { continue };
        unknown_params(&node, diagnostics);
        for param in entry.params.iter().filter(|param| !param.value.is_null()) {
            let Some((_, input)) = block.input(&param.key) else {
                continue;
            };
            if input.mark != blocks::Mark::Asset {
                let candidate = Candidate {
                    value: &param.value,
                    origin: Origin::Param,
                    at: &param.at,
                };
                values::read(&node, input, &candidate, assets, diagnostics);
            }
        }
    }
}

/// The enabled wire of each input.
fn wires(graph: &Graph<'_>, diagnostics: &mut Diagnostics) -> PerInput<usize> {
    let mut first = PerInput::new(graph);
    for (i, link) in graph.wires.iter().enumerate() {
        let Some(to) = link.to else { continue };
        let Some(other) = first.give(to, i) else {
            continue;
        };
        let (wire, other) = (&graph.patch.wires[i], &graph.patch.wires[other]);
        let target = graph.input_text(to);
        let message = format!(
            "two wires lead to `{target}`: from `{}` and from `{}`",
            other.from.text(),
            wire.from.text()
        );
        let input = graph.nodes[to.block].block.map(|b| &b.inputs[to.port]);
        let on_a_bus = input.is_some_and(|input| is_bus_eligible(input.domain));
        diagnostics.push(
            about(
                Diagnostic::error("multiple-writers", &wire.at, message),
                wire.named(),
            )
            .other(&other.at)
            .hint(match on_a_bus {
                true => "disable one, or publish both on a bus and listen to that",
                false => "disable one",
            }),
        );
    }
    first
}

/// A sink draws in one place.
fn sinks_drawn_twice(graph: &Graph<'_>, diagnostics: &mut Diagnostics) {
    let mut first: HashMap<Port, usize> = HashMap::new();
    for (i, link) in graph.wires.iter().enumerate() {
        let (Some(from), Some(to)) = (link.from, link.to) else {
            continue;
        };
        let output = graph.nodes[from.block]
            .block
            .and_then(|b| b.outputs.get(from.port));
        if output.is_none_or(|o| o.domain.family() != Family::Render) {
            continue;
        }
        let Some(&other) = first.get(&from) else {
            first.insert(from, i);
            continue;
        };
        if graph.wires[other].to == Some(to) {
            continue;
        }
        let (wire, other) = (&graph.patch.wires[i], &graph.patch.wires[other]);
        let message = format!(
            "`{}` is drawn in two places: `{}` and `{}`",
            wire.from.text(),
            other.to.text(),
            wire.to.text()
        );
        diagnostics.push(
            about(
                Diagnostic::error("multiple-writers", &wire.at, message),
                wire.named(),
            )
            .hint("remove one of the wires, or use a second sink"),
        );
    }
}

/// Short blocks listen to their default buses.
fn implicit<'a>(
    graph: &mut Graph<'a>,
    overrides: &BTreeMap<Port, Value>,
    wires: &PerInput<usize>,
    diagnostics: &mut Diagnostics,
) {
    let mut listened = PerInput::new(graph);
    for to in graph.listeners.iter().filter_map(|l| l.to) {
        listened.give(to, ());
    }
    let document = graph.patch.document;
    let mut added = Vec::new();
    for (block, node) in graph.nodes.iter().enumerate() {
        let Some(definition) = node.block.filter(|_| graph.patch.blocks[block].short) else {
            continue;
        };
        for (port, input) in definition.inputs.iter().enumerate() {
            let Some(name) = input.bus else { continue };
            let to = Port { block, port };
            let valued = node
                .entry
                .param(input.name)
                .is_some_and(|p| !p.value.is_null());
            let kept_off = wires.get(to).is_some()
                || listened.get(to).is_some()
                || overrides.contains_key(&to)
                || valued;
            if kept_off {
                continue;
            }
            let bus = document
                .buses
                .iter()
                .position(|b| b.name.eq_ignore_ascii_case(name));
            let Some(bus) = bus else { continue };
            added.push(Listener {
                id: format!("default:{}.{}", node.entry.id, input.name),
                source: Some(Heard::Bus(crate::patch::model::BusIndex(bus))),
                to: Some(to),
                chain: None,
                enabled: true,
                at: &node.entry.at,
            });
        }
    }
    let made: std::collections::BTreeSet<&str> = added.iter().map(|l| l.id.as_str()).collect();
    for written in graph
        .listeners
        .iter()
        .filter(|l| made.contains(l.id.as_str()))
    {
        let message = format!(
            "the id `{}` is one that a listener gets by itself",
            written.id
        );
        let error = Diagnostic::error("duplicate-id", written.at, message);
        let target = written.to.map(|to| graph.input_text(to));
        let (block, port) = target
            .as_deref()
            .and_then(|text| text.rsplit_once('.'))
            .unwrap_or_default();
        diagnostics.push(error.on(block, port).hint("rename it"));
    }
    graph.listeners.extend(added);
}

/// The listener that each input follows; warns of those that have no effect.
fn listeners(
    graph: &Graph<'_>,
    overrides: &BTreeMap<Port, Value>,
    wires: &PerInput<usize>,
    diagnostics: &mut Diagnostics,
) -> PerInput<usize> {
    let mut first = PerInput::new(graph);
    for (i, listener) in graph.listeners.iter().enumerate() {
        let Some(to) = listener.to.filter(|_| listener.enabled) else {
            continue;
        };
        let stronger = if overrides.contains_key(&to) {
            continue;
        } else if let Some(wire) = wires.get(to) {
            format!(
                "a wire from `{}` stands there",
                graph.patch.wires[wire].from.text()
            )
        } else if let Some(other) = first.give(to, i) {
            format!("the listener `{}` comes first", graph.listeners[other].id)
        } else {
            continue;
        };
        let target = graph.input_text(to);
        let message = format!("the listener on `{target}` has no effect: {stronger}");
        let port = target.rsplit_once('.').map_or("", |(_, port)| port);
        diagnostics.push(
            Diagnostic::warning("shadowed-listener", listener.at, message)
                .on(graph.id(to.block), port)
                .hint("disable one of the two"),
        );
    }
    first
}

/// Inputs whose wire or listener leads nowhere.
fn broken(graph: &Graph<'_>) -> PerInput<()> {
    let wires = graph
        .wires
        .iter()
        .filter(|l| l.from.is_none())
        .filter_map(|l| l.to);
    let heard = graph
        .listeners
        .iter()
        .filter(|l| l.enabled && l.source.is_none());
    let mut broken = PerInput::new(graph);
    for to in wires.chain(heard.filter_map(|l| l.to)) {
        broken.give(to, ());
    }
    broken
}

fn unknown_params(node: &Node<'_>, diagnostics: &mut Diagnostics) {
    let Some(block) = node.block else { return };
    for param in &node.entry.params {
        if block.input(&param.key).is_none() {
            let message = format!(
                "`{}` ({}) has no input `{}`",
                node.entry.id, block.name, param.key
            );
            diagnostics.push(
                Diagnostic::warning("unknown-param", &param.at, message)
                    .on(&node.entry.id, &param.key)
                    .nearest(&param.key, block.inputs.iter().map(|i| i.name)),
            );
        }
    }
}

/// What was found for the inputs of one block.
struct Found<'f, 'a> {
    block: usize,
    node: &'f Node<'a>,
    overrides: &'f BTreeMap<Port, Value>,
    wires: &'f PerInput<usize>,
    listeners: &'f PerInput<usize>,
    broken: &'f PerInput<()>,
    assets: &'f Assets,
}

impl<'a> Found<'_, 'a> {
    fn inputs(
        &self,
        graph: &Graph<'a>,
        table: &Table<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Input<'a>> {
        let Some(block) = self.node.block else {
            return Vec::new();
        };
        let sources = table.of(self.node, diagnostics);
        let inputs = block.inputs.iter().enumerate();
        inputs
            .map(|(port, input)| {
                let to = Port {
                    block: self.block,
                    port,
                };
                if let Some(value) = self.overrides.get(&to) {
                    let flag = overrides::flag(&graph.input_text(to));
                    let candidate = Candidate {
                        value,
                        origin: Origin::Override,
                        at: &flag,
                    };
                    let written = self.written(input, &candidate, diagnostics);
                    return match written {
                        Some(source) => given(source, Cow::Owned(flag)),
                        None => self.library(graph, input, diagnostics),
                    };
                }
                if self.broken.get(to).is_some() {
                    return given(Source::Broken, Cow::Borrowed(""));
                }
                if let Some(wire) = self.wires.get(to) {
                    let at = graph.patch.wires[wire].at.as_str();
                    return given(Source::Wire(wire), Cow::Borrowed(at));
                }
                if let Some(listener) = self.listeners.get(to) {
                    let at = graph.listeners[listener].at;
                    return given(Source::Listener(listener), Cow::Borrowed(at));
                }
                let candidate = self.candidate(input, sources.get(input.name).copied());
                let written = candidate.and_then(|candidate| {
                    let source = self.written(input, &candidate, diagnostics)?;
                    Some(given(source, Cow::Borrowed(candidate.at)))
                });
                written.unwrap_or_else(|| self.library(graph, input, diagnostics))
            })
            .collect()
    }

    /// The first written value of the chain. `null` is as good as absent, except where the library's
    /// default is infinite: there a file means just that.
    fn candidate(
        &self,
        input: &blocks::Input,
        source: Option<&'a DefaultSource>,
    ) -> Option<Candidate<'a>> {
        let entry = self.node.entry;
        let from_source = source.map(|s| Candidate {
            value: &s.value,
            origin: Origin::DefaultSource(s.id.clone()),
            at: &s.at,
        });
        let from_params = entry.param(input.name).map(|p| Candidate {
            value: &p.value,
            origin: Origin::Param,
            at: &p.at,
        });
        let slots = entry.slots.iter().flat_map(|slots| &slots.inputs);
        let from_slot = slots.filter(|slot| slot.id == input.name).find_map(|slot| {
            let value = slot.default_value.as_ref()?;
            Some(Candidate {
                value,
                origin: Origin::Slot,
                at: &slot.at,
            })
        });
        let mut written = [from_source, from_params, from_slot].into_iter().flatten();
        match input.default {
            blocks::Default::Number(v) if v.is_infinite() => written
                .next()
                .filter(|candidate| !candidate.value.is_null()),
            _ => written.find(|candidate| !candidate.value.is_null()),
        }
    }

    /// A written value; `null` is none.
    fn written(
        &self,
        input: &blocks::Input,
        candidate: &Candidate<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Source> {
        let read = || values::read(self.node, input, candidate, self.assets, diagnostics);
        (!candidate.value.is_null()).then(read).map(Source::Value)
    }

    /// The library's default.
    fn library(
        &self,
        graph: &Graph<'_>,
        input: &blocks::Input,
        diagnostics: &mut Diagnostics,
    ) -> Input<'a> {
        let source = match values::library(input) {
            Some(values::Constant::Nothing) => Source::Nothing,
            Some(constant) => Source::Value(Written {
                constant,
                origin: Origin::Library,
            }),
            None => {
                let id = &self.node.entry.id;
                let message = format!("`{id}.{}` has no value", input.name);
                diagnostics.push(
                    Diagnostic::error("missing-input", &self.node.entry.at, message)
                        .on(id, input.name)
                        .hint(match graph.patch.outer.outside(id, input.name) {
                            Some(outer) => format!("connect a wire to `{outer}`"),
                            None if id.contains("::") => format!(
                                "connect an edge to `{}` inside the composite, or lead an outer input to it \
                                 in `inputMap`",
                                input.name
                            ),
                            None => format!("connect a wire to `{id}.{}`", input.name),
                        }),
                );
                Source::Broken
            }
        };
        Input {
            source,
            given: false,
            at: Cow::Borrowed(""),
        }
    }
}

/// An input that has more than the library's default.
fn given(source: Source, at: Cow<'_, str>) -> Input<'_> {
    Input {
        source,
        given: true,
        at,
    }
}

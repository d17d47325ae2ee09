//! Definitions of composites: named groups of blocks, and the old groups that they grew out of.
//!
//! A definition is checked as far as it goes without the block library; its ports and its place in
//! the graph are looked at when `compile` expands it.

use super::blocks::{MOST, kind};
use super::buses::BusTable;
use super::chain::{Names, params};
use super::fields::{Fields, Report, Shape, check_id};
use super::flow::name_edges;
use super::model::{
    BlockEntry, CompositeEntry, Constant, ExposedParam, OuterBus, OuterInput, OuterOutput, PortRef,
    Wire,
};
use super::place::Place;
use super::refs::{End, Known, Scope};
use super::value::{Value, quote};
use crate::diag::Diagnostic;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) const COMPOSITE: Shape = Shape {
    what: "a composite",
    example: r#"{"id": "wobble", "graph": {"nodes": {"osc": {"type": "Oscillator"}}, "edges": [], "inputMap": {"phase": "osc.phase"}, "outputMap": {"out": "osc.out"}}}"#,
    known: &[
        "id",
        "label",
        "name",
        "description",
        "category",
        "graph",
        "exposedInputs",
        "exposedOutputs",
        "exposedParams",
        "blocks",
        "connections",
    ],
};

pub(super) const GRAPH: Shape = Shape {
    what: "a composite's graph",
    example: r#"{"nodes": {"osc": {"type": "Oscillator"}}, "edges": [], "inputMap": {}, "outputMap": {"out": "osc.out"}}"#,
    known: &[
        "nodes",
        "edges",
        "inputMap",
        "outputMap",
        "busSubscriptions",
        "busPublications",
    ],
};

pub(super) const NODE: Shape = Shape {
    what: "a node",
    example: r#"{"type": "Oscillator", "params": {"amplitude": 0.5}}"#,
    known: &[
        "id",
        "type",
        "params",
        "label",
        "category",
        "description",
        "inputs",
        "outputs",
    ],
};

pub(super) const EXPOSED: Shape = Shape {
    what: "an exposed parameter",
    example: r#"{"id": "amount", "default": 0.5, "nodeId": "osc", "param": "amplitude"}"#,
    known: &[
        "id",
        "default",
        "nodeId",
        "param",
        "blockId",
        "paramKey",
        "label",
        "type",
        "description",
        "uiHint",
    ],
};

/// The file's definitions, in order.
pub(super) fn read(
    list: &[Value],
    place: &Place<'_>,
    buses: &BusTable,
    report: &mut Report<'_>,
) -> Vec<CompositeEntry> {
    let mut entries: Vec<CompositeEntry> = Vec::new();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (i, value) in list.iter().enumerate() {
        let here = place.index(i);
        let Some(fields) = Fields::open(value, &here, &COMPOSITE, report) else {
            continue;
        };
        fields.warn_unknown(report);
        let Some(entry) = definition(&fields, buses, report) else {
            continue;
        };
        match first.get(&entry.id) {
            Some(other) => {
                let message = format!("two composites have the id {}", quote(&entry.id));
                report.push(
                    Diagnostic::error("duplicate-id", entry.at, message)
                        .other(other)
                        .hint("rename one"),
                );
            }
            None => {
                first.insert(entry.id.clone(), entry.at.clone());
                entries.push(entry);
            }
        }
    }
    entries
}

fn definition(
    fields: &Fields<'_, '_>,
    buses: &BusTable,
    report: &mut Report<'_>,
) -> Option<CompositeEntry> {
    let id = fields.needed_text("id", report);
    let id = id.filter(|id| check_id(id, || fields.pointer("id"), true, report));
    let label = match fields.first(&["label", "name"]) {
        Some((key, _)) => fields.text(key, report).unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let old = fields.get("graph").is_none() && fields.get("blocks").is_some();
    for group in ["blocks", "connections"] {
        fields.exclusive(&["graph", group], report);
    }
    let read = if old {
        group(fields, buses, report)
    } else {
        graph(fields, buses, report)
    };
    // Without nodes, so that nobody looks for a composite of that name in vain.
    let mut entry = read.unwrap_or_else(|| empty(fields.at(), Vec::new(), old));
    (entry.id, entry.label) = (id?.to_owned(), label);
    Some(entry)
}

fn empty(at: String, nodes: Vec<BlockEntry>, open_ports: bool) -> CompositeEntry {
    CompositeEntry {
        at,
        id: String::new(),
        label: String::new(),
        nodes,
        edges: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        open_ports,
        subscriptions: Vec::new(),
        publications: Vec::new(),
        params: Vec::new(),
    }
}

/// The nodes of a definition, and all their ids.
struct Nodes<'a> {
    entries: Vec<BlockEntry>,
    ids: HashMap<&'a str, Known>,
}

impl<'a> Nodes<'a> {
    fn add(&mut self, id: &'a str, fields: &Fields<'_, '_>, report: &mut Report<'_>) {
        fields.warn_unknown(report);
        if self.ids.insert(id, Known::Block).is_some() {
            let message = format!("two nodes have the id {}", quote(id));
            report.push(Diagnostic::error("bad-composite", fields.at(), message));
            return;
        }
        let (kind, params) = (kind(fields, report), params(fields, report));
        let label = fields.text("label", report).unwrap_or_default().to_owned();
        if let Some(kind) = kind {
            let (id, kind) = (id.to_owned(), kind.to_owned());
            let at = fields.at();
            self.entries.push(BlockEntry {
                at,
                id,
                kind,
                params,
                slots: None,
                label,
            });
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            ids: self.ids.clone(),
            noun: "node",
            code: "bad-composite",
            complete: true,
        }
    }

    /// Reports a definition of none or too many.
    fn check(&self, at: String, count: usize, report: &mut Report<'_>) -> bool {
        if count == 0 {
            let message = "a composite without nodes";
            report.push(Diagnostic::error("bad-composite", at, message).hint("remove it"));
        }
        count > 0
    }
}

fn graph(
    fields: &Fields<'_, '_>,
    buses: &BusTable,
    report: &mut Report<'_>,
) -> Option<CompositeEntry> {
    let place = fields.place.key("graph");
    let Some(value) = fields.get("graph") else {
        fields.missing("graph", report);
        return None;
    };
    let graph = Fields::open(value, &place, &GRAPH, report)?;
    graph.warn_unknown(report);
    let list = graph.map("nodes", report);
    let here = place.key("nodes");
    // Of another shape, which has been reported.
    if list.is_empty() && !matches!(graph.get("nodes"), None | Some(Value::Object(_))) {
        return None;
    }
    if too_many(list.len(), &here, report) {
        return None;
    }
    let mut nodes = Nodes {
        entries: Vec::new(),
        ids: HashMap::new(),
    };
    for (id, value) in list {
        let here = here.key(id);
        if !check_id(id, || here.pointer(), true, report) {
            continue;
        }
        match Fields::open(value, &here, &NODE, report) {
            Some(node) => nodes.add(id, &node, report),
            None => drop(nodes.ids.insert(id, Known::Block)),
        }
    }
    if !nodes.check(here.pointer(), list.len(), report) {
        return None;
    }
    let scope = nodes.scope();
    let names = Names {
        scope: &scope,
        buses,
    };
    let edges = edges(
        graph.list("edges", report),
        &place.key("edges"),
        names,
        report,
    );
    let inputs = inputs(&graph, &scope, report);
    let outputs = outputs(&graph, &scope, report);
    let inner = inputs.iter().map(|input| &*input.name).collect();
    let subscriptions = outer_buses(
        &graph,
        "busSubscriptions",
        ("inputMap", &inner),
        buses,
        report,
    );
    let inner = outputs.iter().map(|output| &*output.name).collect();
    let publications = outer_buses(
        &graph,
        "busPublications",
        ("outputMap", &inner),
        buses,
        report,
    );
    let params = exposed(fields, &scope, report);
    let entry = empty(fields.at(), nodes.entries, false);
    Some(CompositeEntry {
        edges,
        inputs,
        outputs,
        subscriptions,
        publications,
        params,
        ..entry
    })
}

/// An old group: blocks and connections in place of a graph.
fn group(
    fields: &Fields<'_, '_>,
    buses: &BusTable,
    report: &mut Report<'_>,
) -> Option<CompositeEntry> {
    let list = fields.list("blocks", report);
    let here = fields.place.key("blocks");
    if list.is_empty() && !matches!(fields.get("blocks"), None | Some(Value::List(_))) {
        return None;
    }
    if too_many(list.len(), &here, report) {
        return None;
    }
    let mut nodes = Nodes {
        entries: Vec::new(),
        ids: HashMap::new(),
    };
    for (i, value) in list.iter().enumerate() {
        let here = here.index(i);
        let Some(node) = Fields::open(value, &here, &NODE, report) else {
            continue;
        };
        let Some(id) = node.needed_text("id", report) else {
            continue;
        };
        if check_id(id, || node.pointer("id"), true, report) {
            nodes.add(id, &node, report);
        }
    }
    if !nodes.check(here.pointer(), list.len(), report) {
        return None;
    }
    let scope = nodes.scope();
    let names = Names {
        scope: &scope,
        buses,
    };
    let place = fields.place.key("connections");
    let edges = edges(fields.list("connections", report), &place, names, report);
    let params = exposed(fields, &scope, report);
    let entry = empty(fields.at(), nodes.entries, true);
    Some(CompositeEntry {
        edges,
        params,
        ..entry
    })
}

fn too_many(count: usize, place: &Place<'_>, report: &mut Report<'_>) -> bool {
    if count > MOST {
        let message = format!("a composite of {count} nodes; at most {MOST} are allowed");
        report.push(Diagnostic::error(
            "too-many-blocks",
            place.pointer(),
            message,
        ));
    }
    count > MOST
}

fn edges(
    list: &[Value],
    place: &Place<'_>,
    names: Names<'_>,
    report: &mut Report<'_>,
) -> Vec<Wire> {
    let mut edges: Vec<Wire> = Vec::new();
    for (i, value) in list.iter().enumerate() {
        edges.extend(names.wire(value, &place.index(i), report));
    }
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for edge in edges.iter_mut().filter(|edge| edge.enabled) {
        let Some(other) = taken.insert(edge.to.text(), edge.at.clone()) else {
            continue;
        };
        let message = format!("two edges lead to {}", quote(&edge.to.text()));
        let error = Diagnostic::error("bad-composite", edge.at.clone(), message)
            .other(other)
            .hint("disable or remove one");
        report.push_about(&*edge, error);
        // Reported once, not at every use of the definition.
        edge.enabled = false;
    }
    name_edges(&mut edges, report);
    edges
}

fn inputs(graph: &Fields<'_, '_>, scope: &Scope<'_>, report: &mut Report<'_>) -> Vec<OuterInput> {
    let place = graph.place.key("inputMap");
    let mut inputs = Vec::new();
    for (name, value) in graph.map("inputMap", report) {
        let here = place.key(name);
        let targets: Vec<PortRef> = match value {
            Value::List(list) => list
                .iter()
                .enumerate()
                .filter_map(|(i, value)| scope.read(value, here.index(i), End::To, report))
                .collect(),
            one => scope.read(one, here, End::To, report).into_iter().collect(),
        };
        if matches!(value, Value::List(list) if list.is_empty()) {
            let message = format!("the outer input {} leads nowhere", quote(name));
            report.push(
                Diagnostic::error("bad-composite", here.pointer(), message)
                    .hint(r#"write "node.port""#),
            );
        }
        if !targets.is_empty() {
            inputs.push(OuterInput {
                name: name.clone(),
                targets,
                at: here.pointer(),
            });
        }
    }
    inputs
}

fn outputs(graph: &Fields<'_, '_>, scope: &Scope<'_>, report: &mut Report<'_>) -> Vec<OuterOutput> {
    let place = graph.place.key("outputMap");
    let mut outputs = Vec::new();
    for (name, value) in graph.map("outputMap", report) {
        let here = place.key(name);
        if let Some(source) = scope.read(value, here, End::From, report) {
            outputs.push(OuterOutput {
                name: name.clone(),
                source,
                at: here.pointer(),
            });
        }
    }
    outputs
}

/// A bus map: outer port → bus name. Each port must be in the port map as well.
fn outer_buses(
    graph: &Fields<'_, '_>,
    key: &'static str,
    (map, ports): (&'static str, &BTreeSet<&str>),
    buses: &BusTable,
    report: &mut Report<'_>,
) -> Vec<OuterBus> {
    let place = graph.place.key(key);
    // A port of the map that could not be read has been reported.
    let written: BTreeSet<&str> = graph
        .map(map, report)
        .iter()
        .map(|(name, _)| &**name)
        .collect();
    let mut list = Vec::new();
    for (port, value) in graph.map(key, report) {
        let here = place.key(port);
        if !written.contains(&**port) {
            let message = format!("the outer port {} is not in `{map}`", quote(port));
            let error = Diagnostic::error("bad-composite", here.pointer(), message);
            let error = report.suggest(error, port, written.iter().copied());
            report.push(error);
            continue;
        }
        let Value::Text(text) = value else {
            let message = format!("`{key}` wants names of buses, but found {}", value.show());
            report.push(Diagnostic::error("wrong-shape", here.pointer(), message));
            continue;
        };
        if ports.contains(&**port) {
            let bus = buses.reference(text, here.pointer(), report);
            list.push(OuterBus {
                port: port.clone(),
                bus,
            });
        }
    }
    list
}

fn exposed(
    fields: &Fields<'_, '_>,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Vec<ExposedParam> {
    let place = fields.place.key("exposedParams");
    let mut params: Vec<ExposedParam> = Vec::new();
    for (i, value) in fields.list("exposedParams", report).iter().enumerate() {
        let here = place.index(i);
        let Some(param) = Fields::open(value, &here, &EXPOSED, report) else {
            continue;
        };
        param.warn_unknown(report);
        let Some(id) = param.needed_text("id", report) else {
            continue;
        };
        let default = param.get("default").map(|value| Constant {
            value: value.clone(),
            at: param.pointer("default"),
        });
        // Old groups have their own words for node and parameter.
        let node_key = param.either(["nodeId", "blockId"], report);
        let node_key = node_key.map_or("nodeId", |(key, _)| key);
        let param_key = param.either(["param", "paramKey"], report);
        let param_key = param_key.map_or("param", |(key, _)| key);
        let target = match (param.text(node_key, report), param.text(param_key, report)) {
            (Some(node), Some(port)) => {
                let (block, port) = (node.to_owned(), port.to_owned());
                let target = PortRef {
                    block,
                    port,
                    at: param.pointer(node_key),
                };
                scope.check(&target, report);
                Some(target)
            }
            (Some(_), None) => {
                param.missing(param_key, report);
                None
            }
            (None, Some(_)) => {
                param.missing(node_key, report);
                None
            }
            (None, None) => None,
        };
        params.push(ExposedParam {
            id: id.to_owned(),
            default,
            target,
            at: param.at(),
        });
    }
    params
}

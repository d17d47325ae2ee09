//! Definitions of composites and old groups.

use super::{clean, findings, with};
use crate::patch::model::CompositeEntry;

fn composites(list: &str) -> String {
    with(&format!(r#""composites": [{list}]"#))
}

fn one(text: &str) -> CompositeEntry {
    clean(&composites(text)).composites.remove(0)
}

const WOBBLE: &str = r#"{"id": "wobble", "label": "Wobble", "graph": {
    "nodes": {"osc": {"type": "Oscillator", "params": {"amplitude": {"__fromParam": "amount"}}},
        "amp": {"type": "MapSignal"}},
    "edges": [{"from": "osc.out", "to": "amp.in", "lens": ["invert"]}],
    "inputMap": {"phase": "osc.phase", "gain": ["amp.k", "osc.bias"]}, "outputMap": {"out": "amp.out"},
    "busSubscriptions": {"phase": "phaseA"}, "busPublications": {"out": "energy"}},
    "exposedInputs": [{"id": "phase"}], "exposedOutputs": {},
    "exposedParams": [{"id": "amount", "default": 0.5},
        {"id": "bias", "nodeId": "osc", "param": "bias"}]}"#;

#[test]
fn a_definition_is_read_in_order() {
    let entry = one(WOBBLE);
    assert_eq!(
        (&*entry.id, &*entry.label, entry.open_ports),
        ("wobble", "Wobble", false)
    );
    assert_eq!(
        entry.nodes.iter().map(|n| &*n.id).collect::<Vec<_>>(),
        ["osc", "amp"]
    );
    assert_eq!(entry.nodes[0].params[0].value.from_param(), Some("amount"));
    assert_eq!(entry.nodes[0].at, "/composites/0/graph/nodes/osc");
    let edge = &entry.edges[0];
    assert_eq!((&*edge.id, edge.chain.lenses.len()), ("edge:amp.in", 1));
    assert_eq!(entry.inputs[1].targets.len(), 2);
    assert_eq!(
        entry.inputs[1].targets[1].at,
        "/composites/0/graph/inputMap/gain/1"
    );
    assert_eq!(entry.outputs[0].source.text(), "amp.out");
    assert_eq!(
        (
            &*entry.subscriptions[0].port,
            &*entry.subscriptions[0].bus.text
        ),
        ("phase", "phaseA")
    );
    assert_eq!(entry.publications[0].bus.text, "energy");
    assert_eq!(
        entry.params[1].target.as_ref().map(|t| t.text()),
        Some("osc.bias".to_owned())
    );
}

#[test]
fn an_old_group_is_a_definition_with_open_ports() {
    let entry = one(
        r#"{"id": "g", "name": "Group", "blocks": [{"id": "osc", "type": "Oscillator",
            "params": {"bias": 1}, "inputs": []}, {"id": "amp", "type": "MapSignal"}],
            "connections": [{"from": "osc.out", "to": "amp.in", "enabled": false}],
            "exposedParams": [{"id": "k", "blockId": "amp", "paramKey": "k"}]}"#,
    );
    assert!(entry.open_ports && entry.inputs.is_empty());
    assert_eq!(
        (entry.nodes.len(), entry.edges.len(), &*entry.label),
        (2, 1, "Group")
    );
    assert_eq!(
        entry.params[0].target.as_ref().map(|t| t.text()),
        Some("amp.k".to_owned())
    );
}

#[test]
fn outer_ports_of_a_group_are_read_with_their_dots() {
    let document = clean(
        r#"{"blocks": [{"id": "g1", "type": "composite:g"}, {"id": "a", "type": "A"}],
            "connections": [{"from": "g1.osc.out", "to": "a.in"}]}"#,
    );
    let from = &document.wires[0].from;
    assert_eq!((&*from.block, &*from.port), ("g1", "osc.out"));
    assert_eq!(document.blocks[0].composite(), Some("g"));
}

#[test]
fn faults_are_told() {
    let graph = |fields: &str| {
        composites(&format!(
            r#"{{"id": "w", "graph": {{"nodes": {{"a": {{"type": "A"}}, "b": {{"type": "B"}}}}, {fields}}}}}"#
        ))
    };
    let g = "/composites/0/graph";
    let cases = [
        (
            graph(r#""edges": [{"from": "x.o", "to": "b.i"}]"#),
            format!("bad-composite {g}/edges/0/from"),
        ),
        (
            graph(r#""edges": [{"from": "a.o", "to": "b.i"}, {"from": "a.p", "to": "b.i"}]"#),
            format!("bad-composite {g}/edges/1"),
        ),
        (
            graph(r#""inputMap": {"x": "q.i"}"#),
            format!("bad-composite {g}/inputMap/x"),
        ),
        (
            graph(r#""inputMap": {"x": []}"#),
            format!("bad-composite {g}/inputMap/x"),
        ),
        (
            graph(r#""outputMap": {"x": ["a.o"]}"#),
            format!("wrong-shape {g}/outputMap/x"),
        ),
        (
            graph(r#""busSubscriptions": {"x": "energy"}"#),
            format!("bad-composite {g}/busSubscriptions/x"),
        ),
        (
            graph(r#""outputMap": {"x": "a.o"}, "busPublications": {"x": "nope"}"#),
            format!("unknown-bus {g}/busPublications/x"),
        ),
        (graph(r#""edgse": []"#), format!("unknown-field {g}/edgse")),
        (
            composites(r#"{"id": "w", "graph": {"nodes": {}}}"#),
            format!("bad-composite {g}/nodes"),
        ),
        (
            composites(r#"{"id": "w", "graph": {"nodes": {"a::b": {"type": "A"}}}}"#),
            format!("bad-value {g}/nodes/a::b"),
        ),
        (
            composites(r#"{"id": "w", "graph": {"nodes": {"a": {}}}}"#),
            format!("missing-field {g}/nodes/a"),
        ),
        (
            composites(r#"{"id": "w", "graph": {"nodes": {"a": {"type": "macro:x"}}}}"#),
            format!("macro-in-document {g}/nodes/a/type"),
        ),
        (
            composites(r#"{"id": "w"}"#),
            "missing-field /composites/0".to_owned(),
        ),
        (
            composites(&format!(r#"{WOBBLE}, {WOBBLE}"#)),
            "duplicate-id /composites/1".to_owned(),
        ),
        (
            composites(
                r#"{"id": "w", "graph": {"nodes": {"a": {"type": "A"}}}, "exposedParams": [{"id": "k", "nodeId": "z", "param": "p"}]}"#,
            ),
            "bad-composite /composites/0/exposedParams/0/nodeId".to_owned(),
        ),
        (
            composites(
                r#"{"id": "w", "graph": {"nodes": {"a": {"type": "A"}}}, "exposedParams": [{"id": "k", "nodeId": "a"}]}"#,
            ),
            "missing-field /composites/0/exposedParams/0".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(findings(&text), [expected], "{text}");
    }
    // A disabled edge does not stand in the way.
    clean(&graph(
        r#""edges": [{"from": "a.o", "to": "b.i"}, {"from": "a.p", "to": "b.i", "enabled": false}]"#,
    ));
}

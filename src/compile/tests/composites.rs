//! Composites are what is inside them.

mod built_in;
mod definitions;

use super::{codes, compiled, compiled_with, constant, error, errors, patch, program};
use crate::blocks::{COMPOSITES, Mark, Setting};
use crate::compile::Options;
use crate::diag::Diagnostic;
use crate::ir::text::dump;

/// A patch with a definition, further blocks and what else there is.
fn with(definition: &str, blocks: &str, rest: &str) -> String {
    let comma = if rest.is_empty() { "" } else { "," };
    patch(
        blocks,
        &format!(r#""composites": [{definition}]{comma}{rest}"#),
    )
}

/// A wave whose amplitude is a parameter, scaled by an input.
const WAVE: &str = r#"{"id": "wave", "graph": {
    "nodes": {
        "osc": {"type": "Oscillator", "params": {"amplitude": {"__fromParam": "amount"}, "bias": 3}},
        "gain": {"type": "MulSignal", "params": {"b": 2}}},
    "edges": [{"from": "osc.out", "to": "gain.a"}],
    "inputMap": {"phase": "osc.phase", "bias": "osc.bias", "gain": ["gain.b"]},
    "outputMap": {"out": "gain.out", "raw": "osc.out"}},
    "exposedParams": [{"id": "amount", "default": 0.25}, {"id": "bias2", "nodeId": "osc", "param": "bias"}]}"#;

const RADIUS: &str = r#""connections": [{"from": "w.out", "to": "dots.radius"}]"#;

fn ids(program: &crate::ir::Program) -> Vec<&str> {
    let text = |id: crate::ir::StrId| program.tables.strings[id.index()].as_str();
    program
        .tables
        .graph
        .blocks
        .iter()
        .map(|b| text(b.key))
        .collect()
}

#[test]
fn inner_blocks_stand_where_the_composite_stood() {
    let blocks = r#"{"id": "w", "type": "composite:wave"}, {"id": "k", "type": "ConstNumber"}"#;
    let connections = r#""connections": [{"from": "w.out", "to": "dots.radius"},
        {"from": "k.out", "to": "w.bias"}]"#;
    let (program, found) = program(&with(WAVE, blocks, connections));
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(ids(&program), ["time", "dots", "w::osc", "w::gain", "k"]);
}

#[test]
fn values_come_from_outside_in_their_order() {
    let of = |params: &str, port: &str| {
        let block = format!(r#"{{"id": "w", "type": "composite:wave", "params": {{{params}}}}}"#);
        let (program, found) = program(&with(WAVE, &block, RADIUS));
        assert!(found.is_empty(), "{found:?}");
        let (block, port) = port.split_once('.').unwrap();
        constant(&program, block, port)[0]
    };
    // The node's own value, the exposed default, the library's default.
    assert_eq!(of("", "w::osc.bias"), 3.0);
    assert_eq!(of("", "w::osc.amplitude"), 0.25);
    assert_eq!(of("", "w::osc.phase"), 0.0);
    // `null` is as good as absent.
    assert_eq!(of(r#""amount": null"#, "w::osc.amplitude"), 0.25);
    assert_eq!(of(r#""amount": 0.75"#, "w::osc.amplitude"), 0.75);
    // Forwarded before the node's own, the outer input before both.
    assert_eq!(of(r#""bias2": 4"#, "w::osc.bias"), 4.0);
    assert_eq!(of(r#""bias2": 4, "bias": 5"#, "w::osc.bias"), 5.0);
    assert_eq!(of(r#""gain": 7"#, "w::gain.b"), 7.0);
}

#[test]
fn the_command_line_sets_inputs_parameters_and_inner_inputs() {
    let text = with(WAVE, r#"{"id": "w", "type": "composite:wave"}"#, RADIUS);
    let set = |target: &str| {
        let options = Options {
            set: vec![(target.to_owned(), "9".to_owned())],
            ..Options::default()
        };
        compiled_with(&text, &options)
    };
    for (target, port) in [
        ("w.bias", "bias"),
        ("w.bias2", "bias"),
        ("w.amount", "amplitude"),
        ("w::osc.phase", "phase"),
    ] {
        let (program, found) = set(target);
        let value = constant(&program.expect(target), "w::osc", port)[0];
        assert_eq!(value, if port == "phase" { 0.0 } else { 9.0 }, "{target}");
        assert!(found.list().is_empty(), "{target}: {found:?}");
    }
    let (_, found) = set("w.amuont");
    let found = &found.list()[0];
    assert_eq!(
        (found.code, &*found.pointer),
        ("unknown-port", "--set w.amuont")
    );
}

#[test]
fn connections_at_outer_ports_end_at_inner_ones() {
    let blocks = r#"{"id": "w", "type": "composite:wave"}, {"id": "s", "type": "MulSignal"}"#;
    let rest = r#""buses": [{"name": "b", "type": "number"}],
        "connections": [{"from": "w.out", "to": "dots.radius", "lens": [
            {"type": "scale", "params": {"scale": {"from": "w.raw"}}}]},
            {"from": "time.phase", "to": "w.phase", "lens": ["pingPong"]},
            {"from": "time.phase", "to": "w.bias", "enabled": false},
            {"from": "s.out", "to": "dots.opacity"}],
        "publishers": [{"from": "w.raw", "bus": "b"}],
        "listeners": [{"bus": "b", "to": "s.a"}, {"bus": "b", "to": "w.gain", "enabled": false}],
        "rails": {"phaseA": {"periodMs": {"from": "w.raw", "base": 1000}}}"#;
    let (program, found) = program(&with(WAVE, blocks, rest));
    assert!(found.is_empty(), "{found:?}");
    let text = dump(&program);
    for wanted in ["pingPong", "scale"] {
        assert!(text.contains(wanted), "{wanted}:\n{text}");
    }
    // The disabled ends leave the inner values alone.
    assert_eq!(constant(&program, "w::osc", "bias"), [3.0]);
    assert_eq!(constant(&program, "w::gain", "b"), [2.0]);
}

#[test]
fn an_outer_input_may_lead_to_several_inner_ones() {
    let definition = r#"{"id": "two", "graph": {
        "nodes": {"a": {"type": "MulSignal"}, "b": {"type": "MulSignal"}},
        "edges": [{"from": "a.out", "to": "b.b"}],
        "inputMap": {"in": ["a.a", "b.a", "a.a"]}, "outputMap": {"out": "b.out"}}}"#;
    let blocks = r#"{"id": "t", "type": "composite:two"}, {"id": "k", "type": "ConstNumber", "params": {"value": 6}}"#;
    let rest = r#""connections": [{"from": "t.out", "to": "dots.radius"},
        {"from": "k.out", "to": "t.in", "lens": [{"type": "slew"}]}]"#;
    let (program, found) = program(&with(definition, blocks, rest));
    assert!(found.is_empty(), "{found:?}");
    // Each use of the lens has a cell of its own, named by where it leads.
    let text = dump(&program);
    for target in ["t::a.a", "t::b.a"] {
        assert!(text.contains(&format!("wire:t.in>{target}")), "{text}");
    }
}

#[test]
fn buses_of_outer_ports_are_left_where_something_stands() {
    let composite = |params: &str| {
        format!(r#"{{"id": "b", "type": "composite:BreathingScale", "params": {{{params}}}}}"#)
    };
    let heard = |params: &str, rest: &str| {
        let rest = format!(
            r#""connections": [{{"from": "b.out", "to": "dots.radius"}}{}"#,
            if rest.is_empty() {
                "]".to_owned()
            } else {
                rest.to_owned()
            }
        );
        let (program, found) = program(&patch(&composite(params), &rest));
        assert!(
            found.iter().all(|d| d.code != "shadowed-listener"),
            "{found:?}"
        );
        dump(&program).contains("sub:b.phase")
    };
    assert!(heard("", ""));
    assert!(heard(r#""phase": null"#, ""));
    assert!(!heard(r#""phase": 0.5"#, ""));
    assert!(!heard("", r#", {"from": "time.phase", "to": "b.phase"}]"#));
    assert!(heard(
        "",
        r#", {"from": "time.phase", "to": "b.phase", "enabled": false}]"#
    ));
    assert!(!heard(
        "",
        r#"], "listeners": [{"bus": "phaseB", "to": "b.phase"}]"#
    ));
    assert!(heard(
        "",
        r#"], "listeners": [{"bus": "phaseB", "to": "b.phase", "enabled": false}]"#
    ));
}

#[test]
fn publications_are_publishers_of_the_file() {
    let blocks = r#"{"id": "b", "type": "composite:BreathingScale"}"#;
    let rest = r#""listeners": [{"bus": "energy", "to": "dots.radius"}]"#;
    let (program, found) = program(&patch(blocks, rest));
    assert!(found.is_empty(), "{found:?}");
    assert!(dump(&program).contains("pub-b-out"));
    let twice = r#""listeners": [{"bus": "energy", "to": "dots.radius"}],
        "publishers": [{"busId": "energy", "from": "b.out", "sortKey": 1}]"#;
    let (_, found) = super::program(&patch(blocks, twice));
    assert_eq!(codes(&found), ["duplicate-publisher"]);
    let taken = r#""publishers": [{"id": "pub-b-out", "busId": "palette", "from": "b.out"}]"#;
    assert!(codes(&errors(&patch(blocks, taken))).contains(&"duplicate-id"));
}

#[test]
fn an_edge_and_a_connected_outer_end_are_two_writers() {
    let definition = r#"{"id": "c", "graph": {
        "nodes": {"k": {"type": "ConstNumber"}, "m": {"type": "MulSignal"}},
        "edges": [{"from": "k.out", "to": "m.a"}],
        "inputMap": {"in": "m.a"}, "outputMap": {"out": "m.out"}}}"#;
    let blocks = r#"{"id": "c1", "type": "composite:c"}, {"id": "o", "type": "ConstNumber"}"#;
    let out = r#"{"from": "c1.out", "to": "dots.radius"}"#;
    let wire = format!(r#""connections": [{out}, {{"from": "o.out", "to": "c1.in"}}]"#);
    let found = error(&with(definition, blocks, &wire));
    assert_eq!(
        (found.code, &*found.block, &*found.port),
        ("multiple-writers", "c1::m", "a")
    );
    let heard = format!(
        r#""connections": [{out}, {{"from": "o.out", "to": "dots.opacity"}}],
            "listeners": [{{"bus": "energy", "to": "c1.in"}}]"#
    );
    let found = error(&with(definition, blocks, &heard));
    assert_eq!(
        (found.code, &*found.pointer),
        ("multiple-writers", "/listeners/0")
    );
    // A value at an outer input that an edge ends at has no effect, and an unconnected end leaves the
    // edge alone.
    let blocks = r#"{"id": "c1", "type": "composite:c", "params": {"in": 5}}"#;
    let (_, found) = super::program(&with(
        definition,
        blocks,
        &format!(r#""connections": [{out}]"#),
    ));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn composites_nest_and_pass_values_on() {
    let outer = r#"{"id": "outer", "graph": {
        "nodes": {"in": {"type": "composite:wave", "params": {"amount": {"__fromParam": "size"}}}},
        "inputMap": {"p": "in.phase", "b": "in.bias"}, "outputMap": {"o": "in.out"}},
        "exposedParams": [{"id": "size", "default": 0.5}]}"#;
    let definitions = format!("{outer}, {WAVE}");
    let block = r#"{"id": "n", "type": "composite:outer", "params": {"b": 8}}"#;
    let rest = r#""connections": [{"from": "n.o", "to": "dots.radius"}, {"from": "time.phase", "to": "n.p"}]"#;
    let (program, found) = program(&with(&definitions, block, rest));
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(ids(&program), ["time", "dots", "n::in::osc", "n::in::gain"]);
    assert_eq!(constant(&program, "n::in::osc", "amplitude"), [0.5]);
    assert_eq!(constant(&program, "n::in::osc", "bias"), [8.0]);
}

#[test]
fn old_groups_show_all_their_inner_ports() {
    let group = r#"{"id": "g", "name": "Group", "blocks": [
        {"id": "osc", "type": "Oscillator", "inputs": []}, {"id": "mul", "type": "MulSignal"}],
        "connections": [{"from": "osc.out", "to": "mul.a"}],
        "exposedParams": [{"id": "k", "blockId": "mul", "paramKey": "b"}]}"#;
    let block = r#"{"id": "g1", "type": "composite:g", "params": {"osc.bias": 2, "k": 3}}"#;
    let rest = r#""connections": [{"from": "g1.mul.out", "to": "dots.radius"},
        {"from": "time.phase", "to": "g1.osc.phase"}]"#;
    let (program, found) = program(&with(group, block, rest));
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(constant(&program, "g1::osc", "bias"), [2.0]);
    assert_eq!(constant(&program, "g1::mul", "b"), [3.0]);
    // The inner wire took this port away.
    let taken = rest.replace("g1.osc.phase", "g1.mul.a");
    let found = error(&with(group, block, &taken));
    assert_eq!(found.code, "unknown-port");
    assert!(
        found.hints.iter().any(|h| h.contains("`osc.phase`")),
        "{found}"
    );
}

#[test]
fn places_lead_into_the_definition_or_to_the_composite() {
    let definition = WAVE.replace(r#""bias": 3"#, r#""bias": "much""#);
    let block = r#"{"id": "w", "type": "composite:wave"}"#;
    let found = error(&with(&definition, block, RADIUS));
    assert_eq!(
        (found.code, &*found.block, &*found.pointer),
        (
            "bad-value",
            "w::osc",
            "/composites/0/graph/nodes/osc/params/bias"
        )
    );
    let block = r#"{"id": "p", "type": "composite:GridPoints", "params": {"rows": "many"}}"#;
    let rest = r#""connections": [{"from": "p.positions", "to": "dots.positions"}]"#;
    let found = error(&patch(block, rest));
    assert_eq!(
        (found.code, &*found.block, &*found.port, &*found.pointer),
        ("bad-value", "p::grid", "rows", "/blocks/2/params/rows")
    );
}

#[test]
fn bombs_end_before_they_take_memory() {
    // Each level holds four of the next: 4^16 blocks.
    let level = |i: usize, inner: &str| {
        let nodes: Vec<String> = (0..4)
            .map(|n| format!(r#""n{n}": {{"type": "{inner}"}}"#))
            .collect();
        format!(
            r#"{{"id": "l{i}", "graph": {{"nodes": {{{}}}}}}}"#,
            nodes.join(",")
        )
    };
    let mut levels = vec![level(0, "ConstNumber")];
    levels.extend((1..16).map(|i| level(i, &format!("composite:l{}", i - 1))));
    let found = error(&with(
        &levels.join(","),
        r#"{"id": "b", "type": "composite:l15"}"#,
        "",
    ));
    assert_eq!(found.code, "too-many-blocks");
    assert!(found.message.contains("4294967298"), "{found}");
    levels.push(level(16, "composite:l15"));
    let found = error(&with(
        &levels.join(","),
        r#"{"id": "b", "type": "composite:l16"}"#,
        "",
    ));
    assert_eq!(found.code, "composite-nesting");
}

#[test]
fn maps_that_multiply_lead_to_one_place() {
    // Ten inputs on each level, and each leads to all ten below.
    let list = |inner: &str| {
        let targets: Vec<String> = (0..10).map(|n| format!(r#""{inner}{n}""#)).collect();
        let maps: Vec<String> = (0..10)
            .map(|n| format!(r#""i{n}": [{}]"#, targets.join(",")))
            .collect();
        maps.join(",")
    };
    let mut levels = vec![format!(
        r#"{{"id": "l0", "graph": {{"nodes": {{"k": {{"type": "MulSignal"}}}},
            "inputMap": {{{}}}, "outputMap": {{"o": "k.out"}}}}}}"#,
        (0..10)
            .map(|n| format!(r#""i{n}": "k.a""#))
            .collect::<Vec<_>>()
            .join(",")
    )];
    for i in 1..12 {
        levels.push(format!(
            r#"{{"id": "l{i}", "graph": {{"nodes": {{"k": {{"type": "composite:l{}"}}}},
                "inputMap": {{{}}}, "outputMap": {{"o": "k.o"}}}}}}"#,
            i - 1,
            list("k.i")
        ));
    }
    let block = r#"{"id": "b", "type": "composite:l11"}"#;
    let rest = r#""connections": [{"from": "time.phase", "to": "b.i0", "lens": ["slew"]},
        {"from": "b.o", "to": "dots.radius"}]"#;
    let (program, found) = program(&with(&levels.join(","), block, rest));
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(program.tables.state.cells.len(), 1);
}

#[test]
fn texts_that_multiply_end_in_an_error() {
    let long = "x".repeat(100_000);
    let nodes: Vec<String> = (0..100)
        .map(|n| format!(r#""n{n}": {{"type": "composite:a"}}"#))
        .collect();
    let definitions = format!(
        r#"{{"id": "a", "graph": {{"nodes": {{"k": {{"type": "DebugDisplay", "params": {{"label": "{long}"}}}}}}}}}},
            {{"id": "b", "graph": {{"nodes": {{{}}}}}}}"#,
        nodes.join(",")
    );
    let blocks: Vec<String> = (0..100)
        .map(|n| format!(r#"{{"id": "b{n}", "type": "composite:b"}}"#))
        .collect();
    let found = error(&with(&definitions, &blocks.join(","), ""));
    assert_eq!(found.code, "too-large");
}

//! Where an input gets its value, and what constants are read as.

use super::*;
use crate::ir::{PortSource, TimeModel, TimeValue};

fn period(program: &Program) -> f64 {
    match program.time_model {
        TimeModel::Cyclic { period_ms, .. } => period_ms,
        ref model => panic!("{model:?}"),
    }
}

/// A saved root with two default sources, as many of which are there as are given.
fn saved(sources: &str) -> String {
    format!(
        r#"{{"blocks": [
            {{"id": "block-13", "type": "CycleTimeRoot", "params": {{"periodMs": 4000}}, "inputs": [
                {{"id": "periodMs", "type": "Signal<number>", "direction": "input",
                  "defaultSource": {{"value": 3000}}}},
                {{"id": "mode", "type": "Signal<string>", "direction": "input",
                  "defaultSource": {{"value": "loop"}}}}], "outputs": []}},
            {{"id": "block-16", "type": "RenderInstances2D", "inputs": [], "outputs": []}}],
        "defaultSources": [{sources}]}}"#
    )
}

const DS_14: &str =
    r#"{"id": "ds-14", "type": {"world": "signal", "domain": "number"}, "value": 5000}"#;
const DS_15: &str =
    r#"{"id": "ds-15", "type": {"world": "signal", "domain": "string"}, "value": "pingpong"}"#;

#[test]
fn default_sources_are_found_by_counting() {
    let (program, warnings) = program(&saved(&format!("{DS_14}, {DS_15}")));
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(period(&program), 5000.0);
    let TimeModel::Cyclic { mode, .. } = program.time_model else {
        panic!()
    };
    assert_eq!(mode, crate::ir::CycleMode::Pingpong);
}

#[test]
fn a_missing_default_source_unmatches_the_whole_block() {
    let (program, warnings) = program(&saved(DS_14));
    assert_eq!(codes(&warnings), ["default-source-unmatched"]);
    assert_eq!(period(&program), 4000.0);
}

#[test]
fn a_default_source_of_another_family_unmatches() {
    let wrong = DS_14.replace("number", "color");
    let (program, warnings) = program(&saved(&format!("{wrong}, {DS_15}")));
    assert_eq!(codes(&warnings), ["default-source-unmatched"]);
    assert_eq!(period(&program), 4000.0);
}

#[test]
fn what_the_editor_types_loosely_still_matches() {
    // `signal` of an expression is a number here and a phase there; `glow` is a boolean, saved as a
    // text; a trigger is saved as a unit number.
    let text = r#"{"blocks": [
        {"id": "block-1", "type": "CycleTimeRoot"},
        {"id": "block-10", "type": "FieldFromExpression", "outputs": [], "inputs": [
            {"id": "domain", "type": "Domain", "defaultSource": {"value": 100}},
            {"id": "signal", "type": "Signal<phase>", "defaultSource": {"value": 0}}]},
        {"id": "block-20", "type": "EnvelopeAD", "outputs": [], "inputs": [
            {"id": "trigger", "type": "Signal<Unit>", "defaultSource": {"value": false}}]},
        {"id": "block-30", "type": "RenderInstances2D", "outputs": [], "inputs": [
            {"id": "glow", "type": "Signal<string>", "defaultSource": {"value": "false"}},
            {"id": "shape", "type": "Signal<string>", "defaultSource": {"value": "circle"}}]}],
        "connections": [{"from": "block-10.field", "to": "block-30.color"},
                        {"from": "block-20.env", "to": "block-30.radius"}],
        "defaultSources": [
            {"id": "ds-11", "type": {"world": "field", "domain": "elementCount"}, "value": 7},
            {"id": "ds-12", "type": {"world": "signal", "domain": "phase"}, "value": 0.25},
            {"id": "ds-21", "type": {"world": "signal", "domain": "number"}, "value": false},
            {"id": "ds-31", "type": {"world": "signal", "domain": "string"}, "value": "true"},
            {"id": "ds-32", "type": {"world": "signal", "domain": "string"}, "value": "star"}]}"#;
    let (p, warnings) = program(text);
    let unmatched = |d: &&Diagnostic| d.code == "default-source-unmatched";
    assert_eq!(warnings.iter().find(unmatched), None);
    assert_eq!(p.tables.graph.domains[0].count, 7);
    assert_eq!(constant(&p, "block-10", "signal"), [0.25]);
    assert_eq!(p.tables.render.effects.len(), 1);
    assert_eq!(p.tables.render.shapes.len(), 1);
}

#[test]
fn a_number_of_the_next_block_unmatches() {
    let crowded = saved(&format!("{DS_14}, {DS_15}")).replace("block-16", "block-15");
    let (_, warnings) = program(&crowded);
    assert_eq!(codes(&warnings), ["default-source-unmatched"]);
}

#[test]
fn the_slot_comes_before_the_library() {
    let text = saved("").replace(r#""params": {"periodMs": 4000}, "#, "");
    assert_eq!(period(&program(&text).0), 3000.0);
    let bare = r#"{"blocks": [{"id": "t", "type": "CycleTimeRoot", "params": {"periodMs": null}},
        {"id": "d", "type": "RenderInstances2D"}]}"#;
    assert_eq!(period(&program(bare).0), 3000.0);
}

#[test]
fn null_is_infinite_where_the_library_is() {
    let min = r#"{"id": "m", "type": "MinSignal", "params": {"a": null, "b": 2}}"#;
    let wires = r#""connections": [{"from": "m.out", "to": "dots.radius"}]"#;
    let (program, _) = program(&patch(min, wires));
    assert_eq!(constant(&program, "m", "a"), [f64::INFINITY]);
}

#[test]
fn a_wire_wins_over_a_listener() {
    let (program, warnings) = program(&patch(
        "",
        r#""connections": [{"from": "time.energy", "to": "dots.radius"}],
           "listeners": [{"bus": "progress", "to": "dots.radius"}]"#,
    ));
    assert_eq!(codes(&warnings), ["shadowed-listener"]);
    let ValueRef::Field(_) = input(&program, "dots", "radius") else {
        panic!()
    };
    let row = &program.tables.graph.blocks[1].r#in[2];
    assert!(matches!(row.src, PortSource::Wire(_)), "{:?}", row.src);
}

#[test]
fn the_first_enabled_listener_counts() {
    let (program, warnings) = program(&patch(
        "",
        r#""connections": [{"from": "time.energy", "to": "dots.radius", "enabled": false}],
           "listeners": [{"bus": "progress", "to": "dots.radius", "enabled": false},
                         {"bus": "energy", "to": "dots.radius"},
                         {"bus": "phaseA", "to": "dots.radius"}]"#,
    ));
    assert_eq!(codes(&warnings), ["shadowed-listener"]);
    assert_eq!(warnings[0].pointer, "/listeners/2");
    let PortSource::Bus(id) = program.tables.graph.blocks[1].r#in[2].src else {
        panic!()
    };
    let bus = program.tables.graph.listeners[id.index()].bus;
    let name = program.tables.graph.buses[bus.index()].name;
    assert_eq!(program.tables.strings[name.index()], "energy");
}

#[test]
fn two_wires_to_one_input_are_refused() {
    let found = error(&patch(
        "",
        r#""connections": [{"from": "time.energy", "to": "dots.radius"},
                           {"from": "time.phase", "to": "dots.radius"}]"#,
    ));
    assert_eq!(
        (found.code, found.pointer.as_str()),
        ("multiple-writers", "/connections/1")
    );
    assert_eq!(
        found.message,
        "two wires lead to `dots.radius`: from `time.energy` and from `time.phase`"
    );
}

#[test]
fn set_replaces_wires_and_listeners() {
    let json = patch(
        "",
        r#""connections": [{"from": "time.energy", "to": "dots.radius"}],
           "listeners": [{"bus": "energy", "to": "dots.radius"}]"#,
    );
    let set = |target: &str, value: &str| Options {
        set: vec![(target.to_owned(), value.to_owned())],
        ..Options::default()
    };
    let (program, diagnostics) = compiled_with(&json, &set("dots.radius", "7"));
    assert!(diagnostics.list().is_empty());
    assert_eq!(
        constant(&program.expect("a program"), "dots", "radius"),
        [7.0]
    );
    let (program, _) = compiled_with(&json, &set("dots.color", "tomato"));
    assert!(program.is_some());
    let (_, diagnostics) = compiled_with(&json, &set("dots.radius", "wide"));
    assert_eq!(codes(diagnostics.list()), ["bad-value"]);
    let (_, diagnostics) = compiled_with(&json, &set("dots.radios", "1"));
    assert_eq!(diagnostics.list()[0].code, "unknown-port");
    let (_, diagnostics) = compiled_with(&json, &set("dot.radius", "1"));
    assert_eq!(diagnostics.list()[0].code, "unknown-block");
}

/// What a short oscillator's phase reads, with these params and this rest.
fn phase_of(params: &str, rest: &str) -> ValueRef {
    let blocks = format!(r#"{{"id": "o", "type": "Oscillator", "params": {{{params}}}}}"#);
    let wire = r#"{"from": "o.out", "to": "dots.radius"}"#;
    let rest = match rest.is_empty() {
        true => format!(r#""connections": [{wire}]"#),
        false => rest.replace("WIRE", wire),
    };
    input(&program(&patch(&blocks, &rest)).0, "o", "phase")
}

#[test]
fn a_short_block_listens_to_its_default_bus() {
    assert!(matches!(phase_of("", ""), ValueRef::Sig(_)));
    assert!(matches!(phase_of(r#""phase": null"#, ""), ValueRef::Sig(_)));
    let disabled =
        r#""connections": [WIRE, {"from": "time.energy", "to": "o.phase", "enabled": false}]"#;
    assert!(matches!(phase_of("", disabled), ValueRef::Sig(_)));
}

#[test]
fn values_wires_and_listeners_keep_the_default_bus_off() {
    assert!(matches!(
        phase_of(r#""phase": 0.25"#, ""),
        ValueRef::Const(_)
    ));
    let wire = r#""connections": [WIRE, {"from": "time.phase", "to": "o.phase"}]"#;
    assert_eq!(phase_of("", wire), ValueRef::Time(TimeValue::Phase01));
    let listener = r#""connections": [WIRE], "listeners": [{"bus": "phaseB", "to": "o.phase", "enabled": false}]"#;
    assert!(matches!(phase_of("", listener), ValueRef::Const(_)));
}

#[test]
fn a_saved_block_has_no_default_bus() {
    let blocks = r#"{"id": "o", "type": "Oscillator", "inputs": [], "outputs": []}"#;
    let (program, _) = program(&patch(
        blocks,
        r#""connections": [{"from": "o.out", "to": "dots.radius"}]"#,
    ));
    assert_eq!(constant(&program, "o", "phase"), [0.0]);
}

#[test]
fn constants_are_read_as_what_is_wanted() {
    let blocks = r##"{"id": "o", "type": "Oscillator",
        "params": {"phase": 1, "amplitude": "0x10", "bias": true, "shape": "saw"}},
        {"id": "c", "type": "ConstColor", "params": {"value": [1, 0.5, 0]}},
        {"id": "v", "type": "ConstVec2", "params": {"value": {"x": 1, "y": 2}}}"##;
    let wires = r#""connections": [{"from": "o.out", "to": "dots.radius"},
        {"from": "c.out", "to": "dots.color"}, {"from": "v.out", "to": "dots.positions"}]"#;
    let (program, _) = program(&patch(blocks, wires));
    assert_eq!(constant(&program, "o", "phase"), [0.0]);
    assert_eq!(constant(&program, "o", "amplitude"), [16.0]);
    assert_eq!(constant(&program, "o", "bias"), [1.0]);
    assert_eq!(constant(&program, "c", "value"), [1.0, 0.5, 0.0, 1.0]);
    assert_eq!(constant(&program, "v", "value"), [1.0, 2.0]);
}

#[test]
fn constants_that_cannot_be_read_are_reported_where_they_stand() {
    let cases = [
        (r#""amplitude": "wide""#, "bad-value"),
        (r#""shape": "sin""#, "unknown-option"),
        (r#""amplitude": [1, 2]"#, "bad-value"),
    ];
    for (param, code) in cases {
        let blocks = format!(r#"{{"id": "o", "type": "Oscillator", "params": {{{param}}}}}"#);
        let found = error(&patch(
            &blocks,
            r#""connections": [{"from": "o.out", "to": "dots.radius"}]"#,
        ));
        assert_eq!((found.code, found.block.as_str()), (code, "o"), "{param}");
        assert!(
            found.pointer.starts_with("/blocks/2/params/"),
            "{}",
            found.pointer
        );
        assert!(!found.port.is_empty() && !found.hints.is_empty());
    }
    let color = r#"{"blocks": [{"id": "t", "type": "CycleTimeRoot", "params": {"periodMs": 0}},
        {"id": "d", "type": "RenderInstances2D", "params": {"color": "reddish"}}]}"#;
    assert_eq!(codes(&errors(color)), ["bad-range", "bad-color"]);
    let huge = patch(
        r#"{"id": "n", "type": "DomainN", "params": {"n": 1e9}}"#,
        "",
    );
    assert!(!errors(&huge).is_empty());
    let domain = patch("", "").replace(
        r#""RenderInstances2D""#,
        r#""RenderInstances2D", "params": {"domain": 1e9}"#,
    );
    assert_eq!(error(&domain).code, "too-many-elements");
}

#[test]
fn options_take_values_only() {
    let blocks = r#"{"id": "o", "type": "Oscillator"}"#;
    let wires = r#""connections": [{"from": "time.energy", "to": "o.shape"}, {"from": "o.out", "to": "dots.radius"}]"#;
    let found = error(&patch(blocks, wires));
    assert_eq!(
        (found.code, found.block.as_str(), found.port.as_str()),
        ("not-wirable", "o", "shape")
    );
}

#[test]
fn compile_time_inputs_take_what_folds() {
    let blocks = r#"{"id": "k", "type": "ConstNumber", "params": {"value": 3}},
        {"id": "grid", "type": "GridDomain"}"#;
    let wires = |source: &str| {
        format!(
            r#""connections": [{{"from": "{source}", "to": "grid.rows",
                "lens": [{{"type": "scale", "params": {{"scale": 2}}}}]}},
                {{"from": "grid.domain", "to": "dots.domain"}},
                {{"from": "grid.pos0", "to": "dots.positions"}}]"#
        )
    };
    let (program, _) = program(&patch(blocks, &wires("k.out")));
    assert_eq!(program.tables.graph.domains[0].count, 60);
    let found = error(&patch(blocks, &wires("time.phase")));
    assert_eq!((found.code, found.port.as_str()), ("not-constant", "rows"));
    assert_eq!(
        found.message,
        "`grid.rows` is read when the patch is compiled, but `time.phase` depends on time"
    );
    let found = error(&patch(blocks, &wires("time.energy")));
    assert_eq!(found.code, "not-constant");
}

#[test]
fn a_constant_reaches_a_compile_time_input_through_a_bus() {
    let blocks = r#"{"id": "k", "type": "ConstNumber", "params": {"value": 3}},
        {"id": "grid", "type": "GridDomain"}"#;
    let rest = r#""buses": [{"name": "n", "combine": "sum"}],
        "publishers": [{"from": "k.out", "bus": "n"}],
        "listeners": [{"bus": "n", "to": "grid.rows"}],
        "connections": [{"from": "grid.domain", "to": "dots.domain"}]"#;
    let (program, _) = program(&patch(blocks, rest));
    assert_eq!(program.tables.graph.domains[0].count, 30);
}

#[test]
fn an_implicit_listener_keeps_its_id() {
    let blocks = r#"{"id": "o", "type": "Oscillator"}"#;
    let rest = r#""listeners": [{"id": "default:o.phase", "bus": "energy", "to": "dots.radius"}]"#;
    assert_eq!(error(&patch(blocks, rest)).code, "duplicate-id");
}

#[test]
fn channels_are_rows_and_addresses() {
    let rest = r#""listeners": [
        {"external": "midi.cc1", "to": "dots.radius", "type": "number", "default": 0.5},
        {"external": "key.a", "to": "dots.z", "type": "trigger"}]"#;
    let (p, warnings) = program(&patch("", rest));
    assert!(warnings.is_empty(), "{warnings:?}");
    let rows = &p.tables.graph.externals;
    let keys: Vec<&str> = rows
        .iter()
        .map(|r| p.tables.strings[r.key.index()].as_str())
        .collect();
    assert_eq!(keys, ["key.a", "midi.cc1"]);
    assert_eq!(lanes(&p, ValueRef::Const(rows[1].default)), [0.5]);
    let source = p.tables.graph.blocks[1].r#in[2].src;
    assert_eq!(source, PortSource::External(crate::ir::ExtId(1)));
}

#[test]
fn a_text_on_a_bus_is_a_colour_where_one_is_wanted() {
    let rest = r##""buses": [{"name": "ink", "type": "string", "default": "#00f"}],
        "listeners": [{"bus": "ink", "to": "dots.color"}]"##;
    let (p, warnings) = program(&patch("", rest));
    assert_eq!(codes(&warnings), ["unused-bus"]);
    assert!(matches!(input(&p, "dots", "color"), ValueRef::Field(_)));
    let found = error(&patch("", &rest.replace("#00f", "bluish")));
    assert_eq!((found.code, found.port.as_str()), ("bad-color", "color"));
}

/// What is wrong with listeners to channels: `code pointer` of each error, and that it has a hint.
fn wrong_channels(listeners: &str) -> Vec<String> {
    let rest = format!(r#""listeners": [{listeners}]"#);
    let found = errors(&patch(r#"{"id": "add", "type": "AddSignal"}"#, &rest));
    assert!(found.iter().all(|e| !e.hints.is_empty()), "{found:#?}");
    found
        .iter()
        .map(|e| format!("{} {}", e.code, e.pointer))
        .collect()
}

#[test]
fn what_is_said_of_a_channel_must_make_sense() {
    let one = |fields: &str| wrong_channels(&format!(r#"{{"to": "add.a", {fields}}}"#));
    let cases = [
        (r#""external": """#, "bad-value /listeners/0/external"),
        (
            r#""external": "a\u001bb""#,
            "bad-value /listeners/0/external",
        ),
        (
            r#""external": "x", "type": "field number""#,
            "wrong-shape /listeners/0/type",
        ),
        (
            r#""external": "x", "type": "string""#,
            "wrong-shape /listeners/0/type",
        ),
        (
            r#""external": "x", "type": "numbr""#,
            "not-bus-eligible /listeners/0/type",
        ),
        (
            r#""external": "x", "default": "loud""#,
            "bad-value /listeners/0/default",
        ),
        (
            r#""external": "x", "type": "vec2", "default": 3"#,
            "bad-value /listeners/0/default",
        ),
    ];
    for (fields, wanted) in cases {
        let found = one(fields);
        assert_eq!(found[0], wanted, "{fields}: {found:?}");
    }
}

#[test]
fn all_readers_of_a_channel_mean_the_same() {
    let two = |a: &str, b: &str| {
        wrong_channels(&format!(
            r#"{{"external": "x", "to": "add.a", {a}}}, {{"external": "x", "to": "add.b", {b}}}"#
        ))
    };
    let clash = |field: &str| vec![format!("wrong-shape /listeners/1/{field}")];
    assert_eq!(
        two(r#""type": "number""#, r#""type": "phase""#),
        clash("type")
    );
    assert_eq!(two(r#""default": 1"#, r#""default": 2"#), clash("default"));
    // The same in other words, or said by one of them, or by one that does not take part.
    for (a, b) in [
        (
            r#""type": "number", "default": 1"#,
            r#""type": "unit01", "default": "1""#,
        ),
        (
            r#""type": "phase", "default": 0"#,
            r#""type": "phase01", "default": 1"#,
        ),
        (r#""type": "number""#, r#""default": 4"#),
        (r#""default": 1"#, r#""default": 2, "enabled": false"#),
    ] {
        assert!(two(a, b).is_empty(), "{a} and {b}: {:?}", two(a, b));
    }
    let (program, _) = program(&patch(
        r#"{"id": "add", "type": "AddSignal"}"#,
        r#""listeners": [{"external": "x", "to": "add.a"},
            {"bus": "energy", "to": "add.b",
             "lens": [{"type": "scale", "params": {"k": {"external": "x", "default": 4}}}]}]"#,
    ));
    let row = &program.tables.graph.externals[0];
    assert_eq!(program.tables.constants.index[row.default.index()].len, 1);
}

//! Who publishes on a bus, in which order, and what the bus carries.

use super::*;
use crate::ir::{Bus, Combine, EventExpr, FieldExpr, Publisher};
use crate::types::Domain;
use proptest::prelude::*;

fn bus<'p>(program: &'p Program, name: &str) -> &'p Bus {
    let buses = &program.tables.graph.buses;
    buses
        .iter()
        .find(|b| program.tables.strings[b.name.index()] == name)
        .expect(name)
}

fn publishers<'p>(program: &'p Program, name: &str) -> Vec<(&'p str, bool)> {
    let [first, count] = bus(program, name).pubs.map(|n| n as usize);
    let rows = &program.tables.graph.publishers[first..first + count];
    let key = |row: &Publisher| program.tables.strings[row.key.index()].as_str();
    rows.iter().map(|row| (key(row), row.enabled)).collect()
}

fn root(program: &Program, name: &str) -> SignalExpr {
    match bus(program, name).root {
        ValueRef::Sig(id) => program.tables.sig.nodes[id.index()].expr.clone(),
        other => panic!("{other:?}"),
    }
}

const SINK: &str = r#"{"id": "dots", "type": "RenderInstances2D"}"#;

fn alone(root: &str) -> String {
    format!(r#"{{"blocks": [{root}, {SINK}]}}"#)
}

#[test]
fn a_time_root_publishes_by_itself() {
    let (p, _) = program(&patch("", ""));
    assert_eq!(publishers(&p, "phaseA"), [("auto-time-phaseA", true)]);
    assert_eq!(publishers(&p, "pulse"), [("auto-time-pulse", true)]);
    assert_eq!(publishers(&p, "energy"), [("auto-time-energy", true)]);
    let finite = r#"{"id": "t", "type": "FiniteTimeRoot"}"#;
    let (p, _) = program(&alone(finite));
    assert_eq!(publishers(&p, "progress"), [("auto-t-progress", true)]);
    assert_eq!(publishers(&p, "phaseA"), [("auto-t-phaseA", true)]);
    let saved = finite.replace("Root\"", "Root\", \"inputs\": []");
    let (p, _) = program(&alone(&saved));
    assert_eq!(publishers(&p, "progress"), [("auto-t-progress", true)]);
    assert_eq!(publishers(&p, "phaseA"), []);
}

#[test]
fn one_port_counts_once_per_bus() {
    let written = r#""publishers": [{"id": "p", "from": "time.energy", "bus": "energy"}]"#;
    let (p, warnings) = program(&patch("", written));
    assert_eq!(publishers(&p, "energy"), [("p", true)]);
    assert!(warnings.is_empty());
    let disabled = written.replace(r#""id": "p""#, r#""id": "p", "enabled": false"#);
    let (p, _) = program(&patch("", &disabled));
    assert_eq!(publishers(&p, "energy"), [("p", false)]);
    let twice = r#""publishers": [{"id": "q", "from": "time.energy", "bus": "energy", "sortKey": 2},
        {"id": "p", "from": "time.energy", "bus": "energy", "sortKey": 1}]"#;
    let (p, warnings) = program(&patch("", twice));
    assert_eq!(publishers(&p, "energy"), [("p", true), ("q", false)]);
    assert_eq!(codes(&warnings), ["duplicate-publisher"]);
    assert_eq!(warnings[0].pointer, "/publishers/0");
}

#[test]
fn a_made_id_cannot_be_written() {
    let taken =
        r#""publishers": [{"id": "auto-time-pulse", "from": "time.energy", "bus": "energy"}]"#;
    assert_eq!(error(&patch("", taken)).code, "duplicate-id");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Sort key, then the TimeRoot's own, then id in byte order, whatever the order of the file.
    #[test]
    fn publishers_combine_in_their_order(keys in prop::collection::vec((-2i32..3, 0u8..40), 1..7)) {
        let mut blocks = String::new();
        let mut rows = Vec::new();
        for (i, (key, name)) in keys.iter().enumerate() {
            blocks += &format!(r#"{}{{"id": "k{i}", "type": "ConstNumber"}}"#, if i > 0 { "," } else { "" });
            rows.push(format!(
                r#"{{"id": "pub-{name}-{i}", "from": "k{i}.out", "bus": "energy", "sortKey": {key}}}"#
            ));
        }
        let (p, _) = program(&patch(&blocks, &format!(r#""publishers": [{}]"#, rows.join(","))));
        let mut wanted: Vec<(i32, bool, String)> =
            keys.iter().enumerate().map(|(i, (key, name))| (*key, true, format!("pub-{name}-{i}"))).collect();
        wanted.push((0, false, "auto-time-energy".to_owned()));
        wanted.sort();
        let found: Vec<String> = publishers(&p, "energy").iter().map(|(k, _)| (*k).to_owned()).collect();
        prop_assert_eq!(found, wanted.into_iter().map(|(_, _, id)| id).collect::<Vec<_>>());
    }
}

#[test]
fn a_bus_without_a_type_takes_that_of_its_first_publisher() {
    let blocks = r#"{"id": "c", "type": "ConstColor"}, {"id": "k", "type": "ConstNumber"}"#;
    let rest = r#""buses": [{"name": "mood"}, {"name": "none"}],
        "publishers": [{"from": "c.out", "bus": "mood"}],
        "listeners": [{"bus": "mood", "to": "dots.color"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let domain = |name| p.types[bus(&p, name).r#type.index()].domain;
    assert_eq!(
        (domain("mood"), domain("none")),
        (Domain::Color, Domain::Number)
    );
    let one = r#"[{"from": "c.out", "bus": "mood"}]"#;
    let two = r#"[{"from": "c.out", "bus": "mood"}, {"from": "k.out", "bus": "mood"}]"#;
    let found = error(&patch(blocks, &rest.replace(one, two)));
    assert_eq!(
        (found.code, found.block.as_str(), found.port.as_str()),
        ("type-mismatch", "k", "out")
    );
}

#[test]
fn field_buses_take_the_largest_domain() {
    let blocks = r#"{"id": "a", "type": "FieldConstNumber", "params": {"domain": 4, "value": 1}},
        {"id": "b", "type": "FieldConstNumber", "params": {"domain": 2, "value": 10}}"#;
    let rest = r#""buses": [{"name": "f", "type": "field number", "combine": "sum"}],
        "publishers": [{"from": "b.out", "bus": "f"}, {"from": "a.out", "bus": "f"},
                       {"from": "time.energy", "bus": "f"}],
        "listeners": [{"bus": "f", "to": "dots.radius"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let ValueRef::Field(id) = bus(&p, "f").root else {
        panic!()
    };
    let node = &p.tables.field.nodes[id.index()];
    let FieldExpr::Combine {
        mode: Combine::Sum,
        terms,
        ..
    } = &node.expr
    else {
        panic!()
    };
    assert_eq!(terms.len(), 3);
    let over = node.dom.expect("a domain");
    assert_eq!(p.tables.graph.domains[over.index()].count, 4);
}

#[test]
fn a_field_on_a_signal_bus_needs_a_reduction() {
    let blocks = r#"{"id": "a", "type": "FieldIndex"}"#;
    let rest = r#""buses": [{"name": "n", "type": "number"}],
        "publishers": [{"from": "a.index", "bus": "n"}],
        "listeners": [{"bus": "n", "to": "dots.z"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        (found.code, found.block.as_str(), found.port.as_str()),
        ("needs-adapter", "a", "index")
    );
    assert_eq!(found.pointer, "/publishers/0");
    assert!(
        found.hints[0].contains("ReduceFieldToSignal"),
        "{:?}",
        found.hints
    );
    let reduced = rest.replace(
        r#""bus": "n"}],"#,
        r#""bus": "n", "adapters": ["ReduceFieldToSignal"]}],"#,
    );
    // What is known is folded; here the numbers move.
    let moved = r#"{"id": "k", "type": "FieldIndex", "params": {"domain": 3}},
        {"id": "a", "type": "FieldZipSignal"}"#;
    let reduced = reduced.replace("a.index", "a.out");
    let reduced = format!(
        r#"{reduced}, "connections": [{{"from": "k.index", "to": "a.field"}}, {{"from": "time.phase", "to": "a.signal"}}]"#
    );
    let (p, _) = program(&patch(moved, &reduced));
    let steps: Vec<&str> = p
        .schedule
        .steps
        .iter()
        .map(|s| p.tables.strings[s.key.index()].as_str())
        .collect();
    let at = |prefix: &str| {
        steps
            .iter()
            .position(|s| s.starts_with(prefix))
            .expect(prefix)
    };
    let reduce = at("reduce:");
    assert!(reduce < at("busEval:n"), "{steps:?}");
    assert!(
        steps[..reduce]
            .iter()
            .any(|s| s.starts_with("materialize:")),
        "{steps:?}"
    );
}

/// The constant that readers of a colour bus get.
fn mixed(mode: &str, colors: [&str; 2]) -> Vec<f64> {
    let blocks = format!(
        r#"{{"id": "a", "type": "ConstColor", "params": {{"value": "{}"}}}},
           {{"id": "b", "type": "ConstColor", "params": {{"value": "{}"}}}}"#,
        colors[0], colors[1]
    );
    let rest = format!(
        r#""buses": [{{"name": "m", "type": "color", "combine": "{mode}"}}],
        "publishers": [{{"from": "a.out", "bus": "m"}}, {{"from": "b.out", "bus": "m"}}],
        "listeners": [{{"bus": "m", "to": "lfo.base"}}],
        "connections": [{{"from": "lfo.color", "to": "dots.color"}}]"#
    );
    let blocks = format!(r#"{blocks}, {{"id": "lfo", "type": "ColorLFO"}}"#);
    constant(&program(&patch(&blocks, &rest)).0, "lfo", "base")
}

#[test]
fn layers_of_constants_fold() {
    assert_eq!(
        mixed("layer", ["#ff0000", "rgba(0,0,255,0.5)"]),
        [0.5, 0.0, 0.5, 1.0]
    );
    let third = mixed("layer", ["rgba(255,0,0,0.5)", "rgba(0,0,255,0.5)"]);
    for (found, wanted) in third.iter().zip([1.0 / 3.0, 0.0, 2.0 / 3.0, 0.75]) {
        assert!((found - wanted).abs() < 1e-15, "{third:?}");
    }
}

#[test]
fn phases_are_wrapped_after_they_meet() {
    let blocks = r#"{"id": "a", "type": "ConstNumber", "params": {"value": 0.9}},
        {"id": "b", "type": "ConstNumber", "params": {"value": 0.3}},
        {"id": "o", "type": "Oscillator"}"#;
    let rest = r#""buses": [{"name": "p", "type": "phase", "combine": "average"}],
        "publishers": [{"from": "a.out", "bus": "p"}, {"from": "b.out", "bus": "p"}],
        "listeners": [{"bus": "p", "to": "o.phase"}],
        "connections": [{"from": "o.out", "to": "dots.radius"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    assert!((constant(&p, "o", "phase")[0] - 0.6).abs() < 1e-15);
    let number = rest
        .replace(
            r#""type": "phase", "combine": "average""#,
            r#""type": "number""#,
        )
        .replace(
            r#"{"from": "b.out", "bus": "p"}"#,
            r#"{"from": "b.out", "bus": "p", "enabled": false}"#,
        );
    let blocks = blocks.replace("0.9", "1");
    let (p, _) = program(&patch(&blocks, &number));
    assert_eq!(constant(&p, "o", "phase"), [0.0]);
}

#[test]
fn a_silent_bus_gives_its_default_and_a_warning() {
    let rest = r#""listeners": [{"bus": "palette", "to": "dots.color"}]"#;
    let (p, warnings) = program(&patch("", rest));
    assert_eq!(codes(&warnings), ["unused-bus"]);
    assert_eq!(
        lanes(&p, ValueRef::Const(bus(&p, "palette").silent)),
        [0.0, 0.0, 0.0, 1.0]
    );
    let written = r##""buses": [{"name": "palette", "type": "color", "combine": "last", "default": "#0f0"}],
        "listeners": [{"bus": "palette", "to": "dots.color"}]"##;
    let (p, _) = program(&patch("", written));
    assert_eq!(
        lanes(&p, ValueRef::Const(bus(&p, "palette").silent)),
        [0.0, 1.0, 0.0, 1.0]
    );
}

#[test]
fn numbers_on_a_trigger_bus_are_edges() {
    let rest = r#""publishers": [{"from": "time.energy", "bus": "pulse"}]"#;
    let (p, _) = program(&patch("", rest));
    let ValueRef::Event(root) = bus(&p, "pulse").root else {
        panic!()
    };
    let EventExpr::Combine { terms, .. } = &p.tables.event.nodes[root.index()].expr else {
        panic!()
    };
    assert_eq!(terms.len(), 2);
    let cells: Vec<&str> = p
        .tables
        .state
        .cells
        .iter()
        .map(|c| p.tables.strings[c.key.index()].as_str())
        .collect();
    assert_eq!(cells, ["pub:time.energy:pulse#implicit/rise"]);
}

#[test]
fn terms_stay_in_combine_order() {
    let blocks = r#"{"id": "a", "type": "Oscillator"}, {"id": "b", "type": "Oscillator", "params": {"bias": 1}}"#;
    let rest = r#""buses": [{"name": "n", "type": "number", "combine": "sum"}],
        "publishers": [{"id": "x", "from": "a.out", "bus": "n", "sortKey": 2},
                       {"id": "y", "from": "b.out", "bus": "n", "sortKey": 1}],
        "listeners": [{"bus": "n", "to": "dots.z"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let SignalExpr::Combine { terms, .. } = root(&p, "n") else {
        panic!()
    };
    let out = |block: &str| {
        let rows = &p.tables.graph.blocks;
        let row = rows
            .iter()
            .find(|b| p.tables.strings[b.key.index()] == block)
            .expect(block);
        row.out[0].r#ref
    };
    let terms: Vec<ValueRef> = terms.into_iter().map(ValueRef::Sig).collect();
    assert_eq!(terms, [out("b"), out("a")]);
}

/// The entries that the hints propose for a bus `tint` nobody declared, each with the patch that has it.
fn declared(blocks: &str, rest: &str) -> Vec<(String, String)> {
    let found = errors(&patch(blocks, rest));
    let told = found.iter().filter(|d| d.code == "unknown-bus");
    let hints = told.filter_map(|d| {
        let hint = d.hints.last()?.strip_prefix("to declare it, add ")?;
        hint.strip_suffix(" to `buses`")
    });
    let with = |entry: &str| patch(blocks, &format!(r#""buses": [{entry}], {rest}"#));
    hints.map(|entry| (entry.to_owned(), with(entry))).collect()
}

#[test]
fn a_bus_is_declared_as_what_meets_on_it() {
    let hue = r#"{"id": "hue", "type": "ColorLFO"}"#;
    let cases = [
        // A rail says what it carries.
        ("", r#""rails": {"phaseB": {"mirror": "tint"}}"#, "phase", 1),
        (
            "",
            r#""rails": {"palette": {"mirror": "tint"}}"#,
            "color",
            1,
        ),
        (
            "",
            r#""rails": {"pulseA": {"mirror": "tint"}}"#,
            "trigger",
            1,
        ),
        (
            "",
            r#""rails": {"energy": {"mirror": "tint"}}"#,
            "number",
            1,
        ),
        (
            "",
            r#""rails": {"palette": {"bus": "tint", "drive": "mixed"}}"#,
            "color",
            1,
        ),
        // A publisher is followed.
        (
            hue,
            r#""publishers": [{"from": "hue.color", "bus": "tint"}]"#,
            "",
            1,
        ),
        (
            hue,
            r#""publishers": [{"from": "hue.color", "bus": "tint"}],
            "listeners": [{"bus": "Tint", "to": "dots.color"}]"#,
            "",
            2,
        ),
        // Unless it follows a rail.
        (
            hue,
            r#""publishers": [{"from": "hue.color", "bus": "tint"}],
            "rails": {"palette": {"bus": "tint", "mirror": null}}"#,
            "color",
            2,
        ),
        // Without one the input says what it wants.
        (
            "",
            r#""listeners": [{"bus": "tint", "to": "dots.color"}]"#,
            "color",
            1,
        ),
        (
            "",
            r#""listeners": [{"bus": "tint", "to": "dots.radius"}]"#,
            "number",
            1,
        ),
        (
            r#"{"id": "e", "type": "EnvelopeAD"}"#,
            r#""listeners": [{"bus": "tint", "to": "e.trigger"}]"#,
            "trigger",
            1,
        ),
        // What a chain wants is not known; a bus without a type and publishers carries numbers.
        (
            "",
            r#""listeners": [{"bus": "tint", "to": "dots.radius", "lens": [{"type": "scale", "params": {"scale": 2}}]}]"#,
            "",
            1,
        ),
    ];
    for (blocks, rest, ty, count) in cases {
        let declared = declared(blocks, rest);
        assert_eq!(declared.len(), count, "{rest}");
        for (entry, patch) in declared {
            let wanted = match ty {
                "" => "}".to_owned(),
                ty => format!(r#", "type": "{ty}"}}"#),
            };
            assert!(
                entry.ends_with(&format!("int\"{wanted}")),
                "{rest}: {entry}"
            );
            let (program, found) = compiled(&patch);
            assert!(program.is_some(), "{entry}: {}", shown(&found));
        }
    }
}

//! Mistakes in definitions are told, once, also where nobody uses them.

use super::*;

/// A definition `d` of these nodes, and what it exposes.
fn defined(nodes: &str, rest: &str) -> String {
    format!(
        r#"{{"id": "d", "graph": {{"nodes": {{{nodes}}}, "edges": [], "outputMap": {{"out": "osc.out"}}}}{rest}}}"#
    )
}

#[test]
fn parameters_that_lead_nowhere_are_reported() {
    let asks =
        r#""osc": {"type": "Oscillator", "params": {"amplitude": {"__fromParam": "amuont"}}}"#;
    let exposed = r#", "exposedParams": [{"id": "amount", "default": 2}]"#;
    let used = r#"{"id": "w", "type": "composite:d"}"#;
    let (_, found) = program(&with(&defined(asks, exposed), used, RADIUS));
    assert_eq!(codes(&found), ["unknown-param", "unused-param"]);
    assert_eq!(
        found[0].pointer,
        "/composites/0/graph/nodes/osc/params/amplitude"
    );
    assert_eq!(found[0].hints[0], "did you mean `amount`?");
    assert_eq!(found[1].pointer, "/composites/0/exposedParams/0");
    assert_eq!(found[0].block, "w", "the first use");
    // What a block sets needs no list.
    let set = r#"{"id": "w", "type": "composite:d", "params": {"amuont": 3}}"#;
    let (_, found) = program(&with(&defined(asks, ""), set, RADIUS));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_definition_that_nobody_uses_is_checked_too() {
    let unused = defined(r#""osc": {"type": "Oscilator"}"#, "");
    let found = error(&with(&unused, "", ""));
    assert_eq!(found.code, "unknown-block-type");
    assert_eq!(found.pointer, "/composites/0/graph/nodes/osc/type");
    assert_eq!(found.hints[0], "did you mean `Oscillator`?");
}

#[test]
fn values_in_a_definition_that_nobody_uses_are_checked_too() {
    let nodes = r#""osc": {"type": "Oscillator", "params": {"shape": "round", "amplitde": 3,
        "bias": {"__fromParam": "lift"}, "phase": {"__fromParam": "nothing"}}},
        "noise": {"type": "composite:PerElementRandom", "params": {"sed": 3}}"#;
    let exposed = r#", "exposedParams": [{"id": "lift", "default": "high"}, {"id": "nothing"},
        {"id": "amount", "default": "much", "nodeId": "osc", "param": "amplitude"}]"#;
    let unused = defined(nodes, exposed);
    let found = errors(&with(&unused, "", ""));
    let mut places: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|d| (d.pointer.as_str(), &*d.block, &*d.port))
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            ("/composites/0/exposedParams/0/default", "osc", "bias"),
            ("/composites/0/exposedParams/2/default", "osc", "amplitude"),
            ("/composites/0/graph/nodes/osc/params/shape", "osc", "shape"),
        ]
    );
    let (_, all) = compiled(&with(&unused, "", ""));
    let mut warned: Vec<&str> = all
        .list()
        .iter()
        .filter(|d| d.code == "unknown-param")
        .map(|d| d.pointer.as_str())
        .collect();
    warned.sort_unstable();
    assert_eq!(
        warned,
        [
            "/composites/0/graph/nodes/noise/params/sed",
            "/composites/0/graph/nodes/osc/params/amplitde",
        ]
    );
    // Where it is used the same is said once, of the use.
    let used = r#"{"id": "w", "type": "composite:d"}"#;
    let (_, all) = compiled(&with(&unused, used, RADIUS));
    let shapes = all.list().iter().filter(|d| d.port == "shape");
    assert_eq!(shapes.map(|d| &*d.block).collect::<Vec<_>>(), ["w::osc"]);
    // A value that an edge replaces is not looked at.
    let wired = r#""osc": {"type": "Oscillator", "params": {"bias": "high"}}, "lfo": {"type": "Oscillator"}"#;
    let wired = defined(wired, "").replace(
        r#""edges": []"#,
        r#""edges": [{"from": "lfo.out", "to": "osc.bias"}]"#,
    );
    let (_, found) = program(&with(&wired, "", ""));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_mistake_in_a_definition_is_told_once() {
    let wrong = defined(
        r#""osc": {"type": "Oscillator"}, "hue": {"type": "ColorLFO"}"#,
        "",
    );
    let wrong = wrong.replace(
        r#""edges": []"#,
        r#""edges": [{"from": "hue.color", "to": "osc.bias"}]"#,
    );
    let uses: Vec<String> = (0..40)
        .map(|i| format!(r#"{{"id": "w{i}", "type": "composite:d"}}"#))
        .collect();
    let rest = r#""connections": [{"from": "w0.out", "to": "dots.radius"}]"#;
    let found = error(&with(&wrong, &uses.join(","), rest));
    assert_eq!((found.code, &*found.block), ("type-mismatch", "w0::osc"));
    assert!(
        found
            .message
            .ends_with("(and in 39 other uses of the composite)"),
        "{}",
        found.message
    );
}

#[test]
fn what_the_reader_finds_in_a_definition_names_its_first_use() {
    let wrong = defined(r#""osc": {"type": "Oscillator"}"#, "").replace(
        r#""outputMap""#,
        r#""inputMap": {"phase": "osc.phase"}, "busSubscriptions": {"phase": "wobble"}, "outputMap""#,
    );
    let outer = r#"{"id": "o", "graph": {"nodes": {"inner": {"type": "composite:d"}}, "edges": [],
        "outputMap": {"out": "inner.out"}}}"#;
    let both = format!("{wrong}, {outer}");
    let found = error(&with(
        &both,
        r#"{"id": "w", "type": "composite:o"}"#,
        RADIUS,
    ));
    assert_eq!((found.code, &*found.block), ("unknown-bus", "w::inner"));
    let edge = defined(r#""osc": {"type": "Oscillator"}"#, "").replace(
        r#""edges": []"#,
        r#""edges": [{"from": "nobody.out", "to": "osc.phase"}]"#,
    );
    let found = error(&with(
        &edge,
        r#"{"id": "w", "type": "composite:d"}"#,
        RADIUS,
    ));
    assert_eq!(
        (found.code, &*found.block, &*found.port),
        ("bad-composite", "w::osc", "phase")
    );
}

#[test]
fn nodes_of_another_shape_are_reported_once() {
    let list = r#"{"id": "d", "graph": {"nodes": [{"id": "osc", "type": "Oscillator"}]}}"#;
    assert_eq!(error(&with(list, "", "")).code, "wrong-shape");
    let map = r#"{"id": "d", "blocks": {"osc": {"type": "Oscillator"}}, "connections": []}"#;
    assert_eq!(error(&with(map, "", "")).code, "wrong-shape");
}

#[test]
fn the_name_of_a_composite_alone_is_understood() {
    let found = error(&patch(r#"{"id": "g", "type": "GridPoints"}"#, ""));
    assert_eq!(found.code, "unknown-block-type");
    assert_eq!(found.hints, ["did you mean `composite:GridPoints`?"]);
    let own = defined(r#""osc": {"type": "Oscillator"}"#, "");
    let found = error(&with(&own, r#"{"id": "g", "type": "D"}"#, ""));
    assert_eq!(found.hints, ["did you mean `composite:d`?"]);
}

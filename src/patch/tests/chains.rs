//! Lens stacks, adapters and bindings in all their forms.

use super::{clean, findings, load, with};
use crate::patch::Value;
use crate::patch::model::{Binding, Chain, LensUse};
use crate::patch::rails::Rail;

fn wire(fields: &str) -> String {
    with(&format!(
        r#""connections": [{{"from": "a.o", "to": "b.i", {fields}}}]"#
    ))
}

fn chain(fields: &str) -> Chain {
    clean(&wire(fields)).wires.remove(0).chain
}

fn params(lens: &LensUse) -> Vec<(&str, &Binding)> {
    lens.params
        .iter()
        .map(|param| (&*param.key, &param.binding))
        .collect()
}

#[test]
fn lenses_have_many_forms() {
    for fields in [
        r#""lensStack": [{"lensId": "scale", "params": {"k": {"kind": "literal", "value": 2}},
            "enabled": true, "sortKey": 0}]"#,
        r#""lens": [{"type": "scale", "params": {"k": 2}}]"#,
        r#""lens": {"type": "scale", "params": {"k": 2}}"#,
        r#""lens": [{"lensId": "scale", "params": {"k": 2, "j": null}}]"#,
        r#""lens": [{"type": "scale", "params": {"k": 2}}], "lensStack": null"#,
    ] {
        let chain = chain(fields);
        let lens = &chain.lenses[0];
        assert_eq!((&*lens.name, lens.enabled), ("scale", true), "{fields}");
        assert_eq!(
            params(lens),
            [("k", &Binding::Literal(Value::Number(2.0)))],
            "{fields}"
        );
    }
    assert_eq!(chain(r#""lens": ["invert", "half"]"#).lenses.len(), 2);
    let disabled = chain(r#""lens": [{"type": "scale", "enabled": false}]"#);
    assert!(disabled.is_empty() && disabled.lenses.len() == 1);
}

#[test]
fn an_empty_stack_wins_over_the_old_field() {
    let (document, found) = load(&wire(r#""lensStack": [], "lens": ["invert"]"#));
    let wires = document.expect("a document").wires;
    assert!(wires[0].chain.lenses.is_empty());
    assert_eq!(found.list()[0].code, "unknown-field");
    assert!(!found.has_errors());
}

#[test]
fn old_parameters_are_renamed() {
    let literal = |v: f64| Binding::Literal(Value::Number(v));
    let one = |lens: &str| chain(&format!(r#""lens": {lens}"#)).lenses.remove(0);
    let slew = one(r#"{"type": "slew", "params": {"rate": 8}}"#);
    assert_eq!(
        params(&slew),
        [("riseMs", &literal(125.0)), ("fallMs", &literal(125.0))]
    );
    let slew = one(r#"{"type": "Slew", "params": {"rate": -1, "fallMs": 7}}"#);
    assert_eq!(
        params(&slew),
        [("fallMs", &literal(7.0)), ("riseMs", &literal(0.0))]
    );
    let tiny = one(r#"{"type": "slew", "params": {"rate": 1e-320}}"#);
    assert_eq!(params(&tiny)[0], ("riseMs", &literal(f64::MAX)));
    let dead = one(r#"{"type": "deadzone", "params": {"threshold": 0.2}}"#);
    assert_eq!(params(&dead), [("width", &literal(0.2))]);
    let driven = r#""lens": [{"type": "slew", "params": {"rate": {"bus": "energy"}}}]"#;
    assert_eq!(
        findings(&wire(driven)),
        ["bad-value /connections/0/lens/0/params/rate"]
    );
}

#[test]
fn bindings_have_many_forms() {
    let chain = chain(
        r#""lens": [{"type": "x", "params": {
            "a": {"kind": "bus", "busId": "energy", "lensStack": [{"lensId": "y", "params": {}}]},
            "b": {"bus": "energy"}, "c": {"kind": "wire", "from": {"blockId": "a", "slotId": "o"}},
            "d": {"from": "a.o", "adapters": ["N:x"]}, "e": {"rail": "phaseB"},
            "f": {"kind": "default", "defaultSourceId": "ds-1"}, "g": {"external": "k"},
            "h": {"x": 1, "y": 2}, "i": [1, 2]}}]"#,
    );
    let shown: Vec<String> = params(&chain.lenses[0])
        .into_iter()
        .map(|(key, binding)| {
            let what = match binding {
                Binding::Literal(value) => value.json(),
                Binding::Default(id) => id.clone(),
                Binding::Bus { bus, chain } => format!("{} {}", bus.text, chain.lenses.len()),
                Binding::Wire { from, chain } => {
                    format!("{} {}", from.text(), chain.adapters.len())
                }
                Binding::Rail { rail, .. } => rail.map_or("?", Rail::name).to_owned(),
                Binding::External { channel, .. } => channel.key.clone(),
            };
            format!("{key} {what}")
        })
        .collect();
    let expected = [
        "a energy 1",
        "b energy 0",
        "c a.o 0",
        "d a.o 1",
        "e phaseB",
        "f ds-1",
        "g k",
        r#"h {"x": 1, "y": 2}"#,
        "i [1, 2]",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn adapters_have_a_name_and_a_suffix() {
    let chain = chain(r#""adapterChain": [{"adapterId": "A:b", "params": {"k": 1}}, "C"]"#);
    let shown: Vec<_> = chain
        .adapters
        .iter()
        .map(|a| (&*a.name, a.suffix.as_deref(), a.params.len()))
        .collect();
    assert_eq!(shown, [("A", Some("b"), 1), ("C", None, 0)]);
}

#[test]
fn broken_lenses_and_bindings_are_told() {
    let found = findings(&wire(
        r#""lens": [3, {"params": {}}, {"type": "x", "parms": {}, "params": {
            "a": {"kind": "magic"}, "b": {"kind": "bus"}, "c": {"bus": "nope"}, "d": {"from": "q.x"},
            "e": {"rail": "r"}, "f": {"kind": "default"}, "g": {"bus": "energy", "lenses": []}}},
            {"type": "x", "params": 3}], "adapters": [{"id": "x"}]"#,
    ));
    let p = "/connections/0/lens/2/params";
    let expected = [
        "wrong-shape /connections/0/lens/0".to_owned(),
        "missing-field /connections/0/lens/1".to_owned(),
        "unknown-field /connections/0/lens/2/parms".to_owned(),
        format!("wrong-shape {p}/a/kind"),
        format!("missing-field {p}/b"),
        format!("unknown-bus {p}/c/bus"),
        format!("unknown-block {p}/d/from"),
        format!("unknown-rail {p}/e/rail"),
        format!("missing-field {p}/f"),
        format!("unknown-field {p}/g/lenses"),
        "wrong-shape /connections/0/lens/3/params".to_owned(),
        "missing-field /connections/0/adapters/0".to_owned(),
        "unknown-field /connections/0/adapters/0/id".to_owned(),
    ];
    assert_eq!(found, expected);
}

#[test]
fn chains_are_limited() {
    let stack = |n: usize| format!(r#""lens": [{}]"#, vec![r#""x""#; n].join(","));
    assert_eq!(chain(&stack(64)).lenses.len(), 64);
    assert_eq!(
        findings(&wire(&stack(65))),
        ["chain-too-long /connections/0/lens"]
    );
    let adapters = format!(r#""adapters": [{}]"#, vec![r#""x""#; 65].join(","));
    assert_eq!(
        findings(&wire(&adapters)),
        ["chain-too-long /connections/0/adapters"]
    );
    // The stack on the wire is the first; a plain binding inside the third is fine.
    let nested = |depth: usize| {
        let mut binding = r#"{"bus": "energy", "lensStack": []}"#.to_owned();
        for _ in 1..depth {
            binding = format!(
                r#"{{"bus": "energy", "lens": [{{"type": "x", "params": {{"k": {binding}}}}}]}}"#
            );
        }
        format!(r#""lens": [{{"type": "x", "params": {{"k": {binding}}}}}]"#)
    };
    chain(&nested(3));
    let k = "/lens/0/params/k";
    assert_eq!(
        findings(&wire(&nested(4))),
        [format!("lens-nesting /connections/0{k}{k}{k}/lens")]
    );
}

/// Each entry with what it says of itself: `code pointer`.
#[test]
fn two_names_of_one_field_must_agree() {
    let wire = |chain: &str| {
        with(&format!(
            r#""connections": [{{"from": "a.out", "to": "b.in", {chain}}}]"#
        ))
    };
    let lens = |params: &str| {
        wire(&format!(
            r#""lens": [{{"type": "scale", "params": {{"k": {params}}}}}]"#
        ))
    };
    let buses = r#""buses": [{"id": "b1", "name": "wobble", "type": "number"}, {"name": "other", "type": "number"}]"#;
    let bus = |fields: &str| with(&format!(r#""buses": [{{"name": "n", {fields}}}]"#));
    let list = |kind: &str, entry: &str| with(&format!(r#"{buses}, "{kind}": [{entry}]"#));
    let in_lens = "/connections/0/lens/0/params/k";
    let cases = [
        (
            wire(r#""adapters": ["A"], "adapterChain": []"#),
            "/connections/0/adapters".to_owned(),
        ),
        (
            wire(r#""lens": {"type": "scale", "lensId": "offset"}"#),
            "/connections/0/lens/type".to_owned(),
        ),
        (
            bus(r#""combine": "sum", "combineMode": "max""#),
            "/buses/0/combine".to_owned(),
        ),
        (
            bus(r#""default": 1, "defaultValue": 2"#),
            "/buses/0/default".to_owned(),
        ),
        (
            list(
                "publishers",
                r#"{"from": "a.out", "bus": "wobble", "busId": "other"}"#,
            ),
            "/publishers/0/bus".to_owned(),
        ),
        (
            list(
                "listeners",
                r#"{"to": "b.in", "bus": "wobble", "busId": "other"}"#,
            ),
            "/listeners/0/bus".to_owned(),
        ),
        (
            list(
                "listeners",
                r#"{"to": "b.in", "bus": "wobble", "rail": "phaseA"}"#,
            ),
            "/listeners/0/rail".to_owned(),
        ),
        (
            lens(r#"{"bus": "energy", "from": "a.out"}"#),
            format!("{in_lens}/from"),
        ),
        (
            lens(r#"{"bus": "energy", "external": "midi"}"#),
            format!("{in_lens}/external"),
        ),
        (
            lens(r#"{"bus": "energy", "busId": "phaseA"}"#),
            format!("{in_lens}/bus"),
        ),
        (
            lens(r#"{"kind": "rail", "rail": "energy", "value": 3}"#),
            format!("{in_lens}/rail"),
        ),
        (
            wire(r#""lens": {"type": "deadzone", "params": {"width": 1, "threshold": 2}}"#),
            "/connections/0/lens/params/threshold".to_owned(),
        ),
        (
            wire(r#""lens": {"type": "slew", "params": {"riseMs": 1, "fallMs": 100, "rate": 10}}"#),
            "/connections/0/lens/params/rate".to_owned(),
        ),
        (
            with(
                r#""rails": {"phaseA": {"periodMs": {"bus": "energy", "from": "a.out", "base": 1}}}"#,
            ),
            "/rails/phaseA/periodMs/from".to_owned(),
        ),
        (
            with(
                r#""composites": [{"id": "c", "graph": {"nodes": {"n": {"type": "N"}}}, "blocks": []}]"#,
            ),
            "/composites/0/blocks".to_owned(),
        ),
        (
            with(
                r#""composites": [{"id": "c", "graph": {"nodes": {"n": {"type": "N"}}},
            "exposedParams": [{"id": "p", "nodeId": "n", "blockId": "m", "param": "x"}]}]"#,
            ),
            "/composites/0/exposedParams/0/blockId".to_owned(),
        ),
    ];
    for (json, pointer) in cases {
        assert_eq!(
            findings(&json),
            [format!("wrong-shape {pointer}")],
            "{json}"
        );
        let (_, diagnostics) = load(&json);
        let found = &diagnostics.list()[0];
        assert!(found.other.is_some() && !found.hints.is_empty(), "{found}");
    }
}

#[test]
fn two_names_that_agree_are_one_field() {
    let document = clean(&with(
        r#""buses": [{"id": "b1", "name": "wobble", "type": "number", "combine": "sum",
                      "combineMode": "sum", "default": 1, "defaultValue": 1}],
           "publishers": [{"from": "a.out", "busId": "b1", "bus": "wobble"}],
           "listeners": [{"to": "b.in", "bus": "wobble", "busId": "wobble",
                "adapters": ["A"], "adapterChain": ["A"],
                "lens": {"type": "slew", "lensId": "slew",
                         "params": {"riseMs": 100, "rate": 10, "k": {"busId": "energy"}}}}],
           "composites": [{"id": "c", "graph": {"nodes": {"n": {"type": "N"}}},
                "exposedParams": [{"id": "p", "blockId": "n", "paramKey": "x"}]}]"#,
    ));
    let chain = &document.listeners[0].chain;
    assert_eq!(chain.adapters.len(), 1);
    let keys: Vec<&str> = chain.lenses[0].params.iter().map(|p| &*p.key).collect();
    assert_eq!(keys, ["riseMs", "k", "fallMs"]);
    assert!(matches!(
        chain.lenses[0].params[1].binding,
        Binding::Bus { .. }
    ));
    assert!(document.composites[0].params[0].target.is_some());
}

#[test]
fn what_means_nothing_where_it_stands_is_told() {
    let found = findings(&with(
        r#""connections": [{"from": "a.out", "to": "b.in", "lensStack": [], "lens": ["scale"]}],
           "listeners": [{"to": "a.in", "bus": "energy", "default": 3}]"#,
    ));
    assert_eq!(
        found,
        [
            "unknown-field /connections/0/lens",
            "unknown-field /listeners/0/default"
        ]
    );
}

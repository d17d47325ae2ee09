//! Texts that nobody means: cut, mixed up, huge. None may panic, and each fault has a place.

use super::{findings, load};
use crate::patch::Source;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Something of everything.
const SAMPLE: &str = r##"{"version": 2, "name": "é", "seed": 1, "size": [8, 8], "background": "#000",
 "blocks": [{"id": "a", "type": "A", "params": {"k": [1, 2], "n": null}},
  {"id": "block-2", "type": "B", "inputs": [{"id": "x", "type": "Signal<phase>",
   "defaultSource": {"value": 0}}], "outputs": []}, {"id": "c", "type": "composite:w"}],
 "connections": [{"from": "a.o", "to": {"blockId": "block-2", "slotId": "x", "direction": "input"},
  "lens": [{"type": "slew", "params": {"rate": 2, "k": {"bus": "energy", "lens": ["y"]}}}]}],
 "publishers": [{"from": "a.o", "bus": "t", "adapters": ["N:s"]}],
 "listeners": [{"rail": "phaseB", "to": "c.in"}, {"external": "k", "to": "a.k", "type": "number"}],
 "buses": [{"id": "b1", "name": "t", "type": {"world": "signal", "domain": "number"}}],
 "defaultSources": [{"id": "ds-3", "type": "Signal<phase>", "value": 0.5}],
 "rails": {"phaseA": 4000, "energy": {"curve": [[0, 1], [1, 0]], "bus": "t"},
  "palette": ["#fff", "#000"], "phaseB": {"periodMs": {"from": "a.o", "base": 2}}},
 "composites": [{"id": "w", "graph": {"nodes": {"o": {"type": "O"}, "p": {"type": "P"}},
  "edges": [{"from": "o.out", "to": "p.in"}], "inputMap": {"in": ["o.x"]},
  "outputMap": {"out": "p.y"}, "busSubscriptions": {"in": "t"}}, "exposedParams": [{"id": "q"}]}],
 "golden": {"frames": "0"}}"##;

#[test]
fn the_sample_is_clean() {
    assert_eq!(findings(SAMPLE), [] as [String; 0]);
}

#[test]
fn a_text_cut_anywhere_is_refused_with_a_place() {
    for end in 0..SAMPLE.len() {
        match Source::from_bytes("p.json", SAMPLE.as_bytes()[..end].to_vec()) {
            Ok(source) => {
                let (document, diagnostics) = load(&source.text);
                assert!(document.is_none() && diagnostics.has_errors(), "{end}");
                assert!(
                    diagnostics
                        .list()
                        .iter()
                        .all(|d| d.line > 0 && d.column > 0),
                    "{end}"
                );
            }
            Err(diagnostic) => assert!(diagnostic.line > 0 && diagnostic.column > 0, "{end}"),
        }
    }
}

#[test]
fn huge_texts_are_refused_or_read_quickly() {
    let deep = format!(r#"{{"blocks": {}"#, "[".repeat(1_000_000));
    assert_eq!(findings(&deep), ["too-deep "]);
    let digits = format!(r#"{{"blocks": [], "seed": {}}}"#, "9".repeat(1 << 20));
    assert_eq!(findings(&digits), ["number-out-of-range "]);
    let fraction = format!(r#"{{"blocks": [], "seed": 0.{}}}"#, "3".repeat(1 << 20));
    assert_eq!(findings(&fraction), ["empty-patch /blocks"]);
    let name = "n".repeat(1 << 20);
    let text = format!(
        r#"{{"blocks": [{{"id": "a", "type": "A"}}], "{name}": "{name}",
        "connections": [{{"from": "{name}.x", "to": "a.{name}"}}]}}"#
    );
    let (_, diagnostics) = load(&text);
    assert_eq!(diagnostics.list().len(), 2);
    assert!(diagnostics.list().iter().all(|d| d.message.len() < 200));
}

#[test]
fn a_hundred_thousand_typos_take_no_time_to_suggest() {
    let blocks: Vec<String> = (0..20_000)
        .map(|i| format!(r#"{{"id": "block-{i}", "type": "A"}}"#))
        .collect();
    let wires = vec![r#"{"from": "blck.o", "to": "blokc.i"}"#; 50_000];
    let text = format!(
        r#"{{"blocks": [{}], "connections": [{}]}}"#,
        blocks.join(","),
        wires.join(",")
    );
    let (_, diagnostics) = load(&text);
    assert_eq!(
        (diagnostics.list().len(), diagnostics.dropped()),
        (1000, 99_000)
    );
}

/// Any small JSON value, with names that mean something.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(0.0), Just(-1.0), Just(1.5), Just(1e18), Just(-1e300), Just(4294967296.0)]
            .prop_map(Value::from),
        "(a|block-2|c|o|p|)(\\.|)(o|x|in|)|phaseA|energy|t|composite:w|macro:m|[a-z\u{e9}:./]{0,6}"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = "id|type|params|from|to|bus|rail|kind|lens|value|name|nodes|blockId|[a-z]{1,3}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// What to do to one place of a document.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Drop,
    Double,
    Rename(String),
}

fn any_change() -> impl Strategy<Value = (usize, Change)> {
    let change = prop_oneof![
        3 => any_value().prop_map(Change::Replace),
        2 => Just(Change::Drop),
        1 => Just(Change::Double),
        1 => "[a-zA-Z]{1,8}".prop_map(Change::Rename),
    ];
    (any::<usize>(), change)
}

/// Pointers of everything but the root.
fn pointers(value: &Value, at: &str, list: &mut Vec<String>) {
    let mut add = |step: String, inner: &Value| {
        let here = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
        list.push(here.clone());
        pointers(inner, &here, list);
    };
    match value {
        Value::Array(entries) => {
            entries
                .iter()
                .enumerate()
                .for_each(|(i, inner)| add(i.to_string(), inner));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| add(key.clone(), inner)),
        _ => {}
    }
}

fn apply(document: &mut Value, place: usize, change: Change) {
    let mut list = Vec::new();
    pointers(document, "", &mut list);
    if list.is_empty() {
        return;
    }
    let at = &list[place % list.len()];
    let (parent, step) = at.rsplit_once('/').expect("below the root");
    let parent = document.pointer_mut(parent).expect("a parent");
    let key = step.replace("~1", "/").replace("~0", "~");
    match (parent, change) {
        (Value::Array(entries), change) => {
            let i: usize = key.parse().expect("an index");
            match change {
                Change::Replace(value) => entries[i] = value,
                Change::Drop => drop(entries.remove(i)),
                Change::Double | Change::Rename(_) => entries.push(entries[i].clone()),
            }
        }
        (Value::Object(map), Change::Replace(value)) => drop(map.insert(key, value)),
        (Value::Object(map), Change::Drop) => drop(map.remove(&key)),
        (Value::Object(map), Change::Double | Change::Rename(_)) if map.len() > 100 => {}
        (Value::Object(map), Change::Double) => {
            let value = map[&key].clone();
            map.insert(format!("{key}2"), value);
        }
        (Value::Object(map), Change::Rename(name)) => {
            let value = map.remove(&key).expect("the key is there");
            map.insert(name, value);
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn changed_documents_are_read_or_refused(
        changes in prop::collection::vec(any_change(), 1..8)
    ) {
        let mut document: Value = serde_json::from_str(SAMPLE).expect("the sample is JSON");
        for (place, change) in changes {
            apply(&mut document, place, change);
        }
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        let (document, diagnostics) = load(&text);
        prop_assert!(document.is_some() || diagnostics.has_errors());
        for d in diagnostics.list() {
            prop_assert!(d.line > 0 && d.column > 0 && d.file == "p.json");
            prop_assert!(!d.message.is_empty() && !d.code.is_empty());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let (document, diagnostics) = load(&text);
        prop_assert!(document.is_some() || diagnostics.has_errors());
    }
}

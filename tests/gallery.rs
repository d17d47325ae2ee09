//! The gallery shows the whole library: every block, all three time models, lenses on wires,
//! publishers and listeners, buses with several publishers, and every shape and blend.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use support::patches;

fn gallery() -> Vec<Value> {
    patches("patches")
        .iter()
        .map(|path| {
            serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON")
        })
        .collect()
}

fn entries<'a>(documents: &'a [Value], list: &str) -> Vec<&'a Value> {
    documents
        .iter()
        .filter_map(|d| d.get(list)?.as_array())
        .flatten()
        .collect()
}

#[test]
fn every_block_is_in_the_gallery() {
    let documents = gallery();
    let used: BTreeSet<&str> = entries(&documents, "blocks")
        .iter()
        .filter_map(|b| b["type"].as_str())
        .collect();
    let missing: Vec<&str> = oscilla::blocks::catalogue()
        .iter()
        .map(|block| block.name)
        .filter(|name| !used.contains(name))
        .collect();
    assert!(missing.is_empty(), "no patch uses {missing:?}");
}

#[test]
fn every_lens_is_in_the_gallery() {
    let mut used = BTreeSet::new();
    for document in gallery() {
        collect_lenses(&document, &mut used);
    }
    let missing: Vec<&str> = oscilla::blocks::LENSES
        .iter()
        .map(|lens| lens.id)
        .filter(|id| !used.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no patch uses {missing:?}");
}

/// Names of the lenses on wires, publishers and listeners, and in bindings.
fn collect_lenses(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| collect_lenses(entry, names)),
        Value::Object(entries) => {
            for (key, entry) in entries {
                if let ("lens", Some(stack)) = (key.as_str(), entry.as_array()) {
                    let name =
                        |lens: &Value| lens.as_str().or(lens["type"].as_str()).map(str::to_owned);
                    names.extend(stack.iter().filter_map(name));
                }
                collect_lenses(entry, names);
            }
        }
        _ => {}
    }
}

#[test]
fn composites_of_a_patch_and_of_the_library_are_in_the_gallery() {
    let documents = gallery();
    let composites = entries(&documents, "composites");
    let own: Vec<&str> = composites.iter().filter_map(|c| c["id"].as_str()).collect();
    let blocks = entries(&documents, "blocks");
    let used = blocks
        .iter()
        .filter_map(|b| b["type"].as_str()?.strip_prefix("composite:"));
    let (own, library): (Vec<&str>, Vec<&str>) = used.partition(|id| own.contains(id));
    assert!(own.len() > 1 && library.len() > 1, "{own:?} {library:?}");
}

#[test]
fn lenses_stand_in_all_three_places_and_buses_have_several_publishers() {
    let documents = gallery();
    for list in ["connections", "publishers", "listeners"] {
        let lenses = entries(&documents, list)
            .iter()
            .filter(|e| e.get("lens").is_some())
            .count();
        assert!(lenses > 0, "no lens in `{list}`");
    }
    let shared = documents.iter().any(|d| {
        let one = std::slice::from_ref(d);
        let buses: Vec<&str> = entries(one, "publishers")
            .iter()
            .filter_map(|p| p["bus"].as_str())
            .collect();
        buses
            .iter()
            .any(|bus| buses.iter().filter(|b| b == &bus).count() > 1)
    });
    assert!(shared, "no bus has several publishers");
}

#[test]
fn every_shape_blend_and_time_model_is_in_the_gallery() {
    let text: String = patches("patches")
        .iter()
        .map(|p| fs::read_to_string(p).expect("readable"))
        .collect();
    for word in ["square", "triangle", "star", "ring", "shapePath"] {
        assert!(text.contains(word), "no `{word}`");
    }
    for word in [
        "\"add\"",
        "\"multiply\"",
        "\"screen\"",
        "\"glow\": true",
        "strokeWidth",
    ] {
        assert!(text.contains(word), "no {word}");
    }
    for word in [
        "FiniteTimeRoot",
        "CycleTimeRoot",
        "InfiniteTimeRoot",
        "pingpong",
    ] {
        assert!(text.contains(word), "no {word}");
    }
}

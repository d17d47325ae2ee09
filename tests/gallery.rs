//! The gallery shows the whole library: every block, all three time models, lenses on wires,
//! publishers and listeners, buses with several publishers, and every shape and blend.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use support::patches;

/// Blocks that wait for sinks or cameras of their own, or whose value must not decide a picture.
const ELSEWHERE: &[&str] = &[
    // Their loops close only after a warm-up; the tests of the engine show them.
    "Integrate",
    "Delay",
    "DelayFrames",
    "History",
    "SampleHold",
    "Slew",
    "Counter",
    // Their patches follow.
    "RenderPaths2D",
    "RenderStrokes2D",
    "Compose",
    "PostFX",
    // Draw nothing of their own.
    "Render2dCanvas",
    "DebugDisplay",
];

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
        .filter(|name| !used.contains(name) && !ELSEWHERE.contains(name))
        .collect();
    assert!(missing.is_empty(), "no patch uses {missing:?}");
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

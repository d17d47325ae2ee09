//! `oscilla schema`: the schemas are those of `docs/schema`, take what the program takes, and refuse
//! what is obviously wrong.

mod runs;
mod support;

use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use support::{oscilla_ok, patches, root, stem};

fn printed(of: &str) -> Value {
    let text = oscilla_ok(&["schema", of]).stdout;
    serde_json::from_slice(&text).expect("JSON")
}

fn validator(of: &str) -> Validator {
    jsonschema::draft202012::new(&printed(of)).expect("a schema")
}

/// What is wrong with a document, by place.
fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    let errors = validator.iter_errors(document);
    errors
        .map(|e| {
            let text: String = e.to_string().chars().take(200).collect();
            format!("{}: {text}", e.instance_path())
        })
        .collect()
}

#[test]
fn docs_hold_what_is_printed_and_it_is_schema() {
    let mut wrong = Vec::new();
    for of in ["patch", "ir", "manifest"] {
        let text = String::from_utf8(oscilla_ok(&["schema", of]).stdout).expect("UTF-8");
        support::check_text(&root(&format!("docs/schema/{of}.json")), &text, &mut wrong);
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
            wrong.push(format!("{of} is no schema: {error}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n`UPDATE_GOLDEN=1 cargo test --test schemas` writes them",
        wrong.join("\n")
    );
}

#[test]
fn patches_that_render_are_accepted() {
    let schema = validator("patch");
    let mut texts: Vec<(String, String)> = patches("patches")
        .iter()
        .map(|path| (stem(path), fs::read_to_string(path).expect("readable")))
        .collect();
    texts.push(("rich".to_owned(), runs::RICH.to_owned()));
    for template in ["grid", "ring"] {
        let text = fs::read_to_string(root(&format!("src/cli/new/{template}.json")));
        texts.push((template.to_owned(), text.expect("readable")));
    }
    for (name, text) in texts {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(faults(&schema, &document), [""; 0], "{name}");
    }
}

/// Everything that a person or the editor may write.
const EVERYTHING: &str = r##"{
  "$schema": "patch.json", "version": 2, "name": "n", "description": "d", "revision": 3, "seed": 7,
  "size": "64x48", "background": "transparent", "settings": {"seed": null, "speed": 1}, "lanes": [1],
  "golden": {"frames": "0", "fps": 30, "size": {"width": 8, "height": 8}},
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": "1e3", "mode": "pingpong"}},
    {"id": "block-2", "type": "Oscillator", "inputs": [{"id": "phase", "type": "Signal<phase>"}],
     "outputs": [], "position": {"x": 1}, "params": {"amplitude": true}, "label": "l"},
    {"id": "c", "type": "composite:mine", "params": {"any": [1]}},
    {"id": "g", "type": "composite:GridPoints", "params": {"rows": 2}},
    {"id": "dots", "type": "RenderInstances2D",
     "params": {"radius": null, "color": [1, 0, 0.5], "positions": {"x": 1, "y": 2}}}],
  "composites": [
    {"id": "mine", "label": "Mine", "exposedParams": [{"id": "a", "default": 1, "nodeId": "o", "param": "bias"}],
     "graph": {"nodes": {"o": {"type": "Oscillator", "params": {"bias": {"__fromParam": "a"}}}},
               "edges": [{"from": "o.out", "to": "o.amplitude"}],
               "inputMap": {"phase": ["o.phase"]}, "outputMap": {"out": "o.out"},
               "busSubscriptions": {"phase": "phaseA"}}},
    {"id": "old", "blocks": [{"id": "o", "type": "Oscillator"}], "connections": []}],
  "connections": [
    {"from": {"blockId": "time", "slotId": "phase", "direction": "output"}, "to": "block-2.phase",
     "enabled": false, "adapterChain": ["ColorToLuma", {"adapterId": "ReduceFieldToSignal:avg"}],
     "lensStack": ["slow-start", "PhaseOffset", "phase-offset",
       {"type": "slew", "params": {"rate": 3}},
       {"lensId": "mapRange", "enabled": true, "params": {
         "outMin": {"kind": "literal", "value": 1}, "outMax": {"bus": "energy", "lens": "half"}}}]}],
  "buses": [{"name": "a", "type": "field color", "combine": "layer", "default": "#fff"},
            {"id": "b", "name": "b", "type": {"world": "signal", "domain": "timeMs"}, "combineMode": "sum"},
            {"name": "c", "type": "Signal<phase>"}],
  "publishers": [{"from": "block-2.out", "bus": "b", "sortKey": 3}],
  "listeners": [{"rail": "phaseB", "to": "dots.rotation"}, {"external": "knob", "type": "number", "default": 1, "to": "dots.z"}],
  "rails": {"phaseA": 4000, "phaseB": {"periodMs": {"bus": "b", "base": 3}, "mode": "pingpong", "mirror": null},
            "pulseA": 8, "energy": [[0, 1], [0.5, 0]], "palette": {"stops": [{"at": 0, "color": "red"}]}},
  "defaultSources": [{"id": "ds-14", "type": {"world": "signal", "domain": "number"}, "value": 1}]}"##;

#[test]
fn both_habits_are_accepted() {
    let document: Value = serde_json::from_str(EVERYTHING).expect("JSON");
    assert_eq!(faults(&validator("patch"), &document), [""; 0]);
}

#[test]
fn what_is_obviously_wrong_is_refused_where_it_is() {
    let schema = validator("patch");
    let sound: Value = serde_json::from_str(EVERYTHING).expect("JSON");
    for (at, value) in [
        ("/version", json!(1)),
        ("/size", json!([0, 8])),
        ("/size", json!("big")),
        ("/blocks", json!([])),
        ("/blocks/0/type", json!("CycleTimeRot")),
        ("/blocks/0/params/mode", json!("around")),
        ("/blocks/0/params/periodMs", json!(-5)),
        ("/blocks/0/params/periodMs", json!("soon")),
        ("/blocks/0/params/periodMS", json!(5)),
        ("/blocks/0/id", json!("a::b")),
        ("/blocks/0/prams", json!({})),
        ("/blocks/3/params/rows", json!([1])),
        ("/blocks/4/params/color", json!([1, 0])),
        ("/blocks/4/params/positions", json!([1, 2, 3])),
        ("/connections/0/to", json!("nowhere")),
        ("/connections/0/form", json!("a.b")),
        ("/connections/0/adapterChain/0", json!("ColourToLuma")),
        ("/connections/0/lensStack/0", json!("slow-strt")),
        ("/connections/0/lensStack/4/params/outMn", json!(1)),
        (
            "/connections/0/lensStack/4/params/outMax",
            json!({"from": "nowhere"}),
        ),
        ("/buses/0/type", json!("colour")),
        ("/buses/0/combine", json!("mix")),
        ("/publishers/0", json!({"from": "a.b"})),
        ("/listeners/0/rail", json!("phaseC")),
        ("/rails/pulseA", json!(1.5)),
        ("/rails/energy", json!("bumpy")),
        ("/rails/phaseC", json!(1)),
        ("/composites/0/graph/nodes/o/type", json!("Osc")),
        ("/surprise", json!(1)),
    ] {
        let mut wrong = sound.clone();
        let (parent, key) = at.rsplit_once('/').expect("a pointer");
        match wrong.pointer_mut(parent).expect(parent) {
            Value::Array(rows) => rows[key.parse::<usize>().expect("an index")] = value,
            object => object[key] = value,
        }
        assert!(!faults(&schema, &wrong).is_empty(), "{at} is accepted");
    }
}

/// Field names of the objects that a part of a schema describes directly.
fn fields(schema: &Value, list: &mut Vec<BTreeSet<String>>) {
    if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
        list.push(fields.keys().cloned().collect());
    }
    match schema {
        Value::Object(parts) => parts.values().for_each(|part| fields(part, list)),
        Value::Array(parts) => parts.iter().for_each(|part| fields(part, list)),
        _ => {}
    }
}

#[test]
fn every_entry_has_the_fields_that_the_reader_knows() {
    let mut described = Vec::new();
    fields(&printed("patch"), &mut described);
    for (what, known) in oscilla::patch::shapes() {
        let known: BTreeSet<String> = known.iter().map(|name| (*name).to_owned()).collect();
        assert!(
            described.contains(&known),
            "{what}: no object has exactly {known:?}"
        );
    }
}

#[test]
fn every_block_lens_and_adapter_is_offered() {
    let text = printed("patch").to_string();
    let blocks = oscilla::blocks::catalogue().iter().map(|b| b.name);
    let lenses = oscilla::blocks::LENSES.iter().map(|l| l.id);
    let adapters = oscilla::blocks::ADAPTERS.iter().map(|a| a.id);
    for name in blocks.chain(lenses).chain(adapters) {
        assert!(text.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn programs_are_described_by_their_types() {
    let schema = validator("ir");
    let mut names: Vec<String> = patches("patches")
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    names.push(root("tests/runs/rich.json").to_string_lossy().into_owned());
    let mut last = Value::Null;
    for name in &names {
        let text = oscilla_ok(&["compile", name, "--quiet"]).stdout;
        last = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(faults(&schema, &last), [""; 0], "{name}");
    }
    for (at, value) in [
        ("/irVersion", json!("1")),
        ("/timeModel/kind", json!("spiral")),
        ("/timeModel/phaseDomain", json!("0..2")),
        ("/tables/constants/f64/0", json!("infinity")),
        ("/tables/constants/f64/0", json!(null)),
        ("/tables/graph/buses/0/combine", json!("xor")),
        ("/tables/graph/buses/0/surprise", json!(1)),
        (
            "/tables/sig/nodes/0/expr",
            json!({"apply": {"op": "mull", "args": []}}),
        ),
        ("/tables/sig/nodes/0/type", json!(-1)),
        ("/schedule/steps/0/kind", json!("dance")),
        ("/surprise", json!(1)),
    ] {
        let mut wrong = last.clone();
        let (parent, key) = at.rsplit_once('/').expect("a pointer");
        match wrong.pointer_mut(parent).expect(parent) {
            Value::Array(rows) => rows[key.parse::<usize>().expect("an index")] = value,
            object => object[key] = value,
        }
        assert!(!faults(&schema, &wrong).is_empty(), "{at} is accepted");
    }
}

#[test]
fn manifests_are_described_by_their_types() {
    let schema = validator("manifest");
    let patch = patches("patches").remove(0);
    let out = tempfile::tempdir().expect("a folder");
    let (from, to) = (patch.to_string_lossy(), out.path().to_string_lossy());
    oscilla_ok(&[
        "render", &from, "--out", &to, "--frames", "0-1", "--scale", "0.1", "--quiet",
    ]);
    let text = fs::read_to_string(out.path().join("manifest.0-1.json")).expect("a manifest");
    let sound: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(faults(&schema, &sound), [""; 0]);
    for (at, value) in [
        ("/frames/0/bytes", json!("many")),
        ("/plan/memory", json!("some")),
        ("/sums/faults", json!(null)),
    ] {
        let mut wrong = sound.clone();
        *wrong.pointer_mut(at).expect(at) = value;
        assert!(!faults(&schema, &wrong).is_empty(), "{at} is accepted");
    }
}

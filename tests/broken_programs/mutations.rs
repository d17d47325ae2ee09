//! Every leaf of a program, changed: refused, or listed here with the reason why a program may differ
//! there; and then every command works with it.
//!
//! A *place* is a JSON pointer with `*` for numbers, so `/tables/sig/nodes/*/type` is one place. Each
//! kind of change is tried where it can be done: a number one more and one less, another value that
//! stands at that place elsewhere, nothing, a row left out, twice, or in its neighbour's stead.

use crate::damage::compiled;
use crate::random::{Dice, rounds};
use crate::runs::{LAYERS, RICH};
use crate::{drawn, graph};
use oscilla::ir::facts::Facts;
use oscilla::ir::{Diff, Program, SlotOwner, Valid, json as form, text, validate};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// What may be changed at a place, so that the result is another program, or the same.
const FREE: &[(&str, &str)] = &[
    // Another value, and all that follows from it.
    ("/seed", "another seed"),
    ("/timeModel/**", "another length or kind of time"),
    ("/viewport/**", "another picture"),
    (
        "/tables/constants/f32/**",
        "a value; entries that nobody reads",
    ),
    (
        "/tables/constants/f64/**",
        "a value; entries that nobody reads",
    ),
    (
        "/tables/constants/json/**",
        "a text or list; entries that nobody reads",
    ),
    (
        "/tables/constants/paths/**",
        "an outline; entries that nobody reads",
    ),
    (
        "/tables/constants/index/**",
        "another value of the type, or another name of it",
    ),
    (
        "/tables/field/nodes/**",
        "another formula of the type, over the same elements",
    ),
    ("/tables/sig/nodes/**", "another formula of the type"),
    (
        "/tables/state/cells/*/args/**",
        "another operand of the kind",
    ),
    ("/tables/state/cells/*/init", "another value of the type"),
    (
        "/tables/transforms/chains/*/steps",
        "other steps between the same types",
    ),
    (
        "/tables/transforms/chains/*/steps/*/imm",
        "another option of the opcode",
    ),
    (
        "/tables/transforms/chains/*/steps/*/operands/**",
        "another value",
    ),
    (
        "/tables/transforms/uses/*/at/**",
        "the value of a use that no input reads",
    ),
    (
        "/tables/graph/domains/**",
        "other elements; names of domains; neighbours have no effect",
    ),
    (
        "/tables/graph/externals/*/default",
        "another value of the type",
    ),
    (
        "/tables/graph/buses/*/silent",
        "a bus of pulses has a silent value without meaning",
    ),
    (
        "/tables/graph/publishers/**",
        "another key that leaves the order as it is",
    ),
    (
        "/tables/graph/listeners/*/key",
        "another name that leaves the order as it is",
    ),
    (
        "/tables/materialize/requests/*/field",
        "another field of the type over the domain",
    ),
    ("/tables/rails/*/combine", "how a rail would meet its bus"),
    ("/tables/rails/*/drive", "another way to be driven"),
    (
        "/tables/rails/*/generator/**",
        "another generator that fits the rail",
    ),
    ("/tables/rails/*/silent", "another value of the type"),
    (
        "/tables/render/cameras/*/params/**",
        "another view; what is missing has its default",
    ),
    (
        "/tables/render/effects/*/params/**",
        "another effect; what is missing has its default",
    ),
    (
        "/tables/render/meshes/*/params/**",
        "another solid; what is missing has its default",
    ),
    (
        "/tables/render/shapes/**",
        "another outline; rows that nobody draws",
    ),
    ("/tables/render/sinks/*/at", "another place among siblings"),
    (
        "/tables/render/sinks/*/inputs/**",
        "without an input that has a default, or with another value",
    ),
    (
        "/tables/render/sinks/*/params",
        "other parameters that the kind has",
    ),
    (
        "/tables/render/sinks/*/z/**",
        "another place among siblings",
    ),
    ("/schedule/caching/budgetBytes", "memory for caches"),
    (
        "/schedule/steps/*/cache/policy",
        "what may be kept may also be made anew",
    ),
    // Words for people.
    ("/outputs/*/key", "a name"),
    ("/tables/strings/**", "a name"),
    ("/tables/graph/blocks/*/capability", "a kind of block"),
    ("/tables/graph/blocks/*/type", "a name"),
    ("/tables/graph/buses/*/name", "a name"),
    ("/tables/graph/buses/*/role", "a name"),
    (
        "/tables/graph/slots/*/type",
        "numbers of one family have many names",
    ),
    ("/tables/render/effects/*/key", "a name"),
    ("/tables/transforms/chains/*/cost", "an estimate"),
    (
        "/tables/transforms/chains/*/from",
        "numbers of one family have many names",
    ),
    (
        "/tables/transforms/chains/*/to",
        "numbers of one family have many names",
    ),
    (
        "/tables/transforms/chains/*/steps/*/to",
        "numbers of one family have many names",
    ),
    (
        "/tables/transforms/chains/*/steps/*/origin/**",
        "where a step comes from",
    ),
    ("/tables/transforms/lenses/**", "declarations of lenses"),
    ("/tables/transforms/uses/*/key", "a name"),
];

/// Whether a place is one of a row of [`FREE`]: `**` at the end stands for everything below.
fn is_free(place: &str, row: &str) -> bool {
    match row.strip_suffix("/**") {
        Some(above) => place == above || place.starts_with(&format!("{above}/")),
        None => place == row,
    }
}

/// A pointer with `*` for numbers.
fn place(pointer: &str) -> String {
    let parts = pointer.split('/');
    let general = |part: &str| match part.parse::<u32>() {
        Ok(_) => "*".to_owned(),
        Err(_) => part.to_owned(),
    };
    parts.map(general).collect::<Vec<_>>().join("/")
}

/// Pointers of all values below one, by place.
fn places(value: &Value, at: &str, found: &mut BTreeMap<String, Vec<String>>) {
    found.entry(place(at)).or_default().push(at.to_owned());
    match value {
        Value::Array(rows) => {
            for (i, row) in rows.iter().enumerate() {
                places(row, &format!("{at}/{i}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                places(field, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

/// Changes of a value; `others` stand at the same place elsewhere.
fn changes(value: &Value, others: &[Value], dice: &mut Dice) -> Vec<(&'static str, Value)> {
    let mut list = vec![("null", Value::Null)];
    match value {
        Value::Number(number) => {
            let step = |by: i64| match number.as_i64() {
                Some(whole) => json!(whole + by),
                None => json!(number.as_f64().unwrap_or(0.0) + by as f64),
            };
            list.extend([("one more", step(1)), ("one less", step(-1))]);
        }
        Value::Bool(flag) => list.push(("not", json!(!flag))),
        Value::String(text) => list.push(("text", json!(format!("{text}~")))),
        Value::Array(rows) if !rows.is_empty() => {
            let at = dice.roll(rows.len());
            let mut fewer = rows.clone();
            fewer.remove(at);
            let mut more = rows.clone();
            more.insert(at, rows[at].clone());
            list.extend([("row left out", json!(fewer)), ("row twice", json!(more))]);
            if rows.len() > 1 {
                let mut moved = rows.clone();
                moved.swap(at, (at + 1) % rows.len());
                list.push(("rows swapped", json!(moved)));
            }
        }
        Value::Array(_) | Value::Object(_) | Value::Null => {}
    }
    if let Some(other) = others.get(dice.roll(others.len())) {
        list.push(("another", other.clone()));
    }
    list.retain(|(_, new)| new != value);
    list
}

/// What only people read, and the parts that are looked at as wholes.
const NOT_EXECUTED: [&str; 6] = [
    "/debug",
    "/meta",
    "/patchId",
    "/patchRevision",
    "/compileId",
    "/programHash",
];

/// Programs and how often each place of them is tried.
fn programs() -> Vec<(String, Value, usize)> {
    let mut programs = vec![
        ("rich".to_owned(), compiled(RICH), 1),
        ("layers".to_owned(), compiled(LAYERS), 1),
        ("space".to_owned(), compiled(drawn::SPACE), 1),
        ("knobs".to_owned(), compiled(graph::KNOBS), 1),
    ];
    // With more rounds, the gallery too.
    if rounds() > 400 {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
        for entry in fs::read_dir(folder).expect("a folder of patches") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "json") {
                let text = fs::read_to_string(&path).expect("readable");
                programs.push((path.display().to_string(), compiled(&text), rounds() / 400));
            }
        }
    }
    programs
}

/// What a command needs of a valid program, without a panic.
fn use_it(sound: &Valid<Program>, valid: Valid<Program>) {
    let words = text::dump(&valid).len() + text::dump_schedule(&valid).len();
    assert!(words > 0 && !Facts::of(&valid).schedule.is_empty());
    let _ = (Diff::new(sound, &valid), Diff::new(&valid, sound));
    let mut again = valid.clone().into_inner();
    oscilla::ir::identity::seal(&mut again).expect("hashes");
    let written = form::to_string(&again).expect("a text");
    assert!(form::from_str(&written).is_ok_and(|back| back == again));
    let options = EngineOptions {
        memory_limit: Some(1 << 26),
        ..EngineOptions::default()
    };
    let valid = Arc::new(valid);
    let Ok(mut engine) = Engine::new(Arc::clone(&valid), options) else {
        return;
    };
    let targets: Vec<_> = valid
        .tables
        .graph
        .slots
        .iter()
        .filter(|slot| matches!(slot.owner, SlotOwner::Block { .. } | SlotOwner::Bus(_)))
        .filter_map(|slot| {
            let key = &valid.tables.strings[slot.key.index()];
            let name = match key.strip_prefix("bus/") {
                Some(bus) => format!("bus:{bus}"),
                None => key.replacen("/in/", ".", 1).replacen("/out/", ".", 1),
            };
            name.parse().ok()
        })
        .collect();
    for target in &targets {
        let _ = engine.watch(std::clone::Clone::clone(target));
    }
    for t in [0.0, 500.0] {
        let _ = engine.render_frame(FrameTime::at(t), &FrameCtx::default());
    }
    for target in &targets {
        let _ = engine.explain(target);
    }
}

#[test]
fn every_leaf_is_checked_or_free() {
    let programs = programs();
    // Values that stand at a place in any program.
    let mut all: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (_, sound, _) in &programs {
        let mut found = BTreeMap::new();
        places(sound, "", &mut found);
        for (place, pointers) in found {
            let values = all.entry(place).or_default();
            for value in pointers.iter().filter_map(|at| sound.pointer(at)).take(40) {
                values
                    .entry(value.to_string())
                    .or_insert_with(|| value.clone());
            }
        }
    }
    let (mut accepted, mut broken) = (BTreeMap::new(), Vec::new());
    let (mut tried, mut refused) = (0, 0);
    let mut seen = BTreeSet::new();
    let thorough = rounds() > 400;
    for (name, sound, times) in &programs {
        let whole: Program = serde_json::from_value(sound.clone()).expect("a program");
        let whole = validate(whole).expect("sound");
        let mut found = BTreeMap::new();
        places(sound, "", &mut found);
        let mut dice = Dice(name.len() as u64);
        for (place, pointers) in found {
            if place.is_empty() || NOT_EXECUTED.iter().any(|part| place.starts_with(part)) {
                continue;
            }
            // A place is the same in all programs; more rounds try it in each.
            if !seen.insert(place.clone()) && !thorough {
                continue;
            }
            let others: Vec<Value> = all[&place].values().cloned().collect();
            for _ in 0..(*times).min(pointers.len()) {
                let pointer = &pointers[dice.roll(pointers.len())];
                let before = sound.pointer(pointer).expect("a value");
                for (how, after) in changes(before, &others, &mut dice) {
                    let mut mutant = sound.clone();
                    *mutant.pointer_mut(pointer).expect("a value") = after;
                    tried += 1;
                    let Ok(program) = serde_json::from_value::<Program>(mutant) else {
                        refused += 1;
                        continue;
                    };
                    let same = program == *whole;
                    let outcome = catch_unwind(AssertUnwindSafe(|| match validate(program) {
                        Ok(valid) => {
                            if thorough || !accepted.contains_key(&place) {
                                use_it(&whole, valid);
                            }
                            true
                        }
                        Err(found) => {
                            assert!(found.iter().all(|f| f.code.starts_with("ir-")));
                            false
                        }
                    }));
                    match outcome {
                        Ok(true) if !same => {
                            let hows: &mut BTreeSet<_> = accepted.entry(place.clone()).or_default();
                            hows.insert(format!("{how} in {name}{pointer}"));
                        }
                        Ok(_) => refused += 1,
                        Err(_) => broken.push(format!("{name}{pointer}: {how}")),
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "panicked:\n{}", broken.join("\n"));
    let unlisted: Vec<String> = accepted
        .iter()
        .filter(|(place, _)| !FREE.iter().any(|(row, _)| is_free(place, row)))
        .map(|(place, hows)| format!("{place}: {hows:?}"))
        .collect();
    assert!(
        unlisted.is_empty(),
        "{} places where changes are accepted, and not listed:\n{}",
        unlisted.len(),
        unlisted.join("\n")
    );
    assert!(refused > tried / 2, "{refused} refused of {tried}");
    // One try at each place does not show all that is free.
    if !thorough {
        return;
    }
    let idle: Vec<&str> = FREE
        .iter()
        .filter(|(row, _)| !accepted.keys().any(|place| is_free(place, row)))
        .map(|(row, _)| *row)
        .collect();
    assert!(
        idle.is_empty(),
        "listed, but nothing is accepted there: {idle:?}"
    );
}

//! Compiled programs that somebody has damaged: `validate` names the damage by its code, and what it
//! lets pass runs without a panic.
//!
//! Programs are damaged in their JSON form, because that is where a file would be wrong. Damage that
//! does not even have the shape of a program is serde's to refuse and is not looked at here.

mod runs;

use oscilla::ir::{Program, validate};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use runs::{LAYERS, RICH};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The JSON form of a compiled patch.
fn compiled(text: &str) -> Value {
    let (program, diagnostics) = runs::compile(text);
    let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&diagnostics)));
    serde_json::to_value(&*program).expect("a program has a JSON form")
}

/// The value at a pointer; `{word}` stands for the first row of a list whose JSON has that word.
fn at<'v>(mut value: &'v mut Value, pointer: &str) -> &'v mut Value {
    for part in pointer.split('/').skip(1) {
        let index = part
            .strip_prefix('{')
            .and_then(|p| p.strip_suffix('}'))
            .map(|word| {
                let rows = value
                    .as_array()
                    .unwrap_or_else(|| panic!("{pointer}: no list"));
                let quoted = format!("\"{word}\"");
                let has = |row: &Value| row.to_string().contains(&quoted);
                rows.iter()
                    .position(has)
                    .unwrap_or_else(|| panic!("{pointer}: no row"))
            });
        let part = index.map_or_else(|| part.to_owned(), |i| i.to_string());
        value = value
            .pointer_mut(&format!("/{part}"))
            .unwrap_or_else(|| panic!("{pointer}: {part}"));
    }
    value
}

/// What a mutation does with the value that it finds.
#[derive(Clone)]
enum Change {
    To(Value),
    Drop(usize),
    Swap(usize, usize),
    Again(usize),
}
use Change::{Again, Drop, Swap, To};

#[test]
fn every_damage_has_its_code() {
    let sound = compiled(RICH);
    let signals = sound["tables"]["sig"]["nodes"]
        .as_array()
        .map_or(0, Vec::len);
    let types = sound["types"].as_array().map_or(0, Vec::len);
    let type_of = |world: &str, domain: &str| {
        let rows = sound["types"].as_array().expect("types");
        let fits = |t: &Value| t["world"] == world && t["domain"] == domain;
        json!(
            rows.iter()
                .position(fits)
                .unwrap_or_else(|| panic!("{world} {domain}"))
        )
    };
    let color = type_of("signal", "color");
    let cases: Vec<(&str, Change, &str)> = vec![
        ("/irVersion", To(json!(2)), "ir-version"),
        ("/formatVersion", To(json!(0)), "ir-version"),
        ("/timeModel/periodMs", To(json!(0.0)), "ir-time"),
        ("/timeModel/periodMs", To(json!(-5.0)), "ir-time"),
        // Indices.
        (
            "/tables/sig/nodes/{apply}/expr/apply/args/0",
            To(json!(signals)),
            "ir-index",
        ),
        (
            "/tables/sig/nodes/{apply}/type",
            To(json!(types)),
            "ir-index",
        ),
        (
            "/tables/sig/nodes/{transform}/expr/transform/chain",
            To(json!(99)),
            "ir-index",
        ),
        (
            "/tables/sig/nodes/{rail}/expr/rail",
            To(json!(6)),
            "ir-index",
        ),
        (
            "/tables/sig/nodes/{stateOut}/expr/stateOut",
            To(json!(5)),
            "ir-index",
        ),
        (
            "/tables/field/nodes/{broadcast}/expr/broadcast",
            To(json!(u32::MAX)),
            "ir-index",
        ),
        ("/tables/field/nodes/{narrow}/dom", To(json!(2)), "ir-index"),
        (
            "/tables/constants/index/0/type",
            To(json!(types)),
            "ir-index",
        ),
        (
            "/tables/materialize/groups/0/reqs/0",
            To(json!(999)),
            "ir-index",
        ),
        ("/tables/render/sinks/0/parent", To(json!(9)), "ir-index"),
        ("/tables/graph/wires/0/from", To(json!(9999)), "ir-index"),
        ("/schedule/steps/4/deps", To(json!([999])), "ir-index"),
        ("/roots/frame", To(json!(99999)), "ir-index"),
        ("/tables/strings", Swap(3, 4), "ir-duplicate-key"),
        (
            "/tables/strings/1",
            To(json!("AddSignal")),
            "ir-duplicate-key",
        ),
        // Constants and types.
        (
            "/tables/constants/index/0/at",
            To(json!(100_000)),
            "ir-const",
        ),
        (
            "/tables/constants/index/0/len",
            To(json!(u32::MAX)),
            "ir-const",
        ),
        (
            "/tables/sig/nodes/{const}/expr/const",
            To(sound
                .pointer("/tables/rails/5/silent")
                .cloned()
                .unwrap_or_default()),
            "ir-const",
        ),
        (
            "/tables/sig/nodes/{apply}/type",
            To(color.clone()),
            "ir-type",
        ),
        (
            "/tables/sig/nodes/{apply}/type",
            To(type_of("field", "number")),
            "ir-type",
        ),
        (
            "/tables/sig/nodes/{time}/type",
            To(color.clone()),
            "ir-type",
        ),
        (
            "/tables/field/nodes/{broadcast}/type",
            To(type_of("field", "vec2")),
            "ir-type",
        ),
        (
            "/tables/field/nodes/{narrow}/type",
            To(type_of("field", "color")),
            "ir-type",
        ),
        // Expressions.
        (
            "/tables/sig/nodes/{apply}/expr/apply/args/0",
            To(json!(signals - 1)),
            "ir-operand-order",
        ),
        (
            "/tables/field/nodes/{narrow}/expr/narrow",
            To(json!(30)),
            "ir-operand-order",
        ),
        (
            "/tables/sig/nodes/{mul}/expr/apply/op",
            To(json!("sin")),
            "ir-op",
        ),
        ("/tables/sig/nodes/{mul}/expr/apply/args", Again(0), "ir-op"),
        (
            "/tables/sig/nodes/{wave}/expr/apply/imm",
            To(json!(9)),
            "ir-op",
        ),
        (
            "/tables/transforms/chains/{arg}/arity",
            To(json!(0)),
            "ir-chain",
        ),
        (
            "/tables/transforms/chains/{softclip}/to",
            To(color.clone()),
            "ir-chain",
        ),
        (
            "/tables/transforms/chains/{softclip}/steps/0/op",
            To(json!("sin")),
            "ir-op",
        ),
        (
            "/tables/transforms/chains/{softclip}/steps/0/to",
            To(color),
            "ir-chain",
        ),
        (
            "/tables/field/nodes/{idHash}/wide",
            To(json!(false)),
            "ir-domain",
        ),
        (
            "/tables/field/nodes/{divIeee}/wide",
            To(json!(false)),
            "ir-precision",
        ),
        (
            "/tables/field/nodes/{array}/dom",
            To(json!(null)),
            "ir-domain",
        ),
        (
            "/tables/field/nodes/{mulAlpha}/dom",
            To(json!(1)),
            "ir-domain",
        ),
        // Graph.
        ("/tables/graph/domains/0/count", To(json!(7)), "ir-domain"),
        (
            "/tables/graph/domains/1/count",
            To(json!(20_000_000)),
            "ir-limit",
        ),
        ("/tables/graph/publishers", Swap(6, 7), "ir-bus"),
        ("/tables/graph/buses/6/pubs/1", To(json!(1)), "ir-bus"),
        (
            "/tables/graph/publishers/6/enabled",
            To(json!(false)),
            "ir-bus",
        ),
        (
            "/tables/sig/nodes/26/expr/combine/terms",
            Swap(0, 1),
            "ir-bus",
        ),
        (
            "/tables/sig/nodes/26/expr/combine/mode",
            To(json!("average")),
            "ir-bus",
        ),
        ("/tables/rails", Again(5), "ir-rail"),
        ("/tables/rails/0/combine", To(json!("layer")), "ir-rail"),
        ("/tables/rails/0/drive", To(json!("patched")), "ir-rail"),
        (
            "/tables/rails/2/generator",
            To(sound["tables"]["rails"][5]["generator"].clone()),
            "ir-rail",
        ),
        // State.
        ("/tables/state/cells/2/f64/0", To(json!(0)), "ir-state"),
        ("/tables/state/cells/1/f64/1", To(json!(2)), "ir-state"),
        ("/tables/state/cells/1/args", Drop(0), "ir-state"),
        ("/tables/state/cells/0/ring", To(json!(0)), "ir-state"),
        ("/tables/state/f64Len", To(json!(99)), "ir-state"),
        ("/tables/state/cells", Swap(0, 1), "ir-duplicate-key"),
        // Schedule.
        ("/schedule/steps/3/run", To(json!([])), "ir-writer"),
        ("/schedule/steps/3/run", Again(0), "ir-writer"),
        ("/schedule/steps/1/writes", Again(0), "ir-writer"),
        ("/schedule/steps/13/run", Swap(0, 1), "ir-tape-order"),
        (
            "/schedule/steps/1/kind",
            To(json!("stateCommit")),
            "ir-step",
        ),
        (
            "/schedule/steps/{stateCommit}/phase",
            To(json!("render")),
            "ir-step",
        ),
        ("/schedule/steps", Swap(19, 20), "ir-step"),
        ("/schedule/steps/13/deps", To(json!([])), "ir-deps"),
        ("/schedule/depsIndex/producer/2", To(json!(null)), "ir-deps"),
        ("/memory", To(json!("none")), "ir-memory"),
        ("/memory", To(json!("previous")), "ir-memory"),
        // Materialisation and sinks.
        (
            "/tables/materialize/requests/0/format",
            To(json!("f32")),
            "ir-request",
        ),
        (
            "/tables/materialize/groups/0/uniforms",
            To(json!([])),
            "ir-request",
        ),
        ("/tables/materialize/groups/0/reqs", Drop(0), "ir-request"),
        ("/tables/materialize/groups/1/reqs", Again(0), "ir-request"),
        ("/tables/render/sinks/0/inputs", Drop(2), "ir-sink"),
        (
            "/tables/render/sinks/0/inputs/2/from/req",
            To(json!(0)),
            "ir-sink",
        ),
        ("/tables/render/sinks/0/domain", To(json!(1)), "ir-sink"),
        ("/tables/render/sinks/1/parent", To(json!(1)), "ir-sink"),
        ("/tables/render/root", Drop(0), "ir-root"),
        ("/roots/sinks", Swap(0, 1), "ir-root"),
        ("/roots/bus", Drop(0), "ir-root"),
        ("/outputs/0/slot", To(json!(0)), "ir-root"),
        ("/outputs", To(json!([])), "ir-root"),
    ];
    judge(&sound, cases);
}

#[test]
fn damage_to_layers_has_its_code() {
    let sound = compiled(LAYERS);
    let sinks = sound["tables"]["render"]["sinks"]
        .as_array()
        .expect("sinks");
    let of_kind = |kind: &str| {
        let at = sinks.iter().position(|s| s["kind"] == kind);
        at.unwrap_or_else(|| panic!("no {kind}"))
    };
    let place = |kind: &str, rest: &str| format!("/tables/render/sinks/{}{rest}", of_kind(kind));
    let input = |kind: &str, name: &str| {
        let texts = sound["tables"]["strings"].as_array().expect("strings");
        let inputs = sinks[of_kind(kind)]["inputs"].as_array().expect("inputs");
        let named = |i: &Value| texts[i["name"].as_u64().expect("an index") as usize] == name;
        let at = inputs.iter().position(named);
        at.unwrap_or_else(|| panic!("{kind} has no {name}"))
    };
    let from = |kind: &str, name: &str| place(kind, &format!("/inputs/{}/from", input(kind, name)));
    let paths = of_kind("paths2d");
    let cases = [
        (
            place("paths2d", "/inputs"),
            Drop(input("paths2d", "path")),
            "ir-sink",
        ),
        (
            place("paths2d", "/inputs"),
            Drop(input("paths2d", "fillColor")),
            "ir-request",
        ),
        (from("paths2d", "path"), To(json!({"const": 0})), "ir-sink"),
        (
            place("strokes2d", "/inputs"),
            Drop(input("strokes2d", "width")),
            "ir-sink",
        ),
        (place("group", "/parent"), To(json!(paths)), "ir-sink"),
        (
            from("group", "clipPath"),
            To(json!({"const": 0})),
            "ir-sink",
        ),
        (from("postfx", "effect"), To(json!({"const": 0})), "ir-sink"),
        (place("postfx", "/inputs"), Drop(0), "ir-sink"),
    ];
    let cases: Vec<(&str, Change, &str)> = cases
        .iter()
        .map(|(at, change, code)| (at.as_str(), change.clone(), *code))
        .collect();
    judge(&sound, cases);
}

/// Does each damage to a sound program by itself; validation must name it by its code.
fn judge(sound: &Value, cases: Vec<(&str, Change, &str)>) {
    let mut wrong = Vec::new();
    for (pointer, change, code) in cases {
        let mut broken = sound.clone();
        let value = at(&mut broken, pointer);
        let before = value.to_string();
        match (change, &mut *value) {
            (To(new), value) => *value = new,
            (Drop(i), Value::Array(rows)) => drop(rows.remove(i)),
            (Swap(i, j), Value::Array(rows)) => rows.swap(i, j),
            (Again(i), Value::Array(rows)) => rows.push(rows[i].clone()),
            _ => panic!("{pointer} is no list"),
        }
        let after = value.to_string();
        let found: Vec<String> = match serde_json::from_value::<Program>(broken) {
            Err(error) => vec![format!("no program: {error}")],
            Ok(program) => match validate(program) {
                Ok(_) => vec!["valid".to_owned()],
                Err(list) => list
                    .iter()
                    .map(|d| format!("{} {}", d.code, d.pointer))
                    .collect(),
            },
        };
        let fits = |f: &String| f == code || f.starts_with(&format!("{code} "));
        if !found.iter().any(fits) {
            let short = |text: &str| text.chars().take(80).collect::<String>();
            wrong.push(format!(
                "{pointer}: {} -> {}: wanted {code}, found {found:?}",
                short(&before),
                short(&after)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The row of a list in which a field has a value.
fn row(list: &Value, field: &str, value: impl Into<Value>) -> usize {
    let value = value.into();
    let rows = list.as_array().expect("a list");
    let found = rows.iter().position(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no row with {field} {value}"))
}

#[test]
fn what_follows_from_the_tables_must_be_stored_as_it_follows() {
    let sound = compiled(RICH);
    let steps = &sound["schedule"]["steps"];
    let is_bus = |step: &Value| step["kind"].get("busEval").is_some();
    let buses: Vec<usize> = (0..)
        .zip(steps.as_array().expect("steps"))
        .filter(|(_, step)| is_bus(step))
        .map(|(i, _)| i)
        .collect();
    assert_eq!(buses[1], buses[0] + 1, "two independent steps of one phase");
    judge(
        &sound,
        vec![
            // A slot without a writer, with another, and one that is read as if it had none.
            ("/schedule/steps/1/writes", Drop(0), "ir-writer"),
            ("/schedule/steps/2/writes", Again(0), "ir-writer"),
            ("/schedule/steps/{stateCommit}/reads", Drop(0), "ir-deps"),
            // Both orders keep to the dependencies, but only one is the right one.
            ("/schedule/steps", Swap(buses[0], buses[1]), "ir-step"),
            ("/schedule/steps/3/phase", To(json!("busEval")), "ir-step"),
            (
                "/schedule/steps/{stateCommit}/demand",
                To(json!(false)),
                "ir-step",
            ),
            ("/schedule/phases/0/steps", To(json!([])), "ir-step"),
            ("/schedule/phases", Swap(0, 1), "ir-step"),
            (
                "/schedule/determinism/topoTieBreak",
                To(json!("random")),
                "ir-step",
            ),
            ("/schedule/determinism/orderingInputs", Drop(0), "ir-step"),
            (
                "/tables/state/cells/0/layoutHash",
                To(json!("b3:0")),
                "ir-state",
            ),
            ("/tables/state/layoutHash", To(json!("b3:0")), "ir-state"),
        ],
    );
}

#[test]
fn tables_that_speak_of_each_other_must_agree() {
    let sound = compiled(RICH);
    let buses = &sound["tables"]["graph"]["buses"];
    let bus = |name: &str| {
        let strings = sound["tables"]["strings"].as_array().expect("texts");
        let key = strings.iter().position(|text| text == name).expect("a key");
        row(buses, "key", key)
    };
    let (palette, size) = (bus("palette"), bus("size"));
    let silent_color = buses[palette]["silent"].clone();
    let size_silent = format!("/tables/graph/buses/{size}/silent");
    let color = row(&sound["tables"]["constants"]["index"], "len", 4);
    let color_len = format!("/tables/constants/index/{color}/len");
    let listener = sound["tables"]["graph"]["listeners"][0]["key"].clone();
    let sink = sound["tables"]["render"]["sinks"][0]["key"].clone();
    judge(
        &sound,
        vec![
            (
                "/tables/graph/blocks/0/out/0/ref",
                To(json!("none")),
                "ir-type",
            ),
            ("/tables/graph/blocks/2/in/0/slot", To(json!(0)), "ir-type"),
            (
                "/tables/graph/slots/0/owner/block/port",
                To(json!(77)),
                "ir-index",
            ),
            (
                "/tables/graph/listeners/0/bus",
                To(json!(palette)),
                "ir-bus",
            ),
            (&size_silent, To(silent_color), "ir-bus"),
            (&color_len, To(json!(3)), "ir-const"),
            (
                "/tables/graph/listeners/1/key",
                To(listener),
                "ir-duplicate-key",
            ),
            ("/tables/render/sinks/1/key", To(sink), "ir-duplicate-key"),
            ("/tables/rails/0/slot", To(json!(0)), "ir-rail"),
            ("/tables/rails/1/mirror", To(json!(0)), "ir-rail"),
            ("/tables/rails/1/read", To(json!("internalNow")), "ir-rail"),
            ("/tables/rails/1/user/bus", To(json!(palette)), "ir-rail"),
            ("/roots/time/abs", To(json!(0)), "ir-root"),
            (
                "/tables/materialize/requests/0/out",
                To(json!(0)),
                "ir-request",
            ),
            (
                "/tables/materialize/requests/0/consumer/sink/input",
                To(json!(9)),
                "ir-request",
            ),
        ],
    );
}

#[test]
fn limits_hold_before_anything_is_made() {
    let sound = compiled(RICH);
    let chain = sound["tables"]["transforms"]["chains"][0]["steps"][0].clone();
    let strings = sound["tables"]["strings"].as_array().map_or(0, Vec::len);
    let last = format!("/tables/strings/{}", strings - 1);
    judge(
        &sound,
        vec![
            (
                "/tables/transforms/chains/0/steps",
                To(json!(vec![chain; 1025])),
                "ir-limit",
            ),
            (
                "/tables/graph/domains/0/count",
                To(json!(10_000_001)),
                "ir-limit",
            ),
            (&last, To(json!("~".repeat((1 << 20) + 1))), "ir-limit"),
            ("/tables/state/i32Len", To(json!(1_u32 << 31)), "ir-limit"),
            (
                "/timeModel",
                To(json!({"kind": "finite", "durationMs": 100.0, "cuePoints": [
                    {"id": "b", "label": "", "tMs": 50.0, "behavior": "snap"},
                    {"id": "a", "label": "", "tMs": 50.0, "behavior": "snap"}]})),
                "ir-time",
            ),
            (
                "/timeModel",
                To(json!({"kind": "finite", "durationMs": 100.0, "cuePoints": [
                    {"id": "a", "label": "", "tMs": 101.0, "behavior": "snap"}]})),
                "ir-time",
            ),
            (
                "/timeModel",
                To(json!({"kind": "infinite", "windowMs": 100.0, "ambientPeriodMs": 0.0})),
                "ir-time",
            ),
        ],
    );
}

/// The codes of a program that is no file's.
fn codes(change: impl FnOnce(&mut Program)) -> Vec<&'static str> {
    let (program, _) = runs::compile(RICH);
    let mut program = program.expect("a right patch").into_inner();
    change(&mut program);
    match validate(program) {
        Ok(_) => Vec::new(),
        Err(list) => list.iter().map(|found| found.code).collect(),
    }
}

#[test]
fn numbers_outside_the_pools_are_finite() {
    assert_eq!(codes(|_| ()), [""; 0]);
    let nan = codes(|p| p.viewport.background[2] = f64::NAN);
    assert_eq!(nan, ["ir-schema"]);
    let infinite = codes(|p| p.tables.graph.publishers[0].sort_key = f64::INFINITY);
    assert_eq!(infinite, ["ir-schema"]);
}

#[test]
fn buses_combine_only_what_can_be_combined() {
    // As many lanes as a colour, but no meaning for a bus.
    let found = codes(|p| {
        let quat = oscilla::types::Type::signal(oscilla::types::Domain::Quat);
        p.types.push(quat.into());
        let quat = oscilla::ir::TypeId::at(p.types.len() - 1);
        let rows = &mut p.tables.graph.buses;
        let strings = &p.tables.strings;
        let palette = rows
            .iter_mut()
            .find(|bus| strings[bus.key.index()] == "palette");
        palette.expect("a bus").r#type = quat;
    });
    assert_eq!(found, ["ir-combine"]);
}

#[test]
fn debug_rows_fit_or_are_none() {
    assert_eq!(codes(|p| p.debug = Default::default()), [""; 0]);
    assert_eq!(codes(|p| drop(p.debug.strings.pop())), ["ir-debug"]);
    let shorten = |p: &mut Program| p.debug.step_prov.truncate(1);
    assert_eq!(codes(shorten), ["ir-debug"]);
}

#[test]
fn channels_have_a_default_of_their_type() {
    let patch = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
        {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [1, 2]}}],
        "listeners": [{"external": "knob", "type": "number", "default": 3, "to": "dots.radius"}]}"#;
    let sound = compiled(patch);
    let rows = sound["types"].as_array().expect("types");
    let position = |world: &str, domain: &str| {
        let fits = |t: &Value| t["world"] == world && t["domain"] == domain;
        json!(rows.iter().position(fits).expect("a type"))
    };
    judge(
        &sound,
        vec![
            (
                "/tables/graph/externals/0/default",
                To(json!(10_000)),
                "ir-index",
            ),
            (
                "/tables/graph/externals/0/type",
                To(position("signal", "color")),
                "ir-type",
            ),
        ],
    );
}

/// Numbers that mean different things every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }
}

/// Pointers of all values below one.
fn pointers(value: &Value, at: &str, list: &mut Vec<String>) {
    list.push(at.to_owned());
    match value {
        Value::Array(rows) => {
            for (i, row) in rows.iter().enumerate() {
                pointers(row, &format!("{at}/{i}"), list);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(field, &format!("{at}/{key}"), list);
            }
        }
        _ => {}
    }
}

/// One small damage to a value.
fn damage(value: &mut Value, dice: &mut Dice, all: &[Value]) {
    let other = || all[0].clone();
    match value {
        Value::Number(number) => {
            let old = number.as_f64().unwrap_or(0.0);
            *value = match dice.roll(9) {
                0 => json!(0),
                1 => json!(1),
                2 => json!(old as i64 + 1),
                3 => json!(old as i64 - 1),
                4 => json!(u32::MAX),
                5 => json!(1e300),
                6 => json!(-0.5),
                7 => json!(dice.roll(40)),
                _ => other(),
            }
        }
        Value::Array(rows) if !rows.is_empty() => {
            let (i, j) = (dice.roll(rows.len()), dice.roll(rows.len()));
            match dice.roll(4) {
                0 => rows.swap(i, j),
                1 => drop(rows.remove(i)),
                2 => rows.push(rows[i].clone()),
                _ => rows[i] = rows[j].clone(),
            }
        }
        Value::Bool(flag) => *flag = !*flag,
        _ => {
            *value = if dice.roll(3) == 0 {
                Value::Null
            } else {
                other()
            }
        }
    }
}

/// Runs a program at times of every kind; what it draws does not matter.
fn run(program: oscilla::ir::Valid<Program>) {
    let options = EngineOptions {
        memory_limit: Some(1 << 26),
        ..EngineOptions::default()
    };
    let Ok(mut engine) = Engine::new(Arc::new(program), options) else {
        return;
    };
    for t in [0.0, 16.0, 33.0, 5000.0, 20.0, 1e15] {
        let _ = engine.render_frame(FrameTime::at(t), &FrameCtx::default());
    }
    for step in [-3, 0, 1, 2, 90] {
        let time = FrameTime::Cycle {
            step,
            of: 60,
            mode: Default::default(),
        };
        let _ = engine.render_frame(time, &FrameCtx::default());
    }
}

#[test]
fn damage_is_found_or_harmless() {
    let sound = compiled(RICH);
    // Names and provenance change no frame.
    let parts = [
        "/tables",
        "/schedule",
        "/outputs",
        "/roots",
        "/timeModel",
        "/types",
        "/viewport",
    ];
    let rounds = rounds();
    let (refused, ran) = damaged(&sound, &parts, rounds);
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

/// Discs and solids under a moving camera.
const SPACE: &str = r#"{
  "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "wave", "type": "Oscillator", "params": {"amplitude": 9, "bias": 20}},
    {"id": "orbit", "type": "MakeVec3", "params": {"y": 5, "z": 30}},
    {"id": "eye", "type": "Camera"},
    {"id": "ball", "type": "PositionMapSphere", "params": {"domain": 9, "radius": 8}},
    {"id": "discs", "type": "RenderInstances3D", "params": {"domain": 9, "sizeMode": "world"}},
    {"id": "stars", "type": "RenderMeshes3D", "params": {"domain": 9, "profile": "star",
        "rotation": [20, 30, 0], "scale": [1, 2, 1], "caps": "front"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "wave.phase"},
    {"from": "wave.out", "to": "orbit.x"},
    {"from": "orbit.out", "to": "eye.position"},
    {"from": "ball.pos", "to": "discs.positions3d"},
    {"from": "ball.pos", "to": "stars.positions3d"},
    {"from": "eye.camera", "to": "discs.camera"},
    {"from": "eye.camera", "to": "stars.camera"}
  ]
}"#;

#[test]
fn cameras_and_solids_that_cannot_be_are_refused() {
    let sound = compiled(SPACE);
    let strings = sound["tables"]["strings"].as_array().expect("strings");
    let string = |word: &str| {
        let at = strings.iter().position(|s| s == word);
        json!(at.unwrap_or_else(|| panic!("no `{word}`")))
    };
    let camera = "/tables/render/cameras/0";
    let mesh = "/tables/render/meshes/0";
    let cases = [
        (format!("{camera}/kind"), string("star")),
        (format!("{camera}/params/0/name"), string("color")),
        // The position is a vector, the field of view a number.
        (
            format!("{camera}/params/0/from"),
            sound
                .pointer(&format!("{camera}/params/3/from"))
                .cloned()
                .expect("a number"),
        ),
        (format!("{camera}/params/1/from"), json!({"camera": 0})),
        (format!("{mesh}/kind"), string("perspective")),
        (format!("{mesh}/params/0/name"), string("color")),
        (format!("{mesh}/params/0/from"), json!({"sig": 0})),
        // As many corners as the star is deep: 1.
        (
            format!("{mesh}/params/1/from"),
            sound
                .pointer(&format!("{mesh}/params/3/from"))
                .cloned()
                .expect("a depth"),
        ),
    ];
    for (pointer, value) in cases {
        let mut broken = sound.clone();
        *at(&mut broken, &pointer) = value.clone();
        let program: Program = serde_json::from_value(broken).expect("the shape of a program");
        let found = validate(program).map(|_| ()).expect_err(&pointer);
        assert!(
            found.iter().any(|f| f.code == "ir-sink"),
            "{pointer} {value}: {found:?}"
        );
    }
    let mut broken = sound.clone();
    let inputs = "/tables/render/sinks/0/inputs";
    let rows = sound
        .pointer(inputs)
        .and_then(Value::as_array)
        .expect("inputs");
    let eye = rows
        .iter()
        .position(|row| row["from"]["camera"].is_number());
    let eye = eye.expect("a camera");
    *at(&mut broken, &format!("{inputs}/{eye}/from")) = json!({"const": 0});
    let program: Program = serde_json::from_value(broken).expect("the shape of a program");
    assert!(validate(program).is_err());
}

#[test]
fn damage_to_layers_is_found_or_harmless() {
    let rounds = rounds();
    let parts = ["/tables/render", "/tables/materialize"];
    let (refused, ran) = damaged(&compiled(LAYERS), &parts, rounds);
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

#[test]
fn damage_in_space_is_found_or_harmless() {
    let rounds = rounds();
    let (refused, ran) = damaged(
        &compiled(SPACE),
        &["/tables/render", "/tables/materialize"],
        rounds,
    );
    assert!(
        refused > rounds / 10 && ran > rounds / 100,
        "{refused} refused, {ran} ran of {rounds}"
    );
}

fn rounds() -> usize {
    let asked = std::env::var("OSCILLA_ROUNDS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// Damages the values below some pointers, round after round; what is let pass must run. Gives how
/// many were refused and how many ran.
fn damaged(sound: &Value, parts: &[&str], rounds: usize) -> (usize, usize) {
    let mut list = Vec::new();
    for part in parts {
        let value = sound.pointer(part).unwrap_or_else(|| panic!("no {part}"));
        pointers(value, part, &mut list);
    }
    list.retain(|at| !at.starts_with("/tables/strings"));
    let mut dice = Dice(rounds as u64);
    let (mut refused, mut ran) = (0, 0);
    let mut wrong = Vec::new();
    for _ in 0..rounds {
        let mut broken = sound.clone();
        let mut what = String::new();
        for _ in 0..=dice.roll(2) {
            let at = &list[dice.roll(list.len())];
            let donor = &list[dice.roll(list.len())];
            let donor = sound.pointer(donor).cloned().unwrap_or_default();
            if let Some(value) = broken.pointer_mut(at) {
                let before = value.clone();
                damage(value, &mut dice, &[donor]);
                what += &format!("{at}: {before} -> {value}\n");
            }
        }
        let Ok(program) = serde_json::from_value::<Program>(broken) else {
            continue;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| match validate(program) {
            Ok(valid) => {
                run(valid);
                true
            }
            Err(findings) => {
                assert!(findings.iter().all(|f| f.code.starts_with("ir-")));
                false
            }
        }));
        match outcome {
            Ok(true) => ran += 1,
            Ok(false) => refused += 1,
            Err(_) => wrong.push(what.chars().take(600).collect::<String>()),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rounds} panicked:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    (refused, ran)
}

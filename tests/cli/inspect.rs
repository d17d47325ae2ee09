//! `oscilla inspect`: what a patch became.

use crate::Place;
use serde_json::{Value, json};

/// Two publishers of a bus, out of order, one of them through a lens; state; a field bus.
const BUSY: &str = r##"{
  "name": "busy", "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 3, "spacing": 16}},
    {"id": "b", "type": "Oscillator", "params": {"amplitude": 2}},
    {"id": "a", "type": "Oscillator", "params": {"amplitude": 3}},
    {"id": "sum", "type": "Integrate"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "a.phase"},
    {"from": "time.phase", "to": "b.phase"},
    {"from": "a.out", "to": "sum.in"},
    {"from": "sum.out", "to": "dots.opacity"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"}
  ],
  "buses": [{"name": "size", "type": "number", "combine": "sum", "default": 7}],
  "publishers": [
    {"id": "late", "from": "a.out", "bus": "size", "sortKey": 20},
    {"id": "early", "from": "b.out", "bus": "size", "sortKey": 10,
     "lens": [{"type": "scale", "params": {"scale": 0.5, "offset": 5}}]},
    {"id": "never", "from": "b.out", "bus": "size", "sortKey": 1, "enabled": false}
  ],
  "listeners": [{"id": "size-in", "bus": "size", "to": "dots.radius"}]
}"##;

fn facts(args: &str) -> Value {
    let place = Place::new();
    place.file("busy.json", BUSY);
    let run = place.done(&format!("inspect busy.json --json {args}"));
    serde_json::from_str(&run.out).unwrap()
}

fn find<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let list = list.as_array().unwrap();
    let found = list.iter().find(|row| row[key] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list:#?}"))
}

#[test]
fn publishers_stand_in_combine_order_with_their_transforms() {
    let facts = facts("--section buses");
    let bus = find(&facts["buses"], "name", "size");
    assert_eq!(
        (&bus["combine"], &bus["silent"], &bus["demanded"]),
        (&json!("sum"), &json!("7"), &json!(true))
    );
    let order: Vec<_> = bus["publishers"].as_array().unwrap().iter().collect();
    let ids: Vec<&Value> = order.iter().map(|p| &p["id"]).collect();
    assert_eq!(ids, ["early", "late", "never"]);
    assert_eq!(
        (&order[0]["order"], &order[0]["sortKey"], &order[0]["from"]),
        (&json!(0), &json!(10.0), &json!("b.out"))
    );
    assert_eq!(order[2]["order"], Value::Null);
    assert_eq!(
        order[0]["transforms"],
        json!([{"kind": "lens", "name": "scale", "steps": ["scaleBias 0.5 5"]}])
    );
    assert_eq!(bus["listeners"][0]["to"], "dots.radius");
    assert!(facts.get("blocks").is_none(), "only what was asked for");
    assert_eq!(facts["program"]["patch"], "busy");
}

#[test]
fn every_value_says_what_it_varies_with() {
    let facts = facts("");
    let block = |id| find(&facts["blocks"], "id", id);
    let varies = |block: &Value| block["outputs"][0]["varies"].clone();
    assert_eq!(varies(block("a")), json!(["time"]));
    assert_eq!(varies(block("sum")), json!(["time", "state"]));
    assert_eq!(varies(block("dots")), json!(["time", "state"]));
    assert_eq!(varies(block("grid")), json!([]));
    let cell = &facts["state"][0];
    assert_eq!(
        (&cell["key"], &cell["op"]),
        (&json!("sum/out/sum"), &json!("integrate"))
    );
    assert_eq!(facts["rails"].as_array().unwrap().len(), 6);
    assert_eq!(facts["domains"][0]["count"], 6);
}

#[test]
fn columns_name_the_sink_that_forces_them() {
    let facts = facts("--section columns,expressions");
    let column = find(&facts["columns"], "key", "dots.positions");
    assert_eq!(
        (
            &column["consumer"],
            &column["format"],
            &column["bytes"],
            &column["varies"]
        ),
        (&json!("dots"), &json!("f32x2"), &json!(48), &json!([]))
    );
    let radius = find(&facts["columns"], "key", "dots.radius");
    assert_eq!(radius["varies"], json!(["time"]));
    assert_eq!(radius["uniforms"], json!(["bus:size"]));
    // The phase is read by both oscillators, an oscillator by a wire and the bus.
    let signals = &facts["expressions"]["signals"];
    let number = |key: &str| signals[key].as_u64().unwrap();
    assert!(number("unshared") > number("shared"), "{signals}");
    assert_eq!(
        number("static") + number("varying") + number("stateful"),
        number("shared")
    );
}

#[test]
fn tables_are_for_people() {
    let place = Place::new();
    place.file("busy.json", BUSY);
    let run = place.done("inspect busy.json");
    for line in [
        "time      cyclic, 200 ms, loop",
        "      0 <- b.out  sortKey 10  early via scale(scaleBias 0.5 5)",
        "      1 <- a.out  sortKey 20  late",
        "    off <- b.out  sortKey 1  never",
        "        -> dots.radius  size-in",
        "state cells (1)",
        "materialisations (3)",
    ] {
        assert!(run.out.contains(line), "no `{line}` in\n{}", run.out);
    }
    let run = place.done("inspect busy.json --section domains");
    assert!(run.out.starts_with("domains (1)\n"), "{}", run.out);
    place.refused("inspect busy.json --section blcks", 2, &["blocks"]);
}

#[test]
fn a_value_is_walked_back_to_its_sources() {
    let place = Place::new();
    place.file("busy.json", BUSY);
    // A quarter of the cycle: both oscillators are at their top.
    let run = place.done("inspect busy.json --explain dots.radius --time 50ms --json");
    let origin: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (&origin["name"], &origin["tMs"]),
        (&json!("dots.radius"), &json!(50.0))
    );
    // 2·0.5 + 5 = 6, and 3; the same for all six elements.
    assert_eq!(origin["value"]["first"], json!([9.0, 9.0, 9.0, 9.0]));
    assert_eq!(origin["value"]["count"], 6);
    let nodes = origin["nodes"].as_array().unwrap();
    let from = |node: &Value| -> Vec<&Value> {
        let places = node["from"].as_array().unwrap();
        let place = |at: &Value| at.as_u64().unwrap() as usize;
        places.iter().map(|at| &nodes[place(at)]).collect()
    };
    let bus = from(&nodes[0])[0];
    assert_eq!((&bus["kind"], &bus["value"]), (&json!("bus"), &json!(9.0)));
    let publishers = from(bus);
    let names: Vec<&Value> = publishers.iter().map(|p| &p["name"]).collect();
    assert_eq!(names, ["early", "late"]);
    assert_eq!(
        publishers[0]["transforms"],
        json!([{"kind": "lens", "name": "scale", "step": "scaleBias 0.5 5", "after": 6.0}])
    );
    let source = from(publishers[0])[0];
    assert_eq!(
        (&source["name"], &source["value"]),
        (&json!("b.out"), &json!(2.0))
    );
    let phase = from(from(source)[0])[0];
    assert_eq!(
        (&phase["name"], &phase["value"]),
        (&json!("time.phase"), &json!(0.25))
    );
    let run = place.done("inspect busy.json --explain dots.radius --time 50ms");
    for line in [
        "frame 0 at 50 ms\n",
        "    publisher early  (1, sortKey 10) = 6\n",
        "      after lens scale  (scaleBias 0.5 5) = 6\n",
        "      before = 2\n",
    ] {
        assert!(run.out.contains(line), "no `{line}` in\n{}", run.out);
    }
    place.refused(
        "inspect busy.json --explain dots.radios",
        2,
        &["did you mean", "`radius`"],
    );
    place.refused(
        "inspect busy.json --explain time:phase01",
        2,
        &["block.port"],
    );
}

#[test]
fn every_lens_on_the_way_has_its_value() {
    let place = Place::new();
    place.file(
        "ways.json",
        r#"{"blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
            {"id": "lfo", "type": "Oscillator", "params": {"amplitude": 2}},
            {"id": "four", "type": "DomainN", "params": {"n": 4}},
            {"id": "at", "type": "FieldFromExpression", "params": {"expression": "i"}},
            {"id": "dots", "type": "RenderInstances2D"}],
          "connections": [
            {"from": "time.phase", "to": "lfo.phase"},
            {"from": "four.domain", "to": "at.domain"},
            {"from": "four.domain", "to": "dots.domain"}],
          "buses": [{"name": "size", "type": "number"}, {"name": "fade", "type": "field:number"}],
          "publishers": [{"from": "lfo.out", "bus": "size"}, {"from": "at.field", "bus": "fade"}],
          "listeners": [
            {"bus": "size", "to": "dots.radius",
             "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}},
                      {"type": "clamp", "params": {"min": 0, "max": 8}}]},
            {"bus": "size", "to": "dots.rotation",
             "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}},
                      {"type": "slew", "params": {"rise": 0, "fall": 0}},
                      {"type": "scale", "params": {"scale": 10, "offset": 0}}]},
            {"bus": "fade", "to": "dots.opacity",
             "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}},
                      {"type": "clamp", "params": {"min": 0, "max": 8}}]}]}"#,
    );
    // A signal becomes a field, a field stays one: 2·2 + 5 = 9, at most 8.
    for (target, lines) in [
        (
            "dots.radius",
            [
                "(clamp 0 8) = 8\n",
                "(scaleBias 2 5) = 9\n",
                "  before = 2\n",
            ],
        ),
        (
            "dots.opacity",
            [
                "(clamp 0 8) = [5, 7, 8, 8]  4 elements, min 5, max 8\n",
                "(scaleBias 2 5) = [5, 7, 9, 11]  4 elements, min 5, max 11\n",
                "  before = [0, 1, 2, 3]  4 elements, min 0, max 3\n",
            ],
        ),
        (
            "dots.rotation",
            [
                "(scaleBias 10 0) = 5",
                "after lens slewLinear  (cell list:dots.rotation#",
                "(scaleBias 2 5) = 9\n",
            ],
        ),
    ] {
        let run = place.done(&format!("inspect ways.json --explain {target} --time 50ms"));
        for line in lines {
            assert!(run.out.contains(line), "no `{line}` in\n{}", run.out);
        }
    }
}

#[test]
fn a_long_way_is_walked_without_depth_and_each_value_once() {
    let place = Place::new();
    let mut blocks = vec![
        json!({"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}}),
        json!({"id": "dots", "type": "RenderInstances2D"}),
    ];
    let mut wires = vec![json!({"from": "b2999.out", "to": "dots.radius"})];
    // Each reads the one before it twice, so there are 2³⁰⁰⁰ ways back.
    for i in 0..3000 {
        blocks
            .push(json!({"id": format!("b{i}"), "type": "MaxSignal", "params": {"a": 1, "b": 1}}));
        if i > 0 {
            let from = format!("b{}.out", i - 1);
            wires.push(json!({"from": from, "to": format!("b{i}.a")}));
            wires.push(json!({"from": from, "to": format!("b{i}.b")}));
        } else {
            wires.push(json!({"from": "time.phase", "to": "b0.a"}));
        }
    }
    place.file(
        "long.json",
        json!({"blocks": blocks, "connections": wires}).to_string(),
    );
    let run = place.done("inspect long.json --explain dots.radius --json");
    assert!(run.out.len() < 1 << 20, "{} bytes", run.out.len());
    let origin: Value = serde_json::from_str(&run.out).unwrap();
    let names: Vec<&str> = origin["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 1000);
    assert_eq!(
        names[..4],
        ["dots.radius", "b2999.out", "b2999.a", "b2999.b"]
    );
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    let next = origin["leftOut"][0].as_str().unwrap();
    assert!(next.starts_with("b26"), "{next}");
    let run = place.done("inspect long.json --explain dots.radius");
    assert!(run.out.len() < 1 << 20, "{} bytes", run.out.len());
    assert!(run.out.contains("see above"));
    let go_on = format!("go on with `--explain {next}`");
    assert!(run.out.contains(&go_on), "no {go_on}");
    place.done(&format!("inspect long.json --explain {next}"));
}

#[test]
fn the_graph_is_drawn_in_three_languages() {
    let place = Place::new();
    place.file("busy.json", BUSY);
    let dot = place.done("inspect busy.json --graph dot").out;
    assert!(dot.starts_with("digraph patch {") && dot.ends_with("}\n"));
    assert!(dot.contains("[label=\"size\\nbus, sum\""), "{dot}");
    assert!(dot.contains("[label=\"1. scale\"]"), "{dot}");
    let mermaid = place.done("inspect busy.json --graph mermaid").out;
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    assert!(mermaid.contains("([\"size<br/>bus, sum\"])"), "{mermaid}");
    place.done("inspect busy.json --graph svg -o a.svg");
    place.done("inspect busy.json --graph svg -o b.svg");
    let svg = String::from_utf8(place.bytes("a.svg")).unwrap();
    assert_eq!(place.bytes("a.svg"), place.bytes("b.svg"));
    for word in [
        "<svg ",
        ">dots<",
        ">RenderInstances2D<",
        ">1. scale<",
        "</svg>",
    ] {
        assert!(svg.contains(word), "no `{word}`");
    }
    // Six blocks and one bus.
    assert_eq!(svg.matches("font-weight=\"bold\"").count(), 7);
    place.refused("inspect busy.json --graph svg --json", 2, &["--json"]);
}

/// Left, top, right, bottom of every rectangle with these words in its element.
fn areas(svg: &str, words: &str) -> Vec<[f64; 4]> {
    let rects = svg
        .split("<rect ")
        .skip(1)
        .map(|rest| rest.split("/>").next().unwrap());
    let number = |rect: &str, name: &str| -> f64 {
        let (_, rest) = rect.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    rects
        .filter(|rect| rect.contains(words))
        .map(|rect| {
            let [x, y, w, h] = ["x", "y", "width", "height"].map(|name| number(rect, name));
            [x, y, x + w, y + h]
        })
        .collect()
}

#[test]
fn no_words_in_a_graph_run_into_a_box() {
    let place = Place::new();
    let common = |[a, b, c, d]: [f64; 4], [e, f, g, h]: [f64; 4]| {
        (c.min(g) - a.max(e)).min(d.min(h) - b.max(f))
    };
    let gallery = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/patches"));
    let patches = gallery.unwrap().map(|entry| entry.unwrap().path());
    for patch in patches.filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let args = format!("inspect {} --graph svg --quiet", patch.display());
        let svg = place.done(&args).out;
        let boxes = areas(&svg, "stroke=");
        let words = areas(&svg, "height=\"14\"");
        assert!(
            !boxes.is_empty() && !words.is_empty(),
            "{}",
            patch.display()
        );
        for (i, word) in words.iter().enumerate() {
            let others = boxes.iter().chain(&words[..i]);
            let most = others
                .map(|other| common(*word, *other))
                .fold(f64::MIN, f64::max);
            assert!(most < 0.5, "{}: {word:?} covers something", patch.display());
        }
    }
}

#[test]
fn cells_name_a_shared_constant_by_its_value() {
    let place = Place::new();
    // Both read the same row of the program; neither is about the other.
    let patch = crate::LOOP.replace(
        r#"{"id": "dots","#,
        r#"{"id": "one", "type": "Integrate", "params": {"in": 3}},
    {"id": "two", "type": "Integrate", "params": {"in": 3}},
    {"id": "both", "type": "AddSignal"},
    {"id": "dots","#,
    );
    let patch = patch.replace(
        r#"{"from": "osc.out", "to": "dots.radius"}"#,
        r#"{"from": "one.out", "to": "both.a"},
    {"from": "two.out", "to": "both.b"},
    {"from": "both.out", "to": "dots.radius"}"#,
    );
    place.file("two.json", patch);
    let facts: Value = serde_json::from_str(&place.done("inspect two.json --json").out).unwrap();
    for key in ["one/out/sum", "two/out/sum"] {
        let cell = find(&facts["state"], "key", key);
        assert_eq!(cell["reads"], json!(["3", "none"]));
    }
    // What the commit makes is state, though all that it reads stands still.
    let phases = facts["schedule"].as_array().unwrap();
    let steps = phases
        .iter()
        .flat_map(|phase| phase["steps"].as_array().unwrap());
    let commit = steps.filter(|step| step["key"].as_str().unwrap().starts_with("stateCommit"));
    let varies: Vec<&Value> = commit.map(|step| &step["varies"]).collect();
    assert_eq!(varies, [&json!(["state"])]);
}

#[test]
fn lenses_that_keep_state_stand_among_the_others() {
    let place = Place::new();
    let lanes = concat!(env!("CARGO_MANIFEST_DIR"), "/patches/lanes.json");
    let tables = place.done(&format!("inspect {lanes} --section blocks")).out;
    let slew = "x <- swing.out via slewLinear(cell wire:slew.x#0/slew), mapRange(";
    assert!(tables.contains(slew), "{tables}");
    let graph = place.done(&format!("inspect {lanes} --graph dot")).out;
    assert!(graph.contains("x slewLinear mapRange"), "{graph}");
    // On its way to a bus.
    let patch = r#"{"size": [8, 8], "blocks": [
        {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
        {"id": "osc", "type": "Oscillator"},
        {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [4, 4]}}],
      "buses": [{"id": "level", "name": "level", "type": "number", "combineMode": "sum"}],
      "publishers": [{"from": "osc.out", "bus": "level", "lens": [
        {"type": "scale", "params": {"scale": 2}}, {"type": "slew", "params": {"rise": 9, "fall": 9}}, {"type": "scale", "params": {"scale": 3}}]}],
      "listeners": [{"bus": "level", "to": "dots.radius"}],
      "connections": [{"from": "time.phase", "to": "osc.phase"}]}"#;
    place.file("bus.json", patch);
    let tables = place.done("inspect bus.json --section buses").out;
    let at = |word: &str| {
        tables
            .find(word)
            .unwrap_or_else(|| panic!("no {word} in {tables}"))
    };
    assert!(
        at("via scale") < at("slewLinear(cell")
            && at("slewLinear(cell") < tables.rfind("scale(").unwrap()
    );
}

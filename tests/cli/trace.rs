//! `oscilla trace`: a file that Perfetto opens, and a summary.

use crate::Place;
use serde_json::{Value, json};

/// A static grid, a bus of two publishers (one through a lens) and a cell.
const PATCH: &str = r##"{
  "name": "traced", "size": [64, 48], "seed": 7,
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 2, "spacing": 16}},
    {"id": "a", "type": "Oscillator", "params": {"amplitude": 3}},
    {"id": "sum", "type": "Integrate"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "a.phase"},
    {"from": "a.out", "to": "sum.in"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"}
  ],
  "buses": [{"name": "size", "type": "number", "combine": "max"}],
  "publishers": [
    {"id": "first", "from": "time.energy", "bus": "size", "sortKey": 1},
    {"id": "second", "from": "a.out", "bus": "size", "sortKey": 2,
     "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}}]},
    {"id": "third", "from": "sum.out", "bus": "size", "sortKey": 3}
  ],
  "listeners": [{"id": "in", "bus": "size", "to": "dots.radius"}]
}"##;

fn place() -> Place {
    let place = Place::new();
    place.file("p.json", PATCH);
    place
}

fn events(args: &str) -> Vec<Value> {
    let place = place();
    place.done(&format!("trace p.json -o t.json --clock counter {args}"));
    let file: Value = serde_json::from_slice(&place.bytes("t.json")).unwrap();
    assert_eq!(file["otherData"]["patch"], "traced");
    assert_eq!(file["otherData"]["seed"], 7);
    file["traceEvents"].as_array().unwrap().clone()
}

fn named<'a>(events: &'a [Value], ph: &str, name: &str) -> Vec<&'a Value> {
    let is = |e: &&Value| e["ph"] == ph && e["name"] == name;
    events.iter().filter(is).collect()
}

#[test]
fn spans_nest_and_are_sorted() {
    let events = events("--frames 0-2 --warmup 0");
    let spans: Vec<&Value> = events.iter().filter(|e| e["ph"] == "X").collect();
    let at = |e: &Value| e["ts"].as_f64().unwrap();
    let end = |e: &Value| at(e) + e["dur"].as_f64().unwrap();
    assert!(events.windows(2).all(|w| at(&w[0]) <= at(&w[1])), "sorted");
    let mut open: Vec<f64> = Vec::new();
    for span in &spans {
        open.retain(|&e| e > at(span));
        assert!(
            open.iter().all(|&e| end(span) <= e),
            "{span} crosses another"
        );
        open.push(end(span));
        assert!(
            span["args"]["key"].is_string() && span["cat"].is_string(),
            "{span}"
        );
    }
    let frames = named(&events, "X", "frame");
    let numbers: Vec<&Value> = frames.iter().map(|f| &f["args"]["frame"]).collect();
    assert_eq!(numbers, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!(named(&events, "i", "frame").len(), 3);
    let node = named(&events, "X", "nodeEval a");
    assert_eq!((node.len(), &node[0]["args"]["block"]), (3, &json!("a")));
    assert!(
        events
            .iter()
            .any(|e| e["ph"] == "M" && e["name"] == "thread_name")
    );
}

#[test]
fn a_bus_says_what_each_publisher_gave_and_who_won() {
    let events = events("--frames 0 --warmup 0");
    let value = |name: &str| {
        let found = named(&events, "C", name);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found[0]["args"]["value"].as_f64().unwrap()
    };
    // In the first frame the oscillator is 0, and its publisher's lens makes 5 of it.
    assert_eq!(value("second busPublish before"), 0.0);
    assert_eq!(value("second lensStep"), 5.0);
    assert_eq!(value("second busPublish"), 5.0);
    assert_eq!(value("first busPublish"), 1.0);
    assert_eq!(value("bus:size busEval"), 5.0);
    let combines = named(&events, "i", "combine");
    let into: Vec<_> = combines
        .iter()
        .filter(|e| e["args"]["to"] == "bus:size")
        .collect();
    let from: Vec<&Value> = into.iter().map(|e| &e["args"]["from"]).collect();
    assert_eq!(from, ["first", "second", "third"], "in combine order");
    let wins: Vec<bool> = into.iter().map(|e| e["args"]["wins"] == true).collect();
    assert_eq!(wins, [false, true, false]);
    let writes = named(&events, "i", "stateWrite");
    let from = |e: &&&Value| e["args"]["from"].as_str().unwrap().starts_with("a.out ");
    assert_eq!(writes.iter().filter(from).count(), 1, "{writes:?}");
    assert_eq!(
        named(&events, "C", "state:sum/out/sum stateCommit").len(),
        1
    );
    let listen = named(&events, "i", "listen");
    assert!(
        listen.iter().any(|e| e["args"]["to"] == "dots.radius"),
        "{listen:?}"
    );
}

#[test]
fn a_static_column_is_computed_once() {
    let events = events("--frames 0-3 --warmup 0");
    let lookups = named(&events, "X", "cacheLookup dots.positions");
    let cache: Vec<&Value> = lookups.iter().map(|e| &e["args"]["cache"]).collect();
    assert_eq!(cache, ["miss first", "hit", "hit", "hit"]);
    let lookups = named(&events, "X", "cacheLookup dots.radius");
    let cache: Vec<&Value> = lookups.iter().map(|e| &e["args"]["cache"]).collect();
    assert_eq!(
        cache,
        ["miss first", "miss uniform", "miss uniform", "miss uniform"]
    );
    let made = named(&events, "C", "dots.positions materialize");
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["args"]["count"], 4.0);
    let groups = named(&events, "X", "materialize dots.positions");
    let bytes: Vec<&Value> = groups.iter().map(|e| &e["args"]["bytes"]).collect();
    // Two floats an element once; the radius is one number for all, four bytes a frame.
    assert_eq!(bytes[1..], [4, 4, 4]);
    assert!(bytes[0].as_u64().unwrap() >= 32 + 4);
}

#[test]
fn a_counter_makes_it_deterministic() {
    let place = place();
    for name in ["a.json", "b.json"] {
        place.done(&format!(
            "trace p.json -o {name} --clock counter --frames 0-5"
        ));
    }
    assert_eq!(place.bytes("a.json"), place.bytes("b.json"));
}

#[test]
fn warm_up_is_no_frame_of_the_plan() {
    let asked = events("--frames 1");
    let frames = named(&asked, "X", "frame");
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["args"]["frame"], 1);
    let leads = |e: &&Value| e["args"]["frame"] == "lead-in";
    assert_eq!(asked.iter().filter(leads).count(), 0);
    let run = place().done("trace p.json --summary --clock counter --frames 1");
    assert!(run.out.starts_with("1 frame, "), "{}", run.out);
    let events = events("--frames 1 --level timing --lead-in");
    let frames = named(&events, "X", "frame");
    let numbers: Vec<&Value> = frames.iter().map(|f| &f["args"]["frame"]).collect();
    // One loop of 12 steps by default, then frame 0, then the one asked for.
    assert_eq!(numbers.len(), 14);
    assert_eq!(numbers[13], 1);
    assert!(
        numbers[..13].iter().all(|n| **n == "lead-in"),
        "{numbers:?}"
    );
    assert!(
        events.iter().all(|e| e["ph"] != "C"),
        "timing has no values"
    );
}

/// Every byte of a full trace: what is recorded, in which order, and how it is written.
#[test]
fn the_file_is_the_recorded_one() {
    let place = place();
    place.done("trace p.json -o t.json --clock counter --frames 2");
    let file: Value = serde_json::from_slice(&place.bytes("t.json")).unwrap();
    let hash = file["otherData"]["program"].as_str().unwrap();
    // What the program is called changes with every change of the compiler; what it does, does not.
    let text = String::from_utf8(place.bytes("t.json")).unwrap();
    let text = text.replace(hash, "PROGRAM");
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/trace.golden.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &text).unwrap();
    }
    let recorded = std::fs::read_to_string(golden).unwrap();
    for (i, (made, recorded)) in text.lines().zip(recorded.lines()).enumerate() {
        assert_eq!(made, recorded, "line {}", i + 1);
    }
    assert!(text == recorded, "one of the two goes on");
}

#[test]
fn the_oldest_records_give_way() {
    let place = place();
    let run = place.done("trace p.json -o t.json --records 100 --frames 0-9");
    assert!(run.err.contains("gave way"), "{}", run.err);
    let file: Value = serde_json::from_slice(&place.bytes("t.json")).unwrap();
    assert!(file["otherData"]["droppedSpans"].as_u64().unwrap() > 0);
    let spans = file["traceEvents"].as_array().unwrap().iter();
    assert_eq!(spans.filter(|e| e["ph"] == "X").count(), 100);
}

#[test]
fn a_summary_names_the_hot_steps_and_blocks() {
    let place = place();
    let run = place.done("trace p.json --summary --clock counter --frames 0-3 --warmup 0");
    assert!(run.out.starts_with("4 frames, "), "{}", run.out);
    for word in [
        "nodeEval:a",
        "materialize:dots.positions",
        "share",
        "block",
        "computed: first",
    ] {
        assert!(run.out.contains(word), "no `{word}` in\n{}", run.out);
    }
    place.refused("trace p.json", 2, &["--out"]);
    place.refused("trace p.json -o nowhere/t.json", 5, &["nowhere"]);
    place.refused("trace p.json -o t.json --records 0", 2, &["1 to"]);
}

/// Three publishers, each through a lens, on a bus of numbers, of pulses or of elements.
fn combined(world: &str, mode: &str) -> Vec<Value> {
    let (ty, publishers, listener) = match world {
        "number" => (
            r#""type": "number""#,
            r#"{"id": "a", "from": "osc.out", "bus": "b", "sortKey": 1, "lens": [{"type": "scale", "params": {"scale": 3}}]},
               {"id": "b", "from": "time.energy", "bus": "b", "sortKey": 2, "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}}]},
               {"id": "c", "from": "four.out", "bus": "b", "sortKey": 3, "lens": [{"type": "scale", "params": {"scale": 0.5}}]}"#,
            r#"{"bus": "b", "to": "dots.rotation"}"#,
        ),
        "event" => (
            r#""type": "event<trigger>""#,
            r#"{"id": "a", "from": "beat.tick", "bus": "b", "sortKey": 1},
               {"id": "b", "from": "never.tick", "bus": "b", "sortKey": 2},
               {"id": "c", "from": "other.tick", "bus": "b", "sortKey": 3}"#,
            r#"{"bus": "b", "to": "count.trigger"}"#,
        ),
        _ => (
            r#""type": "field<number>""#,
            r#"{"id": "a", "from": "index.index", "bus": "b", "sortKey": 1, "lens": [{"type": "scale", "params": {"scale": 3}}]},
               {"id": "b", "from": "time.energy", "bus": "b", "sortKey": 2, "lens": [{"type": "scale", "params": {"scale": 2, "offset": 5}}]},
               {"id": "c", "from": "again.index", "bus": "b", "sortKey": 3}"#,
            r#"{"bus": "b", "to": "dots.rotation"}"#,
        ),
    };
    let patch = format!(
        r#"{{"blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
            {{"id": "grid", "type": "DomainN", "params": {{"n": 300}}}},
            {{"id": "index", "type": "FieldIndex"}},
            {{"id": "again", "type": "FieldIndex"}},
            {{"id": "osc", "type": "Oscillator", "params": {{"bias": 10}}}},
            {{"id": "four", "type": "Oscillator", "params": {{"amplitude": 0, "bias": 4}}}},
            {{"id": "beat", "type": "PulseDivider", "params": {{"divisions": 4}}}},
            {{"id": "other", "type": "PulseDivider", "params": {{"divisions": 2}}}},
            {{"id": "never", "type": "PulseDivider", "params": {{"divisions": 1}}}},
            {{"id": "count", "type": "Counter"}},
            {{"id": "dots", "type": "RenderInstances2D", "params": {{"positions": [1, 1]}}}}],
          "connections": [
            {{"from": "grid.domain", "to": "dots.domain"}},
            {{"from": "count.count", "to": "dots.radius"}},
            {{"from": "grid.domain", "to": "again.domain"}},
            {{"from": "grid.domain", "to": "index.domain"}}],
          "buses": [{{"name": "b", "combine": "{mode}", {ty}}}],
          "publishers": [{publishers}],
          "listeners": [{listener}]}}"#
    );
    let place = Place::new();
    place.file("p.json", patch);
    place.done("trace p.json -o t.json --clock counter --sampling time --fps 4 --frames 1 --quiet");
    let file: Value = serde_json::from_slice(&place.bytes("t.json")).unwrap();
    let events = file["traceEvents"].as_array().unwrap();
    let into = |e: &&Value| e["name"] == "combine" && e["args"]["to"] == "bus:b";
    let edges = events.iter().filter(into);
    edges.map(|edge| edge["args"].clone()).collect()
}

#[test]
fn every_combine_mode_says_what_each_term_was_and_what_came_of_it() {
    // In the frame at 250 ms the oscillator is at its crest, 11.
    for (mode, result, winner) in [
        ("last", 2.0, Some(2)),
        ("sum", 42.0, None),
        ("average", 14.0, None),
        ("max", 33.0, Some(0)),
        ("min", 2.0, Some(2)),
    ] {
        let edges = combined("number", mode);
        assert_eq!(edges.len(), 3, "{mode}: {edges:#?}");
        for (order, (edge, (from, before, after))) in edges
            .iter()
            .zip([("a", 11.0, 33.0), ("b", 1.0, 7.0), ("c", 4.0, 2.0)])
            .enumerate()
        {
            assert_eq!(
                (&edge["from"], &edge["order"]),
                (&json!(from), &json!(order))
            );
            assert_eq!(
                (&edge["before"], &edge["after"]),
                (&json!(before), &json!(after))
            );
            assert_eq!(
                (&edge["result"], &edge["mode"]),
                (&json!(result), &json!(mode))
            );
            assert_eq!(edge["wins"] == true, winner == Some(order), "{mode} {from}");
        }
    }
}

#[test]
fn pulses_and_fields_that_meet_are_summed_up() {
    let none = json!({"count": 0, "tMs": 0.0, "value": 0.0});
    for (mode, count, winner) in [
        ("last", 0, Some(2)),
        ("sum", 1, None),
        ("max", 1, Some(0)),
        ("min", 0, Some(1)),
    ] {
        let edges = combined("event", mode);
        let wins: Vec<bool> = edges.iter().map(|e| e["wins"] == true).collect();
        let wanted: Vec<bool> = (0..3).map(|k| winner == Some(k)).collect();
        assert_eq!(wins, wanted, "{mode}: {edges:#?}");
        assert_eq!(edges[0]["after"]["count"], 1);
        assert_eq!(edges[1]["before"], none);
        assert_eq!(edges[2]["result"]["count"], count, "{mode}");
    }
    for (mode, last) in [
        ("last", 255.0),
        ("sum", 1027.0),
        ("max", 765.0),
        ("min", 7.0),
    ] {
        let edges = combined("field", mode);
        assert_eq!(edges.len(), 3, "{mode}: {edges:#?}");
        let field = |first: f64, max: f64| json!({"count": 300, "seen": 256, "first": first, "min": first, "max": max, "nan": 0});
        assert_eq!(edges[0]["before"], field(0.0, 255.0));
        assert_eq!(edges[0]["after"], field(0.0, 765.0));
        // One number for every element is that number.
        assert_eq!(
            (&edges[1]["before"], &edges[1]["after"]),
            (&json!(1.0), &json!(7.0))
        );
        assert_eq!(edges[2]["result"]["max"], last, "{mode}");
        assert_eq!(edges[2]["result"]["count"], 300);
    }
}

//! `oscilla probe`: the numbers behind the pictures.

use crate::Place;
use serde_json::{Value, json};

fn lines_of(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_tree_is_one_object_a_frame() {
    let place = Place::with_loop();
    let run = place.done("probe loop.json --at tree --format jsonl --frames 0,9");
    let frames = lines_of(&run.out);
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (&frames[1]["frame"], &frames[1]["tMs"]),
        (&json!(9), &json!(150))
    );
    let pass = &frames[0]["passes"][0];
    assert_eq!(pass["kind"], "instances2d");
    assert_eq!((&pass["sink"], &pass["count"]), (&json!("dots"), &json!(9)));
    assert_eq!(pass["x"], json!([16, 32, 48, 16, 32, 48, 16, 32, 48]));
    assert_eq!(
        (&pass["size"], &pass["rgba"]),
        (&json!(4), &json!([255, 204, 0, 255]))
    );
    assert_eq!(frames[1]["passes"][0]["size"], 2);
    assert!(pass.get("rotation").is_none() && pass.get("strokeWidth").is_none());
}

#[test]
fn signals_over_time() {
    let place = Place::with_loop();
    let run =
        place.done("probe loop.json --at osc.out --at time:phase01 --format csv --frames 0-9:3");
    assert_eq!(
        run.out,
        "frame,tMs,osc.out,time:phase01\n0,0,4,0\n3,50,6,0.25\n6,100,4,0.5\n9,150,2,0.75\n"
    );
    let run = place.done("probe loop.json --at osc.out --format jsonl --frames 3");
    assert_eq!(
        lines_of(&run.out),
        [json!({"frame": 3, "tMs": 50, "osc.out": 6})]
    );
    let run = place.done("probe loop.json --at osc.out --frames 0");
    assert!(
        run.out.starts_with("     frame         tMs     osc.out\n"),
        "{}",
        run.out
    );
}

#[test]
fn columns_over_elements() {
    let place = Place::with_loop();
    let run = place.done("probe loop.json --at request:dots.positions --format csv --frames 0");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 10, "{}", run.out);
    assert_eq!(
        lines[0],
        "frame,tMs,element,request:dots.positions.x,request:dots.positions.y"
    );
    assert_eq!(lines[5], "0,0,4,32,24");
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let place = Place::with_loop();
    place.refused("probe loop.json --at osc.nothing", 2, &["osc.nothing"]);
    for (target, near) in [
        ("osc.outt", "`out`"),
        ("ocs.out", "`osc`"),
        ("bus:enrgy", "`energy`"),
        ("buss:energy", "`bus:energy`"),
        ("rial:phaseA", "`rail:phaseA`"),
        ("rail:phasA", "`phaseA`"),
        ("rail:phaseA.latchd", "`latched`"),
        ("time:phas01", "`phase01`"),
        ("tiem:phase01", "`time:phase01`"),
        ("trea", "`tree`"),
        ("request:dots.position", "`dots.positions`"),
    ] {
        let args = format!("probe loop.json --at {target}");
        place.refused(&args, 2, &["did you mean", near]);
    }
    place.refused("probe loop.json --at tree --format csv", 2, &["jsonl"]);
    place.refused("probe loop.json --at tree,osc.out", 2, &["alone"]);
    place.refused(
        "probe loop.json --at osc.out --frames 12",
        2,
        &["frame-beyond-plan", "11"],
    );
    place.refused("probe loop.json", 2, &["--at"]);
}

#[test]
fn channels_and_ports_of_composites_have_names_too() {
    let place = Place::new();
    place.file(
        "p.json",
        r#"{"blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
            {"id": "many", "type": "DomainN", "params": {"n": 3}},
            {"id": "rnd", "type": "composite:PerElementRandom"},
            {"id": "dots", "type": "RenderInstances2D"}],
          "connections": [
            {"from": "many.domain", "to": "rnd.domain"},
            {"from": "many.domain", "to": "dots.domain"},
            {"from": "rnd.random", "to": "dots.opacity"}],
          "listeners": [{"external": "midi.cc1", "to": "dots.radius", "type": "number", "default": 3}]}"#,
    );
    place.file(
        "in.json",
        r#"{"channels": {"midi.cc1": {"samples": [[0, 7], [100, 9]]}}}"#,
    );
    let args = "--inputs in.json --format csv --frames 0,6,11";
    // What is named twice is printed once.
    let run = place.done(&format!(
        "probe p.json --at external:midi.cc1,external:midi.cc1 {args}"
    ));
    assert_eq!(
        run.out,
        "frame,tMs,external:midi.cc1\n0,0,7\n6,100,9\n11,183.33333333333334,9\n"
    );
    for (target, near) in [
        ("external:midi.cc", "`midi.cc1`"),
        ("extrnal:midi.cc1", "`external:midi.cc1`"),
        ("rnd.randm", "`random`"),
        ("rmd.random", "`rnd`"),
    ] {
        let args = format!("probe p.json --at {target} --quiet");
        place.refused(&args, 2, &["did you mean", near]);
    }
}

#[test]
fn ports_of_old_groups_have_the_names_that_wires_give_them() {
    let place = Place::new();
    place.file(
        "p.json",
        r#"{"blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
            {"id": "k", "type": "composite:h"},
            {"id": "dots", "type": "RenderInstances2D"}],
          "composites": [
            {"id": "g", "name": "G", "blocks": [
                {"id": "a", "type": "AddSignal", "params": {"a": 4, "b": 1}},
                {"id": "m", "type": "MulSignal", "params": {"b": 2}}],
             "connections": [{"from": "a.out", "to": "m.a"}]},
            {"id": "h", "blocks": [{"id": "g", "type": "composite:g"}, {"id": "n", "type": "AddSignal"}],
             "connections": [{"from": "g.m.out", "to": "n.a"}]}],
          "connections": [{"from": "k.n.out", "to": "dots.radius"}]}"#,
    );
    let run = place.done("probe p.json --at k.n.out,k.g.a.out,k.g.m.b --format csv --frames 0");
    assert_eq!(run.out, "frame,tMs,k.n.out,k.g.a.out,k.g.m.b\n0,0,10,5,2\n");
    let run = place.done("inspect p.json --explain k.n.out --time 0ms");
    assert!(run.out.contains("10"), "{}", run.out);
    for (target, near) in [("k.n.ot", "`out`"), ("k.m.out", "`k.n`")] {
        let args = format!("probe p.json --at {target} --quiet");
        place.refused(&args, 2, &["did you mean", near]);
    }
}

#[test]
fn any_field_has_values_also_where_nothing_draws_it() {
    let place = Place::new();
    // A sink over nine elements reads a field over four; another field nobody reads.
    let patch = r#"{"blocks": [
        {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
        {"id": "nine", "type": "DomainN", "params": {"n": 9}},
        {"id": "four", "type": "DomainN", "params": {"n": 4}},
        {"id": "at", "type": "PositionMapGrid"},
        {"id": "size", "type": "FieldFromExpression", "params": {"expression": "i + 1 + signal"}},
        {"id": "own", "type": "FieldMapNumber", "params": {"fn": "abs"}},
        {"id": "dots", "type": "RenderInstances2D"}],
      "connections": [
        {"from": "nine.domain", "to": "at.domain"},
        {"from": "four.domain", "to": "size.domain"},
        {"from": "time.phase", "to": "size.signal"},
        {"from": "size.field", "to": "own.x"},
        {"from": "nine.domain", "to": "dots.domain"},
        {"from": "at.pos", "to": "dots.positions"},
        {"from": "size.field", "to": "dots.radius"}]}"#;
    place.file("p.json", patch);
    let run = place.done("probe p.json --at dots.radius,own.y --format jsonl --frames 6");
    let frame = &lines_of(&run.out)[0];
    assert_eq!(frame["dots.radius"], json!([1.5, 2.5, 3.5, 4.5]), "{frame}");
    assert_eq!(frame["own.y"], json!([1.5, 2.5, 3.5, 4.5]));
    let run = place.done("probe p.json --at own.y,time:phase01 --stats --format csv --frames 6");
    assert_eq!(
        run.out,
        "frame,tMs,target,count,min,max,mean,nan\n\
         6,100,own.y,4,1.5,4.5,3,0\n6,100,time:phase01,1,0.5,0.5,0.5,0\n"
    );
    let run = place.done("probe p.json --at own.y --stats --format jsonl --frames 6");
    assert_eq!(
        lines_of(&run.out)[0]["own.y"],
        json!({"count": 4, "min": 1.5, "max": 4.5, "mean": 3, "nan": 0})
    );
}

#[cfg(unix)]
#[test]
fn a_signal_stops_a_probe_without_memory() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};
    let place = Place::with_loop();
    let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args("probe loop.json --at osc.out --loops 800000".split(' '))
        .current_dir(place.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    // It runs, so it listens.
    out.read_exact(&mut [0; 1000]).unwrap();
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(sent.unwrap().success());
    // Ten million lines would be three times as long.
    let mut rest = Vec::new();
    out.take(100 << 20).read_to_end(&mut rest).unwrap();
    assert!(rest.len() < 100 << 20, "it runs on");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn what_draws_nothing_has_its_memory_too() {
    let place = Place::new();
    place.file(
        "aside.json",
        r#"{"blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
            {"id": "beat", "type": "PulseDivider", "params": {"divisions": 4}},
            {"id": "count", "type": "Counter"},
            {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1}}],
          "connections": [{"from": "beat.tick", "to": "count.trigger"}]}"#,
    );
    let args = "probe aside.json --at count.count,time.wrap --format csv --fps 4 --sampling time --loops 2 --quiet";
    let out = place.done(args).out;
    let rows: Vec<Vec<&str>> = out
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    let column = |i: usize| -> Vec<f64> { rows.iter().map(|r| r[i].parse().unwrap()).collect() };
    assert_eq!(column(2), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(column(3), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    // One frame alone is that frame of the whole.
    let sixth = place.done(&format!("{args} --frames 6")).out;
    assert_eq!(sixth.lines().nth(1), out.lines().nth(7));
}

#[test]
fn an_event_that_nobody_connected_has_no_pulses() {
    let place = Place::new();
    place.file("chase.json", include_bytes!("../../patches/chase.json"));
    let args = "probe chase.json --at count.reset --frames 0-1 --quiet";
    let out = place.done(&format!("{args} --format csv")).out;
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "frame,tMs,count.reset.pulses");
    assert!(
        lines[1].ends_with(",0") && lines[2].ends_with(",0"),
        "{out}"
    );
    let jsonl = place.done(&format!("{args} --format jsonl")).out;
    let none = json!({"count": 0, "pulses": []});
    assert!(
        lines_of(&jsonl)
            .iter()
            .all(|frame| frame["count.reset"] == none),
        "{jsonl}"
    );
    let out = place
        .done("inspect chase.json --explain count.reset --frames 0")
        .out;
    assert!(
        out.contains("input count.reset  (Counter) = 0 pulses"),
        "{out}"
    );
}

#[test]
fn numbers_beyond_counting_have_an_exponent() {
    let place = Place::new();
    place.file(
        "huge.json",
        r#"{"blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
            {"id": "huge", "type": "ConstNumber", "params": {"value": -1.5e300}},
            {"id": "small", "type": "ConstNumber", "params": {"value": 2.5e-9}},
            {"id": "d", "type": "AddSignal"},
            {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1}}],
          "connections": [
            {"from": "huge.out", "to": "d.a"},
            {"from": "small.out", "to": "d.b"},
            {"from": "d.out", "to": "dots.rotation"}]}"#,
    );
    let args = "probe huge.json --at huge.out,small.out --frames 0 --quiet";
    let csv = place.done(&format!("{args} --format csv")).out;
    assert_eq!(csv.lines().nth(1), Some("0,0,-1.5e300,2.5e-9"));
    let table = place.done(args).out;
    assert!(table.contains("-1.5e300"), "{table}");
    let stats = place.done(&format!("{args} --stats")).out;
    assert!(stats.lines().all(|line| line.len() < 120), "{stats}");
    let out = place.done("inspect huge.json --explain d.a").out;
    assert!(out.contains("-1.5e300\n"), "{out}");
}

/// What `d.signal` is in three frames, and in the last of them alone.
#[track_caller]
fn unread(rails: &str, blocks: &str, rest: &str, wanted: [f64; 3]) {
    let place = Place::new();
    let patch = format!(
        r#"{{"blocks": [
            {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
            {{"id": "d", "type": "DebugDisplay"}}{blocks},
            {{"id": "zz", "type": "RenderInstances2D", "params": {{"domain": 1}}}}],
          "buses": [{{"name": "e2", "type": "number", "default": 7}}],
          "rails": {{{rails}}}{rest}}}"#
    );
    place.file("unread.json", &patch);
    let args = "probe unread.json --at d.signal --format csv --sampling time --fps 10 --quiet";
    let values = |flags: &str| -> Vec<f64> {
        let out = place.done(&format!("{args} --frames {flags}")).out;
        let last = |line: &str| line.rsplit(',').next().unwrap().parse().unwrap();
        out.lines().skip(1).map(last).collect()
    };
    let found = values("0-2");
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let same = found.len() == 3 && found.iter().zip(wanted).all(|(a, b)| near(*a, b));
    assert!(same, "{found:?} is not {wanted:?}");
    assert_eq!(values("2"), found[2..], "one frame alone");
    let explained =
        "inspect unread.json --explain d.signal --sampling time --fps 10 --frames 2 --json";
    let object: Value = serde_json::from_str(&place.done(explained).out).unwrap();
    let value = object["value"].as_f64();
    assert!(value.is_some_and(|v| near(v, wanted[2])), "{object}");
}

const ON_E2: &str = r#", "publishers": [{"from": "c.out", "bus": "e2"}]"#;
const FOUR: &str = r#", {"id": "c", "type": "ConstNumber", "params": {"value": 4}}"#;

/// Energy of the cycle of 2 s at the frame before the first, at the first and at the second.
const ENERGY: [f64; 3] = [0.345491502812526, 0.5, 0.654508497187474];

#[test]
fn a_rail_that_nothing_drawn_reads_is_latched_all_the_same() {
    let listens = r#", "listeners": [{"rail": "energy", "to": "d.signal"}]"#;
    let [before, first, second] = ENERGY;
    let patched = r#""energy": {"bus": "e2"}"#;
    let rest = format!("{ON_E2}{listens}");
    unread(patched, FOUR, &rest, [before, 4.0, 4.0]);
    // Nobody publishes: the default of the bus.
    unread(patched, "", listens, [before, 7.0, 7.0]);
    let mixed = r#""energy": {"bus": "e2", "drive": "mixed", "combine": "average"}"#;
    let means = [before, (first + 4.0) / 2.0, (second + 4.0) / 2.0];
    unread(mixed, FOUR, &rest, means);
    let driven = r#""energy": {"min": {"from": "c.out", "base": 0}}"#;
    let up = |energy: f64| 4.0 - 3.0 * energy;
    unread(driven, FOUR, listens, [before, first, up(second)]);
    let adds = format!(r#"{FOUR}, {{"id": "add", "type": "AddSignal", "params": {{"b": 1}}}}"#);
    let rest = format!(
        r#"{ON_E2}, "listeners": [{{"rail": "energy", "to": "add.a"}}],
           "connections": [{{"from": "add.out", "to": "d.signal"}}]"#
    );
    unread(patched, &adds, &rest, [before + 1.0, 5.0, 5.0]);
    let rest = format!(
        r#"{ON_E2}, "connections": [{{"from": "c.out", "to": "d.signal",
           "lens": [{{"type": "scale", "params": {{"scale": {{"rail": "energy"}}}}}}]}}]"#
    );
    unread(patched, FOUR, &rest, [before * 4.0, 16.0, 16.0]);
}

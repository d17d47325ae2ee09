//! `--inputs`: recordings drive external channels, and say what does not fit.

use crate::{Place, picture};
use serde_json::Value;
use std::path::PathBuf;

/// A number, a trigger (whose count turns the square), a colour and a position from outside, for
/// 400 ms.
const DRIVEN: &str = r##"{
  "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "FiniteTimeRoot", "params": {"durationMs": 400}},
    {"id": "hits", "type": "Counter"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "shape": "square"}}
  ],
  "connections": [{"from": "hits.count", "to": "dots.rotation"}],
  "listeners": [
    {"external": "midi.cc1", "to": "dots.radius", "type": "number", "default": 7},
    {"external": "pad", "to": "hits.trigger", "type": "trigger"},
    {"external": "lamp", "to": "dots.color", "type": "color", "default": "#ff0000"},
    {"external": "at", "to": "dots.positions", "type": "vec2", "default": [5, 6]}
  ]
}"##;

const RECORDED: &str = r##"{"channels": {
  "midi.cc1": {"hold": "linear", "samples": [[100, 2], [300, 10]]},
  "pad": {"samples": [[100], [110], [250, 0.5]]},
  "lamp": {"samples": [[200, "#00ff00"]]},
  "at": {"samples": [[0, [10, 20]], [150, [30, 40]]]}
}}"##;

fn driven() -> Place {
    let place = Place::new();
    place.file("driven.json", DRIVEN);
    place.file("take.json", RECORDED);
    place
}

/// A file of the repository.
fn shipped(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn values_hold_or_run_as_the_recording_says() {
    let place = driven();
    let args = "probe driven.json --at tree --fps 10 --inputs take.json";
    let frames: Vec<Value> = place
        .done(args)
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let pass = |i: usize| frames[i]["passes"][0].clone();
    let numbers =
        |key: &str| -> Vec<f64> { (0..4).map(|i| pass(i)[key].as_f64().expect(key)).collect() };
    // Before the first sample the default, between them a line.
    assert_eq!(numbers("size"), [7.0, 2.0, 6.0, 10.0]);
    assert_eq!(numbers("x"), [10.0, 10.0, 30.0, 30.0]);
    assert_eq!(pass(1)["rgba"], serde_json::json!([255, 0, 0, 255]));
    assert_eq!(pass(2)["rgba"], serde_json::json!([0, 255, 0, 255]));
}

#[test]
fn pulses_fall_into_the_frame_after_the_one_before_them() {
    let place = driven();
    let run =
        place.done("probe driven.json --at hits.count --fps 10 --format csv --inputs take.json");
    assert_eq!(
        run.out, "frame,tMs,hits.count\n0,0,0\n1,100,1\n2,200,2\n3,300,3\n",
        "{}",
        run.err
    );
}

#[test]
fn a_table_drives_as_well() {
    let place = driven();
    place.file(
        "take.csv",
        "tMs,midi.cc1,pad,lamp,at\r\n0,,,,10 20\r\n100,2,1,,\r\n110,,1,,\r\n150,,,,30 40\r\n\
         200,,,#00ff00,\r\n250,,0.5,,\r\n300,10,,,\r\n",
    );
    let tree = |flags: &str| {
        place
            .done(&format!("probe driven.json --at tree --fps 10 {flags}"))
            .out
    };
    let (json, csv) = (tree("--inputs take.json"), tree("--inputs take.csv"));
    // A table holds its values, so only the frame between two samples differs.
    let differing: Vec<usize> = (json.lines().zip(csv.lines()).enumerate())
        .filter(|(_, (a, b))| a != b)
        .map(|(i, _)| i)
        .collect();
    assert_eq!(differing, [2]);
    assert!(
        csv.lines()
            .nth(2)
            .is_some_and(|line| line.contains("\"size\":2,"))
    );
}

#[test]
fn a_recorded_phase_is_wrapped_after_it_was_interpolated() {
    let place = Place::new();
    place.file(
        "turn.json",
        r#"{"blocks": [{"id": "time", "type": "FiniteTimeRoot", "params": {"durationMs": 400}},
            {"id": "sum", "type": "AddSignal"}, {"id": "on", "type": "AddSignal"},
            {"id": "dots", "type": "RenderInstances2D"}],
          "listeners": [{"external": "turn", "to": "sum.a", "type": "phase", "default": 1.25},
                        {"external": "lit", "to": "on.a", "type": "boolean"}]}"#,
    );
    place.file(
        "take.json",
        r#"{"channels": {"turn": {"hold": "linear", "samples": [[100, 0.75], [300, 1.25], [400, -0.25]]},
                         "lit": {"samples": [[100, 0.7], [200, 0.5]]}}}"#,
    );
    let seen = |target: &str| {
        let args = format!("probe turn.json --at {target} --fps 10 --frames 0-4 --format csv");
        let run = place.done(&format!("{args} --include-end --inputs take.json"));
        let value = |line: &str| line.rsplit(',').next().and_then(|v| v.parse().ok());
        run.out
            .lines()
            .skip(1)
            .filter_map(value)
            .collect::<Vec<f64>>()
    };
    // Default, recorded, between, recorded above 1, recorded below 0.
    assert_eq!(seen("sum.out"), [0.25, 0.75, 0.0, 0.25, 0.75]);
    assert_eq!(seen("on.out"), [0.0, 1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn what_the_recording_lacks_is_said_before_the_first_frame() {
    let place = driven();
    place.file(
        "part.json",
        r#"{"take": 3, "channels": {"midi.cc2": {"samples": [[0, 1]]}, "at": {"samples": [[0, 1]]}}}"#,
    );
    let words = [
        "warning[missing-channel]: the recording has no channel `midi.cc1`",
        "driven.json:10:5, block `dots`, port `radius`",
        "did you mean `midi.cc2`?",
        "warning[channel-shape]: channel `at` has 1 number at 0 ms, but the patch reads a vec2",
        "warning[unknown-channel]: the patch reads no channel `midi.cc2`",
        "warning[unknown-field]: `take` means nothing",
    ];
    for command in ["check", "render --out out --overwrite", "probe --at tree"] {
        let run = place.done(&format!("{command} driven.json --inputs part.json"));
        for word in words {
            assert!(
                run.err.contains(word),
                "{command} does not say `{word}`:\n{}",
                run.err
            );
        }
        let strict = format!("{command} driven.json --inputs part.json --strict");
        place.refused(
            &strict,
            3,
            &["error[missing-channel]", "error[channel-shape]"],
        );
    }
    assert!(
        place
            .run("render driven.json --out out --overwrite --inputs part.json")
            .err
            .contains("recorded values of another shape")
    );
    let none = place.done("probe driven.json --at dots.color --frames 0");
    assert!(
        none.err
            .contains("nothing is recorded for `at`, `lamp`, `midi.cc1`, `pad`")
    );
    assert!(
        none.err
            .contains("driven.json:13:5, block `dots`, port `positions`")
    );
    place.refused(
        "check driven.json --strict",
        3,
        &["--inputs recording.json"],
    );
}

#[test]
fn what_is_no_recording_has_its_place() {
    let place = driven();
    place.file("bad.csv", "tMs,midi.cc1\n0,1\nsoon,2\n");
    place.file(
        "bad.json",
        "{\"channels\": {\"midi.cc1\": {\"samples\": [\n[0, 1],\n[\"x\", 2]]}}}",
    );
    place.file("text.csv", b"tMs,\xff\n");
    place.refused(
        "render driven.json --out out --inputs bad.csv",
        3,
        &["error[bad-recording]", "bad.csv:3:1", "`soon` is no time"],
    );
    place.refused(
        "check driven.json --inputs bad.json",
        3,
        &["bad-recording", "bad.json:3:"],
    );
    place.refused(
        "probe driven.json --at tree --inputs text.csv",
        3,
        &["no UTF-8"],
    );
    place.refused(
        "probe driven.json --at tree --inputs none.csv",
        5,
        &["none.csv"],
    );
    assert!(!place.path("out").exists(), "nothing is begun");
}

#[test]
fn what_is_no_value_is_told_and_the_default_used() {
    let place = driven();
    place.file(
        "odd.json",
        r#"{"channels": {"note": {"samples": [[0, "C4"]]}, "lamp": {"samples": [[0, [0, 1, 0]]]},
            "midi.cc1": {"samples": [[0, 9], [40, null], [60, "loud"], [80, 7]]}}}"#,
    );
    let run = place.done("check driven.json --inputs odd.json");
    for words in [
        "channel `midi.cc1` has no value at 40 ms, but the patch reads a number",
        "there and in 1 other sample",
        "the patch reads no channel `note`",
    ] {
        assert!(run.err.contains(words), "{}", run.err);
    }
    // A colour without alpha is one.
    assert!(!run.err.contains("`lamp`"), "{}", run.err);
    let run = place.done("render driven.json --inputs odd.json --out out");
    assert!(run.err.contains("were replaced by defaults"), "{}", run.err);
}

#[test]
fn numbers_that_are_not_finite_are_passed_on() {
    let place = driven();
    place.file("odd.csv", "tMs,midi.cc1\n0,NaN\n");
    let run = place.done("probe driven.json --at tree --frames 0 --quiet --inputs odd.csv");
    assert!(run.out.contains("\"count\":0"), "{}", run.out);
}

#[test]
fn any_number_of_threads_and_parts_gives_the_same_bytes() {
    let place = driven();
    let render = |out: &str, flags: &str| {
        place.done(&format!(
            "render driven.json --out {out} --inputs take.json {flags}"
        ));
    };
    render("one", "--jobs 1");
    render("four", "--jobs 4");
    render("part", "--frames 10-23");
    let frames = |folder: &str| -> Vec<String> {
        let png = |name: &String| name.ends_with(".png");
        place.names(folder).into_iter().filter(png).collect()
    };
    assert_eq!(frames("one").len(), 24);
    for name in frames("one") {
        let bytes = place.bytes(&format!("one/{name}"));
        assert_eq!(bytes, place.bytes(&format!("four/{name}")), "{name}");
        if frames("part").contains(&name) {
            assert_eq!(bytes, place.bytes(&format!("part/{name}")), "{name}");
        }
    }
    // A still is the frame of its time.
    render("still.png", "--time 200ms");
    assert_eq!(
        picture(&place.path("still.png")),
        picture(&place.path("one/frame_00012.png"))
    );
}

#[test]
fn the_recording_is_part_of_what_an_export_says() {
    let place = driven();
    place.done("render driven.json --out out --inputs take.json --frames 0");
    let manifest = place
        .names("out")
        .into_iter()
        .find(|name| name.ends_with(".json"));
    let manifest = manifest.expect("a manifest");
    let manifest: Value = serde_json::from_slice(&place.bytes(&format!("out/{manifest}"))).unwrap();
    let hash = format!("b3:{}", blake3::hash(RECORDED.as_bytes()).to_hex());
    assert_eq!(manifest["inputs"], *hash);
    let file = place.bytes("out/frame_00000.png");
    let text = String::from_utf8_lossy(&file);
    assert!(text.contains("oscilla:inputs") && text.contains(&hash));
}

#[test]
fn the_shipped_recordings_play_the_shipped_patch() {
    let place = Place::new();
    let patch = shipped("patches/mixer.json");
    for kind in ["json", "csv"] {
        let recording = shipped(&format!("patches/recordings/mixer.{kind}"));
        let run = place.done(&format!(
            "render {patch} --out {kind} --frames 0,35,60 --strict --inputs {recording}"
        ));
        assert!(!run.err.contains("warning"), "{}", run.err);
    }
    let lit = |name: &str| {
        let picture = picture(&place.path(name));
        picture.pixels().filter(|p| p.0[0] > 200).count()
    };
    // The lamp is blue at first and pink after 900 ms.
    assert_eq!(lit("json/frame_00000.png"), 0);
    assert!(lit("json/frame_00060.png") > 2000);
    let size = |kind: &str| {
        let recording = shipped(&format!("patches/recordings/mixer.{kind}"));
        let probe = format!("probe {patch} --at circle.radius --format csv --frames 0-60:30");
        place.done(&format!("{probe} --inputs {recording}")).out
    };
    assert!(
        size("json").ends_with("0,0,60\n30,500,100\n60,1000,140\n"),
        "{}",
        size("json")
    );
    assert!(
        size("csv").ends_with("0,0,60\n30,500,100\n60,1000,140\n"),
        "{}",
        size("csv")
    );
}

#[test]
fn a_checkpoint_knows_its_recording() {
    let place = driven();
    place.file("other.json", RECORDED.replace("[110],", ""));
    place.done("checkpoint driven.json --fps 10 --every 2 --inputs take.json --out saved -q");
    let render = "render driven.json --fps 10 --frames 2- --from saved";
    place.done(&format!("{render} --inputs take.json --out a -q"));
    place.done("render driven.json --fps 10 --frames 2- --inputs take.json --out b -q");
    assert_eq!(
        place.bytes("a/frame_00003.png"),
        place.bytes("b/frame_00003.png")
    );
    for other in ["--inputs other.json", "-q"] {
        let args = format!("{render} {other} --out c");
        place.refused(&args, 3, &["bad-checkpoint", "other inputs"]);
    }
}

#[test]
fn the_summary_says_which_channel_does_not_fit() {
    let place = driven();
    place.file(
        "odd.json",
        RECORDED.replace("[10, 20]", "3").replace("[30, 40]", "4"),
    );
    let run = place.done("render driven.json --fps 10 --out out --inputs odd.json");
    assert!(
        run.err
            .contains("warning: 4 recorded values of another shape"),
        "{}",
        run.err
    );
    assert!(
        run.err
            .contains("first in frame 0: channel `at` is recorded in another shape"),
        "{}",
        run.err
    );
    assert!(!run.err.contains("pulses"), "{}", run.err);
}

#[test]
fn every_fault_of_a_recording_says_what_one_looks_like() {
    let place = driven();
    for (name, text) in [
        ("a.json", "{\"channels\": {\"a\": "),
        ("b.json", "{\"channels\": []}"),
        ("c.csv", "tMs,a\n0,1,2\n"),
    ] {
        place.file(name, text);
        place.refused(
            &format!("check driven.json --inputs {name}"),
            3,
            &["bad-recording", "hint: a recording"],
        );
    }
}

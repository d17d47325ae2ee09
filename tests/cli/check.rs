//! `oscilla check`: everything at once, for people and for machines.

use crate::{LOOP, Place};
use serde_json::Value;

#[test]
fn a_good_patch_is_ok_and_closes() {
    let place = Place::with_loop();
    let run = place.done("check loop.json");
    assert!(run.err.contains("12 frames"), "{}", run.err);
    assert!(run.err.contains("loop exact"), "{}", run.err);
    assert_eq!(run.out, "");
    assert_eq!(place.done("check loop.json --json").out, "[]\n");
}

#[test]
fn every_mistake_is_shown_with_its_place() {
    let place = Place::new();
    let broken = LOOP
        .replace("\"Oscillator\"", "\"Oscilator\"")
        .replace("\"dots.radius\"", "\"dots.rdius\"");
    place.file("broken.json", &broken);
    let run = place.refused(
        "check broken.json",
        3,
        &[
            "unknown-block-type",
            "unknown-port",
            "broken.json:9:",
            "did you mean `Oscillator`?",
        ],
    );
    assert_eq!(run.out, "");
    place.refused(
        "render broken.json --out f",
        3,
        &["unknown-block-type", "unknown-port"],
    );
    assert_eq!(place.names("."), ["broken.json"]);
}

#[test]
fn json_lists_the_findings_of_all_files() {
    let place = Place::with_loop();
    place.file("bad.json", "{\"blocks\": [");
    let run = place.run("check loop.json bad.json missing.json --json");
    let findings: Vec<Value> = serde_json::from_str(&run.out).unwrap();
    let files: Vec<&str> = findings
        .iter()
        .map(|f| f["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["bad.json", "missing.json"]);
    assert_eq!(findings[0]["code"], "bad-json");
    assert_eq!(run.code, 5, "the worst");
}

#[test]
fn many_findings_are_counted() {
    let place = Place::new();
    let wires: Vec<String> = (0..50)
        .map(|i| format!("{{\"from\": \"grid.pos0\", \"to\": \"dots.p{i}\"}}"))
        .collect();
    let wires = wires.join(",\n");
    place.file(
        "many.json",
        LOOP.replace("\"connections\": [", &format!("\"connections\": [{wires},")),
    );
    let run = place.refused("check many.json", 3, &["20 of 50 findings shown"]);
    assert_eq!(run.err.matches("unknown-port").count(), 20);
}

#[test]
fn warnings_are_errors_under_strict() {
    let place = Place::new();
    place.file(
        "odd.json",
        LOOP.replace("\"amplitude\": 2", "\"amplitude\": 2, \"amplitud\": 3"),
    );
    let run = place.done("check odd.json");
    assert!(run.err.contains("warning[unknown-param]"), "{}", run.err);
    place.refused("check odd.json --strict", 3, &["error[unknown-param]"]);
}

#[test]
fn standard_input_is_a_patch_too() {
    let place = Place::new();
    let run = crate::Run::of(place.command("check -").write_stdin("not json"));
    assert_eq!(run.code, 3);
    assert!(run.err.contains("stdin:1:2"), "{}", run.err);
    let run = crate::Run::of(place.command("check -").write_stdin(&b"\xff\xfe"[..]));
    assert!(run.err.contains("not UTF-8"), "{}", run.err);
}

#[test]
fn what_is_wrong_with_a_flag_is_said_of_the_flag() {
    let place = Place::with_loop();
    for (set, words) in [
        (
            "osc.amplitud=1",
            ["--> `--set osc.amplitud`", "`amplitude`"],
        ),
        ("ocs.amplitude=1", ["--> `--set ocs.amplitude`", "`osc`"]),
        ("osc.amplitude=x", ["--> `--set osc.amplitude`", "a number"]),
    ] {
        let run = place.refused(&format!("check loop.json --set {set}"), 3, &words);
        assert!(!run.err.contains("loop.json"), "{}", run.err);
    }
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let place = Place::new();
    place.file("latin.json", &b"{\n  \"name\": \"caf\xe9\"}"[..]);
    place.refused("check latin.json", 3, &["latin.json:2:15", "UTF-8", "0xE9"]);
}

/// A dot that follows its size of six frames before.
const TRAILING: &str = r#"{"blocks": [
  {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
  {"id": "trail", "type": "DelayFrames", "params": {"frames": 6}},
  {"id": "dots", "type": "RenderInstances2D"}],
  "connections": [{"from": "time.phase", "to": "trail.in"}, {"from": "trail.out", "to": "dots.radius"}]}"#;

#[test]
fn what_counts_frames_is_said_but_is_no_mistake() {
    let place = Place::new();
    place.file("trail.json", TRAILING);
    for command in ["check", "render --out out --overwrite"] {
        for strict in ["", "--strict"] {
            let run = place.done(&format!("{command} trail.json {strict}"));
            for word in [
                "warning[frame-rate]",
                "trail.json:3:3, block `trail`",
                "use `Delay`",
            ] {
                assert!(
                    run.err.contains(word),
                    "{command}: no `{word}`:\n{}",
                    run.err
                );
            }
        }
    }
    place.done("compile trail.json -o trail.oscb");
    let run = place.done("check trail.oscb");
    assert!(
        run.err.contains("--> trail.oscb") && run.err.contains("block `trail`"),
        "{}",
        run.err
    );
    // Values are looked at without such words.
    let run = place.done("probe trail.json --at trail.out --frames 0");
    assert!(!run.err.contains("frame-rate"), "{}", run.err);
}

//! Names: blocks, ports, the TimeRoot, the sink.

use super::*;

#[test]
fn unknown_block_types_name_the_nearest() {
    let found = error(&patch(r#"{"id": "o", "type": "Oscilator"}"#, ""));
    assert_eq!(
        (found.code, found.block.as_str()),
        ("unknown-block-type", "o")
    );
    assert_eq!(found.pointer, "/blocks/2/type");
    assert_eq!(found.message, "there is no block type `Oscilator`");
    assert_eq!(found.hints, ["did you mean `Oscillator`?"]);
}

#[test]
fn an_unknown_block_silences_its_ports() {
    let wires = r#""connections": [{"from": "o.out", "to": "dots.radius"}]"#;
    let found = errors(&patch(r#"{"id": "o", "type": "Oscilator"}"#, wires));
    assert_eq!(codes(&found), ["unknown-block-type"]);
}

#[test]
fn unknown_ports_name_the_nearest_and_all() {
    let wires = r#""connections": [{"from": "time.fase", "to": "dots.radius"}]"#;
    let found = error(&patch("", wires));
    assert_eq!(found.code, "unknown-port");
    assert_eq!(
        (found.block.as_str(), found.port.as_str()),
        ("dots", "radius")
    );
    assert!(found.pointer.starts_with("/connections/0/from"));
    assert_eq!(found.message, "`time` (CycleTimeRoot) has no output `fase`");
    assert_eq!(found.hints[0], "did you mean `phase`?");
    assert!(
        found.hints[1].contains("`systemTime`"),
        "{}",
        found.hints[1]
    );
}

#[test]
fn an_input_is_no_output() {
    let wires = r#""connections": [{"from": "dots.radius", "to": "dots.z"}]"#;
    let found = error(&patch("", wires));
    assert_eq!(found.code, "wrong-direction");
    assert_eq!(
        found.message,
        "`dots.radius` is an input, but an output is wanted here"
    );
}

#[test]
fn time_needs_exactly_one_root() {
    let none = r#"{"blocks": [{"id": "dots", "type": "RenderInstances2D"}]}"#;
    let found = error(none);
    assert_eq!(found.code, "no-time-root");
    assert!(found.hints[0].contains("CycleTimeRoot"));
    let found = error(&patch(r#"{"id": "t2", "type": "FiniteTimeRoot"}"#, ""));
    assert_eq!(
        (found.code, found.block.as_str()),
        ("many-time-roots", "t2")
    );
    assert_eq!(found.hints, ["keep `time` and remove `t2`"]);
}

#[test]
fn something_must_draw() {
    let blank = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
        {"id": "c", "type": "Render2dCanvas"}]}"#;
    let found = error(blank);
    assert_eq!(found.code, "no-sink");
    assert!(found.hints[0].contains("`RenderInstances2D`"));
}

#[test]
fn all_errors_come_at_once() {
    let found = errors(&patch(
        r#"{"id": "a", "type": "Nope"}, {"id": "o", "type": "Oscillator", "params": {"shape": "sin"}}"#,
        r#""connections": [{"from": "time.fase", "to": "dots.radius"},
            {"from": "time.phase", "to": "dots.positions"}]"#,
    ));
    let mut found = codes(&found);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "type-mismatch",
            "unknown-block-type",
            "unknown-option",
            "unknown-port"
        ]
    );
}

#[test]
fn params_and_blocks_without_effect_are_warned_of() {
    let (_, warnings) = program(&patch(
        r#"{"id": "o", "type": "Oscillator", "params": {"amplitud": 1}}"#,
        "",
    ));
    assert_eq!(codes(&warnings), ["unknown-param", "unreachable-block"]);
    assert_eq!(warnings[0].pointer, "/blocks/2/params/amplitud");
    assert_eq!(warnings[0].hints, ["did you mean `amplitude`?"]);
    assert_eq!(warnings[1].block, "o");
}

#[test]
fn a_disabled_wire_is_absent() {
    let wires =
        r#""connections": [{"from": "time.nothing", "to": "dots.radius", "enabled": false}]"#;
    let (program, _) = program(&patch("", wires));
    assert_eq!(constant(&program, "dots", "radius"), [5.0]);
}

#[test]
fn a_sink_draws_in_one_place() {
    let composed = r#"{"id": "c", "type": "Compose"}"#;
    if crate::blocks::find("Compose").is_none() {
        return;
    }
    let wires = r#""connections": [{"from": "dots.render", "to": "c.in1"},
        {"from": "dots.render", "to": "c.in2"}]"#;
    let found = error(&patch(composed, wires));
    assert_eq!(
        (found.code, found.port.as_str()),
        ("multiple-writers", "in2")
    );
}

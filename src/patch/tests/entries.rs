//! Top level, blocks, default sources, wires, publishers, listeners and their ids.

use super::{clean, findings, load, messages, with};
use crate::patch::Value;
use crate::patch::model::ListenSource;
use crate::types::{Domain, Type};

#[test]
fn a_short_patch_is_read() {
    let document = clean(&with(
        r##""name": "waves", "seed": 7, "size": "640x480", "background": "#102030",
            "golden": {"frames": "0,30", "size": [64, 48]},
            "connections": [{"from": "a.out", "to": "b.in"}]"##,
    ));
    assert_eq!(document.name.as_deref(), Some("waves"));
    assert_eq!(
        (document.revision, document.seed, document.size),
        (1, 7, Some((640, 480)))
    );
    assert_eq!(
        document.background.as_ref().map(|b| b.at.as_str()),
        Some("/background")
    );
    let golden = document.golden.as_ref().expect("golden");
    assert_eq!(
        (&*golden.frames, golden.fps, golden.size),
        ("0,30", 60.0, Some((64, 48)))
    );
    let wire = &document.wires[0];
    assert_eq!(
        (&*wire.id, wire.from.text(), wire.enabled),
        ("wire:b.in", "a.out".into(), true)
    );
    assert_eq!(wire.to.at, "/connections/0/to");
    assert!(!document.blocks[0].is_saved());
}

#[test]
fn the_editors_form_is_read() {
    let document = clean(
        r#"{"version": 2, "settings": {"seed": 4294967296.5, "speed": 1}, "lanes": [{"x": 1}],
            "blocks": [{"id": "block-3", "type": "Oscillator", "label": "osc", "category": "x",
                "position": {"x": 1}, "inputs": [
                    {"id": "phase", "type": "Signal<phase>", "direction": "input",
                        "defaultSource": {"value": 0.5, "world": "signal"}},
                    {"id": "shape", "type": "Signal<string>", "defaultSource": {}},
                    {"id": "amp", "type": {"world": "signal", "domain": "number"}}],
                "outputs": [{"id": "out", "type": "Signal<number>"}], "params": {"b": null, "a": 1}}],
            "defaultSources": [
                {"id": "ds-4", "type": {"world": "signal", "domain": "phase01"}, "value": 1},
                {"id": "other", "type": "Domain", "value": 9},
                {"id": "ds-4", "type": "number", "value": 2}]}"#,
    );
    assert_eq!(document.seed, 0);
    let block = &document.blocks[0];
    assert_eq!(
        (block.number(), &*block.label, block.is_saved()),
        (Some(3), "osc", true)
    );
    let slots = block.slots.as_ref().expect("slots");
    let defaults: Vec<_> = slots
        .inputs
        .iter()
        .map(|s| s.default_value.clone())
        .collect();
    assert_eq!(
        defaults,
        [Some(Value::Number(0.5)), Some(Value::Null), None]
    );
    assert_eq!(slots.inputs[2].ty, Some(Type::signal(Domain::Number)));
    let params: Vec<_> = block.params.iter().map(|p| (&*p.key, &p.value)).collect();
    assert_eq!(params, [("b", &Value::Null), ("a", &Value::Number(1.0))]);
    let last = document.default_source("ds-4").expect("the last of two");
    assert_eq!((last.number(), &last.value), (Some(4), &Value::Number(2.0)));
    let other = document.default_source("other").expect("kept");
    assert_eq!(
        (other.number(), other.domain()),
        (None, Some(Domain::Domain))
    );
}

#[test]
fn only_version_2_is_read() {
    clean(&with(r#""version": 2"#));
    for version in ["1", "3", "2.5", r#""2""#, "null", "[]"] {
        let found = findings(&with(&format!(r#""version": {version}"#)));
        assert_eq!(found, ["unsupported-version /version"], "{version}");
    }
}

#[test]
fn seeds_are_whole_and_32_bits() {
    let seed = |fields: &str| clean(&with(fields)).seed;
    assert_eq!(seed(r#""seed": 4294967295"#), u32::MAX);
    assert_eq!(seed(r#""seed": 4294967296"#), 0);
    assert_eq!(seed(r#""seed": -1"#), u32::MAX);
    assert_eq!(seed(r#""seed": -0.5"#), u32::MAX);
    assert_eq!(seed(r#""seed": 7.9"#), 7);
    assert_eq!(seed(r#""seed": 1e300"#), 0);
    assert_eq!(seed(r#""seed": 1, "settings": {"seed": 2}"#), 1);
    assert_eq!(seed(r#""settings": {"seed": 2}"#), 2);
    assert_eq!(findings(&with(r#""seed": "7""#)), ["wrong-shape /seed"]);
}

#[test]
fn sizes_are_whole_and_limited() {
    let size = |text: &str| clean(&with(&format!(r#""size": {text}"#))).size;
    assert_eq!(size("[1, 16384]"), Some((1, 16384)));
    assert_eq!(size(r#"{"width": 3, "height": 4}"#), Some((3, 4)));
    assert_eq!(size("null"), None);
    for bad in [
        "[0, 1]",
        "[1, 16385]",
        "[1.5, 1]",
        "[-1, 1]",
        "[1]",
        "[1, 2, 3]",
        "[1e18, 1]",
        "800",
        "{}",
        r#""800""#,
        r#""800x""#,
        r#""+8x8""#,
        r#""8x99999999999999999999""#,
        r#"["1", "2"]"#,
    ] {
        assert_eq!(
            findings(&with(&format!(r#""size": {bad}"#))),
            ["bad-size /size"],
            "{bad}"
        );
    }
}

#[test]
fn an_old_canvas_gives_size_and_background() {
    let canvas = r##"{"id": "c", "type": "canvas",
        "params": {"width": 400, "height": 300, "background": "#fff"}}"##;
    let text =
        |more: &str| format!(r#"{{"blocks": [{canvas}, {{"id": "a", "type": "A"}}]{more}}}"#);
    let document = clean(&text(""));
    assert_eq!(
        (document.blocks.len(), document.size),
        (1, Some((400, 300)))
    );
    let background = document.background.expect("background");
    assert_eq!(background.at, "/blocks/0/params/background");
    assert_eq!(clean(&text(r#", "size": [8, 9]"#)).size, Some((8, 9)));
    let wired = text(r#", "connections": [{"from": "c.x", "to": "a.in"}]"#);
    assert_eq!(findings(&wired), ["unknown-block /connections/0/from"]);
    assert_eq!(
        findings(&format!(r#"{{"blocks": [{canvas}]}}"#)),
        ["empty-patch /blocks"]
    );
}

#[test]
fn there_must_be_blocks() {
    assert_eq!(findings(r#"{"blocks": []}"#), ["empty-patch /blocks"]);
    assert_eq!(findings("{}"), ["missing-field "]);
    assert_eq!(findings(r#"{"blocks": {}}"#), ["wrong-shape /blocks"]);
    assert_eq!(findings("[]"), ["bad-json "]);
    // Nothing to refer to is said once.
    let text = r#"{"blocks": [], "connections": [{"from": "a.out", "to": "b.in"}]}"#;
    assert_eq!(findings(text), ["empty-patch /blocks"]);
    assert!(load(text).0.is_none());
}

#[test]
fn broken_blocks_are_told_one_by_one() {
    let text = r#"{"blocks": [
        {"id": "a", "type": "A"}, {"id": "a", "type": "B"}, {"type": "A"}, {"id": "c"}, 3,
        {"id": "", "type": "A"}, {"id": "x::y", "type": "A"}, {"id": "d\u0007", "type": "A"},
        {"id": 5, "type": "A"}, {"id": "m", "type": "macro:x"}, {"id": "e", "type": "A", "tpye": 1},
        {"id": "f", "type": "A", "params": []}],
        "connections": [{"from": "c.out", "to": "m.in"}]}"#;
    let expected = [
        "duplicate-id /blocks/1/id",
        "missing-field /blocks/2",
        "missing-field /blocks/3",
        "wrong-shape /blocks/4",
        "bad-value /blocks/5/id",
        "bad-value /blocks/6/id",
        "bad-value /blocks/7/id",
        "wrong-shape /blocks/8/id",
        "macro-in-document /blocks/9/type",
        "unknown-field /blocks/10/tpye",
        "wrong-shape /blocks/11/params",
    ];
    assert_eq!(findings(text), expected);
    let long = "x".repeat(257);
    let text = format!(r#"{{"blocks": [{{"id": "{long}", "type": "A"}}]}}"#);
    assert_eq!(findings(&text), ["bad-value /blocks/0/id"]);
    assert_eq!(clean(&text.replace(&long, &long[1..])).blocks.len(), 1);
}

#[test]
fn findings_name_block_and_port() {
    let (_, diagnostics) = load(&with(
        r#""connections": [{"from": "x.out", "to": "b.in"}],
            "publishers": [{"from": "a.out", "bus": "nope"}]"#,
    ));
    let named: Vec<_> = diagnostics
        .list()
        .iter()
        .map(|d| (&*d.block, &*d.port))
        .collect();
    assert_eq!(named, [("b", "in"), ("a", "out")]);
}

#[test]
fn publishers_in_short_form_keep_their_order() {
    let document = clean(&with(
        r#""publishers": [{"from": "a.x", "bus": "energy"}, {"from": "b.x", "busId": "energy"},
            {"from": "a.x", "bus": "Energy", "sortKey": -1.5, "enabled": false, "weight": 2},
            {"from": "a.x", "bus": "phaseA", "id": "mine"}]"#,
    ));
    let shown: Vec<_> = document
        .publishers
        .iter()
        .map(|p| (&*p.id, p.sort_key, p.enabled))
        .collect();
    let expected = [
        ("pub:a.x:energy", 10.0, true),
        ("pub:b.x:energy", 0.0, true),
        ("pub:a.x:energy#2", -1.5, false),
        ("mine", 40.0, true),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn listeners_have_one_source() {
    let document = clean(&with(
        r#""listeners": [{"bus": "energy", "to": "a.x"}, {"rail": "phaseB", "to": "a.y"},
            {"external": "midi.cc1", "to": "a.x", "type": "phase", "default": 0.5}]"#,
    ));
    let ids: Vec<_> = document.listeners.iter().map(|l| &*l.id).collect();
    assert_eq!(ids, ["list:a.x", "list:a.y", "list:a.x#2"]);
    match &document.listeners[2].source {
        ListenSource::External(channel) => {
            assert_eq!(
                (&*channel.key, channel.ty),
                ("midi.cc1", Some(Type::signal(Domain::Phase01)))
            );
            assert_eq!(
                channel.default.as_ref().map(|d| &*d.at),
                Some("/listeners/2/default")
            );
        }
        other => panic!("{other:?}"),
    }
    let found = findings(&with(
        r#""listeners": [{"to": "a.x"}, {"bus": "energy", "rail": "phaseA", "to": "a.x"},
            {"rail": "phaseC", "to": "a.x"}, {"external": "x", "to": "a.x", "type": "path"}]"#,
    ));
    let expected = [
        "missing-field /listeners/0",
        "wrong-shape /listeners/1/rail",
        "unknown-rail /listeners/2/rail",
        "not-bus-eligible /listeners/3/type",
    ];
    assert_eq!(found, expected);
}

#[test]
fn generated_ids_do_not_depend_on_positions() {
    let wire = |to: &str| format!(r#"{{"from": "a.out", "to": "b.{to}"}}"#);
    let ids = |list: &[String]| -> Vec<String> {
        let document = clean(&with(&format!(r#""connections": [{}]"#, list.join(","))));
        document.wires.into_iter().map(|wire| wire.id).collect()
    };
    assert_eq!(ids(&[wire("x"), wire("y")]), ["wire:b.x", "wire:b.y"]);
    assert_eq!(ids(&[wire("y"), wire("x")]), ["wire:b.y", "wire:b.x"]);
    assert_eq!(
        ids(&[wire("x"), wire("y"), wire("x")]),
        ["wire:b.x", "wire:b.y", "wire:b.x#2"]
    );
}

#[test]
fn ids_may_not_meet() {
    let found = findings(&with(
        r#""connections": [{"id": "w", "from": "a.o", "to": "b.x"},
            {"id": "w", "from": "a.o", "to": "b.y"}, {"id": "wire:b.z", "from": "a.o", "to": "b.u"},
            {"from": "a.o", "to": "b.z"}, {"id": "", "from": "a.o", "to": "b.v"}],
            "listeners": [{"id": "w", "bus": "energy", "to": "a.x"}]"#,
    ));
    let expected = [
        "duplicate-id /connections/1",
        "duplicate-id /connections/2",
        "bad-value /connections/4/id",
    ];
    assert_eq!(found, expected);
}

#[test]
fn findings_about_connections_name_an_end() {
    let (_, diagnostics) = load(&with(
        r#""connections": [{"id": "w", "from": "a.o", "to": "b.x"},
            {"id": "w", "from": "a.o", "to": "b.y"}, {"from": "a.o"}, {"to": "b.z"},
            {"id": "wire:b.u", "from": "a.o", "to": "b.v"}, {"from": "a.o", "to": "b.u"},
            {"from": "a.o", "to": "b.x", "enabled": 1}, {"from": "a.", "to": "b.x"}],
            "publishers": [{"id": "p", "from": "a.o", "bus": "energy"},
            {"id": "p", "from": "b.o", "bus": "energy"}, {"from": "b.q", "bus": "none"},
            {"from": "b.r"}],
            "listeners": [{"id": "l", "bus": "energy", "to": "a.x"},
            {"id": "l", "bus": "energy", "to": "a.y"}, {"to": "a.z"}, {"rail": "x", "to": "a.w"}]"#,
    ));
    let named: Vec<String> = diagnostics
        .list()
        .iter()
        .map(|d| format!("{} {} {}.{}", d.code, d.pointer, d.block, d.port))
        .collect();
    let expected = [
        "duplicate-id /connections/1 b.y",
        "missing-field /connections/2 a.o",
        "missing-field /connections/3 b.z",
        "duplicate-id /connections/4 b.v",
        "wrong-shape /connections/6/enabled b.x",
        "bad-reference /connections/7/from b.x",
        "duplicate-id /publishers/1 b.o",
        "unknown-bus /publishers/2/bus b.q",
        "missing-field /publishers/3 b.r",
        "duplicate-id /listeners/1 a.y",
        "missing-field /listeners/2 a.z",
        "unknown-rail /listeners/3/rail a.w",
    ];
    assert_eq!(named, expected);
}

#[test]
fn wires_that_cannot_be_read() {
    let found = findings(&with(
        r#""connections": [{"to": "b.x"}, {"from": "a.o"}, 7, {"from": 1, "to": "b.x"},
            {"from": {"blockId": "a", "slotId": "o", "direction": "input"}, "to": "b.x"},
            {"from": "a.o", "to": "b.x", "enabled": 1}, {"from": "a.o", "to": "z.x"}],
            "publishers": {}, "listeners": 4"#,
    ));
    let expected = [
        "missing-field /connections/0",
        "missing-field /connections/1",
        "wrong-shape /connections/2",
        "wrong-shape /connections/3/from",
        "wrong-direction /connections/4/from",
        "wrong-shape /connections/5/enabled",
        "unknown-block /connections/6/to",
        "wrong-shape /publishers",
        "wrong-shape /listeners",
    ];
    assert_eq!(found, expected);
}

#[test]
fn unknown_fields_are_warned_of_by_name() {
    let text = with(r#""publisher": [], "$schema": "x", "description": "y", "lanes": 3"#);
    assert_eq!(findings(&text), ["unknown-field /publisher"]);
    let (document, diagnostics) = load(&text);
    assert!(document.is_some() && !diagnostics.has_errors());
    assert_eq!(messages(&text), ["a patch has no field `publisher`"]);
    assert_eq!(diagnostics.list()[0].hints, ["did you mean `publishers`?"]);
}

#[test]
fn limits_end_the_reading() {
    let many = |n: usize, entry: &str| vec![entry; n].join(",");
    let buses = |n| with(&format!(r#""buses": [{}]"#, many(n, "0")));
    assert_eq!(findings(&buses(10_001)), ["too-many-buses /buses"]);
    assert!(load(&buses(10_001)).0.is_none());
    assert!(load(&buses(10_000)).0.is_some());
    let blocks = |n| format!(r#"{{"blocks": [{}]}}"#, many(n, "0"));
    assert_eq!(findings(&blocks(100_001)), ["too-many-blocks /blocks"]);
    assert_eq!(load(&blocks(100_000)).1.dropped(), 99_000);
    let wires = |n| {
        with(&format!(
            r#""connections": [{}], "listeners": [0]"#,
            many(n, "0")
        ))
    };
    assert_eq!(
        findings(&wires(1_000_000)),
        ["too-many-connections /connections"]
    );
    assert!(load(&wires(999_999)).0.is_some());
}

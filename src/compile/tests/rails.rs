//! The six rails, what reads them and what drives them.

use super::*;
use crate::ir::{Drive, Generator, Param, RailRead};

#[test]
fn there_are_always_six() {
    let (p, _) = program(&patch("", ""));
    let keys: Vec<&str> = p
        .tables
        .rails
        .iter()
        .map(|r| p.tables.strings[r.key.index()].as_str())
        .collect();
    assert_eq!(
        keys,
        ["phaseA", "phaseB", "pulseA", "pulseB", "energy", "palette"]
    );
    let Generator::Cycle { enabled, .. } = p.tables.rails[1].generator else {
        panic!()
    };
    assert!(!enabled);
}

#[test]
fn a_named_rail_mirrors_in_place_of_the_time_root() {
    let (p, _) = program(&patch("", r#""rails": {"phaseA": 4000}"#));
    let publishers = &p.tables.graph.publishers;
    let mirror = p.tables.rails[0].mirror.expect("a mirror");
    let row = &publishers[mirror.index()];
    assert_eq!(p.tables.strings[row.key.index()], "rail:phaseA");
    assert_eq!((row.sort_key, row.enabled), (5.0, true));
    let auto = |p: &Program, id: &str| {
        let keys = p.tables.graph.publishers.iter().map(|r| r.key);
        keys.filter(|k| p.tables.strings[k.index()] == id).count()
    };
    assert_eq!(auto(&p, "auto-time-phaseA"), 0);
    let (p, _) = program(&patch("", r#""rails": {"phaseA": {"mirror": null}}"#));
    assert_eq!(auto(&p, "auto-time-phaseA"), 1);
}

#[test]
fn rails_are_read_latched_or_now() {
    let rest = r#""rails": {"phaseB": {"read": "internalNow", "mirror": null}},
        "listeners": [{"rail": "phaseB", "to": "dots.radius"}]"#;
    let (p, _) = program(&patch("", rest));
    assert_eq!(p.tables.rails[1].read, RailRead::InternalNow);
    assert_eq!(p.memory, crate::ir::Memory::None);
    assert_eq!(p.tables.rails[0].read, RailRead::Latched);
}

#[test]
fn a_driven_period_reads_a_signal() {
    let blocks = r#"{"id": "o", "type": "Oscillator"}"#;
    let rest = r#""rails": {"phaseB": {"periodMs": {"from": "o.out", "base": 4000}, "mirror": null}},
        "listeners": [{"rail": "phaseB", "to": "dots.radius"}]"#;
    let (p, warnings) = program(&patch(blocks, rest));
    assert!(warnings.is_empty(), "{warnings:?}");
    let Generator::Cycle {
        period_ms: Param::Drive { base, .. },
        ..
    } = p.tables.rails[1].generator
    else {
        panic!("{:?}", p.tables.rails[1].generator)
    };
    assert_eq!(lanes(&p, ValueRef::Const(base)), [4000.0]);
    assert_eq!(p.memory, crate::ir::Memory::State);
}

#[test]
fn a_rail_may_close_a_circle() {
    let blocks = r#"{"id": "a", "type": "AddSignal"}"#;
    let rest = r#""buses": [{"name": "e", "type": "number"}],
        "rails": {"energy": {"bus": "e", "mirror": null}},
        "publishers": [{"from": "a.out", "bus": "e"}],
        "listeners": [{"rail": "energy", "to": "a.a"}],
        "connections": [{"from": "a.out", "to": "dots.radius"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    assert_eq!(p.tables.rails[4].drive, Drive::Patched);
    let user = p.tables.rails[4].user.as_ref().expect("a bus");
    let name = p.tables.graph.buses[user.bus.index()].name;
    assert_eq!(p.tables.strings[name.index()], "e");
}

#[test]
fn rails_and_buses_must_fit() {
    let rest = r#""buses": [{"name": "c", "type": "color"}],
        "rails": {"energy": {"bus": "c", "mirror": null}}"#;
    let found = error(&patch("", rest));
    assert_eq!(found.code, "rail-type");
}

#[test]
fn rails_without_publishers_and_the_reverse_are_warned_of() {
    let rest = r#""buses": [{"name": "e", "type": "number"}],
        "rails": {"energy": {"bus": "e", "mirror": null}}"#;
    let (_, warnings) = program(&patch("", rest));
    assert_eq!(codes(&warnings), ["rail-without-publisher"]);
    let rest = r#""rails": {"energy": {"bus": "energy", "drive": "internal", "mirror": null}}"#;
    let (_, warnings) = program(&patch("", rest));
    assert_eq!(codes(&warnings), ["rail-published-while-internal"]);
}

#[test]
fn a_palette_of_colours_is_five_numbers_a_stop() {
    let rest = r##""rails": {"palette": ["#000", "#fff"]},
        "listeners": [{"rail": "palette", "to": "dots.color"}]"##;
    let (p, _) = program(&patch("", rest));
    let Generator::Palette {
        stops: Some(stops), ..
    } = p.tables.rails[5].generator
    else {
        panic!()
    };
    let wanted = [0.0, 0.0, 0.0, 0.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(lanes(&p, ValueRef::Const(stops)), wanted);
}

#[test]
fn a_mirror_that_does_not_fit_is_told_what_a_mirror_can_do() {
    let mirror = |to: &str| patch("", &format!(r#""rails": {{"phaseA": {{"mirror": {to}}}}}"#));
    let found = error(&mirror(r#""palette""#));
    assert_eq!(
        found.hints,
        ["name a bus of the type `phase`, or write `\"mirror\": null`"]
    );
    program(&mirror("null"));
    program(&mirror(r#""phaseB""#));
}

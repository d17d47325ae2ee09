//! The `rails` object.

use super::{clean, findings, with};
use crate::math::Ease;
use crate::patch::model::Combine;
use crate::patch::rails::{Curve, Drive, Driven, Generator, PhaseMode, Rail, RailEntry, Read};

fn rails(fields: &str) -> String {
    with(&format!(
        r#""buses": [{{"name": "tempo"}}], "rails": {{{fields}}}"#
    ))
}

fn rail(fields: &str, which: Rail) -> RailEntry {
    let document = clean(&rails(fields));
    assert_eq!(
        document
            .rails
            .iter()
            .map(|entry| entry.rail)
            .collect::<Vec<_>>(),
        Rail::ALL
    );
    document
        .rails
        .into_iter()
        .find(|entry| entry.rail == which)
        .expect("all six are there")
}

fn mirror(entry: &RailEntry) -> Option<&str> {
    entry.mirror.as_ref().map(|bus| &*bus.text)
}

#[test]
fn rails_that_are_not_named_have_defaults_and_no_mirror() {
    let constant = Driven::Constant;
    let a = rail("", Rail::PhaseA);
    let (period_ms, offset) = (constant(2000.0), constant(0.0));
    let mode = PhaseMode::Loop;
    assert_eq!(
        a.generator,
        Generator::Phase {
            period_ms,
            mode,
            offset,
            enabled: true
        }
    );
    assert_eq!(
        (a.is_written(), mirror(&a), a.drive),
        (false, None, Drive::Internal)
    );
    let b = rail("", Rail::PhaseB);
    assert!(matches!(
        b.generator,
        Generator::Phase { enabled: false, .. }
    ));
    assert_eq!(
        b.generator,
        match a.generator {
            Generator::Phase { mode, offset, .. } => {
                Generator::Phase {
                    period_ms: constant(3125.0),
                    mode,
                    offset,
                    enabled: false,
                }
            }
            other => other,
        }
    );
    assert_eq!(rail("", Rail::Energy).combine, Combine::Sum);
}

#[test]
fn shorthands_are_spelled_out() {
    let fields = r##""phaseA": 4000, "pulseA": 8, "energy": "easeOutCubic", "phaseB": {},
        "palette": ["#000", "#fff", {"r": 1, "g": 0, "b": 0}, "red"]"##;
    match rail(fields, Rail::PhaseA).generator {
        Generator::Phase {
            period_ms: Driven::Constant(v),
            ..
        } => assert_eq!(v, 4000.0),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        rail(fields, Rail::PhaseB).generator,
        Generator::Phase { enabled: true, .. }
    ));
    assert_eq!(
        rail(fields, Rail::PulseA).generator,
        Generator::Pulse { division: 8 }
    );
    match rail(fields, Rail::Energy).generator {
        Generator::Energy { curve, .. } => assert_eq!(curve, Curve::Ease(Ease::EaseOutCubic)),
        other => panic!("{other:?}"),
    }
    match rail(fields, Rail::Palette).generator {
        Generator::Palette {
            stops: Some(stops), ..
        } => {
            assert_eq!(
                stops.iter().map(|s| s.at).collect::<Vec<_>>(),
                [0.0, 0.25, 0.5, 0.75]
            );
            assert_eq!(stops[2].color.at, "/rails/palette/2");
        }
        other => panic!("{other:?}"),
    }
    let points = rail(r#""energy": [[0, 1], [0.5, 2], [0.5, 3]]"#, Rail::Energy).generator;
    let list = vec![[0.0, 1.0], [0.5, 2.0], [0.5, 3.0]];
    assert!(matches!(points, Generator::Energy { curve: Curve::Points(p), .. } if p == list));
}

#[test]
fn numbers_may_be_driven() {
    let entry = rail(
        r#""phaseA": {"periodMs": {"bus": "tempo", "base": 500}, "offset": {"from": "a.o", "base": 1}}"#,
        Rail::PhaseA,
    );
    match entry.generator {
        Generator::Phase {
            period_ms, offset, ..
        } => {
            assert!(matches!(&period_ms, Driven::Bus { bus, .. } if bus.bus.is_some()));
            assert!(matches!(&offset, Driven::Wire { from, .. } if from.text() == "a.o"));
            assert_eq!((period_ms.base(), offset.base()), (500.0, 1.0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn policies() {
    let entry = rail(r#""energy": {"bus": "tempo"}"#, Rail::Energy);
    assert_eq!(
        (entry.drive, mirror(&entry)),
        (Drive::Patched, Some("energy"))
    );
    let entry = rail(
        r#""energy": {"bus": "energy", "drive": "mixed"}"#,
        Rail::Energy,
    );
    assert_eq!((entry.drive, mirror(&entry)), (Drive::Mixed, None));
    let entry = rail(
        r#""energy": {"mirror": "tempo", "read": "internalNow"}"#,
        Rail::Energy,
    );
    assert_eq!(
        (entry.read, mirror(&entry)),
        (Read::InternalNow, Some("tempo"))
    );
    assert_eq!(
        mirror(&rail(r#""energy": {"mirror": null}"#, Rail::Energy)),
        None
    );
    assert_eq!(mirror(&rail(r#""pulseA": 2"#, Rail::PulseA)), Some("pulse"));
    assert_eq!(mirror(&rail(r#""pulseB": 2"#, Rail::PulseB)), None);
}

#[test]
fn faults_are_told() {
    let cases = [
        (r#""phaseC": 1"#, "unknown-rail /rails/phaseC"),
        (r#""phaseA": []"#, "wrong-shape /rails/phaseA"),
        (r#""phaseA": 0"#, "bad-range /rails/phaseA"),
        (
            r#""phaseA": {"periodMs": -1}"#,
            "bad-range /rails/phaseA/periodMs",
        ),
        (
            r#""phaseA": {"periodMs": "x"}"#,
            "bad-value /rails/phaseA/periodMs",
        ),
        (
            r#""phaseA": {"periodMs": {"bus": "tempo"}}"#,
            "missing-field /rails/phaseA/periodMs",
        ),
        (
            r#""phaseA": {"periodMs": {"bus": "nope", "base": 1}}"#,
            "unknown-bus /rails/phaseA/periodMs/bus",
        ),
        (
            r#""phaseA": {"periodMs": {"from": "x.o", "base": 1}}"#,
            "unknown-block /rails/phaseA/periodMs/from",
        ),
        (
            r#""phaseA": {"mode": "bounce"}"#,
            "unknown-option /rails/phaseA/mode",
        ),
        (
            r#""phaseA": {"curve": "sine"}"#,
            "unknown-field /rails/phaseA/curve",
        ),
        (
            r#""phaseA": {"bus": "nope"}"#,
            "unknown-bus /rails/phaseA/bus",
        ),
        (
            r#""phaseA": {"drive": "mixed"}"#,
            "missing-field /rails/phaseA/drive",
        ),
        (
            r#""phaseA": {"combine": "layer"}"#,
            "rail-type /rails/phaseA/combine",
        ),
        (
            r#""phaseA": {"bus": "tempo", "read": "internalNow"}"#,
            "rail-type /rails/phaseA/read",
        ),
        (r#""pulseA": 0.5"#, "bad-range /rails/pulseA"),
        (
            r#""pulseA": {"division": 1e18}"#,
            "bad-range /rails/pulseA/division",
        ),
        (r#""energy": "wobble""#, "unknown-option /rails/energy"),
        (r#""energy": []"#, "wrong-shape /rails/energy"),
        (
            r#""energy": [[0.5, 1], [0.2, 1]]"#,
            "bad-range /rails/energy",
        ),
        (
            r#""energy": [[0.5, 1], [1.2, 1]]"#,
            "bad-range /rails/energy",
        ),
        (r#""energy": [[0.5]]"#, "wrong-shape /rails/energy"),
        (
            r#""energy": {"source": "pulseA"}"#,
            "unknown-option /rails/energy/source",
        ),
        (
            r#""palette": [{"at": 0, "color": "red"}, {"color": "red"}]"#,
            "missing-field /rails/palette/1",
        ),
        (
            r#""palette": {"stops": [{"at": 0}]}"#,
            "missing-field /rails/palette/stops/0",
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(findings(&rails(fields)), [expected], "{fields}");
    }
    let stops = |n: usize| {
        rails(&format!(
            r##""palette": [{}]"##,
            vec![r##""#fff""##; n].join(",")
        ))
    };
    assert_eq!(findings(&stops(257)), ["rail-too-large /rails/palette"]);
    clean(&stops(256));
}

//! Outlines, lines, groups, effects: columns, parameters, children.

use super::*;
use crate::ir::{Format, InputRef, SinkId, SinkKind};
use crate::path::PathData;
use serde_json::json;

fn names(sink: &SinkSpec) -> Vec<(&'static str, Format)> {
    sink.columns.iter().map(|c| (c.name, c.format)).collect()
}

fn inputs(sink: &SinkSpec) -> Vec<&'static str> {
    sink.inputs.iter().map(|(name, _)| *name).collect()
}

#[test]
fn what_is_neutral_is_no_column() {
    let plain = Rig::new("RenderPaths2D").lower();
    assert_eq!(
        names(&plain.sinks[0]),
        [
            ("path", Format::Path),
            ("fillColor", Format::U8x4),
            ("strokeColor", Format::U8x4),
            ("strokeWidth", Format::F32)
        ]
    );
    assert_eq!(plain.sinks[0].params, json!({}));
    let filled = Rig::new("RenderPaths2D")
        .number("strokeWidth", 0.0)
        .number("rotation", 1.0)
        .number("scale", 2.0)
        .lanes("positions", &[3.0, 4.0])
        .text("cap", "round")
        .text("dash", "4 2")
        .text("fillRule", "evenodd")
        .lower();
    assert_eq!(
        names(&filled.sinks[0])[2..],
        [
            ("pos", Format::F32x2),
            ("rotation", Format::F32),
            ("scale", Format::F32)
        ]
    );
    // Nothing is stroked, so nobody asks how.
    assert_eq!(filled.sinks[0].params, json!({"fillRule": "evenodd"}));
}

#[test]
fn a_short_field_of_outlines_is_completed_with_the_square() {
    let mut build = Builder::new();
    let (many, few) = (plain(&mut build, "many", 5), plain(&mut build, "few", 2));
    let leaf = PathData {
        cmds: vec![0, 1],
        pts: vec![[0.0, 0.0], [1.0, 1.0]],
    };
    let leaf = FieldExpr::Const(build.const_path(leaf));
    let over = |build: &mut Builder, d| build.field(Domain::Path, Some(d), false, leaf.clone());
    let (short, long) = (over(&mut build, few), over(&mut build, many));
    let mut rig = Rig::new("RenderPaths2D");
    rig.build = build;
    let lowered = rig
        .give("domain", Value::Domain(many))
        .give("paths", Value::Field(short))
        .lower();
    assert_eq!(lowered.codes(), ["field-size-mismatch"]);
    let build = &lowered.build;
    let node = &build.tables.field.nodes[lowered.sinks[0].columns[0].field.index()];
    let FieldExpr::OnDomain { missing, .. } = node.expr else {
        panic!("{node:?}");
    };
    let at = build.tables.constants.index[missing.index()].at as usize;
    assert_eq!(build.tables.constants.paths[at].pts[2], [200.0, 200.0]);
    // One that reaches everywhere is the constant itself.
    let mut rig = Rig::new("RenderPaths2D");
    rig.build = lowered.build;
    let lowered = rig
        .give("domain", Value::Domain(few))
        .give("paths", Value::Field(long))
        .lower();
    let column = lowered.sinks[0].columns[0].field;
    let node = &lowered.build.tables.field.nodes[column.index()];
    assert!(matches!(node.expr, FieldExpr::Const(_)) && node.dom.is_none());
}

#[test]
fn lines_say_how_they_are_drawn() {
    let lowered = Rig::new("RenderStrokes2D")
        .elements(10)
        .number("closed", 1.0)
        .number("smooth", 1.0)
        .number("groupSize", 4.9)
        .text("dash", "8,4.5")
        .text("blend", "screen")
        .lower();
    let sink = &lowered.sinks[0];
    assert_eq!(sink.kind, SinkKind::Strokes2d);
    assert_eq!(
        sink.params,
        json!({"blend": "screen", "closed": true, "smooth": true, "groupSize": 4, "cap": "round",
               "join": "round", "dash": [8.0, 4.5]})
    );
    // As many as there are, or more, is one line.
    let one = Rig::new("RenderStrokes2D")
        .elements(10)
        .number("groupSize", 10.0)
        .text("cap", "butt")
        .text("join", "miter")
        .lower();
    assert_eq!(one.sinks[0].params, json!({}));
}

#[test]
fn only_a_line_of_one_stroke_can_be_too_long() {
    let rig = |elements| Rig::new("RenderStrokes2D").elements(elements);
    assert_eq!(rig(99_998).lower().codes(), [""; 0]);
    assert_eq!(rig(99_999).lower().codes(), ["path-too-large"]);
    let groups = rig(200_000).number("groupSize", 99_998.0);
    assert_eq!(groups.lower().codes(), [""; 0]);
    let mut build = Builder::new();
    let over = plain(&mut build, "many", 200_000);
    let width = lanes_over(&mut build, over);
    let mut pieces = Rig::new("RenderStrokes2D");
    pieces.build = build;
    let pieces = pieces
        .give("domain", Value::Domain(over))
        .give("width", Value::Field(width));
    assert_eq!(pieces.lower().codes(), [""; 0]);
}

#[test]
fn a_group_holds_what_is_wired_with_the_number_of_the_input() {
    let lowered = Rig::new("Compose")
        .give("in2", Value::Sink(SinkId(7)))
        .give("in8", Value::Sink(SinkId(3)))
        .lower();
    let [group] = lowered.sinks.as_slice() else {
        panic!()
    };
    assert_eq!(group.children, [(SinkId(7), 1), (SinkId(3), 7)]);
    assert!(group.inputs.is_empty(), "{:?}", group.inputs);
    assert_eq!(lowered.out("render"), &Value::Sink(SinkId(0)));
}

#[test]
fn a_group_turns_about_the_middle_of_the_viewport() {
    let lowered = Rig::new("Compose")
        .number("rotate", 180.0)
        .number("opacity", 0.5)
        .text("clip", "rect")
        .number("clipX", 10.0)
        .lower();
    let group = &lowered.sinks[0];
    assert_eq!(
        inputs(group),
        [
            "opacity",
            "rotation",
            "center",
            "clipX",
            "clipY",
            "clipWidth",
            "clipHeight"
        ]
    );
    let values: Vec<Vec<f64>> = group
        .inputs
        .iter()
        .map(|(_, from)| match from {
            InputRef::Sig(signal) => lowered.build.folded(*signal).unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(values[1], [std::f64::consts::PI]);
    assert_eq!(values[2], [400.0, 300.0]);
    assert_eq!(values[3..], [[10.0], [0.0], [800.0], [600.0]]);
}

#[test]
fn an_effect_reads_only_its_own_parameters() {
    for (kind, wanted) in [
        ("blur", &["sigma"][..]),
        ("glow", &["sigma", "gain", "tint", "mode"]),
        (
            "grade",
            &["exposure", "contrast", "saturation", "hue", "gamma"],
        ),
    ] {
        let lowered = Rig::new("PostFX")
            .give("in", Value::Sink(SinkId(2)))
            .text("effect", kind)
            .lower();
        assert_eq!(lowered.sinks[0].children, [(SinkId(2), 0)]);
        let build = &lowered.build;
        let effect = &build.tables.render.effects[0];
        let params: Vec<&str> = effect.params.iter().map(|p| build.str(p.name)).collect();
        assert_eq!((build.str(effect.kind), params.as_slice()), (kind, wanted));
    }
}

/// Positions of an `SVGSampleDomain` along this path data.
fn sampled(data: Option<&str>, count: f64, distribution: &str) -> Vec<[f32; 2]> {
    let mut rig = Rig::new("SVGSampleDomain")
        .number("sampleCount", count)
        .text("distribution", distribution);
    if let Some(data) = data {
        let path = crate::path::text::parse(data).unwrap();
        rig = rig.give("asset", Value::Path(path));
    }
    let lowered = rig.lower();
    let node = &lowered.build.tables.field.nodes[lowered.field("pos0").index()];
    assert_eq!(Value::Domain(node.dom.unwrap()), *lowered.out("domain"));
    let FieldExpr::Array(column) = node.expr else {
        panic!("{node:?}");
    };
    let lanes = lowered.build.f32s(column);
    lanes.chunks(2).map(|p| [p[0], p[1]]).collect()
}

#[test]
fn samples_lie_on_the_outline() {
    let leaf = Some("M0 0 L10 0 Q20 0 20 10 C20 20 10 30 0 30 Z");
    let near = |got: Vec<[f32; 2]>, want: &[[f32; 2]], within: f32| {
        let far =
            |(a, b): (&[f32; 2], &[f32; 2])| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()) > within;
        assert!(
            got.len() == want.len() && !got.iter().zip(want).any(far),
            "{got:?}"
        );
    };
    let even = [
        [0.0, 0.0],
        [14.4665, 0.6560],
        [19.7414, 12.8220],
        [12.3667, 25.0281],
        [0.0, 29.0699],
        [0.0, 14.5349],
        [0.0, 0.0],
    ];
    near(sampled(leaf, 7.0, "even"), &even, 0.001);
    let parametric = [
        [0.0, 0.0],
        [6.666_666_5, 0.0],
        [15.555_555, 1.111_111_2],
        [20.0, 10.0],
        [9.629_63, 27.037_037],
        [0.0, 20.0],
        [0.0, 0.0],
    ];
    near(sampled(leaf, 7.0, "parametric"), &parametric, 1e-5);
    assert_eq!(sampled(leaf, 1.0, "even"), [[0.0, 0.0]]);
    assert_eq!(sampled(leaf, 0.4, "even").len(), 1);
    // Without an outline, a line; a lone point is where it is.
    assert_eq!(
        sampled(None, 3.0, "even"),
        [[100.0, 200.0], [250.0, 200.0], [400.0, 200.0]]
    );
    assert_eq!(sampled(Some("M5 6"), 2.0, "even"), [[5.0, 6.0]; 2]);
}

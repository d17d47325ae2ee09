//! Sinks: columns, shapes, domains, glow.

use super::*;
use crate::ir::{Format, InputRef, Op, ShapeRow, SinkId, SinkKind};

fn columns(sink: &SinkSpec) -> Vec<(&'static str, &'static str, Format)> {
    sink.columns
        .iter()
        .map(|c| (c.name, c.port, c.format))
        .collect()
}

#[test]
fn a_plain_sink_needs_three_columns() {
    let lowered = Rig::new("RenderInstances2D")
        .color("color", "#ff8000")
        .lower();
    let [sink] = lowered.sinks.as_slice() else {
        panic!()
    };
    assert_eq!((sink.kind, sink.key.as_str()), (SinkKind::Instances2d, "b"));
    assert_eq!(
        columns(sink),
        [
            ("pos", "positions", Format::F32x2),
            ("size", "radius", Format::F32),
            ("color", "color", Format::U8x4)
        ]
    );
    let color = sink.columns[2].field;
    let node = &lowered.build.tables.field.nodes[color.index()];
    assert!(
        matches!(node.expr, FieldExpr::Const(_)),
        "an opacity of 1 leaves the colour alone"
    );
    assert_eq!(lowered.out("render"), &Value::Sink(SinkId(0)));
    assert!(sink.inputs.is_empty() && sink.children.is_empty());
}

#[test]
fn opacity_goes_into_every_colour() {
    let lowered = Rig::new("RenderInstances2D")
        .varying("opacity")
        .number("strokeWidth", 2.0)
        .color("strokeColor", "red")
        .lower();
    let sink = &lowered.sinks[0];
    assert_eq!(
        columns(sink)[3..],
        [
            ("strokeWidth", "strokeWidth", Format::F32),
            ("strokeColor", "strokeColor", Format::U8x4)
        ]
    );
    for at in [2, 4] {
        let node = &lowered.build.tables.field.nodes[sink.columns[at].field.index()];
        assert!(
            matches!(
                node.expr,
                FieldExpr::Apply {
                    op: Op::MulAlpha,
                    ..
                }
            ),
            "{node:?}"
        );
    }
}

#[test]
fn elements_without_a_position_are_not_drawn() {
    let mut build = Builder::new();
    let (many, few) = (plain(&mut build, "many", 6), plain(&mut build, "few", 4));
    let index = lanes_over(&mut build, few);
    let positions = build.field_apply(Op::Vec2Make, 0, &[index, index]).unwrap();
    let mut rig = Rig::new("RenderInstances2D");
    rig.build = build;
    let lowered = rig
        .give("domain", Value::Domain(many))
        .give("positions", Value::Field(positions))
        .give("radius", Value::Field(index))
        .lower();
    let sink = &lowered.sinks[0];
    let drawn = sink.domain.unwrap();
    assert_eq!(lowered.build.count(drawn), 4);
    assert_eq!(
        lowered.codes(),
        ["field-size-mismatch", "field-size-mismatch"]
    );
    for column in &sink.columns {
        let over = lowered.build.field_over(column.field);
        assert!(over.is_none_or(|d| d == drawn), "{column:?}");
    }
}

#[test]
fn a_short_radius_is_completed_with_its_default() {
    let mut build = Builder::new();
    let (many, few) = (plain(&mut build, "many", 6), plain(&mut build, "few", 4));
    let radius = lanes_over(&mut build, few);
    let mut rig = Rig::new("RenderInstances2D");
    rig.build = build;
    let lowered = rig
        .give("domain", Value::Domain(many))
        .give("radius", Value::Field(radius))
        .lower();
    assert_eq!(lowered.sinks[0].domain, Some(many));
    let column = lowered.sinks[0].columns[1];
    let node = &lowered.build.tables.field.nodes[column.field.index()];
    let FieldExpr::OnDomain { missing, .. } = node.expr else {
        panic!("{node:?}")
    };
    assert_eq!(lowered.build.f32s(missing), [5.0]);
    assert_eq!(lowered.codes(), ["field-size-mismatch"]);
}

#[test]
fn shapes_are_rows() {
    let shape = |name: &str, points: f64| {
        let lowered = Rig::new("RenderInstances2D")
            .text("shape", name)
            .number("points", points)
            .lower();
        let inputs = lowered.sinks[0].inputs.clone();
        (
            lowered.build.tables.render.shapes.clone(),
            inputs,
            lowered.codes(),
        )
    };
    assert_eq!(shape("circle", 5.0).0, []);
    assert_eq!(shape("triangle", 5.0).0, [ShapeRow::Triangle]);
    let (shapes, inputs, _) = shape("star", 2.5);
    assert!(matches!(
        shapes[..],
        [ShapeRow::Star {
            points: 3,
            inner: InputRef::Sig(_)
        }]
    ));
    assert_eq!(inputs, [("shape", InputRef::Shape(crate::ir::ShapeId(0)))]);
    assert!(matches!(shape("ring", 5.0).0[..], [ShapeRow::Ring { .. }]));
    assert!(matches!(shape("path", 5.0).0[..], [ShapeRow::Path(_)]));
    assert_eq!(shape("star", 1e9).2, ["bad-range"]);
}

#[test]
fn a_connected_outline_wins_over_the_shape() {
    let path = crate::path::PathData {
        cmds: vec![0, 1, 1, 4],
        pts: vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
    };
    let lowered = Rig::new("RenderInstances2D")
        .text("shape", "square")
        .give("shapePath", Value::Path(path))
        .lower();
    assert!(matches!(
        lowered.build.tables.render.shapes[..],
        [ShapeRow::Path(_)]
    ));
}

#[test]
fn glow_is_a_sink_around_the_elements() {
    let lowered = Rig::new("RenderInstances2D")
        .number("glow", 1.0)
        .number("glowIntensity", -1.0)
        .lower();
    let [pass, glow] = lowered.sinks.as_slice() else {
        panic!()
    };
    assert_eq!((pass.key.as_str(), glow.key.as_str()), ("b", "b/glow"));
    assert_eq!(glow.kind, SinkKind::Postfx);
    assert_eq!(glow.children, [(SinkId(0), 0)]);
    assert_eq!(lowered.out("render"), &Value::Sink(SinkId(1)));
    let effect = &lowered.build.tables.render.effects[0];
    let sigma = effect
        .params
        .iter()
        .find(|p| lowered.build.str(p.name) == "sigma")
        .unwrap();
    let InputRef::Sig(sigma) = sigma.from else {
        panic!()
    };
    assert_eq!(lowered.build.folded(sigma), Some(vec![0.0]));
}

#[test]
fn blends_are_static_parameters() {
    let lowered = Rig::new("RenderInstances2D")
        .text("blend", "screen")
        .lower();
    assert_eq!(
        lowered.sinks[0].params,
        serde_json::json!({"blend": "screen"})
    );
}

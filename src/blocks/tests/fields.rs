//! Domains, layouts and field blocks: sizes, widths, rows.

use super::*;
use crate::ir::{IdHash, Op};

#[test]
fn a_constant_grid_is_a_column() {
    let lowered = Rig::new("GridDomain")
        .number("rows", 2.0)
        .number("cols", 2.9)
        .number("spacing", 100.0)
        .lower();
    let Value::Domain(domain) = *lowered.out("domain") else {
        panic!()
    };
    assert_eq!(lowered.build.count(domain), 4);
    let node = &lowered.build.tables.field.nodes[lowered.field("pos0").index()];
    let FieldExpr::Array(column) = node.expr else {
        panic!("{node:?}")
    };
    assert_eq!(
        lowered.build.f32s(column),
        [100.0, 100.0, 200.0, 100.0, 100.0, 200.0, 200.0, 200.0]
    );
    let row = &lowered.build.tables.graph.domains[domain.index()];
    assert_eq!(row.ids, ElementIds::Grid { rows: 2, cols: 2 });
    assert_eq!(lowered.build.str(row.key), "b/domain");
}

#[test]
fn a_moving_grid_is_computed_wide_and_rounded_once() {
    let lowered = Rig::new("GridDomain").varying("spacing").lower();
    let nodes = &lowered.build.tables.field.nodes;
    let FieldExpr::Narrow(wide) = nodes[lowered.field("pos0").index()].expr else {
        panic!()
    };
    assert!(nodes[wide.index()].wide);
    let narrow = nodes.iter().filter(|n| !n.wide).count();
    assert_eq!(narrow, 1, "only the result is f32");
}

#[test]
fn a_large_grid_is_not_stored() {
    let lowered = Rig::new("GridDomain")
        .number("rows", 1000.0)
        .number("cols", 1000.0)
        .lower();
    assert!(lowered.build.tables.constants.f32.is_empty());
    let lowered = Rig::new("GridDomain")
        .number("rows", 1e4)
        .number("cols", 1e4)
        .lower();
    assert_eq!(lowered.codes(), ["too-many-elements"]);
    let lowered = Rig::new("DomainN").number("n", f64::NAN).lower();
    assert_eq!(lowered.codes(), ["domain-count"]);
}

#[test]
fn element_counts_are_floored_and_at_least_one() {
    for (n, count) in [(3.9, 3), (0.0, 1), (-7.0, 1)] {
        let lowered = Rig::new("DomainN").number("n", n).lower();
        let Value::Domain(domain) = *lowered.out("domain") else {
            panic!()
        };
        assert_eq!(lowered.build.count(domain), count);
    }
}

#[test]
fn one_element_stands_in_the_middle_of_a_line() {
    let lowered = Rig::new("PositionMapLine").elements(1).lower();
    assert_eq!(lowered.constant_lanes("pos"), [400.0, 200.0]);
    let over = lowered.build.field_over(lowered.field("pos"));
    assert_eq!(
        over.map(|d| lowered.build.count(d)),
        Some(1),
        "it keeps its size"
    );
}

#[test]
fn sources_have_the_size_of_their_domain_even_when_constant() {
    for name in [
        "FieldConstNumber",
        "FieldConstVec2",
        "FieldConstColor",
        "PathConst",
    ] {
        let lowered = Rig::new(name).elements(7).lower();
        let over = lowered.build.field_over(lowered.field("out"));
        assert_eq!(over.map(|d| lowered.build.count(d)), Some(7), "{name}");
    }
    let lowered = Rig::new("FieldFromExpression")
        .elements(7)
        .text("expression", "1 + 2")
        .lower();
    assert_eq!(lowered.constant_lanes("field"), [3.0]);
    let over = lowered.build.field_over(lowered.field("field"));
    assert_eq!(over.map(|d| lowered.build.count(d)), Some(7));
}

#[test]
fn constants_fold_through_fields_and_keep_their_size() {
    let mut build = Builder::new();
    let domain = plain(&mut build, "d", 5);
    let two = build.const_f32(Domain::Number, &[2.0]);
    let twos = build.field(Domain::Number, Some(domain), false, FieldExpr::Const(two));
    let mut rig = Rig::new("FieldMapNumber");
    rig.build = build;
    let lowered = rig
        .give("x", Value::Field(twos))
        .number("k", 3.0)
        .text("fn", "scale")
        .lower();
    assert_eq!(lowered.constant_lanes("y"), [6.0]);
    assert_eq!(lowered.build.field_over(lowered.field("y")), Some(domain));
}

#[test]
fn the_shortest_field_decides_the_size_and_the_first_the_ids() {
    let mut build = Builder::new();
    let grid = ElementIds::Grid { rows: 3, cols: 2 };
    let first = build.domain("grid", 6, grid, None);
    let second = plain(&mut build, "short", 4);
    let (a, b) = (
        lanes_over(&mut build, first),
        lanes_over(&mut build, second),
    );
    let mut rig = Rig::new("FieldZipNumber");
    rig.build = build;
    let lowered = rig
        .give("a", Value::Field(a))
        .give("b", Value::Field(b))
        .lower();
    let over = lowered.build.field_over(lowered.field("out")).unwrap();
    let row = &lowered.build.tables.graph.domains[over.index()];
    assert_eq!(
        (row.count, row.ids),
        (4, ElementIds::Grid { rows: 2, cols: 2 })
    );
    assert_eq!(lowered.build.str(row.key), "b/out");

    // The other way round the first is the shortest: no new domain.
    let mut rig = Rig::new("FieldZipNumber");
    rig.build = lowered.build;
    let domains = rig.build.tables.graph.domains.len();
    let lowered = rig
        .give("a", Value::Field(b))
        .give("b", Value::Field(a))
        .lower();
    assert_eq!(lowered.build.field_over(lowered.field("out")), Some(second));
    assert_eq!(lowered.build.tables.graph.domains.len(), domains);
}

#[test]
fn part_of_a_grid_row_keeps_its_ids_as_texts() {
    let mut build = Builder::new();
    let grid = ElementIds::Grid { rows: 2, cols: 2 };
    let first = build.domain("grid", 4, grid, None);
    let second = plain(&mut build, "short", 3);
    let (a, b) = (
        lanes_over(&mut build, first),
        lanes_over(&mut build, second),
    );
    let mut rig = Rig::new("FieldZipNumber");
    rig.build = build;
    let lowered = rig
        .give("a", Value::Field(a))
        .give("b", Value::Field(b))
        .lower();
    let over = lowered.build.field_over(lowered.field("out")).unwrap();
    let ElementIds::Custom(list) = lowered.build.tables.graph.domains[over.index()].ids else {
        panic!()
    };
    let row = lowered.build.tables.constants.index[list.index()];
    assert_eq!(
        lowered.build.tables.constants.json[row.at as usize],
        r#"["row-0-col-0","row-0-col-1","row-1-col-0"]"#
    );
}

#[test]
fn hashes_are_rows_of_their_own() {
    let lowered = Rig::new("StableIdHash")
        .elements(4)
        .number("salt", 42.0)
        .lower();
    let nodes = &lowered.build.tables.field.nodes;
    let FieldExpr::Narrow(wide) = nodes[lowered.field("u01").index()].expr else {
        panic!()
    };
    let FieldExpr::IdHash { r#fn, salt } = nodes[wide.index()].expr else {
        panic!()
    };
    assert_eq!(r#fn, IdHash::Stable);
    assert_eq!(lowered.build.f64s(salt), [42.0]);
}

#[test]
fn a_rotation_takes_its_sine_once_a_frame() {
    let lowered = Rig::new("FieldMapVec2")
        .lanes("vec", &[500.0, 300.0])
        .number("angle", 90.0)
        .lower();
    let got = lowered.constant_lanes("out");
    assert!(
        (got[0] - 400.0).abs() < 1e-4 && (got[1] - 400.0).abs() < 1e-4,
        "{got:?}"
    );
    let lowered = Rig::new("FieldMapVec2").varying("angle").lower();
    let narrow_trigonometry = lowered.build.tables.field.nodes.iter().any(|n| {
        matches!(
            n.expr,
            FieldExpr::Apply {
                op: Op::Sin | Op::Cos | Op::Rotate | Op::RotateAbout,
                ..
            }
        )
    });
    assert!(!narrow_trigonometry);
}

#[test]
fn jitter_has_its_values() {
    let table = [
        (0.0, [-2.938926261462365, 0.0]),
        (0.25, [0.0, -4.045084971874738]),
        (0.6, [-3.8471044214690666, -2.7950849718747364]),
    ];
    for (rand, want) in table {
        let lowered = Rig::new("JitterFieldVec2")
            .number("idRand", rand)
            .number("phase", 0.3)
            .number("frequency", 2.0)
            .lower();
        let got = lowered.constant_lanes("drift");
        for (got, want) in got.iter().zip(want) {
            assert!(
                (f64::from(*got) - want).abs() < 5e-6,
                "{rand}: {got} is not {want}"
            );
        }
    }
}

#[test]
fn opacity_curves() {
    for (curve, want) in [
        ("linear", 0.35),
        ("smoothstep", 0.29375),
        ("square", 0.2375),
        ("sqrt", 0.5),
    ] {
        let lowered = Rig::new("FieldOpacity")
            .number("values", 0.25)
            .number("min", 0.2)
            .number("max", 0.8)
            .text("curve", curve)
            .lower();
        let got = lowered.constant_lanes("opacity")[0];
        assert!((got - want).abs() < 1e-6, "{curve}: {got}");
    }
}

#[test]
fn hues_travel_over_one_element() {
    let lowered = Rig::new("FieldHueGradient")
        .elements(1)
        .number("phase", 0.1)
        .lower();
    let lanes: Vec<f64> = lowered
        .constant_lanes("colors")
        .iter()
        .map(|&v| v.into())
        .collect();
    assert_eq!(hex(&lanes), "#eba947");
}

#[test]
fn a_reduction_is_a_signal_over_the_domain_of_its_field() {
    let mut build = Builder::new();
    let domain = plain(&mut build, "d", 5);
    let index = lanes_over(&mut build, domain);
    let mut rig = Rig::new("FieldReduce");
    rig.build = build;
    let lowered = rig
        .give("field", Value::Field(index))
        .text("op", "sum")
        .lower();
    assert_eq!(
        lowered.build.folded(lowered.signal("signal")),
        Some(vec![10.0])
    );
    let mut build = lowered.build;
    let moving = varying(&mut build, Domain::Number);
    let moving = build.broadcast(moving, false);
    let field = build.field_apply(Op::Add, 0, &[index, moving]).unwrap();
    let mut rig = Rig::new("FieldReduce");
    rig.build = build;
    let lowered = rig
        .give("field", Value::Field(field))
        .text("op", "sum")
        .lower();
    let node = &lowered.build.tables.sig.nodes[lowered.signal("signal").index()];
    assert_eq!(
        node.expr,
        SignalExpr::Reduce {
            field,
            domain: Some(domain),
            op: crate::ir::ReduceOp::Sum
        }
    );
}

#[test]
fn an_expression_decides_what_the_field_is() {
    let colors = Rig::new("FieldFromExpression").elements(4).lower();
    assert_eq!(
        colors.build.field_type(colors.field("field")).domain,
        Domain::Color
    );
    let numbers = Rig::new("FieldFromExpression")
        .elements(4)
        .text("expression", "i % 2 == 0")
        .lower();
    assert_eq!(
        numbers.build.field_type(numbers.field("field")).domain,
        Domain::Number
    );
}

#[test]
fn field_colours_have_their_bytes() {
    let table = [
        ("lerp", 0.0, [0x3b, 0x82, 0xf6]),
        ("lerp", 0.25, [0x68, 0x73, 0xca]),
        ("lerp", 0.5, [0x95, 0x63, 0x9d]),
        ("lerp", 2.0, [0xef, 0x44, 0x44]),
        ("hue", 0.0, [0x3b, 0x82, 0xf6]),
        ("hue", 0.25, [0x65, 0x3d, 0xf4]),
        ("hue", 0.5, [0xd1, 0x40, 0xf2]),
        ("hue", 1.0, [0xef, 0x44, 0x44]),
    ];
    for (mode, value, want) in table {
        let lowered = Rig::new("FieldColorize")
            .number("values", value)
            .text("mode", mode)
            .lower();
        assert_eq!(bytes(&lowered, "colors"), want, "{mode} {value}");
    }
    for (phase, want) in [(0.0, [0x19, 0x67, 0xe6]), (0.5, [0xe6, 0x19, 0xcd])] {
        let lowered = Rig::new("FieldColorLFO").number("phases", phase).lower();
        assert_eq!(bytes(&lowered, "colors"), want, "{phase}");
    }
}

fn bytes(lowered: &Lowered, output: &str) -> [u8; 3] {
    let lanes = lowered.constant_lanes(output);
    let [r, g, b, _] = crate::math::color::quantize([lanes[0], lanes[1], lanes[2], lanes[3]]);
    [r, g, b]
}

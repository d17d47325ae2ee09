//! The table is whole, the rules refuse, the values are those of the formulas.

use super::formula::per_element_offset;
use super::*;
use crate::math::{Real, hash};
use crate::types::Domain;
use crate::types::Domain::{Boolean, Bounds, Phase01, TimeMs};
use proptest::prelude::*;

/// The value of an opcode on the lanes given, checked to count nothing.
fn value<R: Real>(op: Op, imm: u32, args: &[&[R]], lanes: usize) -> Vec<R> {
    let mut out = vec![R::NAN; lanes];
    let mut counts = Counts::default();
    eval(op, imm, args, &mut out, &mut counts);
    assert_eq!(counts, Counts::default(), "{op:?}");
    out
}

/// A one-lane opcode on numbers.
fn number(op: Op, imm: u32, args: &[f64]) -> f64 {
    let lanes: Vec<&[f64]> = args.iter().map(std::slice::from_ref).collect();
    value(op, imm, &lanes, 1)[0]
}

#[test]
fn numbers_names_and_groups() {
    assert!(Op::ALL.is_sorted_by_key(|op| op.number()));
    for &op in Op::ALL {
        assert_eq!(Op::from_number(op.number()), Some(op));
        assert_eq!(Op::from_name(op.name()), Some(op));
        let variant = format!("{op:?}");
        assert_eq!(
            op.name()[1..],
            variant[1..],
            "names are the variants in camelCase"
        );
        assert_eq!(op.name()[..1], variant[..1].to_ascii_lowercase());
    }
    let ranges: [(u16, u16); 17] = [
        (100, 106),
        (110, 119),
        (120, 129),
        (130, 136),
        (140, 145),
        (150, 158),
        (160, 166),
        (170, 171),
        (180, 180),
        (204, 204),
        (205, 217),
        (300, 309),
        (520, 520),
        (730, 732),
        (800, 806),
        (810, 815),
        (816, 816),
    ];
    let listed: Vec<u16> = ranges.iter().flat_map(|&(a, b)| a..=b).collect();
    let table: Vec<u16> = Op::ALL.iter().map(|op| op.number()).collect();
    assert_eq!(listed, table);
    assert_eq!(Op::from_number(107), None);
    assert_eq!(Op::from_name("Add"), None);
}

#[test]
fn a_name_in_json_and_a_number_in_binary() {
    for &op in Op::ALL {
        let json = serde_json::to_string(&op).expect("a name");
        assert_eq!(json, format!("{:?}", op.name()));
        assert_eq!(serde_json::from_str::<Op>(&json).expect("the op"), op);
        let bytes = postcard::to_stdvec(&op).expect("a number");
        assert_eq!(bytes, postcard::to_stdvec(&op.number()).expect("a number"));
        assert_eq!(postcard::from_bytes::<Op>(&bytes).expect("the op"), op);
    }
    let error = serde_json::from_str::<Op>("\"frobnicate\"").expect_err("no such op");
    assert!(
        error.to_string().contains("unknown opcode `frobnicate`"),
        "{error}"
    );
    assert!(postcard::from_bytes::<Op>(&[107]).is_err());
}

#[test]
fn results_follow_the_widest_operand() {
    let ok = |op: Op, imm, args: &[_]| op.result(imm, args).expect("fits");
    assert_eq!(ok(Op::Add, 0, &[Number, Phase01]), Number);
    assert_eq!(ok(Op::Add, 0, &[TimeMs, Boolean]), Number);
    assert_eq!(ok(Op::Add, 0, &[Number, Vec2]), Vec2);
    assert_eq!(ok(Op::Lerp, 0, &[Color, Color, Number]), Color);
    assert_eq!(ok(Op::Hypot, 0, &[Vec3, Vec3]), Vec3);
    assert_eq!(ok(Op::Lt, 0, &[Phase01, Number]), Boolean);
    assert_eq!(ok(Op::Shl, 0, &[Boolean, Number]), Number);
    assert_eq!(ok(Op::Select, 0, &[Boolean, Color, Color]), Color);
    assert_eq!(ok(Op::Select, 0, &[Number, Outline, Outline]), Outline);
    assert_eq!(ok(Op::Select, 0, &[Number, Phase01, Phase01]), Phase01);
    assert_eq!(ok(Op::Select, 0, &[Number, Phase01, Number]), Number);
    assert_eq!(ok(Op::Wave, 4, &[Phase01]), Number);
    assert_eq!(ok(Op::Scale, 0, &[Vec3, Number]), Vec3);
    assert_eq!(ok(Op::Lane, 3, &[Color]), Number);
    assert_eq!(ok(Op::Dot, 0, &[Vec3, Vec3]), Number);
    assert_eq!(ok(Op::Swirl, 0, &[Vec2, Number, Vec2, Number]), Vec2);
    assert_eq!(ok(Op::RgbToHsl, 0, &[Color]), Vec4);
    assert_eq!(ok(Op::ScaleBias, 0, &[Vec2, Number, Vec2]), Vec2);
    assert_eq!(ok(Op::ScaleBias, 0, &[Phase01, Number, Number]), Phase01);
    assert_eq!(
        ok(Op::PhaseWindow, 0, &[Phase01, Number, Number, Number]),
        Phase01
    );
    assert_eq!(ok(Op::PathPoint, 1, &[Outline, Number]), Vec2);
    assert_eq!(
        ok(Op::PathMove, 0, &[Outline, Vec2, Number, Number]),
        Outline
    );
    let casts = [Number, Phase01, Boolean, Number, Number, Vec2, Vec3];
    let to = [Phase01, Number, Number, Boolean, Color, Vec3, Vec2];
    for (imm, (from, to)) in casts.into_iter().zip(to).enumerate() {
        assert_eq!(ok(Op::Cast, imm as u32, &[from]), to);
    }
}

#[test]
fn rules_refuse_what_does_not_fit() {
    let error =
        |op: Op, imm, args: &[_]| op.result(imm, args).expect_err("does not fit").to_string();
    assert_eq!(
        error(Op::Add, 0, &[Number]),
        "`add` takes 2 operands, not 1"
    );
    assert_eq!(error(Op::Add, 0, &[]), "`add` takes 2 operands, not 0");
    assert_eq!(
        error(Op::Add, 0, &[Vec2, Vec3]),
        "operands of `add` differ in width or domain"
    );
    assert_eq!(
        error(Op::Add, 0, &[Vec4, Color]),
        "operands of `add` differ in width or domain"
    );
    assert_eq!(
        error(Op::Add, 0, &[Number, Outline]),
        "operand 1 of `add` cannot be a path"
    );
    assert_eq!(
        error(Op::Add, 0, &[Bounds, Number]),
        "operand 0 of `add` cannot be a bounds"
    );
    assert_eq!(
        error(Op::Add, 1, &[Number, Number]),
        "`add` has no immediate 1"
    );
    assert_eq!(
        error(Op::Lt, 0, &[Vec2, Vec2]),
        "operand 0 of `lt` cannot be a vec2"
    );
    assert_eq!(error(Op::Lane, 2, &[Vec2]), "`lane` has no immediate 2");
    assert_eq!(
        error(Op::Lane, 0, &[Number]),
        "operand 0 of `lane` cannot be a number"
    );
    assert_eq!(error(Op::Wave, 5, &[Number]), "`wave` has no immediate 5");
    assert_eq!(error(Op::Ease, 20, &[Number]), "`ease` has no immediate 20");
    assert_eq!(
        error(Op::Cast, 5, &[Number]),
        "operand 0 of `cast` cannot be a number"
    );
    assert_eq!(error(Op::Cast, 7, &[Number]), "`cast` has no immediate 7");
    assert_eq!(
        error(Op::Dot, 0, &[Vec2, Vec3]),
        "operand 1 of `dot` cannot be a vec3"
    );
    assert_eq!(
        error(Op::Scale, 0, &[Color, Number]),
        "operand 0 of `scale` cannot be a color"
    );
    assert_eq!(
        error(Op::Saturate, 0, &[Vec4, Number]),
        "operand 0 of `saturate` cannot be a vec4"
    );
    assert_eq!(
        error(Op::Select, 0, &[Vec2, Number, Number]),
        "operand 0 of `select` cannot be a vec2"
    );
    assert_eq!(
        error(Op::Select, 0, &[Number, Vec2, Number]),
        "operands of `select` differ in width or domain"
    );
}

/// Operands that fit each opcode, one of them for the vector opcodes in each width.
fn fitting(op: Op) -> Vec<Vec<Domain>> {
    let all = [Number, Vec2, Vec3, Vec4, Color, Outline];
    let mut found = Vec::new();
    for first in all {
        for second in all {
            for third in [Number, Vec2, Color, second] {
                let args = [first, second, third, Number, Number];
                let args = args[..op.arity()].to_vec();
                if op.result(0, &args).is_ok() && !found.contains(&args) {
                    found.push(args);
                }
            }
        }
    }
    found
}

#[test]
fn every_opcode_gives_every_lane_of_its_result() {
    for &op in Op::ALL {
        let fits = fitting(op);
        assert!(!fits.is_empty(), "{op:?}");
        for domains in fits {
            for imm in 0..op.imms(domains[0]) {
                let Ok(to) = op.result(imm, &domains) else {
                    continue;
                };
                if to == Outline || domains.contains(&Outline) {
                    continue;
                }
                let lanes: Vec<Vec<f64>> = domains.iter().map(|d| vec![0.25; d.lanes()]).collect();
                let args: Vec<&[f64]> = lanes.iter().map(Vec::as_slice).collect();
                let wide = value(op, imm, &args, to.lanes());
                assert!(
                    wide.iter().all(|x| x.finite()),
                    "{op:?} {imm} {domains:?}: {wide:?}"
                );
                let lanes: Vec<Vec<f32>> = domains.iter().map(|d| vec![0.25; d.lanes()]).collect();
                let args: Vec<&[f32]> = lanes.iter().map(Vec::as_slice).collect();
                let narrow = value(op, imm, &args, to.lanes());
                // noise2 takes the sine's last digits, the rest agrees in both precisions.
                for (a, b) in wide.iter().zip(&narrow).filter(|_| op != Op::Noise2) {
                    let size = a.abs().max(1.0);
                    assert!(
                        (a - f64::from(*b)).abs() <= 1e-5 * size,
                        "{op:?} {imm}: {a} {b}"
                    );
                }
            }
        }
    }
}

#[test]
fn path_opcodes_and_the_element_offset_are_not_numeric() {
    let not: Vec<&str> = Op::ALL
        .iter()
        .filter(|op| !op.is_numeric())
        .map(|op| op.name())
        .collect();
    assert_eq!(
        not,
        ["pathPoint", "pathMove", "pathMorph", "perElementOffset"]
    );
    assert_eq!(
        value::<f64>(Op::PathMorph, 0, &[&[1.0], &[1.0], &[1.0]], 1)[0].to_bits(),
        f64::NAN.to_bits()
    );
    let h = hash::element_hash(3, 5.0, 0);
    assert_eq!(per_element_offset(1.0, 10.0, h), 1.0 + 10.0 * h);
    assert_eq!(
        number(Op::PerElementOffset, 0, &[1.0, 10.0, h]),
        1.0 + 10.0 * h
    );
}

#[test]
fn zero_divisors_give_0_and_are_counted() {
    let mut counts = Counts::default();
    let mut out = [9.0; 3];
    eval(
        Op::Div,
        0,
        &[&[1.0, 2.0, 3.0], &[0.0, 2.0, -0.0]],
        &mut out,
        &mut counts,
    );
    assert_eq!((out, counts.div_zero), ([0.0, 1.0, 0.0], 2));
    eval(
        Op::Mod,
        0,
        &[&[1.0, 2.0, 3.0], &[0.0]],
        &mut out,
        &mut counts,
    );
    assert_eq!((out, counts.div_zero), ([0.0; 3], 5));
    eval(
        Op::DivIeee,
        0,
        &[&[1.0], &[0.0]],
        &mut out[..1],
        &mut counts,
    );
    assert_eq!((out[0], counts.div_zero), (f64::INFINITY, 5));
}

#[test]
fn one_lane_operands_stretch() {
    assert_eq!(
        value(Op::Mul, 0, &[&[2.0], &[1.0, 2.0, 3.0]], 3),
        [2.0, 4.0, 6.0]
    );
    assert_eq!(
        value(Op::Lerp, 0, &[&[0.0, 8.0], &[4.0], &[0.5]], 2),
        [2.0, 6.0]
    );
    assert_eq!(
        value(Op::Select, 0, &[&[0.6], &[1.0, 2.0], &[3.0, 4.0]], 2),
        [1.0, 2.0]
    );
    assert_eq!(
        value(Op::Select, 0, &[&[0.5], &[1.0, 2.0], &[3.0, 4.0]], 2),
        [3.0, 4.0]
    );
    assert_eq!(
        value(Op::ScaleBias, 0, &[&[1.0, 2.0], &[10.0], &[0.5, 0.25]], 2),
        [10.5, 20.25]
    );
    assert_eq!(
        value(Op::Scale, 0, &[&[1.0, 2.0, 3.0], &[2.0]], 3),
        [2.0, 4.0, 6.0]
    );
}

#[test]
fn numbers() {
    let nan = f64::NAN;
    for (op, args, want) in [
        (Op::Sub, vec![1.0, 3.0], -2.0),
        (Op::Mod, vec![-1.0, 3.0], 2.0),
        (Op::Pow, vec![2.0, 10.0], 1024.0),
        (Op::Atan2, vec![1.0, 0.0], std::f64::consts::FRAC_PI_2),
        (Op::Round, vec![-2.5], -2.0),
        (Op::Trunc, vec![-2.5], -2.0),
        (Op::Cbrt, vec![-27.0], -3.0),
        (Op::Hypot, vec![3.0, 4.0], 5.0),
        (Op::Clamp, vec![5.0, 0.0, 1.0], 1.0),
        (Op::Clamp, vec![5.0, 3.0, 1.0], 3.0),
        (Op::Step, vec![2.0, 2.0], 1.0),
        (Op::Step, vec![2.0, 1.9], 0.0),
        (Op::Smoothstep, vec![0.0, 4.0, 1.0], 0.15625),
        (Op::FiniteOr, vec![f64::INFINITY, 7.0], 7.0),
        (Op::FiniteOr, vec![nan, 7.0], 7.0),
        (Op::FiniteOr, vec![3.0, 7.0], 3.0),
        (Op::Eq, vec![0.0, -0.0], 1.0),
        (Op::Eq, vec![nan, nan], 0.0),
        (Op::Ne, vec![nan, nan], 1.0),
        (Op::Le, vec![nan, 1.0], 0.0),
        (Op::Ge, vec![1.0, 1.0], 1.0),
        (Op::And, vec![0.5, 1.0], 0.0),
        (Op::And, vec![0.6, 9.0], 1.0),
        (Op::Or, vec![0.6, -9.0], 1.0),
        (Op::Not, vec![nan], 1.0),
        (Op::Not, vec![0.6], 0.0),
        (Op::BitAnd, vec![12.9, 10.0], 8.0),
        (Op::BitOr, vec![2_147_483_648.0, 1.0], -2_147_483_647.0),
        (Op::BitXor, vec![-1.0, 1.0], -2.0),
        (Op::BitNot, vec![nan], -1.0),
        (Op::Shl, vec![1.0, 33.0], 2.0),
        (Op::Shl, vec![1.0, 31.0], -2_147_483_648.0),
        (Op::Sar, vec![-8.0, 1.0], -4.0),
        (Op::Shr, vec![-1.0, 0.0], 4_294_967_295.0),
        (Op::Shr, vec![-1.0, 28.0], 15.0),
        (Op::Rem, vec![-7.0, 3.0], -1.0),
        (Op::QuantizeStep, vec![0.7, 0.25], 0.75),
        (Op::Warp, vec![0.5, 3.0], 0.125),
        (Op::Deadzone, vec![0.04, 0.05], 0.0),
        (Op::Bias, vec![1.0, 2.0], 3.0),
    ] {
        assert_eq!(number(op, 0, &args), want, "{op:?} {args:?}");
    }
    assert!(number(Op::DivIeee, 0, &[0.0, 0.0]).is_nan());
    assert_eq!(number(Op::ClampRange, 0, &[-3.0]), 0.0);
    assert_eq!(number(Op::ClampRange, 1, &[-3.0]), -1.0);
    assert_eq!(number(Op::QuantizeN, 0, &[0.4, 4.0]), 0.5);
    assert_eq!(number(Op::QuantizeN, 1, &[0.4, 4.0]), 0.25);
    assert_eq!(number(Op::QuantizeN, 2, &[0.3, 4.0]), 0.5);
    assert_eq!(number(Op::RemapRange, 0, &[2.0, 0.0, 1.0, 0.0, 10.0]), 20.0);
    assert_eq!(number(Op::RemapRange, 1, &[2.0, 0.0, 1.0, 0.0, 10.0]), 10.0);
    assert_eq!(number(Op::Softclip, 1, &[0.0, 0.5]), 0.0);
    assert_eq!(number(Op::PingPong, 0, &[0.75, 1.0]), 0.5);
    assert_eq!(number(Op::Wave, 3, &[0.75]), 0.5);
    assert_eq!(number(Op::Ease, 1, &[0.5]), 0.25);
    assert_eq!(number(Op::Cast, 0, &[1.25]), 0.25);
    assert_eq!(number(Op::Cast, 3, &[0.5]), 0.0);
    assert_eq!(number(Op::Cast, 3, &[0.75]), 1.0);
}

#[test]
fn shaper_check_values() {
    for (x, want) in [
        (-0.5, [-0.7615941559557649, 0.2689414213699951, -0.25]),
        (0.3, [0.5370495669980353, 0.6456563062257954, 0.09]),
        (1.5, [0.9950547536867305, 0.9525741268224334, 2.25]),
    ] {
        let twice = number(Op::Mul, 0, &[x, 2.0]);
        let sigmoid = 1.0 / (1.0 + number(Op::Exp, 0, &[-twice]));
        let size = number(Op::Pow, 0, &[number(Op::Abs, 0, &[x]), 2.0]);
        let pow = number(Op::Sign, 0, &[x]) * size;
        for (y, want) in [number(Op::Tanh, 0, &[twice]), sigmoid, pow]
            .into_iter()
            .zip(want)
        {
            assert!(
                (y - want).abs() <= 4.0 * f64::EPSILON * want.abs(),
                "{x}: {y} {want}"
            );
        }
    }
}

#[test]
fn vectors_and_colours() {
    assert_eq!(
        value(Op::Vec3Make, 0, &[&[1.0], &[2.0], &[3.0]], 3),
        [1.0, 2.0, 3.0]
    );
    assert_eq!(value(Op::Lane, 1, &[&[1.0, 2.0, 3.0, 4.0]], 1), [2.0]);
    assert_eq!(value(Op::Lane, 3, &[&[1.0, 2.0, 3.0, 4.0]], 1), [4.0]);
    assert_eq!(value(Op::Lane, 2, &[&[1.0, 2.0, 3.0]], 1), [3.0]);
    assert_eq!(value(Op::Lane, 1, &[&[1.0, 2.0]], 1), [2.0]);
    assert_eq!(
        value(Op::Cross, 0, &[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0]], 3),
        [0.0, 0.0, 1.0]
    );
    assert_eq!(value(Op::Dot, 0, &[&[1.0, 2.0], &[3.0, 4.0]], 1), [11.0]);
    assert_eq!(
        value(Op::Dot, 0, &[&[1.0, 2.0, 3.0, 4.0], &[1.0; 4]], 1),
        [10.0]
    );
    assert_eq!(value(Op::Length, 0, &[&[2.0, 3.0, 6.0]], 1), [7.0]);
    assert_eq!(value(Op::Normalize, 0, &[&[0.0, 0.0]], 2), [0.0, 0.0]);
    assert_eq!(value(Op::Normalize, 0, &[&[0.0, 5.0]], 2), [0.0, 1.0]);
    assert_eq!(
        value(Op::Angle, 0, &[&[0.0, 2.0]], 1),
        [std::f64::consts::FRAC_PI_2]
    );
    assert_eq!(value(Op::Rotate, 0, &[&[3.0, 4.0], &[0.0]], 2), [3.0, 4.0]);
    assert_eq!(
        value(Op::RotateAbout, 0, &[&[3.0, 4.0], &[1.0, 1.0], &[0.0]], 2),
        [3.0, 4.0]
    );
    let swirled = value(
        Op::Swirl,
        0,
        &[&[100.0, 0.0], &[0.5], &[0.0, 0.0], &[100.0]],
        2,
    );
    assert_eq!(swirled, [0.0, 100.0]);
    assert_eq!(
        value(Op::Jitter, 0, &[&[0.0], &[0.25], &[5.0], &[1.0]], 2),
        [5.0, 0.0]
    );
    let red = [1.0, 0.0, 0.0, 0.5];
    assert_eq!(
        value(Op::HslToRgb, 0, &[&[0.0], &[1.0], &[0.5], &[0.5]], 4),
        red
    );
    assert_eq!(value(Op::RgbToHsl, 0, &[&red], 4), [0.0, 1.0, 0.5, 0.5]);
    assert_eq!(
        value(Op::ShiftHue, 0, &[&red, &[0.5]], 4),
        [0.0, 1.0, 1.0, 0.5]
    );
    assert_eq!(value(Op::Luma, 0, &[&red], 1), [0.2126]);
    assert_eq!(
        value(Op::Saturate, 0, &[&red, &[0.0]], 4),
        [0.2126, 0.2126, 0.2126, 0.5]
    );
    assert_eq!(
        value(Op::Contrast, 0, &[&red, &[0.5]], 4),
        [0.75, 0.25, 0.25, 0.5]
    );
    assert_eq!(
        value(Op::HueMix, 0, &[&red, &[0.0, 1.0, 1.0, 1.0], &[-1.0]], 4),
        red
    );
    assert_eq!(
        value(Op::WithAlpha, 0, &[&red, &[3.0]], 4),
        [1.0, 0.0, 0.0, 3.0]
    );
    assert_eq!(value(Op::MulAlpha, 0, &[&red, &[3.0]], 4), red);
    assert_eq!(
        value(Op::MulAlpha, 0, &[&red, &[0.5]], 4),
        [1.0, 0.0, 0.0, 0.25]
    );
    assert_eq!(value(Op::Cast, 4, &[&[2.0]], 4), [1.0, 1.0, 1.0, 1.0]);
    assert_eq!(value(Op::Cast, 5, &[&[1.0, 2.0]], 3), [1.0, 2.0, 0.0]);
    assert_eq!(value(Op::Cast, 6, &[&[1.0, 2.0, 3.0]], 2), [1.0, 2.0]);
}

/// A loop over columns, as a field kernel runs it.
struct Columns {
    rows: usize,
    inputs: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
}

impl Lanes<f32> for Columns {
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([f32; I]) -> [f32; O]) {
        assert_eq!(I, self.inputs.len());
        self.outputs = vec![vec![0.0; self.rows]; O];
        for row in 0..self.rows {
            let y = f(std::array::from_fn(|lane| self.inputs[lane][row]));
            for (column, y) in self.outputs.iter_mut().zip(y) {
                column[row] = y;
            }
        }
    }
}

/// Numbers that are hard on formulas, among ordinary ones.
fn lane() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -2.0..2.0f32,
        2 => -1e4..1e4f32,
        1 => any::<f32>(),
        1 => prop::sample::select(vec![0.0, -0.0, 0.5, 1.0, -1.0, f32::INFINITY, f32::NAN, 180.0, 1e-40]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One lane at a time or a column at once: the same bits.
    #[test]
    fn columns_equal_single_values(columns in prop::collection::vec(prop::collection::vec(lane(), 37), 9)) {
        for &op in Op::ALL.iter().filter(|op| op.is_numeric()) {
            for domains in fitting(op) {
                for imm in 0..op.imms(domains[0]) {
                    let Ok(to) = op.result(imm, &domains) else { continue };
                    if op.is_lanewise() && domains.iter().any(|d| d.lanes() != 1) {
                        continue;
                    }
                    let lanes: usize = domains.iter().map(|d| d.lanes()).sum();
                    let mut run = Columns { rows: 37, inputs: columns[..lanes].to_vec(), outputs: vec![] };
                    dispatch(op, imm, domains[0].lanes(), &mut run);
                    prop_assert_eq!(run.outputs.len(), to.lanes());
                    for row in 0..37 {
                        let flat: Vec<f32> = columns[..lanes].iter().map(|c| c[row]).collect();
                        let mut rest = flat.as_slice();
                        let args: Vec<&[f32]> = domains.iter().map(|d| {
                            let (head, tail) = rest.split_at(d.lanes());
                            rest = tail;
                            head
                        }).collect();
                        let mut out = vec![0.0; to.lanes()];
                        eval(op, imm, &args, &mut out, &mut Counts::default());
                        for (a, column) in out.iter().zip(&run.outputs) {
                            let (a, b) = (a.canonical(), column[row].canonical());
                            prop_assert_eq!(a.to_bits(), b.to_bits(), "{:?} {} {:?}", op, imm, flat);
                        }
                    }
                }
            }
        }
    }
}

/// The bits of every numeric opcode on fixed, nasty operands, in both precisions.
///
/// This hash is the same on every machine and in every build. If it changes, pictures change.
#[test]
fn the_bits_of_all_opcodes() {
    let mut hash = blake3::Hasher::new();
    let mut x = 1u32;
    let mut next = || {
        x = hash::fmix32(x.wrapping_add(0x9E37_79B9));
        match x & 3 {
            0 => f64::from(x >> 8) / 8_388_608.0 - 1.0,
            1 => f64::from(x >> 8) / 4096.0 - 2048.0,
            2 => f64::from(f32::from_bits(x.rotate_left(9))),
            _ => f64::from(x >> 29) / 4.0,
        }
    };
    for &op in Op::ALL.iter().filter(|op| op.is_numeric()) {
        for domains in fitting(op) {
            for imm in 0..op.imms(domains[0]) {
                let Ok(to) = op.result(imm, &domains) else {
                    continue;
                };
                for _ in 0..50 {
                    let wide: Vec<Vec<f64>> = domains
                        .iter()
                        .map(|d| (0..d.lanes()).map(|_| next()).collect())
                        .collect();
                    let narrow: Vec<Vec<f32>> = wide
                        .iter()
                        .map(|v| v.iter().map(|&x| x as f32).collect())
                        .collect();
                    let mut counts = Counts::default();
                    let mut out = vec![0.0f64; to.lanes()];
                    let args: Vec<&[f64]> = wide.iter().map(Vec::as_slice).collect();
                    eval(op, imm, &args, &mut out, &mut counts);
                    for y in out {
                        hash.update(&y.canonical().to_bits().to_le_bytes());
                    }
                    let mut out = vec![0.0f32; to.lanes()];
                    let args: Vec<&[f32]> = narrow.iter().map(Vec::as_slice).collect();
                    eval(op, imm, &args, &mut out, &mut counts);
                    for y in out {
                        hash.update(&y.canonical().to_bits().to_le_bytes());
                    }
                }
            }
        }
    }
    let hex = hash.finalize().to_hex();
    assert_eq!(&hex[..16], "658f68e0693005b7");
}

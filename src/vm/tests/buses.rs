//! Buses and chains on the tape: the same values as the definitions, lane by lane.

use super::bench::*;
use crate::ir::*;
use crate::math::Real;
use crate::types::{Domain, Type};
use crate::vm::combine;
use crate::vm::frame::FrameTime;
use proptest::prelude::*;

const MODES: [Combine; 6] = [
    Combine::Last,
    Combine::Sum,
    Combine::Average,
    Combine::Max,
    Combine::Min,
    Combine::Layer,
];

/// A signal of the tape that has these lanes: constants plus a time that is 0.
fn moving(bench: &mut Bench, domain: Domain, lanes: &[f64]) -> SignalId {
    let constant = bench.build.constant(domain, lanes);
    let dt = bench.time(TimeValue::DtMs);
    let args = [constant, dt];
    let expr = SignalExpr::Apply {
        op: Op::Sub,
        args: args.to_vec(),
        imm: 0,
    };
    bench.build.signal(Type::signal(domain), expr)
}

#[test]
fn two_publishers_meet_as_the_two_sides_of_a_rail_do() {
    let domains = [
        (Domain::Number, vec![0.75, f64::NAN]),
        (Domain::Phase01, vec![0.75, 0.5]),
        (Domain::Boolean, vec![1.0, 0.0]),
        (Domain::Vec2, vec![1.0, -2.0, 3.0, 0.5]),
        (Domain::Color, vec![0.1, 0.2, 0.3, 1.0, 1.0, 0.5, 0.25, 0.5]),
    ];
    for (domain, values) in domains {
        for mode in MODES {
            let mut bench = Bench::new(cyclic(1000.0));
            let (a, b) = values.split_at(domain.lanes());
            let terms = [a, b].map(|lanes| moving(&mut bench, domain, lanes));
            let bus = bench.bus(domain, mode, &terms);
            let root = bench.bus_root(bus);
            let mut engine = bench.engine();
            render(&mut engine, FrameTime::at(0.0));
            let mut wanted = vec![0.0; domain.lanes()];
            combine::pair(mode, domain.family(), a, b, &mut wanted);
            let found = engine.signal(root);
            let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
            assert!(
                found.iter().zip(&wanted).all(|(x, y)| same(*x, *y)),
                "{domain:?} {mode:?}: {found:?} is not {wanted:?}"
            );
        }
    }
}

#[test]
fn many_publishers_meet_from_the_left() {
    let values = [0.1, 0.2, 0.3, 1e17, -1e17];
    let wanted = |mode| -> f64 {
        let sum = values.iter().skip(1).fold(values[0], |sum, v| sum + v);
        match mode {
            Combine::Sum => sum,
            Combine::Average => sum / 5.0,
            Combine::Max => 1e17,
            Combine::Min | Combine::Last | Combine::Layer => -1e17,
        }
    };
    for mode in MODES {
        let mut bench = Bench::new(cyclic(1000.0));
        let terms = values.map(|v| moving(&mut bench, Domain::Number, &[v]));
        let bus = bench.bus(Domain::Number, mode, &terms);
        let root = bench.bus_root(bus);
        let mut engine = bench.engine();
        render(&mut engine, FrameTime::at(0.0));
        assert_eq!(engine.signal(root), [wanted(mode)], "{mode:?}");
    }
}

#[test]
fn one_publisher_is_its_value_and_none_is_silence() {
    for mode in MODES {
        let mut bench = Bench::new(cyclic(1000.0));
        // The end of a pingpong stays 1 where it is alone.
        let term = moving(&mut bench, Domain::Phase01, &[1.0]);
        let alone = bench.bus(Domain::Phase01, mode, &[term]);
        let empty = bench.bus(Domain::Color, mode, &[]);
        let roots = [alone, empty].map(|bus| bench.bus_root(bus));
        let mut engine = bench.engine();
        render(&mut engine, FrameTime::at(0.0));
        assert_eq!(engine.signal(roots[0]), [1.0]);
        assert_eq!(engine.signal(roots[1]), [0.0; 4]);
    }
}

#[test]
fn three_booleans_vote() {
    let vote = |values: [f64; 3]| {
        let mut bench = Bench::new(cyclic(1000.0));
        let terms = values.map(|v| moving(&mut bench, Domain::Boolean, &[v]));
        let bus = bench.bus(Domain::Boolean, Combine::Average, &terms);
        let root = bench.bus_root(bus);
        let mut engine = bench.engine();
        render(&mut engine, FrameTime::at(0.0));
        engine.signal(root)[0]
    };
    assert_eq!(vote([1.0, 1.0, 0.0]), 1.0);
    assert_eq!(vote([1.0, 0.0, 0.0]), 0.0);
}

#[test]
fn a_chain_runs_its_steps_in_order_with_bound_arguments() {
    let mut bench = Bench::new(cyclic(1000.0));
    let build = &mut bench.build;
    let number = build.ty(Type::signal(Domain::Number));
    let color = build.ty(Type::signal(Domain::Color));
    let [half, five, turns] = [0.5, 5.0, 0.25].map(|v| build.const_f64(Domain::Number, &[v]));
    let step = |op, operands: &[ChainOperand], imm, to| ChainStep {
        op,
        operands: operands.to_vec(),
        imm,
        to,
        origin: None,
    };
    use ChainOperand::{Arg, Const};
    let chain = build.chain(Chain {
        from: number,
        to: color,
        cost: Cost::Cheap,
        arity: 1,
        steps: vec![
            step(Op::ScaleBias, &[Const(half), Const(five)], 0, number),
            step(Op::Mul, &[Arg(0)], 0, number),
            step(Op::Cast, &[], 4, color),
            step(Op::ShiftHue, &[Const(turns)], 0, color),
        ],
    });
    let src = moving(&mut bench, Domain::Number, &[2.0]);
    let arg = moving(&mut bench, Domain::Number, &[0.125]);
    let expr = SignalExpr::Transform {
        src,
        chain,
        args: vec![arg],
    };
    let out = bench.build.signal(Type::signal(Domain::Color), expr);
    let mut engine = bench.engine();
    render(&mut engine, FrameTime::at(0.0));
    // (2·0.5 + 5)·0.125 = 0.75; a grey has no hue to turn.
    assert_eq!(engine.signal(out), [0.75, 0.75, 0.75, 1.0]);
}

#[test]
fn a_chain_without_steps_is_the_value_itself() {
    let mut bench = Bench::new(cyclic(1000.0));
    let vec2 = bench.build.ty(Type::signal(Domain::Vec2));
    let chain = bench.build.chain(Chain {
        from: vec2,
        to: vec2,
        cost: Cost::Cheap,
        arity: 0,
        steps: Vec::new(),
    });
    let src = moving(&mut bench, Domain::Vec2, &[3.0, -4.0]);
    let expr = SignalExpr::Transform {
        src,
        chain,
        args: Vec::new(),
    };
    let out = bench.build.signal(Type::signal(Domain::Vec2), expr);
    let length = bench.apply(Op::Length, &[out]);
    let mut engine = bench.engine();
    render(&mut engine, FrameTime::at(0.0));
    assert_eq!(
        (engine.signal(out), engine.signal(length)),
        (&[3.0, -4.0][..], &[5.0][..])
    );
}

/// Opcodes on numbers, whatever their operands' shape on the tape.
fn numeric() -> impl Strategy<Value = Op> {
    let numeric = |op: &Op| {
        let one = vec![Domain::Number; op.arity()];
        op.is_numeric() && op.result(0, &one).is_ok()
    };
    let ops: Vec<Op> = Op::ALL.iter().copied().filter(numeric).collect();
    prop::sample::select(ops)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_tape_gives_the_bits_of_the_opcode(
        op in numeric(),
        x in prop::collection::vec(prop::num::f64::ANY, 8),
    ) {
        let mut bench = Bench::new(cyclic(1000.0));
        let args: Vec<SignalId> = x[..op.arity()]
            .iter()
            .map(|&v| moving(&mut bench, Domain::Number, &[v]))
            .collect();
        let out = bench.apply(op, &args);
        let mut engine = bench.engine();
        render(&mut engine, FrameTime::at(0.0));
        let found = engine.signal(out);
        let slices: Vec<[f64; 1]> = args.iter().map(|a| [engine.signal(*a)[0]]).collect();
        let slices: Vec<&[f64]> = slices.iter().map(|s| &s[..]).collect();
        let mut wanted = vec![0.0; found.len()];
        op::eval(op, 0, &slices, &mut wanted, &mut op::Counts::default());
        for (a, b) in found.iter().zip(&wanted) {
            prop_assert_eq!(a.to_bits(), b.canonical().to_bits(), "{:?}", op);
        }
    }
}

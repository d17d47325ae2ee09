//! What the builder folds is what the store would have computed, bit for bit.

use super::*;
use crate::ir::op::Op;
use crate::types::TypeDesc;

const COUNT: u32 = 37;

const ALL: [ReduceOp; 5] = [
    ReduceOp::Avg,
    ReduceOp::Sum,
    ReduceOp::Min,
    ReduceOp::Max,
    ReduceOp::First,
];

/// Numbers that show every rounding, and the odd ones.
fn column(k: usize) -> Vec<f32> {
    let plain = |i: u32| {
        let hash = crate::math::hash::element_hash(i, k as f64, 9);
        ((hash - 0.4) * 3.7) as f32
    };
    let mut values: Vec<f32> = (0..COUNT).map(plain).collect();
    values[5 + k] = 0.0;
    values[11 + k] = -0.0;
    values[17 + k] = 1.0;
    values
}

/// The fields under test, made through the builder as blocks make them.
fn fields(r: &mut Rig) -> Vec<FieldId> {
    let d = r.line("d", COUNT);
    let short = r.line("short", 9);
    let none = r.line("none", 0);
    let mut fields = Vec::new();
    let narrow: Vec<FieldId> = (0..6).map(|k| r.numbers(d, &column(k))).collect();
    let index = r.b.index(d);
    let ninth = r.b.field_constant(Domain::Number, true, &[9.0]);
    let wide: Vec<FieldId> = (0..6)
        .map(|k| match k % 3 {
            0 => r.b.id_hash(d, IdHash::Stable, 0.25 + k as f64),
            1 => r.b.id_hash(d, IdHash::ById, k as f64),
            _ => r.apply(Op::Div, &[index, ninth]),
        })
        .collect();
    for args in [&narrow, &wide] {
        for &op in Op::ALL.iter().filter(|op| op.is_numeric()) {
            for imm in 0..op.imms(Domain::Number) {
                if let Ok(field) = r.b.field_apply(op, imm, &args[..op.arity()]) {
                    let field = r.b.narrow(field);
                    fields.push(field);
                }
            }
        }
    }
    // One at a time.
    let amount = r.b.num(0.3);
    let everywhere = r.b.broadcast(amount, false);
    fields.push(everywhere);
    let seed = r.b.field_constant(Domain::Number, false, &[7.0]);
    let offset = [narrow[0], everywhere, seed];
    fields.push(r.apply(Op::PerElementOffset, &offset));
    let fewer = r.numbers(short, &column(0)[..9]);
    let beyond = r.b.on_domain(fewer, d, &[0.1]);
    fields.push(beyond);
    let number =
        r.b.ty(Type::new(crate::types::World::Scalar, Domain::Number));
    let chain = r.b.chain(Chain {
        from: number,
        to: number,
        cost: Cost::Cheap,
        arity: 1,
        steps: vec![ChainStep {
            op: Op::Mul,
            operands: vec![ChainOperand::Arg(0)],
            imm: 0,
            to: number,
            origin: None,
        }],
    });
    let expr = FieldExpr::Transform {
        src: narrow[1],
        chain,
        args: vec![amount],
    };
    fields.push(r.b.field(Domain::Number, Some(d), false, expr));
    let silent = r.b.const_f32(Domain::Number, &[0.5]);
    for mode in [
        Combine::Last,
        Combine::Sum,
        Combine::Average,
        Combine::Max,
        Combine::Min,
        Combine::Layer,
    ] {
        let expr = FieldExpr::Combine {
            bus: BusId(0),
            mode,
            terms: vec![narrow[2], fewer, everywhere],
            silent,
        };
        fields.push(r.b.field(Domain::Number, Some(d), false, expr));
    }
    let nothing = r.b.const_f32(Domain::Color, &[]);
    let nothing = FieldExpr::Array(nothing);
    fields.push(r.b.field(Domain::Color, Some(none), false, nothing));
    fields
}

#[test]
fn folded_reductions_have_the_bits_of_the_store() {
    let mut r = Rig::new();
    (r.seed, r.b.seed) = (3, Seed::new(3));
    let mut checked = Vec::new();
    for field in fields(&mut r) {
        let domain = r.b.field_type(field).domain;
        let format = match domain.lanes() {
            1 => Format::F32,
            2 => Format::F32x2,
            3 => Format::F32x3,
            _ => Format::F32x4,
        };
        let over = r.b.field_over(field).unwrap_or(DomainId(0));
        let req = r.request(field, over, format);
        for op in ALL {
            let signal = r.b.reduce(field, domain, op);
            let folded = r.b.folded(signal);
            // Over no domain a column of many is asked for here, but one element is meant.
            if r.b.field_over(field).is_some() || op == ReduceOp::First {
                checked.push((field, req, op, folded.expect("known when it is compiled")));
            }
        }
    }
    assert!(checked.len() > 500, "{}", checked.len());
    let mut run = Run::new(r.program());
    run.frame();
    for (field, req, op, folded) in checked {
        let mut out = vec![7.0; folded.len()];
        run.store.reduce(req, op, &mut out);
        let bits = |lanes: &[f64]| lanes.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let expr = &run.program.tables.field.nodes[field.index()].expr;
        assert_eq!(
            bits(&folded),
            bits(&out),
            "{op:?} of {expr:?}: {folded:?}, {out:?}"
        );
    }
}

#[test]
fn what_varies_or_is_large_is_left_to_the_engine() {
    let mut r = Rig::new();
    let d = r.line("d", 4);
    let t = r.signal(TimeValue::Phase01);
    let running = r.b.broadcast(t, false);
    let still = r.numbers(d, &[1.0, 2.0, 3.0, 4.0]);
    let moved = r.apply(Op::Add, &[running, still]);
    let many = r.line(
        "many",
        u32::try_from(crate::ir::builder::MOST_ROWS).unwrap(),
    );
    let index = r.b.index(many);
    let long = r.b.narrow(index);
    for field in [running, moved, long] {
        let signal = r.b.reduce(field, Domain::Number, ReduceOp::Max);
        assert_eq!(r.b.folded(signal), None);
        let TypeDesc { domain, .. } =
            r.b.types[r.b.tables.sig.nodes[signal.index()].r#type.index()];
        assert_eq!(domain, Domain::Number);
    }
    let signal = r.b.reduce(still, Domain::Number, ReduceOp::Max);
    assert_eq!(r.b.folded(signal), Some(vec![4.0]));
}

//! A kernel computes what the rows say, whatever its blocks, threads and company.

use super::*;
use crate::math::color;
use crate::path::PathData;
use crate::render_tree::Column;
use proptest::prelude::*;
use std::sync::Arc;

/// One of each kind of row, over domains of different sizes. The requests, floats first.
fn everything(n: u32) -> (Rig, Vec<ReqId>, SignalId) {
    let mut r = Rig {
        seed: 7,
        ..Rig::new()
    };
    let big =
        r.b.domain("grid", n, ElementIds::Grid { rows: 1, cols: 9 }, None);
    let small = r.line("small", n / 3 + 1);
    let t = r.signal(TimeValue::Phase01);
    let mut reqs = Vec::new();

    // Hash, jitter, add: time-varying points from a static column.
    let hash = r.b.id_hash(big, IdHash::Stable, 0.5);
    let u = r.b.narrow(hash);
    let phase = r.b.broadcast(t, false);
    let amount = r.b.field_constant(Domain::Number, false, &[5.0]);
    let drift = r.apply(Op::Jitter, &[u, phase, amount, amount]);
    let grid: Vec<f32> = (0..2 * n).map(|i| i as f32 * 0.37 - 20.0).collect();
    let grid = r.points(big, &grid);
    let moved = r.apply(Op::Add, &[grid, drift]);
    reqs.push(r.request(moved, big, Format::F32x2));

    // Wide rows: a layout that stays wide until it is narrowed, with a wide time-varying part.
    let index = r.b.index(big);
    let count = r.b.field(Domain::Number, Some(big), true, FieldExpr::Count);
    let share = r.apply(Op::Div, &[index, count]);
    let by_id = r.b.id_hash(big, IdHash::ById, 3.0);
    let mixed = r.apply(Op::Add, &[share, by_id]);
    let wide_phase = r.b.broadcast(t, true);
    let turning = r.apply(Op::Add, &[mixed, wide_phase]);
    let wave = r.apply(Op::Sin, &[turning]);
    let narrow = r.b.narrow(wave);
    reqs.push(r.request(narrow, big, Format::F32));

    // Another domain, seen over this one; a bus of both.
    let ramp: Vec<f32> = (0..=n / 3).map(|i| 100.0 - i as f32).collect();
    let ramp = r.numbers(small, &ramp);
    let seen = r.b.on_domain(ramp, big, &[-3.0]);
    let both = r.apply(Op::Mul, &[seen, phase]);
    reqs.push(r.request(both, big, Format::F32));
    let silent = r.b.const_f32(Domain::Number, &[-9.0]);
    let modes = [
        Combine::Sum,
        Combine::Average,
        Combine::Max,
        Combine::Min,
        Combine::Last,
    ];
    for mode in modes {
        let terms = vec![narrow, ramp, phase];
        let expr = FieldExpr::Combine {
            bus: BusId(0),
            mode,
            terms,
            silent,
        };
        let bus = r.b.field(Domain::Number, Some(big), false, expr);
        reqs.push(r.request(bus, big, Format::F32));
    }
    let terms = vec![ramp];
    let expr = FieldExpr::Combine {
        bus: BusId(1),
        mode: Combine::Sum,
        terms,
        silent,
    };
    let bus = r.b.field(Domain::Number, Some(big), false, expr);
    reqs.push(r.request(bus, big, Format::F32));

    // A chain: scale by a constant and a signal, then an offset by element.
    let number = r.b.ty(Type::field(Domain::Number));
    let tenth = r.b.const_f64(Domain::Number, &[0.1]);
    let four = r.b.const_f64(Domain::Number, &[4.0]);
    let step = |op, operands| ChainStep {
        op,
        operands,
        imm: 0,
        to: number,
        origin: None,
    };
    let chain = Chain {
        from: number,
        to: number,
        cost: Cost::Cheap,
        arity: 1,
        steps: vec![
            step(
                Op::ScaleBias,
                vec![ChainOperand::Const(tenth), ChainOperand::Arg(0)],
            ),
            step(
                Op::PerElementOffset,
                vec![ChainOperand::Const(four), ChainOperand::Const(four)],
            ),
        ],
    };
    let chain = r.b.chain(chain);
    let expr = FieldExpr::Transform {
        src: u,
        chain,
        args: vec![t],
    };
    let lensed = r.b.field(Domain::Number, Some(big), false, expr);
    reqs.push(r.request(lensed, big, Format::F32));

    // Lanes moved about, a stretched operand, a select, a division by zero, a NaN.
    let x = r.b.field_apply(Op::Lane, 0, &[moved]).expect("a lane");
    let y = r.b.field_apply(Op::Lane, 1, &[moved]).expect("a lane");
    let swapped = r.apply(Op::Vec2Make, &[y, x]);
    let scaled = r.apply(Op::Scale, &[swapped, u]);
    reqs.push(r.request(scaled, big, Format::F32x2));
    let root = r.apply(Op::Sqrt, &[x]);
    let zero = r.b.field_constant(Domain::Number, false, &[0.0]);
    let quotient = r.apply(Op::Div, &[y, zero]);
    let chosen = r.apply(Op::Select, &[u, root, quotient]);
    let space = r.apply(Op::Vec3Make, &[chosen, x, phase]);
    reqs.push(r.request(space, big, Format::F32x3));

    // A colour.
    let full = r.b.field_constant(Domain::Number, false, &[360.0]);
    let most = r.b.field_constant(Domain::Number, false, &[0.8]);
    let hue = r.apply(Op::Mul, &[u, full]);
    let hue = r.apply(Op::Add, &[hue, x]);
    let colour = r.apply(Op::HslToRgb, &[hue, most, u, most]);
    reqs.push(r.request(colour, big, Format::F32x4));

    // The same for all elements.
    let uniform = r.apply(Op::Mul, &[phase, full]);
    reqs.push(r.request(uniform, big, Format::F32));
    reqs.push(r.request(ramp, small, Format::F32));
    let turn = r.apply(Op::Mul, &[ramp, phase]);
    reqs.push(r.request(turn, small, Format::F32));
    (r, reqs, t)
}

#[test]
fn kernels_equal_the_reference() {
    for n in [0, 1, 63, 64, 200] {
        let (rig, reqs, t) = everything(n);
        let mut run = Run::new(rig.program());
        for phase in [0.0, 0.3, f64::NAN, f64::INFINITY, 0.3] {
            run.set(t, phase);
            run.frame();
            for &req in &reqs {
                reference::check(&run, req);
            }
        }
    }
}

/// All columns of all requests.
fn columns(run: &Run) -> Vec<Vec<u64>> {
    let requests = &run.program.tables.materialize.requests;
    let column = |k: usize| {
        let count = run.program.tables.graph.domains[requests[k].domain.index()].count;
        let lanes = requests[k].format.lanes();
        let cells = (0..count as usize).flat_map(|i| (0..lanes).map(move |lane| (i, lane)));
        cells
            .map(|(i, lane)| run.at(ReqId::at(k), i, lane).to_bits())
            .collect()
    };
    (0..requests.len()).map(column).collect()
}

#[test]
fn blocks_and_threads_change_nothing() {
    let n = 20_000;
    let mut first = None;
    for lane_block in [256, 1, 7, 1000] {
        for threads in [None, Some(Threads(1)), Some(Threads(3))] {
            if lane_block == 1 && threads.is_some() {
                continue;
            }
            let (rig, _, t) = everything(n);
            let options = FieldOptions {
                lane_block,
                ..FieldOptions::default()
            };
            let mut run = Run::with(rig.program(), options);
            run.set(t, 0.7);
            run.frame_on(threads.as_ref().map(|t| t as &dyn Parallel));
            let columns = columns(&run);
            let first = first.get_or_insert_with(|| columns.clone());
            assert!(*first == columns, "block {lane_block}");
        }
    }
}

#[test]
fn a_thread_that_leaves_a_row_unfinished_is_seen() {
    let (rig, reqs, t) = everything(20_000);
    let mut run = Run::new(rig.program());
    run.set(t, 0.7);
    run.frame_on(Some(&Threads(3)));
    for i in [0, 4095, 4096, 19_999] {
        let want = reference::row(&run, run.program.tables.materialize.requests[0].field, i);
        assert_eq!(run.at(reqs[0], i as usize, 1), want[1]);
    }
}

#[test]
fn lazy_equals_eager() {
    let n = 300;
    let (rig, reqs, t) = everything(n);
    let mut all = Run::new(rig.program());
    all.set(t, 0.2);
    all.frame();
    for &req in &reqs {
        let (rig, reqs, t) = everything(n);
        let mut alone = Run::new(rig.program());
        for &other in &reqs {
            alone.store.demand(other, other == req);
        }
        alone.set(t, 0.2);
        assert_eq!(alone.frame().len(), 1, "nothing else is computed");
        for i in 0..all.program.tables.graph.domains[0].count.min(n / 3) as usize {
            assert_eq!(all.at(req, i, 0).to_bits(), alone.at(req, i, 0).to_bits());
        }
    }
}

#[test]
fn uniform_requests_have_no_buffer() {
    let mut r = Rig::new();
    let d = r.line("d", 1000);
    let t = r.signal(TimeValue::Phase01);
    let phase = r.b.broadcast(t, false);
    let double = r.apply(Op::Add, &[phase, phase]);
    let req = r.request(double, d, Format::F32);
    let mut run = Run::new(r.program());
    run.set(t, 0.25);
    run.frame();
    assert_eq!(run.store.column(req), &Buffer::F32(Column::One(0.5)));
    assert_eq!(run.store.finite(req), Finite::All);
    run.set(t, f64::NAN);
    run.frame();
    assert_eq!(run.store.finite(req), Finite::No);
}

#[test]
fn colours_are_quantised_and_noted() {
    let mut r = Rig::new();
    let d = r.line("d", 70);
    let mut values = vec![0.5; 70 * 4];
    values[4 * 66 + 1] = f32::NAN;
    values[4..8].copy_from_slice(&[2.5, 0.0, 0.0, 1.0]);
    let id = r.b.const_f32(Domain::Color, &values);
    let field =
        r.b.field(Domain::Color, Some(d), false, FieldExpr::Array(id));
    let req = r.request(field, d, Format::U8x4);
    let mut run = Run::new(r.program());
    run.frame();
    let Buffer::U8x4(column) = run.store.column(req) else {
        panic!("bytes")
    };
    assert_eq!(column.at(0), color::quantize([0.5f32; 4]));
    assert_eq!(column.at(1), [255, 0, 0, 255]);
    assert_eq!(column.at(66), color::quantize([0.5, f32::NAN, 0.5, 0.5]));
    let bad: Vec<usize> = (0..70).filter(|&i| !run.store.finite(req).at(i)).collect();
    assert_eq!(bad, [66]);
}

#[test]
fn histories_are_read_by_content() {
    let mut r = Rig::new();
    let d = r.line("d", 5);
    let cell = r.b.cell(CellSpec {
        key: "trail/out/history".into(),
        op: StateOp::History,
        ty: Type::signal(Domain::Number),
        init: None,
        args: Vec::new(),
        imm: 5,
    });
    let trail =
        r.b.field(Domain::Number, Some(d), false, FieldExpr::History(cell));
    let req = r.request(trail, d, Format::F32);
    let mut run = Run::new(r.program());
    run.cells.0.insert(cell, (vec![1.0, 2.0, 3.0, 4.0, 5.1], 1));
    run.frame();
    assert_eq!(run.lane0(req, 5), [1.0, 2.0, 3.0, 4.0, f64::from(5.1f32)]);
    assert_eq!(run.frame(), [Outcome::Hit]);
    run.cells.0.insert(cell, (vec![2.0, 3.0, 4.0, 5.1, 6.0], 2));
    assert_eq!(run.frame(), [Outcome::Miss(MissReason::History(cell))]);
    assert_eq!(run.lane0(req, 2), [2.0, 3.0]);
}

fn square(size: f32) -> PathData {
    PathData {
        cmds: vec![0, 1, 1, 1, 4],
        pts: vec![[0.0, 0.0], [size, 0.0], [size, size], [0.0, size]],
    }
}

#[test]
fn outlines_move_morph_and_are_chosen() {
    let mut r = Rig::new();
    let d = r.line("d", 4);
    let a = r.b.const_path(square(100.0));
    let a = r.b.field(Domain::Path, None, false, FieldExpr::Const(a));
    let b = r.b.const_path(square(50.0));
    let b = r.b.field(Domain::Path, None, false, FieldExpr::Const(b));
    let x = r.numbers(d, &[0.0, 1.0, 0.25, f32::NAN]);
    let chosen = r.apply(Op::Select, &[x, a, b]);
    let all = r.request(a, d, Format::Path);
    let select = r.request(chosen, d, Format::Path);
    let morph = r.apply(Op::PathMorph, &[a, b, x]);
    let morph = r.request(morph, d, Format::Path);
    let by = r.apply(Op::Vec2Make, &[x, x]);
    let zero = r.b.field_constant(Domain::Number, false, &[0.0]);
    let two = r.b.field_constant(Domain::Number, false, &[2.0]);
    let moved = r.apply(Op::PathMove, &[a, by, zero, two]);
    let moved = r.request(moved, d, Format::Path);
    let point = r.apply(Op::PathPoint, &[a, x]);
    let point = r.request(point, d, Format::F32x2);
    let mut run = Run::new(r.program());
    run.frame();
    let paths = |req| match run.store.column(req) {
        Buffer::Path(column) => column.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(paths(all).index, Column::One(0));
    assert_eq!(*paths(all).table[0], square(100.0));
    assert_eq!(
        paths(select).index,
        Column::Many(Arc::new(vec![0, 1, 0, 0]))
    );
    assert_eq!(*paths(select).table[1], square(100.0));
    let corner = |req, i: usize| paths(req).table[paths(req).index.at(i) as usize].pts[2];
    assert_eq!(corner(morph, 2), [87.5, 87.5]);
    assert_eq!(corner(moved, 1), [201.0, 201.0]);
    assert!(!run.store.finite(moved).at(3));
    assert_eq!(run.at(point, 2, 0), 100.0);
    assert_eq!(run.at(point, 2, 1), 0.0);
    assert!(!run.store.finite(point).at(3) && run.store.finite(point).at(0));
}

#[test]
fn colour_layers_over_one_another() {
    let mut r = Rig::new();
    let big = r.line("big", 3);
    let small = r.line("small", 1);
    let red =
        r.b.field_constant(Domain::Color, false, &[1.0, 0.0, 0.0, 1.0]);
    let mut half = |d, n: usize| {
        let id =
            r.b.const_f32(Domain::Color, &[0.0, 0.0, 1.0, 0.5].repeat(n));
        r.b.field(Domain::Color, Some(d), false, FieldExpr::Array(id))
    };
    let (few, all) = (half(small, 1), half(big, 3));
    let silent = r.b.const_f32(Domain::Color, &[0.0, 0.0, 0.0, 1.0]);
    let mut bus = |terms| {
        let expr = FieldExpr::Combine {
            bus: BusId(0),
            mode: Combine::Layer,
            terms,
            silent,
        };
        let field = r.b.field(Domain::Color, Some(big), false, expr);
        r.request(field, big, Format::F32x4)
    };
    let over = bus(vec![red, few, all]);
    let alone = bus(vec![few, few]);
    let mut run = Run::new(r.program());
    run.frame();
    let colour = |req, i| (0..4).map(|k| run.at(req, i, k)).collect::<Vec<_>>();
    assert_eq!(colour(over, 0), [0.25, 0.0, 0.75, 1.0]);
    assert_eq!(colour(over, 2), [0.5, 0.0, 0.5, 1.0]);
    assert_eq!(colour(alone, 1), [0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn reductions_know_how_many_elements_there_are() {
    let mut r = Rig::new();
    let d = r.line("d", 5);
    let none = r.line("none", 0);
    let t = r.signal(TimeValue::Phase01);
    let everywhere = r.b.broadcast(t, false);
    let values = r.numbers(d, &[1.0, 2.0, 3.0, 4.0, 10.0]);
    let silent = r.b.const_f32(Domain::Number, &[0.0]);
    let terms = vec![everywhere, everywhere];
    let expr = FieldExpr::Combine {
        bus: BusId(0),
        mode: Combine::Max,
        terms,
        silent,
    };
    let bus = r.b.field(Domain::Number, Some(d), false, expr);
    let column = r.request(values, d, Format::F32);
    let uniform = r.request(bus, d, Format::F32);
    let single = r.request(everywhere, d, Format::F32);
    let id = r.b.const_f32(Domain::Color, &[]);
    let empty =
        r.b.field(Domain::Color, Some(none), false, FieldExpr::Array(id));
    let empty = r.request(empty, none, Format::F32x4);
    let mut run = Run::new(r.program());
    run.set(t, 0.5);
    run.frame();
    let reduce = |req, op| {
        let mut out = [7.0];
        run.store.reduce(req, op, &mut out);
        out[0]
    };
    assert_eq!(reduce(column, ReduceOp::Sum), 20.0);
    assert_eq!(reduce(column, ReduceOp::Avg), 4.0);
    assert_eq!(reduce(column, ReduceOp::Max), 10.0);
    assert_eq!(reduce(column, ReduceOp::First), 1.0);
    assert_eq!(reduce(uniform, ReduceOp::Sum), 2.5);
    assert_eq!(
        reduce(single, ReduceOp::Sum),
        0.5,
        "over no domain: one element"
    );
    let mut out = [7.0; 4];
    run.store.reduce(empty, ReduceOp::Avg, &mut out);
    assert_eq!(out, [0.0, 0.0, 0.0, 1.0], "the default colour");
}

#[test]
fn unsound_programs_are_refused() {
    let broken = |change: &dyn Fn(&mut Program)| {
        let (rig, _, _) = everything(9);
        let mut program = rig.program();
        change(&mut program);
        FieldStore::new(&program, &FieldOptions::default()).map(|_| ())
    };
    assert_eq!(broken(&|_| {}), Ok(()));
    let malformed = |result| matches!(result, Err(FieldError::Malformed { .. }));
    assert!(malformed(broken(
        &|p| p.tables.materialize.requests[0].format = Format::F32
    )));
    assert!(malformed(broken(
        &|p| p.tables.materialize.requests[0].field = FieldId(9999)
    )));
    assert!(malformed(broken(&|p| p.tables.constants.index.clear())));
    assert!(malformed(broken(&|p| p.tables.graph.domains.clear())));
    assert!(malformed(broken(&|p| p.tables.transforms.chains.clear())));
    assert!(malformed(broken(&|p| p.tables.sig.nodes.clear())));
    assert!(malformed(broken(&|p| p.types.clear())));
    assert!(malformed(broken(&|p| {
        let nodes = &mut p.tables.field.nodes;
        let last = nodes.len() - 1;
        nodes[last].expr = FieldExpr::Narrow(FieldId::at(last));
        p.tables.materialize.requests[0].field = FieldId::at(last);
    })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Random trees of opcodes over random columns.
    #[test]
    fn random_expressions(
        steps in prop::collection::vec((0usize..1000, 0usize..1000, 0usize..1000), 1..24),
        values in prop::collection::vec(prop::num::f32::ANY, 70),
        phase in prop::num::f64::ANY,
        wide: bool,
    ) {
        const OPS: [Op; 16] = [
            Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Mod, Op::Min, Op::Max, Op::Sin, Op::Fract,
            Op::Sqrt, Op::Lt, Op::Clamp, Op::Smoothstep, Op::FiniteOr, Op::BitXor, Op::Exp,
        ];
        let mut r = Rig::new();
        let d = r.line("d", 70);
        let t = r.signal(TimeValue::Phase01);
        let mut rows = vec![r.b.broadcast(t, wide)];
        if wide {
            let hash = r.b.id_hash(d, IdHash::Stable, 1.0);
            rows.extend([r.b.index(d), hash]);
        } else {
            rows.push(r.numbers(d, &values));
        }
        for &(op, a, b) in &steps {
            let op = OPS[op % OPS.len()];
            let pick = |k: usize| rows[k % rows.len()];
            let args: Vec<FieldId> = [pick(a), pick(b), pick(a / 7)][..op.arity()].to_vec();
            let row = r.apply(op, &args);
            rows.push(row);
        }
        let mut reqs = Vec::new();
        for &row in rows.iter().rev().take(4) {
            let row = r.b.narrow(row);
            reqs.push(r.request(row, d, Format::F32));
        }
        let mut run = Run::new(r.program());
        for phase in [phase, 0.25] {
            run.set(t, phase);
            run.frame();
            for &req in &reqs {
                reference::check(&run, req);
            }
        }
    }
}

//! From columns to trees: what is dropped, shared, sorted, nested.

use super::bench::*;
use crate::ir::*;
use crate::path::PathData;
use crate::render_tree::{self as tree, Column, GlowMode, Pass, Shape};
use crate::types::Domain;
use crate::vm::Engine;
use crate::vm::frame::{EngineOptions, FrameError, FrameTime};
use crate::vm::health::Fault;
use std::sync::Arc;

fn dots(pass: &Pass) -> &tree::Instances2d {
    match pass {
        Pass::Instances2d(dots) => dots,
        other => panic!("{other:?}"),
    }
}

fn first(engine: &mut Engine, t: f64) -> tree::Instances2d {
    dots(&render(engine, FrameTime::at(t)).passes[0]).clone()
}

fn rows<T: Copy>(column: &Column<T>, count: u32) -> Vec<T> {
    (0..count as usize).map(|i| column.at(i)).collect()
}

/// Four dots with these sizes.
fn sized(sizes: [f32; 4]) -> Bench {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 4);
    let size = bench.array(Domain::Number, over, &sizes);
    bench.dots(
        "dots",
        over,
        &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        size,
    );
    bench
}

#[test]
fn columns_are_shared_with_the_store_and_between_frames() {
    let mut engine = sized([1.0, 2.0, 3.0, 4.0]).engine();
    let a = first(&mut engine, 0.0);
    let b = first(&mut engine, 10.0);
    assert_eq!((a.count, &a.element), (4, &None));
    assert_eq!(rows(&a.size, 4), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(rows(&a.pos, 4)[3], [6.0, 7.0]);
    assert_eq!(a.rgba, Column::One([255, 0, 0, 255]));
    let (Column::Many(x), Column::Many(y)) = (&a.size, &b.size) else {
        panic!("a column of four");
    };
    assert!(Arc::ptr_eq(x, y));
    assert_eq!(a.shapes[..], [Shape::Circle]);
    let mut name = String::new();
    a.ids.write(3, &mut name);
    assert_eq!((name.as_str(), &*a.sink), ("3", "dots"));
}

#[test]
fn faults_are_counted_and_empty_elements_are_not() {
    let mut engine = sized([f32::NAN, -1.0, 0.0, 5.0]).engine();
    let pass = first(&mut engine, 0.0);
    assert_eq!((pass.count, rows(&pass.size, 1)), (1, vec![5.0]));
    assert_eq!(rows(&pass.pos, 1), [[6.0, 7.0]]);
    assert_eq!(pass.element.as_deref(), Some(&vec![3]));
    let dropped = engine.health().dropped[0];
    assert_eq!(
        (dropped.faults(), dropped.first),
        (2, Some((0, Fault::Size)))
    );
    assert_eq!(
        (dropped.of(Fault::Size), dropped.of(Fault::NegativeSize)),
        (1, 1)
    );
    // The next frame reuses the pass and counts the same.
    first(&mut engine, 10.0);
    assert_eq!(engine.health().dropped, [dropped]);
    assert_eq!(engine.totals().faults, 4);
}

#[test]
fn a_sink_without_elements_is_a_pass_of_none() {
    let mut engine = sized([f32::INFINITY, f32::NAN, -1.0, 0.0]).engine();
    assert_eq!(first(&mut engine, 0.0).count, 0);
}

#[test]
fn what_paints_nothing_is_judged_on_the_bytes() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 4);
    let pos = bench.array(Domain::Vec2, over, &[0.0; 8]);
    // Alpha 0.001 becomes byte 0; 0.002 becomes 1.
    let alpha = |a: f32| [1.0, 1.0, 1.0, a];
    let colors = [alpha(0.001), alpha(0.002), alpha(0.0), alpha(0.0)].concat();
    let color = bench.array(Domain::Color, over, &colors);
    let width = bench.array(Domain::Number, over, &[0.0, 0.0, 2.0, -2.0]);
    let stroke = bench
        .build
        .field_constant(Domain::Color, false, &[0.0, 0.0, 1.0, 1.0]);
    let size = bench.build.field_constant(Domain::Number, false, &[3.0]);
    let columns = [
        ("pos", pos, Format::F32x2),
        ("size", size, Format::F32),
        ("color", color, Format::U8x4),
        ("strokeWidth", width, Format::F32),
        ("strokeColor", stroke, Format::U8x4),
    ];
    bench.sink("dots", SinkKind::Instances2d, Some(over), &columns, &[]);
    let mut engine = bench.engine();
    let pass = first(&mut engine, 0.0);
    assert_eq!(pass.element.as_deref(), Some(&vec![1, 2]));
    assert_eq!(rows(&pass.rgba, 2)[0][3], 1);
    assert_eq!(rows(&pass.stroke_width, 2), [0.0, 2.0]);
    assert!(engine.health().dropped.is_empty());
}

#[test]
fn a_sort_key_orders_and_ties_keep_the_index() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 4);
    let pos = bench.array(Domain::Vec2, over, &[0.0; 8]);
    let key = bench.array(Domain::Number, over, &[1.0, f32::NAN, -1.0, 0.0]);
    let size = bench.array(Domain::Number, over, &[10.0, 11.0, 12.0, 13.0]);
    let white = bench.build.field_constant(Domain::Color, false, &[1.0; 4]);
    let columns = [
        ("pos", pos, Format::F32x2),
        ("size", size, Format::F32),
        ("color", white, Format::U8x4),
        ("sortKey", key, Format::F32),
    ];
    bench.sink("dots", SinkKind::Instances2d, Some(over), &columns, &[]);
    let pass = first(&mut bench.engine(), 0.0);
    // NaN counts as 0 and stands before the other 0, whose index is larger.
    assert_eq!(pass.element.as_deref(), Some(&vec![2, 1, 3, 0]));
    assert_eq!(rows(&pass.size, 4), [12.0, 11.0, 13.0, 10.0]);
}

#[test]
fn gathered_rows_reuse_their_buffers() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 4);
    let t = bench.time(TimeValue::TAbsMs);
    let moving = bench.build.broadcast(t, false);
    let base = bench.array(Domain::Number, over, &[1.0, 2.0, f32::NAN, 3.0]);
    let size = bench
        .build
        .field_apply(Op::Add, 0, &[base, moving])
        .expect("numbers");
    bench.dots("dots", over, &[0.0; 8], size);
    let mut engine = bench.engine();
    let mut seen = Vec::new();
    for i in 0..12 {
        let tree = engine.render_frame(FrameTime::at(f64::from(i)), &Default::default());
        let pass = dots(&tree.expect("legal").passes[0]);
        assert_eq!(pass.size.at(2), 3.0 + i as f32);
        match &pass.size {
            Column::Many(rows) => seen.push(Arc::as_ptr(rows)),
            Column::One(_) => panic!("three rows"),
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() <= 3, "{} buffers for one column", seen.len());
}

#[test]
fn a_tree_that_the_host_keeps_does_not_change() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 3);
    let t = bench.time(TimeValue::TAbsMs);
    let moving = bench.build.broadcast(t, false);
    let base = bench.array(Domain::Number, over, &[1.0, -9e9, 3.0]);
    let size = bench
        .build
        .field_apply(Op::Add, 0, &[base, moving])
        .expect("numbers");
    bench.dots("dots", over, &[0.0; 6], size);
    let mut engine = bench.engine();
    let trees: Vec<_> = (0..9)
        .map(|i| render(&mut engine, FrameTime::at(f64::from(i))))
        .collect();
    for (i, tree) in trees.iter().enumerate() {
        let pass = dots(&tree.passes[0]);
        assert_eq!(rows(&pass.size, 2), [1.0 + i as f32, 3.0 + i as f32]);
        assert_eq!((tree.frame, tree.t_ms), (i as u64, i as f64));
    }
}

#[test]
fn passes_are_ordered_by_z_then_by_place() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let t = bench.time(TimeValue::TAbsMs);
    let minus = bench.apply(Op::Neg, &[t]);
    let zero = bench.apply(Op::Mul, &[t, minus]);
    let nan = bench.apply(Op::Ln, &[zero]);
    let sinks = ["a", "b", "c"].map(|key| bench.dots(key, over, &[0.0; 2], size));
    bench.z(sinks[0], t);
    bench.z(sinks[1], minus);
    // ln 0 = −∞ at 0, NaN (that is 0) later.
    bench.z(sinks[2], nan);
    let program = bench.finish();
    let mut engine = Engine::new(program, EngineOptions::default()).expect("fits");
    let mut names = |t| {
        let tree = render(&mut engine, FrameTime::at(t));
        let name = |pass: &Pass| dots(pass).sink.to_string();
        tree.passes.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(0.0), ["c", "a", "b"]);
    assert_eq!(names(1.0), ["b", "c", "a"]);
    assert_eq!(engine.health().bad_parameter, 1);
}

#[test]
fn a_clear_stands_for_the_background() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let dots = bench.dots("dots", over, &[0.0; 2], size);
    let low = bench.num(f64::NEG_INFINITY);
    bench.z(dots, low);
    let black = bench.build.const_f64(Domain::Color, &[0.0, 0.0, 0.0, 1.0]);
    let color = [("color", InputRef::Const(black))];
    bench.sink("a", SinkKind::Clear, None, &[], &color);
    let tree = render(&mut bench.engine(), FrameTime::at(0.0));
    assert!(matches!(&tree.passes[0], Pass::Clear(clear) if clear.rgba == [0, 0, 0, 255]));
    assert_eq!(tree.passes.len(), 2);
}

/// Dots inside a glow whose sigma is a signal.
fn glowing(sigma: impl FnOnce(&mut Bench) -> SignalId) -> Bench {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let dots = bench.dots("dots", over, &[0.0; 2], size);
    let sigma = sigma(&mut bench);
    let mode = bench.build.const_text("add");
    let rows = [
        ("sigma", InputRef::Sig(sigma)),
        ("mode", InputRef::Const(mode)),
    ];
    let params = rows.map(|(name, from)| SinkInput {
        name: bench.build.text(name),
        from,
    });
    let (key, kind) = (bench.build.text("glow"), bench.build.text("glow"));
    bench.build.tables.render.effects.push(ParamRow {
        key,
        kind,
        params: params.to_vec(),
    });
    let effect = [("effect", InputRef::Effect(EffectId(0)))];
    let glow = bench.sink("glow", SinkKind::Postfx, None, &[], &effect);
    bench.put_into(dots, glow, 0);
    bench
}

#[test]
fn a_glow_wraps_its_sink_and_its_lists_are_reused() {
    let mut engine = glowing(|bench| bench.time(TimeValue::TAbsMs)).engine();
    for t in [0.0, 20.0, 30.0] {
        let tree = render(&mut engine, FrameTime::at(t));
        let [Pass::PostFx(fx)] = &tree.passes[..] else {
            panic!("{:?}", tree.passes);
        };
        assert_eq!(dots(&fx.children[0]).count, 1);
        let wanted = tree::Effect::Glow {
            sigma: t as f32,
            gain: 1.0,
            tint: None,
            mode: GlowMode::Add,
        };
        // A blur of nothing is no effect.
        let wanted = if t > 0.0 { vec![wanted] } else { Vec::new() };
        assert_eq!(fx.effects, wanted);
    }
}

#[test]
fn an_illegal_effect_does_nothing_and_is_counted() {
    let mut engine = glowing(|bench| {
        let t = bench.time(TimeValue::TAbsMs);
        bench.apply(Op::Ln, &[t])
    })
    .engine();
    let tree = render(&mut engine, FrameTime::at(0.0));
    let Pass::PostFx(fx) = &tree.passes[0] else {
        panic!("{:?}", tree.passes);
    };
    assert!(fx.effects.is_empty());
    assert_eq!(engine.health().bad_parameter, 1);
}

#[test]
fn an_effect_beyond_its_limit_is_drawn_and_counted() {
    let mut engine = glowing(|bench| bench.num(500.5)).engine();
    let tree = render(&mut engine, FrameTime::at(0.0));
    let Pass::PostFx(glow) = &tree.passes[0] else {
        panic!("{tree:?}");
    };
    assert_eq!(glow.effects.len(), 1);
    assert_eq!(engine.health().bad_parameter, 1);
    let offence = engine.offence().expect("counted");
    assert_eq!((&*offence.subject, offence.channel), ("glow", "sigma"));
    let mut engine = glowing(|bench| bench.num(500.0)).engine();
    render(&mut engine, FrameTime::at(0.0));
    assert_eq!(engine.health().bad_parameter, 0);
}

#[test]
fn a_group_moves_its_children_in_their_order() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let [a, b] = ["a", "b"].map(|key| bench.dots(key, over, &[0.0; 2], size));
    let to = bench.build.constant(Domain::Vec2, &[3.0, 4.0]);
    let opacity = bench.num(7.0);
    let inputs = [
        ("translate", InputRef::Sig(to)),
        ("opacity", InputRef::Sig(opacity)),
    ];
    let group = bench.sink("sum", SinkKind::Group, None, &[], &inputs);
    bench.put_into(a, group, 1);
    bench.put_into(b, group, 0);
    let tree = render(&mut bench.engine(), FrameTime::at(0.0));
    let [Pass::Group(group)] = &tree.passes[..] else {
        panic!("{:?}", tree.passes);
    };
    let names: Vec<&str> = group.children.iter().map(|p| &*dots(p).sink).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(group.transform, [1.0, 0.0, 0.0, 1.0, 3.0, 4.0]);
    assert_eq!((group.opacity, &group.clip), (1.0, &tree::Clip::None));
}

#[test]
fn a_group_scaled_to_nothing_draws_nothing_and_is_counted() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let dots = bench.dots("dots", over, &[0.0; 2], size);
    let flat = bench.build.constant(Domain::Vec2, &[2.0, 0.0]);
    let inputs = [("scale", InputRef::Sig(flat))];
    let group = bench.sink("sum", SinkKind::Group, None, &[], &inputs);
    bench.put_into(dots, group, 0);
    let mut engine = bench.engine();
    let tree = render(&mut engine, FrameTime::at(0.0));
    let [Pass::Group(group)] = &tree.passes[..] else {
        panic!("{:?}", tree.passes);
    };
    assert!(group.children.is_empty());
    assert_eq!(engine.health().bad_parameter, 1);
    let offence = engine.offence().expect("counted");
    assert_eq!((&*offence.subject, offence.channel), ("sum", "scale"));
}

#[test]
fn strict_mode_names_element_channel_and_step() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 2);
    let t = bench.time(TimeValue::TAbsMs);
    let five = bench.num(5.0);
    let left = bench.apply(Op::Sub, &[five, t]);
    let root = bench.apply(Op::Sqrt, &[left]);
    let size = bench.build.broadcast(root, false);
    bench.dots("dots", over, &[0.0, 1.0, 2.0, 3.0], size);
    let options = EngineOptions {
        strict: true,
        ..EngineOptions::default()
    };
    let mut engine = Engine::new(bench.finish(), options).expect("fits");
    let before = render(&mut engine, FrameTime::at(1.0));
    let error = try_render(&mut engine, FrameTime::at(6.0)).expect_err("√ of −1");
    let FrameError::NonFinite(offence) = &error else {
        panic!("{error}");
    };
    assert_eq!((&*offence.subject, offence.channel), ("dots", "size"));
    assert_eq!(offence.element, Some((0, "0".to_owned())));
    assert_eq!(offence.step.as_deref(), Some("nodeEval:early"));
    assert!(
        error
            .to_string()
            .starts_with("frame 1 at 6 ms: `dots` would drop element `0`")
    );
    assert_eq!(engine.tree(), &before);
    // The state went on: the next legal frame is the third.
    assert_eq!(render(&mut engine, FrameTime::at(6.5 - 1.5)).frame, 0);
}

#[test]
fn a_reduction_reads_this_frames_columns() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 3);
    let t = bench.time(TimeValue::TAbsMs);
    let twice = bench.apply(Op::Add, &[t, t]);
    let moving = bench.build.broadcast(twice, false);
    let base = bench.array(Domain::Number, over, &[1.0, 2.0, 6.0]);
    let field = bench
        .build
        .field_apply(Op::Add, 0, &[base, moving])
        .expect("numbers");
    let average = bench.build.signal(
        crate::types::Type::signal(Domain::Number),
        SignalExpr::Reduce {
            field,
            domain: Some(over),
            op: ReduceOp::Avg,
        },
    );
    bench.request("e", (field, Format::F32), over, Consumer::Reduce(average));
    let half = bench.num(0.5);
    let after = bench.apply(Op::Mul, &[average, half]);
    let mut engine = bench.engine();
    let seen = values(&mut engine, after, &at([0.0, 10.0]));
    assert_eq!(seen, [1.5, 11.5]);
    // The same without drawing.
    engine
        .step(FrameTime::at(20.0), &Default::default())
        .expect("legal");
    assert_eq!(engine.signal(after), [21.5]);
}

#[test]
fn a_history_is_drawn_with_this_frames_value() {
    let mut bench = Bench::new(cyclic(1000.0));
    let t = bench.time(TimeValue::TAbsMs);
    let cell = bench.cell(StateOp::History, 3, None, &[Operand::Sig(t)]);
    let over = bench.domain("d", 3);
    let size = bench
        .build
        .field(Domain::Number, Some(over), false, FieldExpr::History(cell));
    bench.dots("dots", over, &[0.0; 6], size);
    let mut engine = bench.engine();
    for (t, wanted) in [
        (1.0, [1.0, 1.0, 1.0]),
        (2.0, [1.0, 1.0, 2.0]),
        (3.0, [1.0, 2.0, 3.0]),
        (4.0, [2.0, 3.0, 4.0]),
    ] {
        let pass = first(&mut engine, t);
        assert_eq!(rows(&pass.size, 3), wanted);
    }
}

#[test]
fn shapes_may_change_their_inner_radius() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 1);
    let t = bench.time(TimeValue::TAbsMs);
    bench.build.tables.render.shapes.push(ShapeRow::Star {
        points: 5,
        inner: InputRef::Sig(t),
    });
    let pos = bench.array(Domain::Vec2, over, &[0.0; 2]);
    let size = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let white = bench.build.field_constant(Domain::Color, false, &[1.0; 4]);
    let columns = [
        ("pos", pos, Format::F32x2),
        ("size", size, Format::F32),
        ("color", white, Format::U8x4),
    ];
    let shape = [("shape", InputRef::Shape(ShapeId(0)))];
    bench.sink("dots", SinkKind::Instances2d, Some(over), &columns, &shape);
    let mut engine = bench.engine();
    for (t, inner) in [(0.0, 0.05), (0.5, 0.5), (7.0, 0.95)] {
        let wanted = Shape::Star { points: 5, inner };
        assert_eq!(first(&mut engine, t).shapes[..], [wanted]);
    }
}

#[test]
fn an_outline_that_is_not_finite_drops_its_element() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 2);
    let square = PathData {
        cmds: vec![0, 1, 1, 4],
        pts: vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0]],
    };
    let square = bench.build.const_path(square);
    let square = bench
        .build
        .field(Domain::Path, None, false, FieldExpr::Const(square));
    let by = bench.build.field_constant(Domain::Vec2, false, &[0.0; 2]);
    let angle = bench.build.field_constant(Domain::Number, false, &[0.0]);
    let scale = bench.array(Domain::Number, over, &[f32::NAN, 1.0]);
    let outline = bench
        .build
        .field_apply(Op::PathMove, 0, &[square, by, angle, scale])
        .expect("fits");
    let pos = bench.array(Domain::Vec2, over, &[0.0; 4]);
    let size = bench.build.field_constant(Domain::Number, false, &[3.0]);
    let color = bench
        .build
        .field_constant(Domain::Color, false, &[1.0, 0.0, 0.0, 1.0]);
    let columns = [
        ("pos", pos, Format::F32x2),
        ("size", size, Format::F32),
        ("color", color, Format::U8x4),
        ("path", outline, Format::Path),
    ];
    bench.sink("dots", SinkKind::Instances2d, Some(over), &columns, &[]);
    let mut engine = bench.engine();
    let pass = first(&mut engine, 0.0);
    assert_eq!(pass.element.as_deref(), Some(&vec![1]));
    assert_eq!(engine.health().dropped[0].of(Fault::Position), 1);
}

//! Outlines and lines: what is dropped, grouped, smoothed, written again.

use super::bench::*;
use crate::ir::*;
use crate::render_tree::{Cap, Column, FillRule, Join, Pass, PathData, Paths2d, Strokes2d};
use crate::types::Domain;
use crate::vm::Engine;
use crate::vm::frame::FrameTime;
use crate::vm::health::Fault;
use std::sync::Arc;

fn strokes(engine: &mut Engine, t: f64) -> Strokes2d {
    match &render(engine, FrameTime::at(t)).passes[0] {
        Pass::Strokes2d(pass) => pass.clone(),
        other => panic!("{other:?}"),
    }
}

fn paths(engine: &mut Engine, t: f64) -> Paths2d {
    match &render(engine, FrameTime::at(t)).passes[0] {
        Pass::Paths2d(pass) => pass.clone(),
        other => panic!("{other:?}"),
    }
}

fn rows<T: Copy>(column: &Column<T>, count: u32) -> Vec<T> {
    (0..count as usize).map(|i| column.at(i)).collect()
}

/// Commands and points of every outline.
fn shown(pass: &Strokes2d) -> Vec<String> {
    let one = |path: &Arc<PathData>| {
        assert!(path.is_well_formed());
        let cmds: String = path
            .cmds
            .iter()
            .map(|&c| char::from(b"MLQCZ"[c as usize]))
            .collect();
        let points: Vec<String> = path.pts.iter().map(|[x, y]| format!("{x},{y}")).collect();
        format!("{cmds} {}", points.join(" "))
    };
    assert_eq!(pass.paths.len(), pass.count as usize);
    pass.paths.iter().map(one).collect()
}

/// A line through these points; `widths` makes every piece a stroke of its own.
struct Drawn<'a> {
    points: &'a [f32],
    widths: &'a [f32],
    params: &'a str,
}

impl Drawn<'_> {
    fn engine(&self) -> Engine {
        let mut bench = Bench::new(cyclic(1000.0));
        let over = bench.domain("d", self.points.len() as u32 / 2);
        let pos = bench.array(Domain::Vec2, over, self.points);
        let width = match self.widths {
            [] => bench.build.field_constant(Domain::Number, false, &[2.0]),
            widths => bench.array(Domain::Number, over, widths),
        };
        let red = [1.0, 0.0, 0.0, 1.0];
        let color = bench.build.field_constant(Domain::Color, false, &red);
        let columns = [
            ("pos", pos, Format::F32x2),
            ("width", width, Format::F32),
            ("color", color, Format::U8x4),
        ];
        let sink = bench.sink("line", SinkKind::Strokes2d, Some(over), &columns, &[]);
        bench.params(sink, self.params);
        bench.engine()
    }

    fn pass(&self) -> Strokes2d {
        strokes(&mut self.engine(), 0.0)
    }
}

const SQUARE: [f32; 8] = [0.0, 0.0, 6.0, 0.0, 6.0, 6.0, 0.0, 6.0];

#[test]
fn one_line_goes_through_all_elements() {
    let line = |params| {
        let drawn = Drawn {
            points: &SQUARE,
            widths: &[],
            params,
        };
        drawn.pass()
    };
    let open = line(r#"{"cap": "square", "join": "bevel", "dash": [4, 2.5], "blend": "add"}"#);
    assert_eq!(shown(&open), ["MLLL 0,0 6,0 6,6 0,6"]);
    assert_eq!((open.count, &open.element), (1, &None));
    assert_eq!(
        (open.style.cap, open.style.join),
        (Cap::Square, Join::Bevel)
    );
    assert_eq!(open.style.dash, [4.0, 2.5]);
    assert_eq!(
        shown(&line(r#"{"closed": true}"#)),
        ["MLLLZ 0,0 6,0 6,6 0,6"]
    );
    // An end is repeated: the first control point is P₀ + (P₁ − P₀)/6.
    assert_eq!(
        shown(&line(r#"{"smooth": true}"#)),
        ["MCCC 0,0 1,0 5,-1 6,0 7,1 7,5 6,6 5,7 1,6 0,6"]
    );
    assert_eq!(
        shown(&line(r#"{"smooth": true, "closed": true}"#)),
        ["MCCCCZ 0,0 1,-1 5,-1 6,0 7,1 7,5 6,6 5,7 1,7 0,6 -1,5 -1,1 0,0"]
    );
}

#[test]
fn groups_are_lines_and_a_rest_of_one_is_a_dot() {
    let points = [0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0];
    let line = |params| {
        let drawn = Drawn {
            points: &points,
            widths: &[],
            params,
        };
        drawn.pass()
    };
    let round = line(r#"{"groupSize": 2, "cap": "round"}"#);
    assert_eq!(shown(&round), ["ML 0,0 1,0", "ML 2,0 3,0", "ML 4,0 4,0"]);
    assert_eq!(round.element.as_deref(), Some(&vec![0, 2, 4]));
    assert_eq!(round.path_of, Column::Many(Arc::new(vec![0, 1, 2])));
    assert_eq!(round.stroke_width, Column::One(2.0));
    let butt = line(r#"{"groupSize": 2}"#);
    assert_eq!(shown(&butt), ["ML 0,0 1,0", "ML 2,0 3,0"]);
}

#[test]
fn a_width_of_its_own_makes_each_piece_a_stroke() {
    let line = |widths, params| {
        let drawn = Drawn {
            points: &SQUARE,
            widths,
            params,
        };
        drawn.pass()
    };
    let widths = &[1.0, 2.0, 3.0, 4.0];
    let pieces = line(widths, r#"{"cap": "round"}"#);
    assert_eq!(shown(&pieces), ["ML 0,0 6,0", "ML 6,0 6,6", "ML 6,6 0,6"]);
    assert_eq!(rows(&pieces.stroke_width, 3), [1.0, 2.0, 3.0]);
    let closed = line(widths, r#"{"closed": true}"#);
    assert_eq!(shown(&closed)[3], "ML 0,6 0,0");
    assert_eq!(rows(&closed.stroke_width, 4)[3], 4.0);
    // A piece of a smooth line is the same curve as in the whole line.
    let smooth = line(widths, r#"{"smooth": true}"#);
    assert_eq!(shown(&smooth)[1], "MC 6,0 7,1 7,5 6,6");
    // A piece without width paints nothing, but its points stay.
    let gap = line(&[1.0, 0.0, 3.0, 4.0], "{}");
    assert_eq!(shown(&gap), ["ML 0,0 6,0", "ML 6,6 0,6"]);
    assert_eq!(gap.element.as_deref(), Some(&vec![0, 2]));
}

#[test]
fn a_line_goes_on_without_its_faulty_elements() {
    let mut points = SQUARE;
    points[2] = f32::NAN;
    let drawn = Drawn {
        points: &points,
        widths: &[],
        params: r#"{"groupSize": 2, "cap": "round"}"#,
    };
    let mut engine = drawn.engine();
    let pass = strokes(&mut engine, 0.0);
    // Which elements are one line does not depend on the fault.
    assert_eq!(shown(&pass), ["ML 0,0 0,0", "ML 6,6 0,6"]);
    let dropped = engine.health().dropped[0];
    assert_eq!(dropped.first, Some((1, Fault::Position)));
    assert_eq!(dropped.of(Fault::Position), 1);
    let none = Drawn {
        points: &SQUARE,
        widths: &[f32::NAN; 4],
        params: "{}",
    };
    let mut engine = none.engine();
    let pass = strokes(&mut engine, 0.0);
    assert_eq!((pass.count, pass.paths.len()), (0, 0));
    assert_eq!(engine.health().dropped[0].of(Fault::Width), 4);
}

#[test]
fn points_near_the_end_of_f32_stay_finite() {
    let far = f32::MAX;
    let points = [-far, 0.0, far, 0.0, -far, 0.0, far, 0.0];
    let drawn = Drawn {
        points: &points,
        widths: &[],
        params: r#"{"smooth": true}"#,
    };
    assert!(drawn.pass().paths[0].is_well_formed());
}

#[test]
fn outlines_of_earlier_frames_are_written_again() {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", 6);
    let t = bench.time(TimeValue::TAbsMs);
    let x = bench.build.broadcast(t, false);
    let y = bench.array(Domain::Number, over, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let pos = bench
        .build
        .field_apply(Op::Vec2Make, 0, &[x, y])
        .expect("fits");
    let width = bench.build.field_constant(Domain::Number, false, &[1.0]);
    let color = bench.build.field_constant(Domain::Color, false, &[1.0; 4]);
    let columns = [
        ("pos", pos, Format::F32x2),
        ("width", width, Format::F32),
        ("color", color, Format::U8x4),
    ];
    let sink = bench.sink("line", SinkKind::Strokes2d, Some(over), &columns, &[]);
    bench.params(sink, r#"{"groupSize": 2}"#);
    let mut engine = bench.engine();
    let mut seen = std::collections::BTreeSet::new();
    for frame in 0..12 {
        let pass = strokes(&mut engine, f64::from(frame));
        assert_eq!(pass.paths[2].pts[0], [frame as f32, 4.0]);
        seen.insert(Arc::as_ptr(&pass.paths) as usize);
        for path in pass.paths.iter() {
            seen.insert(Arc::as_ptr(path) as usize);
        }
    }
    // Three tables of three outlines, whatever the number of frames.
    assert!(seen.len() <= 12, "{}", seen.len());
    // A held frame keeps what it showed.
    let held = strokes(&mut engine, 20.0);
    let copy: Vec<PathData> = held.paths.iter().map(|p| (**p).clone()).collect();
    for frame in 21..30 {
        strokes(&mut engine, f64::from(frame));
    }
    assert!(held.paths.iter().map(|p| &**p).eq(&copy));
}

/// Two outlines, a square and nothing, for four elements.
fn outlined(fill: &[f32], extra: &[(&'static str, Domain, &[f32])]) -> Bench {
    let mut bench = Bench::new(cyclic(1000.0));
    let over = bench.domain("d", fill.len() as u32 / 4);
    let square = PathData {
        cmds: vec![0, 1, 1, 4],
        pts: vec![[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]],
    };
    let square = bench.build.const_path(square);
    let path = bench
        .build
        .field(Domain::Path, None, false, FieldExpr::Const(square));
    let fill = bench.array(Domain::Color, over, fill);
    let mut columns = vec![
        ("path", path, Format::Path),
        ("fillColor", fill, Format::U8x4),
    ];
    for &(name, domain, values) in extra {
        let field = bench.array(domain, over, values);
        let format = match domain {
            Domain::Vec2 => Format::F32x2,
            Domain::Color => Format::U8x4,
            _ => Format::F32,
        };
        columns.push((name, field, format));
    }
    let sink = bench.sink("outlines", SinkKind::Paths2d, Some(over), &columns, &[]);
    bench.params(sink, r#"{"fillRule": "evenodd", "miterLimit": 0.5}"#);
    bench
}

#[test]
fn outlines_are_dropped_for_each_fault_in_turn() {
    let red = [1.0, 0.0, 0.0, 1.0];
    let fill = [red, [f32::NAN, 0.0, 0.0, 1.0], red, red, red, red].concat();
    let nan = f32::NAN;
    let pos = [0.0, 0.0, nan, 0.0, nan, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
    let bench = outlined(
        &fill,
        &[
            ("pos", Domain::Vec2, &pos),
            ("rotation", Domain::Number, &[0.0, 0.0, 0.0, nan, 0.0, 0.5]),
            ("scale", Domain::Number, &[1.0, 1.0, nan, nan, nan, -2.0]),
        ],
    );
    let mut engine = bench.engine();
    let pass = paths(&mut engine, 0.0);
    assert_eq!(pass.element.as_deref(), Some(&vec![0, 5]));
    assert_eq!(rows(&pass.pos, 2), [[0.0, 0.0], [3.0, 3.0]]);
    assert_eq!(rows(&pass.scale, 2), [1.0, -2.0]);
    assert_eq!(rows(&pass.rotation, 2), [0.0, 0.5]);
    let dropped = engine.health().dropped[0];
    let counts =
        [Fault::Position, Fault::Rotation, Fault::Scale, Fault::Color].map(|f| dropped.of(f));
    assert_eq!(counts, [2, 1, 1, 0]);
    assert_eq!(pass.fill_rule, FillRule::Evenodd);
    // A file may say anything; a tree has a possible style.
    assert_eq!(pass.style.miter_limit, 1.0);
}

#[test]
fn outlines_that_paint_nothing_are_left_out_silently() {
    let clear = [0.0; 4];
    let fill = [clear, clear, clear, [0.0, 0.0, 0.0, 1.0]].concat();
    let stroke = [
        1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.001, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0,
    ];
    let bench = outlined(
        &fill,
        &[
            ("strokeColor", Domain::Color, &stroke),
            ("strokeWidth", Domain::Number, &[1.0, 1.0, 0.0, 0.0]),
        ],
    );
    let mut engine = bench.engine();
    let pass = paths(&mut engine, 0.0);
    assert_eq!(pass.element.as_deref(), Some(&vec![0, 3]));
    assert!(engine.health().dropped.is_empty());
    let none = outlined(&[0.0; 8], &[]);
    assert_eq!(paths(&mut none.engine(), 0.0).count, 0);
}

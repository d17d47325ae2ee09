//! Strokes, dashes and outlines that cross themselves, against samples and against tiny-skia.
//!
//! tiny-skia's 4 × 4 samples are what is tested: bounds are wide, and the error itself is pinned.

use super::scene::{One, draw, path, polyline, tree};
use crate::raster::{Canvas, Raster, RasterOptions};
use crate::render_tree::{Cap, FillRule, Join, Pass, PathData, Shape, StrokeStyle};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const SIDE: u32 = 48;

fn drawn(data: PathData, rule: FillRule, width: f32, style: StrokeStyle) -> Canvas {
    draw(&tree(
        SIDE,
        SIDE,
        [0.0; 4],
        vec![Pass::Paths2d(path(data, rule, width, style))],
    ))
}

fn style(cap: Cap, join: Join) -> StrokeStyle {
    StrokeStyle {
        cap,
        join,
        miter_limit: 4.0,
        ..StrokeStyle::default()
    }
}

/// Share of 16 × 16 samples a pixel that are inside.
fn truth(inside: impl Fn([f64; 2]) -> bool) -> Vec<f64> {
    (0..SIDE * SIDE)
        .map(|i| {
            let at = |pixel: u32, s: u32| f64::from(pixel) + (f64::from(s) + 0.5) / 16.0;
            let hits = (0..256).filter(|s| inside([at(i % SIDE, s % 16), at(i / SIDE, s / 16)]));
            hits.count() as f64 / 256.0
        })
        .collect()
}

fn winding(points: &[[f32; 2]], p: [f64; 2]) -> i32 {
    let mut winding = 0;
    for (i, a) in points.iter().enumerate() {
        let b = points[(i + 1) % points.len()];
        let (a, b) = (a.map(f64::from), b.map(f64::from));
        if (a[1] <= p[1]) != (b[1] <= p[1]) {
            let x = a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            if p[0] >= x {
                winding += if b[1] > a[1] { 1 } else { -1 };
            }
        }
    }
    winding
}

/// Distance of a point from a line through points.
fn distance(points: &[[f32; 2]], p: [f64; 2]) -> f64 {
    let mut least = f64::INFINITY;
    for pair in points.windows(2) {
        let (a, b) = (pair[0].map(f64::from), pair[1].map(f64::from));
        let (d, v) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
        let length = d[0] * d[0] + d[1] * d[1];
        let t = if length > 0.0 {
            ((d[0] * v[0] + d[1] * v[1]) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (x, y) = (v[0] - d[0] * t, v[1] - d[1] * t);
        least = least.min((x * x + y * y).sqrt());
    }
    least
}

/// Largest and mean error over edge pixels.
fn errors(canvas: &Canvas, truth: &[f64]) -> (f64, f64) {
    let (mut worst, mut sum, mut count) = (0.0f64, 0.0, 0);
    for (pixel, t) in canvas.pixels().iter().zip(truth) {
        let k = f64::from(pixel[3]) / 255.0;
        if (*t > 0.0 && *t < 1.0) || (k > 0.0 && k < 1.0) {
            worst = worst.max((k - t).abs());
            sum += (k - t).abs();
            count += 1;
        }
    }
    (worst, sum / f64::from(count.max(1)))
}

fn points(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<[f32; 2]>> {
    proptest::collection::vec([4.0f32..44.0, 4.0f32..44.0], count)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..Default::default()
    })]

    #[test]
    fn crossing_outlines_are_filled_by_their_winding(
        points in points(3..12),
        odd in any::<bool>(),
    ) {
        let rule = if odd { FillRule::Evenodd } else { FillRule::Nonzero };
        let canvas = drawn(polyline(&points, true), rule, 0.0, StrokeStyle::default());
        let truth = truth(|p| {
            let w = winding(&points, p);
            if odd { w & 1 != 0 } else { w != 0 }
        });
        let (worst, mean) = errors(&canvas, &truth);
        prop_assert!(worst <= 1.0 / 5.0 && mean <= 1.0 / 20.0, "{worst} {mean}: {points:?}");
    }

    #[test]
    fn round_strokes_reach_half_their_width(
        points in points(1..7),
        width in 0.5f32..9.0,
    ) {
        let mut points = points;
        points.push(points[0]);
        let style = style(Cap::Round, Join::Round);
        let canvas = drawn(polyline(&points, false), FillRule::Nonzero, width, style);
        let half = f64::from(width) / 2.0;
        let truth = truth(|p| distance(&points, p) <= half);
        let (worst, mean) = errors(&canvas, &truth);
        prop_assert!(worst <= 1.0 / 5.0 && mean <= 1.0 / 20.0, "{worst} {mean}: {points:?}");
    }

    #[test]
    fn strokes_are_those_of_tiny_skia(
        points in points(3..6),
        width in 0.5f32..8.0,
        closed in any::<bool>(),
        cap in prop_oneof![Just(Cap::Butt), Just(Cap::Round), Just(Cap::Square)],
        join in prop_oneof![Just(Join::Miter), Just(Join::Round), Just(Join::Bevel)],
    ) {
        let data = polyline(&points, closed);
        let canvas = drawn(data, FillRule::Nonzero, width, style(cap, join));
        let theirs = tiny_skia_stroke(&points, closed, width, cap, join);
        let differences = canvas.pixels().iter().zip(theirs.data());
        let sum: f64 = differences.map(|(p, k)| f64::from(p[3].abs_diff(*k))).sum();
        let edge = f64::from(width) + points.len() as f64 * 40.0;
        // Their edges are off by some levels each.
        prop_assert!(sum / edge <= 30.0, "{}: {points:?}", sum / edge);
    }
}

fn tiny_skia_stroke(
    points: &[[f32; 2]],
    closed: bool,
    width: f32,
    cap: Cap,
    join: Join,
) -> tiny_skia::Mask {
    let mut path = tiny_skia::PathBuilder::new();
    path.move_to(points[0][0], points[0][1]);
    points[1..].iter().for_each(|p| path.line_to(p[0], p[1]));
    if closed {
        path.close();
    }
    let stroke = tiny_skia::Stroke {
        width,
        miter_limit: 4.0,
        line_cap: match cap {
            Cap::Butt => tiny_skia::LineCap::Butt,
            Cap::Round => tiny_skia::LineCap::Round,
            Cap::Square => tiny_skia::LineCap::Square,
        },
        line_join: match join {
            Join::Miter => tiny_skia::LineJoin::Miter,
            Join::Round => tiny_skia::LineJoin::Round,
            Join::Bevel => tiny_skia::LineJoin::Bevel,
        },
        dash: None,
    };
    let outline = path
        .finish()
        .and_then(|p| p.stroke(&stroke, 1.0))
        .expect("a stroke");
    let mut mask = tiny_skia::Mask::new(SIDE, SIDE).expect("a size");
    let stay = tiny_skia::Transform::identity();
    mask.fill_path(&outline, tiny_skia::FillRule::Winding, true, stay);
    mask
}

#[test]
fn miters_have_points_and_bevels_have_none() {
    let corner = [[10.0, 30.0], [30.0, 30.0], [30.0, 10.0]];
    let at = |join, limit: f32| {
        let style = StrokeStyle {
            miter_limit: limit,
            ..style(Cap::Butt, join)
        };
        drawn(polyline(&corner, false), FillRule::Nonzero, 8.0, style).pixel(33, 33)[3]
    };
    assert_eq!(at(Join::Miter, 4.0), 255);
    assert_eq!(at(Join::Bevel, 4.0), 0);
    assert_eq!(at(Join::Round, 4.0), 0);
    // A right angle needs √2.
    assert_eq!(at(Join::Miter, 1.42), 255);
    assert_eq!(at(Join::Miter, 1.41), 0);
}

#[test]
fn caps_end_where_they_should() {
    let line = || polyline(&[[10.0, 20.0], [30.0, 20.0]], false);
    let row = |cap| {
        let canvas = drawn(line(), FillRule::Nonzero, 8.0, style(cap, Join::Miter));
        (0..SIDE).filter(|&x| canvas.pixel(x, 16)[3] == 255).count()
    };
    assert_eq!((row(Cap::Butt), row(Cap::Square)), (20, 28));
    let round = drawn(
        line(),
        FillRule::Nonzero,
        8.0,
        style(Cap::Round, Join::Miter),
    );
    let mut sum = 0.0;
    round
        .pixels()
        .iter()
        .for_each(|p| sum += f64::from(p[3]) / 255.0);
    assert!(
        (sum - 160.0 - std::f64::consts::PI * 16.0).abs() < 0.5,
        "{sum}"
    );
}

#[test]
fn a_subpath_without_length_is_its_caps() {
    let dot = || polyline(&[[20.0, 20.0], [20.0, 20.0]], false);
    let area = |cap| {
        let canvas = drawn(dot(), FillRule::Nonzero, 10.0, style(cap, Join::Miter));
        canvas
            .pixels()
            .iter()
            .map(|p| f64::from(p[3]) / 255.0)
            .sum::<f64>()
    };
    assert_eq!((area(Cap::Butt), area(Cap::Square)), (0.0, 100.0));
    assert!(
        (area(Cap::Round) - 78.54).abs() < 1.6,
        "{}",
        area(Cap::Round)
    );
}

#[test]
fn overlaps_of_one_stroke_are_painted_once() {
    let mut pass = path(
        polyline(
            &[[5.0, 20.0], [40.0, 20.0], [20.0, 5.0], [20.0, 40.0]],
            false,
        ),
        FillRule::Nonzero,
        6.0,
        style(Cap::Butt, Join::Miter),
    );
    pass.stroke_rgba = crate::render_tree::Column::One([100, 0, 0, 100]);
    let canvas = draw(&tree(SIDE, SIDE, [0.0; 4], vec![Pass::Paths2d(pass)]));
    assert_eq!(canvas.pixel(20, 20), [100, 0, 0, 100]);
}

#[test]
fn strokes_of_instances_lie_on_their_outlines() {
    let one = One {
        shape: Shape::Square,
        pos: [20.0; 2],
        size: 10.0,
        rgba: [0; 4],
        stroke_width: 4.0,
        stroke_rgba: [255; 4],
        ..One::default()
    };
    let row = |shape| {
        let canvas = One {
            shape,
            ..one.clone()
        }
        .draw(40, 40);
        (0..40).map(|x| canvas.pixel(x, 20)[3]).collect::<Vec<_>>()
    };
    let square = row(Shape::Square);
    assert!(square.iter().enumerate().all(|(x, &k)| {
        k == if (8..12).contains(&x) || (28..32).contains(&x) {
            255
        } else {
            0
        }
    }));
    let near = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 8);
    assert!(near(&row(Shape::Circle), &square));
    // A ring whose two strokes meet has no gap between them.
    let ring = row(Shape::Ring { inner: 0.8 });
    assert!((10..14).all(|x| ring[x] == 255), "{ring:?}");
}

#[test]
fn an_ellipse_keeps_its_area() {
    for size in [0.3, 1.0, 10.0] {
        let one = One {
            size,
            ..One::default()
        };
        let group = super::scene::group(
            vec![Pass::Instances2d(one.pass())],
            [1.5, 0.2, -0.4, 0.9, 24.0, 24.0],
            1.0,
        );
        let canvas = draw(&tree(SIDE, SIDE, [0.0; 4], vec![Pass::Group(group)]));
        let area: f64 = canvas
            .pixels()
            .iter()
            .map(|p| f64::from(p[3]) / 255.0)
            .sum();
        let expected = std::f64::consts::PI * f64::from(size * size) * (1.5 * 0.9 + 0.4 * 0.2);
        assert!(
            (area - expected).abs() <= expected * 0.005 + 0.01,
            "{area} {expected}"
        );
    }
}

#[test]
fn a_stroked_curve_is_as_wide_as_it_should_be() {
    let curve = PathData {
        cmds: vec![0, 2],
        pts: vec![[5.0, 40.0], [24.0, -20.0], [43.0, 40.0]],
    };
    // So many chords leave the curve by less than 0.003 px.
    let fine: Vec<[f32; 2]> = (0..=100)
        .map(|i| {
            let (t, u) = (i as f32 / 100.0, 1.0 - i as f32 / 100.0);
            std::array::from_fn(|c| {
                curve.pts[0][c] * u * u + curve.pts[1][c] * 2.0 * u * t + curve.pts[2][c] * t * t
            })
        })
        .collect();
    let canvas = drawn(
        curve,
        FillRule::Nonzero,
        5.0,
        style(Cap::Round, Join::Miter),
    );
    let (worst, mean) = errors(&canvas, &truth(|p| distance(&fine, p) <= 2.5));
    assert!(worst <= 1.0 / 4.0 && mean <= 1.0 / 16.0, "{worst} {mean}");
}

/// Root mean square and largest error over the pixels of many pictures, in levels.
fn levels(pictures: &[(Canvas, Vec<f64>)]) -> (f64, f64) {
    let (mut squares, mut worst, mut count) = (0.0, 0.0f64, 0.0);
    for (canvas, truth) in pictures {
        for (pixel, t) in canvas.pixels().iter().zip(truth) {
            let error = f64::from(pixel[3]) - t * 255.0;
            squares += error * error;
            worst = worst.max(error.abs());
            count += 1.0;
        }
    }
    ((squares / count).sqrt(), worst)
}

#[test]
fn the_error_of_tiny_skia_is_the_one_that_was_measured() {
    let corner = |i: u32, turn: u32, r: f64| {
        let angle = f64::from(i) * 2.513_274_122_871_834_6 + f64::from(turn) * 0.37;
        let (sin, cos) = libm::sincos(angle);
        [(24.3 + r * cos) as f32, (23.8 + r * sin) as f32]
    };
    let stars = (0..6).map(|turn| (0..5).map(|i| corner(i, turn, 19.0)).collect::<Vec<_>>());
    let (mut fills, mut strokes) = (Vec::new(), Vec::new());
    for star in stars {
        let plain = StrokeStyle::default();
        let canvas = drawn(polyline(&star, true), FillRule::Evenodd, 0.0, plain);
        fills.push((canvas, truth(|p| winding(&star, p) & 1 != 0)));
        let round = style(Cap::Round, Join::Round);
        let canvas = drawn(polyline(&star, false), FillRule::Nonzero, 3.7, round);
        strokes.push((canvas, truth(|p| distance(&star, p) <= 1.85)));
    }
    let rounded = |(rms, worst): (f64, f64)| ((rms * 100.0).round() / 100.0, worst.round());
    let both = (rounded(levels(&fills)), rounded(levels(&strokes)));
    assert_eq!(both, ((2.52, 32.0), (2.81, 31.0)));
}

/// Which pixels of the row y = 20 are covered.
fn dashed_row(from: f32, pattern: &[f32], offset: f32) -> Vec<bool> {
    let style = StrokeStyle {
        dash: pattern.to_vec(),
        dash_offset: offset,
        ..StrokeStyle::default()
    };
    let line = polyline(&[[from, 20.0], [42.0, 20.0]], false);
    let canvas = drawn(line, FillRule::Nonzero, 4.0, style);
    (0..SIDE).map(|x| canvas.pixel(x, 20)[3] > 127).collect()
}

#[test]
fn dashes_lie_where_the_pattern_says() {
    let expected = |on: &dyn Fn(u32) -> bool| -> Vec<bool> {
        (0..SIDE)
            .map(|x| (10..42).contains(&x) && on(x - 10))
            .collect()
    };
    assert_eq!(
        dashed_row(10.0, &[6.0, 4.0], 0.0),
        expected(&|x| x % 10 < 6)
    );
    assert_eq!(
        dashed_row(10.0, &[6.0, 4.0], 2.0),
        expected(&|x| (x + 2) % 10 < 6)
    );
    assert_eq!(
        dashed_row(10.0, &[6.0, 4.0], -8.0),
        expected(&|x| (x + 2) % 10 < 6)
    );
    // An odd list is used twice.
    assert_eq!(dashed_row(10.0, &[4.0], 0.0), expected(&|x| x % 8 < 4));
    // The pattern of a line that begins far away goes on.
    let near: Vec<bool> = (0..SIDE).map(|x| x < 42 && x % 10 < 6).collect();
    assert_eq!(dashed_row(-100_000.0, &[6.0, 4.0], 0.0), near);
    for pattern in [vec![0.0, 0.0], vec![1.0, -1.0], vec![f32::NAN]] {
        assert_eq!(dashed_row(10.0, &pattern, 0.0), expected(&|_| true));
    }
}

#[test]
fn a_dash_over_the_start_of_a_closed_subpath_has_its_join() {
    let square = || {
        polyline(
            &[[10.0, 10.0], [40.0, 10.0], [40.0, 40.0], [10.0, 40.0]],
            true,
        )
    };
    let dashed = |dash: Vec<f32>, dash_offset| {
        let style = StrokeStyle {
            dash,
            dash_offset,
            ..style(Cap::Butt, Join::Miter)
        };
        drawn(square(), FillRule::Nonzero, 6.0, style)
    };
    assert_eq!(dashed(vec![10.0, 10.0], 5.0).pixel(8, 8)[3], 255);
    assert_eq!(dashed(vec![10.0, 10.0], 15.0).pixel(8, 8)[3], 0);
    // One dash all around has no ends.
    assert_eq!(dashed(vec![500.0, 10.0], 5.0), dashed(vec![], 0.0));
}

#[test]
fn too_many_dashes_are_counted_and_solid() {
    let line = |dash| {
        let style = StrokeStyle {
            dash,
            ..StrokeStyle::default()
        };
        let line = polyline(&[[0.0, 20.0], [400.0, 20.0]], false);
        let pass = path(line, FillRule::Nonzero, 4.0, style);
        let mut canvas = Canvas::new();
        let report = Raster::new(RasterOptions::default())
            .draw(
                &tree(SIDE, SIDE, [0.0; 4], vec![Pass::Paths2d(pass)]),
                &mut canvas,
            )
            .expect("within the limits");
        (canvas, report.dashes_refused)
    };
    let (solid, none) = line(vec![]);
    assert_eq!((none, line(vec![0.001])), (0, (solid, 1)));
}

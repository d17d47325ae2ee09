//! Coverage against the truth: 16 × 16 samples a pixel of the outline as it is defined.
//!
//! Also against tiny-skia, whose anti-aliasing ours must beat.

use super::scene::One;
use crate::raster::Canvas;
use crate::render_tree::Shape;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const SIDE: u32 = 48;

/// Corners of the unit outline; none for circles and rings.
fn corners(shape: &Shape) -> Vec<[f64; 2]> {
    let (count, inner) = match shape {
        Shape::Triangle => (3, 1.0),
        Shape::Star { points, inner } => (points * 2, f64::from(*inner)),
        _ => return Vec::new(),
    };
    let corner = |i: u32| {
        let angle = (f64::from(i) / f64::from(count) - 0.25) * std::f64::consts::TAU;
        let r = if i.is_multiple_of(2) { 1.0 } else { inner };
        [r * libm::cos(angle), r * libm::sin(angle)]
    };
    (0..count).map(corner).collect()
}

/// Whether a point is inside, in units of the radius, unrotated.
fn inside(shape: &Shape, corners: &[[f64; 2]], p: [f64; 2]) -> bool {
    let square = p[0] * p[0] + p[1] * p[1];
    match shape {
        Shape::Circle => square <= 1.0,
        Shape::Ring { inner } => square <= 1.0 && square > f64::from(inner * inner),
        Shape::Square => p[0].abs() <= 1.0 && p[1].abs() <= 1.0,
        _ => {
            let mut odd = false;
            let mut a = corners[corners.len() - 1];
            for &b in corners {
                if (a[1] > p[1]) != (b[1] > p[1]) {
                    let x = a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                    odd ^= p[0] < x;
                }
                a = b;
            }
            odd
        }
    }
}

/// Share of samples inside, per pixel.
fn truth(one: &One) -> Vec<f64> {
    let corners = corners(&one.shape);
    let (sin, cos) = libm::sincos(f64::from(one.rotation));
    let [cx, cy] = one.pos.map(f64::from);
    let r = f64::from(one.size);
    let sample = |x: f64, y: f64| {
        let (dx, dy) = (x - cx, y - cy);
        let p = [(dx * cos + dy * sin) / r, (dy * cos - dx * sin) / r];
        inside(&one.shape, &corners, p)
    };
    let pixel = |i: u32| {
        let (x, y) = (f64::from(i % SIDE), f64::from(i / SIDE));
        // All of a pixel that no edge can come near has one answer.
        let (dx, dy) = (x + 0.5 - cx, y + 0.5 - cy);
        if (dx * dx + dy * dy).sqrt() > 1.5 * r + 1.0 {
            return 0.0;
        }
        let at = |s: u32| (f64::from(s) + 0.5) / 16.0;
        let hits = (0..256)
            .filter(|s| sample(x + at(s % 16), y + at(s / 16)))
            .count();
        hits as f64 / 256.0
    };
    (0..SIDE * SIDE).map(pixel).collect()
}

/// Largest and mean error over the pixels that an edge crosses.
fn errors(one: &One) -> (f64, f64) {
    let (canvas, truth) = (one.draw(SIDE, SIDE), truth(one));
    let (mut worst, mut sum, mut count) = (0.0f64, 0.0, 0);
    for (pixel, t) in canvas.pixels().iter().zip(truth) {
        let k = f64::from(pixel[3]) / 255.0;
        if (t > 0.0 && t < 1.0) || (k > 0.0 && k < 1.0) {
            worst = worst.max((k - t).abs());
            sum += (k - t).abs();
            count += 1;
        }
    }
    (worst, sum / f64::from(count.max(1)))
}

fn area(canvas: &Canvas) -> f64 {
    canvas
        .pixels()
        .iter()
        .map(|p| f64::from(p[3]) / 255.0)
        .sum()
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Circle),
        Just(Shape::Square),
        Just(Shape::Triangle),
        (0.05f32..0.95).prop_map(|inner| Shape::Ring { inner }),
        (3u32..9, 0.3f32..0.9).prop_map(|(points, inner)| Shape::Star { points, inner }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn shapes_cover_what_they_cover(
        shape in shape(),
        x in 12.0f32..36.0,
        y in 12.0f32..36.0,
        size in 0.5f32..16.0,
        rotation in 0.0f32..6.3,
    ) {
        let one = One { shape, pos: [x, y], size, rotation, ..One::default() };
        let (worst, mean) = errors(&one);
        // Corners and thin rings have two edges in a pixel.
        let bound = if matches!(one.shape, Shape::Circle) { 1.0 / 16.0 } else { 1.0 / 8.0 };
        prop_assert!(worst <= bound, "{one:?}: worst {worst}");
        // An edge along the samples makes the truth itself coarse.
        prop_assert!(mean <= 1.0 / 40.0, "{one:?}: mean {mean}");
    }

    #[test]
    fn whole_pixel_moves_move_the_pixels(
        shape in shape(),
        x in 0i32..16 * 256,
        y in 0i32..16 * 256,
        size in 0.1f32..20.0,
        rotation in 0.0f32..6.3,
        stroke_width in prop_oneof![Just(0.0f32), 0.1f32..5.0],
    ) {
        let at = |x: i32, y: i32| One {
            shape: shape.clone(),
            pos: [x as f32 / 256.0, y as f32 / 256.0],
            size,
            rotation,
            stroke_width,
            rgba: [0, 100, 200, 200],
            stroke_rgba: [90, 30, 0, 120],
            ..One::default()
        };
        let round = matches!(shape, Shape::Circle | Shape::Ring { .. });
        if stroke_width > 0.0 && !round {
            // tiny-skia's samples depend on where it clips: both are whole.
            let (here, there) = (at(x + 256 * 40, y + 256 * 40), at(x + 256 * 64, y + 256 * 64));
            let (here, there) = (here.draw(104, 104), there.draw(128, 128));
            for row in 0..104 {
                prop_assert_eq!(here.row(row), &there.row(row + 24)[24..], "row {}", row);
            }
            return Ok(());
        }
        // Cut by the left and upper border, and then not.
        let (cut, whole) = (at(x, y).draw(SIDE, SIDE), at(x + 256 * 24, y + 256 * 24).draw(96, 96));
        for row in 0..SIDE {
            prop_assert_eq!(cut.row(row), &whole.row(row + 24)[24..72], "row {}", row);
        }
    }

    #[test]
    fn small_discs_keep_their_area(
        x in 8.0f32..24.0,
        y in 8.0f32..24.0,
        size in 0.1f32..5.0,
    ) {
        let one = One { pos: [x, y], size, ..One::default() };
        let expected = std::f64::consts::PI * f64::from(size * size);
        let got = area(&one.draw(32, 32));
        prop_assert!((got - expected).abs() <= expected * 0.02 + 0.02, "{got} {expected}");
    }
}

#[test]
fn kernels_of_a_disc_agree() {
    // Either side of the radii where another number type or method takes over.
    for (r, worst) in [(3.5, 1), (16.0, 1), (4096.0, 1)] {
        for angle in 0..40 {
            let (sin, cos) = libm::sincos(f64::from(angle) * 0.157);
            let edge = [24.3 + cos * r, 24.6 + sin * r];
            let draw = |size: f64| {
                let pos = edge.map(|v| ((v * 256.0).round() / 256.0) as f32);
                One {
                    pos,
                    size: size as f32,
                    ..One::default()
                }
                .draw(SIDE, SIDE)
            };
            let (below, above) = (draw(r * 0.999_999), draw(r * 1.000_001));
            let far = below.pixels().iter().zip(above.pixels());
            let far = far.map(|(a, b)| a[3].abs_diff(b[3])).max();
            // A millionth of the radius is 0.004 px at most.
            assert!(
                far <= Some(worst + (r / 2000.0) as u8),
                "r = {r}, angle {angle}: {far:?}"
            );
        }
    }
}

/// Root mean square error in levels of our picture and of tiny-skia's.
fn rms(one: &One) -> (f64, f64) {
    use tiny_skia::{FillRule, Mask, PathBuilder, Transform};
    let mut path = PathBuilder::new();
    let r = f64::from(one.size);
    let at = |p: [f64; 2]| {
        let (sin, cos) = libm::sincos(f64::from(one.rotation));
        let [x, y] = [p[0] * r, p[1] * r];
        [
            (f64::from(one.pos[0]) + x * cos - y * sin) as f32,
            (f64::from(one.pos[1]) + x * sin + y * cos) as f32,
        ]
    };
    match &one.shape {
        Shape::Circle => path.push_circle(one.pos[0], one.pos[1], one.size),
        Shape::Star { .. } => {
            for (i, corner) in corners(&one.shape).into_iter().enumerate() {
                let [x, y] = at(corner);
                if i == 0 {
                    path.move_to(x, y)
                } else {
                    path.line_to(x, y)
                }
            }
            path.close();
        }
        _ => unreachable!("only these are compared"),
    }
    let mut mask = Mask::new(SIDE, SIDE).expect("a size");
    mask.fill_path(
        &path.finish().expect("a path"),
        FillRule::Winding,
        true,
        Transform::identity(),
    );
    let (canvas, truth) = (one.draw(SIDE, SIDE), truth(one));
    let error = |levels: &mut dyn Iterator<Item = u8>| {
        let squares = levels
            .zip(&truth)
            .map(|(k, t)| f64::from(k) - t * 255.0)
            .map(|e| e * e);
        (squares.sum::<f64>() / truth.len() as f64).sqrt()
    };
    let ours = error(&mut canvas.pixels().iter().map(|p| p[3]));
    (ours, error(&mut mask.data().iter().copied()))
}

#[test]
fn nearer_to_the_truth_than_tiny_skia() {
    for i in 0..30 {
        let (size, shape) = match i % 3 {
            0 => (1.0 + i as f32 / 13.0, Shape::Circle),
            1 => (3.0 + i as f32 / 2.0, Shape::Circle),
            _ => (
                3.0 + i as f32 / 2.0,
                Shape::Star {
                    points: 5,
                    inner: 0.5,
                },
            ),
        };
        let one = One {
            shape,
            size,
            pos: [
                23.0 + (i as f32 * 0.371).fract(),
                24.0 + (i as f32 * 0.613).fract(),
            ],
            rotation: i as f32 * 0.1,
            ..One::default()
        };
        let (ours, theirs) = rms(&one);
        assert!(ours < theirs, "{one:?}: {ours} against {theirs}");
        assert!(
            size < 3.0 || ours <= theirs / 2.0,
            "{one:?}: {ours} against {theirs}"
        );
    }
}

#[test]
fn large_discs_have_true_edges() {
    for r in [60.0, 1000.0, 4090.0, 4100.0, 1e5, 1e6] {
        for angle in 0..16 {
            let (sin, cos) = libm::sincos(f64::from(angle) * 0.39 + 0.01);
            let pos =
                [24.3 + cos * r, 24.6 + sin * r].map(|v| ((v * 256.0).round() / 256.0) as f32);
            let one = One {
                pos,
                size: r as f32,
                ..One::default()
            };
            let (worst, mean) = errors(&one);
            // An edge along the samples makes the truth itself coarse: up to 1/32, 1/64 in the mean.
            assert!(
                worst <= 1.0 / 16.0 && mean <= 1.0 / 40.0,
                "r = {r}, angle {angle}: {worst}, {mean}"
            );
        }
    }
}

#[test]
fn edges_are_off_by_less_than_a_hundredth_in_the_mean() {
    let mut sum = 0.0;
    for i in 0..30u32 {
        let shape = match i % 5 {
            0 => Shape::Circle,
            1 => Shape::Ring { inner: 0.6 },
            2 => Shape::Square,
            3 => Shape::Triangle,
            _ => Shape::Star {
                points: 5,
                inner: 0.4,
            },
        };
        let one = One {
            shape,
            size: 2.0 + i as f32 / 2.5,
            pos: [23.0 + i as f32 / 59.0, 24.0 + i as f32 / 31.0],
            rotation: i as f32 * 0.1,
            ..One::default()
        };
        sum += errors(&one).1;
    }
    assert!(sum / 30.0 <= 1.0 / 100.0, "{}", sum / 30.0);
}

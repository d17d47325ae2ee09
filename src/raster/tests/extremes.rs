//! Sizes and places far beyond a picture, limits, and what must not depend on the past.

use super::scene::{One, STAY, draw, draw_with, group, path, polyline, postfx, tree};
use crate::raster::{Canvas, MAX_SIDE, Raster, RasterError, RasterOptions};
use crate::render_tree::{
    Cap, Column, Effect, FillRule, Join, Pass, RenderTree, Shape, StrokeStyle,
};
use std::sync::Arc;

fn shapes() -> Vec<Shape> {
    vec![
        Shape::Circle,
        Shape::Square,
        Shape::Triangle,
        Shape::Star {
            points: 7,
            inner: 0.5,
        },
        Shape::Ring { inner: 0.5 },
        Shape::Path(Arc::new(polyline(
            &[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
            true,
        ))),
    ]
}

#[test]
fn huge_shapes_cover_everything_or_nothing() {
    for shape in shapes() {
        for size in [1e5, 1e9, 1e20, f32::MAX] {
            for far in [0.0, size * 0.05, size * 3.0] {
                for stroke_width in [0.0, 1.0, size * 0.01] {
                    let one = One {
                        shape: shape.clone(),
                        pos: [far, -far],
                        size,
                        rotation: 0.5,
                        stroke_width,
                        stroke_rgba: [0, 255, 0, 255],
                        ..One::default()
                    };
                    let canvas = one.draw(40, 20);
                    let first = canvas.pixel(0, 0);
                    let flat = canvas.pixels().iter().all(|p| *p == first);
                    assert!(flat, "{one:?}");
                    let solid = !matches!(shape, Shape::Ring { .. }) && far < size;
                    assert_eq!(first == [255; 4], solid, "{one:?}");
                }
            }
        }
    }
}

#[test]
fn a_huge_square_has_a_straight_edge() {
    // Whole numbers of this size are exact in f32.
    for size in [1e3, 1e6, 1.6e7] {
        let one = One {
            shape: Shape::Square,
            pos: [20.0 - size, 0.0],
            size,
            ..One::default()
        };
        let canvas = one.draw(40, 20);
        for y in 0..20 {
            for x in 0..40 {
                assert_eq!(
                    canvas.pixel(x, y)[3],
                    if x < 20 { 255 } else { 0 },
                    "{size} ({x}, {y})"
                );
            }
        }
    }
}

#[test]
fn tiny_shapes_leave_their_area_or_nothing() {
    for shape in shapes() {
        for size in [0.0, f32::MIN_POSITIVE, 1e-30, 1e-3] {
            let one = One {
                shape: shape.clone(),
                pos: [10.3, 10.7],
                size,
                ..One::default()
            };
            assert!(
                one.draw(20, 20).pixels().iter().all(|p| *p == [0; 4]),
                "{one:?}"
            );
        }
    }
    // A sixteenth of a pixel across.
    let one = One {
        pos: [10.5, 10.5],
        size: 1.0 / 16.0,
        ..One::default()
    };
    assert_eq!(one.draw(20, 20).pixel(10, 10)[3], 3);
}

#[test]
fn lines_far_away_end() {
    let far = [
        [-1e9, 5.3],
        [1e9, 5.3],
        [3e38, -3e38],
        [0.0, 3e38],
        [17.0, 1e-30],
    ];
    for cap in [Cap::Butt, Cap::Round, Cap::Square] {
        for join in [Join::Miter, Join::Round, Join::Bevel] {
            for width in [1e-20, 1.0, 1e9, 3e38] {
                for dash in [vec![], vec![1.0, 2.0], vec![1e30], vec![0.0, 3.0]] {
                    let style = StrokeStyle {
                        cap,
                        join,
                        dash,
                        miter_limit: 4.0,
                        dash_offset: 1e30,
                        non_scaling: false,
                    };
                    let pass = path(polyline(&far, true), FillRule::Nonzero, width, style);
                    draw(&tree(30, 20, [0.0; 4], vec![Pass::Paths2d(pass)]));
                }
            }
        }
    }
    let style = StrokeStyle {
        miter_limit: 4.0,
        ..StrokeStyle::default()
    };
    let line = path(
        polyline(&[[-1e9, 5.25], [1e9, 5.25]], false),
        FillRule::Nonzero,
        2.0,
        style,
    );
    let canvas = draw(&tree(30, 20, [0.0; 4], vec![Pass::Paths2d(line)]));
    let column: Vec<u8> = (3..8).map(|y| canvas.pixel(13, y)[3]).collect();
    assert_eq!(column, [0, 191, 255, 64, 0]);
}

#[test]
fn curves_far_away_end() {
    let curve = crate::render_tree::PathData {
        cmds: vec![0, 3, 2, 4],
        pts: vec![
            [0.0, 0.0],
            [3e38, 1.0],
            [-3e38, 2.0],
            [15.0, 15.0],
            [1e38, -1e38],
            [4.0, 4.0],
        ],
    };
    for width in [0.0, 3.0] {
        let style = StrokeStyle {
            join: Join::Round,
            ..StrokeStyle::default()
        };
        let pass = path(curve.clone(), FillRule::Evenodd, width, style);
        draw(&tree(30, 20, [0.0; 4], vec![Pass::Paths2d(pass)]));
    }
}

#[test]
fn limits_are_errors_before_drawing() {
    let error = |tree: &RenderTree, options: RasterOptions| {
        let mut canvas = Canvas::filled(3, 3, [9; 4]);
        let error = Raster::new(options)
            .draw(tree, &mut canvas)
            .expect_err("over a limit");
        assert_eq!(canvas, Canvas::filled(3, 3, [9; 4]), "nothing is drawn");
        error
    };
    let plain = RasterOptions::default;
    let empty = |w, h| tree(w, h, [0.0; 4], vec![]);
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-3] {
        let options = RasterOptions { scale, ..plain() };
        assert!(matches!(
            error(&empty(100, 100), options),
            RasterError::BadScale { .. }
        ));
    }
    assert!(matches!(
        error(&empty(MAX_SIDE + 1, 1), plain()),
        RasterError::TooLarge { .. }
    ));
    assert!(matches!(
        error(&empty(20_000, 20_000), plain()),
        RasterError::TooLarge { .. }
    ));
    assert!(matches!(
        error(
            &empty(u32::MAX, u32::MAX),
            RasterOptions {
                supersample: u32::MAX,
                ..plain()
            }
        ),
        RasterError::TooLarge { .. }
    ));
    let mut many = One::default().pass();
    many.count = 10_000_001;
    let many = tree(4, 4, [0.0; 4], vec![Pass::Instances2d(many)]);
    assert!(matches!(
        error(&many, plain()),
        RasterError::TooManyElements { .. }
    ));
    let nest = |depth: usize, opacity: f32| {
        (0..depth).fold(Vec::new(), |inner, _| {
            vec![Pass::Group(group(inner, STAY, opacity))]
        })
    };
    let layers = |n| tree(4, 4, [0.0; 4], nest(n, 0.5));
    assert!(matches!(
        error(&layers(17), plain()),
        RasterError::TooManyLayers { .. }
    ));
    draw(&layers(16));
    let plain_groups = tree(4, 4, [0.0; 4], nest(100, 1.0));
    assert!(matches!(
        error(&plain_groups, plain()),
        RasterError::TooDeep
    ));
    let allowed = |max_memory| RasterOptions {
        max_memory,
        ..plain()
    };
    assert_eq!(
        error(&layers(2), allowed(4 * 16 * 3 - 1)),
        RasterError::OutOfMemory {
            needed: 192,
            allowed: 191
        }
    );
    draw_with(&layers(2), allowed(192));
    // Curves of the most pieces: 2¹⁵ and one of 2¹² each pass 2²⁷ points.
    let bend = [[0.0, 0.0], [1e30, 0.0], [0.0, 1e30]];
    let cmds = std::iter::once(0)
        .chain(std::iter::repeat_n(2, 40_000))
        .collect();
    let pts = std::iter::once([0.0; 2])
        .chain((0..80_000).map(|i| bend[i % 3]))
        .collect();
    let curves = crate::render_tree::PathData { cmds, pts };
    let pass = path(curves, FillRule::Nonzero, 0.0, StrokeStyle::default());
    let curves = tree(4, 4, [0.0; 4], vec![Pass::Paths2d(pass)]);
    assert!(matches!(
        error(&curves, plain()),
        RasterError::TooManyPoints { .. }
    ));
}

fn busy(seed: u32) -> RenderTree {
    let mut state = seed;
    let mut next = |n: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 * n
    };
    let count = 60;
    let mut pass = One::default().pass();
    pass.count = count;
    pass.shapes = Arc::new(shapes());
    pass.shape_id = Column::Many(Arc::new((0..count).map(|_| next(6.0) as u16).collect()));
    pass.pos = Column::Many(Arc::new(
        (0..count).map(|_| [next(90.0), next(70.0)]).collect(),
    ));
    pass.size = Column::Many(Arc::new((0..count).map(|_| next(25.0)).collect()));
    pass.rotation = Column::Many(Arc::new((0..count).map(|_| next(6.0)).collect()));
    pass.stroke_width = Column::Many(Arc::new((0..count).map(|_| next(6.0) - 3.0).collect()));
    pass.stroke_rgba = Column::One([30, 60, 90, 120]);
    pass.rgba = Column::One([90, 40, 10, 150]);
    let passes = vec![Pass::Instances2d(pass)];
    let glow = postfx(passes.clone(), vec![Effect::Blur { sigma: 2.0 }]);
    tree(
        80,
        60,
        [0.2, 0.1, 0.0, 1.0],
        vec![glow, Pass::Group(group(passes, STAY, 0.4))],
    )
}

#[test]
fn a_frame_does_not_depend_on_the_frames_before() {
    let mut raster = Raster::new(RasterOptions::default());
    let mut canvas = Canvas::new();
    for seed in [1, 2, 3, 1, 3, 2, 1] {
        raster
            .draw(&busy(seed), &mut canvas)
            .expect("within the limits");
        assert!(canvas == draw(&busy(seed)), "seed {seed}");
    }
}

#[test]
fn order_is_paint_order() {
    let mut pass = One {
        size: 5.0,
        ..One::default()
    }
    .pass();
    pass.count = 2;
    pass.pos = Column::One([5.0; 2]);
    pass.rgba = Column::Many(Arc::new(vec![[255, 0, 0, 255], [0, 255, 0, 255]]));
    let canvas = draw(&tree(10, 10, [0.0; 4], vec![Pass::Instances2d(pass)]));
    assert_eq!(canvas.pixel(5, 5), [0, 255, 0, 255]);
}

#[test]
fn the_report_counts() {
    let mut pass = One {
        size: 3.0,
        ..One::default()
    }
    .pass();
    pass.count = 3;
    pass.pos = Column::Many(Arc::new(vec![[5.0; 2], [500.0, 5.0], [-3.5, 5.0]]));
    let blur = Effect::Blur { sigma: 900.0 };
    let tree = tree(
        10,
        10,
        [0.0; 4],
        vec![Pass::Instances2d(pass), postfx(vec![], vec![blur])],
    );
    let mut canvas = Canvas::new();
    let report = Raster::new(RasterOptions::default())
        .draw(&tree, &mut canvas)
        .expect("fits");
    // The one a pixel away could still round into the picture.
    assert_eq!((report.elements, report.culled, report.memory), (2, 1, 800));
}

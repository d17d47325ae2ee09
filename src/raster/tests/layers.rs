//! Groups, clips and effects.

use super::scene::{One, STAY, draw, draw_with, group, polyline, postfx, tree};
use crate::raster::{BlendSpace, Canvas, Exposure, Raster, RasterOptions};
use crate::render_tree::{Blend, Clear, Clip, Effect, FillRule, GlowMode, Pass, RenderTree, Shape};
use std::sync::Arc;

const DARK: [f32; 4] = [0.1, 0.2, 0.3, 1.0];

fn dot(x: f32, y: f32, rgba: [u8; 4]) -> Pass {
    let one = One {
        pos: [x, y],
        size: 7.3,
        rgba,
        ..One::default()
    };
    Pass::Instances2d(one.pass())
}

fn over(passes: Vec<Pass>) -> RenderTree {
    tree(40, 30, DARK, passes)
}

#[test]
fn a_plain_group_only_moves() {
    let inside = group(
        vec![dot(3.0, 4.0, [200, 0, 0, 220])],
        [2.0, 0.0, 0.0, 2.0, 10.0, 5.0],
        1.0,
    );
    let direct = One {
        pos: [16.0, 13.0],
        size: 14.6,
        rgba: [200, 0, 0, 220],
        ..One::default()
    };
    let moved = draw(&over(vec![Pass::Group(inside)]));
    assert_eq!(moved, draw(&over(vec![Pass::Instances2d(direct.pass())])));
}

#[test]
fn a_group_fades_once() {
    let both = || {
        vec![
            dot(15.0, 15.0, [255, 0, 0, 255]),
            dot(18.0, 15.0, [255, 0, 0, 255]),
        ]
    };
    let canvas = draw(&tree(
        40,
        30,
        [0.0; 4],
        vec![Pass::Group(group(both(), STAY, 0.5))],
    ));
    assert_eq!(
        canvas.pixel(16, 15),
        [128, 0, 0, 128],
        "overlaps are not painted twice"
    );
    assert_eq!(canvas.pixel(10, 15), [128, 0, 0, 128]);
    let gone = draw(&over(vec![Pass::Group(group(both(), STAY, 0.0))]));
    assert_eq!(gone, draw(&over(vec![])));
}

#[test]
fn the_crop_of_a_layer_changes_nothing() {
    for blend in [Blend::Normal, Blend::Add, Blend::Multiply, Blend::Screen] {
        for space in [BlendSpace::Srgb, BlendSpace::Linear] {
            let with = |extra: Vec<Pass>| {
                let mut children = vec![dot(15.2, 14.7, [90, 120, 40, 200])];
                children.extend(extra);
                let options = RasterOptions {
                    blend_space: space,
                    ..RasterOptions::default()
                };
                let group = crate::render_tree::Group {
                    blend,
                    ..group(children, STAY, 0.7)
                };
                draw_with(&over(vec![Pass::Group(group)]), options)
            };
            // A clear makes the layer as large as the canvas.
            let clear = Pass::Clear(Clear {
                sink: Arc::from("c"),
                rgba: [0; 4],
            });
            assert_eq!(with(vec![]), with(vec![clear]), "{blend:?} {space:?}");
        }
    }
}

#[test]
fn clips_multiply_the_layer() {
    let clipped = |clip: Clip| {
        let clear = Pass::Clear(Clear {
            sink: Arc::from("c"),
            rgba: [255; 4],
        });
        let group = crate::render_tree::Group {
            clip,
            ..group(vec![clear], STAY, 1.0)
        };
        draw(&tree(8, 4, [0.0; 4], vec![Pass::Group(group)]))
    };
    let rect = clipped(Clip::Rect([1.5, 1.0, 4.0, 2.0]));
    let alphas: Vec<u8> = rect.row(1).iter().map(|p| p[3]).collect();
    assert_eq!(alphas, [0, 128, 255, 255, 255, 128, 0, 0]);
    assert!(rect.row(0).iter().all(|p| *p == [0; 4]));
    let corners = [[1.5, 1.0], [5.5, 1.0], [5.5, 3.0], [1.5, 3.0]];
    let path = Clip::Path(Arc::new(polyline(&corners, true)), FillRule::Nonzero);
    assert_eq!(rect, clipped(path));
    let nothing = Clip::Path(Arc::default(), FillRule::Evenodd);
    assert!(clipped(nothing).pixels().iter().all(|p| *p == [0; 4]));
}

#[test]
fn a_turned_clip_and_a_flat_group() {
    let clear = || {
        vec![Pass::Clear(Clear {
            sink: Arc::from("c"),
            rgba: [255; 4],
        })]
    };
    // A quarter turn: (x, y) → (−y, x).
    let turned = crate::render_tree::Group {
        clip: Clip::Rect([1.0, -4.0, 2.0, 3.0]),
        ..group(clear(), [0.0, 1.0, -1.0, 0.0, 0.0, 0.0], 1.0)
    };
    let canvas = draw(&tree(6, 6, [0.0; 4], vec![Pass::Group(turned)]));
    for y in 0..6 {
        for x in 0..6 {
            let inside = (1..4).contains(&x) && (1..3).contains(&y);
            assert_eq!(canvas.pixel(x, y)[3] == 255, inside, "({x}, {y})");
        }
    }
    for transform in [[1.0, 2.0, 2.0, 4.0, 0.0, 0.0], [f64::NAN; 6], [0.0; 6]] {
        let flat = over(vec![Pass::Group(group(clear(), transform, 1.0))]);
        let mut canvas = Canvas::new();
        let report = crate::raster::Raster::new(RasterOptions::default())
            .draw(&flat, &mut canvas)
            .expect("within the limits");
        assert_eq!((report.bad_transforms, canvas), (1, draw(&over(vec![]))));
    }
}

#[test]
fn effects_that_do_nothing_change_nothing() {
    let dots = || {
        vec![
            dot(15.0, 15.0, [80, 0, 60, 90]),
            dot(22.0, 15.0, [0, 90, 20, 100]),
        ]
    };
    let plain = draw(&over(vec![Pass::Group(group(dots(), STAY, 0.999_9))]));
    let identity = {
        let mut matrix = [0.0; 20];
        (0..4).for_each(|i| matrix[i * 6] = 1.0);
        Effect::Grade {
            matrix,
            gamma: [1.0; 3],
        }
    };
    let glow = |sigma, gain| Effect::Glow {
        sigma,
        gain,
        tint: None,
        mode: GlowMode::Add,
    };
    for effect in [
        Effect::Blur { sigma: 0.0 },
        Effect::Blur { sigma: f32::NAN },
        glow(0.0, 1.0),
        glow(4.0, 0.0),
        identity,
    ] {
        assert_eq!(
            plain,
            draw(&over(vec![postfx(dots(), vec![effect.clone()])])),
            "{effect:?}"
        );
    }
}

#[test]
fn what_lies_outside_shines_in() {
    let outside = dot(-9.0, 15.0, [255, 255, 255, 255]);
    let glow = Effect::Glow {
        sigma: 4.0,
        gain: 1.0,
        tint: None,
        mode: GlowMode::Under,
    };
    let canvas = draw(&tree(
        40,
        30,
        [0.0; 4],
        vec![postfx(vec![outside], vec![glow.clone()])],
    ));
    assert!(canvas.pixel(0, 15)[3] > 20);
    // The same picture cut out of a larger one.
    let inside = dot(31.0, 45.0, [255, 255, 255, 255]);
    let large = draw(&tree(
        120,
        90,
        [0.0; 4],
        vec![postfx(vec![inside], vec![glow])],
    ));
    for y in 0..30 {
        assert_eq!(canvas.row(y), &large.row(y + 30)[40..80]);
    }
}

#[test]
fn glow_and_grade_follow_the_formulas() {
    let square = |rgba| {
        let one = One {
            shape: Shape::Square,
            pos: [15.0; 2],
            size: 60.0,
            rgba,
            ..One::default()
        };
        vec![Pass::Instances2d(one.pass())]
    };
    let at = |rgba, effect| {
        let canvas = draw(&tree(
            30,
            30,
            [0.0; 4],
            vec![postfx(square(rgba), vec![effect])],
        ));
        canvas.pixel(15, 15)
    };
    let glow = |gain, tint, mode| Effect::Glow {
        sigma: 2.0,
        gain,
        tint,
        mode,
    };
    // Far from edges the blur of a flat layer is the layer.
    assert_eq!(
        at([60, 0, 0, 100], glow(1.0, None, GlowMode::Add)),
        [120, 0, 0, 200]
    );
    // 60 + ⌊(60·155 + 127)/255⌋, 100 + ⌊(100·155 + 127)/255⌋.
    assert_eq!(
        at([60, 0, 0, 100], glow(1.0, None, GlowMode::Under)),
        [96, 0, 0, 161]
    );
    let tint = Some([0.0, 1.0, 0.0, 1.0]);
    assert_eq!(
        at([60, 0, 0, 100], glow(2.0, tint, GlowMode::Add)),
        [60, 200, 0, 255]
    );
    // Red and blue change places; half of the alpha.
    let mut matrix = [0.0; 20];
    (matrix[2], matrix[6], matrix[10], matrix[18]) = (1.0, 1.0, 1.0, 0.5);
    let swap = Effect::Grade {
        matrix,
        gamma: [1.0; 3],
    };
    assert_eq!(at([255, 0, 0, 255], swap), [0, 0, 128, 128]);
    // An offset paints where nothing was, over the whole picture.
    let mut matrix = [0.0; 20];
    (matrix[4], matrix[19]) = (1.0, 1.0);
    let red = Effect::Grade {
        matrix,
        gamma: [1.0; 3],
    };
    let canvas = draw(&tree(9, 9, [0.0; 4], vec![postfx(vec![], vec![red])]));
    assert!(canvas.pixels().iter().all(|p| *p == [255, 0, 0, 255]));
}

#[test]
fn clear_paints_source_over() {
    let clear = |rgba| {
        Pass::Clear(Clear {
            sink: Arc::from("c"),
            rgba,
        })
    };
    let canvas = draw(&tree(
        2,
        2,
        [0.0, 0.0, 1.0, 1.0],
        vec![clear([128, 0, 0, 128])],
    ));
    assert_eq!(canvas.pixel(1, 1), [128, 0, 127, 255]);
    let canvas = draw(&tree(
        2,
        2,
        [0.0, 0.0, 1.0, 1.0],
        vec![clear([1, 2, 3, 255])],
    ));
    assert!(canvas.is_opaque() && canvas.pixel(0, 0) == [1, 2, 3, 255]);
}

#[test]
fn linear_light_mixes_brighter() {
    let white = One {
        shape: Shape::Square,
        pos: [0.5, 0.5],
        size: 0.5,
        ..One::default()
    };
    let half = One {
        pos: [1.0, 0.5],
        ..white
    };
    let black = tree(
        1,
        1,
        [0.0, 0.0, 0.0, 1.0],
        vec![Pass::Instances2d(half.pass())],
    );
    assert_eq!(draw(&black).pixel(0, 0), [128, 128, 128, 255]);
    let options = RasterOptions {
        blend_space: BlendSpace::Linear,
        ..RasterOptions::default()
    };
    // 128/255 of linear light is 0.7366 encoded.
    assert_eq!(draw_with(&black, options).pixel(0, 0), [188, 188, 188, 255]);
}

#[test]
fn blends_in_linear_light_follow_the_formulas() {
    let pixel = |blend| {
        let rgba = [128, 0, 0, 128];
        let one = One {
            shape: Shape::Square,
            size: 4.0,
            rgba,
            blend,
            ..One::default()
        };
        let options = RasterOptions {
            blend_space: BlendSpace::Linear,
            ..RasterOptions::default()
        };
        let red = [200.0 / 255.0, 10.0 / 255.0, 0.0, 1.0];
        draw_with(
            &tree(1, 1, red, vec![Pass::Instances2d(one.pass())]),
            options,
        )
        .pixel(0, 0)
    };
    // Linear: below (0.57758, 0.00304, 0, 1), source (0.50196, 0, 0, 0.50196).
    assert_eq!(pixel(Blend::Normal), [230, 5, 0, 255]);
    assert_eq!(pixel(Blend::Add), [255, 10, 0, 255]);
    assert_eq!(pixel(Blend::Multiply), [200, 5, 0, 255]);
    assert_eq!(pixel(Blend::Screen), [230, 10, 0, 255]);
}

#[test]
fn down_sampling_averages_light() {
    let mut large = Canvas::filled(5, 4, [255; 4]);
    for (i, p) in large.pixels.iter_mut().enumerate() {
        if i % 2 == 0 {
            *p = [0, 0, 0, 255];
        }
    }
    let mut small = Canvas::new();
    let mut exposure = Exposure::new();
    exposure.begin();
    exposure.add(&large, 2);
    exposure.develop(&mut small);
    assert_eq!((small.width(), small.height()), (2, 2));
    // Half of the light is 0.7354 encoded.
    assert!(
        small.pixels().iter().all(|p| *p == [188, 188, 188, 255]),
        "{small:?}"
    );
    let options = RasterOptions {
        supersample: 4,
        ..RasterOptions::default()
    };
    let canvas = draw_with(&over(vec![dot(15.0, 15.0, [255; 4])]), options);
    assert_eq!((canvas.width(), canvas.height()), (40, 30));
    assert_eq!(canvas.pixel(15, 15), [255; 4]);
}

/// A picture says that it is opaque where that follows from its background; else it must be looked at.
#[test]
fn a_picture_knows_that_it_is_opaque() {
    let report = |background, options: RasterOptions| {
        let tree = tree(40, 30, background, vec![dot(20.0, 15.0, [90, 0, 0, 90])]);
        let mut canvas = Canvas::new();
        let report = Raster::new(options).draw(&tree, &mut canvas);
        report.expect("within the limits").opaque
    };
    let plain = RasterOptions::default();
    assert!(report(DARK, plain));
    assert!(!report([0.0, 0.0, 0.0, 0.9], plain));
    let blend_space = BlendSpace::Linear;
    assert!(!report(
        DARK,
        RasterOptions {
            blend_space,
            ..plain
        }
    ));
    let supersample = 2;
    assert!(!report(
        DARK,
        RasterOptions {
            supersample,
            ..plain
        }
    ));
}

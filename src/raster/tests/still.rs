//! Leading passes that are painted once: the same pixels, counted less.

use super::scene::{One, STAY, draw_with, group, path, polyline, tree};
use crate::raster::{BlendSpace, Canvas, DrawReport, Exposure, Raster, RasterOptions};
use crate::render_tree::{Column, FillRule, Pass, RenderTree, Shape, StrokeStyle};
use std::sync::Arc;

/// Many shapes, a curve and a layer that stay, and a disc that does not.
fn frame(at: f32) -> RenderTree {
    let mut dots = One {
        shape: Shape::Square,
        size: 2.5,
        rgba: [90, 60, 0, 128],
        ..One::default()
    }
    .pass();
    dots.count = 100;
    let places = (0..100).map(|i| [(i % 10) as f32 * 6.3, (i / 10) as f32 * 5.1]);
    dots.pos = Column::Many(Arc::new(places.collect()));
    let line = polyline(&[[3.0, 4.0], [50.0, 9.0], [22.0, 41.0]], false);
    let line = path(line, FillRule::Nonzero, 2.0, StrokeStyle::default());
    let layer = group(vec![Pass::Paths2d(line)], STAY, 0.5);
    let moving = One {
        pos: [at, 20.0],
        size: 7.0,
        rgba: [0, 200, 80, 220],
        ..One::default()
    };
    let passes = vec![
        Pass::Instances2d(dots),
        Pass::Group(layer),
        Pass::Instances2d(moving.pass()),
    ];
    RenderTree {
        still: 2,
        ..tree(64, 48, [0.1, 0.2, 0.3, 1.0], passes)
    }
}

fn ways() -> Vec<RasterOptions> {
    let mut ways = Vec::new();
    for blend_space in [BlendSpace::Srgb, BlendSpace::Linear] {
        for supersample in [1, 2] {
            ways.push(RasterOptions {
                blend_space,
                supersample,
                scale: 1.25,
                ..RasterOptions::default()
            });
        }
    }
    ways
}

fn draw(raster: &mut Raster, tree: &RenderTree) -> (Canvas, DrawReport) {
    let mut canvas = Canvas::new();
    let report = raster.draw(tree, &mut canvas).expect("within the limits");
    (canvas, report)
}

/// What a raster without a past draws.
fn fresh(tree: &RenderTree, options: RasterOptions) -> Canvas {
    let tree = RenderTree {
        still: 0,
        ..tree.clone()
    };
    draw_with(&tree, options)
}

#[test]
fn what_stays_is_painted_once() {
    for options in ways() {
        let mut raster = Raster::new(options);
        for (i, at) in [10.0, 20.5, 31.0, 3.0].into_iter().enumerate() {
            // The same columns, as an engine gives them, and equal ones elsewhere.
            let (canvas, report) = draw(&mut raster, &frame(at));
            assert!(canvas == fresh(&frame(at), options), "{i}: {options:?}");
            let expected = if i == 0 { (102, 1, 0) } else { (1, 0, 2) };
            let got = (report.elements, report.layers, report.kept);
            assert_eq!(got, expected, "{i}: {options:?}");
        }
    }
}

#[test]
fn moments_of_an_open_shutter_share_what_stays() {
    let options = RasterOptions::default();
    let expose = |still: bool| {
        let mut raster = Raster::new(options);
        let mut exposure = Exposure::new();
        exposure.begin();
        let mut elements = 0;
        for at in [5.0, 6.0, 7.5] {
            let mut tree = frame(at);
            tree.still *= u32::from(still);
            elements += raster.expose(&tree, &mut exposure).expect("fits").elements;
        }
        let mut canvas = Canvas::new();
        exposure.develop(&mut canvas);
        (canvas, elements)
    };
    let (with, without) = (expose(true), expose(false));
    assert!(with.0 == without.0);
    assert_eq!((with.1, without.1), (104, 306));
}

#[test]
fn a_wrong_hint_gives_right_pixels() {
    let options = RasterOptions::default();
    let mut raster = Raster::new(options);
    let still = |at: f32, still: u32| RenderTree { still, ..frame(at) };
    let mut other = frame(9.0);
    other.background = [0.0, 0.0, 0.0, 1.0];
    let mut smaller = frame(9.0);
    smaller.width = 30;
    let mut bent = frame(9.0);
    if let Pass::Group(group) = &mut bent.passes[1] {
        group.opacity = 0.75;
    }
    let mut shorter = frame(9.0);
    shorter.passes.remove(0);
    let trees = [
        still(9.0, 3),
        // It says that the disc stays, and it moved.
        still(30.0, 3),
        still(30.0, 1000),
        frame(9.0),
        other,
        frame(9.0),
        smaller,
        bent,
        frame(9.0),
        shorter,
        still(12.0, 0),
        still(12.0, 1),
    ];
    for (i, tree) in trees.iter().enumerate() {
        for _ in 0..2 {
            let (canvas, _) = draw(&mut raster, tree);
            assert!(canvas == fresh(tree, options), "tree {i}");
        }
    }
}

#[test]
fn a_picture_more_must_fit_the_memory() {
    // A canvas and a layer; what is remembered is another canvas.
    let bytes = 64 * 48 * 4;
    for (max_memory, kept) in [(3 * bytes, 2), (3 * bytes - 1, 0)] {
        let options = RasterOptions {
            max_memory,
            ..RasterOptions::default()
        };
        let mut raster = Raster::new(options);
        draw(&mut raster, &frame(1.0));
        assert_eq!(draw(&mut raster, &frame(2.0)).1.kept, kept);
    }
}

#[test]
fn faults_of_what_stays_are_told_in_every_frame() {
    let flat = group(vec![], [0.0; 6], 1.0);
    let mut tree = tree(8, 8, [0.0; 4], vec![Pass::Group(flat)]);
    tree.still = 1;
    let mut raster = Raster::new(RasterOptions::default());
    for _ in 0..3 {
        assert_eq!(draw(&mut raster, &tree).1.bad_transforms, 1);
    }
}

//! Frames of 10,000 shapes as SVG text.
//!
//! Run with `cargo bench --bench svg`. The target is 150 frames a second on one core; divan prints the
//! time of one frame and, as items, elements a second (1.5 M/s is the target).

use divan::Bencher;
use divan::counter::ItemsCount;
use oscilla::render_tree::{Blend, Column, Ids, Instances2d, Pass, RenderTree, Shape, Source};
use oscilla::svg::{SvgOptions, Writer};
use std::sync::Arc;

const COUNT: u32 = 10_000;

fn main() {
    divan::main();
}

/// Shapes at odd places, each with a colour, a size and a turn of its own.
fn tree(shape: Shape, stroke_width: f32) -> RenderTree {
    let rows = || 0..COUNT;
    let noise = |i: u32, k: u32| (i.wrapping_mul(2_654_435_761).rotate_left(k) >> 8) as f32;
    let unit = |i: u32, k: u32| noise(i, k) / 16_777_216.0;
    let pass = Instances2d {
        sink: "dots".into(),
        source: Source::Instances2d,
        count: COUNT,
        pos: Column::Many(Arc::new(
            rows()
                .map(|i| [unit(i, 3) * 1920.0, unit(i, 9) * 1080.0])
                .collect(),
        )),
        size: Column::Many(Arc::new(rows().map(|i| 2.0 + unit(i, 15) * 5.0).collect())),
        rotation: Column::Many(Arc::new(rows().map(|i| unit(i, 21) * 6.0).collect())),
        shapes: Arc::new(vec![shape]),
        shape_id: Column::One(0),
        rgba: Column::Many(Arc::new(
            rows()
                .map(|i| [i as u8, (i >> 3) as u8, (i >> 6) as u8, 255])
                .collect(),
        )),
        stroke_width: Column::One(stroke_width),
        stroke_rgba: Column::One([0, 0, 0, 255]),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Grid { cols: 100 }),
    };
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: 1920,
        height: 1080,
        background: [0.0, 0.0, 0.0, 1.0],
        passes: vec![Pass::Instances2d(pass)],
        still: 0,
    }
}

fn run(bencher: Bencher, tree: RenderTree) {
    let mut writer = Writer::new(SvgOptions::default());
    let mut text = String::new();
    bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
        text.clear();
        writer.write(&tree, &[], &mut text);
        text.len()
    });
}

#[divan::bench]
fn circles(bencher: Bencher) {
    run(bencher, tree(Shape::Circle, 0.0));
}

#[divan::bench]
fn turned_stars_defined_once(bencher: Bencher) {
    let star = Shape::Star {
        points: 5,
        inner: 0.5,
    };
    run(bencher, tree(star, 0.0));
}

#[divan::bench]
fn turned_squares_with_strokes(bencher: Bencher) {
    run(bencher, tree(Shape::Square, 1.0));
}

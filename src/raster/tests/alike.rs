//! Faster ways to the same pixels: vectors of any width, elements sorted into bands.

use super::scene::{One, draw_with, group, path, polyline, postfx, tree};
use crate::math::simd::Width;
use crate::raster::{BlendSpace, RasterOptions};
use crate::render_tree::{
    Blend, Clip, Column, Effect, FillRule, Instances2d, Pass, RenderTree, Shape, StrokeStyle,
};
use std::sync::Arc;

const BLENDS: [Blend; 4] = [Blend::Normal, Blend::Add, Blend::Multiply, Blend::Screen];

/// A sequence that looks random.
struct Dice(u32);

impl Dice {
    fn below(&mut self, n: f32) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 16_777_216.0 * n
    }

    fn column<T>(&mut self, count: u32, mut value: impl FnMut(&mut Self) -> T) -> Column<T> {
        Column::Many(Arc::new((0..count).map(|_| value(self)).collect()))
    }

    /// Premultiplied, often opaque.
    fn rgba(&mut self) -> [u8; 4] {
        let a = (self.below(400.0) as u32).min(255) as f32;
        let mut channel = || self.below(a + 1.0) as u8;
        [channel(), channel(), channel(), a as u8]
    }

    /// Shapes over a picture and a little beyond, most of them small.
    fn shapes(&mut self, count: u32, [width, height]: [f32; 2], strokes: bool) -> Instances2d {
        let blend = BLENDS[self.below(4.0) as usize];
        let mut pass = One {
            blend,
            ..One::default()
        }
        .pass();
        pass.count = count;
        pass.shapes = Arc::new(vec![
            Shape::Circle,
            Shape::Ring { inner: 0.6 },
            Shape::Square,
            Shape::Triangle,
            Shape::Star {
                points: 5,
                inner: 0.4,
            },
        ]);
        pass.shape_id = self.column(count, |d| d.below(5.0) as u16);
        pass.pos = self.column(count, |d| {
            [d.below(width + 20.0) - 10.0, d.below(height + 20.0) - 10.0]
        });
        pass.size = self.column(count, |d| match d.below(10.0) {
            n if n < 5.0 => d.below(4.0),
            n if n < 9.0 => d.below(20.0),
            _ => d.below(90.0),
        });
        pass.rotation = self.column(count, |d| d.below(6.0));
        pass.rgba = self.column(count, Self::rgba);
        if strokes {
            pass.stroke_width = self.column(count, |d| d.below(6.0) - 3.0);
            pass.stroke_rgba = self.column(count, Self::rgba);
        }
        pass
    }
}

/// Everything that is painted, in layers of every kind.
fn everything(seed: u32) -> RenderTree {
    let mut dice = Dice(seed);
    let size = [113.0, 87.0];
    let mut passes = vec![Pass::Instances2d(dice.shapes(80, size, true))];
    let points: Vec<[f32; 2]> = (0..9)
        .map(|_| [dice.below(120.0), dice.below(90.0)])
        .collect();
    let outline = polyline(&points, true);
    let style = StrokeStyle::default();
    let fill = path(outline.clone(), FillRule::Evenodd, 0.0, style.clone());
    passes.push(Pass::Paths2d(fill));
    passes.push(Pass::Paths2d(path(
        outline.clone(),
        FillRule::Nonzero,
        3.5,
        style,
    )));
    let clips = [
        Clip::None,
        Clip::Rect([10.3, 7.7, 70.1, 60.9]),
        Clip::Path(Arc::new(outline), FillRule::Nonzero),
    ];
    for (blend, clip) in BLENDS.into_iter().zip(clips.into_iter().cycle()) {
        let children = vec![Pass::Instances2d(dice.shapes(30, size, false))];
        let turn = [0.9, 0.2, -0.3, 1.1, dice.below(9.0).into(), 3.0];
        let mut group = group(children, turn, dice.below(1.0) + 0.3);
        (group.blend, group.clip) = (blend, clip);
        passes.push(Pass::Group(group));
    }
    let children = vec![Pass::Instances2d(dice.shapes(20, size, false))];
    passes.push(postfx(children, vec![Effect::Blur { sigma: 1.5 }]));
    tree(113, 87, [0.2, 0.1, 0.3, 0.8], passes)
}

#[test]
fn pixels_do_not_depend_on_the_width_of_vectors() {
    for seed in 0..8 {
        let tree = everything(seed);
        for blend_space in [BlendSpace::Srgb, BlendSpace::Linear] {
            let [widest, baseline] = [Width::Widest, Width::Baseline].map(|simd| {
                let options = RasterOptions {
                    simd,
                    blend_space,
                    ..RasterOptions::default()
                };
                draw_with(&tree, options)
            });
            assert!(widest == baseline, "seed {seed}, {blend_space:?}");
        }
    }
}

/// A pass for each element: too few to be sorted.
fn one_by_one(pass: &Instances2d) -> Vec<Pass> {
    let single = |i: usize| Instances2d {
        count: 1,
        pos: Column::One(pass.pos.at(i)),
        size: Column::One(pass.size.at(i)),
        rotation: Column::One(pass.rotation.at(i)),
        shape_id: Column::One(pass.shape_id.at(i)),
        rgba: Column::One(pass.rgba.at(i)),
        ..pass.clone()
    };
    (0..pass.count as usize)
        .map(|i| Pass::Instances2d(single(i)))
        .collect()
}

#[test]
fn sorting_elements_into_bands_changes_no_pixel() {
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let pass = dice.shapes(200, [500.0, 300.0], false);
        for (blend_space, transform) in [
            (BlendSpace::Srgb, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
            (BlendSpace::Srgb, [0.9, 0.3, -0.3, 0.9, 5.5, -3.25]),
            (BlendSpace::Linear, [0.9, 0.1, -0.4, 1.2, 5.5, -3.25]),
        ] {
            let options = RasterOptions {
                blend_space,
                ..RasterOptions::default()
            };
            let frame = |children| {
                let group = Pass::Group(group(children, transform, 1.0));
                tree(500, 300, [0.1, 0.2, 0.3, 1.0], vec![group])
            };
            let sorted = draw_with(&frame(vec![Pass::Instances2d(pass.clone())]), options);
            let plain = draw_with(&frame(one_by_one(&pass)), options);
            assert!(sorted == plain, "seed {seed}, {transform:?}");
        }
    }
}

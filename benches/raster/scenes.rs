//! The scenes: as trees, and as calls of tiny-skia.

use crate::clock::is_quick;
use oscilla::math::Real;
use oscilla::render_tree::{
    Blend, Cmd, Column, Ids, Instances2d, Pass, PathData, Paths2d, RenderTree, Shape, Source,
    StrokeStyle,
};
use std::sync::Arc;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};

pub(crate) const WIDTH: u32 = 1920;
pub(crate) const HEIGHT: u32 = 1080;

pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) count: u32,
    pub(crate) radius: f32,
    pub(crate) alpha: u8,
    pub(crate) stroke: f32,
    pub(crate) turned: bool,
    /// What we want to need at most, ms, if there is such a limit.
    pub(crate) most_ms: Option<f64>,
    /// How many times as fast as tiny-skia we want to be at least.
    pub(crate) least_ratio: f64,
}

/// The scenes; with `--quick` with few shapes.
pub(crate) fn scenes() -> Vec<Scene> {
    let share = if is_quick() { 200 } else { 1 };
    let scene = |name, shape, count: u32, radius, alpha, least_ratio| Scene {
        name,
        shape,
        count: count / share,
        radius,
        alpha,
        stroke: 0.0,
        turned: true,
        most_ms: None,
        least_ratio,
    };
    let circles = |name, count, radius, alpha, most_ms, least_ratio| Scene {
        most_ms: Some(most_ms),
        ..scene(name, Shape::Circle, count, radius, alpha, least_ratio)
    };
    let star = || Shape::Star {
        points: 5,
        inner: 0.5,
    };
    let ring = || Shape::Ring { inner: 0.7 };
    vec![
        circles("400 circles r=8", 400, 8.0, 255, 1.6, 3.5),
        circles("10000 circles r=3", 10_000, 3.0, 255, 6.0, 8.0),
        circles("100000 circles r=2", 100_000, 2.0, 255, 45.0, 8.0),
        circles("1000 circles r=60 alpha 0.2", 1_000, 60.0, 51, 25.0, 5.0),
        scene("2000 stars r=20", star(), 2_000, 20.0, 255, 2.5),
        scene("2000 squares r=10", Shape::Square, 2_000, 10.0, 200, 2.5),
        scene("2000 rings r=20", ring(), 2_000, 20.0, 200, 2.5),
        Scene {
            stroke: 2.0,
            ..scene("2000 stroked stars r=20", star(), 2_000, 20.0, 255, 1.2)
        },
    ]
}

/// Positions and colours, the same in every run.
pub(crate) struct Rows {
    pub(crate) pos: Vec<[f32; 2]>,
    pub(crate) rotation: Vec<f32>,
    pub(crate) rgba: Vec<[u8; 4]>,
}

pub(crate) fn rows(scene: &Scene) -> Rows {
    let mut state = 0x9E37_79B9u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32
    };
    let mut rows = Rows {
        pos: vec![],
        rotation: vec![],
        rgba: vec![],
    };
    for _ in 0..scene.count {
        rows.pos
            .push([next() * WIDTH as f32, next() * HEIGHT as f32]);
        rows.rotation
            .push(if scene.turned { next() * 6.0 } else { 0.0 });
        let a = scene.alpha;
        let channel = |v: f32| (v * f32::from(a)) as u8;
        rows.rgba
            .push([channel(next()), channel(next()), channel(next()), a]);
    }
    rows
}

pub(crate) fn tree(scene: &Scene, rows: &Rows) -> RenderTree {
    let pass = Instances2d {
        sink: Arc::from("bench"),
        source: Source::Instances2d,
        count: scene.count,
        pos: Column::Many(Arc::new(rows.pos.clone())),
        size: Column::One(scene.radius),
        rotation: Column::Many(Arc::new(rows.rotation.clone())),
        shapes: Arc::new(vec![scene.shape.clone()]),
        shape_id: Column::One(0),
        rgba: Column::Many(Arc::new(rows.rgba.clone())),
        stroke_width: Column::One(scene.stroke),
        stroke_rgba: Column::One(if scene.stroke > 0.0 {
            [40, 40, 40, 255]
        } else {
            [0; 4]
        }),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    };
    frame(vec![Pass::Instances2d(pass)])
}

pub(crate) fn frame(passes: Vec<Pass>) -> RenderTree {
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: WIDTH,
        height: HEIGHT,
        background: [0.05, 0.05, 0.1, 1.0],
        passes,
        still: 0,
    }
}

/// Corners of a shape of radius 1 that has some.
pub(crate) fn corners(shape: &Shape) -> Vec<[f32; 2]> {
    let ring = |count: u32, inner: f32| {
        (0..count)
            .map(|i| {
                let angle = (i as f32 / count as f32 - 0.25) * std::f32::consts::TAU;
                let r = if i % 2 == 0 { 1.0 } else { inner };
                [r * Real::cos(angle), r * Real::sin(angle)]
            })
            .collect()
    };
    match shape {
        Shape::Star { points, inner } => ring(points * 2, *inner),
        Shape::Square => vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        _ => vec![],
    }
}

pub(crate) fn draw_tiny_skia(scene: &Scene, rows: &Rows, pixmap: &mut Pixmap) {
    pixmap.fill(Color::from_rgba8(13, 13, 26, 255));
    let corners = corners(&scene.shape);
    let stroke = tiny_skia::Stroke {
        width: scene.stroke,
        ..Default::default()
    };
    for ((pos, turn), rgba) in rows.pos.iter().zip(&rows.rotation).zip(&rows.rgba) {
        let mut path = PathBuilder::new();
        let r = scene.radius;
        match &scene.shape {
            Shape::Circle => path.push_circle(pos[0], pos[1], r),
            Shape::Ring { inner } => {
                path.push_circle(pos[0], pos[1], r);
                path.push_circle(pos[0], pos[1], r * inner);
            }
            _ => {
                let (sin, cos) = (Real::sin(*turn), Real::cos(*turn));
                for (i, c) in corners.iter().enumerate() {
                    let x = pos[0] + r * (c[0] * cos - c[1] * sin);
                    let y = pos[1] + r * (c[0] * sin + c[1] * cos);
                    if i == 0 {
                        path.move_to(x, y)
                    } else {
                        path.line_to(x, y)
                    }
                }
                path.close();
            }
        }
        let Some(path) = path.finish() else { continue };
        let mut paint = Paint::default();
        let straight = |c: u8| (f32::from(c) / f32::from(rgba[3])).min(1.0);
        let alpha = f32::from(rgba[3]) / 255.0;
        let color = Color::from_rgba(
            straight(rgba[0]),
            straight(rgba[1]),
            straight(rgba[2]),
            alpha,
        );
        paint.set_color(color.unwrap_or(Color::BLACK));
        pixmap.fill_path(
            &path,
            &paint,
            FillRule::EvenOdd,
            Transform::identity(),
            None,
        );
        if scene.stroke > 0.0 {
            paint.set_color_rgba8(40, 40, 40, 255);
            pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
        }
    }
}

/// A cubic curve: its points, and the colour of its stroke.
pub(crate) struct Curve {
    points: [[f32; 2]; 4],
    rgba: [u8; 4],
}

/// How wide curves are stroked, px.
const CURVE_WIDTH: f32 = 3.0;

/// Curves over the whole picture, the same in every run.
pub(crate) fn curves(count: usize) -> Vec<Curve> {
    let scene = Scene {
        count: 4 * count as u32,
        ..scenes().remove(0)
    };
    let Rows { pos, rgba, .. } = rows(&scene);
    let (points, _) = pos.as_chunks();
    let curve = |(&points, &rgba)| Curve { points, rgba };
    points.iter().zip(&rgba).map(curve).collect()
}

/// Curves as one pass of outlines.
pub(crate) fn tree_of_curves(curves: &[Curve]) -> RenderTree {
    let path = |curve: &Curve| {
        Arc::new(PathData {
            cmds: vec![Cmd::M as u8, Cmd::C as u8],
            pts: curve.points.to_vec(),
        })
    };
    let pass = Paths2d {
        sink: Arc::from("bench"),
        source: Source::Paths2d,
        count: curves.len() as u32,
        paths: Arc::new(curves.iter().map(path).collect()),
        path_of: Column::Many(Arc::new((0..curves.len() as u32).collect())),
        pos: Column::One([0.0; 2]),
        rotation: Column::One(0.0),
        scale: Column::One(1.0),
        rgba: Column::One([0; 4]),
        stroke_width: Column::One(CURVE_WIDTH),
        stroke_rgba: Column::Many(Arc::new(curves.iter().map(|c| c.rgba).collect())),
        fill_rule: oscilla::render_tree::FillRule::Nonzero,
        style: Arc::new(StrokeStyle::default()),
        blend: Blend::Normal,
        element: None,
        ids: Arc::new(Ids::Sequential),
    };
    frame(vec![Pass::Paths2d(pass)])
}

/// The same by tiny-skia.
pub(crate) fn stroke_curves(curves: &[Curve], pixmap: &mut Pixmap) {
    pixmap.fill(Color::from_rgba8(13, 13, 26, 255));
    let stroke = tiny_skia::Stroke {
        width: CURVE_WIDTH,
        ..Default::default()
    };
    for Curve {
        points: [a, b, c, d],
        rgba: [red, green, blue, alpha],
    } in curves
    {
        let mut path = PathBuilder::new();
        path.move_to(a[0], a[1]);
        path.cubic_to(b[0], b[1], c[0], c[1], d[0], d[1]);
        let Some(path) = path.finish() else { continue };
        let mut paint = Paint::default();
        paint.set_color_rgba8(*red, *green, *blue, *alpha);
        pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}

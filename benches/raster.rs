//! Frames of 1080p with many shapes: ours and tiny-skia's, side by side.
//!
//! Strokes of polygons go through tiny-skia in both: there one mask per shape and our compositor stand
//! against its own painter.
//!
//! Prints the least time of several frames in ms, the ratio, and the target of the scene. Run with
//! `cargo bench --bench raster`; words after `--` pick scenes by name.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock and prints"
)]

use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::render_tree::{
    Blend, Column, Effect, GlowMode, Ids, Instances2d, Pass, PostFx, RenderTree, Shape, Source,
};
use std::sync::Arc;
use std::time::Instant;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;

struct Scene {
    name: &'static str,
    shape: Shape,
    count: u32,
    radius: f32,
    alpha: u8,
    stroke: f32,
    turned: bool,
    /// Least ms that we want to need, or the least ratio if negative.
    target: f64,
}

fn scenes() -> Vec<Scene> {
    let scene = |name, shape, count, radius, alpha, target| Scene {
        name,
        shape,
        count,
        radius,
        alpha,
        stroke: 0.0,
        turned: true,
        target,
    };
    let star = || Shape::Star {
        points: 5,
        inner: 0.5,
    };
    vec![
        scene("400 circles r=8", Shape::Circle, 400, 8.0, 255, 1.6),
        scene("10000 circles r=3", Shape::Circle, 10_000, 3.0, 255, 6.0),
        scene("100000 circles r=2", Shape::Circle, 100_000, 2.0, 255, 45.0),
        scene(
            "1000 circles r=60 alpha 0.2",
            Shape::Circle,
            1_000,
            60.0,
            51,
            25.0,
        ),
        scene("2000 stars r=20", star(), 2_000, 20.0, 255, -2.5),
        scene("2000 squares r=10", Shape::Square, 2_000, 10.0, 200, -2.5),
        scene(
            "2000 rings r=20",
            Shape::Ring { inner: 0.7 },
            2_000,
            20.0,
            200,
            -2.5,
        ),
        Scene {
            stroke: 2.0,
            ..scene("2000 stroked stars r=20", star(), 2_000, 20.0, 255, -1.0)
        },
    ]
}

/// Positions and colours, the same in every run.
struct Rows {
    pos: Vec<[f32; 2]>,
    rotation: Vec<f32>,
    rgba: Vec<[u8; 4]>,
}

fn rows(scene: &Scene) -> Rows {
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

fn tree(scene: &Scene, rows: &Rows) -> RenderTree {
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

fn frame(passes: Vec<Pass>) -> RenderTree {
    RenderTree {
        frame: 0,
        t_ms: 0.0,
        width: WIDTH,
        height: HEIGHT,
        background: [0.05, 0.05, 0.1, 1.0],
        passes,
    }
}

/// Least ms of several runs.
fn least(mut run: impl FnMut()) -> f64 {
    run();
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    for _ in 0..40 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        if begin.elapsed().as_secs_f64() > 2.0 {
            break;
        }
    }
    best
}

fn corners(shape: &Shape) -> Vec<[f32; 2]> {
    let ring = |count: u32, inner: f32| {
        (0..count)
            .map(|i| {
                let angle = (i as f32 / count as f32 - 0.25) * std::f32::consts::TAU;
                let r = if i % 2 == 0 { 1.0 } else { inner };
                [r * angle.cos(), r * angle.sin()]
            })
            .collect()
    };
    match shape {
        Shape::Star { points, inner } => ring(points * 2, *inner),
        Shape::Square => vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        _ => vec![],
    }
}

fn draw_tiny_skia(scene: &Scene, rows: &Rows, pixmap: &mut Pixmap) {
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
                let (sin, cos) = turn.sin_cos();
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

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|w| name.contains(w.as_str()));
    println!(
        "{:<30}{:>10}{:>12}{:>8}{:>9}",
        "scene", "ours ms", "tiny-skia", "ratio", "target"
    );
    let mut raster = Raster::new(RasterOptions::default());
    let mut canvas = Canvas::new();
    for scene in scenes().iter().filter(|s| wanted(s.name)) {
        let rows = rows(scene);
        let tree = tree(scene, &rows);
        let ours = least(|| {
            raster.draw(&tree, &mut canvas).expect("within the limits");
        });
        let mut pixmap = Pixmap::new(WIDTH, HEIGHT).expect("a size");
        let theirs = least(|| draw_tiny_skia(scene, &rows, &mut pixmap));
        let (ratio, target) = (theirs / ours, scene.target);
        let met = if target > 0.0 {
            ours <= target
        } else {
            ratio >= -target
        };
        let target = if target > 0.0 {
            format!("{target} ms")
        } else {
            format!("{} ×", -target)
        };
        let verdict = if met { "met" } else { "MISSED" };
        println!(
            "{:<30}{ours:>10.2}{theirs:>12.2}{ratio:>8.1}{target:>9} {verdict}",
            scene.name
        );
    }
    if wanted("glow") {
        let scene = &scenes()[0];
        let glow = Effect::Glow {
            sigma: 10.0,
            gain: 1.0,
            tint: None,
            mode: GlowMode::Under,
        };
        let tree = frame(vec![Pass::PostFx(PostFx {
            sink: Arc::from("bench"),
            children: tree(scene, &rows(scene)).passes,
            effects: vec![glow],
        })]);
        let ours = least(|| {
            raster.draw(&tree, &mut canvas).expect("within the limits");
        });
        println!("{:<30}{ours:>10.2}", "glow σ=10 of the whole frame");
    }
    if wanted("empty") {
        let tree = frame(vec![]);
        let ours = least(|| {
            raster.draw(&tree, &mut canvas).expect("within the limits");
        });
        println!("{:<30}{ours:>10.2}", "empty frame");
    }
}

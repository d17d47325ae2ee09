//! How far pictures of circles are from the truth, ours and tiny-skia's.
//!
//! The truth: 16 × 16 samples a pixel, each the exact colours of the circles it lies in, blended in order
//! in f64; a pixel is the mean of its samples. Over a part of the picture, so that it takes seconds.

use crate::clock::is_quick;
use crate::scenes::{HEIGHT, Rows, Scene, WIDTH, draw_tiny_skia, rows, scenes, tree};
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::render_tree::Shape;
use tiny_skia::Pixmap;

/// The part: left, top, width, height, px.
fn part() -> [u32; 4] {
    [720, 405, 480, if is_quick() { 10 } else { 270 }]
}

/// Samples a side of a pixel.
const SIDE: usize = 16;
/// What the scenes are drawn on.
const BACKGROUND: [f64; 4] = [13.0, 13.0, 26.0, 255.0];

/// Prints a line for each scene of circles.
pub(crate) fn print() {
    let [_, _, width, height] = part();
    println!(
        "{:<30}{:>9}{:>20}{:>8}   RMS error in levels, {width} × {height} px of the middle",
        "accuracy", "ours", "tiny-skia", "ratio"
    );
    let mut raster = Raster::new(RasterOptions::default());
    let mut canvas = Canvas::new();
    let mut pixmap = Pixmap::new(WIDTH, HEIGHT).expect("a size");
    let circles = scenes().into_iter().filter(|s| s.shape == Shape::Circle);
    let most = if is_quick() { 1 } else { usize::MAX };
    for scene in circles.take(most) {
        let rows = rows(&scene);
        let truth = truth(&scene, &rows);
        raster
            .draw(&tree(&scene, &rows), &mut canvas)
            .expect("within the limits");
        draw_tiny_skia(&scene, &rows, &mut pixmap);
        let ours = rms(&truth, canvas.bytes());
        let theirs = rms(&truth, pixmap.data());
        let most = if scene.radius < 3.0 { 1.0 } else { 0.5 };
        let verdict = if ours < theirs && ours <= theirs * most {
            "met"
        } else {
            "MISSED"
        };
        println!(
            "{:<30}{ours:>9.3}{theirs:>20.3}{:>8.2}   at most {most} {verdict}",
            scene.name,
            ours / theirs
        );
    }
}

/// Over all channels of the part.
fn rms(truth: &[[f64; 4]], bytes: &[u8]) -> f64 {
    let [left, top, width, _] = part();
    let mut sum = 0.0;
    for (i, pixel) in truth.iter().enumerate() {
        let (x, y) = (left + i as u32 % width, top + i as u32 / width);
        let at = 4 * (y * WIDTH + x) as usize;
        for (t, &b) in pixel.iter().zip(&bytes[at..at + 4]) {
            sum += (t - f64::from(b)) * (t - f64::from(b));
        }
    }
    (sum / (4 * truth.len()) as f64).sqrt()
}

/// The mean of the samples of each pixel of the part.
fn truth(scene: &Scene, rows: &Rows) -> Vec<[f64; 4]> {
    let [left, top, width, height] = part();
    let mut truth = Vec::new();
    let mut samples = vec![BACKGROUND; width as usize * SIDE * SIDE];
    for y in top..top + height {
        samples.fill(BACKGROUND);
        for (pos, rgba) in rows.pos.iter().zip(&rows.rgba) {
            let circle = [pos[0], pos[1], scene.radius].map(f64::from);
            paint(
                &mut samples,
                [f64::from(left), f64::from(y)],
                circle,
                rgba.map(f64::from),
            );
        }
        let columns = samples.len() / SIDE;
        truth.extend((0..width as usize).map(|x| {
            let rows = samples.chunks_exact(columns);
            let pixel = rows.flat_map(|row| &row[x * SIDE..(x + 1) * SIDE]);
            let sum = pixel.fold([0.0; 4], |sum, s| [0, 1, 2, 3].map(|c| sum[c] + s[c]));
            sum.map(|v| v / (SIDE * SIDE) as f64)
        }));
    }
    truth
}

/// Blends a circle into the samples of a row of pixels that begins at a point.
fn paint(samples: &mut [[f64; 4]], start: [f64; 2], circle: [f64; 3], rgba: [f64; 4]) {
    let [x, y, r] = circle;
    let side = SIDE as f64;
    let columns = samples.len() / SIDE;
    for (i, row) in samples.chunks_exact_mut(columns).enumerate() {
        let dy = start[1] + (i as f64 + 0.5) / side - y;
        let square = r * r - dy * dy;
        if square <= 0.0 {
            continue;
        }
        // Which samples lie between the two ends of the row in the circle.
        let half = square.sqrt();
        let first = ((x - half - start[0]) * side - 0.5).ceil().max(0.0) as usize;
        let end = ((x + half - start[0]) * side - 0.5).floor() + 1.0;
        let end = (end.max(0.0) as usize).min(columns);
        for sample in row.get_mut(first..end).unwrap_or_default() {
            let rest = 1.0 - rgba[3] / 255.0;
            for (d, s) in sample.iter_mut().zip(rgba) {
                *d = s + *d * rest;
            }
        }
    }
}

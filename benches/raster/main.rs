//! Frames of 1080p with many shapes: ours and tiny-skia's, side by side.
//!
//! Strokes go through tiny-skia in both: there one mask per shape and our compositor stand against its
//! own painter.
//!
//! Prints, for each scene, the least time of several frames in ms, taken in turns, with the processor's
//! wider vector instructions and without, the ratio, and the target; then how far the circles are from
//! the truth. Run with `cargo bench --bench raster`; words after `--` pick lines by name,
//! and `--quick` draws few shapes once.
#![expect(clippy::print_stdout, reason = "a bench prints")]

mod accuracy;
#[path = "../clock/mod.rs"]
mod clock;
mod scenes;

use clock::{on_core, wall};
use oscilla::math::simd::Width;
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::render_tree::{Effect, GlowMode, Pass, PostFx, RenderTree};
use scenes::{HEIGHT, WIDTH, frame};
use std::sync::Arc;
use std::time::Duration;
use tiny_skia::Pixmap;

/// How long frames of one kind are drawn before the others have their turn: the clock counts ticks.
const AT_A_TIME: Duration = Duration::from_millis(40);
/// How long frames of one kind are drawn in all.
const PATIENCE: Duration = Duration::from_secs(1);

/// A scene in both forms.
struct Case {
    name: &'static str,
    most_ms: Option<f64>,
    least_ratio: f64,
    tree: RenderTree,
    theirs: Box<dyn Fn(&mut Pixmap)>,
}

fn cases(wanted: &dyn Fn(&str) -> bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for scene in scenes::scenes() {
        if wanted(scene.name) {
            let rows = scenes::rows(&scene);
            cases.push(Case {
                name: scene.name,
                most_ms: scene.most_ms,
                least_ratio: scene.least_ratio,
                tree: scenes::tree(&scene, &rows),
                theirs: Box::new(move |pixmap| scenes::draw_tiny_skia(&scene, &rows, pixmap)),
            });
        }
    }
    if wanted("200 stroked cubics") {
        let curves = scenes::curves(if clock::is_quick() { 5 } else { 200 });
        cases.push(Case {
            name: "200 stroked cubics",
            most_ms: None,
            least_ratio: 1.2,
            tree: scenes::tree_of_curves(&curves),
            theirs: Box::new(move |pixmap| scenes::stroke_curves(&curves, pixmap)),
        });
    }
    cases
}

/// Least ms of each of several works, done in turns, each as often at a time as the clock needs.
fn least<const N: usize>(mut works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let time = |work: &mut dyn FnMut(), times: u32| {
        let start = on_core();
        (0..times).for_each(|_| work());
        on_core().saturating_sub(start).as_secs_f64() / f64::from(times)
    };
    // The first frame takes memory.
    works.iter_mut().for_each(|work| work());
    let patience = if clock::is_quick() { 0 } else { N as u32 };
    let times = works.each_mut().map(|work| {
        let start = wall();
        work();
        let once = wall().saturating_sub(start).as_secs_f64();
        (AT_A_TIME.as_secs_f64() / once).clamp(1.0, if patience == 0 { 1.0 } else { 1000.0 }) as u32
    });
    let mut best = [f64::INFINITY; N];
    let begin = wall();
    loop {
        for ((work, times), best) in works.iter_mut().zip(times).zip(&mut best) {
            *best = best.min(time(work, times) * 1e3);
        }
        if wall().saturating_sub(begin) >= PATIENCE * patience {
            break;
        }
    }
    best
}

/// A raster and its canvas.
struct Easel(Raster, Canvas);

impl Easel {
    fn new(simd: Width) -> Self {
        let options = RasterOptions {
            simd,
            ..RasterOptions::default()
        };
        Self(Raster::new(options), Canvas::new())
    }

    fn draw(&mut self, tree: &RenderTree) {
        self.0.draw(tree, &mut self.1).expect("within the limits");
    }
}

fn against_tiny_skia(cases: &[Case]) {
    println!(
        "{:<30}{:>9}{:>9}{:>11}{:>8}   target",
        "scene", "ours ms", "baseline", "tiny-skia", "ratio"
    );
    let [mut widest, mut baseline] = [Width::Widest, Width::Baseline].map(Easel::new);
    let mut pixmap = Pixmap::new(WIDTH, HEIGHT).expect("a size");
    for case in cases {
        let [ours, narrow, theirs] = least([
            &mut || widest.draw(&case.tree),
            &mut || baseline.draw(&case.tree),
            &mut || (case.theirs)(&mut pixmap),
        ]);
        let ratio = theirs / ours;
        let met = case.most_ms.is_none_or(|most| ours <= most) && ratio >= case.least_ratio;
        let most = case
            .most_ms
            .map_or(String::new(), |ms| format!("{ms} ms, "));
        println!(
            "{:<30}{ours:>9.2}{narrow:>9.2}{theirs:>11.2}{ratio:>8.1}   {most}{} × {}",
            case.name,
            case.least_ratio,
            if met { "met" } else { "MISSED" }
        );
    }
}

fn alone(wanted: &dyn Fn(&str) -> bool) {
    let mut easel = Easel::new(Width::Widest);
    let mut line = |name: &str, tree: &RenderTree| {
        let [ours] = least([&mut || easel.draw(tree)]);
        println!("{name:<30}{ours:>9.2}");
    };
    if wanted("glow") {
        let scene = &scenes::scenes()[0];
        let glow = Effect::Glow {
            sigma: 10.0,
            gain: 1.0,
            tint: None,
            mode: GlowMode::Under,
        };
        let tree = frame(vec![Pass::PostFx(PostFx {
            sink: Arc::from("bench"),
            children: scenes::tree(scene, &scenes::rows(scene)).passes,
            effects: vec![glow],
        })]);
        line("glow σ=10 of the whole frame", &tree);
    }
    if wanted("still") {
        // 10,000 circles that stay, below 400 that would move.
        let scenes = scenes::scenes();
        let pass = |i: usize| scenes::tree(&scenes[i], &scenes::rows(&scenes[i])).passes;
        let mut tree = frame([pass(1), pass(0)].concat());
        line("still: 10000 + 400 painted", &tree);
        tree.still = 1;
        line("still: 10000 kept + 400", &tree);
        line("still: 400 alone", &frame(pass(0)));
    }
    if wanted("empty") {
        line("empty frame", &frame(vec![]));
    }
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|w| name.contains(w.as_str()));
    let cases = cases(&wanted);
    if !cases.is_empty() {
        against_tiny_skia(&cases);
    }
    alone(&wanted);
    if wanted("accuracy") {
        accuracy::print();
    }
}

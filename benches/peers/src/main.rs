//! One core, 1920 × 1080: our raster and others on the same frames, in turns, in one run.
//!
//!     cargo run --release --manifest-path benches/peers/Cargo.toml [-- --quick]
//!
//! * **tiny-skia**: a path call a shape, its own SIMD on.
//! * **vello_cpu**: a path call a shape, one thread, the best instructions that it finds.
//! * **resvg**: our SVG of the frame, parsed before the clock runs.
//!
//! Prints the least milliseconds of several rounds and how often ours fits into theirs. What is drawn is
//! checked before it is timed: the pictures may differ by what two kinds of anti-aliasing differ.

#[path = "../../clock/mod.rs"]
mod clock;
mod drawers;
#[allow(dead_code, reason = "some scenes are for others")]
#[path = "../../raster/scenes.rs"]
mod scenes;

use drawers::{Drawer, Ours, Resvg, TinySkia, Vello};
use scenes::{HEIGHT, Rows, Scene, WIDTH};

/// Mean difference of two pictures of a scene, levels: more and somebody drew something else. Many small circles
/// over each other add up what anti-aliasing differs.
const ALIKE: f64 = 6.0;
/// Circles and stars: what all of them draw alike.
const SCENES: usize = 5;

fn main() {
    let rounds = clock::rounds(9);
    println!(
        "{WIDTH} × {HEIGHT}, one core, ms a frame (least of {rounds}), and how many times ours\n"
    );
    println!(
        "{:<28}{:>10}{:>18}{:>18}{:>18}",
        "scene", "ours", "tiny-skia", "vello_cpu", "resvg"
    );
    for scene in scenes::scenes().into_iter().take(SCENES) {
        print!("{:<28}", scene.name);
        let [ours, others @ ..] = measure(&scene, &scenes::rows(&scene), rounds);
        print!("{ours:>10.2}");
        for other in others {
            print!("{other:>10.2} {:>6.1}×", other / ours);
        }
        println!();
    }
}

/// The least time of each renderer, ms.
fn measure(scene: &Scene, rows: &Rows, rounds: usize) -> [f64; 4] {
    let mut drawers: [Box<dyn Drawer>; 4] = [
        Box::new(Ours::new(scene, rows)),
        Box::new(TinySkia::new()),
        Box::new(Vello::new()),
        Box::new(Resvg::new(scene, rows)),
    ];
    let pictures: Vec<Vec<u8>> = drawers
        .iter_mut()
        .map(|drawer| {
            drawer.draw(scene, rows);
            drawer.picture()
        })
        .collect();
    for picture in &pictures[1..] {
        let apart = mean_difference(&pictures[0], picture);
        assert!(apart < ALIKE, "{}: {apart} levels apart", scene.name);
    }
    let mut least = [f64::INFINITY; 4];
    for _ in 0..rounds {
        for (drawer, least) in drawers.iter_mut().zip(&mut least) {
            let (time, ()) = clock::time(|| drawer.draw(scene, rows));
            *least = least.min(time.as_secs_f64() * 1e3);
        }
    }
    least
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

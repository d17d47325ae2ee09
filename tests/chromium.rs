//! Animated and still SVG in a browser, against our own pixels.
//!
//! Needs `chromium` on the PATH (or its path in `CHROMIUM`). Without one the test says that it was skipped;
//! with `OSCILLA_NEEDS_CHROMIUM` set, as in CI, it fails.

mod support;

use std::fs;
use std::path::Path;
use support::browser::{self, FLAT, Picture, compare, say, shoot};
use support::{oscilla_ok, pixels};

/// Mean difference over the picture: a browser's anti-aliasing is coarse.
const MEAN: f64 = 0.8;
/// A frame beside the right one is at least this many times as far off.
const TELLING: f64 = 1.5;

#[test]
fn animations_show_our_frames_at_their_times() {
    let Some(browser) = browser::find() else {
        return;
    };
    for (patch, fps, beside, frames) in [
        ("orbit", 60, 6, [0, 47, 200]),
        ("curtain", 60, 6, [20, 70, 140]),
        ("reeds", 60, 6, [7, 90, 301]),
        // Drawn anew for each frame: exactly at its time it is there, and not the one before.
        ("ribbons", 6, -1, [1, 17, 23]),
    ] {
        let place = tempfile::tempdir().expect("a folder");
        let file = format!("patches/{patch}.json");
        let animation = place.path().join("loop.svg");
        render(&file, &animation, &["--fps", &fps.to_string()]);
        let text = fs::read_to_string(&animation).expect("text");
        for frame in frames {
            let ours = frame_of(&file, frame, fps, place.path());
            let other = frame_of(&file, frame + beside, fps, place.path());
            let time = f64::from(frame) * 1000.0 / f64::from(fps);
            let theirs = shoot(&browser, &at(&text, time), &ours, &[]);
            let (flat, mean) = compare(&ours, &theirs);
            let (_, control) = compare(&other, &theirs);
            let found = format!("{patch} {frame}: flat {flat}, mean {mean:.3}, other {control:.3}");
            say(&found);
            assert!(flat <= FLAT && mean <= MEAN, "{found}");
            let still = compare(&ours, &other).1 < 0.1;
            assert!(
                still || control > mean * TELLING,
                "{found}: cannot tell frames apart"
            );
        }
    }
}

#[test]
fn stills_show_our_pixels_with_added_light_and_glow() {
    let Some(browser) = browser::find() else {
        return;
    };
    let place = tempfile::tempdir().expect("a folder");
    let still = place.path().join("still.svg");
    render("patches/stars.json", &still, &["--frames", "20"]);
    let text = fs::read_to_string(&still).expect("text");
    assert!(
        text.contains("plus-lighter") || text.contains("<filter"),
        "nothing to see"
    );
    let ours = frame_of("patches/stars.json", 20, 60, place.path());
    let theirs = shoot(&browser, &text, &ours, &[]);
    let (flat, mean) = compare(&ours, &theirs);
    let found = format!("stars 20: flat {flat}, mean {mean:.3}");
    say(&found);
    assert!(flat <= FLAT && mean <= 1.5, "{found}");
}

fn render(patch: &str, out: &Path, more: &[&str]) {
    let out = out.to_string_lossy();
    let mut args = vec!["render", patch, "--out", &out, "--quiet", "--overwrite"];
    args.extend(more);
    oscilla_ok(&args);
}

fn frame_of(patch: &str, frame: i32, fps: i32, place: &Path) -> Picture {
    let file = place.join("ours.png");
    let (frame, fps) = (frame.to_string(), fps.to_string());
    render(patch, &file, &["--frames", &frame, "--fps", &fps]);
    pixels(&file)
}

/// A page on which the animation stands still at a time. The values are taken over as plain styles:
/// what moves is drawn into layers of its own, which are not as sharp.
fn at(svg: &str, time_ms: f64) -> String {
    format!(
        "{svg}<script>for (const moving of document.getAnimations()) {{
            moving.pause(); moving.currentTime = {time_ms}; moving.commitStyles(); moving.cancel();
        }}</script>"
    )
}

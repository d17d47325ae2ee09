//! `render --resume`: an export that was interrupted ends as if it had not been.

use crate::{LOOP, Place};
use std::collections::BTreeMap;

/// Every file of a folder.
fn files(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let names = place.names(folder).into_iter();
    names
        .map(|name| {
            let bytes = place.bytes(&format!("{folder}/{name}"));
            (name, bytes)
        })
        .collect()
}

/// The loop with a memory: its dots drift by what an integrator says.
fn with_state() -> String {
    LOOP.replace(
        r#"{"id": "dots","#,
        r#"{"id": "sum", "type": "Integrate", "params": {"in": 3}},
    {"id": "dots","#,
    )
    .replace(
        r#"{"from": "osc.out", "to": "dots.radius"}"#,
        r#"{"from": "sum.out", "to": "osc.bias"},
    {"from": "osc.out", "to": "dots.radius"}"#,
    )
}

#[cfg(unix)]
#[test]
fn a_killed_export_goes_on_to_the_same_bytes() {
    use std::process::{Command, Stdio};
    let place = Place::with_loop();
    place.file("state.json", with_state());
    let mut killed = 0;
    for (patch, format, jobs) in [
        ("loop", "png", "1"),
        ("loop", "svg", "4"),
        ("state", "png", "4"),
        ("state", "svg", "1"),
    ] {
        let args = format!("render {patch}.json --loops 8 --jobs {jobs} --format {format} --out");
        place.done(&format!("{args} whole-{patch}-{format}"));
        let whole = files(&place, &format!("whole-{patch}-{format}"));
        for frames in [1, 20, 60] {
            let out = format!("{patch}-{format}-{frames}");
            let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
                .args(format!("{args} {out}").split(' '))
                .current_dir(place.path("."))
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let is_far = || place.path(&out).exists() && place.names(&out).len() > frames + 1;
            while !is_far() && child.try_wait().unwrap().is_none() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            killed += usize::from(place.path(&format!("{out}/manifest.journal")).exists());
            for (name, bytes) in files(&place, &out) {
                if name.starts_with("frame_") {
                    assert!(whole[&name] == bytes, "{out}/{name} is not whole");
                }
            }
            place.done(&format!("{args} {out} --resume"));
            assert!(files(&place, &out) == whole, "{out}");
        }
    }
    assert!(killed >= 6, "only {killed} runs were killed on their way");
}

#[test]
fn nothing_is_left_to_do_or_one_frame() {
    let place = Place::with_loop();
    place.done("render loop.json --out f --resume");
    let whole = files(&place, "f");
    let run = place.done("render loop.json --out f --resume");
    assert!(run.err.contains("nothing was left to do"), "{}", run.err);
    assert!(run.err.contains("12 frames"), "{}", run.err);
    std::fs::remove_file(place.path("f/frame_00003.png")).unwrap();
    place.file("f/frame_00007.png", "torn");
    let run = place.done("render loop.json --out f --resume");
    assert!(
        run.err.contains("10 frames were there already"),
        "{}",
        run.err
    );
    assert!(files(&place, "f") == whole);
}

#[test]
fn what_changed_is_said_and_nothing_is_touched() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    let whole = files(&place, "f");
    let args = "render loop.json --out f --resume";
    place.refused(args.trim(), 0, &["nothing was left"]);
    for (flags, words) in [
        ("--seed 9", "seed was 0, now 9"),
        ("--set osc.amplitude=1", "overrides.osc.amplitude was null"),
        ("--fps 30", "plan.fps was [60,1], now [30,1]"),
        ("--no-metadata", "arguments was []"),
        ("--png-effort small", "--png-effort=small"),
        ("--scale 2", "image.width was 64, now 128"),
    ] {
        place.refused(
            &format!("{args} {flags}"),
            2,
            &["manifest-mismatch", words, "--overwrite"],
        );
    }
    place.file("loop.json", LOOP.replace("#ffcc00", "#ffcc01"));
    place.refused(args, 2, &["patch.hash was", "programHash was"]);
    assert!(files(&place, "f") == whole);
    // What has no record is not ours to keep.
    std::fs::remove_file(place.path("f/manifest.json")).unwrap();
    place.refused(args, 2, &["output-exists", "--overwrite"]);
    place.refused("render loop.json --out f", 2, &["output-exists"]);
    place.done("render loop.json --out f --overwrite");
}

#[test]
fn flags_that_do_not_fit() {
    let place = Place::with_loop();
    place.refused(
        "render loop.json --out f --resume --overwrite",
        2,
        &["--overwrite"],
    );
    place.refused(
        "render loop.json --out a.gif --resume",
        2,
        &["one file for all"],
    );
}

#[test]
fn parts_go_on_beside_each_other() {
    let place = Place::with_loop();
    place.done("render loop.json --out f --frames 0-5");
    place.done("render loop.json --out f --frames 6-11");
    std::fs::remove_file(place.path("f/frame_00002.png")).unwrap();
    place.done("render loop.json --out f --frames 0-5 --resume");
    let run = place.done("render loop.json --out f --frames 6-11 --resume");
    assert!(run.err.contains("nothing was left to do"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn what_a_killed_film_left_is_cleared_away() {
    let place = Place::with_loop();
    for (out, name) in [("a.webp", "a.webp"), ("a.svg", "a.svg")] {
        let left = |random: &str| format!(".oscilla-{name}.manifest.json-{random}.tmp");
        let (old, held, other) = (
            left("AbC123"),
            left("xYz789"),
            ".oscilla-b.webp.manifest.json-AbC123.tmp",
        );
        for file in [old.as_str(), other] {
            place.file(file, "half a film");
        }
        // A run that goes on has locked its manifest.
        place.file(&held, "");
        let lock = std::fs::File::open(place.path(&held)).unwrap();
        lock.lock().unwrap();
        place.done(&format!("render loop.json --out {out}"));
        assert!(place.path(&old).exists() && place.path(&held).exists());
        drop(lock);
        place.done(&format!("render loop.json --out {out} --overwrite"));
        assert!(!place.path(&old).exists() && !place.path(&held).exists());
        assert_eq!(place.bytes(other), b"half a film");
    }
}

#[cfg(unix)]
#[test]
fn a_killed_film_leaves_nothing_to_the_next_run() {
    use std::process::{Command, Stdio};
    let place = Place::with_loop();
    let args = "render loop.json --loops 50 --out long.webp --overwrite";
    let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args(args.split(' '))
        .current_dir(place.path("."))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Film and manifest are under way.
    while place.names(".").len() < 3 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    place.done(args);
    let names = ["long.webp", "long.webp.manifest.json", "loop.json"];
    assert_eq!(place.names("."), names);
}

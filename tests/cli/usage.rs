//! Command lines that cannot be, and files that are not there.

use crate::{Place, Run};

#[test]
fn misspelt_words_get_a_suggestion() {
    let place = Place::with_loop();
    place.refused("rendr loop.json", 2, &["render"]);
    place.refused("render loop.json --out f --frame 3", 2, &["--frames"]);
    place.refused("render loop.json --out f --sampling tim", 2, &["time"]);
}

#[test]
fn values_are_checked_before_anything_is_read() {
    let place = Place::new();
    for (flag, word) in [
        ("--fps 0", "30000/1001"),
        ("--fps -1", "30000/1001"),
        ("--scale 0", "above 0"),
        ("--scale nan", "above 0"),
        ("--jobs 0", "at least 1"),
        ("--loops -1", "whole number"),
        ("--frames 9-", "cannot read"),
        ("--frames a", "frame range"),
        ("--frames 5-2", "ends before it begins"),
        ("--duration -1", "length of time"),
        ("--size 0x8", "1920x1080"),
        ("--background reddish", "transparent"),
        ("--seed -1", "--seed"),
        ("--set radius=3", "block.port=value"),
        ("--max-memory lots", "KiB"),
    ] {
        let run = place.run(&format!("render missing.json --out f {flag}"));
        assert!(run.err.contains(word), "{flag}:\n{}", run.err);
        // The one that is fine fails for the missing file.
        let expected = if word == "cannot read" { 5 } else { 2 };
        assert_eq!(run.code, expected, "{flag}:\n{}", run.err);
    }
}

#[test]
fn a_missing_file_is_an_input_error() {
    let place = Place::new();
    place.refused("render missing.json --out f", 5, &["missing.json", "hint:"]);
    place.refused("check missing.json", 5, &["missing.json"]);
    assert_eq!(place.names("."), [""; 0]);
}

#[test]
fn help_and_version_are_data() {
    let place = Place::new();
    let version = place.done("--version").out;
    assert!(
        version.starts_with(concat!("oscilla ", env!("CARGO_PKG_VERSION"))),
        "{version}"
    );
    assert!(version.contains("program version 1"), "{version}");
    let help = place.done("help render").out;
    assert!(help.contains("--frames-per-cycle"), "{help}");
}

#[test]
fn a_starter_patch_is_written_once() {
    let place = Place::new();
    place.done("new first");
    let text = place.bytes("first.json");
    place.refused("new first", 2, &["output-exists", "first.json"]);
    assert_eq!(place.bytes("first.json"), text);
    place.refused("new nowhere/first", 5, &["output-failed"]);
    place.refused("new second --template cube", 2, &["grid"]);
}

#[test]
fn colour_is_only_for_terminals_unless_asked_for() {
    let place = Place::new();
    let has_colour = |run: Run| run.err.contains('\x1b');
    assert!(!has_colour(place.run("check missing.json")));
    assert!(has_colour(place.run("check missing.json --color always")));
    let forced = |name: &str| Run::of(place.command("check missing.json").env(name, "1"));
    assert!(has_colour(forced("CLICOLOR_FORCE")));
    assert!(!has_colour(forced("NO_COLOR")));
}

#[test]
fn a_time_before_the_beginning_is_explained() {
    let place = Place::with_loop();
    for flag in ["--start", "--duration", "--time"] {
        for time in ["-400ms", "-0.5s", "-1"] {
            let run = place.run(&format!("render loop.json --out f {flag} {time}"));
            assert_eq!(run.code, 2, "{flag} {time}: {}", run.err);
            assert!(
                run.err.contains(time) && run.err.contains("time"),
                "{}",
                run.err
            );
            assert!(!run.err.contains("unexpected argument"), "{}", run.err);
        }
    }
}

#[test]
fn an_asset_root_is_a_folder() {
    let place = Place::with_loop();
    for root in ["nowhere", "loop.json"] {
        let args = format!("check loop.json --asset-root {root}");
        place.refused(&args, 2, &["--asset-root", root, "hint:"]);
    }
}

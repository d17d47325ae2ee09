//! `oscilla blocks` and its siblings.

use crate::Place;
use serde_json::Value;

#[test]
fn the_library_is_listed_and_described() {
    let place = Place::new();
    assert!(place.done("blocks").out.contains("RenderInstances2D"));
    let page = place.done("blocks Oscillator").out;
    assert!(page.contains("amplitude"), "{page}");
    assert!(place.done("blocks Oscillator --markdown").out.contains('#'));
    assert!(place.done("lenses").out.contains("mapRange"));
    assert!(!place.done("adapters").out.is_empty());
}

#[test]
fn json_is_json() {
    let place = Place::new();
    let all: Value = serde_json::from_str(&place.done("blocks --json").out).unwrap();
    assert!(all.as_array().unwrap().len() > 20);
    let one: Value = serde_json::from_str(&place.done("blocks Oscillator --json").out).unwrap();
    assert_eq!(one["name"], "Oscillator");
}

#[test]
fn an_unknown_name_gets_the_nearest() {
    let place = Place::new();
    place.refused("blocks Oscilator", 2, &["Oscillator"]);
    place.refused("lenses Oscillator", 2, &["no lens"]);
}

#[test]
fn a_reader_that_goes_away_ends_the_text_quietly() {
    let place = Place::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args(["blocks", "--json"])
        .current_dir(place.path("."))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

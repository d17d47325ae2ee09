//! `oscilla render --format svg`.

use crate::Place;
use serde_json::Value;

fn manifest(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.bytes(name)).expect("JSON")
}

#[test]
fn a_sequence_of_documents_and_its_manifest() {
    let place = Place::with_loop();
    place.done("render loop.json --out out --format svg -j 3");
    let names = place.names("out");
    assert_eq!(names.len(), 13, "{names:?}");
    assert_eq!(names[0], "frame_00000.svg");
    let manifest = manifest(&place, "out/manifest.json");
    assert_eq!(manifest["image"]["format"], "svg");
    assert_eq!(manifest.get("rasteriser"), None);
    for frame in manifest["frames"].as_array().expect("frames") {
        let bytes = place.bytes(&format!("out/{}", frame["file"].as_str().expect("a name")));
        assert_eq!(frame["bytes"], bytes.len());
        let hash = format!("b3:{}", blake3::hash(&bytes).to_hex());
        assert_eq!(frame["hash"], hash);
        assert_eq!(frame.get("pixels"), None, "nothing was painted");
    }
    // Any number of threads gives the same bytes.
    place.done("render loop.json --out again --format svg -j 1");
    for name in names {
        let same = place.bytes(&format!("out/{name}")) == place.bytes(&format!("again/{name}"));
        assert!(same, "{name}");
    }
}

#[test]
fn the_name_says_the_format() {
    let place = Place::with_loop();
    place.done("render loop.json --out still.svg --time 50ms");
    assert!(place.bytes("still.svg").starts_with(b"<svg "));
    assert!(place.path("still.svg.manifest.json").exists());
    place.done("render loop.json --out shots/s_##.svg --frames 3");
    assert!(place.path("shots/s_03.svg").exists());
    place.done("render loop.json --out named --name s_##.svg --frames 3");
    assert!(place.path("named/s_03.svg").exists());
    place.refused(
        "render loop.json --out still.png --format svg --time 0",
        2,
        &["`still.png`", "`--format svg`", "hint"],
    );
    place.refused(
        "render loop.json --out o --name a_##.png --format svg",
        2,
        &["`.svg`"],
    );
}

#[test]
fn documents_say_what_made_them_unless_told_not_to() {
    let place = Place::with_loop();
    place.done("render loop.json --out with.svg --time 50ms");
    let text = String::from_utf8(place.bytes("with.svg")).expect("UTF-8");
    for part in ["<metadata", "oscilla:patch\">b3:", "oscilla:time-ms\">50<"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("rasteriser"), "{text}");
    place.done("render loop.json --out without.svg --time 50ms --no-metadata");
    let text = String::from_utf8(place.bytes("without.svg")).expect("UTF-8");
    assert!(!text.contains("metadata"), "{text}");
}

#[test]
fn ids_are_chosen() {
    let place = Place::with_loop();
    for (ids, count) in [("none", 0), ("passes", 1), ("all", 10)] {
        let args = format!("render loop.json --out {ids}.svg --time 0 --svg-ids {ids}");
        place.done(&args);
        let text = String::from_utf8(place.bytes(&format!("{ids}.svg"))).expect("UTF-8");
        assert_eq!(text.matches(" id=").count(), count, "{text}");
    }
}

#[test]
fn linear_light_is_refused_or_marked() {
    let place = Place::with_loop();
    let args = "render loop.json --out a.svg --time 0 --blend-space linear";
    place.refused(args, 2, &["not-representable", "--allow-approximate"]);
    assert!(!place.path("a.svg").exists());
    let run = place.done(&format!("{args} --allow-approximate"));
    assert!(run.err.contains("approximately"), "{}", run.err);
    let manifest = manifest(&place, "a.svg.manifest.json");
    assert_eq!(manifest["image"]["approximate"][0], "blendSpace");
}

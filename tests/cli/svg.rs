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
fn added_light_is_named_in_the_manifest() {
    let place = Place::with_loop();
    place.done("render loop.json --out plain.svg --time 0");
    assert_eq!(
        manifest(&place, "plain.svg.manifest.json")["image"].get("needs"),
        None
    );
    place.done("render loop.json --out light.svg --time 0 --set dots.blend=add");
    let needs = &manifest(&place, "light.svg.manifest.json")["image"]["needs"];
    assert_eq!(needs[0], "mix-blend-mode: plus-lighter");
    let text = String::from_utf8(place.bytes("light.svg")).expect("UTF-8");
    assert!(text.contains("mix-blend-mode:plus-lighter"), "{text}");
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

#[test]
fn one_file_moves_and_says_so_in_its_manifest() {
    let place = Place::with_loop();
    place.done("render loop.json --out loop.svg");
    let text = String::from_utf8(place.bytes("loop.svg")).expect("UTF-8");
    assert!(text.contains("200ms linear infinite"), "{text}");
    assert_eq!(text.matches("<circle").count(), 9, "{text}");
    let manifest = manifest(&place, "loop.svg.manifest.json");
    assert_eq!(manifest["frames"].as_array().expect("frames").len(), 12);
    assert_eq!(manifest["frames"][3]["phase"], 0.25);
    assert_eq!(manifest["output"]["bytes"], text.len());
    let hash = format!("b3:{}", blake3::hash(text.as_bytes()).to_hex());
    assert_eq!(manifest["output"]["hash"], hash);
    assert_eq!(manifest.get("baked"), None);
    // Threads change nothing; a part plays once.
    place.done("render loop.json --out again.svg -j 3");
    assert!(place.bytes("again.svg") == text.as_bytes());
    place.done("render loop.json --out part.svg --frames 0-5");
    let part = String::from_utf8(place.bytes("part.svg")).expect("UTF-8");
    assert!(part.contains("100ms linear 1 both"), "{part}");
}

#[test]
fn a_performance_is_animated_to_its_very_end() {
    let place = Place::new();
    place.file("once.json", ONCE);
    // 105 ms are seven frames at 60 fps, the last of which begins at 100 ms.
    place.done("render once.json --out once.svg --fps 60");
    let text = String::from_utf8(place.bytes("once.svg")).expect("UTF-8");
    assert!(text.contains("105ms linear 1 both"), "{text}");
    assert!(
        text.contains("100%{transform:translate(8px,8px) scale(5)}"),
        "{text}"
    );
}

/// A dot whose radius grows from 1 to 5.
const ONCE: &str = r#"{
  "size": [16, 16],
  "blocks": [
    {"id": "time", "type": "FiniteTimeRoot", "params": {"durationMs": 105}},
    {"id": "grow", "type": "MixSignal", "params": {"a": 1, "b": 5}},
    {"id": "dot", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [8, 8]}}
  ],
  "connections": [
    {"from": "time.progress", "to": "grow.k"},
    {"from": "grow.out", "to": "dot.radius"}
  ]
}"#;

#[test]
fn what_keyframes_cannot_say_is_named_or_refused() {
    let place = Place::with_loop();
    let patch = String::from_utf8(place.bytes("loop.json")).expect("UTF-8");
    // A glow that breathes: its blur changes.
    let glowing = patch.replace(
        r##""params": {"color": "#ffcc00"}}"##,
        r##""params": {"color": "#ffcc00", "glow": true}}"##,
    );
    let glowing = glowing.replace(
        r#"{"from": "osc.out", "to": "dots.radius"}"#,
        r#"{"from": "osc.out", "to": "dots.radius"}, {"from": "osc.out", "to": "dots.glowIntensity"}"#,
    );
    place.file("glowing.json", glowing);
    let run = place.done("render glowing.json --out a.svg");
    let said = "`dots/glow` is drawn anew for each frame: its effects change";
    assert!(run.err.contains(said), "{}", run.err);
    let manifest = manifest(&place, "a.svg.manifest.json");
    assert_eq!(manifest["baked"][0]["sink"], "dots/glow");
    place.refused(
        "render glowing.json --out b.svg --svg-animate strict",
        2,
        &[
            "not-representable",
            "`dots/glow`",
            "its effects change",
            "hint",
        ],
    );
    assert!(!place.path("b.svg").exists());
    assert!(!place.path("b.svg.manifest.json").exists());
}

#[test]
fn what_shapes_take_is_known_before() {
    let place = Place::with_loop();
    let memory = |args: &str| {
        let run = place.done(&format!("render loop.json --dry-run {args}"));
        let line = run.out.lines().find(|line| line.starts_with("memory"));
        let words: Vec<&str> = line.unwrap().split_whitespace().collect();
        words[2].parse::<u64>().unwrap()
    };
    // No pixel is made, so no scale matters; of an animation the trees of all frames are kept.
    assert_eq!(
        memory("--out s --format svg"),
        memory("--out s --format svg --scale 20")
    );
    assert_eq!(memory("--out a.svg"), memory("--out a.svg --scale 20"));
    assert!(memory("--out a.svg --loops 1000") > memory("--out a.svg") + 100_000);
    assert!(memory("--out s --format svg") < memory("--out a.svg"));
    let words = ["too-large", "--frames", "--max-memory"];
    place.refused("render loop.json --out a.svg --max-memory 64K", 3, &words);
    place.done("render loop.json --out s --format svg --jobs 1 --max-memory 64K");
}

//! `oscilla render --format lottie`.

use crate::Place;
use serde_json::Value;

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.bytes(name)).expect("JSON")
}

#[test]
fn one_file_and_its_manifest() {
    let place = Place::with_loop();
    place.done("render loop.json --out a.json --format lottie -j 3");
    let animation = json(&place, "a.json");
    for (key, value) in [("fr", 60), ("ip", 0), ("op", 12), ("w", 64), ("h", 48)] {
        assert_eq!(animation[key], value, "{key}");
    }
    assert_eq!(animation["nm"], "loop");
    // The background lies below, and comes last.
    let layers = animation["layers"].as_array().expect("layers");
    assert_eq!(
        (&layers[0]["nm"], &layers[1]["nm"]),
        (&"dots".into(), &"background".into())
    );
    assert_eq!(layers[0]["shapes"].as_array().expect("groups").len(), 9);
    assert_eq!(layers[0]["shapes"][0]["nm"], "row-2-col-2");
    let radius = &layers[0]["shapes"][0]["it"][0]["s"]["k"];
    let keys = radius.as_array().expect("keyframes");
    assert!(keys.len() < 13, "{radius}");
    let last = keys.last().expect("a keyframe");
    assert_eq!((&last["t"], &last["s"]), (&12.into(), &keys[0]["s"]));

    let manifest = json(&place, "a.json.manifest.json");
    let bytes = place.bytes("a.json");
    assert_eq!(manifest["image"]["format"], "lottie");
    assert_eq!(manifest["frames"].as_array().expect("frames").len(), 12);
    assert_eq!(manifest["output"]["bytes"], bytes.len());
    let hash = format!("b3:{}", blake3::hash(&bytes).to_hex());
    assert_eq!(manifest["output"]["hash"], hash);
    assert_eq!(manifest["image"].get("approximate"), None);
    // Threads change nothing, and the name may say the format.
    place.done("render loop.json --out b.lottie.json -j 1");
    assert!(place.bytes("b.lottie.json") == bytes);
    place.refused(
        "render loop.json --out a.json --format lottie",
        2,
        &["output-exists"],
    );
    place.done("render loop.json --out a.json --format lottie --overwrite");
}

#[test]
fn it_says_what_made_it_unless_told_not_to() {
    let place = Place::with_loop();
    place.done("render loop.json --out with.lottie.json --seed 7");
    let with = json(&place, "with.lottie.json");
    assert!(
        with["meta"]["g"]
            .as_str()
            .expect("a generator")
            .starts_with("oscilla ")
    );
    assert_eq!(with["metadata"]["customProps"]["oscilla:seed"], "7");
    place.done("render loop.json --out without.lottie.json --seed 7 --no-metadata");
    let mut without = json(&place, "without.lottie.json");
    assert_eq!(without.get("meta"), None);
    for key in ["meta", "metadata"] {
        without[key] = with[key].clone();
    }
    assert_eq!(without, with);
}

#[test]
fn plans_decide_rate_and_length() {
    let place = Place::with_loop();
    let animation = |flags: &str| {
        place.done(&format!(
            "render loop.json --out a.lottie.json --overwrite {flags}"
        ));
        json(&place, "a.lottie.json")
    };
    let facts = |animation: &Value| [&animation["fr"], &animation["op"]].map(|v| v.as_f64());
    // The cycle lasts as long as its period, whatever the rate asked for.
    assert_eq!(
        facts(&animation("--frames-per-cycle 7")),
        [Some(35.0), Some(7.0)]
    );
    assert_eq!(facts(&animation("--loops 2")), [Some(60.0), Some(24.0)]);
    assert_eq!(
        facts(&animation("--fps 30000/1001 --sampling time")),
        [Some(30000.0 / 1001.0), Some(6.0)]
    );
    // Frames of a part keep their distances, and what ends stays.
    let part = animation("--frames 2-8:3");
    assert_eq!(facts(&part), [Some(60.0), Some(7.0)]);
    let keys = &part["layers"][0]["shapes"][0]["it"][0]["s"]["k"];
    let times: Vec<f64> = keys
        .as_array()
        .expect("keyframes")
        .iter()
        .map(|k| k["t"].as_f64().expect("a time"))
        .collect();
    assert_eq!(times, [0.0, 3.0, 6.0]);
    let large = animation("--scale 2.5 --background transparent");
    assert_eq!((&large["w"], &large["h"]), (&160.into(), &120.into()));
    let layers = large["layers"].as_array().expect("layers");
    assert!(layers.iter().all(|layer| layer["nm"] != "background"));
    assert_eq!(layers[0]["parent"], layers[1]["ind"]);
    let still = animation("--time 50ms");
    assert_eq!(facts(&still), [Some(60.0), Some(1.0)]);
}

#[test]
fn what_cannot_be_carried_is_refused_or_marked() {
    let place = Place::with_loop();
    let base = "render loop.json --out a.lottie.json";
    let patch = String::from_utf8(place.bytes("loop.json")).expect("UTF-8");
    let glowing = patch.replace(
        r##"{"color": "#ffcc00"}"##,
        r##"{"color": "#ffcc00", "glow": true}"##,
    );
    place.file("glowing.json", glowing);
    let glow = "render glowing.json --out a.lottie.json";
    for (args, word, what) in [
        (glow.to_owned(), "effects", "`dots/glow`"),
        (
            format!("{base} --set dots.blend=add"),
            "blendAdd",
            "`dots` adds light",
        ),
        (
            format!("{base} --blend-space linear"),
            "blendSpace",
            "linear light",
        ),
    ] {
        place.refused(
            &args,
            2,
            &["not-representable", what, "hint", "--allow-approximate"],
        );
        assert!(!place.path("a.lottie.json").exists());
        let run = place.done(&format!("{args} --allow-approximate --overwrite"));
        assert!(run.err.contains("approximately"), "{}", run.err);
        let manifest = json(&place, "a.lottie.json.manifest.json");
        assert_eq!(manifest["image"]["approximate"][0], word);
        std::fs::remove_file(place.path("a.lottie.json")).expect("a file");
    }
    let pixels = ["not-representable", "write pixels"];
    place.refused(&format!("{base} --supersample 2"), 2, &pixels);
    place.refused(&format!("{base} --shutter 0.5"), 2, &pixels);
    place.refused(&format!("{base} --plays 2"), 2, &["`--plays`"]);
    place.refused(&format!("{base} --resume"), 2, &["`--resume`"]);
}

#[test]
fn names_that_mean_something_else_are_explained() {
    let place = Place::with_loop();
    for (args, words) in [
        ("--out a.json", ["`.json`", "--format lottie"]),
        ("--out a.lottie", ["`.lottie`", "name.lottie.json"]),
        ("--out a.png --format lottie", ["`a.png`", "`.lottie.json`"]),
        (
            "--out frames --format lottie",
            ["one file", "name.lottie.json"],
        ),
        (
            "--out - --format lottie",
            ["standard output", "give a file"],
        ),
    ] {
        place.refused(&format!("render loop.json {args}"), 2, &words);
    }
    assert_eq!(place.names("."), ["loop.json"]);
}

#[test]
fn elements_that_overtake_each_other_are_said_to_be_redrawn() {
    let place = Place::new();
    let globe = concat!(env!("CARGO_MANIFEST_DIR"), "/patches/globe.json");
    let run = place.done(&format!("render {globe} --out a.lottie.json --fps 2"));
    let said = "is drawn anew for each frame: the paint order of its elements changes";
    assert!(run.err.contains(said), "{}", run.err);
    let baked = &json(&place, "a.lottie.json.manifest.json")["baked"][0];
    assert_eq!(baked["reason"], "the paint order of its elements changes");
}

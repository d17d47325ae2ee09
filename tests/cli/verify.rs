//! `oscilla verify`: exports against their manifests.

use crate::{LOOP, Place};

#[test]
fn a_whole_export_is_as_its_manifest_says() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    for path in ["f", "f/manifest.json"] {
        let run = place.done(&format!("verify {path}"));
        assert_eq!(run.out, "");
        assert!(run.err.contains("12 files of 12 frames"), "{}", run.err);
    }
    place.done("verify f --rerender loop.json -j 3");
}

#[test]
fn what_differs_is_listed() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    std::fs::remove_file(place.path("f/frame_00003.png")).unwrap();
    place.file("f/frame_00004.png", "torn");
    let other = place.bytes("f/frame_00006.png");
    place.file("f/frame_00005.png", other);
    place.done("render loop.json --out small --png-effort small --no-metadata");
    place.file("f/frame_00007.png", place.bytes("small/frame_00007.png"));
    let run = place.refused("verify f", 1, &["4 findings"]);
    let expected = [
        "frame_00003.png: not there",
        "frame_00004.png: other pixels",
        "frame_00005.png: other pixels",
        "frame_00007.png: other bytes, the same pixels",
    ];
    for (line, words) in run.out.lines().zip(expected) {
        assert!(line.ends_with(words), "{line}");
    }
    assert_eq!(run.out.lines().count(), 4);
    let run = place.run("verify f --json");
    let list: Vec<String> = serde_json::from_str(&run.out).unwrap();
    assert_eq!(list.len(), 4);
}

#[test]
fn a_second_rendering_needs_the_same_patch() {
    let place = Place::with_loop();
    place.done("render loop.json --out f --set osc.amplitude=1.5 --fps 30 --name a_%03d.png");
    place.done("verify f --rerender loop.json");
    // A manifest that lies about a frame.
    let text = String::from_utf8(place.bytes("f/manifest.json")).unwrap();
    let (before, after) = text.split_once("\"hash\":\"b3:").unwrap();
    place.file(
        "f/manifest.json",
        format!("{before}\"hash\":\"b3:00{}", &after[2..]),
    );
    place.refused("verify f --rerender loop.json", 1, &["2 findings"]);
    place.file("other.json", LOOP.replace("16", "17"));
    let run = place.refused("verify f --rerender other.json", 1, &[]);
    assert!(run.out.contains("patch.hash was"), "{}", run.out);
}

#[test]
fn a_manifest_lists_every_frame_of_its_plan() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    place.done("render loop.json --out film/f.gif");
    for name in ["f/manifest.json", "film/f.gif.manifest.json"] {
        let mut manifest: serde_json::Value = serde_json::from_slice(&place.bytes(name)).unwrap();
        let frames = manifest["frames"].as_array_mut().unwrap();
        let planned = frames.len();
        let cut = frames.pop().unwrap();
        place.file(name, manifest.to_string());
        let run = place.refused(&format!("verify {name}"), 1, &["1 findings"]);
        let words = format!("frames: {} are listed, but {planned} belong", planned - 1);
        assert!(run.out.contains(&words), "{}", run.out);
        // One twice is none the more.
        let frames = manifest["frames"].as_array_mut().unwrap();
        frames.push(frames[0].clone());
        place.file(name, manifest.to_string());
        place.refused(&format!("verify {name}"), 1, &["1 findings"]);
        manifest["frames"][planned - 1] = cut;
        place.file(name, manifest.to_string());
        place.done(&format!("verify {name}"));
    }
}

#[test]
fn films_and_stills_are_verified_too() {
    let place = Place::with_loop();
    for out in ["a.gif", "a.svg", "a.png --time 0.1s", "b.apng"] {
        place.done(&format!("render loop.json --out {out}"));
        let name = out.split(' ').next().unwrap();
        place.done(&format!("verify {name}.manifest.json --rerender loop.json"));
    }
    place.done("verify .");
    place.file("a.gif", "no longer");
    place.refused("verify .", 1, &["1 findings"]);
}

#[test]
fn parts_make_the_manifest_of_the_whole() {
    let place = Place::with_loop();
    place.done("render loop.json --out whole");
    for part in ["4-7", "0-3"] {
        place.done(&format!("render loop.json --out f --frames {part}"));
    }
    let run = place.refused("verify f", 1, &[]);
    assert!(
        run.out.contains("no part has the frames 8-11"),
        "{}",
        run.out
    );
    assert!(!place.path("f/manifest.json").exists());
    place.done("render loop.json --out f --frames 8-11 -j 1");
    let run = place.done("verify f");
    assert!(run.err.contains("the parts are whole"), "{}", run.err);
    assert_eq!(
        place.bytes("f/manifest.json"),
        place.bytes("whole/manifest.json")
    );
    place.done("verify f --rerender loop.json");

    place.done("render loop.json --out g --frames 0-5");
    place.done("render loop.json --out g --frames 6-11 --seed 5");
    let run = place.refused("verify g", 1, &[]);
    assert!(
        run.out.contains("different exports: arguments was []"),
        "{}",
        run.out
    );
}

#[test]
fn what_is_no_manifest_is_refused() {
    let place = Place::with_loop();
    place.refused("verify nowhere.json", 5, &["nowhere.json"]);
    place.refused("verify loop.json", 2, &["manifest-mismatch", "no manifest"]);
    std::fs::create_dir(place.path("empty")).unwrap();
    place.refused("verify empty", 2, &["holds no manifest"]);
    place.file("new.json", r#"{"manifestVersion": 99}"#);
    place.refused("verify new.json", 2, &["version 99"]);
    place.refused("verify loop.json --swap 1:b.json", 2, &["--rerender"]);
}

#[test]
fn a_manifest_speaks_of_its_own_folder_only() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    place.done("render loop.json --out film/f.gif");
    for (manifest, name) in [
        ("f/manifest.json", "frame_00003.png"),
        ("f/manifest.json", "frame_#####.png"),
        ("film/f.gif.manifest.json", "f.gif"),
    ] {
        let text = String::from_utf8(place.bytes(manifest)).unwrap();
        for other in ["../../loop.json", "/etc/passwd", "..", "sub/f.png", ""] {
            let forged = text.replace(&format!("\"{name}\""), &format!("\"{other}\""));
            assert_ne!(forged, text);
            place.file(manifest, forged);
            for flags in ["", "--rerender loop.json"] {
                let command = format!("verify {manifest} {flags}");
                place.refused(&command, 2, &["manifest-mismatch", "not a file beside it"]);
            }
        }
        place.file(manifest, text);
    }
    place.done("verify f");
    place.done("verify film");
}

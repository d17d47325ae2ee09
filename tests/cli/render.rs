//! `oscilla render`: from a patch to files.

use crate::{LOOP, Place, picture};
use serde_json::Value;

fn manifest(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.bytes(name)).unwrap()
}

#[test]
fn a_new_patch_renders_to_frames_and_a_manifest() {
    for template in ["grid", "ring"] {
        let place = Place::new();
        place.done(&format!("new first --template {template}"));
        place.done("render first.json --out frames/ --frames 0-2");
        let names = place.names("frames");
        assert_eq!(
            names,
            [
                "frame_00000.png",
                "frame_00001.png",
                "frame_00002.png",
                "manifest.0-2.json"
            ]
        );
        let image = picture(&place.path("frames/frame_00001.png"));
        assert_eq!(image.dimensions(), (480, 480));
        let background = *image.get_pixel(0, 0);
        assert!(
            image.pixels().any(|pixel| *pixel != background),
            "{template} draws nothing"
        );
    }
}

#[test]
fn the_whole_loop_by_default() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out frames");
    assert!(run.err.contains("loop: exact"), "{}", run.err);
    assert_eq!(run.out, "");
    let names = place.names("frames");
    assert_eq!(
        (names.len(), names.last().unwrap().as_str()),
        (13, "manifest.json")
    );
    let image = picture(&place.path("frames/frame_00000.png"));
    assert_eq!(image.dimensions(), (64, 48));
    assert_eq!(image.get_pixel(0, 47).0, [0x10, 0x20, 0x30, 255]);
    // The middle of the first dot.
    assert_eq!(image.get_pixel(16, 8).0, [0xff, 0xcc, 0x00, 255]);
    // Radius 4 at phase 0 covers this pixel, radius 2 at phase 3/4 does not.
    assert_eq!(image.get_pixel(18, 8).0, [0xff, 0xcc, 0x00, 255]);
    let small = picture(&place.path("frames/frame_00009.png"));
    assert_eq!(small.get_pixel(18, 8).0, [0x10, 0x20, 0x30, 255]);
    let text = String::from_utf8(place.bytes("frames/manifest.json")).unwrap();
    assert!(
        !text.contains(place.path("").to_str().unwrap()),
        "an absolute path in {text}"
    );
}

#[test]
fn the_same_export_has_the_same_bytes_with_any_number_of_threads() {
    let place = Place::with_loop();
    for jobs in [1, 2, 8] {
        place.done(&format!("render loop.json --out f{jobs} --jobs {jobs}"));
        assert_eq!(place.names(&format!("f{jobs}")), place.names("f1"));
        for name in place.names("f1") {
            let of = |jobs: i32| place.bytes(&format!("f{jobs}/{name}"));
            assert_eq!(of(jobs), of(1), "{name} with {jobs} threads");
        }
    }
}

#[test]
fn a_part_has_the_files_of_the_whole() {
    let place = Place::with_loop();
    place.done("render loop.json --out whole");
    place.done("render loop.json --out parts --frames 0-4");
    place.done("render loop.json --out parts --frames 5-");
    for number in 0..12 {
        let name = format!("frame_{number:05}.png");
        let of = |folder: &str| place.bytes(&format!("{folder}/{name}"));
        assert_eq!(of("parts"), of("whole"), "{name}");
    }
    assert!(place.path("parts/manifest.0-4.json").exists());
    assert!(place.path("parts/manifest.5-11.json").exists());
}

#[test]
fn the_manifest_has_the_hash_of_every_file() {
    let place = Place::with_loop();
    place.done("render loop.json --out frames --set osc.amplitude=-1.5 --seed 7");
    let manifest = manifest(&place, "frames/manifest.json");
    assert_eq!(manifest["overrides"]["osc.amplitude"], "-1.5");
    assert_eq!(manifest["seed"], 7);
    assert_eq!(manifest["loop"]["verdict"], "exact");
    assert_eq!(
        manifest["patch"]["hash"],
        format!("b3:{}", blake3::hash(LOOP.as_bytes()))
    );
    let frames = manifest["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 12);
    for frame in frames {
        let bytes = place.bytes(&format!("frames/{}", frame["file"].as_str().unwrap()));
        assert_eq!(frame["hash"], format!("b3:{}", blake3::hash(&bytes)));
    }
    assert_eq!(frames[3]["phase"], 0.25);
    assert_eq!(frames[3]["tMs"], 50.0);
}

#[test]
fn frames_that_are_there_are_not_mixed_with_new_ones() {
    let place = Place::with_loop();
    place.done("render loop.json --out frames");
    let before = place.bytes("frames/frame_00003.png");
    let again = "render loop.json --out frames --background #ffffff";
    place.refused(
        again,
        2,
        &["output-exists", "--overwrite", "frame_00000.png"],
    );
    assert_eq!(place.bytes("frames/frame_00003.png"), before);
    place.done(&format!("{again} --overwrite"));
    assert_ne!(place.bytes("frames/frame_00003.png"), before);
}

/// Names in a folder that are not of records.
fn pictures(place: &Place, folder: &str) -> Vec<String> {
    let names = place.names(folder).into_iter();
    names
        .filter(|name| !name.starts_with("manifest."))
        .collect()
}

#[test]
fn what_is_replaced_does_not_stay_beside_the_new_frames() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    place.file("f/notes.txt", "mine");
    place.file("f/frame_00099.png", "of nobody");
    let shorter = place.done("render loop.json --out f --frames-per-cycle 8 --overwrite");
    let said = |words: &str| assert!(shorter.err.contains(words), "{}", shorter.err);
    said("4 frames of the export that was replaced were removed");
    said("1 older frames remain");
    let png = |frame: usize| format!("frame_{frame:05}.png");
    let rest = || [png(99), "notes.txt".to_owned()].into_iter();
    let expected: Vec<String> = (0..8).map(png).chain(rest()).collect();
    assert_eq!(pictures(&place, "f"), expected);
    place.done("verify f");
    // Another format and other names: its pictures and ours are not mixed, asked or not.
    let svg = "render loop.json --out f --format svg --frames-per-cycle 4";
    place.refused(svg, 2, &["output-exists", "frame_00000.png"]);
    assert_eq!(pictures(&place, "f"), expected);
    place.done(&format!("{svg} --overwrite --name a_##.svg"));
    let names = ["a_00.svg", "a_01.svg", "a_02.svg", "a_03.svg"].map(str::to_owned);
    let expected: Vec<String> = names.into_iter().chain(rest()).collect();
    assert_eq!(pictures(&place, "f"), expected);
    assert_eq!(place.bytes("f/notes.txt"), b"mine");
}

#[test]
fn parts_are_replaced_one_by_one() {
    let place = Place::with_loop();
    for part in ["0-5", "6-11"] {
        place.done(&format!("render loop.json --out f --frames {part}"));
    }
    place.done("render loop.json --out f --frames 0-5 --format svg --overwrite");
    let names = pictures(&place, "f");
    assert_eq!((names.len(), names[5].as_str()), (12, "frame_00005.svg"));
    assert_eq!(names[6], "frame_00006.png");
    // Frames beyond the plan are of no part of it.
    let short = "render loop.json --out f --frames 0-3 --frames-per-cycle 8";
    place.refused(short, 2, &["output-exists", "frame_00008.png"]);
    let run = place.done(&format!("{short} --overwrite"));
    assert!(run.err.contains("4 older frames remain"), "{}", run.err);
}

#[test]
fn a_record_cannot_have_other_files_removed() {
    let place = Place::with_loop();
    place.done("render loop.json --out f --frames-per-cycle 2");
    place.file("f/notes.txt", "mine");
    place.file("f/frame_00007.png", "another");
    let text = String::from_utf8(place.bytes("f/manifest.json")).unwrap();
    for name in ["notes.txt", "frame_00007.png", "../loop.json"] {
        place.file(
            "f/manifest.json",
            text.replace("\"frame_00001.png\"", &format!("\"{name}\"")),
        );
        place.done("render loop.json --out f --frames-per-cycle 1 --overwrite");
        assert_eq!(place.bytes("f/notes.txt"), b"mine");
        assert_eq!(place.bytes("f/frame_00007.png"), b"another");
        assert!(place.path("loop.json").exists());
    }
}

#[cfg(unix)]
#[test]
fn what_a_stopped_export_left_is_replaced_too() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    // As if it had been killed before its manifest was written.
    let text = String::from_utf8(place.bytes("f/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let mut head = manifest.clone();
    for key in ["manifestVersion", "frames", "sums"] {
        head.as_object_mut().unwrap().remove(key);
    }
    let mut journal = format!(
        "{}\n",
        serde_json::json!({"journalVersion": 1, "head": head})
    );
    for frame in manifest["frames"].as_array().unwrap() {
        journal.push_str(&format!("{frame}\n"));
    }
    journal.push_str("{\"frame\": 12, \"tM");
    std::fs::remove_file(place.path("f/manifest.json")).unwrap();
    place.file("f/manifest.journal", journal);
    place.done("render loop.json --out f --frames-per-cycle 4 --overwrite");
    assert_eq!(pictures(&place, "f").len(), 4);
}

#[test]
fn names_patterns_and_single_files() {
    let place = Place::with_loop();
    place.done("render loop.json --out a --name shot_####.png --frames 11");
    assert_eq!(place.names("a"), ["manifest.11-11.json", "shot_0011.png"]);
    place.done("render loop.json --out b/s_%03d.png --frames 2");
    assert_eq!(place.names("b"), ["manifest.2-2.json", "s_002.png"]);
    place.done("render loop.json --out still.png --time 50ms");
    assert_eq!(
        place.names("."),
        [
            "a",
            "b",
            "loop.json",
            "still.png",
            "still.png.manifest.json"
        ]
    );
    place.refused(
        "render loop.json --out still.png --time 0",
        2,
        &["`still.png` is already there", "--overwrite"],
    );
    place.refused("render loop.json --out all.png", 2, &["one file"]);
    place.refused("render loop.json --out x --name a.png", 2, &["####"]);
    place.refused("render loop.json --out loop.avi", 2, &["folder"]);
    let words = ["standard output", "y4m"];
    place.refused("render loop.json --out - --format svg", 2, &words);
}

#[test]
fn endings_of_other_formats_are_no_folders() {
    let place = Place::with_loop();
    for (name, hint) in [
        ("a.m4v", "--out name.mp4"),
        ("a.OGV", "--out name.mp4"),
        ("a.gifv", "--out name.gif"),
        ("a.tiff", "--out frames/"),
        ("a.exr", "--out frames/"),
    ] {
        place.refused(&format!("render loop.json --out {name}"), 2, &[hint]);
    }
    assert_eq!(place.names(""), ["loop.json"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf_8_keep_their_ending() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::with_loop();
    let render = |out: &[u8]| {
        let mut command = place.command("render loop.json --frames 0-1 --out");
        crate::Run::of(command.arg(OsStr::from_bytes(out)))
    };
    for out in [&b"bad\xff.gif"[..], b"bad\xff.mp4", b"b\xff_##.png"] {
        let run = render(out);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("is not UTF-8"), "{}", run.err);
    }
    let run = render(b"bad\xff.wmv");
    assert!(run.err.contains("--out name.mp4"), "{}", run.err);
    assert_eq!(place.names(""), ["loop.json"]);
    // A folder may have any name.
    assert_eq!(render(b"bad\xff").code, 0);
    assert_eq!(render(b"bad\xff/a.gif").code, 0);
}

#[test]
fn plans_that_cannot_be_are_usage_errors() {
    let place = Place::with_loop();
    for (flags, words) in [
        ("--frames 0-12", ["frame-beyond-plan", "11"]),
        ("--frames 1-4,3", ["frame 3", "twice"]),
        ("--include-end", ["--include-end", "finite"]),
        ("--start 1s", ["--start", "--sampling time"]),
        ("--sampling time --warmup 1", ["--warmup", "phase"]),
        ("--time 1s --loops 2", ["--time", "--loops"]),
        ("--loops 4000000000", ["too-many-frames", "--loops"]),
        ("--jobs 0", ["--jobs", "at least 1"]),
        ("--max-memory 1KiB --jobs 1", ["bytes", "--max-memory"]),
    ] {
        let args = format!("render loop.json --out f {flags}");
        let run = place.run(&args);
        assert!(
            [2, 3].contains(&run.code),
            "{flags}: {}\n{}",
            run.code,
            run.err
        );
        for word in words {
            assert!(
                run.err.contains(word),
                "{flags} does not say {word}:\n{}",
                run.err
            );
        }
    }
    assert_eq!(place.names("."), ["loop.json"], "nothing was written");
}

#[test]
fn scale_and_size_change_the_picture() {
    let place = Place::with_loop();
    place.done("render loop.json --out a --frames 0 --scale 2");
    assert_eq!(
        picture(&place.path("a/frame_00000.png")).dimensions(),
        (128, 96)
    );
    place.done("render loop.json --out b --frames 0 --size 20x10 --background transparent");
    let image = picture(&place.path("b/frame_00000.png"));
    assert_eq!(
        (image.dimensions(), image.get_pixel(0, 9).0),
        ((20, 10), [0; 4])
    );
    place.refused(
        "render loop.json --out c --scale 0.001",
        2,
        &["gives no picture"],
    );
    place.refused("render loop.json --out c --scale 10000", 3, &["too large"]);
}

#[test]
fn files_say_what_made_them_unless_told_not_to() {
    let place = Place::with_loop();
    place.done("render loop.json --out a --frames 3 --seed 9");
    place.done("render loop.json --out b --frames 3 --seed 9 --no-metadata");
    let read = |name: &str| {
        let bytes = place.bytes(name);
        let info = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        info.info()
            .uncompressed_latin1_text
            .iter()
            .map(|chunk| (chunk.keyword.clone(), chunk.text.clone()))
            .collect::<Vec<_>>()
    };
    let texts = read("a/frame_00003.png");
    for (key, text) in [
        ("oscilla:frame", "3"),
        ("oscilla:time-ms", "50"),
        ("oscilla:seed", "9"),
    ] {
        assert!(
            texts.contains(&(key.to_owned(), text.to_owned())),
            "{key}: {texts:?}"
        );
    }
    assert_eq!(read("b/frame_00003.png"), []);
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out frames --dry-run --fps 30000/1001");
    for word in ["30000/1001", "64 x 48 px", "frame_00000.png", "6 of 6"] {
        assert!(run.out.contains(word), "{word}:\n{}", run.out);
    }
    assert_eq!(place.names("."), ["loop.json"]);
}

#[test]
fn a_loop_that_must_close_and_does_not_writes_nothing() {
    let place = Place::with_loop();
    // 7 frames of 1/30 s are not a whole number of 200 ms.
    let open = "render loop.json --out f --sampling time --duration 0.23 --fps 30";
    place.refused(
        &format!("{open} --require-closed-loop"),
        4,
        &["loop-not-closed", "dots", "leave out `--sampling time`"],
    );
    assert_eq!(place.names("."), ["loop.json"]);
    let run = place.done(open);
    assert!(run.err.contains("not a loop"), "{}", run.err);
}

#[test]
fn state_is_the_same_for_any_threads_parts_and_after_its_warm_up() {
    let place = Place::new();
    let slewed = LOOP
        .replace(
            r#"{"from": "osc.out", "to": "dots.radius"}"#,
            r#"{"from": "osc.out", "to": "slow.in"}, {"from": "slow.out", "to": "dots.radius"}"#,
        )
        .replace(
            r#"{"id": "dots""#,
            r#"{"id": "slow", "type": "Slew", "params": {"rate": 400}}, {"id": "dots""#,
        );
    place.file("slow.json", &slewed);
    place.done("render slow.json --out one --jobs 1");
    place.done("render slow.json --out many --jobs 8");
    place.done("render slow.json --out part --frames 4,9-");
    for name in place.names("one") {
        assert_eq!(
            place.bytes(&format!("many/{name}")),
            place.bytes(&format!("one/{name}"))
        );
    }
    for number in [4, 9, 10, 11] {
        let name = format!("frame_{number:05}.png");
        assert_eq!(
            place.bytes(&format!("part/{name}")),
            place.bytes(&format!("one/{name}"))
        );
    }
    let plan = &manifest(&place, "one/manifest.json")["plan"];
    assert_eq!(
        (&plan["memory"], &plan["warmup"]),
        (&Value::from("state"), &Value::from(1))
    );
    // Without the warm-up the loop does not begin where it ends.
    let cold = "render slow.json --out cold --warmup 0 --require-closed-loop";
    place.refused(cold, 4, &["loop-not-closed", "`dots` size"]);
    assert!(!place.path("cold").exists());
}

#[test]
fn strict_refuses_what_cannot_be_drawn() {
    let place = Place::with_loop();
    // Radii from −11 to −7 px.
    let args = "render loop.json --out f --set osc.bias=-9";
    let run = place.done(args);
    assert!(
        run.err.contains("108 elements were not drawn"),
        "{}",
        run.err
    );
    let manifest = manifest(&place, "f/manifest.json");
    assert_eq!(manifest["sums"]["faults"]["dropped"], 108);
    let strict = format!("{args} --overwrite --strict");
    place.refused(
        &strict,
        4,
        &[
            "non-finite",
            "frame 0",
            "`dots`",
            "row-0-col-0",
            "negativeSize",
            "`osc.out = add",
        ],
    );
    assert!(run.err.contains("first in frame 0: `dots`"), "{}", run.err);
    let first = &manifest["sums"]["firstFault"];
    assert_eq!(first["frame"], 0);
    assert!(first["what"].as_str().unwrap().contains("row-0-col-0"));
    assert_eq!(manifest["frames"][1]["faults"]["dropped"], 9);
    place.refused(
        "render loop.json --out g --set osc.nope=1",
        3,
        &["unknown-port", "osc.nope"],
    );
}

#[test]
fn a_fault_that_was_folded_away_names_the_output_that_gave_it() {
    let place = Place::new();
    // Inside a composite too great a number, outside it goes through a bus and a sum that are constant.
    place.file(
        "folded.json",
        r#"{"size": [64, 48],
        "composites": [{"id": "far", "graph": {
          "nodes": {"n": {"type": "ConstNumber", "params": {"value": 1e308}},
                    "times": {"type": "MapSignal", "params": {"fn": "scale", "k": 10}}},
          "edges": [{"from": "n.out", "to": "times.x"}], "outputMap": {"out": "times.y"}}}],
        "blocks": [{"id": "time", "type": "CycleTimeRoot"},
          {"id": "c", "type": "composite:far"},
          {"id": "more", "type": "AddSignal", "params": {"b": 2}},
          {"id": "glow", "type": "PostFX"},
          {"id": "other", "type": "RenderInstances2D"},
          {"id": "dots", "type": "RenderInstances2D"}],
        "buses": [{"name": "size", "type": "number"}],
        "publishers": [{"from": "c.out", "bus": "size"}],
        "listeners": [{"bus": "size", "to": "more.a"}],
        "connections": [{"from": "other.render", "to": "glow.in"},
          {"from": "more.out", "to": "dots.radius"}]}"#,
    );
    let begins = "it begins with `c::times.y = inf`";
    let strict = "render folded.json --frames 0 --out o --strict --overwrite";
    place.refused(strict, 4, &["`dots`", "size", begins]);
    let run = place.done("render folded.json --frames 0 --out o");
    assert!(run.err.contains(begins), "{}", run.err);
    // The same behind a field that varies.
    let text = std::fs::read_to_string(place.path("folded.json")).unwrap();
    let field = text.replace(
        r#"{"from": "more.out", "to": "dots.radius"}"#,
        r#"{"from": "time.phase", "to": "wave.phases"}, {"from": "wave.out", "to": "sum.field"},
           {"from": "more.out", "to": "sum.signal"}, {"from": "sum.out", "to": "dots.radius"}"#,
    );
    let field = field.replace(
        r#"{"id": "glow""#,
        r#"{"id": "wave", "type": "FieldOscillator"},
           {"id": "sum", "type": "FieldZipSignal", "params": {"fn": "add"}},
           {"id": "glow""#,
    );
    place.file("field.json", &field);
    place.refused(
        &strict.replace("folded", "field"),
        4,
        &["`dots`", "size", begins],
    );
    // And as the parameter of an effect.
    let effect = text.replace(
        r#"{"from": "more.out", "to": "dots.radius"}"#,
        r#"{"from": "more.out", "to": "glow.gain"}"#,
    );
    place.file("effect.json", &effect);
    place.refused(
        &strict.replace("folded", "effect"),
        4,
        &["`glow` has an impossible gain", begins],
    );
    // A negative number is told where it arrives: what it was made of may be as it should.
    let negative = text.replace("1e308", "-3");
    place.file("negative.json", &negative);
    place.refused(
        &strict.replace("folded", "negative"),
        4,
        &["negativeSize", "it begins with `more.out = -28`"],
    );
}

#[test]
fn an_impossible_camera_is_named_by_block_and_port() {
    let place = Place::new();
    place.file(
        "camera.json",
        r#"{"size": [64, 48],
        "composites": [{"id": "eye", "graph": {
          "nodes": {"wave": {"type": "Oscillator", "params": {"shape": "square"}},
                    "cam": {"type": "Camera"}},
          "edges": [{"from": "wave.out", "to": "cam.near"}],
          "inputMap": {"phase": "wave.phase"}, "outputMap": {"view": "cam.camera"}}}],
        "blocks": [{"id": "time", "type": "CycleTimeRoot"}, {"id": "c", "type": "composite:eye"},
          {"id": "points", "type": "PositionMapSphere"},
          {"id": "dots", "type": "RenderInstances3D"}],
        "connections": [{"from": "time.phase", "to": "c.phase"},
          {"from": "points.pos", "to": "dots.positions3d"},
          {"from": "c.view", "to": "dots.camera"}]}"#,
    );
    let strict = "render camera.json --out o --strict";
    place.refused(
        strict,
        4,
        &["`c::cam.camera` has an impossible near at 1500 ms"],
    );
}

/// Element 2 of a column of three has the logarithm of a negative number from frame 6 on.
const FAULTY: &str = r##"{
  "name": "faulty", "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "line", "type": "DomainN", "params": {"n": 3}},
    {"id": "at", "type": "PositionMapGrid"},
    {"id": "size", "type": "FieldFromExpression",
     "params": {"expression": "sqrt(2.5 - i - signal)"}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "line.domain", "to": "at.domain"},
    {"from": "line.domain", "to": "size.domain"},
    {"from": "time.phase", "to": "size.signal"},
    {"from": "line.domain", "to": "dots.domain"},
    {"from": "at.pos", "to": "dots.positions"},
    {"from": "size.field", "to": "dots.radius"}
  ]
}"##;

#[test]
fn strict_tells_a_faulty_opacity_from_a_faulty_colour() {
    let place = Place::new();
    let patch = |blocks: &str, connections: &str| {
        format!(
            r#"{{"blocks": [
                {{"id": "time", "type": "CycleTimeRoot", "params": {{"periodMs": 1000}}}},
                {{"id": "line", "type": "DomainN", "params": {{"n": 3}}}},
                {{"id": "x", "type": "FieldFromExpression",
                  "params": {{"expression": "i == 1 ? 0/0 : 1"}}}}{blocks},
                {{"id": "dots", "type": "RenderInstances2D"}}],
              "connections": [{{"from": "line.domain", "to": "x.domain"}},
                {{"from": "line.domain", "to": "dots.domain"}}, {connections}]}}"#
        )
    };
    let hue = r#", {"id": "hue", "type": "FieldColorize"}"#;
    let color =
        r#"{"from": "x.field", "to": "hue.values"}, {"from": "hue.colors", "to": "dots.color"}"#;
    let half = r#", {"id": "half", "type": "ConstNumber", "params": {"value": 0.5}}"#;
    let both = format!(r#"{color}, {{"from": "half.out", "to": "dots.opacity"}}"#);
    for (blocks, connections, channel) in [
        (
            "",
            r#"{"from": "x.field", "to": "dots.opacity"}"#,
            "opacity",
        ),
        (hue, color, "color"),
        (&format!("{hue}{half}"), &both, "color"),
    ] {
        place.file("p.json", patch(blocks, connections));
        let args = "render p.json --out s --overwrite --strict";
        let words = [
            "`dots` would drop element `1`",
            &format!("for its {channel}"),
        ];
        place.refused(args, 4, &words);
    }
}

#[test]
fn strict_names_frame_sink_channel_element_and_expression() {
    let place = Place::new();
    place.file("faulty.json", FAULTY);
    let words = [
        "non-finite",
        "frame 7",
        "`dots` would drop element `2`",
        "size",
        "`size = sqrt ",
        "= NaN",
        "`materialize:dots.positions`",
    ];
    for jobs in [1, 4] {
        let args = format!("render faulty.json --out s --overwrite --strict --jobs {jobs}");
        place.refused(&args, 4, &words);
    }
    for command in ["probe faulty.json --at tree", "trace faulty.json --summary"] {
        place.refused(
            &format!("{command} --strict"),
            4,
            &["frame 7", "element `2`"],
        );
    }
    // Without it the frames are made, and the end says what was left out and where that began.
    let run = place.done("render faulty.json --out f");
    assert!(
        run.err.contains("warning: 5 elements were not drawn"),
        "{}",
        run.err
    );
    assert!(run.err.contains("first in frame 7: `dots`"), "{}", run.err);
    let manifest = manifest(&place, "f/manifest.json");
    assert_eq!(manifest["sums"]["firstFault"]["frame"], 7);
    let frames = manifest["frames"].as_array().unwrap();
    assert!(frames[6].get("faults").is_none(), "{}", frames[6]);
    assert_eq!(frames[7]["faults"]["dropped"], 1);
}

#[test]
fn a_performance_can_show_its_end() {
    let place = Place::new();
    let once = LOOP
        .replace("CycleTimeRoot", "FiniteTimeRoot")
        .replace("periodMs", "durationMs")
        .replace("time.phase", "time.progress");
    place.file("once.json", &once);
    place.done("render once.json --out f --include-end");
    let manifest = manifest(&place, "f/manifest.json");
    let last = manifest["frames"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["frame"], &last["tMs"]),
        (&Value::from(12), &Value::from(200.0))
    );
    assert_eq!(last["phase"], 1.0);
    assert_eq!(manifest["loop"], Value::Null);
    place.refused("render once.json --out g --time 1s", 2, &["--time", "200"]);
}

#[test]
fn machines_get_json_lines() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out f --progress json");
    let events: Vec<Value> = run
        .err
        .lines()
        .filter_map(|l| serde_json::from_str(l).ok())
        .collect();
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        (kinds.first(), kinds.last()),
        (Some(&"start"), Some(&"end"))
    );
    assert_eq!(kinds.iter().filter(|kind| **kind == "end").count(), 1);
    let end = events.last().unwrap();
    assert_eq!(
        (&end["status"], &end["done"]),
        (&Value::from("done"), &Value::from(12))
    );
    let quiet = place.done("render loop.json --out g --quiet");
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_is_an_output_error() {
    let place = Place::with_loop();
    place.file("taken", "");
    place.refused(
        "render loop.json --out taken/frames",
        5,
        &["output-failed", "taken"],
    );
}

#[cfg(unix)]
#[test]
fn signals_stop_cleanly_and_leave_whole_files() {
    use std::process::{Command, Stdio};
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let place = Place::with_loop();
        let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
            .args("render loop.json --out f --loops 20000 --jobs 2".split(' '))
            .current_dir(place.path("."))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !place.path("f").exists() || place.names("f").len() < 4 {
            assert!(
                child.try_wait().unwrap().is_none(),
                "ended before it was stopped"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("stopped after"), "{said}");
        let names = place.names("f");
        let (journal, frames) = names.split_last().unwrap();
        assert_eq!(journal, "manifest.journal");
        assert!(
            frames.iter().all(|name| name.starts_with("frame_")),
            "{names:?}"
        );
        picture(&place.path(&format!("f/{}", frames.last().unwrap())));
    }
}

#[test]
fn divisions_by_zero_in_fields_count_the_same_however_they_are_computed() {
    let place = Place::new();
    // Once a frame: element 0 of `still` (never changes), every element of `moved` where the phase is 0,
    // and the quotient that two columns share counts once.
    place.file(
        "zero.json",
        r#"{"size": [32, 32], "blocks": [
            {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
            {"id": "five", "type": "DomainN", "params": {"n": 5}},
            {"id": "index", "type": "FieldIndex"},
            {"id": "phase", "type": "FieldFromSignalBroadcast"},
            {"id": "still", "type": "FieldZipNumber", "params": {"op": "div"}},
            {"id": "moved", "type": "FieldZipNumber", "params": {"op": "div"}},
            {"id": "both", "type": "FieldZipNumber", "params": {"op": "add"}},
            {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [16, 16]}}],
          "connections": [
            {"from": "five.domain", "to": "index.domain"},
            {"from": "five.domain", "to": "phase.domain"},
            {"from": "five.domain", "to": "dots.domain"},
            {"from": "time.phase", "to": "phase.signal"},
            {"from": "index.index", "to": "still.a"},
            {"from": "index.index", "to": "still.b"},
            {"from": "index.index", "to": "moved.a"},
            {"from": "phase.field", "to": "moved.b"},
            {"from": "still.out", "to": "both.a"},
            {"from": "moved.out", "to": "both.b"},
            {"from": "still.out", "to": "dots.opacity"},
            {"from": "both.out", "to": "dots.radius"}]}"#,
    );
    for (at, flags) in ["-j 1", "-j 4", "--no-cache -j 1", "--frames 0-11:3"]
        .iter()
        .enumerate()
    {
        let run = place.done(&format!("render zero.json --out o{at} {flags}"));
        let folder = format!("o{at}");
        let names = place.names(&folder);
        let name = names.iter().find(|name| name.starts_with("manifest"));
        let path = format!("{folder}/{}", name.expect("a manifest"));
        let manifest: Value = serde_json::from_slice(&place.bytes(&path)).unwrap();
        let frames = manifest["frames"].as_array().unwrap();
        for frame in frames {
            let count = if frame["frame"] == 0 { 1 + 5 } else { 1 };
            assert_eq!(
                frame["faults"]["divisionsByZero"], count,
                "{flags}: {frame}"
            );
        }
        let sum = frames.len() + 5;
        assert_eq!(manifest["sums"]["faults"]["divisionsByZero"], sum);
        let words = format!("{sum} divisions by zero gave 0");
        assert!(run.err.contains(&words), "{}", run.err);
        assert!(run.err.contains("step `materialize:"), "{}", run.err);
    }
}

#[test]
fn signals_that_are_not_finite_are_counted_and_named() {
    let place = Place::new();
    // The logarithm of phase 0 is −∞; after the clamp nothing drawn is.
    let patch = LOOP.replace(
        r#"{"id": "dots","#,
        r#"{"id": "log", "type": "MapSignal", "params": {"fn": "log"}},
    {"id": "limit", "type": "MapSignal", "params": {"fn": "clamp"}},
    {"id": "dots","#,
    );
    let patch = patch.replace(
        r#"{"from": "osc.out", "to": "dots.radius"}"#,
        r#"{"from": "osc.out", "to": "dots.radius"},
    {"from": "time.phase", "to": "log.x"},
    {"from": "log.y", "to": "limit.x"},
    {"from": "limit.y", "to": "osc.bias"}"#,
    );
    place.file("far.json", patch);
    let run = place.done("render far.json --out f --loops 2");
    for words in [
        "warning: 2 signals were NaN or infinite",
        "first in frame 0: `log",
    ] {
        assert!(run.err.contains(words), "{}", run.err);
    }
    let whole = manifest(&place, "f/manifest.json");
    assert_eq!(whole["sums"]["faults"]["nonFinite"], 2);
    assert_eq!(whole["frames"][0]["faults"]["nonFinite"], 1);
    assert_eq!(whole["frames"][1].get("faults"), None);
    assert_eq!(whole["frames"][12]["faults"]["nonFinite"], 1);
}

#[test]
fn the_manifest_says_what_frames_are_drawn_from() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out one --jobs 1 -v");
    let whole = manifest(&place, "one/manifest.json");
    let frames = whole["frames"].as_array().unwrap();
    // Positions are rows, the rest is one row each; only the radius moves.
    let count = frames[0]["columns"]["count"].as_u64().unwrap();
    assert!(count >= 2);
    assert_eq!(frames[0]["columns"]["constant"], count - 1);
    let bytes = frames[0]["columns"]["bytes"].as_u64().unwrap();
    assert!(bytes >= 9 * 8 + 4, "{bytes}");
    for frame in frames {
        assert_eq!(frame["columns"], frames[0]["columns"], "{}", frame["frame"]);
    }
    assert_eq!(whole["sums"]["columns"]["count"], 12 * count);
    assert_eq!(whole["sums"]["columns"]["bytes"], 12 * bytes);
    for flags in ["--jobs 4", "--jobs 1 --no-cache"] {
        place.done(&format!("render loop.json --out two --overwrite {flags}"));
        let other = manifest(&place, "two/manifest.json");
        assert_eq!(other["sums"], whole["sums"], "{flags}");
    }
    // How often a cache was right depends on who made which frame: it is said, not written.
    assert!(run.err.contains("cache hits: "), "{}", run.err);
    let quiet = place.done("render loop.json --out one --overwrite");
    assert!(!quiet.err.contains("cache"), "{}", quiet.err);
}

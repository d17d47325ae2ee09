//! `--shutter`, `--supersample` and `--bit-depth`: how finely a frame is sampled.

use crate::{LOOP, Place, picture};

/// One dot of radius 2 that goes from x = 0 to 64 in a loop, on black.
const MOVER: &str = r##"{
  "name": "mover", "size": [64, 16], "background": "#000000",
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 800}},
    {"id": "one", "type": "DomainN", "params": {"n": 1}},
    {"id": "x", "type": "MulSignal", "params": {"b": 64}},
    {"id": "at", "type": "MakeVec2", "params": {"y": 8}},
    {"id": "dot", "type": "RenderInstances2D", "params": {"color": "#ffffff", "radius": 2}}
  ],
  "connections": [
    {"from": "time.phase", "to": "x.a"},
    {"from": "x.out", "to": "at.x"},
    {"from": "one.domain", "to": "dot.domain"},
    {"from": "at.out", "to": "dot.positions"}
  ]
}"##;

/// Grey levels along the middle row.
fn row(place: &Place, file: &str) -> Vec<u8> {
    let image = picture(&place.path(file));
    (0..64).map(|x| image.get_pixel(x, 8).0[0]).collect()
}

#[test]
fn a_shutter_that_is_open_smears_what_moves() {
    let place = Place::new();
    place.file("m.json", MOVER);
    // 10 frames a loop: 6.4 px a frame.
    let args = "render m.json --frames-per-cycle 10 --frames 5 --out";
    place.done(&format!("{args} sharp.png"));
    place.done(&format!("{args} centred.png --shutter 1 --samples 64"));
    place.done(&format!(
        "{args} trailing.png --shutter 1 --samples 64 --shutter-phase trailing"
    ));
    let lit = |file: &str| {
        let row = row(&place, file);
        let lit = (0..64).filter(|&x| row[x] > 0);
        (lit.clone().min().unwrap(), lit.max().unwrap())
    };
    // At x = 32 with radius 2; smeared by 3.2 to both sides, or by 6.4 to the left (less a pixel that is
    // hardly touched).
    assert_eq!(lit("sharp.png"), (30, 33));
    assert_eq!(lit("centred.png"), (27, 36));
    assert_eq!(lit("trailing.png"), (23, 33));
    // A pixel in the middle is covered for 3.83 of 6.4 px (a chord), of which the disc enters and leaves
    // in one each: there coverage is blended as codes, on the mean 1/3.2 of the light in place of 1/2.
    // That is 0.54 of the light of white, whose code is 194.
    let middle = row(&place, "centred.png")[32];
    assert!(middle.abs_diff(194) <= 3, "{middle}");
}

#[test]
fn what_stands_still_is_not_changed() {
    let place = Place::with_loop();
    let still = LOOP.replace(r#""amplitude": 2"#, r#""amplitude": 0"#);
    place.file("still.json", still);
    place.done("render still.json --out a.png --time 0");
    place.done("render still.json --out b.png --time 0 --shutter 0.5 --samples 7");
    place.done("render still.json --out c.png --time 0 --shutter 0");
    for other in ["b.png", "c.png"] {
        assert!(
            picture(&place.path("a.png")) == picture(&place.path(other)),
            "{other}"
        );
    }
}

#[test]
fn blurred_frames_are_the_same_for_any_threads_and_parts() {
    let place = Place::new();
    // Its state sees every moment.
    place.file(
        "m.json",
        MOVER
            .replace(
                r#"{"id": "x", "type": "MulSignal", "params": {"b": 64}}"#,
                r#"{"id": "x", "type": "Integrate", "params": {"in": 80}}"#,
            )
            .replace(r#"{"from": "time.phase", "to": "x.a"},"#, ""),
    );
    let args = "render m.json --fps 20 --shutter 1/2 --samples 5 --no-metadata --warmup 0";
    place.done(&format!("{args} --out one --jobs 1"));
    place.done(&format!("{args} --out four --jobs 4"));
    for frames in ["0-6", "7-15"] {
        place.done(&format!("{args} --out parts --frames {frames}"));
    }
    place.done("verify parts");
    for folder in ["four", "parts"] {
        for name in place.names("one") {
            let same =
                place.bytes(&format!("one/{name}")) == place.bytes(&format!("{folder}/{name}"));
            assert!(same, "{folder}/{name}");
        }
    }
    place.done("verify one --rerender m.json");
}

#[test]
fn a_cycle_closes_with_motion_blur() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out f --shutter 0.333 --samples 3");
    assert!(run.err.contains("loop: exact"), "{}", run.err);
    let manifest = String::from_utf8(place.bytes("f/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(
        manifest["plan"]["shutter"]["open"],
        serde_json::json!([333, 1000])
    );
    assert_eq!(manifest["frames"][6]["phase"], 0.5);
    assert_eq!(manifest["frames"][6]["tMs"], 100.0);
}

#[test]
fn supersampling_and_depth() {
    let place = Place::with_loop();
    let args = "render loop.json --time 0.05s --out";
    place.done(&format!("{args} plain.png"));
    place.done(&format!("{args} fine.png --supersample 4"));
    place.done(&format!("{args} deep.png --supersample 4 --bit-depth 16"));
    let deep = image::open(place.path("deep.png")).unwrap();
    assert_eq!(deep.color(), image::ColorType::Rgb16);
    assert_eq!((deep.width(), deep.height()), (64, 48));
    let (plain, fine) = (
        picture(&place.path("plain.png")),
        picture(&place.path("fine.png")),
    );
    assert_eq!(plain.dimensions(), fine.dimensions());
    // The inside of a dot and the ground do not change; edges are averaged in light, so they are paler.
    assert_eq!(plain.get_pixel(16, 8), fine.get_pixel(16, 8));
    assert_eq!(plain.get_pixel(0, 47), fine.get_pixel(0, 47));
    assert!(plain != fine);
    // The upper byte of a deep channel is the shallow one, give or take its rounding.
    let deep = deep.to_rgb16();
    let mut between = 0;
    for (deep, fine) in deep.pixels().zip(fine.pixels()) {
        for (deep, fine) in deep.0.iter().zip(fine.0) {
            assert!((i32::from(*deep) - i32::from(fine) * 257).abs() <= 129);
            between += usize::from(deep % 257 != 0);
        }
    }
    assert!(between > 100, "{between} channels between two bytes");
    place.done("verify deep.png.manifest.json --rerender loop.json");
    place.file("deep.png", place.bytes("fine.png"));
    let run = place.run("verify deep.png.manifest.json");
    assert!(run.out.contains("other pixels"), "{}", run.out);
}

#[test]
fn a_stream_of_deep_pictures_has_the_pixels_of_the_files() {
    let place = Place::with_loop();
    let args = "render loop.json --frames 0-1 --bit-depth 16 --supersample 2 --out";
    place.done(&format!("{args} f --no-metadata"));
    let output = place.command(&format!("{args} - --format png")).output();
    let files = ["f/frame_00000.png", "f/frame_00001.png"].map(|name| place.bytes(name));
    assert!(output.unwrap().stdout == files.concat());
}

#[test]
fn what_cannot_be_sampled_is_refused() {
    let place = Place::with_loop();
    let args = "render loop.json --out";
    for flags in ["--shutter 0.5", "--supersample 2"] {
        place.refused(
            &format!("{args} f --format svg {flags}"),
            2,
            &["not-representable", "shapes"],
        );
        place.refused(&format!("{args} a.svg {flags}"), 2, &["not-representable"]);
    }
    place.refused(&format!("{args} a.gif --bit-depth 16"), 2, &["PNG files"]);
    let stream = format!("{args} - --format rgba --bit-depth 16");
    place.refused(&stream, 2, &["PNG files"]);
    for (flags, words) in [
        ("--shutter 1.5", "part of a frame"),
        ("--shutter -1", "part of a frame"),
        ("--shutter half", "part of a frame"),
        ("--samples 4", "--shutter"),
        ("--shutter 0.5 --samples 0", "1..=256"),
        ("--supersample 9", "1..=8"),
        ("--bit-depth 12", "16"),
    ] {
        place.refused(&format!("{args} f {flags}"), 2, &[words]);
    }
    let all = "--shutter 0.123457 --samples 256";
    place.refused(&format!("{args} f {all}"), 2, &["simpler part"]);
}

#[test]
fn a_golden_record_samples_as_a_render_does() {
    let place = Place::new();
    place.file("m.json", MOVER);
    let quality = "--shutter 1/2 --shutter-phase trailing --samples 8 --supersample 2";
    for (depth, name) in [("8", "eight"), ("16", "sixteen")] {
        let flags = format!("--frames-per-cycle 10 --frames 5 {quality} --bit-depth {depth}");
        let golden = format!("--golden {name}");
        place.done(&format!("golden record m.json {golden} {flags}"));
        place.done(&format!("render m.json {flags} --out {name}.png"));
        let open = |file: String| image::open(place.path(&file)).unwrap();
        let recorded = open(format!("{name}/m/frame_00005.png"));
        assert_eq!(
            recorded.color().bytes_per_pixel(),
            depth.parse::<u8>().unwrap() / 8 * 3
        );
        assert_eq!(
            recorded.to_rgba16(),
            open(format!("{name}.png")).to_rgba16()
        );
        // The plan is remembered.
        let run = place.done(&format!("golden check {golden}"));
        assert!(run.out.contains("0 pixels differ"), "{}", run.out);
        // What is given wins.
        for other in [
            "--shutter 0",
            "--shutter 1/2 --samples 4",
            "--supersample 1",
        ] {
            place.refused(
                &format!("golden check {golden} {other}"),
                1,
                &["1 of 1 case differ"],
            );
        }
        place.done(&format!(
            "golden report {golden} --shutter 0 -o {name}.html"
        ));
    }
    let record = String::from_utf8(place.bytes("sixteen/hashes.txt")).unwrap();
    let plan = "--shutter=1/2 --shutter-phase=trailing --samples=8 --supersample=2 --bit-depth=16";
    assert!(record.contains(plan), "{record}");
    // The other depth is another picture, whatever it shows.
    let run = place.refused("golden check --golden sixteen --bit-depth 8", 1, &[]);
    assert!(run.out.contains("bit"), "{}", run.out);
    for (flags, word) in [
        ("--samples 4", "--shutter"),
        ("--shutter 2", "part of a frame"),
        ("--supersample 9", "1..=8"),
        ("--bit-depth 10", "16"),
    ] {
        place.refused(
            &format!("golden record m.json --frames 0 {flags}"),
            2,
            &[word],
        );
    }
}

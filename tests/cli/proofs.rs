//! `--contact-sheet` and `--flipbook`: many frames to look at.

use crate::{LOOP, Place, picture};
use image::RgbaImage;
use serde_json::Value;

/// Where a picture lies in a larger one.
fn find(sheet: &RgbaImage, part: &RgbaImage) -> Option<(u32, u32)> {
    let (width, height) = part.dimensions();
    let places = (0..=sheet.height() - height)
        .flat_map(|y| (0..=sheet.width() - width).map(move |x| (x, y)));
    let mut places = places.filter(|&(x, y)| sheet.get_pixel(x, y) == part.get_pixel(0, 0));
    places.find(|&(x, y)| {
        part.enumerate_pixels()
            .all(|(i, j, p)| sheet.get_pixel(x + i, y + j) == p)
    })
}

/// The data of a page.
fn data(place: &Place, name: &str) -> Value {
    let page = String::from_utf8(place.bytes(name)).unwrap();
    let (_, rest) = page.split_once("type=\"application/json\">").unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_contact_sheet_shows_every_kth_frame_in_order() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --contact-sheet sheet.png --contact-every 3");
    assert!(
        run.err.contains("contact sheet in `sheet.png`"),
        "{}",
        run.err
    );
    // Without `--out` there is nothing else.
    assert_eq!(place.names("."), ["loop.json", "sheet.png"]);
    place.done("render loop.json --out f");
    let sheet = picture(&place.path("sheet.png"));
    let mut at = Vec::new();
    for frame in 0..12 {
        // Smaller than a cell, so it is shown as it is.
        let shown = find(
            &sheet,
            &picture(&place.path(&format!("f/frame_{frame:05}.png"))),
        );
        assert_eq!(
            shown.is_some(),
            frame % 3 == 0 || frame == 6,
            "frame {frame}"
        );
        if frame == 0 || frame == 3 {
            at.push(shown.unwrap());
        }
    }
    assert!(at[0].0 < at[1].0 && at[0].1 == at[1].1, "{at:?}");
    let columns = |n: &str| {
        place.done(&format!(
            "render loop.json --contact-sheet c.png --overwrite --contact-columns {n}"
        ));
        picture(&place.path("c.png")).dimensions()
    };
    let (one, many) = (columns("1"), columns("12"));
    assert!(one.0 < many.0 && one.1 > many.1, "{one:?} {many:?}");
}

#[test]
fn a_sheet_has_the_same_bytes_with_any_number_of_threads() {
    let place = Place::with_loop();
    for jobs in [1, 4] {
        place.done(&format!(
            "render loop.json --scale 8 --jobs {jobs} --contact-sheet {jobs}.png --flipbook {jobs}.html"
        ));
    }
    assert!(place.bytes("1.png") == place.bytes("4.png"));
    assert!(place.bytes("1.html") == place.bytes("4.html"));
    // Reduced in linear light: what is flat stays as it is.
    let sheet = picture(&place.path("1.png"));
    let back = image::Rgba([0x10, 0x20, 0x30, 255]);
    assert!(sheet.pixels().filter(|p| **p == back).count() > 1000);
    assert!(
        sheet
            .pixels()
            .any(|p| *p == image::Rgba([0xff, 0xcc, 0, 255]))
    );
}

#[test]
fn proofs_change_nothing_of_the_export() {
    let place = Place::with_loop();
    place.done("render loop.json --out plain");
    place.done("render loop.json --out with --contact-sheet with/sheet.png --flipbook page.html");
    for name in place.names("plain") {
        let (a, b) = (
            place.bytes(&format!("plain/{name}")),
            place.bytes(&format!("with/{name}")),
        );
        assert!(a == b, "{name}");
    }
    assert_eq!(place.names("with").len(), place.names("plain").len() + 1);
    // The same sheet, whatever is written: shapes, a film, a part, deep files.
    let sheet = place.bytes("with/sheet.png");
    for out in ["s --format svg", "s.svg", "a.webp", "d --bit-depth 16"] {
        place.done(&format!(
            "render loop.json --out {out} --contact-sheet again.png --overwrite"
        ));
        let again = picture(&place.path("again.png"));
        assert_eq!(again, picture(&place.path("with/sheet.png")), "{out}");
    }
    // What is resumed has its proofs made anew.
    place.file("with/sheet.png", "not a picture");
    let run = place.done("render loop.json --out with --resume --contact-sheet with/sheet.png");
    assert!(run.err.contains("nothing was left to do"), "{}", run.err);
    assert!(place.bytes("with/sheet.png") == sheet);
    place.done("verify with");
}

#[test]
fn a_flipbook_holds_each_picture_once() {
    let place = Place::with_loop();
    place.file(
        "still.json",
        LOOP.replace(r#""amplitude": 2"#, r#""amplitude": 0"#),
    );
    place.done("render still.json --flipbook still.html");
    place.done("render loop.json --flipbook loop.html --frames 0-11:2");
    let (still, moving) = (data(&place, "still.html"), data(&place, "loop.html"));
    let pictures = |page: &str| {
        let page = String::from_utf8(place.bytes(page)).unwrap();
        page.matches("type=\"text/plain\"").count()
    };
    assert_eq!(pictures("still.html"), 1);
    assert!(pictures("loop.html") > 2);
    assert_eq!(still["isLoop"], true);
    assert_eq!(still["frames"].as_array().unwrap().len(), 12);
    assert_eq!(moving["isLoop"], false);
    // Number, time, phase, when it is shown, which picture.
    assert_eq!(moving["frames"][1][0], 2);
    assert_eq!(moving["frames"][1][2], 2.0 / 12.0);
    assert!((moving["lengthMs"].as_f64().unwrap() - 200.0).abs() < 1e-9);
    let page = String::from_utf8(place.bytes("loop.html")).unwrap();
    for address in ["http:", "https:", "src=", "href=", "import "] {
        assert!(!page.contains(address), "{address}");
    }
    // A part in state, with motion blur, is what the export has.
    place.done("render loop.json --flipbook blur.html --shutter 1 --samples 4 --out blur");
    assert!(place.bytes("blur.html") != place.bytes("loop.html"));
}

#[test]
fn what_is_there_is_not_replaced_unasked() {
    let place = Place::with_loop();
    for (flag, name) in [("--contact-sheet", "a.png"), ("--flipbook", "a.html")] {
        place.file(name, "mine");
        let words = ["output-exists", name, "--overwrite"];
        place.refused(
            &format!("render loop.json {flag} {name} --out f"),
            2,
            &words,
        );
        assert_eq!(place.bytes(name), b"mine");
        assert!(!place.path("f").exists(), "nothing was begun");
        place.done(&format!("render loop.json {flag} {name} --overwrite"));
        assert_ne!(place.bytes(name), b"mine");
    }
}

#[test]
fn a_dry_run_names_the_proofs_and_makes_none() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --contact-sheet a/s.png --flipbook a/p.html --dry-run");
    for word in [
        "sheet",
        "px in `a/s.png`",
        "flipbook",
        "`a/p.html`",
        "frames   12 of 12",
    ] {
        assert!(run.out.contains(word), "{word}:\n{}", run.out);
    }
    assert!(!run.out.contains("folder"), "{}", run.out);
    assert_eq!(place.names("."), ["loop.json"]);
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_rendered() {
    let place = Place::with_loop();
    std::fs::create_dir(place.path("folder.png")).unwrap();
    for (args, words) in [
        ("", ["--out", "required"]),
        ("--contact-sheet sheet", ["ends in `.png`", "hint:"]),
        ("--contact-sheet sheet.jpg", ["ends in `.png`", "hint:"]),
        ("--contact-sheet -", ["ends in `.png`", "hint:"]),
        ("--contact-sheet s_##.png", ["pattern", "hint:"]),
        ("--contact-sheet folder.png", ["is a folder", "hint:"]),
        ("--flipbook page.txt", ["ends in `.html`", "hint:"]),
        (
            "--contact-sheet s.png --contact-every 0",
            ["--contact-every", "at least 1"],
        ),
        (
            "--contact-sheet s.png --contact-every -1",
            ["--contact-every", "at least 1"],
        ),
        (
            "--contact-sheet s.png --contact-columns 0",
            ["--contact-columns", "at least 1"],
        ),
        ("--contact-every 2 --out f", ["--contact-sheet", "required"]),
        (
            "--contact-columns 2 --flipbook p.html",
            ["--contact-sheet", "required"],
        ),
        ("--flipbook p.html --format gif", ["`--format`", "--out"]),
        ("--flipbook p.html --resume", ["`--resume`", "--out"]),
        ("--flipbook p.html --name a#.png", ["`--name`", "--out"]),
        (
            "--flipbook p.html --loops 100000",
            ["too large", "--frames 0-:2"],
        ),
        ("--flipbook p.html --scale 250", ["too large", "--scale"]),
        (
            "--contact-sheet s.png --contact-every 1 --loops 10000",
            ["no place for", "--contact-every"],
        ),
        (
            "--out f --contact-sheet f/frame_00003.png",
            ["name of a frame", "hint:"],
        ),
        (
            "--out s.png --time 0 --contact-sheet s.png",
            ["name of a frame", "hint:"],
        ),
    ] {
        place.refused(&format!("render loop.json {args}"), 2, &words);
    }
    place.refused(
        "render loop.json --contact-sheet loop.json/s.png",
        5,
        &["loop.json"],
    );
    assert_eq!(place.names("."), ["folder.png", "loop.json"]);
}

#[test]
fn transparent_pictures_lie_on_a_checkerboard() {
    let place = Place::with_loop();
    place.done("render loop.json --background transparent --contact-sheet s.png --time 0");
    let sheet = picture(&place.path("s.png"));
    for grey in [150, 120] {
        let grey = image::Rgba([grey, grey, grey, 255]);
        assert!(sheet.pixels().filter(|p| **p == grey).count() > 500);
    }
    assert!(sheet.pixels().all(|p| p.0[3] == 255));
}

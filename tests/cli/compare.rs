//! `oscilla compare`: files and folders, rules, what machines read.

use crate::Place;
use image::{Rgba, RgbaImage};
use serde_json::Value;

fn picture(place: &Place, name: &str, spot: Option<u8>) {
    let mut picture = RgbaImage::from_pixel(6, 4, Rgba([10, 20, 30, 255]));
    if let Some(level) = spot {
        picture.put_pixel(5, 2, Rgba([level, 20, 30, 255]));
    }
    let path = place.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}

#[test]
fn equal_pictures_are_the_same_and_one_level_is_not() {
    let place = Place::new();
    picture(&place, "a.png", None);
    picture(&place, "b.png", None);
    picture(&place, "c.png", Some(11));
    let same = place.done("compare a.png b.png");
    assert!(
        same.out.contains("same") && same.out.contains("0 pixels differ"),
        "{}",
        same.out
    );
    let run = place.run("compare a.png c.png --diff d.png");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .contains("1 pixels differ, by at most 1 levels at (5, 2)"),
        "{}",
        run.out
    );
    let shown = image::open(place.path("d.png")).unwrap().into_rgba8();
    assert!(shown.get_pixel(5, 2)[1] < 60 && shown.get_pixel(0, 0)[1] > 200);
    assert_eq!(
        place.run("compare a.png c.png --tolerance levels=1").code,
        0
    );
    assert_eq!(
        place
            .run("compare a.png c.png --tolerance levels=1,pixels=0")
            .code,
        1
    );
    assert_eq!(place.run("compare a.png c.png --perceptual").code, 0);
    assert_eq!(place.run("compare a.png c.png --perceptual=0").code, 1);
}

#[test]
fn folders_are_paired_by_name() {
    let place = Place::new();
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/3.png"] {
        picture(&place, name, None);
    }
    picture(&place, "a/4.png", None);
    picture(&place, "b/4.png", Some(200));
    let run = place.run("compare a b --json --diff d");
    assert_eq!(run.code, 1);
    let rows: Vec<Value> = serde_json::from_str(&run.out).unwrap();
    let told: Vec<(&str, bool, u64)> = rows
        .iter()
        .map(|r| {
            let passed = r["passed"].as_bool().unwrap();
            (
                r["name"].as_str().unwrap(),
                passed,
                r["differing"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1.png", true, 0),
            ("2.png", false, 0),
            ("3.png", false, 0),
            ("4.png", false, 1)
        ]
    );
    assert_eq!(rows[1]["problem"], "there is no actual picture");
    assert_eq!(rows[2]["problem"], "there is no expected picture");
    assert_eq!(rows[3]["greatest"], 190);
    assert_eq!(place.names("d"), ["4.png"]);
}

#[test]
fn folders_in_folders_are_compared_too() {
    let place = Place::new();
    for name in [
        "a/x/1.png",
        "b/x/1.png",
        "a/x/y/2.png",
        "a/z.png",
        "b/z.png",
    ] {
        picture(&place, name, None);
    }
    picture(&place, "b/x/1.png", Some(200));
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.path("a"), place.path("a/x/up")).unwrap();
    let run = place.run("compare a b --diff d");
    assert_eq!(run.code, 1);
    let told: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(told, ["x/1.png", "x/y/2.png", "z.png"], "{}", run.out);
    assert!(run.out.contains("there is no actual picture"));
    assert_eq!(place.names("d"), ["x"]);
    assert_eq!(place.names("d/x"), ["1.png"]);
}

#[test]
fn where_no_difference_is_painted_it_is_said() {
    let place = Place::new();
    for name in ["a/1.png", "a/2.png", "b/1.png"] {
        picture(&place, name, None);
    }
    image::RgbaImage::new(3, 3)
        .save(place.path("small.png"))
        .unwrap();
    let run = place.done("compare a/1.png b/1.png --diff d.png");
    let words = "no difference is painted in `d.png`: the pictures are the same";
    assert!(run.err.contains(words), "{}", run.err);
    let run = place.run("compare a b --diff d");
    let words = "2.png`: there is no actual picture";
    assert!(run.err.contains(words), "{}", run.err);
    // What is taken away is said as well.
    picture(&place, "d.png", None);
    let run = place.run("compare a/1.png small.png --diff d.png");
    assert_eq!(run.code, 1);
    let words = "removed `d.png`: 6x4 px expected, 3x3 px found";
    assert!(run.err.contains(words), "{}", run.err);
    assert!(!place.path("d.png").exists());
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = Place::new();
    picture(&place, "a.png", None);
    place.file("text.png", "no picture");
    std::fs::create_dir(place.path("empty")).unwrap();
    place.refused(
        "compare a.png empty",
        2,
        &["`empty` is a folder, `a.png` is not"],
    );
    place.refused("compare empty empty", 2, &["there is no PNG file"]);
    let gone = place.refused("compare a.png gone.png", 5, &["cannot read `gone.png`"]);
    assert!(!gone.err.contains("starter patch"), "{}", gone.err);
    place.refused("compare a.png text.png", 5, &["not a readable PNG"]);
    place.refused(
        "compare a.png a.png --tolerance pixels=2",
        2,
        &["`levels` or `threshold`"],
    );
    place.refused(
        "compare a.png a.png --tolerance threshold=1",
        2,
        &["--perceptual"],
    );
    place.refused("compare a.png a.png --perceptual=2", 2, &["no threshold"]);
}

#[test]
fn differences_are_never_written_over_what_is_compared() {
    let place = Place::new();
    for (name, spot) in [("a/1.png", None), ("b/1.png", Some(200))] {
        picture(&place, name, spot);
    }
    let files = ["a/1.png", "b/1.png"].map(|name| (name, place.bytes(name)));
    for args in [
        "compare a/1.png b/1.png --diff a/1.png",
        "compare a/1.png b/1.png --diff a/../b/1.png",
        "compare a b --diff a",
        "compare a b --diff ./b/",
        "compare a b --diff b/new/folder",
    ] {
        place.refused(
            args,
            2,
            &["would write over what is compared", "another place"],
        );
    }
    place.refused(
        "compare a/1.png b/1.png --diff -",
        2,
        &["`--diff` names a file"],
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("a/1.png"), place.path("link.png")).unwrap();
        place.refused(
            "compare a/1.png b/1.png --diff link.png",
            2,
            &["would write over what is compared"],
        );
    }
    for (name, bytes) in files {
        assert_eq!(place.bytes(name), bytes, "{name}");
    }
    assert_eq!(place.names("b"), ["1.png"]);
    // Beside what is compared is as good a place as any.
    assert_eq!(place.run("compare a/1.png b/1.png --diff a/d.png").code, 1);
    assert_eq!(place.run("compare a b --diff ab").code, 1);
    assert_eq!(place.names("ab"), ["1.png"]);
}

#[test]
fn no_difference_leaves_no_picture_of_an_earlier_one() {
    let place = Place::new();
    for (name, spot) in [("a/1.png", None), ("b/1.png", Some(200)), ("b/2.png", None)] {
        picture(&place, name, spot);
    }
    assert_eq!(place.run("compare a/1.png b/1.png --diff d.png").code, 1);
    assert_eq!(place.run("compare a b --diff d").code, 1);
    picture(&place, "d/2.png", None);
    picture(&place, "b/1.png", None);
    place.done("compare a/1.png b/1.png --diff d.png");
    assert!(!place.path("d.png").exists());
    // Neither of pairs that are equal, nor of those that cannot be compared.
    assert_eq!(place.run("compare a b --diff d").code, 1);
    assert_eq!(place.names("d"), [""; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn devices_are_written_to_and_stay() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let place = Place::new();
    picture(&place, "a.png", None);
    picture(&place, "b.png", Some(200));
    symlink("/dev/full", place.path("full")).unwrap();
    symlink("/dev/null", place.path("null")).unwrap();
    place.refused(
        "compare a.png b.png --diff full",
        5,
        &["cannot write `full`"],
    );
    assert_eq!(place.run("compare a.png b.png --diff null").code, 1);
    for name in ["full", "null"] {
        let kind = std::fs::metadata(place.path(name)).unwrap().file_type();
        assert!(kind.is_char_device(), "{name}");
    }
}

#[test]
fn a_picture_that_cannot_be_read_does_not_hide_the_others() {
    let place = Place::new();
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"] {
        picture(&place, name, None);
    }
    place.file("b/1.png", "no picture");
    let run = place.run("compare a b");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("differs  1.png  "), "{}", run.out);
    assert!(run.out.contains("not a readable PNG"), "{}", run.out);
    assert!(run.out.contains("same     2.png"), "{}", run.out);
}

#[test]
fn the_limit_that_was_not_kept_is_named() {
    let place = Place::new();
    picture(&place, "a.png", None);
    picture(&place, "b.png", Some(12));
    for (rule, words) in [
        (
            "--tolerance levels=2,pixels=0",
            "1 pixels by up to 2 levels, 0 allowed",
        ),
        (
            "--tolerance levels=1",
            "1 pixels by more than 1 levels, 0 allowed",
        ),
        ("--perceptual=0", "1 pixels beyond the threshold, 0 allowed"),
    ] {
        let run = place.run(&format!("compare a.png b.png {rule}"));
        assert_eq!(run.code, 1);
        assert!(run.out.contains(words), "no `{words}` in {}", run.out);
        let run = place.run(&format!("compare a.png b.png --json {rule}"));
        let rows: Vec<Value> = serde_json::from_str(&run.out).unwrap();
        assert_eq!(
            rows[0]["exceeded"],
            serde_json::json!([words]),
            "{}",
            run.out
        );
    }
    let run = place.done("compare a.png b.png --json --tolerance levels=2");
    let rows: Vec<Value> = serde_json::from_str(&run.out).unwrap();
    assert_eq!(rows[0]["exceeded"], serde_json::json!([]));
}

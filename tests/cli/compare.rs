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
    place.refused("compare a.png gone.png", 5, &["cannot read `gone.png`"]);
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

//! Files that a patch names: where they are looked for, and what is said about those that are not
//! there.

use crate::{Place, Run};
use serde_json::{Value, json};

/// Three dots on the outline of a file.
const PATCH: &str = r#"{
  "name": "outline", "size": [64, 48],
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "svg", "type": "SVGSampleDomain", "params": {"asset": "line.svg", "sampleCount": 3}},
    {"id": "dots", "type": "RenderInstances2D"}
  ],
  "connections": [
    {"from": "svg.domain", "to": "dots.domain"},
    {"from": "svg.pos0", "to": "dots.positions"}
  ]
}"#;

fn line(d: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><path d="{d}"/></svg>"#
    )
}

fn drawn(run: &Run) -> Value {
    let frame: Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    frame["passes"][0].clone()
}

const PROBE: &str = "--at tree --format jsonl --frames 0";

#[test]
fn files_are_those_beside_the_patch() {
    let place = Place::new();
    std::fs::create_dir(place.path("art")).unwrap();
    place.file("art/outline.json", PATCH);
    place.file("art/line.svg", line("M0 10L20 10"));
    let pass = drawn(&place.done(&format!("probe art/outline.json {PROBE}")));
    assert_eq!((&pass["x"], &pass["y"]), (&json!([0, 10, 20]), &json!(10)));
    assert_eq!(pass["ids"], json!({"prefix": "sample-"}));
    // Another folder on request.
    std::fs::create_dir(place.path("other")).unwrap();
    place.file("other/line.svg", line("M4 0V8"));
    let other = drawn(&place.done(&format!(
        "probe art/outline.json --asset-root other {PROBE}"
    )));
    assert_eq!(other["y"], json!([0, 4, 8]));
    // And one value in place of another.
    place.file("art/up.svg", line("M0 0V-8"));
    let set = drawn(&place.done(&format!(
        "probe art/outline.json --set svg.asset=up.svg {PROBE}"
    )));
    assert_eq!(set["y"], json!([0, -4, -8]));
}

#[test]
fn a_patch_from_stdin_has_the_files_of_the_current_folder() {
    let place = Place::new();
    place.file("outline.json", PATCH);
    place.file("line.svg", line("M0 10L20 10"));
    let mut command = place.command(&format!("probe - {PROBE}"));
    command.pipe_stdin(place.path("outline.json")).unwrap();
    let run = Run::of(&mut command);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(drawn(&run)["x"], json!([0, 10, 20]));
}

#[test]
fn what_is_elsewhere_is_not_read() {
    let place = Place::new();
    std::fs::create_dir(place.path("art")).unwrap();
    place.file("art/outline.json", PATCH);
    let check = "check art/outline.json";
    place.refused(check, 3, &["asset-not-found", "`line.svg`", "--asset-root"]);
    place.file("line.svg", line("M0 10L20 10"));
    place.refused(
        &format!("{check} --set svg.asset=../line.svg"),
        3,
        &["asset-outside", "`../line.svg`", "--set svg.asset"],
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../line.svg", place.path("art/line.svg")).unwrap();
        place.refused(check, 3, &["asset-outside", "`line.svg`"]);
        // With the folder around both as the root it is inside.
        place.done(&format!(
            "{check} --asset-root . --set svg.asset=art/line.svg"
        ));
        std::fs::remove_file(place.path("art/line.svg")).unwrap();
    }
    place.file("art/line.svg", "not a picture");
    place.refused(check, 3, &["bad-asset", "no SVG file"]);
}

#[test]
fn equal_points_are_one_program_whatever_the_file() {
    let place = Place::new();
    place.file("outline.json", PATCH);
    place.file("line.svg", line("M0 10L20 10"));
    let hash = |place: &Place| {
        let run = place.done("compile outline.json -o program.json");
        let program: Value = serde_json::from_slice(&place.bytes("program.json")).unwrap();
        std::fs::remove_file(place.path("program.json")).unwrap();
        (program["programHash"].clone(), run.code)
    };
    let first = hash(&place);
    let paint = line("M0 10L20 10").replace("<path", "<!-- new --><path fill=\"red\"");
    place.file("line.svg", paint);
    assert_eq!(hash(&place), first);
    place.file("line.svg", line("M0 10L22 10"));
    assert_ne!(hash(&place), first);
}

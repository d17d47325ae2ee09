//! Same patch, same bytes: twice, with any number of jobs, in pieces; and loops close.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::{oscilla_ok, patches, stem};

/// Renders with extra arguments; every file by name.
fn render(patch: &Path, extra: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().expect("a folder");
    let (from, to) = (patch.to_string_lossy(), out.path().to_string_lossy());
    let mut args = vec!["render", &*from, "--out", &*to, "--quiet"];
    args.extend_from_slice(extra);
    oscilla_ok(&args);
    fs::read_dir(out.path())
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(&path).expect("readable"))
        })
        .collect()
}

fn only_frames(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files
        .into_iter()
        .filter(|(name, _)| name.ends_with(".png"))
        .collect()
}

/// Few frames, so that the whole gallery stays cheap.
const FEW: &[&str] = &["--frames", "0-4", "--scale", "0.5"];

#[test]
fn same_bytes_twice_and_with_any_number_of_jobs() {
    for patch in patches("patches") {
        let once = render(&patch, &[FEW, &["--jobs", "1"]].concat());
        assert!(once.len() > 1, "{}", stem(&patch));
        for jobs in ["1", "2", "8"] {
            let again = render(&patch, &[FEW, &["--jobs", jobs]].concat());
            assert!(once == again, "{} differs with --jobs {jobs}", stem(&patch));
        }
    }
}

#[test]
fn a_shard_is_the_same_frames_of_the_whole() {
    for patch in patches("patches") {
        let scale = ["--scale", "0.25"];
        let whole = only_frames(render(&patch, &[&["--frames", "0-9"], &scale[..]].concat()));
        let first = only_frames(render(&patch, &[&["--frames", "0-3"], &scale[..]].concat()));
        let rest = only_frames(render(&patch, &[&["--frames", "4-9"], &scale[..]].concat()));
        let mut pieces = first;
        pieces.extend(rest);
        assert!(whole == pieces, "{} differs in pieces", stem(&patch));
    }
}

#[test]
fn loops_of_the_gallery_close_exactly() {
    let mut loops = 0;
    for patch in patches("patches") {
        let text = fs::read_to_string(&patch).expect("readable");
        if !text.contains("CycleTimeRoot") {
            continue;
        }
        loops += 1;
        let args = [
            "--frames-per-cycle",
            "12",
            "--scale",
            "0.25",
            "--require-closed-loop",
        ];
        let files = render(&patch, &args);
        let manifest: serde_json::Value =
            serde_json::from_slice(&files["manifest.json"]).expect("JSON");
        let verdict = manifest.pointer("/loop/verdict").and_then(|v| v.as_str());
        assert_eq!(verdict, Some("exact"), "{}", stem(&patch));
    }
    assert!(loops >= 6, "only {loops} loops in the gallery");
}

//! Where the time of an export went: `-v` and `--progress json`. Shapes only, for times differ.

use crate::Place;
use serde_json::Value;

/// Bytes of all pictures in a folder.
fn pictures(place: &Place, folder: &str) -> u64 {
    let names = place.names(folder);
    let pictures = names.iter().filter(|name| name.ends_with(".png"));
    let size = |name: &String| place.bytes(&format!("{folder}/{name}")).len() as u64;
    pictures.map(size).sum()
}

#[test]
fn details_say_where_the_time_went() {
    let place = Place::with_loop();
    for how in ["none", "plain", "json"] {
        let run = place.done(&format!("render loop.json --out {how} -v --progress {how}"));
        let line = |start: &str| {
            let mut lines = run.err.lines().filter(|line| line.starts_with(start));
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("no `{start}`:\n{}", run.err));
            assert_eq!(lines.next(), None, "`{start}` twice:\n{}", run.err);
            line.to_owned()
        };
        for row in [
            "evaluating",
            "painting",
            "encoding",
            "writing",
            "waiting for the engine",
            "waiting for room",
            "writer waiting",
        ] {
            let line = line(row);
            let mut words = line[row.len()..].split_whitespace();
            let seconds: f64 = words.next().unwrap().parse().unwrap();
            assert!(seconds >= 0.0 && words.next() == Some("s"), "{line}");
        }
        let bytes = pictures(&place, how);
        let written = line("files: ");
        assert_eq!(
            written,
            format!("files: {bytes} bytes, {} a frame", bytes / 12)
        );
        assert!(line("bottleneck: ").contains("ing ("), "{}", run.err);
    }
    let usual = place.done("render loop.json --out usual");
    assert!(!usual.err.contains("bottleneck"), "{}", usual.err);
    let quiet = place.done("render loop.json --out quiet --quiet");
    assert_eq!(quiet.err, "");
}

#[test]
fn frames_that_were_there_count_in_bytes_and_not_in_time() {
    let place = Place::with_loop();
    place.done("render loop.json --out f");
    let run = place.done("render loop.json --out f --resume --progress json");
    let last = run.err.lines().rfind(|line| line.starts_with('{'));
    let end: Value = serde_json::from_str(last.unwrap()).unwrap();
    let bytes = pictures(&place, "f");
    assert_eq!(end["done"], 12);
    assert_eq!(end["bytes"], bytes);
    assert_eq!(end["bytesPerFrame"], bytes / 12);
}

#[test]
fn machines_get_the_same_figures() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out f --progress json --jobs 2");
    let last = run.err.lines().rfind(|line| line.starts_with('{'));
    let end: Value = serde_json::from_str(last.unwrap()).unwrap();
    assert_eq!(end["event"], "end");
    for (part, keys) in [
        (
            "stages",
            ["encode", "evaluate", "paint", "write"].as_slice(),
        ),
        ("waits", &["engine", "frame", "room"]),
    ] {
        let map = end[part].as_object().unwrap();
        assert_eq!(map.keys().collect::<Vec<_>>(), keys);
        assert!(
            map.values().all(|seconds| seconds.as_f64().unwrap() >= 0.0),
            "{map:?}"
        );
    }
    let stages = end["stages"].as_object().unwrap();
    assert!(stages.contains_key(end["bottleneck"].as_str().unwrap()));
    let bytes = pictures(&place, "f");
    assert_eq!(
        (&end["bytes"], &end["bytesPerFrame"]),
        (&bytes.into(), &(bytes / 12).into())
    );
}

#[test]
fn variants_have_one_account_together() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --out f --seeds 1,2 -v --progress none");
    let bytes = pictures(&place, "f/seed=1") + pictures(&place, "f/seed=2");
    let written = format!("files: {bytes} bytes, {} a frame", bytes / 24);
    assert!(run.err.contains(&written), "{written}\n{}", run.err);
}

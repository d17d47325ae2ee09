//! `oscilla diff`: what differs, for people and machines.

use super::super::{LOOP, Place};

fn place() -> Place {
    let place = Place::with_loop();
    place.file(
        "louder.json",
        LOOP.replace("\"amplitude\": 2", "\"amplitude\": 3"),
    );
    place.file("slower.json", LOOP.replace("200", "300"));
    place
}

#[test]
fn the_status_says_whether_they_differ() {
    let place = place();
    let same = place.done("diff loop.json loop.json");
    assert_eq!(same.out, "no differences\n");
    let run = place.run("diff loop.json louder.json");
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(
        lines[..3],
        ["class A", "blocks  1 changed, 3 kept", "  ~ osc"]
    );
}

#[test]
fn files_may_differ_where_frames_do_not() {
    let place = place();
    // Another file of another name, with the same in it.
    let nameless = LOOP.replace("\"name\": \"loop\",", "");
    place.file("one.json", &nameless);
    place.file("two.json", &nameless);
    assert_eq!(place.done("diff one.json two.json").out, "no differences\n");
    place.file("later.json", nameless.replacen('{', "{\"revision\": 7,", 1));
    let aside = place.done("diff one.json later.json").out;
    assert!(
        aside.starts_with("no differences in the frames; "),
        "{aside}"
    );
}

#[test]
fn json_is_one_object_with_everything() {
    let run = place().run("diff loop.json slower.json --json");
    assert_eq!(run.code, 1);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["class"], "C");
    assert_eq!(report["because"][0], "the period was 200 ms, it is 300 ms");
    assert_eq!(report["blocks"]["changed"][0], "time");
    assert_eq!(report["domains"]["kept"][0], "grid/domain");
    assert_eq!(report["invalidated"][0], "timeDerive");
}

#[test]
fn what_cannot_be_read_is_said() {
    let place = place();
    place.refused("diff loop.json gone.json", 5, &["gone.json"]);
    place.refused("diff - -", 2, &["only one of the two"]);
    place.file("broken.json", "{}}");
    place.refused("diff loop.json broken.json", 3, &["broken.json:1:3"]);
}

//! `oscilla golden`: recording, checking, deciding, and what is said on the way.

use crate::{LOOP, Place, Run};
use image::Rgba;
use serde_json::Value;

/// The loop with its frames named.
fn named(frames: &str) -> String {
    let golden = format!("\"name\": \"loop\",\n  \"golden\": {{\"frames\": \"{frames}\"}},");
    LOOP.replace("\"name\": \"loop\",", &golden)
}

/// `loop.json`, recorded in `golden/`.
fn recorded() -> Place {
    let place = Place::new();
    place.file("loop.json", named("0,3,6"));
    place.done("golden record loop.json");
    place
}

fn text(place: &Place, name: &str) -> String {
    String::from_utf8(place.bytes(name)).unwrap()
}

fn json(run: &Run) -> Vec<Value> {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
}

/// A run where `CI` is set.
fn in_ci(place: &Place, args: &str) -> Run {
    Run::of(place.command(args).env("CI", "true"))
}

/// Moves one level of one pixel of a recorded picture.
fn touch(place: &Place, name: &str) {
    let mut picture = crate::picture(&place.path(name));
    let Rgba([r, g, b, a]) = *picture.get_pixel(5, 4);
    picture.put_pixel(5, 4, Rgba([r, g, b + 1, a]));
    picture.save(place.path(name)).unwrap();
}

#[test]
fn what_was_recorded_is_found_again_without_flags() {
    let place = recorded();
    assert_eq!(
        place.names("golden/loop"),
        [
            "frame_00000.png",
            "frame_00003.png",
            "frame_00006.png",
            "program.txt",
            "values.jsonl"
        ]
    );
    let record = text(&place, "golden/hashes.txt");
    assert!(record.contains("case     loop  ../loop.json\n"), "{record}");
    let rows: Vec<&str> = record.lines().filter(|l| l.starts_with("frame")).collect();
    assert_eq!(rows.len(), 3, "{record}");
    assert!(rows[1].starts_with("frame    loop  3  64x48  oscilla-raster-"));
    let run = place.done("golden check");
    assert_eq!(run.out.matches("0 pixels differ").count(), 3, "{}", run.out);
    assert!(run.err.contains("0 of 1 case differ"), "{}", run.err);
    // A second recording changes no byte.
    place.done("golden record");
    assert_eq!(text(&place, "golden/hashes.txt"), record);
}

#[test]
fn the_record_holds_from_any_folder() {
    let place = recorded();
    let golden = place.path("golden");
    let run = Run::of(
        place
            .command("golden check --golden")
            .arg(&golden)
            .current_dir(std::env::temp_dir()),
    );
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn flags_are_remembered_with_the_case() {
    let place = Place::new();
    place.file("loop.json", named("0,3,6"));
    place.done("golden record loop.json --scale 0.5 --set osc.bias=6 --frames 0-2 --fps 30");
    let record = text(&place, "golden/hashes.txt");
    let plan = "plan     loop  --scale=0.5 --set=osc.bias=6 --fps=30 --frames=0-2";
    assert!(record.contains(plan), "{record}");
    assert!(record.contains("  2  32x24  "), "{record}");
    place.done("golden check loop");
    // What is given anew is changed, the rest stays.
    place.done("golden record loop --fps 60");
    let plan = "--scale=0.5 --set=osc.bias=6 --fps=60 --frames=0-2";
    assert!(text(&place, "golden/hashes.txt").contains(plan));
}

#[test]
fn one_level_of_one_pixel_fails_and_a_rule_may_allow_it() {
    let place = recorded();
    touch(&place, "golden/loop/frame_00003.png");
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    let line = "differs  loop/frame_00003.png  1 pixels differ, by at most 1 levels at (5, 4)";
    assert!(run.out.contains(line), "{}", run.out);
    // It is the record that was touched, not what is rendered.
    for words in [
        "the recorded picture is not the one of the recorded hash",
        "the record itself does not hold together: picture and hash of frame 3",
    ] {
        assert!(run.out.contains(words), "no `{words}` in\n{}", run.out);
    }
    assert!(!run.out.contains("how it is painted"), "{}", run.out);
    let run = place.done("golden check --tolerance levels=1,pixels=1");
    // The figures are there on a pass too.
    assert!(
        run.out
            .contains("same     loop/frame_00003.png  1 pixels differ")
    );
    place.done("golden check --perceptual");
    let run = place.run("golden check --tolerance levels=1,pixels=0 --report out.html");
    assert_eq!(run.code, 1);
    let words = "1 pixels by up to 1 levels, 0 allowed";
    assert!(run.out.contains(words), "{}", run.out);
    assert!(text(&place, "out.html").contains(words));
    let run = place.run("golden check --tolerance levels=1,pixels=0 --json");
    assert_eq!(json(&run)[0]["frames"][1]["exceeded"][0], words);
}

#[test]
fn a_changed_value_is_walked_back_to_the_block_that_changed() {
    let place = recorded();
    let now = named("0,3,6").replace("\"amplitude\": 2", "\"amplitude\": 2.5");
    place.file("loop.json", now);
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    // At frame 0 the wave is 0, so the first value that differs is that of frame 3.
    for words in [
        "same     loop/frame_00000.png",
        "why: the program differs in",
        "first in frame 3: sink `dots`, size: 6 recorded, 6.5 now, by 0.5",
        "output `osc.out` (Oscillator): 6 recorded, 6.5 now",
        "input `dots.radius`",
        "oscilla inspect loop.json --explain dots.radius --frames 3",
    ] {
        assert!(run.out.contains(words), "no `{words}` in\n{}", run.out);
    }
    assert!(
        run.err.contains("oscilla golden accept loop"),
        "{}",
        run.err
    );
    // What it says to type works.
    place.done("inspect loop.json --explain dots.radius --frames 3");
}

#[test]
fn what_it_says_to_type_looks_at_the_same_values() {
    let place = recorded();
    place.done("golden record loop.json --seed 7 --set osc.bias=4 --fps 30 --frames 1 --scale 0.5");
    let now = named("0,3,6").replace("\"amplitude\": 2", "\"amplitude\": 2.5");
    place.file("loop.json", now);
    let run = place.run("golden check");
    let typed =
        "inspect loop.json --explain dots.radius --seed=7 --set=osc.bias=4 --fps=30 --frames 1";
    assert!(run.out.contains(&format!("oscilla {typed}")), "{}", run.out);
    let value = |text: &str| {
        text.split("output `osc.out` (Oscillator): ")
            .nth(1)
            .map(str::to_owned)
    };
    let found = value(&run.out).expect("the walk");
    let now = found
        .split(" recorded, ")
        .nth(1)
        .expect("both")
        .split(" now")
        .next();
    let explained = place.done(typed).out;
    assert!(explained.contains(now.expect("a value")), "{explained}");
}

#[test]
fn what_differs_waits_and_is_accepted_or_rejected() {
    let place = recorded();
    let before = place.names("golden/loop");
    let now = named("0,3,6").replace("\"amplitude\": 2", "\"amplitude\": 2.5");
    place.file("loop.json", now);
    assert_eq!(place.run("golden check").code, 1);
    let waiting = place.names("golden/loop");
    assert!(waiting.contains(&"frame_00003.new.png".to_owned()));
    // Frame 0 shows the same pixels.
    assert!(!waiting.contains(&"frame_00000.new.png".to_owned()));
    place.done("golden reject loop");
    assert_eq!(place.names("golden/loop"), before);
    place.refused("golden accept loop", 2, &["nothing waits", "golden check"]);
    assert_eq!(place.run("golden check").code, 1);
    place.done("golden accept --all");
    assert_eq!(place.names("golden/loop"), before);
    place.done("golden check");
    // `--update` does both at once.
    place.file("loop.json", named("0,3,6"));
    place.done("golden check --update");
    assert_eq!(place.names("golden/loop"), before);
    place.done("golden check");
}

#[test]
fn what_waits_is_gone_once_the_case_is_as_recorded_again() {
    let place = recorded();
    let before = place.names("golden/loop");
    place.file("loop.json", named("0,3,6").replace("#ffcc00", "#ffcc01"));
    assert_eq!(place.run("golden check").code, 1);
    assert_ne!(place.names("golden/loop"), before);
    place.file("loop.json", named("0,3,6"));
    place.done("golden check");
    assert_eq!(place.names("golden/loop"), before);
}

#[test]
fn frames_that_come_and_go_are_found() {
    let place = recorded();
    place.file("loop.json", named("0,3,7"));
    let run = place.run("golden check --json");
    assert_eq!(run.code, 1);
    let cases = json(&run);
    let frames = cases[0]["frames"].as_array().unwrap();
    let told: Vec<(u64, &str)> = frames
        .iter()
        .map(|f| (f["frame"].as_u64().unwrap(), f["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [(0, "same"), (3, "same"), (6, "stale"), (7, "missing")]
    );
    assert!(place.path("golden/loop/frame_00007.new.png").is_file());
    place.done("golden accept loop");
    assert!(!place.path("golden/loop/frame_00006.png").exists());
    assert!(place.path("golden/loop/frame_00007.png").is_file());
    place.done("golden check");
    // A picture that nobody recorded is too much, one that is missing too little.
    std::fs::copy(
        place.path("golden/loop/frame_00000.png"),
        place.path("golden/loop/frame_00001.png"),
    )
    .unwrap();
    std::fs::remove_file(place.path("golden/loop/frame_00003.png")).unwrap();
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("stale    loop/frame_00001.png"));
    assert!(
        run.out.contains("missing  loop/frame_00003.png"),
        "{}",
        run.out
    );
}

#[test]
fn patches_that_come_and_go_are_found_by_their_folder() {
    let place = Place::new();
    std::fs::create_dir(place.path("p")).unwrap();
    for name in ["p/a.json", "p/b.json"] {
        place.file(name, named("0"));
    }
    place.done("golden record p");
    place.done("golden check p");
    std::fs::rename(place.path("p/b.json"), place.path("p/c.json")).unwrap();
    let run = place.run("golden check p");
    assert_eq!(run.code, 1);
    for words in [
        "same     a/",
        "stale    b  `p/b.json` is gone",
        "missing  c/",
    ] {
        assert!(run.out.contains(words), "no `{words}` in\n{}", run.out);
    }
    place.done("golden accept --all");
    assert_eq!(place.names("golden"), ["a", "c", "hashes.txt"]);
    place.done("golden check p");
}

#[test]
fn only_hashes_need_no_pictures() {
    let place = Place::new();
    place.file("loop.json", named("0-5"));
    place.done("golden record loop.json --pictures 3");
    assert_eq!(
        place.names("golden/loop"),
        ["frame_00003.png", "program.txt", "values.jsonl"]
    );
    let run = place.done("golden check");
    assert_eq!(run.out.matches("by its hash").count(), 5, "{}", run.out);
    place.file("loop.json", named("0-5").replace("#ffcc00", "#ffcc01"));
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert_eq!(
        run.out
            .matches("pixels differ, by its hash; how much")
            .count(),
        5
    );
    assert!(
        run.out.contains("rgba (blue): 0 recorded, 1 now"),
        "{}",
        run.out
    );
    place.done("golden accept --all");
    place.done("golden check");
    assert!(!place.path("golden/loop/frame_00002.png").exists());
}

#[test]
fn a_record_and_its_picture_must_agree() {
    let place = recorded();
    let record = text(&place, "golden/hashes.txt");
    let row = record.lines().find(|l| l.contains("  3  64x48")).unwrap();
    let (head, hash) = row.rsplit_once("b3:").unwrap();
    let other: String = hash.chars().rev().collect();
    place.file(
        "golden/hashes.txt",
        record.replace(row, &format!("{head}b3:{other}")),
    );
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("not the one of the recorded hash"),
        "{}",
        run.out
    );
    assert!(run.out.contains("does not hold together"), "{}", run.out);
    place.done("golden accept loop");
    place.done("golden check");
}

#[test]
fn recorded_values_that_are_gone_or_damaged_are_told() {
    let place = recorded();
    let file = "golden/loop/values.jsonl";
    let values = text(&place, file);
    let lines: Vec<&str> = values.lines().collect();
    let (first, rest) = (lines[0], lines[2]);
    for (damaged, words) in [
        (None, "`golden/loop/values.jsonl` is missing"),
        (
            Some("garbage\n".to_owned()),
            "line 1 of `golden/loop/values.jsonl` holds no values",
        ),
        (
            Some(format!("{first}\n{rest}\n")),
            "has no values of frame 3",
        ),
    ] {
        match &damaged {
            Some(text) => place.file(file, text),
            None => std::fs::remove_file(place.path(file)).unwrap(),
        }
        let run = place.run("golden check --junit out.xml");
        assert_eq!(run.code, 1, "{damaged:?}");
        assert!(run.out.contains("missing  loop  "), "{}", run.out);
        assert!(run.out.contains(words), "no `{words}` in\n{}", run.out);
        assert!(text(&place, "out.xml").contains("failures=\"1\""));
        place.done("golden accept loop");
        assert_eq!(text(&place, file), values);
        place.done("golden check");
    }
}

#[test]
fn a_folder_that_belongs_to_no_case_is_stale() {
    let place = recorded();
    std::fs::create_dir(place.path("golden/ghost")).unwrap();
    std::fs::create_dir(place.path("golden/other")).unwrap();
    place.file("golden/other/notes.md", "not ours");
    for file in ["frame_00003.png", "program.txt"] {
        let (from, to) = (
            format!("golden/loop/{file}"),
            format!("golden/ghost/{file}"),
        );
        std::fs::copy(place.path(&from), place.path(&to)).unwrap();
    }
    for args in ["golden check", "golden check ."] {
        let run = place.run(args);
        assert_eq!(run.code, 1, "{args}: {}", run.err);
        let line = "stale    ghost  `golden/ghost` belongs to no case of the record";
        assert!(run.out.contains(line), "{}", run.out);
        assert!(!run.out.contains("other"), "{}", run.out);
    }
    // Somebody who asks for one case is told of that case.
    place.done("golden check loop");
    let run = place.done("golden record");
    assert!(run.out.contains("dropped ghost"), "{}", run.out);
    assert_eq!(place.names("golden"), ["hashes.txt", "loop", "other"]);
    place.done("golden check");
}

#[test]
fn recording_anew_drops_what_is_gone_and_says_so() {
    let place = Place::new();
    std::fs::create_dir(place.path("p")).unwrap();
    for name in ["p/a.json", "p/b.json", "p/c.json"] {
        place.file(name, named("0"));
    }
    place.done("golden record p");
    std::fs::rename(place.path("p/b.json"), place.path("p/d.json")).unwrap();
    let run = place.done("golden record p");
    assert!(
        run.out.contains("dropped b  `p/b.json` is gone"),
        "{}",
        run.out
    );
    assert_eq!(place.names("golden"), ["a", "c", "d", "hashes.txt"]);
    place.done("golden check p");
    // Also without a name.
    std::fs::remove_file(place.path("p/c.json")).unwrap();
    let run = place.done("golden record");
    assert!(
        run.out.contains("dropped c  `p/c.json` is gone"),
        "{}",
        run.out
    );
    assert!(!text(&place, "golden/hashes.txt").contains("c.json"));
    place.done("golden check p");
}

/// The loop with a bus between wave and dots, and a lens where the dots listen.
fn listening(lens: &str) -> String {
    named("0,3,6").replace(
        "{\"from\": \"osc.out\", \"to\": \"dots.radius\"}\n  ]",
        &format!(
            "{{\"from\": \"osc.out\", \"to\": \"gain.a\"}}, {{\"from\": \"gain.out\", \"to\": \"dots.radius\"}}\n  ],\n  \
             \"listeners\": [{{\"bus\": \"loudness\", \"to\": \"gain.b\"{lens}}}],\n  \
             \"buses\": [{{\"name\": \"loudness\", \"type\": \"number\", \"combine\": \"sum\"}}],\n  \
             \"publishers\": [{{\"from\": \"osc.out\", \"bus\": \"loudness\"}}]"
        ),
    )
    .replace(
        "\"blocks\": [",
        "\"blocks\": [\n    {\"id\": \"gain\", \"type\": \"AddSignal\"},",
    )
}

#[test]
fn a_lens_that_is_gone_is_where_it_begins() {
    let place = Place::new();
    let lens = ", \"lens\": [{\"type\": \"scale\", \"params\": {\"scale\": 2}}]";
    place.file("loop.json", listening(lens));
    place.done("golden record loop.json");
    place.file("loop.json", listening(""));
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    for words in [
        "input `gain.b` (listener ",
        ": 8 recorded, 4 now",
        "--explain dots.radius",
    ] {
        assert!(run.out.contains(words), "no `{words}` in\n{}", run.out);
    }
}

#[test]
fn a_program_that_differs_is_walked_whatever_else_is_wrong() {
    let place = recorded();
    let other = named("0,3,7").replace("\"amplitude\": 2", "\"amplitude\": 2.5");
    place.file("loop.json", other);
    let run = place.run("golden check");
    assert!(
        run.out.contains("first in frame 3: sink `dots`"),
        "{}",
        run.out
    );
    // Nothing but a new frame, by another program that draws the same.
    let other = named("0,7")
        .replace("\"osc\"", "\"wave\"")
        .replace("osc.", "wave.");
    place.file("loop.json", other);
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("missing  loop/frame_00007.png"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("why: the program differs in"),
        "{}",
        run.out
    );
}

#[test]
fn outputs_that_cannot_be_written_are_found_before_the_comparison() {
    let place = recorded();
    touch(&place, "golden/loop/frame_00003.png");
    let before = place.names("golden/loop");
    std::fs::create_dir(place.path("folder")).unwrap();
    for args in [
        "golden check --junit no/such/out.xml",
        "golden check --report no/such/out.html",
        "golden check --report folder",
        "golden report -o no/such/out.html",
    ] {
        let run = place.refused(args, 5, &["cannot write"]);
        assert!(run.out.is_empty(), "{args}: {}", run.out);
        assert_eq!(place.names("golden/loop"), before, "{args}");
    }
}

#[test]
fn names_that_look_like_flags_are_no_flags() {
    let place = Place::new();
    place.file("-x.json", named("0,3"));
    place.done("golden record ./-x.json");
    place.file(
        "-x.json",
        named("0,3").replace("\"amplitude\": 2", "\"amplitude\": 3"),
    );
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("oscilla golden accept -- -x"),
        "{}",
        run.err
    );
    let inspect = "inspect ./-x.json --explain dots.radius --frames 3";
    assert!(run.out.contains(inspect), "{}", run.out);
    place.done(inspect);
    place.done("golden accept -- -x");
    place.done("golden check");
}

#[test]
fn another_program_with_the_same_pictures_is_told_apart() {
    let place = recorded();
    // The background block of another name draws the same.
    let other = named("0,3,6")
        .replace("\"osc\"", "\"wave\"")
        .replace("osc.", "wave.");
    place.file("loop.json", other);
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("program  loop  the program differs"),
        "{}",
        run.out
    );
    assert!(run.out.contains("every value that is drawn is as recorded"));
    place.done("golden check --pixels-only");
}

#[test]
fn ci_may_check_but_not_change_what_was_recorded() {
    let place = recorded();
    assert_eq!(in_ci(&place, "golden check").code, 0);
    for args in [
        "golden record",
        "golden record loop.json",
        "golden check --update",
        "golden accept --all",
    ] {
        let run = in_ci(&place, args);
        assert_eq!(run.code, 2, "{args}");
        assert!(run.err.contains("refused where `CI` is set"), "{}", run.err);
    }
    // Nobody would have looked at what is new, either.
    place.file("other.json", named("0"));
    let run = in_ci(&place, "golden record other.json");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(!place.path("golden/other").exists());
}

#[test]
fn build_servers_get_a_list_and_people_a_page() {
    let place = recorded();
    touch(&place, "golden/loop/frame_00003.png");
    let run = place.run("golden check --junit out.xml --report out.html");
    assert_eq!(run.code, 1);
    let list = text(&place, "out.xml");
    let tree = roxmltree::Document::parse(&list).unwrap();
    assert_eq!(tree.root_element().attribute("tests"), Some("4"));
    assert_eq!(tree.root_element().attribute("failures"), Some("1"));
    let page = text(&place, "out.html");
    assert!(page.contains("data:image/png;base64,"));
    assert!(page.contains("oscilla golden accept loop"));
    // The report alone says nothing about success.
    place.done("golden report -o again.html");
    assert_eq!(text(&place, "again.html"), page);
}

#[test]
fn a_patch_with_errors_stops_a_recording_and_is_told_in_a_check() {
    let place = recorded();
    place.file(
        "bad.json",
        "{\"blocks\": [{\"id\": \"a\", \"type\": \"Nope\"}]}",
    );
    let run = place.refused("golden record loop.json bad.json", 3, &["Nope", "bad.json"]);
    assert!(run.out.is_empty());
    place.file(
        "loop.json",
        "{\"blocks\": [{\"id\": \"a\", \"type\": \"Nope\"}]}",
    );
    let run = place.run("golden check --junit out.xml");
    assert_eq!(run.code, 3);
    assert!(run.out.contains("error    loop"), "{}", run.out);
    assert!(run.out.contains("unknown-block-type"), "{}", run.out);
    let list = text(&place, "out.xml");
    let tree = roxmltree::Document::parse(&list).unwrap();
    let root = tree.root_element();
    let suite = root.first_element_child().unwrap();
    for counted in [root, suite] {
        let count = |name| counted.attribute(name);
        assert_eq!(
            (count("tests"), count("failures"), count("errors")),
            (Some("1"), Some("0"), Some("1")),
            "{list}"
        );
    }
    let error = tree.descendants().find(|n| n.has_tag_name("error"));
    assert!(
        error
            .and_then(|error| error.text())
            .is_some_and(|text| text.contains("Nope")),
        "{list}"
    );
    assert!(!list.contains("<failure"), "{list}");
    // What cannot be rendered cannot be taken.
    assert!(!list.contains("accept"), "{list}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_hint() {
    let place = recorded();
    std::fs::create_dir_all(place.path("empty")).unwrap();
    std::fs::create_dir_all(place.path("more")).unwrap();
    place.file("more/loop.json", named("0"));
    place.file("frameless.json", LOOP);
    place.file("odd.json", named("9-3"));
    place.file("far.json", named("99"));
    for (args, code, words) in [
        (
            "golden check nothing",
            2,
            vec!["`nothing` is no patch, no folder and no recorded case"],
        ),
        ("golden check lop", 2, vec!["did you mean `loop`?"]),
        ("golden check missing/", 2, vec!["no patch, no folder"]),
        (
            "golden check empty",
            2,
            vec!["there is no patch in `empty`"],
        ),
        (
            "golden record empty",
            2,
            vec!["there is no patch in `empty`"],
        ),
        (
            "golden check --golden empty",
            2,
            vec!["nothing is recorded in `empty`", "golden record"],
        ),
        (
            "golden record loop.json more/loop.json",
            2,
            vec!["would both be case `loop`", "--golden"],
        ),
        (
            "golden record more/loop.json",
            2,
            vec!["would both be case `loop`"],
        ),
        (
            "golden record frameless.json",
            2,
            vec!["does not say which frames", "--frames 0,30"],
        ),
        (
            "golden record odd.json",
            3,
            vec!["ends before it begins", "odd.json"],
        ),
        (
            "golden record far.json",
            2,
            vec!["last frame is 11", "far.json"],
        ),
        (
            "golden record loop.json --pictures some",
            2,
            vec!["is not a frame range", "`all` or `none`"],
        ),
        ("golden check --tolerance wide", 2, vec!["levels=2"]),
        (
            "golden check --tolerance levels=1 --perceptual",
            2,
            vec!["cannot be used with"],
        ),
        ("golden check --update --frames 3", 2, vec!["whole cases"]),
        ("golden accept", 2, vec!["required"]),
        ("golden accept nobody", 2, vec!["there is no case `nobody`"]),
        ("golden check --golden loop.json", 5, vec!["loop.json"]),
        (
            "golden report -o no/such/place.html",
            5,
            vec!["no/such/place.html"],
        ),
        ("golden", 2, vec!["Usage"]),
    ] {
        place.refused(args, code, &words);
    }
}

#[test]
fn a_damaged_record_or_picture_is_named() {
    let place = recorded();
    place.file("golden/loop/frame_00003.png", "no picture");
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .contains("the recorded picture is not a readable PNG"),
        "{}",
        run.out
    );
    let picture = image::RgbaImage::from_pixel(7, 5, Rgba([0, 0, 0, 255]));
    picture
        .save(place.path("golden/loop/frame_00003.png"))
        .unwrap();
    let run = place.run("golden check");
    assert!(
        run.out.contains("7x5 px expected, 64x48 px found"),
        "{}",
        run.out
    );
    place.done("golden accept loop");
    place.done("golden check");
    place.file("golden/hashes.txt", "# oscilla golden 1\nframe loop\n");
    place.refused("golden check", 3, &["golden/hashes.txt", "line 2"]);
    place.file(
        "golden/hashes.txt",
        "# oscilla golden 1\ncase loop ../loop.json\nplan loop --scael=2\n",
    );
    place.refused("golden check", 3, &["plan of `loop`", "--scael"]);
}

#[test]
fn names_may_have_spaces_and_any_letters() {
    let place = Place::new();
    let folder = place.path("my patches");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("größe 1.json"), named("0")).unwrap();
    let run = Run::of(place.command("golden record").arg("my patches"));
    assert_eq!(run.code, 0, "{}", run.err);
    let record = text(&place, "golden/hashes.txt");
    let row = "case     \"größe 1\"  \"../my patches/größe 1.json\"";
    assert!(record.contains(row), "{record}");
    place.done("golden check");
    std::fs::write(folder.join("größe 1.json"), named("1")).unwrap();
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("oscilla golden accept 'größe 1'"),
        "{}",
        run.err
    );
    let run = Run::of(place.command("golden accept").arg("größe 1"));
    assert_eq!(run.code, 0, "{}", run.err);
    place.done("golden check");
}

#[test]
fn compiled_programs_are_cases_too() {
    let place = Place::with_loop();
    place.done("compile loop.json -o loop.oscb");
    place.done("golden record loop.oscb --frames 0,5");
    place.done("golden check");
    place.refused(
        "golden record loop.oscb --size 9x9",
        2,
        &["compiled program"],
    );
}

#[test]
fn recorded_inputs_belong_to_the_plan() {
    let place = Place::new();
    let patch = named("0,6").replace(
        "{\"from\": \"osc.out\", \"to\": \"dots.radius\"}\n  ]",
        "{\"from\": \"osc.out\", \"to\": \"dots.rotation\"}\n  ],\n  \"listeners\": [{\"external\": \"cc\", \
         \"to\": \"dots.radius\", \"type\": \"number\", \"default\": 2}]",
    );
    place.file("live.json", patch);
    place.file("rec.csv", "tMs,cc\n0,3\n90,6\n");
    place.done("golden record live.json --inputs rec.csv");
    let record = text(&place, "golden/hashes.txt");
    assert!(record.contains("--inputs=../rec.csv"), "{record}");
    place.done("golden check");
    place.file("rec.csv", "tMs,cc\n0,3\n90,7\n");
    let run = place.run("golden check");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .contains("first in frame 6: sink `dots`, size: 6 recorded, 7 now"),
        "{}",
        run.out
    );
    let channel = "input `dots.radius` (external cc): 9 elements, mean 6";
    assert!(run.out.contains(channel), "{}", run.out);
    std::fs::remove_file(place.path("rec.csv")).unwrap();
    let run = place.run("golden check");
    assert_eq!(run.code, 5);
    assert!(run.out.contains("rec.csv"), "{}", run.out);
}

#[test]
fn of_a_part_nothing_waits_and_what_works_is_said() {
    let place = recorded();
    place.file("loop.json", named("0,3,6").replace("#ffcc00", "#ffcc01"));
    let run = place.run("golden check --frames 0,3 --report out.html --junit out.xml");
    assert_eq!(run.code, 1);
    assert!(!run.err.contains("golden accept"), "{}", run.err);
    let first = "golden check loop.json";
    let said = format!("first: oscilla {first}");
    assert!(run.err.contains(&said), "{}", run.err);
    for file in ["out.html", "out.xml"] {
        let shown = text(&place, file);
        assert!(shown.contains(&format!("oscilla {first}")), "{file}");
        assert!(!shown.contains("oscilla golden accept"), "{file}");
    }
    assert_eq!(place.run(first).code, 1);
    // What waits from the whole check is not what a part finds.
    let run = place.run("golden check loop --frames 3");
    assert!(run.err.contains(&said), "{}", run.err);
    place.done("golden accept loop");
    place.done("golden check");
    // Of what was never recorded, the frames that are named are all.
    place.file("new.json", named("0,3"));
    let run = place.run("golden check new.json --frames 3");
    assert!(run.err.contains("oscilla golden accept new"), "{}", run.err);
    place.done("golden accept new");
    assert!(place.path("golden/new/frame_00003.png").is_file());
    place.done("golden check");
}

#[test]
fn pictures_of_frames_that_the_case_has_not_are_refused() {
    let place = recorded();
    let before = place.names("golden/loop");
    for (pictures, words) in [("7,9", "`7`"), ("3,9", "`9`"), ("1-2", "`1-2`")] {
        let args = format!("golden record loop.json --pictures {pictures}");
        let hint = "its frames are 0,3,6; name some of these";
        place.refused(
            &args,
            2,
            &[words, "no frame of the case", hint, "loop.json"],
        );
        assert_eq!(place.names("golden/loop"), before, "{args}");
    }
    place.done("golden record loop.json --pictures 0,2-4");
    let pictures = place.names("golden/loop").into_iter();
    let pictures: Vec<String> = pictures.filter(|name| name.ends_with(".png")).collect();
    assert_eq!(pictures, ["frame_00000.png", "frame_00003.png"]);
    place.done("golden check");
}

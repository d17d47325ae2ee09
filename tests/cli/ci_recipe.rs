//! What `docs/ci.md` says to type, typed: its recipes run on a folder of patches.

use crate::{LOOP, Place};
use std::env;
use std::path::Path;
use std::process::{Command, Output};

/// The fenced blocks of a language, in order.
fn fences(language: &str) -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let text = std::fs::read_to_string(guide).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    let block = |rest: &str| rest.split_once("```").map(|(block, _)| block.to_owned());
    blocks.filter_map(block).collect()
}

/// Runs a script as a person or a build server would, with the program on the PATH.
fn bash(place: &Place, script: &str, ci: bool) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_oscilla"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command
        .args(["-eo", "pipefail", "-c", script])
        .current_dir(place.path("."))
        .env("PATH", path)
        .env("GITHUB_STEP_SUMMARY", place.path("summary.md"))
        .env_remove("CI");
    if ci {
        command.env("CI", "true");
    }
    command.output().unwrap()
}

fn ok(place: &Place, script: &str, ci: bool) {
    let output = bash(place, script, ci);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{script}\n{said}");
}

fn patch(colour: &str) -> String {
    let golden = "\"golden\": {\"frames\": \"0,3\"}, \"name\": \"loop\",";
    LOOP.replace("\"name\": \"loop\",", golden)
        .replace("#ffcc00", colour)
}

#[test]
#[cfg(unix)]
fn the_recipes_do_what_they_say() {
    let place = Place::new();
    std::fs::create_dir(place.path("patches")).unwrap();
    place.file("patches/loop.json", patch("#ffcc00"));
    let people = fences("sh");
    assert_eq!(people.len(), 3, "record, check, accept");
    ok(&place, &people[0], false);
    ok(&place, &people[1], true);
    let recipe = fences("bash").remove(0);
    ok(&place, &recipe, true);
    place.file("patches/loop.json", patch("#ffcc01"));
    let failed = bash(&place, &recipe, true);
    assert_eq!(failed.status.code(), Some(1));
    for file in ["golden.xml", "golden.html"] {
        assert!(!place.bytes(file).is_empty());
        std::fs::remove_file(place.path(file)).unwrap();
    }

    // The workflow's steps, without those that fetch and install.
    let workflow = fences("yaml").remove(0);
    let steps = workflow
        .lines()
        .filter_map(|l| l.trim().strip_prefix("run: "));
    let steps: Vec<&str> = steps
        .filter(|step| !step.contains("cargo install"))
        .collect();
    assert_eq!(steps.len(), 2, "{steps:?}");
    let codes: Vec<Option<i32>> = steps
        .iter()
        .map(|step| bash(&place, step, true).status.code())
        .collect();
    assert_eq!(codes, [Some(1), Some(0)]);
    for file in workflow
        .lines()
        .filter_map(|l| l.strip_prefix("            golden."))
    {
        assert!(!place.bytes(&format!("golden.{file}")).is_empty(), "{file}");
    }
    let summary = String::from_utf8(place.bytes("summary.md")).unwrap();
    assert!(
        summary.contains("differs  loop/frame_00000.png"),
        "{summary}"
    );

    // A patch that does not compile: a report is left all the same.
    for file in ["golden.xml", "golden.html"] {
        std::fs::remove_file(place.path(file)).unwrap();
    }
    place.file(
        "patches/bad.json",
        "{\"blocks\": [{\"id\": \"a\", \"type\": \"Nope\"}]}",
    );
    for script in [&*recipe, steps[0]] {
        assert_eq!(bash(&place, script, true).status.code(), Some(3));
        let list = String::from_utf8(place.bytes("golden.xml")).unwrap();
        assert!(
            list.contains("type=\"error\"") && list.contains("Nope"),
            "{list}"
        );
        assert!(list.contains("type=\"differs\""), "{list}");
        std::fs::remove_file(place.path("golden.xml")).unwrap();
        std::fs::remove_file(place.path("golden.html")).unwrap();
    }
    std::fs::remove_file(place.path("patches/bad.json")).unwrap();

    ok(&place, &people[2], false);
    ok(&place, &people[1], true);
}

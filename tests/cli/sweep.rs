//! `--seeds` and `--sweep`: many variants in one run, each as if it had been rendered alone.

use crate::{LOOP, Place};
use serde_json::Value;
use std::collections::BTreeMap;

/// Every file below a folder.
fn files(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| {
        let bytes = place.bytes(&format!("{folder}/{name}"));
        (name, bytes)
    };
    place.names(folder).into_iter().map(read).collect()
}

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.bytes(name)).unwrap()
}

/// The loop, with dots of sizes that depend on the seed.
fn seeded() -> String {
    LOOP.replace(
        r#""to": "dots.radius"}"#,
        r#""to": "dots.radius", "lens": [{"type": "perElementOffset", "params": {"range": 2}}]}"#,
    )
}

/// The loop with a memory that only comes back to where it was if it adds nothing.
fn with_state() -> String {
    LOOP.replace(
        r#"{"id": "dots","#,
        r#"{"id": "sum", "type": "Integrate", "params": {"in": 3}},
    {"id": "dots","#,
    )
    .replace(
        r#"{"from": "osc.out", "to": "dots.radius"}"#,
        r#"{"from": "sum.out", "to": "osc.bias"},
    {"from": "osc.out", "to": "dots.radius"}"#,
    )
}

#[test]
fn each_variant_is_what_one_render_writes() {
    let place = Place::with_loop();
    place.file("loop.json", seeded());
    let args = "render loop.json --frames-per-cycle 4 --set grid.rows=2 --fps 25";
    let sweep = "--seeds 0-1,7 --sweep osc.amplitude=1,2.5 --sweep dots.color=#ff0000,blue";
    for jobs in [1, 5] {
        place.done(&format!("{args} {sweep} --out many{jobs} --jobs {jobs}"));
    }
    let mut seen = Vec::new();
    for seed in [0, 1, 7] {
        for amplitude in ["1", "2.5"] {
            for color in ["#ff0000", "blue"] {
                let name = color.replace('#', "~23");
                let folder = format!("seed={seed},osc.amplitude={amplitude},dots.color={name}");
                place.done(&format!(
                    "{args} --seed {seed} --set osc.amplitude={amplitude} --set dots.color={color} --out one/{folder}"
                ));
                let one = files(&place, &format!("one/{folder}"));
                assert_eq!(one.len(), 5);
                for jobs in [1, 5] {
                    assert!(
                        one == files(&place, &format!("many{jobs}/{folder}")),
                        "{folder} {jobs}"
                    );
                }
                seen.push(folder);
            }
        }
    }
    let index = json(&place, "many1/sweep.json");
    assert_eq!(index, json(&place, "many5/sweep.json"));
    let variants = index["variants"].as_array().unwrap();
    let folders: Vec<&str> = variants
        .iter()
        .map(|v| v["folder"].as_str().unwrap())
        .collect();
    assert_eq!(folders, seen, "seeds first, the last sweep fastest");
    for variant in variants {
        let name = format!("many1/{}", variant["manifest"].as_str().unwrap());
        let manifest = json(&place, &name);
        assert_eq!(manifest["programHash"], variant["programHash"]);
        assert_eq!(manifest["seed"], variant["seed"]);
        assert_eq!(manifest["sums"]["bytes"], variant["bytes"]);
        assert_eq!(variant["loop"], "exact");
    }
    // Seeds draw other dots.
    let frame = |seed: u32| {
        place.bytes(&format!(
            "many1/seed={seed},osc.amplitude=1,dots.color=blue/frame_00001.png"
        ))
    };
    assert_ne!(frame(0), frame(7));
    let run = place.done("verify many1");
    assert!(
        run.err
            .contains("48 files of 48 frames verified, 0 findings"),
        "{}",
        run.err
    );
    place.file(
        "many1/seed=7,osc.amplitude=1,dots.color=blue/frame_00001.png",
        "broken",
    );
    place.refused("verify many1", 1, &["1 findings"]);
}

#[test]
fn one_compilation_does_for_all_seeds() {
    let place = Place::with_loop();
    place.file("seeded.json", seeded());
    for (args, words) in [
        ("loop.json --seeds 1-9", "compiled once for 9 variants"),
        ("seeded.json --seeds 0-8", "compiled once for 9 variants"),
        (
            "loop.json --seeds 1-3 --sweep osc.amplitude=1,2,3",
            "compiled 3 times for 9 variants",
        ),
    ] {
        let run = place.done(&format!(
            "render {args} --frames 0 --out {} -v",
            args.replace(' ', "_").replace(['=', ','], "_")
        ));
        assert!(run.err.contains(words), "{}", run.err);
    }
}

#[test]
fn films_and_patterns_lie_in_folders_of_their_own() {
    let place = Place::with_loop();
    place.done("render loop.json --seeds 3-4 --out films/loop.gif");
    assert_eq!(place.names("films"), ["seed=3", "seed=4", "sweep.json"]);
    place.done("render loop.json --seed 3 --out alone/loop.gif");
    assert!(files(&place, "alone") == files(&place, "films/seed=3"));
    let index = json(&place, "films/sweep.json");
    assert_eq!(
        index["variants"][1]["manifest"],
        "seed=4/loop.gif.manifest.json"
    );
    place.done("verify films");
    place.done("render loop.json --seeds 3 --frames 2-3 --out shots/shot_##.png");
    assert_eq!(place.names("shots"), ["seed=3", "sweep.2-3.json"]);
    assert_eq!(
        place.names("shots/seed=3"),
        ["manifest.2-3.json", "shot_02.png", "shot_03.png"]
    );
    // Beside a film of that name there is no folder `a.jpg`.
    place.refused("render loop.json --seeds 3 --out a.jpg", 2, &["not `.jpg`"]);
}

#[test]
fn what_an_interrupted_sweep_lacks_is_made() {
    let place = Place::with_loop();
    let args = "render loop.json --sweep osc.amplitude=1,2 --out s";
    place.done(args);
    let all = |place: &Place| {
        let folders = ["s", "s/osc.amplitude=1", "s/osc.amplitude=2"];
        let names: Vec<_> = folders.iter().map(|folder| place.names(folder)).collect();
        let frames = [files(place, folders[1]), files(place, folders[2])];
        (names, frames, place.bytes("s/sweep.json"))
    };
    let whole = all(&place);
    place.refused(
        args,
        2,
        &["output-exists", "--overwrite", "variant `osc.amplitude 1`"],
    );
    place.refused(
        &format!("{args} --resume --seed 5"),
        2,
        &["manifest-mismatch"],
    );
    std::fs::remove_file(place.path("s/osc.amplitude=2/frame_00004.png")).unwrap();
    std::fs::remove_dir_all(place.path("s/osc.amplitude=1")).unwrap();
    let run = place.done(&format!("{args} --resume"));
    assert!(
        run.err.contains("11 frames were there already"),
        "{}",
        run.err
    );
    assert!(all(&place) == whole);
    place.done(&format!("{args} --overwrite --jobs 3"));
    assert!(all(&place) == whole);
    // Other variants beside them are another sweep.
    place.refused(
        "render loop.json --seeds 1 --out s",
        2,
        &["sweep.json", "--overwrite"],
    );
}

#[test]
fn a_variant_that_fails_leaves_the_others_alone() {
    let place = Place::new();
    place.file("state.json", with_state());
    let args = "render state.json --sweep sum.in=3,0,2 --require-closed-loop --out s --contact-sheet c.png";
    let words = [
        "loop-not-closed",
        "variant `sum.in 3`",
        "variant `sum.in 2`",
        "there is no contact sheet",
        "1 of 3 variants",
        "2 failed",
    ];
    place.refused(args, 4, &words);
    assert_eq!(place.names("s"), ["sum.in=0", "sweep.json"]);
    let index = json(&place, "s/sweep.json");
    let failed = |at: usize| index["variants"][at]["errors"][0]["code"].clone();
    assert_eq!(
        [failed(0), failed(1), failed(2)],
        [
            "loop-not-closed".into(),
            Value::Null,
            "loop-not-closed".into()
        ]
    );
    // What lies there is verified.
    let run = place.refused("verify s", 1, &["2 findings"]);
    assert!(
        run.out.contains("failed when it was rendered"),
        "{}",
        run.out
    );
}

#[test]
fn names_are_the_same_on_every_system() {
    let place = Place::new();
    place.file(
        "aux.json",
        LOOP.replace(r#""osc""#, r#""aux""#).replace("osc.", "aux."),
    );
    place.done("render aux.json --time 0 --sweep aux.amplitude=1,2 --out s");
    assert_eq!(
        place.names("s"),
        ["_aux.amplitude=1", "_aux.amplitude=2", "sweep.json"]
    );
    place.done("render aux.json --time 0 --sweep dots.color=Red,red,hsl(10,50%,50%) --out c");
    let names = [
        "dots.color=hsl(10~2C50~25~2C50~25)",
        "dots.color=red",
        "dots.color=~52ed",
        "sweep.json",
    ];
    assert_eq!(place.names("c"), names);
}

#[test]
fn variants_are_shown_side_by_side() {
    let place = Place::with_loop();
    let size = |name: &str| crate::picture(&place.path(name)).dimensions();
    place.done("render loop.json --seeds 1-5 --contact-sheet rows.png");
    place.done("render loop.json --seeds 1-5 --contact-sheet cells.png --time 0");
    assert_eq!(place.names("."), ["cells.png", "loop.json", "rows.png"]);
    // Five rows with a title each; five pictures.
    assert!(size("rows.png").1 > 2 * size("cells.png").1);
    // Seeds down, values across.
    let args = "render loop.json --seeds 1-5 --sweep osc.amplitude=1,2 --time 0";
    place.done(&format!("{args} --contact-sheet table.png"));
    place.done(&format!(
        "{args} --contact-sheet two.png --contact-columns 2"
    ));
    assert!(place.bytes("table.png") == place.bytes("two.png"));
    place.done("render loop.json --seeds 1-5 --contact-sheet rows4.png --jobs 4");
    assert!(place.bytes("rows.png") == place.bytes("rows4.png"));
    place.refused(
        "render loop.json --seeds 1-5 --flipbook p.html",
        2,
        &["one clip", "--contact-sheet"],
    );
}

#[test]
fn a_dry_run_lists_the_variants() {
    let place = Place::with_loop();
    let run =
        place.done("render loop.json --seeds 1-2 --sweep osc.amplitude=1,2 --out s --dry-run");
    for words in [
        "variants 4",
        "compiled twice",
        "frames   48",
        "seed=2,osc.amplitude=1  12 frames  b3:",
    ] {
        assert!(run.out.contains(words), "{words}:\n{}", run.out);
    }
    assert_eq!(place.names("."), ["loop.json"]);
}

#[test]
fn machines_see_one_start_and_one_end() {
    let place = Place::with_loop();
    let run = place.done("render loop.json --seeds 1-3 --out s --progress json --jobs 2");
    let events = run.err.lines().filter(|line| line.starts_with('{'));
    let events: Vec<Value> = events
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| {
        events
            .iter()
            .filter(|e| e["event"] == kind)
            .collect::<Vec<_>>()
    };
    assert_eq!((of("start").len(), of("end").len()), (1, 1));
    assert_eq!(of("start")[0]["frames"], 36);
    assert_eq!(of("end")[0]["done"], 36);
    let variants: Vec<&Value> = of("variant").iter().map(|e| &e["folder"]).collect();
    assert_eq!(variants, ["seed=1", "seed=2", "seed=3"]);
    // The pass that counts colours makes no frame.
    let run = place.done("render loop.json --seeds 1-2 --out g/l.gif --progress json");
    let end = run.err.lines().find(|line| line.contains("\"end\""));
    let end: Value = serde_json::from_str(end.unwrap()).unwrap();
    assert_eq!(end["done"], end["frames"], "{end}");
    let quiet = place.done("render loop.json --seeds 1-3 --out q --quiet");
    assert_eq!(quiet.err, "");
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_is_written() {
    let place = Place::with_loop();
    place.done("compile loop.json -o program.json");
    for (args, code, words) in [
        ("--seeds 9-1", 2, ["lower seed first", "--seeds"]),
        ("--seeds 1-3,2", 2, ["seed 2 is named twice", "--seeds"]),
        ("--seeds 1-99999", 2, ["too many", "`1-1000`"]),
        ("--seeds 5-", 2, ["too many", "`5-1004`"]),
        ("--seeds -1", 2, ["no list of seeds", "1-9,12"]),
        ("--seeds 1.5", 2, ["no list of seeds", "1-9,12"]),
        ("--seeds 4294967296", 2, ["no seed", "4294967295"]),
        ("--seeds 1-2 --seed 3", 2, ["--seed", "cannot be used with"]),
        (
            "--sweep osc.amplitude",
            2,
            ["block.port=a,b,c", "0.2,0.5,1"],
        ),
        (
            "--sweep amplitude=1,2",
            2,
            ["block.port=a,b,c", "0.2,0.5,1"],
        ),
        ("--sweep osc.amplitude=", 2, ["missing", "--sweep"]),
        ("--sweep osc.amplitude=1,,2", 2, ["missing", "--sweep"]),
        (
            "--sweep osc.amplitude=1,1.0",
            2,
            ["`1.0` is there twice", "--sweep"],
        ),
        ("--sweep osc.amplitude=[1,2", 2, ["not closed", "--sweep"]),
        ("--sweep osc.amplitude=[]", 2, ["no value", "--sweep"]),
        (
            "--sweep osc.amplitude=1 --sweep osc.amplitude=2",
            2,
            ["given twice", "hint:"],
        ),
        (
            "--sweep osc.amplitude=1 --set osc.amplitude=2",
            2,
            ["set and swept", "hint:"],
        ),
        (
            "--seeds 1-100 --sweep osc.amplitude=1,2,3,4,5,6,7,8,9,10,11",
            2,
            ["100 × 11 are 1100 variants", "hint:"],
        ),
        (
            "--sweep osc.amplitde=1,2",
            3,
            ["--sweep osc.amplitde", "did you mean `amplitude`?"],
        ),
        (
            "--sweep oscc.amplitude=1,2",
            3,
            ["--sweep oscc.amplitude", "did you mean `osc`?"],
        ),
        (
            "--sweep osc.amplitude=1,much",
            3,
            ["--sweep osc.amplitude", "variant `osc.amplitude much`"],
        ),
        ("--seeds 1-2 --print-ffmpeg", 2, ["--print-ffmpeg", "hint:"]),
    ] {
        place.refused(&format!("render loop.json --out s {args}"), code, &words);
    }
    place.refused(
        "render loop.json --out - --format rgba --seeds 1-2",
        2,
        &["folders", "hint:"],
    );
    place.refused(
        "render program.json --out s --seeds 1-2",
        2,
        &["compiled program", "`--seeds`"],
    );
    place.refused(
        "render loop.json --out loop.json/s --seeds 1-2",
        5,
        &["loop.json"],
    );
    place.refused("render loop.json --seeds 1-2", 2, &["--out"]);
    place.refused(
        "render missing.json --out s --seeds 1-2",
        5,
        &["missing.json"],
    );
    assert_eq!(place.names("."), ["loop.json", "program.json"]);
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_stopped_goes_on_to_the_same_bytes() {
    use std::process::{Command, Stdio};
    let place = Place::with_loop();
    let args = "render loop.json --seeds 1-3 --loops 40 --out";
    place.done(&format!("{args} whole"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args(format!("{args} s --jobs 2").split(' '))
        .current_dir(place.path("."))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !place.path("s/seed=1").exists() || place.names("s/seed=1").len() < 20 {
        assert!(
            child.try_wait().unwrap().is_none(),
            "ended before it was stopped"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("of 3 variants; `--resume` goes on"), "{said}");
    assert!(!place.path("s/sweep.json").exists());
    place.done(&format!("{args} s --resume"));
    for folder in ["seed=1", "seed=2", "seed=3"] {
        let (a, b) = (format!("s/{folder}"), format!("whole/{folder}"));
        assert!(files(&place, &a) == files(&place, &b), "{folder}");
    }
    assert!(place.bytes("s/sweep.json") == place.bytes("whole/sweep.json"));
}

#[test]
fn variants_that_are_missing_or_failed_are_findings() {
    let place = Place::with_loop();
    place.done("render loop.json --out s --seeds 1-3");
    std::fs::remove_dir_all(place.path("s/seed=2")).unwrap();
    std::fs::remove_file(place.path("s/seed=3/frame_00003.png")).unwrap();
    for what in ["s", "s/sweep.json"] {
        let run = place.refused(&format!("verify {what}"), 1, &["2 findings"]);
        for words in [
            "`seed=2/manifest.json` is not there",
            "frame_00003.png: not there",
        ] {
            assert!(run.out.contains(words), "{}", run.out);
        }
    }
    let text = String::from_utf8(place.bytes("s/sweep.json")).unwrap();
    let failed = text.replacen(
        "\"folder\": \"seed=1\"",
        "\"errors\": [], \"folder\": \"seed=1\"",
        1,
    );
    assert_ne!(failed, text);
    place.file("s/sweep.json", failed);
    let run = place.refused("verify s", 1, &["3 findings"]);
    assert!(run.out.contains("`seed=1` failed"), "{}", run.out);
}

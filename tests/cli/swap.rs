//! `render --swap`, `checkpoint`, `render --from`, `--no-cache`: other ways to the same frames.

use super::super::{LOOP, Place};
use std::collections::BTreeMap;

/// State that reaches back to the start, and a lane of the rails.
const STATE: &str = r##"{
  "name": "state", "size": [64, 48], "background": "#102030",
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "osc", "type": "Oscillator", "params": {"amplitude": 8, "bias": 9}},
    {"id": "lag", "type": "Slew", "params": {"rate": 9}},
    {"id": "sum", "type": "Integrate"},
    {"id": "dots", "type": "RenderInstances2D", "params": {"domain": 1, "positions": [32, 24], "color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "osc.phase"},
    {"from": "osc.out", "to": "lag.in"},
    {"from": "lag.out", "to": "sum.in"},
    {"from": "lag.out", "to": "dots.radius"},
    {"from": "sum.out", "to": "dots.rotation"}
  ]
}"##;

/// Pictures of a rendering, by name.
fn pictures(place: &Place, args: &str) -> BTreeMap<String, Vec<u8>> {
    place.done(&format!(
        "render {args} --out out --overwrite --no-metadata -q"
    ));
    let names = place.names("out").into_iter();
    let pictures = names.filter(|name| name.ends_with(".png"));
    let all = pictures.map(|name| {
        let bytes = place.bytes(&format!("out/{name}"));
        (name, bytes)
    });
    let all = all.collect();
    std::fs::remove_dir_all(place.path("out")).expect("removed");
    all
}

fn place() -> Place {
    let place = Place::with_loop();
    place.file("state.json", STATE);
    place.file("slower.json", LOOP.replace("200", "310"));
    place.file("bigger.json", LOOP.replace("\"bias\": 4", "\"bias\": 6"));
    place.file("lagging.json", STATE.replace("\"rate\": 9", "\"rate\": 2"));
    place.file(
        "fewer.json",
        STATE
            .replace("{\"id\": \"sum\", \"type\": \"Integrate\"},", "")
            .replace("{\"from\": \"lag.out\", \"to\": \"sum.in\"},", "")
            .replace(
                "{\"from\": \"lag.out\", \"to\": \"dots.radius\"},",
                "{\"from\": \"lag.out\", \"to\": \"dots.radius\"}",
            )
            .replace("{\"from\": \"sum.out\", \"to\": \"dots.rotation\"}", ""),
    );
    place
}

#[test]
fn a_swap_to_the_same_program_changes_no_byte() {
    let place = place();
    for patch in ["loop.json", "state.json"] {
        let plain = pictures(&place, patch);
        assert_eq!(
            plain,
            pictures(
                &place,
                &format!("{patch} --swap 5:{patch} --swap 8:{patch}")
            )
        );
    }
}

#[test]
fn frames_before_a_swap_are_the_old_and_after_it_the_new_programs() {
    let place = place();
    let [old, new] = ["loop.json", "bigger.json"].map(|patch| pictures(&place, patch));
    let swapped = pictures(&place, "loop.json --swap 5:bigger.json");
    for (at, (name, bytes)) in swapped.iter().enumerate() {
        let expected = if at < 5 { &old } else { &new };
        assert!(bytes == &expected[name], "{name}");
    }
}

#[test]
fn jobs_and_shards_see_the_same_swaps() {
    let place = place();
    for swaps in [
        "loop.json --swap 4:slower.json --swap 7:bigger.json",
        "loop.json --sampling time --swap 4:slower.json",
        "loop.json --swap 3:state.json --swap 9:loop.json",
        "state.json --loops 2 --swap 4:lagging.json --swap 6:fewer.json",
    ] {
        let whole = pictures(&place, &format!("{swaps} --jobs 1"));
        assert_eq!(
            whole,
            pictures(&place, &format!("{swaps} --jobs 4")),
            "{swaps}"
        );
        let mut shards = pictures(&place, &format!("{swaps} --frames 0-4"));
        shards.extend(pictures(&place, &format!("{swaps} --frames 5,7,9-")));
        shards.extend(pictures(&place, &format!("{swaps} --frames 6-8:2")));
        assert!(whole == shards, "{swaps}");
    }
}

#[test]
fn a_longer_period_goes_on_at_the_phase_where_it_was() {
    let place = place();
    place.done("render loop.json --swap 6:slower.json --out out -q");
    let manifest: serde_json::Value =
        serde_json::from_slice(&place.bytes("out/manifest.json")).expect("JSON");
    let swap = &manifest["swaps"][0];
    assert_eq!((&swap["frame"], &swap["class"]), (&6.into(), &"C".into()));
    assert_eq!(swap["because"][0], "the period was 200 ms, it is 310 ms");
    // Frames follow each other by as much time as before.
    let frames = manifest["frames"].as_array().expect("frames");
    for (at, frame) in frames.iter().enumerate() {
        let t = frame["tMs"].as_f64().expect("a time");
        assert!((t - at as f64 * 200.0 / 12.0).abs() < 1e-9, "{frame}");
    }
}

#[test]
fn swaps_are_reported() {
    let place = place();
    let run = place.done("render state.json --swap 5:fewer.json --out out -v");
    for words in [
        "swap at frame 5: class B",
        "block `sum` is gone",
        "state `sum/out/sum` dropped: nothing of `sum` has state any more",
        "copied  lag/out/slew: it has the key, the type and the layout it had",
    ] {
        assert!(run.err.contains(words), "{}", run.err);
    }
}

#[test]
fn a_deep_swap_is_summed_up() {
    let place = place();
    let blocks: Vec<String> = (0..20)
        .map(|i| format!(r#"{{"id": "b{i}", "type": "Oscillator"}}"#))
        .collect();
    let other = format!(
        r#"{{"size": [64, 48], "blocks": [
            {{"id": "time", "type": "FiniteTimeRoot", "params": {{"durationMs": 200}}}},
            {{"id": "dots", "type": "RenderInstances2D", "params": {{"domain": 1}}}}, {}]}}"#,
        blocks.join(", ")
    );
    place.file("other.json", other);
    let args = "render state.json --swap 5:other.json --out";
    let run = place.done(&format!("{args} a"));
    let said = run.err.lines();
    let said = said.skip_while(|line| *line != "swap at frame 5: class C");
    let said: Vec<&str> = said.skip(1).take_while(|l| l.starts_with("  ")).collect();
    assert_eq!(said.len(), 4, "{}", run.err);
    assert_eq!(said[0], "  time was cyclic, it is finite");
    assert!(said[3].starts_with("  and ") && said[3].ends_with("`-v` lists them"));
    let run = place.done(&format!("{args} b -v"));
    assert!(run.err.contains("  + b19\n"), "{}", run.err);
}

#[test]
fn impossible_swaps_are_refused_before_anything_is_written() {
    let place = place();
    place.file("wide.json", LOOP.replace("[64, 48]", "[65, 48]"));
    place.file("broken.json", "{}}");
    for (swap, code, words) in [
        ("--swap 0:bigger.json", 2, "nothing runs before frame 0"),
        (
            "--swap 12:bigger.json",
            2,
            "the last frame of the plan is 11",
        ),
        (
            "--swap 5:bigger.json --swap 5:slower.json",
            2,
            "there is one already",
        ),
        ("--swap 5:gone.json", 5, "gone.json"),
        ("--swap 5:broken.json", 3, "broken.json:1:3"),
        ("--swap 5:wide.json", 2, "add `--size 64x48`"),
        ("--swap bigger.json", 2, "120:new.json"),
        ("--swap -5:bigger.json", 2, "120:new.json"),
        ("--swap 5:bigger.json --from .", 2, "--from"),
    ] {
        place.refused(
            &format!("render loop.json --out out {swap}"),
            code,
            &[words],
        );
        assert!(!place.path("out").exists(), "{swap}");
    }
}

#[test]
fn shards_from_checkpoints_are_the_frames_of_the_whole() {
    let place = place();
    let run = place.done("checkpoint state.json --loops 2 --every 5 --out saved");
    assert!(run.err.contains("4 checkpoints"), "{}", run.err);
    assert_eq!(
        place.names("saved"),
        [5, 10, 15, 20].map(|n| format!("checkpoint_{n:05}.oscs"))
    );
    let whole = pictures(&place, "state.json --loops 2");
    assert_eq!(whole.len(), 24);
    for frames in ["0-4", "5-9", "7,16-", "12"] {
        let range = format!("state.json --loops 2 --frames {frames}");
        let shard = pictures(&place, &format!("{range} --from saved"));
        assert_eq!(shard, pictures(&place, &range));
        assert!(
            shard.iter().all(|(name, bytes)| &whole[name] == bytes),
            "{frames}"
        );
    }
}

#[test]
fn checkpoints_of_something_else_or_damaged_are_refused() {
    let place = place();
    place.done("checkpoint state.json --every 5 --out saved -q");
    let render = "render state.json --frames 6- --out out --from saved";
    place.refused(&render.replace("state", "lagging"), 3, &["another program"]);
    place.refused(
        &format!("{render} --frames-per-cycle 30"),
        3,
        &["another plan"],
    );
    place.refused(&format!("{render} --warmup 3"), 3, &["another plan"]);
    let bytes = place.bytes("saved/checkpoint_00005.oscs");
    let mut flipped = bytes.clone();
    flipped[60] ^= 1;
    let mut version = bytes.clone();
    version[4] = 9;
    for (damaged, words) in [
        (&bytes[..bytes.len() - 1], "cut or damaged"),
        (&bytes[..20], "cut or damaged"),
        (&[], "cut or damaged"),
        (&flipped, "cut or damaged"),
        (&version, "another version"),
    ] {
        place.file("saved/checkpoint_00005.oscs", damaged);
        place.refused(render, 3, &["bad-checkpoint", words]);
    }
    place.refused("render state.json --out out --from gone", 5, &["gone"]);
    std::fs::create_dir(place.path("empty")).expect("a folder");
    place.refused(
        "render state.json --out out --from empty",
        2,
        &["oscilla checkpoint"],
    );
    assert!(!place.path("out").exists());
}

#[test]
fn a_patch_without_state_needs_no_checkpoints() {
    let place = place();
    let run = place.done("checkpoint loop.json --every 3 --out saved");
    assert!(run.err.contains("keeps no state"), "{}", run.err);
    assert_eq!(
        pictures(&place, "loop.json"),
        pictures(&place, "loop.json --from saved")
    );
    place.refused(
        "checkpoint loop.json --every 0 --out saved",
        2,
        &["--every"],
    );
}

#[test]
fn the_cache_changes_no_byte() {
    let place = place();
    for patch in ["loop.json", "state.json"] {
        assert_eq!(
            pictures(&place, patch),
            pictures(&place, &format!("{patch} --no-cache"))
        );
    }
}

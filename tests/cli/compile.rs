//! `oscilla compile`, and its files wherever a patch may stand.

use crate::{LOOP, Place, picture};

#[test]
fn each_form_is_written_and_read() {
    let place = Place::with_loop();
    let run = place.done("compile loop.json -o loop.program.json");
    assert!(run.err.contains("wrote `loop.program.json`"), "{}", run.err);
    place.done("compile loop.json -o loop.oscb");
    place.done("compile loop.json -o loop.txt");
    let shown = place.done("compile loop.json --emit text").out;
    assert_eq!(shown.as_bytes(), place.bytes("loop.txt"));
    assert!(shown.starts_with("program loop"), "{shown}");
    // Standard output is JSON unless told otherwise, and every form leads to every other.
    let text = place.bytes("loop.program.json");
    assert_eq!(place.done("compile loop.json").out.as_bytes(), text);
    assert_eq!(place.done("compile loop.oscb -o -").out.as_bytes(), text);
    place.done("compile loop.program.json -o again.oscb");
    assert_eq!(place.bytes("again.oscb"), place.bytes("loop.oscb"));
}

#[test]
fn programs_render_to_the_files_of_their_patch() {
    let place = Place::with_loop();
    place.done("compile loop.json -o loop.program.json");
    place.done("compile loop.json -o loop.oscb");
    place.done("render loop.json --out patch --frames 0-3 --no-metadata");
    for form in ["loop.program.json", "loop.oscb"] {
        place.done(&format!(
            "render {form} --out out --frames 0-3 --no-metadata --overwrite"
        ));
        for frame in 0..4 {
            let name = format!("frame_0000{frame}.png");
            let (a, b) = (format!("patch/{name}"), format!("out/{name}"));
            assert_eq!(place.bytes(&a), place.bytes(&b), "{form}, {name}");
        }
        let probe = "probe {} --at osc.out,dots.radius --frames 0-3";
        assert_eq!(
            place.done(&probe.replace("{}", form)).out,
            place.done(&probe.replace("{}", "loop.json")).out
        );
        let run = place.done(&format!("check {form}"));
        assert!(run.err.contains("loop exact"), "{}", run.err);
        assert_eq!(
            place.done(&format!("inspect {form}")).out,
            place.done("inspect loop.json").out
        );
    }
    let piped = crate::Run::of(
        place
            .command("render - --out piped --time 0 --quiet")
            .write_stdin(place.bytes("loop.oscb")),
    );
    assert_eq!(piped.code, 0, "{}", piped.err);
}

#[test]
fn flags_for_patches_are_compiled_in() {
    let place = Place::with_loop();
    place.done("compile loop.json -o big.oscb --size 100x50 --set osc.bias=9 --seed 5");
    let run = place.done("probe big.oscb --at osc.out --frames 0 --format csv");
    assert!(run.out.contains(",9"), "{}", run.out);
    for flag in ["--size 8x8", "--seed 1", "--set osc.bias=1"] {
        let name = flag.split(' ').next().unwrap();
        place.refused(
            &format!("render big.oscb --out o {flag}"),
            2,
            &[
                "`big.oscb` is a compiled program",
                name,
                "oscilla compile PATCH",
            ],
        );
    }
}

#[test]
fn the_background_of_a_program_may_be_another() {
    let place = Place::with_loop();
    place.done("compile loop.json -o loop.oscb");
    place.done("render loop.oscb --out still.png --time 0 --background white");
    let corner = picture(&place.path("still.png")).get_pixel(0, 0).0;
    assert_eq!(corner, [255; 4]);
    place.done("compile loop.oscb -o white.oscb --background white");
    place.done("compile loop.json -o patch.oscb --background white");
    assert_eq!(place.bytes("white.oscb"), place.bytes("patch.oscb"));
}

#[test]
fn files_are_not_replaced_without_being_told() {
    let place = Place::with_loop();
    place.refused(
        "compile loop.json -o loop.json",
        2,
        &["output-exists", "--overwrite"],
    );
    assert_eq!(place.bytes("loop.json"), LOOP.as_bytes());
    place.done("compile loop.json -o a.oscb");
    place.done("compile loop.json -o a.oscb --overwrite");
    place.refused("compile loop.json -o a.dat", 2, &["`.dat`", "--emit"]);
    place.done("compile loop.json -o a.dat --emit json");
    place.refused(
        "compile loop.json -o .. --emit json",
        2,
        &["not the name of a file"],
    );
    assert_eq!(place.names("."), ["a.dat", "a.oscb", "loop.json"]);
}

#[test]
fn what_is_wrong_with_a_program_has_its_place() {
    let place = Place::with_loop();
    let text = place.done("compile loop.json").out;
    place.file(
        "old.json",
        text.replace("\"irVersion\": 1", "\"irVersion\": 7"),
    );
    let words = [
        "ir-version",
        "program version 7 is not supported",
        "old.json:2:16",
        "compile the patch again",
    ];
    place.refused("render old.json --out o", 3, &words);
    place.file("cut.json", &text[..text.len() / 2]);
    place.refused(
        "check cut.json",
        3,
        &["ir-schema", "cut.json:", "the file is cut"],
    );
    place.file(
        "edited.json",
        text.replace("\"width\": 64", "\"width\": 65"),
    );
    let run = place.done("check edited.json");
    assert!(
        run.err.contains("warning[ir-hash]") && run.err.contains("edited by hand"),
        "{}",
        run.err
    );
    place.refused("check edited.json --strict", 3, &["error[ir-hash]"]);
    place.file(
        "broken.json",
        text.replace("\"sinks\": [\n      0", "\"sinks\": [\n      7"),
    );
    place.refused("check broken.json", 3, &["ir-", "broken.json:"]);
    place.done("compile loop.json -o a.oscb");
    let mut bytes = place.bytes("a.oscb");
    bytes[100] ^= 1;
    place.file("a.oscb", bytes);
    place.refused("check a.oscb", 3, &["ir-binary", "a.oscb", "damaged"]);
}

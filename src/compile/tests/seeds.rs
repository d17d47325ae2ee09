//! One compilation for several seeds: the program of another seed is that of another compilation, byte for
//! byte, wherever the compiler says that it is.

use super::*;
use crate::compile::{Compiled, compile_for_seeds};
use crate::ir::{binary, text};

fn with_seed(json: &str, seed: u32) -> Compiled {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("test.json", json);
    let document = read(&source, &mut diagnostics).expect("JSON");
    let options = Options {
        seed: Some(seed),
        ..Options::default()
    };
    let compiled = compile_for_seeds(&document, &options, &mut diagnostics);
    compiled.unwrap_or_else(|| panic!("no program:\n{}", shown(&diagnostics)))
}

/// For which of these pairs of seeds one compilation does.
fn shared(json: &str) -> Vec<(u32, u32)> {
    let seeds = [0, 1, 7];
    let mut shared = Vec::new();
    for made in seeds {
        let first = with_seed(json, made);
        for other in seeds.into_iter().filter(|&other| other != made) {
            let Some(program) = first.with_seed(other) else {
                continue;
            };
            let program = program.expect("hashes");
            let again = with_seed(json, other).program;
            assert_eq!(text::dump(&program), text::dump(&again));
            let bytes = |program| binary::to_bytes(program).expect("bytes");
            assert_eq!(bytes(&program), bytes(&again));
            shared.push((made, other));
        }
    }
    shared
}

const ALL: [(u32, u32); 6] = [(0, 1), (0, 7), (1, 0), (1, 7), (7, 0), (7, 1)];

#[test]
fn the_gallery_is_the_same_whatever_seed_it_was_compiled_with() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    let mut all = 0;
    for entry in std::fs::read_dir(folder).expect("patches") {
        let path = entry.expect("an entry").path();
        // One names a file, which this test does not read.
        if path.extension().is_none_or(|e| e != "json") || path.ends_with("koi.json") {
            continue;
        }
        let json = std::fs::read_to_string(&path).expect("readable");
        all += usize::from(shared(&json) == ALL);
    }
    assert!(all > 10, "only {all} patches can share");
}

#[test]
fn what_is_made_of_the_seed_is_made_anew() {
    let with = |block: &str, wire: &str| {
        let blocks =
            format!(r#"{{"id": "few", "type": "DomainN", "params": {{"n": 3}}}}, {block}"#);
        let wires = r#"{"from": "few.domain", "to": "dots.domain"}"#;
        shared(&patch(
            &blocks,
            &format!(r#""connections": [{wires}, {wire}]"#),
        ))
    };
    // Drawn when the program runs.
    let hash = r#"{"id": "hash", "type": "FieldHash01ById"}"#;
    let wires =
        r#"{"from": "few.domain", "to": "hash.domain"}, {"from": "hash.u", "to": "dots.radius"}"#;
    assert_eq!(with(hash, wires), ALL);
    // Seed 0 needs fewer rows than all others.
    let flow = r#"{"id": "flow", "type": "FlowFieldOrigin"}"#;
    let wires = r#"{"from": "few.domain", "to": "flow.domain"}, {"from": "flow.pos", "to": "dots.positions"}"#;
    assert_eq!(with(flow, wires), [(1, 7), (7, 1)]);
    // A lens on a constant is folded, and this one draws from the seed.
    let sum = r#"{"id": "sum", "type": "AddSignal", "params": {"a": 2, "b": 1}}"#;
    let lens = r#"[{"type": "perElementOffset", "params": {"range": 3}}]"#;
    let wire = format!(r#"{{"from": "sum.out", "to": "dots.radius", "lens": {lens}}}"#);
    assert_eq!(with(sum, &wire), []);
    // So is the sum of what is known of each element.
    let blocks =
        format!(r#"{hash}, {{"id": "all", "type": "FieldReduce", "params": {{"op": "sum"}}}}"#);
    let wires = r#"{"from": "few.domain", "to": "hash.domain"}, {"from": "hash.u", "to": "all.field"},
        {"from": "all.signal", "to": "dots.radius"}"#;
    assert_eq!(with(&blocks, wires), []);
}

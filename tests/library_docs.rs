//! The library's reference in `docs/` is printed from the definitions, and the example of
//! `CONTRIBUTING.md` is the code that it talks about.

mod support;

use std::fs;
use support::{check_text, oscilla_ok, root};

#[test]
fn the_reference_is_what_the_program_prints() {
    let mut wrong = Vec::new();
    for part in ["blocks", "lenses", "adapters"] {
        let printed = oscilla_ok(&[part, "--markdown"]).stdout;
        let text = String::from_utf8(printed).expect("UTF-8");
        assert!(text.lines().count() > 50, "{part}: {text}");
        check_text(&root(&format!("docs/{part}.md")), &text, &mut wrong);
    }
    let hint = "UPDATE_GOLDEN=1 cargo test --test library_docs writes it anew";
    assert!(wrong.is_empty(), "\n{}\n{hint}\n", wrong.join("\n"));
}

#[test]
fn a_stale_reference_is_found() {
    let file = root("docs/blocks.md");
    let written = fs::read_to_string(&file).expect("readable");
    // One default of one input is another than it was when the file was written.
    let printed = written.replacen("| number | 1 |", "| number | 2 |", 1);
    assert_ne!(written, printed);
    if !support::updating() {
        let mut wrong = Vec::new();
        check_text(&file, &printed, &mut wrong);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("differs from line"), "{wrong:?}");
    }
}

#[test]
fn the_example_of_a_block_is_the_code() {
    let guide = fs::read_to_string(root("CONTRIBUTING.md")).expect("readable");
    let mut found = 0;
    // A fence names its file: ```rust src/…
    for fence in guide.split("```rust ").skip(1) {
        let (file, rest) = fence.split_once('\n').expect("a file after the fence");
        let (code, _) = rest.split_once("```").expect("an end of the fence");
        let source = fs::read_to_string(root(file.trim())).expect("the file it names");
        assert!(
            source.contains(code.trim_end()),
            "{file} has no such code:\n{code}"
        );
        found += 1;
    }
    assert_eq!(found, 3, "block, opcode and formula");
}

//! Doubtful patches: each file of `patches/warned/` compiles, gives one warning, and is refused when
//! warnings are errors. What it says is recorded in `golden/warned/`;
//! `UPDATE_GOLDEN=1 cargo test --test warned` records anew.

mod runs;

use oscilla::compile::{self, Options};
use oscilla::diag::Diagnostics;
use oscilla::patch::{self, Source};
use std::fs;
use std::path::Path;

#[test]
fn doubtful_patches_say_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    assert!(
        !update || std::env::var_os("CI").is_none(),
        "nobody looks in CI"
    );
    let mut names: Vec<String> = fs::read_dir(root.join("patches/warned"))
        .expect("a folder of patches")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= 10, "only {} doubtful patches", names.len());
    for name in names {
        let relative = format!("patches/warned/{name}.json");
        let text = fs::read_to_string(root.join(&relative)).expect("a patch");
        let source = Source::new(relative.as_str(), text);
        let mut diagnostics = Diagnostics::new();
        let document = patch::read(&source, &mut diagnostics).expect("a document");
        let program = compile::compile(&document, &Options::default(), &mut diagnostics);
        source.fill_places(&mut diagnostics);
        let said = runs::shown(&diagnostics) + "\n";
        assert!(program.is_some(), "{relative} is refused:\n{said}");
        assert_eq!(diagnostics.list().len(), 1, "{relative}:\n{said}");
        diagnostics.deny_warnings();
        assert!(
            diagnostics.has_errors(),
            "{relative} passes in spite of:\n{said}"
        );
        let recorded = root.join(format!("golden/warned/{name}.txt"));
        if update {
            fs::create_dir_all(recorded.parent().expect("a folder")).expect("writable");
            fs::write(&recorded, &said).expect("writable");
        }
        let expected = fs::read_to_string(&recorded).unwrap_or_default();
        assert_eq!(said, expected, "{relative}");
    }
}

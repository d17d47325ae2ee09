//! The gallery against its record: `oscilla golden check` over `patches/`, which is what CI runs too.
//!
//! Each patch names its frames in its own `golden` entry; they are recorded at half size.
//! `UPDATE_GOLDEN=1 cargo test --test golden` records anew; look at the pictures before you commit
//! them.

mod support;

use oscilla::compile::{AssetError, Assets};
use oscilla::diag::Diagnostics;
use oscilla::patch::Source;
use std::fs;
use support::{oscilla, oscilla_ok, patches, root, stem, updating};

#[test]
fn the_gallery_is_as_recorded() {
    let gallery = patches("patches");
    assert!(
        gallery.len() >= 12,
        "the gallery has only {} patches",
        gallery.len()
    );
    if updating() {
        // Cases keep the plans that they were recorded with; this is for new ones.
        oscilla_ok(&["golden", "record", "patches", "--scale", "0.5"]);
    }
    let run = oscilla(&["golden", "check", "patches"]);
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    let wrong: Vec<&str> = out.lines().filter(|l| !l.starts_with("same ")).collect();
    assert!(
        run.status.success() && wrong.is_empty(),
        "\n{}\n{err}",
        wrong.join("\n")
    );
    assert!(out.lines().count() >= gallery.len(), "{out}");
}

#[test]
fn the_gallery_compiles_without_a_word() {
    for patch in patches("patches") {
        let name = stem(&patch);
        let text = fs::read_to_string(&patch).expect("readable");
        let source = Source::new(name.clone(), text);
        let mut diagnostics = Diagnostics::new();
        let options = oscilla::compile::Options {
            stem: name.clone(),
            assets: Assets::new(|name| {
                fs::read(root("patches").join(name)).map_err(|_| AssetError::NotFound)
            }),
            ..Default::default()
        };
        let document = oscilla::patch::read(&source, &mut diagnostics).expect("a document");
        let program = oscilla::compile::compile(&document, &options, &mut diagnostics);
        assert!(
            program.is_some() && diagnostics.list().is_empty(),
            "{name}: {:#?}",
            diagnostics.list()
        );
    }
}

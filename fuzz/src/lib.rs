//! Arbitrary programs for fuzzing: built, not bytes, because bytes never get past the first check.
//!
//! `choices` reads bytes as decisions, `rows` makes typed rows of them, `programs` puts the rows into
//! sound programs, `trial` says what must hold of the result, `targets` what is asked of bytes and texts.
//! The same files are part of the package's tests (`tests/generated_programs.rs`), with fixed choices.

pub mod choices;
pub mod programs;
mod rows;
pub mod targets;
pub mod trial;

use oscilla::compile::{self, Options};
use oscilla::diag::Diagnostics;
use oscilla::ir::Program;
use oscilla::patch::{self, Source};
use std::path::Path;

/// Sound programs to begin with: the gallery, and a patch that has something of every table.
pub fn bases() -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = vec![root.join("tests/runs/rich.json")];
    let gallery = std::fs::read_dir(root.join("patches")).expect("a folder of patches");
    let mut patches: Vec<_> = gallery
        .map(|entry| entry.expect("an entry").path())
        .collect();
    patches.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    patches.sort();
    files.extend(patches);
    files.iter().map(|file| compiled(file)).collect()
}

fn compiled(file: &Path) -> Program {
    let text = std::fs::read_to_string(file).expect("readable");
    let source = Source::new(file.display().to_string(), text);
    let mut found = Diagnostics::new();
    let folder = file.parent().expect("a folder").to_owned();
    let asset = move |name: &str| {
        std::fs::read(folder.join(name)).map_err(|_| compile::AssetError::NotFound)
    };
    let options = Options {
        assets: compile::Assets::new(asset),
        ..Options::default()
    };
    let program =
        patch::read(&source, &mut found).and_then(|d| compile::compile(&d, &options, &mut found));
    program.expect("a right patch").into_inner()
}

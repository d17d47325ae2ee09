//! What several test files need: the gallery, the real binary, decoded pixels.

#![allow(dead_code)]

pub(crate) mod browser;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file or folder of the repository.
pub(crate) fn root(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The patches of a folder, by name.
pub(crate) fn patches(folder: &str) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = fs::read_dir(root(folder))
        .expect("a folder of patches")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    list.sort();
    list
}

/// The frames that a patch wants to be compared, such as `0,30`.
pub(crate) fn golden_frames(patch: &Path) -> String {
    let text = fs::read_to_string(patch).expect("readable");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let frames = document.pointer("/golden/frames").and_then(|f| f.as_str());
    frames
        .unwrap_or_else(|| panic!("{} has no golden.frames", patch.display()))
        .to_owned()
}

/// File name without its ending.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// Runs the program with these arguments, from the root of the repository.
pub(crate) fn oscilla(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oscilla"))
        .args(args)
        .current_dir(root("."))
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

/// Runs the program and insists that it succeeds.
pub(crate) fn oscilla_ok(args: &[&str]) -> Output {
    let output = oscilla(args);
    assert!(
        output.status.success(),
        "oscilla {} ended with {}:\n{}",
        args.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Width, height and straight RGBA bytes of a PNG.
pub(crate) fn pixels(path: &Path) -> (u32, u32, Vec<u8>) {
    let picture = image::open(path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        .into_rgba8();
    (picture.width(), picture.height(), picture.into_raw())
}

/// The PNG frames of a folder, by name.
pub(crate) fn frames(folder: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of frames")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "png"))
        .collect();
    list.sort();
    list
}

/// Whether recorded results are to be written anew. Refused in CI: there nobody looks at pictures.
pub(crate) fn updating() -> bool {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    assert!(
        !update || std::env::var_os("CI").is_none(),
        "UPDATE_GOLDEN is refused when CI is set"
    );
    update
}

/// Compares a text with its recorded form, or records it.
pub(crate) fn check_text(recorded: &Path, actual: &str, wrong: &mut Vec<String>) {
    if updating() {
        fs::create_dir_all(recorded.parent().expect("a folder")).expect("writable");
        fs::write(recorded, actual).expect("writable");
        return;
    }
    match fs::read_to_string(recorded) {
        Ok(expected) if expected == actual => {}
        Ok(expected) => {
            let line = expected
                .lines()
                .zip(actual.lines())
                .position(|(a, b)| a != b)
                .unwrap_or_else(|| expected.lines().count().min(actual.lines().count()));
            wrong.push(format!(
                "{} differs from line {}:\n  recorded: {}\n  now:      {}",
                recorded.display(),
                line + 1,
                expected.lines().nth(line).unwrap_or("(end)"),
                actual.lines().nth(line).unwrap_or("(end)"),
            ));
        }
        Err(error) => wrong.push(format!("{}: {error}", recorded.display())),
    }
}

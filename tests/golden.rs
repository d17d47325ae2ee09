//! The gallery against its recorded pictures, pixel hashes and program texts.
//!
//! Each patch names its frames in its own `golden` entry; they are recorded at half size. Pixels are compared decoded, since encoders
//! may change their bytes. `UPDATE_GOLDEN=1 cargo test --test golden` records anew; look at the
//! pictures before you commit them.

mod support;

use oscilla::compile::{AssetError, Assets};
use oscilla::diag::Diagnostics;
use oscilla::patch::Source;
use std::fmt::Write as _;
use std::fs;
use support::{
    check_text, frames, golden_frames, oscilla_ok, patches, pixels, root, stem, updating,
};

#[test]
fn frames_are_as_recorded() {
    let mut wrong = Vec::new();
    let gallery = patches("patches");
    assert!(
        gallery.len() >= 12,
        "the gallery has only {} patches",
        gallery.len()
    );
    let mut hashes = String::new();
    for patch in &gallery {
        let out = tempfile::tempdir().expect("a folder");
        let name = stem(patch);
        let (from, to) = (patch.to_string_lossy(), out.path().to_string_lossy());
        let frames_wanted = golden_frames(patch);
        let mut args = vec!["render", &from, "--out", &to, "--frames", &frames_wanted];
        args.extend(["--scale", "0.5", "--png-effort", "small", "--quiet"]);
        oscilla_ok(&args);
        let rendered = frames(out.path());
        assert!(!rendered.is_empty(), "{name} rendered no frame");
        let folder = root("golden").join(&name);
        if updating() {
            fs::create_dir_all(&folder).expect("writable");
            for old in frames(&folder) {
                fs::remove_file(old).expect("writable");
            }
        }
        for frame in rendered {
            let file = frame
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let recorded = folder.join(&file);
            let now = pixels(&frame);
            let hash = blake3::hash(&now.2).to_hex();
            let _ = writeln!(hashes, "{name}/{file} {}x{} {hash}", now.0, now.1);
            if updating() {
                fs::copy(&frame, &recorded).expect("writable");
            } else if !recorded.exists() {
                wrong.push(format!("{} is not recorded", recorded.display()));
            } else if let Some(difference) = differ(&pixels(&recorded), &now) {
                wrong.push(format!("{name}/{file}: {difference}"));
            }
        }
        for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = file.file_name();
            let kept = out.path().join(&name).exists() || name == "program.txt";
            if !kept {
                wrong.push(format!("{} is stale", file.path().display()));
            }
        }
    }
    check_text(&root("golden/hashes.txt"), &hashes, &mut wrong);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What differs between two decoded pictures.
fn differ(a: &(u32, u32, Vec<u8>), b: &(u32, u32, Vec<u8>)) -> Option<String> {
    if (a.0, a.1) != (b.0, b.1) {
        return Some(format!("{}x{} recorded, {}x{} now", a.0, a.1, b.0, b.1));
    }
    let apart = |(x, y): (&u8, &u8)| x.abs_diff(*y);
    let most = a.2.iter().zip(&b.2).map(apart).max().unwrap_or(0);
    let count =
        a.2.chunks(4)
            .zip(b.2.chunks(4))
            .filter(|(x, y)| x != y)
            .count();
    (count > 0).then(|| format!("{count} pixels differ by up to {most} levels"))
}

#[test]
fn program_texts_are_as_recorded() {
    let mut wrong = Vec::new();
    for patch in patches("patches") {
        let name = stem(&patch);
        let text = fs::read_to_string(&patch).expect("readable");
        let source = Source::new(name.clone(), text);
        let mut diagnostics = Diagnostics::new();
        let program = oscilla::patch::read(&source, &mut diagnostics).and_then(|document| {
            let options = oscilla::compile::Options {
                stem: name.clone(),
                assets: assets(),
                ..Default::default()
            };
            oscilla::compile::compile(&document, &options, &mut diagnostics)
        });
        assert!(
            diagnostics.list().is_empty(),
            "{name}: {:#?}",
            diagnostics.list()
        );
        let dump = oscilla::ir::text::dump(&program.expect("a program"));
        check_text(
            &root("golden").join(&name).join("program.txt"),
            &dump,
            &mut wrong,
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Files beside the gallery.
fn assets() -> Assets {
    Assets::new(|name| fs::read(root("patches").join(name)).map_err(|_| AssetError::NotFound))
}

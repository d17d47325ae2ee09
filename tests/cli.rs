//! The program from outside: exit codes, messages, files. Every test has a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, also in what its tests share"
)]

mod cli {
    mod account;
    mod assets;
    mod check;
    mod ci_recipe;
    mod compare;
    mod compile;
    mod diff;
    mod films;
    mod golden;
    mod inputs;
    mod inspect;
    mod layers;
    mod library;
    mod lottie;
    mod plot;
    mod probe;
    mod proofs;
    mod quality;
    mod render;
    mod resume;
    mod svg;
    mod swap;
    mod sweep;
    mod trace;
    mod usage;
    mod verify;
}

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder and the program in it.
struct Place {
    folder: TempDir,
}

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// A folder with a small looping patch, `loop.json`.
    fn with_loop() -> Self {
        let place = Self::new();
        place.file("loop.json", LOOP);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oscilla"));
        command
            .args(args.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("CI")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE");
        command
    }

    fn run(&self, args: &str) -> Run {
        Run::of(&mut self.command(args))
    }

    /// Runs and expects success.
    fn done(&self, args: &str) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, 0, "`{args}` failed:\n{}", run.err);
        run
    }

    /// Runs and expects a status and words on stderr.
    fn refused(&self, args: &str, code: i32, words: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, code, "`{args}`:\n{}", run.err);
        for word in words {
            assert!(
                run.err.contains(word),
                "`{args}` does not say `{word}`:\n{}",
                run.err
            );
        }
        run
    }
}

impl Run {
    fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// The picture in a PNG file.
fn picture(path: &Path) -> image::RgbaImage {
    image::open(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .to_rgba8()
}

/// Nine dots, 64 × 48 px, a loop of 200 ms, 12 frames at 60 fps. No memory.
const LOOP: &str = r##"{
  "name": "loop",
  "size": [64, 48],
  "background": "#102030",
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 200}},
    {"id": "grid", "type": "GridDomain",
     "params": {"rows": 3, "cols": 3, "spacing": 16, "originX": 16, "originY": 8}},
    {"id": "osc", "type": "Oscillator", "params": {"amplitude": 2, "bias": 4}},
    {"id": "dots", "type": "RenderInstances2D", "params": {"color": "#ffcc00"}}
  ],
  "connections": [
    {"from": "time.phase", "to": "osc.phase"},
    {"from": "grid.domain", "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions"},
    {"from": "osc.out", "to": "dots.radius"}
  ]
}"##;

//! Who may import whom: verbs import nouns, nouns import ground, a verb never imports a verb.
//!
//! The table is the architecture. A new module needs a row here first.

use std::fs;
use std::path::{Path, PathBuf};

/// Module, and the modules of the crate that it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    // Ground.
    ("math", &[]),
    ("path", &["math"]),
    ("diag", &[]),
    ("types", &[]),
    // Nouns.
    ("patch", &["diag", "math", "path", "types"]),
    ("ir", &["diag", "math", "path", "types"]),
    ("render_tree", &["math", "path", "types"]),
    ("motion", &["math", "path", "render_tree"]),
    ("recording", &["diag", "math"]),
    ("page", &[]),
    // The vocabulary.
    ("blocks", &["diag", "ir", "math", "path", "types"]),
    // Verbs.
    (
        "compile",
        &["blocks", "diag", "ir", "math", "patch", "path", "types"],
    ),
    (
        "vm",
        &["diag", "ir", "math", "path", "render_tree", "types"],
    ),
    ("raster", &["math", "path", "render_tree"]),
    ("svg", &["math", "motion", "path", "render_tree"]),
    ("lottie", &["math", "motion", "path", "render_tree"]),
    ("export", &["diag", "ir", "math", "render_tree"]),
    ("compare", &["math", "page", "render_tree"]),
    // The only place that strings verbs together.
    (
        "cli",
        &[
            "blocks",
            "compare",
            "compile",
            "diag",
            "export",
            "ir",
            "lottie",
            "math",
            "page",
            "patch",
            "path",
            "raster",
            "recording",
            "render_tree",
            "svg",
            "types",
            "vm",
        ],
    ),
];

#[test]
fn modules_import_only_what_the_architecture_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).expect("inside src");
        let first = relative
            .iter()
            .next()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!(
                "{} belongs to no module of the table",
                relative.display()
            ));
            continue;
        };
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for name in named(code) {
                if name != module && !allowed.contains(&name.as_str()) {
                    let place = format!("{}:{}", relative.display(), number + 1);
                    wrong.push(format!("{place}: `{module}` must not import `{name}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_table_has_no_circle_and_no_verb_knows_a_verb() {
    const VERBS: &[&str] = &[
        "compile", "vm", "raster", "svg", "lottie", "export", "compare",
    ];
    for (i, (module, allowed)) in ALLOWED.iter().enumerate() {
        for name in *allowed {
            let at = ALLOWED
                .iter()
                .position(|(n, _)| n == name)
                .expect("a row for each name");
            assert!(at < i, "`{module}` imports `{name}`, which stands after it");
            assert!(
                !(VERBS.contains(module) && VERBS.contains(name)),
                "verb `{module}` imports verb `{name}`"
            );
        }
    }
}

/// What a page or a server embeds: output is a function of what is handed in.
const EMBEDDED: &[&str] = &[
    "math",
    "path",
    "diag",
    "types",
    "patch",
    "ir",
    "render_tree",
    "motion",
    "blocks",
    "compile",
    "vm",
    "raster",
    "svg",
    "lottie",
];

#[test]
fn what_is_embedded_knows_no_thread_clock_or_file() {
    const OUTSIDE: &[&str] = &[
        "std::thread",
        "std::time",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::io::std",
        "rayon",
    ];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).expect("inside src");
        let mut parts = relative
            .iter()
            .map(|part| part.to_string_lossy().into_owned());
        let module = parts.next().expect("a name");
        let is_test = parts.any(|part| part.trim_end_matches(".rs") == "tests");
        if is_test || !EMBEDDED.contains(&module.trim_end_matches(".rs")) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for name in OUTSIDE.iter().filter(|name| code.contains(**name)) {
                wrong.push(format!("{}:{}: `{name}`", relative.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn one_file_may_call_what_the_compiler_cannot_check() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let calls = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("readable");
        let mut lines = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or(""));
        lines.any(|line| line.contains("unsafe"))
    };
    let files: Vec<PathBuf> = rust_files(&src).into_iter().filter(calls).collect();
    assert_eq!(files, [src.join("math/simd.rs")]);
}

/// Modules named after `crate::` in a line; `crate::{a, b}` counts as a and b.
fn named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or(group),
            None => rest
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*'))
                .next()
                .unwrap_or(""),
        };
        for part in list.split(',') {
            let name: String = part
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '*')
                .collect();
            if !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

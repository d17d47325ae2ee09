//! `oscilla compare`: two pictures or two folders of them, no patch needed.
//!
//! In folders, files are paired by name; one without a partner is a difference. The data is a line (or
//! a JSON object) for each pair, with its counts also where the rule is met.

use super::args::CompareArgs;
use super::console::{self, Console};
use super::failure::{Failure, Status};
use crate::compare::{Measure, Picture, Rule, Verdict, compare};
use crate::diag::Diagnostic;
use crate::export::output::{Destination, Names};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &CompareArgs, console: &mut Console) -> Result<Status, Failure> {
    let rule = args.rule.rule();
    let pairs = pairs(&args.expected, &args.actual)?;
    let mut rows = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let row = judge(pair, &rule, args.diff.as_deref())?;
        if !args.json {
            console::data(|out| writeln!(out, "{row}"))?;
        }
        rows.push(row);
    }
    if args.json {
        let text = serde_json::to_string_pretty(&rows).unwrap_or_default();
        console::data(|out| writeln!(out, "{text}"))?;
    }
    let differ = rows.iter().filter(|row| !row.passed).count();
    let all = rows.len();
    let plural = if all == 1 { "" } else { "s" };
    console.say(format!(
        "{differ} of {all} picture{plural} differ, rule {rule}"
    ));
    Ok(if differ == 0 {
        Status::Done
    } else {
        Status::Differences
    })
}

/// Two files of one name.
struct Pair {
    name: OsString,
    expected: PathBuf,
    actual: PathBuf,
    /// The second side is a folder, so is that of differences.
    in_folder: bool,
}

/// # Errors
/// If one side is a folder and the other is not, or there is nothing to compare.
fn pairs(expected: &Path, actual: &Path) -> Result<Vec<Pair>, Failure> {
    match (expected.is_dir(), actual.is_dir()) {
        (false, false) => Ok(vec![Pair {
            name: actual.as_os_str().to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            in_folder: false,
        }]),
        (true, true) => {
            let mut names = pictures(expected)?;
            names.extend(pictures(actual)?);
            if names.is_empty() {
                let (a, b) = (expected.display(), actual.display());
                let message = format!("there is no PNG file in `{a}` or `{b}`");
                return Err(Failure::usage(message));
            }
            let pair = |name: OsString| Pair {
                expected: expected.join(&name),
                actual: actual.join(&name),
                in_folder: true,
                name,
            };
            Ok(names.into_iter().map(pair).collect())
        }
        (a, _) => {
            let (folder, file) = if a {
                (expected, actual)
            } else {
                (actual, expected)
            };
            let (folder, file) = (folder.display(), file.display());
            let message = format!("`{folder}` is a folder, `{file}` is not");
            Err(Failure::usage(message).hint("compare two files, or two folders"))
        }
    }
}

/// Names of the PNG files in a folder.
fn pictures(folder: &Path) -> Result<BTreeSet<OsString>, Failure> {
    let unreadable = |error| Failure::unreadable(folder, &error);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let is_png = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("png"));
        if is_png && path.is_file() {
            names.insert(entry.file_name());
        }
    }
    Ok(names)
}

/// What is said of one pair.
#[derive(Serialize)]
struct Row {
    name: String,
    passed: bool,
    /// Why no pixel was compared.
    problem: Option<String>,
    #[serde(flatten)]
    measure: Measure,
    unforgiven: u64,
    forgiven: u64,
    edges: u64,
    ssim: Option<f64>,
    #[serde(skip)]
    words: String,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = if self.passed { "same   " } else { "differs" };
        write!(f, "{word}  {}  {}", self.name, self.words)
    }
}

impl Row {
    fn new(name: String, verdict: &Verdict) -> Self {
        Self {
            name,
            passed: verdict.passed(),
            problem: verdict.form.clone(),
            measure: verdict.measure,
            unforgiven: verdict.unforgiven,
            forgiven: verdict.forgiven,
            edges: verdict.edges,
            ssim: verdict.form.is_none().then_some(verdict.ssim),
            words: verdict.to_string(),
        }
    }

    fn alone(name: String, problem: String) -> Self {
        Self {
            name,
            passed: false,
            words: problem.clone(),
            problem: Some(problem),
            measure: Measure::default(),
            unforgiven: 0,
            forgiven: 0,
            edges: 0,
            ssim: None,
        }
    }
}

fn judge(pair: &Pair, rule: &Rule, diff: Option<&Path>) -> Result<Row, Failure> {
    let name = pair.name.to_string_lossy().into_owned();
    if pair.in_folder {
        for (there, side) in [(&pair.expected, "expected"), (&pair.actual, "actual")] {
            if !there.is_file() {
                return Ok(Row::alone(name, format!("there is no {side} picture")));
            }
        }
    }
    let (expected, actual) = (read(&pair.expected)?, read(&pair.actual)?);
    let verdict = compare(&expected, &actual, rule);
    if let Some(place) = diff.filter(|_| verdict.measure.differing > 0)
        && let Some(picture) = verdict.picture(&expected)
    {
        let file = if pair.in_folder {
            place.join(&pair.name)
        } else {
            place.to_owned()
        };
        write(&file, &picture)?;
    }
    Ok(Row::new(name, &verdict))
}

fn read(path: &Path) -> Result<Picture, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    Picture::from_png(&bytes).map_err(|error| {
        let message = format!("`{}` is {error}", path.display());
        Failure::new(Status::Io, Diagnostic::error("input-failed", "", message))
    })
}

/// Writes a whole file or none.
fn write(path: &Path, picture: &Picture) -> Result<(), Failure> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        let message = format!("`{}` is no name of a file", path.display());
        return Err(Failure::usage(message));
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let destination = Destination::new(folder, Names::Single(name.to_owned()));
    destination.prepare()?;
    destination.write(name, &picture.to_png())?;
    Ok(())
}

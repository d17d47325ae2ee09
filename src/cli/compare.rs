//! `oscilla compare`: two pictures or two folders of them, no patch needed.
//!
//! In folders and the folders in them, files are paired by name; one without a partner is a difference. The
//! data is a line (or a JSON object) for each pair, with its counts also where the rule is met. `--diff` never
//! touches what is compared, leaves no picture of an earlier difference, and says where it writes none.

use super::args::CompareArgs;
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::save::save;
use crate::compare::{Measure, Picture, Rule, Verdict, compare};
use crate::diag::Diagnostic;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &CompareArgs, console: &mut Console) -> Result<Status, Failure> {
    let rule = args.rule.rule();
    let pairs = pairs(&args.expected, &args.actual)?;
    if let Some(place) = &args.diff {
        apart(place, &args.expected, &args.actual)?;
    }
    let mut rows = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let (row, shown) = judge(pair, &rule)?;
        if let Some(place) = &args.diff {
            show(&pair.diff(place), shown.as_ref(), &row, console)?;
        }
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
    /// In folders, relative to both.
    name: PathBuf,
    expected: PathBuf,
    actual: PathBuf,
    /// The second side is a folder, so is that of differences.
    in_folder: bool,
}

impl Pair {
    /// Where the difference goes.
    fn diff(&self, place: &Path) -> PathBuf {
        if self.in_folder {
            place.join(&self.name)
        } else {
            place.to_owned()
        }
    }
}

/// # Errors
/// If differences would be written over what is compared, or are not wanted as files.
fn apart(place: &Path, expected: &Path, actual: &Path) -> Result<(), Failure> {
    if place == Path::new("-") {
        let message = "`--diff` names a file: what is said of the pictures goes to standard output";
        return Err(Failure::usage(message));
    }
    let whole = resolved(place);
    for input in [expected, actual] {
        let there = resolved(input);
        if whole == there || (input.is_dir() && whole.starts_with(&there)) {
            let (place, input) = (place.display(), input.display());
            let message = format!("`--diff {place}` would write over what is compared, `{input}`");
            return Err(Failure::usage(message).hint("name another place"));
        }
    }
    Ok(())
}

/// The path without links and `..`, as far as it leads to something that is there.
fn resolved(path: &Path) -> PathBuf {
    let here = |part: &Path| {
        let part = if part == Path::new("") {
            Path::new(".")
        } else {
            part
        };
        fs::canonicalize(part).ok()
    };
    let found = path.ancestors().find_map(|part| {
        let rest = path.strip_prefix(part).ok()?;
        Some(here(part)?.join(rest))
    });
    // Joined with nothing, a path would end in `/`.
    found.map_or_else(|| path.to_owned(), |found| found.components().collect())
}

/// # Errors
/// If one side is a folder and the other is not, or there is nothing to compare.
fn pairs(expected: &Path, actual: &Path) -> Result<Vec<Pair>, Failure> {
    match (expected.is_dir(), actual.is_dir()) {
        (false, false) => Ok(vec![Pair {
            name: actual.to_owned(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            in_folder: false,
        }]),
        (true, true) => {
            let mut names = BTreeSet::new();
            for side in [expected, actual] {
                pictures(side, Path::new(""), &mut Vec::new(), &mut names)?;
            }
            if names.is_empty() {
                let (a, b) = (expected.display(), actual.display());
                let message = format!("there is no PNG file in `{a}` or `{b}`");
                return Err(Failure::usage(message));
            }
            let pair = |name: PathBuf| Pair {
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

/// Adds the PNG files of a folder and of those in it, named relative to `root`. `above` are the folders on the
/// way, so that a link to one of them leads nowhere.
fn pictures(
    root: &Path,
    below: &Path,
    above: &mut Vec<PathBuf>,
    names: &mut BTreeSet<PathBuf>,
) -> Result<(), Failure> {
    let folder = root.join(below);
    let unreadable = |error| Failure::unreadable(&folder, &error);
    let here = fs::canonicalize(&folder).map_err(unreadable)?;
    if above.contains(&here) {
        return Ok(());
    }
    above.push(here);
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        let is_png = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("png"));
        if path.is_dir() {
            pictures(root, &name, above, names)?;
        } else if is_png && path.is_file() {
            names.insert(name);
        }
    }
    above.pop();
    Ok(())
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
    /// The limits of the rule that were not kept.
    exceeded: Vec<String>,
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
            exceeded: verdict.exceeded.clone(),
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
            exceeded: Vec::new(),
            ssim: None,
        }
    }
}

/// What is said of a pair, and its difference painted, if there is one.
fn judge(pair: &Pair, rule: &Rule) -> Result<(Row, Option<Picture>), Failure> {
    let parts = pair.name.iter().map(|part| part.to_string_lossy());
    let name = if pair.in_folder {
        // The same on every system.
        parts.collect::<Vec<_>>().join("/")
    } else {
        pair.name.to_string_lossy().into_owned()
    };
    if pair.in_folder {
        for (there, side) in [(&pair.expected, "expected"), (&pair.actual, "actual")] {
            if !there.is_file() {
                return Ok((
                    Row::alone(name, format!("there is no {side} picture")),
                    None,
                ));
            }
        }
    }
    let (expected, actual) = match (read(&pair.expected), read(&pair.actual)) {
        (Ok(expected), Ok(actual)) => (expected, actual),
        // The other pictures of a folder are compared all the same.
        (Err(failure), _) | (_, Err(failure)) if pair.in_folder => {
            let words = failure
                .findings
                .iter()
                .map(|finding| finding.message.as_str());
            let problem = words.collect::<Vec<_>>().join("; ");
            return Ok((Row::alone(name, problem), None));
        }
        (Err(failure), _) | (_, Err(failure)) => return Err(failure),
    };
    let verdict = compare(&expected, &actual, rule);
    let differs = verdict.measure.differing > 0;
    let picture = verdict.picture(&expected).filter(|_| differs);
    Ok((Row::new(name, &verdict), picture))
}

fn read(path: &Path) -> Result<Picture, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    Picture::from_png(&bytes).map_err(|error| {
        let message = format!("`{}` is {error}", path.display());
        Failure::new(Status::Io, Diagnostic::error("input-failed", "", message))
    })
}

/// Writes the difference. Without one, it takes away that of an earlier comparison; either is said.
fn show(
    path: &Path,
    picture: Option<&Picture>,
    row: &Row,
    console: &Console,
) -> Result<(), Failure> {
    let shown = path.display();
    let Some(picture) = picture else {
        let why = row
            .problem
            .as_deref()
            .unwrap_or("the pictures are the same");
        if forget(path)? {
            console.say(format!("removed `{shown}`: {why}"));
        } else {
            console.say(format!("no difference is painted in `{shown}`: {why}"));
        }
        return Ok(());
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| unwritable(path, &error))?;
    }
    let png = picture.to_png();
    save(path, |out| out.write_all(&png))
}

/// Only a file is removed: nothing is lost that the next difference would not have replaced. Says whether there
/// was one.
fn forget(path: &Path) -> Result<bool, Failure> {
    if !path.is_file() {
        return Ok(false);
    }
    let removed = fs::remove_file(path).map_err(|error| unwritable(path, &error));
    removed.map(|()| true)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write `{}`: {error}", path.display());
    Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
}

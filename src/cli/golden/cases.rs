//! Which cases a command is about: patches, programs, folders of them, and names of the record become a
//! list of [`Source`]s, each with its file and its plan.

use super::folder::Folder;
use super::plan;
use crate::cli::args::CaseFlags;
use crate::cli::failure::{Failure, Status};
use crate::compare::golden::Case;
use crate::diag::{self, Diagnostic};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A case to render.
pub(super) struct Source {
    /// The stem of its file; the name of its folder.
    pub(super) name: String,
    /// The patch or program.
    pub(super) file: PathBuf,
    /// How to render it.
    pub(super) flags: CaseFlags,
    /// What was recorded.
    pub(super) recorded: Option<Case>,
    /// There is no patch and no row, only a folder with something recorded.
    pub(super) is_orphan: bool,
}

impl Source {
    /// Whether it was recorded and its file is no longer there.
    pub(super) fn is_gone(&self) -> bool {
        self.recorded.is_some() && !self.file.exists()
    }
}

/// Finds the cases, sorted by name; without words, all of the record.
///
/// # Errors
/// Words that mean nothing, folders without patches, two patches of one name.
pub(super) fn find(
    what: &[PathBuf],
    given: &CaseFlags,
    folder: &Folder,
) -> Result<Vec<Source>, Failure> {
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    if what.is_empty() {
        if folder.record.cases.is_empty() && folder.orphans().is_empty() {
            let message = format!("nothing is recorded in `{}`", folder.path.display());
            let hint =
                "name patches: `oscilla golden record patches/`, or another `--golden FOLDER`";
            return Err(Failure::usage(message).hint(hint));
        }
        for (name, case) in &folder.record.cases {
            files.insert(name.clone(), folder.file(case));
        }
    }
    for word in what {
        if word.is_dir() {
            in_folder(word, folder, &mut files)?;
        } else if word.is_file() {
            add(word, &mut files)?;
        } else {
            let (name, file) = named(word, folder)?;
            files.insert(name, file);
        }
    }
    // What belongs to no patch is found wherever all of something is asked for.
    let orphans = if what.is_empty() || what.iter().any(|word| word.is_dir()) {
        folder.orphans()
    } else {
        Vec::new()
    };
    let orphans = orphans.into_iter().filter(|name| !files.contains_key(name));
    let orphans: Vec<Source> = orphans.map(|name| orphan(name, given, folder)).collect();
    let sources = files
        .into_iter()
        .map(|(name, file)| source(name, file, given, folder));
    let mut sources = sources.collect::<Result<Vec<Source>, Failure>>()?;
    sources.extend(orphans);
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

fn orphan(name: String, given: &CaseFlags, folder: &Folder) -> Source {
    Source {
        flags: plan::merge(given, None),
        file: folder.case(&name),
        name,
        recorded: None,
        is_orphan: true,
    }
}

/// Every patch of a folder, and what was recorded of patches that were there.
fn in_folder(
    path: &Path,
    folder: &Folder,
    files: &mut BTreeMap<String, PathBuf>,
) -> Result<(), Failure> {
    let unreadable = |error| Failure::unreadable(path, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_patch = file
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("json") || e.eq_ignore_ascii_case("oscb"));
        if is_patch && file.is_file() {
            found.push(file);
        }
    }
    if found.is_empty() {
        let message = format!("there is no patch in `{}`", path.display());
        let hint = "patches end in `.json`, compiled programs in `.json` or `.oscb`";
        return Err(Failure::usage(message).hint(hint));
    }
    found.sort();
    for file in &found {
        add(file, files)?;
    }
    let here = fs::canonicalize(path).ok();
    for (name, case) in &folder.record.cases {
        let file = folder.file(case);
        let parent = match file.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => continue,
        };
        if !file.exists() && here.is_some() && fs::canonicalize(parent).ok() == here {
            files.entry(name.clone()).or_insert(file);
        }
    }
    Ok(())
}

fn add(file: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<(), Failure> {
    let name = file.file_stem().and_then(|stem| stem.to_str());
    let name = name.ok_or_else(|| {
        let message = format!("`{}` cannot name a case: it is no UTF-8", file.display());
        Failure::usage(message)
    })?;
    let before = files.insert(name.to_owned(), file.to_owned());
    match before {
        Some(other) if !is_same(&other, file) => Err(one_name(name, &other, file)),
        _ => Ok(()),
    }
}

fn one_name(name: &str, one: &Path, other: &Path) -> Failure {
    let (one, other) = (one.display(), other.display());
    let message = format!("`{one}` and `{other}` would both be case `{name}`");
    Failure::usage(message)
        .hint("rename one, or record it into a folder of its own with `--golden`")
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

/// A word that is no file: the name of a case.
fn named(word: &Path, folder: &Folder) -> Result<(String, PathBuf), Failure> {
    let cases = &folder.record.cases;
    if let Some((name, case)) = word.to_str().and_then(|name| cases.get_key_value(name)) {
        return Ok((name.clone(), folder.file(case)));
    }
    // The file of a case that is gone is still a way to name it.
    let stem = word.file_stem().and_then(|stem| stem.to_str());
    if let Some((name, case)) = stem.and_then(|name| cases.get_key_value(name)) {
        let file = folder.file(case);
        if file == word && !file.exists() {
            return Ok((name.clone(), file));
        }
    }
    let shown = word.display();
    let message = format!("`{shown}` is no patch, no folder and no recorded case");
    let text = word.to_string_lossy();
    let near = diag::nearest(&text, cases.keys().map(String::as_str));
    Err(match near.first() {
        Some(near) => Failure::usage(message).hint(format!("did you mean `{near}`?")),
        None => Failure::usage(message).hint("check the path"),
    })
}

fn source(
    name: String,
    file: PathBuf,
    given: &CaseFlags,
    folder: &Folder,
) -> Result<Source, Failure> {
    let recorded = folder.record.cases.get(&name).cloned();
    if let Some(case) = &recorded {
        let known = folder.file(case);
        // A patch that moved is the same case; two that are both there are not.
        if known.exists() && !is_same(&known, &file) {
            return Err(one_name(&name, &known, &file));
        }
    }
    let remembered = recorded.as_ref().map(|case| {
        plan::read(&case.plan, &folder.path).map_err(|error| {
            let message = format!("the recorded plan of `{name}` cannot be read: {error}");
            Failure::new(
                Status::Invalid,
                Diagnostic::error("bad-record", "", message),
            )
        })
    });
    Ok(Source {
        flags: plan::merge(given, remembered.transpose()?),
        name,
        file,
        recorded,
        is_orphan: false,
    })
}

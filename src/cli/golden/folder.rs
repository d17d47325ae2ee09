//! The folder of a record: what lies in it, and what waits beside it to be accepted.
//!
//! ```text
//! golden/hashes.txt                    the record, a line a frame
//! golden/NAME/frame_00040.png          a picture that people should see
//! golden/NAME/program.txt              the program as text
//! golden/NAME/values.jsonl             what was drawn and what fed it, a line a frame
//! golden/NAME/….new.png, ….new.txt, …  what the last check found in place of these
//! ```
//!
//! Files appear whole or not at all. The record is written last, so that it never names what is not there.

use super::make::{Made, MadeFrame};
use crate::cli::failure::{Failure, Status};
use crate::cli::save::save;
use crate::compare::Picture;
use crate::compare::golden::{Case, Record, values::Values};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Name of the record.
const RECORD: &str = "hashes.txt";
/// What a case would be recorded as.
const PENDING: &str = "case.new.txt";
const PROGRAM: [&str; 2] = ["program.txt", "program.new.txt"];
const VALUES: [&str; 2] = ["values.jsonl", "values.new.jsonl"];

/// A record and where it lies.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) record: Record,
}

impl Folder {
    /// Reads the record; a folder that is not there has an empty one.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = path.join(RECORD);
        let record = match fs::read_to_string(&file) {
            Ok(text) => read(&file, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Record::default(),
            Err(error) => return Err(Failure::unreadable(&file, &error)),
        };
        let path = path.to_owned();
        Ok(Self { path, record })
    }

    /// The folder of a case.
    pub(super) fn case(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Makes the folder of a case.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn make_case(&self, name: &str) -> Result<(), Failure> {
        make(&self.case(name))
    }

    /// The file of a recorded case, as a person would write it.
    pub(super) fn file(&self, case: &Case) -> PathBuf {
        tidy(&self.path.join(&case.file))
    }

    /// A file relative to the folder, with `/`, so that the record holds wherever it is checked out.
    ///
    /// # Errors
    /// If one of them cannot be found, or the name is no text.
    pub(super) fn relative(&self, file: &Path) -> Result<String, Failure> {
        let whole = |path: &Path| {
            let found = fs::canonicalize(path);
            found.map_err(|error| Failure::unreadable(path, &error))
        };
        let (from, to) = (whole(&self.path)?, whole(file)?);
        let same = from.components().zip(to.components());
        let shared = same.take_while(|(a, b)| a == b).count();
        let up = from.components().skip(shared).map(|_| OsStr::new(".."));
        let down = to.components().skip(shared).map(Component::as_os_str);
        let parts: Option<Vec<&str>> = up.chain(down).map(OsStr::to_str).collect();
        parts.map(|parts| parts.join("/")).ok_or_else(|| {
            let message = format!(
                "`{}` cannot be recorded: its name is no UTF-8",
                file.display()
            );
            Failure::usage(message)
        })
    }

    /// The recorded picture of a frame, if there is one.
    ///
    /// # Errors
    /// If it cannot be read; what is wrong with its content is the text.
    pub(super) fn picture(&self, name: &str, frame: u64) -> Result<Option<Picture>, String> {
        let path = self.case(name).join(picture_name(frame));
        match fs::read(&path) {
            Ok(bytes) => match Picture::from_png(&bytes) {
                Ok(picture) => Ok(Some(picture)),
                Err(error) => Err(format!("the recorded picture is {error}")),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("the recorded picture cannot be read: {error}")),
        }
    }

    /// The recorded text of a program; empty if there is none.
    pub(super) fn program(&self, name: &str) -> String {
        let path = self.case(name).join(PROGRAM[0]);
        fs::read_to_string(path).unwrap_or_default()
    }

    /// The recorded values of a case, by frame, and what is wrong with them: for each frame that is
    /// recorded and made there must be some.
    pub(super) fn values(
        &self,
        name: &str,
        recorded: &Case,
        made: &[MadeFrame],
    ) -> (BTreeMap<u64, Values>, Vec<String>) {
        let path = self.case(name).join(VALUES[0]);
        let shown = path.display();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let problem = match error.kind() {
                    io::ErrorKind::NotFound => format!("`{shown}` is missing"),
                    _ => format!("`{shown}` cannot be read: {error}"),
                };
                return (BTreeMap::new(), vec![problem]);
            }
        };
        let (values, bad) = Values::read(&text);
        let lines = bad
            .iter()
            .map(|line| format!("line {line} of `{shown}` holds no values"));
        let mut problems: Vec<String> = lines.collect();
        let numbers = made.iter().map(|frame| frame.number);
        let here = numbers.filter(|number| recorded.frames.contains_key(number));
        let without = here.filter(|number| !values.contains_key(number));
        problems.extend(without.map(|number| format!("`{shown}` has no values of frame {number}")));
        (values, problems)
    }

    /// Frames of which a picture lies in the folder of a case.
    pub(super) fn pictures(&self, name: &str) -> Vec<u64> {
        let names = files(&self.case(name)).into_iter();
        let mut frames: Vec<u64> = names.filter_map(|name| frame_of(&name)).collect();
        frames.sort_unstable();
        frames
    }

    /// Writes a case into the record's place: what it says itself, and its files. Pictures that show the
    /// same pixels stay as they are, for encoders change their bytes.
    ///
    /// # Errors
    /// What cannot be written.
    pub(super) fn put(&mut self, name: &str, case: Case, made: &Made) -> Result<(), Failure> {
        let folder = self.case(name);
        self.forget_pending(name)?;
        make(&folder)?;
        for frame in self.pictures(name) {
            let keeps = made
                .frames
                .iter()
                .any(|f| f.number == frame && f.has_picture);
            if !keeps {
                remove(&folder.join(picture_name(frame)))?;
            }
        }
        for frame in made.frames.iter().filter(|frame| frame.has_picture) {
            let there = self.picture(name, frame.number);
            if !matches!(there, Ok(Some(picture)) if picture == frame.picture) {
                write(&folder.join(picture_name(frame.number)), &frame.png)?;
            }
        }
        write(&folder.join(PROGRAM[0]), made.text.as_bytes())?;
        write(&folder.join(VALUES[0]), lines(&made.frames).as_bytes())?;
        self.record.cases.insert(name.to_owned(), case);
        Ok(())
    }

    /// Lays what a case is now beside what was recorded; `pictures` are the frames that do not show the
    /// same pixels.
    ///
    /// # Errors
    /// What cannot be written.
    pub(super) fn put_pending(
        &self,
        (name, case): (&str, &Case),
        made: &Made,
        pictures: &[u64],
    ) -> Result<(), Failure> {
        let folder = self.case(name);
        make(&folder)?;
        let changed = made.frames.iter().filter(|f| pictures.contains(&f.number));
        for frame in changed {
            write(&folder.join(new_picture_name(frame.number)), &frame.png)?;
        }
        write(&folder.join(PROGRAM[1]), made.text.as_bytes())?;
        write(&folder.join(VALUES[1]), lines(&made.frames).as_bytes())?;
        let cases = [(name.to_owned(), case.clone())].into();
        let text = Record { cases }.to_string();
        write(&folder.join(PENDING), text.as_bytes())
    }

    /// Lays down that a case is to be taken out of the record.
    ///
    /// # Errors
    /// What cannot be written.
    pub(super) fn put_gone(&self, name: &str) -> Result<(), Failure> {
        let folder = self.case(name);
        make(&folder)?;
        let text = Record::default().to_string();
        write(&folder.join(PENDING), text.as_bytes())
    }

    /// Removes what waits for a case. Says whether there was anything.
    ///
    /// # Errors
    /// What cannot be removed.
    pub(super) fn forget_pending(&self, name: &str) -> Result<bool, Failure> {
        let folder = self.case(name);
        let new: Vec<String> = files(&folder).into_iter().filter(|n| is_new(n)).collect();
        for name in &new {
            remove(&folder.join(name))?;
        }
        // A case that was never recorded leaves nothing.
        if !self.record.cases.contains_key(name) {
            let _ = fs::remove_dir(&folder);
        }
        Ok(!new.is_empty())
    }

    /// Names of cases for which something waits.
    pub(super) fn pending(&self) -> Vec<String> {
        let waits = |name: &String| self.path.join(name).join(PENDING).is_file();
        let mut names: Vec<String> = entries(&self.path).into_iter().filter(waits).collect();
        names.sort();
        names
    }

    /// Takes what waits for a case in place of what was recorded. Says whether there was anything.
    ///
    /// # Errors
    /// What cannot be read or moved.
    pub(super) fn accept(&mut self, name: &str) -> Result<bool, Failure> {
        let folder = self.case(name);
        let file = folder.join(PENDING);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Failure::unreadable(&file, &error)),
        };
        let case = read(&file, &text)?.cases.remove(name);
        let Some(case) = case else {
            self.forget_case(name)?;
            return Ok(true);
        };
        for new in files(&folder).into_iter().filter(|name| is_new(name)) {
            let to = new.replacen(".new.", ".", 1);
            if new != PENDING {
                let moved = fs::rename(folder.join(&new), folder.join(&to));
                moved.map_err(|error| unwritable(&folder.join(&to), &error))?;
            }
        }
        for frame in self.pictures(name) {
            if !case.frames.contains_key(&frame) {
                remove(&folder.join(picture_name(frame)))?;
            }
        }
        self.record.cases.insert(name.to_owned(), case);
        self.save()?;
        remove(&file)?;
        Ok(true)
    }

    /// Takes a case out of the record, with everything that was recorded of it. Other files stay.
    ///
    /// # Errors
    /// What cannot be removed.
    pub(super) fn forget_case(&mut self, name: &str) -> Result<(), Failure> {
        let folder = self.case(name);
        for file in files(&folder) {
            if is_recorded(&file) || is_new(&file) {
                remove(&folder.join(file))?;
            }
        }
        self.record.cases.remove(name);
        // Unless something else lies in it.
        let _ = fs::remove_dir(&folder);
        Ok(())
    }

    /// Folders with something recorded in them that no row of the record names, sorted.
    pub(super) fn orphans(&self) -> Vec<String> {
        let unknown = |name: &String| !self.record.cases.contains_key(name);
        let holds = |name: &String| files(&self.case(name)).iter().any(|file| is_recorded(file));
        let names = entries(&self.path).into_iter().filter(unknown);
        let mut names: Vec<String> = names.filter(holds).collect();
        names.sort();
        names
    }

    /// Writes the record.
    ///
    /// # Errors
    /// What cannot be written.
    pub(super) fn save(&self) -> Result<(), Failure> {
        make(&self.path)?;
        write(&self.path.join(RECORD), self.record.to_string().as_bytes())
    }
}

/// The name of a frame's picture.
pub(super) fn picture_name(frame: u64) -> String {
    format!("frame_{frame:05}.png")
}

fn new_picture_name(frame: u64) -> String {
    format!("frame_{frame:05}.new.png")
}

fn frame_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("frame_")?.strip_suffix(".png")?;
    let frame = digits.parse().ok()?;
    (picture_name(frame) == name).then_some(frame)
}

/// Whether a file is one that a case is recorded in.
fn is_recorded(name: &str) -> bool {
    [PROGRAM[0], VALUES[0]].contains(&name) || frame_of(name).is_some()
}

fn is_new(name: &str) -> bool {
    let new_picture = || {
        let digits = name.strip_prefix("frame_")?.strip_suffix(".new.png")?;
        digits.parse::<u64>().ok()
    };
    [PROGRAM[1], VALUES[1], PENDING].contains(&name) || new_picture().is_some()
}

/// The same path without `..` where that leads to the same file.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        match (part, short.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                short.pop();
            }
            (Component::CurDir, _) => {}
            _ => short.push(part),
        }
    }
    match (fs::canonicalize(path), fs::canonicalize(&short)) {
        (Ok(a), Ok(b)) if a == b => short,
        // A file that is gone is named as people would look for it.
        (Err(_), _) => short,
        _ => path.to_owned(),
    }
}

fn read(file: &Path, text: &str) -> Result<Record, Failure> {
    Record::read(text).map_err(|error| {
        let message = format!("`{}` is no record: {error}", file.display());
        Failure::new(Status::Invalid, Diagnostic::error("bad-record", "", message))
            .hint("record anew with `oscilla golden record PATCH…` into another folder, or put the file back as it was committed")
    })
}

fn lines(frames: &[MadeFrame]) -> String {
    frames.iter().map(|f| format!("{}\n", f.values)).collect()
}

fn entries(folder: &Path) -> Vec<String> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    list.filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

fn files(folder: &Path) -> Vec<String> {
    let is_file = |name: &String| folder.join(name).is_file();
    entries(folder).into_iter().filter(is_file).collect()
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    save(path, |out| out.write_all(bytes))
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot write `{}`: {error}", path.display());
    Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
}

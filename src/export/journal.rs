//! What an export has finished so far, on disk: the head of its manifest, then a line a frame.
//!
//! A journal lies beside its frames while the export runs and for as long as it is interrupted; it is
//! locked by whoever writes it. Lines are in the order of delivery: ascending, or, where an export goes
//! on, those that were kept and then those that were missing, each part ascending. [`Journal::entries`]
//! reads both together, in order, in bounded memory. [`super::archive`] writes it.

use super::manifest::ledger::compact;
use super::manifest::{FrameEntry, Head};
use super::output::OutputError;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Version of the shape of a journal.
const VERSION: u32 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct First<H> {
    journal_version: u32,
    head: H,
}

/// A finished frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// As the manifest lists it.
    #[serde(flatten)]
    pub entry: FrameEntry,
    /// What the first of its faults is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// A journal that this process has locked.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Where the first line ends.
    lines: u64,
    /// Where lines begin that were added after the export went on.
    added: u64,
    /// Where it ends.
    end: u64,
}

impl Journal {
    /// Locks the journal at a path, which appears if it was not there.
    ///
    /// # Errors
    /// [`OutputError::Locked`] if another process has it, [`OutputError::Io`].
    pub fn lock(path: &Path) -> Result<Self, OutputError> {
        loop {
            let file = open(path)?;
            hold(&file, path)?;
            // Its owner may have removed it between our opening and our locking.
            if is_at(&file, path) {
                let end = file.metadata().map_err(OutputError::io(path))?.len();
                return Ok(Self {
                    path: path.to_owned(),
                    file,
                    lines: end,
                    added: end,
                    end,
                });
            }
        }
    }

    /// The journal at a path, to be read only, whoever may have locked it; `None` if it cannot be.
    pub(super) fn peek(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let end = file.metadata().ok()?.len();
        Some(Self {
            path: path.to_owned(),
            file,
            lines: end,
            added: end,
            end,
        })
    }

    /// Begins anew: nothing is finished yet.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn begin(&mut self, head: &Head) -> Result<(), OutputError> {
        self.file.set_len(0).map_err(OutputError::io(&self.path))?;
        self.end = 0;
        self.write_head(head)?;
        (self.lines, self.added) = (self.end, self.end);
        self.sync()
    }

    /// Finds out what was written before this process came: gives the head, and makes the lines known to
    /// [`Self::entries`], up to the first that was not written whole. `None` if not even the head was.
    ///
    /// # Errors
    /// [`OutputError::Record`] if it is no journal of this program, [`OutputError::Io`].
    pub fn survey(&mut self) -> Result<Option<Head>, OutputError> {
        let mut lines = self.lines(0, self.end);
        let Some(head) = lines.head()? else {
            return Ok(None);
        };
        let start = lines.passed;
        let (mut last, mut added, mut end) = (None, None, start);
        // What was cut when the process was killed is made again.
        while let Ok(Some(line)) = lines.next() {
            if last.is_some_and(|last| line.entry.frame <= last) {
                added.get_or_insert(end);
            }
            last = Some(line.entry.frame);
            end = lines.passed;
        }
        (self.lines, self.added, self.end) = (start, added.unwrap_or(end), end);
        Ok(Some(head))
    }

    /// Removes it again if nothing was ever written to it.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn discard_if_empty(self) -> Result<(), OutputError> {
        if self.end == 0 { self.remove() } else { Ok(()) }
    }

    /// A journal at another path, with a head and no lines, to take the place of this one.
    ///
    /// # Errors
    /// As [`Self::lock`].
    pub fn successor(&self, path: &Path, head: &Head) -> Result<Self, OutputError> {
        let mut next = Self::lock(path)?;
        next.begin(head)?;
        Ok(next)
    }

    /// Takes the place of a journal, with the lines that were added so far as those that were kept.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn replace(mut self, old: Self) -> Result<Self, OutputError> {
        self.added = self.end;
        self.sync()?;
        // The lock goes with the file.
        std::fs::rename(&self.path, &old.path).map_err(OutputError::io(&old.path))?;
        self.path = old.path;
        Ok(self)
    }

    /// Adds a frame. It is in the hands of the system afterwards, on the disk only after [`Self::sync`].
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn add(&mut self, line: &Line) -> Result<(), OutputError> {
        self.write(&compact(line))
    }

    /// Waits until it is on the disk.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn sync(&self) -> Result<(), OutputError> {
        self.file.sync_data().map_err(OutputError::io(&self.path))
    }

    /// The file, for whoever waits until it is on the disk.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub(super) fn handle(&self) -> Result<File, OutputError> {
        self.file.try_clone().map_err(OutputError::io(&self.path))
    }

    /// All lines, in the order of their frames.
    ///
    /// # Errors
    /// What `take` says, [`OutputError::Io`], and [`OutputError::Record`] if somebody changed a line.
    pub fn entries(
        &self,
        mut take: impl FnMut(Line) -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        let mut old = self.lines(self.lines, self.added);
        let mut new = self.lines(self.added, self.end);
        let (mut one, mut other) = (old.next()?, new.next()?);
        loop {
            let from_old = match (&one, &other) {
                (None, None) => return Ok(()),
                (Some(one), Some(other)) => one.entry.frame < other.entry.frame,
                (one, _) => one.is_some(),
            };
            let line = if from_old {
                std::mem::replace(&mut one, old.next()?)
            } else {
                std::mem::replace(&mut other, new.next()?)
            };
            line.map_or(Ok(()), &mut take)?;
        }
    }

    /// Removes it: the export is finished.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn remove(self) -> Result<(), OutputError> {
        std::fs::remove_file(&self.path).map_err(OutputError::io(&self.path))
    }

    fn write_head(&mut self, head: &Head) -> Result<(), OutputError> {
        self.write(&compact(&First {
            journal_version: VERSION,
            head,
        }))
    }

    fn write(&mut self, text: &str) -> Result<(), OutputError> {
        let mut written = || {
            self.file.seek(SeekFrom::Start(self.end))?;
            self.file.write_all(format!("{text}\n").as_bytes())
        };
        written().map_err(OutputError::io(&self.path))?;
        self.end += text.len() as u64 + 1;
        Ok(())
    }

    fn lines(&self, from: u64, to: u64) -> Lines<'_> {
        Lines {
            path: &self.path,
            section: BufReader::new(Section {
                file: &self.file,
                at: from,
                end: to,
            }),
            text: Vec::new(),
            passed: from,
        }
    }
}

/// Lines of a part of a journal.
struct Lines<'a> {
    path: &'a Path,
    section: BufReader<Section<'a>>,
    text: Vec<u8>,
    /// Where in the journal it is.
    passed: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<Line>, OutputError> {
        if !self.advance()? {
            return Ok(None);
        }
        let line = serde_json::from_slice(&self.text);
        line.map(Some).map_err(|error| self.bad(&error))
    }

    fn head(&mut self) -> Result<Option<Head>, OutputError> {
        if !self.advance()? || !self.text.ends_with(b"\n") {
            return Ok(None);
        }
        let first: First<IgnoredAny> =
            serde_json::from_slice(&self.text).map_err(|error| self.bad(&error))?;
        if first.journal_version != VERSION {
            return Err(OutputError::Record {
                path: self.path.to_owned(),
                why: format!(
                    "its shape has version {}, this program reads {VERSION}",
                    first.journal_version
                ),
            });
        }
        let first: First<Head> =
            serde_json::from_slice(&self.text).map_err(|error| self.bad(&error))?;
        Ok(Some(first.head))
    }

    /// Reads a line, if there is one more.
    fn advance(&mut self) -> Result<bool, OutputError> {
        self.text.clear();
        let read = self.section.read_until(b'\n', &mut self.text);
        let read = read.map_err(OutputError::io(self.path))?;
        self.passed += read as u64;
        Ok(read > 0)
    }

    fn bad(&self, error: &serde_json::Error) -> OutputError {
        OutputError::Record {
            path: self.path.to_owned(),
            why: format!("it is no journal of an export: {error}"),
        }
    }
}

/// A part of a file that others read and write too.
struct Section<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let read = self.file.take(self.end - self.at).read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn open(path: &Path) -> Result<File, OutputError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(OutputError::io(path))
}

fn hold(file: &File, path: &Path) -> Result<(), OutputError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(OutputError::Locked {
            path: path.to_owned(),
        }),
        // Some file systems know no locks; there, nobody watches over two runs at once.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(error)) => Err(OutputError::io(path)(error)),
    }
}

/// Whether a path still leads to an open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same =
        |a: &std::fs::Metadata, b: &std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    matches!((file.metadata(), std::fs::metadata(path)), (Ok(a), Ok(b)) if same(&a, &b))
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

//! One file a frame: writes frames into their folder, keeps the journal, and turns it into the manifest.
//!
//! An export that was interrupted, even by `kill -9`, can go on: what its journal lists and what lies on
//! disk unchanged is kept, the rest is made again, and the result is that of a run in one go, byte for
//! byte. [`Archive::begin`] begins anew, [`Archive::resume`] goes on.

use super::file::File;
use super::journal::{Journal, Line};
use super::manifest::{FrameEntry, Head, Ledger, Manifest, Sums, Written, b3};
use super::output::{Destination, OutputError};
use super::pipeline::{Delivery, Frame, Outcome};
use super::replace;
use super::syncer::Syncer;
use super::{FrameSet, Plan};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;

/// Frames that go to the disk together. Two such batches may be lost to a power cut; to a crash of the program,
/// nothing.
const BATCH: usize = 16;

/// Writes frames into their folder and their lines into the journal.
#[derive(Debug)]
pub struct Archive<'a> {
    destination: &'a Destination,
    plan: &'a Plan,
    head: &'a Head,
    /// Name of the manifest.
    name: String,
    journal: Journal,
    /// Frames that may not be on the disk yet.
    unsynced: Vec<fs::File>,
    syncer: Syncer,
    removed: usize,
}

/// An export that goes on.
#[derive(Debug)]
pub enum Resumed<'a> {
    /// Nothing is left to do; this is what it came to.
    Finished(Outcome),
    /// Something is.
    Open {
        /// To go on with.
        archive: Archive<'a>,
        /// Frames that are still to be made.
        missing: FrameSet,
    },
}

/// The record of an export.
enum Found {
    /// It is not finished.
    Journal,
    /// It is.
    Manifest(Box<Manifest>),
    /// There is none.
    Nothing,
}

impl<'a> Archive<'a> {
    /// Begins an export. The records of an earlier one are removed: its frames are about to change. So are
    /// those of its frames that this one does not write anew.
    ///
    /// # Errors
    /// [`OutputError::Locked`] while another process writes the same frames, [`OutputError::Io`].
    pub fn begin(
        destination: &'a Destination,
        plan: &'a Plan,
        frames: &FrameSet,
        head: &'a Head,
    ) -> Result<Self, OutputError> {
        let name = destination.manifest_name(frames, plan.frames());
        let mut journal = Journal::lock(&destination.journal(&name))?;
        destination.sweep(&name)?;
        // As long as their record is there, so that whoever comes after a crash finds what is left.
        let surplus = replace::surplus(destination, &name, Some(&mut journal), frames);
        surplus
            .iter()
            .try_for_each(|file| destination.remove(file))?;
        destination.remove(&name)?;
        journal.begin(head)?;
        let mut archive = Self::new(destination, plan, head, name, journal);
        archive.removed = surplus.len();
        Ok(archive)
    }

    /// Goes on with an export. Without a record of one it begins anew.
    ///
    /// # Errors
    /// As [`Archive::begin`]; [`OutputError::Another`] if the record is of another export,
    /// [`OutputError::Record`] if it cannot be read.
    pub fn resume(
        destination: &'a Destination,
        plan: &'a Plan,
        frames: &FrameSet,
        head: &'a Head,
    ) -> Result<Resumed<'a>, OutputError> {
        let name = destination.manifest_name(frames, plan.frames());
        let mut old = Journal::lock(&destination.journal(&name))?;
        destination.sweep(&name)?;
        let found = match find(destination, &name, &mut old, head) {
            Ok(found) => found,
            Err(error) => {
                old.discard_if_empty()?;
                return Err(error);
            }
        };
        let mut next = old.successor(&destination.successor(&name), head)?;
        let mut kept = Vec::new();
        let mut keep = |line: Line| -> Result<(), OutputError> {
            let frame = line.entry.frame;
            if frames.contains(frame) && is_whole(destination, &line.entry)? {
                next.add(&line)?;
                kept.push(frame);
            }
            Ok(())
        };
        match found {
            Found::Journal => old.entries(keep)?,
            Found::Manifest(manifest) => {
                let sums = manifest.sums.clone();
                lines(*manifest).try_for_each(&mut keep)?;
                if kept.len() as u64 == frames.len() {
                    next.remove()?;
                    old.remove()?;
                    return Ok(Resumed::Finished(sums.into()));
                }
            }
            Found::Nothing => {}
        }
        let mut done = kept.into_iter().peekable();
        let missing = frames
            .iter()
            .filter(|&frame| done.next_if_eq(&frame).is_none());
        let missing = FrameSet::from_ascending(missing);
        destination.remove(&name)?;
        let journal = next.replace(old)?;
        Ok(Resumed::Open {
            archive: Self::new(destination, plan, head, name, journal),
            missing,
        })
    }

    fn new(
        destination: &'a Destination,
        plan: &'a Plan,
        head: &'a Head,
        name: String,
        journal: Journal,
    ) -> Self {
        Self {
            destination,
            plan,
            head,
            name,
            journal,
            unsynced: Vec::with_capacity(BATCH),
            syncer: Syncer::default(),
            removed: 0,
        }
    }

    /// How many frames of an earlier export were removed.
    pub fn removed(&self) -> usize {
        self.removed
    }

    /// Leaves the export so that it can go on.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn pause(mut self) -> Result<(), OutputError> {
        self.sync()
    }

    /// Ends an export: the manifest appears. Gives what all frames come to, also those that were there
    /// before.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn finish(mut self) -> Result<Outcome, OutputError> {
        self.sync()?;
        let mut ledger = Ledger::begin(self.destination, &self.name, self.head)?;
        let mut outcome = Outcome::default();
        self.journal.entries(|Line { entry, remark }| {
            outcome.add(&entry);
            if let (None, Some(remark)) = (&outcome.first, remark) {
                outcome.first = Some((entry.frame, remark));
            }
            ledger.line(&entry)
        })?;
        ledger.finish(&Sums::from(&outcome), None)?;
        self.journal.remove()?;
        Ok(outcome)
    }

    /// Waits until what was delivered is on the disk.
    fn sync(&mut self) -> Result<(), OutputError> {
        self.begin_sync()?;
        self.syncer.wait()
    }

    /// Sends what was delivered to the disk: frames before their lines in the journal.
    fn begin_sync(&mut self) -> Result<(), OutputError> {
        let files = std::mem::replace(&mut self.unsynced, Vec::with_capacity(BATCH));
        let (destination, journal) = (self.destination.clone(), self.journal.handle()?);
        self.syncer.begin(move || {
            for file in files {
                let synced = file.sync_all();
                synced.map_err(OutputError::io(destination.folder()))?;
            }
            destination.sync()?;
            journal
                .sync_data()
                .map_err(OutputError::io(destination.folder()))
        })
    }
}

impl Delivery<File> for Archive<'_> {
    fn deliver(&mut self, frame: Frame<File>) -> Result<u64, OutputError> {
        let name = self.destination.name(frame.number);
        let file = &frame.product;
        let handle = self
            .destination
            .write_frame(&self.name, &name, &file.bytes)?;
        let bytes = file.bytes.len() as u64;
        let written = Written {
            file: &name,
            bytes,
            hash: file.hash,
        };
        self.journal.add(&Line {
            entry: FrameEntry::new(self.plan, &frame, Some(written), file.pixels.as_ref()),
            remark: frame.remark,
        })?;
        self.unsynced.push(handle);
        if self.unsynced.len() >= BATCH {
            self.begin_sync()?;
        }
        Ok(bytes)
    }
}

/// Finds the record of an export, and insists that it is of this one.
fn find(
    destination: &Destination,
    name: &str,
    journal: &mut Journal,
    head: &Head,
) -> Result<Found, OutputError> {
    if let Some(found) = journal.survey()? {
        same(&destination.journal(name), &found, head)?;
        return Ok(Found::Journal);
    }
    let path = destination.folder().join(name);
    let Some(manifest) = read(&path)? else {
        return Ok(Found::Nothing);
    };
    same(&path, &manifest.head, head)?;
    Ok(Found::Manifest(Box::new(manifest)))
}

/// Whether the file of a frame lies on disk as it was written.
fn is_whole(destination: &Destination, entry: &FrameEntry) -> Result<bool, OutputError> {
    let Some(listed) = &entry.file else {
        return Ok(false);
    };
    if listed.file != destination.name(entry.frame) {
        return Ok(false);
    }
    let path = destination.folder().join(&listed.file);
    match hash(&path) {
        Ok((bytes, hash)) => Ok(bytes == listed.bytes && b3(&hash) == listed.hash),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(OutputError::io(&path)(error)),
    }
}

/// Size and BLAKE3 of a file.
pub(super) fn hash(path: &Path) -> io::Result<(u64, blake3::Hash)> {
    let mut hasher = blake3::Hasher::new();
    let bytes = io::copy(&mut fs::File::open(path)?, &mut hasher)?;
    Ok((bytes, hasher.finalize()))
}

/// The manifest at a path, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Manifest>, OutputError> {
    match fs::read(path) {
        Ok(bytes) => {
            let manifest = Manifest::read(&bytes).map_err(|why| OutputError::Record {
                path: path.to_owned(),
                why,
            })?;
            Ok(Some(manifest))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OutputError::io(path)(error)),
    }
}

/// The frames of a finished export, as its journal had them.
fn lines(manifest: Manifest) -> impl Iterator<Item = Line> {
    let first = manifest.sums.first_fault;
    manifest.frames.into_iter().map(move |entry| {
        let first = first.as_ref().filter(|first| first.frame == entry.frame);
        Line {
            remark: first.map(|first| first.what.clone()),
            entry,
        }
    })
}

/// Refuses a record of another export, and says what differs.
fn same(path: &Path, found: &Head, wanted: &Head) -> Result<(), OutputError> {
    let differences = differences(found, wanted);
    if differences.is_empty() {
        return Ok(());
    }
    Err(OutputError::Another {
        path: path.to_owned(),
        differences,
    })
}

/// What differs between two heads, in words, the most telling first.
pub fn differences(found: &Head, wanted: &Head) -> Vec<String> {
    let value = |head: &Head| serde_json::to_value(head).unwrap_or_default();
    let mut list = Vec::new();
    compare("", &value(found), &value(wanted), &mut list);
    list
}

fn compare(path: &str, found: &Value, wanted: &Value, list: &mut Vec<String>) {
    if let (Value::Object(a), Value::Object(b)) = (found, wanted) {
        let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for key in keys {
            let path = match path {
                "" => key.clone(),
                _ => format!("{path}.{key}"),
            };
            let part =
                |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
            compare(&path, &part(a), &part(b), list);
        }
    } else if found != wanted {
        list.push(format!("{path} was {found}, now {wanted}"));
    }
}

#[cfg(test)]
mod tests;

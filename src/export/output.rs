//! Where frames go: a folder, with names by pattern, or one file for one still.
//!
//! Files appear whole or not at all: bytes go to a temporary file in the same folder, which is then
//! renamed. Its name carries that of the manifest it belongs to, so that whoever goes on with an export
//! that was killed can tell what it left behind. Frames that are already there are never silently
//! mixed with new ones.

use super::frames::FrameSet;
use super::journal::Journal;
use super::movie::EncoderError;
use super::names::NamePattern;
use super::replace;
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A folder and the names in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    folder: PathBuf,
    names: Names,
}

/// How files are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// A sequence.
    Pattern(NamePattern),
    /// One still.
    Single(String),
}

/// What happens to files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// An error.
    Refuse,
    /// They are replaced, one by one.
    Overwrite,
    /// Those that an interrupted export has finished are kept.
    Resume,
}

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The one file is there already.
    #[error("`{}` is already there", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// Frames are there already.
    #[error("`{}` already holds frames (`{example}`)", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        example: String,
        /// Whether a record of them is there, so that the export can go on.
        resumable: bool,
    },
    /// Another process writes the same frames.
    #[error("another run is writing these frames (`{}` is locked)", path.display())]
    Locked {
        /// Its journal.
        path: PathBuf,
    },
    /// What was to be resumed was another export.
    #[error("`{}` is of another export: {}", path.display(), differences.join("; "))]
    Another {
        /// Its record.
        path: PathBuf,
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// What was to be resumed has no readable record.
    #[error("`{}`: {why}", path.display())]
    Record {
        /// The record.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The system said no.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Whoever read the stream has stopped.
    #[error("the reader of the stream went away {}", after(*last))]
    ReaderGone {
        /// The last frame that it got.
        last: Option<u64>,
    },
    /// The encoder of a movie gave up.
    #[error("{error} ({})", after(*last))]
    Encoder {
        /// Why.
        error: EncoderError,
        /// The last frame that it got.
        last: Option<u64>,
    },
}

/// How far a stream came.
fn after(last: Option<u64>) -> String {
    last.map_or_else(
        || "before the first frame".to_owned(),
        |frame| format!("after frame {frame}"),
    )
}

impl OutputError {
    /// The stable code of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } | Self::Taken { .. } => "output-exists",
            Self::Locked { .. } => "output-locked",
            Self::Another { .. } | Self::Record { .. } => "manifest-mismatch",
            Self::Io { .. } | Self::ReaderGone { .. } => "output-failed",
            Self::Encoder { error, .. } => error.code(),
        }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Destination {
    /// Files in a folder.
    pub fn new(folder: impl Into<PathBuf>, names: Names) -> Self {
        let folder: PathBuf = folder.into();
        // `still.png` has an empty parent, which means here.
        let here = folder.as_os_str().is_empty();
        Self {
            folder: if here { PathBuf::from(".") } else { folder },
            names,
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file name of a frame.
    pub fn name(&self, frame: u64) -> String {
        match &self.names {
            Names::Pattern(pattern) => pattern.name(frame),
            Names::Single(name) => name.clone(),
        }
    }

    /// Whether an export of these frames writes a file of this name.
    pub(super) fn writes(&self, file: &str, frames: &FrameSet) -> bool {
        match &self.names {
            Names::Pattern(pattern) => pattern
                .frame(file)
                .is_some_and(|frame| frames.contains(frame)),
            Names::Single(name) => name == file,
        }
    }

    /// A file of the folder, as the user would write it.
    fn path(&self, name: &str) -> PathBuf {
        if self.folder == Path::new(".") {
            PathBuf::from(name)
        } else {
            self.folder.join(name)
        }
    }

    /// Name of a file by the number of its frame, such as `frame_#####.png`.
    pub fn names(&self) -> String {
        match &self.names {
            Names::Pattern(pattern) => pattern.to_string(),
            Names::Single(name) => name.clone(),
        }
    }

    /// What people look for: the folder, or the one file.
    pub fn shown(&self) -> PathBuf {
        match &self.names {
            Names::Pattern(_) => self.folder.clone(),
            Names::Single(name) => self.path(name),
        }
    }

    /// The name of the manifest: `manifest.json`; `manifest.A-B.json` for a part of the plan;
    /// `NAME.manifest.json` beside a still.
    pub fn manifest_name(&self, frames: &FrameSet, plan_frames: u64) -> String {
        match &self.names {
            Names::Single(name) => format!("{name}.manifest.json"),
            Names::Pattern(_) if frames.len() == plan_frames => "manifest.json".to_owned(),
            Names::Pattern(_) => format!("manifest.{}-{}.json", frames.first(), frames.last()),
        }
    }

    /// Looks for frames that are in the way, without touching anything. A part of a plan minds only
    /// its own names and those beyond the plan, so that parts can share a folder; a whole one minds every
    /// frame. Both mind what the export that they replace has left. Returns the frames that would stay
    /// beside the new ones (only with [`Existing::Overwrite`]), lowest first: those that no record lists.
    ///
    /// # Errors
    /// [`OutputError::Exists`], or [`OutputError::Io`] if the folder cannot be read.
    pub fn survey(
        &self,
        frames: &FrameSet,
        plan_frames: u64,
        existing: Existing,
    ) -> Result<Vec<u64>, OutputError> {
        let resumable = self.record(frames, plan_frames).is_some();
        if existing == Existing::Resume && resumable {
            return Ok(Vec::new());
        }
        let whole = frames.len() == plan_frames;
        let mut strangers = Vec::new();
        let mut in_the_way = None;
        match &self.names {
            Names::Single(name) => {
                if self.folder.join(name).exists() {
                    in_the_way = Some(name.clone());
                }
            }
            Names::Pattern(pattern) => {
                let record = self.manifest_name(frames, plan_frames);
                let mut journal = Journal::peek(&self.journal(&record));
                let surplus = replace::surplus(self, &record, journal.as_mut(), frames);
                for frame in self.present(pattern)? {
                    let own = frames.contains(frame);
                    // A part shares the folder with other parts of its plan, and with nothing else.
                    let strange = !own && (whole || frame >= plan_frames);
                    let name = pattern.name(frame);
                    if strange && !surplus.contains(&name) {
                        strangers.push(frame);
                    }
                    if own || strange {
                        in_the_way.get_or_insert(name);
                    }
                }
                in_the_way = in_the_way.or(surplus.into_iter().next());
            }
        }
        match (in_the_way, existing) {
            (Some(example), Existing::Refuse | Existing::Resume) => Err(match &self.names {
                Names::Single(_) => OutputError::Taken {
                    path: self.path(&example),
                },
                Names::Pattern(_) => OutputError::Exists {
                    folder: self.folder.clone(),
                    example,
                    resumable,
                },
            }),
            _ => Ok(strangers),
        }
    }

    /// Makes the folder and proves that it can be written to.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn prepare(&self) -> Result<(), OutputError> {
        std::fs::create_dir_all(&self.folder).map_err(OutputError::io(&self.folder))?;
        self.temporary("probe").map(drop)
    }

    /// The record of an export of these frames: the journal if it was interrupted, else the manifest.
    pub fn record(&self, frames: &FrameSet, plan_frames: u64) -> Option<PathBuf> {
        let name = self.manifest_name(frames, plan_frames);
        [self.journal(&name), self.folder.join(&name)]
            .into_iter()
            .find(|path| path.exists())
    }

    /// Where the journal of an export lies, whose manifest has this name.
    pub(super) fn journal(&self, manifest: &str) -> PathBuf {
        self.folder.join(manifest).with_extension("journal")
    }

    /// Where a journal is written that is to take the place of [`Self::journal`].
    pub(super) fn successor(&self, manifest: &str) -> PathBuf {
        let prefix = prefix(manifest);
        self.folder.join(format!("{prefix}journal{TEMPORARY}"))
    }

    /// Writes a file: whole, or not at all.
    ///
    /// # Errors
    /// [`OutputError::Io`]; the temporary file is gone then.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let file = self.filled(name, name, bytes)?;
        self.publish(file, name)
    }

    /// Writes a frame of the export `owner` (the name of its manifest): whole, or not at all. It may
    /// not be on the disk yet; whoever keeps the handle can see to that.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn write_frame(
        &self,
        owner: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<File, OutputError> {
        let path = self.folder.join(name);
        let file = self.filled(owner, name, bytes)?;
        file.persist(&path)
            .map_err(|error| OutputError::io(&path)(error.error))
    }

    fn filled(&self, owner: &str, name: &str, bytes: &[u8]) -> Result<NamedTempFile, OutputError> {
        let mut file = self.temporary(owner)?;
        let written = file.write_all(bytes);
        written.map_err(OutputError::io(&self.folder.join(name)))?;
        Ok(file)
    }

    /// A temporary file beside the final ones; removed when dropped.
    pub(super) fn temporary(&self, owner: &str) -> Result<NamedTempFile, OutputError> {
        let mut builder = tempfile::Builder::new();
        let prefix = prefix(owner);
        builder.prefix(&prefix).suffix(TEMPORARY);
        // Temporary files are private by default; frames are as readable as any other file.
        #[cfg(unix)]
        let mode = {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::Permissions::from_mode(0o666)
        };
        #[cfg(unix)]
        builder.permissions(mode);
        // The error's own text would name the temporary file, which nobody has heard of.
        let plain = |error: io::Error| io::Error::from(error.kind());
        builder
            .tempfile_in(&self.folder)
            .map_err(|error| OutputError::io(&self.folder)(plain(error)))
    }

    /// Gives a temporary file its final name, once it is on the disk.
    pub(super) fn publish(&self, file: NamedTempFile, name: &str) -> Result<(), OutputError> {
        let path = self.folder.join(name);
        file.as_file().sync_all().map_err(OutputError::io(&path))?;
        file.persist(&path)
            .map_err(|error| OutputError::io(&path)(error.error))?;
        self.sync()
    }

    /// Waits until the names in the folder are on the disk.
    pub(super) fn sync(&self) -> Result<(), OutputError> {
        // Elsewhere a folder cannot be opened like a file, and its names need no help.
        #[cfg(unix)]
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(OutputError::io(&self.folder))?;
        Ok(())
    }

    /// A temporary file that this process has locked: as long as it lives, nobody takes what belongs to the
    /// same owner for abandoned.
    pub(super) fn held(&self, owner: &str) -> Result<NamedTempFile, OutputError> {
        loop {
            let file = self.temporary(owner)?;
            // Somebody may have looked at it, or removed it, before it was locked.
            let locked = !matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if locked && file.path().exists() {
                return Ok(file);
            }
        }
    }

    /// Removes temporary files that a killed run of an export has left, unless another run of it goes on.
    pub(super) fn sweep_abandoned(&self, owner: &str) -> Result<(), OutputError> {
        let left = self.left(owner)?;
        // Asked for anew, so that whatever a run begins with is among it.
        if left.is_empty() || self.left(owner)?.iter().any(|name| self.is_held(name)) {
            return Ok(());
        }
        left.iter().try_for_each(|name| self.remove(name))
    }

    /// Whether a process has locked a file. Where there are no locks, nobody knows.
    fn is_held(&self, name: &str) -> bool {
        match File::open(self.folder.join(name)) {
            Ok(file) => file.try_lock().is_err(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    /// Removes temporary files that a killed run of an export has left.
    pub(super) fn sweep(&self, owner: &str) -> Result<(), OutputError> {
        let left = self.left(owner)?;
        left.iter().try_for_each(|name| self.remove(name))
    }

    /// Temporary files of an export.
    fn left(&self, owner: &str) -> Result<Vec<String>, OutputError> {
        let prefix = prefix(owner);
        let is_left = |name: &str| {
            let random = name.strip_prefix(&prefix)?.strip_suffix(TEMPORARY)?;
            random
                .bytes()
                .all(|b| b.is_ascii_alphanumeric())
                .then_some(())
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(OutputError::io(&self.folder))? {
            let name = entry.map_err(OutputError::io(&self.folder))?.file_name();
            let name = name.to_str().filter(|name| is_left(name).is_some());
            found.extend(name.map(str::to_owned));
        }
        Ok(found)
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), OutputError> {
        let path = self.folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(OutputError::io(&path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Frames of a pattern that the folder holds, ascending.
    fn present(&self, pattern: &NamePattern) -> Result<Vec<u64>, OutputError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(OutputError::io(&self.folder))?,
        };
        let mut present = Vec::new();
        for entry in entries {
            let name = entry.map_err(OutputError::io(&self.folder))?.file_name();
            present.extend(name.to_str().and_then(|name| pattern.frame(name)));
        }
        present.sort_unstable();
        Ok(present)
    }
}

/// Ending of a file that has no name yet.
const TEMPORARY: &str = ".tmp";

fn prefix(owner: &str) -> String {
    format!(".oscilla-{owner}-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::FrameRange;

    fn part(text: &str) -> FrameSet {
        text.parse::<FrameRange>().unwrap().within(10).unwrap()
    }

    fn sequence(folder: &Path) -> Destination {
        Destination::new(
            folder,
            Names::Pattern(NamePattern::for_plan(10, crate::export::Format::Png)),
        )
    }

    #[test]
    fn frames_that_are_there_are_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let out = sequence(folder.path());
        out.survey(&FrameSet::all(10), 10, Existing::Refuse)
            .unwrap();
        out.write("frame_00003.png", b"x").unwrap();
        let error = out
            .survey(&FrameSet::all(10), 10, Existing::Refuse)
            .unwrap_err();
        assert_eq!(error.code(), "output-exists");
        assert!(error.to_string().contains("frame_00003.png"));
        assert_eq!(
            out.survey(&FrameSet::all(10), 10, Existing::Overwrite)
                .unwrap(),
            [0; 0]
        );
        // A shorter plan would leave frame 3 beside its own.
        assert_eq!(
            out.survey(&FrameSet::all(2), 2, Existing::Overwrite)
                .unwrap(),
            [3]
        );
    }

    #[test]
    fn parts_mind_only_their_own_frames() {
        let folder = tempfile::tempdir().unwrap();
        let out = sequence(folder.path());
        out.write("frame_00003.png", b"x").unwrap();
        out.survey(&part("4-9"), 10, Existing::Refuse).unwrap();
        assert!(out.survey(&part("0-9:3"), 10, Existing::Refuse).is_err());
    }

    #[test]
    fn a_file_appears_whole_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = sequence(&folder.path().join("deep/er"));
        out.prepare().unwrap();
        out.write("a.png", b"one").unwrap();
        out.write("a.png", b"two").unwrap();
        let names: Vec<_> = std::fs::read_dir(out.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names, ["a.png"]);
        assert_eq!(std::fs::read(out.folder().join("a.png")).unwrap(), b"two");
    }

    #[test]
    fn a_file_in_place_of_a_folder_is_an_io_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::write(&path, b"").unwrap();
        let error = sequence(&path).prepare().unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
    }

    #[test]
    fn manifests_of_parts_have_other_names() {
        let out = sequence(Path::new("out"));
        assert_eq!(out.manifest_name(&FrameSet::all(10), 10), "manifest.json");
        assert_eq!(out.manifest_name(&part("2-5"), 10), "manifest.2-5.json");
        let still = Destination::new("", Names::Single("a.png".into()));
        assert_eq!(
            still.manifest_name(&FrameSet::all(1), 1),
            "a.png.manifest.json"
        );
        assert_eq!(still.folder(), Path::new("."));
    }
}

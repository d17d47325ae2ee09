//! What an export that is about to be replaced left in the folder.
//!
//! In: the records (manifest, journal) of an earlier export that bear the name of the new one's. Out: the
//! names of its frames that the new one does not write anew. A record is believed only where it lists a
//! frame by the name that its own pattern gives it, so nothing but frames is ever found this way. Next:
//! [`super::output`], which looks before anything is written, and [`super::archive`], which removes.

use super::FrameSet;
use super::archive;
use super::format::Format;
use super::journal::Journal;
use super::manifest::{FrameEntry, Head};
use super::names::NamePattern;
use super::output::Destination;
use std::collections::BTreeSet;
use std::fs;

/// Files in the folder that the records called `manifest` list and that are no frame of `frames`. A record
/// that cannot be read lists nothing.
pub(super) fn surplus(
    destination: &Destination,
    manifest: &str,
    journal: Option<&mut Journal>,
    frames: &FrameSet,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(journal) = journal
        && let Ok(Some(head)) = journal.survey()
    {
        let pattern = pattern(&head);
        // What comes after a line that somebody changed is not believed.
        let _ = journal.entries(|line| {
            names.extend(frame_file(pattern.as_ref(), &line.entry));
            Ok(())
        });
    }
    if let Ok(Some(manifest)) = archive::read(&destination.folder().join(manifest)) {
        let pattern = pattern(&manifest.head);
        let files = manifest.frames.iter();
        names.extend(files.filter_map(|entry| frame_file(pattern.as_ref(), entry)));
    }
    names.retain(|name| !destination.writes(name, frames) && is_file(destination, name));
    names
}

/// How the frames of a record are called; a still has no pattern.
fn pattern(head: &Head) -> Option<NamePattern> {
    NamePattern::read(&head.names, Format::of_name(&head.names)?).ok()
}

fn frame_file(pattern: Option<&NamePattern>, entry: &FrameEntry) -> Option<String> {
    let file = &entry.file.as_ref()?.file;
    (pattern?.frame(file) == Some(entry.frame)).then(|| file.clone())
}

/// Whether a name is there, and no folder.
fn is_file(destination: &Destination, name: &str) -> bool {
    let found = fs::symlink_metadata(destination.folder().join(name));
    found.is_ok_and(|found| !found.is_dir())
}

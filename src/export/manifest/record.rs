//! The manifest as data: a line a frame, the files, the sums. Written in parts by [`super::ledger`],
//! read as one.

use super::{Head, b3};
use crate::export::animated::Baked;
use crate::export::pipeline::{Frame, Outcome};
use crate::export::{Columns, Faults, Plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::path::Path;

/// Version of the shape of a manifest.
pub const VERSION: u32 = 1;

/// A file as it lies on disk.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Its name, without a folder.
    pub file: &'a str,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub hash: blake3::Hash,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileEntry {
    /// Its name, without a folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// `b3:` and BLAKE3 of its bytes.
    pub hash: String,
}

impl From<Written<'_>> for FileEntry {
    fn from(written: Written<'_>) -> Self {
        Self {
            file: written.file.to_owned(),
            bytes: written.bytes,
            hash: b3(&written.hash),
        }
    }
}

/// A frame of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrameEntry {
    /// Its number in the plan.
    pub frame: u64,
    /// Its time, ms.
    pub t_ms: f64,
    /// Its phase in turns, if the plan is driven by phase.
    pub phase: Option<f64>,
    /// Its own file; left out where all frames are in one.
    #[serde(flatten)]
    pub file: Option<FileEntry>,
    /// `b3:` and BLAKE3 of its decoded pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<String>,
    /// What it was drawn from.
    #[serde(default)]
    pub columns: Columns,
    /// Only where something happened.
    #[serde(default, skip_serializing_if = "Faults::is_none")]
    pub faults: Faults,
}

impl FrameEntry {
    /// Of a finished frame: its own file, if it has one, and the hash of its pixels.
    pub fn new<P>(
        plan: &Plan,
        frame: &Frame<P>,
        file: Option<Written<'_>>,
        pixels: Option<&blake3::Hash>,
    ) -> Self {
        Self {
            frame: frame.number,
            t_ms: frame.t_ms,
            phase: plan.phase(frame.sample),
            file: file.map(FileEntry::from),
            pixels: pixels.map(b3),
            columns: frame.columns,
            faults: frame.faults,
        }
    }
}

/// What all frames come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sums {
    /// Frames written.
    pub frames: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// What all frames were drawn from.
    #[serde(default)]
    pub columns: Columns,
    /// What happened in all frames.
    pub faults: Faults,
    /// The first frame where something happened, and what it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_fault: Option<FirstFault>,
}

/// A frame where something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstFault {
    /// Its number in the plan.
    pub frame: u64,
    /// What it was about.
    pub what: String,
}

impl From<&Outcome> for Sums {
    fn from(outcome: &Outcome) -> Self {
        Self {
            frames: outcome.frames,
            bytes: outcome.bytes,
            columns: outcome.columns,
            faults: outcome.faults,
            first_fault: outcome.first.as_ref().map(|(frame, what)| FirstFault {
                frame: *frame,
                what: what.clone(),
            }),
        }
    }
}

impl Outcome {
    /// Counts a frame that has a file of its own.
    pub fn add(&mut self, entry: &FrameEntry) {
        self.frames += 1;
        self.bytes += entry.file.as_ref().map_or(0, |file| file.bytes);
        self.faults = self.faults.plus(entry.faults);
        self.columns = self.columns.plus(entry.columns);
    }
}

impl From<Sums> for Outcome {
    fn from(sums: Sums) -> Self {
        Self {
            frames: sums.frames,
            bytes: sums.bytes,
            faults: sums.faults,
            columns: sums.columns,
            first: sums.first_fault.map(|first| (first.frame, first.what)),
            stopped: false,
        }
    }
}

/// The whole file. It is written in parts and read as one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of this shape, 1.
    pub manifest_version: u32,
    /// What was asked for.
    #[serde(flatten)]
    pub head: Head,
    /// In order.
    pub frames: Vec<FrameEntry>,
    /// The file that holds all frames, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<FileEntry>,
    /// What an animation could not express.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baked: Vec<Baked>,
    /// Over all frames.
    pub sums: Sums,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with the text, in words. A manifest speaks of its own folder: names of other places
    /// are refused, so that nobody who verifies one reads or writes there.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            manifest_version: u32,
        }
        // The version first: another one may have another shape.
        let version: Version = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no manifest of an export: {error}"))?;
        if version.manifest_version != VERSION {
            let found = version.manifest_version;
            return Err(format!(
                "its shape has version {found}, this program reads {VERSION}"
            ));
        }
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| format!("it cannot be read: {error}"))?;
        let stray = manifest.names().find(|name| !is_plain(name));
        if let Some(name) = stray {
            return Err(format!("it names `{name}`, which is not a file beside it"));
        }
        Ok(manifest)
    }

    /// All names of files in it, and their pattern.
    fn names(&self) -> impl Iterator<Item = &str> {
        let files = self.frames.iter().filter_map(|frame| frame.file.as_ref());
        let files = files.chain(&self.output).map(|file| file.file.as_str());
        files.chain([self.head.names.as_str()])
    }
}

/// Whether a name means a file in its folder, and no other place.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(name))
}

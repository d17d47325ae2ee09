//! The manifest as a file that grows: head, one line a frame, what the files are together.

use super::{Head, b3};
use crate::export::animated::Baked;
use crate::export::output::{Destination, OutputError};
use crate::export::pipeline::{Frame, Outcome};
use crate::export::{Faults, FrameSet, Plan};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use std::io::{BufWriter, Write};
use tempfile::NamedTempFile;

/// Version of the shape of this file.
const VERSION: u32 = 1;

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

#[derive(Serialize, JsonSchema)]
struct FileEntry<'a> {
    /// Its name, without a folder.
    file: &'a str,
    /// Its size.
    bytes: u64,
    /// `b3:` and BLAKE3 of its bytes.
    hash: String,
}

impl<'a> From<Written<'a>> for FileEntry<'a> {
    fn from(written: Written<'a>) -> Self {
        Self {
            file: written.file,
            bytes: written.bytes,
            hash: b3(&written.hash),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FrameEntry<'a> {
    /// Its number in the plan.
    frame: u64,
    /// Its time, ms.
    t_ms: f64,
    /// Its phase in turns, if the plan is driven by phase.
    phase: Option<f64>,
    #[serde(flatten)]
    file: Option<FileEntry<'a>>,
    /// `b3:` and BLAKE3 of its decoded pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pixels: Option<String>,
    /// Only where something happened.
    #[serde(skip_serializing_if = "Faults::is_none")]
    faults: Faults,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Sums<'a> {
    /// Frames written.
    frames: u64,
    /// Bytes of all files.
    bytes: u64,
    /// What happened in all frames.
    faults: Faults,
    /// The first frame where something happened, and what it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_fault: Option<FirstFault<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FirstFault<'a> {
    /// Its number in the plan.
    frame: u64,
    /// What it was about.
    what: &'a str,
}

/// The whole file. It is written in parts; this is what they come to.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "the parts are written one by one; only the schema reads this"
)]
struct Manifest<'a> {
    /// Version of this shape, 1.
    manifest_version: u32,
    #[serde(flatten)]
    head: Head,
    /// In order.
    frames: Vec<FrameEntry<'a>>,
    /// The file that holds all frames, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<FileEntry<'a>>,
    /// What an animation could not express.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    baked: Vec<Baked>,
    /// Over all frames.
    sums: Sums<'a>,
}

/// The JSON Schema of a manifest.
pub fn schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    generator.into_root_schema_for::<Manifest<'_>>().to_value()
}

/// A manifest that is being written; it appears under its name when it is finished.
#[derive(Debug)]
pub struct Ledger<'a> {
    destination: &'a Destination,
    plan: &'a Plan,
    name: String,
    out: BufWriter<NamedTempFile>,
    first: bool,
    baked: Vec<Baked>,
}

impl<'a> Ledger<'a> {
    /// Begins a manifest. That of an earlier export is removed: its files are about to change.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn begin(
        destination: &'a Destination,
        plan: &'a Plan,
        frames: &FrameSet,
        head: &Head,
    ) -> Result<Self, OutputError> {
        let name = destination.manifest_name(frames, plan.frames());
        destination.remove(&name)?;
        let mut ledger = Self {
            destination,
            plan,
            name,
            out: BufWriter::new(destination.temporary()?),
            first: true,
            baked: Vec::new(),
        };
        let head = pretty(head);
        let inner = head
            .trim_start_matches('{')
            .trim_end_matches('}')
            .trim_end();
        ledger.write(&format!(
            "{{\n  \"manifestVersion\": {VERSION},{inner},\n  \"frames\": ["
        ))?;
        Ok(ledger)
    }

    /// The line of a frame: its own file, if it has one, and the hash of its pixels.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn line<P>(
        &mut self,
        frame: &Frame<P>,
        file: Option<Written<'_>>,
        pixels: Option<&blake3::Hash>,
    ) -> Result<(), OutputError> {
        let entry = FrameEntry {
            frame: frame.number,
            t_ms: frame.t_ms,
            phase: self.plan.phase(frame.sample),
            file: file.map(FileEntry::from),
            pixels: pixels.map(b3),
            faults: frame.faults,
        };
        let comma = if std::mem::take(&mut self.first) {
            ""
        } else {
            ","
        };
        // Plain data with string keys always has a JSON form.
        let entry = serde_json::to_string(&entry).unwrap_or_default();
        self.write(&format!("{comma}\n    {entry}"))
    }

    /// What an animation could not express.
    pub fn set_baked(&mut self, baked: Vec<Baked>) {
        self.baked = baked;
    }

    /// Ends the manifest, which appears; `single` is the file that holds all frames, if there is one.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn finish(
        mut self,
        outcome: &Outcome,
        single: Option<Written<'_>>,
    ) -> Result<(), OutputError> {
        self.write("\n  ],")?;
        if let Some(single) = single {
            let single = pretty(&FileEntry::from(single)).replace('\n', "\n  ");
            self.write(&format!("\n  \"output\": {single},"))?;
        }
        if !self.baked.is_empty() {
            let baked = pretty(&self.baked).replace('\n', "\n  ");
            self.write(&format!("\n  \"baked\": {baked},"))?;
        }
        let sums = Sums {
            frames: outcome.frames,
            bytes: outcome.bytes,
            faults: outcome.faults,
            first_fault: outcome.first.as_ref().map(|(frame, what)| FirstFault {
                frame: *frame,
                what,
            }),
        };
        let sums = pretty(&sums).replace('\n', "\n  ");
        self.write(&format!("\n  \"sums\": {sums}\n}}\n"))?;
        let path = self.destination.folder().join(&self.name);
        let file = self
            .out
            .into_inner()
            .map_err(|error| OutputError::io(&path)(error.into_error()))?;
        self.destination.publish(file, &self.name)
    }

    fn write(&mut self, text: &str) -> Result<(), OutputError> {
        let written = self.out.write_all(text.as_bytes());
        written.map_err(|error| OutputError::io(&self.destination.folder().join(&self.name))(error))
    }
}

fn pretty(value: &impl Serialize) -> String {
    // Plain data with string keys always has a JSON form.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

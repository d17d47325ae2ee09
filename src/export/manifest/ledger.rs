//! The manifest as a file that grows: head, one line a frame, what the files are together.

use super::Head;
use super::record::{FileEntry, FrameEntry, Manifest, Sums, VERSION};
use crate::export::animated::Baked;
use crate::export::output::{Destination, OutputError};
use schemars::generate::SchemaSettings;
use serde::Serialize;
use std::io::{BufWriter, Write};
use tempfile::NamedTempFile;

/// The JSON Schema of a manifest.
pub fn schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    generator.into_root_schema_for::<Manifest>().to_value()
}

/// A manifest that is being written; it appears under its name when it is finished.
#[derive(Debug)]
pub struct Ledger<'a> {
    destination: &'a Destination,
    name: String,
    out: BufWriter<NamedTempFile>,
    first: bool,
    baked: Vec<Baked>,
}

impl<'a> Ledger<'a> {
    /// Begins a manifest. That of an earlier export is removed: its files are about to change. Until it is
    /// finished, other runs can tell that this one goes on.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn begin(
        destination: &'a Destination,
        name: &str,
        head: &Head,
    ) -> Result<Self, OutputError> {
        destination.remove(name)?;
        let mut ledger = Self {
            destination,
            name: name.to_owned(),
            out: BufWriter::new(destination.held(name)?),
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

    /// The line of a frame.
    ///
    /// # Errors
    /// [`OutputError::Io`].
    pub fn line(&mut self, entry: &FrameEntry) -> Result<(), OutputError> {
        let comma = if std::mem::take(&mut self.first) {
            ""
        } else {
            ","
        };
        let entry = compact(entry);
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
    pub fn finish(mut self, sums: &Sums, single: Option<&FileEntry>) -> Result<(), OutputError> {
        self.write("\n  ],")?;
        if let Some(single) = single {
            let single = pretty(single).replace('\n', "\n  ");
            self.write(&format!("\n  \"output\": {single},"))?;
        }
        if !self.baked.is_empty() {
            let baked = pretty(&self.baked).replace('\n', "\n  ");
            self.write(&format!("\n  \"baked\": {baked},"))?;
        }
        let sums = pretty(sums).replace('\n', "\n  ");
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
    // Plain data with string keys.
    serde_json::to_string_pretty(value).expect("a JSON form")
}

/// On one line.
pub(crate) fn compact(value: &impl Serialize) -> String {
    // Plain data with string keys.
    serde_json::to_string(value).expect("a JSON form")
}

//! `sweep.json`: what lies where, beside the folders of the variants.

use super::Run;
use crate::cli::failure::Failure;
use crate::diag::Diagnostic;
use crate::export::manifest::b3;
use serde_json::{Map, Value, json};
use std::path::{Component, PathBuf};

/// Version of the shape of the file.
const VERSION: u32 = 1;

/// What became of a variant.
pub(super) struct Entry {
    value: Value,
}

impl Entry {
    /// Of one whose frames are there; `bytes` are those of all its files.
    pub(super) fn done(run: &Run, (frames, bytes): (u64, u64), verdict: Option<&str>) -> Self {
        let mut value = head(run);
        value.insert("frames".into(), frames.into());
        value.insert("bytes".into(), bytes.into());
        value.insert("loop".into(), verdict.into());
        Self {
            value: value.into(),
        }
    }

    /// Of one that failed.
    pub(super) fn failed(run: &Run, failure: &Failure) -> Self {
        let mut value = head(run);
        let finding =
            |finding: &Diagnostic| json!({"code": finding.code, "message": finding.message});
        let errors: Vec<Value> = failure.findings.iter().map(finding).collect();
        value.insert("errors".into(), errors.into());
        Self {
            value: value.into(),
        }
    }
}

/// What can be said before it is rendered.
fn head(run: &Run) -> Map<String, Value> {
    let (variant, program) = (&run.variant, &run.ready.program);
    let set = variant
        .set
        .iter()
        .map(|(target, value)| (target.clone(), json!(value)));
    let mut value = Map::new();
    value.insert("folder".into(), json!(variant.folder));
    value.insert("seed".into(), json!(program.seed));
    value.insert("set".into(), Value::Object(set.collect()));
    value.insert("programHash".into(), json!(program.program_hash));
    let destination = &run.job.target.destination;
    let manifest = destination.manifest_name(&run.job.frames, run.job.plan.frames());
    value.insert(
        "manifest".into(),
        json!(format!("{}/{manifest}", variant.folder)),
    );
    value
}

/// The name of the file: `sweep.json`, or `sweep.A-B.json` for a part of the plan.
pub(super) fn name(run: &Run) -> String {
    let destination = &run.job.target.destination;
    let manifest = destination.manifest_name(&run.job.frames, run.job.plan.frames());
    match manifest.strip_prefix("manifest.") {
        Some(rest) => format!("sweep.{rest}"),
        None => "sweep.json".to_owned(),
    }
}

/// The file.
pub(super) fn write(first: &Run, entries: &[Entry]) -> String {
    let program = &first.ready.program;
    let index = json!({
        "sweepVersion": VERSION,
        "tool": format!("oscilla {}", env!("CARGO_PKG_VERSION")),
        "patch": {
            "id": program.patch_id,
            "revision": program.patch_revision,
            "hash": b3(&first.ready.hash),
        },
        "variants": entries.iter().map(|entry| &entry.value).collect::<Vec<_>>(),
    });
    format!("{index:#}\n")
}

/// A variant that such a file lists.
pub(in crate::cli) struct Listed {
    /// Its folder.
    pub(in crate::cli) folder: String,
    /// Its manifest, relative to the folder of the file.
    pub(in crate::cli) manifest: PathBuf,
    /// Whether it failed, so that there is none.
    pub(in crate::cli) failed: bool,
}

/// The variants that such a file lists. `None` if it is no such file, or names something outside its
/// folder.
pub(in crate::cli) fn read(text: &[u8]) -> Option<Vec<Listed>> {
    let index: Value = serde_json::from_slice(text).ok()?;
    (index["sweepVersion"] == VERSION).then_some(())?;
    let listed = |variant: &Value| {
        let manifest = PathBuf::from(variant["manifest"].as_str()?);
        let mut parts = manifest.components();
        let is_inside = parts.all(|part| matches!(part, Component::Normal(_)));
        is_inside.then_some(Listed {
            folder: variant["folder"].as_str()?.to_owned(),
            manifest,
            failed: variant.get("errors").is_some(),
        })
    };
    index["variants"].as_array()?.iter().map(listed).collect()
}

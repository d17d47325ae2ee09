//! Content hashes: two programs with equal hashes are equal.
//!
//! `program_hash` covers what can change a frame, `compile_id` everything. Both hash the canonical
//! bytes: the fields in declaration order in the postcard wire format. Changing a label changes only
//! `compile_id`; changing a colour changes both.

use super::{Program, WriteError};
use serde::Serialize;
use std::io::BufWriter;

/// Sets `program_hash`, then `compile_id`.
///
/// # Errors
/// See [`WriteError`].
pub fn seal(program: &mut Program) -> Result<(), WriteError> {
    program.program_hash = program_hash(program)?;
    program.compile_id = compile_id(program)?;
    Ok(())
}

/// `b3:` and 64 hex digits over everything that can change a frame.
///
/// # Errors
/// See [`WriteError`].
pub fn program_hash(p: &Program) -> Result<String, WriteError> {
    let outputs: Vec<_> = p.outputs.iter().map(|o| (o.key, o.kind, o.slot)).collect();
    let versions = (p.ir_version, p.format_version, p.seed, p.memory);
    let head = (versions, &p.time_model, &p.viewport, &p.types);
    hash(
        "oscilla program 1",
        &(head, &p.tables, &p.schedule, outputs, &p.roots),
    )
}

/// `b3:` and 64 hex digits over everything but itself.
///
/// # Errors
/// See [`WriteError`].
pub fn compile_id(p: &Program) -> Result<String, WriteError> {
    let names = (&p.patch_id, p.patch_revision, &p.program_hash);
    let labels: Vec<_> = p.outputs.iter().map(|o| &o.label).collect();
    hash("oscilla compile 1", &(names, labels, &p.debug, &p.meta))
}

/// `b3:` and the BLAKE3 hash of a context text and the canonical bytes of `value`.
fn hash(context: &str, value: &impl Serialize) -> Result<String, WriteError> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(context.as_bytes());
    // The hash takes many bytes at once, the format gives few.
    let buffered = BufWriter::with_capacity(1 << 16, &mut hasher);
    postcard::to_io(value, buffered).map_err(|error| WriteError {
        form: "bytes",
        why: error.to_string(),
    })?;
    Ok(format!("b3:{}", hasher.finalize().to_hex()))
}

//! Everything that later frames depend on, as bytes.
//!
//! A [`Snapshot`] is taken between two frames and restored into an engine of the same program; every
//! later frame is then bit-identical to the run without the interruption. Registers, buffers,
//! caches, probes and traces are not in it. Bytes: magic `OSCS`, version, length, BLAKE3 of the
//! payload, payload.

/// Why a snapshot is refused; the engine then stands as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Another version of the format.
    #[error("the checkpoint was written by another version")]
    Version,
    /// Taken from another program.
    #[error("the checkpoint belongs to another program: make it again")]
    Program,
    /// The program's state has another shape.
    #[error("the checkpoint's state has another layout: make it again")]
    Layout,
    /// Cut, or changed.
    #[error("the checkpoint is cut or damaged")]
    Damaged,
}

/// Everything that later frames depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub(super) payload: Vec<u8>,
}

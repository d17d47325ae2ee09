//! Everything that later frames depend on, as bytes.
//!
//! A [`Snapshot`] is taken between two frames and restored into an engine of the same program; every
//! later frame is then bit-identical to the run without the interruption. Registers, columns, caches,
//! probes and traces are not in it. Bytes: magic `OSCS`, version (u16), payload length (u64), BLAKE3
//! of the payload, payload; all little-endian. The same run gives the same bytes.

use super::frame::FrameTime;
use super::rails;
use super::state;
use super::time::Moment;
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 4] = b"OSCS";
const VERSION: u16 = 1;
/// Numbers mean the same only to the version that wrote them.
pub(super) const ENGINE: &str = env!("CARGO_PKG_VERSION");
const HEADER: usize = 4 + 2 + 8 + 32;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Version of the engine that took it.
    pub(super) engine: String,
    /// Of the program it was taken from.
    pub(super) program_hash: String,
    /// Of the state's layout.
    pub(super) layout_hash: String,
    /// Frames of the run so far.
    pub(super) frames: u64,
    pub(super) prev: Option<Moment>,
    pub(super) latch: Option<Moment>,
    /// The run began after a sample and has had no frame yet.
    pub(super) waiting: bool,
    /// Turns added after a swap that kept the phase.
    pub(super) gauge: f64,
    pub(super) cells: state::Contents,
    pub(super) rails: rails::Contents,
    /// What the host says the run depends on besides.
    pub(super) inputs: String,
}

impl Snapshot {
    /// The same with a word for the inputs of the run, such as the hash of a recording. The engine
    /// knows them only sample by sample; whoever restores compares.
    #[must_use]
    pub fn with_inputs(self, inputs: impl Into<String>) -> Self {
        Self {
            inputs: inputs.into(),
            ..self
        }
    }

    /// What [`Self::with_inputs`] said; empty if nothing.
    pub fn inputs(&self) -> &str {
        &self.inputs
    }

    /// Hash of the program that it belongs to, `b3:…`.
    pub fn program_hash(&self) -> &str {
        &self.program_hash
    }

    /// Frames that the run had when it was taken.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Time of the last frame; `None` if there was none.
    pub fn time(&self) -> Option<FrameTime> {
        self.prev.map(|moment| match moment.cycle {
            Some((step, of)) => FrameTime::cycle(step, of),
            None => FrameTime::at(moment.t_ms),
        })
    }

    /// As a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing plain numbers and texts into memory cannot fail.
        let payload = postcard::to_allocvec(self).unwrap_or_default();
        let mut bytes = Vec::with_capacity(HEADER + payload.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
        bytes.extend_from_slice(blake3::hash(&payload).as_bytes());
        bytes.extend_from_slice(&payload);
        bytes
    }

    /// From a file.
    ///
    /// # Errors
    /// If the bytes are no snapshot, of another version, cut or changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (header, payload) = bytes
            .split_at_checked(HEADER)
            .ok_or(SnapshotError::Damaged)?;
        let (magic, rest) = header.split_at(4);
        let (version, rest) = rest.split_at(2);
        let (length, hash) = rest.split_at(8);
        if magic != MAGIC {
            return Err(SnapshotError::Damaged);
        }
        if version != VERSION.to_le_bytes() {
            return Err(SnapshotError::Version);
        }
        let whole = length == (payload.len() as u64).to_le_bytes()
            && hash == blake3::hash(payload).as_bytes();
        if !whole {
            return Err(SnapshotError::Damaged);
        }
        let snapshot: Self = postcard::from_bytes(payload).map_err(|_| SnapshotError::Damaged)?;
        if snapshot.engine != ENGINE {
            return Err(SnapshotError::Version);
        }
        Ok(snapshot)
    }
}

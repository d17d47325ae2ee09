//! The binary form of a program: compact, with a magic number, its versions and its own hash.
//!
//! | offset | size | content, little-endian |
//! |---|---|---|
//! | 0 | 4 | `OSCB` |
//! | 4 | 2 | version of this container, 1 |
//! | 6 | 2 | version of the program, 1 |
//! | 8 | 8 | bytes of the payload |
//! | 16 | 32 | BLAKE3 of the payload |
//! | 48 | … | the program in the postcard wire format |
//!
//! The hash tells a damaged file from a whole one, not a friend from a foe: whoever writes the payload
//! can write its hash. Lengths in the payload are therefore never believed: a list must fit into what a
//! file of this size may take in memory (see `budget`). Reading proves the shape only; [`super::file`] proves the rest.

use super::budget::{self, Budget};
use super::json::unsupported;
use super::{Program, VERSION, WriteError};
use crate::diag::Diagnostic;
use serde::Deserialize;

/// The first bytes of every file.
pub const MAGIC: [u8; 4] = *b"OSCB";
const CONTAINER: u16 = 1;
const HEADER: usize = 48;
/// Bytes of memory for each byte of a payload: compiled patches take up to 4.
const GROWTH: u64 = 12;

/// The bytes of a program.
///
/// # Errors
/// See [`WriteError`].
pub fn to_bytes(program: &Program) -> Result<Vec<u8>, WriteError> {
    let room = vec![0; HEADER];
    let mut bytes = postcard::to_extend(program, room).map_err(|error| WriteError {
        form: "bytes",
        why: error.to_string(),
    })?;
    let (header, payload) = bytes.split_at_mut(HEADER);
    header[..4].copy_from_slice(&MAGIC);
    header[4..6].copy_from_slice(&CONTAINER.to_le_bytes());
    header[6..8].copy_from_slice(&(VERSION as u16).to_le_bytes());
    header[8..16].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    header[16..].copy_from_slice(blake3::hash(payload).as_bytes());
    Ok(bytes)
}

/// Whether a file is meant as a program in this form, or the beginning of one: no JSON text begins so.
pub fn is_program(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC) || (!bytes.is_empty() && MAGIC.starts_with(bytes))
}

/// Reads the bytes of a program.
///
/// # Errors
/// `ir-version` for another version, `ir-binary` for a file that is cut or damaged, `ir-schema` for
/// a payload that is whole and yet no program.
pub fn from_bytes(bytes: &[u8]) -> Result<Program, Box<Diagnostic>> {
    let refuse = |message: String| {
        let found = Diagnostic::error("ir-binary", "", message);
        Err(Box::new(found.hint("compile the patch again")))
    };
    let Some((header, payload)) = bytes.split_first_chunk::<HEADER>() else {
        let plural = if bytes.len() == 1 { "" } else { "s" };
        return refuse(format!(
            "the file is cut: {} byte{plural}, its head alone has {HEADER}",
            bytes.len()
        ));
    };
    let [
        m0,
        m1,
        m2,
        m3,
        c0,
        c1,
        v0,
        v1,
        l0,
        l1,
        l2,
        l3,
        l4,
        l5,
        l6,
        l7,
        hash @ ..,
    ] = *header;
    if [m0, m1, m2, m3] != MAGIC {
        return refuse("the file does not begin with `OSCB`".to_owned());
    }
    let container = u16::from_le_bytes([c0, c1]);
    if container != CONTAINER {
        let message =
            format!("version {container} of the binary form, this build reads {CONTAINER}");
        let found = Diagnostic::error("ir-version", "", message);
        return Err(Box::new(found.hint("compile the patch again")));
    }
    let version = u16::from_le_bytes([v0, v1]);
    if u32::from(version) != VERSION {
        return Err(Box::new(unsupported("", &version.to_string())));
    }
    let length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
    if length != payload.len() as u64 {
        return refuse(format!(
            "the file is cut or damaged: {} bytes follow the head, not {length}",
            payload.len()
        ));
    }
    if blake3::hash(payload) != blake3::Hash::from_bytes(hash) {
        return refuse("the file is damaged: its content has another hash".to_owned());
    }
    let budget = Budget::new(payload.len(), GROWTH);
    let mut from = postcard::Deserializer::from_bytes(payload);
    let program = match Program::deserialize(budget.within(&mut from)) {
        Ok(program) => program,
        Err(_) if budget.is_spent() => return Err(Box::new(budget::refusal(String::new()))),
        Err(error) => return Err(misshapen(&error.to_string())),
    };
    match from.finalize() {
        Ok([]) => Ok(program),
        Ok(rest) => Err(misshapen(&format!("{} bytes too many", rest.len()))),
        Err(error) => Err(misshapen(&error.to_string())),
    }
}

fn misshapen(what: &str) -> Box<Diagnostic> {
    let message = format!("the content is not a program of version {VERSION}: {what}");
    Box::new(Diagnostic::error("ir-schema", "", message).hint("compile the patch again"))
}

//! A file becomes a program: read, parse, compile, with every finding in its place.

use super::args::PatchFlags;
use super::console::Console;
use super::failure::Failure;
use crate::compile::{self, Options};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Program, Valid};
use crate::patch::{self, Source};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Most bytes that are read of a patch; the reader refuses longer texts, so one more is enough.
const READ_MAX: u64 = (64 << 20) + 1;

/// What one patch led to.
pub(super) struct Loaded {
    /// The program, unless there were errors.
    pub(super) program: Option<Arc<Valid<Program>>>,
    /// Everything found, in order of place.
    pub(super) diagnostics: Diagnostics,
    /// BLAKE3 of the bytes as read.
    pub(super) hash: blake3::Hash,
}

/// Reads and compiles a patch.
///
/// # Errors
/// Only if the file cannot be read; what is wrong with the patch is in the diagnostics.
pub(super) fn load(path: &Path, flags: &PatchFlags, strict: bool) -> Result<Loaded, Failure> {
    let bytes = read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let hash = blake3::hash(&bytes);
    let name = if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    };
    let stem = path.file_stem().filter(|_| path != Path::new("-"));
    let options = Options {
        seed: flags.seed,
        size: flags.size,
        background: flags.background,
        set: flags.set.clone(),
        stem: stem.map_or("stdin".to_owned(), |stem| {
            stem.to_string_lossy().into_owned()
        }),
    };
    let mut diagnostics = Diagnostics::new();
    let mut program = None;
    match Source::from_bytes(name, bytes) {
        Ok(source) => {
            program = patch::read(&source, &mut diagnostics)
                .and_then(|document| compile::compile(&document, &options, &mut diagnostics));
            source.fill_places(&mut diagnostics);
        }
        Err(finding) => diagnostics.push(*finding),
    }
    if strict {
        diagnostics.deny_warnings();
    }
    let program = program.filter(|_| !diagnostics.has_errors()).map(Arc::new);
    Ok(Loaded {
        program,
        diagnostics,
        hash,
    })
}

impl Loaded {
    /// The program; shows the warnings on the way.
    ///
    /// # Errors
    /// The errors of the patch.
    pub(super) fn into_program(self, console: &Console) -> Result<Ready, Failure> {
        match self.program {
            Some(program) => {
                console.warnings(self.diagnostics.list());
                Ok(Ready {
                    program,
                    warnings: self.diagnostics.list().to_vec(),
                    hash: self.hash,
                })
            }
            None => Err(Failure::invalid(&self.diagnostics)),
        }
    }
}

/// A program that can run.
pub(super) struct Ready {
    /// The program.
    pub(super) program: Arc<Valid<Program>>,
    /// What was found on the way.
    pub(super) warnings: Vec<Diagnostic>,
    /// BLAKE3 of the bytes as read.
    pub(super) hash: blake3::Hash,
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(READ_MAX).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(READ_MAX).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

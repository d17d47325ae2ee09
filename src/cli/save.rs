//! One file of data: whole or not at all, `-` for standard output. What is there and no file, such as a
//! device or a pipe, is written to.

use super::console;
use super::failure::{Failure, Status};
use crate::diag::Diagnostic;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a file beside its place, then gives it its name; what was there is replaced.
///
/// # Errors
/// What goes wrong with the file, with its name.
pub(super) fn save(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Ok(console::data(write)?);
    }
    let file = || -> io::Result<()> {
        if is_special(path) {
            let mut file = BufWriter::new(OpenOptions::new().write(true).open(path)?);
            write(&mut file)?;
            return file.flush();
        }
        let mut file = BufWriter::new(beside(path)?);
        write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    file().map_err(|error| unwritable(path, &error))
}

/// Finds out whether [`save`] could write here, before the work is done whose result it would be.
///
/// # Errors
/// As [`save`].
pub(super) fn can_save(path: &Path) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Ok(());
    }
    let tried = if path.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else if is_special(path) {
        OpenOptions::new().write(true).open(path).map(drop)
    } else {
        beside(path).map(drop)
    };
    tried.map_err(|error| unwritable(path, &error))
}

/// Whether there is something that is neither a file nor a folder.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// A temporary file in the same folder; removed when dropped.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".oscilla-").suffix(".tmp");
    // Temporary files are private by default; results are as readable as any other file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // The error's own text would name the temporary file, which nobody has heard of.
    let plain = |error: io::Error| io::Error::from(error.kind());
    builder.tempfile_in(folder).map_err(plain)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        _ => error.to_string(),
    };
    let message = format!("cannot write `{}`: {reason}", path.display());
    Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
}

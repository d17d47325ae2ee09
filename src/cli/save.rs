//! One file of data: whole or not at all, `-` for standard output.

use super::console;
use super::failure::{Failure, Status};
use crate::diag::Diagnostic;
use std::io::{self, BufWriter, Write};
use std::path::Path;

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
    let file = || -> io::Result<()> {
        // The error's own text would name the temporary file, which nobody has heard of.
        let plain = |error: io::Error| io::Error::from(error.kind());
        let mut file = BufWriter::new(builder.tempfile_in(folder).map_err(plain)?);
        write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    file().map_err(|error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
    })
}

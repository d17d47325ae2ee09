//! Bytes become a proven program: which form they have, what they hold, whether it can run.
//!
//! In: the bytes of a file. Out: a [`Valid`] program, or every reason why not. What a hand may have
//! changed in the JSON form is put right with a warning: hashes are computed anew, debug rows that no
//! longer fit are dropped. The binary form comes from a program only, so there both are errors.

use super::{Program, Valid, WriteError, binary, identity, json, validate};
use crate::diag::{Diagnostic, Diagnostics, MAX_INPUT};

/// Most bytes of a program in binary form: 1 GiB. A larger one could not pass the limits on rows. As JSON
/// it may have as many as any other file that is read: [`MAX_INPUT`].
pub const MAX_BYTES: u64 = 1 << 30;

/// The two forms that can be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// [`json`]
    Json,
    /// [`binary`]
    Binary,
}

/// Which form of a program some bytes are, or the beginning of; `None` for anything else, such as a
/// patch.
pub fn form(bytes: &[u8]) -> Option<Form> {
    if binary::is_program(bytes) {
        Some(Form::Binary)
    } else {
        json::is_program(bytes).then_some(Form::Json)
    }
}

/// Reads and proves a program.
///
/// `None` exactly when `diagnostics` holds errors afterwards. Findings have JSON pointers; the binary
/// form has the same ones.
///
/// ```
/// use oscilla::ir::file::{self, Form};
/// use oscilla::{compile, diag::Diagnostics, ir, patch};
///
/// let text = r#"{"blocks": [{"id": "time", "type": "CycleTimeRoot"},
///     {"id": "dots", "type": "RenderInstances2D", "params": {"positions": [8, 8]}}]}"#;
/// let mut found = Diagnostics::new();
/// let document = patch::read(&patch::Source::new("dot.json", text), &mut found).expect("JSON");
/// let program = compile::compile(&document, &compile::Options::default(), &mut found)
///     .expect("a right patch");
///
/// let bytes = ir::binary::to_bytes(&program)?;
/// assert_eq!((file::form(&bytes), file::form(text.as_bytes())), (Some(Form::Binary), None));
/// let again = file::read(&bytes, Form::Binary, &mut found).expect("the same program");
/// assert_eq!(again.program_hash, program.program_hash);
///
/// // A file that ends too early is refused with a reason.
/// assert!(file::read(&bytes[..100], Form::Binary, &mut found).is_none());
/// assert!(found.has_errors());
/// # Ok::<(), ir::WriteError>(())
/// ```
pub fn read(bytes: &[u8], form: Form, diagnostics: &mut Diagnostics) -> Option<Valid<Program>> {
    let mut program = match decode(bytes, form) {
        Ok(program) => program,
        Err(found) => {
            diagnostics.push(*found);
            return None;
        }
    };
    if let Err(error) = put_right(&mut program, form, diagnostics) {
        diagnostics.push(Diagnostic::error("ir-schema", "", error.to_string()));
        return None;
    }
    match validate(program) {
        Ok(program) if !diagnostics.has_errors() => Some(program),
        Ok(_) => None,
        Err(list) => {
            list.into_iter().for_each(|found| diagnostics.push(found));
            None
        }
    }
}

fn decode(bytes: &[u8], form: Form) -> Result<Program, Box<Diagnostic>> {
    fits(bytes.len() as u64, form)?;
    match form {
        Form::Binary => binary::from_bytes(bytes),
        Form::Json => {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                let message = format!("not UTF-8 from byte {}", error.valid_up_to());
                Box::new(Diagnostic::error("ir-schema", "", message))
            })?;
            json::from_str(text)
        }
    }
}

/// Whether a program of so many bytes is read in this form.
///
/// # Errors
/// `ir-limit`, with what to write in its place.
pub fn fits(bytes: u64, form: Form) -> Result<(), Box<Diagnostic>> {
    let (most, words) = match form {
        Form::Json => (
            MAX_INPUT as u64,
            "as JSON a program may have 67108864 (64 MiB)",
        ),
        Form::Binary => (MAX_BYTES, "a program may have 1073741824 (1 GiB)"),
    };
    if bytes <= most {
        return Ok(());
    }
    let message = format!("{words} bytes, this one has more");
    let finding = Diagnostic::error("ir-limit", "", message);
    Err(Box::new(match form {
        Form::Json => {
            finding.hint("the binary form may have 1 GiB: `oscilla compile PATCH -o program.oscb`")
        }
        Form::Binary => {
            finding.hint("split the patch, or use fewer elements with values of their own")
        }
    }))
}

/// Judges hashes and debug rows, and makes those anew that do not fit.
fn put_right(
    program: &mut Program,
    form: Form,
    diagnostics: &mut Diagnostics,
) -> Result<(), WriteError> {
    let honest = check_hashes(program, form, diagnostics)?;
    let fits = check_debug(program, diagnostics);
    if !(honest && fits) {
        identity::seal(program)?;
    }
    Ok(())
}

/// Whether the hashes are those of the content; says so if not.
fn check_hashes(
    program: &Program,
    form: Form,
    diagnostics: &mut Diagnostics,
) -> Result<bool, WriteError> {
    let written = [&program.program_hash, &program.compile_id];
    let right = [
        identity::program_hash(program)?,
        identity::compile_id(program)?,
    ];
    let Some(at) = written.iter().zip(&right).position(|(a, b)| *a != b) else {
        return Ok(true);
    };
    let pointer = ["/programHash", "/compileId"][at];
    diagnostics.push(match form {
        Form::Json => Diagnostic::warning(
            "ir-hash",
            pointer,
            "the hash is not that of the content, so the file was edited by hand",
        )
        .hint("the program runs under its new hash; `oscilla compile` writes it"),
        Form::Binary => {
            Diagnostic::error("ir-hash", pointer, "the hash is not that of the content")
                .hint("compile the patch again")
        }
    });
    Ok(false)
}

/// Whether the debug rows fit the tables; says so and drops them if not.
fn check_debug(program: &mut Program, diagnostics: &mut Diagnostics) -> bool {
    let Some(table) = validate::debug::misfit(program) else {
        return true;
    };
    let message = format!("`{table}` does not fit the program; all debug rows are dropped");
    diagnostics.push(Diagnostic::warning(
        "ir-debug",
        format!("/debug/{table}"),
        message,
    ));
    program.debug = super::Debug::default();
    false
}

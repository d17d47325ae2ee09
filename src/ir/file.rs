//! Bytes become a proven program: which form they have, what they hold, whether it can run.
//!
//! In: the bytes of a file. Out: a [`Valid`] program, or every reason why not. What a hand may have
//! changed in the JSON form is put right with a warning: hashes are computed anew, debug rows that no
//! longer fit are dropped. The binary form comes from a program only, so there both are errors.

use super::{Program, Valid, WriteError, binary, identity, json, validate};
use crate::diag::{Diagnostic, Diagnostics};

/// Most bytes of a file: 1 GiB. A larger one could not pass the limits on rows.
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
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("the program has more than {MAX_BYTES} bytes (1 GiB)");
        return Err(Box::new(Diagnostic::error("ir-limit", "", message)));
    }
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

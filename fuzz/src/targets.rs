//! What each fuzz target asks of its bytes. Everything panics where something is wrong.
//!
//! A file in `fuzz_targets` connects each to libFuzzer; `tests/generated_programs.rs` feeds all of them
//! a few damaged files, so that the package's own tests notice when one no longer fits.

use crate::trial::{read_and_run, round_trip, run};
use oscilla::blocks::expression;
use oscilla::compile::{self, Options};
use oscilla::diag::Diagnostics;
use oscilla::ir::file::Form;
use oscilla::patch::{self, Source, Value, value};

/// Patch texts: read, compiled and, if right, run and written.
pub fn patch(bytes: &[u8]) {
    let Ok(source) = Source::from_bytes("fuzz.json", bytes.to_vec()) else {
        return;
    };
    let mut found = Diagnostics::new();
    let document = patch::read(&source, &mut found);
    let program = document.and_then(|d| compile::compile(&d, &Options::default(), &mut found));
    source.fill_places(&mut found);
    assert!(
        found
            .list()
            .iter()
            .all(|finding| finding.code != "internal"),
        "{:?}",
        found.list()
    );
    assert_eq!(program.is_none(), found.has_errors());
    if let Some(program) = program {
        round_trip(&program);
        run(program);
    }
}

/// Texts of programs: refused, or run and written the same.
pub fn program_json(bytes: &[u8]) {
    read_and_run(bytes, Form::Json);
}

/// Payloads of binary programs, with the head that they need: refused, or run and written the same.
pub fn program_binary(bytes: &[u8]) {
    // A whole file as it is; anything else as the payload of one, or no byte would get past the hash.
    if bytes.starts_with(b"OSCB") {
        return read_and_run(bytes, Form::Binary);
    }
    let mut file = b"OSCB\x01\0\x01\0".to_vec();
    file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    file.extend_from_slice(blake3::hash(bytes).as_bytes());
    file.extend_from_slice(bytes);
    read_and_run(&file, Form::Binary);
}

/// SVG path data: refused, or well formed.
pub fn path_data(text: &str) {
    if let Ok(path) = value::path(&Value::Text(text.to_owned())) {
        assert!(path.is_well_formed(), "{path:?}");
    }
}

/// Expressions of FieldFromExpression: refused with a place inside the text, or of a known type.
pub fn expression(text: &str) {
    if let Ok(formula) = expression::parse(text) {
        assert!(formula.domain().lanes() > 0);
    }
}

//! Texts of programs: refused, or run and written the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::ir::file::Form;
use oscilla_fuzz::trial::read_and_run;

fuzz_target!(|bytes: &[u8]| read_and_run(bytes, Form::Json));

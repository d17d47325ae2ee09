//! Payloads of binary programs, with the head that they need: refused, or run and written the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::ir::file::Form;
use oscilla_fuzz::trial::read_and_run;

fuzz_target!(|bytes: &[u8]| {
    // A whole file as it is; anything else as the payload of one, or no byte would get past the hash.
    if bytes.starts_with(b"OSCB") {
        return read_and_run(bytes, Form::Binary);
    }
    let mut file = b"OSCB\x01\0\x01\0".to_vec();
    file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    file.extend_from_slice(blake3::hash(bytes).as_bytes());
    file.extend_from_slice(bytes);
    read_and_run(&file, Form::Binary);
});

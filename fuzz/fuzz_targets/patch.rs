//! Patch texts: read, compiled and, if right, run and written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::compile::{self, Options};
use oscilla::diag::Diagnostics;
use oscilla::patch::{self, Source};
use oscilla_fuzz::trial::{round_trip, run};

fuzz_target!(|bytes: &[u8]| {
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
});

//! SVG path data: refused, or well formed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oscilla::patch::Value;
use oscilla::patch::value::path;

fuzz_target!(|text: &str| {
    if let Ok(path) = path(&Value::Text(text.to_owned())) {
        assert!(path.is_well_formed(), "{path:?}");
    }
});

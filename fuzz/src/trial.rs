//! What is asked of a program that may be anything: validation says no, or everything after it works.

use oscilla::ir::facts::Facts;
use oscilla::ir::{Program, Valid, binary, file, json, text, validate};
use oscilla::raster::{Canvas, Raster, RasterOptions};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use std::sync::Arc;

/// Bytes that a program may take for its columns and for the picture.
const MEMORY: u64 = 1 << 26;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Validation found something.
    Refused,
    /// It is valid, and too large or not drawable; or it ran.
    Ran,
}

/// Validates a program; runs and draws it if it is valid. Panics where something is wrong with what
/// comes after validation.
pub fn trial(program: Program) -> Ended {
    let valid = match validate(program) {
        Ok(valid) => valid,
        Err(findings) => {
            assert!(!findings.is_empty());
            assert!(findings.iter().all(|found| found.code.starts_with("ir-")));
            return Ended::Refused;
        }
    };
    run(valid);
    Ended::Ran
}

/// Times of every kind: the first, small steps, long pauses, rewinds.
fn times() -> impl Iterator<Item = FrameTime> {
    let at = [0.0, 16.0, 33.0, 5000.0, 20.0, 20.0, 1e15].map(FrameTime::at);
    let steps = [-3, 0, 1, 2, 90].map(|step| FrameTime::Cycle {
        step,
        of: 60,
        mode: Default::default(),
    });
    at.into_iter().chain(steps)
}

/// Shows a program in all forms for people, evaluates frames and draws some of them.
pub fn run(program: Valid<Program>) {
    let words = text::dump(&program).len() + text::dump_schedule(&program).len();
    assert!(words > 0 && !Facts::of(&program).schedule.is_empty());
    let options = EngineOptions {
        memory_limit: Some(MEMORY),
        ..EngineOptions::default()
    };
    let Ok(mut engine) = Engine::new(Arc::new(program), options) else {
        return;
    };
    let raster = RasterOptions {
        max_memory: MEMORY / 8,
        ..RasterOptions::default()
    };
    let (mut raster, mut canvas) = (Raster::new(raster), Canvas::new());
    for (i, time) in times().enumerate() {
        let tree = engine.render_frame(time, &FrameCtx::default());
        if let Ok(tree) = tree
            && i % 4 == 1
        {
            // Refusals are answers too.
            let _ = raster.draw(tree, &mut canvas);
        }
    }
}

/// Both forms of a valid program lead back to it.
pub fn round_trip(program: &Program) {
    let mut sealed = program.clone();
    oscilla::ir::identity::seal(&mut sealed).expect("hashes");
    let text = json::to_string(&sealed).expect("a text");
    let bytes = binary::to_bytes(&sealed).expect("bytes");
    for (form, bytes_in) in [
        (file::Form::Json, text.as_bytes()),
        (file::Form::Binary, &bytes),
    ] {
        let mut found = oscilla::diag::Diagnostics::new();
        let back = file::read(bytes_in, form, &mut found);
        let back = back.unwrap_or_else(|| panic!("{form:?}: {:?}", found.list()));
        assert!(found.list().is_empty(), "{:?}", found.list());
        assert!(
            json::to_string(&back).expect("a text") == text,
            "{form:?} gives another text"
        );
        assert!(
            binary::to_bytes(&back).expect("bytes") == bytes,
            "{form:?} gives other bytes"
        );
    }
}

/// Reads a file of a program; what is right runs, and is written to bytes that lead back to it.
pub fn read_and_run(bytes: &[u8], form: file::Form) {
    let mut found = oscilla::diag::Diagnostics::new();
    let program = file::read(bytes, form, &mut found);
    assert_eq!(program.is_none(), found.has_errors());
    if let Some(program) = program {
        round_trip(&program);
        run(program);
    }
}

//! Arbitrary programs for fuzzing: built, not bytes, because bytes never get past the first check.
//!
//! `choices` reads bytes as decisions, `rows` makes typed rows of them, `programs` puts the rows into
//! sound programs, `trial` says what must hold of the result. The same files are part of the
//! package's tests (`tests/generated_programs.rs`), with fixed choices.

pub mod choices;
pub mod programs;
mod rows;
pub mod trial;

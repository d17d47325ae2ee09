//! Noun 2: the compiled program and what can be said about it.
//!
//! * `program`: the tables, plain data;
//! * [`ids`]: their indices;
//! * [`op`]: the opcodes, each with one meaning;
//! * [`builder`]: fills tables without repetition, folds constants;
//! * [`validate()`]: proves the invariants, gives [`Valid`];
//! * [`text`]: the dump for people; [`identity`]: content hashes;
//! * [`json`] and [`binary`]: the forms that are read back; [`mod@file`]: from bytes to a proven program;
//! * [`element`]: a field at one element; [`reduce`], [`meet`]: how elements and terms come together;
//! * [`varies`]: what a value changes with; [`facts`]: tables in words, for people and tools.
//! * [`hashes`], [`diff`]: rows by content, and two programs side by side.
//!
//! `compile` writes programs, `vm` runs them; neither is known here.

pub mod binary;
mod budget;
pub mod builder;
pub mod derive;
pub mod diff;
pub mod element;
pub mod facts;
pub mod file;
pub mod hashes;
pub mod id_hash;
pub mod identity;
pub mod ids;
pub mod json;
pub mod meet;
pub mod op;
pub mod operands;
mod own;
mod program;
pub mod reduce;
pub(crate) mod row_index;
pub mod text;
mod validate;
pub mod varies;

pub use builder::{Builder, CellSpec, Seed, SeedUse};
pub use diff::{CellAction, Class, Diff};
pub use ids::*;
pub use op::{Op, OpError};
pub use program::*;
pub use validate::{MAX_DRAWN, MAX_ELEMENTS, MAX_LINE, validate};

/// A form cannot carry a program. Nothing that the tables hold leads to it; it is here so that nobody
/// has to take a broken file for a whole one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the program cannot be written as {form}: {why}")]
pub struct WriteError {
    /// `JSON` or `bytes`.
    pub form: &'static str,
    /// What the form does not take.
    pub why: String,
}

/// A value that passed validation and can no longer be changed.
///
/// `Valid<Program>` is the only thing the engine takes; after it nothing panics, indexes out of
/// bounds or recurses without bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// Back to the changeable value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Valid<Program> {
    /// The same program on another background, straight sRGB-encoded RGBA: what the patch would compile
    /// to with it, for no block reads it. Infinite lanes and NaN become 0.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn with_background(self, background: [f64; 4]) -> Result<Self, WriteError> {
        let mut program = self.0;
        program.viewport.background = background.map(|v| if v.is_finite() { v } else { 0.0 });
        identity::seal(&mut program)?;
        Ok(Self(program))
    }

    /// The same tables with another program seed. Whether a patch would compile to them with it is for
    /// the compiler to say: [`SeedUse`].
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn with_seed(self, seed: u32) -> Result<Self, WriteError> {
        let mut program = self.0;
        program.seed = seed;
        identity::seal(&mut program)?;
        Ok(Self(program))
    }
}

impl<T> std::ops::Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

//! The program seed while tables are made.
//!
//! Most of what a seed changes is computed when a program runs, so that programs which differ in their
//! seed alone are otherwise equal. Where something *is* made of the seed (a folded hash, an expression
//! that only some seeds need), [`Seed`] remembers it: [`SeedUse`] says which seeds the tables are good for.

use std::cell::Cell;

/// A seed that knows what it was asked for.
#[derive(Debug, Clone, Default)]
pub struct Seed {
    value: u32,
    used: Cell<SeedUse>,
}

/// What tables were made of a seed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeedUse {
    /// Nothing: they are good for every seed.
    #[default]
    Nothing,
    /// Whether it is 0: they are good for all others, or for 0 only.
    IsZero,
    /// Its value: they are good for it alone.
    Value,
}

impl Seed {
    /// A seed that nobody has looked at.
    pub fn new(value: u32) -> Self {
        Self {
            value,
            used: Cell::default(),
        }
    }

    /// Its value, to make something of.
    pub fn value(&self) -> u32 {
        self.note(SeedUse::Value);
        self.value
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.note(SeedUse::IsZero);
        self.value == 0
    }

    /// Its value, to write it into the program; not a use.
    pub fn written(&self) -> u32 {
        self.value
    }

    /// What was made of it so far.
    pub fn used(&self) -> SeedUse {
        self.used.get()
    }

    fn note(&self, used: SeedUse) {
        self.used.set(self.used.get().max(used));
    }
}

impl SeedUse {
    /// Whether tables that were made with one seed are those of the other.
    pub fn allows(self, made_with: u32, other: u32) -> bool {
        match self {
            Self::Nothing => true,
            Self::IsZero => (made_with == 0) == (other == 0),
            Self::Value => made_with == other,
        }
    }
}

//! Verb 2: the engine. (To be written.)

mod field;
mod registers;

pub use registers::Registers;

//! Verb 2: the engine. (To be written.)

pub mod field;
mod registers;

pub use registers::Registers;

//! JSON values as the document keeps them, and what they can be read as.
//!
//! The coercions are total: each gives the wanted kind or a [`Found`] that says what was found, what
//! is wanted and an example.

/// A JSON value. Objects keep the order of the file; of duplicate keys only the last is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`: mostly the same as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Always finite.
    Number(f64),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
}

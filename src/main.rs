//! The program `oscilla`: see [`oscilla::cli`].
fn main() {}

//! What moves: elements followed through frames, as channels of numbers.
//!
//! In: the same pass of rows in all frames. Out: which row of each frame is the same element (`course`),
//! its place, colours and width frame by frame (`track`), and which of those values are enough (`thin`).
//! Formats that write values in place of pixels share this; how a value is written is theirs.
//!
//! A frame costs what changes in it: trees share columns, and channels are made for one element at a time.

pub(crate) mod course;
pub(crate) mod passes;
pub(crate) mod thin;
pub(crate) mod track;

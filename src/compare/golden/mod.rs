//! Golden comparisons: what was recorded, and what became of it.
//!
//! In: a [`Record`] (one text file: a line a frame, with the hash of its decoded pixels), recorded pictures
//! and [values], and the same things made anew. Out: an [`Outcome`] a case, which says for each
//! frame whether it is as recorded and [why](Why) not, as a [page] for people or a [list](junit) for
//! build servers. Nothing here reads or writes a file, or runs a program.
//!
//! Read in this order: `record`, `values`, `lines`, `places`, `outcome`, `page`, `junit`.

pub mod junit;
mod lines;
mod outcome;
pub mod page;
mod places;
mod record;
pub mod values;

pub use lines::difference;
pub use outcome::{FrameOutcome, FrameStatus, Outcome, Shown, Status, Why};
pub use places::changed_places;
pub use record::{Case, FrameEntry, Record, RecordError};

//! Noun 1: the patch document. JSON comes in, a normalised [`Document`] goes out.
//!
//! One loader reads the long form that an editor saves and the short form that a person writes, and
//! any mix: each entry is recognised by its own shape. Nothing here knows the block library; what
//! needs it (ports, types, lenses, the inside of composites) is left to `compile`. Everything wrong
//! is reported at once, with a JSON pointer that [`Source`] turns into line and column at the end.
//!
//! Read in this order: [`model`] (what comes out), `read` (the story), then the readers of entries:
//! `blocks`, `buses`, `flow`, `chain`, `rail_settings`, `composites`. Below them lie `fields` (typed
//! access to one JSON object), `refs` (references), `json` and `source` (text).

mod blocks;
mod buses;
mod chain;
mod channels;
mod composites;
mod connection;
mod fields;
mod flow;
mod ids;
mod json;
mod look;
pub mod model;
mod path_text;
mod place;
mod rail_settings;
pub mod rails;
mod read;
mod refs;
mod shapes;
mod source;
pub mod types;
pub mod value;

pub use buses::DEFAULT_BUSES;
pub(crate) use buses::bus_declaration;
pub use channels::{ChannelUse, channel_uses};
pub use connection::Connection;
pub use look::MAX_SIDE;
pub use model::{Document, Golden};
pub use rails::Rail;
pub use read::read;
pub use shapes::shapes;
pub use source::{MAX_BYTES, Source};
pub use types::{BUS_TYPES, SPELLINGS};
pub use value::Value;

#[cfg(test)]
mod tests;

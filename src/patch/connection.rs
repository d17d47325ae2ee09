//! Whom a finding about a connection names: of a wire or listener the input where it ends, of a
//! publisher the output that it publishes. What stands in its lenses and adapters belongs to it.
//!
//! The place in the file is another matter: it is that of the text which is wrong.

use super::model::{ListenerEntry, PortRef, PublisherEntry, Wire};

/// A connection, seen by those who report about it.
pub trait Connection {
    /// The port that findings name.
    fn named(&self) -> &PortRef;
}

impl Connection for Wire {
    fn named(&self) -> &PortRef {
        &self.to
    }
}

impl Connection for ListenerEntry {
    fn named(&self) -> &PortRef {
        &self.to
    }
}

impl Connection for PublisherEntry {
    fn named(&self) -> &PortRef {
        &self.from
    }
}

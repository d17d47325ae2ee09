//! Where the reader is: a chain of steps on the stack, spelled out as a JSON pointer on demand.

use std::fmt::{self, Write as _};

/// A place in the document. Building one costs nothing; only messages and model entries spell it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(super) const ROOT: Place<'static> = Place {
        parent: None,
        step: Step::Index(0),
    };

    /// The value of a key here.
    pub(super) fn key(&'a self, key: &'a str) -> Place<'a> {
        Place {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    /// The entry at an index here.
    pub(super) fn index(&'a self, index: usize) -> Place<'a> {
        Place {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    /// As a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(32);
        self.spell(&mut pointer);
        pointer
    }

    fn spell(&self, pointer: &mut String) {
        // The depth is that of the JSON text: at most 128.
        let Some(parent) = self.parent else {
            return;
        };
        parent.spell(pointer);
        pointer.push('/');
        match self.step {
            // Writing to a text cannot fail.
            Step::Index(index) => drop(write!(pointer, "{index}")),
            Step::Key(key) if !key.contains(['~', '/']) => pointer.push_str(key),
            Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_escaped() {
        let (a, b) = (Place::ROOT.key("a/b~"), Place::ROOT);
        assert_eq!(a.index(3).key("").pointer(), "/a~1b~0/3/");
        assert_eq!(b.pointer(), "");
    }
}

//! How much an expansion may take, and what things weigh.
//!
//! A few definitions that use each other can stand for more blocks, texts and connections than any
//! memory holds. Everything that is copied is weighed first, in bytes of text, roughly; when the
//! budget is used up the expansion ends in an error.

use crate::diag::Diagnostic;
use crate::patch::Value;
use crate::patch::model::{Binding, BlockEntry, Chain, External, Param, PortRef, Wire};

/// Most blocks after expansion.
pub(super) const MOST_BLOCKS: u64 = 100_000;

/// Most wires, publishers and listeners after expansion.
pub(super) const MOST_LINKS: u64 = 1_000_000;

/// Most bytes that the copies weigh: 256 MiB.
const MOST_BYTES: u64 = 256 << 20;

/// Steps along port maps that are taken.
const MOST_STEPS: u64 = 8_000_000;

/// What an entry weighs besides its texts.
pub(super) const ENTRY: u64 = 16;

/// What is left.
pub(super) struct Budget {
    bytes: u64,
    links: u64,
    /// Along port maps.
    pub steps: u64,
    /// Something did not fit.
    pub spent: Option<Spent>,
}

/// What did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    Bytes,
    Links,
}

impl Budget {
    /// A full one, beside the connections that are there anyway.
    pub(super) fn new(links: usize) -> Self {
        Self {
            bytes: MOST_BYTES,
            links: MOST_LINKS.saturating_sub(links as u64),
            steps: MOST_STEPS,
            spent: None,
        }
    }

    /// Takes so many bytes; `false` if they are not there.
    pub(super) fn take(&mut self, bytes: u64) -> bool {
        match self.bytes.checked_sub(bytes) {
            Some(rest) => self.bytes = rest,
            None => self.spent = self.spent.or(Some(Spent::Bytes)),
        }
        self.goes_on()
    }

    /// Takes one connection.
    pub(super) fn link(&mut self) -> bool {
        match self.links.checked_sub(1) {
            Some(rest) => self.links = rest,
            None => self.spent = self.spent.or(Some(Spent::Links)),
        }
        self.goes_on()
    }

    /// Whether everything fitted so far.
    pub(super) fn goes_on(&mut self) -> bool {
        if self.steps == 0 {
            self.spent = self.spent.or(Some(Spent::Links));
        }
        self.spent.is_none()
    }
}

impl Spent {
    /// What to tell.
    pub(super) fn diagnostic(self) -> Diagnostic {
        let error = match self {
            Self::Bytes => Diagnostic::error(
                "too-large",
                "/blocks",
                format!("the composites expand to more than {MOST_BYTES} bytes (256 MiB)"),
            ),
            Self::Links => Diagnostic::error(
                "too-many-connections",
                "/blocks",
                format!(
                    "the composites expand to more than {MOST_LINKS} connections, publishers and \
                     listeners"
                ),
            ),
        };
        error.hint("use fewer composites, or put less into them")
    }
}

/// Of a value.
pub(super) fn value(value: &Value) -> u64 {
    // The reader limits how deep values nest.
    ENTRY
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::Text(text) => text.len() as u64,
            Value::List(list) => list.iter().map(self::value).sum(),
            Value::Object(map) => map
                .iter()
                .map(|(key, v)| key.len() as u64 + self::value(v))
                .sum(),
        }
}

/// Of a written parameter.
pub(super) fn param(param: &Param) -> u64 {
    (param.key.len() + param.at.len()) as u64 + value(&param.value)
}

/// Of a node without its parameters.
pub(super) fn node(node: &BlockEntry, prefix: &str) -> u64 {
    let texts = prefix.len() + node.id.len() + node.kind.len() + node.at.len() + node.label.len();
    // The id stands in several tables.
    8 * ENTRY + 2 * texts as u64
}

/// Of an edge.
pub(super) fn edge(edge: &Wire, prefix: &str) -> u64 {
    let ends = end(&edge.from) + end(&edge.to) + 3 * prefix.len() as u64;
    4 * ENTRY + (edge.id.len() + edge.at.len()) as u64 + ends + chain(&edge.chain)
}

fn end(end: &PortRef) -> u64 {
    (end.block.len() + end.port.len() + end.at.len()) as u64
}

/// Of a chain.
pub(super) fn chain(chain: &Chain) -> u64 {
    let adapters = chain.adapters.iter().map(|step| {
        let texts = step.name.len() + step.at.len();
        ENTRY + texts as u64 + step.params.iter().map(param).sum::<u64>()
    });
    let lenses = chain.lenses.iter().map(|lens| {
        let params = lens.params.iter().map(|param| {
            let texts = param.key.len() + param.at.len();
            ENTRY + texts as u64 + binding(&param.binding)
        });
        ENTRY + (lens.name.len() + lens.at.len()) as u64 + params.sum::<u64>()
    });
    adapters.sum::<u64>() + lenses.sum::<u64>()
}

fn binding(binding: &Binding) -> u64 {
    // The reader limits how deep chains nest.
    match binding {
        Binding::Literal(literal) => value(literal),
        Binding::Default(id) => id.len() as u64,
        Binding::Bus { bus, chain: inner } => (bus.text.len() + bus.at.len()) as u64 + chain(inner),
        Binding::Wire { from, chain: inner } => end(from) + chain(inner),
        Binding::Rail { chain: inner, .. } => chain(inner),
        Binding::External {
            channel,
            chain: inner,
        } => external(channel) + chain(inner),
    }
}

fn external(channel: &External) -> u64 {
    let default = channel.default.as_ref().map_or(0, |c| value(&c.value));
    (channel.key.len() + channel.at.len()) as u64 + default
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_says_what_did_not_fit() {
        let mut budget = Budget::new(MOST_LINKS as usize - 1);
        assert!(budget.link() && !budget.link());
        assert_eq!(
            budget.spent.map(|s| s.diagnostic().code),
            Some("too-many-connections")
        );
        let mut budget = Budget::new(0);
        assert!(budget.take(MOST_BYTES) && !budget.take(1));
        assert_eq!(budget.spent.map(|s| s.diagnostic().code), Some("too-large"));
        // A budget never recovers.
        assert!(!budget.take(0) && !budget.link());
    }
}

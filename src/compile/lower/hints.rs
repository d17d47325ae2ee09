//! Values that do not fit: the message, and what would help.
//!
//! Hints are only given where they type-check, in this order: another output of the same block, the
//! cheapest chain of at most two adapters, a block that converts.

use super::{Edge, Lowerer};
use crate::blocks::{self, ADAPTERS, Adapter, AdapterAction, Block, Mark, OutputWorld, Policy};
use crate::diag::Diagnostic;
use crate::types::{Domain, Type, World, implicit};

/// A type in words, with its article.
pub(super) fn words(ty: Type) -> String {
    let name = match ty.domain {
        Domain::Color => "colour",
        Domain::RenderTree | Domain::RenderCmds => "picture",
        Domain::String => "text",
        // A person meets numbers of all kinds as numbers.
        Domain::Unit01 | Domain::TimeMs => "number",
        domain => domain.name(),
    };
    match ty.world {
        World::Field => format!("a field of {name}s"),
        World::Scalar => format!("a constant {name}"),
        _ => format!("a {name}"),
    }
}

/// The error for a value that no implicit conversion brings to what is wanted.
impl Lowerer<'_, '_> {
    pub(super) fn mismatch(&self, from: Type, wanted: Type, edge: &Edge) -> Diagnostic {
        let reduces = from.world == World::Field && wanted.world == World::Signal;
        let code = if reduces {
            "needs-adapter"
        } else {
            "type-mismatch"
        };
        let message = format!(
            "{} wants {}, but {} is {}",
            edge.wanted_by,
            words(wanted),
            edge.source,
            words(from)
        );
        let mut error = Diagnostic::error(code, &edge.at, message).on(&edge.block, &edge.port);
        if let Some(other) = self.other_output(wanted, edge) {
            error = error.hint(format!("use `{other}` instead"));
        }
        if let Some(adapters) = adapters(from, wanted, reduces) {
            let names: Vec<String> = adapters.iter().map(|a| format!("\"{}\"", a.id)).collect();
            error = error.hint(format!("add `\"adapters\": [{}]`", names.join(", ")));
        }
        if let Some(block) = converter(from, wanted) {
            error = error.hint(format!(
                "put a `{}` in between: {}",
                block.name, block.summary
            ));
        }
        error
    }

    /// Another output of the block that the value comes from.
    fn other_output(&self, wanted: Type, edge: &Edge) -> Option<String> {
        let from = edge.from?;
        let outputs = &self.out.outputs[from.block];
        let fits = outputs.iter().enumerate().position(|(i, flow)| {
            i != from.port
                && flow
                    .as_ref()
                    .is_some_and(|f| implicit(f.ty, wanted).is_some())
        })?;
        Some(
            self.graph
                .output_text(crate::compile::resolve::Port { port: fits, ..from }),
        )
    }
}

/// The cheapest chain of one or two adapters that a hint may propose.
fn adapters(from: Type, wanted: Type, explicit: bool) -> Option<Vec<&'static Adapter>> {
    let usable = |a: &&'static Adapter| {
        a.policy != Policy::Explicit || (explicit && matches!(a.action, AdapterAction::Reduce))
    };
    let cost = |chain: &[&Adapter], types: &[Type]| -> f64 {
        let worlds = types
            .windows(2)
            .filter(|w| w[0].world != w[1].world)
            .count();
        let sum: f64 = chain.iter().map(|a| a.cost).sum();
        sum + 0.5 * chain.len() as f64 + 5.0 * worlds as f64
    };
    let mut best: Option<(f64, Vec<&'static Adapter>)> = None;
    let mut offer = |chain: Vec<&'static Adapter>, types: &[Type]| {
        let price = cost(&chain, types);
        let better = best.as_ref().is_none_or(|(known, shortest)| {
            let ids = |c: &[&Adapter]| c.iter().map(|a| a.id).collect::<Vec<_>>();
            price
                .total_cmp(known)
                .then(chain.len().cmp(&shortest.len()))
                .then_with(|| ids(&chain).cmp(&ids(shortest)))
                .is_lt()
        });
        if better {
            best = Some((price, chain));
        }
    };
    for first in ADAPTERS.iter().filter(usable) {
        let Some(middle) = first.result(from) else {
            continue;
        };
        if implicit(middle, wanted).is_some() {
            offer(vec![first], &[from, middle]);
        }
        for second in ADAPTERS.iter().filter(usable) {
            if let Some(end) = second.result(middle)
                && implicit(end, wanted).is_some()
            {
                offer(vec![first, second], &[from, middle, end]);
            }
        }
    }
    best.map(|(_, chain)| chain)
}

/// The first block of the library with an input of the one type and an output of the other.
fn converter(from: Type, wanted: Type) -> Option<&'static Block> {
    if !matches!(from.world, World::Signal | World::Field | World::Event) {
        return None;
    }
    let world = |mark: Mark| match mark {
        Mark::Signal => Some(World::Signal),
        Mark::Field => Some(World::Field),
        Mark::Event => Some(World::Event),
        _ => None,
    };
    let given = |world: OutputWorld| match world {
        OutputWorld::Signal => World::Signal,
        OutputWorld::Field => World::Field,
        OutputWorld::Event => World::Event,
        OutputWorld::Special => World::Special,
    };
    blocks::catalogue().iter().copied().find(|block| {
        // The first input that is not a domain is what the block is about.
        let main = block.inputs.iter().find(|input| input.mark != Mark::Domain);
        let takes = main.is_some_and(|input| {
            world(input.mark) == Some(from.world) && input.domain.family() == from.domain.family()
        });
        let gives = block.outputs.iter().any(|output| {
            given(output.world) == wanted.world && output.domain.family() == wanted.domain.family()
        });
        takes && gives
    })
}

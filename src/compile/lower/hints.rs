//! Values that do not fit: the message, and what would help.
//!
//! Hints are only given where they type-check, in this order: another output of the same block, the
//! cheapest chain of at most two adapters, a block that converts.

use super::bind::world_of;
use super::{Edge, Lowerer, Room};
use crate::blocks::{self, ADAPTERS, Adapter, AdapterAction, Block, Mark, Policy};
use crate::diag::Diagnostic;
use crate::ir::Capability;
use crate::types::{Conversion, Domain, Family, Type, World, implicit};

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
    pub(super) fn mismatch(&self, from: Type, wanted: Type, edge: &Edge<'_>) -> Diagnostic {
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
        let mut error = Diagnostic::error(code, edge.at, message).on(edge.block, edge.port);
        if edge.room == Room::None {
            return error.hint(format!(
                "name a bus of the type `{from}`, or write `\"mirror\": null`"
            ));
        }
        if let Some(other) = self.other_output(wanted, edge) {
            error = error.hint(format!("use `{other}` instead"));
        }
        if let Some(adapters) = adapters(from, wanted, reduces) {
            let names: Vec<String> = adapters.iter().map(|a| format!("\"{}\"", a.id)).collect();
            let list = format!("`\"adapters\": [{}]`", names.join(", "));
            error = error.hint(match edge.room {
                Room::Block => {
                    format!("publish it with {list} on a bus, and drive the rail with that bus")
                }
                _ => format!("add {list}"),
            });
        }
        if wanted.domain == Domain::Domain && from.domain.family() == Family::Number {
            error = error.hint(format!(
                "for so many plain elements write the number itself, `\"params\": {{\"{}\": 12}}`, or wire \
                 the output `domain` of a block such as `DomainN` or `GridDomain`",
                edge.port
            ));
        } else if let Some(block) = converter(from, wanted) {
            error = error.hint(format!(
                "put a `{}` in between: {}",
                block.name, block.summary
            ));
        }
        error
    }

    /// Another output of the block that the value comes from.
    fn other_output(&self, wanted: Type, edge: &Edge<'_>) -> Option<String> {
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

/// The block of the library that turns the one type into the other with the fewest conversions around
/// it; of equals the first. Only blocks that do nothing else: without state, and without elements of
/// their own.
fn converter(from: Type, wanted: Type) -> Option<&'static Block> {
    if !matches!(from.world, World::Signal | World::Field | World::Event) {
        return None;
    }
    let plain = |block: &&&Block| {
        block.capability == Capability::Pure
            && block.inputs.iter().all(|input| input.mark != Mark::Domain)
    };
    let cost = |block: &Block| {
        // The first input is what the block is about.
        let input = block.inputs.first()?;
        let taken = within(from, Type::new(world_of(input.mark), input.domain))?;
        let given = block
            .outputs
            .iter()
            .filter_map(|output| within(output.ty(), wanted));
        Some(taken + given.min()?)
    };
    let blocks = blocks::catalogue().iter().filter(plain);
    let costs = blocks.filter_map(|block| Some((cost(block)?, *block)));
    // The first of equals.
    costs.min_by_key(|(cost, _)| *cost).map(|(_, block)| block)
}

/// Conversions between two types that keep the number; any other is a change of meaning.
fn within(from: Type, to: Type) -> Option<usize> {
    let keeps = |step: &Conversion| {
        matches!(
            step,
            Conversion::Relabel | Conversion::Hold | Conversion::Broadcast
        )
    };
    let steps = implicit(from, to)?;
    steps.iter().all(keeps).then_some(steps.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converters_are_plain_blocks_with_little_around_them() {
        let name = |from, wanted| converter(from, wanted).map(|block| block.name);
        let (signal, field) = (Type::signal, Type::field);
        for (from, wanted, block) in [
            (signal(Domain::Number), signal(Domain::Vec2), "MakeVec2"),
            (signal(Domain::Number), field(Domain::Vec2), "MakeVec2"),
            (signal(Domain::Phase01), field(Domain::Vec2), "MakeVec2"),
            (signal(Domain::Boolean), signal(Domain::Vec3), "MakeVec3"),
            (
                signal(Domain::Number),
                field(Domain::Color),
                "ColorizeSignal",
            ),
            (signal(Domain::Vec2), field(Domain::Number), "SplitVec2"),
            (signal(Domain::Vec2), field(Domain::Vec3), "FieldLiftVec3"),
            (field(Domain::Number), field(Domain::Vec2), "FieldMakeVec2"),
            (field(Domain::Number), signal(Domain::Number), "FieldReduce"),
        ] {
            assert_eq!(name(from, wanted), Some(block), "{from} to {wanted}");
        }
        // A history is no conversion, and neither is a layout.
        assert_eq!(name(signal(Domain::Color), field(Domain::Vec2)), None);
        assert_eq!(name(Type::TRIGGER, signal(Domain::Color)), None);
    }
}

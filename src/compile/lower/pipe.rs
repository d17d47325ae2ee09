//! The way of a value: adapters, then lenses, then the implicit conversion.
//!
//! The way is planned from types alone: every stage is looked up, every parameter resolved, every
//! mismatch reported. Then it is run: read `apply` next.

use super::{Edge, Flow, Lowerer};
use crate::blocks::{
    self, ADAPTERS, Adapter, AdapterAction, Argument, ChainDraft, LENSES, Lens, Value,
};
use crate::diag::Diagnostic;
use crate::ir::{AdapterId, LensId, Origin, ReduceOp};
use crate::patch::model::{AdapterStep, Chain, LensUse};
use crate::types::{Conversion, Domain, Family, Type, World, implicit};

/// One thing that happens on the way.
pub(super) enum Stage {
    /// Brings the domain of the running value to another.
    Convert(Domain),
    /// An adapter's steps.
    Adapter(fn(&mut ChainDraft<'_>), Origin),
    /// A stateless lens.
    Lens(&'static Lens, Vec<Argument>, Origin),
    /// A lens with a cell, keyed.
    Cell(&'static Lens, Vec<Argument>, String),
    /// Signal to field.
    Broadcast,
    /// Field to signal.
    Reduce(ReduceOp),
    /// Pulses of the frame.
    Count,
    /// Any pulse.
    Fired,
    /// Pulses where a number rises over 0.5, with the cell's key.
    Rise(String),
}

impl Stage {
    /// Whether it is a part of a chain.
    pub(super) fn is_steps(&self) -> bool {
        matches!(self, Self::Convert(_) | Self::Adapter(..) | Self::Lens(..))
    }
}

/// A planned way.
struct Way {
    stages: Vec<Stage>,
    ty: Type,
    /// Whether nothing that the document lists stands on the way.
    untouched: bool,
}

impl Lowerer<'_, '_> {
    /// Passes a value through a chain and into `wanted` (or whatever the chain gives). `None` if
    /// something was reported. The second part is the place of its row in `uses`.
    pub(in crate::compile) fn pass(
        &mut self,
        flow: Flow,
        chain: Option<&Chain>,
        wanted: Option<Type>,
        edge: &Edge<'_>,
    ) -> Option<(Flow, Option<usize>)> {
        let mut way = Way {
            stages: Vec::new(),
            ty: flow.ty,
            untouched: true,
        };
        if let Some(chain) = chain {
            let constant = matches!(&flow.value, Value::Signal(id)
                if self.out.build.folded(*id).is_some());
            self.plan_adapters(&chain.adapters, constant, &mut way, edge)?;
            self.plan_lenses(&chain.lenses, &mut way, edge)?;
        }
        if let Some(wanted) = wanted {
            self.plan_conversion(wanted, &mut way, edge)?;
        }
        if way.stages.is_empty() {
            let direct = flow.direct.filter(|_| way.untouched);
            return Some((
                Flow {
                    direct,
                    ty: way.ty,
                    ..flow
                },
                None,
            ));
        }
        let direct = flow
            .direct
            .filter(|_| way.untouched && way.ty.domain == flow.ty.domain);
        let (value, used) = self.run_stages(flow, &way.stages, edge);
        Some((
            Flow {
                value,
                ty: way.ty,
                direct,
            },
            used,
        ))
    }

    fn plan_adapters(
        &mut self,
        steps: &[AdapterStep],
        constant: bool,
        way: &mut Way,
        edge: &Edge<'_>,
    ) -> Option<()> {
        for (at, step) in steps.iter().enumerate() {
            way.untouched = false;
            let Some(place) = find_adapter(&step.name) else {
                let message = format!("there is no adapter `{}`", step.name);
                let error = Diagnostic::error("unknown-adapter", &step.at, message)
                    .on(edge.block, edge.port)
                    .nearest(&step.name, ADAPTERS.iter().map(|a| a.id));
                self.diagnostics.push(error);
                return None;
            };
            let adapter = &ADAPTERS[place];
            self.check_suffix(step, adapter, way.ty, edge)?;
            let Some((converted, ty)) = accepts(adapter, way.ty, constant && at == 0) else {
                let message = format!(
                    "the adapter `{}` does not take {}",
                    adapter.id,
                    super::hints::words(way.ty)
                );
                let error = Diagnostic::error("adapter-mismatch", &step.at, message)
                    .on(edge.block, edge.port)
                    .hint(format!(
                        "remove `{}`, which gives {}",
                        adapter.id, adapter.summary
                    ));
                self.diagnostics.push(error);
                return None;
            };
            if let Some(domain) = converted {
                way.stages.push(Stage::Convert(domain));
            }
            let origin = Origin::Adapter {
                id: AdapterId::at(place),
                at: at as u32,
            };
            match adapter.action {
                AdapterAction::Hold => {}
                AdapterAction::Broadcast => way.stages.push(Stage::Broadcast),
                AdapterAction::Reduce => {
                    let op = self.reduction(step, adapter, edge)?;
                    way.stages.push(Stage::Reduce(op));
                }
                AdapterAction::Steps(append) => way.stages.push(Stage::Adapter(append, origin)),
                AdapterAction::Count => way.stages.push(Stage::Count),
                AdapterAction::Rise => {
                    way.stages
                        .push(Stage::Rise(format!("{}#a{at}/rise", edge.key)));
                }
            }
            way.ty = ty;
        }
        Some(())
    }

    fn check_suffix(
        &mut self,
        step: &AdapterStep,
        adapter: &Adapter,
        ty: Type,
        edge: &Edge<'_>,
    ) -> Option<()> {
        let Some(suffix) = &step.suffix else {
            return Some(());
        };
        let named = crate::patch::types::domain(suffix);
        let target = adapter.to.unwrap_or(ty.domain);
        let fits = |d: Domain| d.family() == ty.domain.family() || d.family() == target.family();
        if named.is_some_and(fits) {
            return Some(());
        }
        let message = format!(
            "the adapter is written for `{suffix}`, but the value is {}",
            super::hints::words(ty)
        );
        let error = Diagnostic::error("adapter-mismatch", &step.at, message)
            .on(edge.block, edge.port)
            .hint(format!("write `{}` alone", adapter.id));
        self.diagnostics.push(error);
        None
    }

    fn plan_lenses(&mut self, lenses: &[LensUse], way: &mut Way, edge: &Edge<'_>) -> Option<()> {
        for (at, used) in lenses.iter().enumerate() {
            if !used.enabled {
                continue;
            }
            way.untouched = false;
            let Some((lens, preset)) = blocks::find_lens(&used.name) else {
                let known = LENSES.iter().map(|l| l.id);
                let presets = blocks::presets().iter().map(|p| p.name);
                let message = format!("there is no lens `{}`", used.name);
                let error = Diagnostic::error("unknown-lens", &used.at, message)
                    .on(edge.block, edge.port)
                    .nearest(&used.name, known.chain(presets));
                self.diagnostics.push(error);
                return None;
            };
            let numeric = matches!(way.ty.world, World::Scalar | World::Signal | World::Field);
            let same_world = Type::new(way.ty.world, lens.domain);
            if !numeric || implicit(way.ty, same_world).is_none() {
                self.lens_domain(used, lens, way.ty, edge);
                return None;
            }
            if lens.is_stateful() && way.ty.world == World::Field {
                let message = format!(
                    "the lens `{}` remembers one value, but {} is a field",
                    lens.id, edge.source
                );
                let error = Diagnostic::error("stateful-lens-on-field", &used.at, message)
                    .on(edge.block, edge.port)
                    .hint("put it on the signal that the field is made of");
                self.diagnostics.push(error);
                return None;
            }
            let key = format!("{}#{at}", edge.key);
            let arguments = self.lens_arguments(used, lens, preset, &key, edge)?;
            if way.ty.domain != lens.domain {
                way.stages.push(Stage::Convert(lens.domain));
            }
            way.stages.push(if lens.is_stateful() {
                Stage::Cell(lens, arguments, key)
            } else {
                let place = LENSES.iter().position(|l| l.id == lens.id).unwrap_or(0);
                let origin = Origin::Lens {
                    id: LensId::at(place),
                    at: at as u32,
                };
                Stage::Lens(lens, arguments, origin)
            });
            way.ty = Type::new(way.ty.world, lens.domain);
        }
        Some(())
    }

    fn lens_domain(&mut self, used: &LensUse, lens: &Lens, ty: Type, edge: &Edge<'_>) {
        let message = match ty.world {
            World::Event => format!(
                "the lens `{}` works on {}, but {} is a trigger: pulses have no value to work on",
                lens.id,
                super::hints::words(Type::signal(lens.domain)),
                edge.source
            ),
            _ => format!(
                "the lens `{}` works on {}, but the value is {}",
                lens.id,
                super::hints::words(Type::signal(lens.domain)),
                super::hints::words(ty)
            ),
        };
        let fits: Vec<String> = LENSES
            .iter()
            .filter(|l| l.domain.family() == ty.domain.family() && ty.world != World::Event)
            .map(|l| format!("`{}`", l.id))
            .collect();
        let mut error =
            Diagnostic::error("lens-domain", &used.at, message).on(edge.block, edge.port);
        if !fits.is_empty() {
            error = error.hint(format!("lenses that fit: {}", fits.join(", ")));
        } else if ty.world == World::Event && lens.domain.family() == Family::Number {
            error = error.hint(
                "to work on the number of pulses in a frame, add `\"adapters\": [\"TriggerToNumber\"]`; \
                 else remove the lens",
            );
        } else {
            error = error.hint(format!(
                "remove it: {} takes no lens",
                super::hints::words(ty)
            ));
        }
        self.diagnostics.push(error);
    }

    fn plan_conversion(&mut self, wanted: Type, way: &mut Way, edge: &Edge<'_>) -> Option<()> {
        let Some(steps) = implicit(way.ty, wanted) else {
            let error = self.mismatch(way.ty, wanted, edge);
            self.diagnostics.push(error);
            return None;
        };
        for step in steps {
            match step {
                Conversion::Wrap | Conversion::Relabel | Conversion::Above => {
                    way.stages.push(Stage::Convert(wanted.domain));
                }
                Conversion::Count => way.stages.push(Stage::Count),
                Conversion::Fired => way.stages.push(Stage::Fired),
                Conversion::Rise => way.stages.push(Stage::Rise(edge.rise())),
                Conversion::Hold => {}
                Conversion::Broadcast => way.stages.push(Stage::Broadcast),
            }
        }
        way.ty = wanted;
        Some(())
    }

    /// The reduction that an adapter asks for.
    fn reduction(
        &mut self,
        step: &AdapterStep,
        adapter: &Adapter,
        edge: &Edge<'_>,
    ) -> Option<ReduceOp> {
        let mut word = "avg".to_owned();
        for param in &step.params {
            let Some(known) = adapter.params.iter().find(|p| p.name == param.key) else {
                let message = format!(
                    "the adapter `{}` has no parameter `{}`",
                    adapter.id, param.key
                );
                let names = adapter.params.iter().map(|p| p.name);
                let warning = Diagnostic::warning("unknown-param", &param.at, message)
                    .on(edge.block, edge.port)
                    .nearest(&param.key, names);
                self.diagnostics.push(warning);
                continue;
            };
            if param.value.is_null() {
                continue;
            }
            let blocks::ParamKind::Options(options) = known.kind else {
                continue;
            };
            match crate::patch::value::option(&param.value, options) {
                Ok(i) => word = options[i].to_owned(),
                Err(found) => {
                    let what = format!("`{}.{}`", adapter.id, known.name);
                    let error = found.diagnostic(&param.at, &what).on(edge.block, edge.port);
                    self.diagnostics.push(error);
                    return None;
                }
            }
        }
        Some(blocks::reduction(&word))
    }
}

/// Place of an adapter in the library's list.
fn find_adapter(name: &str) -> Option<usize> {
    let found = blocks::find_adapter(name)?;
    ADAPTERS.iter().position(|a| a.id == found.id)
}

/// What an adapter gives for a value, and the domain that the value must be brought to first.
fn accepts(adapter: &Adapter, from: Type, constant: bool) -> Option<(Option<Domain>, Type)> {
    let worlds = |ty: Type| {
        let scalar = Type::new(World::Scalar, ty.domain);
        let as_constant = || {
            // A lift of a constant may stand where the constant is a signal already.
            let lifts = matches!(
                adapter.action,
                AdapterAction::Hold | AdapterAction::Broadcast
            );
            let usable = ty.world == World::Signal && (constant || lifts);
            adapter.result(scalar).filter(|_| usable)
        };
        adapter.result(ty).or_else(as_constant)
    };
    if let Some(ty) = worlds(from) {
        return Some((None, ty));
    }
    let domain = adapter.from?;
    let to = Type::new(from.world, domain);
    implicit(from, to)?;
    Some((Some(domain), worlds(to)?))
}

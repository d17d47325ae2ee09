//! From passes to the tree: nesting, order, reuse of lists.
//!
//! Children of a parent, and the roots, are sorted by z ascending, ties by the parent's input, then
//! by document order; a NaN sorts as 0 and is counted. A clear at the root stands for the background
//! and comes first. Lists of passes go back and forth between the tree and a store, so that a steady
//! frame allocates none. How many of the first passes nothing can change is told with the tree.

use super::camera::Camera;
use super::field::FieldStore;
use super::frame::EngineError;
use super::health::Health;
use super::layers::Bad;
use super::registers::Registers;
use super::rows;
use super::sinks::{self, Kind, Plan};
use super::still;
use crate::ir::{CameraId, Program, SinkId};
use crate::render_tree::{Clear, Pass, PostFx, RenderTree};
use std::sync::Arc;

/// All sinks of a program and what they draw in this frame.
#[derive(Debug)]
pub(super) struct Stage {
    plans: Vec<Plan>,
    cameras: Vec<Camera>,
    roots: Vec<usize>,
    /// By sink: nothing that it draws can change.
    still: Vec<bool>,
    /// Passes of this frame that have not found their place yet.
    built: Vec<Option<Pass>>,
    order: Vec<(bool, f64, u32, usize)>,
    /// Empty lists for children.
    lists: Vec<Vec<Pass>>,
    /// Empty lists for effects.
    effects: Vec<Vec<crate::render_tree::Effect>>,
    /// The first illegal parameter of the frame.
    pub(super) bad: Option<(Arc<str>, Bad)>,
}

impl Stage {
    pub(super) fn new(program: &Program) -> Result<Self, EngineError> {
        let plans = sinks::plans(program)?;
        let cameras = program.tables.render.cameras.iter();
        Ok(Self {
            cameras: cameras.map(|row| Camera::new(program, row)).collect(),
            roots: program
                .tables
                .render
                .root
                .iter()
                .map(|s| s.index())
                .collect(),
            still: still::sinks(program),
            built: plans.iter().map(|_| None).collect(),
            order: Vec::with_capacity(plans.len()),
            lists: Vec::new(),
            effects: Vec::new(),
            bad: None,
            plans,
        })
    }

    pub(super) fn plan(&self, sink: SinkId) -> &Plan {
        &self.plans[sink.index()]
    }

    /// Looks at the parameters of a camera; illegal ones are counted.
    pub(super) fn look(&mut self, camera: CameraId, registers: &Registers, health: &mut Health) {
        let camera = &mut self.cameras[camera.index()];
        camera.look(registers);
        if let Err(bad) = camera.view {
            health.bad_parameter += 1;
            if self.bad.is_none() {
                self.bad = Some((Arc::clone(&camera.key), bad));
            }
        }
    }

    /// Makes the pass of a sink; those of its children are made.
    pub(super) fn draw(
        &mut self,
        sink: SinkId,
        fields: &FieldStore,
        registers: &Registers,
        health: &mut Health,
    ) {
        let i = sink.index();
        let Plan { key, kind, .. } = &mut self.plans[i];
        let camera = kind.elements().and_then(|elements| elements.camera);
        let camera = camera.and_then(|camera| self.cameras.get(camera.index()));
        let view = camera.and_then(|camera| camera.view.as_ref().ok());
        let pass = match kind {
            Kind::Clear(color) => {
                let color = rows::bytes(*color, fields, registers);
                Pass::Clear(Clear {
                    sink: Arc::clone(key),
                    rgba: color.at(0),
                })
            }
            Kind::Instances(plan) => {
                let (pass, dropped, excess) = plan.draw((sink, key), fields, registers);
                health.dropped.extend(dropped);
                if excess > 0 {
                    self.count(i, "path", health);
                }
                Pass::Instances2d(pass)
            }
            Kind::Discs(discs) => {
                let (pass, dropped) = discs.draw((sink, key), view, fields, registers);
                health.dropped.extend(dropped);
                Pass::Instances2d(pass)
            }
            Kind::Paths(plan) => {
                let (pass, dropped) = plan.draw((sink, key), fields, registers);
                health.dropped.extend(dropped);
                Pass::Paths2d(pass)
            }
            Kind::Strokes(plan) => {
                let (pass, dropped) = plan.draw((sink, key), fields, registers);
                health.dropped.extend(dropped);
                Pass::Strokes2d(pass)
            }
            Kind::Solids(solids) => {
                let (pass, dropped, bad) = solids.draw((sink, key), view, fields, registers);
                health.dropped.extend(dropped);
                if let Some(bad) = bad {
                    self.count(i, bad, health);
                }
                Pass::Paths2d(pass)
            }
            Kind::Group(_) | Kind::PostFx(_) => self.layer(i, registers, health),
        };
        self.built[i] = Some(pass);
    }

    fn layer(&mut self, i: usize, registers: &Registers, health: &mut Health) -> Pass {
        let mut children = self.lists.pop().unwrap_or_default();
        self.collect(Some(i), registers, &mut children, health);
        let plan = &self.plans[i];
        match &plan.kind {
            Kind::Group(group) => {
                let (group, bad) = group.draw(&plan.key, children, registers);
                if let Some(bad) = bad {
                    self.count(i, bad, health);
                }
                Pass::Group(group)
            }
            Kind::PostFx(effect) => {
                let sink = Arc::clone(&plan.key);
                let mut effects = self.effects.pop().unwrap_or_default();
                match effect.draw(registers) {
                    Ok((effect, limited)) => {
                        effects.extend(effect);
                        if let Some(limited) = limited {
                            self.count(i, limited, health);
                        }
                    }
                    Err(bad) => self.count(i, bad, health),
                }
                Pass::PostFx(PostFx {
                    sink,
                    children,
                    effects,
                })
            }
            // Only layers have children.
            _ => Pass::Clear(Clear {
                sink: Arc::clone(&plan.key),
                rgba: [0; 4],
            }),
        }
    }

    fn count(&mut self, plan: usize, what: Bad, health: &mut Health) {
        health.bad_parameter += 1;
        if self.bad.is_none() {
            self.bad = Some((Arc::clone(&self.plans[plan].key), what));
        }
    }

    /// Moves the passes of a sink's children, or the roots, to `list` in paint order.
    fn collect(
        &mut self,
        parent: Option<usize>,
        registers: &Registers,
        list: &mut Vec<Pass>,
        health: &mut Health,
    ) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let n = match parent {
            Some(i) => self.plans[i].children.len(),
            None => self.roots.len(),
        };
        for k in 0..n {
            let i = match parent {
                Some(parent) => self.plans[parent].children[k],
                None => self.roots[k],
            };
            let plan = &self.plans[i];
            let mut z = plan.z.number(registers);
            if z.is_nan() {
                z = 0.0;
                self.count(i, "z", health);
            }
            let plan = &self.plans[i];
            let background = parent.is_none() && matches!(plan.kind, Kind::Clear(_));
            let at = if parent.is_some() { plan.at } else { 0 };
            order.push((!background, z, at, i));
        }
        // The sink breaks all ties, so an unstable sort gives one result.
        order.sort_unstable_by(|a, b| {
            let z = a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal);
            a.0.cmp(&b.0)
                .then(z)
                .then(a.2.cmp(&b.2))
                .then(a.3.cmp(&b.3))
        });
        for &(_, _, _, i) in &order {
            list.extend(self.built[i].take());
        }
        self.order = order;
    }

    /// Puts the passes of this frame into the tree.
    pub(super) fn assemble(
        &mut self,
        tree: &mut RenderTree,
        registers: &Registers,
        health: &mut Health,
    ) {
        let mut passes = std::mem::take(&mut tree.passes);
        self.recycle(&mut passes);
        self.collect(None, registers, &mut passes, health);
        tree.still = self.count_still(passes.len());
        tree.passes = passes;
        tree.frame = health.frame;
        tree.t_ms = health.t_ms;
    }

    /// How many of the first passes nothing can change; the roots were collected last.
    fn count_still(&self, passes: usize) -> u32 {
        if self.order.len() != passes {
            return 0;
        }
        let still = |&&(_, _, _, i): &&(bool, f64, u32, usize)| self.still[i];
        self.order.iter().take_while(still).count() as u32
    }

    /// Counts orders of roots that are NaN, which [`Self::assemble`] would: what strict mode asks before
    /// a tree is replaced.
    pub(super) fn check_order(&mut self, registers: &Registers, health: &mut Health) {
        for k in 0..self.roots.len() {
            let i = self.roots[k];
            if self.plans[i].z.number(registers).is_nan() {
                self.count(i, "z", health);
            }
        }
    }

    /// Drops the passes of a frame that is not shown.
    pub(super) fn discard(&mut self) {
        self.built.fill_with(|| None);
    }

    fn recycle(&mut self, passes: &mut Vec<Pass>) {
        for pass in passes.drain(..) {
            let mut children = match pass {
                Pass::Group(group) => group.children,
                Pass::PostFx(mut fx) => {
                    fx.effects.clear();
                    self.effects.push(fx.effects);
                    fx.children
                }
                _ => continue,
            };
            self.recycle(&mut children);
            self.lists.push(children);
        }
    }
}

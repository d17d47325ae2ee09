//! What enters the hash of a rail, a column, something drawn, or a step.

use super::{Digest, Walk, digest};
use crate::ir::*;

impl Walk<'_> {
    pub(super) fn rail(&self, rail: &Rail) -> Digest {
        let param = |param: &Param| match param {
            Param::Const(c) => (None, self.constant(*c)),
            Param::Drive { sig, base } => {
                (Some(self.hashes.signals[sig.index()]), self.constant(*base))
            }
        };
        let generator = match &rail.generator {
            Generator::Cycle {
                enabled,
                mode,
                period_ms,
                offset,
            } => digest("cycle", &(enabled, mode, param(period_ms), param(offset))),
            Generator::Division { of, n } => digest("division", &(self.rail_key(*of), n)),
            Generator::Energy {
                source,
                curve,
                min,
                max,
            } => {
                let curve = match curve {
                    EnergyCurve::Points(c) => digest("points", &self.constant(*c)),
                    EnergyCurve::Ease(id) => {
                        match self.program.tables.transforms.curves.get(id.index()) {
                            Some(Curve::Name(name)) => digest("ease", &self.text(*name)),
                            Some(Curve::Lut(c)) => digest("lut", &self.constant(*c)),
                            None => digest("curve", &id.0),
                        }
                    }
                    other => digest("shape", other),
                };
                digest(
                    "energy",
                    &(self.rail_key(*source), curve, param(min), param(max)),
                )
            }
            Generator::Palette { source, stops } => digest(
                "palette",
                &(self.rail_key(*source), stops.map(|c| self.constant(c))),
            ),
        };
        let graph = &self.program.tables.graph;
        let user = rail.user.as_ref().map(|user| {
            let chain = user
                .r#use
                .map(|u| self.program.tables.transforms.uses[u.index()].chain);
            let chain = chain.map(|c| self.hashes.chains[c.index()]);
            (self.text(graph.buses[user.bus.index()].key), chain)
        });
        let silent = self.constant(rail.silent);
        digest(
            "railRow",
            &(generator, rail.drive, rail.combine, user, silent, rail.read),
        )
    }

    pub(super) fn request(&self, request: &Request) -> Digest {
        let field = self.hashes.fields[request.field.index()];
        let domain = self.hashes.domains[request.domain.index()];
        digest("request", &(field, domain, request.format, request.policy))
    }

    fn input(&self, input: InputRef) -> Digest {
        let render = &self.program.tables.render;
        match input {
            InputRef::Req(r) => self.hashes.requests[r.index()],
            InputRef::Sig(s) => self.hashes.signals[s.index()],
            InputRef::Const(c) => self.constant(c),
            InputRef::Camera(c) => self.params(&render.cameras[c.index()]),
            InputRef::Mesh(m) => self.params(&render.meshes[m.index()]),
            InputRef::Effect(e) => self.params(&render.effects[e.index()]),
            InputRef::Shape(s) => match &render.shapes[s.index()] {
                ShapeRow::Star { points, inner } => digest("star", &(points, self.leaf(*inner))),
                ShapeRow::Ring { inner } => digest("ring", &self.leaf(*inner)),
                ShapeRow::Path(c) => digest("path", &self.constant(*c)),
                other => digest("plain", other),
            },
        }
    }

    /// A parameter of a table row: nothing that has parameters itself.
    fn leaf(&self, input: InputRef) -> Digest {
        match input {
            InputRef::Req(r) => self.hashes.requests[r.index()],
            InputRef::Sig(s) => self.hashes.signals[s.index()],
            InputRef::Const(c) => self.constant(c),
            _ => Digest::default(),
        }
    }

    fn params(&self, row: &ParamRow) -> Digest {
        let param = |p: &SinkInput| (self.text(p.name).to_owned(), self.leaf(p.from));
        let params: Vec<_> = row.params.iter().map(param).collect();
        digest("params", &(self.text(row.kind), params))
    }

    pub(super) fn sink(&self, sink: &Sink) -> Digest {
        let input = |p: &SinkInput| (self.text(p.name).to_owned(), self.input(p.from));
        let inputs: Vec<_> = sink.inputs.iter().map(input).collect();
        let parent = sink
            .parent
            .map(|p| self.text(self.program.tables.render.sinks[p.index()].key));
        let params = sink.params.map(|c| self.constant(c));
        let place = (parent, sink.at, self.input(sink.z));
        let key = self.text(sink.key);
        digest(
            "sink",
            &(
                key,
                sink.kind,
                self.of_domain(sink.domain),
                inputs,
                params,
                place,
            ),
        )
    }

    pub(super) fn step(&self, step: &Step) -> Digest {
        let tables = &self.program.tables;
        let run: Vec<_> = step
            .run
            .iter()
            .map(|value| match value {
                ValueRef::Sig(id) => self.hashes.signals[id.index()],
                ValueRef::Event(id) => self.hashes.events[id.index()],
                _ => Digest::default(),
            })
            .collect();
        let payload = match step.kind {
            StepKind::ExternalSample => {
                let row = |x: &External| {
                    let domain = self.domain_name(x.r#type);
                    (
                        self.text(x.key).to_owned(),
                        domain,
                        self.constant(x.default),
                        x.hold,
                    )
                };
                digest(
                    "channels",
                    &tables.graph.externals.iter().map(row).collect::<Vec<_>>(),
                )
            }
            StepKind::TimeDerive => digest("model", &self.program.time_model.without_windows()),
            StepKind::TimeConsole => digest("rails", &self.hashes.rails),
            StepKind::RailResolve { rail } => self.hashes.rails[rail.index()],
            StepKind::StateCommit => {
                let cells = 0..tables.state.cells.len();
                let operands: Vec<_> = cells
                    .map(|i| self.operands_of_cell(StateId::at(i)))
                    .collect();
                digest(
                    "commit",
                    &(&self.hashes.cells, operands, &self.hashes.rails),
                )
            }
            StepKind::Materialize { group } => {
                let reqs = &tables.materialize.groups[group.index()].reqs;
                let reqs: Vec<_> = reqs
                    .iter()
                    .map(|r| self.hashes.requests[r.index()])
                    .collect();
                digest("group", &reqs)
            }
            StepKind::CameraEval { camera } => self.params(&tables.render.cameras[camera.index()]),
            StepKind::MeshBuild { mesh } => self.params(&tables.render.meshes[mesh.index()]),
            StepKind::SinkEval { sink } => self.hashes.sinks[sink.index()],
            StepKind::RenderAssemble => {
                let roots = tables.render.root.iter();
                let roots: Vec<_> = roots.map(|s| self.hashes.sinks[s.index()]).collect();
                digest("frame", &(roots, &self.program.viewport))
            }
            StepKind::NodeEval { .. } | StepKind::BusEval { .. } | StepKind::Reduce { .. } => {
                Digest::default()
            }
        };
        let reuse = (step.cache.policy, &step.cache.epochs, step.demand);
        digest("step", &(step.phase, run, payload, reuse))
    }
}

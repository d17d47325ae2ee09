//! What follows for a step from what it does: its key, and what it may reuse.

use crate::ir::*;
use std::collections::HashMap;

/// Keys of steps: `kind:subject`, such as `busEval:size`. A group of columns has a number only, which
/// says nothing beside another program, so it goes by its first column: `materialize:dots.positions`.
#[derive(Debug)]
pub struct StepKeys<'p> {
    program: &'p Program,
    /// Keys of the columns that reductions ask for.
    reduced: HashMap<SignalId, StrId>,
}

impl<'p> StepKeys<'p> {
    /// Of a program.
    pub fn new(program: &'p Program) -> Self {
        let requests = program.tables.materialize.requests.iter().rev();
        let reduced = requests.filter_map(|request| match request.consumer {
            Consumer::Reduce(signal) => Some((signal, request.key)),
            _ => None,
        });
        Self {
            program,
            reduced: reduced.collect(),
        }
    }

    /// The key of the step that does `kind`.
    pub fn of(&self, kind: StepKind) -> String {
        match self.parts(kind) {
            (word, None) => word.to_owned(),
            (word, Some(subject)) => format!("{word}:{subject}"),
        }
    }

    /// Whether a step that does `kind` has this key.
    pub fn is(&self, kind: StepKind, key: &str) -> bool {
        match self.parts(kind) {
            (word, None) => key == word,
            (word, Some(subject)) => {
                let rest = key.strip_prefix(word).and_then(|key| key.strip_prefix(':'));
                rest == Some(subject)
            }
        }
    }

    /// The word and the subject, where there is one.
    fn parts(&self, kind: StepKind) -> (&'static str, Option<&'p str>) {
        let t = &self.program.tables;
        let (word, key) = match kind {
            StepKind::ExternalSample => return ("externalSample", None),
            StepKind::TimeDerive => return ("timeDerive", None),
            StepKind::TimeConsole => return ("timeConsole", None),
            StepKind::StateCommit => return ("stateCommit", None),
            StepKind::RenderAssemble => return ("renderAssemble", None),
            StepKind::Materialize { group } => {
                let group = t.materialize.groups.get(group.index());
                let first = group.and_then(|group| group.reqs.first());
                let row = first.and_then(|req| t.materialize.requests.get(req.index()));
                ("materialize", row.map(|row| row.key))
            }
            StepKind::NodeEval { block } => {
                let row = t.graph.blocks.get(block.index());
                ("nodeEval", row.map(|row| row.key))
            }
            StepKind::BusEval { bus } => {
                let row = t.graph.buses.get(bus.index());
                ("busEval", row.map(|row| row.key))
            }
            StepKind::Reduce { sig } => ("reduce", self.reduced.get(&sig).copied()),
            StepKind::RailResolve { rail } => {
                let row = t.rails.get(rail.index());
                ("railResolve", row.map(|row| row.key))
            }
            StepKind::CameraEval { camera } => {
                let row = t.render.cameras.get(camera.index());
                ("cameraEval", row.map(|row| row.key))
            }
            StepKind::MeshBuild { mesh } => {
                let row = t.render.meshes.get(mesh.index());
                ("meshBuild", row.map(|row| row.key))
            }
            StepKind::SinkEval { sink } => {
                let row = t.render.sinks.get(sink.index());
                ("sinkEval", row.map(|row| row.key))
            }
        };
        let subject = key.and_then(|key| t.strings.get(key.index()));
        (word, Some(subject.map_or("", String::as_str)))
    }
}

/// What a step may reuse: columns, views and solids as long as the signals stay that they read,
/// everything else within its frame. The uniforms of the groups must be there.
pub fn cache(p: &Program, kind: StepKind) -> Cache {
    let t = &p.tables;
    let (policy, uniforms) = match kind {
        StepKind::Materialize { group } => {
            let group = t.materialize.groups.get(group.index());
            let uniforms = group.map_or_else(Vec::new, |group| group.uniforms.clone());
            (CachePolicy::Keyed, uniforms)
        }
        StepKind::CameraEval { camera } => {
            let row = t.render.cameras.get(camera.index());
            (CachePolicy::Keyed, signals(row))
        }
        StepKind::MeshBuild { mesh } => {
            let row = t.render.meshes.get(mesh.index());
            (CachePolicy::Keyed, signals(row))
        }
        _ => (CachePolicy::PerFrame, Vec::new()),
    };
    Cache {
        policy,
        uniforms,
        epochs: Vec::new(),
    }
}

/// Signals among the parameters of a row, ascending.
fn signals(row: Option<&ParamRow>) -> Vec<SignalId> {
    let params = row.into_iter().flat_map(|row| &row.params);
    let found = params.filter_map(|param| match param.from {
        InputRef::Sig(id) => Some(id),
        _ => None,
    });
    let mut signals: Vec<SignalId> = found.collect();
    signals.sort_unstable();
    signals.dedup();
    signals
}

//! Indices of rails, columns, sinks, steps, outputs and roots.

use super::{AnyId, Visit, value_ref};
use crate::ir::*;

pub(super) fn rails(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, rail) in t.rails.iter().enumerate() {
        let table = "/tables/rails";
        visit(table, i, AnyId::Str(rail.key));
        visit(table, i, AnyId::Type(rail.r#type));
        visit(table, i, AnyId::Slot(rail.slot));
        visit(table, i, AnyId::Const(rail.silent));
        if let Some(mirror) = rail.mirror {
            visit(table, i, AnyId::Pub(mirror));
        }
        if let Some(user) = &rail.user {
            visit(table, i, AnyId::Bus(user.bus));
            if let Some(u) = user.r#use {
                visit(table, i, AnyId::Use(u));
            }
        }
        for param in derive::params_of(&rail.generator) {
            match param {
                Param::Const(c) => visit(table, i, AnyId::Const(*c)),
                Param::Drive { sig, base } => {
                    visit(table, i, AnyId::Signal(*sig));
                    visit(table, i, AnyId::Const(*base));
                }
            }
        }
        match &rail.generator {
            Generator::Cycle { .. } => {}
            Generator::Division { of, .. } => visit(table, i, AnyId::Rail(*of)),
            Generator::Energy { source, curve, .. } => {
                visit(table, i, AnyId::Rail(*source));
                match curve {
                    EnergyCurve::Ease(c) => visit(table, i, AnyId::Curve(*c)),
                    EnergyCurve::Points(c) => visit(table, i, AnyId::Const(*c)),
                    _ => {}
                }
            }
            Generator::Palette { source, stops } => {
                visit(table, i, AnyId::Rail(*source));
                if let Some(stops) = stops {
                    visit(table, i, AnyId::Const(*stops));
                }
            }
        }
    }
}

pub(super) fn render(p: &Program, visit: &mut Visit<'_>) {
    let t = &p.tables;
    for (i, request) in t.materialize.requests.iter().enumerate() {
        let table = "/tables/materialize/requests";
        visit(table, i, AnyId::Str(request.key));
        visit(table, i, AnyId::Field(request.field));
        visit(table, i, AnyId::Domain(request.domain));
        visit(table, i, AnyId::Slot(request.out));
        match request.consumer {
            Consumer::Sink { sink, input } => {
                visit(table, i, AnyId::Sink(sink));
                visit(table, i, AnyId::Input(sink, input));
            }
            Consumer::Reduce(s) => visit(table, i, AnyId::Signal(s)),
            Consumer::Probe(b) => visit(table, i, AnyId::Block(b)),
        }
    }
    for (i, group) in t.materialize.groups.iter().enumerate() {
        let table = "/tables/materialize/groups";
        visit(table, i, AnyId::Domain(group.domain));
        group
            .reqs
            .iter()
            .for_each(|r| visit(table, i, AnyId::Req(*r)));
        group
            .uniforms
            .iter()
            .for_each(|s| visit(table, i, AnyId::Signal(*s)));
    }
    for (i, sink) in t.render.sinks.iter().enumerate() {
        let table = "/tables/render/sinks";
        visit(table, i, AnyId::Str(sink.key));
        input(visit, table, i, sink.z);
        for row in &sink.inputs {
            visit(table, i, AnyId::Str(row.name));
            input(visit, table, i, row.from);
        }
        if let Some(domain) = sink.domain {
            visit(table, i, AnyId::Domain(domain));
        }
        if let Some(params) = sink.params {
            visit(table, i, AnyId::Const(params));
        }
        if let Some(parent) = sink.parent {
            visit(table, i, AnyId::Sink(parent));
        }
    }
    for (i, sink) in t.render.root.iter().enumerate() {
        visit("/tables/render/root", i, AnyId::Sink(*sink));
    }
    let rows = [
        ("/tables/render/cameras", &t.render.cameras),
        ("/tables/render/meshes", &t.render.meshes),
        ("/tables/render/effects", &t.render.effects),
    ];
    for (table, rows) in rows {
        for (i, row) in rows.iter().enumerate() {
            visit(table, i, AnyId::Str(row.key));
            visit(table, i, AnyId::Str(row.kind));
            for param in &row.params {
                visit(table, i, AnyId::Str(param.name));
                input(visit, table, i, param.from);
            }
        }
    }
    for (i, shape) in t.render.shapes.iter().enumerate() {
        let table = "/tables/render/shapes";
        match shape {
            ShapeRow::Star { inner, .. } | ShapeRow::Ring { inner } => {
                input(visit, table, i, *inner)
            }
            ShapeRow::Path(c) => visit(table, i, AnyId::Const(*c)),
            ShapeRow::Circle | ShapeRow::Square | ShapeRow::Triangle => {}
        }
    }
}

fn input(visit: &mut Visit<'_>, table: &'static str, row: usize, from: InputRef) {
    visit(
        table,
        row,
        match from {
            InputRef::Req(i) => AnyId::Req(i),
            InputRef::Sig(i) => AnyId::Signal(i),
            InputRef::Const(i) => AnyId::Const(i),
            InputRef::Camera(i) => AnyId::Camera(i),
            InputRef::Mesh(i) => AnyId::Mesh(i),
            InputRef::Shape(i) => AnyId::Shape(i),
            InputRef::Effect(i) => AnyId::Effect(i),
        },
    );
}

pub(super) fn schedule(p: &Program, visit: &mut Visit<'_>) {
    for (i, step) in p.schedule.steps.iter().enumerate() {
        let table = "/schedule/steps";
        visit(table, i, AnyId::Str(step.key));
        step.run.iter().for_each(|r| value_ref(visit, table, i, *r));
        step.reads
            .iter()
            .chain(&step.writes)
            .for_each(|s| visit(table, i, AnyId::Slot(*s)));
        step.deps
            .iter()
            .for_each(|d| visit(table, i, AnyId::Step(*d)));
        step.cache
            .uniforms
            .iter()
            .for_each(|s| visit(table, i, AnyId::Signal(*s)));
        match step.kind {
            StepKind::NodeEval { block } => visit(table, i, AnyId::Block(block)),
            StepKind::BusEval { bus } => visit(table, i, AnyId::Bus(bus)),
            StepKind::Reduce { sig } => visit(table, i, AnyId::Signal(sig)),
            StepKind::RailResolve { rail } => visit(table, i, AnyId::Rail(rail)),
            StepKind::Materialize { group } => visit(table, i, AnyId::Group(group)),
            StepKind::CameraEval { camera } => visit(table, i, AnyId::Camera(camera)),
            StepKind::MeshBuild { mesh } => visit(table, i, AnyId::Mesh(mesh)),
            StepKind::SinkEval { sink } => visit(table, i, AnyId::Sink(sink)),
            _ => {}
        }
    }
    for (i, row) in p.schedule.phases.iter().enumerate() {
        row.steps
            .iter()
            .for_each(|s| visit("/schedule/phases", i, AnyId::Step(*s)));
    }
    for (i, output) in p.outputs.iter().enumerate() {
        visit("/outputs", i, AnyId::Str(output.key));
        visit("/outputs", i, AnyId::Slot(output.slot));
    }
    let roots = &p.roots;
    let time = &roots.time;
    let slots = [
        roots.frame,
        time.abs,
        time.model,
        time.dt,
        time.phase01,
        time.progress01,
        time.cycle_index,
        time.cycle_t,
        time.energy,
        time.wrap,
        time.end,
        time.cue,
    ];
    slots
        .into_iter()
        .for_each(|s| visit("/roots", 0, AnyId::Slot(s)));
    roots
        .sinks
        .iter()
        .for_each(|s| visit("/roots/sinks", 0, AnyId::Sink(*s)));
    roots
        .bus
        .iter()
        .for_each(|r| value_ref(visit, "/roots/bus", 0, *r));
}

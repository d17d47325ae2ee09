//! Solids in space: columns, a solid and a view become a `Paths2d` pass, a face a row.
//!
//! Each face of each element is placed, seen by the camera, cut at the near plane, projected, shaded
//! and, in a closed solid, left out if it looks away. All faces of the sink are painted in one order,
//! far to near, ties by element, then by face. Opaque faces are also stroked with their own colour, so
//! that nothing shines through shared edges. Everything is computed in f64 and rounded once; the solid
//! is built with the engine and a steady frame allocates nothing.
//!
//! Read next: `profile` and `solid` (what is drawn), `place` (where, and in which light), `clip`,
//! `faces` (the order, and the rows).

mod clip;
mod faces;
mod place;
mod profile;
mod solid;

use super::camera::View;
use super::elements::Elements;
use super::field::{Buffer, FieldStore};
use super::frame::EngineError;
use super::health::{Dropped, Fault};
use super::layers::Bad;
use super::registers::Registers;
use super::rows::{Made, points3};
use super::sinks::{Named, Source};
use crate::ir::{DomainId, InputRef, MeshId, Pool, Program, SinkId};
use crate::math::vec::normalize;
use crate::render_tree::{Column, Paths2d};
use faces::{Face, Faces};
use place::{Light, Place};
use profile::Profile;
use solid::{Caps, Solid};
use std::sync::Arc;

/// Faces that one sink may have, drawn or not.
const MAX_FACES: u64 = 1 << 22;

/// A sink of solids.
#[derive(Debug)]
pub(super) struct Solids {
    inputs: Inputs,
    kept: Kept,
}

/// Inputs of a sink of solids.
#[derive(Debug)]
struct Inputs {
    elements: Elements,
    solid: Solid,
    pos: Source,
    rotation: Source,
    scale: Source,
    color: Source,
    ambient: Source,
    light: Source,
}

/// What is kept between frames.
#[derive(Debug, Default)]
struct Kept {
    made: Made,
    view: Option<View>,
    pass: Option<Paths2d>,
    dropped: Option<Dropped>,
    bad: Option<Bad>,
    faces: Faces,
    /// The vertices of an element as the camera sees them, then in the picture.
    seen: Vec<[f64; 3]>,
    polygon: Vec<[f64; 3]>,
    cut: Vec<[f64; 3]>,
}

impl Solids {
    pub(super) fn new(named: &Named<'_>, domain: DomainId) -> Result<Self, EngineError> {
        let program = named.program;
        let solid = match named.get("mesh") {
            Some(InputRef::Mesh(mesh)) => solid(program, mesh),
            _ => Solid::new(Vec::new(), 1.0, Caps::named("both")),
        };
        let pos = named.source("pos", [0.0; 4]);
        let rotation = named.source("rotation", [0.0, 0.0, 0.0, 1.0]);
        let [scale, color] = ["scale", "color"].map(|name| named.source(name, [1.0; 4]));
        let channels = [
            (Fault::Position, pos, 3),
            (Fault::Rotation, rotation, 4),
            (Fault::Scale, scale, 3),
            (Fault::Color, color, 4),
        ];
        let elements = Elements::new(named, domain, &channels);
        let needed = u64::from(elements.count) * solid.faces() as u64;
        if needed > MAX_FACES {
            return Err(EngineError::Limit {
                what: "faces of one sink of solids",
                needed,
                limit: MAX_FACES,
            });
        }
        let inputs = Inputs {
            elements,
            solid,
            pos,
            rotation,
            scale,
            color,
            ambient: named.source("ambient", [0.35, 0.0, 0.0, 0.0]),
            light: named.source("light", [-0.4, 0.8, 0.45, 0.0]),
        };
        Ok(Self {
            inputs,
            kept: Kept::default(),
        })
    }

    /// The elements, and what may be wrong with them.
    pub(super) fn elements(&self) -> &Elements {
        &self.inputs.elements
    }

    /// The pass of this frame, what was dropped from it (elements with faults, faces outside the
    /// view), and the parameter that cannot be used. Without a view nothing is drawn.
    pub(super) fn draw(
        &mut self,
        sink: (SinkId, &Arc<str>),
        view: Option<&View>,
        fields: &FieldStore,
        registers: &Registers,
    ) -> (Paths2d, Option<Dropped>, Option<Bad>) {
        let Self { inputs, kept } = self;
        let sources = inputs.elements.sources();
        let sources = sources.chain([inputs.ambient, inputs.light]);
        let same = kept.made.same(sources, fields, registers);
        let same = same && kept.view.as_ref() == view;
        kept.view = view.copied();
        let pass = match kept.pass.take() {
            Some(pass) if same => pass,
            _ => inputs.build(sink, fields, registers, kept),
        };
        kept.pass = Some(pass.clone());
        (pass, kept.dropped, kept.bad)
    }
}

impl Inputs {
    fn build(
        &self,
        (id, key): (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) -> Paths2d {
        kept.faces.clear();
        (kept.dropped, kept.bad) = (None, None);
        match (kept.view, self.light(registers)) {
            (Some(view), Ok(light)) => {
                let mut dropped = Dropped::new(id);
                self.list(&view, &light, (fields, registers), kept, &mut dropped);
                kept.dropped = (!dropped.is_empty()).then_some(dropped);
            }
            (_, Err(bad)) => kept.bad = Some(bad),
            (None, Ok(_)) => {}
        }
        kept.faces.sort();
        kept.faces.pass(key, &self.elements.ids)
    }

    /// The light of this frame, or what keeps the sink from being drawn.
    fn light(&self, registers: &Registers) -> Result<Light, Bad> {
        if self.solid.is_empty() {
            return Err("profile");
        }
        let [x, y, z, _] = self.light.lanes(registers);
        let towards = normalize([x, y, z]);
        if !towards.iter().all(|v| v.is_finite()) {
            return Err("light");
        }
        let ambient = self.ambient.number(registers);
        match ambient.is_finite() {
            true => Ok(Light { towards, ambient }),
            false => Err("ambient"),
        }
    }

    /// Lists the faces of all elements.
    fn list(
        &self,
        view: &View,
        light: &Light,
        (fields, registers): (&FieldStore, &Registers),
        kept: &mut Kept,
        dropped: &mut Dropped,
    ) {
        let positions = points3(self.pos, fields, registers);
        let scales = points3(self.scale, fields, registers);
        let rotations = lanes4(self.rotation, fields, registers);
        let colors = lanes4(self.color, fields, registers);
        let faults = self.elements.faults(fields, registers);
        for element in 0..self.elements.count {
            let i = element as usize;
            if let Some(fault) = faults.of(element) {
                dropped.add(element, fault);
                continue;
            }
            let place = Place::new(positions.at(i), rotations.at(i), scales.at(i));
            if !place.is_flat() {
                let instance = Instance {
                    element,
                    place,
                    color: colors.at(i),
                };
                self.faces(&instance, view, light, kept, dropped);
            }
        }
    }

    /// Lists the faces of one element.
    fn faces(
        &self,
        instance: &Instance,
        view: &View,
        light: &Light,
        kept: &mut Kept,
        dropped: &mut Dropped,
    ) {
        let Kept {
            faces,
            seen,
            polygon,
            cut,
            ..
        } = kept;
        let Instance { place, .. } = instance;
        seen.clear();
        seen.extend(self.solid.vertices().map(|v| view.seen(place.point(v))));
        let whole = seen.iter().all(|v| v[2] <= -view.near);
        let mirrored = place.is_mirrored();
        for number in self.solid.numbers() {
            let rgba = light.shade(instance.color, place.normal(self.solid.normal(number)));
            if rgba[3] == 0 {
                continue;
            }
            let sides = self.solid.sides(number);
            polygon.clear();
            polygon.extend((0..sides).map(|k| {
                let k = if mirrored { sides - 1 - k } else { k };
                seen[self.solid.vertex(number, k)]
            }));
            if !whole {
                clip::beyond(polygon, view.near, cut);
                std::mem::swap(polygon, cut);
                if polygon.len() < 3 {
                    dropped.clipped += 1;
                    continue;
                }
            }
            if polygon.iter().all(|v| -v[2] > view.far) {
                dropped.culled += 1;
                continue;
            }
            let face = Face::new(instance.element, number, rgba, polygon);
            let shown = faces.push(face, polygon.iter().map(|v| view.screen(view.ndc(*v))));
            match shown {
                faces::Shown::Beyond => dropped.clipped += 1,
                faces::Shown::Away if self.solid.is_closed() => faces.pop(),
                faces::Shown::Away | faces::Shown::Facing => {}
            }
        }
    }
}

/// An element.
struct Instance {
    element: u32,
    place: Place,
    /// Straight.
    color: [f32; 4],
}

/// A column of four numbers, shared with the store.
fn lanes4(source: Source, fields: &FieldStore, registers: &Registers) -> Column<[f32; 4]> {
    match source {
        Source::Req(req) => match fields.column(req) {
            Buffer::F32x4(column) => column.clone(),
            _ => Column::One([0.0; 4]),
        },
        source => Column::One(source.lanes(registers).map(|v| v as f32)),
    }
}

/// Builds the solid of a row of the mesh table.
fn solid(program: &Program, mesh: MeshId) -> Solid {
    let row = &program.tables.render.meshes[mesh.index()];
    let named = Named::new(program, &row.params, None);
    let number = |name, missing: f64| match named.source(name, [missing, 0.0, 0.0, 0.0]) {
        Source::Const([value, ..]) => value,
        _ => missing,
    };
    let (radius, corners) = (number("radius", 1.0), number("corners", 24.0) as u32);
    let profile = match program.tables.strings[row.kind.index()].as_str() {
        "ngon" => Profile::Ngon { radius, corners },
        "star" => Profile::Star {
            radius,
            corners,
            inner: number("inner", 0.5).clamp(0.05, 0.95),
        },
        "path" => Profile::Path(match named.get("path") {
            Some(InputRef::Const(c)) => {
                let constants = &program.tables.constants;
                let row = &constants.index[c.index()];
                let path = (row.pool == Pool::Paths).then(|| constants.paths.get(row.at as usize));
                path.flatten().cloned().unwrap_or_default()
            }
            _ => Default::default(),
        }),
        _ => Profile::Circle { radius, corners },
    };
    let caps = named.word("caps");
    let caps = Caps::named(caps.as_deref().unwrap_or("both"));
    Solid::new(profile.polygon(), number("depth", 1.0), caps)
}

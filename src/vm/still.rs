//! Which sinks draw the same in every frame.
//!
//! In: a program. Out: a flag a sink, from what its inputs, its order and its children can vary with.

use crate::ir::varies::{Variation, Varies};
use crate::ir::{InputRef, Program, ShapeId, Sink, operands};

/// By sink: nothing that it draws can change.
pub(super) fn sinks(program: &Program) -> Vec<bool> {
    let variation = Variation::new(program);
    let sinks = &program.tables.render.sinks;
    let own = |sink: &Sink| varies(program, &variation, sink).is_static();
    let mut still: Vec<bool> = sinks.iter().map(own).collect();
    for i in 0..sinks.len() {
        let mut at = (!still[i]).then_some(i);
        // What holds a sink that changes changes; so does what holds that.
        while let Some(parent) = at.and_then(|at| sinks[at].parent) {
            let parent = parent.index();
            at = std::mem::replace(&mut still[parent], false).then_some(parent);
        }
    }
    still
}

/// Whether frames of a program may begin with passes that nothing changes, `RenderTree::still` of them.
pub fn may_be_still(program: &Program) -> bool {
    let still = sinks(program);
    let mut roots = program.tables.render.sinks.iter().zip(still);
    roots.any(|(sink, still)| still && sink.parent.is_none())
}

/// What a sink varies with, children apart.
fn varies(program: &Program, variation: &Variation, sink: &Sink) -> Varies {
    let mut all = Varies::STATIC;
    let mut visit = |value| all = all.and(variation.behind(program, value));
    operands::of_sink(program, sink, &mut visit);
    let strings = &program.tables.strings;
    if sink
        .inputs
        .iter()
        .any(|i| strings[i.name.index()] == "shapeId")
    {
        // Any shape of the program may be meant.
        for shape in 0..program.tables.render.shapes.len() {
            let shape = InputRef::Shape(ShapeId::at(shape));
            operands::of_input(program, shape, &mut visit);
        }
    }
    all
}

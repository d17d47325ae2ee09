//! Passes, matched from frame to frame.
//!
//! In: the passes of all frames at one place of the tree. Out: what stays the same as in a still, rows as
//! moving elements, groups and effects about their matched children, and everything else baked.

use super::super::document::{Pen, Place};
use super::super::look::{rgb, share};
use super::super::names::{Role, SvgIds};
use super::super::text;
use super::elements::{self, Motion};
use super::{AnimateError, AnimateOptions, AnimateReport, Baked};
use crate::math::affine::Affine;
use crate::motion::passes::{blends, same_kind};
use crate::motion::thin::{is_constant, thin};
use crate::render_tree::rows::{Rows, paint};
use crate::render_tree::{Clear, Group, Pass, PostFx};
use std::collections::BTreeMap;

/// Writes an animated document.
pub(super) struct Stage<'a> {
    pub(super) pen: Pen<'a>,
    motion: Motion<'a>,
    options: &'a AnimateOptions,
    report: AnimateReport,
    /// The pass that took most text so far.
    largest: (u64, String),
}

impl<'a> Stage<'a> {
    pub(super) fn new(pen: Pen<'a>, motion: Motion<'a>, options: &'a AnimateOptions) -> Self {
        Self {
            pen,
            motion,
            options,
            report: AnimateReport::default(),
            largest: (0, String::new()),
        }
    }

    pub(super) fn report(self) -> AnimateReport {
        self.report
    }

    /// The passes of all frames.
    pub(super) fn passes(&mut self, frames: &[&[Pass]], place: &Place) -> Result<(), AnimateError> {
        let first = frames[0];
        let alike = |passes: &&[Pass]| {
            let kinds = passes.iter().zip(first).all(|(a, b)| same_kind(a, b));
            passes.len() == first.len() && kinds
        };
        if !frames.iter().all(alike) {
            let sinks: Vec<&str> = first.iter().map(|pass| &**pass.sink()).collect();
            return self.bake(
                frames,
                place,
                &sinks.join(", "),
                "the list of passes changes",
            );
        }
        for i in 0..first.len() {
            let column: Vec<&Pass> = frames.iter().map(|passes| &passes[i]).collect();
            let before = self.size();
            self.pass(&column, place)?;
            self.weigh(before, first[i].sink())?;
        }
        Ok(())
    }

    fn pass(&mut self, frames: &[&Pass], place: &Place) -> Result<(), AnimateError> {
        if frames.iter().all(|pass| *pass == frames[0]) {
            self.pen.passes(std::slice::from_ref(frames[0]), place);
            return Ok(());
        }
        let result = match frames[0] {
            Pass::Clear(_) => {
                self.clears(frames, place);
                Ok(())
            }
            Pass::Instances2d(_) | Pass::Paths2d(_) | Pass::Strokes2d(_) => {
                let rows: Vec<Rows> = frames.iter().filter_map(|pass| Rows::of(pass)).collect();
                elements::write(&mut self.pen, &mut self.motion, &rows)
            }
            Pass::Group(_) => {
                let groups: Vec<&Group> = frames.iter().filter_map(|p| as_group(p)).collect();
                match groups_differ(&groups) {
                    None => return self.groups(&groups, place),
                    Some(reason) => Err(reason),
                }
            }
            Pass::PostFx(_) => {
                let effects: Vec<&PostFx> = frames.iter().filter_map(|p| as_effects(p)).collect();
                if effects.iter().all(|fx| fx.effects == effects[0].effects) {
                    return self.effects(&effects, place);
                }
                Err("its effects change")
            }
        };
        match result {
            Ok(()) => Ok(()),
            Err(reason) => {
                let lists: Vec<&[Pass]> = frames.iter().map(|p| std::slice::from_ref(*p)).collect();
                self.bake(&lists, place, frames[0].sink(), reason)
            }
        }
    }

    /// A colour over the whole layer, which changes.
    fn clears(&mut self, frames: &[&Pass], place: &Place) {
        let clears: Vec<&Clear> = frames
            .iter()
            .filter_map(|pass| match pass {
                Pass::Clear(clear) => Some(clear),
                _ => None,
            })
            .collect();
        let Some(first) = clears.first() else {
            return;
        };
        let inks = clears.iter().map(|clear| paint(clear.rgba));
        let inks = self.motion.channel(inks);
        // A colour of which nothing is painted may be any.
        let known = inks.iter().flatten().next().copied().unwrap_or_default().0;
        let mut last = known;
        let mut values: Vec<([f64; 3], [f64; 1])> = Vec::new();
        for ink in &inks {
            last = ink.map_or(last, |(rgb, _)| rgb);
            values.push((
                last.map(f64::from),
                [ink.map_or(0.0, |(_, a)| f64::from(a))],
            ));
        }
        let colours: Vec<[f64; 3]> = values.iter().map(|v| v.0).collect();
        let alphas: Vec<[f64; 1]> = values.iter().map(|v| v.1).collect();
        let names = self.motion.ink("fill", &colours, &alphas);
        let base = self.pen.names.of_sink(Role::Pass, &first.sink);
        let body = self.pen.begin_area(
            (self.pen.options.ids != SvgIds::None).then_some(base),
            place,
        );
        body.class(&names);
        rgb(body, "fill", Some(colours[0].map(|v| v as u8)));
        share(body, "fill-opacity", alphas[0][0] as u8);
        body.style(&names, &[]);
        body.empty();
    }

    /// Groups that differ in nothing but transform and opacity.
    fn groups(&mut self, groups: &[&Group], place: &Place) -> Result<(), AnimateError> {
        let first = groups[0];
        let maps = self
            .motion
            .channel(groups.iter().map(|group| group.transform));
        let opacities = groups
            .iter()
            .map(|g| [f64::from(g.opacity.clamp(0.0, 1.0))]);
        let opacities = self.motion.channel(opacities);
        let mut names = Vec::new();
        if maps.iter().any(|map| *map != maps[0]) {
            names.push(self.motion.transforms(&maps));
        }
        if !is_constant(opacities.as_flattened(), &[0.5 / 255.0]) {
            names.push(self.motion.opacities(&opacities));
        }
        let own = Affine::from_row(first.transform);
        let layer = groups.iter().any(|group| !group.is_plain());
        self.pen.open_group(first, &own, layer, |text, others| {
            text.class(&names);
            text.style(&names, others);
        });
        let children: Vec<&[Pass]> = groups.iter().map(|g| g.children.as_slice()).collect();
        self.passes(&children, &place.inside(&own))?;
        self.pen.body.close("g");
        Ok(())
    }

    /// Effects that stay the same, on children that do not.
    fn effects(&mut self, effects: &[&PostFx], place: &Place) -> Result<(), AnimateError> {
        let (inside, depth) = self.pen.open_effects(effects[0], place);
        let children: Vec<&[Pass]> = effects.iter().map(|fx| fx.children.as_slice()).collect();
        self.passes(&children, &inside)?;
        for _ in 0..depth {
            self.pen.body.close("g");
        }
        Ok(())
    }

    /// One `<g>` for each distinct frame, of which one is visible at a time.
    fn bake(
        &mut self,
        frames: &[&[Pass]],
        place: &Place,
        sink: &str,
        reason: &'static str,
    ) -> Result<(), AnimateError> {
        // Equal texts are equal frames; the text of a frame by itself does not depend on the others.
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut distinct: Vec<usize> = Vec::new();
        let mut shown: Vec<usize> = Vec::new();
        for (frame, passes) in frames.iter().enumerate() {
            let next = distinct.len();
            let number = *numbers.entry(self.pen.alone(passes, place)).or_insert(next);
            if number == next {
                distinct.push(frame);
            }
            shown.push(number);
        }
        drop(numbers);
        if let [only] = distinct[..] {
            self.pen.passes(frames[only], place);
            return Ok(());
        }
        let baked = Baked {
            sink: sink.to_owned(),
            reason,
        };
        if self.options.strict {
            return Err(AnimateError::NotAnimatable(baked));
        }
        self.report.baked.push(baked);
        let shown = self.motion.channel(shown.into_iter());
        self.pen.body.begin("g");
        if let [pass] = frames[0] {
            self.pen.identify(pass.sink());
        }
        self.pen.body.open();
        for (number, &frame) in distinct.iter().enumerate() {
            let before = self.size();
            let seen = shown.iter().map(|&shown| shown == number);
            let names = [self.motion.keyframes.visibility(seen)];
            let body = &mut *self.pen.body;
            body.begin("g");
            body.class(&names);
            if shown[0] != number {
                body.attribute("visibility", "hidden");
            }
            body.style(&names, &[]);
            body.open();
            self.pen.without_ids(|pen| pen.passes(frames[frame], place));
            self.pen.body.close("g");
            self.weigh(before, sink)?;
        }
        self.pen.body.close("g");
        Ok(())
    }

    fn size(&self) -> u64 {
        let texts = [
            &self.pen.body.out,
            &self.pen.defs.out,
            &self.motion.keyframes.sheet,
        ];
        texts.iter().map(|text| text.len() as u64).sum()
    }

    /// Notes what a pass took.
    fn weigh(&mut self, before: u64, sink: &str) -> Result<(), AnimateError> {
        let now = self.size();
        let took = now - before;
        if took >= self.largest.0 {
            self.largest = (took, sink.to_owned());
        }
        if now > self.options.max_bytes {
            let (of_sink, sink) = self.largest.clone();
            return Err(AnimateError::TooLarge {
                limit: self.options.max_bytes,
                sink,
                of_sink,
            });
        }
        Ok(())
    }
}

impl Motion<'_> {
    /// Keyframes of a transform. Browsers take matrices apart to go from one to the next, so only a
    /// matrix that merely moves can be left out on a line.
    fn transforms(&mut self, maps: &[[f64; 6]]) -> u32 {
        let shape = |map: &[f64; 6]| [map[0], map[1], map[2], map[3]];
        let (rigid, free) = (0.0, 0.02);
        thin(
            self.times,
            maps.as_flattened(),
            &[rigid, rigid, rigid, rigid, free, free],
            &mut self.kept,
        );
        // Lines through turning matrices are no lines for a browser: keep those frames.
        let mut kept: Vec<usize> = Vec::new();
        for pair in self.kept.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let moves = shape(&maps[from]) == shape(&maps[to]);
            kept.push(from);
            if !moves {
                kept.extend(from + 1..to);
            }
        }
        kept.extend(self.kept.last());
        self.keyframes.linear(&kept, |frame, out| {
            out.push_str("transform:matrix(");
            for (i, &value) in maps[frame].iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                text::number(out, value);
            }
            out.push(')');
        })
    }

    fn opacities(&mut self, values: &[[f64; 1]]) -> u32 {
        thin(
            self.times,
            values.as_flattened(),
            &[0.5 / 255.0],
            &mut self.kept,
        );
        self.keyframes.linear(&self.kept, |frame, out| {
            out.push_str("opacity:");
            text::number(out, values[frame][0]);
        })
    }
}

/// Why groups cannot be one element, if they cannot.
fn groups_differ(groups: &[&Group]) -> Option<&'static str> {
    let first = groups[0];
    let place = |group: &Group| Affine::from_row(group.transform);
    if groups.iter().any(|group| group.clip != first.clip) {
        return Some("its clip changes");
    }
    if groups.iter().any(|group| group.blend != first.blend) {
        return Some("its blend mode changes");
    }
    if groups.iter().any(|group| !place(group).is_usable()) {
        return Some("its transform squeezes it to nothing");
    }
    let moves = groups
        .iter()
        .any(|group| group.transform != first.transform);
    if moves && groups.iter().any(|group| fills_layer(&group.children)) {
        return Some("it moves about effects or a cleared layer, which stand still");
    }
    let plain = groups.iter().any(|group| group.is_plain());
    let layer = groups.iter().any(|group| !group.is_plain());
    if plain && layer && groups.iter().any(|group| blends(&group.children)) {
        return Some("it is a layer in some frames only, and blends what is in it");
    }
    None
}

/// Whether something in these passes has its place in the document, not in the group.
fn fills_layer(passes: &[Pass]) -> bool {
    passes.iter().any(|pass| match pass {
        Pass::Clear(_) | Pass::PostFx(_) => true,
        Pass::Group(group) => fills_layer(&group.children),
        Pass::Instances2d(_) | Pass::Paths2d(_) | Pass::Strokes2d(_) => false,
    })
}

fn as_group(pass: &Pass) -> Option<&Group> {
    match pass {
        Pass::Group(group) => Some(group),
        _ => None,
    }
}

fn as_effects(pass: &Pass) -> Option<&PostFx> {
    match pass {
        Pass::PostFx(fx) => Some(fx),
        _ => None,
    }
}

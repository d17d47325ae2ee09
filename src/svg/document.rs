//! The document: its frame, and passes in paint order.
//!
//! In: a tree. Out: `<svg>`, metadata, definitions in order of first use, background, then one `<g>` a
//! pass. Definitions are known only when the passes are written, so both have buffers of their own.

use super::instances::{self, Scratch};
use super::look::{rgb, share};
use super::names::{Names, Role, push_element};
use super::text::{Text, escape, path, whole};
use super::{SvgIds, SvgOptions, filter, paths};
use crate::math::affine::Affine;
use crate::math::color::quantize;
use crate::render_tree::rows::paint;
use crate::render_tree::{
    Blend, Clear, Clip, FillRule, Group, Ids, Pass, PostFx, RenderTree, StrokeStyle, margin,
};
use std::sync::Arc;

/// Writes documents, keeping its buffers from one to the next.
#[derive(Debug, Default)]
pub struct Writer {
    options: SvgOptions,
    buffers: Buffers,
}

/// What a document is made of while it is written.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    defs: Text,
    body: Text,
    names: Names,
    scratch: Scratch,
}

/// Where in the document a pass stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// From the space of the pass to that of the document.
    to_root: Affine,
    /// How far the layer reaches beyond the picture, user px of the document.
    margin: f64,
}

impl Place {
    /// Right in the document.
    pub(super) const ROOT: Self = Self {
        to_root: Affine::IDENTITY,
        margin: 0.0,
    };

    /// Inside a group with this transform.
    pub(super) fn inside(&self, own: &Affine) -> Self {
        Self {
            to_root: own.then(&self.to_root),
            ..*self
        }
    }
}

/// What passes are written with.
pub(super) struct Pen<'a> {
    pub(super) options: &'a SvgOptions,
    pub(super) defs: &'a mut Text,
    pub(super) body: &'a mut Text,
    pub(super) names: &'a mut Names,
    pub(super) scratch: &'a mut Scratch,
    ids: SvgIds,
    width: f64,
    height: f64,
}

impl Writer {
    /// No buffers yet.
    pub fn new(options: SvgOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Appends the document of a tree to `out`, with `metadata` after that of the options.
    pub fn write(&mut self, tree: &RenderTree, metadata: &[(&str, String)], out: &mut String) {
        let size = [tree.width, tree.height].map(f64::from);
        let mut pen = Pen::new(&self.options, &mut self.buffers, size);
        pen.area(None, quantize(tree.background), &Place::ROOT);
        pen.passes(&tree.passes, &Place::ROOT);
        assemble(&self.options, size, metadata, "", &self.buffers, out);
    }
}

/// Appends the whole document: head, metadata, style sheet, definitions, body.
pub(super) fn assemble(
    options: &SvgOptions,
    size: [f64; 2],
    more: &[(&str, String)],
    sheet: &str,
    buffers: &Buffers,
    out: &mut String,
) {
    let mut head = Text::onto(std::mem::take(out));
    open(&mut head, options, size);
    metadata(&mut head, options, more);
    if !sheet.is_empty() {
        head.begin("style");
        head.open();
        head.out.push_str(sheet);
        head.close("style");
    }
    if !buffers.defs.out.is_empty() {
        head.begin("defs");
        head.open();
        head.out.push_str(&buffers.defs.out);
        head.close("defs");
    }
    head.out.push_str(&buffers.body.out);
    head.close("svg");
    *out = head.out;
}

fn metadata(head: &mut Text, options: &SvgOptions, more: &[(&str, String)]) {
    let own = options.metadata.iter();
    let own = own.map(|(key, text)| (key.as_str(), text));
    let mut all = own.chain(more.iter().map(|(key, text)| (*key, text)));
    let Some(first) = all.next() else {
        return;
    };
    head.begin("metadata");
    head.attribute("xmlns:o", "urn:oscilla");
    head.open();
    for (key, text) in std::iter::once(first).chain(all) {
        head.begin("o:text");
        head.name("key");
        escape(&mut head.out, key);
        head.out.push_str("\">");
        escape(&mut head.out, text);
        head.out.push_str("</o:text>\n");
    }
    head.close("metadata");
}

/// The start tag of the document.
fn open(head: &mut Text, options: &SvgOptions, [width, height]: [f64; 2]) {
    head.begin("svg");
    head.attribute("xmlns", "http://www.w3.org/2000/svg");
    if options.compat {
        head.attribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
    }
    head.number("width", width * options.scale);
    head.number("height", height * options.scale);
    head.numbers("viewBox", [0.0, 0.0, width, height]);
    head.open();
}

impl<'a> Pen<'a> {
    /// At the beginning of a document of this size, user px.
    pub(super) fn new(
        options: &'a SvgOptions,
        buffers: &'a mut Buffers,
        [width, height]: [f64; 2],
    ) -> Self {
        buffers.defs.reset(2);
        buffers.body.reset(1);
        buffers.names.reset();
        let Buffers {
            defs,
            body,
            names,
            scratch,
        } = buffers;
        Self {
            options,
            defs,
            body,
            names,
            scratch,
            ids: options.ids,
            width,
            height,
        }
    }

    /// Writes something whose passes and elements get no ids.
    pub(super) fn without_ids(&mut self, write: impl FnOnce(&mut Self)) {
        let ids = std::mem::replace(&mut self.ids, SvgIds::None);
        write(self);
        self.ids = ids;
    }

    /// What passes would be in a document of their own, definitions and all, without ids.
    pub(super) fn alone(&self, passes: &[Pass], place: &Place) -> String {
        let mut buffers = Buffers::default();
        let mut pen = Pen::new(self.options, &mut buffers, [self.width, self.height]);
        pen.without_ids(|pen| pen.passes(passes, place));
        buffers.defs.out + &buffers.body.out
    }

    pub(super) fn passes(&mut self, passes: &[Pass], place: &Place) {
        for pass in passes {
            match pass {
                Pass::Clear(clear) => self.clear(clear, place),
                Pass::Instances2d(pass) => instances::write(self, pass),
                Pass::Paths2d(pass) => paths::write_paths(self, pass, place),
                Pass::Strokes2d(pass) => paths::write_strokes(self, pass),
                Pass::Group(group) => self.group(group, place),
                Pass::PostFx(fx) => self.post_fx(fx, place),
            }
        }
    }

    /// User px of a pass per unit of its stroke widths. Those in device px are made right for the size of
    /// the document; not every reader knows `vector-effect`.
    pub(super) fn width_unit(&self, style: &StrokeStyle, place: &Place) -> f64 {
        let growth = place.to_root.growth() * self.options.scale;
        if style.non_scaling && growth > 0.0 {
            1.0 / growth
        } else {
            1.0
        }
    }

    /// The base of all ids of a pass; its own id, if passes have one, becomes an attribute.
    pub(super) fn identify(&mut self, sink: &Arc<str>) -> String {
        let base = self.names.of_sink(Role::Pass, sink);
        if self.ids != SvgIds::None {
            self.body.attribute("id", &base);
        }
        base
    }

    fn clear(&mut self, clear: &Clear, place: &Place) {
        let base = self.names.of_sink(Role::Pass, &clear.sink);
        let id = (self.ids != SvgIds::None).then_some(base);
        self.area(id, clear.rgba, place);
    }

    /// A colour over the whole layer.
    pub(super) fn area(&mut self, id: Option<String>, rgba: [u8; 4], place: &Place) {
        let Some((color, alpha)) = paint(rgba) else {
            return;
        };
        let body = self.begin_area(id, place);
        rgb(body, "fill", Some(color));
        if alpha < 255 {
            share(body, "fill-opacity", alpha);
        }
        body.empty();
    }

    /// A rectangle over the whole layer, still without its look.
    pub(super) fn begin_area(&mut self, id: Option<String>, place: &Place) -> &mut Text {
        let body = &mut *self.body;
        body.begin("rect");
        if let Some(id) = id {
            body.attribute("id", &id);
        }
        if place.margin > 0.0 {
            body.number("x", -place.margin);
            body.number("y", -place.margin);
        }
        body.number("width", self.width + 2.0 * place.margin);
        body.number("height", self.height + 2.0 * place.margin);
        if place.to_root != Affine::IDENTITY {
            body.matrix("transform", &place.to_root.inverse());
        }
        body
    }

    fn group(&mut self, group: &Group, place: &Place) {
        let own = Affine::from_row(group.transform);
        let inside = place.inside(&own);
        let plain = group.is_plain();
        if !inside.to_root.is_usable() || (!plain && group.opacity <= 0.0) {
            return;
        }
        self.open_group(group, &own, !plain, |text, style| text.style(&[], style));
        self.passes(&group.children, &inside);
        self.body.close("g");
    }

    /// The start tag of a group; `style` writes what is to stand in its `style`, and perhaps more.
    pub(super) fn open_group(
        &mut self,
        group: &Group,
        own: &Affine,
        layer: bool,
        style: impl FnOnce(&mut Text, &[&str]),
    ) {
        let base = self.names.of_sink(Role::Layer, &group.sink);
        let clip = self.clip(&group.clip, &base);
        self.body.begin("g");
        self.identify_layer(&base, &group.sink, &group.children);
        let body = &mut *self.body;
        if *own != Affine::IDENTITY {
            body.matrix("transform", own);
        }
        if group.opacity < 1.0 {
            body.number("opacity", f64::from(group.opacity));
        }
        if let Some(clip) = clip {
            body.reference("clip-path", &clip);
        }
        match mix(group.blend) {
            _ if !layer => style(body, &[]),
            None => style(body, &["isolation:isolate"]),
            Some(mix) => style(body, &[mix, "isolation:isolate"]),
        }
        body.open();
    }

    /// A layer of the same sink as a pass in it leaves the id to the pass.
    fn identify_layer(&mut self, base: &str, sink: &Arc<str>, children: &[Pass]) {
        if self.ids != SvgIds::None && !contains(children, sink) {
            self.body.attribute("id", base);
        }
    }

    /// Defines a clip; returns its id.
    fn clip(&mut self, clip: &Clip, base: &str) -> Option<String> {
        if *clip == Clip::None {
            return None;
        }
        let id = format!("{base}.clip");
        let defs = &mut *self.defs;
        defs.begin("clipPath");
        defs.attribute("id", &id);
        defs.attribute("clipPathUnits", "userSpaceOnUse");
        defs.open();
        match clip {
            Clip::None => {}
            Clip::Rect(rect) => {
                let [x, y, w, h] = rect.map(f64::from);
                defs.begin("rect");
                // A negative length reaches to the other side.
                defs.number("x", x.min(x + w));
                defs.number("y", y.min(y + h));
                defs.number("width", w.abs());
                defs.number("height", h.abs());
                defs.empty();
            }
            Clip::Path(data, rule) => {
                defs.begin("path");
                defs.name("d");
                path(&mut defs.out, data, &Affine::IDENTITY);
                defs.quote();
                if *rule == FillRule::Evenodd {
                    defs.attribute("clip-rule", "evenodd");
                }
                defs.empty();
            }
        }
        defs.close("clipPath");
        Some(id)
    }

    fn post_fx(&mut self, fx: &PostFx, place: &Place) {
        let (inside, depth) = self.open_effects(fx, place);
        self.passes(&fx.children, &inside);
        for _ in 0..depth {
            self.body.close("g");
        }
    }

    /// The start tags of a layer with effects, and how many they are. Effects are in px of the document,
    /// whatever transform surrounds them: it is undone about the filter and done again inside.
    pub(super) fn open_effects(&mut self, fx: &PostFx, place: &Place) -> (Place, usize) {
        let base = self.names.of_sink(Role::Layer, &fx.sink);
        let scale = self.options.scale;
        let grown = place.margin + f64::from(margin(&fx.effects, scale)) / scale;
        let id = format!("{base}.fx");
        let (width, height) = (self.width + 2.0 * grown, self.height + 2.0 * grown);
        let area = [-grown, -grown, width, height];
        let filtered = filter::write(self.defs, &id, &fx.effects, scale, area);
        let turned = filtered && place.to_root != Affine::IDENTITY;
        if turned {
            self.body.begin("g");
            self.body.matrix("transform", &place.to_root.inverse());
            self.body.open();
        }
        self.body.begin("g");
        self.identify_layer(&base, &fx.sink, &fx.children);
        if filtered {
            self.body.reference("filter", &id);
        } else {
            self.body.attribute("style", "isolation:isolate");
        }
        self.body.open();
        if turned {
            self.body.begin("g");
            self.body.matrix("transform", &place.to_root);
            self.body.open();
        }
        let inside = Place {
            margin: grown,
            ..*place
        };
        (inside, if turned { 3 } else { 1 })
    }

    /// ` id="<base>.<element>"`, if elements have ids; with `.<part>` where an element has many.
    #[inline]
    pub(super) fn element_id(&mut self, base: &str, ids: &Ids, element: u32, part: Option<u32>) {
        if self.ids == SvgIds::All {
            self.body.name("id");
            self.body.out.push_str(base);
            push_element(&mut self.body.out, ids, element);
            if let Some(part) = part {
                self.body.out.push('.');
                whole(&mut self.body.out, part);
            }
            self.body.quote();
        }
    }
}

/// Whether a pass of this sink is among these, at any depth.
fn contains(passes: &[Pass], sink: &Arc<str>) -> bool {
    passes.iter().any(|pass| {
        pass.sink() == sink
            || match pass {
                Pass::Group(group) => contains(&group.children, sink),
                Pass::PostFx(fx) => contains(&fx.children, sink),
                _ => false,
            }
    })
}

/// How something meets what lies below, for a `style`; `None` for source-over.
pub(super) fn mix(blend: Blend) -> Option<&'static str> {
    match blend {
        Blend::Normal => None,
        Blend::Add => Some("mix-blend-mode:plus-lighter"),
        Blend::Multiply => Some("mix-blend-mode:multiply"),
        Blend::Screen => Some("mix-blend-mode:screen"),
    }
}

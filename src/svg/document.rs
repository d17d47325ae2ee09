//! The document: its frame, and passes in paint order.
//!
//! In: a tree. Out: `<svg>`, metadata, definitions in order of first use, background, then one `<g>` a
//! pass. Definitions are known only when the passes are written, so both have buffers of their own.

use super::instances::{self, Scratch};
use super::look::{paint, rgb, share};
use super::names::{Names, Role, push_element};
use super::text::{Text, escape, path, whole};
use super::{SvgIds, SvgOptions, filter, paths};
use crate::math::affine::Affine;
use crate::math::color::quantize;
use crate::render_tree::{
    Blend, Clear, Clip, FillRule, Group, Ids, Pass, PostFx, RenderTree, margin,
};
use std::sync::Arc;

/// Writes documents, keeping its buffers from one to the next.
#[derive(Debug, Default)]
pub struct Writer {
    options: SvgOptions,
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

/// What passes are written with.
pub(super) struct Pen<'a> {
    pub(super) options: &'a SvgOptions,
    pub(super) defs: &'a mut Text,
    pub(super) body: &'a mut Text,
    pub(super) names: &'a mut Names,
    pub(super) scratch: &'a mut Scratch,
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
        let (width, height) = (f64::from(tree.width), f64::from(tree.height));
        self.defs.reset(2);
        self.body.reset(1);
        self.names.reset();
        let mut pen = Pen {
            options: &self.options,
            defs: &mut self.defs,
            body: &mut self.body,
            names: &mut self.names,
            scratch: &mut self.scratch,
            width,
            height,
        };
        let place = Place {
            to_root: Affine::IDENTITY,
            margin: 0.0,
        };
        pen.area(None, quantize(tree.background), &place);
        pen.passes(&tree.passes, &place);

        let mut head = Text::onto(std::mem::take(out));
        open(&mut head, &self.options, width, height);
        self.metadata(&mut head, metadata);
        if !self.defs.out.is_empty() {
            head.begin("defs");
            head.open();
            head.out.push_str(&self.defs.out);
            head.close("defs");
        }
        head.out.push_str(&self.body.out);
        head.close("svg");
        *out = head.out;
    }

    fn metadata(&self, head: &mut Text, more: &[(&str, String)]) {
        let own = self.options.metadata.iter();
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
}

/// The start tag of the document.
fn open(head: &mut Text, options: &SvgOptions, width: f64, height: f64) {
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

impl Pen<'_> {
    fn passes(&mut self, passes: &[Pass], place: &Place) {
        for pass in passes {
            match pass {
                Pass::Clear(clear) => self.clear(clear, place),
                Pass::Instances2d(pass) => instances::write(self, pass),
                Pass::Paths2d(pass) => paths::write_paths(self, pass),
                Pass::Strokes2d(pass) => paths::write_strokes(self, pass),
                Pass::Group(group) => self.group(group, place),
                Pass::PostFx(fx) => self.post_fx(fx, place),
            }
        }
    }

    /// The base of all ids of a pass; its own id, if passes have one, becomes an attribute.
    pub(super) fn identify(&mut self, sink: &Arc<str>) -> String {
        let base = self.names.of_sink(Role::Pass, sink);
        if self.options.ids != SvgIds::None {
            self.body.attribute("id", &base);
        }
        base
    }

    fn clear(&mut self, clear: &Clear, place: &Place) {
        let base = self.names.of_sink(Role::Pass, &clear.sink);
        let id = (self.options.ids != SvgIds::None).then_some(base);
        self.area(id, clear.rgba, place);
    }

    /// A colour over the whole layer.
    fn area(&mut self, id: Option<String>, rgba: [u8; 4], place: &Place) {
        let Some((color, alpha)) = paint(rgba) else {
            return;
        };
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
        rgb(body, "fill", Some(color));
        if alpha < 255 {
            share(body, "fill-opacity", alpha);
        }
        body.empty();
    }

    fn group(&mut self, group: &Group, place: &Place) {
        let own = Affine::from_row(group.transform);
        let to_root = own.then(&place.to_root);
        if !to_root.is_usable() {
            return;
        }
        let plain = group.is_plain();
        if !plain && group.opacity <= 0.0 {
            return;
        }
        let base = self.names.of_sink(Role::Layer, &group.sink);
        let clip = self.clip(&group.clip, &base);
        self.body.begin("g");
        self.identify_layer(&base, &group.sink, &group.children);
        let body = &mut *self.body;
        if own != Affine::IDENTITY {
            body.matrix("transform", &own);
        }
        if group.opacity < 1.0 {
            body.number("opacity", f64::from(group.opacity));
        }
        if let Some(clip) = clip {
            body.reference("clip-path", &clip);
        }
        if !plain {
            body.name("style");
            if let Some(mode) = blend_mode(group.blend) {
                body.out.push_str("mix-blend-mode:");
                body.out.push_str(mode);
                body.out.push(';');
            }
            body.out.push_str("isolation:isolate\"");
        }
        body.open();
        let place = Place { to_root, ..*place };
        self.passes(&group.children, &place);
        self.body.close("g");
    }

    /// A layer of the same sink as a pass in it leaves the id to the pass.
    fn identify_layer(&mut self, base: &str, sink: &Arc<str>, children: &[Pass]) {
        if self.options.ids != SvgIds::None && !contains(children, sink) {
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

    /// Effects are in px of the document, whatever transform surrounds them: it is undone about the
    /// filter and done again inside.
    fn post_fx(&mut self, fx: &PostFx, place: &Place) {
        let base = self.names.of_sink(Role::Layer, &fx.sink);
        let scale = self.options.scale;
        let grown = place.margin + f64::from(margin(&fx.effects, scale)) / scale;
        let id = format!("{base}.fx");
        let area = [
            -grown,
            -grown,
            self.width + 2.0 * grown,
            self.height + 2.0 * grown,
        ];
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
        self.passes(&fx.children, &inside);
        for _ in 0..if turned { 3 } else { 1 } {
            self.body.close("g");
        }
    }

    /// ` id="<base>.<element>"`, if elements have ids; with `.<part>` where an element has many.
    #[inline]
    pub(super) fn element_id(&mut self, base: &str, ids: &Ids, element: u32, part: Option<u32>) {
        if self.options.ids == SvgIds::All {
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
    passes.iter().any(|pass| match pass {
        Pass::Clear(pass) => pass.sink == *sink,
        Pass::Instances2d(pass) => pass.sink == *sink,
        Pass::Paths2d(pass) => pass.sink == *sink,
        Pass::Strokes2d(pass) => pass.sink == *sink,
        Pass::Group(group) => group.sink == *sink || contains(&group.children, sink),
        Pass::PostFx(fx) => fx.sink == *sink || contains(&fx.children, sink),
    })
}

/// The value of `mix-blend-mode`; `None` for source-over.
pub(super) fn blend_mode(blend: Blend) -> Option<&'static str> {
    match blend {
        Blend::Normal => None,
        Blend::Add => Some("plus-lighter"),
        Blend::Multiply => Some("multiply"),
        Blend::Screen => Some("screen"),
    }
}

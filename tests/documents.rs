//! Hostile documents: whatever a patch says, reading and compiling it ends in a program that runs or
//! in errors with a place. Documents are cut at every byte, or taken apart and put together wrongly by
//! a generator with a fixed seed: keys dropped, doubled and renamed, values of other types, names that
//! belong elsewhere, entries doubled and lost.
//!
//! The library is called, not the program, so a panic shows the case that caused it.

mod runs;

use oscilla::diag::{Diagnostic, Severity};
use oscilla::vm::{Engine, EngineOptions, FrameCtx, FrameTime};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Every kind of entry that a document can have, in as few lines as possible.
const EVERYTHING: &str = r##"{
  "version": 2, "seed": 3, "size": [64, 48], "background": "#102030", "name": "é",
  "settings": {"seed": 4, "speed": 1}, "lanes": [], "golden": {"frames": "0,5"},
  "blocks": [
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 2000}},
    {"id": "block-1", "type": "Oscillator", "label": "wobble",
     "inputs": [
       {"id": "phase", "type": "Signal<phase>", "direction": "input", "defaultSource": {"value": 0.25}},
       {"id": "amplitude", "type": {"world": "signal", "domain": "number"}, "defaultSource": {"value": 2}}],
     "outputs": [{"id": "out", "type": "Signal<number>", "direction": "output"}]},
    {"id": "grid", "type": "GridDomain", "params": {"rows": 3, "cols": 2, "spacing": 9}},
    {"id": "hash", "type": "StableIdHash", "params": {"salt": 7}},
    {"id": "hue", "type": "FieldFromExpression", "params": {"expression": "hsl(i / n * 360, 80, 60 + signal)"}},
    {"id": "beat", "type": "PulseDivider"},
    {"id": "hit", "type": "EnvelopeAD", "params": {"decay": "0.25"}},
    {"id": "a.b", "type": "AddSignal"},
    {"id": "p1", "type": "composite:pack", "params": {"gain": 2, "bias": 0.5}},
    {"id": "g1", "type": "composite:old", "params": {"mul.b": 3, "k": null}},
    {"id": "br", "type": "composite:BreathingScale", "params": {"range": 2}},
    {"id": "dots", "type": "RenderInstances2D",
     "params": {"shape": "path", "shapePath": "M-1-1L1-1 0 1Z", "glow": true, "strokeColor": [1, 0, 0, 0.5]}}
  ],
  "connections": [
    {"id": "w1", "from": {"blockId": "grid", "slotId": "domain", "direction": "output"}, "to": "dots.domain"},
    {"from": "grid.pos0", "to": "dots.positions", "lensStack": [{"lensId": "swirl", "params": {"center": [10, 10]}}]},
    {"from": "grid.domain", "to": "hash.domain"}, {"from": "grid.domain", "to": "hue.domain"},
    {"from": "hue.field", "to": "dots.color", "enabled": true},
    {"from": "hash.u01", "to": "dots.opacity", "adapterChain": []},
    {"from": "beat.tick", "to": "hit.trigger"},
    {"from": "time.phase", "to": "p1.phase", "lens": ["pingPong"]}, {"from": "p1.out", "to": "g1.osc.bias"},
    {"from": "g1.mul.out", "to": "dots.rotation", "lens": [{"type": "offset", "params": {"amount": {"from": "br.out"}}}]},
    {"from": "time.energy", "to": "a.b.a", "adapters": ["SecondsToMs", "MsToSeconds"]}
  ],
  "buses": [
    {"name": "size", "type": {"world": "signal", "domain": "number"}, "combineMode": "sum", "defaultValue": 4},
    {"name": "tint", "type": "color", "combine": "layer", "default": "#ff000080"}
  ],
  "publishers": [
    {"id": "pub-1", "from": "block-1.out", "busId": "size", "sortKey": 10},
    {"from": "hit.env", "bus": "size",
     "lens": [{"type": "scale", "params": {"scale": {"kind": "bus", "busId": "energy", "lensStack": [{"lensId": "clamp"}]}}}]},
    {"from": "a.b.out", "bus": "size", "lens": ["double", {"type": "slew", "params": {"rate": 8}}]}
  ],
  "listeners": [
    {"id": "list-1", "bus": "size", "to": "dots.radius", "lens": [{"type": "ease", "params": {"easing": "easeOutBounce"}}]},
    {"bus": "tint", "to": "dots.strokeColor"}
  ],
  "composites": [
    {"id": "pack", "graph": {
      "nodes": {"wave": {"type": "Oscillator", "params": {"amplitude": {"__fromParam": "gain"}}},
        "in": {"type": "composite:inner"}, "add": {"type": "AddSignal"}},
      "edges": [{"from": "wave.out", "to": "add.a", "lens": ["slew"]}, {"from": "in.env", "to": "add.b"}],
      "inputMap": {"phase": ["wave.phase", "in.phase"], "bias": "wave.bias"}, "outputMap": {"out": "add.out"},
      "busSubscriptions": {"bias": "energy"}, "busPublications": {"out": "size"}},
     "exposedParams": [{"id": "gain", "default": 1}, {"id": "peak", "nodeId": "in", "param": "peak"}]},
    {"id": "inner", "graph": {
      "nodes": {"beat": {"type": "PulseDivider"}, "hit": {"type": "EnvelopeAD"}},
      "edges": [{"id": "e1", "from": "beat.tick", "to": "hit.trigger", "enabled": true}],
      "inputMap": {"phase": "beat.phase", "peak": "hit.peak"}, "outputMap": {"env": "hit.env"}}},
    {"id": "old", "name": "Old", "blocks": [{"id": "osc", "type": "Oscillator"}, {"id": "mul", "type": "MulSignal"}],
     "connections": [{"from": "osc.out", "to": "mul.a"}],
     "exposedParams": [{"id": "k", "blockId": "osc", "paramKey": "amplitude"}]}
  ],
  "rails": {"phaseB": {"periodMs": {"from": "p1.out", "base": 900}}},
  "defaultSources": [{"id": "ds-2", "type": "phase", "value": 0.5}, {"id": "ds-3", "type": "number", "value": 6}]
}"##;

#[test]
fn the_sample_itself_is_right() {
    let (program, diagnostics) = runs::compile(EVERYTHING);
    assert!(program.is_some(), "{}", runs::shown(&diagnostics));
}

#[test]
fn cut_at_every_byte() {
    for end in 0..EVERYTHING.len() {
        if let Some(text) = EVERYTHING.get(..end) {
            let found = checked(text);
            assert_eq!(found.len(), 1, "cut at byte {end}: {found:?}");
            assert_eq!(found[0].code, "bad-json", "cut at byte {end}");
        }
    }
}

#[test]
fn one_byte_wrong() {
    let mut random = Random(7);
    for _ in 0..400 {
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        let at = random.below(bytes.len());
        bytes[at] = *random.of(b"\0 \"'{}[]:,.0-9eE+\\/aZ#<\x7f");
        if let Ok(text) = String::from_utf8(bytes) {
            checked(&text);
        }
    }
}

#[test]
fn put_together_wrongly() {
    let sample: Node = parse(EVERYTHING);
    let mut texts = Vec::new();
    sample.texts(&mut texts);
    let mut random = Random(20_240_501);
    let mut refused = 0;
    for case in 0..900 {
        let mut document = sample.clone();
        for _ in 0..=case % 3 {
            let mut sites = document.count();
            sites = random.below(sites);
            document.mutate(&mut sites, &texts, &mut random);
        }
        let mut text = String::new();
        document.write(&mut text);
        if !checked(&text).is_empty() {
            refused += 1;
        }
    }
    // Otherwise the generator has lost its bite, or the reader its strictness.
    assert!((200..860).contains(&refused), "{refused} of 900 refused");
}

/// Reads, compiles and runs two frames. The errors, each checked to be one for people.
fn checked(text: &str) -> Vec<Diagnostic> {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let (program, diagnostics) = runs::compile(text);
        let errors = diagnostics.has_errors();
        assert_eq!(program.is_none(), errors, "{}", runs::shown(&diagnostics));
        for found in diagnostics.list() {
            readable(found, text);
        }
        if let Some(program) = program {
            let options = EngineOptions {
                memory_limit: Some(4 << 20),
                ..EngineOptions::default()
            };
            if let Ok(mut engine) = Engine::new(Arc::new(program), options) {
                for t_ms in [0.0, 250.0] {
                    let frame = engine.render_frame(FrameTime::at(t_ms), &FrameCtx::default());
                    frame.expect("a finite time");
                }
            }
        }
        let errors = diagnostics.list().iter();
        let errors = errors.filter(|d| d.severity == Severity::Error);
        errors.cloned().collect()
    }));
    ran.unwrap_or_else(|_| panic!("the document was:\n{text}"))
}

/// A finding has a code, a place inside the text and a message.
fn readable(found: &Diagnostic, text: &str) {
    let known = |c: char| c.is_ascii_lowercase() || c == '-';
    assert!(
        !found.code.is_empty() && found.code.chars().all(known),
        "{found:?}"
    );
    assert!(
        found.code != "internal" && !found.code.starts_with("ir-"),
        "{found}"
    );
    assert_eq!(found.file, "test.json", "{found}");
    let lines = text.lines().count().max(1);
    assert!(
        (1..=lines + 1).contains(&(found.line as usize)) && found.column > 0,
        "{found}"
    );
    let line = text.lines().nth(found.line as usize - 1).unwrap_or("");
    assert!(
        found.column as usize <= line.chars().count() + 1,
        "beyond the line: {found}"
    );
    assert!(
        !found.message.is_empty() && !found.message.ends_with('.'),
        "{found}"
    );
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// JSON in which an object may have a key twice.
#[derive(Clone)]
enum Node {
    /// A number, text or word as it is written.
    Leaf(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

fn parse(text: &str) -> Node {
    fn node(value: &serde_json::Value) -> Node {
        match value {
            serde_json::Value::Array(list) => Node::List(list.iter().map(node).collect()),
            serde_json::Value::Object(map) => {
                Node::Object(map.iter().map(|(k, v)| (k.clone(), node(v))).collect())
            }
            leaf => Node::Leaf(leaf.to_string()),
        }
    }
    node(&serde_json::from_str(text).expect("JSON"))
}

impl Node {
    /// How many places there are to change.
    fn count(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::List(list) => 1 + list.iter().map(Self::count).sum::<usize>(),
            Self::Object(map) => 1 + map.iter().map(|(_, v)| v.count()).sum::<usize>(),
        }
    }

    /// All keys and quoted texts.
    fn texts(&self, out: &mut Vec<String>) {
        match self {
            Self::Leaf(text) if text.starts_with('"') => out.push(text.clone()),
            Self::Leaf(_) => {}
            Self::List(list) => list.iter().for_each(|v| v.texts(out)),
            Self::Object(map) => {
                for (key, value) in map {
                    out.push(format!("\"{key}\""));
                    value.texts(out);
                }
            }
        }
    }

    /// Changes place number `site`, counted down on the way there.
    fn mutate(&mut self, site: &mut usize, texts: &[String], random: &mut Random) {
        if *site == 0 {
            self.change(texts, random);
            *site = usize::MAX;
            return;
        }
        *site -= 1;
        let children: Vec<&mut Self> = match self {
            Self::Leaf(_) => return,
            Self::List(list) => list.iter_mut().collect(),
            Self::Object(map) => map.iter_mut().map(|(_, v)| v).collect(),
        };
        for child in children {
            child.mutate(site, texts, random);
            if *site == usize::MAX {
                return;
            }
        }
    }

    fn change(&mut self, texts: &[String], random: &mut Random) {
        let other = random.of(texts).clone();
        match self {
            Self::Object(map) if !map.is_empty() => {
                let at = random.below(map.len());
                match random.below(4) {
                    0 => drop(map.remove(at)),
                    1 => map[at].0 = other.trim_matches('"').to_owned(),
                    2 => {
                        let mut twin = map[at].clone();
                        twin.1 = Self::odd(random);
                        map.push(twin);
                    }
                    _ => map[at].0.push('s'),
                }
            }
            Self::List(list) if !list.is_empty() => {
                let at = random.below(list.len());
                match random.below(3) {
                    0 => drop(list.remove(at)),
                    1 => list.push(list[at].clone()),
                    _ => list[at] = Self::odd(random),
                }
            }
            Self::Leaf(text) if text.starts_with('"') && random.below(2) == 0 => *text = other,
            _ => *self = Self::odd(random),
        }
    }

    /// A value that is probably wrong here.
    fn odd(random: &mut Random) -> Self {
        const ODD: &[&str] = &[
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "0.5",
            "1e300",
            "-1e-320",
            "4294967296",
            "70000",
            "\"\"",
            "\".\"",
            "\"a.b\"",
            "\"é::ü\"",
            "\"time.phase\"",
            "\"dots\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[[]]",
            "[1, 2]",
            "[1e308, -1e308, 1, 1]",
            "{\"x\": 1, \"y\": null}",
            "{\"bus\": \"size\"}",
            "{\"kind\": \"wire\", \"from\": \"hash.u01\"}",
            "\"#12\"",
            "\"hsl(i)\"",
            "\"M0 0A1e30\"",
        ];
        Self::Leaf((*random.of(ODD)).to_owned())
    }

    fn write(&self, out: &mut String) {
        // Writing into a String cannot fail.
        match self {
            Self::Leaf(text) => out.push_str(text),
            Self::List(list) => {
                out.push('[');
                for (i, value) in list.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(map) => {
                out.push('{');
                for (i, (key, value)) in map.iter().enumerate() {
                    let _ = write!(out, "{}\"{key}\": ", if i > 0 { ",\n" } else { "" });
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

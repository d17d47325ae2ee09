//! Every definition is complete and means something.

use super::*;
use crate::blocks::docs::{self, Entry};
use crate::path::PathData;
use std::collections::BTreeSet;

#[test]
fn names_are_unique_and_found() {
    let mut names = BTreeSet::new();
    for block in crate::blocks::catalogue() {
        for name in std::iter::once(&block.name).chain(block.aliases) {
            assert!(names.insert(*name), "{name} twice");
            assert!(std::ptr::eq(find(name).unwrap(), *block), "{name}");
        }
        let ports = |names: Vec<&str>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        assert!(
            ports(block.inputs.iter().map(|i| i.name).collect()),
            "{}",
            block.name
        );
        assert!(
            ports(block.outputs.iter().map(|o| o.name).collect()),
            "{}",
            block.name
        );
    }
    assert!(find("oscillator").is_none(), "block names are exact");
}

#[test]
fn everything_is_documented() {
    for block in crate::blocks::catalogue() {
        assert!(
            is_phrase(block.summary),
            "{}: {}",
            block.name,
            block.summary
        );
        assert!(!block.details.is_empty(), "{}", block.name);
        for (name, doc) in block
            .inputs
            .iter()
            .map(|i| (i.name, i.doc))
            .chain(block.outputs.iter().map(|o| (o.name, o.doc)))
        {
            assert!(is_phrase(doc), "{}.{name}: {doc}", block.name);
        }
    }
}

/// One line, not a sentence: it stands in tables.
fn is_phrase(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('.') && !text.contains('\n')
}

#[test]
fn defaults_fit_their_types() {
    for block in crate::blocks::catalogue() {
        for input in block.inputs {
            let at = format!("{}.{}", block.name, input.name);
            match (input.mark, input.default) {
                (Mark::Options(words), Default::Text(word)) => {
                    assert!(words.contains(&word), "{at}: {word}");
                    assert_eq!(input.domain, Domain::String, "{at}");
                }
                (Mark::Text | Mark::Asset, Default::Text(_)) => {
                    assert_eq!(input.domain, Domain::String, "{at}")
                }
                (Mark::Options(_) | Mark::Text | Mark::Asset, other) => panic!("{at}: {other:?}"),
                (Mark::Domain, Default::Number(n)) => assert!(n >= 1.0, "{at}"),
                (Mark::Event | Mark::Render | Mark::Camera, default) => {
                    assert!(matches!(default, Default::None | Default::Required), "{at}");
                }
                (_, Default::Number(v)) => {
                    assert_eq!(input.domain.lanes(), 1, "{at}");
                    let inside = input
                        .range
                        .is_none_or(|(low, high)| (low..=high).contains(&v));
                    assert!(inside, "{at}: {v} is outside the slider");
                    let legal = match input.hard {
                        Some(Hard::Above(x)) => v > x,
                        Some(Hard::AtLeast(x)) => v >= x,
                        Some(Hard::Between(a, b)) => a < v && v < b,
                        None => true,
                    };
                    assert!(legal, "{at}: {v} is refused");
                }
                (_, Default::Vec2(_)) => assert_eq!(input.domain, Domain::Vec2, "{at}"),
                (_, Default::Vec3(_)) => assert_eq!(input.domain, Domain::Vec3, "{at}"),
                (_, Default::Color(text)) => {
                    assert_eq!(input.domain, Domain::Color, "{at}");
                    assert!(parse_color(text).is_some(), "{at}: {text}");
                }
                (_, Default::Path(_)) => assert_eq!(input.domain, Domain::Path, "{at}"),
                (_, Default::Text(_)) => panic!("{at}: a text default without options"),
                (_, Default::Required | Default::Time | Default::None) => {}
            }
        }
    }
}

#[test]
fn every_block_lowers_from_its_defaults_and_gives_what_it_declares() {
    for block in crate::blocks::catalogue() {
        let lowered = Rig::new(block.name).lower();
        assert_eq!(lowered.diagnostics.list(), [], "{}", block.name);
        for (output, value) in block.outputs.iter().zip(&lowered.outputs) {
            let at = format!("{}.{}", block.name, output.name);
            match (output.world, value) {
                (OutputWorld::Signal, Value::Signal(id)) => {
                    let domain = lowered.build.signal_type(*id).domain;
                    assert_eq!(domain.family(), output.domain.family(), "{at}");
                }
                (OutputWorld::Field, Value::Field(id)) => {
                    let domain = lowered.build.field_type(*id).domain;
                    assert_eq!(domain.family(), output.domain.family(), "{at}");
                    let node = &lowered.build.tables.field.nodes[id.index()];
                    assert!(!node.wide, "{at} is wide");
                    if block.input("domain").is_some() {
                        assert!(node.dom.is_some(), "{at} has no size");
                    }
                }
                (OutputWorld::Event, Value::Event(_)) => {}
                (OutputWorld::Special, Value::Domain(_) | Value::Sink(_) | Value::Camera(_)) => {}
                (OutputWorld::Special, Value::None) if block.name == "DebugDisplay" => {}
                (_, other) => panic!("{at} is {other:?}"),
            }
        }
        assert_eq!(
            lowered.time_model.is_some(),
            block.family == Family::Time,
            "{}",
            block.name
        );
    }
}

#[test]
fn every_option_lowers() {
    for block in crate::blocks::catalogue() {
        for input in block.inputs {
            if let Mark::Options(words) = input.mark {
                for word in words {
                    let mut rig = Rig::new(block.name).text(input.name, word);
                    // The words that need another input.
                    if (block.name, *word) == ("Compose", "path") {
                        rig = rig.give("clipPath", Value::Path(PathData::default()));
                    }
                    let port = match (block.name, *word) {
                        ("RenderMeshes3D", "path") => "profilePath",
                        ("RenderInstances2D", "path") => "shapePath",
                        _ => "",
                    };
                    if !port.is_empty() {
                        let path = PathData {
                            cmds: vec![0, 1, 1],
                            pts: vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
                        };
                        rig = rig.give(port, Value::Path(path));
                    }
                    let lowered = rig.lower();
                    assert_eq!(lowered.diagnostics.list(), [], "{} {word}", block.name);
                    for (output, value) in block.outputs.iter().zip(&lowered.outputs) {
                        if let Value::Signal(id) = value {
                            let domain = lowered.build.signal_type(*id).domain;
                            assert_eq!(domain.family(), output.domain.family(), "{word}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn families_stand_together() {
    let mut seen = Vec::new();
    for block in crate::blocks::catalogue() {
        if seen.last() != Some(&block.family) {
            assert!(!seen.contains(&block.family), "{} stands apart", block.name);
            seen.push(block.family);
        }
    }
}

/// All forms in which an entry is printed, white space as one space.
fn forms(entry: Entry) -> [String; 3] {
    let page = [entry.text(), entry.markdown(), entry.json().to_string()];
    page.map(|form| form.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn every_form_of_a_page_says_what_is_defined() {
    let all = [docs::blocks(), docs::lenses(), docs::adapters()].concat();
    for entry in all {
        let mut words: Vec<&str> = vec![entry.name(), entry.summary()];
        let mut row = |name: &'static str,
                       unit: &'static str,
                       doc: &'static str,
                       options: &[&'static str]| {
            words.extend([name, unit, doc]);
            words.extend(options);
        };
        match entry {
            Entry::Block(block) => {
                for i in block.inputs {
                    let options: &[&str] = match i.mark {
                        Mark::Options(options) => options,
                        _ => &[],
                    };
                    row(i.name, i.unit, i.doc, options);
                    // Words and texts are shown as what may be written.
                    let domain = match i.mark {
                        Mark::Options(_) | Mark::Text | Mark::Asset => "",
                        _ => i.domain.name(),
                    };
                    row(domain, "", "", i.bus.as_slice());
                }
                for o in block.outputs {
                    row(o.name, o.unit, o.doc, &[o.domain.name()]);
                }
                words.extend(block.aliases);
                words.extend(block.details.split_whitespace());
            }
            Entry::Composite(composite) => {
                for &(name, _) in composite.inputs {
                    row(name, "", "", composite.subscription(name).as_slice());
                }
                for &(name, _) in composite.outputs {
                    row(name, "", "", composite.publication(name).as_slice());
                }
                let params = composite.params();
                params
                    .iter()
                    .for_each(|p| row(p.name, "", p.input.doc, &[]));
                words.extend(composite.nodes.iter().flat_map(|node| [node.id, node.kind]));
            }
            Entry::Lens(lens) => {
                lens.params
                    .iter()
                    .for_each(|p| row(p.name, p.unit, p.doc, &[]));
                words.push(lens.domain.name());
                words.extend(lens.details.split_whitespace());
                let own = presets().iter().filter(|p| p.lens == lens.id);
                words.extend(own.map(|preset| preset.name));
            }
            Entry::Adapter(adapter) => {
                adapter
                    .params
                    .iter()
                    .for_each(|p| row(p.name, p.unit, p.doc, &[]));
                words.extend([adapter.class.name(), adapter.policy.name()]);
                words.extend(
                    [adapter.from, adapter.to]
                        .into_iter()
                        .flatten()
                        .map(|d| d.name()),
                );
            }
        }
        let [text, markdown, json] = forms(entry);
        for word in words {
            let quoted = serde_json::to_string(word).unwrap();
            let inside = &quoted[1..quoted.len() - 1];
            let table = word.replace('|', "\\|");
            let first = word.chars().next().map_or(0, char::len_utf8);
            // A sentence begins with a capital letter.
            let at = word.get(first..).unwrap_or_default();
            assert!(text.contains(word), "no `{word}` in {text}");
            let found = markdown.contains(&table) || markdown.contains(at);
            assert!(found, "no `{word}` in {markdown}");
            assert!(json.contains(inside), "no `{word}` in {json}");
        }
        let narrow = |line: &str| line.chars().count() <= 88;
        // The headline is one line, however long.
        assert!(entry.text().lines().skip(1).all(narrow), "{}", entry.text());
    }
}

#[test]
fn a_changed_definition_changes_every_form() {
    let block = find("Oscillator").unwrap();
    let input = |change: fn(&mut Input)| {
        let mut inputs = block.inputs.to_vec();
        change(&mut inputs[2]);
        let inputs = inputs.leak();
        Block { inputs, ..*block }
    };
    let changed = [
        input(|i| i.default = Default::Number(0.75)),
        input(|i| i.range = Some((0.0, 0.5))),
        input(|i| i.unit = "px"),
        input(|i| i.domain = crate::types::Domain::Color),
        input(|i| i.mark = Mark::Options(&["a", "b"])),
        input(|i| i.name = "amp"),
        input(|i| i.doc = "another meaning"),
        Block {
            summary: "another",
            ..*block
        },
        Block {
            details: "another",
            ..*block
        },
        Block {
            outputs: &[],
            ..*block
        },
    ];
    let before = forms(Entry::Block(block));
    for (k, block) in changed.into_iter().enumerate() {
        let after = forms(Entry::Block(Box::leak(Box::new(block))));
        for (before, after) in before.iter().zip(&after) {
            assert_ne!(before, after, "change {k}");
        }
    }
}

#[test]
fn a_page_reads_well() {
    let page = docs::entry("Oscillator").unwrap().text();
    let wanted = "\
Oscillator: a wave of a phase

inputs
  phase: phase, turns, bus phaseA = 0
      where in the wave
  shape: sine | cosine | triangle | saw | square = sine
      form of the wave
  amplitude: number = 1 [0…10]
      factor of the wave
  bias: number = 0 [-10…10]
      added after the factor

outputs
  out: number
      the result

w(shape, phase)·amplitude + bias. Shapes of p = frac(phase): sine sin 2πp, cosine cos
2πp, triangle 1 − 4·|p − 0.5|, saw 2p − 1, square 1 for p < 0.5 and else −1.
";
    assert_eq!(page, wanted);
}

#[test]
fn composites_name_what_exists() {
    let mut names = BTreeSet::new();
    for composite in COMPOSITES {
        let at = composite.name;
        assert!(names.insert(at), "{at} twice");
        assert!(is_phrase(composite.summary), "{at}");
        let ids: BTreeSet<&str> = composite.nodes.iter().map(|node| node.id).collect();
        assert_eq!(ids.len(), composite.nodes.len(), "{at}");
        for node in composite.nodes {
            let block = find(node.kind).unwrap_or_else(|| panic!("{at}: {}", node.kind));
            for (key, _) in node.params {
                assert!(block.input(key).is_some(), "{at}: {}.{key}", node.id);
            }
        }
        let block = |node: &str| find(composite.node(node).expect(at).kind).expect(at);
        for ((a, out), (b, input)) in composite.edges {
            assert!(block(a).output(out).is_some(), "{at}: {a}.{out}");
            assert!(block(b).input(input).is_some(), "{at}: {b}.{input}");
        }
        for (name, targets) in composite.inputs {
            for (node, port) in *targets {
                assert!(block(node).input(port).is_some(), "{at}: {name}");
            }
        }
        for (name, (node, port)) in composite.outputs {
            assert!(block(node).output(port).is_some(), "{at}: {name}");
        }
        for (name, _) in composite.subscriptions {
            assert!(composite.input(name).is_some(), "{at}: {name}");
        }
        for (name, _) in composite.publications {
            assert!(composite.output(name).is_some(), "{at}: {name}");
        }
        // A parameter and an input of one name would be two things that `params` cannot tell apart.
        for param in composite.params() {
            assert!(
                composite.input(param.name).is_none(),
                "{at}: {}",
                param.name
            );
        }
    }
}

#[test]
fn a_composite_has_a_page() {
    let page = docs::entry("composite:BreathingScale").unwrap().text();
    let wanted = "\
BreathingScale: a wave between min and min + range that feeds the energy bus

parameters
  curve: sine | cosine | triangle | saw | square = sine
      form of the wave
  range: number = 1
      factor, summand, exponent… of the function
  min: number = 1
      factor, summand, exponent… of the function

inputs
  phase: phase, turns, bus phaseA = 0
      where in the wave

outputs
  out: number, to bus energy
      the result

The block type in a patch is `composite:BreathingScale`.
Inside: oscillator (Oscillator: shape from curve, amplitude 0.5, bias 0.5), scale
(MapSignal: fn scale, k from range), offset (MapSignal: fn offset, k from min).
Connected: oscillator.out → scale.x, scale.y → offset.x.
";
    assert_eq!(page, wanted);
}

#[test]
fn lists_group_their_entries() {
    let list = docs::list_text(&docs::blocks());
    assert!(list.starts_with("time\n  FiniteTimeRoot"), "{list}");
    assert_eq!(list.lines().filter(|l| *l == "signals").count(), 1);
    assert_eq!(
        docs::list_json(&docs::lenses()).as_array().unwrap().len(),
        LENSES.len()
    );
    assert!(docs::list_markdown(&docs::adapters()).contains("### ReduceFieldToSignal"));
    assert!(docs::entry("phase-offset").is_some());
    assert!(docs::entry("nothing").is_none());
}

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

#[test]
fn pages_name_every_port() {
    for entry in docs::blocks() {
        let Entry::Block(block) = entry else { continue };
        let (text, markdown, json) = (entry.text(), entry.markdown(), entry.json().to_string());
        for name in block
            .inputs
            .iter()
            .map(|i| i.name)
            .chain(block.outputs.iter().map(|o| o.name))
        {
            assert!(text.contains(&format!("  {name}: ")), "{text}");
            assert!(markdown.contains(&format!("| `{name}` |")), "{markdown}");
            assert!(json.contains(&format!("\"name\":\"{name}\"")), "{json}");
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 88),
            "{text}"
        );
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
        // Waits for its block.
        if find("SVGSampleDomain").is_none() && at == "SVGSamplePoints" {
            continue;
        }
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

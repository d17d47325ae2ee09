//! The gallery as SVG: documents that a strict reader takes.

mod support;

use roxmltree::{Document, Node};
use std::collections::BTreeSet;
use std::fs;
use support::{golden_frames, oscilla_ok, patches, stem};

#[test]
fn every_patch_becomes_documents_that_a_strict_reader_takes() {
    for patch in patches("patches") {
        let out = tempfile::tempdir().expect("a folder");
        let (from, to) = (patch.to_string_lossy(), out.path().to_string_lossy());
        let wanted = golden_frames(&patch);
        let mut args = vec!["render", &from, "--out", &to, "--format", "svg", "--quiet"];
        args.extend(["--frames", &wanted]);
        oscilla_ok(&args);
        let mut seen = 0;
        for entry in fs::read_dir(out.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|e| e == "svg") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                check(&format!("{} {}", stem(&patch), stem(&path)), &text);
                seen += 1;
            }
        }
        assert!(seen > 0, "{from} gave nothing");
    }
}

/// Well-formed; ids once; references lead somewhere; numbers without exponent and finite.
fn check(name: &str, text: &str) {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let mut ids = BTreeSet::new();
    for node in root.descendants().filter(Node::is_element) {
        if let Some(id) = node.attribute("id") {
            assert!(ids.insert(id), "{name}: `{id}` comes twice");
            assert!(
                id.starts_with(|c: char| c.is_ascii_alphabetic()),
                "{name}: `{id}`"
            );
        }
    }
    for node in root.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            let target = value
                .strip_prefix("url(#")
                .and_then(|rest| rest.strip_suffix(')'))
                .or_else(|| value.strip_prefix('#').filter(|_| key == "href"));
            if let Some(target) = target {
                assert!(ids.contains(target), "{name}: nothing is called `{target}`");
            } else if NUMBERS.contains(&key) {
                numbers(value).unwrap_or_else(|| panic!("{name}: {key}=\"{value}\""));
            }
        }
    }
}

const NUMBERS: [&str; 19] = [
    "x",
    "y",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "d",
    "transform",
    "viewBox",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "stroke-width",
    "stroke-dasharray",
    "stdDeviation",
    "values",
    "k2",
    "exponent",
];

/// Every word made of digits is a plain decimal.
fn numbers(value: &str) -> Option<()> {
    let is_word = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let named = ["matrix", "translate", "rotate", "scale"];
    let rest = named
        .iter()
        .fold(value.to_owned(), |text, name| text.replace(name, ""));
    let others: String = rest.chars().filter(|&c| !is_word(c)).collect();
    if others.chars().any(|c| !"MLQCAZ() ".contains(c)) {
        return None;
    }
    for word in rest.split(|c| !is_word(c)).filter(|word| !word.is_empty()) {
        let plain = word.strip_prefix('-').unwrap_or(word);
        let whole = plain.split('.').next().unwrap_or_default();
        let trimmed = !plain.contains('.') || !plain.ends_with('0');
        if whole.is_empty() || word == "-0" || !trimmed || !word.parse::<f32>().ok()?.is_finite() {
            return None;
        }
    }
    Some(())
}

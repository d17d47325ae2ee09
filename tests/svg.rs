//! The gallery as SVG: documents that a strict reader takes.

mod support;

use roxmltree::{Document, Node};
use std::collections::BTreeSet;
use std::fs;
use support::{check_text, golden_frames, oscilla_ok, patches, root, stem};

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

#[test]
fn every_patch_becomes_an_animation_that_a_strict_reader_takes() {
    let out = tempfile::tempdir().expect("a folder");
    for patch in patches("patches") {
        let file = out.path().join("loop.svg");
        let (from, to) = (patch.to_string_lossy(), file.to_string_lossy());
        let args = [
            "render",
            &from,
            "--out",
            &to,
            "--fps",
            "5",
            "--quiet",
            "--overwrite",
        ];
        oscilla_ok(&args);
        let text = fs::read_to_string(&file).expect("UTF-8");
        let name = stem(&patch);
        check(&name, &text);
        let document = Document::parse(&text).expect("well-formed");
        let sheet = document
            .descendants()
            .find(|node| node.has_tag_name("style"));
        let sheet = sheet.and_then(|node| node.text()).unwrap_or_default();
        assert!(!sheet.contains("NaN") && !sheet.contains("inf,"), "{name}");
        let defined: BTreeSet<&str> = sheet
            .split("@keyframes ")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("{0%{")?.0))
            .collect();
        for node in document.descendants() {
            let style = node.attribute("style").unwrap_or_default();
            let names = style.strip_prefix("animation-name:").unwrap_or_default();
            let names = names.split(';').next().unwrap_or_default();
            for block in names.split(',').filter(|block| !block.is_empty()) {
                assert!(defined.contains(block), "{name}: {block}");
            }
        }
        for block in sheet.lines().filter(|line| line.contains("@keyframes")) {
            assert!(
                block.contains("}100%{") && block.ends_with("}}"),
                "{name}: {block}"
            );
        }
    }
}

/// Small documents as recorded, read by people: `UPDATE_GOLDEN=1` writes them anew.
#[test]
fn documents_are_as_recorded() {
    let mut wrong = Vec::new();
    let out = tempfile::tempdir().expect("a folder");
    for (patch, frames) in [("heartbeat", "30"), ("pendulum", "20"), ("curtain", "20")] {
        let file = out.path().join("still.svg");
        let (from, to) = (format!("patches/{patch}.json"), file.to_string_lossy());
        let mut args = vec!["render", &from, "--out", &to, "--frames", frames, "--quiet"];
        args.extend(["--no-metadata", "--overwrite"]);
        oscilla_ok(&args);
        let text = fs::read_to_string(&file).expect("UTF-8");
        let recorded = root("golden/svg").join(format!("{patch}-{frames}.svg"));
        check_text(&recorded, &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
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

//! The list for build servers: a suite a case, a test a frame and one for the program, as JUnit writes
//! it. There are no times in it: the same outcome gives the same file.

use super::outcome::{FrameStatus, Outcome, Status};
use std::fmt::Write as _;

/// A test of a suite: its name, and what failed.
type Test<'a> = (String, Option<(&'static str, &'a str)>);

/// The kind of what could not be tested, which build servers count apart from failures.
const ERROR: &str = Status::Error.word();

/// The attributes that count tests.
fn counts<'a>(tests: impl IntoIterator<Item = &'a Test<'a>>) -> String {
    let (mut all, mut failures, mut errors) = (0, 0, 0);
    for (_, problem) in tests {
        all += 1;
        match problem {
            Some((ERROR, _)) => errors += 1,
            Some(_) => failures += 1,
            None => {}
        }
    }
    format!("tests=\"{all}\" failures=\"{failures}\" errors=\"{errors}\"")
}

/// The file.
pub fn write(outcomes: &[Outcome]) -> String {
    let suites: Vec<(&Outcome, Vec<Test<'_>>)> =
        outcomes.iter().map(|case| (case, tests(case))).collect();
    let all = counts(suites.iter().flat_map(|(_, tests)| tests));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"oscilla golden\" {all}>");
    for (case, tests) in &suites {
        let name = escaped(&case.name);
        let _ = writeln!(out, "  <testsuite name=\"{name}\" {}>", counts(tests));
        for (test, failure) in tests {
            let test = escaped(test);
            let head = format!("<testcase classname=\"{name}\" name=\"{test}\"");
            let Some((kind, line)) = failure else {
                let _ = writeln!(out, "    {head}/>");
                continue;
            };
            let element = if *kind == ERROR { "error" } else { "failure" };
            let _ = writeln!(
                out,
                "    {head}>\n      <{element} type=\"{kind}\" message=\"{}\">{}</{element}>\n    </testcase>",
                escaped(line),
                escaped(&why(case))
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn tests(case: &Outcome) -> Vec<Test<'_>> {
    let mut tests: Vec<Test<'_>> = Vec::new();
    for frame in &case.frames {
        let bad = frame.status != FrameStatus::Same;
        let kind = frame.status.of_case().word();
        tests.push((
            frame.file.clone(),
            bad.then_some((kind, frame.line.as_str())),
        ));
    }
    let program = match (case.status, case.program.is_some()) {
        (Status::Error, _) => {
            let note = case.notes.first().map_or("", String::as_str);
            Some((ERROR, note))
        }
        (_, true) => Some(("program", "the program is not the recorded one")),
        (Status::Stale | Status::Missing, _)
            if case.frames.iter().all(|f| f.status == FrameStatus::Same) =>
        {
            Some((case.status.word(), case.notes.first().map_or("", |n| n)))
        }
        _ => None,
    };
    tests.push(("program".to_owned(), program));
    tests
}

/// What a person wants to read below a failure.
fn why(case: &Outcome) -> String {
    let mut lines = case.notes.clone();
    if let Some(why) = &case.why {
        lines.push(why.line.clone());
        lines.extend(why.path.iter().cloned());
    }
    if !case.accept.is_empty() {
        lines.push(format!("to take the new one: {}", case.accept));
    }
    if !case.check_first.is_empty() {
        lines.push(format!(
            "only some frames were compared; before the new one can be taken: {}",
            case.check_first
        ));
    }
    lines.join("\n")
}

/// Text and attributes alike; what XML cannot hold becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::outcome::FrameOutcome;
    use super::*;

    #[test]
    fn the_list_names_every_frame_and_says_what_failed() {
        let frame = |frame, status, line: &str| {
            let file = format!("frame_{frame:05}.png");
            FrameOutcome::uncompared(frame, file, status, line.to_owned())
        };
        let case = Outcome {
            name: "a <b> & \"c\"\u{1}".to_owned(),
            patch: "a.json".to_owned(),
            status: Status::Differs,
            frames: vec![
                frame(0, FrameStatus::Same, "0 pixels differ"),
                frame(3, FrameStatus::Differs, "4 pixels differ"),
            ],
            program: None,
            why: None,
            notes: vec!["a note".to_owned()],
            accept: "oscilla golden accept".to_owned(),
            check_first: String::new(),
        };
        let text = write(&[case]);
        let tree = roxmltree::Document::parse(&text).unwrap();
        let suites = tree.root_element();
        assert_eq!(suites.attribute("tests"), Some("3"));
        assert_eq!(suites.attribute("failures"), Some("1"));
        let failure = tree.descendants().find(|n| n.has_tag_name("failure"));
        let failure = failure.unwrap();
        assert_eq!(failure.attribute("message"), Some("4 pixels differ"));
        assert_eq!(
            failure.text(),
            Some("a note\nto take the new one: oscilla golden accept")
        );
        assert_eq!(
            failure.parent_element().unwrap().attribute("classname"),
            Some("a <b> & \"c\"\u{fffd}")
        );
    }
}

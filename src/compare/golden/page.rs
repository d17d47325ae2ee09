//! The report: one HTML file with everything in it, for people.
//!
//! In: outcomes with their pictures. Out: a page that fetches nothing, so that it works from a disk, an
//! e-mail or the artifacts of a build. The page itself is `report/page.{html,css,js}` beside this folder.

use super::base64;
use super::outcome::{FrameOutcome, Outcome, Shown};
use serde_json::{Value, json};

/// What the page says about the whole run.
#[derive(Debug, Clone)]
pub struct Head {
    /// Name and version of the program.
    pub tool: String,
    /// The rule of the comparison.
    pub rule: String,
    /// What painted the new pictures.
    pub rasteriser: String,
}

/// The page, worst case first.
pub fn write(head: &Head, outcomes: &[Outcome]) -> String {
    let mut worst_first: Vec<&Outcome> = outcomes.iter().collect();
    worst_first.sort_by_key(|case| case.rank());
    let cases: Vec<Value> = worst_first.into_iter().map(case).collect();
    let data = json!({
        "tool": head.tool,
        "rule": head.rule,
        "rasteriser": head.rasteriser,
        "cases": cases,
    });
    // Inside of a script element only `</` could end it, and `<!--` could hide its end.
    let data = data.to_string().replace('<', "\\u003c");
    include_str!("../report/page.html")
        .replace("/*STYLE*/", include_str!("../report/page.css"))
        .replace("/*SCRIPT*/", include_str!("../report/page.js"))
        .replace("/*DATA*/", &data)
}

fn case(case: &Outcome) -> Value {
    json!({
        "name": case.name,
        "patch": case.patch,
        "status": case.status,
        "line": case.line(),
        "program": case.program,
        "why": case.why,
        "notes": case.notes,
        "accept": case.accept,
        "worst": case.worst().map(|frame| frame.file.as_str()),
        "frames": case.frames.iter().map(frame).collect::<Vec<_>>(),
    })
}

fn frame(frame: &FrameOutcome) -> Value {
    let Shown {
        expected,
        actual,
        difference,
    } = &frame.shown;
    let picture = |png: &Option<Vec<u8>>| png.as_deref().map(base64::picture);
    json!({
        "file": frame.file,
        "status": frame.status,
        "line": frame.line,
        "expected": picture(expected),
        "actual": picture(actual),
        "difference": picture(difference),
    })
}

#[cfg(test)]
mod tests {
    use super::super::outcome::{FrameStatus, Status};
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_the_script() {
        let case = |name: &str, status| Outcome {
            name: name.to_owned(),
            patch: String::new(),
            status,
            frames: vec![FrameOutcome::uncompared(
                0,
                String::new(),
                FrameStatus::Same,
                String::new(),
            )],
            program: None,
            why: None,
            notes: Vec::new(),
            accept: String::new(),
        };
        let head = Head {
            tool: "oscilla".to_owned(),
            rule: "exact".to_owned(),
            rasteriser: "r".to_owned(),
        };
        let cases = [
            case("fine", Status::Same),
            case("</script><!--", Status::Error),
        ];
        let page = write(&head, &cases);
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("/*DATA*/") && !page.contains("/*STYLE*/"));
        assert!(page.find("\\u003c/script>") < page.find("\"fine\""));
        for address in ["http:", "https:", "//cdn", "import "] {
            assert!(!page.contains(address), "{address}");
        }
    }
}

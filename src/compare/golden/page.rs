//! The report: one HTML file with everything in it, for people.
//!
//! In: outcomes with their pictures. Out: a self-contained page (see [`crate::page`]), which itself is
//! `report/page.{html,css,js}` beside this folder, and `report/png.js` that reads pixels.

use super::outcome::{FrameOutcome, Outcome, Shown};
use crate::page::{Content, Page, address};
use serde_json::{Value, json};
use std::io::{self, Write};

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
///
/// # Errors
/// What the writer says.
pub fn write(head: &Head, outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    let mut worst_first: Vec<&Outcome> = outcomes.iter().collect();
    worst_first.sort_by_key(|case| case.rank());
    let cases: Vec<Value> = worst_first.into_iter().map(case).collect();
    let data = json!({
        "tool": head.tool,
        "rule": head.rule,
        "rasteriser": head.rasteriser,
        "cases": cases,
    });
    let page = Page {
        html: include_str!("../report/page.html"),
        css: include_str!("../report/page.css"),
        js: concat!(
            include_str!("../report/png.js"),
            include_str!("../report/page.js")
        ),
    };
    let content = Content {
        data: &data,
        pictures: &[],
    };
    page.write(content, out)
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
        "checkFirst": case.check_first,
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
    let picture = |png: &Option<Vec<u8>>| png.as_deref().map(address);
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
            check_first: String::new(),
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
        let mut page = Vec::new();
        write(&head, &cases, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("/*DATA*/") && !page.contains("/*STYLE*/"));
        assert!(page.find("\\u003c/script>") < page.find("\"fine\""));
        for address in ["http:", "https:", "//cdn", "import "] {
            assert!(!page.contains(address), "{address}");
        }
    }
}

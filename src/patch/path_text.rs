//! Path data of a document: SVG path data as text, or a list of commands, as [`PathData`].
//!
//! The grammar is read in [`crate::path::text`]; here stand the list and the messages.

use super::value::{Found, Value};
use crate::path::PathData;
use crate::path::build::{PathBuilder, Refused};
use crate::path::text::{self, TextError};

/// An outline: SVG path data as text, or `{"commands": [{"kind": "M", "x", "y"}, …]}` with the
/// kinds M, L, Q, C and Z. A blank text is an empty path.
///
/// # Errors
/// `bad-path` with the column or the index of the command, `path-too-large`, `bad-value`.
pub fn path(value: &Value) -> Result<PathData, Found> {
    let read = match value {
        Value::Text(text) => text::parse(text).map_err(|error| Fault::of(error, text)),
        Value::Object(_) => match value.get("commands") {
            Some(Value::List(list)) => commands(list),
            _ => return Err(wanted("bad-value", value, "path data")),
        },
        _ => return Err(wanted("bad-value", value, "path data")),
    };
    match read {
        Ok(path) => Ok(path),
        Err(Fault::At(place)) => {
            let mut found = wanted("bad-path", value, "path data");
            found.found = format!("{}, {place}", found.found);
            Err(found)
        }
        Err(Fault::TooLarge(found)) => Err(Found {
            code: "path-too-large",
            found,
            wanted: format!(
                "path data of at most 1 MiB and {} segments",
                PathData::MAX_COMMANDS
            ),
            hint: "split the path, or draw it with fewer segments".to_owned(),
        }),
    }
}

fn wanted(code: &'static str, value: &Value, wanted: &str) -> Found {
    let hint = r#"write path data such as "M 0 0 L 10 0 L 5 8 Z""#.to_owned();
    Found {
        code,
        found: value.show(),
        wanted: wanted.to_owned(),
        hint,
    }
}

/// Why data is not a path.
enum Fault {
    /// What is wrong, and where, as a clause that follows what was found.
    At(String),
    /// What was found.
    TooLarge(String),
}

impl Fault {
    fn of(error: TextError, text: &str) -> Self {
        match error {
            TextError::Column(at) => Self::At(format!("which is wrong at column {at}")),
            TextError::Beyond(index) => Self::refused(Refused::Beyond, index),
            TextError::Full => Self::refused(Refused::Full, 0),
            TextError::Long => Self::TooLarge(format!("{} bytes", text.len())),
        }
    }

    fn refused(refused: Refused, index: usize) -> Self {
        match refused {
            Refused::Beyond => Self::At(format!("whose segment {} goes beyond ±3.4e38", index + 1)),
            Refused::Full => {
                Self::TooLarge(format!("more than {} segments", PathData::MAX_COMMANDS))
            }
        }
    }
}

fn commands(list: &[Value]) -> Result<PathData, Fault> {
    let mut path = PathBuilder::default();
    for (index, command) in list.iter().enumerate() {
        let fault = || Fault::At(format!("whose `commands[{index}]` is wrong"));
        let number = |key: &str| match command.get(key) {
            Some(Value::Number(v)) => Ok(*v),
            _ => Err(fault()),
        };
        let kind = command
            .get("kind")
            .and_then(Value::as_text)
            .ok_or_else(fault)?;
        if index == 0 && kind != "M" {
            return Err(fault());
        }
        let done = match kind {
            "M" => path.start_at([number("x")?, number("y")?]),
            "L" => path.line([number("x")?, number("y")?]),
            "Q" => path.quad([number("cx")?, number("cy")?], [number("x")?, number("y")?]),
            "C" => {
                let (a, b) = (
                    [number("c1x")?, number("c1y")?],
                    [number("c2x")?, number("c2y")?],
                );
                path.cubic(a, b, [number("x")?, number("y")?])
            }
            "Z" => path.close(),
            _ => return Err(fault()),
        };
        done.map_err(|refused| Fault::refused(refused, index))?;
    }
    Ok(path.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Cmd;
    use crate::path::text::MAX_BYTES;

    fn text(data: &str) -> Result<PathData, Found> {
        path(&Value::Text(data.to_owned()))
    }

    /// Commands and points on one line.
    fn shown(data: &str) -> String {
        let path = text(data).expect(data);
        assert!(path.is_well_formed(), "{data}");
        let (mut shown, mut points) = (Vec::new(), path.pts.iter());
        for &byte in &path.cmds {
            let cmd = Cmd::from_byte(byte).expect("a command");
            shown.push(format!("{cmd:?}"));
            for [x, y] in points.by_ref().take(cmd.points()) {
                shown.push(format!("{x},{y}"));
            }
        }
        shown.join(" ")
    }

    #[test]
    fn the_grammar_becomes_absolute() {
        let cases = [
            ("", ""),
            (" \n", ""),
            ("M10-5.5.5 1", "M 10,-5.5 L 0.5,1"),
            ("m1 2 3 4h5v6", "M 1,2 L 4,6 L 9,6 L 9,12"),
            ("M1,2H5V6z", "M 1,2 L 5,2 L 5,6 Z"),
            ("M1 2L3 4Zl1 1", "M 1,2 L 3,4 Z M 1,2 L 2,3"),
            ("M1 2L3 4Zm1 1", "M 1,2 L 3,4 Z M 2,3"),
            ("M0 0zz", "M 0,0 Z"),
            (
                "M0 0C1 0 2 1 2 2S3 4 4 4",
                "M 0,0 C 1,0 2,1 2,2 C 2,3 3,4 4,4",
            ),
            ("M1 1S3 4 4 4", "M 1,1 C 1,1 3,4 4,4"),
            (
                "M0 0Q1 0 2 2T4 4t1 1",
                "M 0,0 Q 1,0 2,2 Q 3,4 4,4 Q 5,4 5,5",
            ),
            ("M0 0Q1 0 2 2S3 4 4 4", "M 0,0 Q 1,0 2,2 C 2,2 3,4 4,4"),
            ("m5 5c1 0 2 1 2 2", "M 5,5 C 6,5 7,6 7,7"),
            ("M0 0A0 5 0 0 1 4 4", "M 0,0 L 4,4"),
            ("M1 1A5 5 0 0 1 1 1", "M 1,1"),
        ];
        for (data, expected) in cases {
            assert_eq!(shown(data), expected, "{data:?}");
        }
    }

    #[test]
    fn errors_have_a_column_and_nothing_is_used() {
        let cases = [
            ("L1 1", 1),
            ("M1 1 L2", 8),
            ("M1 1 K2 2", 6),
            ("M1 1 Z 3", 8),
            ("M1 1A1 1 0 2 0 3 3", 12),
            ("M0 0 L1e999 0", 7),
            ("é", 1),
            // A comma stands between two numbers.
            ("M0 0L1 1,", 9),
            ("M0 0,L1 1", 5),
            ("M0 0 , z", 6),
        ];
        for (data, column) in cases {
            let found = text(data).expect_err(data);
            assert_eq!(found.code, "bad-path", "{data}");
            assert!(
                found.found.ends_with(&format!("column {column}")),
                "{data}: {found:?}"
            );
        }
        assert!(text("M1e39 0").expect_err("far").found.contains("3.4e38"));
    }

    #[test]
    fn arcs_keep_the_radius() {
        // All flags, rotated, radii that do not reach, more than 90°.
        for data in [
            "M0 0A50 30 20 0 0 40 20",
            "M0 0A50 30 20 0 1 40 20",
            "M0 0A50 30 20 1 0 40 20",
            "M0 0A50 30 20 1 1 40 20",
            "M-10 0a10 10 0 1 1 0 .001",
            "M0 0A1 1 0 0 1 100 0",
        ] {
            let path = text(data).expect(data);
            assert!(path.is_well_formed());
            let cubics = path.cmds.iter().filter(|&&cmd| cmd == Cmd::C as u8).count();
            assert!((1..=4).contains(&cubics), "{data}: {cubics}");
        }
        // The flags choose centre and way round.
        for (flags, pieces, center) in [
            ("0 1", 1, [0.0, 10.0]),
            ("1 1", 3, [10.0, 0.0]),
            ("0 0", 1, [10.0, 0.0]),
        ] {
            let path = text(&format!("M0 0A10 10 0 {flags} 10 10")).expect(flags);
            assert_eq!(path.cmds.len(), 1 + pieces, "{flags}");
            for [x, y] in path.pts.iter().step_by(3) {
                let (x, y) = (x - center[0], y - center[1]);
                assert!((x * x + y * y - 100.0).abs() < 1e-3, "{flags}: {x} {y}");
            }
        }
        // A circle in two halves: every point of the cubics is 50 from the centre.
        let circle = text("M-50 0A50 50 0 0 1 50 0A50 50 0 0 1 -50 0Z").expect("a circle");
        assert_eq!(circle.cmds.len(), 6);
        assert!((circle.pts[3][0].abs()) < 1e-5 && (circle.pts[3][1] + 50.0).abs() < 1e-4);
        for cubic in 0..4 {
            let p = |i: usize| circle.pts[cubic * 3 + i].map(f64::from);
            for i in 0..=16 {
                let (t, s) = (f64::from(i) / 16.0, 1.0 - f64::from(i) / 16.0);
                let at = |axis: usize| {
                    s * s * s * p(0)[axis]
                        + 3.0 * s * s * t * p(1)[axis]
                        + 3.0 * s * t * t * p(2)[axis]
                        + t * t * t * p(3)[axis]
                };
                let radius = (at(0) * at(0) + at(1) * at(1)).sqrt();
                assert!((radius - 50.0).abs() < 50.0 * 0.0003, "{radius}");
            }
        }
    }

    #[test]
    fn large_paths_are_refused() {
        let many = format!("M0 0{}", "h1".repeat(PathData::MAX_COMMANDS - 1));
        assert!(text(&many).is_ok());
        assert_eq!(
            text(&format!("{many}h1")).expect_err("too many").code,
            "path-too-large"
        );
        assert_eq!(
            text(&" ".repeat(MAX_BYTES + 1)).expect_err("too long").code,
            "path-too-large"
        );
    }

    #[test]
    fn commands_are_a_path() {
        let read = |json: &str| {
            let mut diagnostics = crate::diag::Diagnostics::new();
            let source = super::super::Source::new("p", json);
            path(&super::super::json::parse(&source, &mut diagnostics).expect("JSON"))
        };
        let whole = read(
            r#"{"commands": [{"kind": "M", "x": 0, "y": 1}, {"kind": "L", "x": 2, "y": 3},
                {"kind": "Q", "cx": 4, "cy": 5, "x": 6, "y": 7}, {"kind": "Z"},
                {"kind": "C", "c1x": 0, "c1y": 0, "c2x": 1, "c2y": 1, "x": 2, "y": 2}]}"#,
        );
        let whole = whole.expect("a path");
        assert!(whole.is_well_formed());
        assert_eq!(whole.cmds, [0, 1, 2, 4, 0, 3]);
        for bad in [
            r#"{"commands": [{"kind": "L", "x": 0, "y": 1}]}"#,
            r#"{"commands": [{"kind": "M", "x": 0}]}"#,
            r#"{"commands": [{"kind": "M", "x": 0, "y": 1}, {"kind": "K"}]}"#,
            r#"{"commands": [3]}"#,
        ] {
            assert_eq!(read(bad).expect_err(bad).code, "bad-path");
        }
        assert_eq!(read("{}").expect_err("empty").code, "bad-value");
        assert_eq!(read("3").expect_err("number").code, "bad-value");
    }
}

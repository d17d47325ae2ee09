//! The JSON form of a program: stable, for diffs and for hands.
//!
//! Two spaces, fields in their order, `\n` line ends, shortest numbers that read back the same: the
//! text is a function of the program. Reading proves the shape only; [`super::file`] proves the rest.

use super::budget::{self, Budget};
use super::{Program, VERSION, WriteError};
use crate::diag::Diagnostic;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_path_to_error::Segment;
use std::borrow::Cow;
use std::fmt;

/// Fields at the top level that no patch has.
const MARKS: [&str; 4] = ["irVersion", "formatVersion", "programHash", "schedule"];
/// The field at the top level that every patch has, and no program.
const PATCH: &str = "blocks";

/// Bytes of memory for each byte of a text: compiled patches take less than 1, numbers alone 4.
const GROWTH: u64 = 6;

/// Longest part of a message that repeats what the file says, in bytes.
const QUOTED: usize = 300;

/// The text of a program, with a line end behind it.
///
/// # Errors
/// See [`WriteError`].
pub fn to_string(program: &Program) -> Result<String, WriteError> {
    let mut text = serde_json::to_string_pretty(program).map_err(|error| WriteError {
        form: "JSON",
        why: error.to_string(),
    })?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of a program.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let schema = settings.into_generator().into_root_schema_for::<Program>();
    schema.to_value()
}

/// Whether a text is meant as a program: its object has a field at the top that only programs have,
/// and none that only patches have, whatever stands behind those fields.
pub fn is_program(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut marks = Marks::default();
    let mut json = serde_json::Deserializer::from_slice(text);
    // A text that breaks off is judged by what came before.
    let _ = json.deserialize_map(&mut marks);
    marks.program && !marks.patch
}

/// Reads the text of a program.
///
/// # Errors
/// `ir-version` for a version other than this library's, which is judged before anything else,
/// `ir-schema` with the place of the first value that has not the shape of a program, and `ir-limit` for
/// lists that would take far more memory than the text.
pub fn from_str(text: &str) -> Result<Program, Box<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    versions(text)?.check()?;
    let budget = Budget::new(text.len(), GROWTH);
    let mut json = serde_json::Deserializer::from_str(text);
    let program = serde_path_to_error::deserialize(budget.within(&mut json)).map_err(|error| {
        let pointer = pointer(error.path());
        if budget.is_spent() {
            return Box::new(budget::refusal(pointer));
        }
        misshapen(pointer, error.inner())
    })?;
    json.end().map_err(|error| broken(&error))?;
    Ok(program)
}

fn versions(text: &str) -> Result<Versions, Box<Diagnostic>> {
    let budget = Budget::new(text.len(), GROWTH);
    let mut json = serde_json::Deserializer::from_str(text);
    let versions = Versions::deserialize(budget.within(&mut json));
    let versions = versions.map_err(|error| {
        if budget.is_spent() {
            return Box::new(budget::refusal(String::new()));
        }
        broken(&error)
    })?;
    json.end().map_err(|error| broken(&error))?;
    Ok(versions)
}

/// The versions, whatever else the text holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versions {
    ir_version: Option<Value>,
    format_version: Option<Value>,
}

impl Versions {
    fn check(&self) -> Result<(), Box<Diagnostic>> {
        let written = [
            ("/irVersion", &self.ir_version),
            ("/formatVersion", &self.format_version),
        ];
        let mut present = written
            .iter()
            .filter_map(|(at, v)| Some((*at, v.as_ref()?)));
        if let Some((at, version)) = present.clone().find(|(_, v)| **v != VERSION) {
            return Err(Box::new(unsupported(at, &cut(&version.to_string()))));
        }
        match present.next() {
            Some(_) => Ok(()),
            None => Err(Box::new(Diagnostic::error(
                "ir-version",
                "",
                "the program does not say its version: `irVersion` is missing",
            ))),
        }
    }
}

/// A version that this library does not read.
pub(super) fn unsupported(pointer: &str, version: &str) -> Diagnostic {
    let message =
        format!("program version {version} is not supported, this build reads version {VERSION}");
    Diagnostic::error("ir-version", pointer, message).hint("compile the patch again")
}

/// A text that is not JSON at all.
fn broken(error: &serde_json::Error) -> Box<Diagnostic> {
    misshapen(String::new(), error)
}

fn misshapen(pointer: String, error: &serde_json::Error) -> Box<Diagnostic> {
    // The message ends in its own place.
    let whole = error.to_string();
    let said = whole
        .rsplit_once(" at line ")
        .map_or(&*whole, |(said, _)| said);
    let mut diagnostic = if said.starts_with("recursion limit") {
        Diagnostic::error("ir-schema", "", "nested 128 levels deep or more")
            .hint("no part of a program nests deeper than 64 levels")
    } else {
        Diagnostic::error("ir-schema", pointer, cut(said))
    };
    if !error.is_data() {
        diagnostic.pointer.clear();
        diagnostic.line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        diagnostic.column = u32::try_from(error.column()).unwrap_or(u32::MAX).max(1);
        if error.is_eof() {
            diagnostic = diagnostic.hint("the file is cut; compile the patch again");
        }
    }
    Box::new(diagnostic)
}

/// A text of the file, not longer than a message should be.
fn cut(text: &str) -> String {
    if text.len() <= QUOTED {
        return text.to_owned();
    }
    let end = (0..=QUOTED).rev().find(|&at| text.is_char_boundary(at));
    format!("{}…", text.get(..end.unwrap_or(0)).unwrap_or_default())
}

/// The JSON pointer of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let step: Cow<'_, str> = match segment {
            Segment::Seq { index } => index.to_string().into(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1").into(),
            Segment::Enum { variant } => variant.into(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// Looks for [`MARKS`] and [`PATCH`] among the keys of an object.
#[derive(Default)]
struct Marks {
    program: bool,
    patch: bool,
}

impl<'de> Visitor<'de> for &mut Marks {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.program |= MARKS.contains(&&*key);
            self.patch |= key == PATCH;
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

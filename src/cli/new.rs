//! `oscilla new`: a starter patch that renders.

use super::args::{NewArgs, Template};
use super::console::Console;
use super::failure::{Failure, Status};
use crate::diag::Diagnostic;
use std::fs::OpenOptions;
use std::io::{self, Write as _};

pub(super) fn run(args: &NewArgs, console: &mut Console) -> Result<Status, Failure> {
    let mut path = args.name.clone();
    if path.extension().is_none() {
        path.set_extension("json");
    }
    let Some(stem) = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
    else {
        return Err(Failure::usage("the name of the patch is empty"));
    };
    // A file that is there stays as it is, also if it appears at this very moment.
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = opened.and_then(|mut file| file.write_all(text(args.template, &stem).as_bytes()));
    written.map_err(|error| {
        let shown = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            let finding =
                Diagnostic::error("output-exists", "", format!("`{shown}` is already there"));
            return Failure::new(Status::Usage, finding).hint("choose another name");
        }
        let message = format!("cannot write `{shown}`: {error}");
        Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
    })?;
    console.say(format!(
        "wrote `{0}`; render it with `oscilla render {0} --out frames/`",
        path.display()
    ));
    Ok(Status::Done)
}

/// The text of a starter patch.
pub(super) fn text(template: Template, name: &str) -> String {
    let body = match template {
        Template::Grid => include_str!("new/grid.json"),
        Template::Ring => include_str!("new/ring.json"),
    };
    let name = serde_json::Value::from(name).to_string();
    body.replacen("\"NAME\"", &name, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_patches_with_the_given_name() {
        for template in [Template::Grid, Template::Ring] {
            let text = text(template, "a \"b\"");
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["name"], "a \"b\"");
        }
    }
}

//! `oscilla compile`: a patch becomes a program in a file, or a program changes its form.

use super::args::{CompileArgs, EmitFlag};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::load::load;
use crate::diag::Diagnostic;
use crate::export::FrameSet;
use crate::export::output::{Destination, Existing, Names};
use crate::ir::file::{self, Form};
use crate::ir::{Program, binary, json, text};
use std::io::IsTerminal as _;
use std::path::Path;

pub(super) fn run(args: &CompileArgs, console: &mut Console) -> Result<Status, Failure> {
    let out = args.out.as_deref().filter(|out| *out != Path::new("-"));
    let emit = form(args.emit, out)?;
    let Some(out) = out else {
        if emit == EmitFlag::Binary && std::io::stdout().is_terminal() {
            return Err(Failure::usage("binary programs are not for the terminal")
                .hint("write to a file with `-o program.oscb`"));
        }
        let ready = load(&args.patch, &args.patch_flags, args.strict)?.into_program(console)?;
        let bytes = write(&ready.program, emit)?;
        console::data(|out| out.write_all(&bytes))?;
        return Ok(Status::Done);
    };
    let destination = destination(out)?;
    let existing = if args.overwrite {
        Existing::Overwrite
    } else {
        Existing::Refuse
    };
    let one = FrameSet::all(1);
    destination.survey(&one, one.len(), existing)?;
    let ready = load(&args.patch, &args.patch_flags, args.strict)?.into_program(console)?;
    let bytes = write(&ready.program, emit)?;
    destination.prepare()?;
    destination.write(&destination.name(0), &bytes)?;
    console.say(format!(
        "wrote `{}`: {} bytes, {}",
        out.display(),
        bytes.len(),
        ready.program.compile_id
    ));
    Ok(Status::Done)
}

const ENDINGS: &str = "end the name in `.json`, `.oscb` or `.txt`, or add `--emit`";

/// The form asked for, else that of the file's ending, else JSON.
fn form(emit: Option<EmitFlag>, out: Option<&Path>) -> Result<EmitFlag, Failure> {
    let ending = out.map(|out| {
        let ending = out.extension().unwrap_or_default();
        ending.to_string_lossy().to_ascii_lowercase()
    });
    match (emit, ending.as_deref()) {
        (Some(emit), _) => Ok(emit),
        (None, None | Some("json")) => Ok(EmitFlag::Json),
        (None, Some("oscb")) => Ok(EmitFlag::Binary),
        (None, Some("txt")) => Ok(EmitFlag::Text),
        (None, Some("")) => Err(Failure::usage(
            "a name without an ending does not say which form the program is to have",
        )
        .hint(ENDINGS)),
        (None, Some(other)) => {
            let message = format!("`.{other}` does not say which form the program is to have");
            Err(Failure::usage(message).hint(ENDINGS))
        }
    }
}

fn write(program: &Program, emit: EmitFlag) -> Result<Vec<u8>, Failure> {
    let (bytes, form) = match emit {
        EmitFlag::Json => (
            json::to_string(program).map(String::into_bytes),
            Some(Form::Json),
        ),
        EmitFlag::Binary => (binary::to_bytes(program), Some(Form::Binary)),
        EmitFlag::Text => (Ok(text::dump(program).into_bytes()), None),
    };
    let bytes = bytes.map_err(|error| {
        let finding = Diagnostic::error("internal", "", error.to_string());
        Failure::new(Status::Bug, finding)
    })?;
    // What could not be read back is not written.
    match form.map(|form| file::fits(bytes.len() as u64, form)) {
        Some(Err(finding)) => Err(Failure::new(Status::Invalid, *finding)),
        _ => Ok(bytes),
    }
}

fn destination(out: &Path) -> Result<Destination, Failure> {
    let name = out.file_name().and_then(|name| name.to_str());
    match name {
        Some(name) if !out.is_dir() => {
            let folder = out.parent().unwrap_or(Path::new(""));
            Ok(Destination::new(folder, Names::Single(name.to_owned())))
        }
        _ => {
            let message = format!("`{}` is not the name of a file", out.display());
            let finding = Diagnostic::error("usage", "", message);
            Err(Failure::new(Status::Usage, finding).hint("write `-o program.json`"))
        }
    }
}

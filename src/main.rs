//! The program `oscilla`: see [`oscilla::cli`]. What is left here is to end the process: with the
//! status of the command, or, if the program has a mistake, with a report that can be filed.

use oscilla::cli::{self, Status};
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

fn main() -> ExitCode {
    panic::set_hook(Box::new(report));
    let status = panic::catch_unwind(|| cli::run(std::env::args_os())).unwrap_or(Status::Bug);
    ExitCode::from(status.code())
}

/// Says what can be said without reading anything of the user's.
fn report(info: &PanicHookInfo<'_>) {
    use std::io::Write as _;
    let version = env!("CARGO_PKG_VERSION");
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    // If nobody listens there is nobody to tell.
    let _ = writeln!(
        std::io::stderr(),
        "error[internal]: {info}\n  --> oscilla {version}, {arch}-{os}\n\
         hint: this is a mistake in oscilla; please report it with these lines and, if you can, \
         the patch"
    );
}

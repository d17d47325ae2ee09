//! Ctrl-C and its like: the first asks for a clean stop, the second ends the process at once.

use super::failure::{Failure, Status};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process was asked to stop, and by what.
pub(super) struct Stop {
    asked: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// If the system refuses the handlers.
    pub(super) fn listen() -> Result<Self, Failure> {
        let stop = Self {
            asked: Arc::new(AtomicBool::new(false)),
            terminated: Arc::new(AtomicBool::new(false)),
        };
        stop.register().map_err(|error| {
            let mut failure = Failure::from(error);
            failure.findings[0].message = "cannot listen for signals".to_owned();
            failure
        })?;
        Ok(stop)
    }

    fn register(&self) -> io::Result<()> {
        for (signal, status) in [(SIGINT, Status::Interrupted), (SIGTERM, Status::Terminated)] {
            // In this order: a handler that finds the flag set ends the process; the next sets it.
            flag::register_conditional_shutdown(
                signal,
                i32::from(status.code()),
                Arc::clone(&self.asked),
            )?;
            if signal == SIGTERM {
                flag::register(signal, Arc::clone(&self.terminated))?;
            }
            flag::register(signal, Arc::clone(&self.asked))?;
        }
        Ok(())
    }

    /// Set when the process was asked to stop.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.asked
    }

    /// What a stopped process ends with.
    pub(super) fn status(&self) -> Status {
        if self.terminated.load(Ordering::Relaxed) {
            Status::Terminated
        } else {
            Status::Interrupted
        }
    }
}

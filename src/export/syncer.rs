//! Files go to the disk on a thread of their own, so that nobody waits for it while frames are made.
//!
//! In: files that were written. Out: nothing, or the first error, when it is asked for. [`super::archive`]
//! uses it.

use super::output::OutputError;
use std::thread::{self, JoinHandle};

/// What goes to the disk, one batch at a time.
#[derive(Debug, Default)]
pub(super) struct Syncer {
    batch: Option<JoinHandle<Result<(), OutputError>>>,
}

impl Syncer {
    /// Begins a batch, when the one before is on the disk. `sync` waits until this one is.
    ///
    /// # Errors
    /// What became of the one before.
    pub(super) fn begin(
        &mut self,
        sync: impl FnOnce() -> Result<(), OutputError> + Send + 'static,
    ) -> Result<(), OutputError> {
        self.wait()?;
        self.batch = Some(thread::spawn(sync));
        Ok(())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// What became of it.
    pub(super) fn wait(&mut self) -> Result<(), OutputError> {
        let Some(batch) = self.batch.take() else {
            return Ok(());
        };
        batch
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Syncer {
    /// The batch has handles of files that others may want to lock.
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            // Whoever drops it without waiting has an error of its own to tell.
            let _ = batch.join();
        }
    }
}

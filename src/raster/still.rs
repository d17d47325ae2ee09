//! The leading passes of a frame that are those of the frame before: painted once, then copied.
//!
//! 1. A tree says how many of its leading passes nothing changes (`RenderTree::still`). They and the
//!    picture after them are remembered; a later frame that begins with the same ones begins with a copy of
//!    that picture.
//! 2. The number is a hint, never believed: what is remembered is compared with what comes, by pointers
//!    and then by values. Pointers tell because what is remembered is held: nobody can write to it
//!    meanwhile. That is why only passes are remembered that no frame will change: others live in buffers
//!    that are written again.
//! 3. What the passes had to report of faults is remembered with them.

use super::paint::DrawReport;
use super::surface::Surface;
use crate::render_tree::{Pass, RenderTree, paint_alike};

/// Passes and the picture after them.
#[derive(Debug)]
pub(super) struct Still<P> {
    passes: Vec<Pass>,
    background: [u8; 4],
    picture: Surface<P>,
    faults: DrawReport,
}

impl<P: Copy + Default> Still<P> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            passes: Vec::new(),
            background: [0; 4],
            picture: Surface::empty(),
            faults: DrawReport::default(),
        }
    }

    /// Begins a picture on `background` with a copy if these passes are remembered; false if not.
    pub(super) fn recall(
        &self,
        passes: &[Pass],
        background: [u8; 4],
        surface: &mut Surface<P>,
        report: &mut DrawReport,
    ) -> bool {
        let known = !passes.is_empty()
            && background == self.background
            && surface.bounds == self.picture.bounds
            && paint_alike(passes, &self.passes);
        if known {
            surface.pixels.clone_from(&self.picture.pixels);
            report.kept += passes.len() as u64;
            report.bad_transforms += self.faults.bad_transforms;
            report.blurs_clamped += self.faults.blurs_clamped;
            report.dashes_refused += self.faults.dashes_refused;
        }
        known
    }

    /// Remembers passes and the picture after them.
    pub(super) fn remember(
        &mut self,
        passes: &[Pass],
        background: [u8; 4],
        surface: &Surface<P>,
        faults: DrawReport,
    ) {
        self.passes.clear();
        self.passes.extend_from_slice(passes);
        self.background = background;
        self.picture.bounds = surface.bounds;
        self.picture.pixels.clone_from(&surface.pixels);
        self.faults = faults;
    }

    /// Lets go of the passes.
    pub(super) fn forget(&mut self) {
        self.passes.clear();
    }
}

/// The passes of a tree that are worth remembering: none if they are cheaper to paint than to copy.
pub(super) fn leading(tree: &RenderTree) -> &[Pass] {
    let count = (tree.still as usize).min(tree.passes.len());
    let leading = &tree.passes[..count];
    match leading.iter().all(|pass| matches!(pass, Pass::Clear(_))) {
        true => &[],
        false => leading,
    }
}

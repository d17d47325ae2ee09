//! The elements of a pass, in an order that all frames agree on.
//!
//! In: the rows of all frames. Out: for each element, bottom first, its row in each frame. Where elements
//! overtake each other, there is no such order of elements, but there always is one of places: the
//! bottom row, the one above it, and so on.

use crate::render_tree::rows::Rows;

/// Who is followed through the frames.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    frames: &'a [Rows<'a>],
    whom: Whom,
}

#[derive(Debug)]
enum Whom {
    /// Rows by number: all frames have the same elements, or places are followed.
    Rows(usize),
    /// These elements, which come and go.
    Elements(Vec<u32>),
}

impl<'a> Course<'a> {
    /// Follows elements.
    ///
    /// # Errors
    /// Why there is no order of them, in words.
    pub(crate) fn of_elements(frames: &'a [Rows<'a>]) -> Result<Self, &'static str> {
        let first = frames[0];
        if first.is_solid() {
            return Err("the faces of solids change their order");
        }
        let same =
            |rows: &Rows| rows.count() == first.count() && rows.elements() == first.elements();
        if frames.iter().all(same) {
            let whom = Whom::Rows(first.count());
            return Ok(Self { frames, whom });
        }
        let mut present: Vec<bool> = Vec::new();
        for rows in frames {
            let mut next = 0;
            for i in 0..rows.count() {
                let element = rows.element(i) as usize;
                if element < next {
                    return Err("the paint order of its elements changes");
                }
                next = element + 1;
                if present.len() < next {
                    present.resize(next, false);
                }
                present[element] = true;
            }
        }
        let elements = (0u32..).zip(&present).filter(|(_, present)| **present);
        let whom = Whom::Elements(elements.map(|(element, _)| element).collect());
        Ok(Self { frames, whom })
    }

    /// Follows places: whoever is painted first, second, third.
    pub(crate) fn of_places(frames: &'a [Rows<'a>]) -> Self {
        let most = frames.iter().map(|rows| rows.count()).max();
        let whom = Whom::Rows(most.unwrap_or(0));
        Self { frames, whom }
    }

    /// Shows the row of each frame, for one element or place after the other.
    ///
    /// # Errors
    /// The first of `visit`.
    pub(crate) fn each<E>(
        &self,
        mut visit: impl FnMut(&[Option<usize>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut at: Vec<Option<usize>> = Vec::with_capacity(self.frames.len());
        match &self.whom {
            Whom::Rows(count) => {
                for row in 0..*count {
                    let there = |rows: &Rows| (row < rows.count()).then_some(row);
                    at.clear();
                    at.extend(self.frames.iter().map(there));
                    visit(&at)?;
                }
            }
            Whom::Elements(elements) => {
                let mut next = vec![0; self.frames.len()];
                for &element in elements {
                    at.clear();
                    for (rows, next) in self.frames.iter().zip(&mut next) {
                        let row = *next;
                        let there = row < rows.count() && rows.element(row) == element;
                        *next += usize::from(there);
                        at.push(there.then_some(row));
                    }
                    visit(&at)?;
                }
            }
        }
        Ok(())
    }
}

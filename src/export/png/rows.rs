//! Rows of a picture become lines of a PNG file: the filter's number, then bytes less what it foretells.
//!
//! 1. *None* leaves bytes as they are, *Sub*, *Up*, *Average* and *Paeth* take away the byte of the pixel to the
//!    left, the one above, their mean, and whichever of left, above and above left is nearest to left + above −
//!    above left (PNG 3, 9.2).
//! 2. Sixteen pixels like those above them are not packed again.
//! 3. The best filter of a row is the one with the smallest sum; a row like the one above asks none.
//! 4. All loops are over plain rows of bytes, which compilers make wide.
//!
//! In: a row of RGBA pixels and the one above. Out: a line of 3 or 4 bytes a pixel. Used by [`super::fast`].

/// Pixels that are compared at once with those above.
const RUN: usize = 16;

/// Which filter lines have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filters {
    /// *None*.
    None,
    /// *Sub*.
    Sub,
    /// *Up*.
    Up,
    /// For each line the one that leaves the least.
    Best,
}

/// A filter, by its number in the file.
#[derive(Clone, Copy)]
enum Filter {
    None = 0,
    Sub = 1,
    Up = 2,
    Average = 3,
    Paeth = 4,
}

/// Writes lines, keeping its buffers.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The row and the one above, without alpha where that is left out; before each a pixel of zeros.
    packed: [Vec<u8>; 2],
}

impl Rows {
    /// A line. `before` is what was written before it, as far as it is there: of an unfiltered line, it ends with
    /// the row above. No row above is as one of zeros.
    pub(super) fn line<const STEP: usize>(
        &mut self,
        filters: Filters,
        row: &[[u8; 4]],
        above: Option<&[[u8; 4]]>,
        before: &[u8],
        line: &mut [u8],
    ) {
        let (head, bytes) = line.split_at_mut(1);
        let filter = match (filters, above) {
            (Filters::Best, _) => self.best::<STEP>(row, above, bytes),
            (Filters::Sub, _) => {
                pack_steps::<STEP>(row, bytes);
                Filter::Sub
            }
            (Filters::Up, Some(above)) => {
                pack_differences::<STEP>(row, above, bytes);
                Filter::Up
            }
            (Filters::None, Some(above)) if before.len() > bytes.len() => {
                let before = &before[before.len() - bytes.len()..];
                pack_changes::<STEP>(row, above, before, bytes);
                Filter::None
            }
            (Filters::None | Filters::Up, _) => {
                pack::<STEP>(row, bytes);
                Filter::None
            }
        };
        head[0] = filter as u8;
    }

    /// The filter that leaves the least: the smallest sum of all bytes as signed numbers.
    fn best<const STEP: usize>(
        &mut self,
        row: &[[u8; 4]],
        above: Option<&[[u8; 4]]>,
        line: &mut [u8],
    ) -> Filter {
        if above == Some(row) {
            line.fill(0);
            return Filter::Up;
        }
        let count = line.len();
        for (packed, row) in self.packed.iter_mut().zip([Some(row), above]) {
            packed.clear();
            packed.resize(STEP + count, 0);
            if let Some(row) = row {
                pack::<STEP>(row, &mut packed[STEP..]);
            }
        }
        let [row, above] = &self.packed;
        let near = Near {
            here: &row[STEP..],
            left: &row[..count],
            above: &above[STEP..],
            above_left: &above[..count],
        };
        // The first of those that leave as little.
        let all = [
            (near.sum(none), Filter::None),
            (near.sum(sub), Filter::Sub),
            (near.sum(up), Filter::Up),
            (near.sum(average), Filter::Average),
            (near.sum(paeth), Filter::Paeth),
        ];
        let least = all.iter().min_by_key(|(sum, _)| *sum);
        let filter = least.map_or(Filter::None, |(_, filter)| *filter);
        match filter {
            Filter::None => near.write(none, line),
            Filter::Sub => near.write(sub, line),
            Filter::Up => near.write(up, line),
            Filter::Average => near.write(average, line),
            Filter::Paeth => near.write(paeth, line),
        }
        filter
    }
}

/// The bytes of a row, and those that foretell them.
struct Near<'a> {
    here: &'a [u8],
    left: &'a [u8],
    above: &'a [u8],
    above_left: &'a [u8],
}

impl Near<'_> {
    /// Each byte with the three, in order.
    #[inline(always)]
    fn each(&self) -> impl Iterator<Item = [u8; 4]> {
        let both = self.here.iter().zip(self.left);
        let others = self.above.iter().zip(self.above_left);
        both.zip(others).map(|((&x, &a), (&b, &c))| [x, a, b, c])
    }

    #[inline(always)]
    fn sum(&self, filter: impl Fn([u8; 4]) -> u8) -> u32 {
        self.each()
            .map(|near| u32::from(filter(near).cast_signed().unsigned_abs()))
            .sum()
    }

    #[inline(always)]
    fn write(&self, filter: impl Fn([u8; 4]) -> u8, line: &mut [u8]) {
        for (out, near) in line.iter_mut().zip(self.each()) {
            *out = filter(near);
        }
    }
}

#[inline(always)]
fn none([x, ..]: [u8; 4]) -> u8 {
    x
}

#[inline(always)]
fn sub([x, a, ..]: [u8; 4]) -> u8 {
    x.wrapping_sub(a)
}

#[inline(always)]
fn up([x, _, b, _]: [u8; 4]) -> u8 {
    x.wrapping_sub(b)
}

#[inline(always)]
fn average([x, a, b, _]: [u8; 4]) -> u8 {
    // The mean, rounded down, within eight bits.
    x.wrapping_sub((a & b) + ((a ^ b) >> 1))
}

#[inline(always)]
fn paeth([x, a, b, c]: [u8; 4]) -> u8 {
    let [left, above, both] = [a, b, c].map(i16::from);
    // How far left + above − above left is from each.
    let (to_left, to_above) = ((above - both).abs(), (left - both).abs());
    let to_both = (left + above - both - both).abs();
    let nearest = if to_left <= to_above && to_left <= to_both {
        a
    } else if to_above <= to_both {
        b
    } else {
        c
    };
    x.wrapping_sub(nearest)
}

/// The first `STEP` bytes of each pixel.
fn pack<const STEP: usize>(row: &[[u8; 4]], line: &mut [u8]) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    for (run, out) in runs.iter().zip(&mut lines) {
        pack_run::<STEP>(run, out);
    }
    pack_rest::<STEP>(rest, lines.into_remainder());
}

/// The same, where `before` holds the row above.
fn pack_changes<const STEP: usize>(
    row: &[[u8; 4]],
    above: &[[u8; 4]],
    before: &[u8],
    line: &mut [u8],
) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let above = above.as_chunks::<RUN>().0;
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    let before = before.chunks_exact(STEP * RUN);
    for (((run, above), before), out) in runs.iter().zip(above).zip(before).zip(&mut lines) {
        if same(run, above) {
            out.copy_from_slice(before);
        } else {
            pack_run::<STEP>(run, out);
        }
    }
    pack_rest::<STEP>(rest, lines.into_remainder());
}

/// Differences to the pixel to the left.
fn pack_steps<const STEP: usize>(row: &[[u8; 4]], line: &mut [u8]) {
    let mut left = [0; 4];
    for (&pixel, out) in row.iter().zip(line.chunks_exact_mut(STEP)) {
        out.copy_from_slice(&less(pixel, left)[..STEP]);
        left = pixel;
    }
}

/// Differences to the row above.
fn pack_differences<const STEP: usize>(row: &[[u8; 4]], above: &[[u8; 4]], line: &mut [u8]) {
    let (runs, rest) = row.as_chunks::<RUN>();
    let (above, rest_above) = above.as_chunks::<RUN>();
    let mut lines = line.chunks_exact_mut(STEP * RUN);
    for ((run, above), out) in runs.iter().zip(above).zip(&mut lines) {
        if same(run, above) {
            out.fill(0);
        } else {
            let difference = std::array::from_fn(|i| less(run[i], above[i]));
            pack_run::<STEP>(&difference, out);
        }
    }
    let rest = rest.iter().zip(rest_above);
    for ((&pixel, &above), out) in rest.zip(lines.into_remainder().chunks_exact_mut(STEP)) {
        out.copy_from_slice(&less(pixel, above)[..STEP]);
    }
}

/// Whether both are the same; no call, which would cost as much.
#[inline(always)]
fn same(run: &[[u8; 4]; RUN], above: &[[u8; 4]; RUN]) -> bool {
    let bytes = run.as_flattened().iter().zip(above.as_flattened());
    bytes.fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Each byte less another, wrapping.
#[inline(always)]
fn less(pixel: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    std::array::from_fn(|i| pixel[i].wrapping_sub(above[i]))
}

#[inline(always)]
fn pack_run<const STEP: usize>(run: &[[u8; 4]; RUN], out: &mut [u8]) {
    if STEP == 4 {
        return out.copy_from_slice(run.as_flattened());
    }
    // Four pixels of four bytes are three words of four.
    let (fours, _) = run.as_chunks::<4>();
    for (four, out) in fours.iter().zip(out.as_chunks_mut::<12>().0) {
        let [a, b, c, d] = four.map(|[r, g, b, _]| u32::from_le_bytes([r, g, b, 0]));
        let words = [a | b << 24, b >> 8 | c << 16, c >> 16 | d << 8];
        out.copy_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }
}

/// The pixels after the last run.
fn pack_rest<const STEP: usize>(rest: &[[u8; 4]], line: &mut [u8]) {
    for (pixel, out) in rest.iter().zip(line.chunks_exact_mut(STEP)) {
        out.copy_from_slice(&pixel[..STEP]);
    }
}

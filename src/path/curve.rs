//! Curves cut to chords: how many, and where.
//!
//! A curve is cut uniformly in its parameter, finely enough that no chord is farther than a tolerance
//! τ from it. With b = |p₀ − 2p₁ + p₂| (of a cubic the larger of that and |p₁ − 2p₂ + p₃|) a quadratic
//! takes ⌈√(b/(4τ))⌉ pieces and a cubic ⌈√(0.75·b/τ)⌉, at least 1 and at most [`MAX_PIECES`]. Points
//! are computed at k/n, not by stepping.

/// Most pieces of one curve.
pub const MAX_PIECES: u32 = 4096;

/// Pieces of a quadratic of this bend.
pub fn quadratic_pieces(bend: f64, tolerance: f64) -> u32 {
    pieces(bend / (4.0 * tolerance))
}

/// Pieces of a cubic of this bend.
pub fn cubic_pieces(bend: f64, tolerance: f64) -> u32 {
    pieces(0.75 * bend / tolerance)
}

fn pieces(square: f64) -> u32 {
    // A NaN becomes 1.
    square.sqrt().ceil().max(1.0).min(f64::from(MAX_PIECES)) as u32
}

/// |a − 2b + c|
pub fn bend(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let (x, y) = (a[0] - 2.0 * b[0] + c[0], a[1] - 2.0 * b[1] + c[1]);
    (x * x + y * y).sqrt()
}

/// The point of a quadratic at t.
pub fn quadratic_at(p: &[[f64; 2]; 3], t: f64) -> [f64; 2] {
    let u = 1.0 - t;
    let w = [u * u, 2.0 * u * t, t * t];
    std::array::from_fn(|i| w[0] * p[0][i] + w[1] * p[1][i] + w[2] * p[2][i])
}

/// The point of a cubic at t.
pub fn cubic_at(p: &[[f64; 2]; 4], t: f64) -> [f64; 2] {
    let u = 1.0 - t;
    let w = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    std::array::from_fn(|i| w[0] * p[0][i] + w[1] * p[1][i] + w[2] * p[2][i] + w[3] * p[3][i])
}

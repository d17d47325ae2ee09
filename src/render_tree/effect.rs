//! How far effects reach.

use super::Effect;

/// Largest standard deviation of a blur, device px.
pub const MAX_SIGMA: f64 = 500.0;

/// Width of the three boxes that make a blur of a standard deviation (device px):
/// ⌊σ·3·√(2π)/4 + ½⌋, 0 for none. 0 and 1 blur nothing.
pub fn box_width(sigma: f64) -> usize {
    /// 3·√(2π)/4.
    const FACTOR: f64 = 1.879_971_205_598_591_7;
    if !(sigma > 0.0 && sigma.is_finite()) {
        return 0;
    }
    (sigma.min(MAX_SIGMA) * FACTOR + 0.5) as usize
}

/// How far the effects of a list carry colour, device px; `scale` is device px per user px.
pub fn margin(effects: &[Effect], scale: f64) -> i32 {
    let reach = |effect: &Effect| match effect {
        Effect::Blur { sigma } | Effect::Glow { sigma, .. } => {
            match box_width(f64::from(*sigma) * scale) {
                0 | 1 => 0,
                d => 3 * (d as i32 + 1),
            }
        }
        Effect::Grade { .. } => 0,
    };
    effects.iter().map(reach).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_formula() {
        assert_eq!(box_width(20.0), 38);
        assert_eq!(box_width(2.0), 4);
        assert_eq!(box_width(0.0), 0);
        assert_eq!(box_width(f64::NAN), 0);
        assert_eq!(box_width(1e9), 940);
    }

    #[test]
    fn margins_add_up() {
        let blur = Effect::Blur { sigma: 2.0 };
        assert_eq!(margin(&[blur.clone(), blur], 1.0), 30);
    }
}

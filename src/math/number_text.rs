//! Numbers inside keys and hashed texts.

/// The shortest decimal text that reads back as `x`: `42`, `0.5`, `-3`; −0 is `0`. No exponent
/// below 10²¹ and above 10⁻³⁰ in size; beyond, `1e+21` and `1e-31`. `NaN`, `Infinity`.
///
/// These texts are hashed, so they can never change.
pub fn number_text(x: f64) -> String {
    let size = if x < 0.0 { -x } else { x };
    if x == 0.0 {
        "0".into()
    } else if x.is_nan() {
        "NaN".into()
    } else if x.is_infinite() {
        if x < 0.0 {
            "-Infinity".into()
        } else {
            "Infinity".into()
        }
    } else if size >= 1e21 {
        format!("{x:e}").replace('e', "e+")
    } else if size <= 1e-30 {
        format!("{x:e}")
    } else {
        // Display of f64 is the shortest text and never has an exponent.
        format!("{x}")
    }
}

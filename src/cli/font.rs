//! The font that pictures of tools are laid out with: plots, graphs and contact sheets. A reader of an SVG may have
//! another one; this is one of the widest, so what fits with it fits with others.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::LazyLock;

/// DejaVu Sans, reduced to Latin, Greek, Cyrillic and a few signs; its licence stands beside it.
static FONT: &[u8] = include_bytes!("font/dejavu-sans.ttf");

/// What bold letters take more than others.
const BOLD: f64 = 1.13;

/// What text is drawn with, once the font is loaded.
pub(super) const FAMILY: &str = "sans-serif";

/// Makes the font known, without which no text could be laid out.
///
/// # Errors
/// In words; never with the font that is built in.
pub(super) fn load() -> Result<(), &'static str> {
    static LOADED: LazyLock<bool> =
        LazyLock::new(|| register_font(FAMILY, FontStyle::Normal, FONT).is_ok());
    LOADED
        .then_some(())
        .ok_or("the font of pictures cannot be read")
}

/// px that a text takes in letters of so many px, once the font is loaded; a guess before.
pub(super) fn width(text: &str, px: f64) -> f64 {
    // Measured large, for it is measured in whole pixels.
    let font = FontDesc::new(FontFamily::SansSerif, px * 16.0, FontStyle::Normal);
    let guess = text.chars().count() as f64 * px * 0.62;
    font.box_size(text)
        .map_or(guess, |(width, _)| f64::from(width) / 16.0)
}

/// The same in bold letters.
pub(super) fn bold_width(text: &str, px: f64) -> f64 {
    width(text, px) * BOLD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_widths_of_their_own() {
        load().unwrap();
        let [narrow, wide] = ["iiii", "MMMM"].map(|text| width(text, 11.0));
        assert!(
            narrow > 8.0 && wide > 2.0 * narrow && wide < 60.0,
            "{narrow} {wide}"
        );
        assert!(bold_width("MMMM", 11.0) > wide);
        assert_eq!(width("", 11.0), 0.0);
    }
}

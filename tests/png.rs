//! Sizes of PNG files of the gallery: what `--png-effort` promises, on the recorded pictures.

mod support;

use oscilla::export::Image;
use oscilla::export::png::{PngEffort, PngEncoder};
use std::fs;
use std::path::PathBuf;

/// The recorded pictures of the gallery.
fn pictures() -> Vec<PathBuf> {
    let mut list = Vec::new();
    for patch in support::patches("patches") {
        let folder = support::root("golden").join(support::stem(&patch));
        let entries = fs::read_dir(folder).expect("recorded pictures");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        list.extend(paths.filter(|path| path.extension().is_some_and(|e| e == "png")));
    }
    list.sort();
    list
}

fn decode(file: &[u8]) -> Image {
    let decoded = image::load_from_memory(file).expect("a picture").to_rgba8();
    Image {
        width: decoded.width(),
        height: decoded.height(),
        rgba: decoded.into_raw(),
    }
}

/// No frame of the gallery is larger than 1.3 times what `balanced` makes of it, and all of them together are no
/// larger.
#[test]
fn fast_files_are_hardly_larger_than_balanced_ones() {
    let [mut fast, mut balanced] = [PngEffort::Fast, PngEffort::Balanced].map(PngEncoder::new);
    let mut sums = [0, 0];
    for path in pictures() {
        let picture = decode(&fs::read(&path).expect("readable"));
        let files = [&mut fast, &mut balanced]
            .map(|encoder| encoder.encode(&picture, &Vec::new()).expect("a file"));
        assert!(decode(&files[0]) == picture, "{} changed", path.display());
        let sizes = files.map(|file| file.len());
        sums = [sums[0] + sizes[0], sums[1] + sizes[1]];
        assert!(
            sizes[0] * 10 <= sizes[1] * 13,
            "{}: {sizes:?}",
            path.display()
        );
    }
    assert!(sums[0] <= sums[1], "{sums:?}");
}

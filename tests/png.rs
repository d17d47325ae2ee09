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

/// A whole gallery at the default effort is no larger than 1.3 times what `balanced` makes of it. So are its
/// frames, but for slow ramps on many edges, where choosing a filter for each row is worth more.
#[test]
fn fast_files_are_hardly_larger_than_balanced_ones() {
    let [mut fast, mut balanced] = [PngEffort::Fast, PngEffort::Balanced].map(PngEncoder::new);
    let (mut sums, mut larger) = ([0, 0], Vec::new());
    let pictures = pictures();
    for path in &pictures {
        let picture = decode(&fs::read(path).expect("readable"));
        let files = [&mut fast, &mut balanced]
            .map(|encoder| encoder.encode(&picture, &Vec::new()).expect("a file"));
        assert!(decode(&files[0]) == picture, "{} changed", path.display());
        let sizes = files.map(|file| file.len());
        sums = [sums[0] + sizes[0], sums[1] + sizes[1]];
        // Of a kilobyte, the head is a good part.
        if sizes[0] > sizes[1] * 13 / 10 + 256 {
            larger.push((path, sizes));
        }
    }
    assert!(sums[0] * 10 <= sums[1] * 11, "{sums:?}");
    assert!(larger.len() * 20 <= pictures.len(), "{larger:?}");
    assert!(
        larger
            .iter()
            .all(|(_, [fast, balanced])| fast * 2 < balanced * 5),
        "{larger:?}"
    );
}

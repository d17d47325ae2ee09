//! The head of a YUV4MPEG2 stream; its frames are the line `FRAME` and the planes of [`super::yuv`].

use super::FrameRate;
use super::yuv::Chroma;

/// The first line. It says size, rate, that frames are whole and pixels square, how many colour samples
/// there are and where they lie, and that the range is limited. There is no word in it for the matrix.
pub fn head(width: u32, height: u32, rate: FrameRate, chroma: Chroma) -> Vec<u8> {
    let (num, den) = rate.parts();
    let samples = match chroma {
        Chroma::Half => "C420mpeg2 XYSCSS=420MPEG2",
        Chroma::Full => "C444 XYSCSS=444",
    };
    let line = format!(
        "YUV4MPEG2 W{width} H{height} F{num}:{den} Ip A1:1 {samples} XCOLORRANGE=LIMITED\n"
    );
    line.into_bytes()
}

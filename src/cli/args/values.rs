//! Values of flags, from text. What is wrong is said as what to write.

use crate::raster::MAX_SIDE;

/// Largest side that a patch may ask for, px.
const SIDE_MAX: u32 = crate::patch::MAX_SIDE;

pub(super) fn size(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("write width and height as `1920x1080`, each 1 to {SIDE_MAX}");
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let side = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let side = text
            .parse()
            .ok()
            .filter(|side| (1..=SIDE_MAX).contains(side));
        side.filter(|_| digits).ok_or_else(wrong)
    };
    Ok((side(width)?, side(height)?))
}

pub(super) fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok();
    scale
        .filter(|scale: &f64| *scale > 0.0 && *scale <= f64::from(MAX_SIDE))
        .ok_or_else(|| format!("write a number above 0 such as `2` or `0.5`, at most {MAX_SIDE}"))
}

pub(super) fn whole(text: &str) -> Result<u32, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| format!("write a whole number, 0 to {}", u32::MAX))
}

/// Most records of each kind.
const RECORDS_MAX: usize = 1 << 24;

pub(super) fn records(text: &str) -> Result<usize, String> {
    let records = text.parse().ok();
    let fits = records.filter(|records| (1..=RECORDS_MAX).contains(records));
    fits.ok_or_else(|| format!("write a whole number, 1 to {RECORDS_MAX}"))
}

pub(super) fn jobs(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|&jobs| jobs > 0);
    jobs.ok_or_else(|| "write a whole number of at least 1".to_owned())
}

pub(super) fn background(text: &str) -> Result<[f64; 4], String> {
    crate::math::parse_color(text)
        .ok_or_else(|| "write `transparent`, a name or a colour such as `#0b1026`".to_owned())
}

pub(super) fn set(text: &str) -> Result<(String, String), String> {
    let wrong = || "write `block.port=value`, for example `osc.amplitude=0.5`".to_owned();
    let (target, value) = text.split_once('=').ok_or_else(wrong)?;
    match target.rsplit_once('.') {
        Some((block, port)) if !block.is_empty() && !port.is_empty() => {
            Ok((target.to_owned(), value.to_owned()))
        }
        _ => Err(wrong()),
    }
}

pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "write bytes, or a number with KiB, MiB, GiB, K, M or G".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" | "K" | "k" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .filter(|&bytes| bytes > 0)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("1920x1080"), Ok((1920, 1080)));
        for wrong in ["", "8", "0x8", "8x16385", "-8x8", "8x8x8", "+8x8", "1e3x8"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn overrides() {
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(set("a.b=1"), pair("a.b", "1"));
        assert_eq!(set("a.b=-1=x"), pair("a.b", "-1=x"));
        for wrong in ["a.b", "a=1", ".b=1", "a.=1"] {
            assert!(set(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn scales_and_counts() {
        assert_eq!(scale("0.5"), Ok(0.5));
        for wrong in ["", "0", "-1", "nan", "inf", "1e9", "2x"] {
            assert!(scale(wrong).is_err(), "{wrong}");
        }
        assert_eq!(whole("4294967295"), Ok(u32::MAX));
        for wrong in ["", "-1", "+1", "1.5", "4294967296"] {
            assert!(whole(wrong).is_err(), "{wrong}");
        }
        assert_eq!(jobs("64"), Ok(64));
        assert!(jobs("0").is_err() && jobs("-3").is_err());
    }

    #[test]
    fn byte_counts() {
        assert_eq!(bytes("512MiB"), Ok(512 << 20));
        assert_eq!(bytes("2G"), Ok(2 << 30));
        assert_eq!(bytes("1000"), Ok(1000));
        for wrong in ["", "0", "-1", "1T", "1.5G", "99999999999G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}

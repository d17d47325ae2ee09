//! Numbers of the constant pools, the only ones of a program that may be infinite or NaN.
//!
//! JSON has no such numbers, so they are the texts `inf`, `-inf` and `nan` there. All NaNs are one
//! NaN. Every other number comes back with the same bits from both forms.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Writes a pool.
pub(super) fn serialize<T: Number, S: Serializer>(pool: &[T], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(pool.iter().copied().map(Written))
}

/// Reads a pool.
pub(super) fn deserialize<'de, T: Number, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let pool = Vec::<Written<T>>::deserialize(from)?;
    Ok(pool.into_iter().map(|Written(number)| number).collect())
}

/// f64 or f32.
pub(super) trait Number: Copy + Into<f64> + Serialize + for<'de> Deserialize<'de> {
    const NAN: Self;

    /// The number nearest to what was written; infinite if it is too large.
    fn nearest(number: f64) -> Self;
}

impl Number for f64 {
    const NAN: Self = Self::NAN;

    fn nearest(number: f64) -> Self {
        number
    }
}

impl Number for f32 {
    const NAN: Self = Self::NAN;

    /// The text was read as f64 on the way. That rounds twice, which matters only where the f64 lies
    /// exactly between two f32; then the shortest text of the f64, which is what was written, decides.
    fn nearest(number: f64) -> Self {
        const HALF: u64 = 1 << 28;
        let between = number.to_bits() & (2 * HALF - 1) == HALF;
        let single = number as Self;
        if (between || single.abs() < Self::MIN_POSITIVE) && number != 0.0 {
            number.to_string().parse().unwrap_or(single)
        } else {
            single
        }
    }
}

/// A number as it stands in a file.
pub(super) struct Written<T>(T);

impl<T> JsonSchema for Written<T> {
    fn schema_name() -> Cow<'static, str> {
        "PoolNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or one of the words for what JSON has no number for.",
            "anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]
        })
    }
}

impl<T: Number> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number: f64 = self.0.into();
        if number.is_nan() {
            if to.is_human_readable() {
                to.serialize_str("nan")
            } else {
                T::NAN.serialize(to)
            }
        } else if number.is_infinite() && to.is_human_readable() {
            to.serialize_str(if number > 0.0 { "inf" } else { "-inf" })
        } else {
            self.0.serialize(to)
        }
    }
}

impl<'de, T: Number> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            from.deserialize_any(Text(PhantomData))
        } else {
            let number = T::deserialize(from)?;
            let is_nan = number.into().is_nan();
            Ok(Self(if is_nan { T::NAN } else { number }))
        }
    }
}

struct Text<T>(PhantomData<T>);

impl<T: Number> Visitor<'_> for Text<T> {
    type Value = Written<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"inf\", \"-inf\" or \"nan\"")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        let nearest = T::nearest(number);
        if nearest.into().is_finite() {
            Ok(Written(nearest))
        } else {
            Err(E::custom(format_args!(
                "{number} is too large for this pool"
            )))
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Written(match text {
            "inf" => T::nearest(f64::INFINITY),
            "-inf" => T::nearest(f64::NEG_INFINITY),
            "nan" => T::NAN,
            _ => return Err(E::invalid_value(Unexpected::Str(text), &self)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pools {
        #[serde(with = "super")]
        double: Vec<f64>,
        #[serde(with = "super")]
        single: Vec<f32>,
    }

    fn bits(pools: &Pools) -> (Vec<u64>, Vec<u32>) {
        let double = pools.double.iter().map(|v| v.to_bits()).collect();
        let single = pools.single.iter().map(|v| v.to_bits()).collect();
        (double, single)
    }

    #[test]
    fn every_number_comes_back_with_its_bits() {
        let mut pools = Pools {
            double: vec![
                0.0,
                -0.0,
                0.1,
                5e-324,
                f64::MAX,
                f64::INFINITY,
                f64::NEG_INFINITY,
            ],
            // The last one is the known case that reading as f64 first gets wrong.
            single: vec![
                0.0,
                -0.0,
                0.1,
                1e-45,
                f32::MAX,
                f32::INFINITY,
                7.038_531e-26,
            ],
        };
        pools.double.push(f64::NAN);
        pools.single.push(f32::NAN);
        // All exponents, many fractions.
        let mut state = 1_u32;
        for _ in 0..200_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = f32::from_bits(state.rotate_left(7));
            if !number.is_nan() {
                pools.single.push(number);
            }
        }
        let text = serde_json::to_string(&pools).unwrap();
        assert!(text.contains("\"inf\",\"-inf\",\"nan\"]"), "no words");
        let back: Pools = serde_json::from_str(&text).unwrap();
        assert_eq!(bits(&back), bits(&pools));
        let bytes = postcard::to_stdvec(&pools).unwrap();
        let back: Pools = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(bits(&back), bits(&pools));
    }

    #[test]
    fn all_nans_are_one() {
        let odd = Pools {
            double: vec![f64::from_bits(0x7ff8_0000_0000_0001)],
            single: vec![f32::from_bits(0xffc0_0001)],
        };
        let bytes = postcard::to_stdvec(&odd).unwrap();
        let back: Pools = postcard::from_bytes(&bytes).unwrap();
        let one = (vec![f64::NAN.to_bits()], vec![f32::NAN.to_bits()]);
        assert_eq!(bits(&back), one);
        // Also where another writer left an odd one.
        let mut bytes = bytes;
        bytes[1] = 7;
        let back: Pools = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(bits(&back), one);
    }

    #[test]
    fn other_texts_and_numbers_too_large_are_refused() {
        for wrong in [
            r#"{"double": ["infinity"], "single": []}"#,
            r#"{"double": [null], "single": []}"#,
            r#"{"double": [], "single": [1e39]}"#,
            r#"{"double": [1e999], "single": []}"#,
        ] {
            assert!(serde_json::from_str::<Pools>(wrong).is_err(), "{wrong}");
        }
    }
}

//! Recordings as JSON: `{"channels": {"midi.cc1": {"hold": "linear", "samples": [[0, 0.2], [500, 0.8]]}}}`.
//!
//! A sample is `[tMs, value]`, or `[tMs]` for an event without one (it counts as 1). A value is a
//! number, a list of one to four, an object with the parts of a place or colour, `true`, `false`, a
//! colour or one of the numbers that JSON cannot write: `"NaN"`, `"Infinity"`, `"-Infinity"`. Anything
//! else is a sample without a value, which does not matter unless somebody reads it. The text is read straight into samples, so a long
//! recording needs no more memory than these.

use super::{Channel, MAX_LANES, NOTHING, Recording, Value, list, number, word, wrong};
use crate::diag::Diagnostic;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

pub(super) fn read(text: &str) -> Result<Recording, Box<Diagnostic>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut top = Top::default();
    let read = reader.deserialize_map(&mut top).and_then(|()| reader.end());
    if let Err(error) = read {
        // The reader says the place once more at the end of its message.
        let text = error.to_string();
        let message = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(m, _)| m);
        return Err(wrong(error.line(), error.column(), message));
    }
    let Some(channels) = top.channels else {
        let mut finding = wrong(1, 1, "the recording has no `channels`");
        let hint = r#"write {"channels": {"midi.cc1": {"samples": [[0, 0.2], [500, 0.8]]}}}"#;
        finding.hints.push(hint.to_owned());
        return Err(finding);
    };
    let warning = |(pointer, key): &(String, String)| {
        let message = format!("`{key}` means nothing in a recording and is left out");
        Diagnostic::warning("unknown-field", pointer, message)
    };
    Ok(Recording {
        channels,
        warnings: top.unknown.iter().map(warning).collect(),
    })
}

/// The whole text.
#[derive(Default)]
struct Top {
    channels: Option<BTreeMap<String, Channel>>,
    /// JSON pointers and names of fields that mean nothing.
    unknown: Vec<(String, String)>,
}

impl<'de> Visitor<'de> for &mut Top {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `channels`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "channels" if self.channels.is_some() => {
                    return Err(A::Error::custom("`channels` stands there twice"));
                }
                "channels" => {
                    let mut channels = BTreeMap::new();
                    map.next_value_seed(Channels(&mut channels, &mut self.unknown))?;
                    self.channels = Some(channels);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    self.unknown.push((format!("/{key}"), key));
                }
            }
        }
        Ok(())
    }
}

/// What stands under `channels`.
struct Channels<'a>(
    &'a mut BTreeMap<String, Channel>,
    &'a mut Vec<(String, String)>,
);

impl<'de> DeserializeSeed<'de> for Channels<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Channels<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of channels by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(channels, unknown) = self;
        while let Some(key) = map.next_key::<String>()? {
            if channels.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "channel `{key}` stands there twice"
                )));
            }
            let channel = map.next_value_seed(One { key: &key, unknown })?;
            channels.insert(key, channel);
        }
        Ok(())
    }
}

/// One channel.
struct One<'a> {
    key: &'a str,
    unknown: &'a mut Vec<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Channel;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Channel, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Channel;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `samples` for channel `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Channel, A::Error> {
        let key = self.key;
        let wrong = |message: &str| A::Error::custom(format!("channel `{key}`: {message}"));
        let mut channel = Channel::default();
        let mut sampled = false;
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "hold" => {
                    channel.linear = match map.next_value::<String>()?.as_str() {
                        "last" => false,
                        "linear" => true,
                        other => {
                            let message = format!("`hold` is `last` or `linear`, not `{other}`");
                            return Err(wrong(&message));
                        }
                    }
                }
                "samples" if sampled => return Err(wrong("`samples` stands there twice")),
                "samples" => {
                    sampled = true;
                    map.next_value_seed(Samples(key, &mut channel))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    self.unknown
                        .push((format!("/channels/{key}/{field}"), field));
                }
            }
        }
        match sampled {
            true => Ok(channel),
            false => Err(wrong("it has no `samples`")),
        }
    }
}

/// The list of samples of a channel.
struct Samples<'a>(&'a str, &'a mut Channel);

impl<'de> DeserializeSeed<'de> for Samples<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Samples<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of samples for channel `{}`", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(key, channel) = self;
        while let Some((t_ms, value)) = seq.next_element_seed(Sample(key))? {
            channel
                .push(t_ms, value)
                .map_err(|message| A::Error::custom(format!("channel `{key}`: {message}")))?;
        }
        Ok(())
    }
}

/// `[tMs, value]` or `[tMs]`.
struct Sample<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Sample<'_> {
    type Value = (f64, Value);

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Sample<'_> {
    type Value = (f64, Value);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a sample `[tMs, value]` of channel `{}`", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let key = self.0;
        let Some(t_ms) = seq.next_element::<f64>()? else {
            let message = format!("channel `{key}`: a sample begins with its time");
            return Err(A::Error::custom(message));
        };
        let value = seq.next_element_seed(OneValue(key))?;
        if seq.next_element::<IgnoredAny>()?.is_some() {
            let message = format!(
                "channel `{key}`: a sample is `[tMs, value]`; a value of several numbers is a list"
            );
            return Err(A::Error::custom(message));
        }
        Ok((t_ms, value.unwrap_or_else(|| number(1.0))))
    }
}

/// A value of a sample.
struct OneValue<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for OneValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a number, a list of 1 to {MAX_LANES}, `true`, `false` or a colour for channel `{}`",
            self.0
        )
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(number(value as f64))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(number(f64::from(u8::from(value))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(word(text).unwrap_or(NOTHING))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(NOTHING)
    }

    /// `{"x": 1, "y": 2}` or `{"r": 1, "g": 0, "b": 0}`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let (value, lanes) = map.next_value_seed(OneValue(self.0))?;
            parts.insert(name, (lanes == 1).then_some(value[0]));
        }
        let all = |names: &[&str]| -> Option<Vec<f64>> {
            let numbers = names.iter().map(|name| parts.get(*name).copied().flatten());
            numbers
                .collect::<Option<_>>()
                .filter(|_| parts.len() == names.len())
        };
        let shapes: [&[&str]; 4] = [
            &["x", "y"],
            &["x", "y", "z"],
            &["r", "g", "b"],
            &["r", "g", "b", "a"],
        ];
        let found = shapes.into_iter().find_map(all);
        Ok(found.and_then(|numbers| list(&numbers)).unwrap_or(NOTHING))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut numbers = [0.0; MAX_LANES];
        let mut count = 0;
        let mut all_numbers = true;
        while let Some((value, lanes)) = seq.next_element_seed(OneValue(self.0))? {
            if let Some(lane) = numbers.get_mut(count) {
                *lane = value[0];
            }
            all_numbers &= lanes == 1;
            count += 1;
        }
        if !all_numbers {
            return Ok(NOTHING);
        }
        Ok(numbers.get(..count).and_then(list).unwrap_or(NOTHING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_into_channels() {
        let text = r#"{"made by": "hand", "channels": {
            "midi.cc1": {"hold": "linear", "samples": [[0, 0.2], [500, 1]]},
            "hit": {"samples": [[10], [20, 3], [30, true]]},
            "at": {"hold": "last", "unit": "px", "samples": [[-5, [1, 2]]]},
            "tone": {"samples": [[0, "red"]]},
            "none": {"samples": []},
            "odd": {"samples": [[0, "NaN"]]}}}"#;
        let recording = read(text).expect("a recording");
        let channel = |key: &str| &recording.channels[key];
        let sample = |key: &str, at: usize| &channel(key).samples[at];
        assert!(channel("midi.cc1").linear);
        let second = sample("midi.cc1", 1);
        assert_eq!(
            (second.t_ms, second.value[0], second.lanes),
            (500.0, 1.0, 1)
        );
        let values: Vec<f64> = channel("hit").samples.iter().map(|s| s.value[0]).collect();
        assert_eq!(values, [1.0, 3.0, 1.0]);
        assert_eq!((sample("at", 0).lanes, channel("at").linear), (2, false));
        assert_eq!(sample("tone", 0).value, [1.0, 0.0, 0.0, 1.0]);
        assert!(channel("none").samples.is_empty());
        assert!(sample("odd", 0).value[0].is_nan());
        let warned: Vec<&str> = recording.warnings.iter().map(|w| &*w.pointer).collect();
        assert_eq!(warned, ["/made by", "/channels/at/unit"]);
    }

    #[test]
    fn parts_have_names_and_what_is_no_value_has_no_lanes() {
        let value = |text: &str| {
            let text = format!(r#"{{"channels": {{"a": {{"samples": [[0, {text}]]}}}}}}"#);
            let recording = read(&text).expect("a recording");
            let sample = recording.channels["a"].samples[0];
            sample.value[..sample.lanes].to_vec()
        };
        assert_eq!(value(r#"{"x": 1, "y": 2}"#), [1.0, 2.0]);
        assert_eq!(value(r#"{"b": 0, "r": 1, "g": 0.5}"#), [1.0, 0.5, 0.0]);
        assert_eq!(
            value(r#"{"r": 1, "g": 0, "b": 0, "a": 0.5}"#),
            [1.0, 0.0, 0.0, 0.5]
        );
        let not = [
            "null",
            r#""C4""#,
            "[]",
            "[1,2,3,4,5]",
            "[[1],2,[3,4]]",
            r#"{"x": 1}"#,
            r#"{"x": "a", "y": 1}"#,
        ];
        for text in not {
            assert_eq!(value(text), [0.0; 0], "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_place_and_channel() {
        for (text, line, word) in [
            ("{", 1, "EOF"),
            ("{}", 1, "no `channels`"),
            ("{\"channels\": []}", 1, "an object of channels"),
            ("{\"channels\": {\"a\": {}}}", 1, "`a`: it has no `samples`"),
            (
                "{\"channels\": {\"a\": {\"samples\": [[0, 1, 2]]}}}",
                1,
                "[tMs, value]",
            ),
            (
                "{\"channels\": {\"a\": {\"samples\": [[\"0\", 1]]}}}",
                1,
                "f64",
            ),
            (
                "{\"channels\": {\"a\": {\"samples\": [[]]}}}",
                1,
                "begins with its time",
            ),
            (
                "{\"channels\": {\"a\": {\"hold\": \"cubic\", \"samples\": []}}}",
                1,
                "cubic",
            ),
            (
                "{\"channels\": {\"a\": {\"samples\": []},\n\"a\": {\"samples\": []}}}",
                2,
                "twice",
            ),
            ("{\"channels\": {}} x", 1, "trailing"),
        ] {
            let found = read(text).expect_err(text);
            assert_eq!(found.line, line, "{text}: {}", found.message);
            assert!(found.column > 0, "{text}");
            assert!(found.message.contains(word), "{text}: {}", found.message);
        }
    }
}

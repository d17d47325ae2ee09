//! External channels: what all that read one say of it becomes its one type and one default.
//!
//! In: the listeners and lens parameters that read channels. Out: a row per key. Those that leave out
//! type or default take what another one says; those that contradict each other are reported.

use super::sources::{same_kind, typed_default};
use crate::compile::resolve::{Constant, Graph, constant_of};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Builder, ConstId};
use crate::patch::{ChannelUse, channel_uses};
use crate::types::{Domain, Type};
use std::collections::BTreeMap;

/// A recorded or live input.
#[derive(Debug, Clone)]
pub(in crate::compile) struct Channel {
    /// Such as `midi.cc1`.
    pub key: String,
    /// What it carries.
    pub ty: Type,
    /// Without samples.
    pub default: ConstId,
    /// Its readers contradict each other, which has been reported.
    broken: bool,
}

impl Channel {
    /// Whether there is something to read.
    pub(super) fn is_sound(&self) -> bool {
        !self.broken
    }
}

/// All channels that a patch reads, by key.
pub(super) fn channels(
    graph: &Graph<'_>,
    build: &mut Builder,
    diagnostics: &mut Diagnostics,
) -> Vec<Channel> {
    let patch = graph.patch;
    let uses = channel_uses(
        patch.wires.iter().map(|wire| &**wire),
        patch.publishers.iter().map(|publisher| &**publisher),
        patch.listeners.iter().map(|listener| &**listener),
    );
    let mut known: BTreeMap<&str, Vec<ChannelUse<'_>>> = BTreeMap::new();
    for reader in uses {
        known.entry(&reader.channel.key).or_default().push(reader);
    }
    let mut rows = Vec::with_capacity(known.len());
    for (key, readers) in known {
        let before = diagnostics.list().len();
        let ty = one_type(&readers, diagnostics);
        let broken = diagnostics.list().len() > before;
        let default = match one_default(&readers, ty.domain, diagnostics) {
            Some(Constant::Lanes(lanes)) => build.const_f64(ty.domain, &lanes),
            _ if ty.domain.lanes() > 0 => build.const_f64(ty.domain, &typed_default(ty.domain)),
            _ => build.const_f64(Domain::Number, &[0.0]),
        };
        let key = key.to_owned();
        rows.push(Channel {
            key,
            ty,
            default,
            broken,
        });
    }
    rows
}

/// The type that the readers of a channel give it; number unless one says so.
fn one_type(readers: &[ChannelUse<'_>], diagnostics: &mut Diagnostics) -> Type {
    let mut typed = readers.iter().filter_map(|r| Some((r, r.channel.ty?)));
    let Some((first, ty)) = typed.next() else {
        return Type::signal(Domain::Number);
    };
    for (reader, other) in typed.filter(|(_, other)| !same_kind(ty, *other)) {
        let said = (format!("a {ty}"), format!("a {other}"));
        disagree(first, reader, "type", said, diagnostics);
    }
    ty
}

/// The default that the readers of a channel give it.
fn one_default(
    readers: &[ChannelUse<'_>],
    domain: Domain,
    diagnostics: &mut Diagnostics,
) -> Option<Constant> {
    let mut first: Option<(&ChannelUse<'_>, Constant, String)> = None;
    for reader in readers {
        let Some(written) = &reader.channel.default else {
            continue;
        };
        let constant = match constant_of(domain, &written.value) {
            Ok(constant) => constant,
            Err(found) => {
                let key = &reader.channel.key;
                let what = format!("the default of the channel `{key}` ({})", domain.name());
                let error = found.diagnostic(&written.at, &what);
                tell(
                    error.on(&reader.subject.block, &reader.subject.port),
                    diagnostics,
                );
                continue;
            }
        };
        match &first {
            None => first = Some((reader, constant, written.value.json())),
            Some((_, known, _)) if *known == constant => {}
            Some((other, _, shown)) => {
                let said = (shown.clone(), written.value.json());
                disagree(other, reader, "default", said, diagnostics);
            }
        }
    }
    first.map(|(_, constant, _)| constant)
}

/// Reports two readers of one channel that contradict each other.
fn disagree(
    first: &ChannelUse<'_>,
    other: &ChannelUse<'_>,
    field: &str,
    (one, two): (String, String),
    diagnostics: &mut Diagnostics,
) {
    let key = &other.channel.key;
    let message = format!("the channel `{key}` has two {field}s: {one} and {two}");
    let error = Diagnostic::error(
        "wrong-shape",
        format!("{}/{field}", other.channel.at),
        message,
    )
    .other(format!("{}/{field}", first.channel.at))
    .on(&other.subject.block, &other.subject.port)
    .hint(format!(
        "write `{field}` once, or the same at each; a channel has one value for all its readers"
    ));
    tell(error, diagnostics);
}

/// Reports a finding once: what is inside a composite is met in each of its instances.
fn tell(error: Diagnostic, diagnostics: &mut Diagnostics) {
    let known = |d: &Diagnostic| d.pointer == error.pointer && d.message == error.message;
    if !diagnostics.list().iter().any(known) {
        diagnostics.push(error);
    }
}

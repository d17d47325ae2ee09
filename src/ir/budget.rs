//! Reading within a budget of memory: a file is refused before it becomes much larger than a file of
//! its size can honestly be.
//!
//! In: any deserializer. Out: the same values, or an error as soon as the rows of all lists together
//! would outgrow the [`Budget`]. A row can be many times larger in memory than in a file (an empty text
//! is one byte there and 24 here), so neither the size of the file nor the limits on rows, which are
//! checked on the whole program, keep a made-up file from taking gigabytes. Used by
//! [`super::json`] and [`super::binary`].

use crate::diag::Diagnostic;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::cell::Cell;
use std::fmt;

/// Bytes that rows may take whatever the size of the file.
const BASE: u64 = 1 << 20;

/// Bytes of memory that the rows of a file may still take.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u64>,
    spent: Cell<bool>,
}

impl Budget {
    /// For a file of some bytes, each of which may become `each` bytes of rows.
    pub(super) fn new(bytes: usize, each: u64) -> Self {
        let more = (bytes as u64).saturating_mul(each);
        Self {
            left: Cell::new(BASE.saturating_add(more)),
            spent: Cell::new(false),
        }
    }

    /// Whether reading ended because it would have taken more.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// A deserializer that reads what another one reads, and fails when the budget is spent.
    pub(super) fn within<'de, D: Deserializer<'de>>(
        &self,
        from: D,
    ) -> impl Deserializer<'de, Error = D::Error> {
        Counted::new(from, self, false)
    }

    /// Whether `rows` of `size` bytes each fit.
    fn fits<E: Error>(&self, size: usize, rows: usize) -> Result<(), E> {
        if (size as u64).saturating_mul(rows as u64) <= self.left.get() {
            return Ok(());
        }
        self.spent.set(true);
        Err(E::custom("too many rows for a file of this size"))
    }

    /// Takes one row of `size` bytes.
    fn take<E: Error>(&self, size: usize) -> Result<(), E> {
        self.fits(size, 1)?;
        self.left.set(self.left.get() - size as u64);
        Ok(())
    }
}

/// The finding for a list whose reading ended with the budget.
pub(super) fn refusal(pointer: String) -> Diagnostic {
    let message = "the lists have more rows than a program in a file of this size can have";
    Diagnostic::error("ir-limit", pointer, message).hint("compile the patch again")
}

/// Any part of the machinery of serde, handing on the budget to whatever is below.
struct Counted<'b, X> {
    inner: X,
    budget: &'b Budget,
    /// Whether rows are those of a list or map: the fields of a struct are counted with the struct.
    grows: bool,
}

impl<'b, X> Counted<'b, X> {
    fn new(inner: X, budget: &'b Budget, grows: bool) -> Self {
        Self {
            inner,
            budget,
            grows,
        }
    }
}

/// Methods of a deserializer that pass a visitor on; `true` for those whose visitor fills a list.
macro_rules! pass_on {
    ($($method:ident($($name:ident: $ty:ty),*) $grows:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* Counted::new(visitor, self.budget, $grows))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Counted<'_, D> {
    type Error = D::Error;

    pass_on! {
        deserialize_any() true;
        deserialize_bool() false;
        deserialize_i8() false;
        deserialize_i16() false;
        deserialize_i32() false;
        deserialize_i64() false;
        deserialize_i128() false;
        deserialize_u8() false;
        deserialize_u16() false;
        deserialize_u32() false;
        deserialize_u64() false;
        deserialize_u128() false;
        deserialize_f32() false;
        deserialize_f64() false;
        deserialize_char() false;
        deserialize_str() false;
        deserialize_string() false;
        deserialize_bytes() false;
        deserialize_byte_buf() false;
        deserialize_option() false;
        deserialize_unit() false;
        deserialize_unit_struct(name: &'static str) false;
        deserialize_newtype_struct(name: &'static str) false;
        deserialize_seq() true;
        deserialize_tuple(len: usize) false;
        deserialize_tuple_struct(name: &'static str, len: usize) false;
        deserialize_map() true;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) false;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) false;
        deserialize_identifier() false;
        deserialize_ignored_any() false;
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Methods of a visitor that take a value as it is.
macro_rules! values {
    ($($method:ident($ty:ty);)*) => {
        $(fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Counted<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    values! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.inner
            .visit_some(Counted::new(from, self.budget, false))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        let from = Counted::new(from, self.budget, false);
        self.inner.visit_newtype_struct(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<V::Value, A::Error> {
        let rows = Counted::new(rows, self.budget, self.grows);
        self.inner.visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, rows: A) -> Result<V::Value, A::Error> {
        let rows = Counted::new(rows, self.budget, self.grows);
        self.inner.visit_map(rows)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = Counted::new(variant, self.budget, false);
        self.inner.visit_enum(variant)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Counted<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        let from = Counted::new(from, self.budget, false);
        self.inner.deserialize(from)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Counted<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let size = size_of::<S::Value>();
        if self.grows {
            // What is announced is reserved, so it must fit as a whole.
            self.budget
                .fits(size, self.inner.size_hint().unwrap_or(0))?;
        }
        let seed = Counted::new(seed, self.budget, false);
        let row = self.inner.next_element_seed(seed)?;
        if self.grows && row.is_some() {
            self.budget.take(size)?;
        }
        Ok(row)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Counted<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = Counted::new(seed, self.budget, false);
        let key = self.inner.next_key_seed(seed)?;
        if self.grows && key.is_some() {
            self.budget.take(size_of::<S::Value>())?;
        }
        Ok(key)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if self.grows {
            self.budget.take(size_of::<S::Value>())?;
        }
        let seed = Counted::new(seed, self.budget, false);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'b, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Counted<'b, A> {
    type Error = A::Error;
    type Variant = Counted<'b, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, Counted::new(variant, self.budget, false)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Counted<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Counted::new(seed, self.budget, false);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = Counted::new(visitor, self.budget, false);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Counted::new(visitor, self.budget, false);
        self.inner.struct_variant(fields, visitor)
    }
}

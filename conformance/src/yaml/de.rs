//! Tree to typed values: a `serde` deserializer whose errors know their place.

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::mismatch::{Mismatch, MismatchKind};
use super::node::{Key, Node, Value};

/// Reads a part of the tree as a typed value.
///
/// `null` fits nothing but a free-form value: a key with nothing after it is more often forgotten than meant.
///
/// # Errors
/// The first [`Mismatch`], with the place it stands at.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, Mismatch> {
    T::deserialize(FromNode(node))
}

#[derive(Clone, Copy)]
struct FromNode<'de>(&'de Node);

impl<'de> Deserializer<'de> for FromNode<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Signed(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries {
                rest: entries.iter(),
                value: None,
            }),
        }
        .map_err(|e: Mismatch| e.or_within(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor
            .visit_some(self)
            .map_err(|e: Mismatch| e.or_within(self.0))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|e: Mismatch| e.or_within(self.0))
    }

    /// A list is no map, although serde would take its items for the fields in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.0.value {
            Value::List(_) => Err(Mismatch::new(MismatchKind::Unexpected {
                found: self.0.value.describe(),
                expected: match fields {
                    [] => "a map".to_owned(),
                    fields => format!("a map with keys such as `{}`", fields[0]),
                },
                quotes_help: false,
            })
            .or_within(self.0)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.0.value {
            Value::Text(name) => visitor.visit_enum(Choice {
                name,
                key: None,
                node: self.0,
            }),
            Value::Map(entries) => match entries.as_slice() {
                [(key, value)] => visitor.visit_enum(Choice {
                    name: &key.name,
                    key: Some(key),
                    node: value,
                }),
                more => Err(Mismatch::new(MismatchKind::Unexpected {
                    found: format!("a map with {} keys", more.len()),
                    expected: "a map with one key".to_owned(),
                    quotes_help: false,
                })),
            },
            other => Err(Mismatch::new(MismatchKind::Unexpected {
                found: other.describe(),
                expected: one_of(names),
                quotes_help: false,
            })),
        }
        .map_err(|e: Mismatch| e.or_within(self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier
    }
}

fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("one of {}", names.join(", "))
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        self.0
            .next()
            .map(|node| {
                seed.deserialize(FromNode(node))
                    .map_err(|e| e.or_within(node))
            })
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, (Key, Node)>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(&key.name))
            .map(Some)
            .map_err(|e: Mismatch| e.or_at(key.span, value.used))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let Some(node) = self.value.take() else {
            return Err(Mismatch::custom("a value was asked for before its key"));
        };
        seed.deserialize(FromNode(node))
            .map_err(|e| e.or_within(node))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A name of a closed list, alone or as the only key of a map.
struct Choice<'de> {
    name: &'de str,
    key: Option<&'de Key>,
    node: &'de Node,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mismatch> {
        let name = seed
            .deserialize(StrDeserializer::new(self.name))
            .map_err(|e: Mismatch| match self.key {
                Some(key) => e.or_at(key.span, self.node.used),
                None => e.or_within(self.node),
            })?;
        Ok((name, self))
    }
}

impl<'de> Choice<'de> {
    fn value(&self) -> Result<FromNode<'de>, Mismatch> {
        match self.key {
            Some(_) => Ok(FromNode(self.node)),
            None => Err(Mismatch::custom(format_args!(
                "`{}` needs a value: write `{}: …`",
                self.name, self.name
            ))),
        }
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.key {
            None => Ok(()),
            Some(_) => Err(
                Mismatch::custom(format_args!("`{}` takes no value", self.name))
                    .or_within(self.node),
            ),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self.value()?)
            .map_err(|e| e.or_within(self.node))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch::invalid_type(Unexpected::TupleVariant, &visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.value()?.deserialize_any(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{CallStep, Check, IdpSpec, Step};
    use crate::yaml::parse;

    fn read<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str) -> String {
        let node = match parse(text) {
            Ok(node) => node,
            Err(e) => return e.message,
        };
        match from_node::<T>(&node) {
            Ok(value) => format!("{value:?}"),
            Err(e) => {
                let span = e.span.map(|span| &text[span.start..span.end]);
                format!("{e} at {:?}", span.unwrap_or("nowhere"))
            }
        }
    }

    #[test]
    fn errors_point_at_the_smallest_part() {
        let mut all = String::new();
        for text in [
            "{ get_token: { as: a, tmes: 3 } }",
            "{ get_tokn: { as: a } }",
            "{ get_token: { times: many } }",
            "{ get_token: { times: 4294967296 } }",
            "{ get_token: { times: -1 } }",
            "{ get_token: { as: 5 } }",
            "{ get_token: { together: yes } }",
            "{ get_token: }",
            "get_token",
            "{ get_token: {}, join: a }",
            "{ advance: { move: both } }",
            "{ advance: { by: 30 } }",
            "{ advance: { by: 30 parsecs } }",
            "{ advance: { by: 30s, move: mine } }",
            "{ advance: { by: -5s } }",
            "[1]",
        ] {
            all.push_str(&format!("{text}\n    {}\n", read::<Step>(text)));
        }
        insta::assert_snapshot!(all, @r#"
        { get_token: { as: a, tmes: 3 } }
            unknown key `tmes` at "tmes"
        { get_tokn: { as: a } }
            unknown name `get_tokn` at "get_tokn"
        { get_token: { times: many } }
            found the text `many` where a whole number from 0 to 4294967295 belongs at "many"
        { get_token: { times: 4294967296 } }
            found the number 4294967296 where a whole number from 0 to 4294967295 belongs at "4294967296"
        { get_token: { times: -1 } }
            found the number -1 where a whole number from 0 to 4294967295 belongs at "-1"
        { get_token: { as: 5 } }
            found the number 5 where text belongs at "5"
        { get_token: { together: yes } }
            found the text `yes` where `true` or `false` belongs at "yes"
        { get_token: }
            found nothing where a map belongs at ""
        get_token
            `get_token` needs a value: write `get_token: …` at "get_token"
        { get_token: {}, join: a }
            found a map with 2 keys where a map with one key belongs at "{ get_token: {}, join: a"
        { advance: { move: both } }
            the key `by` is missing at "{ move: both"
        { advance: { by: 30 } }
            found the number 30 where a length of time with a unit, such as `30s` or `-120s` belongs at "30"
        { advance: { by: 30 parsecs } }
            `30 parsecs` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m` at "30 parsecs"
        { advance: { by: 30s, move: mine } }
            unknown name `mine` at "mine"
        { advance: { by: -5s } }
            Advance(Advance { by: Offset(5s ago), side: Both })
        [1]
            found a list where one of `get_token`, `call_api`, `force_refresh`, `invalidate`, `advance`, `freeze`, `thaw`, `suspend`, `until`, `release`, `join`, `cancel`, `restart`, `swap`, `idp` belongs at "[1"
        "#);
    }

    #[test]
    fn nested_visitors_keep_their_places() {
        let mut all = String::new();
        for text in [
            "{ id: a, req: r, each: { of: x, outcome: { class: throtled } } }",
            "{ id: a, req: r, each: { of: x, outcome: { clas: throttled } } }",
            "{ id: a, req: r, each: { of: x, outcome: { class: throttled, retry_after: 32s..30s } } }",
            "{ id: a, req: r, each: { of: x, outcome: okay } }",
            "{ id: a, req: r, each: { of: x, outcome: { class: [ok, 3] } } }",
            "{ id: a, req: r, count: { to: token, after: { to: resource, statu: 401 } } }",
            "{ id: a, req: r, gap: { from: token1, to: token#2 } }",
            "{ id: a, req: r, never: { presents: stale } }",
            "{ id: a, never: { presents: expired } }",
            "{ id: a, req: r, when: { case: [a, [b]] } }",
        ] {
            all.push_str(&format!("{text}\n    {}\n", read::<Check>(text)));
        }
        for text in [
            "{ script: [ { to: token, reply: 700 } ] }",
            "{ script: [ { to: token, reply: [] } ] }",
            "{ script: [ { to: token, reply: ok } ] }",
            "{ script: [ { to: token, headers: { Retry-After: 1.5 } } ] }",
            "{ script: [ { to: token, hold: { name: a, at: before } } ] }",
            "{ script: { to: token } }",
            "{ rotation: { mode: rotate, leeway: } }",
        ] {
            all.push_str(&format!("{text}\n    {}\n", read::<IdpSpec>(text)));
        }
        insta::assert_snapshot!(all, @r#"
        { id: a, req: r, each: { of: x, outcome: { class: throtled } } }
            unknown name `throtled` at "throtled"
        { id: a, req: r, each: { of: x, outcome: { clas: throttled } } }
            unknown key `clas` at "clas"
        { id: a, req: r, each: { of: x, outcome: { class: throttled, retry_after: 32s..30s } } }
            the range `32s..30s` is empty: 30s is less than 32s at "32s..30s"
        { id: a, req: r, each: { of: x, outcome: okay } }
            unknown name `okay` at "okay"
        { id: a, req: r, each: { of: x, outcome: { class: [ok, 3] } } }
            found the number 3 where one of `ok`, `reauth_required`, `interaction_required`, `misconfigured`, `throttled`, `transient`, `unauthorized`, `forbidden`, `insufficient_scope`, `protocol`, `timeout`, `cancelled`, `other` belongs at "3"
        { id: a, req: r, count: { to: token, after: { to: resource, statu: 401 } } }
            unknown key `statu` at "statu"
        { id: a, req: r, gap: { from: token1, to: token#2 } }
            `token1` does not name a request; write an endpoint and a number, such as `token#1` at "token1"
        { id: a, req: r, never: { presents: stale } }
            `stale` is no kind of token; expected newest, live, expired, rotated, revoked, foreign, rejected, own, nothing, or a label such as `RT#1` at "stale"
        { id: a, never: { presents: expired } }
            the key `req` is missing at "{ id: a, never: { presents: expired"
        { id: a, req: r, when: { case: [a, [b]] } }
            found a list where a name belongs at "[b"
        { script: [ { to: token, reply: 700 } ] }
            700 is not an HTTP status; use 200 to 599 at "700"
        { script: [ { to: token, reply: [] } ] }
            a list of replies needs at least one status at "["
        { script: [ { to: token, reply: ok } ] }
            found the text `ok` where an HTTP status from 200 to 599, or a list of them belongs at "ok"
        { script: [ { to: token, headers: { Retry-After: 1.5 } } ] }
            found the number 1.5 where a name or a list of names belongs at "1.5"
        { script: [ { to: token, hold: { name: a, at: before } } ] }
            unknown name `before` at "before"
        { script: { to: token } }
            found a map where a list belongs at "{ to: token"
        { rotation: { mode: rotate, leeway: } }
            found nothing where a length of time with a unit, such as `30s` belongs at ""
        "#);
    }

    #[test]
    fn free_form_values_may_be_null() {
        assert!(
            read::<IdpSpec>("{ script: [ { to: token, set: { a: null, b: [1, x] } } ] }")
                .contains("Null")
        );
        assert!(read::<CallStep>("{}").contains("times: None"));
    }
}

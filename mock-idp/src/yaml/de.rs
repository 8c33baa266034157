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

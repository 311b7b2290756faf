//! JSON that every reader reads alike.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most keys of the objects that are open at one time: a plan of two hundred targets has some hundred.
const MOST_KEYS: usize = 10_000;

/// Checks that a text is JSON in which no object has a key twice. Nothing of it is kept.
pub(crate) fn check(text: &[u8]) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    Unambiguous { open: &Cell::new(0) }.deserialize(&mut reader)?;
    reader.end()
}

#[derive(Clone, Copy)]
struct Unambiguous<'c> {
    /// How many keys the objects have so far that are not closed.
    open: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Unambiguous<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if keys.contains(&key) {
                let key = key.escape_debug();
                return Err(A::Error::custom(format!("key `{key}` is there twice")));
            }
            if self.open.get() == MOST_KEYS {
                return Err(A::Error::custom(format!("objects of more than {MOST_KEYS} keys")));
            }
            self.open.set(self.open.get() + 1);
            keys.insert(key);
            map.next_value_seed(self)?;
        }
        self.open.set(self.open.get() - keys.len());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

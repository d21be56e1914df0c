//! A command's JSON object, taken apart field by field; every fault is named.

use serde_json::{Map, Value};

/// Fields not taken yet.
pub struct Fields(Map<String, Value>);

impl Fields {
    pub fn parse(line: &str) -> Result<Self, String> {
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(other) => Err(format!("a command is a JSON object, not {other}")),
            Err(error) => Err(format!("not JSON: {error}")),
        }
    }

    pub fn of(value: Value, what: &str) -> Result<Self, String> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(format!("{what} is an object, not {other}")),
        }
    }

    pub fn any(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &str) -> Result<String, String> {
        self.text_or_none(name)?
            .ok_or_else(|| format!("field {name:?} is missing"))
    }

    pub fn text_or_none(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.any(name) {
            None => Ok(None),
            // What ends in a SIP header must stay in its line.
            Some(Value::String(text)) if !text.contains(char::is_control) => Ok(Some(text)),
            Some(other) => Err(format!("field {name:?} is a line of text, not {other}")),
        }
    }

    pub fn flag(&mut self, name: &str, otherwise: bool) -> Result<bool, String> {
        match self.any(name) {
            None => Ok(otherwise),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(format!("field {name:?} is true or false, not {other}")),
        }
    }

    /// A whole number within the bounds.
    pub fn number(
        &mut self,
        name: &str,
        otherwise: u64,
        bounds: (u64, u64),
    ) -> Result<u64, String> {
        let Some(value) = self.any(name) else {
            return Ok(otherwise);
        };
        let number = value
            .as_u64()
            .filter(|number| (bounds.0..=bounds.1).contains(number));
        number.ok_or_else(|| {
            format!(
                "field {name:?} is a whole number from {} to {}, not {value}",
                bounds.0, bounds.1
            )
        })
    }

    /// A number within the bounds.
    pub fn quantity(
        &mut self,
        name: &str,
        otherwise: f64,
        bounds: (f64, f64),
    ) -> Result<f64, String> {
        let Some(value) = self.any(name) else {
            return Ok(otherwise);
        };
        let quantity = value
            .as_f64()
            .filter(|quantity| (bounds.0..=bounds.1).contains(quantity));
        quantity.ok_or_else(|| {
            format!(
                "field {name:?} is a number from {} to {}, not {value}",
                bounds.0, bounds.1
            )
        })
    }

    /// Refuses what nobody took.
    pub fn finish(self) -> Result<(), String> {
        match self.0.keys().next() {
            Some(name) => Err(format!("field {name:?} is unknown here")),
            None => Ok(()),
        }
    }
}

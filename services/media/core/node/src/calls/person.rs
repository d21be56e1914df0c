//! Somebody with a phone, as Python names them.

use super::orders::{BAD_ORDER, ID_BYTES_MAX};

/// A user of a tenant: two tenants may each have one of the same id, who have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    pub tenant_id: String,
    pub user_id: String,
}

impl Person {
    /// Nobody without a user id; both ids have a limit.
    pub fn new(tenant_id: &str, user_id: &str) -> Result<Self, &'static str> {
        if user_id.is_empty() || user_id.len() > ID_BYTES_MAX || tenant_id.len() > ID_BYTES_MAX {
            return Err(BAD_ORDER);
        }
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            user_id: user_id.to_owned(),
        })
    }
}

//! Under which names a person's phones are registered: two tenants may each have a user of the same id.
//!
//! `usr_mori.out_a` is the user `usr_mori` of the tenant `out_a`; ids hold no dot. A name without a tenant is a user of the
//! home tenant. A node without one has one tenant, and nobody needs to name it.

/// How names are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    home: String,
}

impl Names {
    /// The home tenant's users need not name it; empty: nobody has to.
    pub fn new(home: &str) -> Self {
        Self {
            home: home.to_owned(),
        }
    }

    /// The names of somebody's phones, that with the tenant first.
    pub fn of(&self, tenant_id: &str, user_id: &str) -> Vec<String> {
        let short = tenant_id.is_empty() || self.home.is_empty() || self.home == tenant_id;
        let whole = (!tenant_id.is_empty()).then(|| format!("{user_id}.{tenant_id}"));
        let short = short.then(|| user_id.to_owned());
        whole.into_iter().chain(short).collect()
    }

    /// The user and the tenant of a name; the tenant is empty where nobody has to name it.
    pub fn whose<'a>(&'a self, name: &'a str) -> (&'a str, &'a str) {
        match name.split_once('.') {
            Some((user_id, tenant_id)) if !user_id.is_empty() && !tenant_id.is_empty() => {
                (user_id, tenant_id)
            }
            _ => (name, &self.home),
        }
    }
}

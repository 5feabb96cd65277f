//! What can be found in a text, and how often it was.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A kind of personal data that [`Anonymizer`](super::Anonymizer) recognises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entity {
    /// An e-mail address.
    Email,
    /// A link: with a scheme, with `www.`, or a bare host name that is nothing else.
    Url,
    /// An Indonesian telephone number, or any other in the form `+62 …`.
    Phone,
    /// The number of an Indonesian identity card (*Nomor Induk Kependudukan*).
    Nik,
    /// An Indonesian tax number (*Nomor Pokok Wajib Pajak*).
    Npwp,
    /// The number of a payment card.
    Card,
    /// An international bank account number.
    Iban,
    /// An address of the Internet Protocol, version 4 or 6.
    Ip,
    /// The name of an account, as in `@name`.
    Handle,
    /// The number plate of an Indonesian vehicle.
    Plate,
}

impl Entity {
    /// All entities, in the order in which [`Counts::iter`] gives them.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Url,
        Self::Phone,
        Self::Nik,
        Self::Npwp,
        Self::Card,
        Self::Iban,
        Self::Ip,
        Self::Handle,
        Self::Plate,
    ];

    /// The lower-case name, such as `email`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Url => "url",
            Self::Phone => "phone",
            Self::Nik => "nik",
            Self::Npwp => "npwp",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ip => "ip",
            Self::Handle => "handle",
            Self::Plate => "plate",
        }
    }

    /// The upper-case name that stands in a replacement, such as `EMAIL`.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Url => "URL",
            Self::Phone => "PHONE",
            Self::Nik => "NIK",
            Self::Npwp => "NPWP",
            Self::Card => "CARD",
            Self::Iban => "IBAN",
            Self::Ip => "IP",
            Self::Handle => "HANDLE",
            Self::Plate => "PLATE",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Entity {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|entity| entity.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Error::invalid("entity", format!("{name:?} is not one of: {known}"))
        })
    }
}

/// How often each [`Entity`] was replaced.
///
/// ```
/// use pantau::text::{Anonymizer, Entity};
///
/// let counts = Anonymizer::new().anonymize("wa 0812-3456-7890").counts;
/// assert_eq!(counts.get(Entity::Phone), 1);
/// assert_eq!(counts.total(), 1);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Entity::ALL.len()]);

impl Counts {
    /// How often `entity` was replaced.
    pub fn get(&self, entity: Entity) -> u64 {
        self.0[entity as usize]
    }

    /// How many replacements there were.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Every entity with its count, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (Entity, u64)> {
        Entity::ALL.into_iter().zip(self.0)
    }

    pub(super) fn add(&mut self, entity: Entity) {
        self.0[entity as usize] += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_everywhere() {
        for (index, entity) in Entity::ALL.into_iter().enumerate() {
            assert_eq!(entity as usize, index);
            assert_eq!(entity.name().parse::<Entity>().unwrap(), entity);
            assert_eq!(entity.name().to_uppercase(), entity.label());
            assert_eq!(serde_json::to_value(entity).unwrap(), entity.to_string());
        }
        let message = "ktp".parse::<Entity>().unwrap_err().to_string();
        assert!(message.starts_with("entity: \"ktp\" is not one of: email, url,"), "{message}");
    }

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        counts.add(Entity::Ip);
        let mut sum = counts;
        sum += counts;
        assert_eq!((sum.get(Entity::Ip), sum.get(Entity::Url), sum.total()), (2, 0, 2));
        assert_eq!(
            sum.iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>(),
            [(Entity::Ip, 2)]
        );
    }
}

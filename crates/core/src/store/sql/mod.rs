//! What stores in databases have in common: statements made from the tables' descriptions.

mod counts;
mod dialect;
mod ledger;
mod migration;
mod session;
mod statement;
mod write;

#[cfg(feature = "postgres")]
pub(super) mod postgres;
#[cfg(feature = "sqlite")]
pub(super) mod sqlite;

pub use dialect::Dialect;
pub use migration::schema_sql;

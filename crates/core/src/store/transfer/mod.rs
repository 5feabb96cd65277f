//! From files into a store and from a store into files, row by row: neither is ever in memory as
//! a whole.

mod columns;
mod csv;
mod export;
mod import;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod rejected;

pub use self::{
    columns::ImportColumns,
    export::{ExportOptions, Exported},
    import::{ImportOptions, ImportReport},
    rejected::Rejection,
};

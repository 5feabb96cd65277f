//! Values on their way to the server and back.

use std::error::Error;

use postgres::{
    Row,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use super::super::session::Parameter;
use crate::{
    Timestamp,
    store::{Kind, Value, WritableRow},
};

/// When the server's clock begins, 2000, in microseconds of ours.
const EPOCH: i64 = 946_684_800_000_000;

fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Integer => Type::INT8,
        Kind::Real => Type::FLOAT8,
        Kind::Truth => Type::BOOL,
        Kind::Time => Type::TIMESTAMPTZ,
        Kind::Text => Type::TEXT,
        Kind::Json => Type::JSON,
        Kind::Bytes => Type::BYTEA,
    }
}

fn array_of(kind: Kind) -> Type {
    match kind {
        Kind::Integer => Type::INT8_ARRAY,
        Kind::Real => Type::FLOAT8_ARRAY,
        Kind::Truth => Type::BOOL_ARRAY,
        Kind::Time => Type::TIMESTAMPTZ_ARRAY,
        Kind::Text => Type::TEXT_ARRAY,
        Kind::Json => Type::JSON_ARRAY,
        Kind::Bytes => Type::BYTEA_ARRAY,
    }
}

/// A value by its column's type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(ty, out),
            Value::Real(number) => number.to_sql(ty, out),
            Value::Truth(truth) => truth.to_sql(ty, out),
            Value::Time(time) => time.micros().saturating_sub(EPOCH).to_sql(&Type::INT8, out),
            // JSON travels as its text.
            Value::Text(text) => text.as_str().to_sql(&Type::TEXT, out),
            Value::Bytes(bytes) => bytes.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What stands in the place of a parameter.
#[derive(Debug)]
pub(super) enum Typed<'a> {
    One(Type, Bound<'a>),
    Many(Type, Vec<Bound<'a>>),
    Whole(i64),
    Name(&'a str),
}

pub(super) fn typed<'a>(parameters: &[Parameter<'a>]) -> Vec<Typed<'a>> {
    let typed = parameters.iter().map(|parameter| match parameter {
        Parameter::One(kind, value) => Typed::One(type_of(*kind), Bound(value)),
        Parameter::Many(kind, values) => {
            Typed::Many(array_of(*kind), values.iter().map(Bound).collect())
        }
        Parameter::Whole(number) => Typed::Whole(*number),
        Parameter::Name(name) => Typed::Name(name),
    });
    typed.collect()
}

pub(super) fn pair<'a>(typed: &'a Typed<'_>) -> (&'a (dyn ToSql + Sync), Type) {
    match typed {
        Typed::One(ty, value) => (value, ty.clone()),
        Typed::Many(ty, values) => (values, ty.clone()),
        Typed::Whole(number) => (number, Type::INT8),
        Typed::Name(name) => (name, Type::TEXT),
    }
}

pub(super) fn borrowed<'a>(typed: &'a [Typed<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    typed.iter().map(pair).collect()
}

/// A column of many rows, as an array.
#[derive(Debug)]
pub(super) struct Column<'a> {
    ty: Type,
    values: Vec<Bound<'a>>,
}

impl<'a> Column<'a> {
    pub(super) fn new(kind: Kind, rows: &[&'a WritableRow], place: usize) -> Self {
        let values = rows.iter().map(|row| Bound(&row.values()[place])).collect();
        Self { ty: array_of(kind), values }
    }

    pub(super) fn pair(&self) -> (&(dyn ToSql + Sync), Type) {
        (&self.values, self.ty.clone())
    }
}

/// A time as the server sends it.
struct Moment(i64);

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        i64::from_sql(&Type::INT8, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

/// JSON as its text.
struct Json(String);

impl<'a> FromSql<'a> for Json {
    fn from_sql(_ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        String::from_sql(&Type::TEXT, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSON
    }
}

/// The value of a column.
pub(super) fn read(row: &Row, place: usize, kind: Kind) -> Result<Value, postgres::Error> {
    let value = match kind {
        Kind::Integer => row.try_get::<_, Option<i64>>(place)?.map(Value::Integer),
        Kind::Real => row.try_get::<_, Option<f64>>(place)?.map(Value::Real),
        Kind::Truth => row.try_get::<_, Option<bool>>(place)?.map(Value::Truth),
        Kind::Time => row.try_get::<_, Option<Moment>>(place)?.map(|Moment(micros)| {
            Value::Time(Timestamp::from_micros(micros.saturating_add(EPOCH)))
        }),
        Kind::Text => row.try_get::<_, Option<String>>(place)?.map(Value::Text),
        Kind::Json => row.try_get::<_, Option<Json>>(place)?.map(|Json(text)| Value::Text(text)),
        Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map(Value::Bytes),
    };
    Ok(value.unwrap_or(Value::Null))
}

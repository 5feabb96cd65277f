//! A connection to a server, which can also be used and closed within somebody's runtime.

use postgres::{Client, Row, RowIter, fallible_iterator::FallibleIterator as _};

use crate::runtime::outside;

/// How many rows are taken from the driver at once.
pub(super) const ROWS: usize = 256;

/// A connection.
pub(super) struct Connection(Option<Client>);

impl Connection {
    pub(super) fn new(client: Client) -> Self {
        Self(Some(client))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(Client::is_closed)
    }

    pub(super) fn client(&mut self) -> &mut Client {
        self.0.as_mut().expect("it is only taken at the end")
    }

    /// Does something that waits for the server.
    pub(super) fn with<T: Send>(&mut self, work: impl FnOnce(&mut Client) -> T + Send) -> T {
        outside(|| work(self.client()))
    }

    pub(super) fn run(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.with(|client| client.batch_execute(sql))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Saying goodbye waits for the server, too.
        outside(|| drop(self.0.take()));
    }
}

/// The next rows of an answer; fewer than [`ROWS`] are the last, after which it must not be asked.
pub(super) fn next_rows(rows: &mut RowIter<'_>) -> Result<Vec<Row>, postgres::Error> {
    outside(|| {
        let mut taken = Vec::new();
        while taken.len() < ROWS
            && let Some(row) = rows.next()?
        {
            taken.push(row);
        }
        Ok(taken)
    })
}

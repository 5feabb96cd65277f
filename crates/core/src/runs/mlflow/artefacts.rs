//! The files of runs on an MLflow server.

use serde_json::Value;

use super::{Client, search::whole};
use crate::{Error, Result, runs::Artefact};

/// The deepest folder that is looked into, and the most files that are listed.
const DEEPEST: usize = 32;
const MOST: usize = 100_000;

/// All files of a run, by their paths.
pub(super) fn list(client: &Client, id: &str) -> Result<Vec<Artefact>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let mut token = String::new();
        loop {
            let mut query = vec![("run_id", id)];
            if !folder.is_empty() {
                query.push(("path", &folder));
            }
            if !token.is_empty() {
                query.push(("page_token", &token));
            }
            let answer = client.get("artifacts/list", &query)?;
            for file in answer["files"].as_array().into_iter().flatten() {
                let Some(path) = file["path"].as_str() else { continue };
                if file["is_dir"] == Value::Bool(true) {
                    folders.push((path.to_owned(), depth + 1));
                } else {
                    let size = u64::try_from(whole(&file["file_size"])).unwrap_or_default();
                    found.push(Artefact { path: path.to_owned(), size, sha256: None });
                }
            }
            if found.len() > MOST || depth > DEEPEST {
                let problem = format!(
                    "run {id} has more than {MOST} files or folders deeper than {DEEPEST}: read \
                     what you need by its path"
                );
                let what = client.url().to_owned();
                return Err(Error::Refused { what, problem, source: None });
            }
            let next = answer["next_page_token"].as_str().unwrap_or_default();
            if next.is_empty() || next == token {
                break;
            }
            token = next.to_owned();
        }
    }
    found.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(found)
}

//! The files of runs on an MLflow server.

use serde_json::Value;

use super::search::whole;
use crate::{
    Error, Result,
    mlflow::{Server, escape},
    runs::Artefact,
};

/// The deepest folder that is looked into, and the most files that are listed.
const DEEPEST: usize = 32;
const MOST: usize = 100_000;

/// All files of a run, by their paths.
pub(super) fn list(server: &Server, id: &str) -> Result<Vec<Artefact>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let mut token = String::new();
        loop {
            let mut path = format!("artifacts/list?run_id={}", escape(id));
            if !folder.is_empty() {
                path = format!("{path}&path={}", escape(&folder));
            }
            if !token.is_empty() {
                path = format!("{path}&page_token={}", escape(&token));
            }
            let answer = server.get(&path)?;
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
                let what = server.location().to_owned();
                return Err(Error::Refused { what, problem, source: None });
            }
            let next = answer["next_page_token"].as_str().unwrap_or_default();
            if next.is_empty() || next == token {
                break;
            }
            next.clone_into(&mut token);
        }
    }
    found.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(found)
}

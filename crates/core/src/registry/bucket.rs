//! A registry in a bucket of S3, or of what speaks like it.

use std::{
    fs::File,
    future::poll_fn,
    io::{Read, Write},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http_body::Body as _;
use object_store::{
    Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut},
    client::{
        ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
        HttpResponse, HttpResponseBody, HttpService,
    },
    path::Path as ObjectPath,
};
use tokio::runtime::{Builder, Runtime};
use ureq::SendBody;

use super::{
    Act, Entry, ModelState, NewVersion, Registry, home::Decide, journaled::Journaled,
    memory::forward, shelf::Shelf,
};
use crate::{Error, Result, http, model, runtime::outside};

/// How much of a large file travels at once. S3 takes parts of 5 MiB and more.
const PART: usize = 8 << 20;

/// A registry in a bucket.
///
/// The name is `s3://bucket/prefix`. Keys and region come from the environment as for all programs
/// that speak to S3: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
/// `AWS_REGION`, and `AWS_ENDPOINT_URL` for other servers than Amazon's; `?endpoint=` and
/// `?region=` in the name come first. The server must know conditional writes (`If-None-Match`), as
/// Amazon's, ``MinIO``, R2 and Ceph do: a journal needs that nobody overwrites an entry.
#[derive(Debug)]
pub struct Bucket(Journaled<Objects>);

impl Bucket {
    /// Opens a registry, and asks the bucket how it is.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the name is none; [`Error::NotFound`] if there is no such bucket;
    /// [`Error::Refused`] if it refuses the keys; [`Error::Unreachable`] if it does not answer.
    pub fn open(name: &str) -> Result<Self> {
        Self::open_with(name, &[])
    }

    /// Opens a registry with settings that come before those of the environment, by the same names:
    /// `AWS_ACCESS_KEY_ID` and so on.
    ///
    /// # Errors
    /// As for [`open`](Self::open), and [`Error::InvalidInput`] if there is no such setting.
    pub fn open_with(name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let wrong = |problem: String| Error::invalid("registry", problem);
        let rest = name.strip_prefix("s3://").unwrap_or(name);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let prefix = prefix.trim_matches('/').to_owned();
        if bucket.is_empty() || prefix.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(wrong(format!("{path:?} is none such as s3://bucket/prefix")));
        }
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_http_connector(Connector)
            .with_retry(RetryConfig {
                max_retries: 4,
                retry_timeout: Duration::from_secs(20),
                ..RetryConfig::default()
            });
        let named = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
        let mut endpoint = named("AWS_ENDPOINT_URL_S3").or_else(|| named("AWS_ENDPOINT_URL"));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("endpoint", value)) => endpoint = Some(value.to_owned()),
                Some(("region", value)) => builder = builder.with_region(value),
                _ => {
                    // What stands behind it may be a secret.
                    let name = pair.split('=').next().unwrap_or_default();
                    return Err(wrong(format!("{name:?} is none of endpoint=, region=")));
                }
            }
        }
        for (setting, value) in settings {
            if setting.starts_with("AWS_ENDPOINT_URL") {
                endpoint = Some((*value).to_owned());
                continue;
            }
            let key = setting.to_ascii_lowercase().parse::<AmazonS3ConfigKey>();
            let key = key.map_err(|_| wrong(format!("there is no setting {setting}")))?;
            builder = builder.with_config(key, *value);
        }
        if let Some(endpoint) = endpoint {
            let is_plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint).with_allow_http(is_plain);
        }
        let location = format!("s3://{bucket}/{prefix}");
        let store = builder.build().map_err(|error| translate(&location, error))?;
        let runtime = Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let objects = Objects { store, runtime: Mutex::new(Some(runtime)), prefix, location };
        objects.get("models/.probe")?;
        Ok(Self(Journaled::new(objects, model::cache_folder())))
    }
}

forward!(Bucket);

#[derive(Debug)]
struct Objects {
    store: AmazonS3,
    /// The library's calls are asynchronous; ours are not.
    runtime: Mutex<Option<Runtime>>,
    prefix: String,
    location: String,
}

impl Objects {
    fn path(&self, name: &str) -> ObjectPath {
        ObjectPath::from(format!("{}/{name}", self.prefix))
    }

    fn run<T: Send>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        outside(|| {
            let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
            runtime.as_ref().expect("it is only taken at the end").block_on(work)
        })
    }

    fn wrong(&self) -> impl FnOnce(StoreError) -> Error + '_ {
        move |error| translate(&self.location, error)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let runtime = self.runtime.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        outside(|| drop(runtime));
    }
}

impl Shelf for Objects {
    fn location(&self) -> &str {
        &self.location
    }

    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let payload = PutPayload::from(bytes.to_vec());
        let path = self.path(name);
        match self.run(self.store.put_opts(&path, payload, PutMode::Create.into())) {
            Ok(_) => Ok(true),
            // The server may have written it and its answer got lost; then it is ours.
            Err(StoreError::AlreadyExists { .. }) => Ok(self.get(name)?.as_deref() == Some(bytes)),
            Err(error) => Err(translate(&self.location, error)),
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let payload = PutPayload::from(bytes.to_vec());
        self.run(self.store.put(&self.path(name), payload)).map(|_| ()).map_err(self.wrong())
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let fetched = self.run(async {
            let found = self.store.get(&path).await?;
            found.bytes().await
        });
        match fetched {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(StoreError::NotFound { source, .. })
                if !source.to_string().contains("NoSuchBucket") =>
            {
                Ok(None)
            }
            Err(error) => Err(translate(&self.location, error)),
        }
    }

    fn folders(&self, name: &str) -> Result<Vec<String>> {
        let listed = self.run(self.store.list_with_delimiter(Some(&self.path(name))));
        let listed = listed.map_err(self.wrong())?;
        let names = listed.common_prefixes.iter().filter_map(|prefix| prefix.filename());
        Ok(names.map(str::to_owned).collect())
    }

    fn has(&self, name: &str, size: u64) -> Result<bool> {
        match self.run(self.store.head(&self.path(name))) {
            Ok(found) => Ok(found.size == size),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(translate(&self.location, error)),
        }
    }

    fn put_file(&self, name: &str, path: &Path) -> Result<()> {
        let mut file = File::open(path).map_err(Error::storage("read", path))?;
        let mut next = || {
            let mut part = Vec::new();
            let read = (&mut file).take(PART as u64).read_to_end(&mut part);
            read.map(|_| part).map_err(Error::storage("read", path))
        };
        let first = next()?;
        if first.len() < PART {
            return self.put(name, &first);
        }
        let target = self.path(name);
        let mut upload = self.run(self.store.put_multipart(&target)).map_err(self.wrong())?;
        let send = || -> Result<()> {
            let mut part = first;
            while !part.is_empty() {
                let sent = upload.put_part(PutPayload::from(part));
                self.run(sent).map_err(self.wrong())?;
                part = next()?;
            }
            self.run(upload.complete()).map_err(self.wrong())?;
            Ok(())
        };
        let done = send();
        if done.is_err() {
            // Otherwise the parts would stay, unseen, and be paid for.
            let _ = self.run(upload.abort());
        }
        done
    }

    fn get_file(&self, name: &str, path: &Path) -> Result<()> {
        let source = self.path(name);
        let size = self.run(self.store.head(&source)).map_err(self.wrong())?.size;
        let mut file = File::create_new(path).map_err(Error::storage("write", path))?;
        let mut from = 0;
        while from < size {
            let until = (from + PART as u64).min(size);
            let piece =
                self.run(self.store.get_range(&source, from..until)).map_err(self.wrong())?;
            file.write_all(&piece).map_err(Error::storage("write", path))?;
            from = until;
        }
        file.sync_all().map_err(Error::storage("write", path))
    }

    fn folder(&self, _name: &str) -> Option<PathBuf> {
        None
    }
}

/// What the bucket said, and what may help.
fn translate(location: &str, error: StoreError) -> Error {
    let what = format!("the registry {location}");
    let said = chained(&error);
    let refused = |problem: &str, error: StoreError| Error::Refused {
        what: format!("the registry {location}"),
        problem: problem.to_owned(),
        source: Some(Box::new(error)),
    };
    if said.contains("NoSuchBucket") {
        let hint = "create it, or check its name and AWS_ENDPOINT_URL".to_owned();
        return Error::NotFound { what: format!("the bucket of {location}"), hint };
    }
    match error {
        StoreError::NotFound { .. } => {
            Error::NotFound { what, hint: format!("a file it should have is gone: {said}") }
        }
        StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } => refused(
            "it refused the keys; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the rights",
            error,
        ),
        StoreError::NotImplemented { .. } | StoreError::NotSupported { .. } => {
            refused("it does not know conditional writes, which a registry needs", error)
        }
        _ if said.contains("Missing AccessKeyId") || said.contains("169.254.169.254") => {
            refused("there are no keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", error)
        }
        _ if said.contains(UNREACHABLE) => Error::Unreachable {
            what,
            problem: "check AWS_ENDPOINT_URL, AWS_REGION and the network".to_owned(),
            source: Some(Box::new(error)),
        },
        _ => refused("it refused", error),
    }
}

/// An error with its sources.
fn chained(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said.push_str(": ");
        said.push_str(&error.to_string());
        source = error.source();
    }
    said
}

/// How our own client says that there was no answer.
const UNREACHABLE: &str = "the server did not answer";

/// Gives the library the client that all of this crate uses.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Service))
    }
}

#[derive(Debug)]
struct Service;

#[derive(Debug, thiserror::Error)]
#[error("{UNREACHABLE}: {0}")]
struct NoAnswer(#[source] Arc<ureq::Error>);

#[async_trait::async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let failed = |kind: HttpErrorKind| {
            move |error: ureq::Error| HttpError::new(kind, NoAnswer(Arc::new(error)))
        };
        let (parts, mut body) = request.into_parts();
        let mut bytes = Vec::with_capacity(body.content_length());
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            bytes.extend(frame?.into_data().into_iter().flatten());
        }
        let length = bytes.len();
        let body = if bytes.is_empty() {
            SendBody::none()
        } else {
            SendBody::from_owned_reader(std::io::Cursor::new(bytes))
        };
        let mut request = ureq::http::Request::from_parts(parts, body);
        if length > 0 {
            request.headers_mut().insert("content-length", length.into());
        }
        let response = http::send(request).map_err(failed(HttpErrorKind::Connect))?;
        let (parts, body) = response.into_parts();
        let response = ureq::http::Response::from_parts(parts.clone(), body);
        let bytes = http::bytes(response).map_err(failed(HttpErrorKind::Interrupted))?;
        Ok(ureq::http::Response::from_parts(parts, HttpResponseBody::from(bytes)))
    }
}

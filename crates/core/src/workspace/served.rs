//! A model as one process serves it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{Inner, ModelSettings, no_champion, read_settings, settings_name};
use crate::{
    Result,
    model::{Bundle, Classifier},
    profile::Layout,
    registry::CHAMPION,
};

/// The version that answers, and how it is served.
#[derive(Debug)]
pub(super) struct Champion {
    pub(super) version: u32,
    /// The number as it is written.
    pub(super) name: String,
    pub(super) classifier: Classifier,
    pub(super) labels: Vec<String>,
    /// What is counted of its answers; none if there is nothing to compare them with.
    pub(super) layout: Option<Arc<Layout>>,
    pub(super) settings: Arc<ModelSettings>,
}

/// A model that is served.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) model: String,
    champion: RwLock<Arc<Champion>>,
    /// How often the settings had been written, and the journal.
    seen: Mutex<(u64, u64)>,
}

impl Served {
    pub(super) fn open(inner: &Inner, model: &str) -> Result<Self> {
        let state = inner.home.registry.existing(model)?;
        let version = *state.aliases.get(CHAMPION).ok_or_else(|| no_champion(model))?;
        let kept = inner.home.store.kept(&settings_name(model))?;
        let settings = Arc::new(read_settings(kept.content.as_deref())?);
        let champion = load(inner, model, version, settings)?;
        Ok(Self {
            model: model.to_owned(),
            champion: RwLock::new(Arc::new(champion)),
            seen: Mutex::new((kept.revision, state.entries)),
        })
    }

    /// The version that answers now. It stays usable for this caller whatever happens.
    pub(super) fn champion(&self) -> Arc<Champion> {
        self.champion.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Follows what store and registry say by now. The version before answers until the next one is
    /// loaded and has passed its self-test.
    pub(super) fn refresh(&self, inner: &Inner) -> Result<()> {
        // One at a time: a model is not loaded twice.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let state = inner.home.registry.state(&self.model)?;
        let kept = inner.home.store.kept(&settings_name(&self.model))?;
        if *seen == (kept.revision, state.entries) {
            return Ok(());
        }
        let before = self.champion();
        let version = *state.aliases.get(CHAMPION).ok_or_else(|| no_champion(&self.model))?;
        let settings = if kept.revision == seen.0 {
            before.settings.clone()
        } else {
            Arc::new(read_settings(kept.content.as_deref())?)
        };
        let next = if version == before.version {
            Champion {
                version,
                name: before.name.clone(),
                classifier: before.classifier.clone(),
                labels: before.labels.clone(),
                layout: before.layout.clone(),
                settings,
            }
        } else {
            load(inner, &self.model, version, settings)?
        };
        *self.champion.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        *seen = (kept.revision, state.entries);
        Ok(())
    }
}

fn load(
    inner: &Inner,
    model: &str,
    version: u32,
    settings: Arc<ModelSettings>,
) -> Result<Champion> {
    let path = inner.home.registry.fetch(model, version)?;
    let classifier = Classifier::open(&path, &inner.model_options)?;
    let reference = Bundle::open(&path)?.reference()?;
    Ok(Champion {
        version,
        name: version.to_string(),
        labels: classifier.labels()?,
        classifier,
        layout: reference.map(|reference| reference.layout().clone()),
        settings,
    })
}

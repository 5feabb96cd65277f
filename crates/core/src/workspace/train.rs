//! From labelled texts to a version.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Instant};

use serde::Serialize;
use serde_json::json;

use super::{
    Inner, ModelSettings, Workspace, collect::source_of, command::Told, lease::Lease, roles::Roles,
};
use crate::{
    Error, Result, Timestamp, chain,
    learn::gates::GateReport,
    lifecycle::Trainer,
    model::{
        Classifier, FEWEST_REFERENCE, LabelledTexts, Traffic, TrainOptions, Trained, assess,
        train_for,
    },
    profile::FEWEST_WINDOWS,
    registry::{Act, CHAMPION, NewVersion},
    runs::{Runs, Status},
    store::{Consent, Existing, ReviewRecord, new_id},
    text::Anonymizer,
};

/// How a model is trained in a workspace.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceTrain {
    /// How the classifier is learnt, as JSON with the names of
    /// [`TrainOptions`]; what is left out is as the settings of the
    /// model say.
    pub training: Option<String>,
    /// Whether the texts are left out of the store; a later retraining will not know them then.
    pub without_keeping: bool,
    /// Whether the texts take the place of all that the model was trained with before, which are
    /// removed: how wrong ones are got rid of. By default they come to them.
    pub replace: bool,
    /// Who trains it; by default the user of this system.
    pub actor: Option<String>,
    /// When it is trained, if not now: for what is told later.
    pub at: Option<Timestamp>,
}

/// What came out of a training.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Training {
    /// In a sentence.
    pub sentence: String,
    /// The model.
    pub model: String,
    /// Its new version.
    pub version: u32,
    /// Whether that answers now.
    pub promoted: bool,
    /// What it was held to; none if there were no texts to test it with.
    pub gates: Option<GateReport>,
    /// What it scored.
    pub metrics: BTreeMap<String, f64>,
    /// How many texts it learnt from.
    pub train_rows: usize,
    /// How many it was tested with, which no version learns from.
    pub test_rows: usize,
    /// How long that took.
    pub seconds: f64,
    /// The run that tells all about it.
    pub run_id: String,
}

impl Workspace {
    /// Trains a model on labelled texts and registers it. The first version of a model answers from
    /// then on; a later one only if it passes the gates, and is registered as `rejected` otherwise.
    ///
    /// A fifth of the texts tests, and no version will ever learn from them: which they are follows
    /// from the texts alone. By training you say that their writers agreed to have them kept: they
    /// are, anonymised, for [`retrain`](Self::retrain), unless told otherwise.
    ///
    /// `watch` hears how many steps are done, of how many; an error it returns ends the work.
    ///
    /// # Errors
    /// [`Error::Busy`] if the model is being trained by somebody else; others as for
    /// [`train`](crate::model::train) and as store and registry have them.
    pub fn train(
        &self,
        model: &str,
        data: &LabelledTexts,
        options: &WorkspaceTrain,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Training> {
        let inner = &self.inner;
        // Who ends the workspace does not wait for hours.
        let watch = &mut |done, all| inner.check_open().and_then(|()| watch(done, all));
        inner.check_model_name(model)?;
        let (lease, _) = Lease::take(&inner.home.store, &format!("retrain/{model}"), "")?;
        inner.clear_work(model)?;
        let settings = inner.settings(model)?;
        let at = options.at.unwrap_or_else(Timestamp::now);
        let act = options.actor.as_deref().map_or_else(Act::default, Act::by);
        let (kept, data) = kept_form(model, data, options, at)?;
        act.check()?;
        let named = options.training.as_deref();
        let how = training_options(&settings, None, named)?;
        // Who names how it is learnt wants that.
        let trainer = settings.trainer.clone().filter(|_| options.training.is_none());
        let log = inner.log_of(&new_id())?;
        let lesson =
            Lesson { roles: Roles::of(&data)?, traffic: Traffic::default(), at, trainer, log };
        let made = inner.learn(model, &settings, &how, &lesson, watch)?;
        lease.check()?;
        // Only now: what nothing could be learnt from is nothing for the next training, either.
        inner.keep(model, &kept, options, &act.actor)?;
        let has_champion = inner.champion_version(model)?.is_some();
        let passed = made.gates.as_ref().is_some_and(|gates| gates.passed);
        let promoted = !has_champion || passed;
        let version = inner.register(model, &made, promoted, named, &act, "trained")?;
        let training = made.told(model, version, promoted, has_champion);
        inner.refresh(model)?;
        Ok(training)
    }
}

/// What is learnt from.
pub(super) struct Lesson {
    pub(super) roles: Roles,
    pub(super) traffic: Traffic,
    pub(super) at: Timestamp,
    /// The command that learns, if one does.
    pub(super) trainer: Option<Trainer>,
    /// The file that what it prints goes into.
    pub(super) log: PathBuf,
}

/// A version that is not registered yet.
pub(super) struct Made {
    pub(super) trained: Trained,
    /// A folder that goes with this.
    folder: Scratch,
    pub(super) gates: Option<GateReport>,
    pub(super) metrics: BTreeMap<String, f64>,
    pub(super) run_id: String,
    pub(super) at: Timestamp,
    pub(super) seconds: f64,
}

impl Made {
    /// Why the first gate was not passed that was not.
    fn failed(&self) -> Option<&str> {
        let outcomes = &self.gates.as_ref()?.outcomes;
        outcomes.iter().find(|own| !own.passed).map(|own| own.reason.as_str())
    }

    /// How often it was right, and the version before, on the same texts.
    fn compared(&self) -> Option<String> {
        let outcomes = &self.gates.as_ref()?.outcomes;
        let reason = &outcomes.iter().find(|own| own.gate == "champion")?.reason;
        let (counts, _) = reason.split_once(": a difference")?;
        Some(counts.replace("the champion", "the version before"))
    }

    pub(super) fn told(
        &self,
        model: &str,
        version: u32,
        promoted: bool,
        has_champion: bool,
    ) -> Training {
        let rows = self.trained.rows;
        let accuracy = self.metrics.get("accuracy").map_or_else(
            || "tested with nothing".to_owned(),
            |accuracy| format!("{:.1} % right on {} test texts", accuracy * 100.0, rows.test),
        );
        let sentence = match (promoted, self.failed()) {
            (true, None) => {
                let before = self.compared().map(|own| format!("; {own}")).unwrap_or_default();
                format!("version {version} of {model} is in use: {accuracy}{before}")
            }
            (true, Some(reason)) => format!(
                "version {version} of {model} is in use, as the first one, although it has not \
                 shown what it must: {reason}"
            ),
            (false, Some(reason)) => {
                format!("version {version} of {model} is not in use: {reason}")
            }
            (false, None) => {
                format!("version {version} of {model} is not in use: {accuracy}")
            }
        };
        debug_assert!(promoted || has_champion);
        let rows_compared = self.trained.bundle.layout_rows().ok().flatten().map(|own| own.rows());
        let unwatched = match rows_compared {
            Some(many) if many >= FEWEST_REFERENCE as u64 => String::new(),
            Some(_) => format!(
                "; what is usual is learnt from its first {FEWEST_WINDOWS} windows, and drift is \
                 watched from then on: it has {} test texts, and fewer than {FEWEST_REFERENCE} tell \
                 too little",
                rows.test
            ),
            None if rows.test < FEWEST_WINDOWS => format!(
                "; it cannot be watched for drift: it has {} test texts, and {FEWEST_WINDOWS} are \
                 the fewest",
                rows.test
            ),
            None => "; it is not watched for drift: its training kept nothing to compare with"
                .to_owned(),
        };
        let sentence = sentence + &unwatched;
        Training {
            sentence,
            model: model.to_owned(),
            version,
            promoted,
            gates: self.gates.clone(),
            metrics: self.metrics.clone(),
            train_rows: rows.train + rows.validation,
            test_rows: rows.test,
            seconds: self.seconds,
            run_id: self.run_id.clone(),
        }
    }
}

/// A folder that is removed when nobody needs it any more.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is removed with the workspace.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The options of a training: those that the version before was trained with, over them those of the
/// settings, and over these those that are named.
pub(super) fn training_options(
    settings: &ModelSettings,
    before: Option<&str>,
    named: Option<&str>,
) -> Result<TrainOptions> {
    let mut all = serde_json::Map::new();
    for stated in [before, Some(&settings.training.to_string()), named].into_iter().flatten() {
        all.append(&mut crate::settings::from_json("training", stated)?);
    }
    TrainOptions::from_json(&serde_json::Value::Object(all).to_string())
}

/// The texts a model is trained with as they are to be kept, none if they are not, and as they are
/// learnt from.
fn kept_form(
    model: &str,
    data: &LabelledTexts,
    options: &WorkspaceTrain,
    at: Timestamp,
) -> Result<(Vec<ReviewRecord>, LabelledTexts)> {
    if options.without_keeping {
        return Ok((Vec::new(), data.clone()));
    }
    let (anonymizer, source) = (Anonymizer::new(), source_of(model));
    let mut reviews = BTreeMap::new();
    for (text, label) in data.texts().iter().zip(data.labels()) {
        let shared = Consent::given().share().with_text(&anonymizer, text);
        let kept = shared.text().unwrap_or_default().to_owned();
        let mut review = ReviewRecord::new(shared, Some(label));
        // The same text again is the same record.
        review.id = format!("{source}/{}", &chain::sha256(kept.as_bytes())[..32]);
        review.source = Some(source.clone());
        review.labelled_at = Some(at);
        reviews.insert(review.id.clone(), (review, kept, label.clone()));
    }
    let (mut records, mut texts, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for (record, text, label) in reviews.into_values() {
        records.push(record);
        texts.push(text);
        labels.push(label);
    }
    Ok((records, LabelledTexts::new(texts, labels)?))
}

impl Inner {
    /// Where a model is trained.
    fn work(&self, model: &str) -> Result<PathBuf> {
        // The name may hold what no folder's may.
        Ok(self.home.inside("work")?.join(&chain::sha256(model.as_bytes())[..16]))
    }

    /// Removes what a training left behind that was killed: whoever holds the lease knows that nobody
    /// else is at it.
    pub(super) fn clear_work(&self, model: &str) -> Result<()> {
        let folder = self.work(model)?;
        match fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::storage("remove", folder)(source))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the texts a model was trained with.
    fn keep(
        &self,
        model: &str,
        texts: &[ReviewRecord],
        options: &WorkspaceTrain,
        actor: &str,
    ) -> Result<()> {
        let store = &self.home.store;
        if options.replace {
            store.replace_reviews(&source_of(model), texts, actor).map(drop)
        } else {
            store.write_reviews(texts, Existing::Replace).map(drop)
        }
    }

    pub(super) fn champion_version(&self, model: &str) -> Result<Option<u32>> {
        Ok(self.home.registry.state(model)?.aliases.get(CHAMPION).copied())
    }

    /// Learns a version and judges it.
    pub(super) fn learn(
        &self,
        model: &str,
        settings: &ModelSettings,
        how: &TrainOptions,
        lesson: &Lesson,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Made> {
        let started = Instant::now();
        let run = Runs::over(self.home.store.clone()).start(model, None)?;
        let mut is_stopped = false;
        let outcome = self.learn_in(model, settings, how, lesson, &mut |done, all| {
            watch(done, all).inspect_err(|_| is_stopped = true)
        });
        let (trained, folder, gates) = match outcome {
            Ok(made) => made,
            Err(error) => {
                run.set_tag("error", error.full_message())?;
                run.finish(if is_stopped { Status::Killed } else { Status::Failed })?;
                return Err(error);
            }
        };
        match &lesson.trainer {
            Some(own) => run.log_trained(&trained, &own.command)?,
            None => run.log_training(&trained, how)?,
        }
        run.finish(Status::Finished)?;
        let mut metrics = BTreeMap::from([("train_accuracy".to_owned(), trained.train_accuracy)]);
        if let Some(test) = &trained.test {
            metrics.insert("accuracy".to_owned(), test.accuracy.value);
            metrics.insert("macro_f1".to_owned(), test.macro_f1.value);
            metrics.insert("macro_precision".to_owned(), test.macro_average.precision);
            metrics.insert("macro_recall".to_owned(), test.macro_average.recall);
        }
        let (run_id, seconds) = (run.id().to_owned(), started.elapsed().as_secs_f64());
        Ok(Made { trained, folder, gates, metrics, run_id, at: lesson.at, seconds })
    }

    fn learn_in(
        &self,
        model: &str,
        settings: &ModelSettings,
        how: &TrainOptions,
        lesson: &Lesson,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<(Trained, Scratch, Option<GateReport>)> {
        let folder = Scratch(self.work(model)?.join(new_id()));
        fs::create_dir_all(&folder.0).map_err(Error::storage("make", &folder.0))?;
        let Roles { train, test } = &lesson.roles;
        // A handful of texts may all have the same role.
        let (data, test) = match (train, test) {
            (Some(train), test) => (train, test.as_ref()),
            (None, Some(test)) => (test, None),
            (None, None) => return Err(Error::invalid("texts", "there are none to learn from")),
        };
        let how = TrainOptions {
            name: how.name.clone().or_else(|| Some(model.to_owned())),
            ..how.clone()
        };
        let bundle = folder.0.join("bundle");
        let trained = match &lesson.trainer {
            Some(trainer) => {
                let told = Told { model, data, test, lesson, seed: how.seed };
                self.learn_by(trainer, &told, &folder.0, watch)?
            }
            None => train_for(data, test, &lesson.traffic, &bundle, &how, watch)?,
        };
        let Some(test) = test else { return Ok((trained, folder, None)) };
        let classifier = Classifier::open(&bundle, &self.model_options)?;
        let champion = match self.champion_version(model)? {
            Some(version) => {
                let path = self.home.registry.fetch(model, version)?;
                Some(Classifier::open(path, &self.model_options)?)
            }
            None => None,
        };
        let gates = assess(
            &classifier,
            test,
            &settings.gates,
            Some(trained.train_accuracy),
            champion.as_ref().map(|own| own as _),
            &mut |_, _| Ok(()),
        )?;
        Ok((trained, folder, Some(gates)))
    }

    /// Registers a version, and puts it into use or says why it is not.
    pub(super) fn register(
        &self,
        model: &str,
        made: &Made,
        promoted: bool,
        training: Option<&str>,
        act: &Act,
        reason: &str,
    ) -> Result<u32> {
        let mut told = NewVersion::default();
        told.metrics.clone_from(&made.metrics);
        told.run_id = Some(made.run_id.clone());
        told.tags.insert(TRAINED_AT.to_owned(), made.at.to_string());
        if let Some(learned) = &made.trained.bundle.manifest().learned {
            told.params.clone_from(&learned.settings);
        }
        let evidence = json!({ "gates": made.gates, "run": made.run_id });
        let act = act.clone().because(reason).with_evidence(evidence);
        if let Some(training) = training {
            told.tags.insert(TRAINING.to_owned(), training.to_owned());
        }
        if let (false, Some(failed)) = (promoted, made.failed()) {
            told.tags.insert(REJECTED.to_owned(), failed.to_owned());
        }
        let registry = &self.home.registry;
        let version = registry.register(model, &made.folder.0.join("bundle"), &told, &act)?;
        if promoted {
            registry.promote(model, version, &act)?;
        }
        Ok(version)
    }
}

/// The tag of a version that tells which options of its training were named: those that follow are
/// trained like that.
pub(super) const TRAINING: &str = "training";

/// The tag of a version that tells which gate it did not pass.
const REJECTED: &str = "rejected";

/// The tag of a version that tells what its training could know.
pub(super) const TRAINED_AT: &str = "trained_at";

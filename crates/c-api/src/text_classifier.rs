//! What classifiers, ensembles and cascades have in common.

use pantau_core::model::TextClassifier;

/// A classifier, an ensemble or a cascade as what may be judged: `pantau_evaluate`,
/// `pantau_compare` and `pantau_assess` take any of them. It is borrowed from what it stands for,
/// with `pantau_classifier_as_text_classifier` and its like. Threads may share it.
pub struct pantau_text_classifier(pub(crate) Box<dyn TextClassifier>);

impl<T: TextClassifier + 'static> From<T> for pantau_text_classifier {
    fn from(classifier: T) -> Self {
        Self(Box::new(classifier))
    }
}

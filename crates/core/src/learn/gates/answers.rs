use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{GateOutcome, Severity};

/// Whether a model answers with the labels that are expected, in any order.
pub fn label_set(expected: &[impl AsRef<str>], found: &[impl AsRef<str>]) -> GateOutcome {
    let wanted: BTreeSet<&str> = expected.iter().map(AsRef::as_ref).collect();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for label in found.iter().map(AsRef::as_ref) {
        if !seen.insert(label) {
            problems.push(format!("{label:?} is there twice"));
        } else if !wanted.contains(label) {
            problems.push(format!("{label:?} is not expected"));
        }
    }
    problems.extend(wanted.difference(&seen).map(|label| format!("{label:?} is missing")));
    if wanted.is_empty() {
        problems.push("none is expected".to_owned());
    }
    let reason = if problems.is_empty() {
        format!("the labels are the {} that are expected", wanted.len())
    } else {
        format!("of the labels, {}", first_of(&problems))
    };
    outcome("label_set", problems.len(), reason)
}

/// A text at the edge of what a model may meet, and what the model made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeCase {
    /// What is special about the text.
    pub name: String,
    /// The text.
    pub text: String,
    /// The label it got, or the message of the error.
    pub answered: Result<String, String>,
}

/// Whether a model answers every text at the edge, with one of its labels.
pub fn edge_cases(cases: &[EdgeCase], labels: &[impl AsRef<str>]) -> GateOutcome {
    let is_label = |label: &str| labels.iter().any(|known| known.as_ref() == label);
    let mut problems: Vec<String> = cases
        .iter()
        .filter_map(|case| match &case.answered {
            Ok(label) if is_label(label) => None,
            Ok(label) => Some(format!("{:?} got {label:?}, which is no label", case.name)),
            Err(message) => Some(format!("{:?} got no answer ({message})", case.name)),
        })
        .collect();
    let reason = if cases.is_empty() {
        problems.push("none".to_owned());
        "no edge case was tried".to_owned()
    } else if problems.is_empty() {
        format!("all {} edge cases got a label", cases.len())
    } else {
        format!("of {} edge cases, {}", cases.len(), first_of(&problems))
    };
    outcome("edge_cases", problems.len(), reason)
}

/// Texts at the edge of what a model may meet, each with what is special about it.
pub fn edge_case_texts() -> Vec<(&'static str, String)> {
    let texts = [
        ("empty", ""),
        ("blank", " \t\r\n\u{a0}\u{3000}"),
        ("one letter", "a"),
        ("digits only", "0812 3456 7890"),
        ("punctuation only", "?!... --- ***"),
        ("emoji only", "😍😍👍🏽👨\u{200d}👩\u{200d}👧🇮🇩"),
        ("Arabic", "هذا التطبيق جيد جدا"),
        ("Chinese", "这个应用程序非常好"),
        ("Cyrillic", "Это приложение очень хорошее"),
        ("Javanese script", "ꦲꦏ꧀ꦱꦫꦗꦮ"),
        ("control characters", "bagus\u{0}\u{7}\u{1b}[31m\u{200b}\u{202e}\u{feff}sekali"),
        ("many marks on a letter", "b\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}agus"),
        ("markup", "<p>Bagus &amp; murah</p><script>alert(1)</script>"),
    ];
    let long = [("very long", "Bagus ".repeat(1_000)), ("very long word", "bagus".repeat(1_000))];
    texts.into_iter().map(|(name, text)| (name, text.to_owned())).chain(long).collect()
}

/// How many problems a reason names.
const NAMED: usize = 3;

fn first_of(problems: &[String]) -> String {
    let named = problems[..problems.len().min(NAMED)].join("; ");
    match problems.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}

fn outcome(gate: &str, problems: usize, reason: String) -> GateOutcome {
    GateOutcome {
        gate: gate.to_owned(),
        passed: problems == 0,
        certain: true,
        severity: Severity::Error,
        value: problems as f64,
        bound: 0.0,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_a_set() {
        let expected = ["negative", "neutral", "positive"];
        let outcome = label_set(&expected, &["positive", "negative", "neutral"]);
        assert!(outcome.passed);
        assert_eq!(outcome.reason, "the labels are the 3 that are expected");
        let outcome = label_set(&expected, &["positive", "negative", "netral", "positive"]);
        assert_eq!((outcome.passed, outcome.value), (false, 3.0));
        assert_eq!(
            outcome.reason,
            r#"of the labels, "netral" is not expected; "positive" is there twice; "neutral" is missing"#
        );
        assert_eq!(outcome.severity, Severity::Error);
        let nothing: [&str; 0] = [];
        assert!(!label_set(&nothing, &nothing).passed);
    }

    #[test]
    fn every_edge_case_needs_a_label() {
        let case = |name: &str, answered: Result<&str, &str>| EdgeCase {
            name: name.to_owned(),
            text: String::new(),
            answered: answered.map(str::to_owned).map_err(str::to_owned),
        };
        let labels = ["no", "yes"];
        let outcome = edge_cases(&[case("empty", Ok("no")), case("blank", Ok("yes"))], &labels);
        assert!(outcome.passed);
        assert_eq!(outcome.reason, "all 2 edge cases got a label");
        let failed = [
            case("empty", Err("model m: no token")),
            case("blank", Ok("yes")),
            case("emoji only", Ok("LABEL_0")),
            case("a", Err("x")),
            case("b", Err("y")),
        ];
        let outcome = edge_cases(&failed, &labels);
        assert_eq!((outcome.passed, outcome.value), (false, 4.0));
        assert_eq!(
            outcome.reason,
            "of 5 edge cases, \"empty\" got no answer (model m: no token); \"emoji only\" got \
             \"LABEL_0\", which is no label; \"a\" got no answer (x); and 1 more"
        );
        assert_eq!(edge_cases(&[], &labels).reason, "no edge case was tried");
        assert!(!edge_cases(&[], &labels).passed);
    }

    #[test]
    fn the_texts_are_what_their_names_say() {
        let texts = edge_case_texts();
        let text = |name| &texts.iter().find(|(own, _)| *own == name).unwrap().1;
        assert!(text("empty").is_empty() && text("blank").trim().is_empty());
        assert_eq!(text("very long").len(), 6_000);
        assert!(!text("emoji only").chars().any(char::is_alphanumeric));
        assert!(text("control characters").contains('\0'));
        let names: BTreeSet<&str> = texts.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), texts.len());
    }
}

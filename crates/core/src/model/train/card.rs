//! The page that says what a model is, for whoever finds its bundle.

use std::fmt::Write;

use super::outcome::Outcome;
use crate::{learn::evaluation::Evaluation, model::Manifest};

/// `tested` is the evaluation without texts.
pub(super) fn card(
    manifest: &Manifest,
    outcome: &Outcome<'_>,
    tested: Option<&Evaluation>,
) -> String {
    let mut card = format!("# {}\n\n", manifest.name);
    let mut line = |text: &str| {
        card.push_str(text);
        card.push('\n');
    };
    let labels: Vec<String> = outcome.labels.iter().map(|label| plain(label)).collect();
    let labels = labels.join(", ");
    line(&format!("Gives a text one of the labels {labels}."));
    line("");
    line("## What it is\n");
    line(&format!("- Kind: {}.", outcome.options.kind.name()));
    if let Some(encoder) = outcome.encoder {
        let encoder = encoder.manifest();
        line(&format!("- On the vectors of: {} ({}).", encoder.name, encoder.family));
    }
    let settings: Vec<String> = manifest
        .learned
        .iter()
        .flat_map(|learned| &learned.settings)
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    line(&format!("- Settings, chosen by cross-validation: {}.", settings.join("; ")));
    line(&format!("- Made by Pantau {}, seed {}.", manifest.pantau, outcome.options.seed));
    line("");
    line("## What it has learnt from\n");
    let rows = outcome.rows;
    line(&format!(
        "{} texts, {} of which were kept aside at first to calibrate its confidence. Of all data, \
         {} texts were not learnt: they tested it, or were left out.\n",
        rows.train + rows.validation,
        rows.validation,
        outcome.data.len() - rows.train - rows.validation
    ));
    line("| label | rows in all the data |");
    line("|---|---|");
    for label in &outcome.labels {
        let count = outcome.data.labels().iter().filter(|own| *own == label).count();
        line(&format!("| {} | {count} |", plain(label)));
    }
    if rows.left_out > 0 {
        line(&format!(
            "\n{} rows were left out, because the test holds the same texts.",
            rows.left_out
        ));
    }
    line("");
    line("## How good it is\n");
    match tested {
        Some(test) => {
            line(&format!("On {} texts it has never seen:\n", rows.test));
            line("```text");
            line(test.to_text(80).trim_end());
            line("```");
        }
        None => line("It was not tested: no rows were kept aside for that."),
    }
    line("");
    line(&format!("Accuracy on the texts it has learnt from: {:.3}.", outcome.train_accuracy));
    if let Some(checked) = &outcome.checked {
        let calibration = &checked.calibration;
        line("");
        line("## How far its confidence can be trusted\n");
        line(&format!(
            "Calibrated on {} texts, with a temperature of {:.3}. The expected calibration error \
             went from {:.3} to {:.3}, the log loss from {:.3} to {:.3}; see `calibration.svg`.",
            rows.validation,
            calibration.temperature,
            calibration.before.ece,
            calibration.after.ece,
            calibration.before.log_loss,
            calibration.after.log_loss,
        ));
    }
    line("");
    line("## What it cannot do\n");
    if rows.validation > 0 {
        // No text can be rarer than one among all that were kept aside.
        let least = 1.0 / (rows.validation + 1) as f64;
        line(&format!(
            "- It knows texts like those above. `novelty_pvalue` of a prediction says how unusual a \
             text is among them; the closer to {least:.2e}, the least it can be here, the less the \
             label means."
        ));
    }
    line(if outcome.is_head() {
        "- It sees what its encoder sees; `truncated` says that a text was cut."
    } else {
        "- It weighs words and does not understand them: irony and news are lost on it."
    });
    let _ = write!(
        card,
        "\n## How it is used\n\n```python\nimport pantau\n\nclassifier = pantau.Classifier.open(\"{}\")\nclassifier.predict(\"…\").label\n```\n",
        manifest.name
    );
    card
}

/// A label so that a page shows it as it is, in one line.
fn plain(label: &str) -> String {
    let mut plain = String::with_capacity(label.len());
    for letter in label.chars() {
        match letter {
            _ if letter.is_control() => plain.push(' '),
            '\\' | '`' | '*' | '_' | '|' | '<' | '[' | '#' => plain.extend(['\\', letter]),
            '&' => plain.push_str("&amp;"),
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_break_the_page() {
        assert_eq!(plain("sangat baik"), "sangat baik");
        assert_eq!(plain("a|\nb`<b>&"), "a\\| b\\`\\<b>&amp;");
        assert_eq!(plain("\\*x_"), "\\\\\\*x\\_");
    }
}

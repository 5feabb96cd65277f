use std::fmt::Write;

use super::{
    ClassReport, Estimate, Evaluation, Means,
    table::{Block, Cell, Column, Shade, Table, to_html, to_text},
    width::{columns, cut, one_line},
};
use crate::learn::metrics::Averages;

/// How many mix-ups, slices and mistakes a terminal shows, and a notebook.
const SHOWN_IN_TEXT: usize = 10;
const SHOWN_IN_HTML: usize = 20;
/// With more classes the table of confusions is too wide for a terminal, or for a notebook.
const CONFUSION_IN_TEXT: usize = 12;
const CONFUSION_IN_HTML: usize = 30;
/// Longer names, taken together, do not stand over the columns of a confusion.
const LONG_NAMES: usize = 56;
/// How many labels that are unknown to the model are named.
const NAMED: usize = 5;

impl Evaluation {
    /// The evaluation for a terminal, in at most `width` columns (at least 40).
    ///
    /// The first lines say in words how good the model is and how sure that is.
    pub fn to_text(&self, width: usize) -> String {
        to_text(&self.blocks(SHOWN_IN_TEXT, CONFUSION_IN_TEXT), width)
    }

    /// The evaluation for a notebook: tables with styles of their own that suit dark and light
    /// pages. Texts are escaped.
    pub fn to_html(&self) -> String {
        to_html(&self.blocks(SHOWN_IN_HTML, CONFUSION_IN_HTML))
    }

    fn blocks(&self, shown: usize, most_confusion: usize) -> Vec<Block> {
        let mut blocks = vec![Block::Text(self.summary())];
        if !self.unknown_labels.is_empty() {
            blocks.push(Block::Text(self.unknown_sentence()));
        }
        blocks.push(Block::Table(self.class_table()));
        blocks.push(Block::Text(self.other_scores()));
        if self.classes.len() <= most_confusion {
            blocks.push(Block::Table(self.confusion_table()));
        }
        let tables = [
            self.pair_table(shown),
            self.length_table(),
            self.slice_table(shown),
            self.mistake_table(shown),
        ];
        blocks.extend(tables.into_iter().filter(|table| !table.rows.is_empty()).map(Block::Table));
        blocks
    }

    /// How good it is, how sure that is, and what that means.
    fn summary(&self) -> String {
        let Estimate { value, interval } = self.accuracy;
        let (right, rows) = (grouped(self.confusion.right()), grouped(self.rows as u64));
        let mut text = format!(
            "Right on {right} of {rows} rows: {}, with {} confidence between {} and {}. \
             Macro F1 is {} ({} to {}).",
            percent(value),
            plain_percent(interval.level),
            percent(interval.low),
            percent(interval.high),
            score(self.macro_f1.value),
            score(self.macro_f1.interval.low),
            score(self.macro_f1.interval.high),
        );
        let most = self.classes.iter().max_by_key(|class| class.support);
        if let Some(most) = most.filter(|most| (most.support as usize) < self.rows) {
            let base = most.support as f64 / self.rows as f64;
            let proof = if interval.low > base {
                ""
            } else if interval.high < base {
                ", so it is worse than that"
            } else {
                ", so it is not shown to be better than that"
            };
            let (label, base) = (quoted(&most.label), percent(base));
            let _ = write!(text, " Always answering {label} would be right on {base}{proof}.");
        }
        let excess = 100.0 * (self.mean_confidence - value);
        let sure = percent(self.mean_confidence);
        let _ = write!(text, " Its answers are {sure} sure on average, ");
        let _ = match excess {
            _ if excess.abs() < 1.0 => write!(text, "about as often as they are right."),
            _ if excess > 0.0 => write!(text, "{excess:.1}\u{a0}points more than they are right."),
            _ => write!(text, "{:.1}\u{a0}points less than they are right.", -excess),
        };
        text
    }

    fn unknown_sentence(&self) -> String {
        let rows: u64 = self.unknown_labels.values().sum();
        let mut found: Vec<(&String, &u64)> = self.unknown_labels.iter().collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let mut names: Vec<String> = found
            .iter()
            .take(NAMED)
            .map(|(name, count)| format!("{}\u{a0}({})", quoted(name), grouped(**count)))
            .collect();
        if found.len() > NAMED {
            names.push(format!("{}\u{a0}more", found.len() - NAMED));
        }
        let (rows_have, count_as) =
            if rows == 1 { ("row has", "counts") } else { ("rows have", "count") };
        format!(
            "{} {rows_have} a label the model does not know and {count_as} as wrong: {}.",
            grouped(rows),
            names.join(", ")
        )
    }

    fn class_table(&self) -> Table {
        type Mean = fn(Means) -> f64;

        let numbers = ["precision", "recall", "F1", "rows", "ROC AUC", "PR AUC"];
        let columns =
            std::iter::once(Column::text("label")).chain(numbers.map(Column::number)).collect();
        // The labels that the model does not know are named elsewhere, and not in these means.
        let known = &self.classes[..self.labels.len()];
        let mut rows: Vec<Vec<Cell>> = known.iter().map(class_row).collect();
        let rule = rows.len();
        let known_rows = known.iter().map(|class| class.support).sum();
        let means: [(&str, Averages, Mean); 2] = [
            ("macro mean", self.macro_average, |means| means.macro_mean),
            ("weighted mean", self.weighted_average, |means| means.weighted_mean),
        ];
        for (name, averages, mean) in means {
            let cells = [
                name.to_owned(),
                score(averages.precision),
                score(averages.recall),
                score(averages.f1),
                grouped(known_rows),
                optional(self.roc_auc.map(mean)),
                optional(self.pr_auc.map(mean)),
            ];
            rows.push(cells.map(Cell::from).into());
        }
        let is_undefined = |class: &ClassReport| {
            class.support == 0 || class.predicted == 0 || class.roc_auc.is_none()
        };
        let note = known.iter().any(is_undefined).then(|| {
            "– is undefined: it counts as 0 in a mean of precision, recall or F1 if the class \
             occurs, and is left out of the other means."
                .to_owned()
        });
        Table { rule: Some(rule), note, ..Table::new("Labels", columns, rows) }
    }

    fn other_scores(&self) -> String {
        [
            ("MCC", score(self.mcc)),
            ("Cohen's kappa", optional(self.cohen_kappa)),
            ("log loss", score(self.log_loss)),
            ("Brier score", score(self.brier)),
            ("calibration error (ECE)", score(self.ece)),
        ]
        .map(|(name, score)| format!("{}\u{a0}{score}", name.replace(' ', "\u{a0}")))
        .join(" · ")
    }

    fn confusion_table(&self) -> Table {
        let known = self.labels.len();
        let names: Vec<String> = self.classes.iter().map(|class| short(&class.label)).collect();
        // Where names are too long for columns, the columns have numbers, and so have the rows.
        let is_numbered =
            names[..known].iter().map(|name| columns(name)).sum::<usize>() > LONG_NAMES;
        let head = |(at, name): (usize, &String)| {
            Column::number(if is_numbered { (at + 1).to_string() } else { name.clone() })
        };
        let heads = names[..known].iter().enumerate().map(head);
        let heads = std::iter::once(Column::text("actual")).chain(heads).collect();
        let row = |(actual, class): (usize, &ClassReport)| {
            let support = class.support.max(1) as f64;
            let name = &names[actual];
            let name = if is_numbered { format!("{} {name}", actual + 1) } else { name.clone() };
            let counts = (0..known).map(|predicted| {
                let count = self.confusion.count(actual, predicted);
                let share = count as f64 / support;
                Cell::shaded(grouped(count), Shade { share, is_good: actual == predicted })
            });
            std::iter::once(Cell::from(name)).chain(counts).collect()
        };
        let rows = self.classes.iter().enumerate().map(row).collect();
        let title = "Confusion: a row for each label, a column for what it was taken for";
        Table { is_whole: true, ..Table::new(title, heads, rows) }
    }

    fn pair_table(&self, shown: usize) -> Table {
        let columns = vec![
            Column::text("actual"),
            Column::text("taken for"),
            Column::number("rows"),
            Column::number("of its label"),
        ];
        let support = |label: &str| {
            let class = self.classes.iter().find(|class| class.label == label);
            class.map_or(1, |class| class.support).max(1) as f64
        };
        let rows = self.by_pair.iter().take(shown).map(|pair| {
            let share = pair.count as f64 / support(&pair.actual);
            [pair.actual.clone(), pair.predicted.clone(), grouped(pair.count), percent(share)]
                .map(Cell::from)
                .into()
        });
        let rows = rows.collect();
        let note = more(self.by_pair.len(), shown, "mix-ups");
        Table { note, ..Table::new("Most frequent mix-ups", columns, rows) }
    }

    fn length_table(&self) -> Table {
        let rows = self.by_length.iter().map(|group| {
            let words = match group.most_words {
                Some(most) => format!("{} to {most}", group.fewest_words),
                None => format!("{} and more", group.fewest_words),
            };
            share_row(words, group.rows, group.accuracy, None)
        });
        let rows = rows.collect();
        let columns = share_columns("words", self.accuracy.interval.level, false);
        Table::new("By length of the text", columns, rows)
    }

    fn slice_table(&self, shown: usize) -> Table {
        let rows = self.by_slice.iter().take(shown).map(|slice| {
            share_row(slice.name.clone(), slice.rows, slice.accuracy, Some(slice.macro_f1))
        });
        let rows = rows.collect();
        let columns = share_columns("slice", self.accuracy.interval.level, true);
        let note = more(self.by_slice.len(), shown, "slices");
        Table { note, ..Table::new("By slice, the worst first", columns, rows) }
    }

    fn mistake_table(&self, shown: usize) -> Table {
        let mut columns = vec![
            Column::number("row"),
            Column::text("actual"),
            Column::text("taken for"),
            Column::number("sure"),
        ];
        let has_texts = self.mistakes.iter().any(|mistake| mistake.text.is_some());
        if has_texts {
            columns.push(Column::text("text"));
        }
        let rows = self.mistakes.iter().take(shown).map(|mistake| {
            let mut row: Vec<Cell> = [
                mistake.row.to_string(),
                mistake.actual.clone(),
                mistake.predicted.clone(),
                percent(mistake.confidence),
            ]
            .map(Cell::from)
            .into();
            if has_texts {
                row.push(mistake.text.clone().unwrap_or_default().into());
            }
            row
        });
        let rows = rows.collect();
        let note = more(self.wrong() as usize, shown.min(self.mistakes.len()), "mistakes");
        Table { note, ..Table::new("Mistakes it was surest of", columns, rows) }
    }
}

fn class_row(class: &ClassReport) -> Vec<Cell> {
    let defined = |number: f64, is_defined: bool| optional(is_defined.then_some(number));
    [
        class.label.clone(),
        defined(class.precision, class.predicted > 0),
        defined(class.recall, class.support > 0),
        defined(class.f1, class.support > 0 || class.predicted > 0),
        grouped(class.support),
        optional(class.roc_auc),
        optional(class.pr_auc),
    ]
    .map(Cell::from)
    .into()
}

fn share_columns(first: &str, level: f64, has_f1: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text(first),
        Column::number("rows"),
        Column::number("right"),
        Column::number(format!("{} interval", plain_percent(level))),
    ];
    if has_f1 {
        columns.push(Column::number("macro F1"));
    }
    columns
}

fn share_row(name: String, rows: u64, share: Estimate, f1: Option<f64>) -> Vec<Cell> {
    let Estimate { value, interval } = share;
    let between = format!("{:.1} to {}", 100.0 * interval.low, percent(interval.high));
    let mut row: Vec<Cell> = [name, grouped(rows), percent(value), between].map(Cell::from).into();
    row.extend(f1.map(|f1| Cell::from(score(f1))));
    row
}

fn more(all: usize, shown: usize, what: &str) -> Option<String> {
    (all > shown).then(|| format!("{} of {} {what} are shown.", shown, grouped(all as u64)))
}

/// A share as it is read: `82.3 %`, held together by a no-break space.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", 100.0 * share)
}

/// A share without digits it does not need: `95 %`.
pub(super) fn plain_percent(share: f64) -> String {
    let digits = format!("{:.3}", 100.0 * share);
    format!("{}\u{a0}%", digits.trim_end_matches('0').trim_end_matches('.'))
}

pub(super) fn score(number: f64) -> String {
    format!("{number:.3}")
}

fn optional(number: Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), score)
}

/// A label as it stands in a sentence.
pub(super) fn quoted(label: &str) -> String {
    format!("\"{}\"", short(label))
}

fn short(label: &str) -> String {
    cut(&one_line(label), 24)
}

/// A count with a comma between each three digits.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::measure::tests::small, *};

    #[test]
    fn reports_keep_to_their_width() {
        for width in [0, 40, 60, 80, 200] {
            let text = small().to_text(width);
            let widest = text.lines().map(columns).max().unwrap();
            assert!(widest <= width.max(40), "{widest} of {width}:\n{text}");
            assert!(!text.contains('\u{a0}') && !text.contains(" \n"));
        }
        assert_eq!(small().to_string(), small().to_text(80));
    }

    #[test]
    fn the_first_lines_say_how_good_and_how_sure() {
        let text = small().to_text(80);
        assert!(text.starts_with("Right on 4 of 7 rows: 57.1 %, with 95 % confidence"), "{text}");
        assert!(text.contains("1 row has a label the model does not know"), "{text}");
        assert!(text.contains("\"mixed\" (1)"), "{text}");
    }

    #[test]
    fn texts_cannot_leave_their_field() {
        let html = small().to_html();
        assert!(html.contains("lumayan &lt;b&gt;sih") && !html.contains("<b>"));
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123), "123");
        assert_eq!(plain_percent(0.95), "95\u{a0}%");
        assert_eq!(plain_percent(0.999), "99.9\u{a0}%");
    }
}

use std::fmt::Write;

use super::Evaluation;
use crate::html::push_escaped;

/// The side of a cell, and the most the whole may measure: cells shrink below it.
const CELL: f64 = 64.0;
const MOST: f64 = 720.0;
/// Where the cells begin: labels stand left of them and above.
const LEFT: f64 = 130.0;
const TOP: f64 = 74.0;
/// How much of a label is shown.
const LETTERS: usize = 16;
/// Below this side no number fits into a cell.
const NUMBERS: f64 = 22.0;

impl Evaluation {
    /// The confusion matrix as a picture for a notebook or a file: a row for each label that was
    /// right, a column for each that was predicted. The darker a cell, the larger its share of its
    /// row; right answers are blue, wrong ones orange.
    ///
    /// It is one `<svg>` without scripts that takes the colour of the text round it; as a file of
    /// its own it follows the reader's dark or light theme.
    pub fn confusion_svg(&self) -> String {
        let count = self.labels.len();
        let side = (MOST / count.max(1) as f64).min(CELL);
        // The labels above lean to the right.
        let (width, height) = (LEFT + side * count as f64 + 80.0, TOP + side * count as f64 + 20.0);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" style=\"max-width:100%;height:auto\" \
             font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"currentColor\" \
             role=\"img\" aria-label=\"Confusion matrix\"><style>svg:root{{color:#222;\
             background:#fff}}@media(prefers-color-scheme:dark){{svg:root{{color:#ddd;\
             background:#111}}}}</style>\
             <text x=\"{:.0}\" y=\"20\" opacity=\".75\">predicted</text>\
             <text x=\"12\" y=\"{:.0}\" opacity=\".75\">actual</text>",
            LEFT,
            TOP - 8.0,
        );
        for (place, label) in self.labels.iter().enumerate() {
            let middle = side * (place as f64 + 0.5);
            let (across, down) = (LEFT + middle, TOP + middle + 4.0);
            let _ = write!(
                svg,
                "<text transform=\"translate({across:.1} {:.1}) rotate(-30)\">",
                TOP - 10.0
            );
            push_short(&mut svg, label);
            let _ = write!(
                svg,
                "</text><text x=\"{:.1}\" y=\"{down:.1}\" text-anchor=\"end\">",
                LEFT - 8.0
            );
            push_short(&mut svg, label);
            svg.push_str("</text>");
        }
        for actual in 0..count {
            let row: u64 =
                (0..count).map(|predicted| self.confusion.count(actual, predicted)).sum();
            for predicted in 0..count {
                let answers = self.confusion.count(actual, predicted);
                let share = if row == 0 { 0.0 } else { answers as f64 / row as f64 };
                let colour = if actual == predicted { "#2f80ed" } else { "#d9730d" };
                let (x, y) = (LEFT + side * predicted as f64, TOP + side * actual as f64);
                let _ = write!(
                    svg,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side:.1}\" height=\"{side:.1}\" \
                     fill=\"{colour}\" fill-opacity=\"{:.3}\" stroke=\"currentColor\" \
                     stroke-opacity=\".15\"/>",
                    0.85 * share,
                );
                if side >= NUMBERS && answers > 0 {
                    let (middle, line) = (x + side / 2.0, y + side / 2.0);
                    // On dark cells white is read best, whatever the text around.
                    let fill = if share > 0.55 { " fill=\"#fff\"" } else { "" };
                    let _ = write!(
                        svg,
                        "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\"{fill}>\
                         {answers}</text>",
                        line + if side >= CELL { -1.0 } else { 4.0 }
                    );
                    if side >= CELL {
                        let _ = write!(
                            svg,
                            "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
                             font-size=\"10\" opacity=\".8\"{fill}>{:.0} %</text>",
                            line + 14.0,
                            share * 100.0
                        );
                    }
                }
            }
        }
        svg.push_str("</svg>");
        svg
    }
}

/// A label, cut short where it is long.
fn push_short(svg: &mut String, label: &str) {
    match label.char_indices().nth(LETTERS) {
        Some((end, _)) => {
            push_escaped(svg, &label[..end]);
            svg.push('…');
        }
        None => push_escaped(svg, label),
    }
}

#[cfg(test)]
mod tests {
    use crate::learn::evaluation::{Evaluation, EvaluationOptions};

    #[test]
    fn every_cell_is_there_and_labels_are_safe() {
        let labels = ["<b>", "neutral", "a label that is far too long to be shown"];
        let rows: Vec<usize> = (0..30).map(|row| row % 3).collect();
        let mut probabilities = Vec::new();
        for row in 0..30 {
            let mut shares = [0.1; 3];
            shares[if row < 24 { row % 3 } else { 1 }] = 0.8;
            probabilities.extend(shares);
        }
        let labels: Vec<String> = labels.map(str::to_owned).to_vec();
        let actual: Vec<String> = rows.iter().map(|row| labels[*row].clone()).collect();
        let evaluation =
            Evaluation::new(&labels, &actual, &probabilities, None, &EvaluationOptions::default());
        let svg = evaluation.expect("the rows are good").confusion_svg();
        assert_eq!(svg.matches("<rect").count(), 9);
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"));
        assert!(svg.contains("a label that is …"));
        // Ten rows of each label; of the last six, four are taken for another.
        assert_eq!(svg.matches(">8</text>").count(), 2);
        assert_eq!(svg.matches(">80 %</text>").count(), 2);
    }
}

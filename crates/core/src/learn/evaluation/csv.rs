use std::fmt::Write;

use super::{Evaluation, Mistake};

impl Evaluation {
    /// The kept mistakes as CSV (RFC 4180), the surest first.
    ///
    /// Texts and labels that start with `=`, `+`, `-`, `@`, a tab or a line break get an
    /// apostrophe in front, for a spreadsheet would take them for a formula; the numbers never do.
    pub fn mistakes_csv(&self) -> String {
        let mut csv =
            String::from("row,actual,predicted,confidence,probability_of_actual,text\r\n");
        for mistake in &self.mistakes {
            let Mistake { row, text, actual, predicted, confidence, probability_of_actual } =
                mistake;
            csv.push_str(&row.to_string());
            push_cell(&mut csv, actual);
            push_cell(&mut csv, predicted);
            let _ = write!(csv, ",{confidence},{probability_of_actual}");
            push_cell(&mut csv, text.as_deref().unwrap_or_default());
            csv.push_str("\r\n");
        }
        csv
    }

    /// The confusion matrix as CSV (RFC 4180): a line for each label that was right, a column for
    /// each that was predicted. Labels are written as in [`mistakes_csv`](Self::mistakes_csv).
    pub fn confusion_csv(&self) -> String {
        let mut csv = String::from("actual");
        for label in &self.labels {
            push_cell(&mut csv, label);
        }
        csv.push_str("\r\n");
        for (actual, label) in self.labels.iter().enumerate() {
            let mut line = String::new();
            push_cell(&mut line, label);
            // It puts a comma in front.
            csv.push_str(&line[1..]);
            for predicted in 0..self.labels.len() {
                let _ = write!(csv, ",{}", self.confusion.count(actual, predicted));
            }
            csv.push_str("\r\n");
        }
        csv
    }
}

fn push_cell(csv: &mut String, text: &str) {
    csv.push(',');
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let is_quoted = text.contains([',', '"', '\r', '\n']) || text.trim() != text;
    if is_quoted {
        csv.push('"');
    }
    if is_formula {
        csv.push('\'');
    }
    if is_quoted {
        csv.push_str(&text.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::measure::tests::small;

    #[test]
    fn texts_survive_and_formulas_do_not() {
        let csv = small().mistakes_csv();
        let expected = "row,actual,predicted,confidence,probability_of_actual,text\r\n\
            4,positive,negative,0.95,0,\"'=SUM(A1)\nlumayan <b>sih</b>\"\r\n\
            1,negative,positive,0.6,0.2,\"tidak buruk sama sekali, \"\"bagus\"\"\"\r\n\
            5,mixed,negative,0.5,0,bagus tapi mahal\r\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn the_matrix_has_a_line_for_each_label() {
        let evaluation = small();
        let csv = evaluation.confusion_csv();
        let mut lines = csv.lines();
        let names = evaluation.labels.join(",");
        assert_eq!(lines.next(), Some(format!("actual,{names}").as_str()));
        let sum: u64 = lines
            .clone()
            .flat_map(|line| line.split(',').skip(1).map(|count| count.parse::<u64>().unwrap()))
            .sum();
        // Of one row the right label is none that the classifier knows.
        let known = evaluation.confusion.rows() - 1;
        assert_eq!((lines.count(), sum), (evaluation.labels.len(), known));
    }
}

//! Explanations for people: in a terminal, in a notebook, as data.

use std::fmt::Write;

use super::{Explanation, Method};
use crate::{Error, Result, html::push_escaped};

/// How long the bar of the most important part is.
const BAR: usize = 20;
/// How many terms a person wants to see.
const TERMS: usize = 10;

impl Explanation {
    /// All of it as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("it holds texts and numbers only")
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is something else.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::invalid("explanation", error.to_string()))
    }

    /// What speaks for the label and against it, for a terminal: the words, and where the model
    /// weighs other things than words, those.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} ({:+.3})\n", self.label, self.score);
        let mut words: Vec<(String, f64)> = Vec::new();
        for word in &self.words {
            match words.iter_mut().find(|(own, _)| *own == word.word) {
                Some((_, value)) => *value += word.value,
                None => words.push((word.word.clone(), word.value)),
            }
        }
        words.sort_by(|left, right| right.1.abs().total_cmp(&left.1.abs()));
        let mut rest = vec![("(without words)".to_owned(), self.baseline)];
        if self.method == Method::Occlusion {
            rest.push(("(unexplained)".to_owned(), self.gap));
        }
        list(&mut text, &words, &rest);
        if self.method == Method::Exact {
            text.push_str("by terms, and pieces of words between dots\n");
            let terms = self.contributions.iter().map(|part| {
                let term = &part.term;
                let name = if part.letters { format!("·{term}·") } else { term.clone() };
                (name, part.value)
            });
            list(&mut text, &terms.collect::<Vec<_>>(), &[]);
        }
        text
    }

    /// The text with its words coloured by what they add, for a notebook.
    pub fn to_html(&self) -> String {
        let most = self.words.iter().map(|word| word.value.abs()).fold(0.0, f64::max);
        let mut marked = String::new();
        let mut done = 0;
        for word in &self.words {
            push_escaped(&mut marked, &self.text[done..word.start]);
            let share = if most > 0.0 { word.value.abs() / most } else { 0.0 };
            // Colours that differ in brightness as well, over any background.
            let colour = if word.value < 0.0 { "214,96,30" } else { "38,120,200" };
            let _ = write!(
                marked,
                "<span title=\"{:+.3}\" style=\"background:rgba({colour},{:.2});\
                 border-radius:3px;padding:0 2px\">",
                word.value,
                share * 0.6
            );
            push_escaped(&mut marked, &word.word);
            marked.push_str("</span>");
            done = word.end;
        }
        push_escaped(&mut marked, &self.text[done..]);
        let mut label = String::new();
        push_escaped(&mut label, &self.label);
        let how = match self.method {
            Method::Exact => "exact".to_owned(),
            Method::Occlusion => {
                format!("by leaving words out; {:+.3} unexplained", self.gap)
            }
        };
        format!(
            "<div style=\"font-family:sans-serif;line-height:1.7\">\
             <div><b>{label}</b> <span style=\"opacity:.7\">{:+.3} = {:+.3} without words {:+.3} \
             by words, {how}</span></div>\
             <div style=\"white-space:pre-wrap\">{marked}</div>\
             <div style=\"opacity:.7;font-size:85%\"><span style=\"background:\
             rgba(38,120,200,.5);padding:0 4px;border-radius:3px\">for</span> \
             <span style=\"background:rgba(214,96,30,.5);padding:0 4px;border-radius:3px\">\
             against</span> {label}</div></div>",
            self.score,
            self.baseline,
            self.score - self.baseline - self.gap,
        )
    }
}

/// Appends a line for each of the most important parts, one for the others together, and the rest.
fn list(text: &mut String, parts: &[(String, f64)], rest: &[(String, f64)]) {
    let (shown, others) = parts.split_at(parts.len().min(TERMS));
    let mut lines: Vec<(String, f64, bool)> =
        shown.iter().map(|(name, value)| (name.clone(), *value, true)).collect();
    if !others.is_empty() {
        let sum = others.iter().map(|(_, value)| value).sum();
        lines.push((format!("({} more)", others.len()), sum, false));
    }
    lines.extend(rest.iter().map(|(name, value)| (name.clone(), *value, false)));
    let width = |name: &str| name.chars().count();
    let widest = lines.iter().map(|(name, ..)| width(name)).max().unwrap_or(0).min(40);
    let most = shown.iter().map(|(_, value)| value.abs()).fold(0.0, f64::max);
    for (name, value, has_bar) in lines {
        let padding = " ".repeat(widest.saturating_sub(width(&name)));
        let share = if has_bar && most > 0.0 { value.abs() / most } else { 0.0 };
        let sign = if value < 0.0 { "−" } else { "+" };
        let length = (1..=BAR).filter(|mark| *mark as f64 <= (share * BAR as f64).round()).count();
        let bar = sign.repeat(length);
        let line = format!("  {name}{padding}  {value:+.3}  {bar}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

//! Small pictures, drawn as SVG.

use std::fmt::Write;

use super::{escaped, percent};
use crate::drift::{DriftReport, Shares};

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 90.0;

/// A number has at most so many bars.
const BARS: usize = 28;

/// So many values of a category are shown.
const VALUES: usize = 8;

fn begin(out: &mut String, height: f64, label: &str) {
    let _ = write!(
        out,
        "<svg width=\"{WIDTH}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
}

/// How often what was, and is.
pub(super) fn shares(out: &mut String, shares: &Shares) {
    if shares.then.is_empty() {
        return;
    }
    if shares.names.is_empty() {
        match few_values(&shares.edges) {
            Some(names) => values(out, &names, &inner(&shares.then), &inner(&shares.now)),
            None => numbers(out, shares),
        }
    } else {
        values(out, &shares.names, &shares.then, &shares.now);
    }
}

/// The values of bins that hold one each: an edge, and the next number after it.
fn few_values(edges: &[f64]) -> Option<Vec<String>> {
    let pairs = edges.chunks_exact(2);
    let is_pair = |pair: &[f64]| pair[0].next_up() >= pair[1];
    let all = !edges.is_empty() && pairs.remainder().is_empty() && pairs.clone().all(is_pair);
    (all && edges.len() <= 2 * VALUES).then(|| {
        let names = pairs.map(|pair| short(pair[0]));
        names.chain(["others".to_owned()]).collect()
    })
}

/// The bins of the values, and all that lies between them.
fn inner(shares: &[f64]) -> Vec<f64> {
    let values: Vec<f64> = shares.iter().skip(1).step_by(2).copied().collect();
    let others = shares.iter().step_by(2).sum();
    values.into_iter().chain([others]).collect()
}

/// Bars for values: the reference's above, those of now below.
fn values(out: &mut String, names: &[String], then: &[f64], now: &[f64]) {
    let apart = |place: &usize| (then[*place] - now[*place]).abs();
    let mut places: Vec<usize> = (0..names.len()).filter(|at| then[*at] + now[*at] > 0.0).collect();
    // Those that changed most are shown, in their usual order.
    places.sort_by(|one, other| apart(other).total_cmp(&apart(one)));
    places.truncate(VALUES);
    places.sort_unstable();
    let most = places.iter().map(|at| then[*at].max(now[*at])).fold(1e-9, f64::max);
    begin(out, places.len() as f64 * 22.0 + 2.0, "shares of values, then and now");
    for (row, at) in places.into_iter().enumerate() {
        let top = row as f64 * 22.0 + 2.0;
        let width = |share: f64| share / most * 150.0;
        let name: String = if names[at].chars().count() > 17 {
            names[at].chars().take(16).chain(['…']).collect()
        } else {
            names[at].clone()
        };
        let (before, after) = (percent(then[at]), percent(now[at]));
        let _ = write!(
            out,
            "<g><title>{}: {before}, now {after}</title><text x=\"0\" y=\"{:.0}\">{}</text>\
             <rect class=\"then\" x=\"105\" y=\"{top:.0}\" width=\"{:.1}\" height=\"8\"/>\
             <rect class=\"bar\" x=\"105\" y=\"{:.0}\" width=\"{:.1}\" height=\"8\"/>\
             <text x=\"{WIDTH}\" y=\"{:.0}\" text-anchor=\"end\">{after}</text></g>",
            escaped(&names[at]),
            top + 12.0,
            escaped(&name),
            width(then[at]),
            top + 9.0,
            width(now[at]),
            top + 12.0,
        );
    }
    *out += "</svg>";
}

/// A number's distribution: the reference's filled, that of now as a line.
fn numbers(out: &mut String, shares: &Shares) {
    let edges = &shares.edges;
    let (Some(low), Some(high)) = (edges.first(), edges.last()) else { return };
    let (low, high) = (*low, *high);
    let (then, now) = (spread(edges, &shares.then), spread(edges, &shares.now));
    let most = then.iter().chain(&now).copied().fold(1e-12, f64::max);
    let floor = HEIGHT - 16.0;
    let step = WIDTH / (BARS + 2) as f64;
    let y = |share: f64| floor - share / most * (floor - 4.0);
    begin(out, HEIGHT, "distribution, then and now");
    let outline = |heights: &[f64]| {
        let mut path = format!("M0 {floor}");
        for (bar, share) in heights.iter().enumerate() {
            let _ = write!(path, "V{:.1}H{:.1}", y(*share), (bar + 1) as f64 * step);
        }
        path
    };
    let _ = write!(out, "<path class=\"then\" d=\"{}V{floor}Z\"/>", outline(&then));
    let _ = write!(out, "<path class=\"now\" d=\"{}V{floor}\"/>", outline(&now));
    let _ = write!(
        out,
        "<path class=\"axis\" d=\"M0 {floor}H{WIDTH}\"/>\
         <text x=\"{step:.1}\" y=\"{}\">{}</text>\
         <text x=\"{:.1}\" y=\"{}\" text-anchor=\"end\">{}</text></svg>",
        HEIGHT - 3.0,
        short(low),
        WIDTH - step,
        HEIGHT - 3.0,
        short(high)
    );
}

/// Shares of bins of any width as shares of bars of equal width; what lies below the first edge and
/// above the last has a bar of its own.
fn spread(edges: &[f64], shares: &[f64]) -> Vec<f64> {
    let mut bars = vec![0.0; BARS + 2];
    let (low, high) = (edges[0], edges[edges.len() - 1]);
    bars[0] = shares.first().copied().unwrap_or_default();
    bars[BARS + 1] = shares.last().copied().unwrap_or_default();
    // Halved, for the difference of huge numbers is not finite.
    let half = high / 2.0 - low / 2.0;
    let place = |edge: f64| {
        if half > 0.0 { (edge / 2.0 - low / 2.0) / half * BARS as f64 } else { 0.0 }
    };
    for (pair, share) in edges.windows(2).zip(shares.iter().skip(1)) {
        let (from, to) = (place(pair[0]), place(pair[1]));
        let width = (to - from).max(1e-9);
        #[expect(clippy::cast_sign_loss, reason = "edges ascend from the first")]
        let first = (from as usize).min(BARS - 1);
        for bar in first..BARS {
            let (start, end) = (bar as f64, (bar + 1) as f64);
            if start >= to && bar > first {
                break;
            }
            let part = if bar == first && to <= end {
                1.0
            } else {
                ((to.min(end) - from.max(start)) / width).max(0.0)
            };
            bars[bar + 1] += share * part;
        }
    }
    bars
}

/// A line of what was measured again and again, with a mark where it begins to matter.
pub(super) fn trend(out: &mut String, values: &[f64], mark: Option<f64>, label: &str) {
    let height = 40.0;
    let top = values.iter().copied().chain(mark).fold(f64::MIN, f64::max);
    let low = values.iter().copied().fold(f64::MAX, f64::min).min(mark.unwrap_or(f64::MAX));
    let low = if mark.is_some() { 0.0 } else { low };
    let span = if top > low { top - low } else { 1.0 };
    let x = |at: usize| 4.0 + at as f64 / (values.len() - 1).max(1) as f64 * (WIDTH - 8.0);
    let y = |value: f64| height - 4.0 - (value - low) / span * (height - 8.0);
    begin(out, height, label);
    let _ = write!(out, "<title>{} by window</title>", escaped(label));
    if let Some(mark) = mark {
        let _ = write!(out, "<path class=\"mark\" d=\"M0 {:.1}H{WIDTH}\"/>", y(mark));
    }
    let mut path = String::new();
    for (at, value) in values.iter().enumerate() {
        let _ = write!(path, "{}{:.1} {:.1}", if at == 0 { 'M' } else { 'L' }, x(at), y(*value));
    }
    let last = values.len() - 1;
    let _ = write!(
        out,
        "<path class=\"line\" d=\"{path}\"/><circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/></svg>",
        x(last),
        y(values[last])
    );
}

/// The evidence of each window as a bar, on a scale of powers.
pub(super) fn evidence(out: &mut String, drift: &DriftReport) {
    const WIDE: f64 = 600.0;
    const TALL: f64 = 120.0;
    let budget = drift.false_alarm_windows.max(2.0);
    let count = drift.history.len();
    let most = drift.history.iter().map(|own| own.evidence).fold(budget, f64::max);
    let scale = |evidence: f64| (1.0 + evidence.max(0.0)).ln() / (1.0 + most).ln();
    let y = |evidence: f64| TALL - 18.0 - scale(evidence) * (TALL - 34.0);
    let step = (WIDE - 60.0) / count as f64;
    let _ = write!(
        out,
        "<svg width=\"760\" viewBox=\"0 0 {WIDE} {TALL}\" role=\"img\" aria-label=\"evidence by window\">"
    );
    for (line, name) in [(budget, "sure"), (budget.sqrt(), "worth a look")] {
        let _ = write!(
            out,
            "<path class=\"mark\" d=\"M0 {0:.1}H{1}\"/><text x=\"{WIDE}\" y=\"{2:.1}\" \
             text-anchor=\"end\">{name}</text>",
            y(line),
            WIDE - 75.0,
            y(line) + 4.0,
        );
    }
    for (at, own) in drift.history.iter().enumerate() {
        let top = y(own.evidence).min(TALL - 20.0);
        let when = own.from.map_or_else(String::new, |from| format!(", {}", from.minute()));
        let _ = write!(
            out,
            "<rect class=\"s-{}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"1\">\
             <title>window {}{when}: {} rows, evidence {:.1}</title></rect>",
            own.status.name(),
            at as f64 * (step * 0.9).min(40.0),
            (step * 0.72).clamp(1.0, 30.0),
            TALL - 18.0 - top,
            own.window,
            own.rows,
            own.evidence,
        );
    }
    let first = drift.history.first().map_or(0, |own| own.window);
    let last = drift.history.last().map_or(0, |own| own.window);
    let end = (count - 1) as f64 * (step * 0.9).min(40.0);
    let _ = write!(
        out,
        "<path class=\"axis\" d=\"M0 {0}H{1}\"/><text x=\"0\" y=\"{2}\">window {first}</text>\
         <text x=\"{3:.0}\" y=\"{2}\">{last}</text></svg>",
        TALL - 18.0,
        WIDE - 75.0,
        TALL - 3.0,
        end.max(80.0),
    );
}

/// A share with its interval, on a line from `low` to `high`.
pub(super) struct Point<'a> {
    pub(super) name: &'a str,
    pub(super) value: f64,
    pub(super) ends: Option<(f64, f64)>,
    pub(super) is_open: bool,
}

/// Shares with their intervals, one below the other on one scale.
pub(super) fn points(out: &mut String, points: &[Point<'_>]) {
    const WIDE: f64 = 400.0;
    let ends = |own: &Point<'_>| own.ends.unwrap_or((own.value, own.value));
    let low = points.iter().map(|own| ends(own).0).fold(1.0, f64::min);
    let high = points.iter().map(|own| ends(own).1).fold(0.0, f64::max);
    let (low, high) = ((low - 0.01).max(0.0), (high + 0.01).min(1.0));
    let x = |share: f64| 188.0 + (share - low) / (high - low).max(1e-9) * 204.0;
    let height = points.len() as f64 * 20.0 + 20.0;
    let _ = write!(
        out,
        "<svg width=\"560\" viewBox=\"0 0 {WIDE} {height}\" role=\"img\" aria-label=\"shares\">"
    );
    for (row, own) in points.iter().enumerate() {
        let y = row as f64 * 20.0 + 10.0;
        let (from, to) = ends(own);
        let class = if own.is_open { "open" } else { "dot" };
        let _ = write!(
            out,
            "<g><title>{0}: {1} ({2} to {3})</title><text x=\"0\" y=\"{4:.0}\">{0}</text>\
             <text x=\"178\" y=\"{4:.0}\" text-anchor=\"end\">{1}</text>\
             <path class=\"line\" d=\"M{5:.1} {y}H{6:.1}\"/>\
             <circle class=\"{class}\" cx=\"{7:.1}\" cy=\"{y}\" r=\"3.5\"/></g>",
            escaped(own.name),
            percent(own.value),
            percent(from),
            percent(to),
            y + 4.0,
            x(from),
            x(to),
            x(own.value),
        );
    }
    let _ = write!(
        out,
        "<path class=\"axis\" d=\"M188 {0}H392\"/><text x=\"188\" y=\"{1}\">{2}</text>\
         <text x=\"392\" y=\"{1}\" text-anchor=\"end\">{3}</text></svg>",
        height - 16.0,
        height - 3.0,
        percent(low),
        percent(high)
    );
}

/// A number with three digits that matter.
pub(super) fn short(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e6).contains(&size) {
        format!("{number:.2e}")
    } else {
        let decimals = if size >= 100.0 {
            0
        } else if size >= 1.0 {
            2
        } else {
            4
        };
        let text = format!("{number:.decimals$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    }
}

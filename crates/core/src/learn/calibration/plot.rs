use std::fmt::Write;

use super::{Bin, Calibration, CalibrationScores};

/// The side of a panel's square, and where the squares begin.
const SIDE: f64 = 260.0;
const TOP: f64 = 56.0;
const LEFT: [f64; 2] = [58.0, 398.0];
/// How high the bars of the bins' sizes may become, and where they stand.
const BAR: f64 = 34.0;
const FLOOR: f64 = TOP + SIDE + BAR + 10.0;

/// The reliability before and after a temperature, as a picture for a notebook or a file.
///
/// Above, a dot for each bin: how sure its answers are, and how often they are right. The larger
/// the dot, the more answers; the line from it to the diagonal is how far off they are. Below,
/// how many answers each bin holds. The picture is one `<svg>` without scripts that takes the
/// colour of the text round it; as a file of its own it follows the reader's dark or light theme.
pub fn reliability_svg(calibration: &Calibration) -> String {
    let mut svg = String::from(concat!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 690 406\" width=\"690\" ",
        "style=\"max-width:100%;height:auto\" font-family=\"system-ui,sans-serif\" ",
        "font-size=\"12\" fill=\"currentColor\" role=\"img\" ",
        "aria-label=\"Reliability before and after calibration\">",
        // Only a file of its own has the picture as its root, so a page keeps its colours.
        "<style>svg:root{color:#222;background:#fff}@media(prefers-color-scheme:dark)",
        "{svg:root{color:#ddd;background:#111}}</style>",
    ));
    let after = format!("After, temperature {:.2}", calibration.temperature);
    panel(&mut svg, LEFT[0], "Before", "#d9730d", &calibration.before);
    panel(&mut svg, LEFT[1], &after, "#2f80ed", &calibration.after);
    svg.push_str("</svg>");
    svg
}

fn panel(svg: &mut String, left: f64, title: &str, colour: &str, scores: &CalibrationScores) {
    let x = |share: f64| left + SIDE * share.clamp(0.0, 1.0);
    let y = |share: f64| TOP + SIDE * (1.0 - share.clamp(0.0, 1.0));
    let CalibrationScores { log_loss, ece, reliability, .. } = scores;
    let _ = write!(
        svg,
        "<text x=\"{left}\" y=\"22\" font-size=\"15\" font-weight=\"600\">{title}</text>\
         <text x=\"{left}\" y=\"42\" opacity=\".75\">calibration error (ECE) {ece:.3}, log loss \
         {log_loss:.3}</text>"
    );
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (across, up) = (x(tick), y(tick));
        let (right, below) = (left + SIDE, TOP + SIDE);
        let percent = tick * 100.0;
        let _ = write!(
            svg,
            "<path d=\"M{left} {up:.1}H{right}M{across:.1} {TOP}V{below}\" \
             stroke=\"currentColor\" opacity=\".12\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" opacity=\".75\">{percent}</text>\
             <text x=\"{across:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
             opacity=\".75\">{percent}</text>",
            left - 8.0,
            up + 4.0,
            FLOOR + 16.0,
        );
    }
    let _ = write!(
        svg,
        "<path d=\"M{} {}L{} {}\" stroke=\"currentColor\" opacity=\".5\" \
         stroke-dasharray=\"4 4\"/>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    let middle = TOP + SIDE / 2.0;
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">how sure, in %</text>\
         <text transform=\"translate({:.1} {middle:.1}) rotate(-90)\" \
         text-anchor=\"middle\">how often right, in %</text>",
        left + SIDE / 2.0,
        FLOOR + 36.0,
        left - 38.0,
    );
    let total = reliability.bins.iter().map(|bin| bin.count as f64).sum::<f64>().max(1.0);
    let most = reliability.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    for bin in reliability.bins.iter().filter(|bin| bin.count > 0) {
        let Bin { low, high, count, confidence, accuracy } = bin;
        let height = (BAR * *count as f64 / most).max(1.0);
        let _ = write!(
            svg,
            "<g stroke=\"{colour}\" fill=\"{colour}\"><title>{count} answers, {:.1} % sure, \
             {:.1} % right</title>\
             <path d=\"M{across:.1} {:.1}V{:.1}\" stroke-width=\"2\" opacity=\".6\"/>\
             <circle cx=\"{across:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill-opacity=\".55\"/>\
             <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" \
             stroke=\"none\" fill-opacity=\".55\"/></g>",
            confidence * 100.0,
            accuracy * 100.0,
            y(*accuracy),
            y(*confidence),
            y(*accuracy),
            3.0 + 11.0 * (*count as f64 / total).sqrt(),
            x(*low) + 1.0,
            FLOOR - height,
            (x(*high) - x(*low) - 2.0).max(1.0),
            across = x(*confidence),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_small_and_complete() {
        let scores: Vec<f64> = (0..4_000).map(|at| f64::from(at % 97) / 20.0).collect();
        let labels: Vec<u32> = (0..2_000).map(|at| at % 2).collect();
        let calibration = Calibration::fit(&scores, &labels, 2).unwrap();
        let svg = reliability_svg(&calibration);
        assert!(svg.len() < 30_000, "{}", svg.len());
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<script"));
        let filled = |scores: &CalibrationScores| {
            scores.reliability.bins.iter().filter(|bin| bin.count > 0).count()
        };
        let dots = filled(&calibration.before) + filled(&calibration.after);
        assert_eq!(svg.matches("<circle").count(), dots);
    }
}

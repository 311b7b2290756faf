//! The times of both sides as a picture.

use std::fmt::Write as _;

use lockstep_schemas::evidence::Evidence;
use lockstep_schemas::model::PerformanceLimits;

use crate::show::seconds;
use crate::{Judgement, Scenario, Verdict};

/// How wide the picture is, where its scale begins, how high a scenario is, and what is above them; in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 300.0;
const RIGHT: f64 = 150.0;
const ROW: f64 = 46.0;
const TOP: f64 = 64.0;
/// How much of a name there is room for.
const LONGEST: usize = 40;

/// Every time of both sides as an SVG file: for each scenario a line, on which the release's times stand above and the
/// commit's below, measured in the release's median. A dashed line shows where a scenario becomes too slow.
#[must_use]
pub fn svg(evidence: &Evidence, judgement: &Judgement, limits: &PerformanceLimits) -> String {
    let limit = 1.0 + f64::from(limits.slower_by_percent.get()) / 100.0;
    let shown: Vec<(&Scenario, Points)> = judgement
        .scenarios
        .iter()
        .filter_map(|scenario| Some((scenario, Points::of(evidence, scenario)?)))
        .collect();
    let all = || shown.iter().flat_map(|(_, points)| points.base.iter().chain(&points.candidate));
    let least = all().copied().fold(0.9, f64::min);
    let most = all().copied().fold(limit + 0.1, f64::max);
    let x = |ratio: f64| LEFT + (ratio - least) / (most - least) * (WIDTH - LEFT - RIGHT);
    #[expect(clippy::cast_precision_loss, reason = "no model has 2^52 scenarios")]
    let height = TOP + ROW * shown.len() as f64 + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{} beside {}</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escaped(evidence.commit.as_str()),
        escaped(evidence.base.tag.as_str()),
    );
    legend(&mut svg, evidence);
    for (ratio, dash, label) in [
        (1.0, "", "as fast".to_owned()),
        (limit, " stroke-dasharray=\"4 4\"", format!("+{} %", limits.slower_by_percent)),
    ] {
        let (x, bottom) = (x(ratio), height - 24.0);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#8a8a8a\"{dash}/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#5a5a5a\">{label}</text>",
            bottom + 16.0,
        );
    }
    let mut y = TOP;
    for (scenario, points) in &shown {
        row(&mut svg, scenario, points, y, &x);
        y += ROW;
    }
    svg.push_str("</svg>\n");
    svg
}

/// Times of a scenario, measured in the release's median.
struct Points {
    base: Vec<f64>,
    candidate: Vec<f64>,
}

impl Points {
    /// Nothing where one side has none, or takes no time at all.
    fn of(evidence: &Evidence, scenario: &Scenario) -> Option<Self> {
        let median = scenario.base.filter(|median| *median > 0.0)?;
        scenario.candidate?;
        let samples = evidence.scenarios.get(&scenario.name)?;
        let ratios = |times: &[f64]| times.iter().map(|time| time / median).collect();
        Some(Self { base: ratios(&samples.base), candidate: ratios(&samples.candidate) })
    }
}

const BASE: &str = "#6b7a8f";

fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Slower | Verdict::Missing => "#c62828",
        Verdict::Noise | Verdict::Warned => "#b26a00",
        Verdict::Passed | Verdict::New => "#2e7d32",
    }
}

fn legend(svg: &mut String, evidence: &Evidence) {
    let tag = escaped(evidence.base.tag.as_str());
    let commit: String = evidence.commit.as_str().chars().take(12).collect();
    let _ = writeln!(
        svg,
        "<text x=\"16\" y=\"26\" font-size=\"15\">Times in the median of {tag}</text>\n<circle cx=\"22\" cy=\"44\" r=\"4\" fill=\"{BASE}\"/><text x=\"32\" y=\"48\">{tag}, above</text><circle cx=\"172\" cy=\"44\" r=\"4\" fill=\"#2e7d32\"/><text x=\"182\" y=\"48\">{commit}, below</text>",
    );
}

fn row(svg: &mut String, scenario: &Scenario, points: &Points, y: f64, x: &impl Fn(f64) -> f64) {
    let (above, below, middle) = (y + 14.0, y + 30.0, y + 27.0);
    let name: String = scenario.name.chars().take(LONGEST).collect();
    let _ = writeln!(
        svg,
        "<text x=\"16\" y=\"{middle}\"><title>{}</title>{}</text>",
        escaped(&scenario.name),
        escaped(&name)
    );
    let own = colour(scenario.verdict);
    for (times, y, fill) in [(&points.base, above, BASE), (&points.candidate, below, own)] {
        for time in times {
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"4\" fill=\"{fill}\" fill-opacity=\"0.6\"/>",
                x(*time)
            );
        }
    }
    let percent = scenario.slower_by().unwrap_or_default();
    let now = scenario.candidate.map(seconds).unwrap_or_default();
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\" fill=\"{own}\">{now}, {percent:+.1} %</text>",
        WIDTH - 8.0
    );
}

/// A text as XML has it; what XML cannot have is left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

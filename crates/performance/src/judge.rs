//! Whether a commit is slower than the release that it is compared with.

use lockstep_schemas::evidence::{Base, Evidence, Samples};
use lockstep_schemas::model::{Measure, PerformanceLimits};
use lockstep_schemas::strings::{CommitSha, Id, Sha256};

use crate::digest;

/// What the times of all scenarios come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Each scenario, in the evidence's order.
    pub scenarios: Vec<Scenario>,
}

/// What the times of one scenario come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The median of the release's times, in seconds.
    pub base: Option<f64>,
    /// The median of the commit's.
    pub candidate: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from the times of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not slower than it may be.
    Passed,
    /// It is, and yet some run of the commit was as fast as some run of the release: that may be noise.
    Noise,
    /// It is, and takes so little time that this only warns.
    Warned,
    /// It is slower than it may be.
    Slower,
    /// A side has it in fewer runs than the model asks for, or the commit has it no more.
    Missing,
    /// The release did not have it yet.
    New,
}

impl Verdict {
    /// In words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Passed => "good",
            Self::Noise => "within the noise",
            Self::Warned => "slower, of little time",
            Self::Slower => "slower",
            Self::Missing => "missing",
            Self::New => "new",
        }
    }

    /// Whether it stops a release.
    #[must_use]
    pub fn blocks(self) -> bool {
        match self {
            Self::Slower | Self::Missing => true,
            Self::Passed | Self::Noise | Self::Warned | Self::New => false,
        }
    }
}

impl Scenario {
    /// How much slower the commit is, in percent; below nothing where it is faster.
    #[must_use]
    pub fn slower_by(&self) -> Option<f64> {
        let (base, candidate) = (self.base?, self.candidate?);
        (base > 0.0).then(|| (candidate / base - 1.0) * 100.0)
    }
}

impl Judgement {
    /// The scenarios that stop a release.
    pub fn blocking(&self) -> impl Iterator<Item = &Scenario> {
        self.scenarios.iter().filter(|scenario| scenario.verdict.blocks())
    }

    /// Whether any scenario could be compared: where none could, nothing was shown.
    #[must_use]
    pub fn compared_any(&self) -> bool {
        self.scenarios.iter().any(|one| one.base.is_some() && one.candidate.is_some())
    }

    /// In one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        if !self.compared_any() {
            return "no scenario is on both sides, so nothing was compared".to_owned();
        }
        let count = self.scenarios.len();
        let blocking: Vec<String> = self.blocking().map(shown).collect();
        if blocking.is_empty() {
            let noun = if count == 1 { "scenario" } else { "scenarios" };
            return format!("{count} {noun}, none slower than it may be");
        }
        format!("{} of {count}: {}", blocking.len(), blocking.join(", "))
    }

    /// Whether a release may go on.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.compared_any() && self.blocking().next().is_none()
    }
}

fn shown(scenario: &Scenario) -> String {
    let Scenario { name, verdict, .. } = scenario;
    match scenario.slower_by() {
        Some(percent) => format!("{name} is {percent:.1} % slower"),
        None => format!("{name} is {}", verdict.in_words()),
    }
}

/// Judges times by a model's limits.
#[must_use]
pub fn judge(evidence: &Evidence, limits: &PerformanceLimits) -> Judgement {
    let scenarios = evidence.scenarios.iter().map(|(name, samples)| Scenario {
        name: name.clone(),
        base: median(&samples.base),
        candidate: median(&samples.candidate),
        verdict: verdict(samples, limits),
    });
    Judgement { scenarios: scenarios.collect() }
}

fn verdict(samples: &Samples, limits: &PerformanceLimits) -> Verdict {
    let runs = usize::from(limits.runs.get());
    let (base, candidate) = match (median(&samples.base), median(&samples.candidate)) {
        (None, Some(_)) => return Verdict::New,
        (Some(base), Some(candidate))
            if samples.base.len() >= runs && samples.candidate.len() >= runs =>
        {
            (base, candidate)
        }
        (Some(_), Some(_)) | (Some(_) | None, None) => return Verdict::Missing,
    };
    let most = base * (1.0 + f64::from(limits.slower_by_percent.get()) / 100.0);
    if candidate <= most {
        return Verdict::Passed;
    }
    if base < f64::from(limits.warn_below_microseconds) / 1e6 {
        return Verdict::Warned;
    }
    let fastest = samples.candidate.iter().copied().fold(f64::INFINITY, f64::min);
    let slowest = samples.base.iter().copied().fold(0.0, f64::max);
    if fastest <= slowest { Verdict::Noise } else { Verdict::Slower }
}

/// The median: of an even number of times the middle of the two in the middle.
fn median(times: &[f64]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    let upper = *times.get(middle)?;
    let lower = if times.len().is_multiple_of(2) { times[middle - 1] } else { upper };
    Some(lower.midpoint(upper))
}

/// Why evidence is not of what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It is of another commit.
    Commit(CommitSha),
    /// It is of another gate.
    Gate(Id),
    /// It was measured in another way than the model says now.
    Measure(Sha256),
    /// It compares with something other than the last release.
    Base(Base),
}

impl Unfit {
    /// In words: the evidence …
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Commit(commit) => format!("is of another commit, {commit}"),
            Self::Gate(gate) => format!("is of another gate, `{gate}`"),
            Self::Measure(_) => "was measured in another way than the model says".to_owned(),
            Self::Base(Base { tag, commit }) => {
                format!("compares with {tag} at {commit}, which is not the last release")
            }
        }
    }
}

/// Why evidence says nothing of a release, if so: it must be of its commit, and compare that with the last release.
#[must_use]
pub fn unfit(
    evidence: &Evidence,
    gate: &Id,
    commit: &CommitSha,
    base: Option<&Base>,
    measure: &Measure,
) -> Option<Unfit> {
    if evidence.commit != *commit {
        return Some(Unfit::Commit(evidence.commit.clone()));
    }
    if evidence.gate != *gate {
        return Some(Unfit::Gate(evidence.gate.clone()));
    }
    if evidence.measure != digest(measure) {
        return Some(Unfit::Measure(evidence.measure.clone()));
    }
    if base != Some(&evidence.base) {
        return Some(Unfit::Base(evidence.base.clone()));
    }
    None
}

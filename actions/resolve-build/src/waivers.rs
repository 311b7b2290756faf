//! Waivers: a gate or a channel that somebody lets go for one release, on record.

use indexmap::IndexMap;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, Stage, Waiver};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::{GateRecord, GateState, Waived, WaiverRecord};
use lockstep_schemas::strings::{Id, Login, Text};
use serde_json::Value;

/// The inputs of a dispatch.
type Inputs = IndexMap<String, Value>;

/// What a run lets go.
#[derive(Debug, Default)]
pub(crate) struct Waivers(pub(crate) Vec<WaiverRecord>);

impl Waivers {
    /// The gates.
    pub(crate) fn gates(&self) -> Vec<Id> {
        let gates = self.0.iter().filter_map(|record| match &record.waived {
            Waived::Gate { gate } => Some(gate.clone()),
            Waived::Channel { .. } => None,
        });
        gates.collect()
    }

    /// Those that let something go in the end: a gate that is open is not let go.
    pub(crate) fn that_count(self, gates: &[GateRecord]) -> Vec<WaiverRecord> {
        let counts = |record: &WaiverRecord| match &record.waived {
            Waived::Gate { gate } => {
                gates.iter().any(|one| one.gate == *gate && one.state == GateState::Waived)
            }
            Waived::Channel { .. } => true,
        };
        self.0.into_iter().filter(counts).collect()
    }

    /// The channels.
    pub(crate) fn channels(&self) -> Vec<ChannelKind> {
        let channels = self.0.iter().filter_map(|record| match record.waived {
            Waived::Channel { channel } => Some(channel),
            Waived::Gate { .. } => None,
        });
        channels.collect()
    }
}

/// What a dispatch lets go: by whoever started the run, as GitHub says, and with a reason.
pub(crate) fn granted(
    plan: &Plan,
    stage: Stage,
    inputs: &Inputs,
) -> Result<Waivers, Vec<Diagnostic>> {
    let text =
        |name: &str| inputs.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty());
    let waivers: Vec<&Waiver> =
        plan.waivers.iter().filter(|one| counts(plan, stage, one)).collect();
    let mut problems = Vec::new();
    let mut granted = Waivers::default();
    // A run that is repeated keeps the inputs of the one who started it: whoever repeats it must be allowed to as well.
    let actors = ["GITHUB_ACTOR", "GITHUB_TRIGGERING_ACTOR"].map(crate::variable);
    let actors: Vec<String> = actors.into_iter().flatten().collect();
    let asked = text("waive").unwrap_or_default();
    for word in asked.split([' ', ',']).filter(|word| !word.is_empty()) {
        let Some((what, waiver)) = named(&waivers, word) else {
            let known = waivers.iter().filter_map(|waiver| Some(of(waiver)?.1));
            let known: Vec<String> = known.collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let problem = format!("`{word}` cannot be waived before {}", stage.gerund());
            problems.push(refused(problem, format!("what may be waived: {known}")));
            continue;
        };
        match allowed(word, &waiver, &actors, text("waiver_reason")) {
            Ok((approver, reason)) => {
                let record = WaiverRecord { waived: what, approver, reason };
                if !granted.0.contains(&record) {
                    granted.0.push(record);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(granted) } else { Err(problems) }
}

/// Who lets something go and why, where that one may.
fn allowed(
    word: &str,
    approvers: &[&str],
    actors: &[String],
    reason: Option<&str>,
) -> Result<(String, Text), Diagnostic> {
    let who = |remedy: &str| format!("{remedy}: {}", approvers.join(", "));
    let Some(reason) = reason else {
        let remedy = "say why; it goes on record: -f waiver_reason='…'".to_owned();
        return Err(refused(format!("`{word}` is waived without a reason"), remedy));
    };
    let reason: Text = reason.parse().map_err(|wrong| {
        refused(format!("the waiver's reason: {wrong}"), "say it in one line".to_owned())
    })?;
    let may = |actor: &String| approvers.iter().any(|one| one.eq_ignore_ascii_case(actor));
    if let Some(actor) = actors.iter().find(|actor| !may(actor)) {
        let what = format!("{actor}, who started this run, may not waive `{word}`");
        return Err(refused(what, who("one of these must start it")));
    }
    let Some(actor) = actors.first() else {
        let what = format!("nobody started this run on GitHub, so nobody waives `{word}`");
        return Err(refused(what, who("one of these must start it")));
    };
    Ok((actor.clone(), reason))
}

/// Whether a run of a stage can let something go: a gate that it asks, and when it publishes, a channel.
fn counts(plan: &Plan, stage: Stage, waiver: &Waiver) -> bool {
    match &waiver.gate {
        Some(gate) => plan.gates.iter().any(|one| one.id == *gate && one.is_before(stage)),
        None => stage == Stage::Publish,
    }
}

/// Says who let what go, and why.
pub(crate) fn tell(waivers: &[WaiverRecord], report: &mut Report) {
    for waiver in waivers {
        let what = match &waiver.waived {
            Waived::Gate { gate } => format!("gate {gate}"),
            Waived::Channel { channel } => channel.label().to_owned(),
        };
        let line = format!("{what} is waived by {}: {}", waiver.approver, waiver.reason);
        report.line(&line);
        report.summarize(format_args!("{line}\n"));
    }
}

pub(crate) fn refused(what: String, remedy: String) -> Diagnostic {
    Diagnostic::new(Rule::WaiverRefused, what).with_remedy(remedy)
}

/// What a word waives, and who may.
fn named<'a>(waivers: &[&'a Waiver], word: &str) -> Option<(Waived, Vec<&'a str>)> {
    let of_word = || {
        let named = waivers.iter().filter_map(|waiver| Some((of(waiver)?, *waiver)));
        named.filter(|((_, name), _)| name == word)
    };
    let ((waived, _), _) = of_word().next()?;
    let approvers = of_word().flat_map(|(_, waiver)| &waiver.approvers);
    Some((waived, approvers.map(Login::as_str).collect()))
}

/// What a waiver is of, and how that is called.
fn of(waiver: &Waiver) -> Option<(Waived, String)> {
    match (&waiver.gate, waiver.channel) {
        (Some(gate), _) => Some((Waived::Gate { gate: gate.clone() }, gate.to_string())),
        (None, Some(channel)) => Some((Waived::Channel { channel }, channel.id().to_owned())),
        (None, None) => None,
    }
}

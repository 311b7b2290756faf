//! Waivers: a gate or a channel that somebody lets go for one release, on record.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, Waiver};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::{Waived, WaiverRecord};
use lockstep_schemas::strings::{Id, Login, Text};

use super::dispatch::Dispatch;

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

    /// Whether a channel is among it.
    pub(crate) fn has(&self, channel: ChannelKind) -> bool {
        self.0.iter().any(|record| record.waived == Waived::Channel { channel })
    }
}

/// What a dispatch lets go: by whoever started the run, as GitHub says, and with a reason.
pub(crate) fn granted(plan: &Plan, dispatch: &Dispatch<'_>) -> Result<Waivers, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut granted = Waivers::default();
    let actor = crate::variable("GITHUB_ACTOR");
    let asked = dispatch.text("waive").unwrap_or_default();
    for word in asked.split([' ', ',']).filter(|word| !word.is_empty()) {
        let Some((what, waiver)) = named(plan, word) else {
            let known = plan.waivers.iter().filter_map(|waiver| Some(of(waiver)?.1));
            let known: Vec<String> = known.collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let problem = format!("the model lets nobody waive `{word}`");
            problems.push(refused(problem, format!("what may be waived: {known}")));
            continue;
        };
        match allowed(word, waiver, actor.as_deref(), dispatch.text("waiver_reason")) {
            Ok((approver, reason)) => {
                granted.0.push(WaiverRecord { waived: what, approver, reason });
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(left_out(plan, dispatch, &granted));
    if problems.is_empty() { Ok(granted) } else { Err(problems) }
}

/// Who lets something go and why, where that one may.
fn allowed(
    word: &str,
    waiver: &Waiver,
    actor: Option<&str>,
    reason: Option<&str>,
) -> Result<(String, Text), Diagnostic> {
    let approvers: Vec<&str> = waiver.approvers.iter().map(Login::as_str).collect();
    let who = |remedy: &str| format!("{remedy}: {}", approvers.join(", "));
    let Some(reason) = reason else {
        let remedy = "say why; it goes on record: -f waiver_reason='…'".to_owned();
        return Err(refused(format!("`{word}` is waived without a reason"), remedy));
    };
    let reason: Text = reason.parse().map_err(|wrong| {
        refused(format!("the waiver's reason: {wrong}"), "say it in one line".to_owned())
    })?;
    let Some(actor) = actor else {
        let what = format!("nobody started this run on GitHub, so nobody waives `{word}`");
        return Err(refused(what, who("one of these must start it")));
    };
    if !approvers.iter().any(|approver| approver.eq_ignore_ascii_case(actor)) {
        let what = format!("{actor}, who started this run, may not waive `{word}`");
        return Err(refused(what, who("one of these must start it")));
    }
    Ok((actor.to_owned(), reason))
}

/// The channels that a live run leaves out without a waiver, though the model says who may let them go.
fn left_out<'a>(
    plan: &'a Plan,
    dispatch: &'a Dispatch<'_>,
    granted: &Waivers,
) -> impl Iterator<Item = Diagnostic> + use<'a> {
    let kinds = plan.waivers.iter().filter_map(|waiver| waiver.channel);
    let is_left_out = |kind: &ChannelKind| {
        !dispatch.is_rehearsal() && dispatch.leaves_out(*kind) && !granted.has(*kind)
    };
    let kinds: Vec<ChannelKind> = kinds.filter(is_left_out).collect();
    kinds.into_iter().map(|kind| {
        let what = "is left out, and the model says who may let it go";
        let remedy = format!("waive it: -f waive={} -f waiver_reason='…'", kind.id());
        refused(format!("{} {what}", kind.label()), remedy)
    })
}

fn refused(what: String, remedy: String) -> Diagnostic {
    Diagnostic::new(Rule::WaiverRefused, what).with_remedy(remedy)
}

/// What a word waives, and the model's word on it.
fn named<'a>(plan: &'a Plan, word: &str) -> Option<(Waived, &'a Waiver)> {
    plan.waivers.iter().find_map(|waiver| {
        let (waived, name) = of(waiver)?;
        (name == word).then_some((waived, waiver))
    })
}

/// What a waiver is of, and how that is called.
fn of(waiver: &Waiver) -> Option<(Waived, String)> {
    match (&waiver.gate, waiver.channel) {
        (Some(gate), _) => Some((Waived::Gate { gate: gate.clone() }, gate.to_string())),
        (None, Some(channel)) => Some((Waived::Channel { channel }, channel.id().to_owned())),
        (None, None) => None,
    }
}

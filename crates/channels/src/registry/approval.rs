//! What is staged waits for a person: how it is looked at and approved is said once, a wave at a time, and what was not approved in
//! time is told as that.

use std::collections::BTreeSet;
use std::time::Duration;

use lockstep_bundle::Shipped;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::{Did, FileState, StageRecord};
use lockstep_schemas::strings::StageId;

use super::wave::{Step, UnderWay, Wave};
use super::{Publication, Registry, in_words};
use crate::Ledger;

/// How long what was approved usually takes until it is to be seen: npm looks through it first.
const LOOKED_THROUGH: Duration = Duration::from_mins(5);
/// How long what was staged may take until it is listed.
const LISTED: Duration = Duration::from_mins(1);

/// What waits at a registry until somebody approves it.
pub(crate) trait Stages {
    /// Whether it showed in the last look, to whoever asked, what waits there.
    fn shows(&self, file: &Shipped) -> bool;
    /// What waits there under the name of a file, as it was last seen.
    fn of(&self, file: &Shipped) -> Option<StageRecord>;
    /// The dist-tag that a file would be staged with now.
    fn tag(&self, file: &Shipped) -> String;
    /// How a maintainer looks at all that waits before he approves any of it: commands, a line each.
    fn look(&self) -> Vec<String>;
    /// How one approves a file: a command.
    fn approve(&self, file: &Shipped, stage: Option<&StageId>) -> String;
    /// How one rejects what waits under the name of a file: a command.
    fn reject(&self, file: &Shipped, stage: Option<&StageId>) -> String;
}

/// What a person was asked for.
#[derive(Default)]
pub(super) struct Asked(BTreeSet<String>);

impl<R: Registry> Publication<'_, R> {
    /// How far a file is that an earlier run may have staged.
    pub(super) fn staged_earlier(
        &self,
        file: &Shipped,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<Step, Diagnostic> {
        let kind = self.registry.kind();
        let earlier = ledger.staged_earlier(kind, &file.name).cloned();
        let (Some(stages), Some(stage)) = (self.registry.stages(), earlier) else {
            return Ok(Step::Due);
        };
        if stages.shows(file) {
            return Ok(Step::Left);
        }
        report.problems(self.tagged_otherwise(file, &stage));
        ledger.staged(kind, &file.name, Did::Nothing, stage)?;
        Ok(Step::Waits)
    }

    /// What a conflict is of that a registry has in hand and does not show.
    pub(super) fn in_hand(&self, one: &UnderWay<'_>, ledger: &Ledger) -> Option<StageRecord> {
        let stages = self.registry.stages().filter(|stages| !stages.shows(one.file))?;
        let (kind, name) = (self.registry.kind(), &one.file.name);
        let known = ledger.stage(kind, name).or_else(|| ledger.staged_earlier(kind, name));
        // An attempt of which nobody knows may have staged it anew.
        let known = known.filter(|_| !one.was_unclear).cloned();
        let unknown = || StageRecord { id: None, tag: stages.tag(one.file), compared: false };
        Some(known.unwrap_or_else(unknown))
    }

    /// Writes down that a file is seen to wait, so that it need not be sent.
    pub(super) fn waits(
        &self,
        one: &mut UnderWay<'_>,
        ledger: &mut Ledger,
    ) -> Result<(), Diagnostic> {
        if !one.waits() {
            one.to(Step::Waits);
        }
        let (kind, name) = (self.registry.kind(), &one.file.name);
        match self.registry.stages().and_then(|stages| stages.of(one.file)) {
            Some(stage) if ledger.stage(kind, name) != Some(&stage) => {
                let did = if one.was_unclear { Did::Uploaded } else { Did::Nothing };
                ledger.staged(kind, name, did, stage)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Writes down that a file waits no more, where the registry would show it.
    pub(super) fn left_the_stage(
        &self,
        one: &mut UnderWay<'_>,
        ledger: &mut Ledger,
    ) -> Result<(), Diagnostic> {
        let is_shown = self.registry.stages().is_some_and(|stages| stages.shows(one.file));
        if !is_shown || !one.waits() || one.since.elapsed() < self.within(LISTED) {
            return Ok(());
        }
        one.to(Step::Left);
        let (kind, name) = (self.registry.kind(), one.file.name.as_str());
        ledger.did(kind, name, Did::Nothing, Some(FileState::Unknown), None)
    }

    /// That what waits is not what would be staged.
    pub(super) fn staged_otherwise(&self, file: &Shipped) -> Option<Diagnostic> {
        let stages = self.registry.stages()?;
        let stage = stages.of(file)?;
        let other_bytes = || {
            let label = self.registry.kind().label();
            let message =
                format!("{label} has other bytes staged under the name of `{}`", file.name);
            Diagnostic::new(Rule::OtherBytes, message).with_remedy(format!(
                "find out who staged them, reject them (`{}`), and run the failed jobs again",
                stages.reject(file, stage.id.as_ref())
            ))
        };
        Some(self.tagged_otherwise(file, &stage).unwrap_or_else(other_bytes))
    }

    /// That what waits would get another dist-tag than it may have: what users get who ask for none never goes back.
    fn tagged_otherwise(&self, file: &Shipped, stage: &StageRecord) -> Option<Diagnostic> {
        let stages = self.registry.stages()?;
        let tag = stages.tag(file);
        if stage.tag == tag {
            return None;
        }
        let label = self.registry.kind().label();
        let message = format!(
            "{label} has `{}` staged as `{}`, and by now it must be `{tag}`",
            file.name, stage.tag
        );
        Some(Diagnostic::new(Rule::StagedOtherwise, message).with_remedy(format!(
            "do not approve it: reject it (`{}`), and run the failed jobs again, which stages it anew",
            stages.reject(file, stage.id.as_ref())
        )))
    }

    /// Asks a person for what a wave waits for, when nothing else of it is under way, and again where that has changed.
    pub(super) fn approvals(
        &self,
        wave: &mut Wave<'_>,
        is_over: bool,
        ledger: &Ledger,
        report: &mut Report,
    ) {
        let Some(stages) = self.registry.stages() else { return };
        let kind = self.registry.kind();
        let waiting: Vec<&Shipped> =
            wave.under_way.iter().filter(|one| one.waits()).map(|one| one.file).collect();
        let is_all = wave.under_way.iter().all(UnderWay::is_in_hand);
        if waiting.is_empty() || !(is_all || is_over) {
            return;
        }
        let known = |file: &Shipped| ledger.stage(kind, &file.name);
        let approve =
            |file: &&Shipped| stages.approve(file, known(file).and_then(|stage| stage.id.as_ref()));
        let commands: Vec<String> = waiting.iter().map(approve).collect();
        let is_compared =
            waiting.iter().all(|file| known(file).is_some_and(|stage| stage.compared));
        let label = kind.label();
        if commands.iter().any(|command| !wave.asked.0.contains(command)) {
            let (title, look) = if is_compared {
                (
                    format!(
                        "{label} has these staged, with the bytes of the bundle. Approve them:"
                    ),
                    Vec::new(),
                )
            } else {
                let title = format!(
                    "{label} has these staged, and nobody has compared them with the bundle. Do that, and then approve them:"
                );
                (title, stages.look())
            };
            report.line(title);
            for command in look.iter().chain(&commands) {
                report.line(format_args!("  {command}"));
            }
            let later: Vec<&str> = self
                .waves
                .iter()
                .skip_while(|files| !files.iter().any(|file| file.name == waiting[0].name))
                .skip(1)
                .flatten()
                .map(|file| file.name.as_str())
                .collect();
            if !later.is_empty() {
                report.line(format_args!(
                    "When users can have them, you are asked for what needs them: {}",
                    later.join(", ")
                ));
            }
            wave.asked.0.extend(commands.iter().cloned());
        }
        if is_over {
            let names: Vec<String> =
                waiting.iter().map(|file| format!("`{}`", file.name)).collect();
            let waited = in_words(self.waiting.visible);
            let is_shown = waiting.iter().all(|file| stages.shows(file));
            let names = names.join(", ");
            let message = if is_shown {
                format!("nobody approved {names} at {label} in {waited}")
            } else {
                format!(
                    "{label} does not show {names} after {waited}: nobody approved them, or it still looks through them"
                )
            };
            report.problem(Diagnostic::new(Rule::AwaitingApproval, message).with_remedy(
                "approve them by the commands above, and run the failed jobs again: they go on from there. What you reject instead is staged anew by that",
            ));
            report.summarize(format_args!(
                "{label} waits for you to approve:\n\n```sh\n{}\n```\n\nThen run the failed jobs again.\n\n",
                stages.look().iter().chain(&commands).cloned().collect::<Vec<_>>().join("\n")
            ));
        }
    }

    /// Whether a file that waits for an approval, or did, is waited for no more. What may have been rejected is staged again: that
    /// says where it is.
    pub(super) fn is_not_approved(
        &self,
        one: &mut UnderWay<'_>,
        is_over: bool,
        report: &mut Report,
    ) -> bool {
        let is_shown = self.registry.stages().is_some_and(|stages| stages.shows(one.file));
        let is_long = one.since.elapsed() >= self.within(LOOKED_THROUGH);
        // Of what this run staged, nobody need be asked whether it was rejected where that is not shown.
        let may_be_rejected = !one.waits() || !is_shown && !one.is_staged_now;
        if !is_over {
            if is_long && may_be_rejected && one.attempts == 0 {
                one.to(Step::Due);
            }
            return false;
        }
        if !one.waits() {
            let (name, label) = (&one.file.name, self.registry.kind().label());
            let message = format!(
                "{label} has `{name}` staged no more, and does not show it: it was approved, or rejected"
            );
            report.problem(Diagnostic::new(Rule::NotVisibleYet, message).with_remedy(
                "what was approved can take an hour until it is to be seen: run the failed jobs again then. What was rejected is staged anew by that",
            ));
        }
        true
    }
}

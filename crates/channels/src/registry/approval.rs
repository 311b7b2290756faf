//! What is staged waits for a person: how it is looked at and approved is said once, a wave at a time, and what was not approved in
//! time is told as that.

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

impl<R: Registry> Publication<'_, R> {
    /// How far a file is that an earlier run may have staged.
    pub(super) fn staged_earlier(
        &self,
        file: &Shipped,
        ledger: &mut Ledger,
    ) -> Result<Step, Diagnostic> {
        let kind = self.registry.kind();
        let earlier = ledger.staged_earlier(kind, &file.name).cloned();
        let (Some(stages), Some(stage)) = (self.registry.stages(), earlier) else {
            return Ok(Step::Due);
        };
        if stages.shows(file) {
            return Ok(Step::Left);
        }
        // Where it was rejected since, it is staged anew; else a conflict says that it still waits.
        if self.tagged_otherwise(file, &stage).is_some() {
            return Ok(Step::Due);
        }
        ledger.staged(kind, &file.name, Did::Nothing, stage)?;
        Ok(Step::Waits)
    }

    /// What a conflict is of that a registry has in hand and does not show.
    pub(super) fn in_hand(&self, one: &UnderWay<'_>, ledger: &Ledger) -> Option<StageRecord> {
        self.registry.stages().filter(|stages| !stages.shows(one.file))?;
        let (kind, name) = (self.registry.kind(), &one.file.name);
        let known = ledger.stage(kind, name).or_else(|| ledger.staged_earlier(kind, name));
        // An attempt of which nobody knows may have staged it anew.
        let known = known.filter(|_| !one.was_unclear).cloned();
        Some(known.unwrap_or(StageRecord { id: None, tag: None, compared: false }))
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
    pub(super) fn staged_otherwise(&self, file: &Shipped) -> Diagnostic {
        let stages = self.registry.stages();
        let stage = stages.and_then(|stages| stages.of(file));
        let tagged = stage.as_ref().and_then(|stage| self.tagged_otherwise(file, stage));
        tagged.unwrap_or_else(|| {
            let label = self.registry.kind().label();
            let message =
                format!("{label} has other bytes staged under the name of `{}`", file.name);
            let id = stage.and_then(|stage| stage.id);
            let reject = stages.map(|stages| stages.reject(file, id.as_ref())).unwrap_or_default();
            Diagnostic::new(Rule::OtherBytes, message).with_remedy(format!(
                "find out who staged them, reject them (`{reject}`), and run the failed jobs again"
            ))
        })
    }

    /// That what waits would get another dist-tag than it may have: what users get who ask for none never goes back.
    fn tagged_otherwise(&self, file: &Shipped, stage: &StageRecord) -> Option<Diagnostic> {
        let stages = self.registry.stages()?;
        let (fixed, tag) = (stage.tag.as_ref()?, stages.tag(file));
        if *fixed == tag {
            return None;
        }
        let label = self.registry.kind().label();
        let message = format!(
            "{label} has `{}` staged as `{fixed}`, and by now it must be `{tag}`",
            file.name
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
        let waiting: Vec<&Shipped> =
            wave.under_way.iter().filter(|one| one.waits()).map(|one| one.file).collect();
        let is_all = wave.under_way.iter().all(UnderWay::is_in_hand);
        if waiting.is_empty() || !(is_all || is_over) {
            return;
        }
        let known = |file: &Shipped| ledger.stage(self.registry.kind(), &file.name);
        let approve =
            |file: &&Shipped| stages.approve(file, known(file).and_then(|stage| stage.id.as_ref()));
        let tagged = |file: &&Shipped| self.tagged_otherwise(file, known(file)?);
        report.problems(waiting.iter().filter_map(tagged));
        if report.has_problems() {
            return;
        }
        let commands: Vec<String> = waiting.iter().map(approve).collect();
        if commands.iter().any(|command| !wave.asked.contains(command)) {
            let is_compared =
                waiting.iter().all(|file| known(file).is_some_and(|stage| stage.compared));
            let look = if is_compared { Vec::new() } else { stages.look() };
            self.ask(&waiting, &look, &commands, report);
            wave.asked.extend(commands.iter().cloned());
        }
        if is_over {
            let is_shown = waiting.iter().all(|file| stages.shows(file));
            report.problem(self.not_approved(&waiting, is_shown));
            let commands = stages.look().into_iter().chain(commands).collect::<Vec<_>>().join("\n");
            let label = self.registry.kind().label();
            report.summarize(format_args!(
                "{label} waits for you to approve:\n\n```sh\n{commands}\n```\n\nThen run the failed jobs again.\n\n"
            ));
        }
    }

    /// Asks for files, by commands that look at them, where nobody has so far, and commands that approve them.
    fn ask(&self, files: &[&Shipped], look: &[String], commands: &[String], report: &mut Report) {
        let label = self.registry.kind().label();
        report.line(if look.is_empty() {
            format!("{label} has these staged, with the bytes of the bundle. Approve them:")
        } else {
            format!(
                "{label} has these staged, and nobody has compared them with the bundle. Do that, and then approve them:"
            )
        });
        for command in look.iter().chain(commands) {
            report.line(format_args!("  {command}"));
        }
        let is_of_it = |wave: &&Vec<&Shipped>| {
            wave.iter().any(|file| files.iter().any(|one| one.name == file.name))
        };
        let later = self.waves.iter().skip_while(|wave| !is_of_it(wave)).skip(1).flatten();
        let later: Vec<&str> = later.map(|file| file.name.as_str()).collect();
        if !later.is_empty() {
            report.line(format_args!(
                "When users can have them, you are asked for what needs them: {}",
                later.join(", ")
            ));
        }
    }

    /// That nobody approved files in time, as far as the registry shows it.
    fn not_approved(&self, files: &[&Shipped], is_shown: bool) -> Diagnostic {
        let label = self.registry.kind().label();
        let names: Vec<String> = files.iter().map(|file| format!("`{}`", file.name)).collect();
        let (names, waited) = (names.join(", "), in_words(self.waiting.visible));
        let message = if is_shown {
            format!("nobody approved {names} at {label} in {waited}")
        } else {
            format!(
                "{label} does not show {names} after {waited}: nobody approved them, or it still looks through them"
            )
        };
        Diagnostic::new(Rule::AwaitingApproval, message).with_remedy(
            "approve them by the commands above, and run the failed jobs again: they go on from there. If you reject one, the next run stages it again",
        )
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
                "`{name}` is no longer staged at {label}, which does not show it: it was approved, or rejected"
            );
            report.problem(Diagnostic::new(Rule::NotVisibleYet, message).with_remedy(
                "what was approved can take an hour until it is to be seen: run the failed jobs again then. What was rejected is staged again by that",
            ));
        }
        true
    }
}

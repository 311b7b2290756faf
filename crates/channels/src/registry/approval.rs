//! What is staged waits for a person: what there is to do is said once, in order, and what was not done in time is told as that.

use lockstep_bundle::Shipped;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use super::{Publication, Registry, in_words};
use crate::Ledger;

impl<R: Registry> Publication<'_, R> {
    /// Says how what is staged is looked at and approved: what another package needs before that.
    pub(super) fn ask_for_approval(
        &self,
        waiting: &[&Shipped],
        ledger: &Ledger,
        report: &mut Report,
    ) {
        let Some(stages) = self.registry.stages().filter(|_| !waiting.is_empty()) else { return };
        let kind = self.registry.kind();
        let approve = |file: &&Shipped| stages.approve(file, ledger.stage(kind, &file.name));
        let commands: Vec<String> =
            stages.look().into_iter().chain(waiting.iter().map(approve)).collect();
        let title =
            format!("{} has this staged. Look at it, and approve it in this order:", kind.label());
        report.line(&title);
        for command in &commands {
            report.line(format_args!("  {command}"));
        }
        report.summarize(format_args!("{title}\n\n```sh\n{}\n```\n\n", commands.join("\n")));
    }

    /// That nobody approved in time what is staged.
    pub(super) fn not_approved(&self, waiting: &[&Shipped], report: &mut Report) {
        if waiting.is_empty() {
            return;
        }
        let label = self.registry.kind().label();
        let names: Vec<String> = waiting.iter().map(|file| format!("`{}`", file.name)).collect();
        let waited = in_words(self.waiting.visible);
        let message = format!(
            "{label} has {} staged, and after {waited} they are not public",
            names.join(", ")
        );
        report.problem(Diagnostic::new(Rule::AwaitingApproval, message).with_remedy(
            "approve them as it says above, in that order, and run the failed jobs again: they go on from there. One that you reject is staged anew by that",
        ));
    }
}

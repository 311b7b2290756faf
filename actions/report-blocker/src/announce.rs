//! What is about to be published, written down before anybody is asked.

use std::collections::BTreeSet;

use lockstep_bundle::{manifest, shipped};
use lockstep_files::json;
use lockstep_receipts::{below, files};
use lockstep_runner::{Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::plan::Plan;

use crate::{Inputs, Jobs};

/// Writes down, for each channel, what it would get.
pub(crate) fn write(asked: &Inputs, jobs: &Jobs, report: &mut Report) -> Result<(), Diagnostic> {
    let channels = jobs.get("resolve").and_then(|job| job.output("channels"));
    let channels = channels.filter(|channels| !channels.is_empty()).ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, "`needs` does not say which channels are published to")
            .with_remedy("the job `resolve` puts that out: look why it did not")
    })?;
    let channels: BTreeSet<&str> = channels.split(' ').collect();
    let plan: Plan = json::read_plan(&asked.bundle.join(names::PLAN))?;
    let manifest = manifest(&asked.bundle)?;
    let found = if asked.receipts.is_dir() { files(&below(&asked.receipts)?) } else { Vec::new() };
    let mut table = Table::new(["channel", "file", "there", "bytes", "SHA-256"]).with_numbers(&[3]);
    let mut left_out = Vec::new();
    for channel in &plan.channels {
        let kind = channel.kind();
        if !plan.shipping().any(|shipping| shipping.kind() == kind) {
            left_out.push(format!("{}, which is deferred", kind.label()));
            continue;
        }
        if !channels.contains(kind.id()) {
            left_out.push(kind.label().to_owned());
            continue;
        }
        for file in shipped(&asked.bundle, &plan, &manifest, channel)? {
            let size = file.size.to_string();
            let there = found.iter().find(|one| one.channel == kind && one.name == file.name);
            let there = there.map_or("not asked", |there| there.now.in_words());
            table.row([kind.label(), file.name.as_str(), there, &size, file.sha256.as_str()]);
        }
    }
    let head = format!("{} {}, of {}", manifest.project, manifest.version, manifest.source.commit);
    let tail = if left_out.is_empty() {
        "No channel is left out.".to_owned()
    } else {
        format!("Left out: {}.", left_out.join("; "))
    };
    report.line(format_args!("{head}\n{table}{tail}"));
    report.summarize(format_args!("{head}\n\n{}\n{tail}\n", table.markdown()));
    Ok(())
}

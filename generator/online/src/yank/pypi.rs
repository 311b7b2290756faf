//! PyPI: it has no API by which a version is yanked ([documentation](https://peps.python.org/pep-0592/)), so
//! somebody does it on its page.

use lockstep_channels::apart;
use lockstep_clients::uv;
use lockstep_registries::pypi::{File, Index};
use lockstep_registries::shown;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, PypiPlan};

use super::{MAY_COME, Yank};

pub(super) fn take_back(
    yank: &Yank<'_>,
    channel: &ChannelPlan,
    plan: &PypiPlan,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let address = match &plan.index {
        Some(index) => index.install.to_string(),
        None => uv::index(apart()?.path())?,
    };
    let (index, version) = (Index { address: &address }, &yank.version);
    let words = version.python().unwrap_or_else(|| version.to_string());
    for name in yank.packages(channel) {
        let project = index.project(&yank.web, name)?.unwrap_or_default();
        let files: Vec<&File> =
            project.files.iter().filter(|file| file.is_of(name, version)).collect();
        if files.is_empty() {
            report.line(format_args!("PyPI has no {name} {words}{MAY_COME}"));
        } else if files.iter().all(|file| file.is_yanked()) {
            report.line(format_args!("{name} {words} is yanked on PyPI"));
        } else {
            let page = page(&address, name, &words);
            if yank.would(report, &format!("ask you to yank {name} {words} on {page}")) {
                continue;
            }
            let message =
                format!("{name} {words} is for you to yank on PyPI, which has no API for it");
            report.problem(Diagnostic::new(Rule::YankIncomplete, message).with_remedy(format!(
                "open {page}, choose Options, then Yank, and give as reason: {}",
                yank.reason
            )));
        }
    }
    Ok(())
}

/// The page on which a version is yanked: beside the index that packages are installed from.
fn page(index: &str, name: &str, version: &str) -> String {
    let index = shown(index);
    let site = index.trim_end_matches('/').trim_end_matches("/simple");
    format!("{site}/manage/project/{name}/release/{version}/")
}

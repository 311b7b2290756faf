//! Evidence of a comparison of performance: there, of this very release, and good.

use lockstep_clients::git;
use lockstep_github::{GitHub, Why};
use lockstep_performance::{judge, unfit};
use lockstep_schemas::evidence::{Base, Evidence, notes};
use lockstep_schemas::model::{Measure, PerformanceLimits};
use lockstep_schemas::strings::Id;

use crate::scripts::last_release;
use crate::{Release, Shut};

impl Release<'_> {
    /// Whether GitHub has evidence of the commit, and what that comes to.
    pub(crate) fn is_fast(
        &self,
        github: &GitHub<'_>,
        gate: &Id,
        measure: &Measure,
        limits: &PerformanceLimits,
    ) -> Result<String, Shut> {
        let version = self.plan.tag.version_of(self.tag.as_str());
        let last = version.as_ref().map(|version| last_release(self.plan, version)).transpose()?;
        let Some((last, _)) = last.flatten() else {
            return Ok("there is no earlier release to be compared with".to_owned());
        };
        let measure_it = || {
            format!(
                "measure it beside the last release, on a machine of your own: `lockstep perf-gate --base-tag {last} --attach`"
            )
        };
        let closed = |why: String| Shut::Closed(why, measure_it());
        let note = match github.note(&notes(gate), self.commit) {
            Ok(Some(note)) => note,
            Ok(None) => return Err(closed(format!("no evidence is attached to {}", self.commit))),
            Err(error) if error.why == Why::NotFound => {
                return Err(closed("nobody has attached evidence to any commit yet".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        let evidence: Evidence = serde_json::from_slice(&note)
            .map_err(|error| closed(format!("the attached evidence cannot be read: {error}")))?;
        let base = git::tagged_there(&self.plan.project.repository, &last)?;
        let base = base.map(|commit| Base { tag: last.clone(), commit });
        if let Some(unfit) = unfit(&evidence, gate, self.commit, base.as_ref(), measure) {
            return Err(closed(format!("the attached evidence {}", unfit.in_words())));
        }
        let judgement = judge(&evidence, limits);
        let why = format!("beside {last}: {}", judgement.in_words());
        if judgement.is_good() {
            return Ok(why);
        }
        let remedy = "mend what is slower, or let the gate go where the model says who may";
        Err(Shut::Closed(why, remedy.to_owned()))
    }
}

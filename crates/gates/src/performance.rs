//! Evidence of a comparison of performance: there, of this very release, and good.

use lockstep_github::{GitHub, Why};
use lockstep_performance::{judge, unfit};
use lockstep_schemas::evidence::{Evidence, notes};
use lockstep_schemas::model::{Measure, PerformanceLimits};
use lockstep_schemas::strings::Id;

use crate::{Release, Shut};

const MEASURE: &str = "measure it on a machine of your own, beside the last release: `lockstep perf-gate --base-tag … --attach`";

impl Release<'_> {
    /// Whether GitHub has evidence of the commit, and what that comes to.
    pub(crate) fn is_fast(
        &self,
        github: &GitHub<'_>,
        gate: &Id,
        measure: &Measure,
        limits: &PerformanceLimits,
    ) -> Result<String, Shut> {
        let note = match github.note(&notes(gate), self.commit) {
            Ok(Some(note)) => note,
            Ok(None) => return Err(closed(format!("no evidence is attached to {}", self.commit))),
            Err(error) if error.why == Why::NotFound => {
                return Err(closed("nobody has attached evidence to any commit yet".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        self.holds(&note, gate, measure, limits)
    }

    /// What evidence comes to.
    pub(crate) fn holds(
        &self,
        note: &[u8],
        gate: &Id,
        measure: &Measure,
        limits: &PerformanceLimits,
    ) -> Result<String, Shut> {
        let evidence: Evidence = serde_json::from_slice(note)
            .map_err(|error| closed(format!("the attached evidence cannot be read: {error}")))?;
        let version = self.plan.tag.version_of(self.tag.as_str());
        let base = self.plan.tag.version_of(evidence.base.tag.as_str());
        let released = (version.as_ref(), base.as_ref());
        if let Some(unfit) = unfit(&evidence, gate, self.commit, released, measure) {
            return Err(closed(format!("the attached evidence {}", unfit.in_words())));
        }
        let judgement = judge(&evidence, limits);
        let why = format!("beside {}: {}", evidence.base.tag, judgement.in_words());
        if judgement.is_good() {
            return Ok(why);
        }
        let remedy = "mend what is slower, or let the gate go where the model says who may";
        Err(Shut::Closed(why, remedy))
    }
}

fn closed(why: String) -> Shut {
    Shut::Closed(why, MEASURE)
}

//! Conditions, typed, mean what their text says to GitHub's own evaluator of expressions.

use std::collections::BTreeMap;

use lockstep_schemas::workflow::{Condition, Fact, JobResult};
use lockstep_tests::github;
use lockstep_tests::sets::GRAPHS;
use serde_json::{Map, Value, json};

/// What a fact is in some contexts, and the contexts: by a number.
fn fact(fact: &Fact, contexts: &mut Contexts) -> bool {
    match fact {
        Fact::Always => true,
        Fact::Cancelled => contexts.status("cancelled"),
        Fact::Failure => contexts.status("failure"),
        Fact::Result(job, is) => {
            let at = ["needs", job.as_str(), "result"];
            contexts.one_of(&at, &JobResult::ALL.map(JobResult::id)) == is.id()
        }
        Fact::Selected(channel, is) => {
            let at = ["needs", "resolve", "outputs", channel.id()];
            contexts.one_of(&at, &["true", "false", ""]) == is.to_string()
        }
        Fact::Rehearsal => contexts.flag(&["inputs", "rehearsal"]),
        Fact::OnTag => contexts.one_of(&["github", "ref_type"], &["tag", "branch"]) == "tag",
        Fact::Admitted(is) => {
            let at = ["needs", "resolve", "outputs", "admitted"];
            contexts.one_of(&at, &["true", "false", ""]) == is.to_string()
        }
        Fact::Wanted => {
            let at = ["needs", "snapshot", "outputs", "wanted"];
            contexts.one_of(&at, &["true", "false", ""]) == "true"
        }
        Fact::InputIsEmpty(name) => {
            contexts.one_of(&["inputs", name.as_str()], &["", "1.2.3"]).is_empty()
        }
        Fact::Event(event) => {
            contexts.one_of(&["github", "event_name"], &["push", "pull_request", "schedule"])
                == event.id()
        }
        Fact::StepSucceeded(step) => {
            contexts.one_of(&["steps", step.0, "outcome"], &["success", "failure"]) == "success"
        }
        Fact::Target(id) => {
            contexts.one_of(&["matrix", "target"], &[id.as_str(), "other"]) == id.as_str()
        }
        Fact::OfChannel(kind) => {
            contexts.one_of(&["matrix", "channel"], &[kind.id(), "other"]) == kind.id()
        }
        Fact::Contained => !contexts.one_of(&["matrix", "container"], &["", "image"]).is_empty(),
        Fact::Waived { by, gate } => {
            let list = format!("[\"{gate}\"]");
            let said =
                contexts.one_of(&["needs", by.as_str(), "outputs", "waived"], &["", "[]", &list]);
            said.contains(&format!("\"{gate}\""))
        }
    }
}

fn holds(condition: &Condition, contexts: &mut Contexts) -> bool {
    // Every part is asked before any is judged, so that all contexts are there.
    let mut each = |parts: &[Condition]| -> Vec<bool> {
        parts.iter().map(|part| holds(part, contexts)).collect()
    };
    match condition {
        Condition::All(all) => !each(all).contains(&false),
        Condition::Any(any) => each(any).contains(&true),
        Condition::Not(not) => !holds(not, contexts),
        Condition::Is(is) => fact(is, contexts),
    }
}

/// Contexts that are decided as they are asked for, by a number.
struct Contexts {
    chance: u64,
    json: Value,
}

impl Contexts {
    fn below(&mut self, end: usize) -> usize {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.chance >> 33).unwrap() % end
    }

    fn at(&mut self, path: &[&str]) -> &mut Value {
        path.iter().fold(&mut self.json, |value, name| {
            if value.is_null() {
                *value = Value::Object(Map::new());
            }
            &mut value[*name]
        })
    }

    fn one_of(&mut self, path: &[&str], values: &[&str]) -> String {
        if self.at(path).is_null() {
            let chosen = values[self.below(values.len())];
            *self.at(path) = json!(chosen);
        }
        self.at(path).as_str().unwrap().to_owned()
    }

    fn flag(&mut self, path: &[&str]) -> bool {
        if self.at(path).is_null() {
            let chosen = self.below(2) == 1;
            *self.at(path) = json!(chosen);
        }
        self.at(path).as_bool().unwrap()
    }

    fn status(&mut self, name: &str) -> bool {
        self.flag(&["status", name])
    }
}

/// The `if` of every job and step means what its typed condition says, by GitHub's own evaluator.
#[test]
fn conditions_mean_what_they_say() {
    let mut conditions: BTreeMap<String, &Condition> = BTreeMap::new();
    for (_, _, workflows) in GRAPHS.iter() {
        for job in workflows.iter().flat_map(|workflow| &workflow.jobs) {
            let steps = job.run().into_iter().flat_map(|run| &run.steps);
            let of_steps = steps.filter_map(|step| step.condition.as_ref());
            for condition in job.condition.iter().chain(of_steps) {
                conditions.insert(condition.expression().bare().to_owned(), condition);
            }
        }
    }
    assert!(conditions.len() > 30, "{} conditions", conditions.len());
    let mut asked = Vec::new();
    let mut wanted = Vec::new();
    for (text, condition) in &conditions {
        for seed in 0..200 {
            let mut contexts = Contexts { chance: seed, json: json!({ "steps": {}, "needs": {} }) };
            wanted.push(holds(condition, &mut contexts));
            asked.push(json!({ "text": text, "contexts": contexts.json }));
        }
    }
    assert!(wanted.contains(&true) && wanted.contains(&false));
    let found = github::interpreted(&json!({ "expressions": asked }));
    for ((asked, wanted), found) in
        asked.iter().zip(wanted).zip(found["expressions"].as_array().unwrap())
    {
        assert_eq!(json!(wanted), *found, "{asked}");
    }
}

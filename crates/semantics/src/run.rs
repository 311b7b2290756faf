//! Every run of a graph at once: what happens in it, as functions of what nobody decides beforehand.
//!
//! The rules are GitHub's, each with its page; where the documentation is silent, both can happen.

use std::collections::{BTreeMap, HashMap};

use lockstep_schemas::workflow::{JobResult, OutputKind, Role};

use crate::bdd::{Bdd, FALSE, TRUE, Table};
use crate::expression::{Expression, Status};
use crate::graph::{Graph, InputKind, Job};
use crate::value::Value;

/// What a variable stands for. All are false in a run in which nothing special happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Variable {
    /// An event started the run, and not the first of the graph.
    Event(String),
    /// An input is this.
    Input(String, String),
    /// The run was cancelled before a job, by its place, could start.
    CancelledBefore(usize),
    /// A job was cancelled, or took too long, while it ran.
    CancelledIn(usize),
    /// Something in a job failed that no promise speaks of.
    FailedIn(usize),
    /// A step of a job failed, both by their places.
    Failed(usize, usize),
    /// The matrix of a job was empty.
    Empty(usize),
    /// A job that never began is `skipped`, and not `cancelled`, though the run was.
    Skipped(usize),
    /// An output of a job is this.
    Output(usize, String, String),
    /// The output of a job which did not succeed is there all the same.
    LeftOutput(usize, String),
    /// An expression that is not looked into holds.
    Unknown(String),
}

/// Every run of a graph.
#[derive(Debug)]
pub struct Runs<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// Its functions.
    pub table: Table,
    /// What its variables stand for, by their numbers.
    pub variables: BTreeMap<u32, Variable>,
    /// What happens to its jobs.
    pub jobs: Vec<JobRuns>,
    unknown: HashMap<String, Bdd>,
    contexts: HashMap<Vec<String>, Guarded>,
    literals: BTreeMap<Vec<String>, Vec<String>>,
    asks_for_failure: bool,
}

/// A value that differs from run to run: what it is, and when.
type Guarded = Vec<(Bdd, Value)>;

/// What happens to a job.
#[derive(Debug, Clone)]
pub struct JobRuns {
    /// When it starts.
    pub starts: Bdd,
    /// When it succeeds, as other jobs see it.
    pub succeeds: Bdd,
    /// What happens to its steps.
    pub steps: Vec<StepRuns>,
    /// When nothing in it fails, should it start.
    well: Bdd,
    /// When it is stopped while it runs.
    stopped: Bdd,
    /// When others see that it failed.
    seen: Bdd,
    /// When it counts as skipped, though the run was cancelled before it began.
    skipped: Bdd,
    /// When the run was cancelled before it could start.
    cancelled: Bdd,
    /// When all jobs before it, however far, succeeded.
    before_succeeded: Bdd,
    /// When one of them failed.
    before_failed: Bdd,
}

/// What happens to a step.
#[derive(Debug, Clone, Copy)]
pub struct StepRuns {
    /// When it starts.
    pub starts: Bdd,
    /// When it succeeds by itself, whatever the job makes of that.
    pub succeeds: Bdd,
}

/// What a condition is asked in.
struct Scope {
    job: usize,
    succeeded: Bdd,
    failed: Bdd,
    cancelled: Bdd,
    /// What happened to the steps before, by their ids.
    steps: HashMap<String, StepRuns>,
}

impl<'g> Runs<'g> {
    /// Every run of a graph.
    #[must_use]
    pub fn of(graph: &'g Graph) -> Self {
        let mut runs = Self {
            graph,
            table: Table::default(),
            variables: BTreeMap::new(),
            jobs: Vec::new(),
            unknown: HashMap::new(),
            contexts: HashMap::new(),
            literals: literals(graph),
            asks_for_failure: graph
                .jobs
                .iter()
                .filter_map(|job| job.condition.as_ref())
                .any(|condition| condition.calls(Status::Failure)),
        };
        runs.event();
        for (place, job) in graph.jobs.iter().enumerate() {
            runs.job(place, job);
        }
        runs
    }

    fn variable(&mut self, is: Variable) -> Bdd {
        // Behind those that stand at the same job.
        let place = u32::try_from(self.place_of(&is)).unwrap_or(u32::MAX >> 12);
        let mut number = place << 12;
        if let Some((last, _)) = self.variables.range(number..(place + 1) << 12).next_back() {
            number = last + 1;
        }
        self.variables.insert(number, is);
        self.table.variable(number)
    }

    /// The job beside which a variable stands. What decides whether jobs of a channel run stands beside them, and
    /// not where it is found out: else every function between would have to remember it.
    fn place_of(&self, variable: &Variable) -> usize {
        match variable {
            Variable::Event(_) | Variable::Input(..) | Variable::Unknown(_) => 0,
            Variable::CancelledBefore(job)
            | Variable::CancelledIn(job)
            | Variable::FailedIn(job)
            | Variable::Empty(job)
            | Variable::Skipped(job) => *job,
            Variable::Output(job, name, _) | Variable::LeftOutput(job, name) => {
                let output = path(&["needs", &self.graph.jobs[*job].id, "outputs", name]);
                self.first_that_asks(&output).unwrap_or(*job)
            }
            Variable::Failed(job, step) => {
                let mut asked = None;
                if let Some(condition) = &self.graph.jobs[*job].steps[*step].condition {
                    condition.compared(&mut |path, _| asked = self.first_that_asks(path));
                }
                asked.unwrap_or(*job).max(*job)
            }
        }
    }

    /// The first job whose condition asks for an output.
    fn first_that_asks(&self, output: &[String]) -> Option<usize> {
        self.graph.jobs.iter().position(|job| {
            let mut asks = false;
            if let Some(condition) = &job.condition {
                condition.compared(&mut |path, _| asks |= path == output);
            }
            asks
        })
    }

    /// One of some values; the first where nothing special happens.
    fn one_of(&mut self, values: Vec<Value>, variable: impl Fn(&Value) -> Variable) -> Guarded {
        let mut rest = TRUE;
        let mut guarded = Vec::new();
        for value in values.iter().skip(1) {
            let is = self.variable(variable(value));
            guarded.push((self.table.and(rest, is), value.clone()));
            let not = self.table.not(is);
            rest = self.table.and(rest, not);
        }
        if let Some(first) = values.into_iter().next() {
            guarded.insert(0, (rest, first));
        }
        guarded
    }

    fn event(&mut self) {
        let values = self.graph.events.iter().map(|event| match event.as_str() {
            // A called workflow sees the event of its caller
            // (https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#github-context).
            "workflow_call" => Value::Other,
            event => Value::Text(event.to_owned()),
        });
        let values = values.collect();
        let named = |value: &Value| match value.text() {
            Some(event) => Variable::Event(event),
            None => Variable::Event("workflow_call".to_owned()),
        };
        let event = self.one_of(values, named);
        self.contexts.insert(path(&["github", "event_name"]), event);
    }

    /// When an event started the run.
    pub fn is_event(&mut self, name: &str) -> Bdd {
        let event = self.contexts.get(&path(&["github", "event_name"])).cloned();
        let is = |value: &Value| value.text().is_some_and(|text| text == name);
        let guards = event.into_iter().flatten().filter(|(_, value)| is(value));
        let guards: Vec<Bdd> = guards.map(|(guard, _)| guard).collect();
        self.table.any(guards)
    }

    /// When a job put out a text under a name.
    pub fn says(&mut self, job: usize, output: &str, text: &str) -> Bdd {
        let at = path(&["needs", &self.graph.jobs[job].id, "outputs", output]);
        let said = self.contexts.get(&at).cloned().unwrap_or_default();
        let is = |value: &Value| value.text().is_some_and(|said| said == text);
        let guards: Vec<Bdd> =
            said.into_iter().filter(|(_, value)| is(value)).map(|(guard, _)| guard).collect();
        self.table.any(guards)
    }

    /// When an input is given and true.
    pub fn is_on(&mut self, input: &str) -> Bdd {
        let value = self.context(&path(&["inputs", input]));
        self.holds(&value)
    }

    fn job(&mut self, place: usize, job: &Job) {
        let mut cancelled = FALSE;
        // A failure or skip holds for all jobs behind it, however far
        // (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds).
        let mut succeeded = TRUE;
        let mut failed = FALSE;
        for need in &job.needs {
            let before = &self.jobs[*need];
            let (success, before_succeeded) = (before.succeeds, before.before_succeeded);
            let (before_cancelled, before_failed) = (before.cancelled, before.before_failed);
            succeeded = self.table.all([succeeded, success, before_succeeded]);
            cancelled = self.table.or(cancelled, before_cancelled);
            // Only `failure()` asks for it, which few conditions of jobs call.
            if self.asks_for_failure {
                let failure = self.result(*need, JobResult::Failure);
                failed = self.table.any([failed, failure, before_failed]);
            }
        }
        let just_now = self.variable(Variable::CancelledBefore(place));
        cancelled = self.table.or(cancelled, just_now);
        let mut scope = Scope { job: place, succeeded, failed, cancelled, steps: HashMap::new() };
        let mut starts = self.condition(job.condition.as_ref(), &scope);
        if job.may_be_empty {
            let empty = self.variable(Variable::Empty(place));
            let some = self.table.not(empty);
            starts = self.table.and(starts, some);
        }
        let (steps, ended_well) = self.steps(place, job, starts, &mut scope);
        let stopped = self.variable(Variable::CancelledIn(place));
        let elsewhere = self.variable(Variable::FailedIn(place));
        let nothing_else = self.table.not(elsewhere);
        let well = self.table.and(ended_well, nothing_else);
        let went_on = self.table.not(stopped);
        // Of a job whose failure is not the run's, others may see either
        // (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error).
        let seen = if job.continues {
            self.unknown(&format!("failure of {} is seen", job.id))
        } else {
            TRUE
        };
        let hidden = self.table.not(seen);
        let looks_well = self.table.or(well, hidden);
        let succeeds = self.table.all([starts, went_on, looks_well]);
        let skipped = self.skipped(place, job);
        let happens = JobRuns {
            starts,
            succeeds,
            steps,
            well,
            stopped,
            seen,
            skipped,
            cancelled,
            before_succeeded: succeeded,
            before_failed: failed,
        };
        self.jobs.push(happens);
        self.outputs(place, job);
    }

    /// Which of the two a job is that never began in a cancelled run, matters where somebody asks.
    fn skipped(&mut self, place: usize, job: &Job) -> Bdd {
        let at = path(&["needs", &job.id, "result"]);
        let tells_apart = |text: &String| text == "skipped" || text == "cancelled";
        let is_asked = self.literals.get(&at).is_some_and(|texts| texts.iter().any(tells_apart));
        if is_asked { self.variable(Variable::Skipped(place)) } else { FALSE }
    }

    /// When a job ends so, as other jobs see it.
    pub fn result(&mut self, job: usize, is: JobResult) -> Bdd {
        let JobRuns { starts, succeeds, well, stopped, seen, skipped, cancelled, .. } =
            self.jobs[job];
        match is {
            JobResult::Success => succeeds,
            JobResult::Failure => {
                let went_on = self.table.not(stopped);
                let not_well = self.table.not(well);
                self.table.all([starts, went_on, not_well, seen])
            }
            JobResult::Cancelled => {
                let never = self.table.not(starts);
                let not_skipped = self.table.not(skipped);
                let never_began = self.table.all([never, cancelled, not_skipped]);
                let stopped = self.table.and(starts, stopped);
                self.table.or(never_began, stopped)
            }
            JobResult::Skipped => {
                let never = self.table.not(starts);
                let running = self.table.not(cancelled);
                let is_skipped = self.table.or(running, skipped);
                self.table.and(never, is_skipped)
            }
        }
    }

    /// What happens to the steps of a job, and when none of them failed it.
    fn steps(
        &mut self,
        place: usize,
        job: &Job,
        starts: Bdd,
        scope: &mut Scope,
    ) -> (Vec<StepRuns>, Bdd) {
        scope.succeeded = TRUE;
        scope.failed = FALSE;
        let mut happened = Vec::with_capacity(job.steps.len());
        for (at, step) in job.steps.iter().enumerate() {
            let when = self.condition(step.condition.as_ref(), scope);
            let runs = self.table.and(starts, when);
            // Of a step that nothing speaks of, that it failed is a failure of the job.
            let counts = step.role != Role::Plain || step.id.is_some();
            let fails = if counts { self.variable(Variable::Failed(place, at)) } else { FALSE };
            let well = self.table.not(fails);
            let succeeds = self.table.and(runs, well);
            if !step.continues {
                // A step's conclusion, and not its outcome, is the job's
                // (https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#steps-context).
                let failed = self.table.and(when, fails);
                scope.failed = self.table.or(scope.failed, failed);
                scope.succeeded = self.table.not(scope.failed);
            }
            let step_runs = StepRuns { starts: runs, succeeds };
            if let Some(id) = &step.id {
                scope.steps.insert(id.to_lowercase(), step_runs);
            }
            happened.push(step_runs);
        }
        (happened, scope.succeeded)
    }

    /// An output of a job that was skipped is empty; that of one which did not succeed may be there or not
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context>).
    fn outputs(&mut self, place: usize, job: &Job) {
        for (name, kind) in &job.outputs {
            let path = path(&["needs", &job.id, "outputs", name]);
            let texts = match kind {
                OutputKind::Flag => vec!["true".to_owned(), "false".to_owned()],
                OutputKind::Text => self.literals.get(&path).cloned().unwrap_or_default(),
            };
            let mut values: Vec<Value> = texts.into_iter().map(Value::Text).collect();
            if *kind == OutputKind::Text {
                values.insert(0, Value::Other);
                values.push(Value::Text(String::new()));
            }
            let of = |value: &Value| {
                let text = value.text().unwrap_or_else(|| "some text".to_owned());
                Variable::Output(place, name.clone(), text)
            };
            let said = self.one_of(values, of);
            let left = self.variable(Variable::LeftOutput(place, name.clone()));
            let JobRuns { starts, succeeds: success, .. } = self.jobs[place];
            let left = self.table.and(starts, left);
            let is_there = self.table.or(success, left);
            let mut guarded: Guarded = Vec::new();
            for (guard, value) in said {
                guarded.push((self.table.and(guard, is_there), value));
            }
            guarded.push((self.table.not(is_there), Value::Text(String::new())));
            self.contexts.insert(path, guarded);
        }
    }

    /// When a condition holds; `success()` is meant besides where it names no status
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions>).
    fn condition(&mut self, condition: Option<&Expression>, scope: &Scope) -> Bdd {
        let Some(condition) = condition else { return self.status(Status::Success, scope) };
        let value = self.value(condition, scope);
        let holds = self.holds(&value);
        if condition.has_status() {
            return holds;
        }
        let success = self.status(Status::Success, scope);
        self.table.and(holds, success)
    }

    fn status(&mut self, status: Status, scope: &Scope) -> Bdd {
        match status {
            Status::Always => TRUE,
            Status::Cancelled => scope.cancelled,
            Status::Failure => scope.failed,
            Status::Success => {
                let running = self.table.not(scope.cancelled);
                self.table.and(scope.succeeded, running)
            }
        }
    }

    /// When a value holds.
    fn holds(&mut self, value: &Guarded) -> Bdd {
        let mut holds = FALSE;
        for (guard, value) in value {
            let one = match value.holds() {
                Some(true) => TRUE,
                Some(false) => FALSE,
                None => self.unknown(&shown(value)),
            };
            let one = self.table.and(*guard, one);
            holds = self.table.or(holds, one);
        }
        holds
    }

    /// When something that is not looked into holds: always the same for the same text.
    fn unknown(&mut self, text: &str) -> Bdd {
        if let Some(known) = self.unknown.get(text) {
            return *known;
        }
        let variable = self.variable(Variable::Unknown(text.to_owned()));
        self.unknown.insert(text.to_owned(), variable);
        variable
    }

    fn value(&mut self, expression: &Expression, scope: &Scope) -> Guarded {
        match expression {
            Expression::Literal(value) => vec![(TRUE, value.clone())],
            Expression::Context(path) => self.of_context(path, scope),
            Expression::Opaque(text) => vec![(TRUE, Value::Unknown(text.clone()))],
            Expression::Status(status) => {
                let holds = self.status(*status, scope);
                self.boolean(holds)
            }
            Expression::Not(part) => {
                let value = self.value(part, scope);
                let holds = self.holds(&value);
                let not = self.table.not(holds);
                self.boolean(not)
            }
            Expression::And(parts) => self.joined(parts, scope, true),
            Expression::Or(parts) => self.joined(parts, scope, false),
            Expression::Equal(pair) => {
                if let Some(holds) = self.ended_so(pair, scope) {
                    return self.boolean(holds);
                }
                let sides = (self.value(&pair.0, scope), self.value(&pair.1, scope));
                self.compared(sides, "==", Value::equals)
            }
            Expression::Less(pair, or_equal) => {
                let sides = (self.value(&pair.0, scope), self.value(&pair.1, scope));
                let sign = if *or_equal { "<=" } else { "<" };
                self.compared(sides, sign, |a, b| a.is_less(b, *or_equal))
            }
            Expression::Call(name, arguments) => self.call(name, arguments, scope),
        }
    }

    /// When a job ended as a comparison says, where it is of such.
    fn ended_so(&mut self, pair: &(Expression, Expression), scope: &Scope) -> Option<Bdd> {
        let (Expression::Context(path), Expression::Literal(Value::Text(text))) = pair else {
            return None;
        };
        let [needs, job, result] = path.as_slice() else { return None };
        let is = JobResult::ALL.into_iter().find(|is| is.id() == text)?;
        if needs != "needs" || result != "result" {
            return None;
        }
        let job = self.needed(job, scope)?;
        Some(self.result(job, is))
    }

    fn boolean(&mut self, holds: Bdd) -> Guarded {
        let not = self.table.not(holds);
        vec![(holds, Value::Boolean(true)), (not, Value::Boolean(false))]
    }

    /// `&&` is its first part that does not hold, or its last; `||` its first that does, or its last.
    fn joined(&mut self, parts: &[Expression], scope: &Scope, and: bool) -> Guarded {
        let mut guarded: Guarded = Vec::new();
        let mut rest = TRUE;
        for (at, part) in parts.iter().enumerate() {
            let value = self.value(part, scope);
            let is_last = at + 1 == parts.len();
            for (guard, value) in value {
                let one = vec![(TRUE, value)];
                let holds = self.holds(&one);
                let stops = if and { self.table.not(holds) } else { holds };
                let stops = if is_last { TRUE } else { stops };
                let guard = self.table.all([rest, guard, stops]);
                guarded.extend(one.into_iter().map(|(_, value)| (guard, value)));
            }
            let reached = self.table.any(guarded.iter().map(|(guard, _)| *guard));
            rest = self.table.not(reached);
        }
        if parts.is_empty() {
            return self.boolean(if and { TRUE } else { FALSE });
        }
        // Only whether it holds is ever asked of a part that is true or false; joined they are fewer.
        self.merged(guarded)
    }

    fn merged(&mut self, guarded: Guarded) -> Guarded {
        let mut merged: Guarded = Vec::new();
        for (guard, value) in guarded {
            if guard == FALSE {
                continue;
            }
            match merged.iter_mut().find(|(_, known)| *known == value) {
                Some((known, _)) => *known = self.table.or(*known, guard),
                None => merged.push((guard, value)),
            }
        }
        merged
    }

    fn compared(
        &mut self,
        (a, b): (Guarded, Guarded),
        sign: &str,
        compare: impl Fn(&Value, &Value) -> Option<bool>,
    ) -> Guarded {
        let mut holds = FALSE;
        for (a_guard, a) in &a {
            for (b_guard, b) in &b {
                let one = match compare(a, b) {
                    Some(true) => TRUE,
                    Some(false) => FALSE,
                    None => self.unknown(&format!("{} {sign} {}", shown(a), shown(b))),
                };
                let one = self.table.all([*a_guard, *b_guard, one]);
                holds = self.table.or(holds, one);
            }
        }
        self.boolean(holds)
    }

    /// Functions of texts that are known
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions>).
    fn call(&mut self, name: &str, arguments: &[Expression], scope: &Scope) -> Guarded {
        let values: Vec<Guarded> =
            arguments.iter().map(|argument| self.value(argument, scope)).collect();
        let text = |value: &Guarded| match value.as_slice() {
            [(_, value)] => value.text().map(|text| text.to_lowercase()),
            _ => None,
        };
        let known = match values.as_slice() {
            [a, b] => text(a).zip(text(b)).and_then(|(a, b)| match name {
                "contains" => Some(a.contains(&b)),
                "startswith" => Some(a.starts_with(&b)),
                "endswith" => Some(a.ends_with(&b)),
                _ => None,
            }),
            _ => None,
        };
        if let Some(known) = known {
            return vec![(TRUE, Value::Boolean(known))];
        }
        let arguments: Vec<String> = arguments.iter().map(|one| described(one, scope)).collect();
        vec![(TRUE, Value::Unknown(format!("{name}({})", arguments.join(", "))))]
    }

    fn of_context(&mut self, at: &[String], scope: &Scope) -> Guarded {
        let parts: Vec<&str> = at.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["needs", job, "result"] => self.result_of(job, scope),
            ["needs", job, "outputs", _] if self.needed(job, scope).is_none() => {
                vec![(TRUE, Value::Null)]
            }
            ["steps", id, what @ ("outcome" | "conclusion")] => self.step_result(id, what, scope),
            ["steps" | "matrix" | "job" | "runner" | "env", ..] => {
                // Of the job that asks.
                let name = format!("{} of {}", at.join("."), self.graph.jobs[scope.job].id);
                vec![(TRUE, Value::Unknown(name))]
            }
            _ => self.context(at),
        }
    }

    /// A job that this one needs itself: of others the context has nothing
    /// (<https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context>).
    fn needed(&self, id: &str, scope: &Scope) -> Option<usize> {
        let needs = &self.graph.jobs[scope.job].needs;
        needs.iter().copied().find(|need| self.graph.jobs[*need].id.eq_ignore_ascii_case(id))
    }

    fn result_of(&mut self, id: &str, scope: &Scope) -> Guarded {
        let Some(job) = self.needed(id, scope) else { return vec![(TRUE, Value::Null)] };
        let named = |result: JobResult| Value::Text(result.id().to_owned());
        JobResult::ALL.map(|result| (self.result(job, result), named(result))).to_vec()
    }

    fn step_result(&mut self, id: &str, what: &str, scope: &Scope) -> Guarded {
        let Some(step) = scope.steps.get(id).copied() else { return vec![(TRUE, Value::Null)] };
        let steps = &self.graph.jobs[scope.job].steps;
        let step_is = |step: &&crate::graph::Step| {
            step.id.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(id))
        };
        let hides = what == "conclusion" && steps.iter().find(step_is).is_some_and(|s| s.continues);
        let text = |text: &str| Value::Text(text.to_owned());
        let skipped = self.table.not(step.starts);
        let succeeds = if hides { step.starts } else { step.succeeds };
        let not = self.table.not(succeeds);
        let failed = self.table.and(step.starts, not);
        vec![(succeeds, text("success")), (failed, text("failure")), (skipped, text("skipped"))]
    }

    /// A value of a context that is the same for every job.
    fn context(&mut self, at: &[String]) -> Guarded {
        if let Some(known) = self.contexts.get(at) {
            return known.clone();
        }
        let parts: Vec<&str> = at.iter().map(String::as_str).collect();
        let value = match parts.as_slice() {
            ["inputs", name] | ["github", "event", "inputs", name] => self.input(name, at),
            // An output that is not declared is not there.
            ["needs", id, "outputs", _] if self.has_outputs(id) => vec![(TRUE, Value::Null)],
            _ => vec![(TRUE, Value::Unknown(at.join(".")))],
        };
        self.contexts.insert(at.to_vec(), value.clone());
        value
    }

    fn has_outputs(&self, id: &str) -> bool {
        self.graph.jobs.iter().any(|job| job.id.eq_ignore_ascii_case(id))
    }

    /// An input has a value where the event brings some; elsewhere it is not there.
    fn input(&mut self, name: &str, at: &[String]) -> Guarded {
        let Some(input) = self.graph.inputs.iter().find(|input| input.name == name) else {
            return vec![(TRUE, Value::Null)];
        };
        // As text an input comes with the event: GitHub makes no Boolean of it there
        // (https://github.blog/changelog/2022-06-10-github-actions-inputs-unified-across-manual-and-reusable-workflows/).
        let is_text = at.first().is_some_and(|first| first == "github");
        let text = |text: &str| Value::Text(text.to_owned());
        let values = match &input.kind {
            InputKind::Boolean if is_text => vec![text("false"), text("true")],
            InputKind::Boolean => vec![Value::Boolean(false), Value::Boolean(true)],
            InputKind::Choice(options) => options.iter().map(|option| text(option)).collect(),
            InputKind::Text => {
                let known = self.literals.get(at).cloned().unwrap_or_default();
                let mut values: Vec<Value> = vec![Value::Text(String::new()), Value::Other];
                values.extend(known.into_iter().filter(|text| !text.is_empty()).map(Value::Text));
                values
            }
        };
        let key = format!("input {name}");
        let stored = self.contexts.get(&vec![key.clone()]).cloned();
        let given = match stored {
            Some(given) if !is_text => given,
            _ => {
                let of = |value: &Value| {
                    let text = value.text().unwrap_or_else(|| "some text".to_owned());
                    Variable::Input(name.to_owned(), text)
                };
                self.one_of(values, of)
            }
        };
        self.contexts.insert(vec![key], given.clone());
        let brings = ["workflow_dispatch", "workflow_call"].map(|event| self.is_started_by(event));
        let brings = self.table.any(brings);
        let mut guarded: Guarded = Vec::new();
        for (guard, value) in given {
            guarded.push((self.table.and(guard, brings), value));
        }
        let none = self.table.not(brings);
        guarded.push((none, Value::Null));
        self.merged(guarded)
    }

    fn is_started_by(&mut self, event: &str) -> Bdd {
        if event == "workflow_call" {
            let events = self.contexts.get(&path(&["github", "event_name"])).cloned();
            let other = events.into_iter().flatten().filter(|(_, value)| *value == Value::Other);
            let other: Vec<Bdd> = other.map(|(guard, _)| guard).collect();
            return self.table.any(other);
        }
        self.is_event(event)
    }

    /// When an expression holds for the steps of a job.
    pub fn when(&mut self, job: usize, expression: &Expression) -> Bdd {
        let happens = &self.jobs[job];
        let scope = Scope {
            job,
            succeeded: TRUE,
            failed: FALSE,
            cancelled: happens.cancelled,
            steps: HashMap::new(),
        };
        let value = self.value(expression, &scope);
        self.holds(&value)
    }
}

fn path(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| part.to_lowercase()).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Unknown(text) => text.clone(),
        Value::Text(text) => format!("'{text}'"),
        Value::Other => "some text".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
    }
}

/// An expression by which what is not looked into is told apart. What is of a job bears its place.
fn described(expression: &Expression, scope: &Scope) -> String {
    match expression {
        Expression::Literal(value) => shown(value),
        Expression::Context(path) => match path.first().map(String::as_str) {
            Some("steps" | "matrix" | "job" | "runner" | "env") => {
                format!("{} of job {}", path.join("."), scope.job)
            }
            _ => path.join("."),
        },
        Expression::Call(name, parts) => {
            let parts: Vec<String> = parts.iter().map(|part| described(part, scope)).collect();
            format!("{name}({})", parts.join(", "))
        }
        Expression::Opaque(text) => text.clone(),
        Expression::Status(_)
        | Expression::Not(_)
        | Expression::And(_)
        | Expression::Or(_)
        | Expression::Equal(_)
        | Expression::Less(..) => format!("{expression:?} of job {}", scope.job),
    }
}

/// The texts that values of contexts are compared with, in the whole graph.
fn literals(graph: &Graph) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut literals: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    let conditions = graph.jobs.iter().flat_map(|job| {
        job.condition.iter().chain(job.steps.iter().filter_map(|step| step.condition.as_ref()))
    });
    for condition in conditions {
        condition.compared(&mut |path, text| {
            let known = literals.entry(path.to_vec()).or_default();
            if !text.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(text)) {
                known.push(text.to_owned());
            }
        });
    }
    literals
}

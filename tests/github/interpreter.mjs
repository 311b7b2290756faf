// Runs workflows as their text says, job by job, with GitHub's own evaluator of expressions. It shares nothing with
// crates/semantics, which it is a second opinion on. It reads one JSON document and writes one.
//
//   { "expressions": [{ "text", "contexts" }],
//     "workflows": [{ "jobs": { id: { needs, if, continues, steps: [{ id, name, if, continues }] } } }],
//     "runs": [run], or "choices": { events, inputs, flags: { job: [output] } } and "seeded": count }
//
// A run says what happens by itself: { event, inputs, fails: [job], stops: [job], failsIn: ["job/step"],
// cancelledBefore: [job], outputs: { job: { name: text } } }. With choices every run is tried, or that many by chance.
// Of each run comes how every job ended, and which of its steps ran and succeeded: { job: [result, [step], [step]] }.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { Lexer, Parser, Evaluator, data } = await import(
  pathToFileURL(`${process.env.LOCKSTEP_TOOLS}/github/node_modules/@actions/expressions/dist/index.js`)
);
const STATUS = ["success", "failure", "cancelled", "always"];

/** A value of JSON as the evaluator has it. */
function value(json) {
  if (json === null || json === undefined) return new data.Null();
  if (typeof json === "string") return new data.StringData(json);
  if (typeof json === "number") return new data.NumberData(json);
  if (typeof json === "boolean") return new data.BooleanData(json);
  if (Array.isArray(json)) return new data.Array(...json.map(value));
  return new data.Dictionary(
    ...Object.entries(json).map(([key, one]) => ({ key, value: value(one) })),
  );
}

const parsed = new Map();
/** A parsed expression, and whether it calls a status function. */
function parse(text) {
  if (!parsed.has(text)) {
    const functions = STATUS.map((name) => ({ name, minArgs: 0, maxArgs: 255 }));
    const contexts = ["github", "inputs", "needs", "steps", "matrix", "vars", "secrets", "env"];
    const tree = new Parser(new Lexer(text).lex().tokens, contexts, functions).parse();
    parsed.set(text, [tree, STATUS.some((name) => text.includes(`${name}(`))]);
  }
  return parsed.get(text);
}

function evaluate(text, contexts, status) {
  const functions = new Map(
    STATUS.map((name) => [
      name,
      { name, minArgs: 0, maxArgs: 255, call: () => new data.BooleanData(status[name]) },
    ]),
  );
  const [tree] = parse(text);
  return new Evaluator(tree, value(contexts), functions).evaluate();
}

function isTrue(result) {
  const { Kind } = data;
  if (result.kind === Kind.Null) return false;
  if ([Kind.Boolean, Kind.Number, Kind.String].includes(result.kind)) return !!result.value;
  return true;
}

/** Whether something runs: without a status function, `success()` is meant besides. */
function runs(condition, contexts, status) {
  if (condition === undefined || condition === null) return status.success;
  const text = String(condition);
  const whole = /^\$\{\{((?:(?!\$\{\{).)*)\}\}$/s.exec(text);
  if (!whole && text.includes("${{")) {
    // Text with expressions in it is never empty.
    return STATUS.some((name) => text.includes(`${name}(`)) || status.success;
  }
  const bare = whole ? whole[1] : text;
  const holds = isTrue(evaluate(bare, contexts, status));
  return parse(bare)[1] ? holds : holds && status.success;
}

/** The same inputs as the event brings them: all are text. */
function asText(inputs) {
  return Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, String(one)]));
}

/** What happens to the steps of a job: whether it failed, and which ran and succeeded. */
function steps(job, contexts, failsIn) {
  let failed = false;
  const [started, succeeded] = [[], []];
  for (const step of job.steps) {
    // A step asks for the job's status, which is not cancelled where the job began after the run was.
    const status = { always: true, cancelled: false, success: !failed, failure: failed };
    const starts = runs(step.if, contexts, status);
    const fails = failsIn.includes(step.name);
    if (step.id) {
      const outcome = !starts ? "skipped" : fails ? "failure" : "success";
      const conclusion = starts && step.continues ? "success" : outcome;
      contexts.steps[step.id] = { outcome, conclusion, outputs: {} };
    }
    if (!starts) continue;
    started.push(step.name);
    if (!fails) succeeded.push(step.name);
    if (fails && !step.continues) failed = true;
  }
  return [failed, started, succeeded];
}

/** How the jobs of a run end. What happens by itself, `happens` says as it is asked. */
function run(jobs, happens) {
  const ended = {};
  const cancelled = {};
  const end = (id) => {
    if (ended[id]) return;
    const job = jobs[id];
    job.needs.forEach(end);
    const before = new Set();
    const add = (need) => {
      if (before.has(need)) return;
      before.add(need);
      jobs[need].needs.forEach(add);
    };
    job.needs.forEach(add);
    cancelled[id] = job.needs.some((need) => cancelled[need]) || happens.isCancelledBefore(id);
    const results = [...before].map((need) => ended[need][0]);
    const status = {
      always: true,
      cancelled: cancelled[id],
      success: !cancelled[id] && results.every((result) => result === "success"),
      failure: results.includes("failure"),
    };
    const needs = Object.fromEntries(
      job.needs.map((need) => {
        const result = ended[need][0];
        return [need, { result, outputs: result === "success" ? happens.outputs(need) : {} }];
      }),
    );
    const { event, inputs } = happens;
    const github = { event_name: event, event: { inputs: asText(inputs) } };
    const contexts = { github, inputs, needs, steps: {}, matrix: {}, vars: {} };
    if (!runs(job.if, contexts, status)) {
      ended[id] = [cancelled[id] ? "cancelled" : "skipped", [], []];
      return;
    }
    const { stops, fails, failsIn } = happens.within(id, job);
    const [failed, started, succeeded] = steps(job, contexts, failsIn);
    const result = stops ? "cancelled" : failed || fails ? "failure" : "success";
    ended[id] = [result === "failure" && job.continues ? "success" : result, started, succeeded];
  };
  Object.keys(jobs).forEach(end);
  return ended;
}

/** What happens in a run of which all is said beforehand. */
function said(given) {
  return {
    event: given.event,
    inputs: given.inputs,
    isCancelledBefore: (id) => given.cancelledBefore.includes(id),
    outputs: (id) => given.outputs[id] ?? {},
    within: (id, job) => ({
      stops: given.stops.includes(id),
      fails: given.fails.includes(id),
      failsIn: job.steps.map(({ name }) => name).filter((name) => given.failsIn.includes(`${id}/${name}`)),
    }),
  };
}

/** What happens in a run that is decided as it is asked: by choosing one of a number of ways. */
function chosen(choices, choose) {
  const event = choices.events[choose(choices.events.length)];
  const dispatched = event === "workflow_dispatch";
  const inputs = dispatched
    ? Object.fromEntries(choices.inputs.map((name) => [name, choose(2) === 1]))
    : {};
  const outputs = {};
  let isCancelled = false;
  return {
    event,
    inputs,
    said: outputs,
    isCancelledBefore: () => (isCancelled ||= choose(2, true) === 1),
    outputs: (id) => {
      outputs[id] ??= Object.fromEntries(
        (choices.flags[id] ?? []).map((name) => [name, choose(2) === 1 ? "false" : "true"]),
      );
      return outputs[id];
    },
    within: (_, job) => {
      // It ends well, is stopped, fails by itself, or in one of its steps.
      const way = choose(3 + job.steps.length, true);
      return { stops: way === 1, fails: way === 2, failsIn: way > 2 ? [job.steps[way - 3].name] : [] };
    },
  };
}

/** Every way to choose, one after another. */
function* everyWay() {
  let prefix = [];
  for (;;) {
    const made = [];
    yield (count) => {
      const choice = prefix[made.length] ?? 0;
      made.push([choice, count]);
      return choice;
    };
    while (made.length > 0 && made.at(-1)[0] + 1 >= made.at(-1)[1]) made.pop();
    if (made.length === 0) return;
    prefix = made.map(([choice]) => choice);
    prefix[prefix.length - 1] += 1;
  }
}

/** Some ways to choose, by chance; of what goes wrong little does, since most that breaks a promise is one thing. */
function* someWays(count) {
  let chance = 7n;
  const below = (end) => {
    chance = (chance * 6364136223846793005n + 1442695040888963407n) % (1n << 64n);
    return Number((chance >> 33n) % BigInt(end));
  };
  for (let way = 0; way < count; way += 1) {
    yield (many, isHarm) => (isHarm && below(12) > 0 ? 0 : below(many));
  }
}

function chosenRuns(jobs, choices, seeded) {
  const found = new Map();
  for (const choose of seeded > 0 ? someWays(seeded) : everyWay()) {
    const happens = chosen(choices, choose);
    const ended = run(jobs, happens);
    const { event, inputs, said: outputs } = happens;
    const one = { given: { event, inputs, outputs }, jobs: ended };
    found.set(JSON.stringify(one), one);
  }
  return [...found.values()];
}

const input = JSON.parse(readFileSync(0, "utf8"));
const well = { always: true, cancelled: false, success: true, failure: false };
process.stdout.write(
  JSON.stringify({
    expressions: (input.expressions ?? []).map(({ text, contexts }) => {
      return isTrue(evaluate(text, contexts, { ...well, ...contexts.status }));
    }),
    workflows: (input.workflows ?? []).map(({ jobs }) =>
      input.choices
        ? chosenRuns(jobs, input.choices, input.seeded)
        : input.runs.map((given) => run(jobs, said(given))),
    ),
  }),
);

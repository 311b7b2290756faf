// Runs workflows as their text says, job by job, with GitHub's own evaluator of expressions. It shares nothing with
// crates/semantics, which it is a second opinion on. It reads one JSON document and writes one.
//
//   { "expressions": [{ "text", "contexts" }],
//     "workflows": [{ "jobs": { id: { needs, if, continues, steps: [{ id, name, if, continues }] } } }], "runs": [run] }
//
// A run says what happens by itself: { event, inputs, fails: [job], stops: [job], failsIn: ["job/step"],
// cancelledBefore: [job], outputs: { job: { name: text } } }. Of each run comes how every job ended, and which of
// its steps ran and succeeded: { job: [result, [step], [step]] }.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { Lexer, Parser, Evaluator, data } = await import(
  pathToFileURL(`${process.env.LOCKSTEP_TOOLS}/expressions/package/dist/index.js`)
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
function steps(id, job, contexts, given) {
  let failed = false;
  const [started, succeeded] = [[], []];
  for (const step of job.steps) {
    // A step asks for the job's status, which is not cancelled where the job began after the run was.
    const status = { always: true, cancelled: false, success: !failed, failure: failed };
    const starts = runs(step.if, contexts, status);
    const fails = given.failsIn.includes(`${id}/${step.name}`);
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

function run(jobs, given) {
  const ended = {};
  const cancelled = {};
  const end = (id) => {
    if (ended[id]) return;
    const job = jobs[id];
    job.needs.forEach(end);
    const before = new Set();
    const add = (need) => {
      before.add(need);
      jobs[need].needs.forEach(add);
    };
    job.needs.forEach(add);
    cancelled[id] =
      given.cancelledBefore.includes(id) || job.needs.some((need) => cancelled[need]);
    const results = [...before].map((need) => ended[need][0]);
    const status = {
      always: true,
      cancelled: cancelled[id],
      success: !cancelled[id] && results.every((result) => result === "success"),
      failure: results.includes("failure"),
    };
    const needs = Object.fromEntries(
      job.needs.map((need) => [
        need,
        {
          result: ended[need][0],
          outputs: ended[need][0] === "success" ? (given.outputs[need] ?? {}) : {},
        },
      ]),
    );
    const github = { event_name: given.event, event: { inputs: asText(given.inputs) } };
    const contexts = { github, inputs: given.inputs, needs, steps: {}, matrix: {}, vars: {} };
    if (!runs(job.if, contexts, status)) {
      ended[id] = [cancelled[id] ? "cancelled" : "skipped", [], []];
      return;
    }
    const [failed, started, succeeded] = steps(id, job, contexts, given);
    const fails = failed || given.fails.includes(id);
    const result = given.stops.includes(id) ? "cancelled" : fails ? "failure" : "success";
    ended[id] = [result === "failure" && job.continues ? "success" : result, started, succeeded];
  };
  Object.keys(jobs).forEach(end);
  return ended;
}

const input = JSON.parse(readFileSync(0, "utf8"));
const well = { always: true, cancelled: false, success: true, failure: false };
process.stdout.write(
  JSON.stringify({
    expressions: (input.expressions ?? []).map(({ text, contexts }) => {
      return isTrue(evaluate(text, contexts, { ...well, ...contexts.status }));
    }),
    workflows: (input.workflows ?? []).map(({ jobs }) =>
      input.runs.map((given) => run(jobs, given)),
    ),
  }),
);

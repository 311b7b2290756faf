// Parses workflows as GitHub does: one JSON document of { name, content } each in, of each what GitHub says against it
// out.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

// The parser imports its schema without saying that it is JSON, which Node wants to hear.
const asJson = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(asJson)}`);

const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import(
  pathToFileURL(
    `${process.env.LOCKSTEP_TOOLS}/github/node_modules/@actions/workflow-parser/dist/index.js`,
  )
);

async function errors(file) {
  const parsed = parseWorkflow(file, new NoOperationTraceWriter());
  if (parsed.value && parsed.context.errors.count === 0) {
    const template = await convertWorkflowTemplate(parsed.context, parsed.value);
    const found = template.errors ?? [];
    if (found.length > 0) return found.map(({ Message }) => Message);
  }
  return parsed.context.errors.getErrors().map(String);
}

const files = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(files.map(errors))));

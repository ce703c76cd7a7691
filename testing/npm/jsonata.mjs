// Evaluates expressions with the reference implementation: an array of [expression, input] on standard input; on standard
// output, an array of {value} (absent if the result is undefined) or {error}.
import jsonata from 'jsonata';
import { readFileSync } from 'node:fs';

const results = [];
for (const [expression, input] of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    results.push({ value: await jsonata(expression).evaluate(input) });
  } catch (failure) {
    results.push({ error: `${failure.code}: ${failure.message}` });
  }
}
process.stdout.write(JSON.stringify(results));

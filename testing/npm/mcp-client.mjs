// Drives MCP servers with the client of the official SDK. Standard input: an array of sessions {command, args, env, calls:
// [{name, arguments}]}. Standard output: for each session {server, tools, results, problems, stderr}.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { readFileSync } from 'node:fs';

async function run({ command, args, env, calls }) {
  const transport = new StdioClientTransport({ command, args, env: { ...process.env, ...env }, stderr: 'pipe' });
  const client = new Client({ name: 'test', version: '1' });
  const problems = [];
  let stderr = '';
  transport.stderr.on('data', (data) => (stderr += data));
  client.onerror = (problem) => problems.push(String(problem));
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const call of calls) {
    results.push(await client.callTool(call).catch((failure) => ({ failure: String(failure) })));
  }
  const server = client.getServerVersion();
  await client.close();
  return { server, tools, results, problems, stderr };
}

const sessions = await Promise.all(JSON.parse(readFileSync(0, 'utf8')).map(run));
process.stdout.write(JSON.stringify(sessions));

// A program of the talk's generation (G1): it reads the history with a plain GET that ends, follows the stream with `live` and
// `offset`, and appends one event a request. It answers each new `ping` with a `pong` that says how many pings there were.
// Environment: BASE_URL, STREAM_PATH, and PROJECT_SLUG (default `public`).
import createClient from 'openapi-fetch';
import { messages } from './event-stream.mjs';
import type { components, paths } from './target/openapi.mjs';

type StreamEvent = components['schemas']['Event'];

interface State {
  offset: number;
  pings: number;
}

const path = process.env['STREAM_PATH'] ?? '/';
const client = createClient<paths>({
  baseUrl: `${process.env['BASE_URL']}/api`,
  headers: { 'X-Iterate-Project': process.env['PROJECT_SLUG'] ?? 'public' },
});

function reduce(state: State, event: StreamEvent): State {
  if (event.offset !== state.offset + 1) {
    throw new Error(`expected offset ${state.offset + 1}, got ${event.offset}`);
  }
  return { offset: event.offset, pings: state.pings + (event.type === 'ping' ? 1 : 0) };
}

async function afterAppend(state: State, event: StreamEvent): Promise<void> {
  if (event.type === 'ping') {
    await append('pong', { to: event.offset, pings: state.pings });
  }
}

async function append(type: string, payload: Record<string, unknown>): Promise<StreamEvent> {
  const { data, error } = await client.POST('/streams/{path}', {
    params: { path: { path } },
    body: { type, payload },
  });
  if (data === undefined || !('event' in data)) {
    throw new Error(`${type} was not appended: ${error?.message}`);
  }
  return data.event;
}

/** The events of one read. */
async function* read(query: { live?: boolean; offset?: number }): AsyncGenerator<StreamEvent> {
  const { data, error } = await client.GET('/streams/{path}', {
    params: { path: { path }, query },
    parseAs: 'stream',
  });
  if (!data) {
    throw new Error(`${path} was not read: ${error?.message}`);
  }
  for await (const message of messages(data)) {
    yield JSON.parse(message.data) as StreamEvent;
  }
}

let state: State = { offset: 0, pings: 0 };
for await (const event of read({})) {
  state = reduce(state, event); // history has no effects
}
console.log(`caught up at offset ${state.offset}`);
for await (const event of read({ live: true, offset: state.offset })) {
  state = reduce(state, event);
  await afterAppend(state, event);
}

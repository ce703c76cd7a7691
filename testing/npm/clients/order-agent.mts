// A program of the later generations (G2 and on): one read with `afterOffset` and `caughtUp` gives history and new events, and
// goes on with `Last-Event-ID` when its connection is lost. It adds up the orders of its stream, and appends the total after each
// new one, under a key, so that each total is stored once. Environment: BASE_URL, STREAM_PATH, and PROJECT_SLUG (default `public`).
import { setTimeout as sleep } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import { messages, type Message } from './event-stream.mjs';
import type { components, paths } from './target/openapi.mjs';

type StreamEvent = components['schemas']['Event'];

interface State {
  offset: number;
  orders: number;
  amount: number;
  lastOrder: number | undefined;
}

const RETRY_MS = 100;
const initial: State = { offset: 0, orders: 0, amount: 0, lastOrder: undefined };
const path = process.env['STREAM_PATH'] ?? '/';
const client = createClient<paths>({
  baseUrl: `${process.env['BASE_URL']}/api`,
  headers: { 'X-Iterate-Project': process.env['PROJECT_SLUG'] ?? 'public' },
});

let state = initial;

/** The service is stopping or overloaded. */
class Unavailable extends Error {}

function reduce(before: State, event: StreamEvent): State {
  if (event.offset !== before.offset + 1) {
    throw new Error(`expected offset ${before.offset + 1}, got ${event.offset}`);
  }
  if (event.type !== 'order-placed') {
    return { ...before, offset: event.offset };
  }
  return {
    offset: event.offset,
    orders: before.orders + 1,
    amount: before.amount + Number(event.payload['amount']),
    lastOrder: event.offset,
  };
}

/** Appends the total after the last order, or finds it stored. */
async function appendTotal({ orders, amount, lastOrder }: State): Promise<void> {
  if (lastOrder === undefined) {
    return;
  }
  const idempotencyKey = `total-${lastOrder}`;
  const { data, error, response } = await client.POST('/streams/{path}', {
    params: { path: { path } },
    body: { event: { type: 'total-changed', payload: { orders, amount }, idempotencyKey } },
  });
  if (response.status >= 500) {
    throw new Unavailable(error?.reason);
  }
  if (data === undefined || !('event' in data) || data.event.idempotencyKey !== idempotencyKey) {
    throw new Error(`the total was not appended: ${error?.message}`);
  }
  console.log(`${response.headers.has('Idempotent-Replayed') ? 'found' : 'appended'} ${idempotencyKey}`);
}

/** The messages of one connection, after the last event that was handled. */
async function* connect(): AsyncGenerator<Message> {
  const { data, error, response } = await client.GET('/streams/{path}', {
    params: {
      path: { path },
      query: { afterOffset: 'start', caughtUp: true },
      header: state.offset > 0 ? { 'Last-Event-ID': state.offset } : {},
    },
    headers: { Accept: 'text/event-stream' },
    parseAs: 'stream',
  });
  if (response.status === 204) {
    yield { name: 'destroyed', data: '', id: undefined }; // there is no such stream any more
  } else if (data) {
    yield* messages(data);
  } else if (response.status >= 500) {
    throw new Unavailable(error?.reason);
  } else {
    throw new Error(`${path} was not read: ${error?.message}`);
  }
}

/** Handles the messages of one connection. */
async function follow(): Promise<void> {
  let isCaughtUp = false;
  for await (const message of connect()) {
    if (message.name === 'destroyed') {
      state = initial;
      isCaughtUp = false;
      console.log('destroyed');
    } else if (message.name === 'caught-up') {
      isCaughtUp = true;
      await appendTotal(state);
      console.log(`caught up at offset ${state.offset}`);
    } else if (message.name === 'message') {
      const event = JSON.parse(message.data) as StreamEvent;
      if (message.id !== String(event.offset)) {
        throw new Error(`expected the id ${event.offset}, got ${message.id}`);
      }
      const after = reduce(state, event);
      if (isCaughtUp && after.lastOrder === event.offset) {
        await appendTotal(after);
      }
      state = after;
    }
  }
}

for (;;) {
  try {
    await follow();
  } catch (lost) {
    // fetch reports a lost connection as a TypeError
    if (!(lost instanceof TypeError || lost instanceof Unavailable)) {
      throw lost;
    }
  }
  await sleep(RETRY_MS);
}

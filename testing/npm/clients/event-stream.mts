// Reads server-sent events.

/** One message of an event stream; `id` is the last id that the stream has sent so far. */
export interface Message {
  name: string;
  data: string;
  id: string | undefined;
}

/** The messages of a body, as they arrive. Comments are left out. */
export async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let id: string | undefined;
  let name = 'message';
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) {
        yield { name, data: data.join('\n'), id };
      }
      name = 'message';
      data = [];
      continue;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') {
      name = value ?? '';
    } else if (field === 'data') {
      data.push(value ?? '');
    } else if (field === 'id') {
      id = value;
    }
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

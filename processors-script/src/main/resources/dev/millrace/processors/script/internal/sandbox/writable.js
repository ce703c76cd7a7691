// WritableStream, TransformStream, and the streams of texts.
{
  class WritableStreamDefaultWriter {
    #hooks;
    constructor(hooks) {
      this.#hooks = hooks;
    }
    get ready() {
      return this.#hooks.ready();
    }
    get closed() {
      return this.#hooks.closed;
    }
    get desiredSize() {
      return this.#hooks.desiredSize();
    }
    write(chunk) {
      return this.#hooks.write(chunk);
    }
    close() {
      return this.#hooks.close();
    }
    abort(reason) {
      return this.#hooks.abort(reason);
    }
    releaseLock() {
      this.#hooks.release();
    }
  }

  globalThis.WritableStream = class WritableStream {
    #sink;
    #room;
    #waiting = 0;
    #last;
    #error = null;
    #closing = false;
    #closed = Promise.withResolvers();
    #writer = null;
    #controller = { signal: new AbortController().signal, error: (reason) => this.#fail(reason) };
    constructor(sink = {}, strategy = {}) {
      this.#sink = sink;
      this.#room = roomOf(strategy, 1);
      this.#closed.promise.catch(() => {});
      this.#last = Promise.resolve(sink.start?.(this.#controller)).catch((thrown) => this.#fail(thrown));
    }
    #fail(reason) {
      if (this.#error === null) {
        this.#error = { reason };
        this.#closed.reject(reason);
      }
    }
    #then(action) {
      const result = this.#last.then(() => {
        if (this.#error !== null) {
          throw this.#error.reason;
        }
        return action();
      });
      this.#last = result.catch((thrown) => this.#fail(thrown));
      return result.then(() => {});
    }
    async #write(chunk) {
      if (this.#closing) {
        throw new TypeError("this stream was closed; nothing can be written");
      }
      const size = this.#room.size(chunk);
      this.#waiting += size;
      await this.#then(() => this.#sink.write?.(chunk, this.#controller)).finally(() => {
        this.#waiting -= size;
      });
    }
    async #close() {
      if (this.#closing) {
        throw new TypeError("this stream was closed already");
      }
      this.#closing = true;
      await this.#then(() => this.#sink.close?.());
      this.#closed.resolve();
    }
    async #abort(reason) {
      if (this.#error === null) {
        this.#fail(reason);
        await this.#sink.abort?.(reason);
      }
    }
    get locked() {
      return this.#writer !== null;
    }
    async #unlocked(action) {
      if (this.locked) {
        throw new TypeError("this stream has a writer; use its methods");
      }
      return action();
    }
    abort(reason) {
      return this.#unlocked(() => this.#abort(reason));
    }
    close() {
      return this.#unlocked(() => this.#close());
    }
    getWriter() {
      if (this.locked) {
        throw new TypeError("this stream has a writer already");
      }
      return (this.#writer = new WritableStreamDefaultWriter({
        ready: () => (this.#waiting < this.#room.most ? Promise.resolve() : this.#last),
        closed: this.#closed.promise,
        desiredSize: () => (this.#error === null ? this.#room.most - this.#waiting : null),
        write: (chunk) => this.#write(chunk),
        close: () => this.#close(),
        abort: (reason) => this.#abort(reason),
        release: () => {
          this.#writer = null;
        },
      }));
    }
  };

  globalThis.WritableStreamDefaultWriter = WritableStreamDefaultWriter;

  globalThis.TransformStream = class TransformStream {
    constructor(transformer = {}, writableStrategy = {}, readableStrategy = {}) {
      let output;
      let wanted = Promise.withResolvers();
      let ended = null;
      const end = (reason) => {
        ended = { reason };
        wanted.resolve();
      };
      const readable = new ReadableStream(
        {
          start: (controller) => {
            output = controller;
          },
          pull: () => wanted.resolve(),
          cancel: (reason) => end(reason),
        },
        { highWaterMark: 0, ...readableStrategy },
      );
      const controller = {
        get desiredSize() {
          return output.desiredSize;
        },
        enqueue: (chunk) => {
          wanted = Promise.withResolvers();
          output.enqueue(chunk);
        },
        error: (reason) => {
          output.error(reason);
          end(reason);
        },
        terminate: () => {
          output.close();
          end(new TypeError("this stream was terminated"));
        },
      };
      const orFail = async (action) => {
        try {
          return await action();
        } catch (thrown) {
          output.error(thrown);
          throw thrown;
        }
      };
      const writable = new WritableStream(
        {
          start: () => orFail(() => transformer.start?.(controller)),
          write: async (chunk) => {
            await wanted.promise;
            if (ended !== null) {
              throw ended.reason;
            }
            await orFail(() => (transformer.transform === undefined ? controller.enqueue(chunk) : transformer.transform(chunk, controller)));
          },
          close: async () => {
            await orFail(() => transformer.flush?.(controller));
            if (ended === null) {
              output.close();
            }
          },
          abort: (reason) => output.error(reason),
        },
        writableStrategy,
      );
      Object.defineProperties(this, { readable: { get: () => readable }, writable: { get: () => writable } });
    }
  };

  for (const [name, start] of [["CountQueuingStrategy", () => 1], ["ByteLengthQueuingStrategy", (chunk) => chunk.byteLength]]) {
    globalThis[name] = { [name]: class { constructor({ highWaterMark }) { this.highWaterMark = highWaterMark; this.size = start; } } }[name];
  }

  /** A stream that transforms by itself; it shows only its two ends. */
  const ends = (stream, transformer) => {
    const { readable, writable } = new TransformStream(transformer);
    Object.defineProperties(stream, { readable: { get: () => readable }, writable: { get: () => writable } });
  };
  globalThis.TextDecoderStream = class TextDecoderStream {
    constructor(label, options) {
      const decoder = new TextDecoder(label, options);
      const pass = (text, controller) => text !== "" && controller.enqueue(text);
      this.encoding = decoder.encoding;
      ends(this, {
        transform: (chunk, controller) => pass(decoder.decode(chunk, { stream: true }), controller),
        flush: (controller) => pass(decoder.decode(), controller),
      });
    }
  };
  globalThis.TextEncoderStream = class TextEncoderStream {
    encoding = "utf-8";
    constructor() {
      const encoder = new TextEncoder();
      let half = ""; // the first half of a surrogate pair whose second half comes with the next chunk
      ends(this, {
        transform: (chunk, controller) => {
          const text = half + chunk;
          half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
          const whole = text.slice(0, text.length - half.length);
          if (whole !== "") {
            controller.enqueue(encoder.encode(whole));
          }
        },
        flush: (controller) => half !== "" && controller.enqueue(encoder.encode(half)),
      });
    }
  };
  named("WritableStream", "WritableStreamDefaultWriter", "TransformStream", "TextDecoderStream", "TextEncoderStream");
}

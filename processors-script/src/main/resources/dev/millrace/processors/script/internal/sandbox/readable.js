// ReadableStream. A stream of the type "bytes" has no reader of the mode "byob".
{
  class ReadableStreamDefaultReader {
    #stream;
    #hooks;
    #closed = Promise.withResolvers();
    constructor(stream, hooks) {
      this.#stream = stream;
      this.#hooks = hooks;
      this.#closed.promise.catch(() => {});
      hooks.onEnd((error) => (error === undefined ? this.#closed.resolve() : this.#closed.reject(error.reason)));
    }
    get closed() {
      return this.#closed.promise;
    }
    async read() {
      if (this.#stream === null) {
        throw new TypeError("this reader was released");
      }
      return this.#hooks.read();
    }
    async cancel(reason) {
      if (this.#stream === null) {
        throw new TypeError("this reader was released");
      }
      return this.#hooks.cancel(reason);
    }
    releaseLock() {
      if (this.#stream !== null) {
        this.#stream = null;
        const released = new TypeError("this reader was released");
        this.#closed.reject(released);
        this.#hooks.release(released);
      }
    }
  }

  globalThis.ReadableStream = class ReadableStream {
    #source;
    #room;
    #queue = [];
    #queued = 0;
    #reads = [];
    #state = "readable";
    #reason;
    #closing = false;
    #started = false;
    #pulling = false;
    #again = false;
    #reader = null;
    #ended = null;
    #disturbed = false;
    #controller;

    constructor(source = {}, strategy = {}) {
      this.#source = source;
      this.#room = roomOf(strategy, source.type === "bytes" ? 0 : 1);
      const stream = this;
      this.#controller = {
        byobRequest: null,
        get desiredSize() {
          return stream.#state === "errored" ? null : stream.#state === "closed" ? 0 : stream.#room.most - stream.#queued;
        },
        enqueue: (chunk) => this.#enqueue(chunk),
        close: () => this.#close(),
        error: (reason) => this.#error(reason),
      };
      const started = source.start?.(this.#controller);
      Promise.resolve(started).then(() => {
        this.#started = true;
        this.#pull();
      }, (thrown) => this.#error(thrown));
    }

    #enqueue(chunk) {
      if (this.#state !== "readable" || this.#closing) {
        throw new TypeError("this stream has ended; nothing can be enqueued");
      }
      if (this.#reads.length > 0) {
        this.#reads.shift().resolve({ done: false, value: chunk });
      } else {
        const size = this.#room.size(chunk);
        this.#queue.push({ chunk, size });
        this.#queued += size;
      }
      this.#pull();
    }
    #close() {
      if (this.#state !== "readable" || this.#closing) {
        throw new TypeError("this stream has ended already");
      }
      this.#closing = true;
      if (this.#queue.length === 0) {
        this.#end("closed");
      }
    }
    #error(reason) {
      if (this.#state === "readable") {
        this.#queue = [];
        this.#end("errored", { reason });
      }
    }
    #end(state, error) {
      this.#state = state;
      this.#reason = error?.reason;
      for (const read of this.#reads.splice(0)) {
        error === undefined ? read.resolve({ done: true, value: undefined }) : read.reject(error.reason);
      }
      this.#ended?.(error);
    }
    #pull() {
      const isWanted = this.#reads.length > 0 || this.#queued < this.#room.most;
      if (!this.#started || this.#state !== "readable" || this.#closing || !isWanted) {
        return;
      }
      if (this.#pulling) {
        this.#again = true;
        return;
      }
      this.#pulling = true;
      Promise.resolve()
        .then(() => this.#source.pull?.(this.#controller))
        .then(() => {
          this.#pulling = false;
          if (this.#again) {
            this.#again = false;
            this.#pull();
          }
        }, (thrown) => this.#error(thrown));
    }
    async #read() {
      this.#disturbed = true;
      if (this.#queue.length > 0) {
        const { chunk, size } = this.#queue.shift();
        this.#queued -= size;
        if (this.#closing && this.#queue.length === 0) {
          this.#end("closed");
        } else {
          this.#pull();
        }
        return { done: false, value: chunk };
      }
      if (this.#state === "errored") {
        throw this.#reason;
      }
      if (this.#state === "closed") {
        return { done: true, value: undefined };
      }
      const read = Promise.withResolvers();
      this.#reads.push(read);
      this.#pull();
      return read.promise;
    }
    async #cancel(reason) {
      this.#disturbed = true;
      if (this.#state === "errored") {
        throw this.#reason;
      }
      if (this.#state === "readable") {
        this.#queue = [];
        this.#end("closed");
        await this.#source.cancel?.(reason);
      }
    }

    get locked() {
      return this.#reader !== null;
    }
    async cancel(reason) {
      if (this.locked) {
        throw new TypeError("this stream is already being read; cancel its reader");
      }
      return this.#cancel(reason);
    }
    getReader({ mode } = {}) {
      if (mode !== undefined) {
        throw new TypeError(`readers of the mode '${mode}' are not supported`);
      }
      if (this.locked) {
        throw new TypeError("this body is already being read");
      }
      return (this.#reader = new ReadableStreamDefaultReader(this, {
        read: () => this.#read(),
        cancel: (reason) => this.#cancel(reason),
        release: (released) => {
          this.#reader = this.#ended = null;
          this.#reads.splice(0).forEach((read) => read.reject(released));
        },
        onEnd: (ended) => {
          this.#ended = ended;
          if (this.#state !== "readable") {
            ended(this.#state === "errored" ? { reason: this.#reason } : undefined);
          }
        },
      }));
    }
    values({ preventCancel = false } = {}) {
      const reader = this.getReader();
      return {
        next: async () => {
          const piece = await reader.read();
          if (piece.done) {
            reader.releaseLock();
          }
          return piece;
        },
        return: async (value) => {
          const cancelled = preventCancel ? undefined : reader.cancel(value);
          reader.releaseLock();
          await cancelled;
          return { done: true, value };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    }
    [Symbol.asyncIterator](options) {
      return this.values(options);
    }
    pipeThrough({ readable, writable }, options) {
      this.pipeTo(writable, options).catch(() => {});
      return readable;
    }
    async pipeTo(target, { preventClose = false, preventAbort = false, preventCancel = false, signal } = {}) {
      const reader = this.getReader();
      const writer = target.getWriter();
      const stop = () => reader.cancel(signal.reason).catch(() => {});
      signal?.addEventListener("abort", stop, { once: true });
      try {
        signal?.throwIfAborted();
        while (true) {
          await writer.ready;
          const { done, value } = await reader.read().catch(async (thrown) => {
            await (preventAbort ? undefined : writer.abort(thrown));
            throw thrown;
          });
          signal?.throwIfAborted();
          if (done) {
            break;
          }
          await writer.write(value);
        }
        await (preventClose ? undefined : writer.close());
      } catch (thrown) {
        await Promise.allSettled([preventCancel ? undefined : reader.cancel(thrown), preventAbort ? undefined : writer.abort(thrown)]);
        throw thrown;
      } finally {
        signal?.removeEventListener("abort", stop);
        reader.releaseLock();
        writer.releaseLock();
      }
    }
    tee() {
      const reader = this.getReader();
      const open = new Map();
      const cancelled = Promise.withResolvers();
      let reading = null;
      const pull = () =>
        (reading ??= reader.read().then(
          ({ done, value }) => {
            reading = null;
            open.forEach((branch) => (done ? branch.close() : branch.enqueue(value)));
          },
          (thrown) => open.forEach((branch) => branch.error(thrown)),
        ));
      const branch = (name) =>
        new ReadableStream(
          {
            start: (controller) => void open.set(name, controller),
            pull,
            cancel: (reason) => {
              open.delete(name);
              if (open.size === 0) {
                cancelled.resolve(reader.cancel(reason));
              }
              return cancelled.promise;
            },
          },
          { highWaterMark: 0 },
        );
      return [branch("first"), branch("second")];
    }
    static from(items) {
      const iterator = items[Symbol.asyncIterator]?.() ?? items[Symbol.iterator]();
      return new ReadableStream(
        {
          pull: async (controller) => {
            const { done, value } = await iterator.next();
            done ? controller.close() : controller.enqueue(await value);
          },
          cancel: async (reason) => void (await iterator.return?.(reason)),
        },
        { highWaterMark: 0 },
      );
    }
    static {
      isDisturbed = (stream) => stream.#disturbed;
    }
  };
  globalThis.ReadableStreamDefaultReader = ReadableStreamDefaultReader;
  named("ReadableStream", "ReadableStreamDefaultReader");
}

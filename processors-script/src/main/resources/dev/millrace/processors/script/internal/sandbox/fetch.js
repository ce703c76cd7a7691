// fetch, with the features that model providers and webhooks need. The host decides which hosts are allowed.
{
  const binary = (array) => {
    let text = "";
    for (let at = 0; at < array.length; at += 4096) {
      text += String.fromCharCode(...array.subarray(at, at + 4096));
    }
    return text;
  };
  const abortion = (reason) => reason ?? Object.assign(new Error("The operation was aborted"), { name: "AbortError" });

  globalThis.AbortSignal = class AbortSignal {
    #listeners = [];
    aborted = false;
    reason = undefined;
    addEventListener(type, listener) {
      this.#listeners.push(listener);
    }
    removeEventListener(type, listener) {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    }
    throwIfAborted() {
      if (this.aborted) {
        throw this.reason;
      }
    }
    fire(reason) {
      if (!this.aborted) {
        this.aborted = true;
        this.reason = abortion(reason);
        const listeners = this.#listeners;
        this.#listeners = [];
        listeners.forEach((listener) => listener({ type: "abort" }));
      }
    }
    static timeout(millis) {
      const signal = new AbortSignal();
      setTimeout(() => signal.fire(Object.assign(new Error(`timeout: no result within ${millis} ms`), { name: "TimeoutError" })), millis);
      return signal;
    }
  };
  globalThis.AbortController = class AbortController {
    signal = new AbortSignal();
    abort(reason) {
      this.signal.fire(reason);
    }
  };

  globalThis.Headers = class Headers {
    #values = new Map();
    constructor(from = []) {
      const pairs = from instanceof Headers || typeof from[Symbol.iterator] === "function" ? [...from] : Object.entries(from);
      pairs.forEach(([name, value]) => this.append(name, value));
    }
    append(name, value) {
      const key = String(name).toLowerCase();
      this.#values.set(key, this.#values.has(key) ? `${this.#values.get(key)}, ${value}` : String(value));
    }
    set(name, value) {
      this.#values.set(String(name).toLowerCase(), String(value));
    }
    get(name) {
      return this.#values.get(String(name).toLowerCase()) ?? null;
    }
    has(name) {
      return this.#values.has(String(name).toLowerCase());
    }
    delete(name) {
      this.#values.delete(String(name).toLowerCase());
    }
    forEach(action) {
      this.#values.forEach((value, name) => action(value, name, this));
    }
    keys() {
      return this.#values.keys();
    }
    values() {
      return this.#values.values();
    }
    entries() {
      return this.#values.entries();
    }
    [Symbol.iterator]() {
      return this.#values.entries();
    }
  };

  /** The body of a response: chunks of bytes, pulled one at a time. */
  class Body {
    #answer;
    #signal;
    #over = false;
    locked = false;
    constructor(answer, signal) {
      this.#answer = answer;
      this.#signal = signal;
    }
    async #read() {
      this.#signal?.throwIfAborted();
      if (this.#over) {
        return { done: true, value: undefined };
      }
      const piece = await ask("read", { answer: this.#answer });
      this.#over = piece.done;
      return piece.done ? { done: true, value: undefined } : { done: false, value: Uint8Array.fromBase64(piece.chunk) };
    }
    #cancel() {
      this.#over = true;
      call("cancel", { operation: this.#answer });
    }
    getReader() {
      if (this.locked) {
        throw new TypeError("this body is already being read");
      }
      this.locked = true;
      return {
        read: () => this.#read(),
        cancel: async () => this.#cancel(),
        releaseLock: () => {
          this.locked = false;
        },
      };
    }
    async cancel() {
      this.#cancel();
    }
    async *[Symbol.asyncIterator]() {
      const reader = this.getReader();
      try {
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          yield piece.value;
        }
      } finally {
        if (!this.#over) {
          this.#cancel();
        }
      }
    }
  }

  class Response {
    constructor(head, signal) {
      this.status = head.status;
      this.statusText = head.statusText;
      this.ok = head.status >= 200 && head.status < 300;
      this.redirected = head.redirected;
      this.url = head.url;
      this.headers = new Headers(head.headers);
      this.body = new Body(head.answer, signal);
      this.bodyUsed = false;
    }
    async #all(take) {
      if (this.bodyUsed) {
        throw new TypeError("this body was already read");
      }
      this.bodyUsed = true;
      for await (const chunk of this.body) {
        take(chunk);
      }
    }
    async text() {
      const decoder = new TextDecoder();
      let text = "";
      await this.#all((chunk) => {
        text += decoder.decode(chunk, { stream: true });
      });
      return text + decoder.decode();
    }
    async json() {
      return parse(await this.text());
    }
    async bytes() {
      const chunks = [];
      await this.#all((chunk) => chunks.push(chunk));
      return joined(chunks);
    }
    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }
  }
  globalThis.Response = Response;

  globalThis.fetch = async (target, { method = "GET", headers = [], body = null, redirect = "follow", signal = null } = {}) => {
    signal?.throwIfAborted();
    const sent = new Headers(headers);
    let content = body;
    if (body instanceof URLSearchParams) {
      content = body.toString();
      if (!sent.has("content-type")) {
        sent.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
      }
    } else if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
      content = new Uint8Array(body.buffer ?? body, body.byteOffset ?? 0, body.byteLength);
    }
    const isBinary = content instanceof Uint8Array;
    const answered = ask("fetch", {
      url: String(target),
      method: String(method).toUpperCase(),
      headers: [...sent],
      body: content === null || content === undefined ? null : isBinary ? binary(content) : String(content),
      binary: isBinary,
      follow: redirect === "follow",
    });
    if (signal === null) {
      return new Response(await answered, null);
    }
    let answer = null;
    const abort = () => {
      waiting.get(answered.operation)?.reject(signal.reason);
      waiting.delete(answered.operation);
      call("cancel", { operation: answer ?? answered.operation });
    };
    signal.addEventListener("abort", abort);
    const head = await answered;
    answer = head.answer;
    return new Response(head, signal);
  };
}

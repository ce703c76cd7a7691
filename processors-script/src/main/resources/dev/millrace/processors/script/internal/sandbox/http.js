// Headers, Request and Response.
{
  /** In a name of an answer, the host writes [secret:name] for a secret. */
  const NAME = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]|\[secret:[^\]]*\])+$/;

  globalThis.Headers = class Headers {
    #values = new Map();
    #cookies = [];
    constructor(from = []) {
      const pairs = from === null ? [] : typeof from[Symbol.iterator] === "function" ? [...from] : Object.entries(from);
      pairs.forEach(([name, value]) => this.append(name, value));
    }
    static #key(name) {
      if (!NAME.test(name)) {
        throw new TypeError(`'${name}' is not the name of a header`);
      }
      return String(name).toLowerCase();
    }
    static #value(name, value) {
      const text = String(value).replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, "");
      if (/[\0\r\n]/.test(text)) {
        throw new TypeError(`the value of the header '${name}' has a line break or a NUL`);
      }
      return text;
    }
    append(name, value) {
      const key = Headers.#key(name);
      const text = Headers.#value(name, value);
      if (key === "set-cookie") {
        this.#cookies.push(text);
      } else {
        this.#values.set(key, this.#values.has(key) ? `${this.#values.get(key)}, ${text}` : text);
      }
    }
    set(name, value) {
      this.delete(name);
      this.append(name, value);
    }
    get(name) {
      const key = Headers.#key(name);
      if (key === "set-cookie") {
        return this.#cookies.length === 0 ? null : this.#cookies.join(", ");
      }
      return this.#values.get(key) ?? null;
    }
    getSetCookie() {
      return [...this.#cookies];
    }
    has(name) {
      return this.get(name) !== null;
    }
    delete(name) {
      const key = Headers.#key(name);
      this.#values.delete(key);
      this.#cookies = key === "set-cookie" ? [] : this.#cookies;
    }
    forEach(action, self) {
      for (const [name, value] of this) {
        action.call(self, value, name, this);
      }
    }
    *keys() {
      for (const [name] of this) {
        yield name;
      }
    }
    *values() {
      for (const [, value] of this) {
        yield value;
      }
    }
    *entries() {
      const all = [...this.#values, ...this.#cookies.map((cookie) => ["set-cookie", cookie])];
      yield* all.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  };

  /** What a body is made of: a text or bytes, or a stream; and its content type. */
  const partsOf = (body) => {
    if (body === null || body === undefined) {
      return { content: null, stream: null, type: null };
    }
    if (body instanceof ReadableStream) {
      if (body.locked || isDisturbed(body)) {
        throw new TypeError("this stream is already being read");
      }
      return { content: null, stream: body, type: null };
    }
    if (body instanceof FormData) {
      const { bytes, type } = multipartOf(body);
      return { content: bytes, stream: null, type };
    }
    if (body instanceof URLSearchParams) {
      return { content: body.toString(), stream: null, type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    if (body instanceof Blob) {
      return { content: bytesOfBlob(body), stream: null, type: body.type === "" ? null : body.type };
    }
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
      return { content: bytesOf(body), stream: null, type: null };
    }
    return { content: String(body).toWellFormed(), stream: null, type: "text/plain;charset=UTF-8" };
  };

  const streamOf = (content) =>
    new ReadableStream({
      type: "bytes",
      start: (controller) => {
        const bytes = bytesOf(content);
        if (bytes.length > 0) {
          controller.enqueue(bytes);
        }
        controller.close();
      },
    });

  let take; // the parts of a body, which is used from then on
  let copyOf; // a body with the same content; both can be read

  class Body {
    #content;
    #stream;
    #used = false;
    constructor(parts, headers) {
      this.#content = parts.content;
      this.#stream = parts.stream;
      this.headers = new Headers(headers);
      if (parts.type !== null && !this.headers.has("content-type")) {
        this.headers.set("content-type", parts.type);
      }
    }
    get body() {
      if (this.#stream === null && this.#content !== null) {
        this.#stream = streamOf(this.#content);
        this.#content = null;
      }
      return this.#stream;
    }
    get bodyUsed() {
      return this.#used || (this.#stream !== null && isDisturbed(this.#stream));
    }
    #requireUnused() {
      if (this.bodyUsed) {
        throw new TypeError("this body was already read");
      }
      if (this.#stream?.locked) {
        throw new TypeError("this body is already being read");
      }
    }
    /** Reads the body, as a text if it is one already, else as bytes. */
    async #all() {
      this.#requireUnused();
      if (this.#stream === null) {
        this.#used = this.#content !== null;
        return this.#content ?? "";
      }
      const chunks = [];
      for await (const chunk of this.#stream) {
        if (!(chunk instanceof Uint8Array)) {
          throw new TypeError("the stream of a body contains something else than bytes");
        }
        chunks.push(chunk);
      }
      return joined(chunks);
    }
    async text() {
      const all = await this.#all();
      return typeof all === "string" ? all : new TextDecoder().decode(all);
    }
    async json() {
      return parse(await this.text());
    }
    async bytes() {
      return bytesOf(await this.#all());
    }
    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }
    async blob() {
      return new Blob([await this.bytes()], { type: this.headers.get("content-type") ?? "" });
    }
    async formData() {
      return formOf(await this.bytes(), this.headers.get("content-type") ?? "");
    }
    static {
      contentOf = (body) => (body.#content === null && body.#stream === null ? null : body.#all());
      take = (body) => {
        body.#requireUnused();
        const parts = { content: body.#content, stream: body.#stream, type: null };
        body.#used = parts.content !== null || parts.stream !== null;
        body.#content = body.#stream = null;
        return parts;
      };
      copyOf = (body) => {
        body.#requireUnused();
        if (body.#stream === null) {
          return body.#content;
        }
        const [mine, other] = body.#stream.tee();
        body.#stream = mine;
        return other;
      };
    }
  }

  globalThis.Request = class Request extends Body {
    constructor(target, init = {}) {
      const from = target instanceof Request ? target : null;
      const method = String(init.method ?? from?.method ?? "GET").toUpperCase();
      const takes = from !== null && (init.body === undefined || init.body === null);
      const parts = takes ? take(from) : partsOf(init.body);
      if ((method === "GET" || method === "HEAD") && (parts.content !== null || parts.stream !== null)) {
        throw new TypeError(`fetch: a ${method} request cannot have a body`);
      }
      super(parts, init.headers ?? from?.headers);
      this.method = method;
      this.url = from?.url ?? String(target);
      this.redirect = init.redirect ?? from?.redirect ?? "follow";
      this.signal = init.signal ?? from?.signal ?? new AbortController().signal;
      this.credentials = init.credentials ?? from?.credentials ?? "same-origin";
      this.mode = init.mode ?? from?.mode ?? "cors";
      this.cache = init.cache ?? from?.cache ?? "default";
      this.keepalive = Boolean(init.keepalive ?? from?.keepalive);
      this.duplex = "half";
    }
    clone() {
      return new Request(this.url, { ...this, headers: this.headers, body: copyOf(this) });
    }
  };

  globalThis.Response = class Response extends Body {
    constructor(body = null, { status = 200, statusText = "", headers } = {}) {
      const parts = partsOf(body);
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError(`a response has a status of 200 to 599, not ${status}`);
      }
      if ([204, 205, 304].includes(status) && body !== null && body !== undefined) {
        throw new TypeError(`a response with the status ${status} has no body`);
      }
      super(parts, headers);
      this.type = "default";
      this.url = "";
      this.redirected = false;
      this.status = status;
      this.statusText = String(statusText);
    }
    get ok() {
      return this.status >= 200 && this.status < 300;
    }
    clone() {
      const copy = new Response(copyOf(this), { headers: this.headers });
      return Object.assign(copy, { type: this.type, url: this.url, redirected: this.redirected, status: this.status, statusText: this.statusText });
    }
    static json(value, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) {
        headers.set("content-type", "application/json");
      }
      return new Response(stringify(value), { ...init, headers });
    }
    static redirect(url, status = 302) {
      return new Response(null, { status, headers: { location: String(url) } });
    }
    static error() {
      return Object.assign(new Response(), { type: "error", status: 0 });
    }
  };
  named("Headers", "Request", "Response");
}

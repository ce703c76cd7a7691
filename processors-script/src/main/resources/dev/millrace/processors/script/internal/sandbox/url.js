// URL and URLSearchParams.
{
  globalThis.URLSearchParams = class URLSearchParams {
    #pairs = [];
    constructor(from = "") {
      const plain = (text) => {
        const spaced = text.replace(/\+/g, " ");
        try {
          return decodeURIComponent(spaced);
        } catch {
          return spaced; // a lone % stands for itself
        }
      };
      if (typeof from === "string") {
        this.#pairs = from.replace(/^\?/, "").split("&").filter(Boolean).map((pair) => {
          const [key, ...rest] = pair.split("=");
          return [plain(key), plain(rest.join("="))];
        });
      } else {
        const pairs = typeof from[Symbol.iterator] === "function" ? [...from] : Object.entries(from);
        this.#pairs = pairs.map(([key, value]) => [String(key), String(value)]);
      }
    }
    get(key) {
      return this.#pairs.find(([each]) => each === key)?.[1] ?? null;
    }
    getAll(key) {
      return this.#pairs.filter(([each]) => each === key).map(([, value]) => value);
    }
    has(key, value) {
      return this.#pairs.some((pair) => URLSearchParams.#matches(pair, key, value));
    }
    append(key, value) {
      this.#pairs.push([String(key), String(value)]);
    }
    delete(key, value) {
      this.#pairs = this.#pairs.filter((pair) => !URLSearchParams.#matches(pair, key, value));
    }
    static #matches([key, value], wantedKey, wantedValue) {
      return key === String(wantedKey) && (wantedValue === undefined || value === String(wantedValue));
    }
    set(key, value) {
      const at = this.#pairs.findIndex(([each]) => each === String(key));
      this.#pairs = this.#pairs.filter(([each], index) => each !== String(key) || index === at);
      this.#pairs.splice(at < 0 ? this.#pairs.length : at, at < 0 ? 0 : 1, [String(key), String(value)]);
    }
    sort() {
      this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    }
    forEach(action, self) {
      this.#pairs.forEach(([key, value]) => action.call(self, value, key, this));
    }
    get size() {
      return this.#pairs.length;
    }
    keys() {
      return this.#pairs.map(([key]) => key)[Symbol.iterator]();
    }
    values() {
      return this.#pairs.map(([, value]) => value)[Symbol.iterator]();
    }
    entries() {
      return this[Symbol.iterator]();
    }
    [Symbol.iterator]() {
      return this.#pairs.map(([key, value]) => [key, value])[Symbol.iterator]();
    }
    toString() {
      const coded = (text) => encodeURIComponent(text).replace(/%20/g, "+");
      return this.#pairs.map(([key, value]) => `${coded(key)}=${coded(value)}`).join("&");
    }
  };

  const ADDRESS = /^([a-z][a-z0-9+.-]*:)\/\/(?:([^/?#@:]*)(?::([^/?#@]*))?@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?([^?#]*)(\?[^#]*)?(#.*)?$/i;
  globalThis.URL = class URL {
    constructor(address, base) {
      let text = String(address);
      if (!ADDRESS.test(text) && base !== undefined) {
        const { protocol, host, pathname, search } = new URL(base);
        const origin = `${protocol}//${host}`;
        const above = pathname.replace(/[^/]*$/, "");
        text = text.startsWith("//") ? protocol + text : text.startsWith("/") ? origin + text : text.startsWith("?") ? origin + pathname + text : text.startsWith("#") ? origin + pathname + search + text : origin + above + text;
      }
      const parts = ADDRESS.exec(text);
      if (parts === null || parts[4] === "") {
        throw new TypeError(`Invalid URL: '${text}'`);
      }
      const [, protocol, username = "", password = "", hostname, port = "", path, search = "", hash = ""] = parts;
      this.protocol = protocol.toLowerCase();
      this.username = username;
      this.password = password;
      this.hostname = hostname.toLowerCase();
      this.port = port === { "http:": "80", "https:": "443" }[this.protocol] ? "" : port;
      const steps = [];
      const given = path.split("/").slice(1);
      given.forEach((step, index) => {
        if (step === "..") {
          steps.pop();
        } else if (step !== ".") {
          steps.push(step);
        }
        if (/^\.\.?$/.test(step) && index === given.length - 1) {
          steps.push("");
        }
      });
      this.pathname = `/${steps.join("/")}`;
      this.hash = hash;
      this.searchParams = new URLSearchParams(search);
      this.given = search.length > 1 ? search : "";
      this.was = this.searchParams.toString();
      Object.defineProperties(this, { given: { enumerable: false }, was: { enumerable: false } });
    }
    static canParse(address, base) {
      return URL.parse(address, base) !== null;
    }
    static parse(address, base) {
      try {
        return new URL(address, base);
      } catch {
        return null;
      }
    }
    get search() {
      const is = this.searchParams.toString();
      return is === this.was ? this.given : is === "" ? "" : `?${is}`;
    }
    set search(text) {
      this.searchParams = new URLSearchParams(text);
      this.was = this.searchParams.toString();
      this.given = text === "" ? "" : `?${text.replace(/^\?/, "")}`;
    }
    get host() {
      return this.hostname + (this.port === "" ? "" : `:${this.port}`);
    }
    get origin() {
      return `${this.protocol}//${this.host}`;
    }
    get href() {
      const user = this.username === "" ? "" : `${this.username}${this.password === "" ? "" : `:${this.password}`}@`;
      return `${this.protocol}//${user}${this.host}${this.pathname}${this.search}${this.hash}`;
    }
    toString() {
      return this.href;
    }
    toJSON() {
      return this.href;
    }
  };
  named("URL", "URLSearchParams");
}

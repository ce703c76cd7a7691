// FormData, and its form in bodies: multipart/form-data.
{
  const fileOf = (value, name) =>
    value instanceof File && name === undefined ? value : new File([value], name ?? value.name ?? "blob", { type: value.type });

  globalThis.FormData = class FormData {
    #entries = [];
    constructor(form) {
      if (form !== undefined) {
        throw new TypeError("there are no HTML forms here; write new FormData()");
      }
    }
    #entry(name, value, fileName) {
      if (fileName !== undefined && !(value instanceof Blob)) {
        throw new TypeError("only a Blob or a File has a file name");
      }
      return [String(name).toWellFormed(), value instanceof Blob ? fileOf(value, fileName) : String(value).toWellFormed()];
    }
    append(name, value, fileName) {
      this.#entries.push(this.#entry(name, value, fileName));
    }
    set(name, value, fileName) {
      const entry = this.#entry(name, value, fileName);
      const at = this.#entries.findIndex(([each]) => each === entry[0]);
      this.#entries = this.#entries.filter(([each], index) => each !== entry[0] || index === at);
      this.#entries.splice(at < 0 ? this.#entries.length : at, at < 0 ? 0 : 1, entry);
    }
    delete(name) {
      this.#entries = this.#entries.filter(([each]) => each !== String(name));
    }
    get(name) {
      return this.#entries.find(([each]) => each === String(name))?.[1] ?? null;
    }
    getAll(name) {
      return this.#entries.filter(([each]) => each === String(name)).map(([, value]) => value);
    }
    has(name) {
      return this.#entries.some(([each]) => each === String(name));
    }
    forEach(action, self) {
      this.#entries.forEach(([name, value]) => action.call(self, value, name, this));
    }
    *entries() {
      yield* this.#entries.map(([name, value]) => [name, value]);
    }
    *keys() {
      yield* this.#entries.map(([name]) => name);
    }
    *values() {
      yield* this.#entries.map(([, value]) => value);
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  };
  named("FormData");

  const lines = (text) => text.replace(/\r\n?|\n/g, "\r\n");
  const quoted = (text) => `"${text.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22")}"`;

  multipartOf = (form) => {
    const boundary = `----millrace${crypto.randomUUID().replace(/-/g, "")}`;
    const pieces = [];
    for (const [name, value] of form) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(lines(name))}`;
      if (typeof value === "string") {
        pieces.push(bytesOf(`${head}\r\n\r\n${lines(value)}\r\n`));
      } else {
        const type = value.type === "" ? "application/octet-stream" : value.type;
        pieces.push(bytesOf(`${head}; filename=${quoted(value.name)}\r\nContent-Type: ${type}\r\n\r\n`), bytesOfBlob(value), bytesOf("\r\n"));
      }
    }
    pieces.push(bytesOf(`--${boundary}--\r\n`));
    return { bytes: joined(pieces), type: `multipart/form-data; boundary=${boundary}` };
  };

  const unquoted = (text) => text.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
  const wrong = () => new TypeError("the body is not multipart/form-data");

  /** Reads the body of a form; the text has one character for each byte. */
  const parseMultipart = (text, boundary) => {
    const form = new FormData();
    const [start, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`);
    const end = parts.pop();
    if (start.trim() !== "" || end === undefined || !end.startsWith("--")) {
      throw wrong();
    }
    for (const part of parts) {
      const [, head, content] = /^[ \t]*\r\n((?:[^\r\n]+\r\n)+)\r\n([^]*)$/.exec(part) ?? [];
      if (head === undefined) {
        throw wrong();
      }
      const bytes = Uint8Array.from(content, (letter) => letter.charCodeAt(0));
      const headers = new TextDecoder().decode(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
      const name = /^content-disposition:.*?[; ]name="([^"]*)"/im.exec(headers)?.[1];
      const fileName = /^content-disposition:.*?filename="([^"]*)"/im.exec(headers)?.[1];
      if (name === undefined) {
        throw wrong();
      }
      const type = /^content-type:[ \t]*([^\r\n]*)/im.exec(headers)?.[1] ?? "text/plain";
      form.append(unquoted(name), fileName === undefined ? new TextDecoder().decode(bytes) : new File([bytes], unquoted(fileName), { type }));
    }
    return form;
  };

  formOf = (bytes, type) => {
    if (/^multipart\/form-data/i.test(type)) {
      const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
      if (boundary === undefined) {
        throw wrong();
      }
      return parseMultipart(binary(bytes), boundary);
    }
    if (!/^application\/x-www-form-urlencoded/i.test(type)) {
      throw new TypeError(`a body of the type '${type}' is no form`);
    }
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) {
      form.append(name, value);
    }
    return form;
  };
}

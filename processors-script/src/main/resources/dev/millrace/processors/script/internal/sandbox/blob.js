// Blob and File.
{
  globalThis.Blob = class Blob {
    #bytes;
    #type;
    constructor(parts = [], { type = "" } = {}) {
      if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function") {
        throw new TypeError("a Blob is made of a list of parts: new Blob([text])");
      }
      this.#bytes = joined([...parts].map((part) => (part instanceof Blob ? bytesOfBlob(part) : bytesOf(part))));
      this.#type = /^[ -~]*$/.test(type) ? String(type).toLowerCase() : "";
    }
    get size() {
      return this.#bytes.length;
    }
    get type() {
      return this.#type;
    }
    slice(start = 0, end = this.size, type = "") {
      return new Blob([this.#bytes.subarray(...Blob.#range(start, end, this.size))], { type });
    }
    static #range(start, end, size) {
      const from = start < 0 ? Math.max(0, size + start) : Math.min(start, size);
      const to = end < 0 ? Math.max(0, size + end) : Math.min(end, size);
      return [from, Math.max(from, to)];
    }
    async bytes() {
      return this.#bytes.slice();
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
    async text() {
      return new TextDecoder().decode(this.#bytes);
    }
    stream() {
      return new ReadableStream({
        type: "bytes",
        start: (controller) => {
          if (this.size > 0) {
            controller.enqueue(this.#bytes.slice());
          }
          controller.close();
        },
      });
    }
    static {
      bytesOfBlob = (blob) => blob.#bytes;
    }
  };

  globalThis.File = class File extends Blob {
    #name;
    #lastModified;
    constructor(parts, name, { lastModified = now(), ...options } = {}) {
      super(parts, options);
      this.#name = String(name);
      this.#lastModified = Math.trunc(Number(lastModified));
    }
    get name() {
      return this.#name;
    }
    get lastModified() {
      return this.#lastModified;
    }
    get webkitRelativePath() {
      return "";
    }
  };
  named("Blob", "File");
}

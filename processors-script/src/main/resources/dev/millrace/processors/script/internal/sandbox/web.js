// The web APIs for scripts: console, timers and text. `call` and `ask` are defined in guest.js.
{
  const write = (level) => (...parts) => {
    const text = parts.map((part) => (typeof part === "string" ? part : part instanceof Error ? `${part.name}: ${part.message}` : stringify(part) ?? String(part)));
    call("log", { level, text: text.join(" ") });
  };
  globalThis.console = {
    log: write("info"),
    info: write("info"),
    debug: write("debug"),
    trace: write("debug"),
    warn: write("warn"),
    error: write("error"),
  };

  // ---- timers

  const timers = new Map();
  let timerCount = 0;
  const arm = (timer, delay) => {
    const fired = ask("sleep", { millis: Math.max(0, Number(delay) || 0) });
    timers.get(timer).operation = fired.operation;
    return fired;
  };
  globalThis.setTimeout = (action, delay = 0, ...args) => {
    const timer = ++timerCount;
    timers.set(timer, {});
    arm(timer, delay).then(() => timers.delete(timer) && action(...args)).catch(fail);
    return timer;
  };
  globalThis.setInterval = (action, delay = 0, ...args) => {
    const timer = ++timerCount;
    timers.set(timer, {});
    const again = () => arm(timer, Math.max(1, delay)).then(() => timers.has(timer) && (action(...args), timers.has(timer) && again())).catch(fail);
    again();
    return timer;
  };
  globalThis.clearTimeout = globalThis.clearInterval = (timer) => {
    const armed = timers.get(timer);
    if (timers.delete(timer)) {
      waiting.delete(armed.operation);
      call("cancel", { operation: armed.operation });
    }
  };

  // ---- text

  // The engine encodes and decodes natively; a loop here would take tens of microseconds per byte. Its decoder does not
  // support streams, so an incomplete character at the end of a piece is kept for the next piece.
  const NativeEncoder = globalThis.TextEncoder;
  const NativeDecoder = globalThis.TextDecoder;

  globalThis.TextEncoder = class TextEncoder {
    #native = new NativeEncoder();
    get encoding() {
      return "utf-8";
    }
    encode(text = "") {
      return this.#native.encode(String(text));
    }
    encodeInto(text, target) {
      let read = 0;
      let written = 0;
      for (const letter of String(text)) {
        const bytes = this.encode(letter);
        if (written + bytes.length > target.length) {
          break;
        }
        target.set(bytes, written);
        read += letter.length;
        written += bytes.length;
      }
      return { read, written };
    }
  };

  /** The number of bytes at the end that belong to an incomplete character. */
  const begun = (bytes) => {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const first = bytes[bytes.length - back];
      if (first < 0x80 || first >= 0xc0) {
        const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
        return length > back ? back : 0;
      }
    }
    return 0;
  };

  globalThis.TextDecoder = class TextDecoder {
    #native;
    #rest = new Uint8Array(0);
    #fresh = true;
    constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
      if (!/^utf-?8$/i.test(label)) {
        throw new RangeError(`TextDecoder knows utf-8 only, not '${label}'`);
      }
      this.fatal = fatal;
      this.ignoreBOM = ignoreBOM;
      this.#native = new NativeDecoder("utf-8", { fatal, ignoreBOM: true });
    }
    get encoding() {
      return "utf-8";
    }
    decode(input = new Uint8Array(0), { stream = false } = {}) {
      const added = input instanceof ArrayBuffer ? new Uint8Array(input) : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
      const bytes = joined([this.#rest, added]);
      const end = bytes.length - (stream ? begun(bytes) : 0);
      this.#rest = bytes.slice(end);
      let text = this.#native.decode(bytes.subarray(0, end));
      if (this.#fresh && !this.ignoreBOM && text.startsWith("\ufeff")) {
        text = text.slice(1);
      }
      this.#fresh = !stream || (this.#fresh && text === "");
      return text;
    }
  };

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  globalThis.btoa = (text) => {
    let coded = "";
    for (let at = 0; at < text.length; at += 3) {
      const [one, two, three] = [0, 1, 2].map((step) => text.charCodeAt(at + step) || 0);
      if (Math.max(one, two, three) > 255) {
        throw new RangeError("btoa takes bytes; encode the text first");
      }
      const bits = (one << 16) | (two << 8) | three;
      const left = text.length - at;
      coded += ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63] + (left > 1 ? ALPHABET[(bits >> 6) & 63] : "=") + (left > 2 ? ALPHABET[bits & 63] : "=");
    }
    return coded;
  };
  globalThis.atob = (coded) => {
    let text = "";
    let bits = 0;
    let held = 0;
    for (const letter of String(coded).replace(/[\s=]/g, "")) {
      const value = ALPHABET.indexOf(letter);
      if (value < 0) {
        throw new RangeError("atob: the text contains a character that is not base64");
      }
      bits = ((bits << 6) | value) & 0xffffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        text += String.fromCharCode((bits >> held) & 255);
      }
    }
    return text;
  };
}

// Events and aborts: DOMException, Event, EventTarget, AbortController and AbortSignal.
{
  const CODES = { InvalidCharacterError: 5, InvalidStateError: 11, AbortError: 20, QuotaExceededError: 22, TimeoutError: 23, DataCloneError: 25 };
  globalThis.DOMException = class DOMException extends Error {
    constructor(message = "", name = "Error") {
      super(String(message));
      Object.defineProperty(this, "name", { value: String(name), configurable: true });
    }
    get code() {
      return CODES[this.name] ?? 0;
    }
  };

  let stops;
  globalThis.Event = class Event {
    #stopped = false;
    target = null;
    currentTarget = null;
    defaultPrevented = false;
    timeStamp = now();
    constructor(type, { bubbles = false, cancelable = false, composed = false } = {}) {
      this.type = String(type);
      this.bubbles = Boolean(bubbles);
      this.cancelable = Boolean(cancelable);
      this.composed = Boolean(composed);
    }
    preventDefault() {
      this.defaultPrevented = this.cancelable;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.#stopped = true;
    }
    static {
      stops = (event) => event.#stopped;
    }
  };
  globalThis.CustomEvent = class CustomEvent extends Event {
    constructor(type, options = {}) {
      super(type, options);
      this.detail = options.detail ?? null;
    }
  };

  globalThis.EventTarget = class EventTarget {
    #listeners = [];
    addEventListener(type, listener, options) {
      const { once = false, signal } = typeof options === "object" && options !== null ? options : {};
      const known = this.#listeners.some((each) => each.type === type && each.listener === listener);
      if (listener === null || listener === undefined || known || signal?.aborted) {
        return;
      }
      this.#listeners.push({ type, listener, once });
      signal?.addEventListener("abort", () => this.removeEventListener(type, listener), { once: true });
    }
    removeEventListener(type, listener) {
      this.#listeners = this.#listeners.filter((each) => each.type !== type || each.listener !== listener);
    }
    dispatchEvent(event) {
      event.target = event.currentTarget = this;
      for (const each of this.#listeners.filter(({ type }) => type === event.type)) {
        if (stops(event)) {
          break;
        }
        if (!this.#listeners.includes(each)) {
          continue; // an earlier listener has removed it
        }
        if (each.once) {
          this.removeEventListener(each.type, each.listener);
        }
        try {
          typeof each.listener === "function" ? each.listener.call(this, event) : each.listener.handleEvent(event);
        } catch (thrown) {
          fail(thrown);
        }
      }
      event.currentTarget = null;
      return !event.defaultPrevented;
    }
  };

  const INSIDE = Symbol("inside");
  let abort;
  globalThis.AbortSignal = class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #handler = null;
    constructor(key) {
      if (key !== INSIDE) {
        throw new TypeError("Illegal constructor; use an AbortController");
      }
      super();
    }
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    get onabort() {
      return this.#handler;
    }
    set onabort(handler) {
      this.removeEventListener("abort", this.#handler);
      this.#handler = typeof handler === "function" ? handler : null;
      this.addEventListener("abort", this.#handler);
    }
    throwIfAborted() {
      if (this.#aborted) {
        throw this.#reason;
      }
    }
    static {
      abort = (signal, reason = new DOMException("The operation was aborted", "AbortError")) => {
        if (!signal.#aborted) {
          signal.#aborted = true;
          signal.#reason = reason;
          signal.dispatchEvent(new Event("abort"));
        }
        return signal;
      };
    }
    static abort(reason) {
      return abort(new AbortSignal(INSIDE), reason);
    }
    static timeout(millis) {
      const signal = new AbortSignal(INSIDE);
      setTimeout(() => abort(signal, new DOMException(`timeout: no result within ${millis} ms`, "TimeoutError")), millis);
      return signal;
    }
    static any(signals) {
      const all = [...signals];
      const done = all.find((each) => each.aborted);
      const signal = new AbortSignal(INSIDE);
      if (done !== undefined) {
        return abort(signal, done.reason);
      }
      all.forEach((each) => each.addEventListener("abort", () => abort(signal, each.reason), { once: true }));
      return signal;
    }
  };
  globalThis.AbortController = class AbortController {
    #signal = new AbortSignal(INSIDE);
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
  };
  named("DOMException", "Event", "CustomEvent", "EventTarget", "AbortSignal", "AbortController");
}

// structuredClone, queueMicrotask and crypto. Nothing here is good enough for secrets.
{
  const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const uncloned = (value) => new DOMException(`${typeof value === "object" ? "this object" : `a ${typeof value}`} cannot be cloned`, "DataCloneError");

  const cloneOf = (value, seen) => {
    if (typeof value === "function" || typeof value === "symbol") {
      throw uncloned(value);
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (seen.has(value)) {
      return seen.get(value);
    }
    const keep = (copy) => {
      seen.set(value, copy);
      return copy;
    };
    const inside = (each) => cloneOf(each, seen);
    const fill = (copy) => {
      Object.keys(value).forEach((key) => Object.defineProperty(copy, key, { value: inside(value[key]), writable: true, enumerable: true, configurable: true }));
      return copy;
    };
    if (Array.isArray(value)) {
      return fill(keep(new Array(value.length)));
    }
    if (value instanceof Boolean || value instanceof Number || value instanceof String || value instanceof BigInt) {
      return keep(Object(value.valueOf()));
    }
    if (value instanceof RealDate) {
      return keep(new Date(value.getTime()));
    }
    if (value instanceof RegExp) {
      return keep(new RegExp(value.source, value.flags));
    }
    if (value instanceof ArrayBuffer) {
      return keep(value.slice(0));
    }
    if (ArrayBuffer.isView(value)) {
      const length = value instanceof DataView ? value.byteLength : value.length;
      return keep(new value.constructor(inside(value.buffer), value.byteOffset, length));
    }
    if (value instanceof Map) {
      const copy = keep(new Map());
      value.forEach((each, key) => copy.set(inside(key), inside(each)));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      value.forEach((each) => copy.add(inside(each)));
      return copy;
    }
    if (value instanceof Blob) {
      return value; // never changes
    }
    if (value instanceof Error) {
      const copy = keep(new (ERRORS[value.name] ?? Error)(value.message, "cause" in value ? { cause: inside(value.cause) } : undefined));
      Object.defineProperty(copy, "stack", { value: value.stack, writable: true, configurable: true });
      return copy;
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof EventTarget || value instanceof ReadableStream) {
      throw uncloned(value);
    }
    return fill(keep({}));
  };
  globalThis.structuredClone = (value) => cloneOf(value, new Map());

  globalThis.queueMicrotask = (action) => {
    Promise.resolve().then(() => action()).catch(fail);
  };

  const INTEGERS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];
  const MOST_RANDOM = 65536;
  globalThis.crypto = {
    randomUUID: () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => (digit ^ ((Math.random() * 16) >> (digit / 4))).toString(16)),
    getRandomValues: (array) => {
      if (!INTEGERS.some((type) => array instanceof type)) {
        throw new DOMException("getRandomValues takes an array of integers", "TypeMismatchError");
      }
      if (array.byteLength > MOST_RANDOM) {
        throw new DOMException(`getRandomValues takes at most ${MOST_RANDOM} bytes, got ${array.byteLength}`, "QuotaExceededError");
      }
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let at = 0; at < bytes.length; at++) {
        bytes[at] = Math.floor(Math.random() * 256);
      }
      return array;
    },
  };
}

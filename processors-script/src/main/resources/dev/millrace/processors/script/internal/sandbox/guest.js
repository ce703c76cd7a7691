// The program inside the sandbox: takes messages from the host, runs the user's modules, and answers. It has no secrets
// and no rights, so a script that changes it affects only itself. The host enforces all limits.
const invoke = globalThis.java_invoke;
const { stringify, parse } = JSON;
const evaluate = globalThis.eval;
for (const name of ["java_invoke", "plugin", "Javy", "quickjs4j_engine"]) {
  delete globalThis[name];
}

const call = (operation, args) => {
  const answer = parse(invoke("host", "call", stringify([operation, args === undefined ? null : args])));
  if (answer.refused !== undefined) {
    throw new Error(answer.refused);
  }
  return answer.value;
};

const waiting = new Map();
let asked = 0;

const ask = (operation, args) => {
  const id = ++asked;
  call(operation, { ...args, id });
  const promise = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  promise.operation = id;
  return promise;
};

const settle = ({ id, value, error }) => {
  const waiter = waiting.get(id);
  waiting.delete(id);
  if (waiter !== undefined) {
    if (error === undefined) {
      waiter.resolve(value);
    } else {
      waiter.reject(Object.assign(new Error(error.message), { name: error.name ?? "Error" }));
    }
  }
};

const describe = (thrown) => {
  try {
    if (thrown instanceof Error || (thrown !== null && typeof thrown === "object" && "message" in thrown)) {
      const line = /<input>:(\d+)/.exec(String(thrown.stack));
      return `${thrown.name}: ${thrown.message}${line === null ? "" : ` (line ${line[1]})`}`;
    }
    return String(thrown);
  } catch {
    return "something that cannot be described";
  }
};

const fail = (thrown) => call("failed", { message: describe(thrown).slice(0, 1500) });

// ---- time and random numbers: in a reducer both are computed from the event

let fixedTime = null;
let seed = 0;
const RealDate = Date;
const now = () => (fixedTime === null ? call("now") : fixedTime);
RealDate.now = now;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: () => new RealDate(now()).toString(),
});
RealDate.prototype.constructor = globalThis.Date;
globalThis.performance = { now };

const chance = Math.random;
Math.random = () => {
  if (fixedTime === null) {
    return chance();
  }
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};

// ---- bytes

const joined = (pieces) => {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

/** The bytes of a text, a buffer, or a view of one; a copy. */
const bytesOf = (value) => {
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value.slice(0));
  }
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() : new TextEncoder().encode(String(value));
};

/** A text with one character for each byte. */
const binary = (bytes) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
};

// ---- what the files of the web APIs share

let isDisturbed; // whether a stream was read or cancelled; set in readable.js
let bytesOfBlob; // the bytes of a Blob, not a copy; set in blob.js
let multipartOf; // a FormData as { bytes, type }; set in form.js
let formOf; // the FormData in bytes of a content type; set in form.js
let contentOf; // reads the body of a request: a text, bytes, or null; set in http.js

/** How much a stream queues: the most, and the size of a chunk. */
const roomOf = ({ highWaterMark, size }, standard) => ({ most: highWaterMark ?? standard, size: size ?? (() => 1) });

/** Gives the classes of these names the texts of the web: [object Blob]. */
const named = (...names) =>
  names.forEach((name) => Object.defineProperty(globalThis[name].prototype, Symbol.toStringTag, { value: name, configurable: true }));

// ---- modules: each source arrives as the body of a function

const modules = new Map();

const resolve = (specifier, from) => {
  if (!/^\.\.?\//.test(specifier)) {
    throw new Error(`cannot import '${specifier}' in ${from}: only the other modules of this worker, by relative path`);
  }
  const path = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      path.pop();
    } else if (part !== ".") {
      path.push(part);
    }
  }
  const wanted = path.join("/");
  const bare = wanted.replace(/\.(js|mjs|ts)$/, "");
  const found = [wanted, `${wanted}.js`, `${wanted}.ts`, `${bare}.ts`, `${bare}.js`].find((name) => modules.has(name));
  if (found === undefined) {
    throw new Error(`cannot import '${specifier}' in ${from}: there is no module '${wanted}'`);
  }
  return found;
};

const compile = (source) => evaluate(`(async function ($export, $import, $meta) {"use strict";${source}\n})`);

const importModule = async (name, names, from) => {
  const module = modules.get(name);
  if (!module.begun) {
    module.begun = true;
    const body = compile(module.source);
    const define = (getters) => {
      for (const [key, get] of Object.entries(getters)) {
        Object.defineProperty(module.exports, key, { get, enumerable: true, configurable: true });
      }
    };
    define.all = (other) => {
      for (const key of Object.keys(other).filter((each) => each !== "default" && !(each in module.exports))) {
        Object.defineProperty(module.exports, key, { get: () => other[key], enumerable: true });
      }
    };
    const imported = (specifier, wanted = []) => importModule(resolve(specifier, name), wanted, name);
    await body(define, imported, { url: name });
  } // a module that is still running is part of an import cycle: its importer sees the exports that exist so far
  for (const wanted of names) {
    if (!(wanted in module.exports)) {
      throw new SyntaxError(`module '${name}' has no export '${wanted}', which ${from} imports`);
    }
  }
  return module.exports;
};

// ---- the processor

let processor = {};

const start = async (message) => {
  fixedTime = message.fold ? 0 : null;
  globalThis.process = { env: Object.freeze({ ...message.env }) };
  for (const [name, source] of Object.entries(message.modules)) {
    modules.set(name, { source, exports: {}, begun: false });
  }
  const exported = (await importModule(message.entry, [])).default;
  if (exported === null || typeof exported !== "object") {
    throw new TypeError("the default export is not a processor object; write: export default { afterAppend({ event, append }) { … } }");
  }
  for (const name of ["reduce", "afterAppend", "onEvent"]) {
    if (exported[name] !== undefined && typeof exported[name] !== "function") {
      throw new TypeError(`'${name}' of the default export is not a function`);
    }
  }
  const initialState = exported.initialState === undefined ? {} : exported.initialState;
  const kind = typeof initialState?.then === "function" ? "promise" : typeof initialState;
  if (kind === "promise" || stringify(initialState) === undefined) {
    throw new TypeError(`'initialState' of the default export is of type ${kind}; write the state itself: initialState: { seen: 0 }`);
  }
  processor = exported;
  call("loaded", {
    initialState,
    reduces: exported.reduce !== undefined,
    acts: exported.afterAppend !== undefined || exported.onEvent !== undefined,
  });
};

// compiles the modules and does not run them
const check = (message) => {
  for (const [name, source] of Object.entries(message.modules)) {
    try {
      compile(source);
    } catch (thrown) {
      if (thrown instanceof SyntaxError) {
        const [, line] = /<input>:(\d+)/.exec(String(thrown.stack)) ?? []; // the engine's column is not the one of the error
        call("invalid", { name, line, message: `${thrown.name}: ${thrown.message}`.slice(0, 500) });
      }
    }
  }
};

const fold = (message) => {
  fixedTime = message.at;
  seed = message.seed;
  const next = processor.reduce({ event: message.event, state: message.state });
  if (next !== null && typeof next === "object" && typeof next.then === "function") {
    throw new TypeError("reduce returned a promise; it must return the next state, or nothing to keep it");
  }
  call("reduced", next === undefined ? {} : { state: next });
};

const append = (input) => ask("append", { input });

const act = async ({ event, state, prevState }) => {
  const copy = () => parse(stringify(event));
  if (processor.afterAppend !== undefined) {
    await processor.afterAppend({ append, event: copy(), state, logger: globalThis.console });
  }
  if (processor.onEvent !== undefined) {
    await processor.onEvent({ append, event: copy(), prevState, state, logger: globalThis.console });
  }
  call("handled");
};

const guarded = async (work, message) => {
  try {
    await work(message);
  } catch (thrown) {
    fail(thrown);
  }
};

const dispatch = (message) => {
  switch (message.kind) {
    case "load":
      guarded(start, message);
      break;
    case "check":
      check(message);
      break;
    case "reduce":
      try {
        fold(message);
      } catch (thrown) {
        fail(thrown);
      }
      break;
    case "handle":
      guarded(act, message);
      break;
    default:
      settle(message);
  }
};

Object.defineProperty(globalThis, "__millrace", {
  value: () => {
    for (let message = call("take"); message !== null; message = call("take")) {
      dispatch(message);
    }
  },
});

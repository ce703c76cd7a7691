package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.PING_PONG;
import static dev.millrace.processors.script.WorkerServer.onGo;
import static dev.millrace.processors.script.WorkerServer.pingPong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.engine.InMemoryEventStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scripts that try to stop the server or to leave the sandbox. Each ends in bounded time with an event that gives the
 * reason. After that, the same worker, another worker and another stream of the server still answer.
 */
@Execution(ExecutionMode.CONCURRENT)
class HostileScriptTest {
    private static final String PATH = "/hostile";

    /** High time limits, for the tests of other limits. */
    private WorkerServer server = limited("20000", "20000", "60000");

    /** Loads the engine, so that the load time of the first script does not count against a low limit. */
    @BeforeAll
    static void load() throws Exception {
        try (WorkerServer first = limited("20000", "20000", "60000")) {
            first.configure(PATH, "good", PING_PONG);
            first.awaitPong(PATH, "pong");
        }
    }

    private static WorkerServer limited(String cpuMillis, String reduceMillis, String wallMillis) {
        return WorkerServer.start(
                new InMemoryEventStore(),
                Map.of(
                        "script.effect-cpu-ms", cpuMillis,
                        "script.reduce-cpu-ms", reduceMillis,
                        "script.effect-wall-ms", wallMillis),
                Map.of());
    }

    /** Sets the time limit that this message names. */
    private void limitFor(String why) {
        if (why.contains("CPU limit")) {
            limit("500", "300", "60000");
        } else if (why.contains("time limit")) {
            limit("20000", "20000", "3000");
        } else if (why.equals("limit")) {
            limit("500", "300", "3000");
        }
    }

    private void limit(String cpuMillis, String reduceMillis, String wallMillis) {
        server.close();
        server = limited(cpuMillis, reduceMillis, wallMillis);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            loop | for (;;) {} | used more than its CPU limit of 500 ms
            loop that catches | for (;;) { try { for (;;) {} } catch {} finally { continue } } | CPU limit
            microtasks for ever | const again = () => Promise.resolve().then(again); await again() | CPU limit
            generator for ever | function* all() { for (;;) yield 1 } for (const one of all()) {} | CPU limit
            regular expression | /^(a+)+$/.test("a".repeat(40) + "b") | CPU limit
            big numbers | let x = 3n; for (;;) x = x * x | CPU limit
            sorting for ever | const all = new Array(1e5).fill(0).map((_, i) => i % 7); for (;;) all.sort() | CPU limit
            searching for ever | const s = "a".repeat(5e6); for (;;) s.indexOf("b") | CPU limit
            timers for ever | const again = () => { setTimeout(again, 0); setTimeout(again, 0) }; again(); await new Promise(() => {}) | limit
            too many timers | for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6) | limit of 256 timers and fetches
            string bomb | let s = "x"; for (;;) s = s + s | too long
            strings kept | const all = []; for (;;) all.push("x".repeat(1e5) + all.length) | heap limit of 32 MiB
            array bomb | const all = []; for (;;) all.push(new Array(1000).fill(1)) | heap limit of 32 MiB
            array that catches | const all = []; for (;;) { try { for (;;) all.push(new Array(1000).fill(1)) } catch {} } | limit
            one big array | new Uint8Array(100 * 1024 * 1024) | heap limit of 32 MiB
            deep array | let a = []; for (let i = 0; i < 1e6; i++) a = [a]; JSON.stringify(a) | limit
            recursion | const f = (n) => 1 + f(n + 1); f(0) | stack limit
            recursion that catches | const f = () => { try { f() } catch { f() } }; f() | stack limit
            recursion in a getter | const o = { get x() { return this.x } }; o.x | stack limit
            nested source | eval("(".repeat(50000) + "1" + ")".repeat(50000)) | limit
            console | for (;;) console.log("x".repeat(1000)) | output limit of 65536 characters
            appends | for (let i = 0; i < 1000; i++) append({ type: "flood" }) | limit of 100 events
            never settles | await new Promise(() => {}) | never ends: the script awaits a promise that nothing will resolve
            sleeps too long | await new Promise((done) => setTimeout(done, 1e9)) | time limit of 3000 ms
            throws | throw new TypeError("boo") | TypeError: boo (line 4)
            throws nothing | throw undefined | undefined
            throws something odd | throw { get message() { throw 1 } } | cannot be described
            calls without a name | Object.prototype.toJSON = () => ({ type: "forged" }); await append({ type: "x" }) | changed how objects become JSON
            calls without arguments | Object.prototype.toJSON = () => ["append"]; await append({ type: "x" }) | changed how objects become JSON
            rejects in a timer | setTimeout(() => { throw new Error("late") }, 1); await new Promise((d) => setTimeout(d, 500)) | Error: late
            """)
    void should_end_the_script_with_an_event_and_continue_to_serve(String name, String body, String why)
            throws Exception {
        limitFor(why);
        server.configure(PATH, "bad", onGo(body) + "/* " + name + " */");
        server.configure(PATH, "good", PING_PONG);
        server.configure("/elsewhere", "good", pingPong("pang"));
        Event go = server.append(PATH, "go", "{}");

        String message = server.awaitFailure(PATH, go.offset());

        assertThat(message).contains(why);
        server.awaitPong(PATH, "pong");
        server.awaitPong("/elsewhere", "pang");
        assertThat(server.ofType(PATH, WorkerServer.FAILED)).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            globals of other hosts | [typeof require, typeof std, typeof os, typeof Java, typeof Packages, typeof Deno, typeof WebAssembly, typeof Javy, typeof java_invoke, typeof plugin].filter((t) => t !== "undefined").length | 0
            importing std | await import("std").catch((e) => e.message) | cannot import 'std'
            importing os | await import("os").catch((e) => e.message) | cannot import 'os'
            importing a file | await import("/etc/passwd").catch((e) => e.message) | cannot import '/etc/passwd'
            importing a module upwards | await import("../../../etc/passwd").catch((e) => e.message) | there is no module 'etc/passwd'
            importing past us | await (0, eval)("import('std')").catch((e) => e.message) | could not load module
            importing a file past us | await (0, eval)("import('/etc/passwd')").catch((e) => e.message) | could not load module
            importing the guest program past us | (await (0, eval)("import('function.mjs')").then(Object.keys, () => [])).length ? "something" : "nothing" | nothing
            the environment of the server | JSON.stringify(process.env) + Object.keys(process) | {}env
            fetching anything | await fetch("https://example.com/").catch((e) => e.message) | may not reach example.com
            fetching metadata | await fetch("http://169.254.169.254/latest").catch((e) => e.message) | may not reach 169.254.169.254:80
            fetching itself | await fetch("http://127.0.0.1:1/").catch((e) => e.message) | may not reach 127.0.0.1:1
            fetching a file | await fetch("file:///etc/passwd").catch((e) => e.message) | expected an http or https URL
            walking up from a function | (function () { return this }).constructor("return typeof java_invoke")() | undefined
            calling the pump | (__millrace(), delete globalThis.__millrace, globalThis.__millrace = 1, typeof __millrace) | never
            """)
    void should_find_no_access_to_the_machine(String name, String expression, String found) throws Exception {
        server.configure(
                PATH,
                "curious",
                onGo("let found; try { found = String(" + expression + ") } catch (e) { found = 'never: ' + e }\n"
                        + "await append({ type: 'found', payload: { found } });"));
        server.append(PATH, "go", "{}");

        Event answer = server.awaitEvents(PATH, "found", 1).get(0);

        assertThat(answer.payloadJson().path("found").asText()).as(name).contains(found);
    }

    @Test
    void should_limit_tampering_to_its_own_engine() throws Exception {
        String tampering = """
                JSON.stringify = () => "{}"; JSON.parse = () => ({}); globalThis.eval = null; Promise.prototype.then = null;
                Object.defineProperty(Object.prototype, "then", { get() { throw new Error("got you") } });
                Array.prototype.push = Map.prototype.get = Map.prototype.set = null; globalThis.Promise = null;
                delete globalThis.fetch; Object.prototype.type = "hijacked"; Object.prototype.path = "/elsewhere";
                for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} }
                """;
        server.configure(PATH, "bad", onGo(tampering));
        server.configure(PATH, "good", PING_PONG);
        server.append(PATH, "go", "{}");

        server.awaitPong(PATH, "pong");
        server.say(PATH, "enough");
        server.awaitPong(PATH, "pong");
        assertThat(server.log("/elsewhere"))
                .as("only the first event of the stream")
                .hasSize(1);
        assertThat(server.ofType(PATH, "hijacked")).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            loop | for (;;) {} | reduce used more than its CPU limit of 300 ms
            microtasks | const again = () => Promise.resolve().then(again); again() | CPU limit
            bomb | const all = []; for (;;) all.push(new Array(1000).fill(1)) | heap limit of 32 MiB
            recursion | const f = (n) => 1 + f(n + 1); f(0) | stack limit
            too large a state | return { text: "x".repeat(2e6) } | more than the limit of 1048576
            a promise | return Promise.resolve({}) | reduce returned a promise
            console | for (;;) console.log("x".repeat(1000)) | output limit
            no JSON | const a = {}; a.a = a; return a | circular
            an effect | setTimeout(() => {}, 1) | 'sleep' is not available while reducing
            a fetch | return fetch("https://example.com/") | reduce returned a promise
            throws | throw new RangeError("boo") | reduce threw RangeError: boo
            """)
    void should_halt_the_worker_whose_reducer_cannot_be_trusted(String name, String body, String why) throws Exception {
        limitFor(why);
        server.configure(
                PATH,
                "bad",
                "export default { reduce({ event, state }) { if (event.type === 'go') {\n" + body + "\n} } };");
        server.configure(PATH, "good", PING_PONG);
        Event go = server.append(PATH, "go", "{}");

        String message = server.awaitFailure(PATH, go.offset());

        assertThat(message).as(name).contains(why);
        assertThat(server.ofType(PATH, WorkerServer.HALTED)).hasSize(1);
        server.awaitPong(PATH, "pong");

        server.configure(PATH, "bad", pingPong("healed"));
        server.awaitPong(PATH, "healed");
    }

    @Test
    void should_say_at_the_configuration_that_a_script_does_not_load() throws Exception {
        limitFor("CPU limit");
        Event thrown = server.configure(PATH, "a", "export default {};\n\nmissing();");
        Event endless = server.configure(PATH, "b", "for (;;) {}");
        Event waiting = server.configure(PATH, "c", "await new Promise(() => {}); export default {};");
        Event nothing = server.configure(PATH, "d", "export const x = 1;");
        Event fetching = server.configure(PATH, "e", "await fetch('https://example.com'); export default {};");
        Event broken = server.configure(PATH, "f", "export default { reduce: 1 };");

        assertThat(server.awaitFailure(PATH, thrown.offset()))
                .contains("worker 'a' of /hostile@" + thrown.offset(), "was not started", "ReferenceError", "line 3");
        assertThat(server.awaitFailure(PATH, endless.offset()))
                .contains("worker 'b'", "loading used more than its CPU");
        assertThat(server.awaitFailure(PATH, waiting.offset())).contains("loading never ends");
        assertThat(server.awaitFailure(PATH, nothing.offset())).contains("default export is not a processor object");
        assertThat(server.awaitFailure(PATH, fetching.offset())).contains("'fetch' is not available while loading");
        assertThat(server.awaitFailure(PATH, broken.offset()))
                .contains("'reduce' of the default export is not a function");
        for (String state : List.of("() => ({})", "Symbol('s')", "Promise.resolve({})", "{ toJSON() {} }")) {
            Event stateless = server.configure(PATH, "g", "export default { initialState: " + state + " };");
            assertThat(server.awaitFailure(PATH, stateless.offset()))
                    .contains(
                            "worker 'g'", "'initialState' of the default export is of type ", "write the state itself");
        }
        server.configure(PATH, "a", PING_PONG);
        server.awaitPong(PATH, "pong");
    }

    @Test
    void should_not_fail_for_ever_on_the_failures_of_another_worker() throws Exception {
        String failing = "export default { afterAppend({ event }) { throw new Error('no ' + event.type) } };";
        server.configure(PATH, "one", failing);
        server.configure(PATH, "two", failing + " ");
        server.configure(PATH, "good", PING_PONG);
        Event said = server.say(PATH, "nothing");

        server.awaitFailure(PATH, said.offset());
        server.awaitPong(PATH, "pong");
        server.awaitPong(PATH, "pong");

        assertThat(server.ofType(PATH, WorkerServer.FAILED))
                .as("at most one per worker and event that is not itself a failure")
                .hasSizeLessThanOrEqualTo(2
                        * (int) server.log(PATH).stream()
                                .filter(event -> !event.type().equals(WorkerServer.FAILED))
                                .count());
    }
}

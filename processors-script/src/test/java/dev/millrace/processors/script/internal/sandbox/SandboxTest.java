package dev.millrace.processors.script.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.WorkerServer;
import dev.millrace.processors.script.internal.js.ModuleRewriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment of a script, without streams. */
@Tag("jdk")
class SandboxTest {
    private final VirtualTimers time = new VirtualTimers(Instant.parse("2026-04-14T11:20:30.456Z"));
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final HostContext context = HostContext.over(streams).timers(time).build();
    private final ScriptLimits limits = ScriptLimits.of(context);

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    private Sandbox sandbox(boolean folds, Map<String, String> modules) {
        WorkerEvent.Configured configured = new WorkerEvent.Configured(
                "w",
                Optional.empty(),
                Optional.of(modules),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new Sandbox(ScriptProgram.of(configured, Map.of("KEY", "value")), folds, limits, time);
    }

    @Test
    void should_say_what_is_wrong_with_a_configuration_of_another_version() {
        WorkerEvent.Configured neither = new WorkerEvent.Configured(
                "w",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        assertThatThrownBy(() -> ScriptProgram.of(neither, Map.of()))
                .isInstanceOf(ScriptException.class)
                .hasMessage("its configuration is not valid: payload: expected exactly one of 'script' and 'modules'");
    }

    private JsonNode initialState(Map<String, String> modules) throws Exception {
        try (Sandbox sandbox = sandbox(false, modules)) {
            return WorkerServer.get(sandbox.load()).initialState();
        }
    }

    private JsonNode value(String expression) throws Exception {
        return initialState(Map.of("processor.js", "export default { initialState: { value: " + expression + " } };"))
                .path("value");
    }

    private static Event event(long offset, String createdAt) {
        return JsonCodec.toEvent(JsonCodec.parse("{\"streamPath\":\"/s\",\"offset\":" + offset
                + ",\"type\":\"t\",\"payload\":{},\"createdAt\":\"" + createdAt + "\"}"));
    }

    private static JsonNode json(String text) {
        return JsonCodec.parse(text.replace('\'', '"'));
    }

    @Test
    void should_let_modules_import_each_other() throws Exception {
        JsonNode state = initialState(Map.of(
                "processor.ts",
                """
                import greet, { twice as double, COUNT } from "./lib/greet.js";
                import * as all from './lib/greet.js'
                import "./lib/side.js";
                export { type } from "./lib/types"; // a comment; export default nothing
                const text = `export default ${`import ${"x"} from "y"`} `, pattern = /export default {/g;
                const late = await import("./lib/late.js");
                export default {
                  initialState: {
                    greeting: greet("Ann"), four: double(2), COUNT, all: Object.keys(all).sort(),
                    side: globalThis.side, text, late: late.default, pattern: pattern.source, url: import.meta.url,
                  },
                };
                """,
                "lib/greet.js",
                """
                import { suffix } from '../suffix.js';
                export default function (name) { return "hello " + name + suffix }
                export function twice(n) { return n * 2 }
                export const COUNT = [1, 2, 3].length, OTHER = { a: 1, b: 2 };
                export let changing = 1
                export class Thing {}
                export async function later() {}
                const hidden = 7;
                export { hidden as seven, hidden }
                export * from "../suffix.js";
                """,
                "suffix.js",
                "export const suffix = '!';",
                "lib/side.js",
                "globalThis.side = 1;",
                "lib/types.js",
                "export const type = 't'",
                "lib/late.js",
                "export default class { static x = 1 }\nexport * as ns from './types.js'"));

        assertThat(state)
                .isEqualTo(json("{'greeting':'hello Ann!','four':4,'COUNT':3,"
                        + "'all':['COUNT','OTHER','Thing','changing','default','hidden','later','seven','suffix','twice'],"
                        + "'side':1,'text':'export default import x from \\'y\\' ','pattern':'export default {','url':'processor.ts'}"
                                .replace("\\'", "\\\"")));
    }

    @Test
    void should_let_modules_import_each_other_in_a_circle() throws Exception {
        JsonNode state = initialState(Map.of(
                "processor.js",
                "import { even } from './even.js'; export default { initialState: { even: even(10) } };",
                "even.js",
                "import { odd } from './odd.js'; export function even(n) { return n === 0 || odd(n - 1) }",
                "odd.js",
                "import * as other from './even.js'; export function odd(n) { return n !== 0 && other.even(n - 1) }"));

        assertThat(state.path("even").asBoolean()).isTrue();
    }

    @Test
    void should_say_what_an_import_lacks() {
        assertThatThrownBy(() -> initialState(Map.of(
                        "processor.js",
                        "import { a } from './b.js'; export default {};",
                        "b.js",
                        "export const c = 1;")))
                .hasMessageContaining("module 'b.js' has no export 'a', which processor.js imports");
        assertThatThrownBy(() -> initialState(Map.of("processor.js", "import a from './b.js'; export default {};")))
                .hasMessageContaining("there is no module 'b.js'");
        assertThatThrownBy(() -> initialState(Map.of("processor.js", "import { z } from 'zod'; export default {};")))
                .hasMessageContaining("cannot import 'zod' in processor.js: only the other modules of this worker");
        assertThatThrownBy(() -> initialState(Map.of("processor.js", "\nexport const { a } = b;")))
                .hasMessageContaining("cannot read the export in line 2 of module 'processor.js'");
        assertThatThrownBy(() -> initialState(Map.of("processor.js", "export default {};\n\nlet x = ;")))
                .hasMessageContaining("SyntaxError")
                .hasMessageContaining("line 3");
    }

    @Test
    void should_offer_the_web_apis_for_scripts() throws Exception {
        assertThat(value("new Date().toISOString()").asText()).isEqualTo("2026-04-14T11:20:30.456Z");
        assertThat(value("new (new Date()).constructor().getTime() === Date.now()")
                        .asBoolean())
                .isTrue();
        assertThat(value("new Date(2020, 1, 2) instanceof Date").asBoolean()).isTrue();
        assertThat(value("process.env").toString()).isEqualTo("{\"KEY\":\"value\"}");
        assertThat(value("[...new TextEncoder().encode('aé✓😀\\ud800')]").toString())
                .isEqualTo("[97,195,169,226,156,147,240,159,152,128,239,191,189]");
        assertThat(value("new TextDecoder().decode(new TextEncoder().encode('\\ufeffaé✓😀'))")
                        .asText())
                .isEqualTo("aé✓😀");
        assertThat(value(
                                "(() => { const d = new TextDecoder(); const all = new TextEncoder().encode('é✓😀x');"
                                        + " return [...all].map((b) => d.decode(Uint8Array.of(b), { stream: true })).join('|') + d.decode() })()")
                        .asText())
                .isEqualTo("|é|||✓||||😀|x");
        assertThat(value(
                                "(() => { const d = new TextDecoder(); const one = (last, ...all) => d.decode(Uint8Array.of(...all), { stream: !last });"
                                        + " return [one(0, 0xef, 0xbb), one(0, 0xbf, 97, 0xe2), one(0, 0x9c), one(1), one(0, 0xe0, 0x80), one(1, 0xc3)] })()")
                        .toString())
                .isEqualTo("[\"\",\"a\",\"\",\"\ufffd\",\"\",\"\ufffd\ufffd\ufffd\"]");
        assertThat(value("new TextDecoder().decode(Uint8Array.of(97, 255, 0xe2, 0x9c, 98, 0xed, 0xa0, 0x80))")
                        .asText())
                .isEqualTo("a��b���");
        assertThat(value(
                                "(() => { try { new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(255)) } catch (e) { return e.name } })()")
                        .asText())
                .isEqualTo("TypeError");
        assertThat(value("[btoa('hello!'), btoa('a'), atob('aGVsbG8h'), atob('YQ==')]")
                        .toString())
                .isEqualTo("[\"aGVsbG8h\",\"YQ==\",\"hello!\",\"a\"]");
        assertThat(value("structuredClone({ a: [1] })").toString()).isEqualTo("{\"a\":[1]}");
        assertThat(value("crypto.randomUUID()").asText())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(value("(() => { console.log('a', { b: 1 }, undefined); console.error(new Error('x')); return 1 })()")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void should_read_and_write_addresses() throws Exception {
        assertThat(value("new URL('https://User:pw@Example.COM:443/a/./b/../c?x=1&y=a+b#h')")
                        .asText())
                .isEqualTo("https://User:pw@example.com/a/c?x=1&y=a+b#h");
        assertThat(value("new URL('../x?y', 'http://h:81/a/b/c').href").asText())
                .isEqualTo("http://h:81/a/x?y");
        assertThat(value(
                                "(() => { const u = new URL('http://h/p?a=1'); u.searchParams.set('b', 'c d&'); return u.href })()")
                        .asText())
                .isEqualTo("http://h/p?a=1&b=c+d%26");
        assertThat(value("[...new URLSearchParams({ a: '1', b: '2' })]").toString())
                .isEqualTo("[[\"a\",\"1\"],[\"b\",\"2\"]]");
        assertThat(value("(() => { try { new URL('nonsense') } catch (e) { return e.message } })()")
                        .asText())
                .isEqualTo("Invalid URL: 'nonsense'");
    }

    @Test
    void should_reduce_by_nothing_but_event_and_state() throws Exception {
        Map<String, String> modules = Map.of("processor.js", """
                export default { reduce: ({ event, state }) => ({
                  at: new Date().toISOString(), now: Date.now(), chance: [Math.random(), Math.random()], was: state.n, n: event.offset,
                }) };
                """);
        Event event = event(7, "2020-01-02T03:04:05.006Z");
        JsonNode first;
        JsonNode again;
        JsonNode other;
        try (Sandbox sandbox = sandbox(true, modules);
                Sandbox second = sandbox(true, modules)) {
            first = WorkerServer.get(sandbox.reduce(json("{'n':3}"), event)).orElseThrow();
            other = WorkerServer.get(sandbox.reduce(json("{'n':3}"), event(8, "2020-01-02T03:04:05.006Z")))
                    .orElseThrow();
            time.advance(Duration.ofHours(1));
            again = WorkerServer.get(second.reduce(json("{'n':3}"), event)).orElseThrow();
        }
        assertThat(first).isEqualTo(again);
        assertThat(first.path("at").asText()).isEqualTo("2020-01-02T03:04:05.006Z");
        assertThat(first.path("was").asInt()).isEqualTo(3);
        assertThat(first.path("chance").get(0))
                .isNotEqualTo(first.path("chance").get(1));
        assertThat(other.path("chance")).isNotEqualTo(first.path("chance"));
    }

    @Test
    void should_replace_its_engines() throws Exception {
        Map<String, String> modules =
                Map.of("processor.js", "let calls = 0; export default { reduce: () => ({ calls: ++calls }) };");
        try (Sandbox sandbox = sandbox(true, modules)) {
            Event event = event(2, "2020-01-02T03:04:05.006Z");
            JsonNode none = json("{}");
            assertThat(calls(sandbox, none, event)).isEqualTo(1);
            assertThat(calls(sandbox, none, event)).isEqualTo(2);

            time.advance(limits.idle().plusSeconds(1)); // discards the engine and the module's variables

            assertThat(calls(sandbox, none, event)).isEqualTo(1);
            int highest = 0;
            for (int i = 0; i < 9_000; i++) {
                highest = Math.max(highest, calls(sandbox, none, event));
            }
            assertThat(highest).as("an engine is replaced after some runs").isBetween(1_000, 5_000);
        }
    }

    private static int calls(Sandbox sandbox, JsonNode state, Event event) throws Exception {
        return WorkerServer.get(sandbox.reduce(state, event))
                .orElseThrow()
                .path("calls")
                .asInt();
    }

    @Test
    void should_end_what_runs_when_it_is_closed() throws Exception {
        Sandbox sandbox = sandbox(true, Map.of("processor.js", "export default { reduce() { for (;;) {} } };"));
        var endless = sandbox.reduce(json("{}"), event(2, "2020-01-02T03:04:05.006Z"));
        var waiting = sandbox.reduce(json("{}"), event(3, "2020-01-02T03:04:05.006Z"));

        sandbox.close();

        for (var each : List.of(endless, waiting, sandbox.reduce(json("{}"), event(4, "2020-01-02T03:04:05.006Z")))) {
            assertThatThrownBy(() -> WorkerServer.get(each)).hasStackTraceContaining("CancellationException");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "export const a = b +\n",
                "import '",
                "export {",
                "`${",
                "/[",
                "x = {",
                "import a, ",
                ";",
                "\ud800"
            })
    void should_read_large_and_broken_sources_quickly(String piece) {
        String source = piece.repeat(ScriptLimits.SOURCE_CHARACTERS / piece.length());

        assertTimeout(Duration.ofSeconds(20), () -> {
            try {
                assertThat(ModuleRewriter.rewrite("processor.js", source)).isNotEmpty();
            } catch (ScriptException unreadable) {
                assertThat(unreadable).hasMessageContaining("module 'processor.js'");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = b / c / d; e = 'export default 1'",
                "if (a) /export default 1/.test(b)",
                "x = { a: 1 } / 2; y = `${ { b: '}' }.b } export default 2`",
                "i++ / 2; j-- / 3; k = [1] / 4; l = f() / 5 // export default 3",
                "const o = { export: 1, import: 2 }; o.import.export; class A { static import() {} }",
                "return /[/]export default/g /* export default */",
            })
    void should_leave_code_without_modules_alone(String source) {
        assertThat(ModuleRewriter.rewrite("processor.js", source)).isEqualTo(source);
    }
}

package dev.millrace.processors.script.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.WorkerServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The classes of the web that bundled libraries use: events, streams, bodies, forms and copies. */
@Tag("jdk")
class WebApiTest {
    private static final String HELPERS = """
            const thrown = async (action) => { try { await action(); return 'nothing' } catch (e) { return `${e.name}: ${e.message}` } };
            const all = async (stream) => { const found = []; for await (const each of stream) found.push(each); return found };
            """;

    private final VirtualTimers time = new VirtualTimers(Instant.parse("2026-04-14T11:20:30.456Z"));
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final ScriptLimits limits =
            ScriptLimits.of(HostContext.over(streams).timers(time).build());

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    /** Asserts what a body of an async function returns; both with single quotes. */
    private void assertReturns(String expected, String body) throws Exception {
        String script = HELPERS + "const value = await (async () => {" + body
                + "})();\nexport default { initialState: { value } };";
        ScriptProgram program = ScriptProgram.of(new WorkerEvent.Configured("w", script), Map.of());
        try (Sandbox sandbox = new Sandbox(program, false, limits, time)) {
            JsonNode value = WorkerServer.get(sandbox.load()).initialState().path("value");
            assertThat(value).isEqualTo(JsonCodec.parse(expected.replace('\'', '"')));
        }
    }

    @Test
    void should_call_listeners_of_events() throws Exception {
        assertReturns("['first 1','each 1','each 2']", """
                const target = new EventTarget(), seen = [];
                target.addEventListener('x', (e) => seen.push('first ' + e.detail), { once: true });
                target.addEventListener('x', { handleEvent: (e) => seen.push('each ' + e.detail) });
                target.dispatchEvent(new CustomEvent('x', { detail: 1 }));
                target.dispatchEvent(new CustomEvent('x', { detail: 2 }));
                target.dispatchEvent(new Event('y'));
                return seen;
                """);
        assertReturns("[false,['one']]", """
                const target = new EventTarget(), seen = [];
                target.addEventListener('x', (e) => { e.preventDefault(); e.stopImmediatePropagation(); seen.push('one') });
                target.addEventListener('x', () => seen.push('two'));
                return [target.dispatchEvent(new Event('x', { cancelable: true })), seen];
                """);
    }

    @Test
    void should_abort_by_a_controller_and_by_any_of_several_signals() throws Exception {
        assertReturns("[false,true,'why',['abort why'],'TypeError']", """
                const controller = new AbortController(), seen = [];
                const signal = AbortSignal.any([new AbortController().signal, controller.signal]);
                const before = signal.aborted;
                signal.onabort = (e) => seen.push(e.type + ' ' + e.target.reason);
                controller.abort('why');
                controller.abort('again');
                return [before, signal.aborted, signal.reason, seen, (await thrown(() => new AbortSignal())).split(':')[0]];
                """);
        assertReturns(
                "['AbortError: The operation was aborted',20,true]",
                "const s = AbortSignal.abort(); return [await thrown(() => s.throwIfAborted()), s.reason.code, s.reason instanceof Error]");
    }

    @Test
    void should_read_streams_piece_by_piece() throws Exception {
        assertReturns("[1,2,3]", """
                let n = 0;
                return all(new ReadableStream({ pull(c) { n++ < 3 ? c.enqueue(n) : c.close() } }));
                """);
        assertReturns("['a','b',true]", """
                let cancelled = false;
                const stream = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b') }, cancel() { cancelled = true } });
                const seen = [];
                for await (const piece of stream) { seen.push(piece); if (piece === 'b') break }
                return [...seen, cancelled];
                """);
        assertReturns("['Error: broken','TypeError: this body is already being read',true]", """
                const broken = new ReadableStream({ pull() { throw new Error('broken') } });
                const locked = new ReadableStream();
                locked.getReader();
                return [await thrown(() => all(broken)), await thrown(() => locked.getReader()), locked.locked];
                """);
        assertReturns("[[1,2],[1,2]]", """
                const [one, other] = ReadableStream.from([1, 2]).tee();
                return Promise.all([all(one), all(other)]);
                """);
    }

    @Test
    void should_pass_streams_through_others() throws Exception {
        assertReturns(
                "['éa']",
                "return all(ReadableStream.from([Uint8Array.of(0xc3), Uint8Array.of(0xa9, 97)]).pipeThrough(new TextDecoderStream()))");
        assertReturns(
                "[[240,159,152,128]]",
                "return (await all(ReadableStream.from(['\\ud83d', '\\ude00']).pipeThrough(new TextEncoderStream()))).map((b) => [...b])");
        assertReturns("[1,1,2,2,'end']", """
                const twice = new TransformStream({ transform(x, c) { c.enqueue(x); c.enqueue(x) }, flush(c) { c.enqueue('end') } });
                return all(ReadableStream.from([1, 2]).pipeThrough(twice));
                """);
        assertReturns(
                "'Error: no'",
                "return thrown(() => all(ReadableStream.from([1]).pipeThrough(new TransformStream({ transform() { throw new Error('no') } }))))");
        assertReturns("[1,2,'closed']", """
                const seen = [];
                await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(x) { seen.push(x) }, close() { seen.push('closed') } }));
                return seen;
                """);
    }

    @Test
    void should_hold_bytes_in_blobs_and_files() throws Exception {
        assertReturns("[6,'ello','text/plain',[104,101],['hello!']]", """
                const blob = new Blob(['hello', Uint8Array.of(33)], { type: 'Text/Plain' });
                const read = blob.stream().pipeThrough(new TextDecoderStream());
                return [blob.size, await blob.slice(1, -1).text(), blob.type, [...await blob.slice(0, 2).bytes()], await all(read)];
                """);
        assertReturns("['a.txt',7,true,'[object File]']", """
                const file = new File(['x'], 'a.txt', { lastModified: 7 });
                return [file.name, file.lastModified, file instanceof Blob, String(file)];
                """);
    }

    @Test
    void should_write_and_read_forms() throws Exception {
        assertReturns("['[object FormData]',['1','2'],'3',null,['a','b']]", """
                const form = new FormData();
                form.append('a', 1); form.append('a', 2); form.append('b', new Blob(['x']));
                const was = form.getAll('a');
                form.set('a', 3);
                return [String(form), was, form.get('a'), form.get('c'), [...form.keys()]];
                """);
        assertReturns("[true,'1\\r\\n2','a\\\"b.txt','text/x',[120,0,255]]", """
                const form = new FormData();
                form.append('plain', '1\\n2'); form.append('file', new Blob([Uint8Array.of(120, 0, 255)], { type: 'text/x' }), 'a"b.txt');
                const response = new Response(form);
                const isTyped = /^multipart\\/form-data; boundary=-+millrace[0-9a-f]{32}$/.test(response.headers.get('content-type'));
                const back = await response.formData();
                const file = back.get('file');
                return [isTyped, back.get('plain'), file.name, file.type, [...await file.bytes()]];
                """);
        assertReturns(
                "['1 2','TypeError']",
                "return [(await new Response(new URLSearchParams({ a: '1 2' })).formData()).get('a'), (await thrown(() => new Response('x').formData())).split(':')[0]]");
    }

    @Test
    void should_keep_headers_by_name() throws Exception {
        assertReturns("[[['a','1'],['b','2, 3'],['set-cookie','x=1'],['set-cookie','y=2']],['x=1','y=2'],null]", """
                const headers = new Headers({ B: ' 2 ', A: '1' });
                headers.append('b', 3); headers.append('Set-Cookie', 'x=1'); headers.append('set-cookie', 'y=2');
                return [[...headers], headers.getSetCookie(), headers.get('c')];
                """);
        assertReturns("['TypeError','TypeError']", """
                const name = (text) => text.split(':')[0];
                return [name(await thrown(() => new Headers({ 'a b': '1' }))), name(await thrown(() => new Headers({ a: '1\\n2' })))];
                """);
    }

    @Test
    void should_read_bodies_once_and_copy_them_before() throws Exception {
        assertReturns("['{\\\"a\\\":1}',1,true,'TypeError: this body was already read','application/json']", """
                const response = Response.json({ a: 1 }, { status: 201 });
                const copy = response.clone();
                const text = await response.text();
                return [text, (await copy.json()).a, response.bodyUsed, await thrown(() => response.text()), copy.headers.get('content-type')];
                """);
        assertReturns("['ab','ab',false,'RangeError','TypeError']", """
                const stream = ReadableStream.from([Uint8Array.of(97), Uint8Array.of(98)]);
                const response = new Response(stream, { status: 404 });
                const [one, other] = await Promise.all([response.clone(), response].map((each) => each.text()));
                const name = async (action) => (await thrown(action)).split(':')[0];
                return [one, other, response.ok, await name(() => new Response('', { status: 99 })), await name(() => new Response('', { status: 204 }))];
                """);
    }

    @Test
    void should_make_requests_from_requests() throws Exception {
        assertReturns(
                "['POST','http://h/',true,'x','x','1','TypeError: fetch: a GET request cannot have a body']", """
                const request = new Request('http://h/', { method: 'post', body: 'x', headers: { a: '1' } });
                const copy = request.clone();
                const next = new Request(request);
                return [next.method, next.url, request.bodyUsed, await next.text(), await copy.text(), copy.headers.get('a'),
                  await thrown(() => new Request('http://h/', { body: 'x' }))];
                """);
    }

    @Test
    void should_copy_values() throws Exception {
        assertReturns("[true,1,5,[1,2],true,'g',true,'DataCloneError: a function cannot be cloned']", """
                const value = { map: new Map([['a', new Set([1])]]), date: new Date(5), bytes: Uint8Array.of(1, 2), error: new RangeError('x'), word: /a/g, nothing: undefined };
                value.self = value;
                const copy = structuredClone(value);
                return [copy.self === copy, copy.map.get('a').size, copy.date.getTime(), [...copy.bytes], copy.error instanceof RangeError,
                  copy.word.flags, 'nothing' in copy, await thrown(() => structuredClone(() => 1))];
                """);
    }

    @Test
    void should_make_random_numbers_and_run_tasks() throws Exception {
        assertReturns("[true,4,'TypeMismatchError','QuotaExceededError']", """
                const some = crypto.getRandomValues(new Uint32Array(4));
                const name = async (action) => (await thrown(action)).split(':')[0];
                return [some.some((each) => each > 0xffff), some.length, await name(() => crypto.getRandomValues(new Float32Array(1))),
                  await name(() => crypto.getRandomValues(new Uint8Array(65537)))];
                """);
        assertReturns(
                "['now','later']",
                "const seen = []; queueMicrotask(() => seen.push('later')); seen.push('now'); await null; await null; return seen");
        assertReturns("true", "return performance.now() > 0");
    }

    @Test
    void should_change_the_parameters_of_addresses() throws Exception {
        assertReturns("['a=2&b=9&c=%25',3,['a','b','c'],false,true,null]", """
                const params = new URLSearchParams('b=1&a=2&b=3&c=%');
                params.set('b', 9); params.sort();
                return [params.toString(), params.size, [...params.keys()], params.has('a', '3'), URL.canParse('http://h/'), URL.parse('h')];
                """);
        assertReturns(
                "[1,1]",
                "const { read, written } = new TextEncoder().encodeInto('aé', new Uint8Array(2)); return [read, written]");
    }
}

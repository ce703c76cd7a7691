package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.onGo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.engine.InMemoryEventStore;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP requests of scripts. */
class FetchGatewayTest {
    private static final String PATH = "/egress";
    private static final String SECRET = "s3cret-Value+/=";

    private final MockWebServer web = new MockWebServer();
    private final MockWebServer unlisted = new MockWebServer();
    private WorkerServer server = WorkerServer.start();
    private int runs;

    @BeforeEach
    void start() throws IOException {
        web.start();
        unlisted.start();
        server.close();
        server = WorkerServer.start(
                new InMemoryEventStore(),
                Map.of(
                        "script.allow-hosts",
                        "localhost:" + web.getPort() + ", api.example.com",
                        "script.response-bytes",
                        "100000"),
                Map.of(
                        "token",
                        SECRET,
                        "my key",
                        "other-secret",
                        "torn",
                        "two\nlines-of-secret",
                        "name",
                        "plainsecret"));
    }

    @AfterEach
    void stop() {
        server.close();
        web.close();
        unlisted.close();
    }

    private String address(String path) {
        return "http://localhost:" + web.getPort() + path;
    }

    /** The value of an expression in a script; for an error, its message. */
    private String run(String expression) throws Exception {
        server.configure(
                PATH,
                "w",
                onGo("let value; try { value = " + expression + " } catch (e) { value = 'error: ' + e.message }\n"
                        + "await append({ type: 'done', payload: { value: String(value), run: " + ++runs + " } });"));
        server.append(PATH, "go", "{}");
        return server.awaitEvents(PATH, "done", runs)
                .get(runs - 1)
                .payloadJson()
                .path("value")
                .asText();
    }

    private RecordedRequest taken() throws InterruptedException {
        return Objects.requireNonNull(web.takeRequest(10, TimeUnit.SECONDS), "no request came");
    }

    @Test
    void should_put_secrets_into_headers_and_nowhere_else() throws Exception {
        web.enqueue(new MockResponse.Builder().body("ok").build());

        String status = run("""
            await fetch("%s", { method: "POST", body: "getIterateSecret({secretKey: 'token'})", headers: {
              Authorization: "Bearer getIterateSecret({secretKey: 'token'})",
              "x-double": 'getIterateSecret({ secretKey: "my key" }) and getIterateSecret({secretKey:"token"})',
              "x-coded": encodeURIComponent('getIterateSecret({secretKey: "my key"})'),
              "x-plain": "getIterateSecret(token)",
            } }).then((r) => r.status)
            """.formatted(address("/in?s=getIterateSecret({secretKey:'token'})")));

        assertThat(status).isEqualTo("200");
        RecordedRequest request = taken();
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(request.getHeaders().get("x-double")).isEqualTo("other-secret and " + SECRET);
        assertThat(request.getHeaders().get("x-coded")).isEqualTo("other-secret");
        assertThat(request.getHeaders().get("x-plain")).isEqualTo("getIterateSecret(token)");
        assertThat(request.getTarget()).doesNotContain(SECRET);
        assertThat(Objects.requireNonNull(request.getBody()).utf8())
                .isEqualTo("getIterateSecret({secretKey: 'token'})");
    }

    @Test
    void should_fail_a_fetch_with_an_unknown_secret_and_send_nothing() throws Exception {
        String message = run(
                "await fetch('" + address("/") + "', { headers: { a: \"getIterateSecret({secretKey: 'nope'})\" } })");

        assertThat(message)
                .isEqualTo("error: fetch failed: this project has no secret named 'nope'; create it, or"
                        + " correct the secretKey in the header");
        assertThat(web.getRequestCount()).isZero();
    }

    @Test
    void should_not_quote_a_secret_that_cannot_be_a_header() throws Exception {
        String message = run(
                "await fetch('" + address("/") + "', { headers: { a: \"getIterateSecret({secretKey: 'torn'})\" } })");

        assertThat(message)
                .contains("the header 'a' contains a character that is not allowed in a header")
                .doesNotContain("lines");
    }

    @Test
    void should_take_a_secret_out_of_a_response_that_echoes_it() throws Exception {
        web.enqueue(new MockResponse.Builder()
                .addHeader("x-echo", "got " + SECRET)
                .chunkedBody("before " + SECRET + " after " + SECRET.substring(0, 5), 3)
                .build());

        String seen = run("await fetch('" + address("/")
                + "', { headers: { a: \"getIterateSecret({secretKey: 'token'})\" } }).then(async (r) =>"
                + " r.headers.get('X-Echo') + '|' + await r.text())");

        assertThat(seen).isEqualTo("got [secret:token]|before [secret:token] after s3cre");
        assertThat(server.log(PATH).toString()).doesNotContain(SECRET);
    }

    @Test
    void should_take_a_secret_out_of_every_part_of_a_response() throws Exception {
        String coded = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        web.enqueue(new MockResponse(302, Headers.of("Location", "/there?a=" + coded + "&b=" + SECRET), ""));
        web.enqueue(new MockResponse.Builder()
                .status("HTTP/1.1 200 OK " + SECRET)
                .addHeader("x-coded", coded)
                .addHeader("x-plainsecret", "v")
                .body(Base64.getEncoder().encodeToString(("me:" + SECRET).getBytes(StandardCharsets.UTF_8)))
                .build());

        String seen = run("await fetch('" + address("/")
                + "', { headers: { a: \"getIterateSecret({secretKey: 'token'})\","
                + " b: \"getIterateSecret({secretKey: 'name'})\" } }).then(async (r) => [r.url, r.statusText,"
                + " JSON.stringify([...r.headers]), await r.text()].join('|'))");

        assertThat(seen)
                .contains(
                        "/there?a=[secret:token]&b=[secret:token]|OK [secret:token]|", "\"x-coded\",\"[secret:token]\"")
                .contains("\"x-[secret:name]\"")
                .doesNotContain("s3cret", "czNjcmV0");
    }

    @Test
    void should_take_a_secret_out_of_the_error_for_a_redirect() throws Exception {
        web.enqueue(new MockResponse(302, Headers.of("Location", "http://plainSecret.example.org/"), ""));

        String seen = run(
                "await fetch('" + address("/") + "', { headers: { a: \"getIterateSecret({secretKey: 'name'})\" } })");

        assertThat(seen).contains("may not reach [secret:name].example.org");
    }

    @Test
    void should_set_the_header_of_the_gateway_and_change_it_with_the_configuration() throws Exception {
        for (String value : new String[] {"plain", "getIterateSecret({secretKey: 'token'})"}) {
            web.enqueue(new MockResponse.Builder().body("ok").build());
            ObjectNode payload = JsonNodeFactory.instance.objectNode().put("slug", "w");
            payload.put(
                    "script",
                    onGo("await append({ type: 'done', payload: { status: (await fetch('" + address("/")
                            + "', { headers: { 'x-key': 'mine' } })).status } })"));
            payload.putObject("outboundGateway")
                    .put("entrypoint", "DynamicWorkerEgressGateway")
                    .putObject("props")
                    .put("secretHeaderName", "x-key")
                    .put("secretHeaderValue", value);
            server.append(PATH, WorkerServer.CONFIGURED, payload.toString());
            server.append(PATH, "go", "{}");
            server.awaitEvents(PATH, "done", ++runs);
        }

        assertThat(taken().getHeaders().get("x-key")).isEqualTo("plain");
        assertThat(taken().getHeaders().get("x-key")).isEqualTo(SECRET);
    }

    @Test
    void should_reach_listed_hosts_only() throws Exception {
        assertThat(run("await fetch('http://localhost:" + unlisted.getPort() + "/')"))
                .contains("may not reach localhost:" + unlisted.getPort(), "script.allow-hosts");
        assertThat(run("await fetch('http://127.0.0.1:" + web.getPort() + "/')"))
                .contains("may not reach 127.0.0.1");
        assertThat(run("await fetch('http://api.example.com/')")).contains("may not reach api.example.com:80");
        assertThat(run("await fetch('https://api.example.com:8443/')")).contains("may not reach api.example.com:8443");
        assertThat(run("await fetch('https://api.example.com.evil.test/')"))
                .contains("may not reach api.example.com.evil.test");
        assertThat(run("await fetch('https://api.example.com@evil.test/')")).contains("without user and password");
        assertThat(run("await fetch('" + address("/") + "', { headers: { Host: 'evil.test' } })"))
                .contains("the header 'host' is set by the server; remove it");
        assertThat(run("await fetch('" + address("/") + "', { method: 'CONNECT' })"))
                .contains("the method must be one of");
        assertThat(web.getRequestCount() + unlisted.getRequestCount()).isZero();
    }

    @Test
    void should_follow_redirects_within_the_list_only() throws Exception {
        web.enqueue(new MockResponse(307, Headers.of("Location", "/there"), ""));
        web.enqueue(new MockResponse.Builder().body("arrived").build());
        web.enqueue(new MockResponse(302, Headers.of("Location", "http://localhost:" + unlisted.getPort() + "/"), ""));
        web.enqueue(new MockResponse(302, Headers.of("Location", "/there"), ""));
        String secret = ", headers: { a: \"getIterateSecret({secretKey: 'token'})\" } }";

        assertThat(run("await fetch('" + address("/") + "', { method: 'POST', body: 'b'" + secret
                        + ").then((r) => r.text())"))
                .isEqualTo("arrived");
        assertThat(run("await fetch('" + address("/") + "', { method: 'GET'" + secret + ")"))
                .contains("may not reach");
        assertThat(run("await fetch('" + address("/")
                        + "', { redirect: 'manual' }).then((r) => r.status + r.headers.get('location'))"))
                .isEqualTo("302/there");
        assertThat(unlisted.getRequestCount()).isZero();
        taken();
        RecordedRequest second = taken();
        assertThat(second.getMethod()).isEqualTo("POST");
        assertThat(second.getHeaders().get("a")).isEqualTo(SECRET);
    }

    @Test
    void should_stream_abort_and_limit_responses() throws Exception {
        // By path and not in order: a request that is aborted early may never have been sent.
        Map<String, MockResponse> answers = Map.of(
                "/json", new MockResponse.Builder().body("{\"a\":1}").build(),
                "/large", new MockResponse.Builder().body("x".repeat(200_000)).build(),
                "/silent",
                        new MockResponse.Builder()
                                .headersDelay(1, TimeUnit.HOURS)
                                .build(),
                "/slow",
                        new MockResponse.Builder()
                                .body("first")
                                .bodyDelay(1, TimeUnit.HOURS)
                                .build(),
                "/some", new MockResponse.Builder().body("some").build());
        web.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return Objects.requireNonNull(answers.get(request.getUrl().encodedPath()));
            }
        });

        assertThat(run("JSON.stringify(await fetch('" + address("/json") + "').then((r) => r.json()))"))
                .isEqualTo("{\"a\":1}");
        assertThat(run("await fetch('" + address("/large") + "').then((r) => r.text())"))
                .contains("larger than the limit of 100000 bytes");
        assertThat(run("await fetch('" + address("/silent") + "', { signal: AbortSignal.timeout(50) })"))
                .contains("no result within 50 ms");
        assertThat(run("await fetch('" + address("/slow")
                        + "', { signal: AbortSignal.timeout(50) }).then((r) => r.text())"))
                .contains("error: ");
        assertThat(run("await fetch('" + address("/some")
                        + "').then(async (r) => { const reader = r.body.getReader(); const { value } ="
                        + " await reader.read(); await reader.cancel(); return value instanceof"
                        + " Uint8Array && value.length })"))
                .isEqualTo("4");
    }

    @Test
    void should_read_a_large_response_within_the_processor_time_of_one_event() throws Exception {
        server.close();
        server = WorkerServer.start(
                new InMemoryEventStore(), Map.of("script.allow-hosts", "localhost:" + web.getPort()), Map.of());
        String large = "aé✓😀".repeat(100_000);
        web.enqueue(new MockResponse.Builder().body(large).build());
        web.enqueue(new MockResponse.Builder().body(large).build());

        assertThat(run("await fetch('" + address("/")
                        + "').then(async (r) => (await r.text()) === 'aé✓😀'.repeat(100000))"))
                .isEqualTo("true");
        assertThat(run("await fetch('" + address("/") + "').then(async (r) => (await r.bytes()).length)"))
                .isEqualTo("1000000");
    }

    @Test
    void should_send_forms_bytes_and_streams() throws Exception {
        for (int i = 0; i < 4; i++) {
            web.enqueue(new MockResponse.Builder().body("ok").build());
        }

        assertThat(run("await (async () => { const form = new FormData(); form.append('a', 'é');"
                        + " form.append('f', new Blob([Uint8Array.of(0, 255)]), 'f.bin');"
                        + " return (await fetch('" + address("/") + "', { method: 'POST', body: form })).status })()"))
                .isEqualTo("200");
        RecordedRequest form = taken();
        String boundary = Objects.requireNonNull(form.getHeaders().get("Content-Type"))
                .replaceFirst("^multipart/form-data; boundary=", "");
        assertThat(Objects.requireNonNull(form.getBody()).string(StandardCharsets.ISO_8859_1))
                .isEqualTo("""
                        --BOUNDARY
                        Content-Disposition: form-data; name="a"

                        \u00c3\u00a9
                        --BOUNDARY
                        Content-Disposition: form-data; name="f"; filename="f.bin"
                        Content-Type: application/octet-stream

                        \u0000\u00ff
                        --BOUNDARY--
                        """.replace("\n", "\r\n").replace("BOUNDARY", boundary));

        assertThat(
                        run(
                                "(await fetch(new Request('" + address("/")
                                        + "', { method: 'PUT', body: ReadableStream.from([Uint8Array.of(1), Uint8Array.of(2)]) }))).status"))
                .isEqualTo("200");
        assertThat(Objects.requireNonNull(taken().getBody()).hex()).isEqualTo("0102");
        assertThat(run("(await fetch('" + address("/") + "', { method: 'POST', body: 'é' })).status"))
                .isEqualTo("200");
        RecordedRequest text = taken();
        assertThat(text.getHeaders().get("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
        assertThat(Objects.requireNonNull(text.getBody()).utf8()).isEqualTo("é");
        assertThat(run("await (async () => { const stop = new AbortController();"
                        + " const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(60000)]);"
                        + " const answer = await fetch('" + address("/") + "', { signal });"
                        + " stop.abort(new Error('enough')); return answer.text() })()"))
                .isEqualTo("error: enough");
    }

    @Test
    void should_say_who_does_not_answer() throws Exception {
        int port = web.getPort();
        web.close();

        assertThat(run("await fetch('http://localhost:" + port + "/')"))
                .contains("fetch failed: no answer from localhost:" + port);
    }

    @Test
    void should_never_show_a_secret_in_the_state() throws Exception {
        server.setEnv(PATH, "KEY", "getIterateSecret({secretKey: 'token'})");
        assertThat(run("process.env.KEY")).isEqualTo("getIterateSecret({secretKey: 'token'})");

        JsonNode slice = server.slice(PATH);

        assertThat(slice.path("envVarsByKey").path("KEY").asText()).isEqualTo("getIterateSecret({secretKey: 'token'})");
        assertThat(slice.path("workersBySlug").path("w").toString())
                .isEqualTo("{\"compatibilityDate\":\"2026-02-05\",\"compatibilityFlags\":[],"
                        + "\"mainModule\":\"processor.js\",\"modules\":{\"processor.js\":\"\"}}");
        assertThat(slice.at("/millrace/workersBySlug/w").fieldNames())
                .toIterable()
                .containsExactly("configuredAt", "startedBy", "sha256");
        Event configured = server.ofType(PATH, WorkerServer.CONFIGURED).get(0);
        assertThat(slice.at("/millrace/workersBySlug/w/configuredAt").asLong()).isEqualTo(configured.offset());
    }
}

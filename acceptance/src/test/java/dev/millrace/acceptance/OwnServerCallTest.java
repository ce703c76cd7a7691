package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.MillraceServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks and scripts that call their own server, which has no tokens: they get no rights and no endless loop by it. */
class OwnServerCallTest {
    private static final StreamPath PATH = StreamPath.of("/loop");
    private static final String PREFIX = "https://events.iterate.com/events/stream/";
    private static final int MOST_EVENTS = 400;

    private StreamEngine engine;
    private EventStreams streams;
    private MillraceServer server;

    @BeforeEach
    void start() throws IOException {
        List<ProcessorProvider> providers = ServiceLoader.load(ProcessorProvider.class).stream()
                .<ProcessorProvider>map(ServiceLoader.Provider::get)
                .toList();
        int port = freePort();
        engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(providers)
                .settings(Map.of(
                        "server.loopback", "true",
                        "webhook.retry-schedule", "",
                        "script.allow-hosts", "127.0.0.1,127.0.0.1:" + port))
                .start();
        streams = engine.streams(ProjectSlug.defaultProject());
        server = MillraceServer.builder(engine).port(port).start();
        append(PREFIX + "circuit-breaker-configured", "{\"enabled\":false}");
    }

    /** The setting of the hosts that scripts may call is read before the server starts. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void stop() {
        server.stop(Duration.ofMillis(100));
        engine.close();
    }

    private Event append(String type, String payload) {
        return streams.append(
                        PATH,
                        EventInput.builder()
                                .type(type)
                                .payload(JsonCodec.parse(payload))
                                .build())
                .join()
                .event();
    }

    private List<Event> log() {
        return streams.read(PATH, ReadRange.all()).join();
    }

    /** Waits for an event; ends with too many, because a loop must not fill the memory of the test. */
    private Event comes(Predicate<Event> wanted) {
        List<Event> found = TokenArena.waiting()
                .until(
                        this::log,
                        log -> log.size() > MOST_EVENTS || log.stream().anyMatch(wanted));
        assertThat(found.size()).isLessThanOrEqualTo(MOST_EVENTS);
        return found.stream().filter(wanted).findFirst().orElseThrow();
    }

    private void isRefused() {
        comes(event -> event.type().equals("millrace/delivery-failed")
                && event.payloadJson().path("status").intValue() == 403);
    }

    private void endsTheChain() {
        comes(event ->
                (event.type().equals("millrace/delivery-failed") || event.type().equals("answered"))
                        && event.payloadJson().path("status").intValue() == 508);
    }

    private String url() {
        return server.baseUri().resolve("/api/streams" + PATH).toString();
    }

    /** A webhook to the own server, which gets what the expression makes of each event {@code said}. */
    private void subscribe(String transform, String more) {
        subscribe("type='said'", transform, more);
    }

    private void subscribe(String filter, String transform, String more) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("slug", "self").put("type", "webhook").put("callbackUrl", url());
        payload.put("jsonataFilter", filter).put("jsonataTransform", transform);
        JsonCodec.parse(more.replace('\'', '"'))
                .properties()
                .forEach(field -> payload.set(field.getKey(), field.getValue()));
        append(PREFIX + "subscription/configured", payload.toString());
    }

    private long count(String type) {
        return log().stream().filter(event -> event.type().equals(type)).count();
    }

    private static JsonNode chain(Event event) {
        return event.metadata().orElseThrow().path("millrace").path("chain");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "paused; {}; {}",
                "append-scheduled; {'slug':'s','append':{'type':'due'},'schedule':{'kind':'once-at','at':'2026-01-01T00:00:00Z'}}; {}",
                "dynamic-worker/configured; {'slug':'w','script':'export default {}'}; {\"mayControl\":true}"
            },
            quoteCharacter = '|')
    void should_refuse_what_a_webhook_may_not_append(String type, String payload, String more) {
        subscribe("{'type':'" + PREFIX + type + "','payload':" + payload + "}", more);

        append("said", "{}");

        isRefused();
        assertThat(count(PREFIX + type)).isZero();
    }

    @Test
    void should_store_what_a_webhook_with_may_control_appends() {
        subscribe("{'type':'" + PREFIX + "paused'}", "{'mayControl':true}");

        append("said", "{}");

        comes(event -> event.type().equals(BuiltInType.PAUSED.type()));
    }

    @Test
    void should_end_a_loop_of_a_webhook_at_the_limit_of_hops() {
        subscribe("{'type':'said'}", "{}");

        append("said", "{}");

        endsTheChain();
        assertThat(count("said")).isEqualTo(65); // one from outside, and those after 1 to 64 hops
        assertThat(log())
                .filteredOn(event -> event.type().equals("said"))
                .last()
                .satisfies(event -> assertThat(chain(event)).isEqualTo(JsonCodec.parse("{\"depth\":64,\"hops\":64}")));
    }

    @Test
    void should_continue_with_the_next_event_after_the_end_of_a_chain() {
        subscribe("payload.last ? {'type':'done'} : {'type':'said'}", "{}");
        append("said", "{}");
        endsTheChain();

        append("said", "{\"last\":true}");

        comes(event -> event.type().equals("done"));
    }

    @Test
    void should_end_a_loop_of_bodies_that_are_no_events() {
        subscribe("type='said' or type='" + BuiltInType.INVALID_EVENT_APPENDED.type() + "'", "'text'", "{}");

        append("said", "{}");

        endsTheChain();
        assertThat(count(BuiltInType.INVALID_EVENT_APPENDED.type())).isEqualTo(64);
    }

    @Test
    void should_believe_nothing_else_of_what_a_webhook_sends() {
        subscribe(
                "{'type':'answer','idempotencyKey':'k','metadata':{'millrace':{'processor':'thief','chain':{'depth':0}}}}",
                "{}");

        append("said", "{}");

        Event answer = comes(event -> event.type().equals("answer"));
        assertThat(answer.metadata().orElseThrow().path("millrace"))
                .isEqualTo(JsonCodec.parse("{\"claimed\":{\"processor\":\"thief\",\"chain\":{\"depth\":0}},"
                        + "\"chain\":{\"depth\":1,\"hops\":1}}"));
    }

    @Test
    void should_carry_the_chain_through_a_rule() {
        append(
                PREFIX + "jsonata-transformer-configured",
                "{\"slug\":\"r\",\"matcher\":\"type='heard'\",\"transform\":\"{'type':'said'}\"}");
        subscribe("{'type':'heard'}", "{}");

        append("said", "{}");

        endsTheChain();
        assertThat(count("said")).isEqualTo(65);
        assertThat(count("heard")).isEqualTo(64);
    }

    /** Any caller that may append can send the header, so a length in it must not do what takes {@code control}. */
    @Test
    void should_not_pause_a_stream_because_of_a_length_in_a_request() throws Exception {
        append(
                PREFIX + "circuit-breaker-configured",
                "{\"burstCapacity\":50,\"refillRatePerMinute\":1,\"weights\":{\"trip\":100}}");
        append(
                PREFIX + "jsonata-transformer-configured",
                "{\"slug\":\"r\",\"matcher\":\"type='said'\",\"transform\":\"{'type':'heard'}\"}");

        send("said", "depth=999, hops=63");
        comes(event -> event.type().equals("heard")); // the longest chain does not hide the event from the rule
        append("trip", "{}");

        Event paused = comes(event -> event.type().equals(BuiltInType.PAUSED.type()));
        assertThat(paused.payloadJson().path("reason").textValue()).doesNotContain("hops", "reactions");
    }

    private void send(String type, String chain) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url()))
                .header("Content-Type", "application/json")
                .header("Millrace-Chain", chain)
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"" + type + "\"}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void should_refuse_what_a_script_may_not_append_by_a_request() {
        deploy(
                "said",
                "await fetch('" + url() + "', {method: 'POST', headers: {'content-type': 'application/json'},"
                        + " body: JSON.stringify({type: '" + BuiltInType.PAUSED.type() + "'})}).then(async answer =>"
                        + " append({type: 'answered', payload: {status: answer.status}}))");

        append("said", "{}");

        assertThat(comes(event -> event.type().equals("answered"))
                        .payloadJson()
                        .path("status")
                        .intValue())
                .isEqualTo(403);
        assertThat(count(BuiltInType.PAUSED.type())).isZero();
    }

    @Test
    void should_end_a_loop_of_a_script_that_sends_requests() {
        deploy(
                "said",
                "const answer = await fetch('" + url()
                        + "', {method: 'POST', headers: {'content-type': 'application/json'},"
                        + " body: JSON.stringify({type: 'said'})});"
                        + " if (answer.status !== 200) await append({type: 'answered', payload: {status: answer.status}})");

        append("said", "{}");

        endsTheChain();
        assertThat(count("said")).isEqualTo(65);
    }

    /** Each new stream is announced on its ancestors, and the announcement makes the next stream. */
    @Test
    void should_end_a_loop_of_a_script_over_new_streams() {
        deploy(
                BuiltInType.CHILD_STREAM_CREATED.type(),
                "const answer = await fetch('" + url() + "/' + event.offset,"
                        + " {method: 'POST', headers: {'content-type': 'application/json'},"
                        + " body: JSON.stringify({type: 'said'})});"
                        + " await append({type: 'answered', payload: {status: answer.status}})");

        streams.append(
                        StreamPath.of("/loop/first"),
                        EventInput.builder().type("said").build())
                .join();

        endsTheChain();
        assertThat(count(BuiltInType.CHILD_STREAM_CREATED.type())).isEqualTo(65);
    }

    @Test
    void should_not_let_a_script_set_the_header_itself() {
        deploy(
                "said",
                "await fetch('" + url() + "', {method: 'POST', headers: {'millrace-chain': 'depth=0, hops=0'}})"
                        + ".catch(refused => append({type: 'answered', payload: {text: String(refused)}}))");

        append("said", "{}");

        assertThat(comes(event -> event.type().equals("answered"))
                        .payloadJson()
                        .path("text")
                        .textValue())
                .contains("is set by the server");
    }

    private void deploy(String type, String handler) {
        String script = "export default { async afterAppend({ append, event }) { if (event.type !== '" + type
                + "') return; " + handler + "; } };";
        streams.append(
                        PATH,
                        EventInput.builder()
                                .type(PREFIX + "dynamic-worker/configured")
                                .payload(JsonCodec.toTree(Map.of("slug", "w", "script", script)))
                                .build())
                .join();
    }
}

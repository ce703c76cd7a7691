package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.Secrets;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** An engine with virtual time that hosts the processor, and one of its streams. */
final class Stage implements AutoCloseable {
    static final StreamPath PATH = StreamPath.of("/agents/1");
    static final Duration BOUND = Duration.ofSeconds(30);

    final VirtualTimers time = new VirtualTimers();
    private final Supplier<EventStore> stores;
    private final Map<String, String> settings = new HashMap<>(Map.of("server.loopback", "true"));
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private Secrets vault = (project, name) -> Optional.ofNullable(secrets.get(name));
    private Optional<StreamEngine> running = Optional.empty();

    Stage(Supplier<EventStore> stores) {
        this.stores = stores;
    }

    static Stage inMemory() {
        return new Stage(InMemoryEventStore::new);
    }

    Stage setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    Stage secret(String name, String value) {
        secrets.put(name, value);
        return this;
    }

    /** Replaces the source of secrets. */
    Stage vault(Secrets other) {
        vault = other;
        return this;
    }

    Stage start() {
        running = Optional.of(StreamEngine.builder(stores.get())
                .timers(time)
                .processors(List.of(new ExternalSubscriberProvider()))
                .settings(settings)
                .secrets(vault)
                .start());
        return this;
    }

    Stage restart() {
        close();
        return start();
    }

    EventStreams streams() {
        return running.orElseThrow().streams(ProjectSlug.defaultProject());
    }

    /** Appends an event and returns its offset. */
    long append(String type, String payload) throws Exception {
        return get(streams()
                        .append(
                                PATH,
                                EventInput.builder()
                                        .type(type)
                                        .payload(JsonCodec.parse(payload))
                                        .build()))
                .offset();
    }

    /** Appends this number of {@code noted} events, {@code n} from 1, and returns the offset of the last one. */
    long note(int count) throws Exception {
        long last = 0;
        for (int n = 1; n <= count; n++) {
            last = append("noted", "{\"n\": " + n + "}");
        }
        return last;
    }

    long configure(String payload) throws Exception {
        return append(EventCatalog.nameOf(SubscriptionEvent.Configured.class), payload);
    }

    /** Configures a webhook with the required fields only. */
    long webhook(String slug, Receiver receiver) throws Exception {
        return configure(
                "{\"slug\": \"" + slug + "\", \"type\": \"webhook\", \"callbackUrl\": \"" + receiver.url() + "\"}");
    }

    List<Event> events() throws Exception {
        return get(streams().read(PATH, ReadRange.all()));
    }

    List<Event> events(EventType type) throws Exception {
        return events().stream().filter(event -> type.matches(event.type())).toList();
    }

    /** The offsets of the {@code noted} events. */
    List<Long> noted() throws Exception {
        return events().stream()
                .filter(event -> event.type().equals("noted"))
                .map(Event::offset)
                .toList();
    }

    /** The payloads of all events of a type. */
    List<JsonNode> payloads(EventType type) throws Exception {
        return events(type).stream().map(Event::payloadJson).toList();
    }

    /** The number of deliveries to a subscriber that the log records. */
    int reported(String slug) throws Exception {
        return payloads(EventType.of(SubscriptionEvent.DeliverySucceeded.class)).stream()
                .filter(report -> report.path("slug").asText().equals(slug))
                .mapToInt(report -> report.path("deliveries").intValue())
                .sum();
    }

    /** The configuration of the subscriber in {@code GET state}; a missing node if it is not there. */
    JsonNode subscriber(String slug) throws Exception {
        return slice().path("subscribersBySlug").path(slug);
    }

    /** Its progress in {@code GET state}. */
    JsonNode progress(String slug) throws Exception {
        return slice().path("millrace").path("subscribersBySlug").path(slug);
    }

    private JsonNode slice() throws Exception {
        return get(streams().state(PATH)).processors().getOrDefault(ExternalSubscriber.SLUG, MissingNode.getInstance());
    }

    /** Waits for a condition while virtual time passes quickly. */
    void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(BOUND).pollInterval(Duration.ofMillis(5)).until(() -> {
            pass(Duration.ofMillis(250));
            return condition.call();
        });
    }

    /** Moves the clock, as soon as the engine is idle. */
    void pass(Duration duration) {
        time.advanceWhen(() -> running.orElseThrow().isIdle(), duration);
    }

    /** Waits for a condition in real time; virtual time does not pass. */
    void awaitStill(Callable<Boolean> condition) {
        Awaitility.await().atMost(BOUND).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        running.ifPresent(engine -> engine.stop(Duration.ofSeconds(5)));
        running = Optional.empty();
    }
}

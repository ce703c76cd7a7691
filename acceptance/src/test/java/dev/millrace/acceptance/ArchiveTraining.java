package dev.millrace.acceptance;

import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.core.EventType;
import java.util.List;

/**
 * The work of a server while the JVM records classes for {@link ClassArchive}: one request of each kind in the tests.
 */
final class ArchiveTraining {
    private static final String STREAM = "/training";
    private static final List<String> DONE = List.of("derived", "delivery-failed", "target", "pong");

    private ArchiveTraining() {}

    static void run(ServiceClient server) {
        server.append(
                STREAM,
                EventType.of("https://events.iterate.com/events/stream/jsonata-transformer-configured"),
                "{\"slug\":\"t\",\"matcher\":\"type = 'order'\",\"transform\":\"{'type': 'derived'}\"}");
        server.append(
                STREAM,
                EventType.of("https://events.iterate.com/events/stream/subscription/configured"),
                "{\"slug\":\"hook\",\"type\":\"webhook\",\"jsonataFilter\":\"type = 'order'\","
                        + "\"callbackUrl\":\"http://127.0.0.1:1/refused\"}");
        server.append(
                STREAM,
                EventType.of("https://events.iterate.com/events/stream/append-scheduled"),
                "{\"slug\":\"s\",\"append\":{\"type\":\"target\"},\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":1}}");
        server.append(
                STREAM,
                EventType.of("https://events.iterate.com/events/stream/dynamic-worker/configured"),
                "{\"slug\":\"w\",\"script\":\"export default { async afterAppend({ append, event }) {"
                        + " if (event.type === 'order') await append({ type: 'pong' }); } };\"}");
        server.follow(STREAM).awaitOffset(1);
        server.append(STREAM, "{\"type\":\"order\"}");
        server.awaitHistory(STREAM, events -> server.types(STREAM).containsAll(DONE));
    }
}

package dev.millrace.acceptance;

import dev.millrace.contracts.wire.Service;
import dev.millrace.core.BuiltInType;
import java.util.List;

/** What a server does while the JVM records the classes for {@link ClassArchive}: a little of everything that the tests ask for. */
final class ArchiveTraining {
    private static final String STREAM = "/training";
    private static final List<String> DONE = List.of("derived", "delivery-failed", "target", "pong");

    private ArchiveTraining() {}

    static void run(Service server) {
        server.append(
                STREAM,
                BuiltInType.JSONATA_TRANSFORMER_CONFIGURED,
                "{\"slug\":\"t\",\"matcher\":\"type = 'order'\",\"transform\":\"{'type': 'derived'}\"}");
        server.append(
                STREAM,
                BuiltInType.SUBSCRIPTION_CONFIGURED,
                "{\"slug\":\"hook\",\"type\":\"webhook\",\"jsonataFilter\":\"type = 'order'\","
                        + "\"callbackUrl\":\"http://127.0.0.1:1/refused\"}");
        server.append(
                STREAM,
                BuiltInType.APPEND_SCHEDULED,
                "{\"slug\":\"s\",\"append\":{\"type\":\"target\"},\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":1}}");
        server.append(
                STREAM,
                BuiltInType.DYNAMIC_WORKER_CONFIGURED,
                "{\"slug\":\"w\",\"script\":\"export default { async afterAppend({ append, event }) {"
                        + " if (event.type === 'order') await append({ type: 'pong' }); } };\"}");
        server.live(Service.api(STREAM)).awaitOffset(1);
        server.append(STREAM, "{\"type\":\"order\"}");
        server.awaitHistory(STREAM, events -> server.types(STREAM).containsAll(DONE));
    }
}

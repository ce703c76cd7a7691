package dev.millrace.cli.internal.client;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that are typed or piped are read in a time that is linear in their length. */
class InputParsersTest {
    private static final String STORED = "{\"streamPath\":\"/s\",\"type\":\"t\",\"payload\":{},\"offset\":1,"
            + "\"createdAt\":\"2026-01-01T00:00:00.000Z\"}";

    @Test
    void should_read_events_in_linear_time() {
        LinearTimeCheck.of("events", EventTextParser::read)
                .sampled()
                .check(around("[{\"type\": \"t\", \"idempotencyKey\": \"k\", \"metadata\": {}}]", STORED + "\n"));
        LinearTimeCheck.of("events", EventTextParser::read)
                .check(List.of(
                        HostileText.repeated(STORED + "\n"),
                        HostileText.within("[" + STORED, "," + STORED, "]"),
                        HostileText.within("{\"a\":1}", "\n", "x"),
                        HostileText.within("{\"a\":1}\n", "{\"a\":", ""),
                        HostileText.within("{\"type\":\"t\",\"", "k", "\":1}"),
                        HostileText.within("{\"type\":\"t\",\"offset\":\"", "9", "\"}")));
    }
}

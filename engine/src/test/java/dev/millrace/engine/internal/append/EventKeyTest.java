package dev.millrace.engine.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventKeyTest {
    private static EventRecord record(long offset, String key, String metadata) {
        String body = "\"type\":\"t\",\"payload\":{},\"metadata\":" + metadata;
        return new EventRecord(
                offset,
                StreamPath.of("/a"),
                offset,
                Instant.EPOCH,
                "t",
                Optional.of(key),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Long> find(EventKey key, Map<String, EventRecord> stored) {
        return key.find(text -> Optional.ofNullable(stored.get(text))).map(EventRecord::offset);
    }

    @Test
    void should_find_the_keys_of_earlier_versions_in_the_space_of_their_author() {
        Map<String, EventRecord> stored = Map.of(
                "plain", record(1, "plain", "{}"),
                "derived", record(2, "derived", "{\"millrace\":{\"processor\":\"p\"}}"));

        assertThat(find(EventKey.ofCaller("plain"), stored)).contains(1L);
        assertThat(find(EventKey.ofProcessor("plain"), stored)).contains(1L);
        assertThat(find(EventKey.ofProcessor("derived"), stored)).contains(2L);
        assertThat(find(EventKey.ofCaller("derived"), stored)).isEmpty();
    }

    @Test
    void should_prefer_the_own_space() {
        EventKey caller = EventKey.ofCaller("k");
        Map<String, EventRecord> stored =
                Map.of("k", record(1, "k", "{}"), caller.stored(), record(2, caller.stored(), "{}"));

        assertThat(find(caller, stored)).contains(2L);
        assertThat(find(EventKey.ofProcessor("k"), stored)).contains(1L);
    }

    @Test
    void should_find_an_event_of_an_earlier_version_that_cannot_be_decoded() {
        Map<String, EventRecord> stored = Map.of("k", record(1, "k", "{\"n\":1e99999999999}"));

        assertThat(find(EventKey.ofCaller("k"), stored)).contains(1L);
        assertThat(find(EventKey.ofProcessor("k"), stored)).contains(1L);
    }
}

package dev.millrace.contracts.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Stored events that this version cannot decode, or whose payload is not what their type needs, as a damaged disk,
 * another version or another program leaves them. {@link #kinds()} tells them apart.
 *
 * @since 0.1
 */
public final class DamagedEvents {
    /** The time of each of them. */
    public static final Instant TIME = Instant.parse("2026-04-14T11:20:30.456Z");

    /** Each is the body of one event, with its type and key in place of TYPE and KEY. */
    private static final List<String> KINDS = List.of(
            ours("{\"slug\":\"w\",\"n\":1e99999999999}"),
            ours("{\"slug\":\"w\",\"n\":1e2147483648}"),
            ours("{\"slug\":\"s\",\"n\":[1,2,{\"m\":-1e-2147483649}]}"),
            ours("{\"slug\":\"r\",\"n\":" + "9".repeat(5_000) + "}"),
            ours("{\"n\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}"),
            ours("{\"" + "k".repeat(100_000) + "\":1}"),
            ours("{},\"metadata\":{\"n\":1e99999999999}"),
            ours("{\"slug\":\"w\",\"text\":\"\u00e4\"}"), // written as ISO 8859-1
            ours("{\"text\":\"unfinished}"),
            ours("[1]"),
            ours("{\"text\":\n\"two lines\",\"n\":1e99999999999}"),
            "\"version\":2",
            "not JSON",
            "",
            ours("{},\"unknown\":[1,\"\\u202e\"]"),
            ours("{\"text\":\"\\ud83d\"}"),
            ours("{}"),
            ours("{\"slug\":5,\"append\":7,\"schedule\":\"x\",\"enabled\":\"maybe\",\"content\":{},\"processor\":[]}"),
            ours("{\"unknown\":1,\"epoch\":-1,\"holder\":{},\"from\":\"x\"}"),
            ours("{},\"metadata\":[1],\"unknown\":{}"));

    /** The last ones of the list can be decoded. */
    private static final int DECODABLE = 6;

    private DamagedEvents() {}

    private static String ours(String payload) {
        return "\"type\":\"TYPE\",\"payload\":" + payload + ",\"idempotencyKey\":\"KEY\"";
    }

    /** The number of kinds of damage; a kind is a number from 0. */
    public static int kinds() {
        return KINDS.size();
    }

    /** The number of kinds that cannot be decoded; the other kinds follow them. */
    public static int undecodableKinds() {
        return KINDS.size() - DECODABLE;
    }

    /** As the other method, with the key {@code key-} and the offset of the event. */
    public static void append(ProposalDraft draft, StreamKey stream, String type, int kind) {
        append(
                draft,
                stream,
                type,
                kind,
                "key-" + (draft.head(stream).orElseThrow().lastOffset() + 1));
    }

    /**
     * Adds one as the next event of a stream that exists. An engine that runs on the store does not notice it.
     *
     * @param kind a number from 0, below {@link #kinds}
     */
    public static void append(ProposalDraft draft, StreamKey stream, String type, int kind, String key) {
        String body = KINDS.get(kind).replace("TYPE", type).replace("KEY", key);
        draft.append(stream, TIME, type, Optional.of(key), body.getBytes(ISO_8859_1));
    }
}

package dev.millrace.core;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.millrace.core.internal.json.TextOrNullDeserializer;
import java.util.List;
import java.util.Optional;

/**
 * The payloads of the built-in types that processors use most. To decode them, add {@code StreamEvent.class} to a
 * catalog; all spellings are known ({@link EventType}).
 *
 * @since 0.1
 */
public sealed interface StreamEvent {
    /**
     * The stream was created.
     *
     * @param projectSlug the project; other services write it as {@code projectId} or {@code namespace}. Empty for a
     *     stream of such a service that belongs to no project
     * @param path the full path
     * @param forkedFrom for a fork or an import: the stream it was copied from, and the last offset that was copied; the
     *     stream of an import may be of another project or service
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/initialized",
            aliases = {"stream-first-initialized", "stream-initialized", "events.iterate.com/stream/created"})
    record Initialized(
            @JsonAlias({"projectId", "namespace"}) @JsonDeserialize(using = TextOrNullDeserializer.class)
            String projectSlug,

            String path,
            Optional<Source> forkedFrom)
            implements StreamEvent {}

    /**
     * A stream below this one was created.
     *
     * @param childPath its full path
     */
    @EventName("https://events.iterate.com/events/stream/child-stream-created")
    record ChildStreamCreated(String childPath) implements StreamEvent {}

    /**
     * New metadata of the stream, which replace the old metadata as a whole.
     *
     * @param metadata an object
     */
    @EventName(value = "https://events.iterate.com/events/stream/metadata-updated", aliases = "stream-metadata-updated")
    record MetadataUpdated(JsonNode metadata) implements StreamEvent {}

    /** A failure, described by the message. */
    @EventName("https://events.iterate.com/events/stream/error-occurred")
    record ErrorOccurred(String message) implements StreamEvent {}

    /**
     * An input that breaks the append rules.
     *
     * @param rawInput the whole input
     * @param error its problems, one line each
     * @param request the HTTP request that brought the input; empty if code in the process of the service appended it
     * @param verified who signed the request; empty if no signature was checked
     */
    @EventName("https://events.iterate.com/events/stream/invalid-event-appended")
    record InvalidEventAppended(JsonNode rawInput, String error, Optional<Request> request, Optional<Verified> verified)
            implements StreamEvent {
        /**
         * A signature that the service has checked. Only the service writes it.
         *
         * @param name the name of the configuration ({@code millrace/webhook-configured}) whose secret fits
         * @param scheme its scheme, for example {@code github}
         * @param at when it was checked, as text in ISO-8601
         */
        public record Verified(String name, String scheme, String at) {}

        /**
         * What an HTTP request says beside its body. Only the service writes it. Values that are secret by their names
         * are hashed, and credentials are left out ({@code docs/webhooks.md}).
         *
         * @param method the method, for example {@code POST}
         * @param query an object: the value of each query parameter, or a list of its values
         * @param headers an object: the value of each header, by its name in lower case, or a list of its values
         * @param contentType the content type as it was sent
         * @param bodyBase64 the bytes of the body, if {@code rawInput} shows them otherwise, apart from white space
         * @param bodySha256 the SHA-256 of the bytes of the body, in 64 hexadecimal digits
         * @param cut the names of what is left out, such as {@code headers.x-long}: what is too large, and in a batch the
         *     query and the headers of all invalid events but the first, which has the same {@code bodySha256}
         */
        public record Request(
                String method,
                JsonNode query,
                JsonNode headers,
                Optional<String> contentType,
                Optional<String> bodyBase64,
                String bodySha256,
                Optional<List<String>> cut) {}
    }

    /** The stream refuses appends after this event. */
    @EventName(value = "https://events.iterate.com/events/stream/paused", aliases = "stream-paused")
    record Paused(Optional<String> reason) implements StreamEvent {}

    /** The stream accepts appends again. */
    @EventName(value = "https://events.iterate.com/events/stream/resumed", aliases = "stream-resumed")
    record Resumed(Optional<String> reason) implements StreamEvent {}

    /**
     * The server runs a processor on this stream, from this event.
     *
     * @param processor the name of the processor
     * @param config its configuration, an object
     * @param subtree true to run it also on every stream below
     */
    @EventName("millrace/processor-attached")
    record ProcessorAttached(String processor, Optional<JsonNode> config, Optional<Boolean> subtree)
            implements StreamEvent {}

    /**
     * The server no longer runs the processor here.
     *
     * @param processor the name of the processor
     */
    @EventName("millrace/processor-detached")
    record ProcessorDetached(String processor) implements StreamEvent {}

    /**
     * An effect failed, after all retries.
     *
     * @param processor the slug of the processor
     * @param version the version of the processor
     * @param source the event it reacted to
     * @param message what failed
     * @param attempts how often the effect was tried
     * @param attempt if launched work failed, the name of its background task
     */
    @EventName("millrace/effect-failed")
    record EffectFailed(
            String processor, int version, Source source, String message, int attempts, Optional<String> attempt)
            implements StreamEvent {}

    /**
     * A reducer threw, and the processor stopped on this stream.
     *
     * @param processor the slug of the processor
     * @param version the version of the processor; a new version tries again
     * @param source the event at which it threw
     * @param message what it threw
     */
    @EventName("millrace/processor-halted")
    record ProcessorHalted(String processor, int version, Source source, String message) implements StreamEvent {}

    /**
     * A payload does not fit the class that a processor has for its type.
     *
     * @param processor the slug of the processor
     * @param version the version of the processor
     * @param source the event with the payload
     * @param message what does not fit
     */
    @EventName("millrace/payload-malformed")
    record PayloadMalformed(String processor, int version, Source source, String message) implements StreamEvent {}

    /**
     * A process holds the lease of a processor on another stream.
     *
     * @param slug the processor
     * @param holder the name that the process has chosen for itself
     * @param epoch the number of the lease, from 1
     * @param lease its duration unless it is renewed, in ISO-8601
     */
    @EventName("millrace/lease-claimed")
    record LeaseClaimed(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /** The lease holder extends its lease by the same time; the fields are those of {@link LeaseClaimed}. */
    @EventName("millrace/lease-renewed")
    record LeaseRenewed(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /** The lease holder gives its lease back; the fields are those of {@link LeaseClaimed}. */
    @EventName("millrace/lease-released")
    record LeaseReleased(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /**
     * The progress of a processor on a stream, stored in another stream ({@code ProgressStore.inStream}).
     *
     * @param slug the processor
     * @param path the stream on which it runs
     * @param incarnation the incarnation of that stream; empty if the service does not say it
     * @param acknowledgedThrough the offset up to which no event needs effects any more; 0 or more
     */
    @EventName("millrace/progress-saved")
    record ProgressSaved(String slug, String path, String incarnation, long acknowledgedThrough)
            implements StreamEvent {}

    /** The event that a failure is about. */
    record Source(String path, long offset) {}
}

package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The payloads of the built-in types that processors meet most. Put {@code StreamEvent.class} into a catalog to have
 * them decoded, whatever their spelling ({@link EventType}).
 */
public sealed interface StreamEvent {
    /**
     * A stream came to be.
     *
     * @param projectSlug the project
     * @param path the stream
     * @param forkedFrom if it is a fork, the stream it was copied from and the last offset that was copied
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/initialized",
            aliases = {"stream-first-initialized", "stream-initialized", "events.iterate.com/stream/created"})
    record Initialized(String projectSlug, String path, Optional<Source> forkedFrom) implements StreamEvent {}

    /**
     * A stream below this one came to be.
     *
     * @param childPath its full path
     */
    @EventName("https://events.iterate.com/events/stream/child-stream-created")
    record ChildStreamCreated(String childPath) implements StreamEvent {}

    /**
     * The stream's metadata, replaced as a whole.
     *
     * @param metadata an object
     */
    @EventName(value = "https://events.iterate.com/events/stream/metadata-updated", aliases = "stream-metadata-updated")
    record MetadataUpdated(JsonNode metadata) implements StreamEvent {}

    /**
     * Something failed.
     *
     * @param message what, in words
     */
    @EventName("https://events.iterate.com/events/stream/error-occurred")
    record ErrorOccurred(String message) implements StreamEvent {}

    /**
     * An input that broke the append rules.
     *
     * @param rawInput the whole input
     * @param error what is wrong with it, one line a problem
     */
    @EventName("https://events.iterate.com/events/stream/invalid-event-appended")
    record InvalidEventAppended(JsonNode rawInput, String error) implements StreamEvent {}

    /**
     * The stream refuses appends from here on.
     *
     * @param reason why, if somebody said so
     */
    @EventName(value = "https://events.iterate.com/events/stream/paused", aliases = "stream-paused")
    record Paused(Optional<String> reason) implements StreamEvent {}

    /**
     * The stream accepts appends again.
     *
     * @param reason why, if somebody said so
     */
    @EventName(value = "https://events.iterate.com/events/stream/resumed", aliases = "stream-resumed")
    record Resumed(Optional<String> reason) implements StreamEvent {}

    /**
     * A processor that the server knows by name runs on this stream from here on.
     *
     * @param processor its name
     * @param config its configuration, an object
     * @param subtree whether it also runs on every stream below
     */
    @EventName("millrace/processor-attached")
    record ProcessorAttached(String processor, Optional<JsonNode> config, Optional<Boolean> subtree)
            implements StreamEvent {}

    /**
     * That processor no longer runs here.
     *
     * @param processor its name
     */
    @EventName("millrace/processor-detached")
    record ProcessorDetached(String processor) implements StreamEvent {}

    /**
     * An effect failed for good.
     *
     * @param processor the slug of the processor
     * @param version its version
     * @param source the event it reacted to
     * @param message what failed, in words
     * @param attempts how often it was tried
     * @param attempt the name of the attempt, when it was launched work that failed
     */
    @EventName("millrace/effect-failed")
    record EffectFailed(
            String processor, int version, Source source, String message, int attempts, Optional<String> attempt)
            implements StreamEvent {}

    /**
     * A reducer threw, and the processor stopped on this stream.
     *
     * @param processor the slug of the processor
     * @param version its version; a new version tries again
     * @param source the event at which it threw
     * @param message what it threw
     */
    @EventName("millrace/processor-halted")
    record ProcessorHalted(String processor, int version, Source source, String message) implements StreamEvent {}

    /**
     * A payload did not fit the class a processor has for its type.
     *
     * @param processor the slug of the processor
     * @param version its version
     * @param source the event
     * @param message what does not fit
     */
    @EventName("millrace/payload-malformed")
    record PayloadMalformed(String processor, int version, Source source, String message) implements StreamEvent {}

    /**
     * A process has the lease of a processor on another stream.
     *
     * @param slug the processor
     * @param holder the process, by a name it made up for itself
     * @param epoch the lease, counted from 1
     * @param lease how long it lasts unless it is renewed, as ISO-8601
     */
    @EventName("millrace/lease-claimed")
    record LeaseClaimed(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /**
     * It still has it.
     *
     * @param slug the processor
     * @param holder the process, by a name it made up for itself
     * @param epoch the lease, counted from 1
     * @param lease how long it lasts unless it is renewed, as ISO-8601
     */
    @EventName("millrace/lease-renewed")
    record LeaseRenewed(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /**
     * It needs it no more.
     *
     * @param slug the processor
     * @param holder the process, by a name it made up for itself
     * @param epoch the lease, counted from 1
     * @param lease how long it lasts unless it is renewed, as ISO-8601
     */
    @EventName("millrace/lease-released")
    record LeaseReleased(String slug, String holder, int epoch, String lease) implements StreamEvent {}

    /**
     * How far a processor has come on a stream, told in another stream ({@code ProgressStore.inStream}).
     *
     * @param slug the processor
     * @param path the stream it runs on
     * @param incarnation the life of that stream; empty when the service does not say
     * @param acknowledgedThrough every effect of its events up to this offset is done, or was not to be done; 0 or more
     */
    @EventName("millrace/progress-saved")
    record ProgressSaved(String slug, String path, String incarnation, long acknowledgedThrough)
            implements StreamEvent {}

    /**
     * The event that a failure is about.
     *
     * @param path its stream
     * @param offset its offset
     */
    record Source(String path, long offset) {}
}

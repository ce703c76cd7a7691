package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Finds out whether a processor can run with a configuration, and records on the stream that it cannot. Thread-safe. */
final class Refusals {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");

    private final ProviderRegistry providerRegistry;
    private final Function<ProjectSlug, HostContext> contexts;

    Refusals(ProviderRegistry providerRegistry, Function<ProjectSlug, HostContext> contexts) {
        this.providerRegistry = providerRegistry;
        this.contexts = contexts;
    }

    /** Why a processor cannot run with a configuration; empty if it can. */
    Optional<String> problem(ProjectSlug project, String processor, JsonNode config) {
        try {
            providerRegistry.create(processor, config, contexts.apply(project));
            return Optional.empty();
        } catch (RuntimeException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    void report(List<AttachmentRegistry.Refused> all) {
        all.forEach(refused -> report(
                refused.stream(),
                refused.attachment().processor(),
                refused.attachment().attachedBy(),
                refused.problem() + "; it goes on with its earlier configuration"));
    }

    /** Records it once for each event that attached the processor. */
    void report(StreamKey stream, String processor, OptionalLong attachedBy, String problem) {
        String message = "cannot run processor '" + processor + "' on " + stream.path() + ": " + problem;
        LOG.log(Level.WARNING, message);
        var unused = contexts.apply(stream.project())
                .streams()
                .append(
                        stream.path(),
                        EventInput.builder()
                                .from(EventInput.of(new StreamEvent.ErrorOccurred(message)))
                                .metadata(Provenance.metadataOf(processor, Optional.empty()))
                                .idempotencyKey("host/" + processor + "@" + stream.path() + ":" + attachedBy.orElse(0))
                                .build())
                .exceptionally(failure -> {
                    LOG.log(Level.WARNING, "not appended to the stream: " + message, failure);
                    return null;
                });
    }
}

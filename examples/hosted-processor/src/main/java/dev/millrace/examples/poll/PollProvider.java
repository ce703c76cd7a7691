package dev.millrace.examples.poll;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.HashSet;
import java.util.List;

// region provider
/** Runs the processor {@code poll} on every stream on which a poll is opened. */
public final class PollProvider implements ProcessorProvider {
    private static final JsonNode VOTE = JsonCodec.parse(
            "{\"type\": \"object\", \"required\": [\"option\"], \"properties\": {\"option\": {\"type\": \"string\"}}}");

    /** Called by {@link java.util.ServiceLoader}. */
    public PollProvider() {}

    @Override
    public String name() {
        return PollProcessor.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                ProvidedEvent.of(PollEvent.Opened.class)
                        .activating()
                        .withOperation(Operation.CONTROL)
                        .withRule(PollProvider::problems),
                ProvidedEvent.of(PollEvent.VoteCast.class)
                        .ignoringUnknownFields() // other programs write votes too
                        .withSchema(VOTE),
                ProvidedEvent.of(PollEvent.Closed.class).withOperation(Operation.CONTROL));
    }

    private static List<String> problems(PollEvent.Opened opened, PayloadCheck host) {
        int options = new HashSet<>(opened.options()).size();
        return options >= 2 && options == opened.options().size()
                ? List.of()
                : List.of("payload.options: expected two or more different options, got " + opened.options());
    }

    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new PollProcessor();
    }
}
// endregion

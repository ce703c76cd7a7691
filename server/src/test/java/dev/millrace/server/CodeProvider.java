package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.List;

/** A provider of a type that may have 4 MiB. A source that begins with a brace is invalid. */
record CodeProvider() implements ProcessorProvider {
    static final int MOST = 4 << 20;

    @EventName("code-kept")
    record CodeKept(String source) {}

    @Override
    public String name() {
        return "code";
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(ProvidedEvent.of(CodeKept.class)
                .withMaxBytes(MOST)
                .withRule((kept, host) ->
                        kept.source().startsWith("{") ? List.of("payload.source: line 1: {") : List.of()));
    }

    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        throw new UnsupportedOperationException();
    }
}

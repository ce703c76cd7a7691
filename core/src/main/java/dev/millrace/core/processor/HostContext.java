package dev.millrace.core.processor;

import java.util.Optional;

/** What a server offers the processors it hosts. */
public interface HostContext {
    /**
     * A setting of the server, {@code openai.api-key} for example. Secrets come from here and never from events, so that
     * nobody who may append can redirect them.
     */
    Optional<String> setting(String name);
}

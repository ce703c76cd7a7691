package dev.millrace.examples.hello;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** A language model, reduced to what this example needs. */
public interface Llm {
    /** The reply to a conversation with one line for each message. */
    CompletionStage<String> complete(List<String> history);
}

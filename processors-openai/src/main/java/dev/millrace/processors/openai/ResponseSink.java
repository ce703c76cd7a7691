package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;

/** Takes what a model says. Calls come one at a time; {@link #end} is the last one and comes exactly once. */
interface ResponseSink {
    /** A piece of an item that is not complete yet. */
    void delta(Delta delta);

    /** An item is complete. */
    void item(int outputIndex, JsonNode item);

    /** The response is over. */
    void end(ModelCallResult outcome);

    /**
     * A piece of an item.
     *
     * @param outputIndex the item's position
     * @param kind as in {@link AgentEvent.ChunkAdded}
     * @param text not empty
     * @param seq the provider's number of the event
     */
    record Delta(int outputIndex, String kind, String text, long seq) {}
}

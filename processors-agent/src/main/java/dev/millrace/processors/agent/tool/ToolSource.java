package dev.millrace.processors.agent.tool;

import java.util.List;
import java.util.function.Consumer;

/**
 * Tools that are known only while a program runs, and that may change: those of another server, for example. A {@link
 * ToolHost} starts the source when it begins to act, offers the tools when they are known, and offers them again when
 * they have changed. A call that runs goes on with the tool that it began with. Give a source to one host.
 *
 * @since 0.1
 */
public interface ToolSource extends AutoCloseable {
    /**
     * Starts and returns at once. After {@link #close} it can be started again.
     *
     * @param listener gets all tools, first when they are known, and then after each change; it returns at once. It may
     *     be called on any thread, but by one at a time
     */
    void start(Consumer<List<Tool<?>>> listener);

    /** Stops, and ends the processes and connections of the source. A second call does nothing. */
    @Override
    void close();
}

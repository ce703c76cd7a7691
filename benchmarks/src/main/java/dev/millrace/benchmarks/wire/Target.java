package dev.millrace.benchmarks.wire;

import java.net.InetSocketAddress;
import java.util.function.LongConsumer;

/** A running server, and the bytes that append to its streams and read them. */
interface Target extends AutoCloseable {
    InetSocketAddress address();

    /** Creates a stream of the server and returns its name. */
    String createStream() throws Exception;

    /** Appends of some events, acknowledged when they are on disk. */
    Request append(String stream, int events);

    ReplyReader replies(int events);

    LiveRead live(String stream, LongConsumer marks);

    @Override
    void close() throws Exception;
}

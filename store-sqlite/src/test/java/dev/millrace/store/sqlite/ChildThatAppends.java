package dev.millrace.store.sqlite;

import dev.millrace.contracts.AcceleratedTimers;
import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.StreamEngine;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A program that appends through the engine until it is killed: eight threads, four streams, a new key for every event.
 * The mark is written every 20 ms. For each acknowledged append it prints a line {@code path offset key .}; a line without the full stop is incomplete.
 */
final class ChildThatAppends {
    private static final int THREADS = 8;

    private ChildThatAppends() {}

    /** Arguments: the directory, and the number of the first event of each thread. */
    public static void main(String[] arguments) {
        StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(
                        Path.of(arguments[0]), false, WriteConnection.UNLIMITED, new AcceleratedTimers()))
                .start();
        EventStreams streams = engine.streams(ProjectSlug.defaultProject());
        int first = Integer.parseInt(arguments[1]);
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            new Thread(() -> appendForever(streams, thread, first)).start();
        }
    }

    private static void appendForever(EventStreams streams, int thread, int first) {
        StreamPath path = StreamPath.of("/crash/s" + thread % 4);
        for (int number = first; ; number++) {
            String key = "t" + thread + "-" + number;
            EventInput input = EventInput.builder()
                    .type("counted")
                    .payload(JsonCodec.parse("{\"filler\":\"" + "x".repeat(number % 300) + "\"}"))
                    .idempotencyKey(key)
                    .build();
            try {
                AppendResult appended = streams.append(path, input).get(60, TimeUnit.SECONDS);
                System.out.println(path + " " + appended.offset() + " " + key + " .");
            } catch (Exception e) {
                throw new IllegalStateException("append failed: " + path + " " + key, e);
            }
        }
    }
}

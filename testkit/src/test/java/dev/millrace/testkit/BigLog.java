package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.testkit.log.RecordedLog;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** A main class that writes a log of so many events and reads it again, in each of the two formats of a log. */
final class BigLog {
    private BigLog() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        for (boolean list : new boolean[] {false, true}) {
            write(file, count, list);
            long last;
            try (Stream<Event> events = RecordedLog.stream(file)) {
                last = events.reduce(0L, BigLog::next, (a, b) -> b);
            }
            System.out.println((list ? "list " : "documents ") + last);
            Files.delete(file);
        }
    }

    private static long next(long last, Event event) {
        if (event.offset() != last + 1 || event.payloadJson().path("n").asLong() != event.offset()) {
            throw new IllegalStateException("after " + last + " came " + JsonCodec.toTree(event));
        }
        return event.offset();
    }

    private static void write(Path file, int count, boolean list) throws IOException {
        Instant time = Instant.parse("2026-01-01T00:00:00Z");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int n = 1; n <= count; n++) {
                String yaml = """
                        ---
                        streamPath: /big
                        type: counted
                        payload:
                          n: %s
                          text: to make up a line of some length
                        offset: %s
                        createdAt: %s
                        """.formatted(n, n, time.plusSeconds(n));
                out.write(list ? yaml.replace("---\n", "- ").strip().replace("\n", "\n  ") + "\n" : yaml);
            }
        }
    }
}

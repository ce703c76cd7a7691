package dev.millrace.server.internal.routes;

import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.internal.http.HttpErrorException;
import java.util.HashMap;
import java.util.Map;

/** A limit on the number of live readers, in all and per stream. Thread-safe. */
public final class LiveReaderLimiter {
    private static final int RETRY_SECONDS = 5;

    private final int mostInAll;
    private final int mostOnStream;
    private final Map<StreamKey, Integer> onStream = new HashMap<>();
    private int all;

    public LiveReaderLimiter(int mostInAll, int mostOnStream) {
        this.mostInAll = mostInAll;
        this.mostOnStream = mostOnStream;
    }

    /** Counts a reader, until {@link #leave}; throws a 429 {@link HttpErrorException} if there are too many. */
    synchronized void enter(StreamKey stream) {
        int here = onStream.getOrDefault(stream, 0);
        if (all >= mostInAll) {
            throw tooMany("this server has " + all + " live readers, at most " + mostInAll
                    + " are allowed (limit maxReaders)");
        }
        if (here >= mostOnStream) {
            throw tooMany(stream + " has " + here + " live readers, at most " + mostOnStream
                    + " are allowed (limit maxReadersPerStream)");
        }
        all++;
        onStream.put(stream, here + 1);
    }

    synchronized void leave(StreamKey stream) {
        all--;
        onStream.computeIfPresent(stream, (key, count) -> count == 1 ? null : count - 1);
    }

    private static HttpErrorException tooMany(String why) {
        return HttpErrorException.tooMany(
                why + "; read the stored events with beforeOffset=end, or try again in " + RETRY_SECONDS + " s",
                RETRY_SECONDS);
    }
}

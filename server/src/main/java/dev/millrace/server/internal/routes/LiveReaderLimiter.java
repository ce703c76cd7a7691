package dev.millrace.server.internal.routes;

import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.internal.http.HttpErrorException;
import java.util.HashMap;
import java.util.Map;

/** How many live readers there may be, in all and on one stream. Safe for use by many threads. */
public final class LiveReaderLimiter {
    private static final int COME_AGAIN_SECONDS = 5;

    private final int mostInAll;
    private final int mostOnStream;
    private final Map<StreamKey, Integer> onStream = new HashMap<>();
    private int all;

    public LiveReaderLimiter(int mostInAll, int mostOnStream) {
        this.mostInAll = mostInAll;
        this.mostOnStream = mostOnStream;
    }

    /**
     * Lets a reader in, who has to {@link #leave}.
     *
     * @throws HttpErrorException when there are too many
     */
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
                why + "; read what there is with beforeOffset=end, or come again later", COME_AGAIN_SECONDS);
    }
}

package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.RequestFactory;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import okhttp3.Call;

/**
 * The parts that all tails of one client share.
 *
 * @param tails makes the long calls: HTTP/1.1, a read time-out of three heartbeats, no limit of their number
 * @param calls makes the short calls
 * @param executor makes the last call of a subscription that is closed while it waits
 * @param ended called with every tail that has ended
 */
public record TailContext(
        Call.Factory tails,
        Call.Factory calls,
        RequestFactory requests,
        Timers timers,
        Backoff backoff,
        RandomGenerator random,
        Executor executor,
        Consumer<ReconnectingTail> ended) {}

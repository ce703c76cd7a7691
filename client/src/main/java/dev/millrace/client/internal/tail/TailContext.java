package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.RequestFactory;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import okhttp3.Call;

/**
 * What the tails of one client share.
 *
 * @param tails makes the long calls: HTTP/1.1, a read timeout of three heartbeats, no limit on their number
 * @param calls makes the short ones
 * @param requests builds both
 * @param timers the clock, and the waiting between attempts
 * @param backoff how long to wait
 * @param random the random part of that
 * @param executor where a subscription that is closed while it waits says its last word
 * @param ended is told of every tail that is over
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

package dev.millrace.benchmarks.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One thread that commits all events that wait, and then completes them. */
final class GroupedCommits implements AutoCloseable {
    private final Floor floor;
    private final BlockingQueue<Append> queue = new LinkedBlockingQueue<>();
    private final Thread writer = new Thread(this::write, "writer");

    GroupedCommits(Floor floor) {
        this.floor = floor;
        writer.setDaemon(true);
        writer.start();
    }

    private record Append(List<Long> numbers, CompletableFuture<Void> stored) {}

    /** Stores the events with these numbers. */
    CompletableFuture<Void> add(List<Long> numbers) {
        Append append = new Append(numbers, new CompletableFuture<>());
        queue.add(append);
        return append.stored();
    }

    private void write() {
        List<Append> group = new ArrayList<>();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                group.add(queue.take());
                queue.drainTo(group);
                for (Append append : group) {
                    for (long number : append.numbers()) {
                        floor.add(number);
                    }
                }
                floor.commit();
                group.forEach(append -> append.stored().complete(null));
                group.clear();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            group.forEach(append -> append.stored().completeExceptionally(failure));
        }
    }

    /** Ends when the commit that is under way has ended. */
    @Override
    public void close() throws Exception {
        writer.interrupt();
        writer.join(TimeUnit.SECONDS.toMillis(30));
        floor.close();
    }
}

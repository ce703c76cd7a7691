package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A load generator with one thread: each connection has one request under way, and sends the next one when the reply is
 * complete. Only complete replies count, and all of them do: the time ends with the last reply.
 */
final class ClosedLoop {
    private static final long STALL_MILLIS = 30_000;
    private static final int BUFFER = 256 * 1024;

    private final InetSocketAddress address;
    private final Supplier<ReplyReader> readers;
    private final AtomicLong numbers;

    /** @param numbers the number of the last event of the stream that the requests append to */
    ClosedLoop(InetSocketAddress address, Supplier<ReplyReader> readers, AtomicLong numbers) {
        this.address = address;
        this.readers = readers;
        this.numbers = numbers;
    }

    /** What was acknowledged or read, and in which time. */
    record Count(long events, long nanos) {
        double perSecond() {
            return events * 1e9 / nanos;
        }
    }

    /** Sends requests for some time, each of the given ones on a connection of its own. */
    Count runFor(Duration time, List<Request> requests) throws IOException {
        return run(time.toNanos(), Long.MAX_VALUE, requests);
    }

    /** Sends a number of requests. */
    Count run(long number, List<Request> requests) throws IOException {
        return run(Long.MAX_VALUE, number, requests);
    }

    private Count run(long nanos, long number, List<Request> requests) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (Selector selector = Selector.open()) {
            Run run = new Run(System.nanoTime(), nanos, number);
            try {
                for (Request request : requests) {
                    new Connection(selector, request, run).sendNext();
                }
                while (run.underWay > 0) {
                    if (selector.select(STALL_MILLIS) == 0) {
                        throw new IOException(address + " has not answered for " + STALL_MILLIS / 1000 + " s; "
                                + run.underWay + " requests are under way");
                    }
                    for (SelectionKey key : selector.selectedKeys()) {
                        ((Connection) key.attachment()).proceed(key, buffer);
                    }
                    selector.selectedKeys().clear();
                }
                return new Count(run.events, System.nanoTime() - run.begin);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
    }

    private static final class Run {
        final long begin;
        final long nanos;
        long unsent;
        int underWay;
        long events;

        Run(long begin, long nanos, long unsent) {
            this.begin = begin;
            this.nanos = nanos;
            this.unsent = unsent;
        }

        boolean isOver() {
            return unsent == 0 || System.nanoTime() - begin >= nanos;
        }
    }

    private final class Connection {
        private final Request request;
        private final Run run;
        private final ReplyReader reader = readers.get();
        private final SocketChannel channel;
        private final SelectionKey key;
        private ByteBuffer rest = ByteBuffer.allocate(0);

        Connection(Selector selector, Request request, Run run) throws IOException {
            this.request = request;
            this.run = run;
            this.channel = SocketChannel.open();
            channel.socket().connect(address, (int) TimeUnit.SECONDS.toMillis(10));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void sendNext() throws IOException {
            if (run.isOver()) {
                return;
            }
            run.unsent--;
            run.underWay++;
            rest = request.next(numbers::incrementAndGet);
            write();
        }

        private void write() throws IOException {
            channel.write(rest);
            key.interestOps(rest.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        void proceed(SelectionKey selected, ByteBuffer buffer) throws IOException {
            if (selected.isWritable()) {
                write();
            }
            if (!selected.isReadable()) {
                return;
            }
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new IOException(address + " closed a connection before its reply was complete");
            }
            buffer.flip();
            while (reader.read(buffer)) {
                run.underWay--;
                run.events += request.events();
                sendNext();
            }
        }
    }
}

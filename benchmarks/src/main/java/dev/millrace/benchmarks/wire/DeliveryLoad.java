package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.Percentiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends at a fixed rate, as soon as each live reader has a first event, and measures the time from when an append is due
 * to when each live reader has its event. One thread appends, on a connection that has no request under way; one thread
 * reads all connections. An event that has not arrived at the end counts with the time until then.
 */
final class DeliveryLoad {
    private static final int APPENDING = 8;
    private static final int FIRST = 0;
    private static final int BUFFER = 256 * 1024;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Selector selector;
    private final InetSocketAddress address;
    private final int readers;
    private final int number;
    private final long periodNanos;
    private final BlockingQueue<Appending> idle = new ArrayBlockingQueue<>(APPENDING);
    private final long[] due;
    private final int[] deliveries;
    private final long[] nanos;
    private int ready;
    private int delivered;
    private int acknowledged;
    private volatile boolean isOver;
    private volatile @Nullable IOException failure;

    private DeliveryLoad(Selector selector, InetSocketAddress address, int readers, int number, long periodNanos) {
        this.selector = selector;
        this.address = address;
        this.readers = readers;
        this.number = number;
        this.periodNanos = periodNanos;
        this.due = new long[number + 1];
        this.deliveries = new int[number + 1];
        this.nanos = new long[number * readers];
    }

    /**
     * The times of all deliveries.
     *
     * @param missing how many events had not arrived at the end
     */
    record Deliveries(Percentiles percentiles, int missing) {}

    /**
     * Runs on a new stream.
     *
     * @param perSecond appends in a second
     * @param append makes the requests of one connection
     * @param live makes a reader that reports the number of each event
     */
    static Deliveries run(
            InetSocketAddress address,
            int readers,
            int perSecond,
            Duration time,
            Supplier<Request> append,
            Supplier<ReplyReader> replies,
            Function<LongConsumer, LiveRead> live)
            throws IOException, InterruptedException {
        int number = (int) Math.max(1, perSecond * time.toMillis() / 1000);
        try (Selector selector = Selector.open()) {
            DeliveryLoad load = new DeliveryLoad(selector, address, readers, number, 1_000_000_000L / perSecond);
            try {
                return load.run(append, replies, live);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
    }

    private Deliveries run(
            Supplier<Request> append, Supplier<ReplyReader> replies, Function<LongConsumer, LiveRead> live)
            throws IOException, InterruptedException {
        for (int i = 0; i < APPENDING; i++) {
            Appending connection = new Appending(open(), append.get(), replies.get());
            connection.channel.register(selector, SelectionKey.OP_READ, connection);
            idle.add(connection);
        }
        for (int i = 0; i < readers; i++) {
            SocketChannel channel = open();
            LiveRead read = live.apply(this::delivered);
            channel.write(read.begin());
            channel.register(selector, SelectionKey.OP_READ, read);
        }
        idle.take().append(FIRST);
        if (!receiveUntil(() -> ready == readers && acknowledged == 1, GRACE_NANOS)) {
            throw new IOException(
                    address + ": only " + ready + " of " + readers + " live readers have the first event");
        }
        long begin = System.nanoTime();
        for (int i = 1; i <= number; i++) {
            due[i] = begin + i * periodNanos;
        }
        Thread sender = new Thread(this::send, "appends");
        sender.start();
        try {
            boolean all = receiveUntil(
                    () -> delivered == nanos.length && acknowledged == number + 1, number * periodNanos + GRACE_NANOS);
            int missing = all ? 0 : nanos.length - delivered;
            return new Deliveries(new Percentiles(times()), missing);
        } finally {
            isOver = true;
            sender.interrupt();
            sender.join(TimeUnit.SECONDS.toMillis(10));
        }
    }

    private SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.socket().connect(address, (int) TimeUnit.SECONDS.toMillis(10));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        return channel;
    }

    private void send() {
        try {
            for (int i = 1; i <= number && !isOver; i++) {
                long at = due[i];
                for (long left = at - System.nanoTime(); left > 0 && !isOver; left = at - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                idle.take().append(i);
            }
        } catch (IOException e) {
            failure = e;
            selector.wakeup();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads all connections until a condition is true, or until the limit: then it is false. */
    private boolean receiveUntil(BooleanSupplier condition, long limitNanos) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            long left = limitNanos - (System.nanoTime() - begin);
            if (left <= 0) {
                return false;
            }
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            IOException failed = failure;
            if (failed != null) {
                throw failed;
            }
            for (SelectionKey key : selector.selectedKeys()) {
                read(key, buffer);
            }
            selector.selectedKeys().clear();
        }
        return true;
    }

    private void read(SelectionKey key, ByteBuffer buffer) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new IOException(address + " closed a connection");
        }
        buffer.flip();
        if (key.attachment() instanceof Appending connection) {
            if (connection.replies.read(buffer)) {
                acknowledged++;
                idle.add(connection);
            }
        } else {
            LiveRead live = (LiveRead) key.attachment();
            while (buffer.hasRemaining()) {
                ByteBuffer next = live.take(buffer);
                if (next != null) {
                    channel.write(next);
                }
            }
        }
    }

    private void delivered(long event) {
        if (event == FIRST) {
            ready++;
        } else if (event <= number && deliveries[(int) event] < readers) {
            deliveries[(int) event]++;
            nanos[delivered++] = System.nanoTime() - due[(int) event];
        }
    }

    /** The times of all deliveries; one that is missing counts with the time until now. */
    private long[] times() {
        long now = System.nanoTime();
        for (int event = 1; event <= number; event++) {
            for (int missing = deliveries[event]; missing < readers; missing++) {
                nanos[delivered++] = now - due[event];
            }
        }
        return nanos;
    }

    /** A connection for appends, used by one thread at a time. */
    private record Appending(SocketChannel channel, Request request, ReplyReader replies) {
        void append(long event) throws IOException {
            ByteBuffer bytes = request.next(() -> event);
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}

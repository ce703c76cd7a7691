package dev.millrace.core.runner.simulation;

import dev.millrace.core.AppendResult;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The network between a process and the log: requests and answers are late or lost, connections are cut or silent. */
final class Network implements EventStreams {
    static final String LOST = "the network lost it";

    private final World world;
    private final Service service;
    private final Machine process;

    Network(World world, Service service, Machine process) {
        this.world = world;
        this.service = service;
        this.process = process;
    }

    private boolean strikes(int oneIn) {
        return world.isStormy() && world.oneIn(oneIn);
    }

    private StreamException lost(StreamPath path) {
        return new StreamException(StreamException.Code.UNAVAILABLE, path, LOST);
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        CompletableFuture<AppendResult> answer = new CompletableFuture<>();
        boolean requestLost = strikes(12) || process.isMute();
        boolean answerLost = strikes(12);
        world.after(process.latency(), () -> {
            if (requestLost) {
                world.after(process.patience(), () -> process.hears(() -> answer.completeExceptionally(lost(path))));
                return;
            }
            try {
                AppendResult appended = service.append(process, path, input);
                world.after(process.latency(), () -> {
                    if (answerLost || process.isDeaf()) {
                        world.after(
                                process.patience(),
                                () -> process.hears(() -> answer.completeExceptionally(lost(path))));
                    } else {
                        process.hears(() -> answer.complete(appended));
                    }
                });
            } catch (StreamException refused) {
                Throwable heard = process.isDeaf() ? lost(path) : refused;
                world.after(process.latency(), () -> process.hears(() -> answer.completeExceptionally(heard)));
            }
        });
        return answer;
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        CompletableFuture<List<Event>> answer = new CompletableFuture<>();
        world.after(
                world.upTo(30),
                () -> process.hears(() -> {
                    if (strikes(12) || process.isMute() || process.isDeaf()) {
                        answer.completeExceptionally(lost(path));
                        return;
                    }
                    List<Event> found = new ArrayList<>(service.at(path).events().stream()
                            .filter(event -> event.offset() > range.afterOffset()
                                    && event.offset() < range.beforeOffset().orElse(Long.MAX_VALUE))
                            .toList());
                    if (range.descending()) {
                        Collections.reverse(found);
                    }
                    answer.complete(found.subList(
                            0, Math.min(found.size(), range.limit().orElse(Integer.MAX_VALUE))));
                }));
        return answer;
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        Log log = service.at(path);
        Link link = new Link(log, afterOffset, subscriber);
        log.watch(link::wake, link::bury);
        link.connectSoon();
        return link;
    }

    /** One subscription, over one connection after the other. */
    private final class Link implements Subscription {
        private final Log log;
        private final Subscriber subscriber;
        private long delivered;
        private String incarnation = "";
        private boolean connected;
        private boolean closed;
        private boolean pumping;
        private boolean toldCaughtUp;
        private long watermark;
        private Optional<Instant> deafSince = Optional.empty();
        private int connection;

        Link(Log log, long afterOffset, Subscriber subscriber) {
            this.log = log;
            this.delivered = afterOffset;
            this.subscriber = subscriber;
        }

        void connectSoon() {
            later(world.upTo(50), this::connect);
        }

        private void connect() {
            if (closed || connected) {
                return;
            }
            if (strikes(4) || process.isMute() || process.isDeaf()) {
                later(world.upTo(1000), this::connect);
                return;
            }
            connected = true;
            connection++;
            if (!incarnation.isEmpty() && !incarnation.equals(log.incarnation())) {
                delivered = 0;
            }
            incarnation = log.incarnation();
            watermark = log.events().size();
            toldCaughtUp = false;
            Duration gap =
                    deafSince.map(since -> Duration.between(since, world.now())).orElse(Duration.ZERO);
            process.note("connects to " + log + " in " + incarnation + " at " + watermark);
            if (log == service.log()) {
                process.attends(incarnation);
            }
            subscriber.onConnected(new ConnectionInfo(incarnation, watermark, gap));
            wake();
        }

        void wake() {
            if (connected && !pumping && !closed) {
                pumping = true;
                int mine = connection;
                later(world.upTo(20), () -> pump(mine));
            }
        }

        private void pump(int mine) {
            pumping = false;
            if (closed || !connected || mine != connection) {
                wake();
                return;
            }
            if ((!process.isPolite() && strikes(25)) || process.isDeaf()) { // silent until the client notices
                deafSince = Optional.of(world.now());
                connected = false;
                process.note("goes deaf to " + log);
                later(world.upTo(process.isPolite() ? 1000 : 40_000), () -> cut("silent for too long"));
                return;
            }
            if (strikes(20)) {
                deafSince = Optional.of(world.now());
                connected = false;
                cut("reset by peer");
                return;
            }
            int most = 1 + world.pick(5);
            for (int i = 0; i < most && !closed && delivered < log.events().size(); i++) {
                Event event = log.events().get((int) delivered);
                delivered = event.offset();
                subscriber.onEvent(event);
                if (strikes(15) && !closed) {
                    subscriber.onEvent(event); // a repeated delivery must not matter
                }
                tellCaughtUp();
            }
            tellCaughtUp();
            if (!closed && delivered < log.events().size()) {
                wake();
            }
        }

        private void tellCaughtUp() {
            if (!closed && !toldCaughtUp && delivered >= watermark) {
                toldCaughtUp = true;
                subscriber.onCaughtUp(watermark);
            }
        }

        private void cut(String why) {
            if (!closed) {
                subscriber.onDisconnected(new StreamException(StreamException.Code.UNAVAILABLE, why));
                connectSoon();
            }
        }

        /** Runs a task after a delay of true time, not of the process's clock. */
        private void later(Duration delay, Runnable task) {
            world.after(delay, () -> process.hears(task));
        }

        /** The stream was destroyed. A connection that is cut is not told. */
        void bury() {
            if (connected && !closed) {
                close();
                process.execute(() -> subscriber.onEnd(null));
            }
        }

        @Override
        public void close() {
            closed = true;
            connected = false;
        }
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        throw new UnsupportedOperationException("not simulated");
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        throw new UnsupportedOperationException("not simulated");
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        throw new UnsupportedOperationException("not simulated");
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        throw new UnsupportedOperationException("no runner forks");
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        throw new UnsupportedOperationException("not simulated");
    }
}

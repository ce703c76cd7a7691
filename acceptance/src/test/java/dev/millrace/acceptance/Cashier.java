package dev.millrace.acceptance;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A processor that answers each order with a receipt, which may be repeated, and a payment, which may not: the payment
 * is a line in a file. It makes one payment at a time: it appends an event with its own name, pays, and appends the
 * outcome. If another process has started a payment and appended no outcome, it appends that the outcome is unknown;
 * this happens at most once per kill.
 */
final class Cashier implements Processor<Cashier.Till> {
    sealed interface Trade {
        @EventName("order")
        record Order(int id) implements Trade {}

        @EventName("receipt")
        record Receipt(int id) implements Trade {}

        @EventName("payment-started")
        record PaymentStarted(int id, String by) implements Trade {}

        @EventName("payment-settled")
        record PaymentSettled(int id) implements Trade {}

        @EventName("payment-outcome-unknown")
        record PaymentOutcomeUnknown(int id) implements Trade {}
    }

    /** The process that started a payment, and the offset of the start event. */
    record Begun(String by, long offset) {}

    /** The orders without a started payment, by offset, and the started payments without an outcome. */
    record Till(Map<Long, Integer> owed, Map<Integer, Begun> open) {
        Till orders(long offset, int id) {
            Map<Long, Integer> more = new TreeMap<>(owed);
            more.put(offset, id);
            return new Till(more, open);
        }

        Till begins(int id, Begun begun) {
            Map<Long, Integer> fewer = new TreeMap<>(owed);
            fewer.values().removeIf(order -> order == id);
            Map<Integer, Begun> more = new TreeMap<>(open);
            more.put(id, begun);
            return new Till(fewer, more);
        }

        Till ends(int id) {
            Map<Integer, Begun> fewer = new TreeMap<>(open);
            fewer.remove(id);
            return new Till(owed, fewer);
        }

        boolean isPaying(String name) {
            return open.values().stream().anyMatch(begun -> begun.by().equals(name));
        }
    }

    private final String name;
    private final Path payments;
    private final Set<Integer> paid = ConcurrentHashMap.newKeySet();

    private Cashier(String name, Path payments) {
        this.name = name;
        this.payments = payments;
    }

    /** Runs until it is killed. Arguments: base URL, stream, progress directory, payments file. */
    public static void main(String... arguments) throws IOException {
        Path directory = Path.of(arguments[2]);
        Cashier cashier = new Cashier(UUID.randomUUID().toString(), Path.of(arguments[3]));
        try (HttpEventStreams streams =
                        HttpEventStreams.builder(URI.create(arguments[0])).build();
                ProgressStore.Durable progress = ProgressStore.inDirectory(directory);
                ProcessorRunner<Till> runner = ProcessorRunner.builder(streams, cashier).stream(arguments[1])
                        .progress(progress)
                        .snapshots(SnapshotStore.inDirectory(directory), Till.class)
                        .snapshotEvery(50)
                        .start()) {
            runner.awaitCaughtUp(Duration.ofSeconds(60));
            System.out.println("ready");
            int end = System.in.read(); // until the parent process ends
            System.exit(end);
        }
    }

    @Override
    public String slug() {
        return "cashier";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Trade.class);
    }

    @Override
    public Till initialState() {
        return new Till(Map.of(), Map.of());
    }

    @Override
    public Till reduce(Till till, Event event) {
        if (event.payload() instanceof Trade.Order order) {
            return till.orders(event.offset(), order.id());
        }
        if (event.payload() instanceof Trade.PaymentStarted started) {
            return till.begins(started.id(), new Begun(started.by(), event.offset()));
        }
        if (event.payload() instanceof Trade.PaymentSettled settled) {
            return till.ends(settled.id());
        }
        return event.payload() instanceof Trade.PaymentOutcomeUnknown unknown ? till.ends(unknown.id()) : till;
    }

    @Override
    public CompletionStage<Void> afterAppend(Till till, Event event, Effects<Till> effects) {
        if (event.payload() instanceof Trade.Order order) {
            return effects.append(new Trade.Receipt(order.id()))
                    .thenCompose(receipt -> decide(effects.current(), effects));
        }
        if (event.payload() instanceof Trade.PaymentStarted started
                && started.by().equals(name)) {
            if (paid.add(started.id())) {
                pay(started.id());
            }
            return Effects.done(effects.append(new Trade.PaymentSettled(started.id())));
        }
        return decide(effects.current(), effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(Till till, Effects<Till> effects) {
        return decide(till, effects);
    }

    /**
     * Decides from the state. Other processes that started a payment were killed. The next payment starts when no
     * payment of this process is open.
     */
    private CompletionStage<Void> decide(Till till, Effects<Till> effects) {
        Stream<EventDraft> unknown = till.open().entrySet().stream()
                .filter(payment -> !payment.getValue().by().equals(name)
                        && effects.delivery().behind() == 0)
                .map(payment -> EventDraft.of(new Trade.PaymentOutcomeUnknown(payment.getKey()))
                        .because(payment.getValue().offset()));
        Stream<EventDraft> next = till.owed().entrySet().stream()
                .limit(till.isPaying(name) ? 0 : 1)
                .map(order -> EventDraft.of(new Trade.PaymentStarted(order.getValue(), name))
                        .because(order.getKey()));
        return CompletableFuture.allOf(
                Stream.concat(unknown, next).map(effects::append).toArray(CompletableFuture[]::new));
    }

    private void pay(int id) {
        try {
            Files.writeString(payments, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

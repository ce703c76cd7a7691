package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.testkit.LabProcessor.OfHistory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reducers that call impure code, with a part of the expected error. */
@SuppressWarnings({
    "DefaultCharset",
    "StringCaseLocaleUsage",
    "JavaTimeDefaultTimeZone",
    "DefaultLocale",
    "JavaUtilDate",
    "SystemOut",
    "ThreadLocalUsage",
    "ReturnValueIgnored",
    "UnusedVariable",
    "Finally",
    "ObjectToString",
    "FutureReturnValueIgnored"
})
public // what is wrong here is what is to be found
final class ImpureCalls {
    private static final ThreadLocal<Integer> LOCAL = ThreadLocal.withInitial(() -> 0);

    private ImpureCalls() {}

    /** A helper of a helper that reads the clock. */
    static final class Stamps {
        private Stamps() {}

        static String stamp(Event event) {
            return event.offset() + " " + time();
        }

        private static long time() {
            return System.currentTimeMillis();
        }
    }

    interface TimeSource {
        long time();
    }

    record SystemTime() implements TimeSource {
        @Override
        public long time() {
            return System.nanoTime();
        }
    }

    static final class AskingACollaborator extends OfHistory {
        private final TimeSource source = new SystemTime();

        @Override
        public History reduce(History state, Event event) {
            return state.plus(source.time() > 0 ? "always" : "never");
        }
    }

    /** Impure only for an event that is not in the test's log. */
    public static final class OnceInABlueMoon extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return event.type().equals("moon-was-blue") ? state.plus(Instant.now()) : state;
        }
    }

    static final class RandomOrder implements Comparator<String> {
        @Override
        public int compare(String left, String right) {
            return Math.random() < 0.5 ? -1 : 1;
        }
    }

    static class Plain {}

    enum Colour {
        RED,
        GREEN
    }

    record Paint(Colour colour) {}

    /** Inherits its reducer. */
    static class Base extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(LocalDate.now());
        }
    }

    static final class Inheriting extends Base {}

    /** A reducer for each small case; not a lambda, because a lambda has no class file. */
    static Map<LabProcessor<?>, String> all() {
        Map<LabProcessor<?>, String> all = new LinkedHashMap<>();
        all.put(new AskingACollaborator(), "reads the clock: java.lang.System.nanoTime()");
        all.put(
                new OnceInABlueMoon(),
                "reads the clock: java.time.Instant.now() in ImpureCalls.OnceInABlueMoon.reduce");
        all.put(new Inheriting(), "reads the clock: java.time.LocalDate.now() in ImpureCalls.Base.reduce");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(Stamps.stamp(event));
                    }
                },
                "-> ImpureCalls.Stamps.stamp (ImpureCalls.java:");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(new Date().getTime());
                    }
                },
                "reads the clock: new java.util.Date()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return Stream.of("a")
                                .map(each -> each + Instant.now())
                                .reduce(state, (all, each) -> all.plus(each), (one, two) -> one);
                    }
                },
                "reads the clock: java.time.Instant.now() in ");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        Supplier<UUID> ids = UUID::randomUUID;
                        return state.plus(ids.get());
                    }
                },
                "draws a random value: java.util.UUID.randomUUID()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(new Random().nextInt()
                                + ThreadLocalRandom.current().nextInt());
                    }
                },
                "draws a random value: new java.util.Random()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        List<Integer> numbers = new ArrayList<>(List.of(1, 2, 3));
                        Collections.shuffle(numbers);
                        return state.plus(numbers);
                    }
                },
                "draws a random value: java.util.Collections.shuffle(List)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(
                                Stream.of("a", "b").sorted(new RandomOrder()).toList());
                    }
                },
                "in ImpureCalls.RandomOrder.compare");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(System.identityHashCode(event) % 2 == 2 ? "never" : "always");
                    }
                },
                "depends on the identity of an object: java.lang.System.identityHashCode(Object)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus("made " + new Plain());
                    }
                },
                "depends on the identity of an object: dev.millrace.testkit.ImpureCalls$Plain.toString()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(Colour.GREEN.hashCode());
                    }
                },
                "depends on the identity of an object: dev.millrace.testkit.ImpureCalls$Colour.hashCode()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(new Paint(Colour.RED).hashCode());
                    }
                },
                "in ImpureCalls.Paint.hashCode");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus("title".toUpperCase());
                    }
                },
                "depends on the default locale: java.lang.String.toUpperCase()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(String.format("%,.2f", 1234.5));
                    }
                },
                "depends on the default locale: java.lang.String.format(String, Object[])");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(NumberFormat.getInstance().format(1234.5));
                    }
                },
                "depends on the default locale: java.text.NumberFormat.getInstance()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(DateTimeFormatter.ofPattern("EEEE")
                                .format(event.createdAt().atZone(ZoneId.of("UTC"))));
                    }
                },
                "depends on the default locale: java.time.format.DateTimeFormatter.ofPattern(String)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(event.createdAt().atZone(ZoneId.systemDefault()));
                    }
                },
                "depends on the default time zone: java.time.ZoneId.systemDefault()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus("é".getBytes().length);
                    }
                },
                "depends on the default charset: java.lang.String.getBytes()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(new String("é".getBytes(StandardCharsets.UTF_8)));
                    }
                },
                "depends on the default charset: new java.lang.String(byte[])");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(String.valueOf(System.getenv("HOME")));
                    }
                },
                "depends on the environment: java.lang.System.getenv(String)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(System.getProperty("user.name") + Integer.getInteger("some.number"));
                    }
                },
                "depends on the environment: java.lang.System.getProperty(String)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus("lines" + System.lineSeparator());
                    }
                },
                "depends on the environment: java.lang.System.lineSeparator()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(Thread.currentThread().getName());
                    }
                },
                "depends on threads: java.lang.Thread.currentThread()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        CompletableFuture.supplyAsync(() -> "ignored");
                        return state;
                    }
                },
                "depends on threads: java.util.concurrent.CompletableFuture.supplyAsync(Supplier)");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(LOCAL.get());
                    }
                },
                "depends on threads: java.lang.ThreadLocal.get()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        AtomicLong sum = new AtomicLong();
                        List.of(1, 2, 3).parallelStream().forEach(sum::addAndGet);
                        return state.plus(sum);
                    }
                },
                "depends on threads: java.util.List.parallelStream()");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        return state.plus(Files.exists(Path.of("/")));
                    }
                },
                "does I/O: java.nio.file.Files.exists(Path, LinkOption[])");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        System.out.print("");
                        return state;
                    }
                },
                "does I/O: java.lang.System.out");
        all.put(
                new OfHistory() {
                    @Override
                    public History reduce(History state, Event event) {
                        try {
                            return state.plus(String.class.getMethod("length").invoke(event.type()));
                        } catch (ReflectiveOperationException e) {
                            return state;
                        }
                    }
                },
                "uses reflection: java.lang.Class.getMethod(String, Class[])");
        return all;
    }
}

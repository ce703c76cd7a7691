package dev.millrace.testkit.internal.purity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A second JVM that reduces logs in another environment. It has another locale, time zone, charset, line separator,
 * environment variables, user, directory, thread, hash codes of objects, and order of {@code Set.of} and {@code
 * Map.of}. The first check of a test run starts it, and it ends with the test run.
 *
 * <p>If it cannot be started, takes longer than a minute, or cannot create a processor, a log line says so and no test
 * fails. {@code -Dmillrace.purity.secondJvm=false} turns it off.
 */
final class ForkedJvm {
    static final String ENVIRONMENT = "another locale, time zone, charset, environment and hash seed";

    private static final System.Logger LOGGER = System.getLogger("dev.millrace.testkit");
    private static final long MOST_SECONDS = 60;
    private static final int MOST_STATES = 200;
    private static final int MOST_STARTS = 20;

    /** The thread that talks to the second JVM, so that callers can wait with a time limit. */
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "millrace-second-jvm");
        thread.setDaemon(true);
        return thread;
    });

    /** Used on {@link #THREAD} only. */
    private static @Nullable Child child;

    private static final Set<Class<?>> REPORTED = ConcurrentHashMap.newKeySet();

    private static volatile @Nullable Process newest;
    private static volatile boolean unavailable;

    private ForkedJvm() {}

    private record Child(DataInputStream in, DataOutputStream out) {}

    private record Answer(int kind, String content) {}

    /** Starts the second JVM in the background, if it does not run yet. */
    static void prepare() {
        if (isWanted()) {
            THREAD.execute(ForkedJvm::startIfNeeded);
        }
    }

    private static boolean isWanted() {
        return !"false".equals(System.getProperty("millrace.purity.secondJvm"));
    }

    /** The numbers of events after which states are compared: all for up to 200 events, otherwise evenly spread. */
    static List<Integer> sample(int events) {
        List<Integer> sample = new ArrayList<>();
        int step = Math.max(1, events / MOST_STATES);
        for (int folded = 0; folded < events; folded += step) {
            sample.add(folded);
        }
        sample.add(events);
        return sample;
    }

    /**
     * Reduces events in the second JVM.
     *
     * @param sample numbers of events, ascending
     * @return the state after each of these numbers, or empty if the second JVM is not available
     */
    static Optional<List<JsonNode>> fold(Processor<?> processor, List<Event> events, List<Integer> sample) {
        if (!isWanted()) {
            return Optional.empty();
        }
        ProcessorImage image = new ProcessorImage();
        byte[] request = request(image.of(processor), events, sample);
        Answer answer = ask(request);
        if (answer == null) {
            return Optional.empty();
        }
        if (answer.kind() != ForkedFoldMain.STATES) {
            String failure = answer.content();
            if (image.isComplete() && !failure.startsWith("java.lang.reflect.") && !failure.contains("ClassNotFound")) {
                throw new AssertionError("Reducer of '" + processor.slug() + "' is not pure: in another JVM with "
                        + ENVIRONMENT + " it fails; " + failure + "; do not depend on these");
            }
            if (REPORTED.add(processor.getClass())) {
                LOGGER.log(
                        System.Logger.Level.INFO,
                        "the second JVM cannot check the reducer of ''{0}'': {1}; {2}",
                        processor.slug(),
                        processor.getClass().getName(),
                        failure);
            }
            return Optional.empty();
        }
        List<JsonNode> states = new ArrayList<>();
        JsonCodec.parse(answer.content()).forEach(states::add);
        return Optional.of(states);
    }

    private static byte[] request(ProcessorImage.Node image, List<Event> events, List<Integer> sample) {
        ArrayNode log = JsonNodeFactory.instance.arrayNode();
        events.forEach(event -> log.add(JsonCodec.toTree(event)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            ByteArrayOutputStream object = new ByteArrayOutputStream();
            try (ObjectOutputStream objects = new ObjectOutputStream(object)) {
                objects.writeObject(image);
            }
            ForkedFoldMain.writeBytes(out, object.toByteArray());
            ForkedFoldMain.writeBytes(out, JsonCodec.write(log));
            out.writeInt(sample.size());
            for (int folded : sample) {
                out.writeInt(folded);
            }
        } catch (IOException e) {
            throw new IllegalStateException("request cannot be serialised; " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private static @Nullable Answer ask(byte[] request) {
        CompletableFuture<Optional<Answer>> answer = CompletableFuture.supplyAsync(() -> exchange(request), THREAD);
        try {
            return answer.get(MOST_SECONDS, TimeUnit.SECONDS).orElse(null);
        } catch (TimeoutException | ExecutionException e) {
            giveUp("no response within " + MOST_SECONDS + " s; " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp("the test was interrupted");
        }
        return null;
    }

    private static Optional<Answer> exchange(byte[] request) {
        Child running = startIfNeeded();
        if (running == null) {
            return Optional.empty();
        }
        try {
            running.out().write(request);
            running.out().flush();
            int kind = running.in().readByte();
            byte[] content = ForkedFoldMain.readBytes(running.in());
            return Optional.of(new Answer(kind, new String(content, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            giveUp("it ended; " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Kills the process, so that {@link #THREAD} reads an end of file. Callable on any thread. */
    private static void giveUp(String why) {
        if (!unavailable) {
            LOGGER.log(System.Logger.Level.WARNING, "reducers are no longer checked in a second JVM: {0}", why);
        }
        unavailable = true;
        Process process = newest;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private static @Nullable Child startIfNeeded() {
        if (child == null && !unavailable) {
            try {
                child = start();
            } catch (IOException e) {
                giveUp("it cannot be started; " + e.getMessage());
            }
        }
        return unavailable ? null : child;
    }

    /** Starts JVMs until one has another {@link ForkedFoldMain#orderOfSets} than this JVM; about half of them do. */
    private static Child start() throws IOException {
        for (int attempt = 1; ; attempt++) {
            Process process = ForkedJvmCommand.command().start();
            newest = process;
            DataInputStream in = new DataInputStream(process.getInputStream());
            if (in.readByte() != ForkedFoldMain.orderOfSets() || attempt == MOST_STARTS) {
                return new Child(in, new DataOutputStream(new BufferedOutputStream(process.getOutputStream())));
            }
            process.destroyForcibly();
        }
    }
}

package dev.millrace.processors.agent.tool;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a host: its own ones, and those of its sources as they are now. Until each source has said what it has,
 * but at most ten seconds, there is no complete list, and nothing is offered. Thread-safe.
 */
final class HostTools {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.agent.tool");

    /**
     * All tools at one time.
     *
     * @param tools by name, in the order in which they are offered
     * @param offers the tools as the log has them
     * @param hash a hash of the offers
     */
    record Snapshot(Map<String, Tool<?>> tools, List<OfferedTool> offers, String hash) {
        static Snapshot of(Map<String, Tool<?>> tools) {
            List<OfferedTool> offers = tools.values().stream().map(Tool::offer).toList();
            return new Snapshot(new LinkedHashMap<>(tools), offers, hashOf(offers));
        }
    }

    /** An event has a largest size; an offer must fit. */
    private static final int MOST_BYTES = 512 * 1024;

    /** How long the first offer waits for all sources; shorter than an agent waits for its tools. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String host;
    private final Map<String, Tool<?>> own;
    private final List<ToolSource> sources;
    private final Timers timers;
    private final Runnable onChange;
    private final CompletableFuture<Void> firstList = new CompletableFuture<>();

    // Guarded by this.
    private final Map<ToolSource, List<Tool<?>>> bySource = new HashMap<>();
    private boolean started;
    private Timers.@Nullable Timer patience;

    private volatile List<ToolSource> missing = List.of();
    private volatile Optional<Snapshot> current = Optional.empty();

    /** {@code onChange} runs after each change of a complete list, on a thread of a source. */
    HostTools(String host, Map<String, Tool<?>> own, List<ToolSource> sources, Timers timers, Runnable onChange) {
        this.host = host;
        this.own = new LinkedHashMap<>(own);
        this.sources = List.copyOf(sources);
        this.timers = timers;
        this.onChange = onChange;
        if (sources.isEmpty()) {
            current = Optional.of(Snapshot.of(own));
            firstList.complete(null);
        }
    }

    /** The complete list; empty until it is known. */
    Optional<Snapshot> current() {
        return current;
    }

    /** Completes when there is a complete list for the first time. */
    CompletableFuture<Void> firstList() {
        return firstList;
    }

    /** The sources that have not said in time what they have, and still have not. */
    List<ToolSource> missing() {
        return missing;
    }

    boolean canChange() {
        return !sources.isEmpty();
    }

    Optional<Tool<?>> find(String name) {
        Optional<Tool<?>> known = current.map(snapshot -> snapshot.tools().get(name));
        return known.isPresent() ? known : Optional.ofNullable(own.get(name));
    }

    /** Starts the sources, if they do not run. */
    void start() {
        synchronized (this) {
            if (started || sources.isEmpty()) {
                return;
            }
            started = true;
            patience = timers.after(PATIENCE, this::goOnWithoutSome);
        }
        sources.forEach(source -> source.start(tools -> changed(source, tools)));
        boolean isClosed;
        synchronized (this) {
            isClosed = !started;
        }
        if (isClosed) { // meanwhile, perhaps before the sources had started
            sources.forEach(ToolSource::close);
        }
    }

    /** A source that cannot be reached must not keep the other tools from the model. */
    private void goOnWithoutSome() {
        synchronized (this) {
            if (!started) {
                return;
            }
            missing = sources.stream()
                    .filter(source -> !bySource.containsKey(source))
                    .toList();
            if (current.isPresent()) {
                return;
            }
            current = Optional.of(Snapshot.of(merged()));
        }
        LOG.log(
                Level.WARNING,
                () -> "the tool host '" + host + "' goes on without the tools of " + missing
                        + ", which it does not know" + " after " + PATIENCE.toSeconds() + " s");
        firstList.complete(null);
        onChange.run();
    }

    /** Stops the sources. The list stays as it is. */
    void close() {
        synchronized (this) {
            started = false;
            if (patience != null) {
                patience.cancel();
            }
        }
        sources.forEach(ToolSource::close);
    }

    private void changed(ToolSource source, List<Tool<?>> tools) {
        synchronized (this) {
            bySource.put(source, List.copyOf(tools));
            missing = missing.stream().filter(other -> other != source).toList();
            if (bySource.size() < sources.size() && current.isEmpty()) {
                return;
            }
            current = Optional.of(Snapshot.of(merged()));
        }
        firstList.complete(null);
        onChange.run();
    }

    private Map<String, Tool<?>> merged() {
        Map<String, Tool<?>> all = new LinkedHashMap<>(own);
        List<String> leftOut = new ArrayList<>();
        int bytes = own.values().stream().mapToInt(HostTools::size).sum();
        for (ToolSource source : sources) {
            for (Tool<?> tool : bySource.getOrDefault(source, List.of())) {
                boolean hasRoom = all.size() < ToolsOffered.MOST && bytes + size(tool) <= MOST_BYTES;
                if (hasRoom && all.putIfAbsent(tool.name(), tool) == null) {
                    bytes += size(tool);
                } else {
                    leftOut.add(tool.name() + " of " + source);
                }
            }
        }
        if (!leftOut.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "the tool host '" + host + "' does not offer " + leftOut + ": a host has at most "
                            + ToolsOffered.MOST
                            + " tools of " + MOST_BYTES
                            + " bytes, each name once; give a source a prefix, or take another host");
        }
        return all;
    }

    private static int size(Tool<?> tool) {
        return JsonCodec.write(tool.offer()).length;
    }

    private static String hashOf(List<OfferedTool> offers) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(JsonCodec.write(offers));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException every) {
            throw new IllegalStateException("each JVM has SHA-256", every);
        }
    }

    @Override
    public String toString() {
        return current.map(snapshot -> snapshot.tools().keySet().toString()).orElse("[tools not known yet]");
    }
}

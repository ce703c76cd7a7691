package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.roastedroot.quickjs4j.core.Builtins;
import io.roastedroot.quickjs4j.core.Engine;
import io.roastedroot.quickjs4j.core.GuestException;
import io.roastedroot.quickjs4j.core.HostFunction;
import io.roastedroot.quickjs4j.core.ScriptCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.types.MemoryLimits;

/**
 * QuickJS, compiled through WebAssembly to JVM bytecode. All its memory is one array with a fixed limit. An interrupt
 * of the thread stops it at any point. Scripts cannot see the machine.
 *
 * <p>Each run leaks about a kilobyte in the guest, so an instance must be replaced after some time.
 */
final class QuickJsEngine implements ScriptEngine {
    /** The program inside the engine; each file uses the ones before it. */
    private static final String PRELUDE = Stream.of(
                    "guest.js",
                    "web.js",
                    "url.js",
                    "events.js",
                    "readable.js",
                    "writable.js",
                    "blob.js",
                    "form.js",
                    "values.js",
                    "http.js",
                    "fetch.js")
            .map(QuickJsEngine::resource)
            .collect(Collectors.joining());

    private static final String PUMP = "__millrace()";
    private static final int PAGES_PER_MIB = 16;
    private static final int MOST_RUNS = 4_000;
    private static final Compilations COMPILATIONS = new Compilations();

    private final Host host;
    private final int pages;
    private final CappedOutput errors = new CappedOutput();
    private final Engine engine;
    private @Nullable ByteArrayMemory memory;
    private final int pump;
    private int runs;

    QuickJsEngine(Host host, int heapMib) {
        this.host = host;
        this.pages = heapMib * PAGES_PER_MIB;
        this.engine = Engine.builder()
                .withMemoryFactory(this::allocate)
                .withCache(COMPILATIONS)
                .withStdout(new CappedOutput())
                .withStderr(errors)
                .addBuiltins(Builtins.builder("host")
                        .add(new HostFunction(
                                "call", List.of(String.class, JsonNode.class), JsonNode.class, this::answer))
                        .build())
                .build();
        engine.exec(engine.compileRaw(PRELUDE.getBytes(StandardCharsets.UTF_8)));
        this.pump = engine.compileRaw(PUMP.getBytes(StandardCharsets.UTF_8));
    }

    private ByteArrayMemory allocate(MemoryLimits wanted) {
        ByteArrayMemory allocated = new ByteArrayMemory(new MemoryLimits(wanted.initialPages(), pages));
        memory = allocated;
        return allocated;
    }

    private JsonNode answer(List<Object> call) {
        // A script that defines toJSON for all objects changes these values; this affects only the script itself.
        if (call.size() != 2
                || !(call.get(0) instanceof String operation)
                || !(call.get(1) instanceof JsonNode arguments)) {
            throw new ScriptException(
                    "the script changed how objects become JSON (for example by a toJSON on Object.prototype), "
                            + "so a call of the script could not be read; do not change the built-in objects");
        }
        try {
            JsonNode value = host.call(operation, arguments);
            return JsonNodeFactory.instance.objectNode().set("value", value);
        } catch (Refusal refused) {
            return JsonNodeFactory.instance.objectNode().put("refused", refused.getMessage());
        }
    }

    @Override
    public Duration run(Duration most, Duration limit, String what) {
        runs++;
        CpuWatchdog dog = new CpuWatchdog(most);
        try (dog) {
            engine.exec(pump);
            return Duration.ofNanos(Math.max(0, dog.used()));
        } catch (ScriptException known) {
            throw known;
        } catch (WasmInterruptedException interrupted) {
            if (dog.hasBitten()) {
                throw new ScriptException(what + " used more than its CPU limit of " + limit.toMillis() + " ms");
            }
            throw new CancellationException(what + " was stopped");
        } catch (StackOverflowError tooDeep) {
            throw tooDeep(what);
        } catch (RuntimeException broken) {
            throw describe(what, broken);
        }
    }

    private ScriptException describe(String what, RuntimeException broken) {
        String message = String.valueOf(broken.getMessage());
        if (isFull() || errors.toString(StandardCharsets.UTF_8).contains("memory allocation")) {
            return new ScriptException(what + " needed more than its heap limit of " + pages / PAGES_PER_MIB + " MiB");
        }
        if (message.contains("attempted to access address: -") || message.contains("call stack")) {
            return tooDeep(what);
        }
        String detail = broken instanceof GuestException ? errors.toString(StandardCharsets.UTF_8) : message;
        return new ScriptException(what + " broke its engine: "
                + broken.getClass().getSimpleName() + ": "
                + detail.strip().substring(0, Math.min(300, detail.strip().length())));
    }

    private static ScriptException tooDeep(String what) {
        return new ScriptException(what + " exceeded the stack limit: it calls itself too deeply");
    }

    @Override
    public boolean isFull() {
        return memory != null && memory.pages() >= pages - 1;
    }

    @Override
    public boolean isWorn() {
        return runs > MOST_RUNS || (memory != null && memory.pages() > pages / 2);
    }

    @Override
    public void close() {
        engine.close();
    }

    private static String resource(String name) {
        try (InputStream in = QuickJsEngine.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource " + name + " is missing next to " + QuickJsEngine.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The compiled prelude and pump, shared by all instances; never contains scripts of users. */
    private static final class Compilations implements ScriptCache {
        private final Map<ByteBuffer, byte[]> compiled = new ConcurrentHashMap<>();

        @Override
        public boolean exists(byte[] source) {
            return compiled.containsKey(ByteBuffer.wrap(source));
        }

        @Override
        public void set(byte[] source, byte[] bytecode) {
            compiled.put(ByteBuffer.wrap(source), bytecode);
        }

        @Override
        public byte[] get(byte[] source) {
            byte[] found = compiled.get(ByteBuffer.wrap(source));
            if (found == null) {
                throw new IllegalStateException("the engine requested a program that was not compiled");
            }
            return found;
        }
    }
}

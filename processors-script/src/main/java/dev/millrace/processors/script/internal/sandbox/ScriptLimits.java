package dev.millrace.processors.script.internal.sandbox;

import dev.millrace.core.hosting.HostContext;
import java.time.Duration;

/**
 * The resource limits of scripts. Each is a server setting, given in parentheses with its default.
 *
 * @param maxWorkers running workers of a server ({@code script.max-workers}, 64)
 * @param heapMib memory of one engine in MiB, at most 1024 ({@code script.heap-mib}, 32); a worker has up to two
 *     engines
 * @param reduceCpu processor time of one call of {@code reduce} ({@code script.reduce-cpu-ms}, 500)
 * @param effectCpu processor time of loading, and of handling one event ({@code script.effect-cpu-ms}, 5,000)
 * @param effectWall real time of handling one event, including waits ({@code script.effect-wall-ms}, 120,000)
 * @param outputBytes characters that may be printed during one event ({@code script.output-bytes}, 65,536)
 * @param stateBytes the largest state, in characters of JSON ({@code script.state-bytes}, 1 MiB)
 * @param appends events that may be appended during one event ({@code script.max-appends}, 100)
 * @param responseBytes bytes that may be fetched during one event ({@code script.response-bytes}, 8 MiB)
 * @param idle the idle time after which an engine is discarded ({@code script.idle-ms}, 60,000)
 */
public record ScriptLimits(
        int maxWorkers,
        int heapMib,
        Duration reduceCpu,
        Duration effectCpu,
        Duration effectWall,
        int outputBytes,
        int stateBytes,
        int appends,
        int responseBytes,
        Duration idle) {
    /** The largest configuration, in bytes of its event: 4 MiB. */
    public static final int EVENT_BYTES = 4 << 20;

    /** The largest source, in characters over all modules. */
    static final int SOURCE_CHARACTERS = EVENT_BYTES;

    /** Timers, fetches and reads that may be open at the same time while one event is handled. */
    static final int OPEN_OPERATIONS = 256;

    /**
     * The limits of a server.
     *
     * @throws IllegalArgumentException if a setting is not a positive integer
     */
    public static ScriptLimits of(HostContext context) {
        return new ScriptLimits(
                number(context, "script.max-workers", 64),
                Math.min(1024, number(context, "script.heap-mib", 32)),
                Duration.ofMillis(number(context, "script.reduce-cpu-ms", 500)),
                Duration.ofMillis(number(context, "script.effect-cpu-ms", 5_000)),
                Duration.ofMillis(number(context, "script.effect-wall-ms", 120_000)),
                number(context, "script.output-bytes", 64 << 10),
                number(context, "script.state-bytes", 1 << 20),
                number(context, "script.max-appends", 100),
                number(context, "script.response-bytes", 8 << 20),
                Duration.ofMillis(number(context, "script.idle-ms", 60_000)));
    }

    private static int number(HostContext context, String name, int standard) {
        String text = context.setting(name).orElse(String.valueOf(standard));
        try {
            int number = Integer.parseInt(text.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new IllegalArgumentException(
                "setting " + name + " must be a positive whole number, got '" + text + "'; its default is " + standard);
    }
}

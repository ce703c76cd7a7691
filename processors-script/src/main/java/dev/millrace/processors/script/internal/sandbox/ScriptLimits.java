package dev.millrace.processors.script.internal.sandbox;

import dev.millrace.core.hosting.HostContext;
import java.time.Duration;

/**
 * How much a script may use. Each is a setting of the server.
 *
 * @param maxWorkers running workers of a server ({@code script.max-workers}, 64)
 * @param heapMib memory of one engine, in MiB ({@code script.heap-mib}, 32); a worker has up to two
 * @param reduceCpu processor time of one call of {@code reduce} ({@code script.reduce-cpu-ms}, 500)
 * @param effectCpu processor time of loading, and of handling one event ({@code script.effect-cpu-ms}, 5,000)
 * @param effectWall time in which one event must be handled, waiting included ({@code script.effect-wall-ms}, 120,000)
 * @param outputBytes what the handling of one event may print, in characters ({@code script.output-bytes}, 65,536)
 * @param stateBytes the largest state, in bytes of JSON ({@code script.state-bytes}, 1 MiB)
 * @param appends events that the handling of one event may append ({@code script.max-appends}, 100)
 * @param responseBytes what the handling of one event may fetch ({@code script.response-bytes}, 8 MiB)
 * @param idle after how long without work an engine is given back ({@code script.idle-ms}, 60,000)
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
    /** The largest source, all modules together, in characters. */
    static final int SOURCE_CHARACTERS = 512 * 1024;

    /** Timers, fetches and reads that one handling may have open at a time. */
    static final int OPEN_OPERATIONS = 256;

    /**
     * The limits of a server.
     *
     * @throws IllegalArgumentException when a setting is not a positive whole number
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
            // said below, as for a number that is too small
        }
        throw new IllegalArgumentException(
                "setting " + name + " must be a positive whole number, got '" + text + "'; its default is " + standard);
    }
}

package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The event types that mean something to an engine: those of the service itself and those that its processors bring, each
 * under every spelling. Immutable and safe for use by many threads.
 */
public final class KnownEvents implements PayloadCheck {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");

    /** Records of what happened; they change nothing about how a stream behaves. */
    private static final Set<BuiltInType> RECORDS = EnumSet.of(
            BuiltInType.INITIALIZED,
            BuiltInType.CHILD_STREAM_CREATED,
            BuiltInType.METADATA_UPDATED,
            BuiltInType.ERROR_OCCURRED,
            BuiltInType.INVALID_EVENT_APPENDED,
            BuiltInType.EFFECT_FAILED,
            BuiltInType.PROCESSOR_HALTED,
            BuiltInType.PAYLOAD_MALFORMED);

    /** The types of the service alone. */
    public static final KnownEvents OF_THE_SERVICE = of(List.of());

    private final List<Brought> brought;
    private final Map<String, List<Brought>> bySpelling = new HashMap<>();

    /**
     * An event type and who brings it.
     *
     * @param provider its provider
     * @param event the type
     */
    public record Brought(ProcessorProvider provider, ProvidedEvent<?> event) {}

    private KnownEvents(List<Brought> brought) {
        this.brought = brought;
        for (Brought one : brought) {
            one.event()
                    .type()
                    .spellings()
                    .forEach(spelling -> bySpelling
                            .computeIfAbsent(spelling, key -> new ArrayList<>())
                            .add(one));
        }
    }

    /** The types of the service and of these providers. */
    public static KnownEvents of(Collection<? extends ProcessorProvider> providers) {
        return new KnownEvents(providers.stream()
                .flatMap(provider -> provider.events().stream().map(event -> new Brought(provider, event)))
                .toList());
    }

    /** What the providers bring, in their order. */
    public List<Brought> brought() {
        return brought;
    }

    /** Those who bring this type, in any of its spellings. */
    List<Brought> brought(String type) {
        return bySpelling.getOrDefault(type, List.of());
    }

    /** Whether the payload of this type is checked. */
    public boolean contains(String type) {
        return bySpelling.containsKey(type) || BuiltInType.of(type).isPresent();
    }

    @Override
    public List<String> problems(String type, JsonNode payload) {
        return problems(type, payload, (inner, innerPayload) -> problems(inner, innerPayload, PayloadCheck.NONE));
    }

    /** The events inside an event are checked, but not those inside them: an event must not cost more than its size. */
    private List<String> problems(String type, JsonNode payload, PayloadCheck inside) {
        List<String> problems = new ArrayList<>();
        BuiltInType.of(type).ifPresent(builtIn -> problems.addAll(builtIn.problems(payload)));
        brought(type).forEach(one -> problems.addAll(problems(one, payload, inside)));
        return problems;
    }

    private static List<String> problems(Brought one, JsonNode payload, PayloadCheck inside) {
        try {
            return one.event().problems(payload, inside).stream()
                    .map(line -> line.startsWith("payload") && line.contains(": ") ? line : "payload: " + line)
                    .toList();
        } catch (RuntimeException failure) {
            LOG.log(
                    Level.ERROR,
                    "the check of '" + one.event().type() + "' by the processor '"
                            + one.provider().name() + "' failed; the event is kept as invalid",
                    failure);
            return List.of(
                    "payload: the check by the processor '" + one.provider().name() + "' failed: " + failure);
        }
    }

    /** What a token must allow to append an event that will be stored under this type, whatever the spelling. */
    public Operation operation(String type) {
        Stream<Operation> own =
                BuiltInType.of(type)
                        .map(builtIn -> RECORDS.contains(builtIn) ? Operation.APPEND : Operation.CONTROL)
                        .stream();
        return Stream.concat(own, brought(type).stream().map(one -> one.event().operation()))
                .reduce(Operation.APPEND, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }

    /** Every spelling of every known type whose append takes this operation; for reads that filter by type. */
    public Set<String> spellings(Operation operation) {
        return Stream.concat(
                        bySpelling.keySet().stream(),
                        Arrays.stream(BuiltInType.values()).flatMap(type -> type.spellings().stream()))
                .filter(type -> operation(type) == operation)
                .collect(Collectors.toUnmodifiableSet());
    }
}

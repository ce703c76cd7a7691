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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The event types that an engine knows: its own types and those of its processors, in all spellings. Immutable.
 *
 * @since 0.1
 */
public final class KnownEvents implements PayloadCheck {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");

    /** The types of the service alone. */
    public static final KnownEvents OF_THE_SERVICE = of(List.of());

    private final List<Registration> registrations;
    private final Map<String, List<Registration>> bySpelling = new HashMap<>();
    private final Map<String, String> nameByShortName = new HashMap<>();

    /**
     * An event type and the provider that defines it.
     *
     * @param provider its provider
     * @param event the type
     */
    public record Registration(ProcessorProvider provider, ProvidedEvent<?> event) {}

    private KnownEvents(List<Registration> registrations) {
        this.registrations = registrations;
        for (Registration one : registrations) {
            one.event()
                    .type()
                    .spellings()
                    .forEach(spelling -> bySpelling
                            .computeIfAbsent(spelling, key -> new ArrayList<>())
                            .add(one));
        }
        Stream.concat(
                        Arrays.stream(BuiltInType.values()).map(BuiltInType::eventType),
                        registrations.stream().map(one -> one.event().type()))
                .filter(type -> !type.shortName().equals(type.name()))
                .forEach(type -> nameByShortName.putIfAbsent(type.shortName(), type.name()));
    }

    /** The types of the service and of these providers. */
    public static KnownEvents of(Collection<? extends ProcessorProvider> providers) {
        return new KnownEvents(providers.stream()
                .flatMap(provider -> provider.events().stream().map(event -> new Registration(provider, event)))
                .toList());
    }

    /** The types of the providers, in their order. */
    public List<Registration> registrations() {
        return registrations;
    }

    /** The definitions of this type, in any of its spellings. */
    List<Registration> registrations(String type) {
        return bySpelling.getOrDefault(type, List.of());
    }

    /** Whether the payload of this type is checked. */
    public boolean contains(String type) {
        return bySpelling.containsKey(type) || BuiltInType.of(type).isPresent();
    }

    /**
     * The known type that a caller probably means by a short name, for example the type that pauses a stream by {@code
     * paused}. An event of the type {@code paused} is an ordinary event without effect. Empty if the name is itself a
     * known type, or the short name of none.
     */
    public Optional<String> fullName(String shortName) {
        return Optional.ofNullable(nameByShortName.get(shortName)).filter(full -> !contains(shortName));
    }

    /**
     * The largest event of this type, in any of its spellings: what its provider allows, up to the limit for large
     * events, or the limit for all types if that is more.
     */
    public int maxBytes(String type, Limits limits) {
        int provided = registrations(type).stream()
                .mapToInt(one -> one.event().maxBytes().orElse(0))
                .max()
                .orElse(0);
        return Math.max(limits.eventBytes(), Math.min(provided, limits.largeEventBytes()));
    }

    @Override
    public List<String> problems(String type, JsonNode payload) {
        return problems(type, payload, new Inside(this));
    }

    /** What the rule of an event asks about an event inside it. */
    private record Inside(KnownEvents known) implements PayloadCheck {
        @Override
        public List<String> problems(String type, JsonNode payload) {
            return known.problems(type, payload, NONE);
        }

        @Override
        public Operation operation(String type) {
            return known.operation(type);
        }
    }

    /**
     * Checks the events inside an event, but not the events inside those: the cost must stay in proportion to the size.
     */
    private List<String> problems(String type, JsonNode payload, PayloadCheck inside) {
        List<String> problems = new ArrayList<>();
        BuiltInType.of(type).ifPresent(builtIn -> problems.addAll(builtIn.problems(payload)));
        registrations(type).forEach(one -> problems.addAll(problems(one, payload, inside)));
        return problems;
    }

    private static List<String> problems(Registration one, JsonNode payload, PayloadCheck inside) {
        try {
            return one.event().problems(payload, inside).stream()
                    .map(line -> line.startsWith("payload") && line.contains(": ") ? line : "payload: " + line)
                    .toList();
        } catch (RuntimeException failure) {
            String check = "the check by the processor '" + one.provider().name() + "' failed";
            LOG.log(Level.ERROR, check + "; '" + one.event().type() + "' is stored as invalid", failure);
            return List.of("payload: " + check + ": " + failure);
        }
    }

    /** The operation that a token must allow to append an event of this type, in any spelling. */
    @Override
    public Operation operation(String type) {
        return registrations(type).stream()
                .map(one -> one.event().operation())
                .reduce(PayloadCheck.super.operation(type), (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }

    /** Every spelling of every known type whose append needs this operation; for reads that filter by type. */
    public Set<String> spellings(Operation operation) {
        return Stream.concat(
                        bySpelling.keySet().stream(),
                        Arrays.stream(BuiltInType.values()).flatMap(type -> type.spellings().stream()))
                .filter(type -> operation(type) == operation)
                .collect(Collectors.toUnmodifiableSet());
    }
}

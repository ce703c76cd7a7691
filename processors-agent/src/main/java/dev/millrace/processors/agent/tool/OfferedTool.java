package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tool as its host offers it.
 *
 * @param name 1 to 64 characters of {@code A-Z a-z 0-9 _ -}
 * @param description what it does, for the model
 * @param parameters the JSON schema of the arguments, an object; it goes to the model as it is
 * @param effect what a second call may do; {@code once} if there is none
 * @param timeout the longest time of a call, positive, at most 366 days; 60 s if there is none
 * @param approval whether calls wait for an approval; {@code never} if there is none
 * @param approvalTimeout how long a call waits for an approval, positive, at most 366 days; seven days if there is none
 * @since 0.1
 */
public record OfferedTool(
        String name,
        Optional<String> description,
        JsonNode parameters,
        Optional<SideEffect> effect,
        Optional<Duration> timeout,
        Optional<ApprovalMode> approval,
        Optional<Duration> approvalTimeout) {
    /** The time limit of a call if the offer has none. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** The time limit of an approval if the offer has none. */
    public static final Duration DEFAULT_APPROVAL_TIMEOUT = Duration.ofDays(7);

    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * Checks the tool.
     *
     * @throws IllegalArgumentException if a value is not as described
     */
    public OfferedTool {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a tool must have 1 to 64 characters of A-Z a-z 0-9 _ -, got '" + name + "'");
        }
        if (!parameters.isObject()) {
            throw new IllegalArgumentException(
                    "parameters of tool '" + name + "' must be a JSON schema, an object, got "
                            + parameters.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        requireTime(name, "timeout", timeout);
        requireTime(name, "approvalTimeout", approvalTimeout);
    }

    private static void requireTime(String tool, String field, Optional<Duration> value) {
        value.filter(time -> time.isZero() || time.isNegative() || time.compareTo(LONGEST) > 0)
                .ifPresent(time -> {
                    throw new IllegalArgumentException(field + " of tool '" + tool
                            + "' must be positive and at most 366 days, for example PT20S, got " + time);
                });
    }

    /** The effect; {@code once} if the offer says nothing. */
    public SideEffect effectOrOnce() {
        return effect.orElse(SideEffect.ONCE);
    }

    /** The time limit of a call. */
    public Duration timeoutOrDefault() {
        return timeout.orElse(DEFAULT_TIMEOUT);
    }

    /** Whether calls wait for an approval. */
    public ApprovalMode approvalOrNever() {
        return approval.orElse(ApprovalMode.NEVER);
    }

    /** The time limit of an approval. */
    public Duration approvalTimeoutOrDefault() {
        return approvalTimeout.orElse(DEFAULT_APPROVAL_TIMEOUT);
    }
}

package dev.millrace.core.hosting;

import dev.millrace.core.Chain;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header {@code Millrace-Chain} of a request that a processor sends because of an event, for example {@code
 * depth=12, hops=3, allow=append}. A service that gets it stores events with a longer chain, and allows nothing else
 * than these appends. So a processor that calls its own service is limited as if it appended itself. The header gives no
 * right: a caller that forges it limits itself only.
 *
 * @param chain the chain of the event
 * @param most the greatest operation that the request may need: {@link Operation#APPEND}, {@link Operation#CONTROL} or
 *     {@link Operation#DEPLOY}
 * @since 0.1
 */
public record ChainHeader(Chain chain, Operation most) {
    /** The name of the header. */
    public static final String NAME = "Millrace-Chain";

    private static final int GREATEST = 999_999_999;
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    /**
     * Checks the operation.
     *
     * @throws IllegalArgumentException if it is another one
     */
    public ChainHeader {
        if (most == Operation.READ || !most.isDelegable() || most == Operation.ADMIN) {
            throw new IllegalArgumentException(
                    "allow: expected 'append', 'control' or 'deploy', got '" + most.word() + "'");
        }
    }

    /**
     * Reads a value. Fields may have any order; {@code allow} may be absent and is {@code append} then; unknown fields
     * are ignored.
     *
     * @throws IllegalArgumentException if a field is missing, malformed or given twice
     */
    public static ChainHeader read(String value) {
        Map<String, String> fields = new HashMap<>();
        for (String field : value.split(",", -1)) {
            String[] parts = field.split("=", 2);
            if (parts.length < 2 || fields.put(parts[0].strip(), parts[1].strip()) != null) {
                throw new IllegalArgumentException("expected each field once, as name=value, between commas");
            }
        }
        return new ChainHeader(
                new Chain(count(fields, "depth"), count(fields, "hops")),
                Optional.ofNullable(fields.get("allow")).map(Operation::of).orElse(Operation.APPEND));
    }

    private static int count(Map<String, String> fields, String name) {
        String count = fields.getOrDefault(name, "");
        if (!COUNT.matcher(count).matches()) {
            throw new IllegalArgumentException(name + ": expected a number from 0 to 999999999");
        }
        return Integer.parseInt(count);
    }

    /** The value that is sent. */
    public String value() {
        return "depth=" + Math.min(chain.depth(), GREATEST) + ", hops=" + Math.min(chain.hops(), GREATEST) + ", allow="
                + most.word();
    }

    /** Whether a request with this header may do what takes this operation, if its caller may. */
    public boolean allows(Operation operation) {
        return operation.isDelegable() && operation.compareTo(most) <= 0;
    }
}

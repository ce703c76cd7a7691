package dev.millrace.processors.agent;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tools that hosts offer now, without descriptions and schemas: those are in the events. A part of the agent's state.
 * Immutable.
 *
 * @param hosts the newest offer of each host, by its name, in the order of the first offers; at most {@value #MOST_HOSTS}
 * @since 0.1
 */
public record ToolOffers(Map<String, Offer> hosts) {
    /** The highest number of hosts; offers of more are ignored. */
    public static final int MOST_HOSTS = 100;

    static final ToolOffers NONE = new ToolOffers(Map.of());

    /** Copies the map. */
    public ToolOffers {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /**
     * The offer of a host.
     *
     * @param offset the offset of its event
     * @param tools the tools; empty if they were withdrawn
     * @since 0.1
     */
    public record Offer(long offset, List<Terms> tools) {}

    /**
     * The terms of a tool.
     *
     * @param name the tool
     * @param effect what a second call may do
     * @param timeout the longest time of a call
     * @param approval whether a call waits for an approval
     * @param approvalTimeout how long it waits
     * @since 0.1
     */
    public record Terms(
            String name, SideEffect effect, Duration timeout, ApprovalMode approval, Duration approvalTimeout) {
        static Terms of(OfferedTool tool) {
            return new Terms(
                    tool.name(),
                    tool.effectOrOnce(),
                    tool.timeoutOrDefault(),
                    tool.approvalOrNever(),
                    tool.approvalTimeoutOrDefault());
        }

        private Terms and(Terms other) {
            return new Terms(
                    name,
                    effect.or(other.effect),
                    longer(timeout, other.timeout),
                    approval.or(other.approval),
                    approvalTimeout(other));
        }

        /** An offer whose calls need no approval does not say how long one takes. */
        private Duration approvalTimeout(Terms other) {
            if (approval == ApprovalMode.NEVER) {
                return other.approvalTimeout;
            }
            return other.approval == ApprovalMode.NEVER
                    ? approvalTimeout
                    : longer(approvalTimeout, other.approvalTimeout);
        }

        private static Duration longer(Duration one, Duration other) {
            return one.compareTo(other) >= 0 ? one : other;
        }
    }

    ToolOffers offered(ToolsOffered offer, long offset) {
        if (!hosts.containsKey(offer.host()) && hosts.size() >= MOST_HOSTS) {
            return this;
        }
        Map<String, Offer> all = new LinkedHashMap<>(hosts);
        all.put(
                offer.host(),
                new Offer(offset, offer.tools().stream().map(Terms::of).toList()));
        return new ToolOffers(all);
    }

    /** The terms of a tool; if several hosts offer it, the stricter ones and the longer times. */
    Optional<Terms> terms(String name) {
        return hosts.values().stream()
                .flatMap(offer -> offer.tools().stream())
                .filter(tool -> tool.name().equals(name))
                .reduce(Terms::and);
    }

    /** The offset of the event with the schema of a tool; the host that offered first decides. */
    Optional<Long> schemaOf(String name) {
        return hosts.values().stream()
                .filter(offer ->
                        offer.tools().stream().anyMatch(tool -> tool.name().equals(name)))
                .map(Offer::offset)
                .findFirst();
    }

    /** The names of all tools, in the order of the offers. */
    @JsonIgnore
    public List<String> names() {
        return hosts.values().stream()
                .flatMap(offer -> offer.tools().stream())
                .map(Terms::name)
                .distinct()
                .toList();
    }
}

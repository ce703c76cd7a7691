package dev.millrace.processors.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A tool call that has not ended.
 *
 * @param callId the call
 * @param name the tool
 * @param requestId the request whose response has the call
 * @param step how far it is
 * @param itemOffset the offset of the item with its arguments
 * @param edited the offset of the newest change of its arguments; 0 if there is none
 * @param newest the offset of the event that made the step
 * @param since the time of that event
 * @param timeout the longest time of the call; zero before it is requested or its approval is asked for
 * @param host the host that runs it
 * @param approval what it waits for or waited for
 * @since 0.1
 */
public record OpenCall(
        String callId,
        String name,
        long requestId,
        Step step,
        long itemOffset,
        long edited,
        long newest,
        Instant since,
        Duration timeout,
        Optional<String> host,
        Optional<Approval> approval) {
    /**
     * How far a call is.
     *
     * @since 0.1
     */
    public enum Step {
        /** The model asked for it. */
        CALLED,
        /** It waits for an approval. */
        WAITING,
        /** It is approved. */
        APPROVED,
        /** A host may start it. */
        REQUESTED,
        /** A host runs it. */
        STARTED,
        /** It was told to stop. */
        CANCELLED
    }

    /**
     * The approval of a call.
     *
     * @param argumentsHash the hash of the arguments that it is about
     * @param expiresAt the time from which it is not given any more
     * @param conditional whether a host may still waive it
     * @since 0.1
     */
    public record Approval(String argumentsHash, Instant expiresAt, boolean conditional) {}

    static OpenCall called(String callId, String name, long requestId, long itemOffset, Instant time) {
        return new OpenCall(
                callId,
                name,
                requestId,
                Step.CALLED,
                itemOffset,
                0,
                itemOffset,
                time,
                Duration.ZERO,
                Optional.empty(),
                Optional.empty());
    }

    OpenCall at(Step next, long offset, Instant time) {
        return new OpenCall(callId, name, requestId, next, itemOffset, edited, offset, time, timeout, host, approval);
    }

    OpenCall within(Duration limit) {
        return new OpenCall(callId, name, requestId, step, itemOffset, edited, newest, since, limit, host, approval);
    }

    OpenCall on(String newHost) {
        return new OpenCall(
                callId,
                name,
                requestId,
                step,
                itemOffset,
                edited,
                newest,
                since,
                timeout,
                Optional.of(newHost),
                approval);
    }

    OpenCall awaiting(Approval newApproval) {
        return new OpenCall(
                callId,
                name,
                requestId,
                step,
                itemOffset,
                edited,
                newest,
                since,
                timeout,
                host,
                Optional.of(newApproval));
    }

    OpenCall editedAt(long offset) {
        return new OpenCall(callId, name, requestId, step, itemOffset, offset, newest, since, timeout, host, approval);
    }

    /** Whether it waits for an approval of arguments with this hash. */
    boolean awaits(String argumentsHash) {
        return step == Step.WAITING
                && approval.filter(asked -> asked.argumentsHash().equals(argumentsHash))
                        .isPresent();
    }

    /** Whether a host has started it. */
    boolean isStarted() {
        return step == Step.STARTED || (step == Step.CANCELLED && host.isPresent());
    }
}

package dev.millrace.core.runner;

import java.util.Optional;

/**
 * The progress of a {@link SubtreeRunner}.
 *
 * @param phase the phase of its connection: {@link RunnerStatus.Phase#CATCHING_UP} until it knows every stream; {@link
 *     RunnerStatus.Phase#STANDBY} without the lease, and then it knows no stream
 * @param streams how many streams it knows
 * @param active how many of them have a run now, idle ones included
 * @param queued how many wait for a slot
 * @param halted on how many of them the reducer threw
 * @param failure why it stopped by itself, or why it could not claim the lease
 * @since 0.1
 */
public record SubtreeStatus(
        RunnerStatus.Phase phase, int streams, int active, int queued, int halted, Optional<String> failure) {}

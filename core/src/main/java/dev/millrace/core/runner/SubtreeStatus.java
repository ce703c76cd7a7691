package dev.millrace.core.runner;

import java.util.Optional;

/**
 * Where a {@link SubtreeRunner} stands.
 *
 * @param phase what its connection is doing: {@link RunnerStatus.Phase#CATCHING_UP} until it knows every stream
 * @param streams how many streams it knows
 * @param active how many of them are being run right now, those included that have nothing to do
 * @param queued how many wait for a place among the active ones
 * @param halted on how many of them the reducer threw
 * @param failure why it stopped by itself
 */
public record SubtreeStatus(
        RunnerStatus.Phase phase, int streams, int active, int queued, int halted, Optional<String> failure) {}

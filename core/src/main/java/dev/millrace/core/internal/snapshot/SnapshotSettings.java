package dev.millrace.core.internal.snapshot;

import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateFormat;

/** The settings of snapshots. */
public record SnapshotSettings<S>(SnapshotStore store, StateFormat<S> format, int every) {}

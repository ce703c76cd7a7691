package dev.millrace.core.internal.snapshot;

import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateFormat;

/** That snapshots are kept, where, and how often. */
public record SnapshotSettings<S>(SnapshotStore store, StateFormat<S> format, int every) {}

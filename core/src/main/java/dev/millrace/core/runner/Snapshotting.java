package dev.millrace.core.runner;

/** That snapshots are kept, where, and how often. */
record Snapshotting<S>(SnapshotStore store, StateFormat<S> format, int every) {}

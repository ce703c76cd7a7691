package dev.millrace.engine;

/** Records in maps, for tests and for servers that need not remember. SKELETON. */
final class InMemoryEventStore {}

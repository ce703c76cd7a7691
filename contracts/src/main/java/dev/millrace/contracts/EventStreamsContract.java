package dev.millrace.contracts;

/** Soon. */
public abstract class EventStreamsContract {}

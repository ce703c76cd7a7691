package dev.millrace.server.internal.http;

/** One problem of a request: the parameter, header or body field, and what to do about it. */
public record RequestProblem(String field, String message) {}

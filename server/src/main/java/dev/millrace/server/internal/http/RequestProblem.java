package dev.millrace.server.internal.http;

/**
 * One thing that is wrong with a request.
 *
 * @param field the parameter, header or body field it is about
 * @param message what is wrong with it and what to do
 */
public record RequestProblem(String field, String message) {}

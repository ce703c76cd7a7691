package dev.millrace.server;

/**
 * One thing that is wrong with a request.
 *
 * @param field the parameter, header or body field it is about
 * @param message what is wrong with it and what to do
 */
record Issue(String field, String message) {}

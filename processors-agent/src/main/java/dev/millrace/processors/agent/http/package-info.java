/**
 * What HTTP clients of model providers share: a client of streamed responses, keys, error bodies and retry headers. An
 * implementation of {@link dev.millrace.processors.agent.model.Model} over HTTP needs a body and a {@link
 * dev.millrace.processors.agent.http.ResponseParser}; an implementation over something else does not need this package.
 */
@NullMarked
package dev.millrace.processors.agent.http;

import org.jspecify.annotations.NullMarked;

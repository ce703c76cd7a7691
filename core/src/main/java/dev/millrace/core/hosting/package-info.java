/**
 * How a server finds processors and what it gives them: {@link dev.millrace.core.hosting.ProcessorProvider} and {@link
 * dev.millrace.core.hosting.HostContext}. The same context, made over a client, runs them anywhere else.
 */
@NullMarked
package dev.millrace.core.hosting;

import org.jspecify.annotations.NullMarked;

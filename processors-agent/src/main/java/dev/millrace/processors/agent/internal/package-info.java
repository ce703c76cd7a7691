/** Parts of the agent that know nothing of its state: the clock of the service, chunks, the check of arguments. Not API. */
@NullMarked
package dev.millrace.processors.agent.internal;

import org.jspecify.annotations.NullMarked;

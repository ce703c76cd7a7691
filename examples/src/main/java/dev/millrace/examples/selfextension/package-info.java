/** An agent that writes a processor for itself. */
@NullMarked
package dev.millrace.examples.selfextension;

import org.jspecify.annotations.NullMarked;

/** What of the runner only a real engine can show, and only from inside its package. */
@NullMarked
package dev.millrace.core.runner;

import org.jspecify.annotations.NullMarked;

/** Wire checks and crash tests, with the command in a separate process. */
@NullMarked
package dev.millrace.acceptance;

import org.jspecify.annotations.NullMarked;

/**
 * Checks for parsers: texts that are hard to parse, and a bound on the time for them that does not depend on the
 * machine.
 */
@NullMarked
package dev.millrace.contracts.text;

import org.jspecify.annotations.NullMarked;

/** The contracts against what lives in memory. */
@NullMarked
package dev.millrace.contracts;

import org.jspecify.annotations.NullMarked;

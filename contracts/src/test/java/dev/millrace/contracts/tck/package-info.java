/** Tests of the tool that checks a service. */
@NullMarked
package dev.millrace.contracts.tck;

import org.jspecify.annotations.NullMarked;

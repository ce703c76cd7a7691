/** Tests of the HTTP parts that models share. */
@NullMarked
package dev.millrace.processors.agent.http;

import org.jspecify.annotations.NullMarked;

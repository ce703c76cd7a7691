/** Tests of what models share. */
@NullMarked
package dev.millrace.processors.agent.model;

import org.jspecify.annotations.NullMarked;

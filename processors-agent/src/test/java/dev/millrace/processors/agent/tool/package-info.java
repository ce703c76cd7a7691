/** Tests of tools and their host. */
@NullMarked
package dev.millrace.processors.agent.tool;

import org.jspecify.annotations.NullMarked;

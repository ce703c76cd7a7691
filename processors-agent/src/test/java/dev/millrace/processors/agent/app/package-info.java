@NullMarked
package dev.millrace.processors.agent.app;

import org.jspecify.annotations.NullMarked;

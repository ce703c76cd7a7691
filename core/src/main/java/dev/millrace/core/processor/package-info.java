/**
 * The types for the author of a processor: {@link dev.millrace.core.processor.Processor}, its {@link
 * dev.millrace.core.processor.Effects}, and work that must be done once.
 */
@NullMarked
package dev.millrace.core.processor;

import org.jspecify.annotations.NullMarked;

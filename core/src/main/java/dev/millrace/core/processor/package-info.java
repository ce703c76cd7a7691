/**
 * What the author of a processor writes and meets: {@link dev.millrace.core.processor.Processor}, {@link
 * dev.millrace.core.processor.Effects}, and the SPI by which a server finds processors.
 */
@NullMarked
package dev.millrace.core.processor;

import org.jspecify.annotations.NullMarked;

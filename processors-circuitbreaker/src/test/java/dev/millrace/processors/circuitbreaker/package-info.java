@NullMarked
package dev.millrace.processors.circuitbreaker;

import org.jspecify.annotations.NullMarked;

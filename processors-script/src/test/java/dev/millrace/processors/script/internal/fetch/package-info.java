@NullMarked
package dev.millrace.processors.script.internal.fetch;

import org.jspecify.annotations.NullMarked;

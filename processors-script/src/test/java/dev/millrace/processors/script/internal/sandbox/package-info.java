@NullMarked
package dev.millrace.processors.script.internal.sandbox;

import org.jspecify.annotations.NullMarked;

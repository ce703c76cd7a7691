@NullMarked
package dev.millrace.examples.poll;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.millrace.core.runner;

import org.jspecify.annotations.NullMarked;

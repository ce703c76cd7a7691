@NullMarked
package dev.millrace.processors.script;

import org.jspecify.annotations.NullMarked;

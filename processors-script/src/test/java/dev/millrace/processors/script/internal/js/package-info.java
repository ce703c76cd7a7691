@NullMarked
package dev.millrace.processors.script.internal.js;

import org.jspecify.annotations.NullMarked;

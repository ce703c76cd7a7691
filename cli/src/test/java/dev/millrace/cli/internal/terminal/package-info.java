@NullMarked
package dev.millrace.cli.internal.terminal;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.millrace.cli.internal.replay;

import org.jspecify.annotations.NullMarked;

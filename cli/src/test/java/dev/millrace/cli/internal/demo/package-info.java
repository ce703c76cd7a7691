@NullMarked
package dev.millrace.cli.internal.demo;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.millrace.cli.internal.client;

import org.jspecify.annotations.NullMarked;

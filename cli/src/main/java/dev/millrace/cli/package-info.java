/**
 * The {@code millrace} command: a server, a demonstration, and a client for the shell. Not an API: only {@link
 * dev.millrace.cli.Millrace#main} is meant to be called.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;

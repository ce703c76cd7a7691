/**
 * The {@code millrace} command: a server, a demo, and a client for the shell. It is no API; call only {@link
 * dev.millrace.cli.Millrace#main}.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;

/** The command {@code chat}, and the questions about approvals that the demo shares. Not API. */
@NullMarked
package dev.millrace.cli.internal.chat;

import org.jspecify.annotations.NullMarked;

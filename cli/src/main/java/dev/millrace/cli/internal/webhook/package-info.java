/** The command {@code millrace webhook}, which says why the signature of a webhook fails. */
@NullMarked
package dev.millrace.cli.internal.webhook;

import org.jspecify.annotations.NullMarked;

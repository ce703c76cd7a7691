/** What commands print and how, and how they report errors. Not API. */
@NullMarked
package dev.millrace.cli.internal.terminal;

import org.jspecify.annotations.NullMarked;

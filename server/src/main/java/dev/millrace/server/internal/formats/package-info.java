/** The formats of request and response bodies. Not API. */
@NullMarked
package dev.millrace.server.internal.formats;

import org.jspecify.annotations.NullMarked;

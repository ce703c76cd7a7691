@NullMarked
package dev.millrace.server.internal.formats;

import org.jspecify.annotations.NullMarked;

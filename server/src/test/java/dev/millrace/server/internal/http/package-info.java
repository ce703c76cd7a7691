@NullMarked
package dev.millrace.server.internal.http;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.millrace.server.internal.routes;

import org.jspecify.annotations.NullMarked;

/** The routes: what the server does for each URL. Not API. */
@NullMarked
package dev.millrace.server.internal.routes;

import org.jspecify.annotations.NullMarked;

/**
 * Everything about HTTP that is the same for all routes: routing, authentication, limits, bodies, errors. Not API.
 */
@NullMarked
package dev.millrace.server.internal.http;

import org.jspecify.annotations.NullMarked;

/** HTTP requests and responses of the client, and the order of its appends. Not API. */
@NullMarked
package dev.millrace.client.internal.http;

import org.jspecify.annotations.NullMarked;

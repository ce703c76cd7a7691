/**
 * A model server for tests and demos. It has the streaming API {@code POST /v1/responses} on a real socket and answers
 * from a {@link dev.millrace.scriptedmodel.ModelScript}. The same requests in the same order give the same bytes.
 */
@NullMarked
package dev.millrace.scriptedmodel;

import org.jspecify.annotations.NullMarked;

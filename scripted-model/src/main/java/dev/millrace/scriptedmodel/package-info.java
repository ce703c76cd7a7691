/**
 * A model server for tests and demos. It has the streaming APIs {@code POST /v1/responses}, {@code POST
 * /v1/chat/completions} and {@code POST /v1/messages} on a real socket, refuses what strict servers refuse, and answers
 * from a {@link dev.millrace.scriptedmodel.ModelScript}. The same requests in the same order give the same bytes.
 */
@NullMarked
package dev.millrace.scriptedmodel;

import org.jspecify.annotations.NullMarked;

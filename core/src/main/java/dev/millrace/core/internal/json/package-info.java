/** JSON beneath {@link dev.millrace.core.JsonCodec}: its mappers, and its error messages. Not API. */
@NullMarked
package dev.millrace.core.internal.json;

import org.jspecify.annotations.NullMarked;

/** Which operation of a token an append of each type of the service takes. Not API. */
@NullMarked
package dev.millrace.core.internal.permission;

import org.jspecify.annotations.NullMarked;

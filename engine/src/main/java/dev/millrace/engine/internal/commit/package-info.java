/** The writer: its queue, its group commits, and the notification of readers. Not API. */
@NullMarked
package dev.millrace.engine.internal.commit;

import org.jspecify.annotations.NullMarked;

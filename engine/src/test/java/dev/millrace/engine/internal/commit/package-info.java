@NullMarked
package dev.millrace.engine.internal.commit;

import org.jspecify.annotations.NullMarked;

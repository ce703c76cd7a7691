@NullMarked
package dev.millrace.client.internal.tail;

import org.jspecify.annotations.NullMarked;

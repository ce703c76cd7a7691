@NullMarked
package dev.millrace.testkit.internal.state;

import org.jspecify.annotations.NullMarked;

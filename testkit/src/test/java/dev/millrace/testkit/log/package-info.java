@NullMarked
package dev.millrace.testkit.log;

import org.jspecify.annotations.NullMarked;

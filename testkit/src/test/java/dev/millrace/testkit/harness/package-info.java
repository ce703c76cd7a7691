@NullMarked
package dev.millrace.testkit.harness;

import org.jspecify.annotations.NullMarked;

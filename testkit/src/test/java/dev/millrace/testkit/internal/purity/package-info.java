@NullMarked
package dev.millrace.testkit.internal.purity;

import org.jspecify.annotations.NullMarked;

/** Tests of several processors on one stream, with a clock and a network that the test controls. */
@NullMarked
package dev.millrace.testkit.harness;

import org.jspecify.annotations.NullMarked;
